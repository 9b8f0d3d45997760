//! The bound on the size of an error answer.

use crate::domain::excerpt::excerpt;
use crate::serve::problem::details::{PROBLEM, ParameterDiagnostic, Problem};

/// The most bytes of an error answer, whatever its form.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// The most mistakes in one answer.
pub(in crate::serve) const DIAGNOSTICS_MAX: usize = 32;

/// The most characters of a text of a mistake, and of what is wrong as a whole, where all of it would be too much.
const TEXT_CHARACTERS_MAX: usize = 300;

impl Problem {
    /// The problem as `write` writes it, in at most 16 KiB: where that is too little for every mistake, the first of them
    /// and the number of those that are left out.
    pub(in crate::serve) fn fitted(&self, write: impl Fn(&Self) -> String) -> String {
        if self.diagnostics().len() <= DIAGNOSTICS_MAX {
            let body = write(self);
            if body.len() <= ANSWER_BYTES_MAX {
                return body;
            }
        }
        let mut told = self.diagnostics().len().min(DIAGNOSTICS_MAX);
        loop {
            let body = write(&self.shortened(told));
            if body.len() <= ANSWER_BYTES_MAX || told == 0 {
                return body;
            }
            told /= 2;
        }
    }

    /// The whole response as bytes, for a client whose request was not read; it closes the connection.
    pub(in crate::serve) fn written(&self) -> Vec<u8> {
        let (status, body) = (self.status, self.fitted(|problem| problem.json("", None)));
        let fields = format!("content-type: {PROBLEM}\r\ncontent-length: {}\r\n", body.len());
        let more = "cache-control: no-store\r\nretry-after: 60\r\nconnection: close\r\n";
        format!("HTTP/1.1 {status}\r\n{fields}{more}\r\n{body}").into_bytes()
    }

    /// The first mistakes, each in a few words.
    fn shortened(&self, told: usize) -> Self {
        let mistake = |mistake: &ParameterDiagnostic| ParameterDiagnostic {
            message: cut(&mistake.message),
            hint: cut(&mistake.hint),
            parameter: cut(&mistake.parameter),
            ..mistake.clone()
        };
        let mistakes = self.diagnostics().iter().take(told).map(mistake).collect();
        self.with(mistakes, self.diagnostics().len() - told, cut(&self.detail))
    }
}

fn cut(text: &str) -> String {
    excerpt(text, TEXT_CHARACTERS_MAX).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::problem::types::DiagnosticCode;

    fn mistake(text: &str) -> ParameterDiagnostic {
        ParameterDiagnostic {
            code: DiagnosticCode::UnknownParameter,
            parameter: text.to_owned(),
            position: 0,
            length: 0,
            message: text.to_owned(),
            hint: text.to_owned(),
        }
    }

    fn written(problem: &Problem) -> String {
        serde_json::to_string(problem).expect("JSON")
    }

    #[test]
    fn an_answer_has_its_bound_however_many_mistakes_there_are_and_says_how_many_it_leaves_out() {
        // What is longest once it is escaped, too.
        for text in ["unknown", &"\u{1}".repeat(9_000), &"😀&\"".repeat(300)] {
            for count in [1, 2, 40, 1_000, 4_000] {
                let problem = Problem::bad_request(vec![mistake(text); count]);
                let body = problem.fitted(written);
                assert!(body.len() <= ANSWER_BYTES_MAX, "{count}: {}", body.len());
                let read: serde_json::Value = serde_json::from_str(&body).expect("JSON");
                let told = read["errors"].as_array().map_or(0, Vec::len);
                let left_out = read["left_out"].as_u64().unwrap_or(0);
                assert_eq!(told as u64 + left_out, count as u64);
                assert!(told > 0 || text.len() > 1_000, "{body}");
            }
        }
        let few = Problem::bad_request(vec![mistake("unknown"); DIAGNOSTICS_MAX]);
        assert_eq!(few.fitted(written), written(&few));
        let whole = Problem::failed("x".repeat(20_000)).fitted(written);
        assert!(whole.len() < 1_000 && whole.contains('…'), "{whole}");
    }
}
