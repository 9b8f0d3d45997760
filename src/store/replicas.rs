//! How do several replicas share a store, and which of them may ask the upstream?
//!
//! A store that one process has for itself has one replica, which always leads: that is what the methods do here
//! unless a store does better.

use std::future::{Future, pending, ready};
use std::time::Duration;

use crate::domain::taxonomy::SubjectId;

use super::{Contents, StoreError};

/// What a replica may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It asks the upstream and writes down what it has read, as it did before.
    Leads,
    /// It does so from now on, in another's place.
    TookOver {
        /// The upstream is to be left alone for so long.
        rest: Duration,
        /// Was no request under way when the other one stopped?
        ended_well: bool,
    },
    /// Another one does.
    Follows,
}

/// A read that a reader of some replica waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub id: i64,
    pub subject: SubjectId,
    /// A read that begins after this, and not one that ended just before.
    pub again: bool,
    /// Also wait until the past days of a new subject are read.
    pub filled: bool,
}

/// The shared side of a store.
///
/// What was written is the record; notifications only say when to look, and nothing is lost with one.
pub trait Replicas: Send + Sync + 'static {
    /// Goes on leading, takes the lead when nobody has it, or says that another one leads.
    ///
    /// `_rest` is for how long the upstream is to be left alone, which the next leader keeps to.
    ///
    /// # Errors
    /// It cannot be told; then this replica does not lead.
    fn lead(&self, _rest: Duration) -> impl Future<Output = Result<Role, StoreError>> + Send {
        ready(Ok(Role::Leads))
    }

    /// Makes sure that this replica leads at this very moment.
    ///
    /// # Errors
    /// It does not, or that cannot be told.
    fn confirm(&self) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(Ok(()))
    }

    /// Waits until this replica leads no longer.
    fn lost(&self) -> impl Future<Output = ()> + Send {
        pending()
    }

    /// Gives up the lead, with no request under way, and everything that is open.
    fn resign(&self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Gives the lead up for another replica, with no request under way; false where there is no other.
    fn yield_lead(&self) -> impl Future<Output = bool> + Send {
        ready(false)
    }

    /// Waits until there may be news.
    fn heard(&self) -> impl Future<Output = ()> + Send {
        pending()
    }

    /// What other replicas have kept since this one loaded the store or last asked, and every wish that is open.
    ///
    /// # Errors
    /// It could not be read; the next call gives it as well.
    fn news(&self) -> impl Future<Output = Result<Contents, StoreError>> + Send {
        ready(Ok(Contents::default()))
    }

    /// Asks the one that leads for a read; `id` plays no part.
    ///
    /// # Errors
    /// It was not asked.
    fn wish(&self, wish: Wish) -> impl Future<Output = Result<i64, StoreError>> + Send {
        ready(Ok(wish.id))
    }

    /// Tells those who wished for it that it is done.
    ///
    /// # Errors
    /// They were not told.
    fn grant(&self, _ids: &[i64]) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(Ok(()))
    }
}
