//! The sections `[[feed]]`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::file::FeedsFile;
use super::keys::{FEED_KEYS, example, slug, sources, title};
use super::rules::{any_of, rule};
use super::webhooks;
use crate::feeds::NamedOptions;
use crate::filter::{Lists, Query};
use crate::push::WebhookOptions;
use crate::settings::value_kind::{ValueError, boolean, choice, integer, text};

/// The most that one rule adds to or takes from a score.
const SCORE_MAX: i64 = 1_000_000;

/// Every feed that is valid, and the webhooks of all feeds.
pub(super) fn read(
    file: &mut FeedsFile<'_>,
    table: &DeTable<'_>,
    lists: &Lists,
    days_max: u32,
) -> (Vec<Arc<NamedOptions>>, Vec<WebhookOptions>) {
    let advice = "each feed is a section: write [[feed]] and its keys below";
    let (mut feeds, mut all_webhooks, mut lines_of_names) = (Vec::new(), Vec::new(), BTreeMap::new());
    let items = match table.get("feed").map(|value| (value, value.get_ref())) {
        None => return (feeds, all_webhooks),
        Some((_, DeValue::Array(items))) => items,
        Some((value, DeValue::Table(_))) => {
            file.error(
                &value.span(),
                "`feed` is one section; write [[feed]], as there may be more".to_owned(),
            );
            return (feeds, all_webhooks);
        }
        Some((value, _)) => {
            file.wrong_type("feed", value, advice);
            return (feeds, all_webhooks);
        }
    };
    for item in items {
        let DeValue::Table(table) = item.get_ref() else {
            file.wrong_type("feed", item, advice);
            continue;
        };
        let name = file.take(table, "name", &text("write lowercase letters, digits and -, at most 64", slug));
        let feed = feed(file, table, &item.span(), name.as_deref(), lists, days_max);
        feeds.extend(feed.map(Arc::new));
        all_webhooks.extend(name.map(|name| webhooks::read(file, table, &name)).into_iter().flatten());
        if let Some((name, span)) =
            table.get("name").and_then(|name| Some((name.get_ref().as_str()?, name.span())))
        {
            let line = file.text[..span.start].matches('\n').count() + 1;
            if let Some(first) = lines_of_names.get(name) {
                let message =
                    format!("`{name}` is the name of the feed of line {first} already; choose another");
                file.error(&span, message);
            } else {
                lines_of_names.insert(name.to_owned(), line);
            }
        }
    }
    (feeds, all_webhooks)
}

fn feed(
    file: &mut FeedsFile<'_>,
    table: &DeTable<'_>,
    heading: &Range<usize>,
    name: Option<&str>,
    lists: &Lists,
    days_max: u32,
) -> Option<NamedOptions> {
    file.refuse_unknown(table, &FEED_KEYS);
    for key in ["name", "sources"].into_iter().filter(|key| !table.contains_key(*key)) {
        file.missing.push((heading.clone(), format!("a feed without `{key}`; write {}", example(key))));
    }
    let title = file.take(table, "title", &text("write a line of text, at most 400 bytes", title));
    let sources = file.take(table, "sources", &sources());
    let query = table.get("query").map(|value| file.raw(value));
    let query = query.and_then(|raw| rule(file, "query", &raw, lists));
    let include = any_of(file, table, "include", lists);
    let exclude = any_of(file, table, "exclude", lists).map(|rule| rule.negated());
    let errors_before = (file.errors.len(), file.missing.len());
    let scores = scores(file, table, lists);
    let are_valid = errors_before == (file.errors.len(), file.missing.len());
    let min_score = min_score(file, table, are_valid.then_some(&scores));
    let days = file.take(table, "days", &integer::<u32>(1..=days_max.into()));
    let limit = file.take(table, "limit", &integer::<usize>(1..=2000));
    let text = file.take(table, "text", &choice());
    let backfill = file.take(table, "backfill", &boolean());
    let rule = [query, include, exclude].into_iter().flatten().reduce(|all, rule| all.and(&rule));
    if let Some(why) = rule.as_ref().and_then(Query::impossible) {
        file.error(heading, format!("no paper can match this feed: {why}"));
    }
    let name = name?;
    Some(NamedOptions {
        title: title.unwrap_or_else(|| name.to_owned()),
        slug: name.to_owned(),
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

fn scores(file: &mut FeedsFile<'_>, table: &DeTable<'_>, lists: &Lists) -> Vec<(Query, i64)> {
    let Some(value) = table.get("score") else { return Vec::new() };
    let mut scores = Vec::new();
    let DeValue::Array(items) = value.get_ref() else {
        file.wrong_type("score", value, "write a list such as [{ q = 'ti:GPU', add = 3 }]");
        return scores;
    };
    for item in items {
        let DeValue::Table(table) = item.get_ref() else {
            file.wrong_type("score", item, "write { q = 'ti:GPU', add = 3 }");
            continue;
        };
        file.refuse_unknown(table, &["q", "add"]);
        for key in ["q", "add"].into_iter().filter(|key| !table.contains_key(*key)) {
            file.missing.push((item.span(), format!("a score without `{key}`; write {}", example(key))));
        }
        let query = table.get("q").map(|value| file.raw(value));
        let query = query.and_then(|raw| rule(file, "q", &raw, lists));
        let add = file.take(table, "add", &integer::<i64>(-SCORE_MAX..=SCORE_MAX));
        scores.extend(query.zip(add));
    }
    scores
}

/// The minimum, which some paper must be able to reach; `scores` is none if one of them is not valid.
fn min_score(
    file: &mut FeedsFile<'_>,
    table: &DeTable<'_>,
    scores: Option<&Vec<(Query, i64)>>,
) -> Option<i64> {
    let min_score = file.take(table, "min_score", &integer::<i64>(-SCORE_MAX..=SCORE_MAX))?;
    let best = scores.map(|scores| scores.iter().map(|(_, add)| (*add).max(0)).sum::<i64>());
    if let Some(best) = best.filter(|best| min_score > *best) {
        let raw = file.raw(table.get("min_score")?);
        let why = format!("no paper can reach it: the scores add up to {best} at most");
        file.errors.extend(ValueError::Invalid(why).messages("min_score", &raw));
    }
    Some(min_score)
}
