//! Reads lists, equations and matrices onto one line.

use super::reader::{DEPTH_MAX, Reader};

impl Reader<'_> {
    /// `\begin{so}`: an equation is a formula, a matrix stands in brackets, a list has points.
    pub(super) fn begin(&mut self, end: usize, depth: usize) {
        let begin = self.at - "\\begin".len();
        let stop = self.delimiters.environment_end(begin).filter(|stop| *stop < end);
        let name = self.raw_argument(end).trim_end_matches('*');
        let Some(stop) = stop else { return };
        match name {
            "equation" | "align" | "aligned" | "alignat" | "gather" | "gathered" | "multline"
            | "eqnarray" | "displaymath" | "math" | "split" | "flalign" => self.equation(stop, depth),
            _ => match brackets(name) {
                Some(brackets) if depth < DEPTH_MAX => self.matrix(name, brackets, stop, depth),
                _ => {
                    self.optional_argument(end);
                }
            },
        }
    }

    fn equation(&mut self, stop: usize, depth: usize) {
        let outer = (self.is_math, self.formula_start);
        (self.is_math, self.formula_start) = (true, self.out.len());
        self.read_until(stop, depth);
        (self.is_math, self.formula_start) = outer;
    }

    /// Rows apart by semicolons, cells by commas: `(a, b; c, d)`.
    fn matrix(&mut self, name: &str, (open, close): (&str, &str), stop: usize, depth: usize) {
        if name == "array" || name == "tabular" {
            self.raw_argument(stop);
        }
        let outer = std::mem::take(&mut self.out);
        let outer_state = (self.is_math, self.formula_start, self.group_start);
        (self.is_math, self.formula_start, self.group_start) = (true, 0, 0);
        let mut rows = String::new();
        while self.at < stop {
            let rest = self.rest(stop);
            let separator = if rest.starts_with('&') {
                ", "
            } else if rest.starts_with("\\\\") {
                "; "
            } else {
                self.read_one(stop, depth + 1);
                continue;
            };
            self.at += separator.trim_end().len() + usize::from(separator == "; ");
            rows.push_str(self.out.trim());
            rows.push_str(separator);
            self.out.clear();
        }
        rows.push_str(self.out.trim());
        (self.is_math, self.formula_start, self.group_start) = outer_state;
        self.out = outer;
        self.append(&format!("{open}{}{close}", rows.trim_end_matches([';', ' '])));
    }
}

fn brackets(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "pmatrix" | "psmallmatrix" => ("(", ")"),
        "bmatrix" | "bsmallmatrix" => ("[", "]"),
        "Bmatrix" => ("{", "}"),
        "vmatrix" => ("|", "|"),
        "Vmatrix" => ("‖", "‖"),
        "cases" => ("{", ""),
        "matrix" | "smallmatrix" | "array" | "tabular" => ("", ""),
        _ => return None,
    })
}
