//! Everything that goes wrong between arXiv's announcements and the service, one kind of fault by name.

mod answers;
mod connection;
mod layout;
mod lies;
mod moments;

use std::time::Duration;

use crosslist::domain::taxonomy::SubjectId;
use jiff::Timestamp;

use crate::page::{Asked, Sheet};
use crate::world::World;

/// One way in which a request is answered otherwise than it should be.
#[derive(Debug)]
pub struct Fault {
    pub name: &'static str,
    pub does: Does,
}

#[derive(Clone, Copy, Debug)]
pub enum Does {
    /// Another answer comes than the page.
    Answer(fn(&Scene<'_>) -> Answer),
    /// The page is written from a listing that was tampered with, in arXiv's own layout and with counts that agree.
    Tamper(fn(&Scene<'_>, &mut Sheet)),
    /// The page is changed after it was written.
    Rewrite(fn(&Scene<'_>, String) -> String),
}

/// A request, and everything that its answer may depend on.
#[derive(Debug)]
pub struct Scene<'a> {
    pub world: &'a World,
    pub now: Timestamp,
    pub subject: SubjectId,
    pub asked: Asked,
    /// The address is one that a redirect has led to.
    pub is_redirected: bool,
    /// How many requests have met this fault before.
    pub count: usize,
    /// How many entries a page holds.
    pub page_size: usize,
    /// A number that is random and the same at every run.
    pub drawn: usize,
    /// The service holds these papers of the mailing before the newest.
    pub holds_the_day_before: bool,
}

#[derive(Debug)]
pub enum Answer {
    Head {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<Piece>,
    },
    /// No head of an answer, after so long.
    Nothing {
        after: Duration,
        is_timeout: bool,
    },
}

/// A part of a body, as it comes over the connection.
#[derive(Clone, Debug)]
pub enum Piece {
    Bytes(Vec<u8>),
    Silence(Duration),
    Broken,
    TimedOut,
}

impl Answer {
    pub fn status(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self::Head { status, headers, body: vec![Piece::Bytes(body.as_bytes().to_vec())] }
    }

    /// Status 200 with a page in these bytes.
    pub fn page(bytes: Vec<u8>, content_type: &str) -> Self {
        Self::pieces(vec![Piece::Bytes(bytes)], content_type)
    }

    pub fn pieces(body: Vec<Piece>, content_type: &str) -> Self {
        Self::Head { status: 200, headers: vec![("content-type", content_type.to_owned())], body }
    }
}

pub const HTML: &str = "text/html; charset=utf-8";

impl Scene<'_> {
    /// The listing as it should be.
    ///
    /// A catch-up of a day without a mailing is an empty one.
    pub fn sheet(&self) -> Sheet {
        let Self { world, now, subject, asked, .. } = self;
        let newest = world.newest(*now).expect("the past mailings are out");
        let (date, entries) = match asked {
            Asked::New { .. } => (newest.date, newest.listing(subject.as_str(), *now)),
            Asked::Catchup { date } => {
                let mailing = world.mailing(*date).filter(|mailing| mailing.out <= *now);
                let listing = mailing.map(|mailing| world.past_listing(mailing, subject.as_str(), *now));
                (*date, listing.unwrap_or_default())
            }
        };
        Sheet { asked: *asked, subject: *subject, date, entries, size: self.page_size }
    }

    /// The page as it should be.
    pub fn text(&self) -> String {
        self.sheet().write(self.world)
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.text().into_bytes()
    }

    pub fn honest(&self) -> Answer {
        Answer::page(self.bytes(), HTML)
    }
}

/// Every kind of fault.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    [answers::FAULTS, connection::FAULTS, layout::FAULTS, moments::FAULTS, lies::FAULTS].into_iter().flatten()
}

pub fn named(name: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.name == name)
}

/// Shortens the tables.
const fn answer(name: &'static str, does: fn(&Scene<'_>) -> Answer) -> Fault {
    Fault { name, does: Does::Answer(does) }
}

const fn tamper(name: &'static str, does: fn(&Scene<'_>, &mut Sheet)) -> Fault {
    Fault { name, does: Does::Tamper(does) }
}

const fn rewrite(name: &'static str, does: fn(&Scene<'_>, String) -> String) -> Fault {
    Fault { name, does: Does::Rewrite(does) }
}
