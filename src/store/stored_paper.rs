//! Papers as JSON, the text of a column.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::arxiv_id::ArxivId;
use crate::domain::paper::{Authors, Paper, Subject};
use crate::domain::prose::{Prose, Span};

/// A paper as JSON; short names, for there are many rows.
#[derive(Debug, Deserialize, Serialize)]
struct StoredPaper<'a> {
    id: Cow<'a, str>,
    title: Cow<'a, str>,
    authors: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    et_al: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comments: Option<StoredProse<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    journal_ref: Option<Cow<'a, str>>,
    /// Id and name.
    subjects: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    #[serde(default, rename = "abstract", skip_serializing_if = "Option::is_none")]
    abstract_text: Option<StoredProse<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    html_url: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
}

type StoredProse<'a> = Vec<Vec<StoredSpan<'a>>>;

/// Text, or a link's address and text.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum StoredSpan<'a> {
    Text(Cow<'a, str>),
    Link(Cow<'a, str>, Cow<'a, str>),
}

/// A paper as one line of JSON.
pub(super) fn write(paper: &Paper) -> String {
    let stored = StoredPaper {
        id: paper.id.as_str().into(),
        title: (&paper.title).into(),
        authors: (&paper.authors.names).into(),
        et_al: paper.authors.et_al,
        comments: paper.comments.as_ref().map(write_prose),
        journal_ref: paper.journal_ref.as_ref().map(Cow::from),
        subjects: paper
            .subjects
            .iter()
            .map(|subject| ((&*subject.id).into(), (&*subject.name).into()))
            .collect(),
        abstract_text: paper.abstract_text.as_ref().map(write_prose),
        html_url: paper.html_url.as_ref().map(Cow::from),
        version: paper.version,
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// A paper from its JSON; none where it is not what [`write`] wrote.
pub(super) fn read(json: &str) -> Option<Paper> {
    let stored: StoredPaper<'_> = serde_json::from_str(json).ok()?;
    if stored.subjects.is_empty() || stored.title.is_empty() {
        return None;
    }
    Some(Paper {
        id: ArxivId::parse(&stored.id).ok()?.0,
        title: stored.title.into_owned(),
        authors: Authors { names: stored.authors.into_owned(), et_al: stored.et_al },
        comments: stored.comments.map(read_prose),
        journal_ref: stored.journal_ref.map(Cow::into_owned),
        subjects: stored
            .subjects
            .into_iter()
            .map(|(id, name)| Subject { id: id.into(), name: name.into() })
            .collect(),
        abstract_text: stored.abstract_text.map(read_prose),
        html_url: stored.html_url.map(Cow::into_owned),
        version: stored.version,
    })
}

fn write_prose(prose: &Prose) -> StoredProse<'_> {
    prose.paragraphs.iter().map(|spans| spans.iter().map(write_span).collect()).collect()
}

fn write_span(span: &Span) -> StoredSpan<'_> {
    match span {
        Span::Text(text) => StoredSpan::Text(text.into()),
        Span::Link { href, text } => StoredSpan::Link(href.into(), text.into()),
    }
}

fn read_prose(stored: StoredProse<'_>) -> Prose {
    let span = |span| match span {
        StoredSpan::Text(text) => Span::Text(text.into_owned()),
        StoredSpan::Link(href, text) => Span::Link { href: href.into_owned(), text: text.into_owned() },
    };
    Prose { paragraphs: stored.into_iter().map(|spans| spans.into_iter().map(span).collect()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_comes_back_as_it_went_in() {
        let paper = Paper {
            id: ArxivId::parse("math/0510544").expect("an id").0,
            title: "On $\\mathbb{F}_2$ and \"quotes\"".to_owned(),
            authors: Authors { names: vec!["张伟".to_owned(), "LZ Collaboration".to_owned()], et_al: true },
            comments: Some(Prose {
                paragraphs: vec![vec![
                    Span::Text("code at ".to_owned()),
                    Span::Link {
                        href: "https://example.org/".to_owned(),
                        text: "https://example.org/".to_owned(),
                    },
                ]],
            }),
            journal_ref: Some("J. Foo & Bar 1".to_owned()),
            subjects: vec![Subject { id: "math.RT".into(), name: "Representation Theory".into() }],
            abstract_text: Some(Prose { paragraphs: vec![vec![Span::Text("a".to_owned())], vec![]] }),
            html_url: Some("https://arxiv.org/html/math/0510544v2".to_owned()),
            version: Some(2),
        };
        assert_eq!(read(&write(&paper)), Some(paper.clone()));
        let bare = Paper {
            comments: None,
            abstract_text: None,
            journal_ref: None,
            html_url: None,
            version: None,
            ..paper
        };
        assert_eq!(read(&write(&bare)), Some(bare));
    }

    #[test]
    fn what_is_no_paper_is_none() {
        for json in
            ["", "{}", "[]", "{\"id\":\"x\",\"title\":\"t\",\"authors\":[],\"subjects\":[[\"a\",\"b\"]]}"]
        {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
