//! Makes `config/schema.json` of the table of settings and the shipped file, and checks that the file is up to date.

use serde_json::{Map, Value, json};

use super::sources::SHIPPED;
use super::table;
use super::value_kind::Form;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/schema.json");

/// The shipped file: its sections with their keys, each with the sentence above it and its default.
struct Shipped {
    defaults: toml::Table,
}

impl Shipped {
    fn read() -> Self {
        Self { defaults: SHIPPED.parse().expect("the shipped file is TOML") }
    }

    fn default(&self, section: &str, key: &str) -> Value {
        serde_json::to_value(&self.defaults[section][key]).expect("JSON")
    }

    /// The comment above a line of a section; the section's own line is its heading.
    fn comment(section: &str, line: &str) -> String {
        let from = SHIPPED.find(&format!("\n[{section}]\n")).expect("the section") + 1;
        let at = from + SHIPPED[from..].find(line).unwrap_or_else(|| panic!("no line {line} in [{section}]"));
        let lines: Vec<&str> =
            SHIPPED[..at].lines().rev().take_while(|line| line.starts_with("# ")).collect();
        let words: Vec<&str> = lines.iter().rev().map(|line| &line[2..]).collect();
        words.join(" ")
    }
}

fn schema() -> Value {
    let shipped = Shipped::read();
    let mut sections: Map<String, Value> = Map::new();
    for (key, form) in table::forms() {
        let (section, name) = key.split_once('.').expect("a section");
        let entry = sections.entry(section).or_insert_with(|| {
            json!({
                "description": Shipped::comment(section, &format!("[{section}]\n")),
                "type": "object",
                "additionalProperties": false,
                "properties": {},
            })
        });
        entry["properties"][name] = described(
            &form,
            Shipped::comment(section, &format!("{name} = ")),
            shipped.default(section, name),
        );
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of crosslist",
        "description": "The settings file of crosslist; every key is optional.",
        "type": "object",
        "additionalProperties": false,
        "properties": sections,
    })
}

fn described(form: &Form, description: String, default: Value) -> Value {
    let mut property = match form {
        Form::Integer(range) => {
            json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() })
        }
        Form::Number { max } => json!({ "type": "number", "minimum": 0, "maximum": max }),
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Choice(names) => json!({ "type": "string", "enum": names }),
        Form::Text(_) => json!({ "type": "string" }),
        Form::List(example) => {
            json!({ "type": "array", "items": { "type": "string" }, "examples": [example] })
        }
        Form::Secrets(_) => json!({ "type": "array", "items": { "type": "string" } }),
    };
    property["description"] = description.into();
    property["default"] = default;
    property
}

#[test]
fn the_schema_file_is_that_of_the_table_and_the_shipped_file() {
    let text = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(PATH, &text).expect("written");
    }
    let file = std::fs::read_to_string(PATH).expect("the schema");
    assert!(
        file == text,
        "config/schema.json is out of date: UPDATE_SCHEMA=1 cargo test --lib settings::schema"
    );
}

#[test]
fn every_setting_of_the_shipped_file_is_in_the_table() {
    let shipped = Shipped::read();
    let sections =
        shipped.defaults.iter().map(|(section, keys)| (section, keys.as_table().expect("a section")));
    let mut keys: Vec<String> =
        sections.flat_map(|(section, keys)| keys.keys().map(move |key| format!("{section}.{key}"))).collect();
    let mut known: Vec<String> = table::forms().iter().map(|(key, _)| (*key).to_owned()).collect();
    keys.sort();
    known.sort();
    assert_eq!(keys, known);
}
