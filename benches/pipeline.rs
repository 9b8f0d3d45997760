//! How fast is each stage? `cargo bench --bench pipeline`, a module per stage.
//!
//! `CROSSLIST_BENCH_PAGE` names another listing page to measure with.

fn main() {
    divan::main();
}

/// The page that is measured with: as many entries as arXiv puts on one.
mod page {
    use std::sync::LazyLock;

    const ENTRIES: usize = 2_000;

    pub(crate) static BYTES: LazyLock<Vec<u8>> =
        LazyLock::new(|| match std::env::var_os("CROSSLIST_BENCH_PAGE") {
            Some(path) => std::fs::read(&path).expect("the page named by CROSSLIST_BENCH_PAGE"),
            None => large().into_bytes(),
        });

    pub(crate) static ENTRIES_FOUND: LazyLock<usize> = LazyLock::new(|| {
        let listing = crosslist::parse::listing(&BYTES, None).expect("a listing");
        assert!(crosslist::parse::prove(std::slice::from_ref(&listing)).verdict.is_proved());
        listing.entries_found() as usize
    });

    /// The new submissions of a real day over and over, numbered anew.
    fn large() -> String {
        let small = include_str!("../tests/fixtures/pages/cs.DC-new-2026-03-02.html");
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
            let old =
                entry.split("name='").nth(1).and_then(|rest| rest.split('\'').next()).expect("a number");
            let entry =
                entry.replace(id, &format!("2602.{number:05}")).replace(old, &format!("item{number}"));
            page.extend(["<dt>", &entry, "</dd>\n"]);
        }
        page.push_str("</dl></div></div></div></main></body></html>\n");
        page
    }
}

mod parse {
    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};
    use scraper::{Html, Selector};

    use super::page;

    /// What any program on this HTML parser has to pay: build the tree, find the lists, read the text of each entry.
    #[divan::bench]
    fn scraper_alone(bencher: Bencher<'_, '_>) {
        let bytes = page::BYTES.as_slice();
        let lists = Selector::parse("#dlpage dl#articles").expect("a selector");
        bencher.counter(ItemsCount::new(*page::ENTRIES_FOUND)).bench(|| {
            let text = std::str::from_utf8(black_box(bytes)).expect("UTF-8");
            let document = Html::parse_document(text);
            let mut entries: Vec<String> = Vec::new();
            for list in document.select(&lists) {
                for child in list.child_elements() {
                    entries.push(child.text().collect());
                }
            }
            entries
        });
    }

    #[divan::bench]
    fn listing(bencher: Bencher<'_, '_>) {
        let bytes = page::BYTES.as_slice();
        bencher
            .counter(ItemsCount::new(*page::ENTRIES_FOUND))
            .bench(|| crosslist::parse::listing(black_box(bytes), Some("utf-8")).expect("a listing"));
    }

    #[divan::bench]
    fn prove(bencher: Bencher<'_, '_>) {
        let listing = crosslist::parse::listing(&page::BYTES, None).expect("a listing");
        bencher
            .counter(ItemsCount::new(*page::ENTRIES_FOUND))
            .bench(|| crosslist::parse::prove(black_box(std::slice::from_ref(&listing))));
    }
}
