//! arXiv's subjects: canonical ids, aliases, names, and suggestions for an unknown one.

use std::fmt;

use super::excerpt::beginning;
use super::taxonomy_table::{ALIASES, ARCHIVES, CATEGORIES, SUBSUMED_ARCHIVES};

/// The number of suggestions for an unknown name.
const NEAR_MISSES_MAX: usize = 5;

/// The longest name that gets suggestions, in bytes.
const SUBJECT_BYTES_MAX: usize = 32;

/// The canonical id of a subject with a listing on arXiv: a category (`cs.DC`, `quant-ph`) or an archive (`cs`).
///
/// Source: <https://arxiv.org/category_taxonomy>; the table is in `taxonomy_table`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectId(&'static str);

/// The text names no subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSubject {
    pub given: String,
    /// Similar existing ids, best first; at most five.
    pub near: Vec<&'static str>,
}

impl fmt::Display for UnknownSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown subject `{}`", self.given)?;
        match self.near.as_slice() {
            [] => write!(f, "; a subject is an arXiv category or archive such as cs.DC or quant-ph"),
            near => write!(f, "; near: {}", near.join(", ")),
        }
    }
}

impl std::error::Error for UnknownSubject {}

impl SubjectId {
    /// Parses a category or archive, ignoring case; aliases (`cs.SY`) and subsumed archives (`cmp-lg`) give the
    /// canonical id.
    ///
    /// # Errors
    /// The text names no subject; the error lists similar ids.
    pub fn parse(text: &str) -> Result<Self, UnknownSubject> {
        names()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, canonical)| Self(canonical))
            .ok_or_else(|| UnknownSubject {
                given: beginning(text, SUBJECT_BYTES_MAX).to_owned(),
                near: near_misses(text),
            })
    }

    /// All subjects: the archives in use, then their categories.
    pub fn all() -> impl Iterator<Item = Self> {
        let archives = ARCHIVES.iter().map(|archive| archive.id);
        let categories = CATEGORIES.iter().map(|category| category.id);
        archives.chain(categories.filter(|id| !is_archive(id))).map(Self)
    }

    /// The subjects with this full name; arXiv has names that two subjects share ("Machine Learning").
    pub fn named(name: &str) -> impl Iterator<Item = Self> {
        Self::all().filter(move |subject| subject.name() == name)
    }

    /// The subject that examples use.
    #[must_use]
    pub fn example() -> Self {
        Self("cs.DC")
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The full name, as in the `h1` of the subject's listing.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(self.0).unwrap_or(self.0)
    }

    /// True for `cs`, false for `cs.DC` and for an archive that is its own category, such as `quant-ph`.
    #[must_use]
    pub fn is_archive_of_several(self) -> bool {
        CATEGORIES.iter().all(|category| category.id != self.0)
    }

    /// True if `category` is this subject or belongs to it.
    ///
    /// An archive contains its categories and those that have an alias in it (`math` contains `math-ph`, whose alias
    /// is `math.MP`), as on arXiv's archive pages.
    #[must_use]
    pub fn contains(self, category: &str) -> bool {
        let canonical = canonical(category).unwrap_or(category);
        canonical == self.0
            || archive_of(canonical) == Some(self.0)
            || ALIASES
                .iter()
                .any(|(alias, target)| *target == canonical && alias.split('.').next() == Some(self.0))
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The canonical id of a category, alias or subsumed archive; `id` must be spelled exactly as arXiv spells it.
#[must_use]
pub fn canonical(id: &str) -> Option<&'static str> {
    names().find(|(name, _)| *name == id).map(|(_, canonical)| canonical)
}

/// The full name of a canonical id.
#[must_use]
pub fn name_of(id: &str) -> Option<&'static str> {
    let category = CATEGORIES.iter().find(|category| category.id == id).map(|category| category.name);
    category.or_else(|| ARCHIVES.iter().find(|archive| archive.id == id).map(|archive| archive.name))
}

fn archive_of(category: &str) -> Option<&'static str> {
    CATEGORIES.iter().find(|known| known.id == category).map(|known| known.archive)
}

fn is_archive(id: &str) -> bool {
    ARCHIVES.iter().any(|archive| archive.id == id)
}

/// Every accepted name with its canonical id.
fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let categories = CATEGORIES.iter().map(|category| (category.id, category.id));
    let archives = ARCHIVES.iter().map(|archive| (archive.id, archive.id));
    categories.chain(archives).chain(ALIASES.iter().copied()).chain(SUBSUMED_ARCHIVES.iter().copied())
}

/// Ids within a small edit distance, and those whose full name begins with the text.
fn near_misses(text: &str) -> Vec<&'static str> {
    if text.is_empty() || text.len() > SUBJECT_BYTES_MAX {
        return Vec::new();
    }
    let typed = text.to_lowercase();
    let distance_max = if typed.chars().count() <= 4 { 1 } else { 2 };
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for (name, canonical) in names() {
        let distance = strsim::levenshtein(&typed, &name.to_lowercase());
        let by_name = typed.len() >= 4
            && name_of(canonical).is_some_and(|full| full.to_lowercase().starts_with(&typed));
        if distance <= distance_max || by_name {
            found.push((if by_name { 0 } else { distance }, canonical));
        }
    }
    found.sort_unstable();
    let mut near: Vec<&'static str> = Vec::new();
    for (_, id) in found {
        if !near.contains(&id) {
            near.push(id);
        }
    }
    near.truncate(NEAR_MISSES_MAX);
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, canonical: &str) {
        assert_eq!(SubjectId::parse(text).map(SubjectId::as_str), Ok(canonical), "{text}");
    }

    #[test]
    fn any_case_alias_and_subsumed_archive_gives_the_canonical_id() {
        check("cs.DC", "cs.DC");
        check("CS.dc", "cs.DC");
        check("quant-ph", "quant-ph");
        check("cs", "cs");
        check("math.MP", "math-ph");
        check("cs.sy", "eess.SY");
        check("cmp-lg", "cs.CL");
        check("Astro-Ph", "astro-ph");
    }

    #[test]
    fn an_unknown_subject_names_its_near_misses() {
        let error = SubjectId::parse("cs.DK").expect_err("there is no cs.DK");
        assert!(error.near.contains(&"cs.DC"), "{error}");
        assert_eq!(SubjectId::parse("quantph").expect_err("no dash").near, ["quant-ph"]);
        assert_eq!(SubjectId::parse("robotics").expect_err("a name").near, ["cs.RO"]);
        assert_eq!(SubjectId::parse("grp_physics").expect_err("a group").near, Vec::<&str>::new());
        assert!(
            SubjectId::parse(&"x".repeat(1 << 20)).expect_err("too long").given.len() <= SUBJECT_BYTES_MAX
        );
    }

    #[test]
    fn an_archive_holds_its_categories_and_those_under_an_alias() {
        let subject = |text| SubjectId::parse(text).expect("known");
        assert!(subject("cs").contains("cs.DC"));
        assert!(subject("cs").contains("eess.SY"));
        assert!(subject("math").contains("math-ph"));
        assert!(subject("math-ph").contains("math.MP"));
        assert!(subject("quant-ph").contains("quant-ph"));
        assert!(!subject("cs").contains("stat.ML"));
        assert!(!subject("cs.DC").contains("cs.PF"));
        assert!(!subject("math").contains("unknown.XX"));
    }

    #[test]
    fn no_name_means_two_things() {
        let mut all: Vec<&str> = names().map(|(name, _)| name).filter(|name| !is_archive(name)).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(names().all(|(_, canonical)| name_of(canonical).is_some()));
    }
}
