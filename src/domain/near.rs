//! How far is what was typed from a name that exists?

/// Levenshtein's distance in characters: insertions, deletions and substitutions.
#[must_use]
pub fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, right: &str, expected: usize) {
        assert_eq!(edit_distance(left, right), expected, "{left} {right}");
        assert_eq!(edit_distance(right, left), expected, "{right} {left}");
    }

    #[test]
    fn the_distance_counts_insertions_deletions_and_substitutions() {
        check("", "", 0);
        check("cs.DC", "cs.DC", 0);
        check("cs.DK", "cs.DC", 1);
        check("quantph", "quant-ph", 1);
        check("kitten", "sitting", 3);
        check("", "abc", 3);
        check("é", "e", 1);
    }
}
