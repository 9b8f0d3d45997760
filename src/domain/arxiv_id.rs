//! arXiv identifiers, in the style since April 2007 and in the older one.

use std::fmt;
use std::sync::Arc;

use super::excerpt::beginning;

/// The identifier of a paper, never with a version: `2602.23598`, `0704.0001` or `math/0510544`.
///
/// Source: <https://info.arxiv.org/help/arxiv_identifier.html>.
/// The order is that of the text, which is arXiv's own order inside a listing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArxivId(Arc<str>);

/// The text is not an arXiv identifier; it holds the first 64 characters of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an arXiv identifier such as 2602.23598 or math/0510544")]
pub struct NotAnArxivId(pub String);

/// The longest accepted identifier, version included, in bytes.
const ID_BYTES_MAX: usize = 64;

impl ArxivId {
    /// Parses an identifier and its optional version: `2602.23598v3` gives `2602.23598` and `Some(3)`.
    ///
    /// # Errors
    /// The text has neither the form `YYMM.NNNN[N]` nor `archive[.SC]/YYMMNNN`, or has more than 64 bytes.
    pub fn parse(text: &str) -> Result<(Self, Option<u32>), NotAnArxivId> {
        let refuse = || NotAnArxivId(beginning(text, ID_BYTES_MAX).to_owned());
        if text.len() > ID_BYTES_MAX {
            return Err(refuse());
        }
        let (id, version) = match text.rsplit_once('v') {
            Some((id, digits)) if is_digits(digits) => (id, Some(digits.parse().map_err(|_| refuse())?)),
            _ => (text, None),
        };
        if is_new_style(id) || is_old_style(id) { Ok((Self(id.into()), version)) } else { Err(refuse()) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The year and the month (1 to 12) in which arXiv assigned it: `2602.23598` gives 2026 and 2.
    #[must_use]
    pub fn month(&self) -> (i16, i8) {
        let number = self.0.split_once('/').map_or(&*self.0, |(_, number)| number);
        let digits =
            |range| number.get(range).and_then(|digits: &str| digits.parse::<i8>().ok()).unwrap_or(0);
        let (year, month) = (i16::from(digits(0..2)), digits(2..4));
        // arXiv began in 1991; identifiers with a slash ended in March 2007.
        let is_of_last_century = self.0.contains('/') && year >= 91;
        (if is_of_last_century { 1900 + year } else { 2000 + year }, month)
    }

    /// The address of the abstract page, without a version; the paper's id in every feed.
    #[must_use]
    pub fn abstract_url(&self) -> String {
        format!("https://arxiv.org/abs/{}", self.0)
    }

    /// The address of the PDF, without a version.
    #[must_use]
    pub fn pdf_url(&self) -> String {
        format!("https://arxiv.org/pdf/{}", self.0)
    }
}

impl fmt::Display for ArxivId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `YYMM.NNNN` until 2014, `YYMM.NNNNN` since; MM is a month.
fn is_new_style(id: &str) -> bool {
    let Some((month, number)) = id.split_once('.') else { return false };
    month.len() == 4
        && is_digits(month)
        && (4..=5).contains(&number.len())
        && is_digits(number)
        && is_month(&month[2..])
}

/// `archive/YYMMNNN` or `archive.SC/YYMMNNN`, until March 2007.
fn is_old_style(id: &str) -> bool {
    let Some((archive, number)) = id.split_once('/') else { return false };
    let (archive, class) = archive.split_once('.').unwrap_or((archive, "XX"));
    archive.len() >= 2
        && archive.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
        && class.len() == 2
        && class.bytes().all(|b| b.is_ascii_uppercase())
        && number.len() == 7
        && is_digits(number)
        && is_month(&number[2..4])
}

fn is_month(digits: &str) -> bool {
    matches!(digits.parse(), Ok(1..=12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, Option<u32>)>) {
        let found = ArxivId::parse(text).ok();
        let found = found.as_ref().map(|(id, version)| (id.as_str(), *version));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn both_styles_are_read_and_the_version_is_split_off() {
        check("2602.23598", Some(("2602.23598", None)));
        check("0704.0001", Some(("0704.0001", None)));
        check("2602.99999v3", Some(("2602.99999", Some(3))));
        check("hep-th/9901001", Some(("hep-th/9901001", None)));
        check("math.GT/0309136v12", Some(("math.GT/0309136", Some(12))));
        check("cond-mat/0703772", Some(("cond-mat/0703772", None)));
    }

    #[test]
    fn the_month_is_read_from_an_identifier() {
        let month = |text| ArxivId::parse(text).expect(text).0.month();
        assert_eq!(month("2602.23598"), (2026, 2));
        assert_eq!(month("0704.0001"), (2007, 4));
        assert_eq!(month("math/0510544"), (2005, 10));
        assert_eq!(month("hep-th/9108001"), (1991, 8));
        assert_eq!(month("math.GT/0001001"), (2000, 1));
    }

    #[test]
    fn other_text_is_not_an_identifier() {
        for text in [
            "",
            "2602.235",
            "2613.00001",
            "2602.235981",
            "../../admin",
            "hep-th/99010",
            "1\"><script>",
            "hep-th/9913001",
            "-th/9901001",
            "math.gt/0309136",
            "2602.23598v",
            "v1",
            "2602.23598v99999999999",
            "２６０２.23598",
        ] {
            check(text, None);
        }
        check(&"9".repeat(10_000), None);
    }
}
