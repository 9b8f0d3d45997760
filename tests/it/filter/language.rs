//! What each part of the language means, by the smallest paper or rule that shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::paper::Subject;
use crosslist::domain::prose::{Prose, Span};
use crosslist::filter::{
    Context, DiagnosticCode, Dialect, Index, Limits, Lists, Query, TokenizedPaper, compile_lists, explain,
    parse,
};
use jiff::civil::date;

use super::papers::{document, paper, query, read, read_as};

#[track_caller]
fn check(document: &TokenizedPaper, rules: &[(&str, bool)]) {
    for (rule, expected) in rules {
        assert_eq!(query(rule).matches(document, AnnounceType::New), *expected, "{rule}");
    }
}

#[track_caller]
fn title(title: &str, rules: &[(&str, bool)]) {
    check(&document(paper(title, &[], "")), rules);
}

#[track_caller]
fn author(name: &str, rules: &[(&str, bool)]) {
    check(&document(paper("T", &[name], "")), rules);
}

#[track_caller]
fn refused(rule: &str, expected: &[(DiagnosticCode, usize, usize)]) {
    let diagnostics = read(rule).expect_err(rule);
    let found: Vec<(DiagnosticCode, usize, usize)> = diagnostics
        .as_slice()
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.position, diagnostic.length))
        .collect();
    assert_eq!(found, expected, "{rule}: {diagnostics}");
}

#[test]
fn terms_match_whole_words_folded() {
    title(
        "Organs of begansformers",
        &[("gan", false), ("organ", true), ("ORGANS", true), ("begansformer", true)],
    );
    title(
        "GPUs and libraries",
        &[
            ("gpu", true),
            ("GPU", true),
            ("library", true),
            ("=GPU", false),
            ("=GPUs", true),
            ("=gpus", false),
        ],
    );
    title(
        "Naïve Bayes",
        &[
            ("naive", true),
            ("=naive", false),
            ("=Naïve", true),
            ("=\"Naïve Bayes\"", true),
            ("=\"Naïve bayes\"", false),
        ],
    );
    title("C, C++ and C#", &[("c++", true), ("c#", true), ("c", true), ("c+", true)]);
    title("Lattice QCD at μ = 0", &[("mu", true), ("μ", true), ("$\\mu$", true), ("\\mu", true)]);
}

#[test]
fn hyphens_join_and_split() {
    title(
        "A multi-agent system",
        &[
            ("multi-agent", true),
            ("multiagent", true),
            ("\"multi agent\"", true),
            ("\"multi-agent system\"", true),
            ("\"multiagent systems\"", true),
            ("\"a multiagent system\"", true),
            ("agent", true),
            ("multi-ag*", true),
            ("multiag*", true),
            ("=multi-agent", true),
            ("=multiagent", false),
            ("\"agent multi\"", false),
        ],
    );
    title("Multiagent systems", &[("multi-agent", true), ("\"multi agent\"", false), ("multi-ag*", true)]);
    title("Multi agent systems", &[("multi-agent", true), ("multiagent", false)]);
    title("A news-feed", &[("newsfeed", true), ("news-feed", true), ("news-feeds", true)]);
    title("file_name of x_{max}", &[("file_name", true), ("filename", true), ("name", true), ("xmax", true)]);
}

#[test]
fn phrases_prefixes_and_proximity_look_at_places() {
    title(
        "The load was very well balanced",
        &[
            ("\"load balanced\"", false),
            ("\"load balanced\"~3", true),
            ("\"load balanced\"~2", false),
            ("\"balanced load\"~3", true),
            ("\"load load\"~9", false),
            ("\"the was load\"~0", true),
            ("bal*", true),
            ("balanced*", true),
            ("alanced*", false),
            ("\"load was very\"", true),
            ("\"load very\"", false),
        ],
    );
    title("News of the day", &[("news*", true), ("new*", true), ("newsp*", false)]);
    let mut two = paper("T", &[], "");
    two.abstract_text = Some(Prose {
        paragraphs: vec![
            vec![Span::Text("ends here".to_owned())],
            vec![Span::Text("begins there".to_owned())],
        ],
    });
    check(
        &document(two),
        &[
            ("\"here begins\"", true),
            ("\"ends begins\"", false),
            ("\"ends there\"~2", true),
            ("abs:/here\\s+begins/", true),
        ],
    );
}

#[test]
fn regular_expressions_see_readable_text_with_case() {
    title(
        "The $\\mathbb{F}_2$ of Schr\\\"odinger",
        &[
            ("/F₂/", false),
            ("/F2/", true),
            ("/𝔽₂/", true),
            ("ti:/Schrödinger$/", true),
            ("/schrödinger/", false),
            ("/SCHRÖDINGER/i", true),
            ("/^the/i", true),
            ("abs:/the/i", false),
            ("/o.\\/?S/", false),
            ("/\\p{Lu}chr/", true),
        ],
    );
    check(
        &document(paper("T", &["Jane Smith", "Li Wang"], "")),
        &[("au:/Smith.*Wang/", false), ("au:/^Li /", true), ("/Jane|x/", true)],
    );
}

#[test]
fn an_author_is_one_person() {
    author(
        "Adrian Del Maestro",
        &[
            ("au:maestro", true),
            ("au:adrian", true),
            ("au:del_maestro", true),
            ("au:del_maestro_a", true),
            ("au:del_maestro_b", false),
            ("au:maestro_a", true),
            ("au:\"Del Maestro, Adrian\"", true),
            ("au:\"Del Maestro, A.\"", true),
            ("au:\"Del Maestro\"", true),
            ("au:\"A. Del Maestro\"", true),
            ("au:\"Adrian Maestro\"", false),
            ("au:\"Del Maes*\"", true),
            ("au:\"Del Maestro, Adr*\"", true),
            ("au:maes*", true),
            ("au:aestro", false),
            ("au:\"Maestro Del\"", false),
        ],
    );
    check(
        &document(paper("T", &["Adam Smith", "Jing Wang"], "")),
        &[("au:\"Adam Wang\"", false), ("au:(adam wang)", true), ("\"Smith Jing\"", false)],
    );
    author(
        "Jesús M. García-López",
        &[
            ("au:garcia-lopez", true),
            ("au:\"J Garcia-Lopez\"", true),
            ("au:\"García López, Jesús\"", true),
            ("au:lopez", true),
            ("au:\"M Garcia Lopez\"", false),
            ("au:\"García-López, M\"", true),
            ("au:\"García-López, M. J.\"", false),
            ("au:garcialopez", true),
        ],
    );
    author(
        "J.-P. Serre",
        &[
            ("au:\"Jean-Pierre Serre\"", true),
            ("au:serre_j", true),
            ("au:\"J. Serre\"", true),
            ("au:\"Karl Serre\"", false),
        ],
    );
    author(
        "Jean-Pierre Serre",
        &[
            ("au:\"J.-P. Serre\"", true),
            ("au:\"Jean Serre\"", false),
            ("au:jean", true),
            ("au:jeanpierre", true),
        ],
    );
    author(
        "Chun-Liang Li",
        &[
            ("au:\"Li, C. L.\"", true),
            ("au:li_c_l", true),
            ("au:\"C.-L. Li\"", true),
            ("au:\"Chun Liang Li\"", true),
            ("au:\"Chunliang Li\"", true),
            ("au:\"Li, C. M.\"", false),
        ],
    );
    author("C. L. Li", &[("au:\"Li, C.-L.\"", true), ("au:\"Chun-Liang Li\"", true)]);
    author(
        "Tuan Van Nguyen",
        &[
            ("au:\"Tuan Nguyen\"", true),
            ("au:\"Tuan V. Nguyen\"", true),
            ("au:\"Van Nguyen, Tuan\"", true),
            ("au:nguyen_v", true),
            ("au:nguyen_n", false),
            ("au:\"Tuan Van\"", false),
        ],
    );
    author(
        "Yu. A. Ivanov",
        &[("au:\"Ivanov, Yuri\"", true), ("au:\"Yulia Ivanova\"", false), ("au:\"Y. Ivanov\"", true)],
    );
    author(
        "Yuri Ivanov",
        &[("au:\"Yu. Ivanov\"", true), ("au:\"Ya. Ivanov\"", false), ("au:\"Yu Ivanov\"", false)],
    );
}

#[test]
fn collaborations_suffixes_umlauts_and_particles_belong_to_a_name() {
    author(
        "The Belle II Collaboration",
        &[
            ("au:\"Belle II\"", true),
            ("au:\"Belle II Collaboration\"", true),
            ("au:\"Belle Collaboration\"", false),
            ("au:\"Belle Coll*\"", false),
            ("au:collaboration_b", false),
            ("au:belle", true),
        ],
    );
    author("Sammy Davis Jr.", &[("au:\"Davis Jr, Sammy\"", true), ("au:\"Davis, Jr, Sammy\"", true)]);
    author(
        "Thorsten Götte",
        &[
            ("au:goette", true),
            ("au:gotte", true),
            ("au:götte", true),
            ("goette", false),
            ("gotte", true),
            ("au:goette_t", true),
            ("au:\"Goette, T\"", true),
            ("au:goet*", true),
            ("au:=Gotte", false),
            ("au:=Götte", true),
        ],
    );
    author("Thorsten Goette", &[("au:götte", true), ("au:gotte", false), ("au:\"T Götte\"", true)]);
    author(
        "Robert Smith Jr.",
        &[("au:\"Robert Smith\"", true), ("au:smith_r", true), ("au:\"Smith, R\"", true)],
    );
    author(
        "Ludwig van Beethoven",
        &[
            ("au:\"van Beethoven, L\"", true),
            ("au:\"Beethoven, Ludwig van\"", true),
            ("au:\"L van Beethoven\"", true),
            ("au:beethoven", true),
        ],
    );
}

#[test]
fn names_have_suffixes_particles_and_apostrophes() {
    let author = |name: &str, cases: &[(&str, bool)]| check(&document(paper("T", &[name], "")), cases);
    author("Williams Brown", &[("au:william", false), ("au:williams", true)]);
    author(
        "Sean O'Brien",
        &[("au:o'brien", true), ("au:obrien", true), ("au:brien", true), ("au:\"S O'Brien\"", true)],
    );
    author("Bin Yang", &[("au:yang_b", true), ("au:\"Bin Yang\"", true), ("au:\"Yang, Bin\"", true)]);
    author("G\\\"otz M\\\"uller", &[("au:mueller", true), ("au:\"Goetz Mueller\"", true)]);
}

#[test]
fn subjects_count_by_canonical_id_and_place() {
    let mut listed = paper("T", &[], "");
    let subject = |id: &str, name: &str| Subject { id: id.into(), name: name.into() };
    listed.subjects = vec![
        subject("cs.LG", "Machine Learning"),
        subject("math.MP", "Mathematical Physics"),
        subject("cs.ZZ", "Newly Opened"),
    ];
    check(
        &document(listed),
        &[
            ("cat:cs.LG", true),
            ("cs.lg", true),
            ("cat:cs", true),
            ("cat:cs.*", true),
            ("primary:cs", true),
            ("primary:cs.LG,cs.AI", true),
            ("cross:cs.LG", false),
            ("cross:cs.*", true),
            ("cross:math-ph", true),
            ("cat:math.MP", true),
            ("cat:math", true),
            ("math-ph", true),
            ("cat:stat.ML", false),
            ("learning", false),
            ("subj:learning", true),
            ("subj:\"learning mathematical\"", false),
            ("cat:(cs.LG math-ph)", true),
            ("cat:(cs.AI OR stat.ML)", false),
            ("physics", false),
        ],
    );
}

#[test]
fn facts_of_a_paper_are_looked_up() {
    let mut known = paper("T", &[], "See https://www.GitHub.com/x/y for code");
    known.html_url = Some("https://arxiv.org/html/2603.12345v1".to_owned());
    known.comments = Some(Prose {
        paragraphs: vec![vec![
            Span::Text("12 pages, ".to_owned()),
            Span::Link {
                href: "https://doi.org/10.1145/3292500.330".to_owned(),
                text: "https://doi.org/10.1145/3292500.330".to_owned(),
            },
        ]],
    });
    known.journal_ref = Some("Phys. Rev. 1, doi:10.1103/PhysRevD.1.2.".to_owned());
    check(
        &document(known),
        &[
            ("has:code", true),
            ("has:html,doi", true),
            ("has:comments has:jr has:pdf", true),
            ("doi:10.1145/3292500.330", true),
            ("doi:https://doi.org/10.1145/3292500.330", true),
            ("doi:10.1103/physrevd.1.2", true),
            ("doi:10.1145/*", true),
            ("doi:10.1145/3", false),
            ("id:2603.12345", true),
            ("2603.12345v7", true),
            ("arxiv:2603.12345", true),
            ("http://export.arxiv.org/pdf/2603.12345v2.pdf", true),
            ("id:2603.12345,2603.99999", true),
            ("id:2603.99999", false),
            ("announced:2026-03-02", true),
            ("announced:[* TO 20260301]", false),
            ("co:pages", true),
            ("jr:phys", true),
            ("type:new,cross", true),
            ("type:replace", false),
        ],
    );
    let bare = document(paper("T", &[], "we use mygithub.com/ and github.community"));
    check(
        &bare,
        &[
            ("has:code", false),
            ("has:comments", false),
            ("has:jr", false),
            ("has:doi", false),
            ("has:html", false),
            ("has:pdf", true),
        ],
    );
}

#[test]
fn every_mistake_is_told_at_its_place() {
    refused(
        "cat:cs.DK ti: foo:bar \"x",
        &[
            (DiagnosticCode::UnknownCategory, 4, 5),
            (DiagnosticCode::SpaceAfterColon, 13, 1),
            (DiagnosticCode::UnclosedQuote, 22, 2),
        ],
    );
    refused(
        "foo:bar type:old,new has:x",
        &[
            (DiagnosticCode::UnknownField, 0, 4),
            (DiagnosticCode::UnknownType, 13, 3),
            (DiagnosticCode::UnknownFeature, 25, 1),
        ],
    );
    refused("é AND OR x", &[(DiagnosticCode::UnexpectedOperator, 6, 2)]);
    refused("gpu)", &[(DiagnosticCode::UnopenedGroup, 3, 1)]);
    refused("(gpu", &[(DiagnosticCode::UnclosedGroup, 0, 1)]);
    refused("()", &[(DiagnosticCode::EmptyGroup, 0, 2)]);
    refused("ti:()", &[(DiagnosticCode::EmptyGroup, 3, 2)]);
    refused("ti:(abs:x)", &[(DiagnosticCode::NestedField, 4, 4)]);
    refused("- gpu", &[(DiagnosticCode::MisplacedNot, 0, 1)]);
    refused("ti:-gpu", &[(DiagnosticCode::MisplacedNot, 3, 4)]);
    refused("=gpu*", &[(DiagnosticCode::BadWildcard, 0, 5)]);
    refused("ti:g*", &[(DiagnosticCode::BadWildcard, 3, 2)]);
    refused("sched*ing", &[(DiagnosticCode::BadWildcard, 5, 1)]);
    refused("ti:*x", &[(DiagnosticCode::BadWildcard, 3, 1)]);
    refused("AND gpu", &[(DiagnosticCode::UnexpectedOperator, 0, 3)]);
    refused("gpu AND NOT", &[(DiagnosticCode::TermExpected, 11, 0)]);
    refused("type:new,", &[(DiagnosticCode::EmptyValue, 9, 0)]);
    refused("cs.DK", &[(DiagnosticCode::UnknownCategory, 0, 5)]);
    refused("id:foo", &[(DiagnosticCode::BadId, 3, 3)]);
    refused("announced:2026-13-01", &[(DiagnosticCode::BadDate, 10, 10)]);
    refused("announced:[20260303 TO 20260301]", &[(DiagnosticCode::Impossible, 10, 22)]);
    refused("cat:/cs/", &[(DiagnosticCode::NotForThisField, 4, 4)]);
    refused("list:team", &[(DiagnosticCode::UnknownList, 5, 4)]);
    refused("rn:CERN-1", &[(DiagnosticCode::UnsupportedField, 0, 3)]);
    refused("title:", &[(DiagnosticCode::EmptyValue, 6, 0)]);
    refused("ti:)", &[(DiagnosticCode::EmptyValue, 3, 0), (DiagnosticCode::UnopenedGroup, 3, 1)]);
    for fine in [
        "ti:and",
        "\"or\"",
        "ti:(a -b)",
        "a|b",
        "!a",
        "-\"a b\"",
        "-(a b)",
        "-/x/",
        "--a",
        "math",
        "16:9",
        "a,b",
        "cat:\"cs.DC\"",
        "e.g.",
        "ti:std::vector",
        "a -- b".trim_end_matches(" -- b"),
    ] {
        assert!(read(fine).is_ok(), "{fine}: {:?}", read(fine).err());
    }
}

#[test]
fn what_can_never_match_is_refused() {
    refused("type:new AND type:cross", &[(DiagnosticCode::Impossible, 13, 10)]);
    refused("(gpu type:new) type:replace", &[(DiagnosticCode::Impossible, 15, 12)]);
    refused("type:new -type:new,cross", &[(DiagnosticCode::Impossible, 9, 15)]);
    refused("gpu OR (type:new type:cross)", &[(DiagnosticCode::Impossible, 17, 10)]);
    refused("type:new -(type:new OR gpu)", &[(DiagnosticCode::Impossible, 9, 18)]);
    refused("-type:new,cross,replace,replace-cross", &[(DiagnosticCode::Impossible, 0, 37)]);
    refused("gpu primary:cs.DC cross:cs.DC", &[(DiagnosticCode::Impossible, 18, 11)]);
    refused("gpu ti:x -gpu", &[(DiagnosticCode::Impossible, 9, 4)]);
    refused("-(ti:x OR gpu) gpu", &[(DiagnosticCode::Impossible, 0, 14)]);
    refused("cat:cs.DC -cs.*", &[(DiagnosticCode::Impossible, 10, 5)]);
    refused("primary:cs.DC,cs.LG -cat:cs.DC,cs.LG", &[(DiagnosticCode::Impossible, 20, 16)]);
    refused("primary:cs.DC primary:hep-th", &[(DiagnosticCode::Impossible, 14, 14)]);
    refused("primary:(cs.DC math)", &[(DiagnosticCode::Impossible, 15, 4)]);
    refused("2602.23598 2602.23599", &[(DiagnosticCode::Impossible, 11, 10)]);
    refused("announced:20260302 announced:20260303", &[(DiagnosticCode::Impossible, 19, 18)]);
    for possible in [
        "primary:cs primary:cs.DC",
        "primary:cs cross:cs",
        "primary:cs.DC,cs.LG cross:cs.DC",
        "type:new,cross type:cross",
        "cat:cs.DC cat:cs.LG",
        "-type:new -type:cross",
        "announced:[20260301 TO *] announced:[* TO 20260301]",
        "primary:math primary:math-ph",
    ] {
        assert!(read(possible).is_ok(), "{possible}: {:?}", read(possible).err());
    }
}

#[test]
fn what_would_be_read_otherwise_than_meant_is_refused() {
    refused("\"load balanc*\"", &[(DiagnosticCode::BadWildcard, 12, 1)]);
    refused("=\"GPU*\"", &[(DiagnosticCode::BadWildcard, 5, 1)]);
    refused("=/x/", &[(DiagnosticCode::MisplacedExact, 0, 4)]);
    refused("=ti:x", &[(DiagnosticCode::MisplacedExact, 0, 5)]);
    refused("ti:NOT x", &[(DiagnosticCode::UnexpectedOperator, 3, 3)]);
    refused("gpu Or fpga", &[(DiagnosticCode::LowercaseOperator, 4, 2)]);
    refused("è:x", &[(DiagnosticCode::UnknownField, 0, 2)]);
    for fine in ["\"the A* search\"", "\"in C*\"", "=\"a b\"", "ti:\"NOT\"", "=std::vector"] {
        assert!(read(fine).is_ok(), "{fine}: {:?}", read(fine).err());
    }
}

#[test]
fn a_tex_accent_with_a_quotation_mark_is_a_letter_of_a_rule() {
    let found = document(paper("The Schr\\\"odinger equation", &[], ""));
    for rule in
        ["Schr\\\"odinger", "ti:Schr{\\\"o}dinger", "\"Schr\\\"odinger equation\"", "=Schr\\\"odinger"]
    {
        check(&found, &[(rule, true)]);
    }
    assert!(read("\"C:\\\" x").is_ok());
}

#[test]
fn hints_name_what_would_work() {
    let hint = |rule: &str| read(rule).expect_err(rule).as_slice()[0].to_string();
    assert!(hint("QoSFlow: Ensuring").contains("quote the text if you mean a colon"));
    assert!(hint("auth:smith").contains("near: au"), "{}", hint("auth:smith"));
    assert!(hint("type:news").contains("new, cross, replace, replace-cross"));
    assert!(hint("cat:quant-phy").contains("quant-ph"));
    assert_eq!(
        read("cat:cs.DK gpu").expect_err("a diagnostic").with_carets("cat:cs.DK gpu"),
        "cat:cs.DK gpu\n    ^^^^^ unknown category 'cs.DK' (near: cs.DB, cs.DC, cs.DL, cs.DM, cs.DS)"
    );
}

#[test]
fn arxivs_reading_is_or_and_takes_signs_for_text() {
    let canonical = |rule: &str| {
        read_as(rule, Dialect::Compat).unwrap_or_else(|m| panic!("{rule}: {m}")).canonical().to_owned()
    };
    for (rule, expected) in [
        ("ti:quantum computing", "computing OR ti:quantum"),
        ("ti:(quantum computing)", "ti:computing OR ti:quantum"),
        ("a b AND c", "a OR b c"),
        ("au:del_maestro AND ti:checkerboard", "au:\"del maestro,\" ti:checkerboard"),
        ("ti:checkerboard AND au:del_maestro_a", "au:\"del maestro, a\" ti:checkerboard"),
        ("gpu and scheduling", "\"and\" OR gpu OR scheduling"),
        ("ti:a NOT ti:b", "ti:a -ti:b"),
        ("ti:a ANDNOT ti:b", "ti:a -ti:b"),
        ("cat:cs.DC -cat:cs.AI", "\"cat cs ai\" OR cat:cs.DC"),
        ("all:electron", "electron"),
        ("all:\"quantum criticality\"", "\"quantum criticality\""),
        ("cs.DC", "\"cs dc\""),
        ("/x/", "x"),
        ("(ti:a OR ti:b) AND cat:cs.LG", "cat:cs.LG (ti:a OR ti:b)"),
        ("type:new AND type:cross", "type:cross type:new"),
    ] {
        assert_eq!(canonical(rule), expected, "{rule}");
    }
    for wrong in ["foo:bar", "cat:cs.DK", "ti:", "(a", "a AND", "rn:1"] {
        assert!(read_as(wrong, Dialect::Compat).is_err(), "{wrong}");
    }
}

fn lists(entries: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    let owned = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect();
    entries.iter().map(|(name, rules)| ((*name).to_owned(), owned(rules))).collect()
}

fn with_lists(rule: &str, lists: &Lists) -> Query {
    parse(rule, &Limits::URL, &Context { lists, dialect: Dialect::Native }).expect(rule)
}

#[test]
fn a_named_list_is_any_of_its_rules() {
    let lists = compile_lists(
        &lists(&[
            ("team", &["au:\"Dong Dai\"", "au:tallent_n"]),
            ("all", &["list:team", "au:smith type:new"]),
        ]),
        &Limits::CONFIG,
    )
    .expect("lists");
    let found = document(paper("GPU", &["Nathan R. Tallent"], ""));
    for (rule, expected) in
        [("list:team", true), ("list:all gpu", true), ("-list:team", false), ("list:team llm", false)]
    {
        assert_eq!(with_lists(rule, &lists).matches(&found, AnnounceType::New), expected, "{rule}");
    }
    assert_eq!(with_lists("gpu list:all", &lists).canonical(), "gpu list:all");
    assert_eq!(with_lists("list:all", &lists).lists(), ["all", "team"]);
    assert!(with_lists("list:all", &lists).decides_types());
    assert!(!with_lists("list:team", &lists).decides_types());
    assert!(query("id:2602.23598 OR gpu").decides_types() && query("2602.23598").decides_types());
    assert!(!query("gpu -id:2602.23598").decides_types());
}

#[test]
fn a_rule_is_another_when_the_lists_that_it_uses_hold_something_else() {
    let of = |rules: &[&str]| {
        let given =
            lists(&[("inner", rules), ("outer", &["list:inner", "ti:llm"]), ("other", &["ti:cloud"])]);
        compile_lists(&given, &Limits::CONFIG).expect("lists")
    };
    let (before, after) = (of(&["ti:gpu"]), of(&["ti:gpu", "ti:fpga"]));
    assert_eq!(with_lists("list:outer gpu", &before), with_lists("gpu list:outer", &of(&["ti:gpu"])));
    for rule in ["list:inner", "-list:outer gpu"] {
        assert_ne!(with_lists(rule, &before), with_lists(rule, &after), "{rule}");
    }
    assert_eq!(with_lists("list:other gpu", &before), with_lists("list:other gpu", &after));
}

#[test]
fn every_mistake_of_every_list_is_told() {
    let found = compile_lists(
        &lists(&[
            ("a", &["ti:", "gpu", "cat:xx.YY"]),
            ("b", &["list:c"]),
            ("c", &["list:b"]),
            ("d", &["list:d"]),
            ("e", &[]),
            ("f", &["list:nowhere"]),
        ]),
        &Limits::CONFIG,
    )
    .expect_err("diagnostics");
    let places: Vec<(&str, usize, DiagnosticCode)> = found
        .iter()
        .map(|diagnostic| {
            (diagnostic.list.as_str(), diagnostic.index, diagnostic.diagnostics.as_slice()[0].code)
        })
        .collect();
    for expected in [
        ("a", 0, DiagnosticCode::EmptyValue),
        ("a", 2, DiagnosticCode::UnknownCategory),
        ("b", 0, DiagnosticCode::ListCycle),
        ("c", 0, DiagnosticCode::ListCycle),
        ("d", 0, DiagnosticCode::ListCycle),
        ("e", 0, DiagnosticCode::EmptyGroup),
        ("f", 0, DiagnosticCode::UnknownList),
    ] {
        assert!(places.contains(&expected), "{expected:?} in {places:?}");
    }
}

#[test]
fn an_explanation_shows_what_matched() {
    let found = document(paper("On GPUs and Götte", &["Thorsten Götte"], "A gpu."));
    let query = query("(GPU OR llm) -type:replace au:goette");
    let explained = explain(&query, &found, AnnounceType::New);
    assert_eq!((explained.label.as_str(), explained.holds), ("AND", true));
    let labels: Vec<(&str, bool)> =
        explained.parts.iter().map(|part| (part.label.as_str(), part.holds)).collect();
    assert_eq!(labels, [("OR", true), ("NOT", true), ("au:goette", true)]);
    assert_eq!(explained.parts[0].parts[0].matched, ["GPUs", "gpu"]);
    assert_eq!((explained.parts[0].parts[0].span.start, explained.parts[0].parts[0].span.length), (1, 3));
    assert!(!explained.parts[0].parts[1].holds);
    assert_eq!(explained.parts[2].matched, ["Thorsten Götte"]);
}

#[test]
fn suspicious_rules_are_warned_of() {
    let warned = |rule: &str| query(rule).warnings().len();
    assert_eq!(warned("ti:quantum computing"), 1);
    assert_eq!(warned("ti:quantum computing fast"), 1);
    for fine in [
        "ti:quantum AND computing",
        "ti:(quantum computing)",
        "ti:quantum cat:cs.DC",
        "ti:quantum cs.DC",
        "ti:quantum \"computing\"",
        "gpu llm",
        "ti:quantum -computing",
    ] {
        assert_eq!(warned(fine), 0, "{fine}");
    }
    let mut index = Index::new();
    for text in ["gpu one", "gpu two"] {
        index.add(&TokenizedPaper::new(Arc::new(paper(text, &[], "")), date(2026, 3, 2)));
    }
    let warnings = index.warnings(&query("gpu one blockchain"), |_| Some(AnnounceType::New));
    let messages: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(messages, ["`gpu` matches all of 2 papers", "`blockchain` matches none of 2 papers"]);
    let counts = index.leaf_counts(&query("gpu one"), |_| Some(AnnounceType::New));
    assert_eq!(counts.iter().map(|count| (count.hits, count.of)).collect::<Vec<_>>(), [(2, 2), (1, 2)]);
}

#[test]
fn a_document_that_is_not_in_the_feed_is_not_found() {
    let mut index = Index::new();
    let ids: Vec<_> = (0..3).map(|_| index.add(&document(paper("gpu", &[], "")))).collect();
    let type_of = |id| (id != ids[1]).then_some(AnnounceType::Cross);
    assert_eq!(index.search(&query("gpu"), type_of), [ids[0], ids[2]]);
    assert_eq!(index.search(&query("-type:new"), type_of), [ids[0], ids[2]]);
    assert_eq!(index.search(&query("type:new"), type_of), []);
}

#[test]
fn removed_documents_are_swept_out_and_ids_stay() {
    let mut index = Index::new();
    let mut ids = Vec::new();
    for number in 0..5_000 {
        ids.push(index.add(&document(paper(
            &format!("word{} gpu", number % 100),
            &["Chen Wang"],
            "some text",
        ))));
        if number >= 100 {
            assert!(index.remove(ids[number - 100]));
        }
    }
    assert_eq!(index.len(), 100);
    let all = |_| Some(AnnounceType::New);
    assert_eq!(index.search(&query("gpu"), all), ids[4_900..]);
    assert_eq!(index.search(&query("ti:word7 au:wang_c"), all), [ids[4_907]]);
    assert_eq!(index.search(&query("word7*"), all).len(), 11);
    assert!(index.memory_bytes() < 2_000_000, "{}", index.memory_bytes());
    assert!(index.get(ids[0]).is_none() && index.get(ids[4_999]).is_some());
}
