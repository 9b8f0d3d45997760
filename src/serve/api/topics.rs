//! The current content of a feed, for the hub to deliver.

use std::net::IpAddr;

use actix_web::dev;
use actix_web::http::Uri;

use crate::domain::push::{BoxFuture, Topic, Topics};
use crate::render::Format;
use crate::render::official::OfficialFormat;
use crate::serve::current_state::CurrentState;
use crate::serve::documents::render_queue::RenderClass;
use crate::serve::documents::render_task::run_blocking;
use crate::serve::feed::documents;
use crate::serve::http::coding::Coding;
use crate::serve::http::negotiate::Representation;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::base_url;
use crate::serve::request::feed_request::{FeedRequest, FeedTarget};
use crate::serve::request::{feed_request, official};
use crate::serve::state::State;

/// The most parts of the path below which a service lies.
const PATH_PARTS_MAX: usize = 16;

/// The feeds of a service, by their addresses.
#[derive(Clone, Debug)]
pub struct FeedTopics(pub CurrentState);

impl Topics for FeedTopics {
    fn topic<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Topic, String>> {
        Box::pin(async move {
            let state = self.0.state();
            let own = base_url::base_of(&state.options);
            let base = own.unwrap_or_else(|| base_of(url, &state.options));
            now(url, &base, None, &state).await.map_err(|problem| problem.sentences().join("; "))
        })
    }
}

/// Where the service is when a feed has this address: at the root of its host, or below as much of a path as leaves the
/// address of a feed.
fn base_of(url: &str, options: &ServiceOptions) -> String {
    let origin =
        url::Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization());
    let path = url.strip_prefix(&origin).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let bases =
        path.match_indices('/').take(PATH_PARTS_MAX).map(|(at, _)| format!("{origin}{}", &path[..at]));
    bases.into_iter().find(|base| read(url, base, options).is_ok()).unwrap_or(origin)
}

/// The current content of a topic; its subjects stay in use as after a request of a reader.
pub(in crate::serve) async fn now(
    url: &str,
    base: &str,
    client: Option<IpAddr>,
    state: &State,
) -> Result<Topic, Problem> {
    let asked = {
        let ticket = state.render_ticket(client, RenderClass::Costly);
        let (url, base, options) = (url.to_owned(), base.to_owned(), state.options.clone());
        // It may hold regular expressions.
        run_blocking(&ticket, None, move || read(&url, &base, &options)).await?
    };
    let (document, content) = documents::for_subscribers(&asked, client, state).await?;
    Ok(Topic {
        content,
        body: document.prepare(Coding::Identity).as_ref().into(),
        content_type: document.content_type.to_str().unwrap_or_default().to_owned(),
        hub_url: state.push.hub_url(base).unwrap_or_default(),
    })
}

/// Which feed an address names, as a request for it would.
fn read(url: &str, base: &str, options: &ServiceOptions) -> Result<FeedRequest, Problem> {
    let unknown = || {
        let message = "`hub.topic` is no feed of this service".to_owned();
        Problem::bad_request(vec![ParameterDiagnostic {
            code: DiagnosticCode::UnknownTopic,
            parameter: "hub.topic".to_owned(),
            position: 0,
            length: url.chars().count(),
            message,
            hint: format!("write the address that the feed names itself, such as {base}/subjects/cs.DC.atom"),
        }])
    };
    let rest = url.strip_prefix(base).filter(|rest| rest.starts_with('/')).ok_or_else(unknown)?;
    let uri: Uri = rest.parse().map_err(|_| unknown())?;
    let query = uri.query().unwrap_or_default().to_owned();
    let address = dev::Url::new(uri.clone());
    let path = address.path();
    let (first, last) = path[1..].split_once('/').unwrap_or((&path[1..], &path[1..]));
    let target = FeedTarget {
        path: uri.path(),
        last,
        query: &query,
        form: Representation::Feed(Format::Atom),
        base: base.to_owned(),
    };
    if last.contains('/') && first != "keywords" {
        return Err(unknown());
    }
    match first {
        "subjects" => feed_request::subjects(&target, options),
        "keywords" => feed_request::keyword(&target, options),
        "named" => feed_request::named(&target, options),
        "rss" => official::parse(&target, options, OfficialFormat::Rss),
        "atom" => official::parse(&target, options, OfficialFormat::Atom),
        _ if path[1..].starts_with("keywords") => feed_request::keyword(&target, options),
        _ if path[1..].starts_with("search") => feed_request::search(&target, options),
        _ => Err(unknown()),
    }
}
