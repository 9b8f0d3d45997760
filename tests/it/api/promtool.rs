//! Prometheus' own tool, for what is meant for Prometheus.
//!
//! Where it is not installed, what needs it is skipped (`support::tools`).

use std::process::Command;

use crate::support::tools::has_tool;

pub fn is_there() -> bool {
    has_tool("promtool", &["--version"])
}

#[test]
fn the_alert_rules_are_valid_and_fire_when_they_should() {
    if !is_there() {
        return;
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    for arguments in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]] {
        let output =
            Command::new("promtool").args(arguments).current_dir(folder).output().expect("promtool starts");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}
