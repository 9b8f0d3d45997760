//! The pages in a real browser: forms without and with the script, keys, and accessibility.

mod driver;

use std::time::Instant;

use crosslist::settings::Sources;
use driver::Browser;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::service::{self, Arxiv, Running};

/// Looks for what keeps people from using a page (WCAG 2.2 AA and good practice).
const AXE: &str = include_str!("axe.min.js");

/// Two hours after the mailing of Friday, 6 March 2026.
const FRIDAY: &str = "2026-03-06T03:00:00Z";

/// The demo, its subject read, and a browser.
async fn opened() -> Option<(Running, Browser)> {
    let browser = Browser::open().await?;
    let service = Running::demo().await;
    service.ids("/subjects/cs.DC.json").await;
    Some((service, browser))
}

/// The ids of the JSON Feed at a whole address.
async fn ids(service: &Running, address: &str) -> Vec<String> {
    let path = address.strip_prefix(&service.base).expect("an address of the service");
    service.ids(path).await
}

/// The papers of the preview, as ids of the feed.
async fn previewed(browser: &Browser) -> Vec<String> {
    let found =
        browser.run("return [...document.querySelectorAll('#preview .title a')].map((a) => a.href)").await;
    found.as_array().expect("a list").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

/// "I care about GPU papers that are cross-listed into cs.DC", up to the address in a reader.
async fn a_feed_is_built_by_clicking(width: u32) {
    let Some((service, browser)) = opened().await else { return };
    browser.show(width, 900, "light").await;
    let start = Instant::now();
    let mut clicks = 0;
    let mut click = async |selector: &str| {
        browser.click(selector).await;
        clicks += 1;
    };
    browser.client.goto(&service.base).await.expect("the start page");
    click("#find").await;
    browser.type_into("#find", "distributed").await;
    click("label:has(#subject-cs\\.DC)").await;
    browser.until("document.querySelector('#chosen label')").await;
    click("#words").await;
    browser.type_into("#words", "gpu").await;
    browser.until("document.querySelector('#preview mark')").await;
    click("label:has([name=type][value=new])").await;
    browser.until("location.search.includes('type=cross') && !document.querySelector('.is-waiting')").await;
    browser.until("document.querySelector('#address-json').value.includes('type=cross')").await;
    let seen = previewed(&browser).await;
    click("[data-copy=address-json]").await;
    browser
        .until("document.querySelector('[data-copy=address-json]').textContent.startsWith('Copied')")
        .await;
    eprintln!(
        "{width} px: {clicks} clicks, two words, {:.1} s with a machine at the keys",
        start.elapsed().as_secs_f64()
    );
    // Pasted, as into a reader.
    browser.run("document.querySelector('#find').select()").await;
    browser.type_into("#find", "\u{E009}v\u{E000}").await;
    let pasted = browser.value("#find").await;
    assert!(!seen.is_empty());
    assert_eq!(ids(&service, &pasted).await, seen, "{pasted}");
    assert_eq!(browser.value("#q").await, "tiabs:gpu");
    // The address of the page says all of it.
    let address = browser.client.current_url().await.expect("an address");
    browser.client.goto(address.as_str()).await.expect("the same page");
    assert_eq!(previewed(&browser).await, seen);
    assert_eq!(browser.value("#words").await, "gpu");
    assert_eq!(serious(browser.complaints().await), Vec::<String>::new());
}

/// Complaints about the page itself; that an address is answered with a mistake is none.
fn serious(complaints: Vec<String>) -> Vec<String> {
    complaints
        .into_iter()
        .filter(|complaint| !complaint.contains("the server responded with a status of"))
        .collect()
}

#[tokio::test]
async fn a_feed_is_built_by_clicking_on_a_desktop() {
    a_feed_is_built_by_clicking(1440).await;
}

#[tokio::test]
async fn a_feed_is_built_by_clicking_on_a_phone() {
    a_feed_is_built_by_clicking(360).await;
}

#[tokio::test]
async fn a_feed_is_built_without_javascript() {
    let Some((service, browser)) = opened().await else { return };
    browser.show(360, 800, "dark").await;
    browser.tell("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    browser.client.goto(&service.base).await.expect("the start page");
    browser.click("details:has(#subject-cs\\.DC) summary").await;
    browser.click("label:has(#subject-cs\\.DC)").await;
    browser.click("label:has([name=type][value=replace])").await;
    browser.type_into("#words", "gpu, llm").await;
    browser.click("#builder button[type=submit]").await;
    let path = "/?subjects=cs.DC&type=new,cross,replace&q=tiabs:%28gpu+OR+llm%29#feed";
    let address = format!("{}{path}", service.base).parse().expect("an address");
    // Without a script the browser goes on by itself, in its own time.
    let arrived = browser.client.wait().for_url(&address).await;
    assert!(arrived.is_ok(), "{:?}, and not {address}", browser.client.current_url().await);
    let feed = browser.find("#address-json").await.attr("value").await.expect("a value").expect("an address");
    let found = ids(&service, &feed).await;
    let links = browser.client.find_all(fantoccini::Locator::Css("#preview .title a")).await.expect("links");
    assert!(!links.is_empty() && links.len() == found.len(), "{} {}", links.len(), found.len());
    // Nothing is offered that only a script can do.
    assert!(!browser.find("[data-copy]").await.is_displayed().await.expect("an answer"));
    browser.click(".open a").await;
    let heads = browser.client.find_all(fantoccini::Locator::Css(".paper")).await.expect("papers");
    assert_eq!(heads.len(), found.len());
}

#[tokio::test]
async fn the_rule_and_the_fields_follow_each_other_while_one_types() {
    let Some((service, browser)) = opened().await else { return };
    browser.show(1440, 900, "light").await;
    browser.client.goto(&format!("{}/?subjects=cs.DC", service.base)).await.expect("the start page");
    browser.type_into("#words", "gpu, \"machine learning\"").await;
    browser.until("document.querySelector('#q').value === 'tiabs:(gpu OR \"machine learning\")'").await;
    browser.type_into("#q", " -tiabs:survey cat:cs.DK").await;
    browser.until("document.querySelector('#mistakes-q .wrong')?.textContent === 'cs.DK'").await;
    browser.run("document.querySelector('#q').value = document.querySelector('#q').value.replace('cs.DK', 'cs.DC')").await;
    browser.type_into("#q", " ").await;
    browser.until("!document.querySelector('#mistakes-q .wrong') && document.querySelector('#without').value === 'survey'").await;
    browser.until("document.querySelector('#address-atom')").await;
    // A chip takes its subject back.
    browser.click("#chosen label").await;
    browser.until("!document.querySelector('#chosen label') && !location.search.includes('subjects')").await;
    assert_eq!(serious(browser.complaints().await), Vec::<String>::new());
}

#[tokio::test]
async fn keys_lead_from_paper_to_paper() {
    let Some((service, browser)) = opened().await else { return };
    browser.client.goto(&format!("{}/subjects/cs.DC", service.base)).await.expect("the page");
    browser.type_into("body", "jjka").await;
    let at = "document.querySelectorAll('.paper')[0]";
    browser.until(&format!("document.activeElement === {at} && {at}.querySelector('details').open")).await;
    browser.type_into("body", "A").await;
    browser.until("[...document.querySelectorAll('details')].every((details) => details.open)").await;
}

/// Every kind of page, by a name for its picture: of the demo, and of a service in trouble.
const PAGES: [(&str, &str); 12] = [
    ("start", "/"),
    ("built", "/?subjects=cs.DC&type=new,cross&q=tiabs:(gpu+OR+llm)"),
    ("mistakes", "/?subjects=cs.DX,cs.DC&days=900&q=cat:cs.DK+gpu+AND"),
    ("cold", "/?subjects=quant-ph,cs.DC&text=tex"),
    ("read", "/subjects/cs.DC"),
    ("read-few", "/search?q=ti:gpu"),
    ("read-nothing", "/search?q=ti:zyzzyva"),
    ("status", "/status"),
    ("rules", "/help/rules"),
    ("addresses", "/help/http"),
    ("why", "/explain?q=ti:(gpu+OR+fpga)+-cat:cs.DB&id=2602.24044"),
    ("no-page", "/nothing"),
];

#[tokio::test]
async fn every_page_is_accessible_at_every_width_in_both_schemes() {
    let Some((service, browser)) = opened().await else { return };
    for (name, path) in PAGES {
        judged(&browser, name, &format!("{}{path}", service.base)).await;
    }
}

#[tokio::test]
async fn pages_with_errors_are_accessible_too() {
    let Some(browser) = Browser::open().await else { return };
    let arxiv = Arxiv::start().await;
    let empty = Running::over(&arxiv, Sources::default(), FRIDAY).await;
    judged(&browser, "empty-start", &empty.base).await;
    judged(&browser, "empty-status", &format!("{}/status", empty.base)).await;
    judged(&browser, "unreachable", &format!("{}/subjects/cs.DC", empty.base)).await;
    judged(&browser, "unreachable-status", &format!("{}/status", empty.base)).await;

    let hostile = service::page("cs.DC-new-2026-03-06.html")
        .replace(
            "A mechanism design overview of Sedna",
            "&lt;script&gt;alert(1)&lt;/script&gt; \u{202E}turned around",
        )
        .replacen("Title:</span>", &format!("Title:</span> {}", "Unbreakable".repeat(60)), 1)
        .replacen("<p class='mathjax'>", &format!("<p class='mathjax'>{}", "word ".repeat(200_000)), 1)
        .replacen(
            "<div class='list-authors'>",
            &format!("<div class='list-authors'>{}", "<a>A. Author</a>, ".repeat(5_000)),
            1,
        );
    arxiv.answer("/list/cs.DC/new", 200, &hostile);
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, FRIDAY).await;
    judged(&browser, "hostile", &format!("{}/subjects/cs.DC", service.base)).await;
    arxiv.answer("/list/cs.DC/new", 500, "");
    service.ask(Method::POST, "/admin/refresh", &[]).await;
    judged(&browser, "troubled", &format!("{}/subjects/cs.DC", service.base)).await;
    judged(&browser, "troubled-status", &format!("{}/status", service.base)).await;
}

/// Nothing runs over the edge, axe finds nothing, and a picture is left, at both widths and in both schemes.
async fn judged(browser: &Browser, name: &str, address: &str) {
    for width in [360, 1440] {
        for scheme in ["light", "dark"] {
            browser.show(width, 900, scheme).await;
            browser.client.goto(address).await.expect(address);
            let about = format!("{name} at {width} px, {scheme}");
            let over = browser
                .run("const page = document.documentElement; return page.scrollWidth - page.clientWidth")
                .await;
            assert_eq!(over, json!(0), "{about} is too wide");
            let found = axe(browser).await;
            assert!(found.is_empty(), "{about}: {found:#?}");
            browser.picture(name, width, scheme).await;
        }
    }
    let complaints = serious(browser.complaints().await);
    assert!(complaints.is_empty(), "{name}: {complaints:#?}");
}

/// What axe finds: the rule, why, and where.
async fn axe(browser: &Browser) -> Vec<String> {
    browser.run(&format!("if (!window.axe) {{ {AXE} }}")).await;
    let script = "const done = arguments[arguments.length - 1]; \
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
        axe.run(document, { runOnly: { type: 'tag', values: tags } }).then( \
            (found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | '))), \
            (error) => done(['axe failed: ' + error]))";
    let found = browser.client.execute_async(script, Vec::new()).await.expect("axe");
    let list = found.as_array().expect("a list").iter();
    list.map(|violation| violation.as_str().map_or_else(|| Value::to_string(violation), str::to_owned))
        .collect()
}
