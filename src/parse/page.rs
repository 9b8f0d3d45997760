//! Parses a listing page: kind, day, total and sections, which must be those of one listing.

use jiff::civil::Date;
use scraper::{ElementRef, Html, Node};

use super::announcements::retype;
use super::characters::line;
use super::entry::{EntryError, EntryReader, entry_error, position_of};
use super::heading::{self, Count};
use super::identity::Identity;
use super::listing::{EntryNote, Listing, ListingKind, ListingSection, SectionHeading};
use super::membership::assign_subject;
use super::page_error::{self, PageError, unrecognized};
use super::selectors::{ARTICLES_ID, LISTING_ID, attribute, elements, line_of};
use super::{decode, guard};

/// The largest accepted page, in bytes; arXiv's largest, 2,000 entries with abstracts, has 6 MB.
pub const PAGE_BYTES_MAX: usize = 32 << 20;

/// The most entries on one page; arXiv shows at most 2,000.
pub const ENTRIES_MAX: u32 = 5_000;

/// The page size of catchup pages, which do not show it.
const CATCHUP_PAGE_SIZE: u32 = 2_000;

/// Parses the bytes of one page; `charset` is the parameter of the response's `Content-Type`.
///
/// Entries that cannot be parsed are reported in their section. Takes at most [`PAGE_BYTES_MAX`] bytes,
/// [`ENTRIES_MAX`] entries and [`NESTING_MAX`](guard::NESTING_MAX) nested elements.
///
/// # Errors
/// The bytes are not a listing page in a known layout; the error says what they are.
pub fn listing(bytes: &[u8], charset: Option<&str>) -> Result<Listing, PageError> {
    if bytes.len() > PAGE_BYTES_MAX {
        return Err(unrecognized(format!("a page of {} bytes, more than {PAGE_BYTES_MAX}", bytes.len())));
    }
    let decoded = decode::decode(bytes, charset);
    page_error::of_text(&decoded)?;
    let markup = guard::guarded(&decoded.text).map_err(|guard::TooDeep| {
        unrecognized(format!("elements nested deeper than {}", guard::NESTING_MAX))
    })?;
    let document = Html::parse_document(&markup);
    let all = document.root_element().descendants().filter_map(ElementRef::wrap);
    let mut roots = all.filter(|element| attribute(*element, "id") == Some(LISTING_ID));
    let Some(root) = roots.next() else { return Err(page_error::of_page(&document)) };
    if roots.next().is_some() {
        return Err(unrecognized(format!("two listings on one page: `#{LISTING_ID}` is there twice")));
    }
    // The counts cannot tell that the last abstract was cut short.
    if !page_error::is_ended(&decoded.text) {
        return Err(unrecognized("a page that is cut off: it does not end in `</html>`".into()));
    }
    let mut walk = Walk::new(EntryReader::new(decoded.broken));
    walk.visit(root)?;
    walk.finish()
}

struct Walk {
    reader: EntryReader,
    kind: Option<ListingKind>,
    identity: Identity,
    total: Option<u32>,
    page_size: Option<u32>,
    says_no_updates: bool,
    days: Vec<Date>,
    sections: Vec<ListingSection>,
    /// Every list without entries says «No updates» itself.
    empty_lists_say_so: bool,
    /// The first unknown heading or list.
    strange: Option<String>,
    /// The number of entries that lack a part altogether, and the part that the first of them lacks.
    deficient: (u32, Option<&'static str>),
}

impl Walk {
    fn new(reader: EntryReader) -> Self {
        Self {
            reader,
            kind: None,
            identity: Identity::default(),
            total: None,
            page_size: None,
            says_no_updates: false,
            days: Vec::new(),
            sections: Vec::new(),
            empty_lists_say_so: true,
            strange: None,
            deficient: (0, None),
        }
    }

    fn visit(&mut self, parent: ElementRef<'_>) -> Result<(), PageError> {
        for child in parent.children() {
            if let Node::Text(words) = child.value() {
                self.words(words)?;
            } else if let Some(element) = ElementRef::wrap(child) {
                self.element(element)?;
            }
        }
        Ok(())
    }

    fn element(&mut self, element: ElementRef<'_>) -> Result<(), PageError> {
        match element.value().name() {
            name @ ("h1" | "h2" | "h3" | "h4") => self.heading(name, &line_of(element)),
            "dl" if attribute(element, "id") == Some(ARTICLES_ID) => self.section(element),
            "dl" if page_error::is_old_format(element) => Err(unrecognized(page_error::OLD_FORMAT.into())),
            "dl" => {
                self.strange.get_or_insert_with(|| format!("a list without the id `{ARTICLES_ID}`"));
                Ok(())
            }
            "script" | "style" => Ok(()),
            name => {
                if name == "a" {
                    self.identity.link(element)?;
                }
                self.visit(element)
            }
        }
    }

    /// Reads a heading outside the lists.
    fn heading(&mut self, element: &str, text: &str) -> Result<(), PageError> {
        if let Some(rest) = text.strip_prefix("Catchup results for ") {
            let found = rest.rsplit_once(" on ").and_then(|(name, date)| Some((name, heading::day(date)?)));
            let (name, date) = found.ok_or_else(|| page_error::headed("a catchup page", text))?;
            self.identity.named(name)?;
            self.page_size = Some(CATCHUP_PAGE_SIZE);
            self.kind(ListingKind::Catchup(date), text)
        } else if let Some(rest) = text.strip_prefix("Showing new listings for ") {
            let date = heading::day(rest).ok_or_else(|| page_error::headed("a day that is none", text))?;
            self.kind(ListingKind::New(date), text)
        } else if let Some(rest) = text.strip_prefix("Authors and titles for ") {
            let kind =
                heading::period(rest).ok_or_else(|| page_error::headed("a period that is none", text))?;
            self.kind(kind, text)
        } else if element == "h1" || !self.identity.has_name() {
            self.identity.named(text)
        } else {
            self.strange.get_or_insert_with(|| format!("the heading «{}»", page_error::excerpt(text)));
            Ok(())
        }
    }

    /// Notes the kind of the page; a second one must be the same.
    fn kind(&mut self, kind: ListingKind, text: &str) -> Result<(), PageError> {
        match self.kind.replace(kind) {
            Some(known) if known != kind => {
                Err(page_error::headed("two listings on one page, the second", text))
            }
            _ => Ok(()),
        }
    }

    /// Reads text outside headings and lists: the total, the page size, «No updates», recent days.
    fn words(&mut self, text: &str) -> Result<(), PageError> {
        if let Some((_, rest)) = text.split_once("Total of ")
            && let Some((total, rest)) = heading::leading_number(rest)
            && rest.starts_with(" entries")
        {
            if let Some(other) = self.total.filter(|other| *other != total) {
                return Err(unrecognized(format!("two totals on one page, {other} and {total}")));
            }
            self.total = Some(total);
        } else if let Some((_, rest)) = text.split_once("Showing up to ") {
            self.page_size = heading::leading_number(rest).map(|(size, _)| size).or(self.page_size);
        }
        self.says_no_updates |= says_no_updates(text);
        if self.kind == Some(ListingKind::Recent)
            && let Some(day) = heading::day(text)
        {
            self.days.push(day);
        }
        Ok(())
    }

    fn section(&mut self, list: ElementRef<'_>) -> Result<(), PageError> {
        let Some(kind) = self.kind else { return Err(self.without_kind()) };
        let heading = elements(list).find(|element| element.value().name() == "h3");
        let (heading, count) = match (kind, heading.map(line_of)) {
            (ListingKind::Month { .. } | ListingKind::Year { .. }, None) => (SectionHeading::None, None),
            (_, None) => return Err(unrecognized("a section without a heading".into())),
            (_, Some(text)) => heading::section(kind, &text)
                .ok_or_else(|| page_error::headed("a section that is none of ours", &text))?,
        };
        let mut section = section_of(heading, count);
        let mut says_no_updates = false;
        let mut term = None;
        for child in elements(list) {
            match child.value().name() {
                "dt" => {
                    if let Some(lone) = term.replace(child) {
                        self.note(
                            &mut section,
                            entry_error(position_of(lone), "a `dt` without its `dd`", None),
                        );
                    }
                }
                "dd" => match term.take() {
                    Some(term) => self.entry(&mut section, term, child)?,
                    None => self.note(&mut section, entry_error(None, "a `dd` without its `dt`", None)),
                },
                "h3" => {}
                _ => says_no_updates |= self::says_no_updates(&line_of(child)),
            }
        }
        if let Some(lone) = term {
            self.note(&mut section, entry_error(position_of(lone), "a `dt` without its `dd`", None));
        }
        self.empty_lists_say_so &= section.found > 0 || says_no_updates;
        self.sections.push(section);
        Ok(())
    }

    fn entry(
        &mut self,
        section: &mut ListingSection,
        term: ElementRef<'_>,
        description: ElementRef<'_>,
    ) -> Result<(), PageError> {
        section.found += 1;
        if section.found + self.sections.iter().map(|section| section.found).sum::<u32>() > ENTRIES_MAX {
            return Err(unrecognized(format!("a page of more than {ENTRIES_MAX} entries")));
        }
        match self.reader.read(term, description, section.heading) {
            Ok(read) => {
                let position = read.announced.position;
                section.notes.extend(read.remarks.into_iter().map(|remark| EntryNote { position, remark }));
                section.entries.push(read.announced);
            }
            Err(entry_error) => self.note(section, entry_error),
        }
        Ok(())
    }

    fn note(&mut self, section: &mut ListingSection, entry_error: EntryError) {
        if entry_error.absent.is_some() {
            self.deficient.0 += 1;
            self.deficient.1 = self.deficient.1.or(entry_error.absent);
        }
        section.unreadable.push(entry_error.unreadable);
    }

    fn finish(mut self) -> Result<Listing, PageError> {
        let Some(kind) = self.kind else { return Err(self.without_kind()) };
        let is_empty = self.sections.iter().all(|section| section.found == 0);
        self.says_no_updates |= is_empty && !self.sections.is_empty() && self.empty_lists_say_so;
        self.check_layout(kind)?;
        let (name, subject) = std::mem::take(&mut self.identity).finish(&self.sections)?;
        let mut listing = Listing {
            kind,
            name,
            subject,
            total: self.total,
            page_size: self.page_size.filter(|_| self.total.is_some()),
            says_no_updates: self.says_no_updates,
            days: self.days,
            sections: self.sections,
        };
        if let Some(subject) = subject {
            assign_subject(&mut listing, subject);
        }
        for section in
            listing.sections.iter_mut().filter(|section| section.heading == SectionHeading::Replacement)
        {
            retype(&mut section.entries, subject);
        }
        Ok(listing)
    }

    /// A page without entries must say so; a page without readable entries has an unknown layout.
    fn check_layout(&self, kind: ListingKind) -> Result<(), PageError> {
        let found: u32 = self.sections.iter().map(|section| section.found).sum();
        if let (count @ 1.., Some(part)) = self.deficient
            && count == found
        {
            return Err(unrecognized(format!(
                "a listing of {found} entries, none with its {part} where we look"
            )));
        }
        // A page of recent days beyond the last entry has a total and no section.
        let is_overskip = kind == ListingKind::Recent && self.total > Some(0) && self.strange.is_none();
        if !self.sections.is_empty() || self.says_no_updates || is_overskip {
            return Ok(());
        }
        let strange = self.strange.as_ref().map(|found| format!("; instead {found}")).unwrap_or_default();
        Err(unrecognized(match self.total {
            Some(total) => format!("a total of {total} entries and no `dl#{ARTICLES_ID}`{strange}"),
            None => format!("neither entries nor «No updates»{strange}"),
        }))
    }

    fn without_kind(&self) -> PageError {
        let strange = self.strange.as_ref().map(|found| format!("; instead {found}")).unwrap_or_default();
        unrecognized(format!("no line «Showing new listings for …» or «Authors and titles for …»{strange}"))
    }
}

fn section_of(heading: SectionHeading, count: Option<Count>) -> ListingSection {
    ListingSection {
        heading,
        shown: count.map(|count| count.shown),
        of: count.map(|count| count.of),
        found: 0,
        entries: Vec::new(),
        unreadable: Vec::new(),
        notes: Vec::new(),
    }
}

/// «No updates today.», «No updates for this time period.», «No further updates for …».
fn says_no_updates(text: &str) -> bool {
    let text = text.trim_start();
    (text.starts_with("No updates ") || text.starts_with("No further updates ")) && !line(text).is_empty()
}

#[cfg(test)]
mod tests;
