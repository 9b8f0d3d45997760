//! Counts the operations of a store by kind: how long they took, and how many failed.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::counters::{Counter, Histogram, HistogramSnapshot};

use super::error::StoreError;

/// A kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Record,
    Note,
    Mark,
    Request,
    Load,
    Rules,
    Prune,
    /// With several replicas only: going on leading, or looking who leads.
    Lead,
    /// With several replicas only: reading what others have changed.
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

    /// Its name in metrics.
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

/// The operations of one store since it was opened.
#[derive(Debug, Default)]
pub struct Operations {
    done: [Histogram; Operation::ALL.len()],
    failed: [Counter; Operation::ALL.len()],
    /// The file, where there is one.
    file: Option<PathBuf>,
}

impl Operations {
    pub(super) fn of_file(path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..Self::default() }
    }

    /// Does `work` and counts it.
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

    /// The bytes on disk of the file and its write-ahead log; none for a store that is no file.
    #[must_use]
    pub fn file_bytes(&self) -> Option<u64> {
        let path = self.file.as_ref()?;
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let bytes = |path: &Path| std::fs::metadata(path).map(|file| file.len()).ok();
        Some(bytes(path)? + bytes(Path::new(&log)).unwrap_or(0))
    }
}
