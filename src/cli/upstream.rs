//! The arguments that put saved pages in place of arXiv and set the clock.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use super::failure::Failure;
use crate::fetch::{ReplayError, Upstream};
use crate::settings::Settings;
use crate::startup::{self, SystemClock};

#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct UpstreamArguments {
    /// Read saved pages from a folder instead of arXiv
    #[arg(long, value_name = "DIR")]
    pub(super) replay: Option<PathBuf>,

    /// Start the clock at this time, such as 2026-03-06T22:00:00Z; a date alone means noon UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

impl UpstreamArguments {
    /// arXiv or the folder of saved pages, and the clock that belongs to it.
    pub(super) fn open(&self, settings: &Settings) -> Result<(Upstream, SystemClock), Failure> {
        startup::upstream(&settings.upstream, self.replay.as_deref(), self.now).map_err(|error| {
            match error.downcast_ref::<ReplayError>() {
                Some(_) => Failure::wrong(error.to_string()),
                None => Failure::from(error),
            }
        })
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    // The parser of dates ignores a time after the date, which would be another moment.
    let is_date = text.len() == "2026-03-06".len();
    let date = || text.parse::<Date>().ok().filter(|_| is_date);
    let noon = |date: Date| date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse().ok().or_else(|| date().and_then(noon).map(|zoned| zoned.timestamp()));
    moment.ok_or_else(|| {
        "write a time with its offset such as 2026-03-06T22:00:00Z, or a date such as 2026-03-06".to_owned()
    })
}
