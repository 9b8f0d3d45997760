//! Cuts text to a beginning that ends at a good place.

/// About how long a beginning is, in characters, its ellipsis included.
const CHARACTERS_MAX: usize = 300;

/// A beginning shorter than this says too little; then it rather ends inside of a sentence.
const CHARACTERS_MIN: usize = 100;

/// Words with a full stop that ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "al", "app", "approx", "ca", "cf", "ch", "chap", "cor", "def", "dept", "dr", "ed", "eds", "eq", "eqn",
    "eqs", "ex", "fig", "figs", "inc", "jr", "lem", "lett", "ltd", "math", "mr", "mrs", "ms", "no", "nos",
    "op", "phys", "pp", "proc", "prof", "prop", "ref", "refs", "resp", "rev", "sec", "secs", "sect", "sr",
    "st", "tab", "thm", "univ", "viz", "vol", "vs", "incl", "esp", "nr",
];

/// The beginning of a text on one line: up to the end of a sentence, or of a word with an ellipsis.
#[must_use]
pub fn short(text: &str) -> String {
    // Far more than can be shown, so that the rest of a long text is not looked at.
    let beginning = &text[..text.floor_char_boundary(8 * CHARACTERS_MAX)];
    let line = super::bidi::neutral(&super::one_line(beginning)).into_owned();
    let is_all = beginning.len() == text.len() && line.chars().count() <= CHARACTERS_MAX;
    if is_all {
        return line;
    }
    let last = line.char_indices().nth(CHARACTERS_MAX).map_or(line.len(), |(at, _)| at);
    let first = line.char_indices().nth(CHARACTERS_MIN).map_or(line.len(), |(at, _)| at);
    let end = sentence_ends(&line).take_while(|end| *end <= last).filter(|end| *end >= first).last();
    let cut = match end {
        Some(end) => line[..end].to_owned(),
        None => cut(&line[..last]),
    };
    super::bidi::neutral(&cut).into_owned()
}

/// Up to the last word, outside of a formula that was begun.
fn cut(text: &str) -> String {
    let room = &text[..text.char_indices().next_back().map_or(0, |(at, _)| at)];
    let words = room.rfind(' ').filter(|end| *end >= room.len() / 2).map_or(room, |end| &room[..end]);
    let is_in_formula = words.matches('$').count() % 2 == 1;
    let words =
        words.rfind('$').filter(|at| is_in_formula && *at >= room.len() / 2).map_or(words, |at| &words[..at]);
    // A mark belongs to the letter before it, and a joiner to what it joins.
    let is_part = |c: char| {
        unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}')
    };
    let goes_on = text[words.len()..].starts_with(is_part);
    let words = if goes_on { words.trim_end_matches(is_part) } else { words };
    let words =
        if goes_on { &words[..words.char_indices().next_back().map_or(0, |(at, _)| at)] } else { words };
    format!("{}…", words.trim_end_matches([' ', ',', ';', ':', '(', '[', '–', '—', '-', '“', '"', '\'', '.']))
}

/// Where sentences end, behind their last sign.
fn sentence_ends(line: &str) -> impl Iterator<Item = usize> {
    line.char_indices().filter_map(|(at, c)| match c {
        '.' | '!' | '?' => {
            let tail = &line[at + 1..];
            let closed = tail.trim_start_matches([')', ']', '”', '’', '"', '\'', '.', '!', '?']);
            let next = match closed.strip_prefix(' ') {
                Some(next) => next,
                None if closed.is_empty() => "",
                None => return None,
            };
            let is_end = begins_sentence(next) && (c != '.' || !is_abbreviated(&line[..at]));
            is_end.then(|| line.len() - closed.len())
        }
        '。' | '！' | '？' => Some(at + c.len_utf8()),
        _ => None,
    })
}

fn begins_sentence(next: &str) -> bool {
    next.trim_start_matches(['(', '[', '“', '‘', '"', '\'', '*', '•']).chars().next().is_none_or(|c| {
        c.is_uppercase() || c.is_numeric() || c.is_alphabetic() && !c.is_lowercase() || c == '$' || c == '\\'
    })
}

/// Whether the full stop behind this text belongs to its last word: `e.g`, `Fig`, `J`.
fn is_abbreviated(before: &str) -> bool {
    let word = before.rsplit([' ', '(', '[', '“', '~', '-']).next().unwrap_or_default();
    let mut letters = word.chars();
    let is_initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    let has_stops = word.contains('.')
        && word.split('.').all(|part| part.chars().count() <= 2)
        && word.chars().any(char::is_alphabetic);
    is_initial || has_stops || ABBREVIATIONS.contains(&&*word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first sentence is long enough to be all; more than enough follows.
    fn check(first: &str, rest: &str) {
        let first = format!("{}{first}", "In what follows, ".repeat(7));
        let text = format!("{first} {rest} {}", "and so on ".repeat(40));
        assert_eq!(short(&text), first);
    }

    #[test]
    fn a_beginning_ends_with_a_sentence() {
        check("we show it.", "It goes");
        check("is it true?", "Yes, it goes");
        check("we show it (as announced).", "It goes");
        check("we say “so.”", "It goes");
        check("we show O(n²).", "$x$ goes");
        check(
            "we, e.g. Smith et al. and J. R. Doe, i.e. us, see Fig. 3, Eq. (2) and 3.5 cf. Sec. 2.",
            "It goes",
        );
        check("this is so.", "“It goes");
    }

    #[test]
    fn no_abbreviation_number_or_initial_ends_a_sentence() {
        for text in [
            "see e.g. Smith",
            "by Smith et al. We",
            "in Fig. 3 it",
            "of J. Smith",
            "in the U.S. The",
            "by 3.5 It",
            "vs. The",
        ] {
            let text = format!("{}{text} {}", "word ".repeat(30), "and so on ".repeat(40));
            assert!(short(&text).ends_with('…'), "{}", short(&text));
        }
    }

    #[test]
    fn without_a_sentence_it_ends_with_a_word_and_an_ellipsis() {
        let text = "word, ".repeat(100);
        let short = short(&text);
        assert!(short.ends_with("word…"), "{short}");
        assert!((280..=CHARACTERS_MAX).contains(&short.chars().count()));
        assert!(super::short(&"漢".repeat(1_000)).ends_with("漢…"));
    }

    #[test]
    fn a_short_text_is_all_there_and_on_one_line() {
        assert_eq!(short("One.\n\nTwo."), "One. Two.");
        assert_eq!(short(""), "");
    }

    #[test]
    fn a_formula_is_not_cut() {
        let text = format!("{} $x + y + z {}", "word ".repeat(55), "+ a ".repeat(40));
        assert!(short(&text).ends_with("word…"), "{}", short(&text));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_a_beginning_and_never_too_long(text in "[a-zA-Z .,!?$é漢\u{301}\u{202e}-]{0,900}") {
            let short = short(&text);
            prop_assert!(short.chars().count() <= CHARACTERS_MAX);
            let line = super::super::one_line(&text).replace('\u{202e}', "");
            prop_assert!(line.starts_with(short.trim_end_matches('…').trim_end_matches('\u{202e}')), "{short:?}");
        }
    }
}
