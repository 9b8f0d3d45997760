//! How does TeX read as plain Unicode?
//!
//! Authors write titles and abstracts in a TeX of their own, half of it outside of formulas, so this reads what people
//! type and not what TeX would accept: whatever it does not know stays readable, and plain text stays as it is.

mod accents;
mod delimiters;
mod macros;
mod scripts;
mod symbols;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use delimiters::Delimiters;

/// How deep groups are followed; below that, braces are dropped and what they hold is read on the same level.
const DEPTH_MAX: usize = 32;

/// Turns TeX into readable Unicode in composed form (NFC): `Schr\"odinger` gives `Schrödinger`, `$\mathbb{F}_2$` gives
/// `𝔽₂`, `$x_{ij}$` gives `x_ij`, `\frac{a}{b}` gives `a/b`, `\foo` gives `foo`.
///
/// Takes time in proportion to the text, whatever is in it, and never fails.
#[must_use]
pub fn to_unicode(text: &str) -> Cow<'_, str> {
    if !looks_like_tex(text) {
        return if text.is_ascii() || unicode_normalization::is_nfc(text) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.nfc().collect())
        };
    }
    let mut reader = Reader {
        text,
        delimiters: Delimiters::find(text),
        out: String::with_capacity(text.len()),
        at: 0,
        is_math: false,
        word_ends: false,
        quotes_open: 0,
    };
    reader.read_until(text.len(), 0);
    let out = reader.out;
    Cow::Owned(if out.is_ascii() { out } else { out.nfc().collect() })
}

fn looks_like_tex(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'{' | b'}' | b'^' | b'_' | b'~' | b'`'))
        || text.contains("--")
}

struct Reader<'a> {
    text: &'a str,
    delimiters: Delimiters,
    out: String,
    /// The next byte to read; always between characters.
    at: usize,
    is_math: bool,
    /// The output ends with a word made of a macro, which letters must not run into.
    word_ends: bool,
    /// How many pairs of backquotes wait for their end.
    quotes_open: usize,
}

impl<'a> Reader<'a> {
    fn read_until(&mut self, end: usize, depth: usize) {
        while self.at < end {
            self.read_one(end, depth);
        }
    }

    /// Reads one character, group, macro or script.
    fn read_one(&mut self, end: usize, depth: usize) {
        let Some(character) = self.text[self.at..end].chars().next() else {
            self.at = end;
            return;
        };
        match character {
            '\\' => self.backslash(end, depth),
            '$' => self.dollar(),
            '{' => self.group(end, depth),
            '}' if self.delimiters.is_paired(self.at) => self.at += 1,
            '^' | '_' => self.script(character, end, depth),
            '~' => self.tilde(end),
            '-' if !self.is_math => self.dashes(end),
            '`' if self.rest(end).starts_with("``") => {
                self.quotes_open += 1;
                self.emit("“", 2);
            }
            '\'' if self.is_math => self.emit("′", 1),
            '\'' if self.quotes_open > 0 && self.rest(end).starts_with("''") => {
                self.quotes_open -= 1;
                self.emit("”", 2);
            }
            _ => {
                self.at += character.len_utf8();
                self.push(character);
            }
        }
    }

    fn rest(&self, end: usize) -> &'a str {
        &self.text[self.at.min(end)..end]
    }

    fn emit(&mut self, words: &str, length: usize) {
        self.at += length;
        self.word_ends = false;
        self.out.push_str(words);
    }

    /// Adds a character; a space comes between it and the word of a macro.
    fn push(&mut self, character: char) {
        if std::mem::take(&mut self.word_ends) && character.is_alphanumeric() {
            self.out.push(' ');
        }
        self.out.push(character);
    }

    /// Adds the word that a macro stands for, apart from the letters around it.
    fn push_word(&mut self, word: &str) {
        if self.out.chars().next_back().is_some_and(char::is_alphanumeric) {
            self.out.push(' ');
        }
        self.out.push_str(word);
        self.word_ends = true;
    }

    fn dollar(&mut self) {
        match self.delimiters.dollars(self.at) {
            Some(length) => {
                self.is_math = !self.is_math;
                self.at += length;
            }
            None => self.emit("$", 1),
        }
    }

    fn group(&mut self, end: usize, depth: usize) {
        match self.delimiters.closing(self.at).filter(|close| *close < end) {
            Some(close) if depth < DEPTH_MAX => {
                self.at += 1;
                let was_math = self.is_math;
                self.read_until(close, depth + 1);
                self.is_math = was_math;
                self.at = close + 1;
            }
            Some(_) => self.at += 1,
            None => self.emit("{", 1),
        }
    }

    /// `~` ties words together, but is itself before a number ("~5 `GeV`"), in an address, and on its own.
    fn tilde(&mut self, end: usize) {
        let before = self.out.chars().next_back();
        let after = self.text[self.at + 1..end].chars().next();
        let ties = before.is_some_and(|c| c.is_alphanumeric() || ".,:;)]}\"'".contains(c))
            && after.is_some_and(|c| !c.is_whitespace());
        self.emit(if ties { " " } else { "~" }, 1);
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

    fn backslash(&mut self, end: usize, depth: usize) {
        let rest = &self.rest(end)[1..];
        if let Some(path) = self.windows_path(rest) {
            return self.emit(&self.text[self.at..=self.at + path], path + 1);
        }
        let name = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
        if name.is_empty() {
            return self.control_symbol(rest, end, depth);
        }
        self.at += 1 + name.len();
        if rest[name.len()..].starts_with('*') && matches!(name, "operatorname") {
            self.at += 1;
        }
        self.macro_named(name, end, depth);
    }

    /// How many bytes of a path such as `C:\log` follow this backslash outside of a formula.
    fn windows_path(&self, rest: &str) -> Option<usize> {
        let mut before = self.out.chars().rev();
        let is_drive = !self.is_math
            && before.next() == Some(':')
            && before.next().is_some_and(|c| c.is_ascii_uppercase() || c == 'c')
            && before.next().is_none_or(|c| !c.is_alphanumeric());
        if !is_drive {
            return None;
        }
        let length = rest.find(|c: char| c.is_whitespace() || "{}$,;)".contains(c)).unwrap_or(rest.len());
        (!rest[length..].starts_with('{')).then_some(length)
    }

    fn control_symbol(&mut self, rest: &str, end: usize, depth: usize) {
        let Some(symbol) = rest.chars().next() else { return self.emit("\\", 1) };
        match symbol {
            '(' | '[' if self.delimiters.is_display(self.at) => {
                self.is_math = true;
                self.at += 2;
            }
            ')' | ']' if self.delimiters.is_display(self.at) => {
                self.is_math = false;
                self.at += 2;
            }
            '%' | '&' | '$' | '#' | '_' | '{' | '}' => self.emit(&rest[..1], 2),
            ' ' if !self.out.ends_with(|c: char| !c.is_whitespace()) => self.emit("\\", 1),
            ',' | ';' | ':' | ' ' | '>' | '\\' => self.space(2),
            '!' | '/' | '-' => self.emit("", 2),
            '|' => self.emit("‖", 2),
            _ => match accents::of_symbol(symbol) {
                Some(mark) => {
                    self.at += 2;
                    self.accent(symbol, mark, end, depth);
                }
                None => self.emit("\\", 1),
            },
        }
    }

    fn space(&mut self, length: usize) {
        self.at += length;
        self.word_ends = false;
        if !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
    }

    fn append(&mut self, words: &str) {
        let mut chars = words.chars();
        if let Some(first) = chars.next() {
            self.push(first);
            self.out.extend(chars);
        }
    }

    fn skip_spaces(&mut self, end: usize) {
        let rest = self.rest(end);
        self.at += rest.len() - rest.trim_start_matches(' ').len();
    }

    fn skip_empty_group(&mut self) {
        if self.text[self.at..].starts_with("{}") {
            self.at += 2;
            self.word_ends = false;
        }
    }

    /// `[3]` behind a macro, as it is written.
    fn optional_argument(&mut self, end: usize) -> Option<&'a str> {
        let rest = self.rest(end).strip_prefix('[')?;
        let close = rest.bytes().take(scripts::INDEX_BYTES_MAX).position(|byte| byte == b']')?;
        self.at += close + 2;
        Some(&rest[..close])
    }

    /// The next group, macro or character, read apart from the output.
    fn argument(&mut self, end: usize, depth: usize) -> String {
        self.skip_spaces(end);
        let outer = std::mem::take(&mut self.out);
        let outer_ends = std::mem::take(&mut self.word_ends);
        let is_macro = self.rest(end).starts_with('\\');
        // A script or a closing dollar is no argument: it belongs to what stands around.
        if !self.rest(end).is_empty() && !self.rest(end).starts_with(['^', '_', '$', '}']) {
            let inner = if depth < DEPTH_MAX || !is_macro { end } else { self.at };
            if inner > self.at {
                self.read_one(inner, depth + 1);
            }
        }
        self.word_ends = outer_ends;
        std::mem::replace(&mut self.out, outer)
    }

    /// `^` and `_`: always in a formula; outside of it before a group, and `^` before a number.
    fn script(&mut self, sign: char, end: usize, depth: usize) {
        let rest = &self.rest(end)[1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let has_group =
            rest.starts_with('{') && self.delimiters.closing(self.at + 1).is_some_and(|c| c < end);
        let is_number = sign == '^' && digits > 0;
        if !self.is_math && !has_group && !is_number {
            return self.emit(&self.text[self.at..=self.at], 1);
        }
        self.at += 1;
        let script = if !self.is_math && is_number {
            self.at += digits;
            rest[..digits].to_owned()
        } else {
            let was_math = std::mem::replace(&mut self.is_math, true);
            let script = self.argument(end, depth);
            self.is_math = was_math;
            script
        };
        self.word_ends = false;
        self.out.push_str(&scripts::script(sign, script.trim()));
    }
}

#[cfg(test)]
#[path = "tex/tex_tests.rs"]
mod tests;
