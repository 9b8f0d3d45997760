//! The HTTP connection to the upstream, set up from the options: no proxy, no redirects, one idle connection.

use std::sync::{Arc, Once};

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect;

use super::foreign_text::root_cause;
use super::options::{UpstreamOptions, UpstreamOptionsError};
use super::transport::Transport;

/// The accepted media types, with `*/*` last since proxies before arXiv answer 406 to a narrow list. The content codings
/// follow from the features of the HTTP library.
const ACCEPTED: HeaderValue = HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.1");

/// How requests are sent; replaced whole when the settings change.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) page_bytes_max: usize,
}

impl Connection {
    /// `transport` replaces HTTP, if there is one.
    ///
    /// # Errors
    /// The pause is too short, or the system has no certificates to trust.
    pub(super) fn new(
        options: &UpstreamOptions,
        transport: Option<Arc<dyn Transport>>,
    ) -> Result<Self, UpstreamOptionsError> {
        options.check_pause()?;
        let transport = match transport {
            Some(transport) => transport,
            None => Arc::new(Self::http(options)?),
        };
        Ok(Self { transport, page_bytes_max: options.page_bytes_max })
    }

    fn http(options: &UpstreamOptions) -> Result<reqwest::Client, UpstreamOptionsError> {
        install_cryptography();
        let is_secure = options.base_url.scheme() == "https";
        let mut http = reqwest::Client::builder()
            .user_agent(options.user_agent())
            .default_headers(HeaderMap::from_iter([(ACCEPT, ACCEPTED)]))
            // Field names ignore case, but some operators search their logs for `User-Agent`.
            .http1_title_case_headers()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .https_only(is_secure)
            .pool_max_idle_per_host(1)
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.read_timeout)
            .timeout(options.total_timeout);
        if !is_secure {
            // No certificates are needed then, so that a container without them can use a mirror over plain HTTP.
            http = http.tls_certs_only([]);
        }
        http.build().map_err(|error| UpstreamOptionsError::Tls(root_cause(&error)))
    }
}

/// Installs ring as the process's provider of cryptography, since the HTTP library is built without one.
pub fn install_cryptography() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("another part of the process chose the cryptography before");
        }
    });
}
