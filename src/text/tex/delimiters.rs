//! Pairs the braces and dollars of a text.

/// The pairs of a text, found in one pass.
#[derive(Debug, Default)]
pub(super) struct Delimiters {
    /// Opening and closing brace, by the opening one.
    groups: Vec<(usize, usize)>,
    /// Closing braces that have an opening one, in their order.
    closed: Vec<usize>,
    /// By their beginning.
    formulas: Vec<Formula>,
    /// Where formulas end, in their order, and how long the delimiter there is.
    ends: Vec<(usize, usize)>,
    /// `\begin` and `\end`, by the first.
    environments: Vec<(usize, usize)>,
}

/// A formula with its delimiters: `$…$`, `$$…$$`, `\(…\)` or `\[…\]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Formula {
    open: usize,
    /// Where the closing delimiter begins.
    pub(super) close: usize,
    /// How long either delimiter is.
    pub(super) length: usize,
    /// It stands on a line of its own.
    pub(super) is_display: bool,
}

/// The longest name of an environment, in bytes.
const NAME_BYTES_MAX: usize = 24;

/// Words between two sums of money, but in no formula.
const MONEY_WORDS: [&str; 14] = [
    " and ", " or ", " to ", " per ", " for ", " in ", " the ", " of ", " with ", " from ", " vs ", " is ",
    " a ", " on ",
];

impl Delimiters {
    pub(super) fn find(text: &str) -> Self {
        let mut found = Self::default();
        let mut open = Vec::new();
        let mut dollars = Vec::new();
        let mut bracket: Option<(usize, u8)> = None;
        let mut begun = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => {
                    match bytes.get(at + 1) {
                        Some(b'(') => bracket = Some((at, b')')),
                        Some(b'[') => bracket = Some((at, b']')),
                        Some(close @ (b')' | b']')) => {
                            if let Some((start, _)) = bracket.take().filter(|(_, expected)| expected == close)
                            {
                                let is_display = *close == b']';
                                found.formulas.push(Formula {
                                    open: start,
                                    close: at,
                                    length: 2,
                                    is_display,
                                });
                            }
                        }
                        Some(b'b' | b'e') => found.environment(text, at, &mut begun),
                        _ => {}
                    }
                    at += 1;
                }
                b'{' => open.push(at),
                b'}' => {
                    if let Some(start) = open.pop() {
                        found.groups.push((start, at));
                        found.closed.push(at);
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
        found.pair_dollars(text, dollars);
        found.groups.sort_unstable();
        found.environments.sort_unstable();
        found.formulas.sort_unstable_by_key(|formula| formula.open);
        found.ends = found.formulas.iter().map(|formula| (formula.close, formula.length)).collect();
        found.ends.sort_unstable();
        found
    }

    fn environment<'a>(&mut self, text: &'a str, at: usize, begun: &mut Vec<(usize, &'a str)>) {
        let name = |rest: &'a str| {
            rest.bytes().take(NAME_BYTES_MAX).position(|byte| byte == b'}').map(|end| &rest[..end])
        };
        let rest = &text[at + 1..];
        if let Some(name) = rest.strip_prefix("begin{").and_then(name) {
            begun.push((at, name));
        } else if let Some(name) = rest.strip_prefix("end{").and_then(name)
            && let Some((start, _)) = begun.pop_if(|(_, begun)| *begun == name)
        {
            self.environments.push((start, at));
        }
    }

    /// Pairs neighbours; of a pair that is no formula, the second may still open one.
    fn pair_dollars(&mut self, text: &str, mut dollars: Vec<(usize, usize)>) {
        let mut index = 0;
        while let [(open, length), (close, same), ..] = dollars[index..] {
            let inside = &text[open + length..close];
            // `$_2$$\cdot$`: one formula ends and the next begins, and no blank is between them.
            if (length, same) == (1, 2)
                && !inside.starts_with(char::is_whitespace)
                && is_formula(inside, &text[close + 1..])
            {
                self.formulas.push(Formula { open, close, length, is_display: false });
                index += 1;
                dollars[index] = (close + 1, 1);
            } else if length == same && !inside.is_empty() && is_formula(inside, &text[close + same..]) {
                self.formulas.push(Formula { open, close, length, is_display: length == 2 });
                index += 2;
            } else {
                index += 1;
            }
        }
    }

    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let index = self.groups.binary_search_by_key(&open, |(open, _)| *open).ok()?;
        Some(self.groups[index].1)
    }

    pub(super) fn is_paired(&self, close: usize) -> bool {
        self.closed.binary_search(&close).is_ok()
    }

    pub(super) fn formula(&self, open: usize) -> Option<Formula> {
        let index = self.formulas.binary_search_by_key(&open, |formula| formula.open).ok()?;
        Some(self.formulas[index])
    }

    /// Where the `\end` of a `\begin` stands.
    pub(super) fn environment_end(&self, begin: usize) -> Option<usize> {
        let index = self.environments.binary_search_by_key(&begin, |(begin, _)| *begin).ok()?;
        Some(self.environments[index].1)
    }

    /// How long the delimiter is with which a formula ends here that began somewhere else than expected.
    pub(super) fn formula_end(&self, at: usize) -> Option<usize> {
        let index = self.ends.binary_search_by_key(&at, |(end, _)| *end).ok()?;
        Some(self.ends[index].1)
    }
}

/// "costs $5 and $6" holds none: a formula touches its dollars and stands between no two sums, or it looks like one.
fn is_formula(inside: &str, after: &str) -> bool {
    let opens = !inside.starts_with(char::is_whitespace);
    let closes = !inside.ends_with(char::is_whitespace) || inside.ends_with("\\ ");
    let is_money = inside.starts_with(|c: char| c.is_ascii_digit())
        && !inside.contains('\\')
        && (inside.ends_with(['-', '–', '/']) || MONEY_WORDS.iter().any(|word| inside.contains(word)));
    if inside.contains(['\\', '^', '_', '{']) && !is_money {
        // A dollar between a blank and a word rather begins something than ends it, unless what is before that can be
        // nothing but a formula: `$Λ_s $CDM`, but not `$HOME_DIR $PATH`.
        return !opens
            || closes
            || !after.starts_with(|c: char| c.is_alphanumeric() || c == '\\')
            || has_no_words(inside);
    }
    let is_path = inside.ends_with(['/', ':']);
    if opens && closes {
        let is_sum = inside.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && after.starts_with(|c: char| c.is_ascii_digit());
        return !is_sum && !is_money && !is_path;
    }
    // `$Λ $CDM` and `$n $and`, but not `$5 $and`.
    let is_one = opens && inside.trim_end().chars().all(char::is_alphabetic) && has_no_words(inside);
    if is_one && (!inside.is_ascii() || after.starts_with(|c: char| c.is_lowercase())) {
        return true;
    }
    // `$ n $`, with room on both sides.
    !opens && !closes && inside.split_whitespace().count() <= 3 && inside.len() <= 24
}

/// Letters stand alone, in the names of macros or in groups: there is no word among them.
fn has_no_words(inside: &str) -> bool {
    let mut depth = 0_usize;
    let mut letters = 0;
    let mut is_name = false;
    for c in inside.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        is_name = c == '\\' || is_name && c.is_ascii_alphabetic();
        if letters > 1 && depth == 0 && !is_name {
            return false;
        }
    }
    true
}
