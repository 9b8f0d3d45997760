//! Writes a list of feeds as OPML 2.0 (<http://opml.org/spec2.opml>).

use super::format::Format;
use super::xml::Xml;
use crate::domain::feed::FeedUrl;

/// The media type of a list of feeds.
pub const CONTENT_TYPE: &str = "text/x-opml; charset=utf-8";

/// The specification, for the element `docs`.
const DOCS: &str = "http://opml.org/spec2.opml";

/// A feed in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub title: String,
    pub url: FeedUrl,
}

/// A list of feeds, in the given order.
#[must_use]
pub fn write(title: &str, outlines: &[Outline]) -> String {
    let mut xml = Xml::new(512 + outlines.len() * 256);
    xml.open("opml", &[("version", "2.0")]);
    xml.open("head", &[]);
    xml.leaf("title", &[], title);
    xml.leaf("docs", &[], DOCS);
    xml.close();
    xml.open("body", &[]);
    for outline in outlines {
        let page = outline.url.without_extension();
        let feed = outline.url.with_extension(Format::Atom.extension());
        xml.empty(
            "outline",
            // OPML uses `rss` for every feed format.
            &[
                ("type", "rss"),
                ("text", &outline.title),
                ("title", &outline.title),
                ("xmlUrl", &feed),
                ("htmlUrl", &page),
            ],
        );
    }
    xml.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outline_has_the_attributes_that_readers_use() {
        let url =
            FeedUrl { stem: "http://x/subjects/cs.DC".to_owned(), query: "type=new&limit=9".to_owned() };
        let outline = Outline { title: "cs.DC: a \"b\" & <c>".to_owned(), url };
        assert_eq!(
            write("Feeds", &[outline]),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n<head>\n<title>Feeds</title>\n\
             <docs>http://opml.org/spec2.opml</docs>\n</head>\n<body>\n\
             <outline type=\"rss\" text=\"cs.DC: a &quot;b&quot; &amp; &lt;c&gt;\" \
             title=\"cs.DC: a &quot;b&quot; &amp; &lt;c&gt;\" \
             xmlUrl=\"http://x/subjects/cs.DC.atom?type=new&amp;limit=9\" \
             htmlUrl=\"http://x/subjects/cs.DC?type=new&amp;limit=9\"/>\n</body>\n</opml>\n"
        );
    }
}
