//! Watches the files of the settings for changes.
//!
//! The folders are watched, not the files: editors replace a file, Kubernetes replaces the folder that a link leads to, and a
//! file may appear later.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Changes come in bursts; a burst ends after this time without a change.
const CALM: Duration = Duration::from_millis(100);

/// The same while a file is open for writing, so that it may be incomplete.
const WRITING_CALM: Duration = Duration::from_secs(2);

/// The longest burst.
const BURST_MAX: Duration = Duration::from_secs(10);

/// The most changes in the queue; one more would say nothing new.
const WAITING_MAX: usize = 64;

/// The longest chain of symbolic links, as in Linux.
const LINKS_MAX: usize = 40;

/// The watched files and their changes.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// The folders and files that the system watches.
    watched: BTreeSet<PathBuf>,
    /// The paths whose changes count; other files of the same folders do not.
    relevant: Arc<Mutex<BTreeSet<PathBuf>>>,
    changes: Receiver<Change>,
    has_warned: bool,
}

/// A relevant change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// The file is still open for writing.
    Begun,
    Whole,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (sender, changes) = channel(WAITING_MAX);
        let relevant: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
        let mut watch =
            Self { watcher: None, watched: BTreeSet::new(), relevant, changes, has_warned: false };
        match notify::recommended_watcher(notification_handler(watch.relevant.clone(), sender)) {
            Ok(watcher) => watch.watcher = Some(watcher),
            Err(error) => watch.warn(&error),
        }
        watch
    }

    /// Waits for a change and for the end of its burst; for ever if nothing can be watched.
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

    /// Watches the paths that these files now depend on, and no others.
    pub(super) fn place(&mut self, files: &[PathBuf]) {
        let (mut relevant, mut watched) = (BTreeSet::new(), BTreeSet::new());
        for file in files {
            if let Ok(file) = std::path::absolute(file) {
                follow(&file, LINKS_MAX, &mut relevant, &mut watched);
            }
        }
        *self.relevant.lock().unwrap_or_else(PoisonError::into_inner) = relevant;
        let Some(system) = &mut self.watcher else { return };
        for gone in self.watched.difference(&watched) {
            // Fails if the path was removed, which ends the watch too.
            drop(system.unwatch(gone));
        }
        let mut refused = None;
        for path in &watched {
            // Also paths that are watched already: the file or folder may have been replaced.
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
            tracing::warn!(%error, "the settings files cannot be watched; send SIGHUP to reload them");
        }
    }
}

/// The handler of the system's notifications, which passes on relevant changes.
fn notification_handler(
    relevant: Arc<Mutex<BTreeSet<PathBuf>>>,
    sender: Sender<Change>,
) -> impl Fn(notify::Result<Event>) + Send + 'static {
    move |event| {
        let Ok(event) = event else { return };
        let change = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Change::Whole,
            // Reading is not a change.
            EventKind::Access(_) => return,
            EventKind::Modify(ModifyKind::Data(_)) | EventKind::Create(CreateKind::File) => Change::Begun,
            _ => Change::Whole,
        };
        let counts = |path: &PathBuf| relevant.lock().unwrap_or_else(PoisonError::into_inner).contains(path);
        if event.need_rescan() || event.paths.iter().any(counts) {
            // If the queue is full, another change adds nothing.
            let _ = sender.try_send(change);
        }
    }
}

/// Collects into `relevant` every path on the way to a file, through symbolic links, whose change may change the file; and
/// into `watched` what must be watched for that: the folders of the file and of links, the folder above, and the file
/// itself, which may be a mount of its own.
fn follow(file: &Path, links_left: usize, relevant: &mut BTreeSet<PathBuf>, watched: &mut BTreeSet<PathBuf>) {
    let parts: Vec<OsString> = file.components().map(|part| part.as_os_str().to_owned()).collect();
    let mut path = PathBuf::new();
    for (index, part) in parts.iter().enumerate() {
        let folder = path.clone();
        if part == ".." {
            path.pop();
            continue;
        }
        path.push(part);
        relevant.insert(path.clone());
        if let (Ok(target), true) = (std::fs::read_link(&path), links_left > 0) {
            watched.insert(folder.clone());
            let mut rest = folder.join(target);
            rest.extend(&parts[index + 1..]);
            follow(&rest, links_left - 1, relevant, watched);
            return;
        }
    }
    let above = path.ancestors().skip(1).filter(|folder| folder.is_dir());
    watched.extend(above.take(2).map(Path::to_path_buf));
    if path.is_file() {
        watched.insert(path);
    }
}
