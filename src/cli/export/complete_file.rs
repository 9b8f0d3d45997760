//! Writes a file so that its name never belongs to an incomplete one, and a killed process leaves nothing beside it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file, in place of any of that name, once it is complete and on the disk. `beside` is the name that it may have
/// until then, in the same folder.
pub(super) fn write(place: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = by_unnamed_file(place, beside, bytes).unwrap_or_else(|| {
        File::create(beside).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))?;
        fs::rename(beside, place)
    });
    if written.is_err() {
        drop(fs::remove_file(beside));
    }
    written
}

/// The same with a file that has no name until it is complete (`O_TMPFILE`), so that the system removes it with its process;
/// none if the system or the file system does not support that.
///
/// Linking it cannot replace a file, so that to replace one it has the name `beside` for a moment.
#[cfg(target_os = "linux")]
fn by_unnamed_file(place: &Path, beside: &Path, bytes: &[u8]) -> Option<io::Result<()>> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use std::os::fd::AsRawFd;

    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let mut file = File::from(openat(CWD, folder, flags, Mode::from_raw_mode(0o666)).ok()?);
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        return Some(Err(error));
    }
    // Linking the descriptor itself (AT_EMPTY_PATH) is for the superuser only.
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    let name = |path: &Path| linkat(CWD, descriptor.as_str(), CWD, path, AtFlags::SYMLINK_FOLLOW);
    match name(place) {
        Ok(()) => Some(Ok(())),
        Err(rustix::io::Errno::EXIST) => {
            drop(fs::remove_file(beside));
            name(beside).ok()?;
            Some(fs::rename(beside, place))
        }
        // For example without /proc.
        Err(_) => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn by_unnamed_file(_place: &Path, _beside: &Path, _bytes: &[u8]) -> Option<io::Result<()>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_and_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let [place, beside] = ["feed.atom", ".tmp"].map(|name| folder.path().join(name));
        for text in ["first", "the second"] {
            fs::write(&beside, "left by one that was killed").expect("a file");
            write(&place, &beside, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&place).expect("the file"), text);
        }
        assert!(!beside.exists(), "it was replaced by way of this name");
        fs::create_dir(folder.path().join("folder")).expect("a folder");
        assert!(write(&folder.path().join("folder"), &beside, b"x").is_err());
        assert!(!beside.exists());
    }
}
