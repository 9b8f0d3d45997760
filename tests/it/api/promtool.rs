//! Prometheus' own tool, for what is meant for Prometheus.
//!
//! Where it is not installed, what needs it is skipped with a line that says so; with `CROSSLIST_REQUIRE_READERS=1` it
//! fails.

use std::process::Command;

pub fn is_there() -> bool {
    let is_there =
        Command::new("promtool").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(
        is_there || std::env::var_os("CROSSLIST_REQUIRE_READERS").is_none_or(|value| value != "1"),
        "promtool is not installed"
    );
    if !is_there {
        eprintln!("skipped: promtool is not installed");
    }
    is_there
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
