//! Finds the end of a request's head.

use memchr::memchr_iter;

/// The position in a head that comes in parts.
#[derive(Debug, Default)]
pub(in crate::serve) struct HeadEnd {
    /// A byte of the request line has come.
    pub(in crate::serve) has_begun: bool,
    /// The part of the current line so far.
    line: Line,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Empty,
    Return,
    Text,
}

impl HeadEnd {
    /// Reads on; returns how many of the bytes belong to the head, if it ends among them.
    pub(in crate::serve) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        for at in memchr_iter(b'\n', bytes) {
            self.read(&bytes[from..at]);
            from = at + 1;
            let is_blank = self.line != Line::Text;
            self.line = Line::Empty;
            // Blank lines before a request line are ignored (RFC 9112 §2.2).
            if is_blank && self.has_begun {
                *self = Self::default();
                return Some(from);
            }
        }
        self.read(&bytes[from..]);
        None
    }

    fn read(&mut self, part_of_line: &[u8]) {
        self.line = match (self.line, part_of_line) {
            (line, []) => line,
            (Line::Empty, [b'\r']) => Line::Return,
            _ => Line::Text,
        };
        self.has_begun |= self.line == Line::Text;
    }
}
