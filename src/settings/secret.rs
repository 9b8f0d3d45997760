//! Which lines of a file may nobody see who sees a mistake in them?
//!
//! Looked at line by line, for a file with mistakes need not be TOML.

use super::mistake::Mistake;

/// A value is a secret when its key, or its section, has one of these in its name.
const NAMES: [&str; 7] = ["access", "key", "secret", "password", "passwd", "token", "hook"];

/// What is said of a line in place of the parser's words, which may repeat a part of it.
const SYNTAX: &str = "this is no TOML, perhaps for a missing quote, comma or bracket; the line is not shown, for it may hold a secret";

/// Takes the line off a mistake at byte `at` of the text where it may hold a secret, and a password off any address.
pub(super) fn hidden(mut mistake: Mistake, text: &str, at: usize) -> Mistake {
    if is_secret(text, at) {
        mistake.hide_line();
    }
    without_password(mistake)
}

/// The same for the words of a parser.
pub(super) fn hidden_syntax(mut mistake: Mistake, text: &str, at: usize) -> Mistake {
    if is_secret(text, at) {
        SYNTAX.clone_into(&mut mistake.message);
    }
    hidden(mistake, text, at)
}

/// Hides the line where an address in it names a user, who may have a password.
pub(super) fn without_password(mut mistake: Mistake) -> Mistake {
    if mistake.line().is_some_and(|line| masked(line) != line) {
        mistake.hide_line();
    }
    mistake.message = masked(&mistake.message);
    mistake
}

/// Is the line of byte `at` of a section or of a key that holds secrets, also some lines below its beginning?
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

/// The name in `[name]` or `[[name]]`, closed or not; an item of a list has quotes or commas.
fn heading(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.split('#').next()?;
    (!name.contains(['"', '\'', ',', '='])).then_some(name)
}

/// What stands before the `=`, if that can be a key.
fn assigned(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let is_of_a_key = |c: char| c.is_alphanumeric() || "_-. \"'".contains(c);
    (!line.starts_with(['"', '\'']) && name.chars().all(is_of_a_key)).then_some(name)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| name.contains(secret))
}

/// The text with what stands between `://` and `@` of an address left out.
fn masked(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: usize, expected: bool) {
        let at = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        assert_eq!(is_secret(text, at), expected, "line {line} of\n{text}");
    }

    #[test]
    fn what_holds_keys_is_not_shown() {
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
            masked("`postgres://ann:s3@cret@db/x` and http://a/@b"),
            "`postgres://…@db/x` and http://a/@b"
        );
        assert_eq!(masked("nothing"), "nothing");
    }
}
