//! Splits a paragraph into text, links and formulas.

use std::borrow::Cow;

use super::links::link_words;
use super::tex::{self, Objects, Sign, read_with};
use super::{bidi, mathml};
use crate::domain::presentation::TextMode;
use crate::domain::prose::Span;

/// The most text of one abstract or comment, in bytes: far beyond any, so that a broken page makes no broken feed.
pub(super) const PROSE_BYTES_MAX: usize = 100_000;

/// A part of a paragraph, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(Cow<'a, str>),
    /// A link of the page and its words.
    Link {
        href: &'a str,
        words: Cow<'a, str>,
    },
    /// What follows leads to an address, up to where it closes; never one in another, and always closed.
    Opens(Cow<'a, str>),
    Closes,
    /// Markup, as it is.
    Formula(String),
}

/// Whether formulas may be markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Markup,
    Plain,
}

/// The parts of a paragraph; `left` is how many bytes more may be taken.
pub(super) fn pieces<'a>(
    spans: &'a [Span],
    mode: TextMode,
    medium: Medium,
    left: &mut usize,
) -> Vec<Piece<'a>> {
    let parts = parts(spans, left);
    let is_tex = |part: &Piece<'_>| matches!(part, Piece::Text(text) if tex::looks_like_tex(text));
    if mode == TextMode::Tex {
        return parts;
    }
    if !parts.iter().any(is_tex) {
        return parts.into_iter().map(composed).collect();
    }
    let mut objects = Objects::default();
    if (mode, medium) == (TextMode::Mathml, Medium::Markup) {
        objects.markup = Some(mathml::formula);
    }
    let text = read_with(&joined(&parts), &mut objects);
    if Sign::may_be_in(&text) { apart(&text, &parts, &objects) } else { vec![Piece::Text(Cow::Owned(text))] }
}

/// Text as a reader sees it, where there is no markup.
pub(super) fn read(text: &str, mode: TextMode) -> Cow<'_, str> {
    match (bidi::neutral(text), mode) {
        (text, TextMode::Tex) => text,
        (Cow::Borrowed(text), _) => tex::to_unicode(text),
        (Cow::Owned(text), _) => Cow::Owned(tex::to_unicode(&text).into_owned()),
    }
}

/// The spans as far as there is room, without what would turn the text around.
fn parts<'a>(spans: &'a [Span], left: &mut usize) -> Vec<Piece<'a>> {
    let mut parts = Vec::with_capacity(spans.len());
    for span in spans {
        if *left == 0 {
            break;
        }
        let text = span.text();
        let cut = text.floor_char_boundary(*left);
        *left = left.saturating_sub(text.len());
        parts.push(match span {
            Span::Text(text) => Piece::Text(bidi::neutral(&text[..cut])),
            Span::Link { href, text } => {
                Piece::Link { href, words: bidi::neutral(link_words(href, &text[..cut])) }
            }
        });
        if cut < text.len() {
            parts.push(Piece::Text(Cow::Borrowed("…")));
        }
    }
    parts
}

fn composed(part: Piece<'_>) -> Piece<'_> {
    match part {
        Piece::Text(Cow::Borrowed(text)) => Piece::Text(tex::to_unicode(text)),
        Piece::Text(Cow::Owned(text)) => Piece::Text(Cow::Owned(tex::to_unicode(&text).into_owned())),
        other => other,
    }
}

/// One text in which a sign stands for every link.
fn joined(parts: &[Piece<'_>]) -> String {
    let mut text = String::new();
    for (number, part) in parts.iter().enumerate() {
        match part {
            Piece::Text(words) if !Sign::may_be_in(words) => text.push_str(words),
            Piece::Text(words) => text.extend(words.chars().filter(|c| Sign::of(*c).is_none())),
            Piece::Link { words, .. } => match Sign::Link(number).character() {
                Some(sign) => text.push(sign),
                None => text.push_str(words),
            },
            Piece::Opens(_) | Piece::Closes | Piece::Formula(_) => {}
        }
    }
    text
}

/// The parts of a text with signs in it.
fn apart<'a>(text: &str, parts: &[Piece<'a>], objects: &Objects) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut is_open = false;
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let Some(sign) = Sign::of(character) else { continue };
        if start < at {
            pieces.push(Piece::Text(Cow::Owned(text[start..at].to_owned())));
        }
        start = at + character.len_utf8();
        match sign {
            Sign::Link(number) => match parts.get(number) {
                Some(Piece::Link { words, .. }) if is_open => pieces.push(Piece::Text(words.clone())),
                Some(link) => pieces.push(link.clone()),
                None => {}
            },
            Sign::Opens(number) if !is_open => {
                pieces.extend(
                    objects.addresses.get(number).map(|address| Piece::Opens(address_of(address, parts))),
                );
                is_open = true;
            }
            Sign::Closes if is_open => {
                pieces.push(Piece::Closes);
                is_open = false;
            }
            Sign::Formula(number) => pieces.extend(objects.formulas.get(number).cloned().map(Piece::Formula)),
            Sign::Opens(_) | Sign::Closes => {}
        }
    }
    if start < text.len() {
        pieces.push(Piece::Text(Cow::Owned(text[start..].to_owned())));
    }
    if is_open {
        pieces.push(Piece::Closes);
    }
    pieces
}

/// The address itself, or that of the link that stands for it.
fn address_of<'a>(address: &str, parts: &[Piece<'a>]) -> Cow<'a, str> {
    let number = address.chars().next().and_then(Sign::of);
    match number {
        Some(Sign::Link(number)) => match parts.get(number) {
            Some(Piece::Link { href, .. }) => Cow::Borrowed(*href),
            _ => Cow::Owned(String::new()),
        },
        _ => Cow::Owned(address.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    fn link(href: &str) -> Span {
        Span::Link { href: href.to_owned(), text: "this https URL".to_owned() }
    }

    fn shown(spans: &[Span], mode: TextMode) -> String {
        let pieces = pieces(spans, mode, Medium::Markup, &mut PROSE_BYTES_MAX.clone());
        let words = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => text.to_string(),
            Piece::Link { href, words } => format!("<{href}|{words}>"),
            Piece::Opens(href) => format!("<{href}>"),
            Piece::Closes => "</>".to_owned(),
            Piece::Formula(_) => "∎".to_owned(),
        };
        pieces.iter().map(words).collect()
    }

    #[test]
    fn a_macro_may_have_a_link_as_its_argument() {
        let check = |spans: &[Span], expected: &str| assert_eq!(shown(spans, TextMode::Unicode), expected);
        let address = "https://e.org/~a_b";
        check(&[text("at \\url{"), link(address), text("}.")], "at <https://e.org/~a_b|https://e.org/~a_b>.");
        check(
            &[text("\\href{"), link(address), text("}{our $x$} code")],
            "<https://e.org/~a_b>our x</> code",
        );
        check(
            &[text("\\href{"), link(address), text("}{"), link(address), text("}")],
            "<https://e.org/~a_b>https://e.org/~a_b</>",
        );
        check(&[text("\\href{https://e.org/a\\_b}{$x$}")], "<https://e.org/a_b>x</>");
        check(&[text("\\href{javascript:x}{y}")], "y (javascript:x)");
        check(
            &[text("\\textcolor{blue}{"), link(address), text("}")],
            "<https://e.org/~a_b|https://e.org/~a_b>",
        );
        check(&[text("\\href{"), link(address)], "<https://e.org/~a_b|https://e.org/~a_b>");
    }

    #[test]
    fn formulas_are_apart_only_where_they_are_asked_for() {
        let spans = [text("a $x^2$~b "), link("https://e.org"), text(" $y$")];
        assert_eq!(shown(&spans, TextMode::Mathml), "a ∎ b <https://e.org|https://e.org> ∎");
        assert_eq!(shown(&spans, TextMode::Unicode), "a x² b <https://e.org|https://e.org> y");
        assert_eq!(shown(&spans, TextMode::Tex), "a $x^2$~b <https://e.org|https://e.org> $y$");
    }

    #[test]
    fn formulas_side_by_side_and_blanks_between_them_are_kept_in_markup() {
        let check =
            |source: &str, expected: &str| assert_eq!(shown(&[text(source)], TextMode::Mathml), expected);
        check("$\\alpha$$\\beta$ T cells", "∎∎ T cells");
        check("21$\\,$cm and A$~$B", "21 cm and A B");
        check("$5\\,$GeV, $Λ_s $CDM, $C_\\ell$s", "5 GeV, ∎CDM, ∎s");
        let doubled = [text("$S(k,\\\\omega)$")];
        let pieces = format!("{:?}", pieces(&doubled, TextMode::Mathml, Medium::Markup, &mut 99));
        assert!(pieces.contains("<mi>ω</mi>"), "{pieces}");
    }

    #[test]
    fn signs_of_its_own_never_come_from_outside() {
        let hostile = "\u{F0000}\u{F8000}\u{100000}\u{108000}$x$";
        assert_eq!(shown(&[text(hostile)], TextMode::Mathml), "∎");
        assert_eq!(shown(&[text("a\u{202E}b $x$")], TextMode::Unicode), "ab x");
    }

    #[test]
    fn text_beyond_the_limit_is_cut() {
        let spans = [text(&"é".repeat(PROSE_BYTES_MAX)), text("more")];
        let shown = shown(&spans, TextMode::Unicode);
        assert_eq!(shown.chars().count(), PROSE_BYTES_MAX / 2 + 1);
        assert!(shown.ends_with("é…"));
    }
}
