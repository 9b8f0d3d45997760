//! Programs of others that some tests need.
//!
//! A test whose tool is missing passes and leaves a line on standard error; where `CI` is `true` or `1`, it fails.

use std::io::Write;
use std::process::{Command, Stdio};

/// Tells whether `program` runs and succeeds with these arguments; if not, the test is to return.
pub fn has_tool(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let found = command.status().is_ok_and(|status| status.success());
    if !found {
        skip(&format!("`{} {}` failed", program, arguments.join(" ")));
    }
    found
}

/// Reports that the running test is skipped.
///
/// # Panics
///
/// Where nothing may be skipped: `CI` is `true` or `1`.
pub fn skip(reason: &str) {
    let is_required = std::env::var("CI").is_ok_and(|value| matches!(&*value, "true" | "1"));
    assert!(!is_required, "{reason}, and CI is set");
    let thread = std::thread::current();
    let line = format!("skipped: {}: {reason}\n", thread.name().unwrap_or("a test"));
    // Written to the stream itself: the harness swallows what `eprintln!` prints in a test that passes.
    drop(std::io::stderr().write_all(line.as_bytes()));
}
