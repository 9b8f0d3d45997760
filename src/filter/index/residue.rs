//! What is left of a rule once the index has answered its part: regular expressions, which read the texts themselves.
//!
//! It holds all that it needs, so that it can be run while the index goes on changing.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::domain::paper::Paper;
use crate::text::typeable;

use super::super::document::Texts;
use super::super::fields::{PaperPart, Text};
use super::super::pattern::Pattern;
use super::super::program::Run;
use super::super::work::{TooMuchWork, Work};
use super::bits::Bits;
use super::documents::DocumentId;

/// A rule with what the index has answered in place of its parts.
#[derive(Debug)]
pub(super) enum Residue {
    Set(Bits),
    Regex {
        field: Text,
        pattern: Pattern,
    },
    /// Those of the set for which every other part holds.
    And(Bits, Vec<Residue>),
    /// Those of the set, and those for which any other part holds.
    Or(Bits, Vec<Residue>),
    Not(Box<Residue>),
}

/// A search whose part in the index is done.
#[derive(Debug)]
pub struct Pending {
    pub(super) residue: Residue,
    /// The documents that are in question, with their texts, where those are still to be read.
    pub(super) texts: Vec<(u32, Arc<Paper>, Option<Arc<Texts>>)>,
}

/// The steps of making a text ready, beside its bytes.
const STEPS_PER_TEXT: usize = 200;

impl Residue {
    /// The documents that are in question; all others are known not to match.
    pub(super) fn may_match<'a>(&'a self, within: &'a Bits) -> &'a Bits {
        match self {
            Self::Set(set) | Self::And(set, _) => set,
            _ => within,
        }
    }
}

impl Pending {
    /// Reads texts where that is needed; the documents that match, in the order in which they came.
    ///
    /// # Errors
    /// The work is used up.
    pub fn finish(self, work: &Work<'_>) -> Result<Vec<DocumentId>, TooMuchWork> {
        if let Residue::Set(found) = &self.residue {
            return Ok(found.iter().map(DocumentId).collect());
        }
        let mut runs = Vec::new();
        let plan = Plan::of(&self.residue, &mut runs);
        let mut found = Vec::new();
        for (id, paper, texts) in &self.texts {
            let reader = Reader { id: *id, paper, texts: texts.as_deref(), parts: Default::default(), work };
            if reader.holds(&plan, &mut runs)? {
                found.push(DocumentId(*id));
            }
        }
        Ok(found)
    }
}

/// The residue with the number of a run for each expression; those that are written alike share one.
enum Plan<'a> {
    Set(&'a Bits),
    Regex(Text, usize),
    And(&'a Bits, Vec<Plan<'a>>),
    Or(&'a Bits, Vec<Plan<'a>>),
    Not(Box<Plan<'a>>),
    /// Cannot be compiled, which was found out when the rule was read.
    Nothing,
}

impl<'a> Plan<'a> {
    fn of(residue: &'a Residue, runs: &mut Vec<(&'a Pattern, Run)>) -> Self {
        let mut each = |parts: &'a [Residue]| parts.iter().map(|part| Self::of(part, runs)).collect();
        match residue {
            Residue::Set(set) => Self::Set(set),
            Residue::And(set, parts) => Self::And(set, each(parts)),
            Residue::Or(set, parts) => Self::Or(set, each(parts)),
            Residue::Not(inner) => Self::Not(Box::new(Self::of(inner, runs))),
            Residue::Regex { field, pattern } => {
                let known = runs.iter().position(|(known, _)| *known == pattern);
                let place = known.or_else(|| {
                    runs.push((pattern, pattern.run()?));
                    Some(runs.len() - 1)
                });
                place.map_or(Self::Nothing, |place| Self::Regex(*field, place))
            }
        }
    }
}

/// A document whose texts are made ready once, whatever the number of expressions.
struct Reader<'a> {
    id: u32,
    paper: &'a Paper,
    texts: Option<&'a Texts>,
    parts: [OnceCell<Vec<String>>; PaperPart::ALL.len()],
    work: &'a Work<'a>,
}

impl Reader<'_> {
    fn holds(&self, plan: &Plan<'_>, runs: &mut [(&Pattern, Run)]) -> Result<bool, TooMuchWork> {
        match plan {
            Plan::Set(set) => Ok(set.contains(self.id)),
            Plan::Nothing => Ok(false),
            Plan::Not(inner) => self.holds(inner, runs).map(|holds| !holds),
            Plan::And(set, parts) => {
                if !set.contains(self.id) {
                    return Ok(false);
                }
                for part in parts {
                    if !self.holds(part, runs)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Plan::Or(set, parts) => {
                if set.contains(self.id) {
                    return Ok(true);
                }
                for part in parts {
                    if self.holds(part, runs)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Plan::Regex(field, run) => {
                for part in field.parts() {
                    for text in self.read(*part)? {
                        if runs[*run].1.is_match(text, self.work)? {
                            return Ok(true);
                        }
                    }
                }
                Ok(false)
            }
        }
    }

    fn read(&self, part: PaperPart) -> Result<&[String], TooMuchWork> {
        let place = &self.parts[part as usize];
        if place.get().is_none() {
            let mut all = Vec::new();
            let none = Texts::default();
            self.texts.unwrap_or(&none).each(self.paper, part, |text| {
                all.push(text.to_owned());
                all.extend(typeable(text));
            });
            self.work.take(all.iter().map(|text| STEPS_PER_TEXT + text.len()).sum())?;
            drop(place.set(all));
        }
        Ok(place.get().map(Vec::as_slice).unwrap_or_default())
    }
}
