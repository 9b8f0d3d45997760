//! Settings: layers of files, variables and flags become one valid set, or the list of everything that is wrong with them.
//!
//! The layers, lowest first: the shipped file, which states every default; the operator's file;
//! `CROSSLIST_SECTION__KEY` variables; flags. Other stages do not see settings: each is handed its own options.
//!
//! `types` has the sections, `table` their keys, `value_kind` how a value is read, and `relations` what two settings must
//! not be together. Names, types, variables, the difference on reload and `config/schema.json` follow from the table.

mod access;
mod diagnostic;
mod difference;
mod layer;
mod literal;
mod load;
mod named;
mod near;
mod raw_value;
mod reader;
mod relations;
#[cfg(test)]
mod schema;
mod secret;
mod sources;
mod table;
mod types;
mod value_kind;
mod values;

pub use self::access::{KeyFile, Secrets};
pub use self::diagnostic::{Origin, SettingsDiagnostic, SettingsDiagnostics, SourceLocation};
pub use self::difference::Difference;
pub use self::load::load;
pub use self::named::NamedSettings;
pub use self::sources::{DEFAULT_FILE, Override, SHIPPED, Sources};
pub use self::types::{
    AccessSettings, CacheSettings, FeedSettings, LimitSettings, LogFormat, LogSettings, PushSettings,
    ServerSettings, Settings, StoreSettings, SubjectSettings,
};
pub use self::values::web_address;
