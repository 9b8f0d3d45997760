//! The operator's token: a file beside a SQLite store that only the user of the service can read.
//!
//! It authorizes `POST /admin/refresh`. It is new at every start, and is written with mode 0600 under another name before it
//! is renamed, so that neither a link nor the permissions of an existing file decide who can read it. A PostgreSQL store and
//! a store in memory have no token; there a key of `access.admin_keys` is needed.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

/// The random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// The most bytes that are read of the file.
const FILE_BYTES_MAX: u64 = 1_024;

/// Readable and writable by the user of the service only.
const MODE: u32 = 0o600;

/// The path of the token: `data/crosslist.db.token` for the store `data/crosslist.db`.
#[must_use]
pub fn path(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(".token");
    path.into()
}

/// Reads the token that the service wrote when it started.
///
/// # Errors
/// The file does not exist, or belongs to another user.
pub fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

/// A token that nobody can guess; none if the system has no randomness.
pub(super) fn new() -> Option<String> {
    let mut bytes = [0; TOKEN_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex::encode(bytes))
}

/// Writes the token in place of the one before.
pub(super) fn write(token: &str, path: &Path) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    // The file of an interrupted start would keep its permissions.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&unfinished)?;
    file.write_all(format!("{token}\n").as_bytes())?;
    drop(file);
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_token_is_new_at_every_start_and_readable_by_its_user_alone_whatever_file_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = path(&folder.path().join("crosslist.db"));
        assert!(path.ends_with("crosslist.db.token"));
        let of_others = folder.path().join("of-others");
        fs::write(&of_others, "theirs").expect("a file");
        fs::set_permissions(&of_others, fs::Permissions::from_mode(0o666)).expect("rights");
        symlink(&of_others, &path).expect("a link");
        fs::write(folder.path().join("crosslist.db.token.new"), "cut off").expect("a file");
        let mut before = String::new();
        for _ in 0..2 {
            let token = new().expect("randomness");
            assert_eq!(token.len(), 2 * TOKEN_BYTES);
            write(&token, &path).expect("written");
            assert_eq!(read(&path).expect("read"), token);
            assert_ne!(token, before);
            let kept = fs::symlink_metadata(&path).expect("there");
            assert!(kept.is_file() && kept.permissions().mode() & 0o777 == MODE, "{kept:?}");
            before = token;
        }
        assert_eq!(fs::read_to_string(&of_others).expect("read"), "theirs");
        assert!(write("token", Path::new("/nowhere/crosslist.db.token")).is_err());
    }
}
