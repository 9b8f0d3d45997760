//! A problem as plain text, with a caret under the place of each mistake.

use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::filter::Carets;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};

/// The problem as text: what is wrong as a whole, or each mistake under its value.
///
/// ```text
/// q=gpu or fpga
///       ^^ operators are uppercase: write OR, or "or" in quotes for the word
/// ```
pub(in crate::serve) fn text(problem: &Problem, request: &HttpRequest) -> String {
    let mut lines: Vec<String> =
        problem.diagnostics().iter().map(|mistake| lines(mistake, request)).collect();
    // What is said of no single mistake: what is wrong as a whole, or how many more there are.
    lines.extend(problem.sentences().into_iter().skip(problem.diagnostics().len()));
    lines.join("\n") + "\n"
}

/// A mistake in a parameter of the address stands under its value, any other on a line of its own.
fn lines(mistake: &ParameterDiagnostic, request: &HttpRequest) -> String {
    let given = form_urlencoded::parse(request.query_string().as_bytes());
    // The last one of a name that is given twice is the one too many.
    let value = given.filter(|(name, _)| *name == mistake.parameter).last().map(|(_, value)| value);
    let Some(value) = value else { return mistake.sentence() };
    let carets = Carets::under(&value, mistake.position, mistake.length);
    let margin = mistake.parameter.chars().count() + 1;
    format!("{}={}\n{} {}", mistake.parameter, carets.line, carets.drawn(margin), mistake.sentence())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::serve::problem::types::DiagnosticCode;

    fn check(query: &str, mistake: (&str, usize, usize), expected: &str) {
        let (parameter, position, length) = mistake;
        let mistake = ParameterDiagnostic {
            code: DiagnosticCode::NoQuery,
            parameter: parameter.to_owned(),
            position,
            length,
            message: "wrong".to_owned(),
            hint: "write right".to_owned(),
        };
        let request = TestRequest::with_uri(&format!("/search?{query}")).to_http_request();
        assert_eq!(text(&Problem::bad_request(vec![mistake]), &request), expected);
    }

    #[test]
    fn a_caret_stands_under_the_mistake() {
        check("q=gpu+or+fpga", ("q", 4, 2), "q=gpu or fpga\n      ^^ wrong: write right\n");
        check("q=%C3%A9%0A+x", ("q", 3, 9), "q=é  x\n     ^ wrong: write right\n");
        check("q=gpu+AND", ("q", 7, 0), "q=gpu AND\n         ^ wrong: write right\n");
        check("limit=3&limit=0", ("limit", 0, 1), "limit=0\n      ^ wrong: write right\n");
    }

    #[test]
    fn a_long_value_is_shown_around_the_mistake() {
        let query = format!("q={}", "a".repeat(500));
        let shown = "a".repeat(120);
        let expected = format!("q={shown}\n{}^^ wrong: write right\n", " ".repeat(62));
        check(&query, ("q", 200, 2), &expected);
    }

    #[test]
    fn what_is_wrong_elsewhere_is_told_in_a_line() {
        check("", ("keyword", 0, 3), "wrong: write right\n");
    }
}
