//! Content codings: which one a request prefers (RFC 9110 §12.5.3), and the encoders.

use std::io::Write;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::serve::http::negotiate::thousandths;

/// Prepared once per document: beyond these levels the time grows faster than the size shrinks.
const GZIP_LEVEL: u32 = 6;
const BROTLI_QUALITY: i32 = 5;

/// The window of 4 MiB, which holds the largest feed.
const BROTLI_WINDOW_BITS: i32 = 22;

/// What a body is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Coding {
    Identity,
    Gzip,
    Brotli,
}

impl Coding {
    /// As `Content-Encoding` has it; nothing for a body as it is.
    pub(in crate::serve) fn field(self) -> Option<HeaderValue> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Brotli => Some(HeaderValue::from_static("br")),
        }
    }

    /// The suffix of entity tags of this coding, whose bytes differ from those of others (RFC 9110 §8.8.3.3).
    pub(in crate::serve) fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gzip",
            Self::Brotli => "-br",
        }
    }

    /// The body in this coding; the same bytes on every machine.
    pub(in crate::serve) fn encode(self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => body.to_vec(),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
                let written = encoder.write_all(body).and_then(|()| encoder.finish());
                // Writing into memory cannot fail.
                written.unwrap_or_default()
            }
            Self::Brotli => {
                let parameters = brotli::enc::BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    lgwin: BROTLI_WINDOW_BITS,
                    size_hint: body.len(),
                    ..Default::default()
                };
                let mut encoded = Vec::new();
                let written = brotli::BrotliCompress(&mut &*body, &mut encoded, &parameters);
                // Reading from memory and writing into it cannot fail.
                written.map(|_| encoded).unwrap_or_default()
            }
        }
    }
}

/// What the `Accept-Encoding` of a request likes best; nothing when even the body as it is will not do.
pub(in crate::serve) fn best(headers: &HeaderMap) -> Option<Coding> {
    let mut fields = headers.get_all(header::ACCEPT_ENCODING);
    match (fields.next(), fields.next()) {
        (None, _) => Some(Coding::Identity),
        (Some(only), None) => preferred(&[only]),
        (Some(_), Some(_)) => preferred(&headers.get_all(header::ACCEPT_ENCODING).collect::<Vec<_>>()),
    }
}

/// Of codings that are liked alike the smallest body wins, and a coding that is named wins over none.
fn preferred(fields: &[&HeaderValue]) -> Option<Coding> {
    let (mut brotli, mut gzip, mut identity, mut any) = (None, None, None, None);
    let parts = fields.iter().filter_map(|field| field.to_str().ok()).flat_map(|field| field.split(','));
    for part in parts {
        let (name, quality) = match part.split_once(';') {
            None => (part.trim(), 1000),
            Some((name, parameters)) => (name.trim(), quality(parameters)),
        };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let place = match name {
            _ if is("gzip") || is("x-gzip") => &mut gzip,
            _ if is("br") => &mut brotli,
            _ if is("identity") => &mut identity,
            "*" => &mut any,
            _ => continue,
        };
        *place = Some(quality);
    }
    let other = any.unwrap_or(0);
    // A body without a coding is acceptable, unless `*;q=0` rules it out; then it is the last choice.
    let identity = identity.or(any.filter(|quality| *quality == 0)).unwrap_or(1);
    let ranked = [
        (Coding::Brotli, brotli.unwrap_or(other)),
        (Coding::Gzip, gzip.unwrap_or(other)),
        (Coding::Identity, identity),
    ];
    let mut best: Option<(Coding, u16)> = None;
    for (coding, quality) in ranked {
        if quality > best.map_or(0, |(_, best)| best) {
            best = Some((coding, quality));
        }
    }
    best.map(|(coding, _)| coding)
}

/// The `q` among parameters, in thousandths; 1 where there is none.
fn quality(parameters: &str) -> u16 {
    let value = |parameter: &str| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))
    };
    parameters.split(';').find_map(value).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accepted: &[&'static str], expected: Option<Coding>) {
        let fields: Vec<HeaderValue> = accepted.iter().map(|field| HeaderValue::from_static(field)).collect();
        assert_eq!(preferred(&fields.iter().collect::<Vec<_>>()), expected, "{accepted:?}");
    }

    #[test]
    fn the_best_liked_coding_is_chosen() {
        check(&["gzip"], Some(Coding::Gzip));
        check(&["gzip, deflate, br, zstd"], Some(Coding::Brotli));
        check(&["br;q=0.5, gzip;q=0.9"], Some(Coding::Gzip));
        check(&["X-GZip"], Some(Coding::Gzip));
        check(&["deflate", "gzip"], Some(Coding::Gzip));
        check(&["gzip;q=0.001"], Some(Coding::Gzip));
        check(&["*"], Some(Coding::Brotli));
        check(&["br;q=0, *"], Some(Coding::Gzip));
        check(&["gzip;q=0.5, identity"], Some(Coding::Identity));
    }

    #[test]
    fn the_body_as_it_is_does_unless_it_is_ruled_out() {
        check(&[""], Some(Coding::Identity));
        check(&["deflate"], Some(Coding::Identity));
        check(&["gzip;q=0"], Some(Coding::Identity));
        check(&["gzip;q=0, br; q=0.000"], Some(Coding::Identity));
        check(&["gzip;q=2"], Some(Coding::Identity));
        check(&["identity;q=0"], None);
        check(&["*;q=0"], None);
        check(&["identity;q=0, deflate"], None);
        check(&["identity;q=0, *;q=0.1"], Some(Coding::Brotli));
        check(&["*;q=0, identity;q=0.1"], Some(Coding::Identity));
        check(&["*;q=0, gzip"], Some(Coding::Gzip));
    }

    #[test]
    fn what_is_encoded_can_be_decoded() {
        use std::io::Read;
        let body = "announced ".repeat(1000);
        let mut text = String::new();
        let gzip = Coding::Gzip.encode(body.as_bytes());
        flate2::read::GzDecoder::new(&gzip[..]).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, body);
        let mut decoded = Vec::new();
        brotli::BrotliDecompress(&mut &Coding::Brotli.encode(body.as_bytes())[..], &mut decoded).expect("br");
        assert_eq!(decoded, body.as_bytes());
        assert_eq!(Coding::Gzip.encode(body.as_bytes()), gzip);
    }
}
