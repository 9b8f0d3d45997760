//! What has a route to say to the connection that its answer goes out on?

use std::cell::Cell;

use actix_web::web::Bytes;

/// What goes out behind the head that the server writes next, and whether the body of the request is let through.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) next: Cell<Option<Posted>>,
    pub(super) lets_body_through: Cell<bool>,
}

/// An answer but for the status line and those fields that the server writes.
#[derive(Debug, Default)]
pub(super) struct Posted {
    /// More fields, and the blank line that ends the head.
    pub(super) fields: Bytes,
    pub(super) body: Bytes,
}

impl Outbox {
    pub(super) fn put(&self, posted: Posted) {
        self.next.set(Some(posted));
    }

    pub(super) fn lets_body_through(&self) -> bool {
        self.lets_body_through.get()
    }
}

impl Posted {
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.body.is_empty()
    }

    /// Leaves out what is written; the rest stays where it is.
    pub(super) fn go_on(&mut self, written: usize) {
        let of_fields = written.min(self.fields.len());
        drop(self.fields.split_to(of_fields));
        drop(self.body.split_to(written - of_fields));
    }
}
