//! Which store is meant?

use std::path::PathBuf;
use std::str::FromStr;

/// Where a store is, as the settings name it: `sqlite:data/crosslist.db`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The file of the database.
    pub path: PathBuf,
}

/// The text names no store that is known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no store; write sqlite: and the path of a file, such as sqlite:data/crosslist.db")]
pub struct UnknownStoreUrl(pub String);

impl FromStr for Options {
    type Err = UnknownStoreUrl;

    fn from_str(text: &str) -> Result<Self, UnknownStoreUrl> {
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.contains(['?', '\0']) && !path.ends_with('/') => {
                Ok(Self { path: path.into() })
            }
            _ => Err(UnknownStoreUrl(text.chars().take(200).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file() {
        let path =
            |text: &str| text.parse::<Options>().ok().map(|options| options.path.display().to_string());
        assert_eq!(path("sqlite:data/crosslist.db").as_deref(), Some("data/crosslist.db"));
        assert_eq!(path("sqlite:/var/lib/crosslist.db").as_deref(), Some("/var/lib/crosslist.db"));
        assert_eq!(path("sqlite:///var/lib/crosslist.db").as_deref(), Some("/var/lib/crosslist.db"));
        for text in ["", "sqlite:", "data/crosslist.db", "mysql://x/y", "sqlite:a?mode=ro", "sqlite:data/"] {
            assert_eq!(path(text), None, "{text}");
        }
    }
}
