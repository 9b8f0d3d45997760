//! The state that requests are answered from, which a reload exchanges.
//!
//! A request uses one state from its beginning to its end.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Extensions;
use actix_web::web::Data;
use arc_swap::ArcSwap;
use arc_swap::cache::Cache;

use crate::serve::state::State;

/// The state that requests are answered from, which may be exchanged at any time; cheap to clone.
#[derive(Clone, Debug)]
pub struct CurrentState(Arc<ArcSwap<State>>);

impl CurrentState {
    #[must_use]
    pub fn new(state: State) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(state)))
    }

    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.0.load_full()
    }

    /// Answers later requests from `state`; earlier ones end with the state that they began with.
    pub fn exchange(&self, state: State) {
        self.0.store(Arc::new(state));
    }
}

/// A worker's view of it: looking costs no more than to see that nothing has changed.
pub(in crate::serve) struct StateView(RefCell<CachedState>);

struct CachedState {
    cache: Cache<Arc<ArcSwap<State>>, Arc<State>>,
    /// What was seen last, as routes take it from a request.
    carried: Option<(Arc<State>, Rc<Extensions>)>,
}

impl StateView {
    pub(in crate::serve) fn of(current: &CurrentState) -> Self {
        Self(RefCell::new(CachedState { cache: Cache::new(current.0.clone()), carried: None }))
    }

    pub(in crate::serve) fn look<T>(&self, look: impl FnOnce(&Arc<State>) -> T) -> T {
        look(self.0.borrow_mut().cache.load())
    }

    /// The state as a request carries it to its route, which takes it for `web::Data<State>`.
    pub(in crate::serve) fn carried(&self, state: &Arc<State>) -> Rc<Extensions> {
        let carried = &mut self.0.borrow_mut().carried;
        match carried {
            Some((seen, extensions)) if Arc::ptr_eq(seen, state) => extensions.clone(),
            _ => {
                let mut extensions = Extensions::new();
                extensions.insert(Data::from(state.clone()));
                let extensions = Rc::new(extensions);
                *carried = Some((state.clone(), extensions.clone()));
                extensions
            }
        }
    }
}
