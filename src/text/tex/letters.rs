//! Reads the accents of a text and leaves all other TeX as it is.

use std::borrow::Cow;

use unicode_normalization::char::compose;

use super::accents;
use super::delimiters::Delimiters;

/// Turns accents and letters outside of formulas into Unicode: `Poincar\'e on $\hat x$` gives `Poincaré on $\hat x$`.
#[must_use]
pub fn letters(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let delimiters = Delimiters::find(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].find(['\\', '$']).map(|next| at + next) {
        out.push_str(&text[at..next]);
        at = next;
        if let Some(formula) = delimiters.formula(at) {
            at = formula.close + formula.length;
            out.push_str(&text[next..at]);
        } else if let Some((letter, length)) = letter_at(&text[at..]) {
            at += length;
            // The braces around it were its own: `{\'e}`.
            if out.ends_with('{') && text[at..].starts_with('}') {
                out.pop();
                at += 1;
            }
            out.push_str(&letter);
        } else {
            at += 1;
            out.push_str(&text[next..at]);
            // What is escaped is no accent of what follows: `\\'e`.
            if text[at..].starts_with(['\\', '$']) {
                out.push_str(&text[at..=at]);
                at += 1;
            }
        }
    }
    out.push_str(&text[at..]);
    Cow::Owned(out)
}

/// The letter that a macro at the beginning stands for, and how many bytes it takes.
fn letter_at(text: &str) -> Option<(String, usize)> {
    let rest = text.strip_prefix('\\')?;
    let name = super::reader::name(rest);
    if name.is_empty() {
        let sign = rest.chars().next()?;
        let mark = accents::of_symbol(sign)?;
        let (base, length) = base(&rest[1..])?;
        return Some((compose(base, mark)?.to_string(), 2 + length));
    }
    let after = &rest[name.len()..];
    if let Some(letter) = accents::letter(name) {
        let space =
            if after.starts_with("{}") { 2 } else { after.len() - after.trim_start_matches(' ').len() };
        return Some((letter.to_owned(), 1 + name.len() + space));
    }
    let mark = accents::of_macro(name).filter(|_| name.len() == 1)?;
    let space = after.len() - after.trim_start_matches(' ').len();
    let (base, length) = base(&after[space..]).filter(|_| space > 0 || after.starts_with('{'))?;
    Some((compose(base, mark)?.to_string(), 1 + name.len() + space + length))
}

/// `e`, `{e}`, `\i` or `{\i}`.
fn base(text: &str) -> Option<(char, usize)> {
    let inside = text.strip_prefix('{').unwrap_or(text);
    let (base, length) = match inside.strip_prefix('\\') {
        Some(dotless) => {
            let base = dotless.chars().next().filter(|c| matches!(c, 'i' | 'j'))?;
            let goes_on = dotless[1..].starts_with(|c: char| c.is_ascii_alphabetic());
            (!goes_on).then_some((base, 2))?
        }
        None => inside.chars().next().filter(|c| c.is_alphabetic()).map(|c| (c, c.len_utf8()))?,
    };
    // Without braces a blank ends the macro's name.
    let around = if inside.len() < text.len() {
        inside[length..].starts_with('}').then_some(2)?
    } else {
        usize::from(inside.starts_with('\\') && inside[length..].starts_with(' '))
    };
    Some((base, length + around))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_read_and_nothing_else() {
        let check = |text: &str, expected: &str| assert_eq!(letters(text), expected, "{text}");
        check(
            "Poincar\\'e, J\\\"{u}rgen M{\\\"u}ller, \\v{C}ech, {\\v C}apek, \\v Cech",
            "Poincaré, Jürgen Müller, Čech, Čapek, Čech",
        );
        check(
            "M\\o{}ller, {\\O}rsted, Pawe\\l, \\L ojasiewicz, Gau\\ss",
            "Møller, Ørsted, Paweł, Łojasiewicz, Gauß",
        );
        check("na\\\"{\\i}ve, na\\\"\\i ve", "naïve, naïve");
        check("$\\hat x$, $\\'e$, \\(\\o\\)", "$\\hat x$, $\\'e$, \\(\\o\\)");
        check(
            "\\textbf{x} 5\\% \\\\'e \\$5 \\\"q\\\" C:\\log",
            "\\textbf{x} 5\\% \\\\'e \\$5 \\\"q\\\" C:\\log",
        );
        check("\\'", "\\'");
        check("plain é", "plain é");
    }
}
