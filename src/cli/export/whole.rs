//! Writes a file that is whole at any moment, and leaves nothing beside it when the process is killed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file in the place of another of that name, once it is whole and on the disk; `beside` is the name that it may
/// have until then, in the same folder.
pub(super) fn write(place: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = without_a_name(place, beside, bytes).unwrap_or_else(|| {
        File::create(beside).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))?;
        fs::rename(beside, place)
    });
    if written.is_err() {
        drop(fs::remove_file(beside));
    }
    written
}

/// The same by a file that has no name until it is whole, so that it ends with its process; none where the system or the
/// file system has no such files.
///
/// A name cannot be given to it that another file has, so that it replaces one by the other name, for a moment.
#[cfg(target_os = "linux")]
fn without_a_name(place: &Path, beside: &Path, bytes: &[u8]) -> Option<io::Result<()>> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use std::os::fd::AsRawFd;

    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let mut file = File::from(openat(CWD, folder, flags, Mode::from_raw_mode(0o666)).ok()?);
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        return Some(Err(error));
    }
    // A link to the descriptor itself is for the superuser alone.
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    let name = |path: &Path| linkat(CWD, descriptor.as_str(), CWD, path, AtFlags::SYMLINK_FOLLOW);
    match name(place) {
        Ok(()) => Some(Ok(())),
        Err(rustix::io::Errno::EXIST) => {
            drop(fs::remove_file(beside));
            name(beside).ok()?;
            Some(fs::rename(beside, place))
        }
        // Without /proc for instance.
        Err(_) => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn without_a_name(_place: &Path, _beside: &Path, _bytes: &[u8]) -> Option<io::Result<()>> {
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
