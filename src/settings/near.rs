//! Suggests known names for a misspelled one.

/// The most names that are suggested.
const NEAR_MAX: usize = 3;

/// The longest name that is compared, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The shortest part of a name that suggests the whole.
const PART_BYTES_MIN: usize = 4;

/// The known names that are similar to `typed`, the most similar first.
pub(super) fn near<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = typed.to_lowercase();
    let scored =
        |name: &'a str| distance_if_near(&typed, &name.to_lowercase()).map(|distance| (distance, name));
    let mut found: Vec<(usize, &str)> = known.into_iter().filter_map(scored).collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(NEAR_MAX).map(|(_, name)| name).collect()
}

fn distance_if_near(typed: &str, name: &str) -> Option<usize> {
    if typed.len() > NAME_BYTES_MAX {
        return None;
    }
    let distance = strsim::levenshtein(typed, name);
    let is_part = |part: &str, whole: &str| part.len() >= PART_BYTES_MIN && whole.contains(part);
    let is_near = distance <= (name.len() / 3).clamp(1, 3);
    (is_near || is_part(typed, name) || is_part(name, typed)).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &[&str]) {
        let known = ["listen", "workers", "pause_seconds", "on_demand", "on_demand_max", "days", "level"];
        assert_eq!(near(typed, known), expected, "{typed}");
    }

    #[test]
    fn a_misspelled_name_is_found() {
        check("lisen", &["listen"]);
        check("Listen", &["listen"]);
        check("worker", &["workers"]);
        check("lvl", &[]);
    }

    #[test]
    fn a_part_finds_the_whole_and_the_most_similar_comes_first() {
        check("pause", &["pause_seconds"]);
        check("demand", &["on_demand", "on_demand_max"]);
        check("feed_days", &["days"]);
        check("x", &[]);
        check(&"listen".repeat(1000), &[]);
    }
}
