//! Does any page make the parser or what follows it fail? `cargo fuzz run parse`.

#![no_main]

use crosslist::parse;
use crosslist::text;
use crosslist::domain::presentation::TextMode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|page: &[u8]| {
    for charset in [Some("utf-8"), None] {
        let Ok(listing) = parse::listing(page, charset) else { continue };
        for entry in listing.sections.iter().flat_map(|section| &section.entries) {
            assert!(!entry.paper.title.is_empty());
            text::item_html(&entry.paper, entry.announce_type, entry.cross_list_from.as_deref(), TextMode::Mathml);
        }
        parse::prove(&[listing]);
    }
});
