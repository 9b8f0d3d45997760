//! How does an abstract read in a few lines?

/// How long the beginning of a text is, in characters: about three lines of a chat.
const CHARACTERS: usize = 300;

/// What ends with a period and no sentence.
const ABBREVIATIONS: [&str; 12] =
    ["e.g", "i.e", "etc", "vs", "cf", "al", "Fig", "Eq", "Sec", "resp", "approx", "Ref"];

/// The first paragraph up to the end of the last sentence that fits; a first sentence that is too long is cut.
pub(super) fn beginning(text: &str) -> String {
    let paragraph = text.split("\n\n").find(|paragraph| !paragraph.trim().is_empty()).unwrap_or_default();
    let line = crate::text::one_line(paragraph);
    let Some((limit, _)) = line.char_indices().nth(CHARACTERS) else { return line };
    let mut ends = line[..limit].char_indices().filter(|(at, c)| ends_sentence(&line, *at, *c));
    if let Some((at, c)) = ends.next_back() {
        return line[..at + c.len_utf8()].to_owned();
    }
    let end = line[..limit].rfind(' ').unwrap_or(limit);
    format!("{}…", &line[..end])
}

/// Is this the end of a sentence: a sign of one, with a blank and no small letter behind it?
fn ends_sentence(line: &str, at: usize, c: char) -> bool {
    if !matches!(c, '.' | '!' | '?') {
        return false;
    }
    let mut rest = line[at + 1..].chars();
    let goes_on = rest.next() != Some(' ') || rest.next().is_some_and(char::is_lowercase);
    let word = line[..at].rsplit([' ', '(']).next().unwrap_or_default();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    !(goes_on || (c == '.' && (is_initial || ABBREVIATIONS.contains(&word))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_whole_and_its_further_paragraphs_are_left_out() {
        assert_eq!(beginning("One.\ntwo\n\nThree."), "One. two");
        assert_eq!(beginning(""), "");
    }

    #[test]
    fn a_long_text_ends_with_a_sentence() {
        let rest = "word ".repeat(80);
        let check = |text: &str, expected: &str| assert_eq!(beginning(&format!("{text} {rest}")), expected);
        check("We show it. Now", "We show it.");
        check(
            "By J. Smith et al. it works, e.g. well. Really? Now",
            "By J. Smith et al. it works, e.g. well. Really?",
        );
        assert!(beginning(&rest).ends_with("word…") && beginning(&rest).chars().count() <= CHARACTERS);
    }
}
