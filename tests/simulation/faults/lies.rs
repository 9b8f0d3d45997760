//! Pages that lie in arXiv's own layout, with counts that add up.

use crosslist::domain::announcement::AnnounceType;

use super::{Fault, Scene, tamper};
use crate::page::{Asked, Sheet};
use crate::world::{Entry, SUBJECTS};

pub const FAULTS: &[Fault] = &[
    tamper("half_published", |scene, sheet| {
        if is_new(scene) {
            sheet.entries.truncate(sheet.entries.len().div_ceil(2));
        }
    }),
    tamper("only_replacements", |scene, sheet| {
        if is_new(scene) {
            sheet.entries.retain(|entry| entry.announce_type.is_replacement());
        }
    }),
    tamper("quiet_new", |scene, sheet| {
        if is_new(scene) {
            sheet.entries.clear();
        }
    }),
    // What was asked for before its mailing was out may be cached empty for a week.
    tamper("quiet_catchup", |scene, sheet| {
        if !is_new(scene) {
            sheet.entries.clear();
        }
    }),
    tamper("repeated_item", |_, sheet| {
        let same = |pair: &[Entry]| pair[0].announce_type == pair[1].announce_type;
        if let Some(at) = sheet.entries.windows(2).position(same) {
            sheet.entries[at + 1] = sheet.entries[at].clone();
        }
    }),
    // The order moves while the pages are read, so that one entry comes twice and another not at all.
    tamper("order_moved", |scene, sheet| {
        if let Asked::New { skip: 1.. } = scene.asked {
            for announce_type in AnnounceType::ALL {
                rotate(sheet, announce_type);
            }
        }
    }),
    // Entries of which one at least cannot be in this listing.
    tamper("other_subject", |scene, sheet| {
        let mailing = scene.world.mailing(sheet.date).filter(|mailing| mailing.out <= scene.now);
        let Some(mailing) = mailing else { return };
        let is_foreign = |entry: &Entry| {
            let subjects = &scene.world.papers[entry.paper].subjects;
            match entry.announce_type {
                AnnounceType::New => subjects[0] != scene.subject.as_str(),
                _ => !subjects.contains(&scene.subject.as_str()),
            }
        };
        let others = SUBJECTS.iter().map(|subject| mailing.listing(subject, scene.now));
        if let Some(listing) = others.into_iter().find(|listing| {
            listing.iter().any(|entry| !entry.announce_type.is_replacement() && is_foreign(entry))
        }) {
            sheet.entries = listing;
        }
    }),
    // The page of the day before under today's date; believed where the day before is not known.
    tamper("yesterdays_entries", |scene, sheet| {
        let before = scene.world.newest_but_one(scene.now);
        if let Some(before) = before.filter(|_| is_new(scene) && scene.holds_the_day_before) {
            let entries = scene.world.truth(before.date, scene.subject);
            if !entries.is_empty() {
                sheet.entries = entries.to_vec();
            }
        }
    }),
];

fn is_new(scene: &Scene<'_>) -> bool {
    matches!(scene.asked, Asked::New { .. })
}

/// Moves the first entry of a section to its end.
fn rotate(sheet: &mut Sheet, announce_type: AnnounceType) {
    let of_type = |entry: &Entry| entry.announce_type == announce_type;
    let Some(first) = sheet.entries.iter().position(of_type) else { return };
    let count = sheet.entries.iter().filter(|entry| of_type(entry)).count();
    sheet.entries[first..first + count].rotate_left(1);
}
