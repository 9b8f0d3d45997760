//! The sources of settings: the shipped file, a settings file, the file of named feeds, variables and flags.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::access;
use super::diagnostic::{Origin, SettingsDiagnostic};
use super::layer::{Layer, Source, VARIABLE_PREFIX, variable_of};
use super::named::{self, NamedSettings};

/// The settings file of the repository: every setting with its default and a sentence. It is the lowest layer.
pub const SHIPPED: &str = include_str!("../../config/crosslist.toml");

/// The settings file, if no other is named.
pub const DEFAULT_FILE: &str = "config/crosslist.toml";

/// The file of named feeds, in the folder of the settings file.
const FEEDS_FILE_NAME: &str = "feeds.toml";

/// The largest settings file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The largest file of named feeds; ten thousand feeds fit.
const FEEDS_FILE_BYTES_MAX: u64 = 16 << 20;

/// Everything that may contain a setting. The default is the shipped file alone.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The settings file; an error if it cannot be read.
    pub file: Option<PathBuf>,
    /// The file of named feeds; an error if it cannot be read.
    pub feeds_file: Option<PathBuf>,
    /// Where the two files may appear later, if they do not exist now.
    pub default_paths: [Option<PathBuf>; 2],
    /// Files that had content before: an empty one is being written, or the disk was full.
    pub with_content: BTreeSet<PathBuf>,
    /// The environment; only variables such as `CROSSLIST_SECTION__KEY` are settings.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags; the last one of a setting counts.
    pub overrides: Vec<Override>,
}

/// A setting from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// `--listen`.
    pub flag: String,
    /// The setting: `server.listen`.
    pub key: String,
    pub value: String,
}

impl Sources {
    /// `config`, else [`DEFAULT_FILE`] if it exists; `feeds.toml` in the folder of that file, if it exists; and an
    /// environment.
    pub fn new<K: Into<OsString>, V: Into<OsString>>(
        config: Option<PathBuf>,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let environment = environment.into_iter().map(|(name, value)| (name.into(), value.into()));
        let beside = config.as_deref().unwrap_or(Path::new(DEFAULT_FILE)).with_file_name(FEEDS_FILE_NAME);
        let default = config.is_none().then(|| PathBuf::from(DEFAULT_FILE));
        let default_feeds = Some(beside).filter(|path| Some(path) != config.as_ref());
        let sources = Self {
            file: config,
            default_paths: [default, default_feeds],
            environment: environment.collect(),
            ..Self::default()
        };
        sources.with_new_files()
    }

    /// The sources for a reload: with files that appeared since. A file that disappeared or became empty is an error.
    #[must_use]
    pub fn for_reload(&self) -> Self {
        let mut sources = self.clone().with_new_files();
        let has_content = |path: &&PathBuf| path.metadata().is_ok_and(|found| found.len() > 0);
        let files = sources.file.iter().chain(&sources.feeds_file);
        let files: Vec<PathBuf> = files.filter(has_content).cloned().collect();
        sources.with_content.extend(files);
        sources
    }

    fn with_new_files(mut self) -> Self {
        let existing = |path: &Option<PathBuf>| path.clone().filter(|path| path.exists());
        self.file = self.file.take().or_else(|| existing(&self.default_paths[0]));
        self.feeds_file = self.feeds_file.take().or_else(|| existing(&self.default_paths[1]));
        self
    }

    /// Adds a flag, which overrides everything before.
    #[must_use]
    pub fn with_override(mut self, flag: &str, key: &str, value: &str) -> Self {
        self.overrides.push(Override { flag: flag.to_owned(), key: key.to_owned(), value: value.to_owned() });
        self
    }

    /// The layers, lowest first, and what could not be read.
    pub(super) fn layers(&self) -> (Vec<Layer>, Vec<SettingsDiagnostic>) {
        let (shipped, mut diagnostics) = Layer::of_text("the shipped settings", SHIPPED.to_owned());
        let known: Vec<String> = shipped.entries.iter().map(|entry| entry.key.clone()).collect();
        let mut layers = vec![shipped];
        match self.file.as_deref().map(|path| (path, self.read(path, FILE_BYTES_MAX))) {
            Some((path, Ok(text))) => {
                let (layer, faults) = Layer::of_text(&path.display().to_string(), text);
                layers.push(layer);
                diagnostics.extend(faults);
            }
            Some((path, Err(message))) => {
                let path = path.display().to_string();
                diagnostics.push(SettingsDiagnostic { origin: Origin::File { path }, message });
            }
            None => {}
        }
        for variable in self.variables(&known) {
            match variable {
                Ok(layer) => layers.push(layer),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        layers.extend(
            self.overrides
                .iter()
                .map(|given| Layer::of_value(Source::Flag(given.flag.clone()), &given.key, &given.value)),
        );
        (layers, diagnostics)
    }

    /// The named feeds and lists, and what is wrong with them; `days_max` is `store.window_days`.
    pub(super) fn named(&self, days_max: u32) -> (NamedSettings, Vec<SettingsDiagnostic>) {
        let Some(path) = &self.feeds_file else { return Default::default() };
        let shown = path.display().to_string();
        match self.read(path, FEEDS_FILE_BYTES_MAX) {
            Ok(text) => named::read(&shown, &text, days_max, &self.environment),
            Err(message) => {
                let diagnostic = SettingsDiagnostic { origin: Origin::File { path: shown }, message };
                (NamedSettings::default(), vec![diagnostic])
            }
        }
    }

    /// Every file that contains a setting, or would if it existed, whether its content is valid or not.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let default_paths = self.default_paths.iter().flatten();
        let mut files: Vec<PathBuf> =
            default_paths.chain(&self.file).chain(&self.feeds_file).cloned().collect();
        for layer in &self.layers().0 {
            let named = access::KEY_FILES.iter().filter_map(|key| layer.entry(key)?.raw.text());
            files.extend(named.filter(|path| !path.is_empty()).map(PathBuf::from));
        }
        files
    }

    fn read(&self, path: &Path, bytes_max: u64) -> Result<String, String> {
        let text = read(path, bytes_max)?;
        if text.is_empty() && self.with_content.contains(path) {
            return Err("is empty; write a comment into it if that is intended".to_owned());
        }
        Ok(text)
    }

    /// The variables that are settings, by name.
    fn variables(&self, known: &[String]) -> Vec<Result<Layer, SettingsDiagnostic>> {
        let mut settings: Vec<(&str, &OsString)> = self
            .environment
            .iter()
            .filter_map(|(name, value)| name.to_str().map(|name| (name, value)))
            .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
            .collect();
        settings.sort_unstable();
        settings.into_iter().filter_map(|(name, value)| variable(name, value, known)).collect()
    }
}

/// The layer of one variable; none if the variable is not a setting.
fn variable(name: &str, value: &OsString, known: &[String]) -> Option<Result<Layer, SettingsDiagnostic>> {
    let diagnostic = |message: String| {
        Some(Err(SettingsDiagnostic { origin: Origin::Variable(name.to_owned()), message }))
    };
    if !name.contains("__") {
        // Kubernetes sets CROSSLIST_PORT and others for a service of that name, so only a certain slip is an error.
        let intended =
            known.iter().map(|key| variable_of(key)).find(|known| known.replace("__", "_") == name)?;
        return diagnostic(format!("unknown variable; near: {intended}"));
    }
    let Some(text) = value.to_str() else {
        return diagnostic("the value is not UTF-8".to_owned());
    };
    let found = known.iter().find(|key| variable_of(key) == name);
    let key =
        found.cloned().unwrap_or_else(|| name[VARIABLE_PREFIX.len()..].to_lowercase().replace("__", "."));
    if found.is_none() && known.contains(&key) {
        return diagnostic(format!("unknown variable; near: {}", variable_of(&key)));
    }
    Some(Ok(Layer::of_value(Source::Variable(name.to_owned()), &key, text)))
}

/// The text of a file, or a one-line error.
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
