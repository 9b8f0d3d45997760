//! Listing pages in arXiv's markup, with its mixed quotes, its blanks before `=` and its stray end tags.

use std::fmt::Write;

use crosslist::domain::announcement::AnnounceType;
use crosslist::domain::taxonomy::SubjectId;
use jiff::civil::Date;

use crate::world::{Entry, World};

/// Which page of which listing is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The newest mailing, from an entry on.
    New {
        skip: usize,
    },
    Catchup {
        date: Date,
    },
}

/// A listing that is about to be written, which a fault may change first.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub asked: Asked,
    /// Whose listing the title and the links say that it is.
    pub subject: SubjectId,
    /// The day that the page says it shows.
    pub date: Date,
    /// All entries, those of other pages too.
    pub entries: Vec<Entry>,
    /// How many of them a page holds.
    pub size: usize,
}

const SECTIONS: [(&str, &[AnnounceType]); 3] = [
    ("New submissions", &[AnnounceType::New]),
    ("Cross submissions", &[AnnounceType::Cross]),
    ("Replacement submissions", &[AnnounceType::Replace, AnnounceType::ReplaceCross]),
];

impl Sheet {
    pub fn write(&self, world: &World) -> String {
        let (skip, size) = match self.asked {
            Asked::New { skip } => (skip, self.size),
            // Its pages always hold 2,000.
            Asked::Catchup { .. } => (0, usize::MAX),
        };
        let mut page = String::with_capacity(4096 + 1024 * self.entries.len());
        self.write_top(&mut page);
        for (name, types) in SECTIONS {
            self.write_section(&mut page, world, name, types, skip, size);
        }
        self.write_bottom(&mut page);
        page
    }

    fn write_top(&self, page: &mut String) {
        let Self { asked, subject, date, entries, size } = self;
        let (id, name, total) = (subject.as_str(), subject.name(), entries.len());
        let title = if matches!(asked, Asked::New { .. }) { name } else { "" };
        put(
            page,
            &format!(
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{title}  </title></head>\n<body>\n<main>\n<div id=\"content\">\n<div id='content-inner'>\n<div id='dlpage'>\n"
            ),
        );
        match asked {
            Asked::New { .. } => {
                put(
                    page,
                    &format!(
                        "  <h1>{name}</h1>\n<ul>\n  <li><a href=\"#item0\">New submissions</a></li>\n</ul>\n"
                    ),
                );
                put(
                    page,
                    &format!(
                        "<p>See <a id=\"recent-{id}\" aria-labelledby=\"recent-{id}\" href=\"/list/{id}/recent\">recent</a> articles</p>\n"
                    ),
                );
                put(page, &format!("<h3>Showing new listings for {}</h3>\n", long(*date)));
                if total == 0 {
                    put(page, "<p>No updates today.</p>\n");
                } else {
                    put(
                        page,
                        &format!(
                            "<div class='paging'>Total of {total} entries \n</div>\n<div class='morefewer'>Showing up to {size} entries per page:\n<span style=\"color: #454545\">more</span>\n</div>\n"
                        ),
                    );
                }
            }
            Asked::Catchup { .. } => {
                let day = date.strftime("%a, %d %b %Y");
                put(
                    page,
                    &format!(
                        "  <h1>Catchup results for {name} on {day}</h1>\n<div>\n<a href=\"/catchup/{id}/{date}?abs=True&amp;page=1\">Continue to the next day</a>\n<br><br>\nTotal of {total} entries for {day}\n</div>\n"
                    ),
                );
                if total == 0 {
                    put(
                        page,
                        &format!(
                            "<br>\n<div>\n<p>No updates for {day}. There was either no announcement for this day, or no updates within the requested subject.</p>\n</div>\n<br>\n"
                        ),
                    );
                }
            }
        }
    }

    fn write_bottom(&self, page: &mut String) {
        match (self.asked, self.entries.len()) {
            (Asked::New { .. }, 0) => {}
            (Asked::New { .. }, total) => {
                put(page, &format!("<div class='paging'>Total of {total} entries \n</div>\n"));
            }
            (Asked::Catchup { .. }, total) => {
                let day = self.date.strftime("%a, %d %b %Y");
                put(page, &format!("<div></div>\nTotal of {total} entries for {day}\n</div>\n"));
            }
        }
        put(page, "</div>\n</div>\n</div>\n</main>\n</body>\n</html>\n");
    }

    fn write_section(
        &self,
        page: &mut String,
        world: &World,
        name: &str,
        types: &[AnnounceType],
        skip: usize,
        size: usize,
    ) {
        let of = self.entries.iter().filter(|entry| types.contains(&entry.announce_type)).count();
        let numbered = self.entries.iter().zip(1..).skip(skip).take(size);
        let here: Vec<(&Entry, usize)> =
            numbered.filter(|(entry, _)| types.contains(&entry.announce_type)).collect();
        if here.is_empty() {
            return;
        }
        let first =
            self.entries.iter().position(|entry| types.contains(&entry.announce_type)).map_or(0, |at| at + 1);
        let words = match (here[0].1 == first, here.len() == of) {
            (true, true) => "showing",
            (true, false) => "showing first",
            (false, _) => "continued, showing last",
        };
        put(
            page,
            &format!("<dl id='articles'>\n    <h3>{name} ({words} {} of {of} entries)</h3>\n", here.len()),
        );
        for (entry, number) in here {
            write_entry(page, world, entry, number);
        }
        put(page, "</dl>\n");
    }
}

fn write_entry(page: &mut String, world: &World, entry: &Entry, number: usize) {
    let paper = &world.papers[entry.paper];
    let version = if paper.is_versioned { "v3" } else { "" };
    let id = format!("{}{version}", paper.id);
    let mark = match entry.announce_type {
        AnnounceType::New => String::new(),
        AnnounceType::Cross => format!("(cross-list from {})", paper.subjects[0]),
        AnnounceType::Replace | AnnounceType::ReplaceCross => "(replaced)".to_owned(),
    };
    let named = |id: &&str| format!("{} ({id})", name(id));
    let others: Vec<String> = paper.subjects.iter().map(named).collect();
    let others = others[1..].iter().fold(String::new(), |before, other| before + "; " + other);
    put(
        page,
        &format!(
            "<dt>\n  <a name='item{number}'>[{number}]</a>\n  <a href =\"/abs/{id}\" title=\"Abstract\" id=\"{id}\">\n    arXiv:{id}\n  </a>\n  {mark}\n    [<a href=\"/pdf/{id}\" title=\"Download PDF\" id=\"pdf-{id}\" aria-labelledby=\"pdf-{id}\">pdf</a>]\n</dt>\n\
             <dd>\n<div class='meta'>\n<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n  {}\n</div>\n\
             <div class='list-authors'><a href=\"https://arxiv.org/search/cs?searchtype=author&amp;query=M\">Élodie Müller</a></div>\n\
             <div class='list-subjects'><span class='descriptor'>Subjects:</span>\n  <span class=\"primary-subject\">{}</span>{others}\n</div>\n\
             <p class='mathjax'>\n  We show that $x &lt; y$.\n</p>\n</div>\n</dd>\n",
            entry.title,
            named(&paper.subjects[0]),
        ),
    );
}

fn name(id: &str) -> &'static str {
    SubjectId::parse(id).expect("a subject of arXiv").name()
}

/// `Monday, 2 March 2026`.
pub fn long(date: Date) -> String {
    date.strftime("%A, %-d %B %Y").to_string()
}

fn put(page: &mut String, text: &str) {
    page.write_str(text).expect("a string takes everything");
}
