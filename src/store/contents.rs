//! What a store returns: its contents or what changed in it, and the role of this replica.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::event::ChangedDay;
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;

/// The contents of a store, or what changed in it.
#[derive(Debug, Default)]
pub struct Contents {
    /// Every day that has events, within the window that was asked for.
    pub changes: Vec<ChangedDay>,
    /// Every day of every subject of which something is known.
    pub days: Vec<Day>,
    /// How the last read of each subject ended, and when; of changes every read, the oldest first.
    pub reads: Vec<(ReadOutcome, Timestamp)>,
    /// When each subject was first asked for, as far back as reads are kept; of changes none.
    pub first_reads: Vec<(SubjectId, Timestamp)>,
    /// When a reader last asked for a subject.
    pub requests: Vec<(SubjectId, Timestamp)>,
    /// The reads that readers of all replicas wait for.
    pub pending_reads: Vec<PendingRead>,
    /// The feeds of the configuration: slug, rules, and since when they have been in force. No store returns them; a
    /// process that lost its file writes them down again.
    pub rules: Vec<(String, String, Timestamp)>,
}

/// What a replica may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It asks the upstream and writes what it reads, as it did before.
    Leads,
    /// It does so from now on, in the place of another.
    TookOver {
        /// How long the upstream is to be left alone from now on.
        rest: Duration,
        /// The previous leader stopped by itself, with no request under way.
        ended_well: bool,
    },
    /// Another replica does.
    Follows,
}

/// A read that a reader of some replica waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingRead {
    /// Its row in the database, by which it is removed.
    pub id: i64,
    pub subject: SubjectId,
    /// Only a read that begins after this one was written down counts.
    pub again: bool,
    /// The past days of a new subject are to be read as well.
    pub filled: bool,
}
