//! Keeps secrets out of diagnostics: keys, passwords in addresses, addresses of webhooks.
//!
//! Works on lines of text, because a file with syntax errors cannot be parsed.

use std::ops::Range;

use super::diagnostic::SettingsDiagnostic;

/// A value is a secret if the name of its key or section contains one of these.
const NAMES: [&str; 7] = ["access", "key", "secret", "password", "passwd", "token", "hook"];

/// Replaces the parser's message, which may repeat a part of the line.
const SYNTAX: &str = "this is not TOML, perhaps because a quote, comma or bracket is missing; the line is not shown, as it may hold a secret";

/// Hides the line of a diagnostic at byte `at` of the text if it may hold a secret, and the password in any address.
pub(super) fn hidden(mut diagnostic: SettingsDiagnostic, text: &str, at: usize) -> SettingsDiagnostic {
    if is_secret(text, at) {
        diagnostic.hide_line();
    }
    without_password(diagnostic)
}

/// The same for a message of the parser.
pub(super) fn hidden_syntax(mut diagnostic: SettingsDiagnostic, text: &str, at: usize) -> SettingsDiagnostic {
    if is_secret(text, at) {
        SYNTAX.clone_into(&mut diagnostic.message);
    }
    hidden(diagnostic, text, at)
}

/// Hides the line if an address in it has a user, and perhaps a password.
pub(super) fn without_password(mut diagnostic: SettingsDiagnostic) -> SettingsDiagnostic {
    if diagnostic.line().is_some_and(|line| without_users(line) != line) {
        diagnostic.hide_line();
    }
    diagnostic.message = without_users(&diagnostic.message);
    diagnostic
}

/// Returns whether byte `at` is in a section, or in the value of a key, that may hold secrets.
fn is_secret(text: &str, at: usize) -> bool {
    let (mut section, mut key) = (false, false);
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(name) = heading(trimmed) {
            (section, key) = (is_secret_name(name), false);
        } else if let Some(name) = assigned(trimmed) {
            key = is_secret_name(name);
        }
        end += line.len();
        if end > at {
            break;
        }
    }
    section || key
}

/// The name in `[name]` or `[[name]]`, closed or not; an item of a list is told apart by its quotes or commas.
fn heading(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.split('#').next()?;
    (!name.contains(['"', '\'', ',', '='])).then_some(name)
}

/// The text before the `=`, if it can be a key.
fn assigned(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let is_of_a_key = |c: char| c.is_alphanumeric() || "_-. \"'".contains(c);
    (!line.starts_with(['"', '\'']) && name.chars().all(is_of_a_key)).then_some(name)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| name.contains(secret))
}

/// The text without the user and password of any address.
fn without_users(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        masked.extend([before, "://"]);
        let ends = |c: char| c.is_whitespace() || "/\"'`".contains(c);
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        rest = match authority.rfind('@') {
            Some(user) => {
                masked.push('…');
                &after[user..]
            }
            None => after,
        };
    }
    masked + rest
}

/// The text with every character of these spans, and everything after the host of any address, as `*`: of `feeds.toml`,
/// where only webhooks have addresses.
pub(super) fn masked(text: &str, spans: &[Range<usize>]) -> String {
    let mut secrets = spans.to_vec();
    for (at, _) in text.match_indices("://") {
        let rest = &text[at + 3..];
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`,}]".contains(c)).unwrap_or(rest.len());
        let host = rest[..end].find(['/', '?', '#']).unwrap_or(end);
        secrets.push(at + 3 + host..at + 3 + end);
    }
    let is_secret = |at: usize| secrets.iter().any(|span| span.contains(&at));
    // As many characters as the secret has bytes.
    text.char_indices().fold(String::with_capacity(text.len()), |mut masked, (at, c)| {
        if is_secret(at) && c != '\n' {
            masked.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            masked.push(c);
        }
        masked
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: usize, expected: bool) {
        let at = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        assert_eq!(is_secret(text, at), expected, "line {line} of\n{text}");
    }

    #[test]
    fn lines_that_may_hold_secrets_are_found() {
        let text = "[server]\nlisten = 1\n[access]\nadmins = [\n  \"one\",\n  two\n]\n[limits]\na = 1\n";
        for (line, expected) in
            [(1, false), (2, false), (4, true), (5, true), (6, true), (8, false), (9, false)]
        {
            check(text, line, expected);
        }
        check("access.x = [\n'a'\n]", 2, true);
        check("keys = [\"a=b\",\n\"c=d\"", 2, true);
        check("title = \"the key\"", 1, false);
        check("[[feed]]\nname = 'a'\nwebhook = 'https://chat.example/x", 3, true);
        check("[access\nkeys", 2, true);
        check("", 1, false);
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(
            without_users("`postgres://ann:s3@cret@db/x` and http://a/@b"),
            "`postgres://…@db/x` and http://a/@b"
        );
        assert_eq!(without_users("nothing"), "nothing");
    }
}
