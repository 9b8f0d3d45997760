//! The keys of readers and operators. No message and no debug output contains a key.

use std::path::{Path, PathBuf};

use super::value_kind::{Form, ValueError, ValueKind};

/// A shorter key could be guessed.
const KEY_CHARACTERS_MIN: usize = 16;
const KEY_CHARACTERS_MAX: usize = 256;

/// The largest file of keys that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The settings that name a file of keys.
pub(super) const KEY_FILES: [&str; 2] = ["access.keys_file", "access.admin_keys_file"];

/// Keys, which debug output does not show.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

impl Secrets {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A file of keys, and what it contained when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFile {
    /// None if no file is set.
    pub path: Option<PathBuf>,
    pub keys: Secrets,
}

/// A list of keys; a variable may separate them with commas.
pub(super) fn key_list() -> ValueKind<Secrets> {
    const ADVICE: &str = "write a list of keys, in quotes";
    ValueKind::new(Form::Secrets(ADVICE), |raw, _| {
        let wrong_type = || ValueError::Items(vec![(raw.span.clone(), ADVICE.to_owned())]);
        let items = raw.items().ok_or_else(wrong_type)?;
        let items = items.into_iter().filter(|(key, _)| !key.is_empty());
        let (keys, errors) = check(items);
        if errors.is_empty() { Ok(keys) } else { Err(ValueError::Items(errors)) }
    })
}

/// The path of a file with a key in each line, or "" for no file; `#` begins a comment.
///
/// A file without a key is an error: it would let everyone read.
pub(super) fn key_file() -> ValueKind<KeyFile> {
    const ADVICE: &str = "write the path of a file with a key in each line, or \"\"";
    ValueKind::new(Form::Text(ADVICE), |raw, form| {
        let path = raw.text().ok_or_else(|| form.wrong_type())?;
        if path.is_empty() {
            return Ok(KeyFile::default());
        }
        let invalid = ValueError::Invalid;
        let text = read(Path::new(path))
            .map_err(|error| invalid(format!("write the path of a file with a key in each line: {error}")))?;
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (keys, errors) = check(lines.map(|(index, line)| (line, index + 1)));
        if !errors.is_empty() {
            let errors = errors.into_iter().map(|(line, error)| format!("line {line}: {error}"));
            return Err(invalid(errors.collect::<Vec<_>>().join("; ")));
        }
        if keys.0.is_empty() {
            let why = "the file contains no key; write one in each line, or set \"\" for no file";
            return Err(invalid(why.to_owned()));
        }
        Ok(KeyFile { path: Some(path.into()), keys })
    })
}

fn read(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(std::io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    std::fs::read_to_string(path)
}

/// The valid keys, and the errors of the others with their places.
fn check<'a, P>(keys: impl Iterator<Item = (&'a str, P)>) -> (Secrets, Vec<(P, String)>) {
    let (mut valid, mut errors) = (Vec::new(), Vec::new());
    for (key, place) in keys {
        match error_of(key) {
            None => valid.push(key.to_owned()),
            Some(error) => errors.push((place, error)),
        }
    }
    (Secrets(valid), errors)
}

fn error_of(key: &str) -> Option<String> {
    let is_plain = key.chars().all(|c| c.is_ascii_graphic() && !",\"\\".contains(c));
    let length = key.chars().count();
    (!is_plain || !(KEY_CHARACTERS_MIN..=KEY_CHARACTERS_MAX).contains(&length)).then(|| {
        format!(
            "a key of {length} characters is not valid; write {KEY_CHARACTERS_MIN} to {KEY_CHARACTERS_MAX} ASCII \
             letters, digits and punctuation, without spaces, commas, quotes and backslashes"
        )
    })
}
