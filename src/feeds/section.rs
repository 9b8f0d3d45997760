//! Writes a feed as a section of the file of named feeds.

use crate::domain::announcement::AnnounceType;
use crate::domain::presentation::Choice;
use crate::domain::taxonomy::SubjectId;

use super::spec::FeedSpec;
use super::title::title;

/// The longest name, in characters.
const NAME_CHARACTERS_MAX: usize = 40;

/// A `[[feed]]` section for `feeds.toml` (TOML 1.0) that defines the same feed; `subjects` are its sources where the spec
/// names none.
#[must_use]
pub fn section(spec: &FeedSpec, subjects: &[SubjectId]) -> String {
    let selection = &spec.selection;
    let title = title(spec);
    let sources = if spec.scope.subjects().is_empty() { subjects } else { spec.scope.subjects() };
    let sources: Vec<String> = sources.iter().map(|subject| quoted(subject.as_str())).collect();
    let mut query = Vec::new();
    if selection.types.len() < AnnounceType::ALL.len() {
        let types: Vec<&str> = selection.types.iter().map(|kind| kind.as_str()).collect();
        query.push(format!("type:{}", types.join(",")));
    }
    if let Some(rule) = &selection.query {
        let rule = rule.canonical();
        // What is joined to an OR stands beside it as a whole.
        query.push(if query.is_empty() || !rule.contains(" OR ") {
            rule.to_owned()
        } else {
            format!("({rule})")
        });
    }
    let mut lines = vec![
        "[[feed]]".to_owned(),
        format!("name = {}", quoted(&name(&title))),
        format!("title = {}", quoted(&title)),
        format!("sources = [{}]", sources.join(", ")),
    ];
    if !query.is_empty() {
        lines.push(format!("query = {}", quoted(&query.join(" "))));
    }
    if selection.days != spec.default.0.days {
        lines.push(format!("days = {}", selection.days));
    }
    if spec.presentation.text != spec.default.1.text {
        lines.push(format!("text = {}", quoted(spec.presentation.text.as_str())));
    }
    lines.join("\n") + "\n"
}

/// Lowercase letters, digits and single hyphens.
fn name(title: &str) -> String {
    let mut name = String::new();
    for c in title.to_ascii_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() >= NAME_CHARACTERS_MAX {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "feed".to_owned() } else { name.to_owned() }
}

/// A string of TOML: between single quotes as it is, else with what must be escaped.
fn quoted(text: &str) -> String {
    if !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.extend(format!("\\u{:04X}", u32::from(c)).chars()),
            c => escaped.push(c),
        }
    }
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_letters_digits_and_hyphens() {
        let check = |title: &str, expected: &str| assert_eq!(name(title), expected);
        check("cs.DC: new, ti:gpu", "cs-dc-new-ti-gpu");
        check("“été”", "t");
        check("—", "feed");
        assert!(name(&"long words ".repeat(9)).len() <= NAME_CHARACTERS_MAX);
    }

    #[test]
    fn any_text_is_a_string_of_toml() {
        for text in ["plain", "ti:\"a b\"", "O'Neil", "O'Neil \"x\" \\ \u{7}", "李"] {
            let table: toml::Table = format!("a = {}", quoted(text)).parse().expect("TOML");
            assert_eq!(table["a"].as_str(), Some(text));
        }
    }
}
