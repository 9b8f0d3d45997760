//! Reads Rust sources by their tokens: the paths that a file uses, made absolute, without the items under `#[cfg(test)]`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What the rules need to know of a file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: String,
    /// `["parse", "page"]` for `src/parse/page.rs`.
    pub(crate) module: Vec<String>,
    /// Lines, without those of test modules.
    pub(crate) lines: usize,
    /// With their first segment `crate`, or the name of an external crate.
    pub(crate) paths: Vec<Used>,
    /// The names that its `use` declarations bring in, and what they stand for.
    pub(crate) aliases: BTreeMap<String, Vec<String>>,
    /// `async` and `await`.
    pub(crate) waits: Vec<(String, usize)>,
    /// Files that are modules for tests alone.
    pub(crate) test_files: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    line: usize,
}

impl Source {
    pub(crate) fn read(file: &str, text: &str) -> Self {
        let stem = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        let tokens = tokens(text);
        let tests = test_items(&tokens);
        let test_lines: usize =
            tests.iter().map(|range| tokens[range.end - 1].line - tokens[range.start].line + 1).sum();
        let test_files =
            tests.iter().filter_map(|range| test_file(file, stem, &tokens[range.clone()])).collect();
        let is_test = |index: usize| tests.iter().any(|range| range.contains(&index));
        let code: Vec<Token> = tokens
            .iter()
            .enumerate()
            .filter(|(index, _)| !is_test(*index))
            .map(|(_, token)| token.clone())
            .collect();
        let waits = code
            .iter()
            .filter(|token| matches!(token.text.as_str(), "async" | "await"))
            .map(|token| (token.text.clone(), token.line))
            .collect();
        let lines = text.lines().count() - test_lines;
        let (paths, aliases) = Scan::paths(&code, &module);
        Self { file: file.to_owned(), paths, aliases, module, lines, waits, test_files }
    }
}

/// The ranges of the items under `#[cfg(test)]`, their attributes included.
fn test_items(tokens: &[Token]) -> Vec<Range<usize>> {
    const CFG_TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in 0..tokens.len() {
        let here = tokens[start..].iter().map(|token| token.text.as_str());
        if found.last().is_some_and(|range| range.contains(&start)) || !here.take(7).eq(CFG_TEST) {
            continue;
        }
        let mut depth = 0_usize;
        let mut end = start + CFG_TEST.len();
        while let Some(token) = tokens.get(end) {
            end += 1;
            match token.text.as_str() {
                "{" | "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                ";" if depth == 0 => break,
                _ => {}
            }
        }
        found.push(start..end);
    }
    found
}

/// The file behind a `#[cfg(test)] mod NAME;`, by its name or its `#[path]`.
fn test_file(file: &str, stem: &str, item: &[Token]) -> Option<String> {
    let words: Vec<&str> = item.iter().map(|token| token.text.as_str()).collect();
    let [.., "mod", name, ";"] = words.as_slice() else { return None };
    if let Some(at) = words.iter().position(|word| *word == "path") {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        return Some(format!("{folder}/{}", words.get(at + 2)?.trim_matches('"')));
    }
    Some(format!("src/{stem}/{name}.rs"))
}

/// Finds the paths of a file and makes them absolute.
struct Scan<'a> {
    tokens: &'a [Token],
    /// As written, with the module that they stand in and the name that a `use` gives them.
    raw: Vec<(Used, Vec<String>, Option<String>)>,
}

impl<'a> Scan<'a> {
    /// The paths of the file, and the names that `use` gives to its own module.
    fn paths(tokens: &'a [Token], module: &[String]) -> (Vec<Used>, BTreeMap<String, Vec<String>>) {
        let mut scan = Self { tokens, raw: Vec::new() };
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        scan.run(module, &mut names);
        let raw = std::mem::take(&mut scan.raw);
        let mut aliases = BTreeMap::new();
        for (used, inner, name) in &raw {
            if let Some(name) = name {
                names.insert(name.clone(), absolute(&used.segments, inner));
                if inner == module {
                    aliases.insert(name.clone(), absolute(&used.segments, inner));
                }
            }
        }
        let paths = raw
            .into_iter()
            .map(|(used, module, _)| Used {
                segments: expanded(absolute(&used.segments, &module), &names),
                ..used
            })
            .collect();
        for meant in aliases.values_mut() {
            *meant = expanded(std::mem::take(meant), &names);
        }
        (paths, aliases)
    }

    fn text(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| token.text.as_str())
    }

    fn run(&mut self, module: &[String], names: &mut BTreeMap<String, Vec<String>>) {
        let mut inner: Vec<(String, usize)> = Vec::new();
        let mut depth = 0_usize;
        let mut index = 0;
        while index < self.tokens.len() {
            let here: Vec<String> =
                module.iter().cloned().chain(inner.iter().map(|(name, _)| name.clone())).collect();
            let before = if index == 0 { "" } else { self.text(index - 1) };
            match self.text(index) {
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    inner.retain(|(_, opened)| *opened <= depth);
                }
                "mod" if is_name(self.text(index + 1)) => {
                    let name = self.text(index + 1).to_owned();
                    names.insert(name.clone(), absolute(&["self".to_owned(), name.clone()], &here));
                    if self.text(index + 2) == "{" {
                        inner.push((name, depth + 1));
                    }
                    index += 1;
                }
                "use" if self.text(index + 1) != "<" => {
                    let start = index + 1 + usize::from(self.text(index + 1) == "::");
                    index = self.tree(start, &[], &here, true);
                    continue;
                }
                "crate" if self.text(index + 1) == "as" && before == "extern" => {}
                name if is_name(name) && self.text(index + 1) == "::" && !matches!(before, "." | "'") => {
                    // `<T as Trait>::Name::…` begins with a type, which was seen on its own.
                    let behind = if index > 1 { self.text(index - 2) } else { "" };
                    if before != "::" || !(is_name(behind) || behind == ">") {
                        index = self.tree(index, &[], &here, false);
                        continue;
                    }
                }
                _ => {}
            }
            index += 1;
        }
    }

    /// Reads a path or a tree of them from `index`; returns where it ends.
    fn tree(&mut self, mut index: usize, prefix: &[String], module: &[String], is_use: bool) -> usize {
        let mut segments = prefix.to_vec();
        loop {
            let text = self.text(index);
            if text == "{" {
                index += 1;
                while !matches!(self.text(index), "}" | "") {
                    index = self.tree(index, &segments, module, is_use);
                    index += usize::from(self.text(index) == ",");
                }
                return index + 1;
            }
            if !is_name(text) && text != "*" {
                break;
            }
            segments.push(text.to_owned());
            index += 1;
            if self.text(index) != "::" {
                break;
            }
            index += 1;
        }
        let line = self.tokens.get(index.saturating_sub(1)).map_or(0, |token| token.line);
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let mut name = segments.last().filter(|last| is_use && *last != "*").cloned();
        if is_use && self.text(index) == "as" {
            name = Some(self.text(index + 1).to_owned());
            index += 2;
        }
        if segments.len() > prefix.len() || is_use {
            self.raw.push((Used { segments, line }, module.to_vec(), name));
        }
        index.max(1)
    }
}

/// `self` and `super` in terms of `crate`.
fn absolute(segments: &[String], module: &[String]) -> Vec<String> {
    let mut rest = segments;
    let mut base: Option<Vec<String>> = None;
    while let Some(first) = rest.first() {
        match first.as_str() {
            "self" => base = base.or_else(|| Some(module.to_vec())),
            "super" => {
                let mut inner = base.unwrap_or_else(|| module.to_vec());
                inner.pop();
                base = Some(inner);
            }
            _ => break,
        }
        rest = &rest[1..];
    }
    match base {
        Some(base) => ["crate".to_owned()].into_iter().chain(base).chain(rest.iter().cloned()).collect(),
        None => segments.to_vec(),
    }
}

/// A path whose first name was brought in by a `use`, written out.
fn expanded(mut segments: Vec<String>, names: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    while let Some(meant) = names.get(&segments[0]) {
        if !seen.insert(segments[0].clone()) || meant[0] == segments[0] && meant.len() == 1 {
            break;
        }
        segments.splice(0..1, meant.iter().cloned());
    }
    segments
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::`, string literals and single signs; comments, characters and lifetimes are left out.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let (mut index, mut line) = (0, 1);
    while index < chars.len() {
        let start = index;
        let c = at(index);
        let mut is_token = !c.is_whitespace();
        if c == '/' && at(index + 1) == '/' {
            is_token = false;
            while index < chars.len() && at(index) != '\n' {
                index += 1;
            }
        } else if c == '/' && at(index + 1) == '*' {
            is_token = false;
            index = end_of_comment(&chars, index);
        } else if let Some(end) = end_of_raw_string(&chars, index) {
            index = end;
        } else if c == '"' || (matches!(c, 'b' | 'c') && at(index + 1) == '"') {
            index = end_of_quoted(&chars, index + usize::from(c != '"'), '"');
        } else if c == '\'' || (c == 'b' && at(index + 1) == '\'') {
            is_token = false;
            let quote = index + usize::from(c == 'b');
            let is_lifetime = is_word(at(quote + 1)) && at(quote + 2) != '\'';
            index = if is_lifetime { quote + 2 } else { end_of_quoted(&chars, quote, '\'') };
            while is_lifetime && is_word(at(index)) {
                index += 1;
            }
        } else if is_word(c) {
            while is_word(at(index)) {
                index += 1;
            }
        } else {
            index += if c == ':' && at(index + 1) == ':' { 2 } else { 1 };
        }
        let text: String = chars[start..index.min(chars.len())].iter().collect();
        let lines = text.matches('\n').count();
        if is_token {
            found.push(Token { text, line });
        }
        line += lines;
    }
    found
}

fn end_of_comment(chars: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut index = start;
    while index < chars.len() {
        match chars[index..].get(..2) {
            Some(['/', '*']) => depth += 1,
            Some(['*', '/']) => depth -= 1,
            _ => {
                index += 1;
                continue;
            }
        }
        index += 2;
        if depth == 0 {
            break;
        }
    }
    index
}

fn end_of_raw_string(chars: &[char], start: usize) -> Option<usize> {
    let rest = &chars[start..];
    let prefix = usize::from(matches!(rest.first(), Some('b' | 'c')));
    if rest.get(prefix) != Some(&'r') {
        return None;
    }
    let hashes = rest[prefix + 1..].iter().take_while(|c| **c == '#').count();
    let open = prefix + 1 + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let length = rest[open + 1..].windows(close.len()).position(|window| window == close)?;
    Some(start + open + 1 + length + close.len())
}

fn end_of_quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut index = start + 1;
    while index < chars.len() && chars[index] != quote {
        index += if chars[index] == '\\' { 2 } else { 1 };
    }
    index + 1
}
