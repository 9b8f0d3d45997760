//! (settings)
