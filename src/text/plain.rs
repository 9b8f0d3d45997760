//! A paper as plain text.

use super::passage::{self, Medium, PROSE_BYTES_MAX, Piece, read};
use super::tex::letters;
use crate::domain::announcement::AnnounceType;
use crate::domain::paper::Paper;
use crate::domain::presentation::TextMode;
use crate::domain::prose::Prose;

/// The title on one line, never empty.
#[must_use]
pub fn title(paper: &Paper, mode: TextMode) -> String {
    let title = one_line(&read(&paper.title, mode));
    if title.is_empty() { paper.title.clone() } else { title }
}

/// A name, a comment or any other text without markup.
#[must_use]
pub fn inline(text: &str, mode: TextMode) -> String {
    read(text, mode).into_owned()
}

/// Comments or an abstract: paragraphs apart by a blank line, links by their address where arXiv hid it.
#[must_use]
pub fn prose(text: &Prose, mode: TextMode) -> String {
    let mut plain = String::new();
    let mut left = PROSE_BYTES_MAX;
    for spans in &text.paragraphs {
        if left == 0 {
            break;
        }
        if !plain.is_empty() {
            plain.push_str("\n\n");
        }
        // The address that words lead to, and where they begin.
        let mut open: Option<(String, usize)> = None;
        for piece in passage::pieces(spans, mode, Medium::Plain, &mut left) {
            match piece {
                Piece::Text(words) | Piece::Link { words, .. } => plain.push_str(&words),
                Piece::Opens(address) => open = Some((address.into_owned(), plain.len())),
                Piece::Closes => {
                    if let Some((address, start)) =
                        open.take().filter(|(address, start)| plain[*start..] != **address)
                    {
                        let has_words = start < plain.len();
                        let (open, close) = if has_words { (" (", ")") } else { ("", "") };
                        plain.extend([open, &*address, close]);
                    }
                }
                Piece::Formula(_) => {}
            }
        }
    }
    plain
}

/// Comments or an abstract in arXiv's own style: formulas and commands stay TeX, accents become letters, links their
/// addresses. At most 100,000 bytes of it.
#[must_use]
pub fn prose_in_tex(text: &Prose) -> String {
    let mut plain = text.to_plain_text();
    plain.truncate(plain.floor_char_boundary(PROSE_BYTES_MAX));
    letters(&plain).into_owned()
}

/// Text on one line: every run of white space, line ends included, becomes one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// How a paper came into the listing, in words: `New in cs.DC`, `Cross-list from astro-ph.HE`, `Replacement`.
///
/// Where the page did not say what a cross-list is at home in, the paper's primary subject says it.
#[must_use]
pub fn announcement(paper: &Paper, announce_type: AnnounceType, cross_list_from: Option<&str>) -> String {
    let home = || cross_list_from.or_else(|| paper.subjects.first().map(|primary| &*primary.id));
    match (announce_type, home()) {
        (AnnounceType::New, Some(home)) => format!("New in {home}"),
        (AnnounceType::New, None) => "New".to_owned(),
        (AnnounceType::Cross, Some(home)) => format!("Cross-list from {home}"),
        (AnnounceType::Cross, None) => "Cross-list".to_owned(),
        (AnnounceType::ReplaceCross, Some(home)) => format!("Replacement, cross-list from {home}"),
        (AnnounceType::Replace | AnnounceType::ReplaceCross, _) => "Replacement".to_owned(),
    }
}

/// The item where HTML is stripped: the abstract, its paragraphs apart by a blank line.
///
/// Without an abstract it is what else is known (`New in cs.DC. Comments: 12 pages`), so that it is never empty:
/// Zulip's bot refuses an entry without a summary.
#[must_use]
pub fn summary(
    paper: &Paper,
    announce_type: AnnounceType,
    cross_list_from: Option<&str>,
    mode: TextMode,
) -> String {
    let abstract_text = paper.abstract_text.as_ref().map(|text| prose(text, mode)).unwrap_or_default();
    if !abstract_text.is_empty() {
        return abstract_text;
    }
    let mut sentences = vec![announcement(paper, announce_type, cross_list_from)];
    if let Some(comments) =
        paper.comments.as_ref().map(|text| prose(text, mode)).filter(|text| !text.is_empty())
    {
        sentences.push(format!("Comments: {}", one_line(&comments)));
    }
    if let Some(journal_ref) = paper.journal_ref.as_ref().filter(|text| !text.is_empty()) {
        sentences.push(format!("Journal reference: {}", read(journal_ref, mode)));
    }
    sentences.join(". ")
}

#[cfg(test)]
mod tests {
    use super::super::html::tests::paper;
    use super::*;
    use crate::domain::prose::Span;

    #[test]
    fn the_summary_is_the_abstract_with_its_paragraphs_and_true_links() {
        let mut paper = paper();
        let link =
            |text: &str| Span::Link { href: "https://example.org/x".to_owned(), text: text.to_owned() };
        paper.abstract_text = Some(Prose {
            paragraphs: vec![
                vec![Span::Text("Code at ".to_owned()), link("this https URL"), Span::Text(".".to_owned())],
                vec![Span::Text("See ".to_owned()), link("our page")],
            ],
        });
        assert_eq!(
            summary(&paper, AnnounceType::New, None, TextMode::default()),
            "Code at https://example.org/x.\n\nSee our page"
        );
    }

    #[test]
    fn tex_is_read_where_there_is_no_markup() {
        let mut paper = paper();
        paper.title = "On  $\\mathbb{F}_2$".to_owned();
        let link = Span::Link { href: "https://e.org/~a".to_owned(), text: "this https URL".to_owned() };
        let text = |text: &str| Span::Text(text.to_owned());
        paper.abstract_text =
            Some(Prose { paragraphs: vec![vec![text("$O(n^2)$, \\href{"), link, text("}{here}.")]] });
        for mode in [TextMode::Unicode, TextMode::Mathml] {
            assert_eq!(title(&paper, mode), "On 𝔽₂");
            assert_eq!(summary(&paper, AnnounceType::New, None, mode), "O(n²), here (https://e.org/~a).");
            assert_eq!(inline("J\\\"urgen \u{202E}M", mode), "Jürgen M");
        }
        assert_eq!(title(&paper, TextMode::Tex), "On $\\mathbb{F}_2$");
        let shown = summary(&paper, AnnounceType::New, None, TextMode::Tex);
        assert_eq!(shown, "$O(n^2)$, \\href{https://e.org/~a}{here}.");
        assert_eq!(inline("J\\\"urgen", TextMode::Tex), "J\\\"urgen");
    }

    #[test]
    fn the_summary_is_never_empty() {
        let mut paper = paper();
        paper.abstract_text = None;
        assert_eq!(
            summary(&paper, AnnounceType::Cross, Some("cs.SY"), TextMode::default()),
            "Cross-list from cs.SY. Comments: 12 pages. Journal reference: J. ACM 1 (2026)"
        );
        paper.abstract_text = Some(Prose::default());
        paper.comments = Some(Prose::default());
        paper.journal_ref = None;
        assert_eq!(summary(&paper, AnnounceType::New, None, TextMode::default()), "New in cs.DC");
    }

    #[test]
    fn the_words_say_how_a_paper_came_and_where_it_is_at_home() {
        let paper = paper();
        let check = |kind, from, words: &str| assert_eq!(announcement(&paper, kind, from), words);
        check(AnnounceType::New, None, "New in cs.DC");
        check(AnnounceType::Cross, Some("astro-ph.HE"), "Cross-list from astro-ph.HE");
        check(AnnounceType::Cross, None, "Cross-list from cs.DC");
        check(AnnounceType::Replace, None, "Replacement");
        check(AnnounceType::ReplaceCross, None, "Replacement, cross-list from cs.DC");
    }

    #[test]
    fn one_line_has_no_line_end_and_no_double_space() {
        assert_eq!(one_line(" a\r\n b\tc \u{2028}d "), "a b c d");
        assert_eq!(one_line(" \n"), "");
    }
}
