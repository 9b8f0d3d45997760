//! The options of requests to the upstream, and what an operator may choose for them.

use std::time::Duration;

use url::{Host, Url};

/// The shortest pause for any host but loopback: arXiv's terms ask for at most one request in three seconds.
///
/// Source: <https://info.arxiv.org/help/api/tou.html>.
pub const PAUSE_MIN: Duration = Duration::from_secs(3);

/// The longest contact: it is in every request.
pub const CONTACT_BYTES_MAX: usize = 200;

/// The contact if the operator sets none: the project's own page.
const PROJECT_URL: &str = env!("CARGO_PKG_REPOSITORY");

/// How requests are sent to the upstream. The settings validate every value; the pause is checked once more, by
/// [`UpstreamOptions::check_pause`].
#[derive(Clone, Debug)]
pub struct UpstreamOptions {
    /// `https://arxiv.org`; no request goes outside this origin.
    pub base_url: Url,
    /// A mail or web address for arXiv, part of the User-Agent; empty for the project's own page.
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

/// Why no client can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamOptionsError {
    #[error("`upstream.pause_seconds` is {given}; below {min} only for a loopback upstream", given = .0.as_secs_f64(), min = PAUSE_MIN.as_secs())]
    Pause(Duration),
    #[error(
        "no secure connection can be made: {0}; install the certificates of the system or name them in SSL_CERT_FILE"
    )]
    Tls(String),
}

impl UpstreamOptions {
    /// Keeps arXiv safe from short pauses, whatever the options come from.
    ///
    /// # Errors
    /// The pause is shorter than [`pause_min`](Self::pause_min) of the upstream.
    pub fn check_pause(&self) -> Result<(), UpstreamOptionsError> {
        let is_polite = self.pause >= Self::pause_min(&self.base_url);
        if is_polite { Ok(()) } else { Err(UpstreamOptionsError::Pause(self.pause)) }
    }

    /// The shortest pause for an upstream: none on this machine.
    #[must_use]
    pub fn pause_min(base_url: &Url) -> Duration {
        if Self::is_loopback(base_url) { Duration::ZERO } else { PAUSE_MIN }
    }

    /// Returns whether an address can be the upstream: http or https, with a host, without user, query and fragment.
    #[must_use]
    pub fn is_base_url(url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    }

    /// Returns whether a contact is empty, a mail address or a web address, and can be part of the User-Agent.
    #[must_use]
    pub fn is_contact(text: &str) -> bool {
        // Parentheses would end the comment of the User-Agent early.
        let is_plain = |c: char| c.is_ascii_graphic() && !"()\\".contains(c);
        let is_address =
            || is_mail_address(text) || Url::parse(text).is_ok_and(|url| Self::is_base_url(&url));
        text.is_empty() || text.len() <= CONTACT_BYTES_MAX && text.chars().all(is_plain) && is_address()
    }

    /// Returns whether an address is certainly of this machine, where a short pause harms nobody.
    #[must_use]
    pub fn is_loopback(url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// `crosslist/VERSION (+CONTACT)`.
    #[must_use]
    pub fn user_agent(&self) -> String {
        let contact = Some(self.contact.trim()).filter(|contact| !contact.is_empty()).unwrap_or(PROJECT_URL);
        format!("crosslist/{} (+{contact})", env!("CARGO_PKG_VERSION"))
    }
}

/// A mail address, as far as it must be one to be safe in a header.
fn is_mail_address(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !"()<>[]\\,;:\"@".contains(c);
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && name.chars().all(is_plain) && host.contains('.') && host.chars().all(is_plain)
    })
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
        let quick = |base_url| UpstreamOptions { pause: Duration::ZERO, ..options(base_url) }.check_pause();
        for base_url in
            ["http://127.0.0.1:8700/s/ok", "http://[::1]:1", "http://localhost", "http://127.9.9.9"]
        {
            assert_eq!(quick(base_url), Ok(()), "{base_url}");
        }
        for base_url in
            ["https://arxiv.org", "http://localhost.evil.invalid", "http://10.0.0.1", "http://0.0.0.0"]
        {
            assert_eq!(quick(base_url), Err(UpstreamOptionsError::Pause(Duration::ZERO)), "{base_url}");
        }
        assert_eq!(
            UpstreamOptionsError::Pause(Duration::from_millis(500)).to_string(),
            "`upstream.pause_seconds` is 0.5; below 3 only for a loopback upstream"
        );
    }

    #[test]
    fn only_a_plain_web_address_is_a_base() {
        let is_base_url = |text: &str| UpstreamOptions::is_base_url(&text.parse().expect("an address"));
        assert!(is_base_url("https://arxiv.org") && is_base_url("http://127.0.0.1:8700/s/ok"));
        for base_url in [
            "ftp://arxiv.org",
            "file:///etc",
            "https://me@arxiv.org",
            "https://:word@arxiv.org",
            "https://arxiv.org/?a=1",
            "https://arxiv.org/#top",
            "mailto:a@b.example",
        ] {
            assert!(!is_base_url(base_url), "{base_url}");
        }
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
    }

    #[test]
    fn a_contact_is_an_address_that_is_safe_in_a_header() {
        for contact in ["", "ops@lab.example", "https://lab.example/bots"] {
            assert!(UpstreamOptions::is_contact(contact), "{contact}");
        }
        let long = format!("a@b.{}", "c".repeat(CONTACT_BYTES_MAX));
        for contact in ["Jane", "@", "a@b.c\r\nX: y", "a@b.c (lab)", "ä@b.example", long.as_str()] {
            assert!(!UpstreamOptions::is_contact(contact), "{contact}");
        }
    }
}
