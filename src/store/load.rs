//! Reads everything that a store holds.

use super::connection::Connection;
use super::contents::Contents;
use super::numbering::{self, Numbers};
use super::{changes, days, events};

/// A window that holds every day there is: the dates of SQLite have no years before 0.
const WINDOW_DAYS_MAX: u32 = 700_000;

/// [`super::Store::load`], with the highest numbers that were given.
pub(super) async fn load(
    c: &mut Connection<'_>,
    window_days: Option<u32>,
) -> Result<(Contents, Numbers), sqlx::Error> {
    c.begin_reading().await?;
    let window_days = window_days.unwrap_or(WINDOW_DAYS_MAX).min(WINDOW_DAYS_MAX);
    let contents = Contents {
        changes: events::of_window(c, window_days).await?,
        pending_reads: changes::pending_reads(c).await?,
        ..days::read_all(c).await?
    };
    let highest = numbering::highest(c).await?;
    c.commit().await?;
    Ok((contents, highest))
}
