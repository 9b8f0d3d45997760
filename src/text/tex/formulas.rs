//! Reads formulas: where they begin and end, and their spacing.

use super::delimiters::Formula;
use super::reader::{DEPTH_MAX, Gap, Reader, name};
use super::{accents, alphabets, scripts, symbols};

/// Blanks inside of brackets say nothing.
const BRACKETS_OPEN: [char; 7] = ['(', '[', '{', '⟨', '⌈', '⌊', '⟦'];
const BRACKETS_CLOSE: [char; 7] = [')', ']', '}', '⟩', '⌉', '⌋', '⟧'];

/// Signs behind which another has no left side: `= ±3`, `(≥2)`.
const OPENINGS: &str = "([{⟨,;:=<>+-";

impl<'a> Reader<'a> {
    pub(super) fn dollar(&mut self, end: usize, depth: usize) {
        match self.delimiters.formula(self.at) {
            Some(formula) if formula.close + formula.length <= end => self.formula(formula, depth),
            // The other end is outside of this group; neither is meant to be seen.
            Some(formula) => self.at += formula.length,
            None => match self.delimiters.formula_end(self.at) {
                Some(length) => self.at += length,
                None => self.emit("$", 1),
            },
        }
    }

    /// `\(` and `\[`; without their other end they are as they stand.
    pub(super) fn display(&mut self, end: usize, depth: usize) {
        match self.delimiters.formula(self.at) {
            Some(formula) if formula.close + formula.length <= end => self.formula(formula, depth),
            Some(formula) => self.at += formula.length,
            None => self.emit("\\", 1),
        }
    }

    fn formula(&mut self, formula: Formula, depth: usize) {
        if formula.is_display && self.out.ends_with(|c: char| !c.is_whitespace() && c != '(') {
            self.space(0);
        }
        if matches!(self.gap, Gap::Operator { .. } | Gap::Letter) {
            self.gap = Gap::None;
        }
        let outer = (self.is_math, self.formula_start, self.group_start);
        let start = self.out.len();
        (self.is_math, self.formula_start, self.group_start) = (true, start, start);
        self.at += formula.length;
        let source = &self.text[self.at..formula.close];
        self.read_until(formula.close, depth);
        let length = self.out[start..].trim_end().len();
        self.out.truncate(start + length);
        (self.is_math, self.formula_start, self.group_start) = outer;
        self.at = formula.close + formula.length;
        if self.gap != Gap::Word || is_plural(&self.text[self.at..]) {
            self.gap = Gap::None;
        }
        self.mark_formula(source, formula.is_display, start);
        if formula.is_display && self.gap == Gap::None {
            self.gap = Gap::Word;
        }
        self.keep_room(source);
    }

    /// The blank that an author put at the end of a formula, to have what follows apart: `21$\,$cm`, `A$~$B`.
    ///
    /// TeX passes over a mere blank there, and so it is done before what goes on with the formula, such as CDM in
    /// `$Λ_s $CDM`; a word in small letters was not meant to run into it.
    fn keep_room(&mut self, source: &str) {
        let after = &self.text[self.at..];
        let mut following = after.chars();
        let first = following.next();
        let is_word =
            first.is_some_and(char::is_lowercase) && following.next().is_some_and(char::is_lowercase);
        let is_more = first.is_some_and(|c| c.is_alphanumeric() || "$\\({[".contains(c));
        let is_blank = source.ends_with(char::is_whitespace);
        if is_more && ends_with_room(source) || is_word && is_blank || source.trim().is_empty() {
            self.space(0);
        }
    }

    pub(super) fn math_character(&mut self, character: char, end: usize) {
        match character {
            '\'' => {
                let count = self.rest(end).bytes().take_while(|byte| *byte == b'\'').count();
                let primes = ["′", "″", "‴"].get(count - 1).copied();
                self.emit(primes.unwrap_or("′"), primes.map_or(1, |_| count));
            }
            // It separates cells and aligns equations.
            '&' => self.space(1),
            c if c.is_whitespace() => self.blank(end),
            c => {
                self.at += c.len_utf8();
                self.close_bracket(c);
                self.push(c);
            }
        }
    }

    /// Takes back the blank before a closing bracket.
    fn close_bracket(&mut self, character: char) {
        if BRACKETS_CLOSE.contains(&character)
            && self.out.len() > self.formula_start
            && self.out.ends_with(' ')
        {
            self.out.pop();
        }
    }

    /// Blanks mean nothing to TeX, so they stand where an author put them to be seen, and only end names elsewhere.
    fn blank(&mut self, end: usize) {
        let rest = self.rest(end);
        self.at += rest.len() - rest.trim_start().len();
        let is_room = match self.gap {
            Gap::Operator { is_spaced } => is_spaced,
            Gap::Letter => !self.begins_operand(end),
            Gap::None | Gap::Word => !self.out.ends_with(BRACKETS_OPEN),
        };
        if is_room && self.out.len() > self.formula_start && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.gap = Gap::None;
    }

    /// Whether a letter, number or bracket comes next, which is multiplied with what stands before it.
    pub(super) fn begins_operand(&self, end: usize) -> bool {
        let rest = self.rest(end).trim_start_matches([' ', '{']);
        match rest.chars().next() {
            Some('\\') => {
                let name = name(&rest[1..]);
                match symbols::symbol(name) {
                    Some(symbol) => symbol.starts_with(|c: char| c.is_alphabetic() || "∂∇∞∫∑∏⟨".contains(c)),
                    None => {
                        alphabets::alphabet(name).is_some()
                            || accents::of_macro(name).is_some()
                            || symbols::is_unwrapped(name)
                            || matches!(name, "frac" | "sqrt" | "left" | "tfrac" | "dfrac" | "bigl" | "big")
                    }
                }
            }
            Some(c) => c.is_alphanumeric() || "([".contains(c),
            None => false,
        }
    }

    pub(super) fn push_symbol(&mut self, symbol: &str) {
        let is_operator = symbol.chars().all(symbols::is_operator);
        if !self.is_math {
            self.gap = Gap::None;
            self.out.push_str(symbol);
            return;
        }
        if !is_operator {
            symbol.chars().for_each(|c| self.close_bracket(c));
            self.append(symbol);
            let is_prefix = symbol.starts_with(char::is_alphabetic)
                || matches!(symbol, "∂" | "∇" | "∀" | "∃" | "‖" | "⟨" | "⌈" | "⌊");
            self.gap = if is_prefix { Gap::Letter } else { Gap::None };
            return;
        }
        let left = &self.out[self.formula_start.min(self.out.len())..];
        let stands_alone = left.trim_end().is_empty() || left.trim_end().ends_with(is_opening);
        let is_spaced = left.ends_with(char::is_whitespace) && !stands_alone;
        self.append(symbol);
        self.gap = Gap::Operator { is_spaced };
    }

    /// `^` and `_`: always in a formula; outside of it before a group, and `^` before a number that a word stands on.
    pub(super) fn script(&mut self, sign: char, end: usize, depth: usize) {
        let rest = &self.rest(end)[1..];
        let has_group =
            rest.starts_with('{') && self.delimiters.closing(self.at + 1).is_some_and(|close| close < end);
        let power = if self.is_math || has_group || sign == '_' { None } else { self.power(rest) };
        if !self.is_math && !has_group && power.is_none() {
            return self.emit(&self.text[self.at..=self.at], 1);
        }
        self.at += 1;
        let script = if let Some(power) = power {
            self.at += power.len();
            power.to_owned()
        } else {
            self.script_argument(end, depth)
        };
        let (words, runs_on) = scripts::script(sign, script.trim());
        self.out.push_str(&words);
        self.gap = match self.gap {
            _ if runs_on => Gap::Word,
            Gap::Word => Gap::Word,
            Gap::Operator { is_spaced: true } => self.gap,
            _ => Gap::None,
        };
    }

    fn script_argument(&mut self, end: usize, depth: usize) -> String {
        if depth >= DEPTH_MAX {
            return String::new();
        }
        let was_math = std::mem::replace(&mut self.is_math, true);
        let script = self.argument(end, depth);
        self.is_math = was_math;
        script
    }

    /// The number in `10^6`, `V^2-SAM` and `10^-3`, but not in `x ^ 2` and `10^6.5`.
    fn power(&self, rest: &'a str) -> Option<&'a str> {
        let stands = self.out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | ']' | '|' | '*'));
        let minus = usize::from(rest.starts_with('-'));
        let digits = rest[minus..].bytes().take_while(u8::is_ascii_digit).count();
        let mut after = rest[minus + digits..].chars();
        let goes_on = after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit());
        (stands && digits > 0 && !goes_on).then(|| &rest[..minus + digits])
    }
}

/// The `s` of several things: `$C_\ell$s`.
fn is_plural(after: &str) -> bool {
    after.strip_prefix('s').is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// TeX's blanks but the one that is none, `\!`.
const ROOM: [&str; 13] = [
    "\\,",
    "\\;",
    "\\:",
    "\\>",
    "~",
    "\\quad",
    "\\qquad",
    "\\thinspace",
    "\\medspace",
    "\\thickspace",
    "\\enspace",
    "\\enskip",
    "\\space",
];

fn ends_with_room(source: &str) -> bool {
    let end = source.trim_end();
    source.ends_with("\\ ") || ROOM.iter().any(|room| end.ends_with(room))
}

fn is_opening(c: char) -> bool {
    OPENINGS.contains(c) || symbols::is_operator(c)
}
