//! Finds DOIs in text.

use std::ops::Range;

/// The longest DOI that is read, in bytes; there is no limit in the handbook, but nobody types a longer one.
const DOI_BYTES_MAX: usize = 200;

/// Every DOI that a text holds, as typed.
#[must_use]
pub fn dois(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("10.").map(|start| at + start) {
        let begins = !text[..start].ends_with(|c: char| c.is_ascii_digit() || c == '.');
        match doi_at(&text[start..]).filter(|_| begins) {
            Some(doi) => {
                found.push(start..start + trimmed(doi).len());
                at = start + doi.len();
            }
            None => at = start + 3,
        }
    }
    found
}

/// The DOI at the beginning of a text: `10.`, four to nine digits, a slash and a suffix.
#[must_use]
pub fn doi_at(text: &str) -> Option<&str> {
    let registrant = text.strip_prefix("10.")?;
    let digits = registrant.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let suffix = registrant[digits..].strip_prefix('/')?;
    let is_in = |c: &char| !c.is_whitespace() && !"\"<>{}".contains(*c);
    let length: usize = suffix.chars().take(DOI_BYTES_MAX).take_while(is_in).map(char::len_utf8).sum();
    let whole = 3 + digits + 1 + length;
    ((4..=20).contains(&digits) && length > 0 && whole <= DOI_BYTES_MAX).then(|| &text[..whole])
}

/// Without the punctuation of the sentence behind it; a closing bracket stays where one was opened.
fn trimmed(mut doi: &str) -> &str {
    loop {
        let shorter = doi.trim_end_matches(['.', ',', ';', ':', '\'', '’']);
        let shorter = match shorter.strip_suffix([')', ']']) {
            Some(inside) if inside.matches(['(', '[']).count() <= inside.matches([')', ']']).count() => {
                inside
            }
            _ => shorter,
        };
        if shorter.len() == doi.len() {
            return doi;
        }
        doi = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dois_are_found_without_the_sentence_around_them() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = dois(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Phys. Rev. D 10.1103/PhysRevD.1.2, (2020)", &["10.1103/PhysRevD.1.2"]);
        check("doi:10.1145/3292500.", &["10.1145/3292500"]);
        check("(10.1002/(SICI)1097-0258) and 10.1000/b;", &["10.1002/(SICI)1097-0258", "10.1000/b"]);
        check("110.1000/x, 10.1/x, 10.1000/", &[]);
    }
}
