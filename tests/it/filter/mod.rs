//! Does the rule language do what its definition says?

#[path = "filter/hostile.rs"]
mod hostile;
#[path = "filter/language.rs"]
mod language;
#[path = "filter/papers.rs"]
mod papers;
#[path = "filter/properties.rs"]
mod properties;
#[path = "filter/vectors.rs"]
mod vectors;
