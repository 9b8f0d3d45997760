//! What the documents show must work.

use crosslist::filter::{self, Context, Dialect, Limits, Lists};

/// The rules in the first column of the table of examples.
fn examples() -> Vec<String> {
    let rules = include_str!("../../docs/rules.md");
    let (_, table) = rules.split_once("## By example").expect("the examples");
    let (table, _) = table.split_once("\n## ").expect("their end");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split_once("` |").expect("a rule").0.to_owned()).collect()
}

#[test]
fn every_example_of_the_rules_is_a_rule() {
    let examples = examples();
    assert!(examples.len() > 20);
    for rule in examples {
        let context = Context { lists: &Lists::default(), dialect: Dialect::Native };
        let parsed = filter::parse(&rule, &Limits::URL, &context);
        assert!(parsed.is_ok(), "{rule}: {parsed:?}");
    }
}

#[test]
fn every_setting_that_the_documents_name_exists() {
    let settings = include_str!("../../config/crosslist.toml");
    for document in [
        include_str!("../../README.md"),
        include_str!("../../docs/http.md"),
        include_str!("../../docs/operating.md"),
        include_str!("../../docs/push.md"),
        include_str!("../../ARCHITECTURE.md"),
    ] {
        for code in document.split('`').skip(1).step_by(2) {
            let Some((section, key)) = code.split_once('.') else { continue };
            if settings.contains(&format!("\n[{section}]\n"))
                && key != "toml"
                && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                assert!(settings.contains(&format!("\n{key} = ")), "`{code}`");
            }
        }
    }
}
