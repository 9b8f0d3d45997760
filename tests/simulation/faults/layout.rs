//! Pages in another layout, with wrong counts, with parts missing, or with things among them that do not belong there.

use regex::{Captures, Regex};

use super::{Fault, rewrite};
use crate::page::long;

pub const FAULTS: &[Fault] = &[
    rewrite("ids_renamed", |_, text| {
        text.replace("id='articles'", "id='paper-list'").replace("dlpage", "listing")
    }),
    rewrite("classes_renamed", |_, text| text.replace("list-", "paper-").replace("descriptor", "label")),
    rewrite("no_dl", |_, text| replace(&text, r"<(/?)(dl|dt|dd)\b", "<${1}div")),
    rewrite("headings_reworded", |_, text| text.replace("submissions (showing", "papers (listing")),
    rewrite("german", |_, text| {
        text.replace("New submissions", "Neue Einreichungen")
            .replace("Showing new listings for", "Neue Liste vom")
            .replace("Catchup results for", "Nachlese für")
            .replace("Title:", "Titel:")
    }),
    rewrite("no_date", |_, text| replace(&text, r"<h3>Showing new listings.*?</h3>|<h1>Catchup.*?</h1>", "")),
    rewrite("iso_date", |scene, text| {
        let day = format!("Showing new listings for {}</h3>", scene.sheet().date);
        replace(&text, r"Showing new listings for .*?</h3>", &day)
    }),
    rewrite("absurd_date", |_, text| {
        replace(
            &text,
            r"Showing new listings for .*?</h3>",
            "Showing new listings for Monday, 31 February 2026</h3>",
        )
    }),
    rewrite("weekday_lie", |_, text| {
        replace(&text, r"Showing new listings for \w+,", "Showing new listings for Sunday,")
    }),
    rewrite("count_high", |_, text| replace_first(&text, r"(?s)<dt>.*?</dd>", "")),
    rewrite("count_low", |_, text| counts(&text, 1, |count| count.saturating_sub(1))),
    rewrite("count_huge", |_, text| {
        replace_first(&text, r"\((\D*)(\d+) of (\d+)", "(${1}6 of 1000000000000000000")
    }),
    rewrite("dd_missing", |_, text| replace_first(&text, r"(?s)<dd>.*?</dd>", "")),
    rewrite("unclosed", |_, text| replace(&text, r"</(dt|dd|p)>", "")),
    rewrite("title_missing", |_, text| {
        replace_first(&text, r"(?s)<div class='list-title mathjax'>.*?</div>", "")
    }),
    rewrite("subjects_missing", |_, text| {
        replace_first(&text, r"(?s)<div class='list-subjects'>.*?</div>", "")
    }),
    rewrite("authors_unavailable", |_, text| {
        let without = "${1}(author list is unavailable)</div>";
        replace_first(&text, r"(?s)(<div class='list-authors'>).*?</div>", without)
    }),
    rewrite("abstract_missing", |_, text| replace_first(&text, r"(?s)<p class='mathjax'>.*?</p>", "")),
    // Of 25 June 2026: the counts of the day and none or some of its entries (arXiv/arxiv-browse#990).
    rewrite("no_updates", |_, text| {
        replace(&text, r"(?s)<dl id='articles'>.*</dl>", "<p>No updates today.</p>")
    }),
    rewrite("lost_section", |_, text| replace_first(&text, r"(?s)<dl id='articles'>.*?</dl>", "")),
    rewrite("lost_entry", |_, text| {
        let shown = counts(&text, 1, |count| count.saturating_sub(1));
        replace_first(&shown, r"(?s)<dt>.*?</dd>", "")
    }),
    rewrite("extra_banner", |_, text| {
        let banner = "<div id='dlpage'><div class='new-banner'><dl><dt>hi</dt><dd>there</dd></dl><script>var x='<dt>'</script></div>";
        text.replace("<div id='dlpage'>", banner)
    }),
    rewrite("deep_nesting", |_, text| {
        text.replacen("<dl id='articles'>", &format!("{}<dl id='articles'>", "<div>".repeat(50_000)), 1)
    }),
    rewrite("big_page", |_, text| {
        let comment = format!("<!--{}--><dl id='articles'>", "x".repeat(crate::service::PAGE_BYTES_MAX));
        text.replacen("<dl id='articles'>", &comment, 1)
    }),
    rewrite("attr_flood", |_, text| {
        let attributes: Vec<String> = (0..1000).map(|number| format!("a{number}=1")).collect();
        text.replacen(
            "<dl id='articles'>",
            &format!("<div {}></div><dl id='articles'>", attributes.join(" ")),
            1,
        )
    }),
    rewrite("authors_many", |_, text| {
        let authors: Vec<String> =
            (0..300).map(|number| format!("<a href=\"/a/{number}\">Author Number{number}</a>")).collect();
        let many = format!("${{1}}{}</div>", authors.join(", "));
        replace_first(&text, r"(?s)(<div class='list-authors'>).*?</div>", &many)
    }),
    rewrite("abstract_long", |_, text| {
        let long = format!("<p class='mathjax'>{}</p>", "word ".repeat(8000));
        replace_first(&text, r"(?s)<p class='mathjax'>.*?</p>", &long)
    }),
    rewrite("abstract_odd", |_, text| {
        let odd = "<p class='mathjax'>x\u{0}y\u{1}z <script src=//evil.invalid/x.js></script><svg onload=alert(1)> ]]> <?php echo 1 ?> <a href='javascript:alert(1)'>a</a></p>";
        replace_first(&text, r"(?s)<p class='mathjax'>.*?</p>", odd)
    }),
    rewrite("comments_odd", |_, text| {
        let odd = "<div class='list-comments mathjax'><span class='descriptor'>Comments:</span><a href=\"vbscript:x\">v</a> ]]></div><div class='list-subjects'>";
        replace_first(&text, r"<div class='list-subjects'>", odd)
    }),
    rewrite("id_traversal", |_, text| {
        replace_first(&text, r#"title="Abstract" id="[^"]*""#, r#"title="Abstract" id="../../admin""#)
    }),
    rewrite("id_script", |_, text| {
        replace_first(
            &text,
            r#"title="Abstract" id="[^"]*""#,
            r#"title="Abstract" id="1"><script>1</script>""#,
        )
    }),
    rewrite("empty_title", |_, text| {
        let empty = "<div class='list-title mathjax'><span class='descriptor'>Title:</span> \u{200b}\u{a0}\u{200d} </div>";
        replace_first(&text, r"(?s)<div class='list-title mathjax'>.*?</div>", empty)
    }),
    rewrite("duplicates", |_, text| {
        counts(&replace(&text, r"(?s)(<dt>.*?</dd>)", "${1}${1}"), usize::MAX, |count| 2 * count)
    }),
    rewrite("shuffled", |_, text| {
        let entry = Regex::new(r"(?s)<dt>.*?</dd>").expect("a pattern");
        let mut backwards: Vec<&str> = entry.find_iter(&text).map(|found| found.as_str()).collect();
        entry
            .replace_all(&text, |_: &Captures<'_>| backwards.pop().unwrap_or_default().to_owned())
            .into_owned()
    }),
    rewrite("withdrawn", |scene, text| {
        let count = scene.sheet().entries.len();
        let total = text.replace(
            &format!("Total of {count} entries"),
            &format!("Total of {} entries", count.saturating_sub(1)),
        );
        let shown = counts(&total, 1, |count| count.saturating_sub(1));
        replace_first(&shown, r"(?s)<dt>.*?</dd>", "")
    }),
    rewrite("future", |scene, text| {
        let day = long(scene.sheet().date.saturating_add(jiff::Span::new().days(9)));
        replace(&text, r"Showing new listings for .*?</h3>", &format!("Showing new listings for {day}</h3>"))
    }),
    rewrite("far_future", |scene, text| {
        let day = long(scene.sheet().date.saturating_add(jiff::Span::new().days(4000)));
        replace(&text, r"Showing new listings for .*?</h3>", &format!("Showing new listings for {day}</h3>"))
    }),
];

fn replace(text: &str, pattern: &str, with: &str) -> String {
    Regex::new(pattern).expect("a pattern").replace_all(text, with).into_owned()
}

fn replace_first(text: &str, pattern: &str, with: &str) -> String {
    Regex::new(pattern).expect("a pattern").replace(text, with).into_owned()
}

/// Changes both counts of the first `sections` headings.
fn counts(text: &str, sections: usize, change: fn(usize) -> usize) -> String {
    let heading = Regex::new(r"\((\D*)(\d+) of (\d+)").expect("a pattern");
    let limit = if sections == usize::MAX { 0 } else { sections };
    let changed = |found: &Captures<'_>| {
        let count = |group: usize| change(found[group].parse().expect("a number"));
        format!("({}{} of {}", &found[1], count(2), count(3))
    };
    heading.replacen(text, limit, changed).into_owned()
}
