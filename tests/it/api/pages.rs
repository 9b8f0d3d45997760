//! The pages of the service, as a browser receives them.

use std::collections::BTreeSet;

use crosslist::settings::Sources;
use reqwest::Method;
use scraper::{Html, Selector};

use crate::support::service::{Arxiv, Running};

/// Two hours after the mailing of Friday, 6 March 2026.
const FRIDAY: &str = "2026-03-06T03:00:00Z";

/// The page at a path, as a browser asks for it; redirects are followed.
async fn page(service: &Running, path: &str, status: u16) -> (String, String) {
    let response = service.ask(Method::GET, path, &[("accept", "text/html")]).await;
    assert_eq!(response.status(), status, "{path}");
    let address = response.url().as_str().trim_start_matches(&service.base).to_owned();
    (address, response.text().await.expect("a body"))
}

/// The demo, its subject read.
async fn demo() -> Running {
    let service = Running::demo().await;
    service.ids("/subjects/cs.DC.json").await;
    service
}

fn all(page: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(page);
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).map(|found| found.text().collect::<String>().trim().to_owned()).collect()
}

fn values(page: &str, selector: &str, attribute: &str) -> Vec<String> {
    let page = Html::parse_document(page);
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).filter_map(|found| found.attr(attribute)).map(str::to_owned).collect()
}

/// What the form would send, with some of it changed.
fn sent(page: &str, changes: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for id in ["was", "words", "authors", "without", "days"] {
        pairs.push((id.to_owned(), values(page, &format!("#builder [name={id}]"), "value").join("")));
    }
    pairs.push(("q".to_owned(), all(page, "#q").join("")));
    pairs.push(("place".to_owned(), values(page, "#place [selected]", "value").join("")));
    for name in ["subjects", "type"] {
        let selector = format!("#builder input[name={name}][checked]");
        pairs.extend(values(page, &selector, "value").into_iter().map(|value| (name.to_owned(), value)));
    }
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/?{query}")
}

#[tokio::test]
async fn a_sent_form_redirects_to_its_permalink() {
    let service = demo().await;
    let (_, start) = page(&service, "/", 200).await;
    let (address, made) = page(
        &service,
        &sent(&start, &[("subjects", "cs.DC"), ("type", "cross"), ("words", "gpu, llm")]),
        200,
    )
    .await;
    assert_eq!(address, "/?subjects=cs.DC&type=cross&q=tiabs:%28gpu+OR+llm%29");
    assert_eq!(values(&made, "#words", "value"), ["gpu, llm"]);
    assert_eq!(all(&made, "#q"), ["tiabs:(gpu OR llm)"]);
    let feed = &values(&made, "#address-json", "value")[0];
    let ids = service.ids(feed.trim_start_matches(&service.base)).await;
    let shown = values(&made, "#preview .title a", "href");
    assert!(shown.len() > 1 && shown == ids, "{shown:?} {ids:?}");
    assert!(all(&made, "#preview mark").contains(&"GPU".to_owned()), "{:?}", all(&made, "#preview mark"));
}

#[tokio::test]
async fn the_rule_and_the_fields_edit_each_other() {
    let service = demo().await;
    let (_, start) = page(&service, "/?q=ti:GPU+cat:cs.LG", 200).await;
    assert_eq!(values(&start, "#words", "value"), ["GPU"]);
    // A field rewrites its part, and what no field can say stays.
    let (_, by_field) =
        page(&service, &sent(&start, &[("words", "gpu sched*"), ("authors", "Dong Dai")]), 200).await;
    assert_eq!(all(&by_field, "#q"), ["ti:(gpu sched*) au:\"Dong Dai\" cat:cs.LG"]);
    // The rule fills the fields, also when a field was changed as well.
    let (_, by_rule) =
        page(&service, &sent(&by_field, &[("q", "abs:x -tiabs:y"), ("words", "lost")]), 200).await;
    assert_eq!(all(&by_rule, "#q"), ["abs:x -tiabs:y"]);
    assert_eq!(values(&by_rule, "#without", "value"), ["y"]);
    // Nothing changed: the rule stays as it was written.
    let (_, odd) = page(&service, "/?q=(ti:GPU)", 200).await;
    assert_eq!(all(&page(&service, &sent(&odd, &[]), 200).await.1, "#q"), ["(ti:GPU)"]);
    // Emptied fields empty the rule.
    let (_, field) = page(&service, "/?q=tiabs:x", 200).await;
    assert_eq!(all(&page(&service, &sent(&field, &[("words", "")]), 200).await.1, "#q"), [""]);
}

#[tokio::test]
async fn an_error_is_shown_under_the_characters_that_cause_it() {
    let service = demo().await;
    let (_, wrong) = page(&service, "/?q=cat:cs.DK+gpu&days=900&type=newer&subjects=cs.DX,cs.DC", 400).await;
    assert_eq!(all(&wrong, "#mistakes-q .wrong"), ["cs.DK"]);
    assert!(all(&wrong, "#mistakes-q .mistake")[0].contains("cs.DC"), "{:?}", all(&wrong, ".mistake"));
    assert_eq!(all(&wrong, "#mistakes-days .wrong"), ["900"]);
    assert_eq!(all(&wrong, "#mistakes-subjects .wrong"), ["cs.DX"]);
    assert_eq!(all(&wrong, "#mistakes-type .mistake").len(), 1);
    // What was typed is still there to be mended, and nothing can be subscribed.
    assert_eq!(all(&wrong, "#q"), ["cat:cs.DK gpu"]);
    assert!(all(&wrong, "#address-atom").is_empty());
    page(&service, "/?colour=red", 400).await;
    page(&service, "/?was=&place=moon", 400).await;
}

#[tokio::test]
async fn a_preview_sends_no_request_to_arxiv() {
    let arxiv = Arxiv::start().await;
    let service = Running::over(&arxiv, Sources::default(), FRIDAY).await;
    let (_, empty) = page(&service, "/", 200).await;
    assert!(empty.contains("Nothing has been read from arXiv yet"), "{empty}");
    let (_, cold) = page(&service, "/?subjects=cs.DC,quant-ph", 200).await;
    assert!(cold.contains("It will be read when you subscribe"), "{cold}");
    assert_eq!(values(&cold, "#preview .notice a", "href"), ["/subjects/cs.DC", "/subjects/quant-ph"]);
    assert_eq!(arxiv.asked("/list/cs.DC/new"), 0);
    assert!(page(&service, "/status", 200).await.1.contains("No subject has been read"));
}

#[tokio::test]
async fn a_section_for_the_file_of_feeds_makes_the_same_feed() {
    let service = demo().await;
    let (_, made) =
        page(&service, "/?subjects=cs.DC&type=new,cross&q=ti:gpu+OR+co:/it%27s/&days=7&text=tex", 200).await;
    let section: toml::Table = all(&made, "#section")[0].parse().expect("TOML");
    let feed = &section["feed"][0];
    assert_eq!(feed["sources"][0].as_str(), Some("cs.DC"));
    assert_eq!((feed["days"].as_integer(), feed["text"].as_str()), (Some(7), Some("tex")));
    let query = feed["query"].as_str().expect("a rule");
    assert!(query.starts_with("type:new,cross (") && query.contains("it's"), "{query}");
}

#[tokio::test]
async fn the_html_view_groups_a_feed_by_day() {
    let service = demo().await;
    let (_, week) = page(&service, "/subjects/cs.DC", 200).await;
    assert_eq!(all(&week, ".mailing h2").first().map(String::as_str), Some("Friday, 6 March 2026"));
    assert_eq!(all(&week, ".mailing")[0].matches("Cross-lists (6)").count(), 1);
    assert_eq!(all(&week, ".paper").len(), 37);
    assert_eq!(values(&week, "link[rel=alternate]", "href").len(), 3);
    let ids: BTreeSet<String> = values(&week, ".paper .title a", "href").into_iter().collect();
    assert!(ids.len() > 30 && all(&week, "details.abstract").len() == 37);
    for target in values(&week, ".calendar a, .near a", "href") {
        assert!(week.contains(&format!("id=\"{}\"", target.trim_start_matches('#'))), "{target}");
    }
    assert!(page(&service, "/subjects/cs.DC?page=9", 200).await.1.contains("This feed has no page 9"));
    page(&service, "/subjects/cs.DC?page=0", 400).await;
    page(&service, "/subjects/cs.DC.atom?page=2", 400).await;
    let (_, nothing) = page(&service, "/search?q=ti:zyzzyva", 200).await;
    assert!(nothing.contains("No matching paper was announced in the 14 days up to Friday"), "{nothing}");
}

#[tokio::test]
async fn the_form_of_an_html_view_gives_the_same_feed() {
    let service = demo().await;
    for path in
        ["/subjects/cs.DC?type=new&q=ti:gpu", "/search?q=gpu+OR+llm&days=3", "/keywords/federated?text=tex"]
    {
        let (_, read) = page(&service, path, 200).await;
        let back = values(&read, ".ways a", "href").pop().expect("a way back");
        let (_, builder) = page(&service, &back, 200).await;
        let again = values(&builder, "#address-json", "value").remove(0);
        let feed = values(&read, "link[type='application/feed+json']", "href").remove(0);
        let ids = |address: String| {
            let path = address.trim_start_matches(&service.base).to_owned();
            let service = &service;
            async move { service.ids(&path).await }
        };
        assert_eq!(ids(again.clone()).await, ids(feed).await, "{path} {again}");
    }
}

#[tokio::test]
async fn every_example_of_the_help_runs() {
    let service = demo().await;
    let mut examples = BTreeSet::new();
    for path in ["/help/rules", "/help/http"] {
        let (_, help) = page(&service, path, 200).await;
        let links = values(&help, "main a", "href");
        for id in links.iter().filter_map(|link| link.strip_prefix('#')) {
            assert!(help.contains(&format!("id=\"{id}\"")), "{path}#{id}");
        }
        examples.extend(links.into_iter().filter(|link| link.starts_with('/')));
    }
    assert!(examples.len() > 35, "{examples:?}");
    for example in examples {
        page(&service, &example, 200).await;
    }
}

#[tokio::test]
async fn a_person_is_told_why_a_paper_matches() {
    let service = demo().await;
    let id = service.ids("/search.json?q=ti:gpu").await.remove(0).replace("https://arxiv.org/abs/", "");
    let (_, why) = page(&service, &format!("/explain?q=ti:GPU+-cat:cs.DB&id={id}"), 200).await;
    assert_eq!(all(&why, "h1"), ["The paper matches"]);
    assert!(all(&why, ".reasons mark").contains(&"GPU".to_owned()), "{why}");
    assert!(page(&service, "/explain?q=ti:GPU&id=1001.0001", 200).await.1.contains("Unknown paper"));
}

#[tokio::test]
async fn a_page_says_when_its_subject_could_not_be_read() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-06.html");
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    assert!(!page(&service, "/subjects/cs.DC", 200).await.1.contains("could not be read recently"));
    arxiv.answer("/list/cs.DC/new", 500, "");
    service.ask(Method::POST, "/admin/refresh", &[]).await;
    // A page is not kept while its subject may get into trouble.
    let asked = service.ask(Method::GET, "/subjects/cs.DC", &[("accept", "text/html")]).await;
    assert_eq!(asked.headers()["cache-control"], "no-cache");
    let (_, read) = page(&service, "/subjects/cs.DC", 200).await;
    assert!(
        read.contains("cs.DC could not be read recently") && read.contains("unreachable"),
        "{read:.3000}"
    );
    assert!(all(&read, ".paper").len() > 3);
    let (_, status) = page(&service, "/status", 200).await;
    assert!(all(&status, ".troubles li")[0].contains("unreachable"), "{status}");
}

#[tokio::test]
async fn hostile_papers_read_like_others() {
    let arxiv = Arxiv::start().await;
    let evil = "&lt;script&gt;alert(1)&lt;/script&gt; \u{202E}turned";
    let endless = "word ".repeat(200_000);
    let authors = "<a href=\"/search\">A. Author</a>, ".repeat(5_000);
    let hostile = crate::support::service::page("cs.DC-new-2026-03-06.html")
        .replace("A mechanism design overview of Sedna", evil)
        .replacen("<p class='mathjax'>", &format!("<p class='mathjax'>{endless}"), 1)
        .replacen("<div class='list-authors'>", &format!("<div class='list-authors'>{authors}"), 1);
    arxiv.answer("/list/cs.DC/new", 200, &hostile);
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    let (_, read) = page(&service, "/subjects/cs.DC", 200).await;
    assert!(read.contains("&lt;script&gt;alert(1)") && read.matches("<script").count() == 1);
    assert!(read.len() < 100_000, "{}", read.len());
    let (_, found) = page(&service, "/?subjects=cs.DC&q=turned+OR+word", 200).await;
    assert!(all(&found, "#preview mark").len() > 1 && found.len() < 100_000, "{}", found.len());
    let (_, turned) = page(&service, "/search?q=%E2%80%AEx", 200).await;
    assert!(!all(&turned, "title")[0].contains('\u{202E}'));
}

#[tokio::test]
async fn the_start_page_leads_readers_to_the_feed_that_it_shows() {
    let service = Running::demo().await;
    let page = service.text("/?subjects=cs.DC&type=new&q=gpu").await;
    let head = page.split("</head>").next().expect("a head");
    let links: Vec<&str> = head.split("<link rel=\"alternate\"").skip(1).collect();
    for (link, (kind, ending)) in links.iter().zip([
        ("application/rss+xml", "rss"),
        ("application/atom+xml", "atom"),
        ("application/feed+json", "json"),
    ]) {
        assert!(link.contains(&format!("type=\"{kind}\"")), "{link}");
        let address =
            link.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an address");
        let path = address.replace("&amp;", "&");
        let path = path.strip_prefix(&service.base).expect("an address here");
        assert!(path.contains(&format!("cs.DC.{ending}?")), "{path}");
        assert_eq!(
            service.get(path).await.headers()["content-type"].to_str().ok().map(|all| all.starts_with(kind)),
            Some(true)
        );
    }
    assert_eq!(links.len(), 3);
    // Where there is no feed, there is nothing to lead to.
    let mistaken = service.get("/?subjects=cs.DC&q=gpu+or").await.text().await.expect("a page");
    assert!(!mistaken.contains("rel=\"alternate\""));
    assert!(page.contains("href=\"feed://"), "a program takes the feed over");
}
