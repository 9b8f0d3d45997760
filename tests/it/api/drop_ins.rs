//! The addresses of arXiv's own feeds and of its query API: what scripts written for arXiv find here.

use crosslist::settings::Sources;

use crate::support::service::{self, Arxiv, Running};

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
        assert!(own.pub_date().expect("a date").ends_with(" +0000"), "{id}");
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
        "<link href=\"https://arxiv.org/abs/2602.23598\" rel=\"alternate\" type=\"text/html\"/>",
    ] {
        assert!(entry.contains(part), "no {part} in {entry}");
    }
    assert!(!text.contains("<dc:creator>"), "an author must not stand alone and in a joined name");
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
        ("search_query=all:a&sortBy=date", "sortBy must be in: "),
        ("search_query=cat:cs.XX", "cs.XX"),
        ("search_query=(ti:a", "<title>Error</title>"),
        (
            "search_query=submittedDate:[202601010000+TO+tomorrow]",
            "submittedDate:[202603020000 TO 202603022359]",
        ),
        ("search_query=lastUpdatedDate:[20260303+TO+20260302]", "no time is in "),
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
async fn more_results_than_there_may_be_are_the_most_there_may_be_and_it_is_said() {
    let service = warm().await;
    let text = service.text("/api/query?search_query=all:*&max_results=100000&start=3").await;
    says(&text, "itemsPerPage", 2_000);
    let all = service.text("/api/query?search_query=all:*&max_results=2000").await;
    assert_eq!(numbers(&text), numbers(&all)[3..]);
}

#[tokio::test]
async fn what_the_query_api_of_arxiv_does_not_know_is_ignored_there() {
    let service = warm().await;
    let plain = service.text("/api/query?search_query=ti:GPU").await;
    let more = service.text("/api/query?search_query=ti:GPU&page=2&format=json&utm_source=x").await;
    assert_eq!(more, plain);
}

#[tokio::test]
async fn a_slash_behind_a_drop_in_changes_nothing() {
    let service = Running::demo().await;
    for path in ["/rss/cs.DC", "/atom/cs.DC"] {
        assert_eq!(service.text(&format!("{path}/")).await, service.text(path).await);
        assert_eq!(
            service.text(&format!("{path}/?type=cross")).await,
            service.text(&format!("{path}?type=cross")).await
        );
    }
    for path in ["/rss/", "/rss//", "/rss/cs.DC//", "/subjects/cs.DC/"] {
        assert_eq!(service.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn parameters_of_the_query_api_may_come_as_a_form_or_in_the_path() {
    let service = warm().await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let address = format!("{}/api/query", service.base);
    let form = |body: String| {
        client.post(&address).header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    let by_address = service.text("/api/query?search_query=ti:GPU+OR+ti:learning&max_results=3").await;
    let posted =
        form("search_query=ti:GPU+OR+ti:learning&max_results=3".to_owned()).send().await.expect("an answer");
    assert_eq!(posted.status(), 200);
    assert_eq!(posted.text().await.expect("a body"), by_address);
    let both = client
        .post(format!("{address}?max_results=9&start=0"))
        .header("content-type", "application/x-www-form-urlencoded");
    let both = both.body("search_query=ti:GPU+OR+ti:learning&max_results=3").send().await.expect("an answer");
    assert_eq!(both.text().await.expect("a body"), by_address);
    // What was posted is not what the bare address answers.
    assert_eq!(service.get("/api/query").await.status(), 400);
    let many: Vec<String> = (0..2_000).map(|number| format!("2602.{number:05}")).collect();
    let posted = form(format!("id_list={}", many.join(","))).send().await.expect("an answer");
    assert_eq!(posted.status(), 200);
    let too_long = form("x".repeat(40_000)).send().await.expect("an answer");
    assert_eq!(too_long.status(), 413);
    let no_form = client.post(&address).body("{}").send().await.expect("an answer");
    assert_eq!(no_form.status(), 400);
    assert!(no_form.text().await.expect("a body").contains("application/x-www-form-urlencoded"));

    let one = service.text("/api/query/id_list/2602.23598").await;
    assert_eq!(one, service.text("/api/query?id_list=2602.23598").await);
    let both = service.text("/api/query/id_list/2602.24044,2602.23598?max_results=1").await;
    says(&both, "totalResults", 2);
    says(&service.text("/api/query/id_list/cond-mat/0703470v2").await, "totalResults", 0);
    assert_eq!(service.get("/api/query/id_list/").await.status(), 404);
}

#[tokio::test]
async fn a_well_formed_id_that_is_not_known_finds_nothing() {
    let service = warm().await;
    for ids in ["2607.99999", "2607.00001v3", "cond-mat/0703470v2", "math.GT/0309136"] {
        let text = service.text(&format!("/api/query?id_list={ids}")).await;
        says(&text, "totalResults", 0);
        let text = service.text(&format!("/api/query?search_query=id:{ids}")).await;
        says(&text, "totalResults", 0);
    }
}

#[tokio::test]
async fn a_beginning_of_categories_is_read_as_lucene_reads_it() {
    let service = warm().await;
    let count = async |search: &str| {
        let text = service.text(&format!("/api/query?search_query={search}&max_results=2000")).await;
        numbers(&text).len()
    };
    let all = count("all:*").await;
    assert_eq!(all, count("cat:cs.DC").await);
    for everything in ["*", "*:*", "cat:*", "ti:*", "cat:cs*", "cat:c*"] {
        assert_eq!(count(everything).await, all, "{everything}");
    }
    let physics = count("cat:astro-ph.HE").await;
    assert!(physics > 0 && count("cat:astro-ph*").await >= physics);
    assert_eq!(count("cat:astro-ph*").await, count("cat:astro-ph.*").await);
    assert_eq!(
        count("cat:cs.D*").await,
        count("cat:cs.DC+OR+cat:cs.DB+OR+cat:cs.DL+OR+cat:cs.DM+OR+cat:cs.DS").await
    );
    assert_eq!(count("cat:cond-mat*+ANDNOT+cat:cond-mat").await, 0);
    let response = service.get("/api/query?search_query=cat:xx*").await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn dates_of_the_query_api_are_those_of_the_first_and_the_last_announcement() {
    let service = warm().await;
    let ask = async |search: &str| {
        let path = format!("/api/query?search_query={search}&max_results=2000");
        let text = service.text(&path).await;
        let entries = text.split("<entry>").skip(1);
        let date = |entry: &str, element: &str| {
            let rest = entry.split(&format!("<{element}>")).nth(1).expect("a date");
            rest[..16].replace(['-', 'T', ':'], "")
        };
        entries.map(|entry| (date(entry, "published"), date(entry, "updated"))).collect::<Vec<_>>()
    };
    let all = ask("all:*").await;
    for (from, to) in
        [("202603020000", "202603022359"), ("202603030030", "202603060059"), ("202603060100", "203001010000")]
    {
        let within = |date: &String| (from..=to).contains(&date.as_str());
        for (field, of) in [("submittedDate", 0), ("lastUpdatedDate", 1)] {
            let found = ask(&format!("{field}:[{from}+TO+{to}]")).await;
            let pick = |(published, updated): &(String, String)| {
                if of == 0 { within(published) } else { within(updated) }
            };
            assert!(found.iter().all(pick), "{field} {from} {found:?}");
            assert_eq!(found.len(), all.iter().filter(|dates| pick(dates)).count(), "{field} {from}");
        }
    }
    let monday = ask("submittedDate:[20260302+TO+20260302]").await;
    let later = ask("lastUpdatedDate:[20260303+TO+*]+AND+submittedDate:20260302").await;
    assert!(!later.is_empty() && later.len() < monday.len(), "{later:?}");
    let others = ask("all:*+ANDNOT+submittedDate:[20260302+TO+20260302]").await;
    assert_eq!(monday.len() + others.len(), all.len());
    let response = service.get("/api/query?search_query=submittedDate:[20260302+TO+*]").await;
    assert_eq!(response.headers()["x-crosslist-query"], "submittedDate:[202603020000 TO *]");
}

#[tokio::test]
async fn an_abstract_is_text_in_the_drop_in_and_has_the_cap_of_other_feeds() {
    let arxiv = Arxiv::start().await;
    let page = service::page("cs.DC-new-2026-03-02.html");
    let begin = page.find("<p class='mathjax'>").expect("an abstract");
    let end = begin + page[begin..].find("</p>").expect("its end");
    let long = "far too long ".repeat(20_000);
    let page =
        format!("{}<p class='mathjax'>if a &lt;b&gt; c &amp;amp; d, {long}{}", &page[..begin], &page[end..]);
    arxiv.answer("/list/cs.DC/new", 200, &page);
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, MONDAY).await;
    let text = service.text("/rss/cs.DC").await;
    let channel = rss::Channel::read_from(text.as_bytes()).expect("RSS");
    let description = channel.items()[0].description().expect("a description");
    assert!(description.contains("if a &lt;b&gt; c &amp;amp; d, far too"), "{description:.200}");
    assert!((100_000..100_500).contains(&description.len()), "{}", description.len());
    let atom = service.text("/atom/cs.DC").await;
    let feed = feed_rs::parser::parse(atom.as_bytes()).expect("a feed");
    let summary = &feed.entries[0].summary.as_ref().expect("a summary").content;
    assert!(summary.contains("if a <b> c &amp; d, far too") && summary.len() < 100_500, "{summary:.200}");
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
