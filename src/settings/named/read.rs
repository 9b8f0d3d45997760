//! Reads the whole file.

use std::ops::Range;
use std::sync::Arc;

use super::file::{Environment, FeedsFile};
use super::{feeds, lists};
use crate::feeds::NamedOptions;
use crate::filter::Lists;
use crate::push::WebhookOptions;
use crate::settings::diagnostic::{Origin, SettingsDiagnostic, SourceLocation};
use crate::settings::layer::{broken_by, parsed};
use crate::settings::secret;

/// The feeds and lists of `feeds.toml`.
#[derive(Clone, Debug, Default)]
pub struct NamedSettings {
    /// In the order of the file; each slug once.
    pub feeds: Vec<Arc<NamedOptions>>,
    pub lists: Lists,
    /// In the order of the feeds, and of each feed's list.
    pub webhooks: Vec<WebhookOptions>,
}

/// The feeds and lists, and everything that is wrong with the file; with diagnostics, the result is incomplete.
///
/// `path` is for diagnostics, and `days_max` is the limit of a feed's `days`.
pub(in crate::settings) fn read(
    path: &str,
    text: &str,
    days_max: u32,
    environment: Environment<'_>,
) -> (NamedSettings, Vec<SettingsDiagnostic>) {
    let (table, syntax_errors) = parsed(text);
    let table = table.get_ref();
    let mut file = FeedsFile::new(text, environment);
    file.refuse_unknown(table, &["lists", "feed"]);
    let lists = lists::read(&mut file, table);
    let (feeds, webhooks) = feeds::read(&mut file, table, &lists, days_max);

    let mut errors = file.errors;
    if syntax_errors.is_empty() {
        errors.extend(file.missing);
    } else {
        let broken: Vec<Range<usize>> =
            syntax_errors.iter().map(|(span, _)| broken_by(text, span.start)).collect();
        errors.retain(|(span, _)| !broken.iter().any(|broken| broken.contains(&span.start)));
    }
    let is_broken = !syntax_errors.is_empty();
    errors.extend(syntax_errors);
    let shown = secret::masked(text, &file.secrets);
    let diagnostic = |(span, message): (Range<usize>, String)| {
        let origin = Origin::Location(SourceLocation::of(path, &shown, span.start, span.end));
        let diagnostic = SettingsDiagnostic { origin, message: secret::masked(&message, &[]) };
        if !is_broken && file.webhooks.iter().any(|webhooks| webhooks.contains(&span.start)) {
            // The secrets of webhooks are masked by their places; the rest of the line may be shown.
            return diagnostic;
        }
        secret::hidden_syntax(diagnostic, text, span.start)
    };
    let diagnostics = errors.into_iter().map(diagnostic).collect();
    (NamedSettings { feeds, lists, webhooks }, diagnostics)
}
