//! The command line: what comes out, on which stream, and with which exit code.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::tools::skip;
use crate::support::wait::DEADLINE;

const MONDAY: &str = "demo/cs.DC-new-2026-03-02.html";

fn crosslist(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_crosslist"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A command that reads no input may have ended already.
    drop(child.stdin.take().expect("its input").write_all(input));
    child.wait_with_output().expect("it ends")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command that fails: with this exit code, nothing on standard output and one line that says this.
fn check(arguments: &[&str], code: i32, says: &str) {
    check_with(arguments, b"", code, says);
}

fn check_with(arguments: &[&str], input: &[u8], code: i32, says: &str) {
    let output = crosslist(root(), arguments, input);
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
}

#[test]
fn a_saved_page_becomes_a_feed_in_any_format() {
    for (format, expected) in [("rss", "<rss "), ("atom", "<feed "), ("json", "{\"version\"")] {
        let output = crosslist(root(), &["convert", MONDAY, "--format", format], b"");
        assert!(output.status.success());
        let feed = String::from_utf8(output.stdout).expect("text");
        assert!(feed.contains(expected), "{feed:.200}");
        let parsed = feed_rs::parser::parse(feed.as_bytes()).expect("a feed");
        assert_eq!(parsed.entries.len(), 19, "{format}");
    }
}

#[test]
fn standard_input_types_and_limits_are_understood() {
    let page = std::fs::read(root().join(MONDAY)).expect("a page");
    let arguments = ["convert", "-", "--format", "json", "--type", "new,cross", "--limit", "7"];
    let output = crosslist(root(), &arguments, &page);
    let feed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(feed["items"].as_array().expect("items").len(), 7);
    assert_eq!(feed["feed_url"], "http://127.0.0.1:8080/subjects/cs.DC.json?type=new,cross&limit=7");
}

#[test]
fn pages_of_several_days_make_one_feed_whatever_their_order() {
    let tuesday = "demo/cs.DC-new-2026-03-03.html";
    let (feed, said) = converted(&[MONDAY, tuesday]);
    assert_eq!((count(&feed), said.as_str()), (28, ""));
    assert_eq!(converted(&[tuesday, MONDAY]).0, feed);
}

#[test]
fn a_page_that_is_not_whole_gives_no_feed_and_exit_code_3() {
    let page = std::fs::read(root().join(MONDAY)).expect("a page");
    check_with(&["convert", "-"], &page[..page.len() / 2], 3, "cut off");
    check_with(&["convert", "-"], b"", 3, "an empty file");
    check_with(
        &["convert", "-"],
        b"<html><title>Elsewhere</title></html>",
        3,
        "titled \u{ab}Elsewhere\u{bb}",
    );
    check_with(&["convert", "-"], &[0xff; 4096], 3, "unrecognized");
}

/// The feed that `convert` makes, and what it says beside it.
fn converted(arguments: &[&str]) -> (serde_json::Value, String) {
    let arguments = [&["convert", "--format", "json"], arguments].concat();
    let output = crosslist(root(), &arguments, b"");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{arguments:?}: {said}");
    (serde_json::from_slice(&output.stdout).expect("JSON"), said)
}

fn count(feed: &serde_json::Value) -> usize {
    feed["items"].as_array().expect("items").len()
}

#[test]
fn pages_of_recent_submissions_of_two_weeks_are_joined_by_their_days() {
    // Both name 2 March 2026 with the same 12 papers; the first goes back to 24 February, the second on to 6 March.
    let pages =
        ["tests/fixtures/pages/cs.DC-recent.html", "tests/fixtures/pages/cs.DC-recent-2026-03-06.html"];
    let (feed, said) = converted(&pages);
    assert_eq!((count(&feed), said.as_str()), (16 + 25 - 12, ""));
    let (other, _) = converted(&[pages[1], pages[0]]);
    assert_eq!(feed, other);
    let (with_new, _) = converted(&[pages[0], pages[1], MONDAY]);
    assert_eq!(count(&with_new), 16 + 25 - 12 + 7, "the replacements of Monday");
}

#[test]
fn a_part_of_a_listing_says_which_and_becomes_a_feed_when_that_is_wanted() {
    let part = "tests/fixtures/pages/cs.CV-new-skip690-show25.html";
    check(&["convert", part], 3, "here are entries 691–715 of 2000");
    let (feed, said) = converted(&[part, "--partial"]);
    assert_eq!(count(&feed), 25);
    assert!(
        said.contains("the other pages of the listing are missing; here are entries 691–715 of 2000"),
        "{said}"
    );
    let recent = "tests/fixtures/pages/real-cs.RO-recent-2025-11-12.paperfilter.html";
    check(&["convert", recent], 3, "here are entries 1–50 of 192");
    assert_eq!(count(&converted(&[recent, "--partial"]).0), 50);
    // A page that lost entries is no part, and an incomplete page of recent days puts papers under wrong days.
    for broken in
        ["broken-lag-2026-02-code.html", "astro-ph.EP-recent-2023-03-03.html", "cs.CV-new-overskip.html"]
    {
        let page = format!("tests/fixtures/pages/{broken}");
        check(&["convert", &page, "--partial"], 3, "--partial is for complete pages of a listing");
    }
    assert_eq!(converted(&[MONDAY, "--partial"]).1, "");
}

#[test]
fn bytes_that_are_no_utf_8_are_noted_beside_the_feed() {
    let page = std::fs::read(root().join(MONDAY)).expect("a page");
    let at = page.windows(7).position(|window| window == b"QoSFlow").expect("a title");
    let damaged = [&page[..at], b"\xff", &page[at..]].concat();
    let output = crosslist(root(), &["convert", "-", "--format", "json"], &damaged);
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(said, "crosslist: `-`: item 1: bytes that are not UTF-8 in the title\n");
    assert_eq!(count(&serde_json::from_slice(&output.stdout).expect("JSON")), 19);
}

#[test]
fn a_rule_may_begin_with_a_hyphen() {
    let wanted = count(&converted(&[MONDAY, "--q=-primary:cs.DC"]).0);
    assert!((1..19).contains(&wanted), "{wanted}");
    for arguments in [["--q", "-primary:cs.DC"], ["-q", "-primary:cs.DC"], ["-q", "-(primary:cs.DC)"]] {
        assert_eq!(count(&converted(&[&[MONDAY], &arguments[..]].concat()).0), wanted, "{arguments:?}");
    }
    assert_eq!(count(&converted(&["-q-primary:cs.DC", MONDAY]).0), wanted);
    check(&["convert", MONDAY, "--q"], 2, "a value is required for '--q <QUERY>'");
}

#[test]
fn wrong_arguments_name_the_mistake_and_the_choices_on_one_line() {
    check(&["convert", "nothing.html"], 2, "`nothing.html`: no such file");
    check(&["convert", "demo"], 2, "`demo`: is a folder");
    check(&["convert", MONDAY, MONDAY], 2, "the same page");
    check(&["convert", MONDAY, "--format", "xml"], 2, "choose from rss, atom, json");
    check(&["convert", MONDAY, "--type", "old"], 2, "choose from new, cross, replace, replace-cross");
    check(&["convert", MONDAY, "--limit", "0"], 2, "write a number from 1");
    check(&["convert", MONDAY, "--limit", "-1"], 2, "write a number from 1");
    check(&["convert", MONDAY, "--base-url", "http://a:b@x/"], 2, "write an http or https address");
    check(&["convert", MONDAY, "--type", "-new"], 2, "'-n'");
    check(&["convert"], 2, "<PAGE>...");
    check(&["convert", "-x.html"], 2, "'-x'");
    check(&["convert", "--", "-x.html"], 2, "`-x.html`: no such file");
    check(&["query", "ti:GPU", "--days", "-3"], 2, "-3 is not in 1..=36500");
    check(&["query", "ti:GPU", "type:new"], 2, "unexpected argument 'type:new'");
    check(&["explain", "-ti:GPU", "none"], 2, "`none` is not an arXiv identifier");
    check(
        &["fetch", "cs.DK", "quantph"],
        2,
        "near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS; unknown subject `quantph`",
    );
    check(&["serve", "--now", "2026-03-06 00:30"], 2, "write a time with its offset");
    check(&["serve", "--listen", "here"], 2, "write an IP address and a port");
    check(&["serve", "--store", "data"], 2, "write sqlite: and the path of a file");
    check(&["serve", "--replay", "nowhere"], 2, "`nowhere`");
    check(&["serve", "--replay", "src"], 2, "holds no page");
    check(&["nothing"], 2, "unrecognized subcommand");
}

#[test]
fn a_wrong_named_feed_fails_the_check_and_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("config")).expect("a folder");
    let write = |text: &str| std::fs::write(folder.path().join("config/feeds.toml"), text).expect("a file");
    write("[[feed]]\nname = \"a\"\nsources = [\"cs.DC\"]\nquery = 'ti:GPU cat:cs.DK'\n");
    for command in ["check", "serve"] {
        let output = crosslist(folder.path(), &[command], b"");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{command}: {said}");
        assert!(said.contains("config/feeds.toml:4:21: unknown category 'cs.DK'"), "{command}: {said}");
    }
    write("[[feed]]\nname = \"a\"\nsources = [\"cs.DC\"]\n");
    let output = crosslist(folder.path(), &["check"], b"");
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.ends_with("`config/feeds.toml` is valid: 1 named feed\n"), "{said}");
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    check(
        &["serve", "--replay", "demo", "--listen", &address, "--log", "error"],
        1,
        &format!("cannot listen on {address}"),
    );
}

#[test]
fn a_round_is_reported_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = root().join("demo");
    let demo = demo.to_str().expect("text");
    let arguments = ["fetch", "cs.dc+cs.DC", "--replay", demo, "--store", "sqlite:kept/crosslist.db"];
    let output = crosslist(folder.path(), &arguments, b"");
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(table.contains("complete") && table.contains("2026-03-06"), "{table}");
    assert!(folder.path().join("kept/crosslist.db").is_file());
    let without_a_page = crosslist(folder.path(), &["fetch", "cs.LG", "--replay", demo], b"");
    assert_eq!(without_a_page.status.code(), Some(1));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_rule_is_asked_of_what_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = root().join("demo");
    let demo = demo.to_str().expect("text");
    let store = "sqlite:data/crosslist.db";
    let nothing_kept = crosslist(folder.path(), &["query", "GPU"], b"");
    assert_eq!(nothing_kept.status.code(), Some(1));
    assert!(!folder.path().join("data").exists());
    assert!(
        crosslist(folder.path(), &["fetch", "cs.DC", "--replay", demo, "--store", store], b"")
            .status
            .success()
    );
    let found = crosslist(folder.path(), &["query", "type:cross"], b"");
    let table = String::from_utf8(found.stdout).expect("text");
    assert_eq!(table.lines().count(), 7, "{table}");
    let without = crosslist(folder.path(), &["query", "-type:replace"], b"");
    assert_eq!(String::from_utf8(without.stdout).expect("text"), table);
    let explained = crosslist(folder.path(), &["explain", "-type:replace", "2603.09577"], b"");
    assert!(explained.status.success());
    let explained = crosslist(folder.path(), &["explain", "type:cross -zzzz", "2603.09577"], b"");
    let text = String::from_utf8(explained.stdout).expect("text");
    assert!(text.contains("true  AND") && text.contains("6 of 7 papers: type:cross"), "{text}");
    let wrong = crosslist(folder.path(), &["query", "gpu or fpga"], b"");
    let said = String::from_utf8(wrong.stderr).expect("text");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said.contains("gpu or fpga\n    ^^ "), "{said}");
}

#[test]
fn a_store_is_backed_up_and_copied_and_no_password_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = root().join("demo");
    let demo = demo.to_str().expect("text");
    let run = |arguments: &[&str]| {
        let output = crosslist(folder.path(), arguments, b"");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        (output.status.code(), text)
    };
    assert_eq!(run(&["fetch", "cs.DC", "--replay", demo, "--store", "sqlite:data/crosslist.db"]).0, Some(0));
    let (code, said) = run(&["store", "backup", "backup.db"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&["store", "copy", "sqlite:backup.db", "sqlite:copy.db"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("7 events, 7 memberships, 1 days, 1 reads, 0 requests, 0 rules"), "{said}");
    let (code, said) = run(&["store", "backup", "backup.db"]);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = run(&["store", "copy", "postgres://ann:s3cret@db", "nowhere"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("FROM: this is no address") && said.contains("TO: `nowhere` names no store"),
        "{said}"
    );
    assert!(!said.contains("s3cret"), "{said}");
    let closed = "postgres://ann:s3cret@127.0.0.1:1/feeds";
    let (code, said) = run(&["store", "copy", "sqlite:backup.db", closed]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no PostgreSQL answers there") && !said.contains("s3cret"), "{said}");
}

/// What a program that we did not write says of a text on its standard input; nothing where it is missing.
fn opinion(program: &str, arguments: &[&str], text: &[u8]) -> Option<(bool, String)> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        skip(&format!("there is no {program}"));
        return None;
    };
    drop(child.stdin.take().expect("its input").write_all(text));
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Some((output.status.success(), said))
}

#[test]
fn shells_understand_their_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = crosslist(root(), &["completions", shell], b"");
        assert!(output.status.success(), "{shell}");
        let script = String::from_utf8(output.stdout).expect("text");
        for word in ["export", "set-aside", "base-url", "replay"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        if ["bash", "zsh", "fish"].contains(&shell)
            && let Some((is_right, said)) = opinion(shell, &["-n"], script.as_bytes())
        {
            assert!(is_right && said.is_empty(), "{shell}: {said}");
        }
    }
    // A shell that has read it completes a command.
    let script = crosslist(root(), &["completions", "bash"], b"").stdout;
    let ask = b"\nCOMP_WORDS=(crosslist ex); COMP_CWORD=1; _crosslist crosslist ex crosslist; echo \"${COMPREPLY[*]}\"\n";
    if let Some((_, said)) = opinion("bash", &[], &[&script[..], &ask[..]].concat()) {
        let mut words: Vec<&str> = said.split_whitespace().collect();
        words.sort_unstable();
        assert_eq!(words, ["explain", "export"]);
    }
    check(&["completions", "tcsh"], 2, "bash, elvish, fish, powershell, zsh");
}

#[test]
fn the_manual_has_every_command_and_renders_without_a_warning() {
    let output = crosslist(root(), &["man"], b"");
    assert!(output.status.success());
    let help = String::from_utf8(crosslist(root(), &["--help"], b"").stdout).expect("text");
    let commands = help.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next());
    let commands: Vec<&str> = commands
        .expect("a list")
        .lines()
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !["help", "store"].contains(name))
        .collect();
    assert!(commands.len() > 10, "{commands:?}");
    let rendered = opinion("groff", &["-ww", "-man", "-Tascii", "-P-c", "-P-b", "-P-u"], &output.stdout);
    if let Some((is_right, page)) = rendered {
        assert!(is_right && !page.contains("warning"), "{page}");
        for name in commands.into_iter().chain(["store copy", "store backup", "store set-aside"]) {
            let heading = format!("crosslist {name}");
            assert!(page.lines().any(|line| line.trim() == heading), "no section for {name}");
        }
        for heading in ["ENVIRONMENT", "FILES", "SIGNALS", "EXIT STATUS", "EXAMPLES", "--base-url URL"] {
            assert!(page.contains(heading), "{heading} is missing");
        }
    }
    if let Some((_, said)) = opinion("mandoc", &["-T", "lint", "-W", "warning"], &output.stdout) {
        // The page has no date, so that the same program prints the same page.
        let said: Vec<&str> = said.lines().filter(|line| !line.contains("date")).collect();
        assert!(said.is_empty(), "{said:?}");
    }
}

#[test]
fn a_service_that_does_not_run_is_not_healthy() {
    let output = Command::new(env!("CARGO_BIN_EXE_crosslist"))
        .arg("health")
        .env("CROSSLIST_SERVER__LISTEN", "127.0.0.1:1")
        .output()
        .expect("it ends");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_hangup_reloads_a_running_service_and_ends_it_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("x.toml");
    std::fs::write(&config, "[server]\nlisten = \"127.0.0.1:0\"\n").expect("a file");
    let mut service = Command::new(env!("CARGO_BIN_EXE_crosslist"))
        .args(["serve", "--replay", "demo", "--config"])
        .arg(&config)
        .current_dir(root())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let log = BufReader::new(service.stderr.take().expect("its log"));
    let (told, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
    let until = |what: &str| loop {
        let line = lines.recv_timeout(DEADLINE).expect(what);
        if line.contains(what) {
            return line;
        }
    };
    let pid = service.id().to_string();
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, &pid]).status().expect("it ends").success());
    };
    until("listening on http://");
    signal("-HUP");
    let line = until("nothing has changed");
    assert!(line.contains("\"reload.by\":\"SIGHUP\"") && line.contains("\"INFO\""), "{line}");
    std::fs::write(&config, "[server]\nlisten = \"127.0.0.1:1\"\n[feeds]\nlimit = 3\n").expect("a file");
    signal("-HUP");
    let line = until("in force");
    assert!(line.contains("\"settings.changed\":\"feeds.limit\""), "{line}");
    let line = until("needs a restart");
    assert!(line.contains("`server.listen`") && line.contains("\"WARN\""), "{line}");
    std::fs::write(&config, "[server]\nlisten = \"127.0.0.1:1\"\n[feeds]\nlimit = 0\n").expect("a file");
    signal("-HUP");
    let line = until("the old ones stay in force");
    assert!(line.contains("x.toml:4:9: `limit` is 0") && line.contains("\"ERROR\""), "{line}");
    std::fs::write(&config, "[feeds]\nlimit = 3\n[log]\nlevel = \"warn\"\n").expect("a file");
    signal("-HUP");
    until("log.level");
    signal("-TERM");
    assert!(service.wait().expect("it ends").success());
    let rest: Vec<String> = lines.iter().collect();
    assert!(!rest.iter().any(|line| line.contains("stopped")), "nothing below the new level: {rest:?}");
}

#[test]
fn a_refresh_shows_the_token_that_lies_beside_the_store_and_is_nothing_without_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("x.db").display());
    let mut service = Command::new(env!("CARGO_BIN_EXE_crosslist"))
        .args(["serve", "--replay", "demo", "--listen", "127.0.0.1:0", "--store", &store])
        .current_dir(root())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut log = BufReader::new(service.stderr.take().expect("its log")).lines().map_while(Result::ok);
    let said = log.find(|line| line.contains("listening on http://")).expect("an address");
    let address = said.split("listening on http://").nth(1).expect("an address");
    let address: String = address.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
    let token = folder.path().join("x.db.token");
    assert_eq!(token.metadata().expect("a token").permissions().mode() & 0o777, 0o600);
    let refresh = |store: &str, key: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosslist"));
        command.args(["refresh", "cs.DC"]).current_dir(folder.path());
        command.env("CROSSLIST_SERVER__LISTEN", &address).env("CROSSLIST_STORE__URL", store);
        if !key.is_empty() {
            command.env("CROSSLIST_ACCESS__ADMIN_KEYS", key);
        }
        let output = command.output().expect("it ends");
        let said = String::from_utf8(output.stdout).expect("text") + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said)
    };
    let (code, said) = refresh(&store, "");
    assert!(code == Some(0) && said.contains("complete"), "{said}");
    let (code, said) = refresh("sqlite:y.db", "");
    assert!(code == Some(1) && said.contains("cannot read the token `y.db.token`"), "{said}");
    let (code, said) = refresh("postgres://a@127.0.0.1:1/b", "");
    assert!(code == Some(2) && said.contains("access.admin_keys"), "{said}");
    let (code, said) = refresh(&store, "0123456789abcdef");
    assert!(code == Some(1) && said.contains("404"), "{said}");
    let pid = service.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("it ends").success());
    assert!(service.wait().expect("it ends").success());
}
