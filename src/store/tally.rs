//! How often was the store asked for what, how long did it take, and how did it end?

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use crate::counters::{Counter, Histogram, HistogramSnapshot};

use super::StoreError;

/// What a store is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Record,
    Note,
    Mark,
    Request,
    Load,
    Rules,
    Prune,
    /// Of several replicas alone: going on leading, or looking who leads.
    Lead,
    /// Of several replicas alone.
    News,
}

impl Operation {
    pub const ALL: [Self; 9] = [
        Self::Record,
        Self::Note,
        Self::Mark,
        Self::Request,
        Self::Load,
        Self::Rules,
        Self::Prune,
        Self::Lead,
        Self::News,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Note => "note",
            Self::Mark => "mark",
            Self::Request => "request",
            Self::Load => "load",
            Self::Rules => "rules",
            Self::Prune => "prune",
            Self::Lead => "lead",
            Self::News => "news",
        }
    }
}

/// The operations of a store, by their kinds.
#[derive(Debug, Default)]
pub struct Tally {
    done: [Histogram; Operation::ALL.len()],
    failed: [Counter; Operation::ALL.len()],
    /// The file, where there is one.
    file: OnceLock<PathBuf>,
}

impl Tally {
    pub(super) fn of_file(path: &Path) -> Self {
        Self { file: OnceLock::from(path.to_owned()), ..Self::default() }
    }

    /// Counts an operation by how it ends.
    pub(super) async fn counted<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let worked = work.await;
        self.done[operation as usize].observe(started.elapsed());
        self.failed[operation as usize].add(u64::from(worked.is_err()));
        worked
    }

    /// How long the operations of a kind took, those that failed included.
    #[must_use]
    pub fn durations(&self, operation: Operation) -> HistogramSnapshot {
        self.done[operation as usize].read()
    }

    #[must_use]
    pub fn failed(&self, operation: Operation) -> u64 {
        self.failed[operation as usize].get()
    }

    /// What the file and its log take on the disk.
    #[must_use]
    pub fn file_bytes(&self) -> Option<u64> {
        let path = self.file.get()?;
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let bytes = |path: &Path| std::fs::metadata(path).map(|file| file.len()).ok();
        Some(bytes(path)? + bytes(Path::new(&log)).unwrap_or(0))
    }
}
