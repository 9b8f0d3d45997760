//! `crosslist query` and `crosslist explain`: run a rule on the stored announcements.

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::presentation::TextMode;
use crate::feeds::{self, Budget, Limit, Selection, WorkingSet};
use crate::filter;
use crate::store::Store;
use crate::text;

use super::failure::Failure;
use super::global::{GlobalArguments, start_quiet_log};
use super::output::{self, print};
use super::runtime::runtime;
use super::values::rule;

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

pub(super) fn query(global: &GlobalArguments, arguments: &QueryArguments) -> Result<(), Failure> {
    let query = rule(&arguments.query)?;
    let working_set = working_set(global)?;
    let all = Selection::of(&AnnounceType::ALL, arguments.days, Limit::Chosen(usize::MAX));
    let selection = Selection { query: Some(query), ..all };
    let events = feeds::assemble(&working_set, &working_set.subjects(), &selection, &Budget::unlimited())
        .map_err(|why| Failure::running(why.to_string()))?;
    let rows = events.iter().map(|event| {
        [
            event.listing_date.to_string(),
            event.announce_type.to_string(),
            event.paper.primary().id.to_string(),
            event.paper.id.to_string(),
            text::title(&event.paper, TextMode::default()),
        ]
    });
    print(&format!("{}\n", output::table(["listing", "type", "primary", "id", "title"], rows)))
}

pub(super) fn explain(global: &GlobalArguments, arguments: &ExplainArguments) -> Result<(), Failure> {
    let query = rule(&arguments.query)?;
    let working_set = working_set(global)?;
    let explained =
        feeds::explained(&working_set, &working_set.subjects(), &query, &arguments.id, &Budget::unlimited())
            .map_err(|why| Failure::running(why.to_string()))?;
    let (Some(event), Some(tree)) = (explained.event, explained.tree) else {
        return Err(Failure::running(format!("{} is not in the store", arguments.id)));
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

/// All stored announcements, indexed.
fn working_set(global: &GlobalArguments) -> Result<WorkingSet, Failure> {
    let settings = global.settings(&[])?;
    start_quiet_log(&settings);
    let contents = runtime()?.block_on(async {
        let store = Store::open_to_read(&settings.store.options).await?;
        let contents = store.load(None).await;
        store.close().await;
        contents
    });
    let contents = contents.map_err(|error| Failure::running(error.to_string()))?;
    let working_set = WorkingSet::keeping(u32::MAX);
    for change in &contents.changes {
        working_set.apply(change);
    }
    Ok(working_set)
}

fn identifier(text: &str) -> Result<ArxivId, String> {
    let read = |text: &str| ArxivId::parse(text).map(|(id, _)| id).map_err(|error| error.to_string());
    read(text).or_else(|error| filter::paper_id(text).map_or(Err(error), |id| read(&id)))
}
