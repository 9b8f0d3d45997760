//! The folder of an export: every file is complete at any moment, and files of others are never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::complete_file;
use super::manifest::{self, Manifest};
use crate::cli::failure::Failure;
use crate::serve::ExportedFile;

/// The lock file that keeps a second export out of the folder.
const LOCK: &str = ".crosslist-export.lock";

/// The name of a file until it is complete.
const UNFINISHED: &str = ".crosslist-export.tmp";

/// The most foreign files that an error names.
const NAMED_MAX: usize = 5;

/// The folder of an export, locked against other exports.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    manifest: Manifest,
    /// The files of this export, with their hashes.
    wanted: BTreeMap<String, String>,
    /// Those of `wanted` that are missing or different.
    changed: BTreeSet<String>,
    /// Files in the place of `wanted` that no export wrote.
    foreign: Vec<String>,
    /// Folders with changed entries.
    touched: BTreeSet<PathBuf>,
    _lock: fs::File,
}

/// The result of an export.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) folder: PathBuf,
    pub(super) written: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
    /// Files that are not part of the export any more and were changed since they were written.
    pub(super) left: Vec<String>,
}

impl Folder {
    /// Makes the folder if it does not exist, and locks it for as long as the value lives.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| failed("make the folder", path, &error))?;
        let lock_path = path.join(LOCK);
        let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|error| failed("write", &lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("another `crosslist export` is writing to `{}`", path.display());
                return Err(Failure::running(message));
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

    /// Compares a file of this export with the one in the folder.
    pub(super) fn compare(&mut self, file: &ExportedFile) {
        let hash = manifest::hash(&file.bytes);
        match self.hash_of(&file.path) {
            Ok(Some(there)) if there == hash => {}
            Ok(there) if there.as_ref().is_none_or(|there| self.manifest.has(&file.path, there)) => {
                self.changed.insert(file.path.clone());
                // So that the file is known as ours by its hash, even if this export is interrupted.
                self.manifest.files.extend(there.map(|there| (file.path.clone(), there)));
            }
            // Also an entry that cannot be read, such as a folder of that name.
            _ => self.foreign.push(file.path.clone()),
        }
        self.wanted.insert(file.path.clone(), hash);
    }

    /// After all comparisons: refuses to continue if foreign files are in the way, else records what will be written.
    /// Returns whether there is something to write.
    pub(super) fn begin(&mut self) -> Result<bool, Failure> {
        if !self.foreign.is_empty() {
            let named: Vec<String> =
                self.foreign.iter().take(NAMED_MAX).map(|path| format!("`{path}`")).collect();
            let more = self.foreign.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            return Err(Failure::wrong(format!(
                "`{}` contains files that the export did not write, or that were changed since: {}{more}; move them away, or choose another folder",
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

    /// Writes a file that is missing or different.
    pub(super) fn write(&mut self, file: &ExportedFile) -> Result<(), Failure> {
        if self.changed.contains(&file.path) { self.put(&file.path, &file.bytes) } else { Ok(()) }
    }

    /// Removes files that are not part of the export any more, unless `keeps` returns true for their path.
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
        let is_changed = files != self.manifest.files || !self.manifest.pending.is_empty();
        self.manifest.files = files;
        self.manifest.pending.clear();
        if is_changed {
            self.write_manifest()?;
        }
        for folder in &self.touched {
            // On a system that cannot do this, only a power failure loses the entries.
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

    /// Writes a file under another name, and renames it once it is complete and on the disk.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let place = self.path.join(path);
        let folder = place.parent().unwrap_or(&self.path).to_owned();
        fs::create_dir_all(&folder).map_err(|error| failed("make the folder", &folder, &error))?;
        let unfinished = folder.join(UNFINISHED);
        complete_file::write(&place, &unfinished, bytes).map_err(|error| failed("write", &place, &error))?;
        self.touched.insert(folder);
        Ok(())
    }

    /// Removes a file and the folders that it leaves empty.
    fn remove(&mut self, path: &str) -> Result<(), Failure> {
        let place = self.path.join(path);
        fs::remove_file(&place).map_err(|error| failed("remove", &place, &error))?;
        for folder in Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            // Fails if the folder is not empty.
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

    /// Removes the incomplete files of an interrupted export.
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
            Failure::wrong(format!("`{path}` is not a list of exported files: {why}; choose another folder"))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Manifest::default()),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::running(format!("cannot {what} `{}`: {error}", path.display()))
}
