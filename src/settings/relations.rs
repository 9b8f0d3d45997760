//! What two settings must not be together.

use super::reader::Reader;
use super::types::Settings;
use crate::domain::push::HubChoice;
use crate::fetch::UpstreamOptions;

/// The shortest retention, in days.
const RETENTION_DAYS_MIN: u32 = 30;

/// Reports every relation that does not hold between settings that are valid by themselves.
pub(super) fn check(settings: &Settings, reader: &mut Reader<'_>) {
    let Settings { server, upstream, subjects, store, feeds, push, .. } = settings;

    let pause_min = UpstreamOptions::pause_min(&upstream.base_url);
    reader.require(upstream.pause >= pause_min, &["upstream.pause_seconds", "upstream.base_url"], || {
        format!("below {} only for a loopback upstream", pause_min.as_secs())
    });

    let (read, total) = ("upstream.read_timeout_seconds", "upstream.total_timeout_seconds");
    let is_ordered = upstream.read_timeout <= upstream.total_timeout;
    // The value of the higher layer is wrong, since the other one was valid before.
    if reader.layer_of(read) > reader.layer_of(total) {
        reader.require(is_ordered, &[read, total], || {
            format!("at most `total_timeout_seconds`, which is {}", upstream.total_timeout.as_secs())
        });
    } else {
        reader.require(is_ordered, &[total, read], || {
            format!("at least `read_timeout_seconds`, which is {}", upstream.read_timeout.as_secs())
        });
    }

    let (retention, fill, window) = (store.retention_days, subjects.fill_days, store.window_days);
    let is_long_enough = retention == 0 || retention >= RETENTION_DAYS_MIN;
    reader.require(is_long_enough, &["store.retention_days"], || {
        format!("at least {RETENTION_DAYS_MIN}, or 0 for ever")
    });
    let is_retained = retention == 0 || fill <= retention;
    reader.require(is_retained, &["subjects.fill_days", "store.retention_days"], || {
        format!("at most `store.retention_days`, which is {retention}")
    });
    reader.require(feeds.days <= window, &["feeds.days", "store.window_days"], || {
        format!("at most `store.window_days`, which is {window}")
    });

    let is_named = !matches!(push.hub, HubChoice::External(_)) || server.base_url.is_some();
    reader.require(is_named, &["push.hub", "server.base_url"], || {
        "an external hub needs `server.base_url`, the address of the feeds that it is told of".to_owned()
    });
}
