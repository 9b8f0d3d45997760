//! Recognizes paper ids, DOIs and links to code in text.

use crate::domain::arxiv_id::ArxivId;
use crate::domain::prose::{Prose, Span};
use crate::text;

/// Hosts of program code; a subdomain counts.
const CODE_HOSTS: [&str; 14] = [
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "sourceforge.net",
    "sr.ht",
    "gitee.com",
    "huggingface.co",
    "code.google.com",
    "codeocean.com",
    "anonymous.4open.science",
    "savannah.gnu.org",
    "launchpad.net",
    "archive.softwareheritage.org",
];

/// Reads an identifier with or without version, `arXiv:` before it, or a link to the paper on arXiv.
///
/// The version is not kept: listings show it for few papers.
#[must_use]
pub fn paper_id(text: &str) -> Option<String> {
    let rest = strip_prefix_ignoring_case(text, "https://")
        .or_else(|| strip_prefix_ignoring_case(text, "http://"))
        .unwrap_or(text);
    let is_link = rest.len() < text.len();
    let host = ["arxiv.org/", "www.arxiv.org/", "export.arxiv.org/", "browse.arxiv.org/"]
        .iter()
        .find_map(|host| strip_prefix_ignoring_case(rest, host));
    let id = match host {
        Some(path) => {
            let (kind, id) = path.split_once('/')?;
            if !matches!(kind, "abs" | "pdf" | "html" | "format" | "ps" | "src" | "e-print") {
                return None;
            }
            let id = id.split(['?', '#']).next()?.trim_end_matches('/');
            id.strip_suffix(".pdf").unwrap_or(id)
        }
        None if is_link => return None,
        None => strip_prefix_ignoring_case(text, "arxiv:").unwrap_or(text),
    };
    ArxivId::parse(id).ok().map(|(id, _)| id_key(&id))
}

/// The identifier by which papers are compared: old ones without their subject class.
pub(super) fn id_key(id: &ArxivId) -> String {
    match id.as_str().split_once('/') {
        Some((archive, number)) => {
            let archive = archive.split_once('.').map_or(archive, |(archive, _)| archive);
            format!("{archive}/{number}")
        }
        None => id.as_str().to_owned(),
    }
}

/// A DOI, or the beginning of one, as typed or pasted, in lowercase.
pub(super) fn doi(text: &str, is_prefix: bool) -> Option<String> {
    let lower = text.to_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
    let hosts = ["doi.org/", "dx.doi.org/", "www.doi.org/"];
    let rest = hosts.iter().find_map(|host| rest.strip_prefix(host)).unwrap_or(rest);
    let rest = rest.strip_prefix("doi:").unwrap_or(rest);
    let is_whole = text::doi_at(rest).is_some_and(|found| found.len() == rest.len());
    let is_beginning = is_prefix
        && rest.strip_suffix('/').unwrap_or(rest).strip_prefix("10.").is_some_and(|registrant| {
            registrant.len() >= 4 && registrant.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        });
    (is_whole || is_beginning).then(|| rest.to_owned())
}

/// Every DOI that a text holds, in lowercase.
pub(super) fn dois(text: &str, found: &mut Vec<String>) {
    for doi in text::dois(text).into_iter().map(|range| text[range].to_lowercase()) {
        if !found.contains(&doi) {
            found.push(doi);
        }
    }
}

/// Does a text lead to a code host, by a link or in words?
pub(super) fn has_code(prose: &Prose) -> bool {
    prose.paragraphs.iter().flatten().any(|span| match span {
        Span::Link { href, text } => names_code_host(href) || names_code_host(text),
        Span::Text(text) => names_code_host(text),
    })
}

/// `github.com/…` behind nothing that makes it another name.
fn names_code_host(text: &str) -> bool {
    if !text.contains('/') {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let is_named = |host: &str| {
        lower.match_indices(host).any(|(start, _)| {
            let before = lower[..start].chars().next_back();
            let after = lower[start + host.len()..].chars().next();
            before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_'))
                && after.is_none_or(|c| matches!(c, '/' | ':'))
        })
    };
    CODE_HOSTS.iter().any(|host| is_named(host)) || lower.contains("://gitlab.") || lower.contains("://git.")
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let beginning = text.get(..prefix.len())?;
    beginning.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}
