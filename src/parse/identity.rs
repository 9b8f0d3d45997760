//! Finds the subject of a page by its heading and its own links, which must agree.

use scraper::ElementRef;

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;

use super::listing::ListingSection;
use super::page_error::{PageError, excerpt, unrecognized};
use super::selectors::attribute;

/// The origin in links that a browser made absolute when it saved the page.
const SITE: &str = "https://arxiv.org";

/// What the page says about its subject, collected while it is walked.
#[derive(Debug, Default)]
pub(super) struct Identity {
    name: Option<String>,
    /// The subject in the page's own links.
    context: Option<String>,
}

impl Identity {
    /// Notes the heading of the page.
    ///
    /// # Errors
    /// The page has a different heading already.
    pub(super) fn named(&mut self, name: &str) -> Result<(), PageError> {
        match &self.name {
            Some(known) if known != name => Err(unrecognized(format!(
                "two listings on one page, «{}» and «{}»",
                excerpt(known),
                excerpt(name)
            ))),
            Some(_) => Ok(()),
            None => {
                self.name = Some(name.to_owned());
                Ok(())
            }
        }
    }

    pub(super) fn has_name(&self) -> bool {
        self.name.is_some()
    }

    /// Notes the subject in a link: `id="recent-cs.DC"`, `/list/cs.DC/…`, `/catchup/cs.DC/…`.
    ///
    /// # Errors
    /// Another link of the page leads to the listing of another subject.
    pub(super) fn link(&mut self, link: ElementRef<'_>) -> Result<(), PageError> {
        let id = attribute(link, "id").unwrap_or_default();
        let href = attribute(link, "href").unwrap_or_default();
        let by_id = id.strip_prefix("recent-").or_else(|| id.strip_prefix("new-"));
        let by_href = || {
            let path = href.strip_prefix(SITE).unwrap_or(href);
            let path = path.strip_prefix("/list/").or_else(|| path.strip_prefix("/catchup/"))?;
            path.split_once('/').map(|(context, _)| context)
        };
        let Some(context) = by_id.or_else(by_href) else { return Ok(()) };
        let Some(known) = &self.context else {
            self.context = Some(context.to_owned());
            return Ok(());
        };
        let is_same =
            known == context || canonical(known).is_some_and(|known| canonical(context) == Some(known));
        if is_same {
            return Ok(());
        }
        Err(unrecognized(format!(
            "links to the listings of `{}` and of `{}` on one page",
            excerpt(known),
            excerpt(context)
        )))
    }

    /// The name in the heading, and the subject by the page's links, or by its name where that is unique.
    ///
    /// The name alone does not count where entries have other primary subjects: the catchup page of the group
    /// `grp_physics` has the heading «Physics», as has that of the archive.
    ///
    /// # Errors
    /// The page has no heading, or the heading and the links name different subjects.
    pub(super) fn finish(
        self,
        sections: &[ListingSection],
    ) -> Result<(String, Option<SubjectId>), PageError> {
        let Some(name) = self.name else {
            return Err(unrecognized("a listing without a name".into()));
        };
        let named: Vec<SubjectId> = SubjectId::named(&name).collect();
        let Some(context) = &self.context else {
            let subject = named.first().copied().filter(|_| named.len() == 1);
            let subject = subject.filter(|subject| sections.iter().all(|section| is_of(section, *subject)));
            return Ok((name, subject));
        };
        let subject = canonical(context);
        if let Some(subject) = subject
            && !named.is_empty()
            && !named.contains(&subject)
        {
            return Err(unrecognized(format!(
                "a listing headed «{}» whose links are those of {subject}",
                excerpt(&name)
            )));
        }
        Ok((name, subject))
    }
}

fn is_of(section: &ListingSection, subject: SubjectId) -> bool {
    section.entries.iter().all(|entry| {
        let subjects = &entry.paper.subjects;
        let decisive = if entry.announce_type == AnnounceType::New { 1 } else { subjects.len() };
        subjects.iter().take(decisive).any(|listed| subject.contains(&listed.id))
    })
}

fn canonical(context: &str) -> Option<SubjectId> {
    SubjectId::parse(context).ok()
}
