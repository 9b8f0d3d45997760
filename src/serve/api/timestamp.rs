//! Timestamps in JSON answers.

use jiff::Timestamp;

/// RFC 3339, in whole seconds.
pub(in crate::serve) fn timestamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
