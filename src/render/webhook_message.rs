//! Writes new entries as the body of a webhook.
//!
//! Markup, names of emoji and mentions in titles have no effect in the chat.

use serde::Serialize;
use serde_json::{Value, json};

use super::json::item;
use super::{clean, profile};
use crate::domain::excerpt::beginning;
use crate::domain::feed::{Feed, FeedEntry};
use crate::domain::presentation::Profile;
use crate::domain::push::WebhookKind;
use crate::text::escape;

/// The version of crosslist's own JSON messages; an incompatible change increments it.
const VERSION: u32 = 1;

/// Discord's limit for a title.
const TITLE_CHARACTERS_MAX: usize = 256;

/// The longest text of a message: Discord allows 2,000 characters, old versions of Mattermost 4,000.
const TEXT_CHARACTERS_MAX: usize = 1_900;

/// The most authors that are named.
const AUTHORS_MAX: usize = 6;

/// Follows the sign of a mention and disables it, invisibly.
const WORD_JOINER: char = '\u{2060}';

/// A message in crosslist's own JSON format.
#[derive(Serialize)]
struct Own<'a> {
    version: u32,
    event: &'a str,
    feed: OwnFeed<'a>,
    items: Vec<Value>,
}

#[derive(Serialize)]
struct OwnFeed<'a> {
    title: &'a str,
    url: &'a str,
}

/// The body of a message about the entries of a feed: of one, or of several as a list.
///
/// `event` identifies the message, so that the receiver can recognise a repetition.
#[must_use]
pub fn write(kind: WebhookKind, event: &str, feed: &Feed) -> String {
    // Plain text without illegal characters; the markup of the kind comes later.
    let head = clean::head(&Feed { profile: Profile::Reader, ..feed.clone() });
    let entries: Vec<FeedEntry> =
        feed.entries.iter().map(|entry| clean::entry(entry, Profile::Reader)).collect();
    let body = match kind {
        WebhookKind::Slack => slack(&head, &entries),
        WebhookKind::Mattermost => json!({ "text": markdown(&head, &entries, Profile::Mattermost) }),
        WebhookKind::Discord => discord(&head, &entries),
        WebhookKind::Matrix => matrix(&head, &entries),
        WebhookKind::Json => {
            let items = entries.iter().filter_map(|entry| serde_json::to_value(item(entry)).ok());
            let feed = OwnFeed { title: &head.title, url: &head.page_url };
            serde_json::to_value(Own { version: VERSION, event, feed, items: items.collect() })
                .unwrap_or_default()
        }
    };
    body.to_string()
}

/// Rich text, in which Slack reads no markup; in the notification line it reads only `&`, `<` and `>`.
fn slack(head: &Feed, entries: &[FeedEntry]) -> Value {
    let link = |text: &str, url: &str, bold: bool| json!({ "type": "link", "url": url, "text": text, "style": { "bold": bold } });
    let text = |text: String| json!({ "type": "text", "text": text });
    let (notice, elements) = if let [only] = entries {
        let below = joined(parts(only).iter().map(|part| format!("\n{part}")));
        (only.title.clone(), vec![link(&only.title, &only.url, true), text(below)])
    } else {
        let heading = heading(head, entries);
        let mut elements = vec![link(&heading, &head.page_url, true)];
        let shown = shown(entries, |entry| entry.title.chars().count() + 4);
        for entry in &entries[..shown] {
            elements.extend([text("\n• ".to_owned()), link(&entry.title, &entry.url, false)]);
        }
        elements.extend(more(entries.len() - shown).map(|more| text(format!("\n{more}"))));
        (heading, elements)
    };
    json!({
        "text": notice.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        "unfurl_links": false,
        "blocks": [{ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": elements }] }],
    })
}

/// One embed, with all mentions disabled.
fn discord(head: &Feed, entries: &[FeedEntry]) -> Value {
    let (title, url) = match entries {
        [only] => (only.title.clone(), &only.url),
        _ => (heading(head, entries), &head.page_url),
    };
    let description = match entries {
        [only] => cut(&below(only, Profile::Discord), TEXT_CHARACTERS_MAX),
        _ => list(entries, Profile::Discord),
    };
    let title = cut(
        &profile::summary(&cut(&title, TITLE_CHARACTERS_MAX / 2), Profile::Discord),
        TITLE_CHARACTERS_MAX,
    );
    json!({
        "allowed_mentions": { "parse": [] },
        "embeds": [{ "title": title, "url": url, "description": description }],
    })
}

fn markdown(head: &Feed, entries: &[FeedEntry], of: Profile) -> String {
    match entries {
        [only] => {
            let below = cut(&below(only, of), TEXT_CHARACTERS_MAX);
            format!("**{}**\n{below}", md_link(&only.title, &only.url, of))
        }
        _ => format!("**{}**\n{}", md_link(&heading(head, entries), &head.page_url, of), list(entries, of)),
    }
}

/// HTML, and plain text for clients without HTML; mentions have no effect in either.
fn matrix(head: &Feed, entries: &[FeedEntry]) -> Value {
    let uncalled = |text: &str| text.replace('@', &format!("@{WORD_JOINER}"));
    let html = |text: &str| escape(&uncalled(text)).into_owned();
    let link = |text: &str, url: &str| format!("<a href=\"{}\">{}</a>", escape(url), html(text));
    let (plain, html) = if let [only] = entries {
        let plain = joined(parts(only).iter().map(|part| format!("\n{part}")));
        let marked =
            joined(parts(only).iter().map(|part| format!("<br>{}", html(part).replace('\n', "<br>"))));
        let plain = format!("{}\n{}{plain}", only.title, only.url);
        (plain, format!("<strong>{}</strong>{marked}", link(&only.title, &only.url)))
    } else {
        let shown = &entries[..shown(entries, |entry| entry.title.chars().count() + entry.url.len() + 4)];
        let heading = heading(head, entries);
        let more = more(entries.len() - shown.len()).unwrap_or_default();
        let lines = joined(shown.iter().map(|entry| format!("\n• {} {}", entry.title, entry.url)));
        let items = joined(shown.iter().map(|entry| format!("<li>{}</li>", link(&entry.title, &entry.url))));
        let plain = format!("{heading} {}{lines}\n{more}", head.page_url);
        let marked = format!("<strong>{}</strong><ul>{items}</ul>{more}", link(&heading, &head.page_url));
        (plain.trim_end().to_owned(), marked)
    };
    json!({ "text": uncalled(&plain), "html": html, "username": "crosslist" })
}

/// `12 papers in cs.DC`
fn heading(head: &Feed, entries: &[FeedEntry]) -> String {
    format!("{} papers in {}", entries.len(), head.title)
}

fn more(count: usize) -> Option<String> {
    (count > 0).then(|| format!("and {count} more"))
}

/// The number of entries that fit.
fn shown(entries: &[FeedEntry], characters: impl Fn(&FeedEntry) -> usize) -> usize {
    let mut left = TEXT_CHARACTERS_MAX;
    entries
        .iter()
        .take_while(|entry| {
            let needed = characters(entry);
            let fits = needed <= left;
            left = left.saturating_sub(needed);
            fits
        })
        .count()
}

/// A line with a link for each entry, as many as fit.
fn list(entries: &[FeedEntry], of: Profile) -> String {
    let line = |entry: &FeedEntry| format!("- {}\n", md_link(&entry.title, &entry.url, of));
    let shown = shown(entries, |entry| line(entry).chars().count());
    let mut list: String = entries[..shown].iter().map(line).collect();
    list.push_str(&more(entries.len() - shown).unwrap_or_default());
    list.trim_end().to_owned()
}

fn md_link(text: &str, url: &str, of: Profile) -> String {
    let url = url.replace('(', "%28").replace(')', "%29");
    format!("[{}]({url})", profile::summary(text, of))
}

/// Authors and abstract in the markup of a chat.
fn below(entry: &FeedEntry, of: Profile) -> String {
    let written = parts(entry).into_iter().map(|part| profile::summary(&part, of));
    written.collect::<Vec<_>>().join("\n")
}

/// Authors and abstract, without empty ones.
fn parts(entry: &FeedEntry) -> Vec<String> {
    let parts = [authors(entry), entry.summary.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}

fn authors(entry: &FeedEntry) -> String {
    let mut names: Vec<&str> = entry.authors.iter().take(AUTHORS_MAX).map(String::as_str).collect();
    if entry.authors.len() > AUTHORS_MAX {
        names.push("et al.");
    }
    names.join(", ")
}

/// The text, or its beginning with `…`; no backslash is left at the end.
fn cut(text: &str, characters_max: usize) -> String {
    if text.chars().count() <= characters_max {
        return text.to_owned();
    }
    format!("{}…", beginning(text, characters_max - 1).trim_end_matches(['\\', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    const HARD: &str = "<!channel> @everyone @room [0,1) f_i*g_i*h :smile: `t` | a&b <@U123> **x**";

    fn hard() -> Feed {
        let mut feed = samples::feed();
        feed.entries.truncate(1);
        feed.entries[0].title = HARD.to_owned();
        feed.entries[0].summary = HARD.to_owned();
        feed
    }

    fn read(kind: WebhookKind, feed: &Feed) -> Value {
        serde_json::from_str(&write(kind, "gpu/2602.23598", feed)).expect("JSON")
    }

    #[test]
    fn slack_shows_a_title_unchanged_and_mentions_nobody() {
        let body = read(WebhookKind::Slack, &hard());
        let elements = &body["blocks"][0]["elements"][0]["elements"];
        assert_eq!(elements[0]["text"], HARD);
        assert_eq!(elements[0]["url"], "https://arxiv.org/abs/2602.23598");
        assert_eq!(elements[1]["text"], format!("\nAda Lovelace, 李 & Söhne\n{HARD}"));
        assert!(elements.as_array().expect("elements").iter().all(|one| one["type"] != "broadcast"));
        let notice = body["text"].as_str().expect("a text");
        assert!(notice.starts_with("&lt;!channel&gt; ") && !notice.contains('<'), "{notice}");
    }

    #[test]
    fn discord_may_mention_nobody_and_shows_no_markup() {
        let body = read(WebhookKind::Discord, &hard());
        assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
        let card = &body["embeds"][0];
        let title = card["title"].as_str().expect("a title");
        assert!(title.contains("\\<\\!channel") || title.contains("\\<!channel\\>"), "{title}");
        assert!(title.contains("f\\_i\\*g") && title.contains("\\`t\\`"), "{title}");
        assert!(card["description"].as_str().expect("a text").starts_with("Ada Lovelace, 李 & Söhne\n"));
    }

    #[test]
    fn mattermost_and_matrix_mention_nobody() {
        let text = read(WebhookKind::Mattermost, &hard())["text"].as_str().expect("a text").to_owned();
        assert!(text.starts_with("**[<!channel> @\u{2060}everyone @\u{2060}room \\[0,1) f\\_i"), "{text}");
        assert!(text.contains("](https://arxiv.org/abs/2602.23598)**\nAda Lovelace"), "{text}");
        let body = read(WebhookKind::Matrix, &hard());
        let html = body["html"].as_str().expect("markup");
        assert!(html.contains("&lt;!channel&gt; @\u{2060}everyone") && !html.contains("@room"), "{html}");
        assert!(!body["text"].as_str().expect("a text").contains("@room"));
        assert_eq!(body["username"], "crosslist");
    }

    #[test]
    fn a_json_message_has_the_items_of_a_json_feed() {
        let body = read(WebhookKind::Json, &samples::feed());
        assert_eq!((&body["version"], &body["event"]), (&json!(1), &json!("gpu/2602.23598")));
        let page = "http://localhost:8080/subjects/cs.DC?type=new&limit=50";
        assert_eq!(body["feed"], json!({ "title": "cs.DC", "url": page }));
        let feed: Value = serde_json::from_str(&super::super::json(&samples::feed())).expect("JSON");
        assert_eq!(body["items"], feed["items"]);
    }

    #[test]
    fn many_papers_are_a_list_that_fits() {
        let mut feed = samples::feed();
        feed.entries = vec![samples::entry_of(&"*_x ".repeat(20)); 300];
        for kind in [WebhookKind::Slack, WebhookKind::Mattermost, WebhookKind::Discord, WebhookKind::Matrix] {
            let body = read(kind, &feed).to_string();
            assert!(body.contains("300 papers in cs.DC") && body.contains(" more"), "{kind:?}: {body}");
            assert!(body.len() < 12_000, "{kind:?}: {}", body.len());
        }
        let card = &read(WebhookKind::Discord, &feed)["embeds"][0];
        assert!(card["description"].as_str().expect("a text").chars().count() <= 2_000);
    }

    #[test]
    fn a_long_title_is_cut_where_a_chat_would_refuse_it() {
        let mut feed = hard();
        feed.entries[0].title = "*".repeat(1_000);
        let body = read(WebhookKind::Discord, &feed);
        let title = body["embeds"][0]["title"].as_str().expect("a title");
        assert!(title.chars().count() <= TITLE_CHARACTERS_MAX && title.ends_with('…'), "{title}");
    }
}
