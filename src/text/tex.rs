//! TeX as plain Unicode.
//!
//! Authors write titles and abstracts in a TeX of their own, half of it outside of formulas, so this reads what people
//! type and not what TeX would accept: whatever it does not know stays readable, and plain text stays as it is.

mod accents;
mod alphabets;
mod composed;
mod delimiters;
mod environments;
mod formulas;
mod fractions;
mod letters;
mod macros;
mod marked;
mod objects;
mod prose;
mod reader;
mod scripts;
mod symbols;
mod words;

use std::borrow::Cow;

use memchr::{memchr_iter, memchr2, memchr3};
use unicode_normalization::UnicodeNormalization;

use composed::is_composed;
pub use letters::letters;
pub(super) use marked::read_with;
pub(super) use objects::{Objects, Sign};
use reader::Reader;

/// Turns TeX into readable Unicode in composed form (NFC): `Schr\"odinger` gives `Schrödinger`, `$\mathbb{F}_2$` gives
/// `𝔽₂`, `$x_{ij}$` gives `xᵢⱼ`, `\frac{a}{b}` gives `a/b`, `\foo` gives `foo`.
///
/// Takes time in proportion to the text, whatever is in it, and never fails.
#[must_use]
pub fn to_unicode(text: &str) -> Cow<'_, str> {
    if looks_like_tex(text) {
        Cow::Owned(Reader::new(text).read())
    } else if is_composed(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Nearly every text has none of these signs, and several quick looks at all of it are quicker than a close one.
pub(super) fn looks_like_tex(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr3(b'\\', b'$', b'{', bytes).is_some()
        || memchr3(b'}', b'^', b'_', bytes).is_some()
        || memchr2(b'~', b'`', bytes).is_some()
        || memchr_iter(b'-', bytes).any(|at| bytes.get(at + 1) == Some(&b'-'))
}

#[cfg(test)]
#[path = "tex/tex_tests.rs"]
mod tests;
