//! What has a route to say to the connection that its answer goes out on?

use std::cell::Cell;

use actix_web::web::{Buf, Bytes};

use crate::serve::wire::request_head::Refusal;

/// What goes out behind the head that the server writes next, and whether the body of the request is let through.
#[derive(Default)]
pub(in crate::serve) struct Outbox {
    pub(in crate::serve) next: Cell<Option<Posted>>,
    pub(in crate::serve) lets_body_through: Cell<bool>,
    /// Why what came is no request; the server was shown one in its place, which is answered with that alone.
    pub(in crate::serve) refusal: Cell<Option<Refusal>>,
}

/// An answer but for the status line and those fields that the server writes.
#[derive(Debug, Default)]
pub(in crate::serve) struct Posted {
    /// More fields, and the blank line that ends the head.
    pub(in crate::serve) fields: Bytes,
    pub(in crate::serve) body: Bytes,
}

impl Outbox {
    pub(in crate::serve) fn put(&self, posted: Posted) {
        self.next.set(Some(posted));
    }

    pub(in crate::serve) fn lets_body_through(&self) -> bool {
        self.lets_body_through.get()
    }
}

/// What is on its way to a client, and how much of it is written.
#[derive(Default)]
pub(in crate::serve) struct Going {
    /// The whole head. It is copied into one piece, which costs less than to hand over its parts.
    head: Vec<u8>,
    head_written: usize,
    body: Bytes,
}

impl Going {
    /// Begins with the head that the server wrote; `blank_line`, which ends it, comes behind the last of our fields.
    pub(in crate::serve) fn begin(&mut self, head: &[u8], blank_line: &[u8], posted: Posted) {
        self.head.clear();
        self.head.extend_from_slice(head.strip_suffix(blank_line).unwrap_or(head));
        self.head.extend_from_slice(&posted.fields);
        (self.head_written, self.body) = (0, posted.body);
    }

    /// What is not written yet.
    pub(in crate::serve) fn rest(&self) -> [&[u8]; 2] {
        [&self.head[self.head_written..], &self.body]
    }

    /// Leaves out what is written; the rest stays where it is.
    pub(in crate::serve) fn go_on(&mut self, written: usize) {
        let of_head = written.min(self.head.len() - self.head_written);
        self.head_written += of_head;
        self.body.advance(written - of_head);
        if self.body.is_empty() {
            self.body = Bytes::new();
        }
    }
}
