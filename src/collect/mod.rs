//! (collect)
