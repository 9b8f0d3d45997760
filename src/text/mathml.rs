//! Formulas as `MathML`.
//!
//! The library is kept behind a guard: it overflows the stack on braces in braces, and lets markup through in
//! `\operatorname`. What it makes is read again, and anything but elements and attributes that lay out a formula is no
//! formula; then the text stays as it reads in Unicode.

use std::fmt::Write;
use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::escape::escape;

/// The longest source of a formula, in bytes.
const SOURCE_BYTES_MAX: usize = 1_000;

/// How deep braces may stand in braces.
const DEPTH_MAX: usize = 16;

/// The longest markup of a formula, in bytes.
const MARKUP_BYTES_MAX: usize = 16 * 1024;

/// From how many letters on a row of them is a word.
const WORD_LETTERS_MIN: usize = 4;

/// Signs that read as well without markup: `10%`, `≈5`.
const PLAIN_SIGNS: &str = ".,:%+-−±×∼≈~≤≥<>°/ ";

const ELEMENTS: &[&str] = &[
    "math",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

const ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];

/// Attributes that only dress: readers take them away, and so it is done here.
const DROPPED: &[&str] = &["class", "style"];

static CONVERTER: LazyLock<Option<LatexToMathML>> =
    LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// The formula in `MathML` with its reading as `alttext`; none where it says no more than the reading.
pub(super) fn formula(source: &str, is_display: bool, reading: &str) -> Option<String> {
    if is_plain(source, reading) || !is_tame(source) {
        return None;
    }
    let display = if is_display { MathDisplay::Block } else { MathDisplay::Inline };
    let converter = CONVERTER.as_ref()?;
    let markup = converter.convert_with_local_state(source.trim(), display).ok()?.mathml;
    if markup.len() > MARKUP_BYTES_MAX {
        return None;
    }
    checked(&markup, reading)
}

/// Numbers and words read the same without markup.
///
/// Of letters in a row, a library makes a product; a row of this length is a word, such as `$slow$` put in italics.
fn is_plain(source: &str, reading: &str) -> bool {
    let is_text = source.trim_start().starts_with("\\text") && !source.contains(['^', '_']);
    let is_word = reading.len() >= WORD_LETTERS_MIN
        && reading == source.trim()
        && reading.chars().all(|c| c.is_ascii_alphabetic());
    is_text || is_word || reading.chars().all(|c| c.is_ascii_digit() || PLAIN_SIGNS.contains(c))
}

fn is_tame(source: &str) -> bool {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in source.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let names_operator = source.contains("operatorname") && source.contains(['<', '>', '&']);
    source.len() <= SOURCE_BYTES_MAX && deepest <= DEPTH_MAX && !names_operator
}

/// The markup once more, made of what is allowed alone, or nothing.
fn checked(markup: &str, reading: &str) -> Option<String> {
    let mut out = String::with_capacity(markup.len() + reading.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        // Nothing stands outside of the one formula.
        if (open.is_empty() && at > 0) || !is_text(&rest[..at]) {
            return None;
        }
        out.push_str(&rest[..at]);
        let (tag, after) = rest[at + 1..].split_once('>')?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return None;
            }
            write!(out, "</{name}>").ok()?;
        } else {
            let is_first = out.is_empty();
            if is_first == open.is_empty() {
                element(tag, is_first.then_some(reading), &mut open, &mut out)?;
            } else {
                return None;
            }
        }
    }
    (open.is_empty() && rest.is_empty() && !out.is_empty()).then_some(out)
}

/// `<mo stretchy="false">`; the first one is the formula itself, and no other is.
fn element<'a>(tag: &'a str, reading: Option<&str>, open: &mut Vec<&'a str>, out: &mut String) -> Option<()> {
    let is_empty = tag.ends_with('/');
    let tag = tag.trim_end_matches('/').trim_end();
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    if !ELEMENTS.contains(&name) || (name == "math") != reading.is_some() {
        return None;
    }
    write!(out, "<{name}").ok()?;
    loop {
        attributes = attributes.trim_start();
        if attributes.is_empty() {
            break;
        }
        let (key, tail) = attributes.split_once("=\"")?;
        let (value, tail) = tail.split_once('"')?;
        attributes = tail;
        let is_length = value.chars().all(|c| c.is_ascii_alphanumeric() || " .%+-".contains(c));
        if ATTRIBUTES.contains(&key) && is_length {
            write!(out, " {key}=\"{value}\"").ok()?;
        } else if !DROPPED.contains(&key) {
            return None;
        }
    }
    if let Some(reading) = reading {
        write!(out, " alttext=\"{}\"", escape(reading).replace('"', "&quot;")).ok()?;
    }
    out.push('>');
    if is_empty {
        write!(out, "</{name}>").ok()?;
    } else {
        open.push(name);
    }
    Some(())
}

/// Text between tags: no `>`, and `&` only where it begins a reference.
fn is_text(text: &str) -> bool {
    !text.contains('>')
        && text.split('&').skip(1).all(|rest| {
            rest.split_once(';').is_some_and(|(name, _)| {
                matches!(name, "lt" | "gt" | "amp" | "quot" | "nbsp")
                    || name.strip_prefix('#').is_some_and(|code| {
                        !code.is_empty()
                            && code.len() < 8
                            && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
                    })
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_has_its_reading_beside_it() {
        assert_eq!(
            formula("\\mathbb{F}_2", false, "𝔽₂").unwrap(),
            "<math alttext=\"𝔽₂\"><msub><mi>𝔽</mi><mn>2</mn></msub></math>"
        );
        assert!(formula("x^2", true, "x²").unwrap().starts_with("<math display=\"block\" alttext=\"x²\">"));
        assert!(formula("a<b", false, "a<\"b\"").unwrap().contains("alttext=\"a&lt;&quot;b&quot;\""));
    }

    #[test]
    fn what_reads_as_well_without_markup_has_none() {
        assert_eq!(formula("10\\%", false, "10%"), None);
        assert_eq!(formula("\\text{ViTs}", false, "ViTs"), None);
        assert_eq!(formula(" slow ", false, "slow"), None);
        assert!(formula("abc", false, "abc").is_some());
    }

    #[test]
    fn what_could_hurt_is_left_as_text() {
        for source in [
            &"{".repeat(900),
            &format!("{}x{}", "{".repeat(17), "}".repeat(17)),
            &"x".repeat(1_001),
            "\\operatorname{<script>alert(1)</script>}",
            "\\href{javascript:alert(1)}{x}",
            "\\unknownmacro{x}",
            "\\frac{a}",
        ] {
            assert_eq!(formula(source, false, "reading"), None, "{source}");
        }
    }

    #[test]
    fn only_the_elements_of_a_formula_pass() {
        for markup in [
            "<math><script>x</script></math>",
            "<math><mi onclick=\"x\">x</mi></math>",
            "<math><mi href=\"x\">x</mi></math>",
            "<math><mi>x</math></mi>",
            "<math><mi>x</mi></math><p></p>",
            "<math></math><math></math>",
            "x<math></math>",
            "<math>&lt</math>",
            "<math><math></math></math>",
            "<mi>x</mi>",
            "<math><mi>x</mi>",
            "<math><!-- x --></math>",
            "",
        ] {
            assert_eq!(checked(markup, "x"), None, "{markup}");
        }
        assert_eq!(
            checked("<math><mtd style=\"x:y\" columnspan=\"2\">a&amp;b</mtd><mspace/></math>", "x").unwrap(),
            "<math alttext=\"x\"><mtd columnspan=\"2\">a&amp;b</mtd><mspace></mspace></math>"
        );
    }
}
