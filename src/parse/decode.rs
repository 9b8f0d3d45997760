//! Which text do the bytes of a page stand for?

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a page its own `<meta charset>` is looked for, as the HTML standard has it.
const META_BYTES_MAX: usize = 1024;

/// The text of a page.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The name of the encoding that some bytes did not fit; U+FFFD stands in their place.
    pub broken: Option<&'static str>,
}

/// Decodes by the byte order mark, else the `charset` of the answer's header, else the page's own word, else UTF-8.
///
/// Surrogates written in UTF-8 are illegal characters rather than a wrong encoding, and are dropped before
/// the decoder would take them for three stray bytes; NUL characters mean nothing in HTML and go too.
pub(super) fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Decoded<'a> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| {
        let declared = charset.map(|label| label.trim().trim_matches(['"', '\'']));
        let encoding = declared.and_then(encoding_of).or_else(|| encoding_in_page(bytes));
        (encoding.unwrap_or(UTF_8), 0)
    });
    let bytes = &bytes[mark..];
    let (text, has_errors) = match std::str::from_utf8(bytes) {
        Ok(text) if encoding == UTF_8 => (Cow::Borrowed(text), false),
        Err(_) if encoding == UTF_8 => {
            let mended = without_surrogates(bytes);
            let (text, has_errors) = encoding.decode_without_bom_handling(&mended);
            (Cow::Owned(text.into_owned()), has_errors)
        }
        _ => encoding.decode_without_bom_handling(bytes),
    };
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { text };
    Decoded { text, broken: has_errors.then(|| encoding.name()) }
}

fn encoding_of(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
}

/// The encoding named by `charset=` near the top of the page.
fn encoding_in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    const KEY: &[u8] = b"charset=";
    let head = &bytes[..bytes.len().min(META_BYTES_MAX)];
    let at = head.windows(KEY.len()).position(|window| window.eq_ignore_ascii_case(KEY))?;
    let label = head[at + KEY.len()..].trim_ascii_start();
    let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
    let end = label.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte));
    let encoding = encoding_of(std::str::from_utf8(&label[..end.unwrap_or(label.len())]).ok()?)?;
    // A page in which this could be read is not in UTF-16, whatever it says.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// The bytes without `ED A0..BF xx`.
fn without_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        if let [0xed, 0xa0..=0xbf, 0x80..=0xbf, behind @ ..] = rest {
            rest = behind;
        } else {
            mended.push(*first);
            rest = behind;
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], charset: Option<&str>, expected: &str, broken: bool) {
        let decoded = decode(bytes, charset);
        assert_eq!(decoded.text, expected, "{bytes:?}");
        assert_eq!(decoded.broken.is_some(), broken, "{bytes:?}");
    }

    #[test]
    fn the_mark_wins_over_the_header_and_the_header_over_the_page() {
        check(b"\xef\xbb\xbfM\xc3\xbc", Some("iso-8859-1"), "Mü", false);
        check(b"\xff\xfeM\0\xfc\0", None, "Mü", false);
        check(b"M\xfc", Some("ISO-8859-1"), "Mü", false);
        check(b"M\xc3\xbc", Some("\"utf-8\""), "Mü", false);
        check(b"<meta charset='latin1'>\xfc", None, "<meta charset='latin1'>ü", false);
        check(
            b"<meta content=\"text/html; charset=latin1\">\xfc",
            Some("utf-8"),
            "<meta content=\"text/html; charset=latin1\">\u{fffd}",
            true,
        );
        check(b"<meta charset=utf-16>\xc3\xbc", Some("no-such"), "<meta charset=utf-16>ü", false);
    }

    #[test]
    fn bytes_that_do_not_fit_are_marked_and_told() {
        check(b"M\xfcller", Some("utf-8"), "M\u{fffd}ller", true);
        check(b"cut \xc3", None, "cut \u{fffd}", true);
    }

    #[test]
    fn surrogates_and_nul_are_dropped_in_silence() {
        check(b"x\xed\xa0\x80y\xed\xbf\xbf\0z", None, "xyz", false);
        check("한국".as_bytes(), None, "한국", false);
    }
}
