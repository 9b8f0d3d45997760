//! The address of a PostgreSQL database, which is shown without its password.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::domain::excerpt::beginning;

/// What may stand behind the `?`; anything else would be passed over by the driver.
const PARAMETERS: [&str; 7] =
    ["application_name", "host", "options", "sslcert", "sslkey", "sslmode", "sslrootcert"];

/// What `sslmode` may be.
const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// The address of a PostgreSQL database; its password is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

/// An address that leads to no PostgreSQL database; the message holds no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no address of a PostgreSQL database: {0}")]
pub struct BadAddress(String);

impl Address {
    /// What the driver needs; a password that the address lacks comes from `PGPASSWORD` or `~/.pgpass`.
    pub(super) fn connect_options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options: PgConnectOptions = self.0.as_str().parse()?;
        let is_named = self.0.query_pairs().any(|(name, _)| name == "application_name");
        Ok(if is_named { options } else { options.application_name("crosslist") })
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let example = "write such as postgres://crosslist@db.example:5432/crosslist";
        let url = Url::parse(text).map_err(|error| BadAddress(format!("{error}; {example}")))?;
        let database = url.path().trim_start_matches('/');
        if !matches!(url.scheme(), "postgres" | "postgresql") || url.cannot_be_a_base() {
            return Err(BadAddress(format!("it does not begin with postgres://; {example}")));
        }
        if database.is_empty() || database.contains('/') {
            return Err(BadAddress(format!("it must end with the name of one database; {example}")));
        }
        if url.fragment().is_some() {
            return Err(BadAddress("a `#` in a password is written %23".to_owned()));
        }
        for (name, value) in url.query_pairs() {
            if !PARAMETERS.contains(&&*name) {
                let name = beginning(&name, 40);
                let known = PARAMETERS.join(", ");
                return Err(BadAddress(format!("unknown parameter `{name}`; known here: {known}")));
            }
            if name == "sslmode" && !SSL_MODES.contains(&&*value) {
                let value = beginning(&value, 40);
                let modes = SSL_MODES.join(", ");
                return Err(BadAddress(format!("`sslmode` is `{value}`; choose from {modes}")));
            }
        }
        let address = Self(url);
        address.connect_options().map_err(|error| BadAddress(error.to_string()))?;
        Ok(address)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        // An address with a host takes a password, and so takes its removal.
        let _ = shown.set_password(None);
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_an_address_is_never_shown() {
        let address: Address =
            "postgres://ann:s3cret@db:5433/feeds?sslmode=require".parse().expect("an address");
        assert_eq!(address.to_string(), "postgres://ann@db:5433/feeds?sslmode=require");
        assert!(!format!("{address:?}").contains("s3cret"));
        let options = address.connect_options().expect("options");
        assert_eq!((options.get_host(), options.get_port(), options.get_username()), ("db", 5433, "ann"));
    }

    #[test]
    fn a_socket_is_named_as_the_host() {
        let address: Address =
            "postgres://ann@localhost/feeds?host=/run/postgresql".parse().expect("an address");
        let options = address.connect_options().expect("options");
        assert_eq!(
            options.get_socket().map(|path| path.display().to_string()).as_deref(),
            Some("/run/postgresql")
        );
    }

    #[test]
    fn what_would_be_passed_over_is_refused_without_showing_a_password() {
        for (text, said) in [
            ("postgres://ann:s3cret@db/feeds?sslmod=require", "unknown parameter `sslmod`; known here:"),
            ("postgres://ann:s3cret@db/feeds?sslmode=on", "`sslmode` is `on`; choose from disable, allow"),
            ("postgres://ann:s3cret@db/feeds?password=s3cret", "unknown parameter `password`"),
            ("postgres://ann:s3cret@db", "the name of one database"),
            ("postgres://ann:s3cret@db/a/b", "the name of one database"),
            ("postgres:feeds", "does not begin with postgres://"),
            ("postgres://ann:s3#cret@db/feeds", "postgres://crosslist@db.example:5432/crosslist"),
            ("postgres://ann:s3cret@db:port/feeds", "invalid port number"),
        ] {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
