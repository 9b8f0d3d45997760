//! How does a macro read, with what it is put on?

use std::borrow::Cow;

use super::{Reader, accents, scripts, symbols};

impl<'a> Reader<'a> {
    pub(super) fn macro_named(&mut self, name: &'a str, end: usize, depth: usize) {
        if let Some(letter) = accents::letter(name) {
            self.skip_spaces(end);
            self.skip_empty_group();
            self.push(letter.chars().next().unwrap_or_default());
            self.out.extend(letter.chars().skip(1));
        } else if let Some(mark) = accents::of_macro(name) {
            let mut chars = name.chars();
            let typed = chars.next().filter(|_| chars.next().is_none()).unwrap_or('m');
            self.accent(typed, mark, end, depth);
        } else if symbols::is_unwrapped(name) {
            self.skip_spaces(end);
        } else if symbols::is_silent(name) {
            self.word_ends = false;
        } else if symbols::is_space(name) {
            self.space(0);
            self.skip_spaces(end);
        } else if let Some(alphabet) = scripts::alphabet(name) {
            let letters = self.argument(end, depth);
            letters.chars().for_each(|letter| self.push(scripts::letter(alphabet, letter)));
        } else if let Some(symbol) = symbols::symbol(name) {
            self.skip_empty_group();
            self.word_ends = false;
            self.out.push_str(symbol);
        } else {
            self.structure(name, end, depth);
        }
    }

    /// Macros that put their arguments together.
    fn structure(&mut self, name: &'a str, end: usize, depth: usize) {
        match name {
            "frac" | "tfrac" | "dfrac" | "nicefrac" | "sfrac" => {
                let (over, under) = (self.argument(end, depth), self.argument(end, depth));
                self.append(&format!("{}/{}", bracketed(&over), bracketed(&under)));
            }
            "binom" | "tbinom" | "dbinom" => {
                let (of, choose) = (self.argument(end, depth), self.argument(end, depth));
                self.append(&format!("({of} choose {choose})"));
            }
            "sqrt" => {
                let index = self.optional_argument(end);
                let root = match index {
                    None | Some("2") => "√".to_owned(),
                    Some("3") => "∛".to_owned(),
                    Some("4") => "∜".to_owned(),
                    Some(index) => scripts::raised(index).unwrap_or_else(|| format!("{index}-")) + "√",
                };
                let radicand = self.argument(end, depth);
                self.append(&(root + &bracketed(&radicand)));
            }
            "not" => {
                let negated = self.argument(end, depth);
                let mut chars = negated.chars();
                self.out.extend(chars.next());
                self.out.push('\u{338}');
                self.out.extend(chars);
            }
            "begin" | "end" => drop(self.argument(end, depth)),
            "href" => {
                let (address, words) = (self.argument(end, depth), self.argument(end, depth));
                self.append(&if words.is_empty() { address } else { format!("{words} ({address})") });
            }
            _ => {
                self.push_word(name);
                self.skip_empty_group();
            }
        }
    }

    pub(super) fn accent(&mut self, typed: char, mark: char, end: usize, depth: usize) {
        let start = self.at;
        let base = self.argument(end, depth);
        let mut chars = base.chars();
        match chars.next() {
            Some(first) if accents::fits(typed, first, mark) => {
                let first = accents::dotted(first);
                self.push(first);
                let rest = chars.as_str();
                // A wide accent over several letters says less than the letters.
                if rest.is_empty() || typed != 'm' {
                    self.out.push(mark);
                }
                self.out.push_str(rest);
            }
            _ => {
                // No letter to stand on: the sign itself (`\~{}`), or a name without its argument.
                let sign =
                    if typed.is_ascii_alphabetic() && typed != 'm' { typed } else { accents::sign(typed) };
                self.push(sign);
                if base.is_empty() { self.at = self.at.max(start) } else { self.out.push_str(&base) }
            }
        }
    }
}

/// An operand that reads as one: in parentheses when it is more than a word or number.
fn bracketed(operand: &str) -> Cow<'_, str> {
    let is_one = operand.chars().all(|c| !c.is_whitespace() && !"+-/*=<>,±×·".contains(c))
        || (operand.starts_with('(') && operand.find(')') == Some(operand.len() - 1));
    if is_one { Cow::Borrowed(operand) } else { Cow::Owned(format!("({operand})")) }
}
