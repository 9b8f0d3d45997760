//! Converts between a rule and the fields of a form.
//!
//! A form has a field for words, one for authors and one for words that must not be there.
//! A rule fills them as far as it consists of such tests side by side; what else it says is kept beside the fields, and
//! the fields and the rest together always mean what the rule meant.

use super::Limits;
use super::context::Context;
use super::fields::Text;
use super::query::{Query, parse};
use super::span::Span;
use super::syntax::{Expr, Leaf, Node};
use super::typed;

/// A rule as a form shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleForm {
    /// Where the words are looked for: in the title, in title or abstract, or in all fields.
    pub place: Text,
    /// Alternatives apart by commas, each of words that must all be there; a phrase in quotes.
    pub words: String,
    /// Authors apart by commas, of whom any will do.
    pub authors: String,
    /// Words or phrases apart by commas, of which none may be there.
    pub without: String,
    /// What the rule says beside that.
    pub rest: String,
}

impl Default for RuleForm {
    fn default() -> Self {
        Self {
            place: Text::TitleAbstract,
            words: String::new(),
            authors: String::new(),
            without: String::new(),
            rest: String::new(),
        }
    }
}

/// The places that a form offers, the usual one first, with their names in an address.
pub const PLACES: [(Text, &str); 3] =
    [(Text::TitleAbstract, "tiabs"), (Text::Title, "ti"), (Text::All, "all")];

impl RuleForm {
    /// The fields that a rule fills.
    #[must_use]
    pub fn of(rule: &str, query: &Query, limits: &Limits, context: &Context<'_>) -> Self {
        let form = Filling::of(rule).filled(query.as_written());
        let is_same = parse(&form.rule(), limits, context).is_ok_and(|again| again == *query);
        // Whatever a form cannot say stays as it was written.
        if is_same { form } else { Self { rest: wrapped(rule.trim()), ..Self::default() } }
    }

    /// The rule that the fields write, the rest behind them; nothing for empty fields.
    #[must_use]
    pub fn rule(&self) -> String {
        let (all, authors, without) =
            (typed::text(&self.words), typed::text(&self.authors), typed::text(&self.without));
        let prefix = PLACES.iter().find(|(place, _)| *place == self.place).map_or("all", |(_, name)| name);
        let mut parts = Vec::new();
        let alternatives: Vec<Vec<String>> = split(&all).map(words).filter(|a| !a.is_empty()).collect();
        match alternatives.as_slice() {
            [] => {}
            [only] if only.len() == 1 => parts.push(format!("{prefix}:{}", only[0])),
            [only] => parts.push(format!("{prefix}:({})", only.join(" "))),
            several => {
                let several: Vec<String> = several
                    .iter()
                    .map(|words| match words.as_slice() {
                        [word] => word.clone(),
                        words => format!("({})", words.join(" ")),
                    })
                    .collect();
                parts.push(format!("{prefix}:({})", several.join(" OR ")));
            }
        }
        let authors: Vec<String> = split(&authors).map(author).filter(|a| !a.is_empty()).collect();
        match authors.as_slice() {
            [] => {}
            [only] => parts.push(format!("au:{only}")),
            several => parts.push(format!("au:({})", several.join(" OR "))),
        }
        for unwanted in split(&without).map(words).filter(|words| !words.is_empty()) {
            match unwanted.as_slice() {
                [word] => parts.push(format!("-{prefix}:{word}")),
                words => parts.push(format!("-{prefix}:({})", words.join(" "))),
            }
        }
        parts.extend((!self.rest.is_empty()).then(|| self.rest.clone()));
        parts.join(" ")
    }
}

/// The pieces between commas that stand outside quotes.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '"';
        matches!(c, ',' | ';') && !is_quoted
    })
    .map(str::trim)
    .filter(|piece| !piece.is_empty())
}

/// The words and phrases of a piece, written so that each is one value of a rule whatever was typed.
fn words(piece: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = piece.trim_start();
    while !rest.is_empty() {
        let sign = usize::from(rest.starts_with('='));
        let is_phrase = rest[sign..].starts_with('"');
        let end = if is_phrase {
            let inside = &rest[sign + 1..];
            let close = inside.find('"').map_or(rest.len(), |close| sign + 1 + close + 1);
            let nearness = rest[close..].bytes().take_while(|b| *b == b'~' || b.is_ascii_digit()).count();
            close + nearness
        } else {
            rest.find([' ', '\t', '\n', '"']).unwrap_or(rest.len())
        };
        let (word, behind) = rest.split_at(end);
        rest = behind.trim_start();
        found.extend(value(word, is_phrase));
    }
    found
}

fn value(word: &str, is_phrase: bool) -> Option<String> {
    if is_phrase {
        let inside = word.trim_start_matches('=').trim_start_matches('"');
        let has_words = inside.contains(char::is_alphanumeric);
        let is_closed = inside.contains('"');
        return has_words.then(|| if is_closed { word.to_owned() } else { format!("{word}\"") });
    }
    let bare = word.strip_prefix('=').unwrap_or(word);
    let bare = bare.strip_suffix('*').unwrap_or(bare);
    let is_plain =
        bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.' | '\''))
            && bare.starts_with(char::is_alphanumeric)
            && !matches!(&*bare.to_ascii_lowercase(), "and" | "or" | "not" | "andnot");
    if is_plain {
        return Some(word.to_owned());
    }
    word.contains(char::is_alphanumeric).then(|| format!("\"{}\"", word.replace('"', " ")))
}

fn author(piece: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '\'');
    let bare = piece.strip_suffix('*').unwrap_or(piece);
    let is_quoted = piece.starts_with(['"', '=']) && !piece.contains('*');
    if is_quoted && piece.matches('"').count() == 2 && piece.ends_with('"')
        || bare.starts_with(char::is_alphanumeric) && bare.chars().all(is_plain)
    {
        return piece.to_owned();
    }
    // A star means something at the end alone.
    let star = if piece.trim_end_matches('"').ends_with('*') { "*" } else { "" };
    let name = piece.replace(['"', '*'], " ");
    if name.contains(char::is_alphanumeric) { format!("\"{}{star}\"", name.trim()) } else { String::new() }
}

/// In parentheses, unless it is one already or nothing.
fn wrapped(rule: &str) -> String {
    if rule.is_empty() || !rule.contains(" OR ") && !rule.contains('|') {
        return rule.to_owned();
    }
    format!("({rule})")
}

/// A form while a rule is read into it.
struct Filling {
    rule: Vec<char>,
    place: Option<Text>,
    /// Alternatives, each of words that must all be there.
    words: Vec<Vec<String>>,
    authors: Vec<String>,
    without: Vec<String>,
    rest: Vec<String>,
}

impl Filling {
    fn of(rule: &str) -> Self {
        Self {
            rule: rule.chars().collect(),
            place: None,
            words: Vec::new(),
            authors: Vec::new(),
            without: Vec::new(),
            rest: Vec::new(),
        }
    }

    fn filled(mut self, rule: &Expr) -> RuleForm {
        match &rule.node {
            Node::And(parts) => parts.iter().for_each(|part| self.take(part)),
            _ => self.take(rule),
        }
        RuleForm {
            place: self.place.unwrap_or(Text::TitleAbstract),
            words: self.words.iter().map(|words| words.join(" ")).collect::<Vec<_>>().join(", "),
            authors: self.authors.join(", "),
            without: self.without.join(", "),
            rest: self.rest.join(" "),
        }
    }

    fn take(&mut self, part: &Expr) {
        if let Some((place, alternatives)) = self.alternatives(part)
            && self.is_at(place)
            && (self.words.is_empty() || self.words.len() == 1 && alternatives.len() == 1)
        {
            self.place = Some(place);
            match (self.words.first_mut(), alternatives) {
                (Some(first), mut alternatives) => first.append(&mut alternatives.remove(0)),
                (None, alternatives) => self.words = alternatives,
            }
        } else if let (Some(authors), true) = (self.authors_of(part), self.authors.is_empty()) {
            self.authors = authors;
        } else if let Node::Not(inner) = &part.node
            && let Some((place, unwanted)) = self.alternatives(inner)
            && self.is_at(place)
        {
            self.place = Some(place);
            self.without.extend(unwanted.iter().map(|words| words.join(" ")));
        } else {
            let is_open = matches!(&part.node, Node::Or(parts) if parts[0].span.start == part.span.start);
            let written = self.slice(part.span);
            self.rest.push(if is_open { format!("({written})") } else { written });
        }
    }

    fn is_at(&self, place: Text) -> bool {
        PLACES.iter().any(|(known, _)| *known == place) && self.place.is_none_or(|known| known == place)
    }

    /// Words of one field that must all be there, or any of several such.
    fn alternatives(&self, part: &Expr) -> Option<(Text, Vec<Vec<String>>)> {
        let each: Vec<&Expr> = match &part.node {
            Node::Or(parts) => parts.iter().collect(),
            _ => vec![part],
        };
        let mut place = None;
        let mut found = Vec::new();
        for alternative in each {
            let leaves: Vec<&Expr> = match &alternative.node {
                Node::And(parts) => parts.iter().collect(),
                _ => vec![alternative],
            };
            let mut words = Vec::new();
            for leaf in leaves {
                let Node::Leaf(Leaf::Words { field, .. }) = &leaf.node else { return None };
                if *place.get_or_insert(*field) != *field {
                    return None;
                }
                let value = self.value(leaf.span);
                words.push(if value.contains([',', ';']) && !value.contains('"') {
                    format!("\"{value}\"")
                } else {
                    value
                });
            }
            found.push(words);
        }
        place.map(|place| (place, found))
    }

    fn authors_of(&self, part: &Expr) -> Option<Vec<String>> {
        let each: &[Expr] = match &part.node {
            Node::Or(parts) => parts,
            _ => std::slice::from_ref(part),
        };
        each.iter()
            .map(|leaf| {
                let Node::Leaf(Leaf::Author(_)) = &leaf.node else { return None };
                let value = self.value(leaf.span);
                let name = value.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
                Some(name.filter(|name| !name.contains([',', ';', '='])).map(str::to_owned).unwrap_or(value))
            })
            .collect()
    }

    fn slice(&self, span: Span) -> String {
        self.rule.iter().skip(span.start).take(span.length).collect()
    }

    /// What stands behind the name of the field.
    fn value(&self, span: Span) -> String {
        let written = self.slice(span);
        match written.split_once(':') {
            Some((name, value)) if name.chars().all(|c| c.is_ascii_alphabetic()) => value.to_owned(),
            _ => written,
        }
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
