//! Entity tags (RFC 9110 §8.8.3): the first half of a content's hash in hexadecimal digits, and the coding.

use actix_web::http::header::HeaderValue;

use crate::serve::http::coding::Coding;

/// The first half of the BLAKE3 hash of a body; equal bodies have equal tags on every start and every replica.
pub(in crate::serve) type Tag = [u8; 16];

/// The entity tags of a content, one for each coding, by its place in [`Coding`]; quoted and strong.
pub(in crate::serve) fn etags(tag: Tag) -> [HeaderValue; 3] {
    let digits = hex::encode(tag);
    [Coding::Identity, Coding::Gzip, Coding::Brotli].map(|coding| {
        // Hexadecimal digits and a suffix are always a header's text.
        HeaderValue::try_from(format!("\"{digits}{}\"", coding.suffix()))
            .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    })
}

/// The tag in an entity tag of this service, whatever its coding; none for an entity tag of another form.
pub(in crate::serve) fn tag_of(etag: &[u8]) -> Option<Tag> {
    let name = std::str::from_utf8(etag).ok()?.strip_prefix('"')?.strip_suffix('"')?;
    let digits = name.split('-').next()?;
    let mut tag = Tag::default();
    hex::decode_to_slice(digits, &mut tag).ok()?;
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_from_the_entity_tag_of_every_coding() {
        let tag: Tag = *b"sixteen bytes...";
        for etag in etags(tag) {
            assert_eq!(tag_of(etag.as_bytes()), Some(tag));
        }
        for other in ["", "\"", "\"\"", "\"zz\"", "abc", "\"ä0000000000000000000000000000000\""] {
            assert_eq!(tag_of(other.as_bytes()), None, "{other}");
        }
    }
}
