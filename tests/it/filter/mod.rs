//! The rule language does what its definition says.

mod cases;
mod hostile;
mod language;
mod papers;
mod properties;
mod vectors;
