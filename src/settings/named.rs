//! Which feeds and lists does `feeds.toml` define, and what is wrong with it?

mod keys;
mod lists;
mod webhooks;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{flag, integer, text};
use super::layer::{broken_by, parsed};
use super::literal::places;
use super::mistake::{Mistake, Origin, Place};
use super::near::near;
use super::reader::{Fault, hint};
use super::secret;
use super::value::{Given, Value};
use crate::domain::presentation::{Choice, TextMode};
use crate::feeds;
use crate::filter::{self, Context, Dialect, Limits, Lists, Query};
use crate::push;

use self::keys::{FEED_KEYS, example, slug, sources, title};
use self::webhooks::{Environment, masked};

/// The feeds and lists of `feeds.toml`.
#[derive(Clone, Debug, Default)]
pub struct NamedSettings {
    /// In the order of the file; no two of one name.
    pub feeds: Vec<Arc<feeds::NamedOptions>>,
    pub lists: Lists,
    /// In the order of the feeds, and of each feed's list.
    pub webhooks: Vec<push::WebhookOptions>,
}

/// The most that one rule adds to a score or takes from it.
const SCORE_MAX: i64 = 1_000_000;

/// Reads the file to its end; what is wrong is told with its place, and what is returned then is not whole.
pub(super) fn read(
    path: &str,
    text: &str,
    days_max: u32,
    environment: Environment<'_>,
) -> (NamedSettings, Vec<Mistake>) {
    let (table, errors) = parsed(text);
    let table = table.get_ref();
    let mut file = File {
        text,
        days_max,
        environment,
        webhooks: Vec::new(),
        hidden: Vec::new(),
        of_webhooks: Vec::new(),
        faults: Vec::new(),
        missing: Vec::new(),
    };
    file.refuse_unknown(table, &["lists", "feed"]);
    let lists = file.lists(table);
    let feeds = file.feeds(table, &lists);
    let File { mut faults, missing, webhooks, hidden, of_webhooks, .. } = file;
    if errors.is_empty() {
        faults.extend(missing);
    } else {
        let broken: Vec<Range<usize>> = errors.iter().map(|(span, _)| broken_by(text, span.start)).collect();
        faults.retain(|(span, _)| !broken.iter().any(|broken| broken.contains(&span.start)));
    }
    let shown = masked(text, &hidden);
    let is_broken = !errors.is_empty();
    faults.extend(errors);
    let mistake = |(span, message): (Range<usize>, String)| {
        let origin = Origin::Place(Place::of(path, &shown, span.start, span.end));
        let mistake = Mistake { origin, message: masked(&message, &[]) };
        if !is_broken && of_webhooks.iter().any(|webhooks| webhooks.contains(&span.start)) {
            return mistake;
        }
        secret::hidden_syntax(mistake, text, span.start)
    };
    (NamedSettings { feeds, lists, webhooks }, faults.into_iter().map(mistake).collect())
}

/// The file while it is read.
struct File<'a> {
    text: &'a str,
    days_max: u32,
    environment: Environment<'a>,
    webhooks: Vec<push::WebhookOptions>,
    /// Where secrets stand, which are not shown.
    hidden: Vec<Range<usize>>,
    /// Where webhooks stand: their secrets are known by their places.
    of_webhooks: Vec<Range<usize>>,
    faults: Vec<(Range<usize>, String)>,
    /// Faults that say nothing where the syntax is broken, for what is missing may stand there.
    missing: Vec<(Range<usize>, String)>,
}

impl File<'_> {
    fn given(&self, value: &Spanned<DeValue<'_>>) -> Given {
        Given::from_toml(self.text, value.get_ref(), value.span())
    }

    fn fault(&mut self, span: &Range<usize>, message: String) {
        self.faults.push((span.clone(), message));
    }

    fn hide(&mut self, span: &Range<usize>) {
        self.hidden.push(span.clone());
    }

    fn refuse_unknown(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for (key, _) in table {
            let (name, span) = (key.get_ref().as_ref(), key.span());
            if !known.contains(&name) {
                let near = near(name, known.iter().copied());
                self.fault(&span, format!("unknown key `{name}`; {}", hint(&near, known)));
            }
        }
    }

    /// The value of a key, where there is one and it can be read.
    fn take<T>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        read: impl Fn(&Given) -> Result<T, Fault>,
    ) -> Option<T> {
        let given = self.given(table.get(key)?);
        read(&given).map_err(|fault| self.faults.extend(fault.said(key, &given))).ok()
    }

    /// The strings of a list that may not be empty, as they were given.
    fn strings(&mut self, name: &str, given: &Given) -> Vec<Given> {
        let advice = "write a list of rules such as ['ti:GPU', 'abs:\"leader election\"']".to_owned();
        let fault = match &given.value {
            Value::List(items) if items.is_empty() => Fault::Instead(advice),
            Value::List(items) if items.iter().all(|item| item.text().is_some()) => return items.clone(),
            _ => Fault::WrongType(advice),
        };
        self.faults.extend(fault.said(name, given));
        Vec::new()
    }

    fn feeds(&mut self, table: &DeTable<'_>, lists: &Lists) -> Vec<Arc<feeds::NamedOptions>> {
        let Some(value) = table.get("feed") else { return Vec::new() };
        let advice = "each feed is a section: write [[feed]] and its keys below";
        let items = match value.get_ref() {
            DeValue::Array(items) => items,
            DeValue::Table(_) => {
                self.fault(
                    &value.span(),
                    "`feed` is one section; write [[feed]], for there may be more".to_owned(),
                );
                return Vec::new();
            }
            _ => {
                let given = self.given(value);
                self.faults.extend(Fault::WrongType(advice.to_owned()).said("feed", &given));
                return Vec::new();
            }
        };
        let (mut feeds, mut names) = (Vec::new(), BTreeMap::new());
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                let given = self.given(item);
                self.faults.extend(Fault::WrongType(advice.to_owned()).said("feed", &given));
                continue;
            };
            feeds.extend(self.feed(table, &item.span(), lists));
            let name = table.get("name").and_then(|name| Some((name.get_ref().as_str()?, name.span())));
            if let Some((name, span)) = name {
                let line = self.text[..span.start].matches('\n').count() + 1;
                match names.get(name) {
                    Some(first) => {
                        let advice = "each needs a name of its own";
                        self.fault(
                            &span,
                            format!("`{name}` names the feed of line {first} already; {advice}"),
                        );
                    }
                    None => drop(names.insert(name.to_owned(), line)),
                }
            }
        }
        feeds.into_iter().map(Arc::new).collect()
    }

    fn feed(
        &mut self,
        table: &DeTable<'_>,
        heading: &Range<usize>,
        lists: &Lists,
    ) -> Option<feeds::NamedOptions> {
        self.refuse_unknown(table, &FEED_KEYS);
        for key in ["name", "sources"].into_iter().filter(|key| !table.contains_key(*key)) {
            self.missing.push((heading.clone(), format!("a feed without `{key}`; write {}", example(key))));
        }
        let advice = "write lowercase letters, digits and -, at most 64";
        let name = self.take(table, "name", text(advice, slug));
        let advice = "write a line of text, at most 400 bytes";
        let title = self.take(table, "title", text(advice, title));
        let sources = self.take(table, "sources", sources);
        let query = table.get("query").map(|value| self.given(value));
        let query = query.and_then(|given| self.rule("query", &given, lists));
        let include = self.any(table, "include", lists);
        let exclude = self.any(table, "exclude", lists).map(|rule| rule.negated());
        let known = (self.faults.len(), self.missing.len());
        let scores = self.scores(table, lists);
        let are_whole = known == (self.faults.len(), self.missing.len());
        let min_score = self.min_score(table, are_whole.then_some(&scores));
        let days = self.take(table, "days", integer::<u32>(1..=self.days_max.into()));
        let limit = self.take(table, "limit", integer::<usize>(1..=2000));
        let text = self.take(table, "text", text("write unicode, tex or mathml", TextMode::named));
        let backfill = self.take(table, "backfill", flag);
        let rule = [query, include, exclude].into_iter().flatten().reduce(|all, rule| all.and(&rule));
        if let Some(why) = rule.as_ref().and_then(Query::impossible) {
            self.fault(heading, format!("no paper can be in this feed: {why}"));
        }
        let name = name?;
        let webhooks = self.webhooks(table, &name);
        self.webhooks.extend(webhooks);
        Some(feeds::NamedOptions {
            title: title.unwrap_or_else(|| name.clone()),
            slug: name,
            sources: sources?,
            rule,
            scores,
            min_score,
            days,
            limit,
            text: text.unwrap_or_default(),
            backfill: backfill.unwrap_or(true),
            since: None,
        })
    }

    /// The rules of a list as one that holds where any of them does.
    fn any(&mut self, table: &DeTable<'_>, key: &str, lists: &Lists) -> Option<Query> {
        let given = self.given(table.get(key)?);
        let rules = self.strings(key, &given);
        let rules: Vec<Query> = rules.iter().filter_map(|rule| self.rule(key, rule, lists)).collect();
        rules.into_iter().reduce(|any, rule| any.or(&rule))
    }

    fn scores(&mut self, table: &DeTable<'_>, lists: &Lists) -> Vec<(Query, i64)> {
        let Some(value) = table.get("score") else { return Vec::new() };
        let advice = "write a list such as [{ q = 'ti:GPU', add = 3 }]";
        let mut scores = Vec::new();
        let DeValue::Array(items) = value.get_ref() else {
            let given = self.given(value);
            self.faults.extend(Fault::WrongType(advice.to_owned()).said("score", &given));
            return scores;
        };
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                let given = self.given(item);
                self.faults.extend(
                    Fault::WrongType("write { q = 'ti:GPU', add = 3 }".to_owned()).said("score", &given),
                );
                continue;
            };
            self.refuse_unknown(table, &["q", "add"]);
            for key in ["q", "add"].into_iter().filter(|key| !table.contains_key(*key)) {
                self.missing.push((item.span(), format!("a score without `{key}`; write {}", example(key))));
            }
            let rule = table.get("q").map(|value| self.given(value));
            let rule = rule.and_then(|given| self.rule("q", &given, lists));
            let add = self.take(table, "add", integer::<i64>(-SCORE_MAX..=SCORE_MAX));
            scores.extend(rule.zip(add));
        }
        scores
    }

    /// Without the scores, for one of them could not be read, nobody knows what can be reached.
    fn min_score(&mut self, table: &DeTable<'_>, scores: Option<&Vec<(Query, i64)>>) -> Option<i64> {
        let min_score = self.take(table, "min_score", integer::<i64>(-SCORE_MAX..=SCORE_MAX))?;
        let best = scores.map(|scores| scores.iter().map(|(_, add)| (*add).max(0)).sum::<i64>());
        if let Some(best) = best.filter(|best| min_score > *best) {
            let given = self.given(table.get("min_score")?);
            let why = format!("no paper reaches it, for the scores add up to {best} at most");
            self.faults.extend(Fault::Instead(why).said("min_score", &given));
        }
        Some(min_score)
    }

    fn rule(&mut self, key: &str, given: &Given, lists: &Lists) -> Option<Query> {
        let Value::Text(rule) = &given.value else {
            let advice = "write a rule in quotes such as 'ti:GPU'".to_owned();
            self.faults.extend(Fault::WrongType(advice).said(key, given));
            return None;
        };
        let context = Context { lists, dialect: Dialect::Native };
        filter::parse(rule, &Limits::CONFIG, &context)
            .map_err(|mistakes| self.refuse_rule(given, &mistakes))
            .ok()
    }

    /// Tells each mistake of a rule at its place in the file.
    fn refuse_rule(&mut self, given: &Given, mistakes: &filter::RuleDiagnostics) {
        let literal = self.text.get(given.span.clone()).unwrap_or_default();
        let places = places(literal);
        let is_whole = given.text().is_some_and(|rule| rule.chars().count() + 1 == places.len());
        for mistake in mistakes.as_slice() {
            let place = |position: usize| places.get(position).map(|place| given.span.start + place);
            let span = place(mistake.position).zip(place(mistake.position + mistake.length));
            let span = span.filter(|_| is_whole).map_or(given.span.clone(), |(start, end)| start..end);
            self.fault(&span, mistake.to_string());
        }
    }
}
