//! Punctuation of rules as word processors and other keyboards write it.

/// The characters of a rule with every quote, dash and full-width sign that has a meaning in rules as its ASCII sign.
///
/// Each character stays at its place, so that places of diagnostics are those of the text as typed.
pub(super) fn characters(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().map(ascii).collect();
    let mut at = 0;
    let mut is_quoted = false;
    while at < chars.len() {
        match chars[at] {
            // TeX's `\"o` is a letter.
            '"' if at == 0 || chars[at - 1] != '\\' => is_quoted = !is_quoted,
            c if !is_quoted && is_single_quote(c) && may_open(&chars[..at]) => {
                if let Some(end) = closing(&chars, at) {
                    chars[at] = '"';
                    chars[end] = '"';
                    at = end;
                }
            }
            _ => {}
        }
        at += 1;
    }
    chars
}

/// The same as text.
pub(super) fn text(text: &str) -> String {
    characters(text).into_iter().collect()
}

/// Where a quotation in curly single quotes begins that never ends; straight ones may be apostrophes.
pub(super) fn is_open_quote(c: char) -> bool {
    matches!(c, '\u{2018}' | '\u{201a}' | '\u{201b}')
}

fn ascii(c: char) -> char {
    match c {
        '\u{201c}'..='\u{201f}' | '«' | '»' | '‹' | '›' | '\u{ff02}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '：' => ':',
        '（' => '(',
        '）' => ')',
        '［' => '[',
        '］' => ']',
        '｜' => '|',
        '！' => '!',
        '＝' => '=',
        '＊' => '*',
        '～' => '~',
        '，' => ',',
        '\u{ff07}' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201b}')
}

/// Inside a word the same sign is an apostrophe.
fn may_open(before: &[char]) -> bool {
    before.last().is_none_or(|c| matches!(c, ' ' | '(' | ':' | '=' | '-' | '!' | '|' | ',' | ';'))
}

/// Where a quotation ends that begins at a place: a quote behind a word, with nothing of a word behind it.
fn closing(chars: &[char], start: usize) -> Option<usize> {
    let ends = |at: &usize| {
        is_single_quote(chars[*at])
            && chars[at - 1] != ' '
            && chars.get(at + 1).is_none_or(|next| matches!(next, ' ' | ')' | '|' | '~' | '*' | ',' | ';'))
    };
    let end = (start + 2..chars.len()).find(ends)?;
    (!chars[start + 1..end].contains(&'"')).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_read_as_their_ascii_signs_and_stay_at_their_places() {
        for (typed, read) in [
            ("“leader election”", "\"leader election\""),
            ("„a b“ «c d» ‟e f‟ ＂g＂", "\"a b\" \"c d\" \"e f\" \"g\""),
            ("LLM –survey —x −y", "LLM -survey -x -y"),
            ("ti：（GPU\u{a0}TPU）", "ti:(GPU TPU)"),
            ("ti:‘a b’ -'c d' ('e f')", "ti:\"a b\" -\"c d\" (\"e f\")"),
            ("au:'t Hooft O'Neill d’Alembert x", "au:'t Hooft O'Neill d’Alembert x"),
            ("\"don't 'quote' it\"", "\"don't 'quote' it\""),
            ("\\\"Osterberg 'a b'", "\\\"Osterberg \"a b\""),
        ] {
            assert_eq!(text(typed), read);
            assert_eq!(text(typed).chars().count(), typed.chars().count());
        }
    }
}
