//! A rule that is read into the form gives the same rule again.

use super::super::{Dialect, Lists};
use super::*;

fn read(rule: &str) -> (RuleForm, Query) {
    let lists = Lists::default();
    let context = Context { lists: &lists, dialect: Dialect::Native };
    let query = parse(rule, &Limits::URL, &context).expect(rule);
    (RuleForm::of(rule, &query, &Limits::URL, &context), query)
}

fn check(rule: &str, place: &str, [words, authors, without, rest]: [&str; 4]) {
    let (form, query) = read(rule);
    let name = PLACES.iter().find(|(known, _)| *known == form.place).expect("a place").1;
    assert_eq!(
        (name, &*form.words, &*form.authors, &*form.without, &*form.rest),
        (place, words, authors, without, rest),
        "{rule}"
    );
    assert_eq!(read(&form.rule()).1, query, "{rule}");
}

#[test]
fn a_simple_rule_fills_the_fields() {
    check("ti:GPU", "ti", ["GPU", "", "", ""]);
    check("gpu scheduling", "all", ["gpu scheduling", "", "", ""]);
    check("tiabs:(gpu scheduling)", "tiabs", ["gpu scheduling", "", "", ""]);
    check(
        "tiabs:((gpu schedul*) OR \"leader election\")",
        "tiabs",
        ["gpu schedul*, \"leader election\"", "", "", ""],
    );
    check("au:\"Dong Dai\" ti:=GPU -ti:survey", "ti", ["=GPU", "Dong Dai", "survey", ""]);
    check(
        "au:(tallent_n OR \"Del Maestro, Adrian\")",
        "tiabs",
        ["", "tallent_n, \"Del Maestro, Adrian\"", "", ""],
    );
    check("\"load balanced\"~4 -\"a b\"", "all", ["\"load balanced\"~4", "", "\"a b\"", ""]);
}

#[test]
fn what_no_field_says_stays_beside_them() {
    check("ti:GPU cat:cs.LG type:new", "ti", ["GPU", "", "", "cat:cs.LG type:new"]);
    check("ti:GPU OR cat:cs.LG", "tiabs", ["", "", "", "(ti:GPU OR cat:cs.LG)"]);
    check("(ti:GPU OR cat:cs.LG) abs:x", "tiabs", ["", "", "", "(ti:GPU OR cat:cs.LG) abs:x"]);
    check("ti:GPU abs:cuda", "ti", ["GPU", "", "", "abs:cuda"]);
    check("ti:/GPU|TPU/i", "tiabs", ["", "", "", "ti:/GPU|TPU/i"]);
    check("-(ti:a OR cat:cs.LG)", "tiabs", ["", "", "", "-(ti:a OR cat:cs.LG)"]);
}

#[test]
fn reading_what_was_written_changes_nothing() {
    for rule in ["ti:(a b) OR ti:c", "(ti:a OR ti:b) au:x", "ti:a OR cat:cs.LG", "-ti:a -ti:b", "a,b c"] {
        let (form, query) = read(rule);
        let (again, same) = read(&form.rule());
        assert_eq!((&again, &same), (&form, &query), "{rule}");
    }
}

#[test]
fn whatever_is_typed_becomes_a_rule() {
    for typed in [
        "gpu scheduling, fpga",
        "\"leader election",
        "and or NOT",
        "a) OR (b",
        "-x ti:y cat:z",
        "*a \"\" ,, ; ~ =",
        "C++ F_2 é",
        "=x \"a\"~3b",
        "/regex/ [a TO b]",
    ] {
        let typed = || typed.to_owned();
        for form in [
            RuleForm { words: typed(), ..RuleForm::default() },
            RuleForm { authors: typed(), ..RuleForm::default() },
            RuleForm { without: typed(), words: "kept".to_owned(), ..RuleForm::default() },
        ] {
            read(&form.rule());
        }
    }
    let form = |words: &str| RuleForm { words: words.to_owned(), ..RuleForm::default() };
    assert_eq!(form("gpu scheduling, fpga").rule(), "tiabs:((gpu scheduling) OR fpga)");
    assert_eq!(form(" , ").rule(), "");
}
