//! The addresses of arXiv's own feeds and of its query API: what scripts written for arXiv find here.

use crosslist::settings::Sources;

use crate::service::{Arxiv, Running};

/// An hour after the mailing of Monday, 2 March 2026, is over.
const MONDAY: &str = "2026-03-02T12:00:00Z";

async fn monday() -> (Arxiv, Running) {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, MONDAY).await;
    (arxiv, service)
}

fn official() -> rss::Channel {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/official/cs.DC.rss");
    rss::Channel::read_from(&std::fs::read(path).expect("the feed")[..]).expect("RSS")
}

fn guid(item: &rss::Item) -> &str {
    item.guid().expect("a guid").value()
}

/// An id without its version, and the version.
fn split(id: &str) -> (&str, Option<u32>) {
    match id.rsplit_once('v') {
        Some((id, version)) if version.bytes().all(|b| b.is_ascii_digit()) => (id, version.parse().ok()),
        _ => (id, None),
    }
}

fn announce_type(item: &rss::Item) -> &str {
    item.extensions()["arxiv"]["announce_type"][0].value().expect("a type")
}

#[tokio::test]
async fn a_drop_in_holds_what_the_official_feed_of_the_day_holds() {
    let (_arxiv, service) = monday().await;
    let text = service.text("/rss/cs.DC").await;
    let own = rss::Channel::read_from(text.as_bytes()).expect("RSS");
    let official = official();
    assert_eq!((own.title(), own.description()), (official.title(), official.description()));
    assert_eq!((own.language(), own.skip_days()), (official.language(), official.skip_days()));
    assert_eq!(own.items().len(), official.items().len());
    for (own, official) in own.items().iter().zip(official.items()) {
        let ((id, version), (official_id, official_version)) = (split(guid(own)), split(guid(official)));
        assert_eq!(id, official_id);
        assert!(version.is_none() || version == official_version, "{id} {version:?}");
        assert!(announce_type(own) != "new" || version == Some(1), "{id}");
        assert_eq!(announce_type(own), announce_type(official), "{id}");
        assert_eq!((own.title(), own.link()), (official.title(), official.link()));
        let categories = |item: &rss::Item| -> Vec<String> {
            item.categories().iter().map(|category| category.name().to_owned()).collect()
        };
        assert_eq!(categories(own), categories(official), "{id}");
        let creators = |item: &rss::Item| {
            let creators = item.dublin_core_ext().expect("creators").creators().to_vec();
            assert_eq!(creators.len(), 1, "{id}");
            creators[0].clone()
        };
        // The official feed has raw TeX where the page has letters.
        if !creators(official).contains(['\\', '{']) {
            assert_eq!(creators(own), creators(official), "{id}");
        }
        let number = guid(own).replace("oai:arXiv.org", "arXiv");
        let opening = format!("{number} Announce Type: {} \nAbstract: ", announce_type(own));
        assert!(own.description().expect("a description").starts_with(&opening), "{id}");
        assert!(own.pub_date().expect("a date").ends_with("GMT"), "{id}");
    }
}

#[tokio::test]
async fn a_drop_in_in_atom_is_valid_and_the_same() {
    let (_arxiv, service) = monday().await;
    let ids = |text: String| -> Vec<String> {
        let feed = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
        assert!(feed.entries.iter().all(|entry| entry.updated.is_some() && entry.title.is_some()));
        feed.entries.iter().map(|entry| entry.id.clone()).collect()
    };
    let text = service.text("/atom/cs.dc").await;
    assert_eq!(text.matches("<entry>").count(), 19);
    let entry = &text[text.find("<entry>").expect("an entry")..text.find("</entry>").expect("its end")];
    for part in [
        "<id>oai:arXiv.org:2602.23598v1</id>",
        "<author>\n<name>Md Hasanur Rashid</name>\n</author>",
        "<arxiv:announce_type>new</arxiv:announce_type>",
        "<dc:creator>Md Hasanur Rashid, Jesun Firoz, ",
        "<link href=\"https://arxiv.org/abs/2602.23598\" rel=\"alternate\" type=\"text/html\"/>",
    ] {
        assert!(entry.contains(part), "no {part} in {entry}");
    }
    let own = format!("href=\"{}/atom/cs.DC\" rel=\"self\"", service.base);
    assert!(text.contains(&own), "{text:.900}");
    assert_eq!(ids(text), ids(service.text("/rss/cs.DC").await));
}

#[tokio::test]
async fn a_drop_in_shows_the_newest_mailing_and_days_widen_it() {
    let service = Running::demo().await;
    let count = async |path: &str| service.text(path).await.matches("<guid").count();
    assert_eq!(count("/rss/cs.DC").await, 7);
    assert_eq!(count("/rss/CS.dc?version=2.0").await, 7);
    assert_eq!(
        count("/rss/cs.DC?type=new").await,
        service.ids("/subjects/cs.DC.json?type=new&days=1").await.len()
    );
    let wide = service.text("/rss/cs.DC?days=5").await;
    assert!(wide.matches("<guid").count() > 19);
    assert!(wide.contains("/rss/cs.DC?days=5\" rel=\"self\""), "{wide:.900}");
    let ids: Vec<&str> = wide.split("<guid isPermaLink=\"false\">").skip(1).collect();
    let ids: std::collections::HashSet<&str> = ids.iter().filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(ids.len(), wide.matches("<guid").count());
}

#[tokio::test]
async fn a_drop_in_is_kept_and_refused_as_any_other_feed() {
    let service = Running::demo().await;
    for path in ["/rss/cs.DC?version=0.91", "/atom/cs.DC?version=1.0", "/rss/cs.DC?sort=x"] {
        assert_eq!(service.get(path).await.status(), 400, "{path}");
    }
    assert_eq!(service.get("/rss/cs.XX").await.status(), 404);
    assert_eq!(service.get("/rss/cs.DC+").await.status(), 404);
    let response = service.get("/rss/cs.DC").await;
    assert_eq!(response.headers()["content-type"], "application/rss+xml; charset=utf-8");
    let etag = response.headers()["etag"].to_str().expect("text").to_owned();
    assert!(etag.starts_with('"'), "{etag}");
    let again = service.ask(reqwest::Method::GET, "/rss/cs.DC", &[("if-none-match", &etag)]).await;
    assert_eq!(again.status(), 304);
}

/// The numbers of the papers on a page of results.
#[tokio::test]
async fn a_format_behind_a_drop_in_is_refused_with_the_two_ways_to_write_it() {
    let (_arxiv, service) = monday().await;
    for path in ["/rss/cs.DC.rss", "/atom/cs.DC+cs.PF.RSS"] {
        let response = service.get(path).await;
        assert_eq!(response.status(), 400, "{path}");
        let told = response.text().await.expect("a body");
        let way = path.rsplit_once('.').expect("an ending").0;
        assert!(told.contains(&format!("{way}, or /subjects/")), "{told}");
    }
}

fn numbers(text: &str) -> Vec<&str> {
    text.split("<id>http://arxiv.org/abs/").skip(1).filter_map(|rest| rest.split('<').next()).collect()
}

fn says(text: &str, element: &str, value: usize) {
    let part = format!("<opensearch:{element}>{value}</opensearch:{element}>");
    assert!(text.contains(&part), "no {part} in {text:.900}");
}

async fn warm() -> Running {
    let service = Running::demo().await;
    service.text("/subjects/cs.DC.atom").await;
    service
}

#[tokio::test]
async fn the_query_api_answers_page_by_page() {
    let service = warm().await;
    let first = service.text("/api/query?search_query=cat:cs.DC").await;
    says(&first, "startIndex", 0);
    says(&first, "itemsPerPage", 10);
    assert_eq!(numbers(&first).len(), 10);
    let all = service.text("/api/query?search_query=cat:cs.DC&max_results=2000").await;
    let total = numbers(&all).len();
    says(&first, "totalResults", total);
    assert!(total > 19, "{total}");
    assert_eq!(numbers(&all)[..10], numbers(&first));
    let second = service.text("/api/query?search_query=cat:cs.DC&start=10&max_results=5").await;
    assert_eq!(numbers(&second), numbers(&all)[10..15]);
    let turned =
        "/api/query?search_query=cat:cs.DC&max_results=2000&sortBy=submittedDate&sortOrder=ascending";
    let turned = service.text(turned).await;
    let dates: Vec<&str> =
        turned.split("<published>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert!(dates.is_sorted() && dates.len() == total, "{dates:?}");
    says(&service.text("/api/query?search_query=cat:cs.DC&max_results=0").await, "totalResults", total);
}

#[tokio::test]
async fn a_search_is_read_as_arxiv_reads_it_and_says_how() {
    let service = warm().await;
    let response = service.get("/api/query?search_query=ti:GPU+AND+cat:cs.DC&max_results=100").await;
    assert_eq!(response.headers()["content-type"], "application/atom+xml; charset=utf-8");
    let understood = response.headers()["x-crosslist-query"].to_str().expect("text").to_owned();
    assert!(understood.contains("ti:gpu") && understood.contains("cat:cs.DC"), "{understood}");
    let both = response.text().await.expect("a body");
    let accented = service.get("/api/query?search_query=au:G%C3%BCnl%C3%BC").await;
    assert_eq!(accented.headers()["x-crosslist-query"], "au:g%C3%BCnl%C3%BC");
    let either = service.text("/api/query?search_query=ti:GPU+ti:federated&max_results=100").await;
    let gpu = service.text("/api/query?search_query=ti:GPU&max_results=100").await;
    assert!(numbers(&gpu).len() >= numbers(&both).len());
    assert!(numbers(&either).len() > numbers(&gpu).len());
}

#[tokio::test]
async fn papers_are_found_by_their_ids_in_the_order_asked() {
    let service = warm().await;
    let text = service.text("/api/query?id_list=2602.24044,2602.23598v1,2602.23598v9,2602.00001").await;
    assert!(numbers(&text)[0].starts_with("2602.24044"), "{:?}", numbers(&text));
    assert_eq!(numbers(&text).len(), 2, "{:?}", numbers(&text));
    assert_eq!(numbers(&text)[1], "2602.23598v1");
    // Replaced on 6 March, in a version that the page did or did not tell.
    let newest = service.text("/api/query?id_list=2602.23598").await;
    assert_ne!(numbers(&newest), ["2602.23598v1"]);
    let date = |element: &str| {
        let rest = newest.split("<entry>").nth(1).expect("an entry");
        let rest = rest.split(&format!("<{element}>")).nth(1).expect("a date");
        rest.split('<').next().expect("a date").to_owned()
    };
    assert!(date("published") < date("updated"));
    for part in [
        "title=\"pdf\"/>",
        "<arxiv:primary_category term=\"cs.DC\"/>",
        "<category term=\"cs.PF\" scheme=\"http://arxiv.org/schemas/atom\"/>",
        "<author>\n<name>Dong Dai</name>\n</author>",
    ] {
        assert!(newest.contains(part), "no {part} in {newest}");
    }
    let both = "/api/query?id_list=2602.24044,2602.23598&search_query=ti:GPU";
    assert_eq!(numbers(&service.text(both).await).len(), 1);
}

#[tokio::test]
async fn a_mistake_is_an_entry_called_error() {
    let service = warm().await;
    for (query, said) in [
        ("id_list=1234.123456", "<id>http://arxiv.org/api/errors#incorrect_id_format_for_1234.123456</id>"),
        ("search_query=all:a&start=-1", "<summary>start must be non-negative</summary>"),
        ("search_query=all:a&max_results=x", "<summary>max_results must be an integer</summary>"),
        ("search_query=all:a&max_results=2001", "max_results must be at most 2000"),
        ("search_query=all:a&sortBy=date", "sortBy must be in: "),
        ("search_query=all:a&page=2", "unknown parameter page"),
        ("search_query=cat:cs.XX", "cs.XX"),
        ("search_query=(ti:a", "<title>Error</title>"),
        ("search_query=submittedDate:[202001010000+TO+202101010000]", "announced:"),
        ("", "either search_query or id_list is needed"),
    ] {
        let response = service.get(&format!("/api/query?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        assert_eq!(response.headers()["content-type"], "application/atom+xml; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let text = response.text().await.expect("a body");
        assert!(text.contains(said), "no {said} in {text}");
        feed_rs::parser::parse(text.as_bytes()).expect("a feed");
    }
}

#[tokio::test]
async fn results_have_a_tag_like_any_feed() {
    let service = warm().await;
    let path = "/api/query?search_query=all:learning";
    let response = service.get(path).await;
    let etag = response.headers()["etag"].to_str().expect("text").to_owned();
    let again = service.ask(reqwest::Method::GET, path, &[("if-none-match", &etag)]).await;
    assert_eq!(again.status(), 304);
}
