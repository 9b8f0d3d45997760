//! The listing page that benchmarks use.
//!
//! As many entries as arXiv puts on one; `CROSSLIST_BENCH_PAGE` names another, saved from arXiv.

use std::sync::LazyLock;

const ENTRIES: usize = 2_000;

pub static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| match std::env::var_os("CROSSLIST_BENCH_PAGE") {
    Some(path) => std::fs::read(&path).expect("the page named by CROSSLIST_BENCH_PAGE"),
    None => large().into_bytes(),
});

/// The new submissions of a real day over and over, numbered anew.
fn large() -> String {
    let small = include_str!("../../tests/fixtures/pages/cs.DC-new-2026-03-02.html");
    let (start, end) = (small.find("<dl ").expect("a list"), small.find("</dl>").expect("its end"));
    let entries: Vec<&str> = small[start..end]
        .split("<dt>")
        .skip(1)
        .map(|entry| entry.split("</dd>").next().expect("an entry"))
        .collect();
    let mut page = small[..start].replace("Total of 19", &format!("Total of {ENTRIES}"));
    let heading = format!("New submissions (showing {ENTRIES} of {ENTRIES} entries)");
    page.extend(["<dl id='articles'>\n<h3>", &heading, "</h3>\n"]);
    for (number, entry) in (1..=ENTRIES).zip(entries.iter().cycle()) {
        let id = entry
            .split("title=\"Abstract\" id=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("an id");
        let old = entry.split("name='").nth(1).and_then(|rest| rest.split('\'').next()).expect("a number");
        let entry = entry.replace(id, &format!("2602.{number:05}")).replace(old, &format!("item{number}"));
        page.extend(["<dt>", &entry, "</dd>\n"]);
    }
    page.push_str("</dl></div></div></div></main></body></html>\n");
    page
}
