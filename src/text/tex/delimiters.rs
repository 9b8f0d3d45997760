//! Which braces and dollars of a text belong together?

use std::collections::HashMap;

/// The pairs of a text, found in one pass.
#[derive(Debug, Default)]
pub(super) struct Delimiters {
    /// Opening brace to closing brace.
    closing: HashMap<usize, usize>,
    /// Closing braces that have an opening one.
    closed: std::collections::HashSet<usize>,
    /// Dollars that open or close a formula, with their number: one or two.
    dollars: HashMap<usize, usize>,
    /// Backslashes of `\(`, `\)`, `\[` and `\]` that have a partner.
    displays: std::collections::HashSet<usize>,
}

impl Delimiters {
    pub(super) fn find(text: &str) -> Self {
        let mut found = Self::default();
        let mut open = Vec::new();
        let mut dollars = Vec::new();
        let mut display: Option<(usize, u8)> = None;
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => {
                    match bytes.get(at + 1) {
                        Some(b'(') => display = Some((at, b')')),
                        Some(b'[') => display = Some((at, b']')),
                        Some(close @ (b')' | b']')) => {
                            if let Some((start, _)) = display.take().filter(|(_, expected)| expected == close)
                            {
                                found.displays.extend([start, at]);
                            }
                        }
                        _ => {}
                    }
                    at += 1;
                }
                b'{' => open.push(at),
                b'}' => {
                    if let Some(start) = open.pop() {
                        found.closing.insert(start, at);
                        found.closed.insert(at);
                    }
                }
                b'$' => {
                    let length = 1 + usize::from(bytes.get(at + 1) == Some(&b'$'));
                    dollars.push((at, length));
                    at += length - 1;
                }
                _ => {}
            }
            at += 1;
        }
        found.pair_dollars(text, &dollars);
        found
    }

    /// Pairs neighbours; of a pair that is no formula, the second may still open one.
    fn pair_dollars(&mut self, text: &str, dollars: &[(usize, usize)]) {
        let mut index = 0;
        while let [(start, length), (end, same), ..] = dollars[index..] {
            let inside = &text[start + length..end];
            if length == same && !inside.is_empty() && is_formula(inside, &text[end + same..]) {
                self.dollars.extend([(start, length), (end, length)]);
                index += 2;
            } else {
                index += 1;
            }
        }
    }

    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        self.closing.get(&open).copied()
    }

    pub(super) fn is_paired(&self, close: usize) -> bool {
        self.closed.contains(&close)
    }

    pub(super) fn dollars(&self, at: usize) -> Option<usize> {
        self.dollars.get(&at).copied()
    }

    pub(super) fn is_display(&self, backslash: usize) -> bool {
        self.displays.contains(&backslash)
    }
}

/// "costs $5 and $6" holds none: a formula touches its dollars and no number follows it, or it looks like one.
fn is_formula(inside: &str, after: &str) -> bool {
    let touches = !inside.starts_with(char::is_whitespace)
        && !inside.ends_with(char::is_whitespace)
        && !after.starts_with(|c: char| c.is_ascii_digit());
    touches || inside.contains(['\\', '^', '_', '{'])
}
