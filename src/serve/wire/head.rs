//! Finds the end of a request's head.

use memchr::memchr_iter;

/// How much of a head has been seen.
#[derive(Debug, Default)]
pub(in crate::serve) struct Head {
    pub(in crate::serve) has_begun: bool,
    /// What stands behind the last line's end: nothing yet, a carriage return, or more.
    line: Line,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Empty,
    Return,
    Text,
}

impl Head {
    /// Goes on by these bytes; where the head ends among them, if it does.
    pub(in crate::serve) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        for at in memchr_iter(b'\n', bytes) {
            self.go_on(&bytes[from..at]);
            from = at + 1;
            let is_blank = self.line != Line::Text;
            self.line = Line::Empty;
            // Blank lines before a request are none of its own.
            if is_blank && self.has_begun {
                *self = Self::default();
                return Some(from);
            }
        }
        self.go_on(&bytes[from..]);
        None
    }

    fn go_on(&mut self, part_of_line: &[u8]) {
        self.line = match (self.line, part_of_line) {
            (line, []) => line,
            (Line::Empty, [b'\r']) => Line::Return,
            _ => Line::Text,
        };
        self.has_begun |= self.line == Line::Text;
    }
}
