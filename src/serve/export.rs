//! Writes everything that is configured as files, for a host that serves only files.

use std::collections::BTreeSet;

use crate::domain::taxonomy::SubjectId;
use crate::feeds::{FeedSpec, Scope};
use crate::render::Format;
use crate::render::opml::Outline;
use crate::render::page::{self, ContentsEntry, Site};

use crate::serve::addresses;
use crate::serve::api::{opml, status};
use crate::serve::feed::documents;
use crate::serve::feed::html_view;
use crate::serve::http::coding::Coding;
use crate::serve::http::negotiate::Representation;
use crate::serve::pages::assets;
use crate::serve::problem::details::Problem;
use crate::serve::request::feed_request;
use crate::serve::request::feed_request::FeedRequest;
use crate::serve::request::page_view::PageView;
use crate::serve::state::State;

/// A file of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// Below the public address, with `/` between folders.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What came of it beside the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Feeds of which a subject was never read, such as `subjects/cs.DC`: what was written of them before stays.
    pub unread: Vec<String>,
}

/// A feed that is configured.
struct ConfiguredFeed {
    spec: FeedSpec,
    outline: Outline,
    /// Where its page is, and with an ending its files: `subjects/cs.DC`.
    stem: String,
}

impl ExportedFile {
    /// The same in each coding that a host may send in its place, when that is less.
    #[must_use]
    pub fn compressed(&self) -> Vec<Self> {
        let codings = [(Coding::Gzip, "gz"), (Coding::Brotli, "br")];
        let coded = codings.map(|(coding, ending)| Self {
            path: format!("{}.{ending}", self.path),
            bytes: coding.encode(&self.bytes),
        });
        coded.into_iter().filter(|coded| coded.bytes.len() < self.bytes.len()).collect()
    }
}

/// Gives every file of every configured feed, and the pages around them, to `take`, in the same order each time.
///
/// The same content gives the same bytes; a feed has those that the service gives at `base`, the public address without a
/// slash at the end.
/// `was_written` says whether a file of this path is there from before, so that a feed that cannot be given now is
/// still linked.
///
/// # Errors
/// That of `take`; nothing is given after it.
pub fn export<E>(
    state: &State,
    base: &str,
    was_written: &dyn Fn(&str) -> bool,
    take: &mut dyn FnMut(ExportedFile) -> Result<(), E>,
) -> Result<ExportSummary, E> {
    let mut there = BTreeSet::new();
    let mut exported = ExportSummary::default();
    let mut named = Vec::new();
    let mut subjects = Vec::new();
    let mut outlines = Vec::new();
    for scope in opml::configured(state) {
        let is_named = matches!(scope, Scope::Named(_));
        // What is configured was checked with the settings.
        let Ok(target) = target(scope, base, state) else { continue };
        let mut is_there = feed(&target, base, state, take)?;
        if !is_there {
            is_there = was_written(&page::page_file(&target.stem));
            exported.unread.push(target.stem.clone());
        }
        if is_there {
            there.insert(format!("/{}", target.stem));
            for format in Format::ALL {
                there.insert(format!("/{}.{}", target.stem, format.extension()));
            }
            outlines.push(target.outline.clone());
        }
        let Outline { title, url } = target.outline;
        let listed = ContentsEntry { title, url, page: format!("/{}", target.stem), is_there };
        if is_named { named.push(listed) } else { subjects.push(listed) }
    }
    let mut text =
        |path: &str, text: String| take(ExportedFile { path: path.to_owned(), bytes: text.into_bytes() });
    text("index.html", page::contents(&Site::around("index.html"), &named, &subjects))?;
    text("feeds.opml", opml::written(&outlines))?;
    let path = page::page_file("status");
    let has_page = |subject: SubjectId| there.contains(&format!("/subjects/{subject}"));
    let (page, json) = status::files(state, Site::around(&path), &has_page);
    text(&path, page)?;
    text("status.json", json)?;
    text("404.html", page::not_there(&Site::Files { up: format!("{base}/") }))?;
    there.extend(addresses::routes().filter(|route| route.is_exported).map(|route| route.pattern.to_owned()));
    for (path, bytes) in assets::files(&|address| there.contains(address)) {
        take(ExportedFile { path, bytes })?;
    }
    Ok(exported)
}

fn target(scope: Scope, base: &str, state: &State) -> Result<ConfiguredFeed, Problem> {
    let outline = opml::outline(scope.clone(), base, &state.options)?;
    let stem = html_view::folder(&outline.url, base).to_owned();
    Ok(ConfiguredFeed { spec: feed_request::default_spec(scope, &state.options)?, outline, stem })
}

/// Gives a feed in every format and as pages to read; false when a subject of it was never read.
fn feed<E>(
    target: &ConfiguredFeed,
    base: &str,
    state: &State,
    take: &mut dyn FnMut(ExportedFile) -> Result<(), E>,
) -> Result<bool, E> {
    let written = |form, view| {
        let request = FeedRequest { spec: target.spec.clone(), form, base: base.to_owned(), view };
        documents::for_export(request, state)
    };
    for format in Format::ALL {
        let Some(document) = written(Representation::Feed(format), None) else { return Ok(false) };
        let path = format!("{}.{}", target.stem, format.extension());
        take(ExportedFile { path, bytes: document.prepare(Coding::Identity).to_vec() })?;
    }
    let (mut page, mut pages) = (1, 1);
    while page <= pages {
        let path = page::page_file(&page::leaf_folder(&target.stem, page));
        let view = Box::new(PageView::in_file(page, Site::around(&path)));
        let Some(document) = written(Representation::Page, Some(view)) else { return Ok(false) };
        pages = page::pages(document.items().len());
        take(ExportedFile { path, bytes: document.prepare(Coding::Identity).to_vec() })?;
        page += 1;
    }
    Ok(true)
}
