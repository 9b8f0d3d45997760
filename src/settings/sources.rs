//! Where do settings come from, and how are they read in?

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::access;
use super::layer::{Layer, Source, VARIABLE_PREFIX, variable_of};
use super::mistake::{Mistake, Origin};
use super::named::{self, NamedSettings};

/// The file of the repository: every setting, its default and a sentence. It is the lowest layer.
pub const SHIPPED: &str = include_str!("../../config/crosslist.toml");

/// Where the settings are looked for when no file is named.
pub const DEFAULT_FILE: &str = "config/crosslist.toml";

/// The name of the file of the named feeds, beside the settings file.
const FEEDS_FILE_NAME: &str = "feeds.toml";

/// The most bytes of a settings file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The most bytes of the file of the named feeds, which may be ten thousand.
const FEEDS_FILE_BYTES_MAX: u64 = 16 << 20;

/// Everything that may hold a setting. The default is the shipped file alone.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Must be readable when it is given.
    pub file: Option<PathBuf>,
    /// The named feeds and lists; must be readable when it is given.
    pub feeds_file: Option<PathBuf>,
    /// Where the two are when they are not given and may come later.
    pub places: [Option<PathBuf>; 2],
    /// Files that held something before: when one is empty it is being written, or the disk had no room for it.
    pub filled: BTreeSet<PathBuf>,
    /// Any environment; only `CROSSLIST_SECTION__KEY` counts.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags, the last one strongest.
    pub overrides: Vec<Override>,
}

/// A setting from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// As the user typed it: `--listen`.
    pub flag: String,
    /// The setting that it stands for: `server.listen`.
    pub key: String,
    pub value: String,
}

impl Sources {
    /// The named file, else [`DEFAULT_FILE`] where the working directory has it; `feeds.toml` beside that file, where
    /// there is one; and an environment.
    pub fn new<K: Into<OsString>, V: Into<OsString>>(
        config: Option<PathBuf>,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let environment = environment.into_iter().map(|(name, value)| (name.into(), value.into()));
        let beside = config.as_deref().unwrap_or(Path::new(DEFAULT_FILE)).with_file_name(FEEDS_FILE_NAME);
        let place = config.is_none().then(|| PathBuf::from(DEFAULT_FILE));
        let feeds_place = Some(beside).filter(|path| Some(path) != config.as_ref());
        let sources = Self {
            file: config,
            places: [place, feeds_place],
            environment: environment.collect(),
            ..Self::default()
        };
        sources.with_what_has_come()
    }

    /// The same to be read again: with files that have come since. One that has gone or is empty is missed.
    #[must_use]
    pub fn again(&self) -> Self {
        let mut sources = self.clone().with_what_has_come();
        let is_filled = |path: &&PathBuf| path.metadata().is_ok_and(|found| found.len() > 0);
        let files = sources.file.iter().chain(&sources.feeds_file);
        let filled: Vec<PathBuf> = files.filter(is_filled).cloned().collect();
        sources.filled.extend(filled);
        sources
    }

    fn with_what_has_come(mut self) -> Self {
        let come = |place: &Option<PathBuf>| place.clone().filter(|path| path.exists());
        self.file = self.file.take().or_else(|| come(&self.places[0]));
        self.feeds_file = self.feeds_file.take().or_else(|| come(&self.places[1]));
        self
    }

    /// Adds a flag above everything else.
    #[must_use]
    pub fn with_override(mut self, flag: &str, key: &str, value: &str) -> Self {
        self.overrides.push(Override { flag: flag.to_owned(), key: key.to_owned(), value: value.to_owned() });
        self
    }

    /// The layers, lowest first, and what could not be read of them.
    pub(super) fn layers(&self) -> (Vec<Layer>, Vec<Mistake>) {
        let (shipped, mut mistakes) = Layer::of_text("the shipped settings", SHIPPED.to_owned());
        let known: Vec<String> = shipped.entries.iter().map(|entry| entry.key.clone()).collect();
        let mut layers = vec![shipped];
        match self.file.as_deref().map(|path| (path, self.read(path, FILE_BYTES_MAX))) {
            Some((path, Ok(text))) => {
                let (layer, faults) = Layer::of_text(&path.display().to_string(), text);
                layers.push(layer);
                mistakes.extend(faults);
            }
            Some((path, Err(message))) => {
                let path = path.display().to_string();
                mistakes.push(Mistake { origin: Origin::File { path }, message });
            }
            None => {}
        }
        for variable in self.variables(&known) {
            match variable {
                Ok(layer) => layers.push(layer),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        layers.extend(
            self.overrides
                .iter()
                .map(|given| Layer::of_value(Source::Flag(given.flag.clone()), &given.key, &given.value)),
        );
        (layers, mistakes)
    }

    /// The named feeds and lists, and what is wrong with them; `days_max` is what the memory holds.
    pub(super) fn named(&self, days_max: u32) -> (NamedSettings, Vec<Mistake>) {
        let Some(path) = &self.feeds_file else { return Default::default() };
        let shown = path.display().to_string();
        match self.read(path, FEEDS_FILE_BYTES_MAX) {
            Ok(text) => named::read(&shown, &text, days_max, &self.environment),
            Err(message) => {
                let mistake = Mistake { origin: Origin::File { path: shown }, message };
                (NamedSettings::default(), vec![mistake])
            }
        }
    }

    fn read(&self, path: &Path, bytes_max: u64) -> Result<String, String> {
        let text = read(path, bytes_max)?;
        if text.is_empty() && self.filled.contains(path) {
            return Err("is empty; write a comment into it if that is meant".to_owned());
        }
        Ok(text)
    }

    /// Our variables, by name.
    fn variables(&self, known: &[String]) -> Vec<Result<Layer, Mistake>> {
        let mut ours: Vec<(&str, &OsString)> = self
            .environment
            .iter()
            .filter_map(|(name, value)| name.to_str().map(|name| (name, value)))
            .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
            .collect();
        ours.sort_unstable();
        ours.into_iter().filter_map(|(name, value)| variable(name, value, known)).collect()
    }
}

/// Every file that decides a setting, or will once it is there, whether what they say is right or not.
#[must_use]
pub fn files(sources: &Sources) -> Vec<PathBuf> {
    let places = sources.places.iter().flatten().cloned();
    let mut files: Vec<PathBuf> =
        places.chain(sources.file.clone()).chain(sources.feeds_file.clone()).collect();
    for layer in &sources.layers().0 {
        let named = access::FILES.iter().filter_map(|key| layer.entry(key)?.given.text());
        files.extend(named.filter(|path| !path.is_empty()).map(PathBuf::from));
    }
    files
}

/// The layer of one variable; none where the variable is not meant for us.
fn variable(name: &str, value: &OsString, known: &[String]) -> Option<Result<Layer, Mistake>> {
    let mistake = |message: String| Some(Err(Mistake { origin: Origin::Variable(name.to_owned()), message }));
    if !name.contains("__") {
        // Kubernetes sets CROSSLIST_PORT and its like for a service of our name, so only a sure slip is one.
        let meant =
            known.iter().map(|key| variable_of(key)).find(|known| known.replace("__", "_") == name)?;
        return mistake(format!("unknown variable; near: {meant}"));
    }
    let Some(text) = value.to_str() else {
        return mistake("the value is not UTF-8".to_owned());
    };
    let found = known.iter().find(|key| variable_of(key) == name);
    let key =
        found.cloned().unwrap_or_else(|| name[VARIABLE_PREFIX.len()..].to_lowercase().replace("__", "."));
    if found.is_none() && known.contains(&key) {
        return mistake(format!("unknown variable; near: {}", variable_of(&key)));
    }
    Some(Ok(Layer::of_value(Source::Variable(name.to_owned()), &key, text)))
}

/// The text of a settings file, or one line that says why there is none.
fn read(path: &Path, bytes_max: u64) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err("is a directory; name a file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > bytes_max {
        return Err(format!("is larger than {bytes_max} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        format!("is not UTF-8 on line {line}; save it as UTF-8")
    })
}
