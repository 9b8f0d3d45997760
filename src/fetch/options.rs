//! The options of the client, their limits, and the User-Agent.

use std::time::Duration;

use url::{Host, Url};

use super::foreign_text::shown;

/// The shortest pause for any host but loopback, in seconds: arXiv's terms allow one request in three seconds.
///
/// Source: <https://info.arxiv.org/help/api/tou.html>.
pub const PAUSE_SECONDS_MIN: u64 = 3;

/// The longest pause, in seconds: a day; a longer one is a typing error.
pub const PAUSE_SECONDS_MAX: u64 = 24 * 60 * 60;

/// The longest of the three timeouts, in seconds: an hour.
pub const TIMEOUT_SECONDS_MAX: u64 = 60 * 60;

/// The longest contact, in bytes; every request contains it.
pub const CONTACT_BYTES_MAX: usize = 200;

/// The contact where the operator sets none: the project's page.
const PROJECT_URL: &str = env!("CARGO_PKG_REPOSITORY");

/// How requests are sent; [`UpstreamOptions::errors`] checks the values.
#[derive(Clone, Debug)]
pub struct UpstreamOptions {
    /// `https://arxiv.org`; no request goes to another origin.
    pub base_url: Url,
    /// A contact for arXiv's operators in the User-Agent; the project's page where it is empty.
    pub contact: String,
    /// The least time between the end of one request and the start of the next.
    pub pause: Duration,
    pub connect_timeout: Duration,
    /// The longest time without a byte while a response arrives.
    pub read_timeout: Duration,
    /// The longest time from connecting to the last byte.
    pub total_timeout: Duration,
    /// The largest decoded page, in bytes.
    pub page_bytes_max: usize,
}

/// An invalid setting; the message names the setting and the choices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamOptionsError {
    #[error(
        "`upstream.base_url` is `{0}`; it must be http:// or https://, a host and perhaps a path, without user, query or fragment, such as https://arxiv.org"
    )]
    BaseUrl(String),
    #[error("`upstream.pause_seconds` is {given}; choose {PAUSE_SECONDS_MIN} to {PAUSE_SECONDS_MAX}, or less only with a loopback `upstream.base_url`", given = .0.as_secs_f64())]
    Pause(Duration),
    #[error("`upstream.{name}` is {given}; choose more than 0 and at most {TIMEOUT_SECONDS_MAX}", given = .value.as_secs_f64())]
    Timeout { name: &'static str, value: Duration },
    #[error("`upstream.page_bytes_max` is 0; choose 33554432 or whatever the longest page may take")]
    PageBytes,
    #[error(
        "`upstream.contact` is `{0}`; give a mail address or an http(s) address of at most {CONTACT_BYTES_MAX} ASCII characters without parentheses, or leave it empty to name the project"
    )]
    Contact(String),
    #[error(
        "no secure connection can be made: {0}; install the certificates of the system or name them in SSL_CERT_FILE"
    )]
    Tls(String),
}

impl UpstreamOptions {
    /// All errors at once; empty for valid options.
    #[must_use]
    pub fn errors(&self) -> Vec<UpstreamOptionsError> {
        let mut errors = Vec::new();
        if !is_base(&self.base_url) {
            errors.push(UpstreamOptionsError::BaseUrl(shown(self.base_url.as_str())));
        }
        let pause_min = if Self::is_loopback(&self.base_url) { 0 } else { PAUSE_SECONDS_MIN };
        if self.pause < Duration::from_secs(pause_min) || self.pause > Duration::from_secs(PAUSE_SECONDS_MAX)
        {
            errors.push(UpstreamOptionsError::Pause(self.pause));
        }
        for (name, value) in [
            ("connect_timeout_seconds", self.connect_timeout),
            ("read_timeout_seconds", self.read_timeout),
            ("total_timeout_seconds", self.total_timeout),
        ] {
            if value.is_zero() || value > Duration::from_secs(TIMEOUT_SECONDS_MAX) {
                errors.push(UpstreamOptionsError::Timeout { name, value });
            }
        }
        if self.page_bytes_max == 0 {
            errors.push(UpstreamOptionsError::PageBytes);
        }
        if !is_contact(self.contact.trim()) {
            errors.push(UpstreamOptionsError::Contact(shown(&self.contact)));
        }
        errors
    }

    /// True if the address is certainly this machine, where a short pause harms nobody.
    #[must_use]
    pub fn is_loopback(url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// `crosslist/VERSION (+CONTACT)` (RFC 9110 §10.1.5).
    #[must_use]
    pub fn user_agent(&self) -> String {
        let contact = Some(self.contact.trim()).filter(|contact| !contact.is_empty()).unwrap_or(PROJECT_URL);
        format!("crosslist/{} (+{contact})", env!("CARGO_PKG_VERSION"))
    }
}

fn is_base(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// True if empty, or a mail or web address; parentheses would end the comment in the User-Agent.
fn is_contact(contact: &str) -> bool {
    let is_mail = contact.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let is_address = contact.contains("http://") || contact.contains("https://");
    contact.is_empty()
        || (contact.len() <= CONTACT_BYTES_MAX
            && contact.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'(' | b')' | b'\\'))
            && (is_mail || is_address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(base_url: &str) -> UpstreamOptions {
        UpstreamOptions {
            base_url: base_url.parse().expect("an address"),
            contact: String::new(),
            pause: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(2),
            page_bytes_max: 32 << 20,
        }
    }

    #[test]
    fn a_short_pause_is_for_loopback_only() {
        let quick = |base_url| UpstreamOptions { pause: Duration::ZERO, ..options(base_url) }.errors();
        for base_url in
            ["http://127.0.0.1:8700/s/ok", "http://[::1]:1", "http://localhost", "http://127.9.9.9"]
        {
            assert_eq!(quick(base_url), [], "{base_url}");
        }
        for base_url in
            ["https://arxiv.org", "http://localhost.evil.invalid", "http://10.0.0.1", "http://0.0.0.0"]
        {
            assert_eq!(quick(base_url), [UpstreamOptionsError::Pause(Duration::ZERO)], "{base_url}");
        }
        assert_eq!(
            UpstreamOptionsError::Pause(Duration::from_millis(500)).to_string(),
            "`upstream.pause_seconds` is 0.5; choose 3 to 86400, or less only with a loopback `upstream.base_url`"
        );
    }

    #[test]
    fn only_a_plain_web_address_is_a_base() {
        assert_eq!(options("https://arxiv.org").errors(), []);
        for base_url in [
            "ftp://arxiv.org",
            "file:///etc",
            "https://me@arxiv.org",
            "https://:word@arxiv.org",
            "https://arxiv.org/?a=1",
            "https://arxiv.org/#top",
            "mailto:a@b.example",
        ] {
            assert!(
                matches!(options(base_url).errors().as_slice(), [UpstreamOptionsError::BaseUrl(_)]),
                "{base_url}"
            );
        }
    }

    #[test]
    fn every_error_is_reported_at_once() {
        let wrong = UpstreamOptions {
            contact: "nobody".into(),
            pause: Duration::MAX,
            connect_timeout: Duration::ZERO,
            total_timeout: Duration::MAX,
            page_bytes_max: 0,
            ..options("ftp://arxiv.org")
        };
        assert_eq!(wrong.errors().len(), 6, "{:?}", wrong.errors());
    }

    #[test]
    fn the_user_agent_always_has_a_contact() {
        let agent =
            |contact: &str| UpstreamOptions { contact: contact.into(), ..options("https://arxiv.org") };
        assert_eq!(
            agent("").user_agent(),
            format!("crosslist/{} (+{PROJECT_URL})", env!("CARGO_PKG_VERSION"))
        );
        assert!(PROJECT_URL.starts_with("https://"));
        assert!(agent(" ops@lab.example ").user_agent().ends_with(" (+ops@lab.example)"));
        for contact in ["", "ops@lab.example", "https://lab.example/bots", "Lab, ops@lab.example"] {
            assert_eq!(agent(contact).errors(), [], "{contact}");
        }
        let long = format!("a@b.{}", "c".repeat(CONTACT_BYTES_MAX));
        for contact in ["Jane", "@", "a@b.c\r\nX: y", "a@b.c (lab)", "ä@b.example", long.as_str()] {
            assert_eq!(agent(contact).errors().len(), 1, "{contact}");
        }
    }
}
