//! How does a folder come to hold the files, each whole at any moment and nothing of others touched?

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::manifest::{self, Manifest};
use super::{Failure, File, whole};

/// What keeps two exports out of one folder.
const LOCK: &str = ".crosslist-export.lock";

/// A file has this name until it is whole.
const UNFINISHED: &str = ".crosslist-export.tmp";

/// How many foreign files an error names.
const NAMED_MAX: usize = 5;

/// The folder of an export, which no other export works on.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    manifest: Manifest,
    /// Everything that belongs into the folder now, with its hash.
    wanted: BTreeMap<String, String>,
    /// What of it is not there yet.
    changed: BTreeSet<String>,
    /// What is there in its place and was not written here.
    foreign: Vec<String>,
    /// Folders whose entries have changed.
    touched: BTreeSet<PathBuf>,
    _lock: fs::File,
}

/// What was done.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) folder: PathBuf,
    pub(super) written: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
    /// Files that are wanted no longer, and are not as they were written.
    pub(super) left: Vec<String>,
}

impl Folder {
    /// Makes the folder where there is none, and keeps other exports out of it for as long as it is held.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| failed("make the folder", path, &error))?;
        let lock_path = path.join(LOCK);
        let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|error| failed("write", &lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let said = format!("another `crosslist export` is at work on `{}`", path.display());
                return Err(Failure::running(said));
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", &lock_path, &error)),
        }
        let manifest = read_manifest(&path.join(manifest::NAME))?;
        let (wanted, changed, foreign) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        let folder = Self {
            path: path.into(),
            manifest,
            wanted,
            changed,
            foreign,
            touched: BTreeSet::new(),
            _lock: lock,
        };
        folder.clear_unfinished();
        Ok(folder)
    }

    /// The files that an earlier export wrote.
    pub(super) fn listed(&self) -> BTreeSet<String> {
        self.manifest.paths().filter(|path| self.path.join(path).is_file()).cloned().collect()
    }

    /// Compares a file that belongs here with what is there.
    pub(super) fn compare(&mut self, file: &File) {
        let hash = manifest::hash(&file.bytes);
        match self.hash_of(&file.path) {
            Ok(Some(there)) if there == hash => {}
            Ok(there) if there.as_ref().is_none_or(|there| self.manifest.has(&file.path, there)) => {
                self.changed.insert(file.path.clone());
                // What an interrupted export wrote is known by its hash also when this one is interrupted.
                self.manifest.files.extend(there.map(|there| (file.path.clone(), there)));
            }
            // Also what cannot be read, such as a folder of that name.
            _ => self.foreign.push(file.path.clone()),
        }
        self.wanted.insert(file.path.clone(), hash);
    }

    /// Everything was compared: makes sure that nothing foreign is in the way, and remembers what will be written.
    ///
    /// True where there is something to write.
    pub(super) fn begin(&mut self) -> Result<bool, Failure> {
        if !self.foreign.is_empty() {
            let named: Vec<String> =
                self.foreign.iter().take(NAMED_MAX).map(|path| format!("`{path}`")).collect();
            let more = self.foreign.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            return Err(Failure::wrong(format!(
                "`{}` has files of others where the export would write, or files that were changed since it did: {}{more}; move them away, or take another folder",
                self.path.display(),
                named.join(", "),
            )));
        }
        if self.changed.is_empty() {
            return Ok(false);
        }
        let known = |path: &String| self.wanted.get(path).map(|hash| (path.clone(), hash.clone()));
        self.manifest.pending = self.changed.iter().filter_map(known).collect();
        self.write_manifest()?;
        Ok(true)
    }

    /// Writes a file that is not there yet.
    pub(super) fn write(&mut self, file: &File) -> Result<(), Failure> {
        if self.changed.contains(&file.path) { self.put(&file.path, &file.bytes) } else { Ok(()) }
    }

    /// Removes what is wanted no longer, unless `keeps` says that it stays.
    pub(super) fn finish(mut self, keeps: impl Fn(&str) -> bool) -> Result<Done, Failure> {
        let listed: BTreeSet<String> = self.manifest.paths().cloned().collect();
        let (mut removed, mut left) = (0, Vec::new());
        let mut files = self.wanted.clone();
        for path in listed.difference(&self.wanted.keys().cloned().collect()) {
            match self.hash_of(path) {
                Ok(None) => {}
                Ok(Some(there)) if self.manifest.has(path, &there) => {
                    if keeps(path) {
                        files.insert(path.clone(), there);
                    } else {
                        self.remove(path)?;
                        removed += 1;
                    }
                }
                _ => left.push(path.clone()),
            }
        }
        let is_news = files != self.manifest.files || !self.manifest.pending.is_empty();
        self.manifest.files = files;
        self.manifest.pending.clear();
        if is_news {
            self.write_manifest()?;
        }
        for folder in &self.touched {
            // What a system without this cannot do is lost only with the power.
            drop(fs::File::open(folder).and_then(|folder| folder.sync_all()));
        }
        let written = self.changed.len();
        let unchanged = self.wanted.len() - written;
        Ok(Done { folder: self.path, written, unchanged, removed, left })
    }

    fn hash_of(&self, path: &str) -> io::Result<Option<String>> {
        match fs::read(self.path.join(path)) {
            Ok(bytes) => Ok(Some(manifest::hash(&bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file beside its place, and puts it there once it is whole and on the disk.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let place = self.path.join(path);
        let folder = place.parent().unwrap_or(&self.path).to_owned();
        fs::create_dir_all(&folder).map_err(|error| failed("make the folder", &folder, &error))?;
        let unfinished = folder.join(UNFINISHED);
        whole::write(&place, &unfinished, bytes).map_err(|error| failed("write", &place, &error))?;
        self.touched.insert(folder);
        Ok(())
    }

    /// Removes a file, and the folders that are empty without it.
    fn remove(&mut self, path: &str) -> Result<(), Failure> {
        let place = self.path.join(path);
        fs::remove_file(&place).map_err(|error| failed("remove", &place, &error))?;
        for folder in Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            // One that is not empty stays.
            if fs::remove_dir(self.path.join(folder)).is_err() {
                self.touched.insert(self.path.join(folder));
                break;
            }
        }
        Ok(())
    }

    fn write_manifest(&mut self) -> Result<(), Failure> {
        let text = self.manifest.text();
        self.put(manifest::NAME, text.as_bytes())
    }

    /// Removes what an interrupted export was about to write.
    fn clear_unfinished(&self) {
        let folders = self.manifest.paths().filter_map(|path| Path::new(path).parent());
        let folders: BTreeSet<&Path> = folders.chain([Path::new("")]).collect();
        for folder in folders {
            drop(fs::remove_file(self.path.join(folder).join(UNFINISHED)));
        }
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Manifest::read(&text).map_err(|why| {
            let path = path.display();
            Failure::wrong(format!("`{path}` does not say what was written here: {why}; take another folder"))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Manifest::default()),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::running(format!("cannot {what} `{}`: {error}", path.display()))
}
