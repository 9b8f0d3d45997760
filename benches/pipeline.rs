//! How fast is each stage? `cargo bench --bench pipeline`, a module per stage.
//!
//! `CROSSLIST_BENCH_PAGE` names another listing page to measure with.

use std::sync::LazyLock;

fn main() {
    divan::main();
}

/// The page that is measured with, and how many entries are found on it.
mod page;

static ENTRIES_FOUND: LazyLock<usize> = LazyLock::new(|| {
    let listing = crosslist::parse::listing(&page::BYTES, None).expect("a listing");
    assert!(crosslist::parse::prove(std::slice::from_ref(&listing)).verdict.is_proved());
    listing.entries_found() as usize
});

mod parse {
    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};
    use scraper::{Html, Selector};

    use super::{ENTRIES_FOUND, page};

    /// What any program on this HTML parser has to pay: build the tree, find the lists, read the text of each entry.
    #[divan::bench]
    fn scraper_alone(bencher: Bencher<'_, '_>) {
        let bytes = page::BYTES.as_slice();
        let lists = Selector::parse("#dlpage dl#articles").expect("a selector");
        bencher.counter(ItemsCount::new(*ENTRIES_FOUND)).bench(|| {
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
            .counter(ItemsCount::new(*ENTRIES_FOUND))
            .bench(|| crosslist::parse::listing(black_box(bytes), Some("utf-8")).expect("a listing"));
    }

    #[divan::bench]
    fn prove(bencher: Bencher<'_, '_>) {
        let listing = crosslist::parse::listing(&page::BYTES, None).expect("a listing");
        bencher
            .counter(ItemsCount::new(*ENTRIES_FOUND))
            .bench(|| crosslist::parse::prove(black_box(std::slice::from_ref(&listing))));
    }
}
