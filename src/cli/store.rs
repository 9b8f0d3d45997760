//! `crosslist store`: sets a damaged store aside, copies a store or backs it up.

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use jiff::Timestamp;

use crate::domain::clock::Clock;
use crate::startup::{self, SystemClock};
use crate::store::{self, Lock, Options, StoreError};

use super::failure::Failure;
use super::global::GlobalArguments;
use super::output::print;
use super::runtime::runtime;

/// The endings of the files that SQLite makes for one database.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Rename a damaged store, so that the next start begins with an empty one; no service may be using it
    SetAside,
    /// Copy a store into another, empty one: SQLite to PostgreSQL or back
    Copy {
        /// The store to copy, such as sqlite:data/crosslist.db
        #[arg(value_name = "FROM")]
        from: String,
        /// The empty store, such as the address of a PostgreSQL database; its password may come from PGPASSWORD or ~/.pgpass
        #[arg(value_name = "TO")]
        to: String,
    },
    /// Copy the store into a SQLite file; the service may keep running
    Backup {
        /// The file to write, which must not exist
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(global: &GlobalArguments, command: &Command) -> Result<(), Failure> {
    match command {
        Command::SetAside => {
            let options = global.settings(&[])?.store.options;
            let Options::Sqlite(path) = options else {
                let message = format!(
                    "`{options}` is not a file; repair or restore a PostgreSQL database with its own tools"
                );
                return Err(Failure::wrong(message));
            };
            if !path.exists() {
                return Err(Failure::wrong(format!("there is no store at `{}`", path.display())));
            }
            let held = Lock::take(&path, &startup::holder("store set-aside", None));
            let _held = held.map_err(|error| Failure::running(error.to_string()))?;
            let aside = set_aside(&path, SystemClock::starting_at(None).now())?;
            print(&format!("`{}` was renamed to `{}`\n", path.display(), aside.display()))
        }
        Command::Copy { from, to } => {
            let [from, to] = [from, to].map(|url| url.parse::<Options>());
            let (from, to) = match (from, to) {
                (Ok(from), Ok(to)) => (from, to),
                (from, to) => {
                    let errors = [("FROM", from.err()), ("TO", to.err())];
                    let message =
                        errors.into_iter().filter_map(|(name, error)| Some(format!("{name}: {}", error?)));
                    return Err(Failure::wrong(message.collect::<Vec<_>>().join("; ")));
                }
            };
            let counts = with_bar(async |progress| store::copy(&from, &to, progress).await)?;
            let counts: Vec<String> =
                counts.iter().map(|(table, count)| format!("{count} {table}")).collect();
            print(&format!("`{from}` was copied into `{to}`: {}\n", counts.join(", ")))
        }
        Command::Backup { file } => {
            let options = global.settings(&[])?.store.options;
            with_bar(async |progress| store::backup(&options, file, progress).await)?;
            print(&format!("`{options}` was copied into `{}`\n", file.display()))
        }
    }
}

/// Runs `work` with a progress bar of the copied rows, which is drawn on a terminal only.
fn with_bar<T>(work: impl AsyncFnOnce(store::Progress<'_>) -> Result<T, StoreError>) -> Result<T, Failure> {
    let bar = ProgressBar::new(0);
    let mut shown = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let done = runtime()?.block_on(work(&mut shown));
    bar.finish_and_clear();
    done.map_err(|error| Failure::running(error.to_string()))
}

/// Renames the file and its companions; nothing is deleted.
fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, Failure> {
    let suffix = now.strftime(".set-aside-%Y%m%dT%H%M%SZ").to_string();
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for companion in COMPANIONS {
        let (from, to) = (beside(companion), beside(&format!("{suffix}{companion}")));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(|error| {
                Failure::running(format!("cannot rename `{}` to `{}`: {error}", from.display(), to.display()))
            })?;
        }
    }
    Ok(beside(&suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_renamed_with_its_companions_and_nothing_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("crosslist.db");
        for companion in COMPANIONS {
            std::fs::write(format!("{}{companion}", path.display()), companion).expect("a file");
        }
        let now: Timestamp = "2026-03-02T01:00:00Z".parse().expect("a time");
        let aside = set_aside(&path, now).expect("moved");
        assert!(aside.ends_with("crosslist.db.set-aside-20260302T010000Z"));
        assert!(!path.exists());
        for companion in COMPANIONS {
            let moved = std::fs::read_to_string(format!("{}{companion}", aside.display()));
            assert_eq!(moved.expect("a file"), companion);
        }
    }
}
