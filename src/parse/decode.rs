//! Decodes the bytes of a page as browsers do (WHATWG Encoding), and reports bytes that do not fit.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A page's own `<meta charset>` counts within this many bytes (HTML standard, §13.2.3.2).
const META_BYTES_MAX: usize = 1024;

/// The text of a page.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The name of the encoding, if some bytes do not fit it; U+FFFD replaces them.
    pub broken: Option<&'static str>,
}

/// Decodes by the byte order mark, else `charset` of the response's `Content-Type`, else the page's `<meta charset>`, else
/// UTF-8.
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

/// The encoding that a `<meta>` at the top of the page names.
fn encoding_in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut rest = &bytes[..bytes.len().min(META_BYTES_MAX)];
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at..];
        if rest.starts_with(b"<!--") {
            rest = &rest[position_of(rest, b"-->")?..];
            continue;
        }
        let end = rest.iter().position(|byte| *byte == b'>')?;
        let (tag, behind) = rest.split_at(end);
        let is_meta = tag.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case(b"meta"));
        if let Some(encoding) = is_meta.then(|| encoding_in_tag(tag)).flatten() {
            // A page in which this could be read is not in UTF-16, whatever it says.
            return Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding });
        }
        rest = behind;
    }
    None
}

/// The encoding after `charset=`, as an attribute or inside `content`.
fn encoding_in_tag(tag: &[u8]) -> Option<&'static Encoding> {
    let label = &tag[position_of(tag, b"charset")? + b"charset".len()..];
    let label = label.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
    let end = label.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte));
    encoding_of(std::str::from_utf8(&label[..end.unwrap_or(label.len())]).ok()?)
}

fn position_of(bytes: &[u8], words: &[u8]) -> Option<usize> {
    bytes.windows(words.len()).position(|window| window.eq_ignore_ascii_case(words))
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
        check(b"M\xfc \x80", Some("windows-1252"), "Mü €", false);
        check(b"M\0\xfc\0", Some("utf-16le"), "Mü", false);
        check(b"M\xc3\xbc", Some("iso-2022-kr"), "Mü", false);
    }

    #[test]
    fn only_a_meta_of_the_page_names_its_encoding() {
        let check = |top: &str, text: &str| {
            let page = [top.as_bytes(), b"\xc3\xbc"].concat();
            assert_eq!(decode(&page, None).text, format!("{top}{text}"), "{top}");
        };
        check("<meta http-equiv=Content-Type content='text/html; charset = latin1'>", "Ã¼");
        check("<!-- <meta charset=latin1> -->", "ü");
        check("<a href='?charset=latin1'>charset=latin1</a>", "ü");
        check("<meta name=x><META CHARSET=\"latin1\">", "Ã¼");
        check("<meta charset><meta charset=", "ü");
        check("<!-- <meta charset=latin1>", "ü");
        check(&" ".repeat(META_BYTES_MAX), "ü");
        check(&format!("{}<meta charset=latin1>", " ".repeat(META_BYTES_MAX)), "ü");
    }

    #[test]
    fn bytes_that_do_not_fit_are_replaced_and_reported() {
        check(b"M\xfcller", Some("utf-8"), "M\u{fffd}ller", true);
        check(b"cut \xc3", None, "cut \u{fffd}", true);
    }

    #[test]
    fn surrogates_and_nul_are_removed() {
        check(b"x\xed\xa0\x80y\xed\xbf\xbf\0z", None, "xyz", false);
        check("한국".as_bytes(), None, "한국", false);
    }
}
