//! The list of feeds as OPML: `/feeds.opml`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::taxonomy::SubjectId;
use crate::feeds::{self as make, Scope};
use crate::render::opml::{self, Outline};

use crate::serve::answer::respond;
use crate::serve::documents::document::RenderedDocument;
use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::Problem;
use crate::serve::request::query_parameters::QueryParameters;
use crate::serve::request::{base_url, feed_request};
use crate::serve::state::State;

/// How long a reader may keep the list.
const MAX_AGE: &str = "max-age=3600";

/// `/feeds.opml`
pub(in crate::serve) async fn list(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    match outlines(&request, &state) {
        Ok(outlines) => {
            let body = written(&outlines);
            respond::document(&request, &RenderedDocument::undated(body, opml::CONTENT_TYPE), MAX_AGE)
        }
        Err(problem) => problem.respond(&request),
    }
}

pub(in crate::serve) fn written(outlines: &[Outline]) -> String {
    opml::write("arXiv, by crosslist", outlines)
}

/// The feeds of the configuration, then the subjects that are read at every mailing.
pub(in crate::serve) fn configured(state: &State) -> Vec<Scope> {
    let named = state.options.named.iter().map(|feed| Scope::Named(Arc::clone(feed)));
    let mut watched = state.collector.watched().to_vec();
    watched.sort_unstable();
    named.chain(watched.into_iter().map(only)).collect()
}

/// The feeds of the configuration and the subjects that are read at every mailing, or the subjects that were chosen.
fn outlines(request: &HttpRequest, state: &State) -> Result<Vec<Outline>, Problem> {
    let chosen = QueryParameters::parse(request.query_string(), &state.options, &[&["subjects"]])?.subjects();
    let base = base_url::of(request, &state.options)?;
    let scopes: Vec<Scope> = if chosen.is_empty() {
        configured(state)
    } else {
        // A feed that would be refused is not recommended.
        state.collector.admit(&chosen).map_err(|error| Problem::not_admitted(error.to_string()))?;
        chosen.iter().copied().map(only).collect()
    };
    if scopes.is_empty() {
        return Err(Problem::nothing_watched());
    }
    scopes.into_iter().map(|scope| outline(scope, &base, &state.options)).collect()
}

pub(in crate::serve) fn outline(
    scope: Scope,
    base: &str,
    options: &ServiceOptions,
) -> Result<Outline, Problem> {
    let asked = feed_request::default_spec(scope, options)?;
    Ok(Outline { title: make::title(&asked), url: make::url(&asked, base) })
}

fn only(subject: SubjectId) -> Scope {
    Scope::Subjects(vec![subject])
}
