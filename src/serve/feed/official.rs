//! A feed in the shape of arXiv's own.

use crate::domain::event::Event;
use crate::feeds as make;
use crate::render::official::{self, OfficialFeed, OfficialFormat};

use crate::serve::request::feed_request::FeedRequest;

/// The address that a feed in this shape gives itself.
pub(in crate::serve) fn own_url(request: &FeedRequest, shape: OfficialFormat) -> String {
    let feed_url = make::url(&request.spec, &request.base);
    let path = feed_url.stem.strip_prefix(&format!("{}/subjects", request.base)).unwrap_or_default();
    let question_mark = if feed_url.query.is_empty() { "" } else { "?" };
    format!("{}/{}{path}{question_mark}{}", request.base, shape.as_str(), feed_url.query)
}

/// The events that were chosen for a request, as arXiv's own feed has them.
pub(in crate::serve) fn listing(
    request: &FeedRequest,
    events: Vec<Event>,
    updated: jiff::Timestamp,
    shape: OfficialFormat,
    hub_url: Option<String>,
) -> String {
    let names: Vec<&str> = request.spec.scope.subjects().iter().map(|subject| subject.as_str()).collect();
    let events = make::in_official_order(events);
    let listing = OfficialFeed {
        subjects: if names.is_empty() { "all".to_owned() } else { names.join(", ") },
        self_url: own_url(request, shape),
        page_url: make::url(&request.spec, &request.base).stem,
        hub_url,
        updated,
        events: &events,
    };
    official::listing(&listing, shape)
}
