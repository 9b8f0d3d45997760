//! Where in a TOML string does each of its characters stand?

/// The byte in `literal`, which has its quotes, at which each of its characters begins, and that of the closing quote.
///
/// Escapes are several bytes to a character, and a multi-line string leaves out its first newline and what follows a
/// backslash at the end of a line.
pub(super) fn places(literal: &str) -> Vec<usize> {
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| literal.starts_with(quote));
    let quote = quote.unwrap_or_default();
    let (mut at, end) = (quote.len(), literal.len().saturating_sub(quote.len()));
    if quote.len() == 3 {
        let inside = literal.get(at..end).unwrap_or_default();
        at += if inside.starts_with("\r\n") { 2 } else { usize::from(inside.starts_with('\n')) };
    }
    let mut places = Vec::new();
    while let Some(rest) = literal.get(at..end)
        && let Some(first) = rest.chars().next()
    {
        let escaped = rest.strip_prefix('\\').filter(|_| quote.starts_with('"'));
        let is_left_out = escaped.is_some_and(|escaped| escaped.starts_with(char::is_whitespace));
        if !is_left_out {
            places.push(at);
        }
        at += match escaped {
            None => first.len_utf8(),
            Some(escaped) if is_left_out => 1 + escaped.len() - escaped.trim_start().len(),
            Some(escaped) => match escaped.chars().next() {
                Some('x') => 4,
                Some('u') => 6,
                Some('U') => 10,
                _ => 2,
            },
        };
    }
    places.push(end);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(literal: &str, expected: &[usize]) {
        assert_eq!(places(literal), expected, "{literal}");
    }

    #[test]
    fn each_character_is_found_behind_quotes_and_escapes() {
        check("\"\"", &[1]);
        check("'a\\b'", &[1, 2, 3, 4]);
        check(r#""a\"é""#, &[1, 2, 4, 6]);
        check(r#""\u00e9b\x41\U0001F600c""#, &[1, 7, 8, 12, 22, 23]);
        check("'''\nab'''", &[4, 5, 6]);
        check("\"\"\"a\\\n   b\"\"\"", &[3, 9, 10]);
        check("", &[0]);
    }
}
