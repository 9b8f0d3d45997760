//! Maps the characters of a TOML string to their bytes in the file.

/// The byte of `literal`, quotes included, at which each character of the string begins, and that of the closing quote.
///
/// An escape is one character of several bytes. A multi-line string omits its first newline, and white space after a
/// backslash at the end of a line.
pub(super) fn character_offsets(literal: &str) -> Vec<usize> {
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| literal.starts_with(quote));
    let quote = quote.unwrap_or_default();
    let (mut at, end) = (quote.len(), literal.len().saturating_sub(quote.len()));
    if quote.len() == 3 {
        let inside = literal.get(at..end).unwrap_or_default();
        at += if inside.starts_with("\r\n") { 2 } else { usize::from(inside.starts_with('\n')) };
    }
    let mut offsets = Vec::new();
    while let Some(rest) = literal.get(at..end)
        && let Some(first) = rest.chars().next()
    {
        let escaped = rest.strip_prefix('\\').filter(|_| quote.starts_with('"'));
        let is_omitted = escaped.is_some_and(|escaped| escaped.starts_with(char::is_whitespace));
        if !is_omitted {
            offsets.push(at);
        }
        at += match escaped {
            None => first.len_utf8(),
            Some(escaped) if is_omitted => 1 + escaped.len() - escaped.trim_start().len(),
            Some(escaped) => match escaped.chars().next() {
                Some('x') => 4,
                Some('u') => 6,
                Some('U') => 10,
                _ => 2,
            },
        };
    }
    offsets.push(end);
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(literal: &str, expected: &[usize]) {
        assert_eq!(character_offsets(literal), expected, "{literal}");
    }

    #[test]
    fn each_character_is_found_after_quotes_and_escapes() {
        check("\"\"", &[1]);
        check("'a\\b'", &[1, 2, 3, 4]);
        check(r#""a\"é""#, &[1, 2, 4, 6]);
        check(r#""\u00e9b\x41\U0001F600c""#, &[1, 7, 8, 12, 22, 23]);
        check("'''\nab'''", &[4, 5, 6]);
        check("\"\"\"a\\\n   b\"\"\"", &[3, 9, 10]);
        check("", &[0]);
    }
}
