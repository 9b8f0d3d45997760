//! The settings of the collector.

use crate::domain::taxonomy::SubjectId;

/// Which subjects are read, and how much of each is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorOptions {
    /// The subjects that are read at every mailing.
    pub watch: Vec<SubjectId>,
    /// Whether a reader may request a subject that is not watched.
    pub on_demand: bool,
    /// The most subjects that are read on demand at a time.
    pub on_demand_max: usize,
    /// How many calendar days before its first read a subject is filled with.
    pub fill_days: u32,
    /// How many calendar days the store keeps; 0 for ever.
    pub retention_days: u32,
}
