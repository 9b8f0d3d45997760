//! `crosslist query` and `crosslist explain`: what a rule makes of the announcements that are kept.

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::presentation::TextMode;
use crate::feeds::{self, Budget, Limit, Selection, Shelf};
use crate::filter;
use crate::store::{AnyStore, Store};
use crate::text;

use super::{Failure, print, rule, runtime, start_log};

#[derive(clap::Args, Debug)]
pub(super) struct QueryArguments {
    /// A rule such as 'ti:GPU type:new'
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,

    /// Calendar days back from the newest announcement
    #[arg(long, value_name = "N", default_value = "14", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
}

#[derive(clap::Args, Debug)]
pub(super) struct ExplainArguments {
    /// A rule such as 'ti:GPU type:new'
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,

    /// An identifier such as 2602.23598
    #[arg(value_name = "ID", value_parser = identifier)]
    id: ArxivId,
}

pub(super) fn query(global: &super::Arguments, arguments: &QueryArguments) -> Result<(), Failure> {
    let query = rule(&arguments.query)?;
    let shelf = shelf(global)?;
    let all = Selection::of(&AnnounceType::ALL, arguments.days, Limit::Chosen(usize::MAX));
    let selection = Selection { query: Some(query), ..all };
    let events = feeds::assemble(&shelf, &shelf.subjects(), &selection, &Budget::unlimited())
        .map_err(|why| Failure::running(why.to_string()))?;
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["listing", "type", "primary", "id", "title"]);
    for event in &events {
        table.add_row([
            event.listing_date.to_string(),
            event.announce_type.to_string(),
            event.paper.primary().id.to_string(),
            event.paper.id.to_string(),
            text::title(&event.paper, TextMode::default()),
        ]);
    }
    print(&format!("{}\n", table.trim_fmt()))
}

pub(super) fn explain(global: &super::Arguments, arguments: &ExplainArguments) -> Result<(), Failure> {
    let query = rule(&arguments.query)?;
    let shelf = shelf(global)?;
    let explained = feeds::explained(&shelf, &shelf.subjects(), &query, &arguments.id, &Budget::unlimited())
        .map_err(|why| Failure::running(why.to_string()))?;
    let (Some(event), Some(tree)) = (explained.event, explained.tree) else {
        return Err(Failure::running(format!(
            "{} is not among the announcements that are kept",
            arguments.id
        )));
    };
    let head = format!("{} {} of {}", event.paper.id, event.announce_type, event.listing_date);
    let tree = feeds::tree_lines(&tree).into_iter().map(|line| format!("  {line}"));
    let counts = explained
        .counts
        .iter()
        .map(|count| format!("{} of {} papers: {}", count.hits, count.of, count.label));
    let notes = explained.warnings.iter().map(|warning| format!("note: {}", warning.message));
    let lines: Vec<String> = std::iter::once(head).chain(tree).chain(counts).chain(notes).collect();
    print(&format!("{}\n", lines.join("\n")))
}

/// Everything that is kept, indexed.
fn shelf(global: &super::Arguments) -> Result<Shelf, Failure> {
    let settings = global.settings()?;
    start_log(&settings, true);
    let contents = runtime()?.block_on(async {
        let store = AnyStore::open_to_read(&settings.store.options).await?;
        let contents = store.load(None).await;
        store.close().await;
        contents
    });
    let contents = contents.map_err(|error| Failure::running(error.to_string()))?;
    let shelf = Shelf::keeping(u32::MAX);
    for change in &contents.changes {
        shelf.apply(change);
    }
    Ok(shelf)
}

fn identifier(text: &str) -> Result<ArxivId, String> {
    let read = |text: &str| ArxivId::parse(text).map(|(id, _)| id).map_err(|error| error.to_string());
    read(text).or_else(|error| filter::paper_id(text).map_or(Err(error), |id| read(&id)))
}
