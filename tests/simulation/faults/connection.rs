//! Connections that break, stall, drip or never end, and bodies in the wrong coding.

use std::time::Duration;

use super::{Answer, Fault, HTML, Piece, Scene, answer};
use crate::service::{PAGE_BYTES_MAX, READ_TIMEOUT, TOTAL_TIMEOUT};

pub const FAULTS: &[Fault] = &[
    answer("reset_head", |_| Answer::Nothing { after: Duration::from_millis(50), is_timeout: false }),
    answer("silent", |_| Answer::Nothing { after: READ_TIMEOUT, is_timeout: true }),
    // No head that the HTTP library takes: endless or huge fields, a status line that is none, two lengths.
    answer("endless_headers", |_| Answer::Nothing { after: Duration::from_secs(2), is_timeout: false }),
    answer("huge_header", |_| Answer::Nothing { after: Duration::from_millis(300), is_timeout: false }),
    answer("bad_status", |_| Answer::Nothing { after: Duration::from_millis(20), is_timeout: false }),
    answer("two_lengths", |_| Answer::Nothing { after: Duration::from_millis(20), is_timeout: false }),
    answer("reset_mid", reset_mid),
    answer("truncated", |scene| cut(scene, 2, 3, &[Piece::Broken])),
    answer("truncated_chunked", |scene| cut(scene, 9, 10, &[Piece::Broken])),
    // Without a length nothing but the page itself tells that it ended early.
    answer("truncated_close", |scene| {
        let text = scene.text();
        let end = text.rfind("<dt>").unwrap_or(text.len() / 2);
        Answer::page(text.as_bytes()[..end].to_vec(), HTML)
    }),
    answer("cut_anywhere", |scene| {
        let bytes = scene.bytes();
        let end = scene.drawn % bytes.len();
        Answer::page(bytes[..end].to_vec(), HTML)
    }),
    answer("slow_drip", |_| {
        let drops = TOTAL_TIMEOUT.as_secs() / (READ_TIMEOUT / 2).as_secs();
        let drop = |_| [Piece::Bytes(b"x".to_vec()), Piece::Silence(READ_TIMEOUT / 2)];
        let mut body: Vec<Piece> = (0..drops).flat_map(drop).collect();
        body.push(Piece::TimedOut);
        Answer::pieces(body, HTML)
    }),
    answer("stall", |scene| cut(scene, 1, 2, &[Piece::Silence(READ_TIMEOUT), Piece::TimedOut])),
    answer("endless", |_| {
        let block = Piece::Bytes(vec![b'a'; 1 << 16]);
        Answer::pieces(vec![block; (PAGE_BYTES_MAX >> 16) + 2], HTML)
    }),
    answer("bad_chunk", |_| Answer::pieces(vec![Piece::Broken], HTML)),
    answer("early_close", honest),
    answer("gzip_ok", honest),
    // What the HTTP library says when it undoes a coding that is not there, is cut short or does not fit.
    answer("gzip_bomb", |_| Answer::pieces(vec![Piece::Bytes(vec![0; 1 << 18]); 8], HTML)),
    answer("gzip_lie", |_| Answer::pieces(vec![Piece::Broken], HTML)),
    answer("gzip_trunc", |scene| cut(scene, 4, 5, &[Piece::Broken])),
    answer("gzip_crc", |scene| cut(scene, 1, 1, &[Piece::Broken])),
    answer("gzip_twice", |scene| coded(scene, "gzip, gzip")),
    answer("coding_unknown", |scene| coded(scene, "x-weird")),
    answer("latin1_declared", |scene| {
        let text = scene.text().replace("charset=utf-8", "charset=iso-8859-1");
        Answer::page(latin1(&text), "text/html; charset=iso-8859-1")
    }),
    answer("latin1_lie", |scene| Answer::page(latin1(&scene.text()), HTML)),
    answer("invalid_utf8", |scene| {
        let text = scene.text();
        let label = "<span class='descriptor'>Title:</span>";
        let mut bytes = Vec::with_capacity(text.len() + 64);
        for (index, part) in text.split(label).enumerate() {
            if index > 0 {
                bytes.extend_from_slice(label.as_bytes());
                bytes.extend_from_slice(b"\xff\xfe\xc3\x28");
            }
            bytes.extend_from_slice(part.as_bytes());
        }
        Answer::page(bytes, HTML)
    }),
    answer("utf16", |scene| {
        let text = format!("\u{feff}{}", scene.text());
        let bytes = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Answer::page(bytes, "text/html; charset=utf-16")
    }),
    answer("bom", |scene| Answer::page(format!("\u{feff}{}", scene.text()).into_bytes(), HTML)),
    answer("nul_bytes", |scene| Answer::page(scene.text().replace('\n', "\n\0").into_bytes(), HTML)),
];

fn honest(scene: &Scene<'_>) -> Answer {
    scene.honest()
}

pub(super) fn reset_mid(scene: &Scene<'_>) -> Answer {
    cut(scene, 1, 2, &[Piece::Silence(Duration::from_millis(50)), Piece::Broken])
}

/// So much of the page, and then something else.
fn cut(scene: &Scene<'_>, part: usize, of: usize, then: &[Piece]) -> Answer {
    let bytes = scene.bytes();
    let mut body = vec![Piece::Bytes(bytes[..bytes.len() * part / of].to_vec())];
    body.extend_from_slice(then);
    Answer::pieces(body, HTML)
}

fn coded(scene: &Scene<'_>, coding: &str) -> Answer {
    let body = vec![Piece::Bytes(scene.bytes())];
    let headers = vec![("content-type", HTML.to_owned()), ("content-encoding", coding.to_owned())];
    Answer::Head { status: 200, headers, body }
}

/// What does not fit is written as a character reference.
fn latin1(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u8::try_from(u32::from(character)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(format!("&#{};", u32::from(character)).as_bytes()),
        }
    }
    bytes
}
