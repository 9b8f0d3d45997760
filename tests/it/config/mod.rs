//! The settings: defaults, layers, and diagnostics with their places.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use crosslist::domain::taxonomy::SubjectId;
use crosslist::settings::{self, LogFormat, Origin, SHIPPED, Settings, Sources};

mod named;
mod webhooks;

const SCHEMA: &str = include_str!("../../../config/schema.json");

/// Loads `text` as the file, with an environment of `NAME=value` pairs.
fn load(text: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    fs::write(&path, text).expect("a file");
    let sources = Sources::new(Some(path), environment.iter().copied());
    let shortened = |message: String| message.replace(&format!("{}/", folder.path().display()), "");
    settings::load(&sources).map_err(|mistakes| shortened(mistakes.to_string()))
}

fn accepted(text: &str) -> Settings {
    load(text, &[]).unwrap_or_else(|mistakes| panic!("{text}\nis refused:\n{mistakes}"))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let mistakes = load(text, &[]).map(|_| ()).expect_err(text);
    assert_eq!(mistakes, expected.trim_matches('\n'), "\ngot:\n{mistakes}\n");
}

#[track_caller]
fn refused_variable(name: &str, value: &str, expected: &str) {
    let mistakes = load("", &[(name, value)]).map(|_| ()).expect_err(value);
    assert_eq!(mistakes, expected, "{name}={value}");
}

fn shipped() -> BTreeMap<String, toml::Value> {
    let table: toml::Table = SHIPPED.parse().expect("the shipped file is TOML");
    let key = |section: &str, name: &str| format!("{section}.{name}");
    table
        .iter()
        .flat_map(|(section, keys)| {
            let keys = keys.as_table().expect("only sections at the top");
            keys.iter().map(move |(name, value)| (key(section, name), value.clone()))
        })
        .collect()
}

#[test]
fn the_shipped_file_states_the_defaults() {
    let settings = settings::load(&Sources::default()).expect("no mistakes");
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.server.workers, None);
    assert_eq!(settings.server.base_url, None);
    assert_eq!(settings.server.cold_wait, Duration::from_secs(20));
    assert_eq!(settings.upstream.base_url.as_str(), "https://arxiv.org/");
    assert_eq!(settings.upstream.contact, "");
    assert_eq!(settings.upstream.pause, Duration::from_secs(15));
    assert_eq!(settings.upstream.connect_timeout, Duration::from_secs(10));
    assert_eq!(settings.upstream.read_timeout, Duration::from_secs(30));
    assert_eq!(settings.upstream.total_timeout, Duration::from_mins(2));
    assert_eq!(settings.upstream.page_bytes_max, 32 << 20);
    assert_eq!(settings.subjects.watch, []);
    assert!(settings.subjects.on_demand);
    assert_eq!(settings.subjects.on_demand_max, 40);
    assert_eq!(settings.subjects.fill_days, 7);
    assert_eq!(settings.feeds.days, 14);
    assert_eq!(settings.feeds.limit, 500);
    assert_eq!(settings.cache.bytes_max, 64 << 20);
    assert_eq!(settings.log.format, LogFormat::Auto);
    assert_eq!(settings.log.level, "info");
}

#[test]
fn every_section_and_key_of_the_shipped_file_has_a_sentence_above_it() {
    let lines: Vec<&str> = SHIPPED.lines().collect();
    for (line, above) in lines.iter().skip(1).zip(&lines) {
        if line.starts_with('[') || line.contains(" = ") && !line.starts_with('#') {
            assert!(above.starts_with("# ") && above.ends_with('.'), "no sentence above: {line}");
        }
    }
}

#[test]
fn a_setting_of_the_file_replaces_its_default_alone() {
    let settings = accepted("[server]\nworkers = 8\n[subjects]\nwatch = [\"CS.dc\", \"math.MP\"]\n");
    assert_eq!(settings.server.workers.map(usize::from), Some(8));
    assert_eq!(
        settings.subjects.watch.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        ["cs.DC", "math-ph"]
    );
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
}

#[test]
fn a_variable_overrides_the_file_and_a_flag_overrides_the_variable() {
    let settings =
        load("[feeds]\ndays = 3\nlimit = 4\n", &[("CROSSLIST_FEEDS__DAYS", "5")]).expect("no mistakes");
    assert_eq!((settings.feeds.days, settings.feeds.limit), (5, 4));

    let sources =
        Sources { environment: vec![("CROSSLIST_FEEDS__DAYS".into(), "5".into())], ..Sources::default() };
    let settings = settings::load(&sources.with_override("--days", "feeds.days", "6")).expect("no mistakes");
    assert_eq!(settings.feeds.days, 6);
}

#[test]
fn a_variable_holds_toml_or_a_plain_string() {
    let read = |name: &str, value: &str| load("", &[(name, value)]).expect("no mistakes");
    let watch = |value| read("CROSSLIST_SUBJECTS__WATCH", value).subjects.watch;
    let subject = |id| SubjectId::parse(id).expect("known");
    assert_eq!(watch("cs.DC, quant-ph"), [subject("cs.DC"), subject("quant-ph")]);
    assert_eq!(watch("[\"cs.DC\"]"), [subject("cs.DC")]);
    assert_eq!(watch("cs.DC"), [subject("cs.DC")]);
    assert_eq!(watch(""), []);
    assert_eq!(read("CROSSLIST_SERVER__LISTEN", "[::1]:80").server.listen.to_string(), "[::1]:80");
    assert_eq!(read("CROSSLIST_SERVER__LISTEN", "\"0.0.0.0:80\"").server.listen.to_string(), "0.0.0.0:80");
    assert_eq!(read("CROSSLIST_SERVER__BASE_URL", "").server.base_url, None);
    assert!(!read("CROSSLIST_SUBJECTS__ON_DEMAND", " false ").subjects.on_demand);
}

#[test]
fn other_programs_variables_are_left_alone() {
    let foreign =
        [("CROSSLIST_PORT", "tcp://10.0.0.1:80"), ("CROSSLIST_SERVICE_HOST", "x"), ("PATH__X", "y")];
    assert!(load("", &foreign).is_ok());
}

#[test]
fn a_value_out_of_range_is_shown_with_the_range() {
    refused(
        "[server]\nworkers = 999 # many\n",
        r"
x.toml:2:11: `workers` is 999; write an integer from 0 to 256
    2 | workers = 999 # many
      |           ^^^",
    );
    refused(
        "feeds.limit = 99999999999999999999\n",
        r"
x.toml:1:15: `limit` is 99999999999999999999; write an integer from 1 to 2000
    1 | feeds.limit = 99999999999999999999
      |               ^^^^^^^^^^^^^^^^^^^^",
    );
    refused(
        "[log]\nformat = 'xml'\n",
        r"
x.toml:2:10: `format` is 'xml'; choose from auto, human, json
    2 | format = 'xml'
      |          ^^^^^",
    );
    refused(
        "[log]\nlevel = \"inof\"\n",
        r#"
x.toml:2:9: `level` is "inof"; choose from error, warn, info, debug, trace, or write a filter such as crosslist=debug
    2 | level = "inof"
      |         ^^^^^^"#,
    );
}

#[test]
fn a_wrong_type_is_named() {
    refused(
        "[server]\n\tworkers = \"8\"\n[subjects]\non_demand = 1\nwatch = \"cs.DC\"\n",
        r#"
x.toml:2:12: `workers` is "8", a string; write an integer from 0 to 256
    2 |  workers = "8"
      |            ^^^
x.toml:4:13: `on_demand` is 1, an integer; write true or false
    4 | on_demand = 1
      |             ^
x.toml:5:9: `watch` is "cs.DC", a string; write a list of strings such as ["cs.DC", "quant-ph"]
    5 | watch = "cs.DC"
      |         ^^^^^^^"#,
    );
    refused(
        "server = 3\n[server.listen]\nx = 1\n",
        r"
x.toml:1:1: `server` is 3; it is a section: write [server]
    1 | server = 3
      | ^^^^^^
x.toml:2:2: cannot extend value of type integer with a dotted key
    2 | [server.listen]
      |  ^^^^^^",
    );
    refused(
        "[server.listen]\nport = 1\n",
        r"
x.toml:1:1: `listen` is [server.listen], a table; write an IP address and a port such as 127.0.0.1:8080, in quotes
    1 | [server.listen]
      | ^^^^^^^^^^^^^^^",
    );
}

#[test]
fn an_unknown_key_is_answered_with_what_comes_near() {
    refused(
        "[server]\nlisen = \"127.0.0.1:1\"\npause_seconds = 9\ncolor = \"red\"\n",
        r#"
x.toml:2:1: unknown key `lisen`; near: listen
    2 | lisen = "127.0.0.1:1"
      | ^^^^^
x.toml:3:1: unknown key `pause_seconds`; near: upstream.pause_seconds
    3 | pause_seconds = 9
      | ^^^^^^^^^^^^^
x.toml:4:1: unknown key `color`; choose from listen, workers, base_url, cold_wait_seconds, trusted_proxies, delta_agents, connections_max
    4 | color = "red"
      | ^^^^^"#,
    );
    refused(
        "days = 3\n[sever]\nlisten = \"127.0.0.1:1\"\nx = 1\n[zzz]\n",
        r"
x.toml:1:1: unknown key `days`; near: feeds.days
    1 | days = 3
      | ^^^^
x.toml:2:2: unknown section `sever`; near: server
    2 | [sever]
      |  ^^^^^
x.toml:5:2: unknown section `zzz`; choose from server, upstream, subjects, store, feeds, cache, access, limits, push, log
    5 | [zzz]
      |  ^^^",
    );
}

#[test]
fn a_wrong_key_is_told_and_not_shown() {
    refused(
        "[access]\nkeys = [\"good-key-of-a-reader\", \"secret\"]\nadmin_keys = 7\n",
        r"
x.toml:2:8: a key of 6 characters is not valid; write 16 to 256 ASCII letters, digits and punctuation, without spaces, commas, quotes and backslashes
    2 | keys = …
      |        ^
x.toml:3:14: write a list of keys, in quotes
    3 | admin_keys = …
      |              ^",
    );
}

#[test]
fn keys_come_from_a_file_a_variable_and_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    std::fs::write(&path, "# readers\nreader-of-the-file-1\n\n  reader-of-the-file-2\n").expect("written");
    let file = format!("[access]\nkeys = [\"reader-of-the-settings\"]\nkeys_file = {path:?}\n");
    let keys = |settings: &Settings| settings.access.reader_keys().map(str::to_owned).collect::<Vec<_>>();
    let settings = load(&file, &[]).expect("valid settings");
    assert_eq!(keys(&settings), ["reader-of-the-settings", "reader-of-the-file-1", "reader-of-the-file-2"]);
    assert!(!format!("{settings:?}").contains("reader-of"));
    let variable = [("CROSSLIST_ACCESS__KEYS", "reader-of-a-variable, another-reader-of-it")];
    let settings = load("", &variable).expect("valid settings");
    assert_eq!(keys(&settings), ["reader-of-a-variable", "another-reader-of-it"]);
    let mistakes = load("access.keys_file = \"/nowhere\"\n", &[]).map(|_| ()).expect_err("no file");
    assert!(mistakes.contains("write the path of a file with a key in each line"), "{mistakes}");
}

#[test]
fn every_wrong_subject_of_a_list_is_shown_at_its_place() {
    refused(
        "[subjects]\nwatch = [\n  \"cs.DC\",\n  \"quantph\",\n  \"CS.dc\",\n]\n",
        r#"
x.toml:4:3: unknown subject `quantph`; near: quant-ph
    4 |   "quantph",
      |   ^^^^^^^^^
x.toml:5:3: `CS.dc` is cs.DC, which is listed already; keep one
    5 |   "CS.dc",
      |   ^^^^^^^"#,
    );
}

#[test]
fn every_syntax_error_is_shown_and_hides_no_other_mistake() {
    refused(
        "[server]\nworkers =\nlisten = 127.0.0.1:80\ncold_wait_seconds = 0\n[feeds]\ndays = 1\ndays = 2\n\
         [log]\nlevel = \"info\n",
        r#"
x.toml:2:10: the value is missing
    2 | workers =
      |          ^
x.toml:3:10: `127.0.0.1:80` is not a TOML value; a string needs quotes
    3 | listen = 127.0.0.1:80
      |          ^^^^^^^^^^^^
x.toml:4:21: `cold_wait_seconds` is 0; write an integer from 1 to 300
    4 | cold_wait_seconds = 0
      |                     ^
x.toml:7:1: `days` is set twice; keep one
    7 | days = 2
      | ^^^^
x.toml:9:14: invalid basic string, expected `"`
    9 | level = "info
      |              ^"#,
    );
    refused(
        "[server\nlisten = \"x\"\nworkers = 1\n[feeds]\ndays = 0\n",
        r"
x.toml:1:8: unclosed table, expected `]`
    1 | [server
      |        ^
x.toml:5:8: `days` is 0; write an integer from 1 to 365
    5 | days = 0
      |        ^",
    );
}

#[test]
fn a_short_pause_is_for_this_machine_alone() {
    refused(
        "[upstream]\npause_seconds = 1\n",
        r"
x.toml:2:17: `pause_seconds` is 1; below 3 only for a loopback upstream
    2 | pause_seconds = 1
      |                 ^",
    );
    for base_url in ["http://127.0.0.1:8099", "http://localhost:1", "http://[::1]:1", "https://127.9.9.9"] {
        let settings = accepted(&format!("[upstream]\npause_seconds = 0.05\nbase_url = \"{base_url}\"\n"));
        assert_eq!(
            (settings.upstream.pause, settings.upstream.check_pause()),
            (Duration::from_millis(50), Ok(()))
        );
    }
    let variable = [("CROSSLIST_UPSTREAM__BASE_URL", "https://arxiv.org")];
    let mistakes = load("upstream = { base_url = \"http://localhost:1\", pause_seconds = 0 }\n", &variable);
    assert_eq!(
        mistakes.map(|_| ()).expect_err("arXiv is not this machine").lines().next(),
        Some("x.toml:1:63: `pause_seconds` is 0; below 3 only for a loopback upstream")
    );
}

#[test]
fn a_pause_is_a_number_of_seconds() {
    for wrong in ["-1", "3600.5", "nan", "inf", "-0.1", "99999999999999999999"] {
        let mistakes = load(&format!("[upstream]\npause_seconds = {wrong}\n"), &[]).map(|_| ());
        let message = format!("x.toml:2:17: `pause_seconds` is {wrong}; write a number from 0 to 3600");
        assert_eq!(mistakes.expect_err(wrong).lines().next(), Some(message.as_str()));
    }
    assert_eq!(accepted("upstream.pause_seconds = 3.5\n").upstream.pause, Duration::from_millis(3500));
}

#[test]
fn the_later_of_two_timeouts_that_disagree_is_blamed() {
    refused(
        "[upstream]\nread_timeout_seconds = 200\n",
        r"
x.toml:2:24: `read_timeout_seconds` is 200; at most `total_timeout_seconds`, which is 120
    2 | read_timeout_seconds = 200
      |                        ^^^",
    );
    refused(
        "[upstream]\nread_timeout_seconds = 20\ntotal_timeout_seconds = 10\n",
        r"
x.toml:3:25: `total_timeout_seconds` is 10; at least `read_timeout_seconds`, which is 20
    3 | total_timeout_seconds = 10
      |                         ^^",
    );
}

#[test]
fn an_upstream_is_asked_over_https_or_on_this_machine() {
    let line = |text: &str| load(text, &[]).map(|_| ()).expect_err(text);
    for wrong in [
        "http://arxiv.org",
        "https://user@arxiv.org",
        "https://arxiv.org?x",
        "ftp://127.0.0.1",
        "arxiv.org",
        "http://localhost.evil.example",
        "",
    ] {
        // A user may have a password.
        let shown = wrong.replace("user@", "…@");
        let expected = format!(
            "x.toml:1:21: `base_url` is \"{shown}\"; \
             write an https address such as https://arxiv.org; http is for a loopback host only"
        );
        let mistakes = line(&format!("upstream.base_url = \"{wrong}\"\n"));
        assert_eq!(mistakes.lines().next(), Some(expected.as_str()));
    }
}

#[test]
fn a_contact_is_a_mail_or_web_address() {
    for contact in ["", "me@example.org", "https://example.org/~me", "a.b+c@sub.example.org"] {
        let upstream = accepted(&format!("upstream.contact = \"{contact}\"\n")).upstream;
        assert_eq!(upstream.contact, contact);
    }
    for contact in
        ["me", "me@host", "@example.org", "a b@example.org", "me@example.org\\r\\nX: y", "ftp://x.org"]
    {
        let mistakes =
            load(&format!("upstream.contact = \"{contact}\"\n"), &[]).map(|_| ()).expect_err(contact);
        assert!(mistakes.contains("; write a mail or web address, or \"\""), "{mistakes}");
    }
}

#[test]
fn a_public_address_may_have_a_path_but_no_query() {
    let settings = accepted("server.base_url = \"https://feeds.example.org/arxiv\"\n");
    assert_eq!(
        settings.server.base_url.map(String::from).as_deref(),
        Some("https://feeds.example.org/arxiv")
    );
    assert!(load("server.base_url = \"https://example.org/?x=1\"\n", &[]).is_err());
    assert!(load("server.base_url = \"example.org\"\n", &[]).is_err());
}

#[test]
fn the_address_of_a_database_is_checked_and_its_password_is_not_repeated() {
    let settings = accepted("[store]\nurl = \"postgres://ann:s3cret@db/feeds?sslmode=verify-full\"\n");
    assert_eq!(settings.store.options.to_string(), "postgres://ann@db/feeds?sslmode=verify-full");
    assert!(!format!("{settings:?}").contains("s3cret"));
    refused_variable(
        "CROSSLIST_STORE__URL",
        "postgres://ann:s3cret@db/feeds?ssl=on",
        "CROSSLIST_STORE__URL: `url`: this is no address of a PostgreSQL database: unknown parameter `ssl`; known here: \
         application_name, host, options, sslcert, sslkey, sslmode, sslrootcert",
    );
}

#[test]
fn a_filter_of_the_log_is_read_when_the_settings_are() {
    for level in ["trace", "crosslist=debug", "warn,crosslist::fetch=trace"] {
        assert_eq!(accepted(&format!("log.level = \"{level}\"\n")).log.level, level);
    }
    assert!(load("log.level = \"crosslist=loud\"\n", &[]).is_err());
}

#[test]
fn a_wrong_variable_is_named() {
    refused_variable(
        "CROSSLIST_SERVER__WORKERS",
        "many",
        "CROSSLIST_SERVER__WORKERS: `workers` is \"many\", a string; write an integer from 0 to 256",
    );
    refused_variable(
        "CROSSLIST_SERVER__LISEN",
        "127.0.0.1:1",
        "CROSSLIST_SERVER__LISEN: unknown key `CROSSLIST_SERVER__LISEN`; near: CROSSLIST_SERVER__LISTEN",
    );
    refused_variable(
        "CROSSLIST_SERVER_LISTEN",
        "127.0.0.1:1",
        "CROSSLIST_SERVER_LISTEN: unknown variable; near: CROSSLIST_SERVER__LISTEN",
    );
    refused_variable(
        "CROSSLIST_server__listen",
        "127.0.0.1:1",
        "CROSSLIST_server__listen: unknown variable; near: CROSSLIST_SERVER__LISTEN",
    );
    refused_variable(
        "CROSSLIST_SUBJECTS__WATCH",
        "cs.DC,cs.DK",
        "CROSSLIST_SUBJECTS__WATCH: unknown subject `cs.DK`; near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS",
    );
    refused_variable(
        "CROSSLIST_SUBJECTS__WATCH",
        "[cs.DC]",
        "CROSSLIST_SUBJECTS__WATCH: `watch` is \"[cs.DC]\"; \
         write a list of strings such as [\"cs.DC\", \"quant-ph\"], or cs.DC,quant-ph",
    );
}

#[test]
fn mistakes_of_every_layer_come_at_once_also_where_a_higher_layer_is_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    fs::write(&path, "[feeds]\ndays = 0\nlimt = 1\n").expect("a file");
    let environment = [("CROSSLIST_FEEDS__DAYS", "400"), ("CROSSLIST_LOG__FORMAT", "xml")];
    let sources = Sources::new(Some(path), environment).with_override("--days", "feeds.days", "7");
    let mistakes =
        settings::load(&sources.with_override("--listen", "server.listen", "here")).expect_err("many");
    let summary: Vec<String> = mistakes
        .list()
        .iter()
        .map(|mistake| match &mistake.origin {
            Origin::Location(place) => format!("{}:{} {}", place.line, place.column, mistake.message),
            _ => mistake.to_string(),
        })
        .collect();
    assert_eq!(
        summary,
        [
            "2:8 `days` is 0; write an integer from 1 to 365",
            "3:1 unknown key `limt`; near: limit",
            "CROSSLIST_FEEDS__DAYS: `days` is 400; write an integer from 1 to 365",
            "CROSSLIST_LOG__FORMAT: `format` is \"xml\"; choose from auto, human, json",
            "--listen: `listen` is \"here\"; write an IP address and a port such as 127.0.0.1:8080",
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = |name: &str, content: Option<&[u8]>| {
        let path = folder.path().join(name);
        if let Some(content) = content {
            fs::write(&path, content).expect("a file");
        }
        let sources = Sources { file: Some(path), ..Sources::default() };
        let mistakes = settings::load(&sources).expect_err(name).to_string();
        mistakes.replace(&format!("{}/", folder.path().display()), "")
    };
    assert_eq!(line("none.toml", None), "none.toml: cannot be read: No such file or directory (os error 2)");
    assert_eq!(line("", None), ": is a directory; name a file");
    assert_eq!(line("l1.toml", Some(b"# a\n# \xe9\n")), "l1.toml: is not UTF-8 on line 2; save it as UTF-8");
    assert_eq!(line("big.toml", Some(&vec![b'\n'; (1 << 20) + 1])), "big.toml: is larger than 1048576 bytes");
}

#[test]
fn windows_files_wide_lines_and_many_mistakes_stay_readable() {
    refused(
        "\u{feff}[feeds]\r\ndays = 0\r\n",
        r"
x.toml:2:8: `days` is 0; write an integer from 1 to 365
    2 | days = 0
      |        ^",
    );
    refused(
        "log.format = \"ä\" # é\n",
        r#"
x.toml:1:14: `format` is "ä"; choose from auto, human, json
    1 | log.format = "ä" # é
      |              ^^^"#,
    );
    let wide = load(&format!("subjects.watch = [\"cs.DC\",{} \"x1\"]\n", " ".repeat(9000)), &[]);
    let wide = wide.map(|_| ()).expect_err("x1 is no subject");
    assert!(wide.lines().all(|line| line.len() < 200));
    let caret = wide.lines().last().and_then(|line| line.find('^'));
    assert_eq!(caret, wide.lines().nth(1).and_then(|line| line.find("\"x1\"")), "{wide}");
    let many = (0..500).map(|number| format!("x{number} = 1\n")).collect::<Vec<_>>().concat();
    assert!(load(&many, &[]).map(|_| ()).expect_err("500 unknown keys").ends_with("\nand 400 more"));
}

#[test]
fn the_schema_has_the_ranges_that_are_held() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("JSON");
    for key in shipped().keys() {
        let (section, name) = key.split_once('.').expect("a section");
        let described = &schema["properties"][section]["properties"][name];
        let (Some(least), Some(most)) = (described["minimum"].as_i64(), described["maximum"].as_i64()) else {
            assert!(!matches!(described["type"].as_str(), Some("integer" | "number")), "{key} has no range");
            continue;
        };
        for outside in [least - 1, most + 1] {
            let mistakes = load(&format!("{key} = {outside}\n"), &[]).map(|_| ()).expect_err(key);
            assert!(mistakes.contains(&format!(" from {least} to {most}\n")), "{key}: {mistakes}");
        }
    }
    let choices = schema["properties"]["log"]["properties"]["format"]["enum"].as_array().expect("choices");
    for choice in choices {
        accepted(&format!("log.format = {choice}\n"));
    }
}

#[test]
fn what_may_be_a_secret_is_not_shown_with_a_mistake() {
    let secret = "0123456789-secret";
    for text in [
        format!("[access]\nkeys = [{secret}]"),
        format!("[access]\nkeys = [\"{secret}]\n"),
        format!("[access]\nkeys = [\n  \"{secret}\",\n  {secret}\n]\n"),
        format!("[access]\nkyes = [\"{secret}\"]"),
        format!("[acess]\nkeys = [\"{secret}\"]"),
        format!("[server]\nkeys = [\"{secret}\"]"),
        format!("access.admin_keys = \"{secret}"),
        format!("[store]\nurl = postgres://ann:{secret}@db/x"),
        format!("[store]\nurl = \"postgres://ann:{secret}@db/x"),
        format!("[store]\nurl = \"ftp://ann:{secret}@db/x\""),
        format!("[server]\nbase_url = \"http://ann:{secret}@db/x\""),
    ] {
        let said = load(&text, &[]).map(|_| ()).expect_err(&text);
        assert!(!said.contains("secret") || said.contains("may hold a secret"), "{text}\n{said}");
        assert!(!said.contains(secret) && said.contains("x.toml:"), "{text}\n{said}");
    }
    let said = load("", &[("CROSSLIST_SERVER__BASE_URL", &format!("http://ann:{secret}@db/"))]).map(|_| ());
    assert!(!said.expect_err("a mistake").contains(secret));
}

#[test]
fn files_that_come_later_are_found_and_one_that_goes_is_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("x.toml"), "[access]\nkeys_file = \"nowhere\"\n[feeds]\ndays = none\n").expect("a file");
    let sources = Sources::new(Some(path("x.toml")), [("CROSSLIST_ACCESS__ADMIN_KEYS_FILE", "admins")]);
    let files = sources.files();
    for file in [path("x.toml"), path("feeds.toml"), "nowhere".into(), "admins".into()] {
        assert!(files.contains(&file), "{file:?} in {files:?}");
    }
    assert_eq!(sources.feeds_file, None);
    fs::write(path("feeds.toml"), "").expect("a file");
    let sources = sources.for_reload();
    assert_eq!(sources.feeds_file, Some(path("feeds.toml")));
    fs::write(path("x.toml"), "").expect("a file");
    fs::remove_file(path("feeds.toml")).expect("gone");
    let said = settings::load(&sources.for_reload()).expect_err("mistakes").to_string();
    assert!(said.contains("feeds.toml: cannot be read") && said.contains("x.toml: is empty"), "{said}");
}
