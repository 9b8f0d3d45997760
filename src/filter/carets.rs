//! Draws carets under a stretch of a line, for diagnostics of rules, settings and parameters alike.

/// The most characters that are shown on either side of where a stretch begins.
const CONTEXT_CHARACTERS: usize = 60;

/// A line as it is shown, and where the carets under it stand; all numbers are in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carets {
    /// The line around the stretch, control characters as spaces.
    pub line: String,
    /// How many characters of `line` stand before the first caret.
    pub indent: usize,
    /// One caret at least, and none beyond the end of `line`.
    pub length: usize,
}

impl Carets {
    /// Places carets under `length` characters of `line` from `position` on, counted from 0.
    #[must_use]
    pub fn under(line: &str, position: usize, length: usize) -> Self {
        let start = position.saturating_sub(CONTEXT_CHARACTERS);
        let indent = position - start;
        let shown: String = line
            .chars()
            .skip(start)
            .take(indent + CONTEXT_CHARACTERS)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let room = shown.chars().count().saturating_sub(indent).max(1);
        Self { line: shown, indent, length: length.clamp(1, room) }
    }

    /// The second line: blanks, then carets. `margin` is the width of what is printed before the first line.
    #[must_use]
    pub fn drawn(&self, margin: usize) -> String {
        format!("{:1$}{2}", "", margin + self.indent, "^".repeat(self.length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_stretch_and_not_beyond_the_line() {
        let carets = Carets::under("gpu\tor fpga", 4, 2);
        assert_eq!((&*carets.line, &*carets.drawn(2)), ("gpu or fpga", "      ^^"));
        assert_eq!(Carets::under("gpu", 3, 0), Carets { line: "gpu".to_owned(), indent: 3, length: 1 });
        assert_eq!(Carets::under("gpu", 1, 9).length, 2);
    }

    #[test]
    fn a_long_line_is_shown_around_the_stretch() {
        let carets = Carets::under(&"é".repeat(500), 300, 400);
        assert_eq!((carets.line.chars().count(), carets.indent, carets.length), (120, 60, 60));
    }
}
