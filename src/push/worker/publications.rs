//! Which feeds is another's hub told of?
//!
//! Only that hub knows who has subscribed to what, so it is told of every named feed and every watched subject that has
//! changed, in each format. What it was told is not kept over a restart: it is then told of all of them once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::{What, Worker};
use crate::domain::push::HubChoice;
use crate::push::again;
use crate::push::client::{Answer, Call};
use crate::push::desk::host;
use crate::render::Format;
use crate::store::{Outgoing, Store};

/// How many feeds one call tells of.
const FEEDS_PER_CALL_MAX: usize = 50;

/// What a hub was told.
#[derive(Debug, Default)]
pub(super) struct Publications {
    /// What each feed held when the hub was told of it last.
    told: BTreeMap<String, String>,
    /// What it is to be told.
    due: BTreeMap<String, String>,
    is_under_way: bool,
    attempts: i64,
    next: Option<Timestamp>,
}

impl<S: Store + Outgoing> Worker<S> {
    pub(super) async fn publish(&mut self, now: Timestamp, has_changed: bool) {
        let HubChoice::External(hub) = self.shared.options.hub.clone() else { return };
        if has_changed {
            for stem in self.sources.published.clone() {
                // What a feed holds is the same in each format.
                let url = format!("{stem}.{}", Format::Atom.extension());
                if let Ok(found) = self.sources.topics.topic(&url).await
                    && self.publications.told.get(&stem) != Some(&found.content)
                {
                    self.publications.due.insert(stem, found.content);
                }
            }
        }
        let publications = &mut self.publications;
        if publications.is_under_way || publications.due.is_empty() {
            return;
        }
        if let Some(next) = publications.next.filter(|next| *next > now) {
            self.look_at(next);
            return;
        }
        publications.is_under_way = true;
        let told: BTreeMap<String, String> = publications
            .due
            .iter()
            .take(FEEDS_PER_CALL_MAX)
            .map(|(stem, content)| (stem.clone(), content.clone()))
            .collect();
        let body = body(told.keys());
        let (client, host) = (self.client.clone(), host(&hub).unwrap_or_default());
        self.begin(&host, async move {
            let headers = vec![(CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned())];
            let call = Call { method: Method::POST, url: hub, headers, body: body.into_bytes() };
            (What::Publication(told), client.call(call).await)
        });
    }

    pub(super) fn published(&mut self, told: BTreeMap<String, String>, answer: &Answer, now: Timestamp) {
        let publications = &mut self.publications;
        publications.is_under_way = false;
        let mut report = self.shared.report();
        if answer.is_success() {
            report.publications.delivered += told.len() as u64;
            (publications.attempts, publications.next) = (0, None);
            for (stem, content) in told {
                if publications.due.get(&stem) == Some(&content) {
                    publications.due.remove(&stem);
                }
                publications.told.insert(stem, content);
            }
            return;
        }
        report.publications.failed += 1;
        publications.attempts += 1;
        let wait = answer.wait().and_then(|wait| now.checked_add(wait).ok());
        publications.next = Some(again::after(now, publications.attempts).max(wait.unwrap_or(now)));
        tracing::warn!(reason = answer.said(), "the hub was not told of what is new; it is tried again");
    }
}

/// `hub.mode=publish` with every format of each feed, under the names of both versions of the protocol.
fn body<'a>(stems: impl Iterator<Item = &'a String>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    for stem in stems {
        for format in Format::ALL {
            let url = format!("{stem}.{}", format.extension());
            form.append_pair("hub.url", &url).append_pair("hub.topic", &url);
        }
    }
    form.finish()
}
