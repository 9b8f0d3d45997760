//! What each part of the language means, by the smallest paper or rule that shows it.
