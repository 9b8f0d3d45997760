//! Rules in addresses: what they leave, how they are told, and what a mistake in one is answered with.

use serde_json::Value;

use crate::support::service::Running;

async fn warm() -> Running {
    let service = Running::demo().await;
    service.text("/subjects/cs.DC.atom").await;
    service
}

async fn numbers(service: &Running, path: &str) -> Vec<String> {
    let ids = service.ids(path).await;
    ids.iter().map(|id| id.trim_start_matches("https://arxiv.org/abs/").to_owned()).collect()
}

#[tokio::test]
async fn a_rule_narrows_a_feed() {
    let service = warm().await;
    let gpu = numbers(&service, "/subjects/cs.DC.json?q=ti:GPU").await;
    assert!(gpu.contains(&"2602.24044".to_owned()) && gpu.contains(&"2602.23434".to_owned()), "{gpu:?}");
    let own = numbers(&service, "/subjects/cs.DC.json?q=primary:cs.DC+type:new").await;
    assert_eq!(own.len(), 11);
    assert_eq!(service.ids("/subjects/cs.DC.json?q=zzzzz").await.len(), 0);
}

#[tokio::test]
async fn a_search_shows_first_appearances_unless_the_rule_or_the_reader_says_otherwise() {
    let service = warm().await;
    let every = numbers(&service, "/search.json?q=-zzzzz").await;
    assert_eq!(every.len(), 25);
    assert_eq!(numbers(&service, "/search.json?q=-zzzzz&type=replace,replace-cross").await.len(), 12);
    assert_eq!(numbers(&service, "/search.json?q=type:replace,replace-cross").await.len(), 12);
    assert_eq!(numbers(&service, "/search.json?q=-zzzzz&subjects=cs.DC&days=1").await.len(), 6);
}

#[tokio::test]
async fn a_keyword_is_one_phrase_in_title_abstract_and_comments() {
    let service = warm().await;
    let found = numbers(&service, "/keywords/federated%20learning.json").await;
    assert_eq!(found, ["2602.23504"]);
    assert_eq!(numbers(&service, "/keywords/learning%20federated.json").await.len(), 0);
    let accented = numbers(&service, "/keywords/f%C3%A9d%C3%A9rated%20Learning.json").await;
    assert_eq!(accented, found);
    assert_eq!(service.get("/keywords/C%2B%2B.rss").await.status(), 200);
    assert_eq!(service.get("/keywords/C++.rss").await.status(), 200);
    assert_eq!(service.get("/keywords/a%2Fb.rss").await.status(), 200);
    assert_eq!(service.get("/keywords/%22%22.rss").await.status(), 400);
}

#[tokio::test]
async fn equal_rules_written_differently_share_one_document() {
    let service = warm().await;
    let tag = |path: &'static str| {
        let service = &service;
        async move {
            let response = service.get(path).await;
            assert_eq!(response.status(), 200, "{path}");
            (response.headers()["etag"].clone(), response.text().await.expect("a body"))
        }
    };
    let one = tag("/subjects/cs.DC.atom?q=ti:GPU+cat:cs.LG").await;
    let other = tag("/subjects/cs.DC.atom?q=(cat:CS.lg+AND+title:GPU)").await;
    assert_eq!(one, other);
    assert!(one.1.contains("rel=\"self\""), "{}", one.1);
}

#[tokio::test]
async fn the_title_says_what_the_feed_is() {
    let service = warm().await;
    let feed = service.feed("/subjects/cs.DC.json?type=new&q=ti:GPU").await;
    assert_eq!(feed["title"], "cs.DC: new, ti:gpu");
    let feed = service.feed("/keywords/scheduling.json").await;
    assert_eq!(feed["title"], "arXiv: “scheduling”");
}

#[tokio::test]
async fn every_mistake_of_a_rule_is_told_with_its_place() {
    let service = warm().await;
    let response = service.get("/subjects/cs.DC.json?q=cat:cs.DK+gpu+or+fpga").await;
    assert_eq!(response.status(), 400);
    let problem: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let places: Vec<(u64, u64)> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| {
            (error["position"].as_u64().expect("a place"), error["length"].as_u64().expect("a length"))
        })
        .collect();
    assert_eq!(places, [(4, 5), (14, 2)]);
    assert!(problem["errors"][0]["message"].as_str().expect("a message").contains("cs.DC"), "{problem}");
}

#[tokio::test]
async fn no_rule_is_too_wild_for_an_answer() {
    let service = warm().await;
    let long = "x".repeat(1_100);
    let deep = "(".repeat(1_000);
    for rule in ["%00", "%FF%FE", "/(a{1000}){1000}/", "ti:/(/", "\"", "*", &long, &deep, "%E2%80%AE"] {
        let status = service.get(&format!("/search.json?q={rule}")).await.status();
        assert!(status == 400 || status == 200, "{rule}: {status}");
    }
}

#[tokio::test]
async fn an_explanation_shows_the_tree_the_words_and_the_counts() {
    let service = warm().await;
    let text = service.text("/explain?q=ti:GPU+-cat:cs.AI&id=2602.24044v1").await;
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["known"], true);
    assert_eq!(answer["tree"]["label"], "AND");
    assert_eq!(answer["tree"]["parts"][0]["holds"], true);
    assert_eq!(answer["tree"]["parts"][0]["matched"][0], "GPU");
    assert!(answer["counts"][0]["hits"].as_u64().expect("hits") >= 2, "{answer}");
    assert_eq!(service.get("/explain?q=ti:GPU").await.status(), 400);
    assert_eq!(service.get("/explain?q=ti:GPU&id=x").await.status(), 400);
    let unknown: Value =
        serde_json::from_str(&service.text("/explain?q=ti:GPU&id=1212.56789").await).expect("JSON");
    assert_eq!(unknown["known"], false);
}

#[tokio::test]
async fn a_keyword_can_be_narrowed_by_a_rule() {
    let service = warm().await;
    let all = numbers(&service, "/keywords/learning.json").await;
    let narrowed = numbers(&service, "/keywords/learning.json?q=ti:federated").await;
    assert!(!narrowed.is_empty() && narrowed.len() < all.len(), "{narrowed:?} of {all:?}");
    let feed = service.feed("/keywords/learning.json?q=ti:Federated").await;
    assert_eq!(feed["feed_url"], format!("{}/keywords/learning.json?q=ti%3Afederated", service.base));
    let refused = service.get("/keywords/schedul*.json").await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.expect("a body").contains("/search?q=schedul*"));
}

#[tokio::test]
async fn arxivs_name_and_reading_of_a_rule_work_on_every_feed() {
    let service = warm().await;
    let own = numbers(&service, "/subjects/cs.DC.json?q=ti:quantum+OR+computing").await;
    assert_eq!(
        numbers(&service, "/subjects/cs.DC.json?search_query=ti:quantum+computing&compat=arxiv").await,
        own
    );
    assert_ne!(numbers(&service, "/subjects/cs.DC.json?search_query=ti:quantum+computing").await, own);
    for path in ["?q=a&search_query=b", "?q=a&compat=arXiv", "?q=caf%E9"] {
        assert_eq!(service.get(&format!("/subjects/cs.DC.json{path}")).await.status(), 400, "{path}");
    }
    assert_eq!(service.get("/search.xml?q=gpu").await.status(), 404);
    let link = service.get("/explain?q=gpu&id=https://arxiv.org/abs/2602.24044v2").await;
    assert_eq!(link.status(), 200);
}
