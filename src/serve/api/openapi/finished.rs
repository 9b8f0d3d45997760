//! Which description was written last?

use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::answer::respond;
use crate::serve::api::openapi::describe;
use crate::serve::documents::document::Document;
use crate::serve::state::State;

/// The description that was asked for last, so that it is written and compressed once while the settings stay.
///
/// One is kept and no more: a service has one address, or a few.
#[derive(Clone, Debug, Default)]
pub struct Description(Arc<Mutex<Option<Finished>>>);

#[derive(Debug)]
struct Finished {
    base: String,
    /// Of the settings.
    generation: u64,
    document: Arc<Document>,
}

impl Description {
    /// That of the service at an address.
    pub(super) fn of(base: String, state: &State) -> Arc<Document> {
        let last = || state.description.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |last: &&Finished| last.base == base && last.generation == state.generation;
        if let Some(finished) = last().as_ref().filter(is_it) {
            return finished.document.clone();
        }
        let body = describe(&base, &state.options, &state.doors, &state.outward).to_string();
        let document = Arc::new(Document::undated(body, respond::JSON));
        let finished = Finished { base, generation: state.generation, document: document.clone() };
        *last() = Some(finished);
        document
    }
}
