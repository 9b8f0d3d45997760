//! The bytes of one connection; knows no address and no route.

pub(super) mod request_head;
