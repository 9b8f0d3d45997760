//! Does any text make the reading of TeX or the folding fail? `cargo fuzz run text`.

#![no_main]

use crosslist::text::{fold, tex};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let readable = tex::to_unicode(text);
    // Fractions and roots add a little, accents a mark.
    assert!(readable.len() <= 8 * text.len() + 64);
    let once = fold::fold(text);
    assert_eq!(fold::fold(&once), once);
});
