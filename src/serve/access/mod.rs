//! Who sends a request, and what they may do: clients and their quota, trusted proxies, keys.

pub mod clients;
pub mod forwarded;
pub mod keys;
