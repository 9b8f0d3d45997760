//! Loads the settings from every source.

use super::diagnostic::SettingsDiagnostics;
use super::reader::Reader;
use super::sources::Sources;
use super::types::Settings;
use super::{relations, table};

/// The largest valid `store.window_days`.
const WINDOW_DAYS_MAX: u32 = 365;

/// Reads every layer and decides each setting.
///
/// # Errors
/// Everything that is wrong in any layer, at once.
pub fn load(sources: &Sources) -> Result<Settings, SettingsDiagnostics> {
    let (layers, mut diagnostics) = sources.layers();
    let mut reader = Reader::new(&layers);
    let settings = table::read(&mut reader);
    if let Some(settings) = &settings {
        relations::check(settings, &mut reader);
    }
    let window_days = settings.as_ref().map(|settings| settings.store.window_days);
    let window_days = window_days.filter(|_| reader.is_valid("store.window_days"));
    let (named, errors) = sources.named(window_days.unwrap_or(WINDOW_DAYS_MAX));
    diagnostics.extend(reader.finish());
    diagnostics.extend(errors);
    match settings {
        Some(settings) if diagnostics.is_empty() => Ok(Settings { named, ..settings }),
        _ => Err(SettingsDiagnostics::new(diagnostics)),
    }
}
