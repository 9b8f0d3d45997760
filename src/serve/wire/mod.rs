//! The bytes of one connection; knows no address and no route.

pub mod connection;
pub mod head;
pub mod outbox;
pub mod request_head;
