//! Writes search results in the format of arXiv's query API.
//!
//! Source: <https://info.arxiv.org/help/api/user-manual.html>, section 3.3.

use jiff::Timestamp;

use super::format::Format;
use super::xml::Xml;
use super::{dates, extensions, official};
use crate::domain::record::Record;
use crate::text::tex::letters;
use crate::text::{one_line, prose_in_tex};

/// One page of results.
#[derive(Clone, Debug)]
pub struct Results<'a> {
    /// The query as arXiv repeats it in the title.
    pub asked: String,
    /// The address of the document itself.
    pub self_url: String,
    pub updated: Timestamp,
    /// The number of results on all pages.
    pub total: usize,
    /// The number of results before this page.
    pub start: usize,
    pub per_page: usize,
    pub records: &'a [Record],
}

const OPEN_SEARCH: &str = "http://a9.com/-/spec/opensearch/1.1/";
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// The address in the ids of arXiv's own errors, by which scripts recognise them.
const ERRORS_URL: &str = "http://arxiv.org/api/errors";

/// An estimate of an entry's size in bytes, for the buffer.
const ENTRY_BYTES: usize = 3_500;

/// A page of results as Atom.
#[must_use]
pub fn results(results: &Results<'_>) -> String {
    let mut xml = head(results);
    for record in results.records {
        entry(record, &mut xml);
    }
    xml.finish()
}

/// Errors as arXiv reports them: a feed with an entry `Error` for each.
#[must_use]
pub fn errors(self_url: &str, asked: &str, now: Timestamp, errors: &[String]) -> String {
    let mut xml = head(&Results {
        asked: asked.to_owned(),
        self_url: self_url.to_owned(),
        updated: now,
        total: errors.len(),
        start: 0,
        per_page: errors.len(),
        records: &[],
    });
    for error in errors {
        let id = format!("{ERRORS_URL}#{}", slug(error));
        xml.open("entry", &[]);
        xml.leaf("id", &[], &id);
        xml.leaf("title", &[], "Error");
        xml.leaf("summary", &[], error);
        xml.leaf("updated", &[], &dates::rfc_3339(now));
        xml.empty("link", &[("href", &id), ("rel", "alternate"), ("type", "text/html")]);
        xml.open("author", &[]);
        xml.leaf("name", &[], "arXiv api core");
        xml.close();
        xml.close();
    }
    xml.finish()
}

fn head(results: &Results<'_>) -> Xml {
    let mut xml = Xml::new(results.records.len() * ENTRY_BYTES + ENTRY_BYTES);
    let namespaces =
        [("xmlns:opensearch", OPEN_SEARCH), ("xmlns:arxiv", extensions::NAMESPACE), ("xmlns", ATOM)];
    xml.open("feed", &namespaces);
    xml.leaf("id", &[], &results.self_url);
    xml.leaf("title", &[], &format!("arXiv Query: {}", one_line(&results.asked)));
    xml.leaf("updated", &[], &dates::rfc_3339(results.updated));
    let itself = [("href", &*results.self_url), ("rel", "self"), ("type", Format::Atom.media_type())];
    xml.empty("link", &itself);
    xml.leaf("opensearch:itemsPerPage", &[], &results.per_page.to_string());
    xml.leaf("opensearch:totalResults", &[], &results.total.to_string());
    xml.leaf("opensearch:startIndex", &[], &results.start.to_string());
    xml
}

fn entry(record: &Record, xml: &mut Xml) {
    let paper = &record.paper;
    let versioned = match record.version {
        Some(version) => format!("{}v{version}", paper.id),
        None => paper.id.to_string(),
    };
    xml.open("entry", &[]);
    xml.leaf("id", &[], &format!("http://arxiv.org/abs/{versioned}"));
    xml.leaf("title", &[], &one_line(&letters(&paper.title)));
    xml.leaf("updated", &[], &dates::rfc_3339(record.updated));
    let page = format!("https://arxiv.org/abs/{versioned}");
    xml.empty("link", &[("href", &page), ("rel", "alternate"), ("type", "text/html")]);
    let pdf = format!("https://arxiv.org/pdf/{versioned}");
    let pdf = [("href", &*pdf), ("rel", "related"), ("type", "application/pdf"), ("title", "pdf")];
    xml.empty("link", &pdf);
    xml.leaf("summary", &[], &paper.abstract_text.as_ref().map(prose_in_tex).unwrap_or_default());
    for subject in &paper.subjects {
        xml.empty("category", &[("term", &subject.id), ("scheme", extensions::NAMESPACE)]);
    }
    xml.leaf("published", &[], &dates::rfc_3339(record.published));
    if let Some(comments) = &paper.comments {
        xml.leaf("arxiv:comment", &[], &prose_in_tex(comments));
    }
    if let Some(journal_ref) = &paper.journal_ref {
        xml.leaf("arxiv:journal_ref", &[], &letters(journal_ref));
    }
    xml.empty("arxiv:primary_category", &[("term", &paper.primary().id)]);
    official::authors(paper, xml);
    xml.close();
}

/// `incorrect id format for 12` as `incorrect_id_format_for_12`.
fn slug(error: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    error.chars().take(100).map(keep).collect()
}
