//! Has a file of the settings changed?
//!
//! Folders are watched rather than files: editors put a new file in place of the old one, Kubernetes another folder
//! behind a link, and a file may come later.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Changes come in bursts; when nothing has come for so long, the files are read.
const CALM: Duration = Duration::from_millis(100);

/// The same after a change that is perhaps not whole: a file is open and its writer has not closed it.
const WRITING_CALM: Duration = Duration::from_secs(2);

/// How long a burst may go on.
const BURST_MAX: Duration = Duration::from_secs(10);

/// How many changes wait to be looked at; of more it is enough to know that there were some.
const WAITING_MAX: usize = 64;

/// The longest chain of links that is followed, as in Linux.
const LINKS_MAX: usize = 40;

/// What is watched.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// Folders and files that the system tells of.
    watched: BTreeSet<PathBuf>,
    /// Paths whose change counts; others in the same folders do not.
    spots: Arc<Mutex<BTreeSet<PathBuf>>>,
    changes: Receiver<Change>,
    has_warned: bool,
}

/// A change that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// Its writer may write more.
    Begun,
    Whole,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (told, changes) = channel(WAITING_MAX);
        let spots: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
        let mut watch = Self { watcher: None, watched: BTreeSet::new(), spots, changes, has_warned: false };
        match notify::recommended_watcher(sorter(watch.spots.clone(), told)) {
            Ok(watcher) => watch.watcher = Some(watcher),
            Err(error) => watch.warn(&error),
        }
        watch
    }

    /// Waits for a change and for the end of its burst; for ever where nothing can be watched.
    pub(super) async fn changed(&mut self) {
        let Some(mut change) = self.changes.recv().await else { return std::future::pending().await };
        let end = tokio::time::Instant::now() + BURST_MAX;
        loop {
            let calm = if change == Change::Begun { WRITING_CALM } else { CALM };
            let calm = (tokio::time::Instant::now() + calm).min(end);
            match tokio::time::timeout_at(calm, self.changes.recv()).await {
                Ok(Some(next)) => change = next,
                _ => return,
            }
        }
    }

    /// Watches what these files hang on now, and no more what they did before.
    pub(super) fn place(&mut self, files: &[PathBuf]) {
        let (mut spots, mut watched) = (BTreeSet::new(), BTreeSet::new());
        for file in files {
            if let Ok(file) = std::path::absolute(file) {
                follow(&file, LINKS_MAX, &mut spots, &mut watched);
            }
        }
        *self.spots.lock().unwrap_or_else(PoisonError::into_inner) = spots;
        let Some(system) = &mut self.watcher else { return };
        for gone in self.watched.difference(&watched) {
            // Whatever was removed is not watched any more, which is all that is wanted.
            drop(system.unwatch(gone));
        }
        let mut refused = None;
        for path in &watched {
            // Also what is watched already: there may be another file or folder of that name now.
            if let Err(error) = system.watch(path, RecursiveMode::NonRecursive)
                && path.exists()
            {
                refused = Some(error);
            }
        }
        self.watched = watched;
        if let Some(error) = refused {
            self.warn(&error);
        }
    }

    fn warn(&mut self, error: &notify::Error) {
        if !std::mem::replace(&mut self.has_warned, true) {
            tracing::warn!(%error, "files of the settings cannot be watched; SIGHUP reloads them");
        }
    }
}

/// Passes on what counts; it runs where the system tells of changes.
fn sorter(
    spots: Arc<Mutex<BTreeSet<PathBuf>>>,
    told: Sender<Change>,
) -> impl Fn(notify::Result<Event>) + Send + 'static {
    move |event| {
        let Ok(event) = event else { return };
        let change = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Change::Whole,
            // Reading is no change, least of all our own.
            EventKind::Access(_) => return,
            EventKind::Modify(ModifyKind::Data(_)) | EventKind::Create(CreateKind::File) => Change::Begun,
            _ => Change::Whole,
        };
        let counts = |path: &PathBuf| spots.lock().unwrap_or_else(PoisonError::into_inner).contains(path);
        if event.need_rescan() || event.paths.iter().any(counts) {
            // Where many wait already, one more says nothing new.
            let _ = told.try_send(change);
        }
    }
}

/// Every path on the way to a file whose change changes the file, links and what they lead to included; and what is to
/// be watched to hear of it: the folders of the file and of links, the folder above, and the file itself, which may be
/// mounted from elsewhere alone.
fn follow(file: &Path, links_left: usize, spots: &mut BTreeSet<PathBuf>, watched: &mut BTreeSet<PathBuf>) {
    let parts: Vec<OsString> = file.components().map(|part| part.as_os_str().to_owned()).collect();
    let mut path = PathBuf::new();
    for (index, part) in parts.iter().enumerate() {
        let folder = path.clone();
        if part == ".." {
            path.pop();
            continue;
        }
        path.push(part);
        spots.insert(path.clone());
        if let (Ok(target), true) = (std::fs::read_link(&path), links_left > 0) {
            watched.insert(folder.clone());
            let mut rest = folder.join(target);
            rest.extend(&parts[index + 1..]);
            follow(&rest, links_left - 1, spots, watched);
            return;
        }
    }
    let above = path.ancestors().skip(1).filter(|folder| folder.is_dir());
    watched.extend(above.take(2).map(Path::to_path_buf));
    if path.is_file() {
        watched.insert(path);
    }
}
