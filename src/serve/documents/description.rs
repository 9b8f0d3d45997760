//! The description of the service (`OpenAPI`) that was requested last, so that it is written once while settings stay.

use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::documents::document::RenderedDocument;
use crate::serve::http::fields::JSON;

/// Remembers one description: a service has one public address, or a few.
#[derive(Clone, Debug, Default)]
pub struct Description(Arc<Mutex<Option<Finished>>>);

#[derive(Debug)]
struct Finished {
    base: String,
    /// Of the settings.
    generation: u64,
    document: Arc<RenderedDocument>,
}

impl Description {
    /// The description of the service at the public address `base`, with the settings of `generation`; `write` makes it
    /// where another was requested last.
    pub(in crate::serve) fn get(
        &self,
        base: String,
        generation: u64,
        write: impl FnOnce(&str) -> String,
    ) -> Arc<RenderedDocument> {
        let last = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |last: &&Finished| last.base == base && last.generation == generation;
        if let Some(finished) = last().as_ref().filter(is_it) {
            return finished.document.clone();
        }
        let document = Arc::new(RenderedDocument::undated(write(&base), JSON));
        *last() = Some(Finished { base, generation, document: document.clone() });
        document
    }
}
