//! Reads the signs of plain text outside of formulas, some of which are TeX's.

use super::objects::Sign;
use super::reader::{DEPTH_MAX, Reader};

/// How far the end of a quotation in single marks is looked for, in bytes.
const QUOTATION_BYTES_MAX: usize = 200;

/// The longest group, in bytes, whose braces may be an author's own, as in `{0,1}`.
const SET_BYTES_MAX: usize = 60;

/// What TeX gives a meaning outside of formulas.
const SIGNS: &[u8] = b"\\${}^_~`";

/// These, and what may have one beside another.
const IS_SIGN: [bool; 256] = {
    let signs = b"\\${}^_~`-'\"hf";
    let mut table = [false; 256];
    let mut at = 0;
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
};

impl Reader<'_> {
    /// Copies what is surely plain text, and says whether there was any.
    pub(super) fn plain_run(&mut self, end: usize) -> bool {
        let rest = self.rest(end);
        let bytes = rest.as_bytes();
        let has_quotes = self.quotes_open > 0 || self.quote_end.is_some();
        let may_mean = |at: usize, byte: u8| match byte {
            b'-' => bytes.get(at + 1) == Some(&b'-'),
            b'\'' | b'"' => has_quotes,
            b'h' | b'f' => self.has_address,
            _ => SIGNS.contains(&byte),
        };
        let is_sign = |(at, byte): (usize, &u8)| IS_SIGN[usize::from(*byte)] && may_mean(at, *byte);
        let length =
            bytes.iter().enumerate().position(|(at, byte)| is_sign((at, byte))).unwrap_or(bytes.len());
        self.emit(&rest[..length], length);
        length > 0
    }

    pub(super) fn prose_character(&mut self, character: char, end: usize) {
        match character {
            '-' => self.dashes(end),
            '`' | '\'' | '"' => self.quotation_mark(character, end),
            'h' | 'f' if self.address(end) => {}
            c => {
                self.at += c.len_utf8();
                self.push(c);
            }
        }
    }

    /// ``` ``so'' ``` and `` `so' ``; an apostrophe and a mark without its partner stay as they are.
    fn quotation_mark(&mut self, mark: char, end: usize) {
        let rest = self.rest(end);
        let ends_word = self.out.ends_with(|c: char| !c.is_whitespace());
        let goes_on = rest[1..].starts_with(char::is_alphanumeric);
        match mark {
            '`' if rest.starts_with("``") && !rest.starts_with("```") => {
                self.quotes_open += 1;
                self.emit("“", 2);
            }
            '`' => match self.end_of_quotation(rest) {
                Some(length) => {
                    self.quote_end = Some(self.at + length);
                    self.emit("‘", 1);
                }
                None => self.emit("`", 1),
            },
            '\'' if self.quotes_open > 0 && rest.starts_with("''") => {
                self.quotes_open -= 1;
                self.emit("”", 2);
            }
            '\'' if self.quote_end == Some(self.at) => {
                self.quote_end = None;
                self.emit("’", 1);
            }
            '"' if self.quotes_open > 0 && ends_word && !goes_on => {
                self.quotes_open -= 1;
                self.emit("”", 1);
            }
            _ => self.emit(&rest[..1], 1),
        }
    }

    /// Where the apostrophe stands that ends what a backquote before a word begins.
    fn end_of_quotation(&self, rest: &str) -> Option<usize> {
        let begins = self.out.chars().next_back().is_none_or(|c| c.is_whitespace() || "([“-–—/".contains(c));
        if !begins || !rest[1..].starts_with(|c: char| c.is_alphanumeric() || c == '\\' || c == '$') {
            return None;
        }
        let bytes = rest.as_bytes();
        let is_end = |at: usize| {
            bytes[at] == b'\''
                && !bytes[at - 1].is_ascii_whitespace()
                && bytes.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'\'')
        };
        let length = bytes.len().min(QUOTATION_BYTES_MAX);
        let stop = bytes[1..length].iter().position(|byte| *byte == b'`').map_or(length, |at| at + 1);
        (2..stop).find(|at| is_end(*at))
    }

    /// Two make a range and three a dash; a long rule and an option such as `--help` are left alone.
    fn dashes(&mut self, end: usize) {
        let rest = self.rest(end);
        let count = rest.len() - rest.trim_start_matches('-').len();
        let after = rest[count..].chars().next();
        let is_option =
            !self.out.ends_with(|c: char| !c.is_whitespace()) && after.is_some_and(char::is_alphanumeric);
        match count {
            2 if !is_option => self.emit("–", 2),
            3 if !is_option => self.emit("—", 3),
            _ => self.emit(&rest[..count], count),
        }
    }

    /// An address is copied as it is, with what TeX wants escaped put right: `https://e.org/~user/a\_b`.
    fn address(&mut self, end: usize) -> bool {
        let rest = self.rest(end);
        let begins = ["https://", "http://", "ftp://"].iter().any(|scheme| rest.starts_with(scheme));
        if !begins || self.out.ends_with(char::is_alphanumeric) {
            return false;
        }
        let bytes = rest.as_bytes();
        let is_escape = |at: usize| bytes.get(at + 1).is_some_and(|next| b"_%&#~$".contains(next));
        let length = (0..bytes.len())
            .find(|at| match bytes[*at] {
                b'\\' => !is_escape(*at),
                b'$' => bytes[at - 1] != b'\\',
                byte => byte.is_ascii_whitespace() || b"{}<>\"`".contains(&byte),
            })
            .unwrap_or(rest.len());
        self.emit(&unescaped(&rest[..length]), length);
        true
    }

    /// `~` ties words together, but is itself before a number ("~5 `GeV`", `z~2`), and on its own.
    pub(super) fn tilde(&mut self, end: usize) {
        let after = self.text[self.at + 1..end].chars().next();
        let mut before = self.out.chars().rev();
        let last = before.next();
        let follows_letter = last.is_some_and(|c| c.is_alphanumeric() || Sign::of(c).is_some());
        let ties = if self.is_math {
            true
        } else if follows_letter && after.is_some_and(|c| c.is_ascii_digit() || c == ' ') {
            // A single letter is a quantity, and a word something with a number: `z~2`, but `Fig~2` and `NGC~1068`.
            last.is_some_and(|c| !c.is_alphabetic()) || before.next().is_some_and(char::is_alphanumeric)
        } else {
            (follows_letter || last.is_some_and(|c| ".,:;)]}\"'”’×±·%°".contains(c)))
                && after.is_some_and(|c| !c.is_whitespace())
        };
        match (ties, after) {
            (true, Some(' ')) if !self.is_math => self.at += 1,
            (true, _) => self.space(1),
            (false, _) => self.emit("~", 1),
        }
    }

    /// How many bytes of a path such as `C:\log` follow this backslash outside of a formula.
    pub(super) fn windows_path(&self, rest: &str) -> Option<usize> {
        let mut before = self.out.chars().rev();
        let last = before.next();
        let is_drive = !self.is_math
            && last == Some(':')
            && before.next().is_some_and(|c| c.is_ascii_uppercase() || c == 'c')
            && before.next().is_none_or(|c| !c.is_alphanumeric());
        let is_server = || {
            !self.is_math
                && last.is_none_or(char::is_whitespace)
                && rest.strip_prefix('\\').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        if !is_drive && !is_server() {
            return None;
        }
        let length = rest.find(|c: char| c.is_whitespace() || "{}$,;)".contains(c)).unwrap_or(rest.len());
        let is_path = is_drive || rest[1..length].contains('\\');
        (is_path && !rest[length..].starts_with('{')).then_some(length)
    }

    pub(super) fn group(&mut self, end: usize, depth: usize) {
        match self.delimiters.closing(self.at).filter(|close| *close < end) {
            Some(close) if depth < DEPTH_MAX => {
                let is_argument = self.gap == super::reader::Gap::Word;
                let keeps_braces = !self.is_math && !is_argument && self.is_set(close);
                if keeps_braces {
                    self.push('{');
                }
                self.unwrapped_group(end, depth);
                if keeps_braces {
                    self.push('}');
                } else if is_argument && !self.is_math {
                    self.gap = super::reader::Gap::Word;
                }
            }
            Some(_) => self.at += 1,
            None => self.emit("{", 1),
        }
    }

    /// What a group holds, without its braces.
    pub(super) fn unwrapped_group(&mut self, end: usize, depth: usize) {
        let close = self.delimiters.closing(self.at).filter(|close| *close < end && depth < DEPTH_MAX);
        let Some(close) = close else {
            // Too deep, or without an end: the brace is read as one character.
            return if self.delimiters.closing(self.at).is_some() { self.at += 1 } else { self.emit("{", 1) };
        };
        self.at += 1;
        let outer = (self.is_math, self.group_start);
        self.group_start = self.out.len();
        self.read_until(close, depth + 1);
        (self.is_math, self.group_start) = outer;
        self.at = close + 1;
    }

    /// Whether the braces of a group are the author's own, as in "over {0,1}" and "a {key: value}".
    ///
    /// TeX's hold a macro or one capitalized word, stand on a word (`t{â}tonnement`), or are left of an edited passage.
    fn is_set(&self, close: usize) -> bool {
        let inside = &self.text[self.at + 1..close];
        let is_attached = self.text[..self.at].ends_with(char::is_alphanumeric)
            || self.text[close + 1..].starts_with(char::is_alphanumeric);
        if is_attached || inside.is_empty() || inside.len() > SET_BYTES_MAX || inside.contains(['\\', '$']) {
            return false;
        }
        let is_name = inside.starts_with(char::is_uppercase)
            && inside.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | ' '));
        // Words in a row are a passage; things apart by signs are a set.
        let is_passage = inside
            .split(' ')
            .filter(|word| word.len() > 2 && word.ends_with(char::is_alphabetic))
            .nth(2)
            .is_some();
        !is_name && !is_passage
    }

    /// An address out of a group, with what TeX wants escaped put right.
    pub(super) fn address_argument(&mut self, end: usize) -> String {
        unescaped(self.raw_argument(end))
    }
}

fn unescaped(address: &str) -> String {
    let mut unescaped = address.replace("\\~{}", "~");
    for sign in ["_", "%", "&", "#", "~", "$"] {
        if unescaped.contains('\\') {
            unescaped = unescaped.replace(&format!("\\{sign}"), sign);
        }
    }
    unescaped
}
