//! The operator's token: a file beside the store that only the user of the service can read.
//!
//! Whoever can read it may have arXiv read now (`POST /admin/refresh`). It is new at every start, and is written with
//! mode 0600 under a name of its own before it takes its place, so that neither a link nor the rights of a file that was
//! there before decide who reads it. A database that several replicas share and a store in memory have no such place:
//! there a key of `access.admin_keys` is the only way.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

/// How many random bytes a token has.
const TOKEN_BYTES: usize = 32;

/// The most that is read of a file that should hold a token.
const FILE_BYTES_MAX: u64 = 1_024;

/// Only the user that the service runs as.
const MODE: u32 = 0o600;

/// Where the token of the store in this file is: `data/crosslist.db.token` beside `data/crosslist.db`.
#[must_use]
pub fn place(store: &Path) -> PathBuf {
    let mut place = store.as_os_str().to_owned();
    place.push(".token");
    place.into()
}

/// Reads the token that the service wrote when it started.
///
/// # Errors
/// The file is not there, or is another user's.
pub fn read(place: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(place)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

/// A token that nobody can guess; none where the system has no randomness to give.
pub(super) fn new() -> Option<String> {
    let mut bytes = [0; TOKEN_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex::encode(bytes))
}

/// Writes a token in the place of the one before.
pub(super) fn write(token: &str, place: &Path) -> io::Result<()> {
    let mut unfinished = place.as_os_str().to_owned();
    unfinished.push(".new");
    // What a start that was cut off has left behind would be opened as it is.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&unfinished)?;
    file.write_all(format!("{token}\n").as_bytes())?;
    drop(file);
    fs::rename(&unfinished, place)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_token_is_new_at_every_start_and_for_its_user_alone_whatever_was_there_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place(&folder.path().join("crosslist.db"));
        assert!(place.ends_with("crosslist.db.token"));
        let of_others = folder.path().join("of-others");
        fs::write(&of_others, "theirs").expect("a file");
        fs::set_permissions(&of_others, fs::Permissions::from_mode(0o666)).expect("rights");
        symlink(&of_others, &place).expect("a link");
        fs::write(folder.path().join("crosslist.db.token.new"), "cut off").expect("a file");
        let mut before = String::new();
        for _ in 0..2 {
            let token = new().expect("randomness");
            assert_eq!(token.len(), 2 * TOKEN_BYTES);
            write(&token, &place).expect("written");
            assert_eq!(read(&place).expect("read"), token);
            assert_ne!(token, before);
            let kept = fs::symlink_metadata(&place).expect("there");
            assert!(kept.is_file() && kept.permissions().mode() & 0o777 == MODE, "{kept:?}");
            before = token;
        }
        assert_eq!(fs::read_to_string(&of_others).expect("read"), "theirs");
        assert!(write("token", Path::new("/nowhere/crosslist.db.token")).is_err());
    }
}
