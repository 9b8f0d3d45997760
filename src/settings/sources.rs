//! Where do settings come from, and how are they read in?

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

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
        let default = || Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists());
        let environment = environment.into_iter().map(|(name, value)| (name.into(), value.into()));
        let beside = config.as_deref().unwrap_or(Path::new(DEFAULT_FILE)).with_file_name(FEEDS_FILE_NAME);
        let file = config.or_else(default);
        let feeds_file = Some(beside).filter(|path| path.exists() && Some(path) != file.as_ref());
        Self { file, feeds_file, environment: environment.collect(), overrides: Vec::new() }
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
        match self.file.as_deref().map(|path| (path, read(path, FILE_BYTES_MAX))) {
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
        match read(path, FEEDS_FILE_BYTES_MAX) {
            Ok(text) => named::read(&shown, &text, days_max),
            Err(message) => {
                let mistake = Mistake { origin: Origin::File { path: shown }, message };
                (NamedSettings::default(), vec![mistake])
            }
        }
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
