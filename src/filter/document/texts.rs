//! The parts of a paper without TeX, stored as differences from the paper's own text.

use std::borrow::Cow;

use crate::domain::paper::Paper;
use crate::domain::prose::Prose;
use crate::text::tex;

use super::super::fields::PaperPart;
use super::super::varint;

/// The texts free of TeX, as what has to be changed in those of the paper.
///
/// Behind one pointer, since most texts need none. A change is three numbers and its words: so many bytes of the source
/// stay, so many are left out, and so many bytes that follow stand in their place.
#[derive(Clone, Debug, Default)]
pub(in crate::filter) struct Texts {
    changes: [Box<[u8]>; 4],
}

/// How many bytes must agree before a change counts as over.
const AGREEING_BYTES: usize = 6;

/// How far, in bytes of source and result together, the end of a change is looked for; beyond, the rest is one change.
const CHANGE_BYTES_MAX: usize = 96;

impl Texts {
    /// Keeps how `readable` comes out of `source`.
    pub(super) fn set(&mut self, part: PaperPart, source: &str, readable: &str) {
        if source != readable
            && let Some(own) = self.changes.get_mut(part as usize)
        {
            *own = changes(source, readable).into();
        }
    }

    /// A text free of TeX; authors and subjects have none, for they are several.
    fn get<'a>(&'a self, paper: &'a Paper, part: PaperPart) -> Cow<'a, str> {
        let source = source(paper, part);
        match self.changes.get(part as usize) {
            Some(changes) if !changes.is_empty() => Cow::Owned(changed(source, changes)),
            _ => Cow::Borrowed(source),
        }
    }

    /// Everything in a part: its text, or each author or subject.
    pub(in crate::filter) fn each(&self, paper: &Paper, part: PaperPart, mut visit: impl FnMut(&str)) {
        match part {
            PaperPart::Authors => {
                for name in &paper.authors.names {
                    visit(&tex::to_unicode(name));
                }
            }
            PaperPart::Subjects => {
                for subject in &paper.subjects {
                    visit(&subject.name);
                }
            }
            part => match &*self.get(paper, part) {
                "" => {}
                text => visit(text),
            },
        }
    }

    pub(in crate::filter) fn is_empty(&self) -> bool {
        self.changes.iter().all(|changes| changes.is_empty())
    }

    pub(in crate::filter) fn bytes(&self) -> usize {
        size_of::<Self>() + self.changes.iter().map(|changes| changes.len()).sum::<usize>()
    }
}

/// The text of a part where the paper holds it in one piece.
fn source(paper: &Paper, part: PaperPart) -> &str {
    match part {
        PaperPart::Title => &paper.title,
        PaperPart::Journal => paper.journal_ref.as_deref().unwrap_or_default(),
        PaperPart::Abstract => in_one_piece(paper.abstract_text.as_ref()).unwrap_or_default(),
        PaperPart::Comments => in_one_piece(paper.comments.as_ref()).unwrap_or_default(),
        PaperPart::Subjects | PaperPart::Authors => "",
    }
}

/// The only stretch of a text that has one.
pub(super) fn in_one_piece(prose: Option<&Prose>) -> Option<&str> {
    match prose?.paragraphs.as_slice() {
        [paragraph] => match paragraph.as_slice() {
            [only] => Some(only.text()),
            _ => None,
        },
        _ => None,
    }
}

/// Walks along both texts; where they part, looks for the nearest place where they agree again.
fn changes(source: &str, readable: &str) -> Vec<u8> {
    let (mut source, mut readable) = (source, readable);
    let mut found = Vec::new();
    loop {
        let kept = agreeing(source, readable);
        (source, readable) = (&source[kept..], &readable[kept..]);
        if source.is_empty() && readable.is_empty() {
            return found;
        }
        let (dropped, added) = change(source, readable).unwrap_or((source.len(), readable.len()));
        for number in [kept, dropped, added] {
            varint::write(&mut found, number as u64);
        }
        found.extend_from_slice(&readable.as_bytes()[..added]);
        (source, readable) = (&source[dropped..], &readable[added..]);
    }
}

/// The readable text; changes that do not fit the source, which never happens, are left out.
fn changed(source: &str, mut changes: &[u8]) -> String {
    let mut text = String::with_capacity(source.len() + changes.len());
    let mut rest = source;
    while !changes.is_empty() {
        let mut number = || usize::try_from(varint::read(&mut changes)).unwrap_or(usize::MAX);
        let (kept, dropped, added) = (number(), number(), number());
        let (instead, behind) = changes.split_at(added.min(changes.len()));
        changes = behind;
        text.push_str(rest.get(..kept).unwrap_or_default());
        text.push_str(std::str::from_utf8(instead).unwrap_or_default());
        rest = rest.get(kept.saturating_add(dropped)..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// How many bytes both begin with, in whole characters.
fn agreeing(left: &str, right: &str) -> usize {
    let mut count = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    while !left.is_char_boundary(count) || !right.is_char_boundary(count) {
        count -= 1;
    }
    count
}

/// The shortest change: how many bytes of each text it takes.
fn change(source: &str, readable: &str) -> Option<(usize, usize)> {
    for length in 1..=CHANGE_BYTES_MAX {
        for added in 0..=length.min(readable.len()) {
            let dropped = length - added;
            if dropped > source.len()
                || !source.is_char_boundary(dropped)
                || !readable.is_char_boundary(added)
            {
                continue;
            }
            let (behind, agreeing) = (&source.as_bytes()[dropped..], &readable.as_bytes()[added..]);
            let both_end = behind.is_empty() && agreeing.is_empty();
            if both_end
                || behind.len() >= AGREEING_BYTES
                    && behind[..AGREEING_BYTES] == agreeing[..AGREEING_BYTES.min(agreeing.len())]
            {
                return Some((dropped, added));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_changes_take_little_room() {
        let source =
            "We show that $\\mathbb{F}_2$ is a field, that Schr\\\"odinger is right, and more of that.";
        let readable = tex::to_unicode(source);
        let found = changes(source, &readable);
        assert_eq!(changed(source, &found), readable);
        assert!(found.len() < 24, "{found:?}");
    }

    proptest! {
        #[test]
        fn what_was_changed_comes_out_again(source in "[ab$\\\\{}_é ]{0,60}", readable in "[abé₂ ]{0,60}") {
            let found = changes(&source, &readable);
            prop_assert_eq!(changed(&source, &found), readable);
        }
    }
}
