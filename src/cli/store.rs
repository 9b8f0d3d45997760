//! `crosslist store`: work on the file that keeps what was announced.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::clock::Clock;
use crate::startup::SystemClock;
use crate::store::Options;

use super::{Failure, print};

/// What SQLite puts beside the file.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Move a damaged store out of the way, so that the next start begins with an empty one; stop the service first
    SetAside,
}

pub(super) fn run(global: &super::Arguments, command: &Command) -> Result<(), Failure> {
    let options = global.settings()?.store.options;
    match command {
        Command::SetAside => {
            let Options::Sqlite(path) = options else {
                let said =
                    format!("`{options}` is no file; a PostgreSQL is mended or restored with its own tools");
                return Err(Failure::wrong(said));
            };
            let aside = set_aside(&path, SystemClock::starting_at(None).now())?;
            print(&format!("`{}` is now `{}`\n", path.display(), aside.display()))
        }
    }
}

/// Renames the file and its companions; nothing is deleted.
fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, Failure> {
    if !path.exists() {
        return Err(Failure::wrong(format!("there is no store at `{}`", path.display())));
    }
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
    fn a_store_is_moved_aside_with_its_companions_and_nothing_is_deleted() {
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
        assert!(set_aside(&path, now).is_err());
    }
}
