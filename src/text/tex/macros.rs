//! Reads macros with their arguments.

use super::reader::{DEPTH_MAX, Gap, Reader, name};
use super::{accents, alphabets, scripts, symbols, words};

impl<'a> Reader<'a> {
    pub(super) fn macro_named(&mut self, name: &'a str, end: usize, depth: usize) {
        if let Some(letter) = accents::letter(name) {
            self.skip_spaces(end);
            self.skip_empty_group();
            self.append(letter);
        } else if let Some(mark) = accents::of_macro(name) {
            let mut chars = name.chars();
            let typed = chars.next().filter(|_| chars.next().is_none()).unwrap_or('m');
            self.accent(typed, mark, end, depth);
        } else if symbols::is_unwrapped(name) {
            self.unwrapped(name, end, depth);
        } else if symbols::is_silent(name) {
            self.silent(name, end);
        } else if symbols::is_space(name) {
            self.optional_argument(end);
            if matches!(name, "hspace" | "vspace" | "hskip" | "vskip") {
                self.raw_argument(end);
            }
            self.space(0);
            self.skip_spaces(end);
        } else if let Some((alphabet, is_switch)) = alphabets::alphabet(name) {
            self.alphabet(alphabet, is_switch, end, depth);
        } else if let Some(symbol) = symbols::symbol(name) {
            self.push_symbol(symbol);
            self.skip_empty_group_behind(symbol);
        } else if let Some(word) = words::function(name) {
            self.push_word(word);
        } else if let Some(words) = words::abbreviation(name) {
            self.abbreviation(words, end);
        } else {
            self.structure(name, end, depth);
        }
    }

    fn skip_empty_group_behind(&mut self, symbol: &str) {
        let gap = self.gap;
        self.skip_empty_group();
        if !symbol.ends_with(char::is_alphabetic) {
            self.gap = gap;
        }
    }

    /// Fonts: what stands in them is read as if they were not there.
    fn unwrapped(&mut self, name: &str, end: usize, depth: usize) {
        self.skip_spaces(end);
        if matches!(name, "textcolor" | "colorbox" | "fcolorbox") {
            self.optional_argument(end);
            self.raw_argument(end);
        } else if name == "underline" || name == "mathop" {
            self.optional_argument(end);
        }
        let start = self.out.len();
        if self.rest(end).starts_with('{') && depth < DEPTH_MAX {
            let was_math = self.is_math;
            self.is_math &= !symbols::is_text(name);
            self.unwrapped_group(end, depth);
            self.is_math = was_math;
        } else if name == "sc" && self.text[end..].starts_with('}') && depth < DEPTH_MAX {
            self.read_until(end, depth + 1);
        }
        // Small capitals of spectra: `H\,{\sc ii}` is H II.
        let is_numeral = |text: &str| !text.is_empty() && text.bytes().all(|byte| b"ivx".contains(&byte));
        if matches!(name, "sc" | "textsc") && is_numeral(self.out[start..].trim()) {
            let numeral = self.out.split_off(start);
            self.out.push_str(&numeral.to_uppercase());
        }
    }

    /// What shows nothing itself, with what belongs to it: the dot of `\left.`, the key of `\label{so}`.
    fn silent(&mut self, name: &str, end: usize) {
        match name {
            "left" | "right" | "middle" => {
                self.skip_spaces(end);
                let rest = self.rest(end);
                if rest.starts_with('.') {
                    self.at += 1;
                } else if let Some(side) = rest.strip_prefix('\\').filter(|rest| rest.starts_with(['{', '}']))
                {
                    self.emit(&side[..1], 2);
                } else if let Some(bracket) = rest.chars().next().filter(|c| "()[]|/<>".contains(*c)) {
                    self.emit(&rest[..bracket.len_utf8()], 1);
                }
            }
            "label" | "color" | "phantom" | "hphantom" | "vphantom" | "vspace" => {
                self.optional_argument(end);
                self.raw_argument(end);
            }
            _ => {}
        }
        if self.gap == Gap::Word && name != "right" {
            self.gap = Gap::None;
        }
    }

    fn alphabet(&mut self, alphabet: alphabets::Alphabet, is_switch: bool, end: usize, depth: usize) {
        let letters = self.argument(end, depth);
        letters.chars().for_each(|letter| self.push(alphabets::letter(alphabet, letter)));
        // `{\cal AB}` is a group that the macro opened, so all its capitals are meant.
        while is_switch && self.text[end..].starts_with('}') {
            let Some(letter) = self.rest(end).chars().next().filter(char::is_ascii_uppercase) else { break };
            self.at += 1;
            self.push(alphabets::letter(alphabet, letter));
        }
    }

    /// `\eg`, `\etal`: with their own full stop, unless the author put one.
    fn abbreviation(&mut self, words: &str, end: usize) {
        self.skip_empty_group();
        let words = if self.rest(end).starts_with('.') { words.trim_end_matches('.') } else { words };
        self.push_word(words);
    }

    pub(super) fn accent(&mut self, typed: char, mark: char, end: usize, depth: usize) {
        if typed == 'c' && self.raw_is(end, "{opyright}") {
            // arXiv's own reading of `\copyright`.
            return self.emit("©", "{opyright}".len());
        }
        let start = self.at;
        let base = self.argument(end, depth);
        let mut chars = base.chars();
        match chars.next() {
            Some(first) if accents::fits(typed, first, mark) => {
                let first = accents::dotted(first);
                self.push(first);
                let rest = chars.as_str();
                let has_small_rest = rest.chars().all(unicode_normalization::char::is_combining_mark);
                // A wide accent over several letters says less than the letters.
                if has_small_rest || typed != 'm' {
                    self.out.push_str(&rest[..if has_small_rest { rest.len() } else { 0 }]);
                    self.out.push(mark);
                }
                self.out.push_str(if has_small_rest && !rest.is_empty() { "" } else { rest });
            }
            _ => {
                // No letter to stand on: the sign itself (`\~{}`), or a name without its argument.
                let sign =
                    if typed.is_ascii_alphabetic() && typed != 'm' { typed } else { accents::sign(typed) };
                if sign != ' ' || base.is_empty() {
                    self.push(sign);
                }
                if base.is_empty() { self.at = self.at.max(start) } else { self.out.push_str(&base) }
            }
        }
        self.gap = if self.is_math { Gap::Letter } else { Gap::None };
    }

    /// Whether a group comes next and has an end.
    fn closes(&self, end: usize) -> bool {
        self.delimiters.closing(self.at).is_some_and(|close| close < end)
    }

    fn raw_is(&self, end: usize, words: &str) -> bool {
        self.rest(end).starts_with(words)
    }

    /// Macros that put their arguments together.
    fn structure(&mut self, name: &'a str, end: usize, depth: usize) {
        match name {
            "not" | "slashed" | "cancel" | "centernot" => {
                let negated = self.argument(end, depth);
                let mut chars = negated.chars();
                if let Some(first) = chars.next() {
                    let negated: String = [first, '\u{338}'].into_iter().chain(chars).collect();
                    self.push_symbol(&negated);
                }
            }
            "begin" => self.begin(end, depth),
            "end" => drop(self.raw_argument(end)),
            // Its end is missing, so what was begun is all there is to show.
            "url" | "path" | "nolinkurl" | "href" | "footnote" if !self.closes(end) => {
                if self.raw_is(end, "{") {
                    self.at += 1;
                    if name == "footnote" {
                        self.space(0);
                    }
                } else {
                    self.unknown(name);
                }
            }
            "url" | "path" | "nolinkurl" => {
                let address = self.address_argument(end);
                self.link(&address, "");
            }
            "href" => {
                let address = self.address_argument(end);
                let words = self.argument(end, depth);
                self.link(&address, words.trim());
            }
            "footnote" | "thanks" | "footnotetext" => {
                let note = self.argument(end, depth);
                self.append(&format!(" ({})", note.trim()));
            }
            "textsuperscript" | "textsubscript" => {
                let sign = if name == "textsuperscript" { '^' } else { '_' };
                let script = self.argument(end, depth);
                self.out.push_str(&scripts::script(sign, script.trim()).0);
            }
            "verb" => self.verbatim(end),
            _ if words::is_citation(name) => {
                while self.optional_argument(end).is_some() {}
                let keys = self.raw_argument(end);
                self.append(&if name == "eqref" { format!("({keys})") } else { format!("[{keys}]") });
            }
            _ if words::wrapping(name).is_some() => self.wrapped(name, end, depth),
            _ => self.fraction_or_word(name, end, depth),
        }
    }

    /// `\ket{x}`, `\norm{x}`: what stands between two signs.
    fn wrapped(&mut self, name: &str, end: usize, depth: usize) {
        let Some((open, between, close)) = words::wrapping(name) else { return };
        if !self.rest(end).trim_start_matches(' ').starts_with('{') {
            return self.push_word(name);
        }
        let mut inside = self.argument(end, depth);
        if !between.is_empty() && self.rest(end).starts_with('{') {
            let second = self.argument(end, depth);
            inside = format!("{inside}{between}{second}");
        }
        self.append(&format!("{open}{inside}{close}"));
    }

    /// `\verb|x|`, between two of any sign.
    fn verbatim(&mut self, end: usize) {
        let rest = self.rest(end);
        let Some(sign) = rest.chars().next().filter(char::is_ascii_punctuation) else {
            return self.push_word("verb");
        };
        match rest[1..].find(if sign == '{' { '}' } else { sign }) {
            Some(length) => self.emit(&rest[1..=length], length + 2),
            None => self.push_word("verb"),
        }
    }

    /// A macro that is not known reads as its name.
    pub(super) fn unknown(&mut self, macro_name: &str) {
        debug_assert_eq!(name(macro_name), macro_name);
        self.push_word(macro_name);
        self.skip_empty_group();
    }
}
