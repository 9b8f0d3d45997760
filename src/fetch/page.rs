//! The pages of arXiv that crosslist requests, their addresses, and a page as it came.

use jiff::civil::Date;
use url::Url;

use crate::domain::taxonomy::SubjectId;

/// The number of entries per page: arXiv's default for `/new`, and its maximum.
pub const SHOW_MAX: u32 = 2_000;

/// A page of arXiv that crosslist requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListingUrl {
    /// `/list/SUBJECT/new?skip=…&show=2000`: the newest mailing; a plain `/list/SUBJECT/new` for skip 0.
    New { subject: SubjectId, skip: u32 },
    /// `/catchup/SUBJECT/DATE?abs=True&page=N`, pages counted from 1.
    Catchup { subject: SubjectId, date: Date, page: u32 },
}

impl ListingUrl {
    #[must_use]
    pub fn subject(&self) -> SubjectId {
        match self {
            Self::New { subject, .. } | Self::Catchup { subject, .. } => *subject,
        }
    }

    /// Path and query below the base address; one spelling per page, so that caches and `ETags` match.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::New { subject, skip: 0 } => format!("/list/{subject}/new"),
            Self::New { subject, skip } => format!("/list/{subject}/new?skip={skip}&show={SHOW_MAX}"),
            Self::Catchup { subject, date, page: 0 | 1 } => format!("/catchup/{subject}/{date}?abs=True"),
            Self::Catchup { subject, date, page } => {
                format!("/catchup/{subject}/{date}?abs=True&page={page}")
            }
        }
    }

    /// The complete address; the path of the base address comes first.
    #[must_use]
    pub fn address(&self, base_url: &Url) -> Url {
        let asked = self.path();
        let (path, query) =
            asked.split_once('?').map_or((asked.as_str(), None), |(path, query)| (path, Some(query)));
        let mut address = base_url.clone();
        address.set_path(&format!("{}{path}", base_url.path().trim_end_matches('/')));
        address.set_query(query);
        address.set_fragment(None);
        address
    }
}

/// A page as it came, after transfer and content codings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The address after redirects; for a replay, the requested path.
    pub url: String,
    pub bytes: Vec<u8>,
    /// The `charset` of the `Content-Type`, as given.
    pub charset: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> SubjectId {
        SubjectId::parse(text).expect("a known subject")
    }

    fn check(url: &ListingUrl, path: &str, address: &str) {
        assert_eq!(url.path(), path);
        let base: Url = "http://127.0.0.1:8700/s/flap".parse().expect("a base address");
        assert_eq!(url.address(&base).as_str(), address);
    }

    #[test]
    fn each_page_has_one_address_below_the_base() {
        let date = jiff::civil::date(2026, 3, 2);
        check(
            &ListingUrl::New { subject: subject("cs.DC"), skip: 0 },
            "/list/cs.DC/new",
            "http://127.0.0.1:8700/s/flap/list/cs.DC/new",
        );
        check(
            &ListingUrl::New { subject: subject("cs"), skip: 2000 },
            "/list/cs/new?skip=2000&show=2000",
            "http://127.0.0.1:8700/s/flap/list/cs/new?skip=2000&show=2000",
        );
        check(
            &ListingUrl::Catchup { subject: subject("quant-ph"), date, page: 1 },
            "/catchup/quant-ph/2026-03-02?abs=True",
            "http://127.0.0.1:8700/s/flap/catchup/quant-ph/2026-03-02?abs=True",
        );
        check(
            &ListingUrl::Catchup { subject: subject("cs"), date, page: 3 },
            "/catchup/cs/2026-03-02?abs=True&page=3",
            "http://127.0.0.1:8700/s/flap/catchup/cs/2026-03-02?abs=True&page=3",
        );
    }

    #[test]
    fn a_base_address_without_a_path_gives_no_double_slash() {
        let url = ListingUrl::New { subject: subject("cs.DC"), skip: 0 };
        for base in ["https://arxiv.org", "https://arxiv.org/"] {
            let base: Url = base.parse().expect("a base address");
            assert_eq!(url.address(&base).as_str(), "https://arxiv.org/list/cs.DC/new");
        }
    }
}
