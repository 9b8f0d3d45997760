//! Does the rule language do what its definition says?

mod hostile;
mod language;
mod papers;
mod properties;
mod vectors;
