//! Splits the author line of an entry into names.
//!
//! arXiv writes commas and colons between names, parentheses for affiliations, and links every name of four or more
//! characters (arxiv-browse 26f634f, `formatting/search_authors.py`).

mod names;

use scraper::{ElementRef, Node};

use crate::domain::paper::Authors;

use super::characters::{Folded, is_blank};
use super::selectors::{field_of, gather, is_silent};

/// The most names that are kept; [`Authors::et_al`] is set if there are more.
pub const AUTHORS_MAX: usize = 10_000;

/// The page stops after this many linked names when at least two more would follow, without a sign of it.
///
/// Seen in arxiv-browse 26f634f: 101 linked names are shown in full, of 150 the first 100. A list of exactly 100
/// looks like a shortened one, so it counts as shortened.
const LINKED_NAMES_MAX: usize = 100;

/// Parses the field of authors; fields inside it go to `nested`.
///
/// Splits the text, with links as hints only: short names («张伟», «Xu»), affiliations and "et al" have no link, and a comma
/// inside a link belongs to the name. The flag is true if there is an undecodable character.
pub(super) fn read<'a>(element: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) -> (Authors, bool) {
    let mut line = Line::default();
    line.walk(element, nested);
    line.finish();
    (line.authors, line.has_replacement)
}

#[derive(Default)]
struct Line {
    authors: Authors,
    /// The current name: text before the link, the link, and text after it.
    before: String,
    linked: Option<String>,
    behind: String,
    /// The number of open parentheses, their content, and the linked names in it.
    depth: usize,
    aside: String,
    aside_names: Vec<String>,
    /// The closed parenthesis after the current name.
    closed: Option<String>,
    links: usize,
    has_replacement: bool,
}

impl Line {
    fn walk<'a>(&mut self, parent: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) {
        for child in parent.children() {
            match child.value() {
                Node::Text(words) => words.chars().for_each(|character| self.bare(character)),
                Node::Element(_) => {
                    let Some(child) = ElementRef::wrap(child) else { continue };
                    match child.value().name() {
                        "a" => self.link(child, nested),
                        "br" => self.bare(' '),
                        _ if field_of(child).is_some() => nested.push(child),
                        _ if is_silent(child) => {}
                        _ => self.walk(child, nested),
                    }
                }
                _ => {}
            }
        }
    }

    fn link<'a>(&mut self, element: ElementRef<'a>, nested: &mut Vec<ElementRef<'a>>) {
        let mut name = Folded::default();
        gather(element, &mut name, nested);
        self.has_replacement |= name.has_replacement;
        let name = name.take();
        if self.depth > 0 {
            self.aside.push_str(&name);
            self.aside_names.push(name);
            return;
        }
        if self.linked.is_some() {
            // Two links without a comma: the text between them («and») starts the second.
            let between = std::mem::take(&mut self.behind);
            if is_blank(&between) && self.joins_nickname(&name) {
                return;
            }
            self.end_name();
            self.before = between;
        }
        self.links += 1;
        self.linked = Some(name);
    }

    fn bare(&mut self, character: char) {
        match character {
            '(' => {
                self.depth += 1;
                if self.depth == 1 {
                    return;
                }
            }
            ')' if self.depth == 1 => {
                self.depth = 0;
                return self.end_aside();
            }
            ')' if self.depth == 0 => return,
            ')' => self.depth -= 1,
            ',' | ';' | ':' if self.depth == 0 => return self.end_name(),
            _ => {}
        }
        if self.depth == 0 && self.closed.is_some() && !character.is_whitespace() && !self.awaits_surname() {
            // Text without a link after a parenthesis is the next name: «[A. One] (1) Xu (2)».
            self.end_name();
        }
        let text = match (self.depth, &self.linked) {
            (0, None) => &mut self.before,
            (0, Some(_)) => &mut self.behind,
            _ => &mut self.aside,
        };
        text.push(character);
    }

    fn end_name(&mut self) {
        let (before, linked) = (self.folded_before(), self.linked.take());
        let behind = std::mem::take(&mut self.behind);
        let closed = self.closed.take();
        let Some(mut name) = linked else { return self.bare_names(&before) };
        let before = names::without_leading_words(&before);
        if !before.is_empty() {
            name = format!("{before} {name}");
        }
        let behind = self.folded(&behind);
        if let Some(nickname) = closed.filter(|_| !behind.is_empty()) {
            name = format!("{name} ({nickname})");
        }
        if !behind.is_empty() {
            name = format!("{name} {behind}");
        }
        self.add(&name);
    }

    /// Names without links: «李雷 and 王», «et al».
    fn bare_names(&mut self, text: &str) {
        for name in text.split(" and ") {
            self.add(names::without_leading_words(name));
        }
    }

    /// A parenthesis is an affiliation, unless it names the group for which the authors speak.
    fn end_aside(&mut self) {
        self.aside_names.clear();
        let aside = std::mem::take(&mut self.aside);
        let aside = self.folded(&aside);
        if aside.ends_with("additional authors not shown") || aside.ends_with("additional author not shown") {
            self.authors.et_al = true;
        }
        let group = names::group_in(&aside);
        if group.is_some() || (self.linked.is_none() && is_blank(&self.before)) {
            // The group follows the author whose affiliation this is.
            self.end_name();
            self.add(group.unwrap_or_default());
        } else {
            self.closed = Some(aside);
        }
    }

    /// Joins `[Wei] (Will) [Chen]`, which arXiv links as two names.
    fn joins_nickname(&mut self, next: &str) -> bool {
        let Some(nickname) = self.closed.take_if(|aside| names::is_nickname(aside)) else { return false };
        let Some(name) = self.linked.as_mut().filter(|name| !(name.contains(' ') && next.contains(' ')))
        else {
            return false;
        };
        *name = format!("{name} ({nickname}) {next}");
        self.links += 1;
        true
    }

    /// Joins a given name and a nickname with a surname that is too short for a link: `[Xinyu] (Cindy) Li`.
    fn awaits_surname(&self) -> bool {
        self.closed.as_deref().is_some_and(names::is_nickname)
            && self.linked.as_ref().is_some_and(|name| !name.contains(' '))
    }

    fn add(&mut self, text: &str) {
        let found = names::split(text);
        self.authors.et_al |= found.et_al;
        let room = AUTHORS_MAX - self.authors.names.len();
        self.authors.et_al |= found.names.len() > room;
        self.authors.names.extend(found.names.into_iter().take(room));
    }

    fn finish(&mut self) {
        if self.depth > 0 {
            // The parenthesis is never closed, so its content is names.
            self.depth = 0;
            let names = std::mem::take(&mut self.aside_names);
            self.end_name();
            for name in names {
                self.add(&name);
            }
        }
        self.end_name();
        self.authors.et_al |= self.links == LINKED_NAMES_MAX;
    }

    fn folded_before(&mut self) -> String {
        let before = std::mem::take(&mut self.before);
        self.folded(&before)
    }

    fn folded(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let mut folded = Folded::default();
        folded.push(text);
        self.has_replacement |= folded.has_replacement;
        folded.take()
    }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn authors_of(markup: &str) -> Authors {
        let page = Html::parse_fragment(&format!("<div>{markup}</div>"));
        read(page.root_element(), &mut Vec::new()).0
    }

    /// Links are written `[name]`; names are separated by ` | `, and a trailing `…` is "et al."
    fn check(line: &str, expected: &str) {
        let authors = authors_of(&line.replace('[', "<a href=x>").replace(']', "</a>"));
        let mut shown = authors.names.join(" | ");
        if authors.et_al {
            shown.push('…');
        }
        assert_eq!(shown, expected, "{line}");
    }

    #[test]
    fn links_and_bare_names_are_one_list() {
        check(
            "[Seán O&#39;Brien], [X Æ A-12], 张伟, [محمد علي]",
            "Seán O'Brien | X Æ A-12 | 张伟 | محمد علي",
        );
        check("李雷, 韩梅梅", "李雷 | 韩梅梅");
        check("[Yihan], Wen, [Xin Chen]", "Yihan | Wen | Xin Chen");
        check("[Jordan\n   Thompson],\n [Ryan Benac]", "Jordan Thompson | Ryan Benac");
        check("[{\\v C}apek]", "{\\v C}apek");
        check("[Bobby &lt;b&gt;Tables&lt;/b&gt;]", "Bobby <b>Tables</b>");
    }

    #[test]
    fn a_link_is_one_name_whatever_it_contains() {
        check("[Smith, Jr., John], [A. B.]", "Smith, Jr., John | A. B.");
        check("[Waldyr A. Rodrigues Jr], [John (Jack) Doe]", "Waldyr A. Rodrigues Jr | John (Jack) Doe");
        check("[The Anh Han]", "The Anh Han");
        check("[A. One] and [B. Two]", "A. One | B. Two");
        check("[John Doe] III, [B. Two]", "John Doe III | B. Two");
    }

    #[test]
    fn affiliations_are_removed_and_groups_are_kept() {
        check(
            "[Jane Doe] (1 and 2), [John Smith Jr.] (2), [M. de la Cruz] (3) ((1) MIT, (2) CERN, Geneva, (3) UNAM)",
            "Jane Doe | John Smith Jr. | M. de la Cruz",
        );
        check(
            "[A. Alpha], [C. Gamma] (for the XYZ Collaboration)",
            "A. Alpha | C. Gamma | XYZ Collaboration",
        );
        check(
            "[Y. Takei] (2) (on behalf of the XRISM Resolve team, (1) Ehime U., (2) JAXA)",
            "Y. Takei | XRISM Resolve team",
        );
        check("[B. M.] (5, on behalf of the Resolve team), [Y. K.] (6)", "B. M. | Resolve team | Y. K.");
        check("[A. B.] (the [LAGO] collaboration)", "A. B. | LAGO collaboration");
        check("[A. Baker], the [LZ Collaboration]", "A. Baker | LZ Collaboration");
        check("The [D0 Collaboration], [B. Abbott], et al", "D0 Collaboration | B. Abbott…");
        check("[Linsheng Zhu], [and Dong Liu]", "Linsheng Zhu | Dong Liu");
    }

    #[test]
    fn a_colon_ends_a_collaboration() {
        check("[Euclid Collaboration]: [G. Congedo], [A. Two]", "Euclid Collaboration | G. Congedo | A. Two");
        check("[Kimi Team]: Xu, [Angang Du]", "Kimi Team | Xu | Angang Du");
        check("The [D0 Collaboration]: [B. Abbott]: ", "D0 Collaboration | B. Abbott");
        check(": [A. One]", "A. One");
    }

    #[test]
    fn an_affiliation_is_no_person() {
        check("[A. One] (1), [B. Two] (3) ((1) MIT, (2) CERN, (3) ANS Collaboration)", "A. One | B. Two");
        check("[A. One] (1 and 2) ((1) MIT, (2) INFN, ANS Collaboration)", "A. One");
        check("[A. One] (1) ((1) MIT, for the XYZ Collaboration)", "A. One | XYZ Collaboration");
        check("[A. One] ([1] MIT; 2. ANS Collaboration)", "A. One");
        check("[A. One] (for XYZ Collaboration)", "A. One | XYZ Collaboration");
        check("[A. One] (1) Xu (2), [B. Two] (1) and Li (3)", "A. One | Xu | B. Two | Li");
        check("[A. One] (MIT) [B. Two] (CERN)", "A. One | B. Two");
        check("(1) [A. One]", "A. One");
    }

    #[test]
    fn a_nickname_stays_with_its_name() {
        check("[Wei] (Will) [Chen], [B. Two]", "Wei (Will) Chen | B. Two");
        check("[Xinyu] (Cindy) Li, [B. Two]", "Xinyu (Cindy) Li | B. Two");
        check("[Xiang Wei] (Will) [Chen]", "Xiang Wei (Will) Chen");
    }

    #[test]
    fn marks_of_affiliation_belong_to_no_name() {
        check("[A. One$^{1], 2}$, [B. Two$^{1}$], [C. Three*]", "A. One | B. Two | C. Three");
        check("[A. One$^\\dagger$], 1, *, [†B. Two]", "A. One | B. Two");
        check("[A. One)], [B. Two (MIT], [John (Jack) Doe]", "A. One | B. Two | John (Jack) Doe");
        check("[- A. One], [. B. Two]", "A. One | B. Two");
        check(
            "[M{\\\"u}ller], [{\\v C}apek], [$\\Lambda$ Author]",
            "M{\\\"u}ller | {\\v C}apek | $\\Lambda$ Author",
        );
    }

    #[test]
    fn a_link_with_several_names_falls_apart() {
        check("[A. One; B. Two]", "A. One | B. Two");
        check("[A. One for the XYZ Collaboration]", "A. One | XYZ Collaboration");
        check("[A. One], [on behalf of the XYZ Collaboration]", "A. One | XYZ Collaboration");
        check("[A. One], for the [XYZ Collaboration]", "A. One | XYZ Collaboration");
        check("[A. One], [with an appendix by B. Two]", "A. One | B. Two");
    }

    #[test]
    fn an_incomplete_list_is_marked_et_al() {
        check("et al", "…");
        check("[A. One et al.]", "A. One…");
        check("[A. One] (MIT) et. al.", "A. One…");
        check("[A. One], [and 84 others]", "A. One…");
        check("[A. One], [others]", "A. One…");
        check("[A. B.], et al. (84 additional authors not shown)", "A. B.…");
        for (count, is_cut) in [(99, false), (100, true), (101, false)] {
            let line = (0..count).map(|i| format!("<a>A. Author{i}</a>")).collect::<Vec<_>>().join(", ");
            let authors = authors_of(&line);
            assert_eq!((authors.names.len(), authors.et_al), (count, is_cut));
        }
    }

    #[test]
    fn an_unavailable_list_is_empty() {
        check("(author list is unavailable)", "");
        check("", "");
        check(", , ", "");
    }

    #[test]
    fn an_open_parenthesis_swallows_nobody() {
        check("[A. One] (MIT, [B. Two], [C. Three]", "A. One | B. Two | C. Three");
        check("[A. One]), [B. Two]", "A. One | B. Two");
    }

    #[test]
    fn a_list_without_end_is_cut_at_the_limit() {
        let authors = authors_of(&"<a>N</a>,".repeat(AUTHORS_MAX + 1));
        assert_eq!((authors.names.len(), authors.et_al), (AUTHORS_MAX, true));
    }
}
