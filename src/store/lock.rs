//! The lock file beside a SQLite store: of all processes one writes to the store and asks its upstream.
//!
//! The lock is the operating system's (`flock`), so that it ends with its process, however that ends, and holds between
//! containers that share the folder. The file stays; it names who has the lock, and tells the next one for how long
//! the upstream is to be left alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::StoreError;

/// What is put behind the name of the store's file.
const ENDING: &str = ".lock";

/// The most of a lock file that is read.
const BYTES_MAX: u64 = 1_024;

/// The most of the name of the one who has the lock.
const HOLDER_CHARACTERS_MAX: usize = 400;

/// The longest rest that is believed: twice the longest stop after refusals.
const REST_MAX: Duration = Duration::from_hours(48);

/// What stands in the second line while requests may be under way; else there is the rest in milliseconds.
const ASKING: &str = "asking";

/// What the process before this one has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// The upstream is to be left alone for so long from now on.
    pub(super) rest: Duration,
    /// Was no request under way when that one stopped?
    pub(super) ended_well: bool,
}

/// The lock on a store's file, for as long as this is held.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    holder: String,
    pub(super) left: Left,
}

impl Lock {
    /// Takes the lock of a store; `holder` says to others who has it.
    ///
    /// # Errors
    /// Another process has it, or the file cannot be made.
    pub fn take(store: &Path, holder: &str) -> Result<Self, StoreError> {
        let path = path_of(store);
        let refuse = |reason: String| StoreError::Open { path: store.display().to_string(), reason };
        let unusable = |error: std::io::Error| {
            refuse(format!("its lock file `{}` cannot be used: {error}", path.display()))
        };
        loop {
            if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(refuse(format!("its lock file `{}` is no file", path.display())));
            }
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let file = file.map_err(unusable)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let holder = read(&file).0;
                    return Err(StoreError::InUse { path: store.display().to_string(), holder });
                }
                Err(TryLockError::Error(error)) => tracing::warn!(
                    %error,
                    "the file system of `{}` keeps no locks: see to it yourself that no second crosslist uses this store",
                    store.display()
                ),
            }
            // Whoever removed the file meanwhile let others lock another one.
            if is_at(&file, &path) {
                let left = left(&file);
                let lock = Self { file, path, holder: holder.to_owned(), left };
                lock.write(&left.to_string());
                return Ok(lock);
            }
        }
    }

    /// Is the locked file still the one that others find?
    pub(super) fn is_in_place(&self) -> bool {
        is_at(&self.file, &self.path)
    }

    /// Is it the lock of this store, which may be behind a link that leads elsewhere now?
    pub(super) fn is_of(&self, store: &Path) -> bool {
        path_of(store) == self.path
    }

    /// Says that requests may be under way from now on.
    pub(super) fn note_asking(&self) {
        self.write(ASKING);
    }

    /// Says that no request is under way, and for how long the upstream is to be left alone.
    pub(super) fn note_rest(&self, rest: Duration) {
        self.write(&Left { rest, ended_well: true }.to_string());
    }

    fn write(&self, state: &str) {
        let holder: String =
            self.holder.chars().filter(|c| !c.is_control()).take(HOLDER_CHARACTERS_MAX).collect();
        let mut file = &self.file;
        let text = format!("{holder}\n{state}\n");
        let written = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(text.as_bytes()))
            .and_then(|()| file.set_len(text.len() as u64));
        if let Err(error) = written {
            tracing::debug!(%error, "the lock file says nothing new, and the lock holds");
        }
    }
}

impl std::fmt::Display for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ended_well { write!(f, "{}", self.rest.as_millis()) } else { f.write_str(ASKING) }
    }
}

/// SQLite finds what belongs to a file by its real name, so two links to one file have one lock.
fn path_of(store: &Path) -> PathBuf {
    let real = std::fs::canonicalize(store).ok().or_else(|| {
        let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(folder.join(store.file_name()?))
    });
    let mut path = real.unwrap_or_else(|| store.to_owned()).into_os_string();
    path.push(ENDING);
    path.into()
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(found)) => (held.dev(), held.ino()) == (found.dev(), found.ino()),
        _ => false,
    }
}

/// Who has the lock, and what stands of requests.
fn read(mut file: &File) -> (String, String) {
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(BYTES_MAX).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(if read.is_ok() { &bytes } else { &[] }).into_owned();
    let mut lines = text
        .lines()
        .map(|line| line.chars().filter(|c| !c.is_control()).take(HOLDER_CHARACTERS_MAX).collect::<String>());
    let holder = lines.next().filter(|holder| !holder.is_empty());
    (holder.unwrap_or_else(|| "another crosslist".to_owned()), lines.next().unwrap_or_default())
}

/// What the process before has left: its rest ran from when the file was written, by whichever clock wrote that.
fn left(file: &File) -> Left {
    if file.metadata().is_ok_and(|found| found.len() == 0) {
        return Left { rest: Duration::ZERO, ended_well: true };
    }
    let Ok(rest_ms) = read(file).1.parse() else {
        return Left { rest: Duration::ZERO, ended_well: false };
    };
    // A file of the future: the clock was set back, and nothing of the rest is known to be over.
    let over = file.metadata().and_then(|found| found.modified()).ok().and_then(|at| at.elapsed().ok());
    let rest = Duration::from_millis(rest_ms).min(REST_MAX);
    Left { rest: rest.saturating_sub(over.unwrap_or_default()), ended_well: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_by(state: impl FnOnce(&Lock)) -> Left {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("s.db");
        state(&Lock::take(&store, "the first").expect("free"));
        Lock::take(&store, "the second").expect("free again").left
    }

    #[test]
    fn the_second_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("s.db");
        let first = Lock::take(&store, "`crosslist serve` at http://[::1]:1\u{1b}[2J").expect("free");
        let said = Lock::take(&store, "the second").expect_err("taken").to_string();
        assert!(said.contains("is in use by `crosslist serve` at http://[::1]:1[2J;"), "{said}");
        let link = folder.path().join("link.db");
        std::fs::write(&store, "").expect("a file");
        std::os::unix::fs::symlink(&store, &link).expect("a link");
        assert!(Lock::take(&link, "the second").is_err(), "another name of the same file");
        drop(first);
        assert!(Lock::take(&store, "the second").is_ok());
    }

    #[test]
    fn a_lock_whose_file_was_removed_is_out_of_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("s.db");
        let first = Lock::take(&store, "the first").expect("free");
        assert!(first.is_in_place());
        std::fs::remove_file(path_of(&store)).expect("removed");
        assert!(!first.is_in_place());
    }

    #[test]
    fn the_rest_is_left_to_the_next_and_whoever_was_killed_while_asking_is_found_out() {
        assert_eq!(left_by(|_| ()), Left { rest: Duration::ZERO, ended_well: true });
        let left = left_by(|lock| lock.note_rest(Duration::from_hours(5)));
        assert!(left.ended_well && left.rest > Duration::from_hours(4), "{left:?}");
        assert_eq!(left_by(Lock::note_asking), Left { rest: Duration::ZERO, ended_well: false });
        let left = left_by(|lock| lock.write("gibberish"));
        assert!(!left.ended_well);
        let left = left_by(|lock| lock.write(&u64::MAX.to_string()));
        assert!(left.rest <= REST_MAX, "{left:?}");
        // A file of next year: the clock was set back.
        let left = left_by(|lock| {
            lock.note_rest(Duration::from_hours(1));
            let next_year = lock.file.metadata().and_then(|file| file.modified()).expect("a time")
                + Duration::from_hours(24 * 365);
            lock.file.set_modified(next_year).expect("set");
        });
        assert_eq!(left.rest, Duration::from_hours(1));
    }
}
