//! The bytes that a client has sent and the server has not read, and which of them it may read next.

use tokio::io::ReadBuf;

use crate::serve::wire::head_end::HeadEnd;
use crate::serve::wire::request_head;
use crate::serve::wire::request_head::{Refusal, RequestHead};

/// The longest head that is waited for: more than its target and fields may have, whose own limits name the mistake.
pub(in crate::serve) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The requests that the server sees in place of bytes that are none.
pub(super) const REFUSED: &[u8] = b"GET * HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";
pub(super) const REFUSED_HEAD: &[u8] = b"HEAD * HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

#[derive(Debug, Default)]
pub(in crate::serve) struct Intake {
    bytes: Vec<u8>,
    /// How many of them the server may read.
    ready: usize,
    /// How many of them contain no end of a head.
    searched: usize,
    end: HeadEnd,
}

impl Intake {
    pub(in crate::serve) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(in crate::serve) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(in crate::serve) fn is_ready(&self) -> bool {
        self.ready > 0
    }

    /// A head has begun and not ended.
    pub(in crate::serve) fn has_begun(&self) -> bool {
        self.end.has_begun
    }

    /// Hands over as many of the bytes that are ready as there is room for.
    pub(in crate::serve) fn read(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = self.ready.min(buffer.remaining());
        buffer.put_slice(&self.bytes[..count]);
        self.bytes.drain(..count);
        self.ready -= count;
    }

    /// Makes the next head ready, as actix is to see it; nothing while it is incomplete.
    pub(in crate::serve) fn next_head(&mut self) -> Option<Result<RequestHead, Refusal>> {
        let Some(end) = self.end.find(&self.bytes[self.searched..]) else {
            return self.check_incomplete().err().map(Err);
        };
        let end = self.searched + end;
        self.searched = 0;
        let mut head = match request_head::read(&self.bytes[..end]) {
            Ok(head) => head,
            Err(refusal) => return Some(Err(refusal)),
        };
        self.ready = end;
        if let Some(rewritten) = head.rewritten.take() {
            self.ready = rewritten.len();
            self.bytes.splice(..end, rewritten);
        }
        Some(Ok(head))
    }

    fn check_incomplete(&mut self) -> Result<(), Refusal> {
        self.searched = self.bytes.len();
        if !self.end.has_begun {
            // Blank lines before a request are ignored, also when they never end.
            self.bytes.clear();
            self.searched = 0;
            return Ok(());
        }
        match request_head::refused_beginning(&self.bytes) {
            Some(refusal) => Err(refusal),
            None if self.bytes.len() <= HEAD_BYTES_MAX => Ok(()),
            None if self.bytes.trim_ascii_start().contains(&b'\n') => Err(Refusal::TooLarge),
            None => Err(Refusal::TargetTooLong),
        }
    }

    /// Makes at most `limit` bytes of a body ready; returns how many there are.
    pub(in crate::serve) fn let_through(&mut self, limit: usize) -> usize {
        let count = limit.min(self.bytes.len() - self.ready);
        self.ready += count;
        count
    }

    /// Replaces everything by a request that stands for bytes that are none.
    pub(in crate::serve) fn refuse(&mut self) {
        let is_head = self.bytes.trim_ascii_start().starts_with(b"HEAD ");
        let request = if is_head { REFUSED_HEAD } else { REFUSED };
        *self = Self { bytes: request.to_vec(), ready: request.len(), ..Self::default() };
    }
}
