//! Pages of another time: of yesterday, by turns, or with a clock of their own.

use super::{Answer, Fault, HTML, Piece, Scene, answer};
use crate::page::{Asked, Sheet};

pub const FAULTS: &[Fault] = &[
    answer("stale", |scene| Answer::page(yesterday(scene).into_bytes(), HTML)),
    answer("flipflop", |scene| {
        if scene.count.is_multiple_of(2) {
            Answer::page(yesterday(scene).into_bytes(), HTML)
        } else {
            scene.honest()
        }
    }),
    answer("skew", |scene| {
        let headers =
            vec![("content-type", HTML.to_owned()), ("date", "Mon, 05 Jan 2015 03:00:00 GMT".to_owned())];
        Answer::Head { status: 200, headers, body: vec![Piece::Bytes(scene.bytes())] }
    }),
];

/// The page of the mailing before the newest, as a cache that was not told has it.
fn yesterday(scene: &Scene<'_>) -> String {
    let before = scene.world.newest_but_one(scene.now).expect("the past mailings are out");
    match scene.asked {
        Asked::New { .. } => {
            let entries = before.listing(scene.subject.as_str(), scene.now);
            Sheet { date: before.date, entries, ..scene.sheet() }.write(scene.world)
        }
        Asked::Catchup { .. } => scene.text(),
    }
}
