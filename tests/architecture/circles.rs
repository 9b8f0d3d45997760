//! Finds the circles of imports between the files of a stage, and imports against the layers of a stage.
//!
//! An arrow runs from a file to the file in which an item that it uses is defined: re-exports are followed, and the
//! path of a module alone is no arrow, since what is used of it is seen where it is used.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;

/// One file uses an item of another.
#[derive(Debug)]
pub(crate) struct Arrow<'a> {
    pub(crate) from: &'a Source,
    pub(crate) line: usize,
    pub(crate) to: &'a Source,
    pub(crate) item: String,
}

/// How many re-exports are followed behind one name.
const REEXPORTS_MAX: usize = 8;

/// Every arrow within a stage, once for each item, without the files of tests.
pub(crate) fn arrows<'a>(sources: &[&'a Source]) -> Vec<Arrow<'a>> {
    let modules: BTreeMap<&[String], &'a Source> =
        sources.iter().map(|source| (source.module.as_slice(), *source)).collect();
    let mut found = Vec::new();
    for from in sources {
        let mut seen = BTreeSet::new();
        for used in &from.paths {
            let Some((to, item)) = defined_in(&used.segments, &modules) else { continue };
            if to.file != from.file && to.module[0] == from.module[0] && seen.insert((&to.file, item.clone()))
            {
                found.push(Arrow { from, line: used.line, to, item });
            }
        }
    }
    found
}

/// The file that defines the item of a path, and the item's name.
fn defined_in<'a>(
    path: &[String],
    modules: &BTreeMap<&[String], &'a Source>,
) -> Option<(&'a Source, String)> {
    let mut path = path.to_vec();
    for _ in 0..REEXPORTS_MAX {
        if path.first()? != "crate" {
            return None;
        }
        let inner = &path[1..];
        let (length, file) =
            (1..=inner.len()).rev().find_map(|length| Some((length, *modules.get(&inner[..length])?)))?;
        let name = inner.get(length)?;
        match file.aliases.get(name) {
            Some(meant) => path = meant.iter().chain(&inner[length + 1..]).cloned().collect(),
            None => return Some((file, name.clone())),
        }
    }
    None
}

/// A line for each circle: its files, and which items tie them together.
pub(crate) fn circles(arrows: &[Arrow<'_>]) -> Vec<String> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        next.entry(&arrow.from.file).or_default().insert(&arrow.to.file);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        next.keys().map(|file| (*file, reachable(file, &next))).collect();
    let is_reached = |from: &str, to: &str| reached.get(from).is_some_and(|files| files.contains(to));
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut lines = Vec::new();
    for file in next.keys().filter(|file| is_reached(file, file)) {
        if done.contains(file) {
            continue;
        }
        let members: Vec<&str> =
            reached[file].iter().copied().filter(|other| is_reached(other, file)).collect();
        done.extend(&members);
        let ties = arrows.iter().filter(|arrow| {
            members.contains(&arrow.from.file.as_str()) && members.contains(&arrow.to.file.as_str())
        });
        let ties: Vec<String> = ties
            .map(|arrow| {
                format!("  {}:{} uses `{}` of {}", arrow.from.file, arrow.line, arrow.item, arrow.to.file)
            })
            .collect();
        lines.push(format!(
            "{} files import each other in a circle: {}\n{}",
            members.len(),
            members.join(", "),
            ties.join("\n")
        ));
    }
    lines
}

/// Every file that can be reached over at least one arrow.
fn reachable<'a>(start: &str, next: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<&str> = next.get(start).into_iter().flatten().copied().collect();
    while let Some(file) = waiting.pop() {
        if found.insert(file) {
            waiting.extend(next.get(file).into_iter().flatten());
        }
    }
    found
}

/// The layers of a stage: each folder or file right below it, and the others that it may use.
pub(crate) type Layers = [(&'static str, &'static [&'static str])];

/// Every arrow from one layer of `stage` to another that it may not use, and every file outside the layers.
///
/// The stage's own `mod.rs` puts them together and may use all.
pub(crate) fn against_layers(
    stage: &str,
    layers: &Layers,
    arrows: &[Arrow<'_>],
    sources: &[&Source],
) -> Vec<String> {
    let mut lines = Vec::new();
    for source in sources.iter().filter(|source| source.module[0] == stage) {
        if let Some(layer) = source.module.get(1)
            && !layers.iter().any(|(known, _)| known == layer)
        {
            lines.push(format!(
                "{}:1: `{layer}` is no layer of `{stage}`; add a row in ARCHITECTURE.md and here",
                source.file
            ));
        }
    }
    for arrow in arrows.iter().filter(|arrow| arrow.from.module[0] == stage) {
        let (Some(from), Some(to)) = (arrow.from.module.get(1), arrow.to.module.get(1)) else { continue };
        let allowed = layers.iter().find(|(layer, _)| layer == from).map_or(&[][..], |(_, uses)| uses);
        if from != to && !allowed.contains(&to.as_str()) {
            lines.push(format!(
                "{}:{}: `{from}` uses `{}` of `{to}`; it may use {}",
                arrow.from.file,
                arrow.line,
                arrow.item,
                if allowed.is_empty() { "no other layer".to_owned() } else { allowed.join(", ") }
            ));
        }
    }
    lines
}

// ------------------------------------------------------------------------------- each rule can fail, and only then

/// The circles of made-up files.
fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(file, text)| Source::read(file, text)).collect();
    circles(&arrows(&sources.iter().collect::<Vec<_>>()))
}

#[test]
fn a_circle_is_named_with_the_items_that_tie_it() {
    let found = found_in(&[
        ("src/serve/a.rs", "use crate::serve::b::Thing;"),
        ("src/serve/b.rs", "pub struct Thing;\nfn f() { super::c::help(); }"),
        ("src/serve/c.rs", "use super::{a, b};\nfn help(x: a::Other) {}"),
        ("src/serve/d.rs", "use super::a::X;"),
    ]);
    assert_eq!(
        found,
        ["3 files import each other in a circle: src/serve/a.rs, src/serve/b.rs, src/serve/c.rs\n  \
         src/serve/a.rs:1 uses `Thing` of src/serve/b.rs\n  \
         src/serve/b.rs:2 uses `help` of src/serve/c.rs\n  \
         src/serve/c.rs:2 uses `Other` of src/serve/a.rs"]
    );
}

#[test]
fn a_re_export_leads_to_the_file_that_defines_the_item() {
    let through_the_parent = [
        ("src/feeds/mod.rs", "pub use self::a::A;\npub use self::b::*;\nmod a;\nmod b;"),
        ("src/feeds/a.rs", "pub struct A;"),
        ("src/feeds/b.rs", "use super::A;"),
    ];
    assert_eq!(found_in(&through_the_parent), Vec::<String>::new());
    let of_the_parent = [
        ("src/feeds/mod.rs", "pub use self::a::A;\npub struct Options;"),
        ("src/feeds/a.rs", "pub struct A(super::Options);"),
    ];
    assert_eq!(found_in(&of_the_parent).len(), 1);
}

#[test]
fn two_that_do_not_use_each_other_and_tests_are_no_circle() {
    let apart = [
        ("src/text/a.rs", "pub fn f() {}"),
        ("src/text/b.rs", "use super::a;\nfn g() { a::f() }"),
        ("src/text/mod.rs", "mod a;\npub mod b;\nuse b::g;"),
    ];
    assert_eq!(found_in(&apart), Vec::<String>::new());
    let in_tests = [
        ("src/text/a.rs", "#[cfg(test)]\nmod tests { use super::super::b::g; }"),
        ("src/text/b.rs", "use super::a::f;"),
    ];
    assert_eq!(found_in(&in_tests), Vec::<String>::new());
}

#[test]
fn an_arrow_against_the_layers_and_a_file_outside_of_them_are_found() {
    const LAYERS: &Layers = &[("wire", &[]), ("answer", &["wire"])];
    let sources = [
        Source::read("src/serve/wire/head.rs", "use crate::serve::answer::Reply;"),
        Source::read("src/serve/answer/mod.rs", "use super::wire::head::Head;\npub struct Reply;"),
        Source::read("src/serve/util.rs", ""),
    ];
    let sources: Vec<&Source> = sources.iter().collect();
    assert_eq!(
        against_layers("serve", LAYERS, &arrows(&sources), &sources),
        [
            "src/serve/util.rs:1: `util` is no layer of `serve`; add a row in ARCHITECTURE.md and here",
            "src/serve/wire/head.rs:1: `wire` uses `Reply` of `answer`; it may use no other layer",
        ]
    );
}
