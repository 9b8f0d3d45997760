//! Reads fractions, roots and stacked symbols onto one line.

use std::borrow::Cow;

use super::reader::Reader;
use super::scripts;

impl<'a> Reader<'a> {
    pub(super) fn fraction_or_word(&mut self, name: &'a str, end: usize, depth: usize) {
        match name {
            "frac" | "tfrac" | "dfrac" | "cfrac" | "nicefrac" | "sfrac" | "ifrac" => {
                let (over, under) = (self.argument(end, depth), self.argument(end, depth));
                self.fraction(&over, &under, end);
            }
            "over" | "atop" | "choose" if (self.is_math || depth > 0) && depth < super::reader::DEPTH_MAX => {
                let over = self.out.split_off(self.group_start.min(self.out.len()));
                let rest = self.rest_of_group(end, depth);
                let (over, rest) = (over.trim(), rest.trim());
                match name {
                    "choose" => self.append(&format!("({over} choose {rest})")),
                    _ => self.fraction(over, rest, end),
                }
            }
            "binom" | "tbinom" | "dbinom" => {
                let (of, choose) = (self.argument(end, depth), self.argument(end, depth));
                self.append(&format!("({of} choose {choose})"));
            }
            "sqrt" => self.root(end, depth),
            "overset" | "stackrel" | "underset" | "underaccent" => {
                let (small, base) = (self.argument(end, depth), self.argument(end, depth));
                self.push_symbol(base.trim());
                let sign = if name.starts_with("under") { '_' } else { '^' };
                self.out.push_str(&scripts::script(sign, small.trim()).0);
            }
            "xrightarrow" | "xleftarrow" | "xleftrightarrow" | "xhookrightarrow" | "xmapsto" => {
                self.optional_argument(end);
                let arrow = match name {
                    "xrightarrow" => "→",
                    "xleftarrow" => "←",
                    "xhookrightarrow" => "↪",
                    "xmapsto" => "↦",
                    _ => "↔",
                };
                let small = self.argument(end, depth);
                self.push_symbol(arrow);
                self.out.push_str(&scripts::script('^', small.trim()).0);
            }
            "pmod" | "pod" => {
                let modulus = self.argument(end, depth);
                self.space(0);
                let word = if name == "pmod" { "mod " } else { "" };
                self.append(&format!("({word}{})", modulus.trim()));
            }
            _ => self.unknown(name),
        }
    }

    /// What is left of this group or formula, read apart from the output.
    fn rest_of_group(&mut self, end: usize, depth: usize) -> String {
        let outer = std::mem::take(&mut self.out);
        let starts = (self.formula_start, self.group_start);
        (self.formula_start, self.group_start) = (0, 0);
        self.skip_spaces(end);
        self.read_until(end, depth + 1);
        (self.formula_start, self.group_start) = starts;
        std::mem::replace(&mut self.out, outer)
    }

    /// `a/b`, in brackets where something is multiplied with it.
    fn fraction(&mut self, over: &str, under: &str, end: usize) {
        let over = bracketed_sum(over.trim());
        let under = bracketed_product(under.trim());
        let is_factor = self.out.ends_with(char::is_alphanumeric)
            || self.begins_operand(end)
            || self.rest(end).starts_with(['^', '_']);
        if over.is_empty() || under.is_empty() {
            self.append(&format!("{over}/{under}"));
        } else if is_factor {
            self.append(&format!("({over}/{under})"));
        } else {
            self.append(&format!("{over}/{under}"));
        }
    }

    fn root(&mut self, end: usize, depth: usize) {
        self.skip_spaces(end);
        let sign = match self.optional_argument(end) {
            None | Some("2") => "√".to_owned(),
            Some("3") => "∛".to_owned(),
            Some("4") => "∜".to_owned(),
            Some(index) => scripts::raised(index).unwrap_or_else(|| format!("{index}-")) + "√",
        };
        let radicand = self.argument(end, depth);
        let radicand = radicand.trim();
        let runs_on = self.rest(end).starts_with(|c: char| c.is_alphanumeric() || c == '\\' || c == '(')
            && self.begins_operand(end);
        if scripts::is_bracketed(radicand) || scripts::is_atom(radicand) && !runs_on {
            self.append(&(sign + radicand));
        } else {
            self.append(&format!("{sign}({radicand})"));
        }
    }
}

/// A numerator that reads as one: in brackets when it is a sum or holds a blank.
fn bracketed_sum(operand: &str) -> Cow<'_, str> {
    let unsigned = operand.strip_prefix(['-', '−']).unwrap_or(operand);
    let is_one = unsigned.chars().all(|c| !c.is_whitespace() && !"+-−/=<>,±∓".contains(c))
        || scripts::is_bracketed(operand);
    if is_one { Cow::Borrowed(operand) } else { Cow::Owned(format!("({operand})")) }
}

/// A denominator that reads as one: in brackets when it is more than one thing, a unit or a differential.
fn bracketed_product(operand: &str) -> Cow<'_, str> {
    let differential = operand.strip_prefix(['d', '∂', 'δ', 'Δ']).filter(|rest| !rest.is_empty());
    let is_word = operand.len() > 2 && operand.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_one = is_word || scripts::is_atom(operand) || differential.is_some_and(scripts::is_atom);
    if is_one { Cow::Borrowed(operand) } else { Cow::Owned(format!("({operand})")) }
}
