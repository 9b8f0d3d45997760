//! The address of a store in the settings.

use std::path::PathBuf;
use std::str::FromStr;

use super::address::{Address, BadAddress};
use crate::domain::excerpt::beginning;

/// Where a store is, as the settings name it: `sqlite:data/crosslist.db`, `postgres://crosslist@db/crosslist`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Options {
    /// The file of a SQLite database.
    Sqlite(PathBuf),
    /// A PostgreSQL database, which several replicas may share.
    Postgres(Address),
}

/// The text names no store that is known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownStoreUrl {
    #[error(
        "`{0}` names no store; write sqlite: and the path of a file, such as sqlite:data/crosslist.db, or the address of a PostgreSQL database, such as postgres://crosslist@db.example/crosslist"
    )]
    Neither(String),
    #[error(transparent)]
    Address(#[from] BadAddress),
}

impl FromStr for Options {
    type Err = UnknownStoreUrl;

    fn from_str(text: &str) -> Result<Self, UnknownStoreUrl> {
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            return Ok(Self::Postgres(text.parse()?));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.contains(['?', '\0']) && !path.ends_with('/') => {
                Ok(Self::Sqlite(path.into()))
            }
            _ => Err(UnknownStoreUrl::Neither(beginning(text, 200).to_owned())),
        }
    }
}

/// As it may be shown: without the password.
impl std::fmt::Display for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file_or_a_database() {
        let shown = |text: &str| text.parse::<Options>().ok().map(|options| options.to_string());
        assert_eq!(shown("sqlite:data/crosslist.db").as_deref(), Some("sqlite:data/crosslist.db"));
        assert_eq!(shown("sqlite:///var/lib/crosslist.db").as_deref(), Some("sqlite:/var/lib/crosslist.db"));
        assert_eq!(shown("postgres://db/feeds").as_deref(), Some("postgres://db/feeds"));
        for text in ["", "sqlite:", "data/crosslist.db", "mysql://x/y", "sqlite:a?mode=ro", "sqlite:data/"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
