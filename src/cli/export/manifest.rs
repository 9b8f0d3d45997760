//! The list of the files that exports wrote into a folder, with the hash of each.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

/// The file name of the list.
pub(super) const NAME: &str = ".crosslist-export.json";

const VERSION: u32 = 1;

/// The list, as it is stored.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    version: u32,
    /// Written files: the hash of the bytes by path.
    pub(super) files: BTreeMap<String, String>,
    /// Files that were about to be written; after a crash some of them exist.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) pending: BTreeMap<String, String>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, files: BTreeMap::new(), pending: BTreeMap::new() }
    }
}

impl Manifest {
    /// Parses the list and refuses paths outside the folder, since files of the list may be removed.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if read.version != VERSION {
            return Err(format!("its version is {}, and this crosslist reads {VERSION}", read.version));
        }
        match read.files.keys().chain(read.pending.keys()).find(|path| !is_inside(path)) {
            Some(path) => Err(format!("it names `{path}`, which is not inside the folder")),
            None => Ok(read),
        }
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Returns whether an export wrote a file with this hash.
    pub(super) fn has(&self, path: &str, hash: &str) -> bool {
        [&self.files, &self.pending].iter().any(|files| files.get(path).is_some_and(|known| known == hash))
    }

    /// Every path that was or may have been written.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.files.keys().chain(self.pending.keys())
    }
}

pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn is_inside(path: &str) -> bool {
    let is_name = |part: Component<'_>| matches!(part, Component::Normal(_));
    !path.is_empty() && Path::new(path).components().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_as_it_was_written() {
        let mut manifest = Manifest::default();
        manifest.files.insert("a/b.atom".to_owned(), hash(b"x"));
        assert_eq!(Manifest::read(&manifest.text()).as_ref(), Ok(&manifest));
        assert!(manifest.has("a/b.atom", &hash(b"x")) && !manifest.has("a/b.atom", &hash(b"y")));
    }

    #[test]
    fn a_list_of_other_folders_or_programs_is_refused() {
        for path in ["../a", "/a", "a/../../b", ""] {
            let text = format!("{{\"version\":1,\"files\":{{\"{path}\":\"0\"}}}}");
            assert!(Manifest::read(&text).is_err_and(|why| why.contains("not inside")), "{path}");
        }
        assert!(
            Manifest::read("{\"version\":2,\"files\":{}}").is_err_and(|why| why.contains("version is 2"))
        );
        assert!(Manifest::read("{").is_err());
    }
}
