//! The end of a request's head, and how much of a body is let through behind it.

use memchr::memchr_iter;

/// How a request begins that may have a body, and how long its head may be.
const WISH: &[u8] = b"POST ";
const WISH_HEAD_BYTES_MAX: usize = 32 * 1024;

/// The longest body that is let through; each address has its own bound below this.
pub(super) const BODY_BYTES_MAX: usize = 32 * 1024;

/// How much of a head has been seen.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) has_begun: bool,
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
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
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

/// The head of a `POST`, the only method that has a body here.
#[derive(Debug, Default)]
pub(super) struct Wish {
    head: Vec<u8>,
    is_other: bool,
}

impl Wish {
    pub(super) fn go_on(&mut self, part_of_head: &[u8]) {
        if self.is_other {
            return;
        }
        // Nearly every request is told by its first byte, and costs nothing more.
        let begun = WISH.get(self.head.len()..).unwrap_or_default();
        let compared = begun.len().min(part_of_head.len());
        let bytes = self.head.len() + part_of_head.len();
        self.is_other = part_of_head[..compared] != begun[..compared] || bytes > WISH_HEAD_BYTES_MAX;
        if !self.is_other {
            self.head.extend_from_slice(part_of_head);
        }
    }

    /// How long the body is behind the head that has ended; none where none is let through.
    pub(super) fn body_bytes(&mut self) -> Option<usize> {
        let Self { head, is_other } = std::mem::take(self);
        let text = std::str::from_utf8(&head).ok().filter(|_| !is_other)?;
        let mut lengths = text.lines().skip(1).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())
        });
        let length = lengths.next()??;
        (lengths.next().is_none() && length <= BODY_BYTES_MAX).then_some(length)
    }
}
