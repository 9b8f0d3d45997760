//! The feeds that readers and validators are given.

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::arxiv_id::ArxivId;
use crosslist::domain::feed::{Feed, FeedEntry, FeedUrl};
use crosslist::domain::paper::{Authors, Paper, Subject};
use crosslist::domain::presentation::{Choice, Profile, TextMode};
use crosslist::domain::prose::{Prose, Span};
use crosslist::text;
use jiff::{Timestamp, ToSpan};

/// The feeds, each with a name to be found by.
pub fn all() -> Vec<(&'static str, Feed)> {
    vec![
        ("empty", feed(Vec::new())),
        ("ordinary", ordinary()),
        ("hostile", hostile()),
        ("enclosed", enclosed()),
        ("digest", digest()),
    ]
}

/// Hostile and ordinary items, as each chat gets them.
pub fn for_chats() -> Vec<(&'static str, Feed)> {
    let chats = Profile::ALL.iter().filter(|profile| **profile != Profile::Reader);
    chats
        .flat_map(|profile| {
            [ordinary(), hostile(), digest()]
                .map(|feed| (profile.as_str(), Feed { profile: *profile, ..feed }))
        })
        .collect()
}

fn enclosed() -> Feed {
    let mut feed = ordinary();
    for entry in &mut feed.entries {
        entry.is_pdf_enclosed = true;
    }
    feed
}

fn digest() -> Feed {
    let mut feed = ordinary();
    feed.entries.truncate(2);
    for entry in &mut feed.entries {
        entry.id =
            format!("http://localhost:8080/subjects/cs.DC?type=new#digest-{}", entry.published.as_second());
        entry.url.clone_from(&entry.id);
        entry.announce_type = None;
        entry.comments = None;
        entry.journal_ref = None;
        entry.html_url = None;
        entry.pdf_url = String::new();
        entry.content_html =
            "<p>2 papers: 2 new.</p><ul><li><a href=\"https://arxiv.org/abs/2602.20001\">x</a></li></ul>"
                .into();
    }
    feed
}

/// What arXiv announces every day.
pub fn ordinary() -> Feed {
    feed(vec![
        entry(
            1,
            AnnounceType::New,
            paper("QoSFlow: Ensuring Service Quality of Distributed Workflows", &["Ada Lovelace"]),
        ),
        entry(
            2,
            AnnounceType::Cross,
            paper("On $O(n \\log n)$ Sorting", &["J. Müller", "ATLAS Collaboration", "et al."]),
        ),
        entry(
            3,
            AnnounceType::Replace,
            paper("Über Poincaré", &["Émilie du Châtelet", "O'Neil Ford-Brown Jr."]),
        ),
    ])
}

/// What no one should announce.
pub fn hostile() -> Feed {
    let five_thousand: Vec<String> = (0..5_000).map(|number| format!("Author Number{number}")).collect();
    let five_thousand: Vec<&str> = five_thousand.iter().map(String::as_str).collect();
    let texts: [(&str, &[&str]); 9] = [
        ("A < B & \"C\" <script>", &["Eve <script>", "Tom & Jerry"]),
        ("The end ]]> of <![CDATA[ data ]]]]>", &["A ]]> B"]),
        ("&amp; &lt;b&gt; &#65; &nbsp; stay", &["&quot;Q&quot;"]),
        ("分散計算 의 🦀👩‍🔬 e\u{301} \u{202E}RTL\u{202C} עברית العربية", &["李 明", "김", "𝔽₂"]),
        ("'Quotes' “and” \"more\" `ticks`", &["O'Neil", "\"Nick\" Name"]),
        ("Controls\u{0} \u{8}and\u{FFFE} \u{1F}such\u{FFFD}\u{85}", &["Nul\u{0}", "\u{0}", " "]),
        ("Many authors", &five_thousand),
        ("No authors", &[]),
        ("<p>--><?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y \"z\">]>&y;", &["%25 {{x}} ${y}"]),
    ];
    let types = AnnounceType::ALL.into_iter().cycle();
    let mut entries: Vec<FeedEntry> = (1..)
        .zip(types)
        .zip(texts)
        .map(|((number, announce_type), (title, authors))| {
            entry(number, announce_type, paper(title, authors))
        })
        .collect();
    entries.push(entry(10, AnnounceType::New, paper(&"long ".repeat(64 * 1024 / 5), &["A"])));
    let mut bare = entry(11, AnnounceType::ReplaceCross, paper("Empty fields", &["A"]));
    bare.comments = Some(String::new());
    bare.journal_ref = Some(" ".to_owned());
    bare.summary = String::new();
    bare.html_url = None;
    entries.push(bare);
    feed(entries)
}

fn feed(entries: Vec<FeedEntry>) -> Feed {
    Feed {
        title: "arXiv cs.DC & <friends>".to_owned(),
        description: "What arXiv announced in Distributed, Parallel, and Cluster Computing".to_owned(),
        page_url: "http://localhost:8080/subjects/cs.DC?q=ti%3Aa%20%26%20b&type=new".to_owned(),
        base_url: FeedUrl {
            stem: "http://localhost:8080/subjects/cs.DC".to_owned(),
            query: "q=ti%3Aa%20%26%20b&type=new".to_owned(),
        },
        id: "http://localhost:8080/subjects/cs.DC?q=ti%3Aa%20%26%20b&type=new".to_owned(),
        hub_url: None,
        icon_url: "http://localhost:8080/favicon.ico".to_owned(),
        profile: Profile::Reader,
        updated: newest(),
        entries,
    }
}

fn newest() -> Timestamp {
    "2026-03-02T01:00:00Z".parse().expect("a time")
}

fn paper(title: &str, authors: &[&str]) -> Paper {
    let subject = |id: &str, name: &str| Subject { id: id.into(), name: name.into() };
    Paper {
        id: ArxivId::parse("2602.23598").expect("an id").0,
        title: title.to_owned(),
        authors: Authors { names: authors.iter().map(|name| (*name).to_owned()).collect(), et_al: false },
        comments: Some(Prose::plain(title)),
        journal_ref: Some(format!("J. {title}")),
        subjects: vec![
            subject("cs.DC", "Distributed, Parallel, and Cluster Computing"),
            subject("cs.AI", "Artificial Intelligence"),
            subject("math-ph", "Mathematical <Physics> & \"more\""),
        ],
        abstract_text: Some(Prose {
            paragraphs: vec![
                vec![Span::Text(format!("We study {title}."))],
                vec![
                    Span::Text("Code: ".to_owned()),
                    Span::Link {
                        href: "https://example.org/?a=1&b=2".to_owned(),
                        text: "this https URL".to_owned(),
                    },
                ],
            ],
        }),
        html_url: Some("https://arxiv.org/html/2602.23598v1".to_owned()),
        version: Some(1),
    }
}

fn entry(number: i64, announce_type: AnnounceType, paper: Paper) -> FeedEntry {
    let url = format!("https://arxiv.org/abs/2602.{:05}", 20_000 + number);
    let event = if announce_type.is_replacement() { "#replaced-2026-03-02" } else { "" };
    FeedEntry {
        id: format!("{url}{event}"),
        url,
        published: newest() - number.seconds(),
        summary: text::summary(&paper, announce_type, None, TextMode::default()),
        content_html: text::item_html(&paper, announce_type, None, TextMode::default()).into(),
        comments: paper.comments.as_ref().map(Prose::to_plain_text),
        title: paper.title,
        authors: paper.authors.names,
        subjects: paper.subjects,
        announce_type: Some(announce_type),
        journal_ref: paper.journal_ref,
        pdf_url: paper.id.pdf_url(),
        html_url: paper.html_url,
        is_pdf_enclosed: false,
    }
}
