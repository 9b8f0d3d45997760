//! American spellings of British words, which stand for both.

mod table;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use table::{ENDS, PARTS, WORDS};

/// Words that double their `l` before an ending in British English alone.
const DOUBLING: &[&str] = &[
    "apparel", "barrel", "bevel", "bushel", "cancel", "carol", "channel", "chisel", "council", "counsel",
    "devil", "dial", "dishevel", "drivel", "duel", "enamel", "equal", "funnel", "fuel", "gambol", "gravel",
    "grovel", "imperil", "initial", "jewel", "kernel", "label", "level", "libel", "marshal", "marvel",
    "medal", "metal", "model", "panel", "parcel", "pedal", "pencil", "peril", "pixel", "pummel", "quarrel",
    "ravel", "revel", "rival", "shovel", "shrivel", "signal", "snivel", "spiral", "squirrel", "stencil",
    "swivel", "symbol", "tinsel", "total", "towel", "trammel", "travel", "trowel", "tunnel", "weasel",
    "yodel",
];

const AFTER_L: &[&str] = &["ed", "er", "ery", "ing", "ings", "or", "ous", "able", "est"];

/// What stands before `is` in words that are never written with `iz`, whatever stands before that.
const NEVER_Z: &[&str] = &[
    "adv", "advert", "chast", "circumc", "compr", "conc", "desp", "dev", "enterpr", "exerc", "expert",
    "franch", "improv", "merchand", "parad", "prec", "premon", "prom", "rev", "superv", "surm", "surpr",
    "telev", "treat", "w",
];

/// The same, where nothing stands before.
const NEVER_Z_WHOLE: &[&str] = &[
    "an", "appr", "ar", "cer", "chem", "dem", "den", "el", "exc", "highr", "inc", "ir", "mant", "moonr",
    "mort", "prem", "repr", "sunr", "upr", "val",
];

const AFTER_IS: &[&str] =
    &["able", "ability", "ably", "ation", "ational", "ationally", "e", "ed", "er", "es", "ing", "ingly"];

const AFTER_YS: &[&str] = &["able", "e", "ed", "er", "es", "ing"];

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let parts = PARTS.iter().map(|(british, _)| british);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(parts).ok()
});

/// The American spelling of a folded word in the singular; none where it is the same.
pub(super) fn american(word: &str) -> Option<String> {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    if let Ok(place) = WORDS.binary_search_by_key(&word, |(british, _)| british) {
        return Some(WORDS[place].1.to_owned());
    }
    let parts = with_american_parts(word);
    let so_far = parts.as_deref().unwrap_or(word);
    let ended = with_american_end(so_far).or_else(|| with_one_l(so_far));
    let so_far = ended.as_deref().unwrap_or(so_far);
    with_z(so_far).or(ended).or(parts)
}

fn with_american_parts(word: &str) -> Option<String> {
    if let Some(rest) = word.strip_prefix("grey").filter(|rest| *rest != "hound") {
        return Some(format!("gray{rest}"));
    }
    let automaton = AUTOMATON.as_ref()?;
    let first = automaton.find(word)?;
    let mut american = String::with_capacity(word.len());
    let mut end = 0;
    for found in std::iter::once(first).chain(automaton.find_iter(&word[first.end()..]).map(|found| {
        let (start, end) = (found.start() + first.end(), found.end() + first.end());
        aho_corasick::Match::new(found.pattern(), start..end)
    })) {
        american.push_str(&word[end..found.start()]);
        american.push_str(PARTS[found.pattern().as_usize()].1);
        end = found.end();
    }
    american.push_str(&word[end..]);
    Some(american)
}

fn with_american_end(word: &str) -> Option<String> {
    if !word.ends_with(['e', 'd', 'g']) {
        return None;
    }
    let (british, american) = ENDS.iter().find(|(british, _)| word.ends_with(british))?;
    Some(format!("{}{american}", &word[..word.len() - british.len()]))
}

/// `modelling` as `modeling`.
fn with_one_l(word: &str) -> Option<String> {
    let at = word.rfind("ll")?;
    let (stem, ending) = (&word[..=at], &word[at + 2..]);
    let doubles = AFTER_L.contains(&ending) && DOUBLING.iter().any(|word| stem.ends_with(word));
    doubles.then(|| format!("{stem}{ending}"))
}

/// `optimisation` as `optimization`, `analyse` as `analyze`.
fn with_z(word: &str) -> Option<String> {
    if let Some(at) = word.rfind("lys")
        && AFTER_YS.contains(&&word[at + 3..])
    {
        return Some(format!("{}lyz{}", &word[..at], &word[at + 3..]));
    }
    let at = word.rfind("is").filter(|at| *at > 1)?;
    let (stem, ending) = (&word[..at], &word[at + 2..]);
    let is_vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let is_british = AFTER_IS.contains(&ending)
        && stem.bytes().any(is_vowel)
        && !stem.ends_with(['a', 'e', 'o', 'u'])
        && !NEVER_Z_WHOLE.contains(&stem)
        && !NEVER_Z.iter().any(|never| stem.ends_with(never));
    is_british.then(|| format!("{stem}iz{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(WORDS.is_sorted_by_key(|(british, _)| british));
    }
}
