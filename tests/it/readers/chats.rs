//! Titles as the bots of chats render them.
//!
//! matrix-hookshot reads feeds with the libraries that we write them with, and pastes title and summary into Markdown:
//! `[title](link)` and `$SUMMARY`.

use crosslist::domain::feed::Feed;
use crosslist::domain::presentation::Profile;
use crosslist::render::{self, Format};
use pulldown_cmark::{Event, Parser};

use super::feeds;

const HARD: [&str; 8] = [
    "On [0,1) and (0,1] x<y and y>z f_i*g_i*h with f_i*g_i*h",
    "Backticks `x` | a || b # ## **bold** __u__ ~~s~~ *em* _em_",
    "@here @channel @room @everyone me@e.org :smile: :+1: 10:30:40",
    "# heading <b>bold</b> <script>alert(1)</script> &amp; &lt; &#42; AT&T",
    "C:\\log \\alpha \\_ \\* \\\\ [a](b) ![i](u) [[x]] <https://e.org> $x$",
    "2. list item - dash + plus > quote https://e.org/a_b_c?x=1&y=*2*",
    "]( https://evil.example ) [x]: y",
    "分散計算 의 🦀 e\u{301} 𝔽₂",
];

/// What is seen of Markdown, without the word joiners that nobody sees.
fn seen(markdown: &str) -> String {
    let words = Parser::new(markdown).map(|event| match event {
        Event::Text(text) => text.replace('\u{2060}', ""),
        Event::SoftBreak => " ".to_owned(),
        Event::Start(_) | Event::End(_) => String::new(),
        other => format!("{other:?}"),
    });
    words.collect()
}

fn hard() -> Feed {
    let mut feed = feeds::ordinary();
    let entry = feed.entries[0].clone();
    feed.entries = (1..)
        .zip(HARD)
        .map(|(number, title)| {
            let mut entry = entry.clone();
            entry.id = format!("{}{number}", entry.id);
            title.clone_into(&mut entry.title);
            title.clone_into(&mut entry.summary);
            entry
        })
        .collect();
    Feed { profile: Profile::Matrix, ..feed }
}

#[test]
fn hookshot_shows_titles_and_summaries_as_they_are() {
    let channel = rss::Channel::read_from(render::feed(&hard(), Format::Rss).as_bytes()).expect("a channel");
    for (item, title) in channel.items().iter().zip(HARD) {
        let message = format!("[{}]({})", item.title().expect("a title"), item.link().expect("a link"));
        assert_eq!(seen(&message), title);
        // What ammonia leaves of a summary without markup is the summary.
        assert_eq!(
            seen(&format!("New: {}", item.description().expect("a summary"))),
            format!("New: {title}")
        );
        assert_eq!(item.author(), Some("Ada Lovelace"));
    }
    let feed = render::feed(&hard(), Format::Atom);
    let feed = atom_syndication::Feed::read_from(feed.as_bytes()).expect("a feed");
    for (entry, title) in feed.entries().iter().zip(HARD) {
        let page = entry.links().iter().find(|link| link.mime_type() == Some("text/html")).expect("a page");
        assert!(page.href().starts_with("https://arxiv.org/abs/"), "{}", page.href());
        assert_eq!(seen(&format!("[{}]({})", entry.title().value, page.href())), title);
        let summary = &entry.summary().expect("a summary").value;
        assert_eq!(seen(&format!("New: {summary}")), format!("New: {title}"));
    }
}
