//! The commands and settings that documents and packages show exist.

use std::path::{Path, PathBuf};

use clap::Parser;

use super::command_line::CommandLine;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Is this line a command that the program understands? What stands in quotes is one word.
fn check(line: &str, place: &str) {
    let (mut words, mut quote) = (vec![String::new()], None);
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.push(String::new()),
            ('#' | '|' | '>' | '&', None) => break,
            (c, _) => words.last_mut().expect("a word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    if let Err(error) = CommandLine::try_parse_from(&words) {
        assert!(!error.use_stderr(), "{place}: `{line}`: {error}");
    }
}

#[test]
fn the_commands_of_the_documents_exist() {
    let mut number = 0;
    for document in ["README.md", "docs/operating.md", "docs/http.md", "docs/rules.md"] {
        let text = read(document);
        for block in text.split("```").skip(1).step_by(2).filter(|block| block.starts_with("sh\n")) {
            for line in block.lines().map(str::trim) {
                let Some(at) = line.find("crosslist ").filter(|at| *at == 0 || line[..*at].ends_with("bin/"))
                else {
                    continue;
                };
                check(&line[at..], document);
                number += 1;
            }
        }
    }
    assert!(number > 10, "{number} commands were found");
}

#[test]
fn the_packages_run_what_there_is_with_settings_that_exist() {
    let settings = read("config/crosslist.toml");
    let files: [&str; 7] = [
        "packaging/crosslist.service",
        "packaging/crosslist-export.service",
        "Dockerfile",
        "compose.yaml",
        "docs/examples/github-pages.yml",
        "docs/operating.md",
        "README.md",
    ];
    let (mut commands, mut variables) = (0, 0);
    for file in files {
        let text = read(file);
        let programs = text.lines().filter_map(|line| line.trim().strip_prefix("ExecStart=/usr/local/bin/"));
        let steps = text.lines().map(str::trim).filter(|line| line.starts_with("crosslist export"));
        for line in programs.chain(steps.filter(|_| file.contains("pages"))) {
            check(line.split(" || ").next().unwrap_or_default(), file);
            commands += 1;
        }
        for part in text.split("CROSSLIST_").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            let Some((section, key)) = name.split_once("__") else { continue };
            // `CROSSLIST_SECTION__KEY` stands for all of them.
            if section == "SECTION" {
                continue;
            }
            let section = settings.split(&format!("\n[{}]\n", section.to_lowercase())).nth(1);
            let section = section.unwrap_or_else(|| panic!("{file}: `CROSSLIST_{name}` names no section"));
            let section = section.split("\n[").next().unwrap_or_default();
            let is_there = format!("\n{section}").contains(&format!("\n{} = ", key.to_lowercase()));
            assert!(is_there, "{file}: `CROSSLIST_{name}` is no setting");
            variables += 1;
        }
    }
    assert!(commands >= 3 && variables >= 10, "{commands} commands, {variables} variables");
}

#[test]
fn a_unit_finds_its_folders_where_systemd_makes_them() {
    for (file, folder) in [
        ("packaging/crosslist.service", "crosslist"),
        ("packaging/crosslist-export.service", "crosslist-export"),
    ] {
        let unit = read(file);
        let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(&format!("{key}=")));
        assert_eq!(value("StateDirectory"), Some(folder), "{file}");
        let state = PathBuf::from("/var/lib").join(folder);
        assert_eq!(value("WorkingDirectory").map(PathBuf::from), Some(state.clone()), "{file}");
        let store = format!("CROSSLIST_STORE__URL=sqlite:{}/crosslist.db", state.display());
        assert!(unit.contains(&format!("Environment={store}\n")), "{file}");
        assert_eq!(value("ConfigurationDirectory"), Some("crosslist"), "{file}");
        assert!(unit.contains(" --config /etc/crosslist/crosslist.toml "), "{file}");
    }
}
