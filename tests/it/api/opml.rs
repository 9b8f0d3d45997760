//! The list of feeds: what it names answers.

use crosslist::settings::Sources;

use crate::support::service::Running;

/// The values of an attribute, their references undone.
fn values(opml: &str, name: &str) -> Vec<String> {
    let before = format!(" {name}=\"");
    let parts = opml.split(&before).skip(1);
    parts.map(|part| part.split('"').next().expect("a value").replace("&amp;", "&")).collect()
}

#[tokio::test]
async fn every_feed_of_the_list_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("feeds.toml");
    std::fs::write(
        &path,
        "[[feed]]\nname = \"gpu\"\ntitle = \"GPU & more\"\nsources = [\"cs.DC\"]\nquery = 'ti:GPU'\n",
    )
    .expect("a file");
    let sources = Sources { feeds_file: Some(path), ..Sources::default() };
    let service = Running::demo_with(sources).await;
    let response = service.get("/feeds.opml").await;
    assert_eq!(response.headers()["content-type"], "text/x-opml; charset=utf-8");
    let opml = response.text().await.expect("a body");
    assert_eq!(values(&opml, "text"), ["GPU & more", "cs.DC: Distributed, Parallel, and Cluster Computing"]);
    assert_eq!(values(&opml, "text"), values(&opml, "title"));
    assert_eq!(values(&opml, "type"), ["rss", "rss"]);
    let feeds = values(&opml, "xmlUrl");
    for (feed, page) in feeds.iter().zip(values(&opml, "htmlUrl")) {
        let feed = service.text(feed.strip_prefix(&service.base).expect("an address here")).await;
        assert!(feed_rs::parser::parse(feed.as_bytes()).is_ok());
        let path = page.strip_prefix(&service.base).expect("an address here");
        let page = service.ask(reqwest::Method::GET, path, &[("accept", "text/html")]).await;
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn subjects_can_be_chosen_and_must_exist() {
    let service = Running::demo().await;
    let opml = service.text("/feeds.opml?subjects=cs.DC,CS.SY").await;
    let feeds: Vec<String> =
        ["cs.DC", "eess.SY"].iter().map(|id| format!("{}/subjects/{id}.atom", service.base)).collect();
    assert_eq!(values(&opml, "xmlUrl"), feeds);
    assert_eq!(service.get("/feeds.opml?subjects=cs.DK").await.status(), 404);
    assert_eq!(service.get("/feeds.opml?limit=3").await.status(), 400);
    assert_eq!(service.get("/feeds.opml").await.status(), 404);
}
