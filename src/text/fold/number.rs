//! The singulars that a folded word may have, by the rules of English plurals and tables of their exceptions.

use super::letters;

/// Plurals with singulars of their own, in alphabetical order.
const IRREGULAR: &[(&str, &[&str])] = &[
    ("aches", &["ache"]),
    ("addenda", &["addendum"]),
    ("afterlives", &["afterlife"]),
    ("alibis", &["alibi"]),
    ("alumni", &["alumnus"]),
    ("apices", &["apex"]),
    ("aquaria", &["aquarium"]),
    ("atria", &["atrium"]),
    ("automata", &["automaton"]),
    ("avalanches", &["avalanche"]),
    ("axes", &["axis", "axe", "ax"]),
    ("bacilli", &["bacillus"]),
    ("bacteria", &["bacterium"]),
    ("bureaus", &["bureau"]),
    ("cacti", &["cactus"]),
    ("calculi", &["calculus"]),
    ("calves", &["calf", "calve"]),
    ("children", &["child"]),
    ("cilia", &["cilium"]),
    ("cliches", &["cliche"]),
    ("compendia", &["compendium"]),
    ("consortia", &["consortium"]),
    ("continua", &["continuum"]),
    ("corpora", &["corpus"]),
    ("corrigenda", &["corrigendum"]),
    ("creches", &["creche"]),
    ("crises", &["crisis"]),
    ("criteria", &["criterion"]),
    ("curricula", &["curriculum"]),
    ("datum", &["data"]),
    ("dwarves", &["dwarf"]),
    ("elves", &["elf"]),
    ("emojis", &["emoji"]),
    ("equilibria", &["equilibrium"]),
    ("errata", &["erratum"]),
    ("feet", &["foot"]),
    ("firemen", &["fireman"]),
    ("foci", &["focus"]),
    ("fora", &["forum"]),
    ("fungi", &["fungus"]),
    ("ganglia", &["ganglion"]),
    ("geese", &["goose"]),
    ("genera", &["genus"]),
    ("genii", &["genius"]),
    ("gentlemen", &["gentleman"]),
    ("grandchildren", &["grandchild"]),
    ("gurus", &["guru"]),
    ("gymnasia", &["gymnasium"]),
    ("gyri", &["gyrus"]),
    ("halflives", &["halflife"]),
    ("halves", &["half", "halve"]),
    ("headaches", &["headache"]),
    ("hippocampi", &["hippocampus"]),
    ("hooves", &["hoof"]),
    ("housewives", &["housewife"]),
    ("kiwis", &["kiwi"]),
    ("leaves", &["leaf", "leave"]),
    ("lemmata", &["lemma"]),
    ("libretti", &["libretto"]),
    ("lice", &["louse"]),
    ("lives", &["life", "live"]),
    ("loaves", &["loaf"]),
    ("loci", &["locus"]),
    ("media", &["medium"]),
    ("memoranda", &["memorandum"]),
    ("men", &["man"]),
    ("menus", &["menu"]),
    ("mice", &["mouse"]),
    ("microfiches", &["microfiche"]),
    ("millennia", &["millennium"]),
    ("mitochondria", &["mitochondrion"]),
    ("moustaches", &["moustache"]),
    ("niches", &["niche"]),
    ("octopi", &["octopus"]),
    ("ova", &["ovum"]),
    ("oxen", &["ox"]),
    ("people", &["person"]),
    ("phyla", &["phylum"]),
    ("psyches", &["psyche"]),
    ("quizzes", &["quiz"]),
    ("rabbis", &["rabbi"]),
    ("radices", &["radix"]),
    ("referenda", &["referendum"]),
    ("safaris", &["safari"]),
    ("scarves", &["scarf"]),
    ("schemata", &["schema"]),
    ("selves", &["self"]),
    ("sera", &["serum"]),
    ("sheaves", &["sheaf"]),
    ("skis", &["ski"]),
    ("specula", &["speculum"]),
    ("stadia", &["stadium"]),
    ("stigmata", &["stigma"]),
    ("strata", &["stratum"]),
    ("sulci", &["sulcus"]),
    ("syllabi", &["syllabus"]),
    ("symposia", &["symposium"]),
    ("taxa", &["taxon"]),
    ("taxis", &["taxi", "taxis"]),
    ("teeth", &["tooth"]),
    ("thalami", &["thalamus"]),
    ("thieves", &["thief"]),
    ("thrombi", &["thrombus"]),
    ("tori", &["torus"]),
    ("toruses", &["torus"]),
    ("tranches", &["tranche"]),
    ("tsunamis", &["tsunami"]),
    ("uteri", &["uterus"]),
    ("vacua", &["vacuum"]),
    ("villi", &["villus"]),
    ("wharves", &["wharf"]),
    ("wikis", &["wiki"]),
    ("wives", &["wife", "wive"]),
    ("workmen", &["workman"]),
];

/// Endings of plurals and of their singulars, for words that have other words before them: `subspectra`, `eigenvertices`.
const IRREGULAR_ENDINGS: &[(&str, &str)] = &[
    ("caches", "cache"),
    ("eaux", "eau"),
    ("extrema", "extremum"),
    ("fishermen", "fisherman"),
    ("hedra", "hedron"),
    ("infima", "infimum"),
    ("knives", "knife"),
    ("maxima", "maximum"),
    ("midwives", "midwife"),
    ("minima", "minimum"),
    ("moduli", "modulus"),
    ("momenta", "momentum"),
    ("nuclei", "nucleus"),
    ("annuli", "annulus"),
    ("optima", "optimum"),
    ("phenomena", "phenomenon"),
    ("quanta", "quantum"),
    ("radii", "radius"),
    ("shelves", "shelf"),
    ("smen", "sman"),
    ("chairmen", "chairman"),
    ("spectra", "spectrum"),
    ("stimuli", "stimulus"),
    ("suprema", "supremum"),
    ("wolves", "wolf"),
    ("women", "woman"),
];

/// Words that end in `s` as singulars, and names of fields that share no meaning with the word before their `s`.
const SINGULAR: &[&str] = &[
    "acoustics",
    "aeronautics",
    "alias",
    "always",
    "analytics",
    "asbestos",
    "athletics",
    "atlas",
    "ballistics",
    "bias",
    "biceps",
    "biogas",
    "canvas",
    "chaos",
    "christmas",
    "cosmos",
    "debias",
    "diabetes",
    "does",
    "electronics",
    "ethics",
    "ethos",
    "forceps",
    "forensics",
    "gas",
    "haptics",
    "headquarters",
    "herpes",
    "kudos",
    "lens",
    "linguistics",
    "logistics",
    "microlens",
    "news",
    "optics",
    "pancreas",
    "pathos",
    "perhaps",
    "photonics",
    "plasmonics",
    "politics",
    "rabies",
    "rhinoceros",
    "robotics",
    "semantics",
    "series",
    "species",
    "spintronics",
    "subspecies",
    "superseries",
    "tectonics",
    "texas",
    "thermos",
    "timeseries",
    "whereas",
];

/// Endings of names of fields, which are no plurals.
const SINGULAR_ENDINGS: &[&str] = &[
    "dynamics",
    "matics",
    "mechanics",
    "netics",
    "nomics",
    "physics",
    "proteomics",
    "abolomics",
    "iptomics",
];

/// Words that end so form their plural with `es`, besides those in `us` and `ss`: `biases`, `lenses`.
const WITH_ES: &[&str] = &[
    "alias",
    "atlas",
    "bias",
    "canvas",
    "gas",
    "ibis",
    "iris",
    "lens",
    "mantis",
    "metropolis",
    "pancreas",
    "pelvis",
    "rhinoceros",
    "trellis",
];

/// The shortest word, in characters, that may lose its `s`: below that it is rather an abbreviation (`GPS`, `iOS`).
const PLURAL_CHARACTERS_MIN: usize = 4;

/// How the singulars of a word are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// By a rule that leaves the beginning of the word as it is.
    ByRule,
    /// In a table: the singular may begin otherwise.
    InTable,
}

/// Shows every singular of a word, in two pieces that belong together; the word itself where it is no plural.
///
/// The first singular is one whose only singular is itself.
pub(super) fn singulars(word: &str, add: &mut dyn FnMut(&str, &str)) -> Found {
    if let Ok(place) = IRREGULAR.binary_search_by_key(&word, |(plural, _)| plural) {
        IRREGULAR[place].1.iter().for_each(|singular| add(singular, ""));
        return Found::InTable;
    }
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) || !ends_as_a_plural(word) {
        // The singular of `CIFAR10s` would fall into pieces.
        let stem =
            word.strip_suffix('s').filter(|stem| loses_its_s(word) && letters::before_digits(stem).is_none());
        add(stem.unwrap_or(word), "");
        return Found::ByRule;
    }
    if let Some((plural, singular)) = IRREGULAR_ENDINGS.iter().find(|(plural, _)| word.ends_with(plural)) {
        add(&word[..word.len() - plural.len()], singular);
        return Found::InTable;
    }
    if let Some(stem) =
        word.strip_suffix("ae").filter(|stem| stem.len() > 2 && !matches!(*stem, "regg" | "sund"))
    {
        add(stem, "a");
        return Found::ByRule;
    }
    match word.strip_suffix('s').filter(|_| loses_its_s(word)) {
        // `phenomenas`, `peoples`.
        Some(stem) if !stem.ends_with('s') && ends_as_a_plural(stem) => return singulars(stem, add),
        Some(stem) if IRREGULAR.binary_search_by_key(&stem, |(plural, _)| plural).is_ok() => {
            return singulars(stem, add);
        }
        Some(stem) => of_s(stem, add),
        None => add(word, ""),
    }
    Found::ByRule
}

fn ends_as_a_plural(word: &str) -> bool {
    word.ends_with(['s', 'a', 'i', 'n', 'x']) || word.ends_with("ae")
}

fn loses_its_s(word: &str) -> bool {
    let length = word.chars().take(PLURAL_CHARACTERS_MIN + 1).count();
    let is_singular = ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending))
        // `gpus` in small letters, `plateaus`.
        && !(word.ends_with("pus") && length == PLURAL_CHARACTERS_MIN || word.ends_with("eaus"));
    length >= PLURAL_CHARACTERS_MIN
        && !is_singular
        && SINGULAR.binary_search(&word).is_err()
        && (word == "schematics" || !SINGULAR_ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// The singulars of a word that ended in `s`, without that.
fn of_s(stem: &str, add: &mut dyn FnMut(&str, &str)) {
    let Some(short) = stem.strip_suffix('e') else { return add(stem, "") };
    let ends = |ending: &str| short.ends_with(ending);
    if ends("i") && short.len() > 2 {
        // `libraries`, and `cookies`.
        add(&short[..short.len() - 1], "y");
        add(stem, "");
    } else if ends("ic") && short.len() > 4 {
        // `matrices`, `vertices`, and `devices`.
        let root = &short[..short.len() - 2];
        add(stem, "");
        add(root, "ix");
        add(root, "ex");
    } else if ["ch", "sh", "x", "tz", "zz", "ss"].iter().any(|ending| ends(ending))
        || WITH_ES.iter().any(|word| ends(word))
    {
        add(short, "");
    } else if ends("us") && !ends("aus") && !ends("ous") && short.len() > 2 {
        // `viruses`, and `abuses`.
        add(short, "");
        add(stem, "");
    } else if ends("o") {
        // `heroes`, and `shoes`.
        add(short, "");
        add(stem, "");
    } else if (ends("es") && !ends("ees")) || ends("ys") {
        // `theses`; and `analyses`, which is a verb too.
        add(&short[..short.len() - 1], "sis");
        if ends("ys") {
            add(stem, "");
        }
    } else if ["as", "os", "is", "ps"].iter().any(|ending| ends(ending)) && short.len() > 2 {
        // `databases`, and `oases`.
        add(stem, "");
        add(&short[..short.len() - 1], "sis");
    } else {
        add(stem, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(IRREGULAR.is_sorted_by_key(|(plural, _)| plural));
        assert!(SINGULAR.is_sorted());
    }
}
