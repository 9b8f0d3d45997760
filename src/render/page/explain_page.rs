//! The page that explains why a paper matches a rule or not.

use jiff::civil::Date;
use maud::{Markup, html};
use url::form_urlencoded::byte_serialize;

use super::layout::{Place, document, plain_date};
use super::preview::kind;
use super::site::Site;
use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::presentation::TextMode;
use crate::text;

/// The evaluation of a rule on a paper.
#[derive(Clone, Copy, Debug)]
pub struct ExplainPage<'a> {
    pub site: &'a Site,
    pub rule: &'a str,
    pub id: &'a ArxivId,
    pub title: Option<&'a str>,
    pub announced: Option<(AnnounceType, Date)>,
    pub tree: Option<&'a RulePart>,
    /// Warnings about the rule.
    pub notes: &'a [String],
}

/// A part of a rule with its result.
#[derive(Clone, Debug)]
pub struct RulePart {
    pub label: String,
    pub holds: bool,
    pub matched: Vec<String>,
    /// The number of papers that match this part alone, and of how many.
    pub hits: Option<(usize, usize)>,
    pub parts: Vec<RulePart>,
}

/// The page of `/explain`.
#[must_use]
pub fn explain_page(explained: &ExplainPage<'_>) -> String {
    let rule: String = byte_serialize(explained.rule.as_bytes()).collect();
    let body = html! {
        h1 {
            @match explained.tree.map(|tree| tree.holds) {
                Some(true) => "The paper matches",
                Some(false) => "The paper does not match",
                None => "Unknown paper",
            }
        }
        p.lead { code { (explained.rule) } }
        p {
            a href=(explained.id.abstract_url()) { @match explained.title { Some(title) => bdi { (text::inline(title, TextMode::Unicode)) }, None => { "arXiv:" (explained.id) } } }
            @if let Some((announce_type, date)) = explained.announced { ", " (kind(announce_type)) " of " (plain_date(date)) }
        }
        @if let Some(tree) = explained.tree { ul.reasons { (part(tree)) } }
        @else { p { "Only recently announced papers of subjects that are read here can be explained." } }
        @for note in explained.notes { p.note { "Warning: " bdi { (note) } } }
        p { a href=(explained.site.link(&format!("/?q={rule}"))) { "Build a feed with this rule" } " · " a href=(explained.site.link("/help/rules")) { "Rule syntax" } }
    };
    document(explained.site, "Why a paper matches", Place::Elsewhere, &html! {}, &body)
}

fn part(tree: &RulePart) -> Markup {
    html! {
        li {
            span.verdict.holds[tree.holds].fails[!tree.holds] { (if tree.holds { "✓ true" } else { "✗ false" }) }
            " " code { (tree.label) }
            @for words in &tree.matched { " " mark { bdi { (words) } } }
            @if let Some((hits, of)) = tree.hits { span.quiet { " " (hits) " of " (of) " papers" } }
            @if !tree.parts.is_empty() { ul { @for inner in &tree.parts { (part(inner)) } } }
        }
    }
}
