//! Who keeps what was announced, and sets the dates?

mod memory;

pub use memory::Memory;
