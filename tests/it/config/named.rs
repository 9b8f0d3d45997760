//! Named feeds and lists, and diagnostics with their places.

use std::fs;
use std::path::Path;

use crosslist::settings::{self, NamedSettings, Sources};

const SHIPPED_FEEDS: &str = include_str!("../../../config/feeds.toml");

/// Loads `feeds` as `feeds.toml` beside the settings `text`.
fn load(text: &str, feeds: &str) -> Result<NamedSettings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    fs::write(&path, text).expect("a file");
    fs::write(folder.path().join("feeds.toml"), feeds).expect("a file");
    let shortened = |message: String| message.replace(&format!("{}/", folder.path().display()), "");
    let loaded = settings::load(&Sources::new(Some(path), [("", ""); 0]));
    loaded.map(|settings| settings.named).map_err(|mistakes| shortened(mistakes.to_string()))
}

#[track_caller]
fn refused(feeds: &str, expected: &str) {
    let mistakes = load("", feeds).map(|_| ()).expect_err(feeds);
    assert_eq!(mistakes, expected.trim_matches('\n'), "\ngot:\n{mistakes}\n");
}

/// The lines of the mistakes, without the text and the carets.
#[track_caller]
fn refused_briefly(feeds: &str, expected: &[&str]) {
    let mistakes = load("", feeds).map(|_| ()).expect_err(feeds);
    let lines: Vec<&str> = mistakes.lines().filter(|line| line.starts_with("feeds.toml")).collect();
    assert_eq!(lines, expected, "\ngot:\n{mistakes}\n");
}

/// The shipped examples without their `#`.
fn examples() -> String {
    let marked = |line: &&str| line.starts_with("# ");
    let code = |line: &str| line.replacen("# ", "", 1) + "\n";
    let from = |start: &str| SHIPPED_FEEDS.find(start).expect("the examples");
    SHIPPED_FEEDS[from("# [lists]")..]
        .lines()
        .filter(marked)
        .map(code)
        .filter(|line| !line.starts_with("A "))
        .collect()
}

#[test]
fn the_shipped_file_names_no_feed_and_its_examples_hold() {
    assert_eq!(load("", SHIPPED_FEEDS).expect("no mistakes").feeds.len(), 0);
    let named = load("", &examples()).expect("no mistakes");
    assert_eq!(named.lists.names().collect::<Vec<_>>(), ["team"]);
    let feed = &named.feeds[0];
    assert_eq!((feed.slug.as_str(), feed.title.as_str()), ("dc-systems", "Distributed systems, my cut"));
    assert_eq!(feed.sources.iter().map(|source| source.as_str()).collect::<Vec<_>>(), ["cs.DC", "cs.PF"]);
    assert_eq!((feed.min_score, feed.days, feed.limit), (Some(1), Some(14), Some(100)));
    assert_eq!(feed.scores.iter().map(|(_, add)| *add).collect::<Vec<_>>(), [3, 5, -2]);
    assert_eq!(feed.rule.as_ref().map(|rule| rule.lists()), Some(vec!["team"]));
}

#[test]
fn a_feed_needs_a_name_and_sources_alone() {
    let named =
        load("", "[[feed]]\nname = \"a-1\"\nsources = [\"cs.pf\", \"CS.dc\"]\n").expect("no mistakes");
    let feed = &named.feeds[0];
    assert_eq!((feed.title.as_str(), &feed.rule, feed.min_score), ("a-1", &None, None));
    assert_eq!(feed.sources[0].as_str(), "cs.DC");
}

#[test]
fn without_the_file_there_are_no_feeds() {
    assert!(settings::load(&Sources::default()).expect("no mistakes").named.feeds.is_empty());
    let sources = Sources { feeds_file: Some(Path::new("no/feeds.toml").to_owned()), ..Sources::default() };
    let mistakes = settings::load(&sources).map(|_| ()).expect_err("no such file").to_string();
    assert!(mistakes.starts_with("no/feeds.toml: cannot be read"), "{mistakes}");
}

#[test]
fn every_mistake_is_shown_at_its_place_inside_the_rule() {
    refused(
        r#"
[lists]
team = ['au:"Dong Dai"', 'cat:cs.DK']

[[feed]]
name = "Bad Name"
sources = ["cs.DK"]
query = "ti:\"é\" \u0063at:cs.DK gpu or fpga"
include = ['list:team', 'list:taem']
colour = "red"
"#,
        r#"
feeds.toml:3:31: unknown category 'cs.DK' (near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS)
    3 | team = ['au:"Dong Dai"', 'cat:cs.DK']
      |                               ^^^^^
feeds.toml:6:8: `name` is "Bad Name"; write lowercase letters, digits and -, at most 64
    6 | name = "Bad Name"
      |        ^^^^^^^^^^
feeds.toml:7:12: unknown subject `cs.DK`; near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS
    7 | sources = ["cs.DK"]
      |            ^^^^^^^
feeds.toml:8:28: unknown category 'cs.DK' (near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS)
    8 | query = "ti:\"é\" \u0063at:cs.DK gpu or fpga"
      |                            ^^^^^
feeds.toml:8:38: operators are uppercase: write OR, or "or" in quotes for the word
    8 | query = "ti:\"é\" \u0063at:cs.DK gpu or fpga"
      |                                      ^^
feeds.toml:9:31: unknown list 'taem'; known: team
    9 | include = ['list:team', 'list:taem']
      |                               ^^^^
feeds.toml:10:1: unknown key `colour`; choose from name, title, sources, query, include, exclude, score, min_score, days, limit, text, backfill, webhooks
   10 | colour = "red"
      | ^^^^^^
"#,
    );
}

#[test]
fn a_rule_over_several_lines_is_shown_on_the_line_of_the_mistake() {
    refused(
        "[[feed]]\nname = \"a\"\nsources = [\"cs\"]\nquery = '''\nti:GPU\n  cat:cs.DK'''\n",
        r"
feeds.toml:6:7: unknown category 'cs.DK' (near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS)
    6 |   cat:cs.DK'''
      |       ^^^^^",
    );
}

#[test]
fn what_is_missing_or_doubled_is_told() {
    refused_briefly(
        "[[feed]]\ntitle = \"\"\n\n[[feed]]\nname = \"a\"\nsources = []\n\n[[feed]]\nname = \"a\"\nsources = [\"cs\"]\n",
        &[
            "feeds.toml:1:1: a feed without `name`; write name = \"gpu\", for /named/gpu",
            "feeds.toml:1:1: a feed without `sources`; write sources = [\"cs.DC\"], the subjects of the feed",
            "feeds.toml:2:9: `title` is \"\"; write a line of text, at most 400 bytes",
            "feeds.toml:6:11: `sources` is []; write 1 to 40 subjects such as [\"cs.DC\"]",
            "feeds.toml:9:8: `a` is the name of the feed of line 5 already; choose another",
        ],
    );
}

#[test]
fn values_of_the_wrong_kind_or_out_of_range_are_told() {
    refused_briefly(
        "[[feed]]\nname = \"a\"\nsources = [\"cs\", \"CS\"]\nquery = 1\ninclude = 'gpu'\nexclude = []\n\
         score = [{ q = 'a' }, 3, { q = 'ti:', add = 'x', ad = 1 }]\nmin_score = 2.5\ndays = 31\nlimit = 0\n",
        &[
            "feeds.toml:3:18: `CS` is cs, which is listed already; keep one",
            "feeds.toml:4:9: `query` is 1, an integer; write a rule in quotes such as 'ti:GPU'",
            "feeds.toml:5:11: `include` is 'gpu', a string; write a list of rules such as ['ti:GPU', 'abs:\"leader election\"']",
            "feeds.toml:6:11: `exclude` is []; write a list of rules such as ['ti:GPU', 'abs:\"leader election\"']",
            "feeds.toml:7:10: a score without `add`; write add = 3",
            "feeds.toml:7:23: `score` is 3, an integer; write { q = 'ti:GPU', add = 3 }",
            "feeds.toml:7:36: ti: needs a value",
            "feeds.toml:7:45: `add` is 'x', a string; write an integer from -1000000 to 1000000",
            "feeds.toml:7:50: unknown key `ad`; near: add",
            "feeds.toml:8:13: `min_score` is 2.5, a float; write an integer from -1000000 to 1000000",
            "feeds.toml:9:8: `days` is 31; write an integer from 1 to 30",
            "feeds.toml:10:9: `limit` is 0; write an integer from 1 to 2000",
        ],
    );
    refused_briefly(
        "feed = 3\nlists = 4\nfeeds = []\n",
        &[
            "feeds.toml:1:8: `feed` is 3, an integer; each feed is a section: write [[feed]] and its keys below",
            "feeds.toml:2:9: `lists` is 4, an integer; it is a section: write [lists] and below it a name = ['a rule', 'another']",
            "feeds.toml:3:1: unknown key `feeds`; near: feed",
        ],
    );
    refused_briefly(
        "[feed]\nname = \"a\"\n",
        &["feeds.toml:1:1: `feed` is one section; write [[feed]], as there may be more"],
    );
}

#[test]
fn what_would_have_no_effect_is_refused() {
    let feed = "[[feed]]\nname = \"a\"\nsources = [\"cs\"]\n";
    refused_briefly(
        &format!("{feed}text = \"latex\"\nbackfill = \"no\"\n"),
        &[
            "feeds.toml:4:8: `text` is \"latex\"; choose from unicode, tex, mathml",
            "feeds.toml:5:12: `backfill` is \"no\", a string; write true or false",
        ],
    );
    refused_briefly(
        &format!("{feed}query = 'type:new cat:cs.DC'\nexclude = ['gpu', 'cat:cs.*']\n"),
        &[
            "feeds.toml:1:1: no paper can match this feed: every paper of cat:cs.DC is left out by -cat:cs.*, so nothing matches",
        ],
    );
    refused_briefly(
        &format!(
            "{feed}colour = 1\nscore = [{{ q = 'gpu', add = 3 }}, {{ q = 'fpga', add = -9 }}]\nmin_score = 4\n"
        ),
        &[
            "feeds.toml:4:1: unknown key `colour`; choose from name, title, sources, query, include, exclude, score, min_score, days, limit, text, backfill, webhooks",
            "feeds.toml:6:13: `min_score` is 4; no paper can reach it: the scores add up to 3 at most",
        ],
    );
}

#[test]
fn lists_that_lead_back_to_themselves_or_hold_nothing_are_told() {
    refused_briefly(
        "[lists]\na = ['list:b']\nb = ['list:a']\nc = []\nd = ['list:c ti:gpu']\n\"e f\" = ['gpu']\n\n\
         [[feed]]\nname = \"x\"\nsources = [\"cs\"]\nquery = 'list:a list:c list:z'\n",
        &[
            "feeds.toml:2:1: list:a leads back to itself",
            "feeds.toml:3:1: list:b leads back to itself",
            "feeds.toml:4:5: `c` is []; write a list of rules such as ['ti:GPU', 'abs:\"leader election\"']",
            "feeds.toml:6:1: `e f` is not a name for a list; write letters, digits, - and _ alone",
            "feeds.toml:11:29: unknown list 'z'; known: a, b, c, d, e f",
        ],
    );
}

#[test]
fn broken_syntax_is_told_with_what_else_is_wrong_elsewhere() {
    refused_briefly(
        "[[feed]]\nname = a\nsources = [\"cs\"]\nquery = 'ti:'\n",
        &[
            "feeds.toml:2:8: `a` is not a TOML value; a string needs quotes",
            "feeds.toml:4:13: ti: needs a value",
        ],
    );
}

#[test]
fn mistakes_of_both_files_come_at_once() {
    let feeds = "\n\n[[feed]]\nname = \"a\"\n";
    let mistakes = load("\n\n\n\nfeeds.days = 0\n", feeds).map(|_| ()).expect_err("two mistakes");
    assert_eq!(
        mistakes.lines().step_by(3).collect::<Vec<_>>(),
        [
            "x.toml:5:14: `days` is 0; write an integer from 1 to 365",
            "feeds.toml:3:1: a feed without `sources`; write sources = [\"cs.DC\"], the subjects of the feed",
        ]
    );
}
