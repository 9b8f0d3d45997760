//! Reads TeX from left to right into readable text; the other files of this folder each read one kind of construct.

use unicode_normalization::UnicodeNormalization;

use super::composed::is_composed;
use super::delimiters::Delimiters;
use super::objects::Objects;
use super::{accents, scripts, symbols};

/// How deep groups are followed; below that, braces are dropped and what they hold is read on the same level.
pub(super) const DEPTH_MAX: usize = 32;

/// A text under way from TeX to Unicode.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) delimiters: Delimiters,
    pub(super) out: String,
    /// The next byte to read; always between characters.
    pub(super) at: usize,
    pub(super) is_math: bool,
    /// Where in the output the formula began.
    pub(super) formula_start: usize,
    /// Where in the output the group or formula began, for `a \over b`.
    pub(super) group_start: usize,
    pub(super) gap: Gap,
    /// How many pairs of backquotes wait for their end.
    pub(super) quotes_open: usize,
    /// The apostrophe that ends a quotation in single marks.
    pub(super) quote_end: Option<usize>,
    /// Somewhere in the text there is an address.
    pub(super) has_address: bool,
    /// What a text with markup in it shows as more than text.
    pub(super) objects: Option<&'a mut Objects>,
}

/// What the last thing that was written asks of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gap {
    #[default]
    None,
    /// The output ends with a word made of a macro, which letters must not run into.
    Word,
    /// A letter made of a macro: the blank behind `\alpha` ends its name and is not meant as one.
    Letter,
    /// A sign such as `≤`, which has room on both sides or on none.
    Operator { is_spaced: bool },
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            delimiters: Delimiters::find(text),
            out: String::with_capacity(text.len()),
            at: 0,
            is_math: false,
            formula_start: 0,
            group_start: 0,
            gap: Gap::None,
            quotes_open: 0,
            quote_end: None,
            has_address: text.contains("://"),
            objects: None,
        }
    }

    pub(super) fn read(mut self) -> String {
        self.read_until(self.text.len(), 0);
        if is_composed(&self.out) { self.out } else { self.out.nfc().collect() }
    }

    pub(super) fn read_until(&mut self, end: usize, depth: usize) {
        while self.at < end {
            self.read_one(end, depth);
        }
    }

    /// Reads one character, group, macro or script.
    pub(super) fn read_one(&mut self, end: usize, depth: usize) {
        #[cfg(test)]
        super::tests::STEPS.with(|steps| steps.set(steps.get() + 1));
        let Some(character) = self.text[self.at..end].chars().next() else {
            self.at = end;
            return;
        };
        if !self.is_math && self.plain_run(end) {
            return;
        }
        match character {
            '\\' => self.backslash(end, depth),
            '$' => self.dollar(end, depth),
            '{' => self.group(end, depth),
            '}' if self.delimiters.is_paired(self.at) => self.at += 1,
            '^' | '_' => self.script(character, end, depth),
            '~' => self.tilde(end),
            c if self.is_math => self.math_character(c, end),
            c => self.prose_character(c, end),
        }
    }

    pub(super) fn rest(&self, end: usize) -> &'a str {
        &self.text[self.at.min(end)..end]
    }

    /// Writes words in place of the next `length` bytes.
    pub(super) fn emit(&mut self, words: &str, length: usize) {
        self.at += length;
        self.append(words);
    }

    pub(super) fn append(&mut self, words: &str) {
        let mut chars = words.chars();
        if let Some(first) = chars.next() {
            self.push(first);
            self.out.push_str(chars.as_str());
        }
    }

    /// Adds a character, and room before it where what came last asks for that.
    pub(super) fn push(&mut self, character: char) {
        let needs_room = match std::mem::take(&mut self.gap) {
            Gap::Word => character.is_alphanumeric() || matches!(character, '√' | '∂' | '∇'),
            Gap::Operator { is_spaced } => is_spaced && !character.is_whitespace(),
            Gap::Letter | Gap::None => false,
        };
        if needs_room && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.out.push(character);
    }

    /// Adds the word that a macro stands for, apart from the letters around it.
    pub(super) fn push_word(&mut self, word: &str) {
        let before = self.out.chars().next_back();
        let follows = |c: char| c.is_alphanumeric() || self.is_math && ")]}|⟩′*".contains(c);
        if matches!(self.gap, Gap::Operator { is_spaced: true }) || before.is_some_and(follows) {
            self.space(0);
        }
        self.out.push_str(word);
        self.gap = Gap::Word;
    }

    pub(super) fn space(&mut self, length: usize) {
        self.at += length;
        self.gap = Gap::None;
        if !self.out.is_empty() && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
    }

    pub(super) fn backslash(&mut self, end: usize, depth: usize) {
        let rest = &self.rest(end)[1..];
        if let Some(path) = self.windows_path(rest) {
            return self.emit(&self.text[self.at..=self.at + path], path + 1);
        }
        let name = name(rest);
        if name.is_empty() {
            return self.control_symbol(rest, end, depth);
        }
        self.at += 1 + name.len();
        if rest[name.len()..].starts_with('*') && matches!(name, "operatorname" | "hspace" | "vspace") {
            self.at += 1;
        }
        self.macro_named(name, end, depth);
    }

    pub(super) fn control_symbol(&mut self, rest: &'a str, end: usize, depth: usize) {
        if self.at + 1 + rest.len() == self.text.len() && rest.trim_start().is_empty() {
            // `\ ` at the end, of which the blank may be gone: there is nothing that it could be apart from.
            self.at = end;
            self.out.truncate(self.out.trim_end().len());
            return;
        }
        let Some(symbol) = rest.chars().next() else { return self.emit("\\", 1) };
        match symbol {
            '(' | '[' => self.display(end, depth),
            ')' | ']' if self.delimiters.formula_end(self.at).is_some() => self.at += 2,
            '%' | '&' | '$' | '#' | '_' | '{' | '}' => self.emit(&rest[..1], 2),
            ' ' if !self.is_math && !self.out.ends_with(|c: char| !c.is_whitespace()) => self.emit("\\", 1),
            '\\' => self.two_backslashes(rest),
            ',' | ';' | ':' | ' ' | '>' => self.space(2),
            '!' => {
                self.at += 2;
                self.skip_spaces(end);
            }
            '/' | '-' | '@' => self.at += 2,
            '|' => self.emit("‖", 2),
            // `St\ütz`: the letter is already there, and the backslash is left of its accent.
            c if !c.is_ascii() && c.is_alphabetic() => self.at += 1,
            _ => match accents::of_symbol(symbol) {
                Some(mark) => {
                    self.at += 2;
                    self.accent(symbol, mark, end, depth);
                }
                None => self.emit("\\", 1),
            },
        }
    }

    /// A new line; or a backslash that some program doubled, as in `$\\omega$` and `{\\it so}`.
    pub(super) fn two_backslashes(&mut self, rest: &str) {
        let name = name(&rest[1..]);
        if name.len() > 1 && (self.is_math || self.text[..self.at].ends_with('{')) && symbols::is_known(name)
        {
            self.at += 1;
        } else {
            self.space(2);
        }
    }

    pub(super) fn skip_spaces(&mut self, end: usize) {
        let rest = self.rest(end);
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    pub(super) fn skip_empty_group(&mut self) {
        if self.text[self.at..].starts_with("{}") {
            self.at += 2;
            self.gap = Gap::None;
        }
    }

    /// `[3]` behind a macro, as it is written.
    pub(super) fn optional_argument(&mut self, end: usize) -> Option<&'a str> {
        let rest = self.rest(end).strip_prefix('[')?;
        let close = rest.bytes().take(scripts::INDEX_BYTES_MAX).position(|byte| byte == b']')?;
        self.at += close + 2;
        Some(&rest[..close])
    }

    /// The next group as it is written: an address, a key, a colour.
    pub(super) fn raw_argument(&mut self, end: usize) -> &'a str {
        self.skip_spaces(end);
        let close = self.delimiters.closing(self.at).filter(|close| *close < end);
        let (true, Some(close)) = (self.rest(end).starts_with('{'), close) else { return "" };
        let inside = &self.text[self.at + 1..close];
        self.at = close + 1;
        inside
    }

    /// The next group, macro or character, read apart from the output.
    pub(super) fn argument(&mut self, end: usize, depth: usize) -> String {
        self.skip_spaces(end);
        let outer = std::mem::take(&mut self.out);
        let outer_gap = std::mem::take(&mut self.gap);
        let starts = (self.formula_start, self.group_start);
        (self.formula_start, self.group_start) = (0, 0);
        let rest = self.rest(end);
        // A script or a closing dollar is no argument: it belongs to what stands around.
        if !rest.is_empty() && !rest.starts_with(['^', '_', '$', '}']) {
            if rest.starts_with('{') {
                self.unwrapped_group(end, depth);
            } else if depth < DEPTH_MAX || !rest.starts_with('\\') {
                self.read_one(end, depth + 1);
            }
        }
        (self.formula_start, self.group_start) = starts;
        self.gap = outer_gap;
        std::mem::replace(&mut self.out, outer)
    }
}

/// The letters of a macro's name.
pub(super) fn name(rest: &str) -> &str {
    &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()]
}
