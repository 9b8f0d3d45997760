//! Who may read and who may give orders? What is wrong with a key is told without the key.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::reader::{Fault, Reader};
use super::value::{Given, Value};

/// A key that is shorter could be guessed.
const KEY_CHARACTERS_MIN: usize = 16;
const KEY_CHARACTERS_MAX: usize = 256;

/// The settings that name a file of keys.
pub(super) const FILES: [&str; 2] = ["access.keys_file", "access.admin_keys_file"];

/// The largest file of keys that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// `[access]`: the keys that readers and operators show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessSettings {
    /// Without any, everyone may read.
    pub keys: Secrets,
    pub admin_keys: Secrets,
    /// Where some of them came from.
    pub keys_file: Option<PathBuf>,
    pub admin_keys_file: Option<PathBuf>,
}

/// Keys, which are never shown.
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

/// Those of the settings and those of the file that the settings name.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<AccessSettings> {
    let keys = reader.take_secret("access.keys", keys);
    let of_file = reader.take(FILES[0], file);
    let admin_keys = reader.take_secret("access.admin_keys", self::keys);
    let of_admin_file = reader.take(FILES[1], file);
    let joined = |mut keys: Vec<String>, more: Option<(PathBuf, Vec<String>)>| {
        let (file, more) = more.unzip();
        keys.extend(more.unwrap_or_default());
        (Secrets(keys), file)
    };
    let (keys, keys_file) = joined(keys?, of_file?);
    let (admin_keys, admin_keys_file) = joined(admin_keys?, of_admin_file?);
    Some(AccessSettings { keys, admin_keys, keys_file, admin_keys_file })
}

/// A list of keys, or in a variable keys with commas between them.
fn keys(given: &Given) -> Result<Vec<String>, Fault> {
    let wrong_type =
        || Fault::Parts(vec![(given.span.clone(), "write a list of keys, in quotes".to_owned())]);
    let parts: Vec<(&str, &Range<usize>)> = match (&given.value, &given.plain) {
        (Value::List(items), _) => {
            let item = |item: &'_ Given| item.text().is_some();
            if !items.iter().all(item) {
                return Err(wrong_type());
            }
            items.iter().filter_map(|item| Some((item.text()?, &item.span))).collect()
        }
        (_, Some(plain)) => plain.split(',').map(|key| (key.trim(), &given.span)).collect(),
        _ => return Err(wrong_type()),
    };
    let parts = parts.into_iter().filter(|(key, _)| !key.is_empty());
    let (mut keys, mut faults) = (Vec::new(), Vec::new());
    for (key, span) in parts {
        match fault_of(key) {
            None => keys.push(key.to_owned()),
            Some(fault) => faults.push((span.clone(), fault)),
        }
    }
    if faults.is_empty() { Ok(keys) } else { Err(Fault::Parts(faults)) }
}

/// A file and its keys, one in a line; `#` begins a comment, "" is no file.
///
/// A file without any would let everyone in, which is not what one makes a file of keys for.
fn file(given: &Given) -> Result<Option<(PathBuf, Vec<String>)>, Fault> {
    let Some(path) = given.text() else {
        return Err(Fault::WrongType("write the path of a file with a key in each line, or \"\"".to_owned()));
    };
    if path.is_empty() {
        return Ok(None);
    }
    let text = text_of(Path::new(path))
        .map_err(|why| Fault::Instead(format!("a file with a key in each line is needed there: {why}")))?;
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (mut keys, mut faults) = (Vec::new(), Vec::new());
    for (index, key) in lines {
        match fault_of(key) {
            None => keys.push(key.to_owned()),
            Some(fault) => faults.push(format!("line {}: {fault}", index + 1)),
        }
    }
    if keys.is_empty() && faults.is_empty() {
        faults.push("the file holds no key; write one in a line, or \"\" for no file".to_owned());
    }
    if faults.is_empty() { Ok(Some((path.into(), keys))) } else { Err(Fault::Instead(faults.join("; "))) }
}

fn text_of(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(std::io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    std::fs::read_to_string(path)
}

fn fault_of(key: &str) -> Option<String> {
    let is_plain = key.chars().all(|c| c.is_ascii_graphic() && !",\"\\".contains(c));
    let length = key.chars().count();
    (!is_plain || !(KEY_CHARACTERS_MIN..=KEY_CHARACTERS_MAX).contains(&length)).then(|| {
        format!(
            "a key of {length} characters cannot stand; write {KEY_CHARACTERS_MIN} to {KEY_CHARACTERS_MAX} letters, \
             digits or other signs of ASCII, without blanks, commas, quotes and backslashes"
        )
    })
}
