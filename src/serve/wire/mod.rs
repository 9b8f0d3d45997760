//! One client's connection: which of its bytes the server sees, and by when each step has to be done.
//!
//! It knows no address and no route, and passes on what the server writes unchanged.

pub mod connection;
mod head_end;
mod intake;
pub mod request_head;
#[cfg(test)]
mod tests;
