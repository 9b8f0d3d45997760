//! One client's connection, between the socket and the server.
//!
//! actix-http 3 reads requests ahead of its answers and keeps the method and the version of the last one that it has
//! read for that of the one it answers: a `HEAD` behind a slow `GET` takes that one's body away, and the connection
//! falls out of step. It gives a client all the time of the world for every head but the first and for every body, to
//! take an answer, and to ask again in HTTP/1.0; it refuses without a word, asks for bodies that nobody wants, copies
//! every body of an answer once more, sets a timer for every request, and keeps its buffers while nothing is asked.
//! So a connection shows it one request at a time, whole heads that it takes and nothing else; it ends when a head, a
//! body or the taking of an answer lasts too long, sends bodies from where they are kept, and is taken away from the
//! server while it rests.

mod reading;
mod writing;

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_web::web::BytesMut;
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::serve::wire::head::Head;
use crate::serve::wire::outbox::{Going, Outbox};
use crate::serve::wire::request_head;
use crate::serve::wire::request_head::{Body, Refusal};

/// The longest head that is waited for: an address and header fields beyond their own limits, so that these tell.
pub(in crate::serve) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The longest body that is let through; each address has its own bound below this.
pub(in crate::serve) const BODY_BYTES_MAX: usize = 32 * 1024;

/// The most of an answer that is searched for whether the connection stays open.
const ANSWER_HEAD_BYTES_MAX: usize = 4_096;

/// After how long without a request a connection rests; it may be twice as long. It is short, so that those who come
/// together need not all have buffers at once.
pub(in crate::serve) const REST_AFTER: Duration = Duration::from_millis(100);

/// How long what a client sends behind its last answer is read and thrown away, so that the answer is not lost to it.
const LINGER: Duration = Duration::from_secs(1);

/// How long a client may take nothing of its answer, and how fast it takes the rest at least.
const TAKING_GRACE: Duration = Duration::from_secs(30);
const TAKEN_BYTES_PER_SECOND_MIN: u64 = 2 * 1024;

/// What ends a head, behind the end of its last line.
pub(in crate::serve) const BLANK_LINE: &[u8] = b"\r\n";

/// What a client that waits to be asked for its body is told, where the body is let through.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What the server is shown in the place of what is no request.
const REFUSED: &[u8] = b"GET * HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";
const REFUSED_HEAD: &[u8] = b"HEAD * HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// What an answer says that is the last of its connection, and in HTTP/1.0 one that is not.
static CLOSES: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new("\r\nconnection: close\r\n"));
static STAYS: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new("\r\nconnection: keep-alive\r\n"));

/// A client's connection.
pub(in crate::serve) struct Connection<T = TcpStream> {
    /// Nothing once it rests.
    io: Option<T>,
    head: Head,
    head_timeout: Duration,
    /// Runs until a first request, while a head or a body is incomplete, and behind the last answer.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Runs while nothing is asked.
    rest: Option<Pin<Box<Sleep>>>,
    /// Runs while the client takes nothing of its answer.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Runs once nothing more is answered.
    lingering: Option<Pin<Box<Sleep>>>,
    /// Something was asked since the rest began to run.
    was_busy: bool,
    /// A request was shown that nothing was answered to yet.
    is_answering: bool,
    /// Of the last write only a part was taken.
    has_more: bool,
    /// What came and was not shown: the beginning of a head, or what stands behind a request that is answered.
    incoming: BytesMut,
    /// How much of it is known to have no end of a head.
    searched: usize,
    /// What is shown next.
    ready: BytesMut,
    /// Who waits for the answer to go out.
    reader: Option<Waker>,
    /// How much of the body of that request is let through yet.
    passing: usize,
    outbox: Rc<Outbox>,
    /// What the server takes for written.
    going: Going,
    behind: Behind,
    bed: Bed<T>,
}

/// What may come from the client behind the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    /// Nothing was asked yet.
    Unasked,
    Unknown,
    /// The answer leaves the connection open, and the client has not hung up.
    Requests,
    /// Nothing that is read as a request.
    Nothing,
}

/// Where a socket lies that the server is done with for now, though its client is not.
pub(in crate::serve) type Bed<T> = Rc<Cell<Option<T>>>;

impl<T> Connection<T> {
    pub(in crate::serve) fn new(io: T, head_timeout: Duration, bed: Bed<T>) -> Self {
        Self {
            io: Some(io),
            head: Head::default(),
            head_timeout,
            deadline: None,
            rest: None,
            stalled: None,
            lingering: None,
            was_busy: false,
            is_answering: false,
            has_more: false,
            incoming: BytesMut::new(),
            searched: 0,
            ready: BytesMut::new(),
            reader: None,
            passing: 0,
            outbox: Rc::default(),
            going: Going::default(),
            behind: Behind::Unasked,
            bed,
        }
    }

    pub(in crate::serve) fn outbox(&self) -> Rc<Outbox> {
        self.outbox.clone()
    }

    /// Shows what was just read where it begins with a head that the server takes as it came, which most do; holds back
    /// what stands behind it.
    fn show_in_place(&mut self, buffer: &mut ReadBuf<'_>, before: usize) -> bool {
        let new = &buffer.filled()[before..];
        let Some(end) = Head::default().end(new) else { return false };
        let Ok(head) = request_head::read(&new[..end]) else { return false };
        if head.rewritten.is_some() {
            return false;
        }
        let end = end + self.let_through(head.body, new.len() - end);
        self.incoming.extend_from_slice(&new[end..]);
        buffer.set_filled(before + end);
        self.shown();
        true
    }

    /// Makes ready what is shown of what came: a head, or a refusal in its place. Nothing while more has to come.
    fn make_ready(&mut self) -> bool {
        if let Some(end) = self.head.end(&self.incoming[self.searched..]) {
            let head = self.incoming.split_to(self.searched + end);
            self.searched = 0;
            match request_head::read(&head) {
                Ok(read) => {
                    self.ready.extend_from_slice(read.rewritten.as_deref().unwrap_or(&head));
                    let passed = self.let_through(read.body, self.incoming.len());
                    let body = self.incoming.split_to(passed);
                    self.ready.extend_from_slice(&body);
                    self.shown();
                }
                Err(refusal) => self.refuse(refusal, &head),
            }
            return true;
        }
        self.searched = self.incoming.len();
        if !self.head.has_begun {
            // Blank lines before a request are none of its own.
            self.incoming.clear();
            self.searched = 0;
            return false;
        }
        let refusal = match request_head::refused_beginning(&self.incoming) {
            None if self.incoming.len() <= HEAD_BYTES_MAX => None,
            None if self.incoming.trim_ascii_start().contains(&b'\n') => Some(Refusal::TooLarge),
            None => Some(Refusal::TargetTooLong),
            refusal => refusal,
        };
        if let Some(refusal) = refusal {
            let head = self.incoming.split();
            self.refuse(refusal, &head);
        } else if self.deadline.is_none() {
            self.deadline = Some(Box::pin(tokio::time::sleep(self.head_timeout)));
        }
        refusal.is_some()
    }

    /// How much of the body goes with its head; the rest of it is let through when it comes.
    fn let_through(&mut self, body: Body, available: usize) -> usize {
        let bytes = match body {
            Body::Bytes(bytes) => usize::try_from(bytes).ok().filter(|bytes| *bytes <= BODY_BYTES_MAX),
            Body::None | Body::Chunked => None,
        };
        self.outbox.lets_body_through.set(bytes.is_some());
        let passed = bytes.unwrap_or(0).min(available);
        self.passing = bytes.unwrap_or(0) - passed;
        passed
    }

    /// Shows the server a request that is answered with this and ends the connection.
    fn refuse(&mut self, refusal: Refusal, head: &[u8]) {
        let is_head = head.trim_ascii_start().starts_with(b"HEAD ");
        self.outbox.refusal.set(Some(refusal));
        self.outbox.lets_body_through.set(false);
        self.ready.extend_from_slice(if is_head { REFUSED_HEAD } else { REFUSED });
        self.incoming.clear();
        (self.head, self.searched, self.passing) = (Head::default(), 0, 0);
        self.shown();
    }

    fn shown(&mut self) {
        (self.is_answering, self.was_busy) = (true, true);
        if self.behind == Behind::Unasked {
            self.behind = Behind::Unknown;
        }
        self.deadline = (self.passing > 0).then(|| Box::pin(tokio::time::sleep(self.head_timeout)));
    }

    /// Notes what the head of an answer says of the connection.
    fn answered(&mut self, answer: &[u8]) {
        let head = &answer[..answer.len().min(ANSWER_HEAD_BYTES_MAX)];
        let closes = CLOSES.find(head).is_some();
        let is_open = !closes && (head.starts_with(b"HTTP/1.1 ") || STAYS.find(head).is_some());
        self.behind = if is_open { Behind::Requests } else { Behind::Unknown };
        if closes {
            self.behind = Behind::Nothing;
            self.incoming = BytesMut::new();
            self.deadline = Some(Box::pin(tokio::time::sleep(LINGER)));
        }
        self.is_answering = false;
        self.wake_reader();
    }

    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn has_hung_up(&mut self) {
        if self.behind == Behind::Requests {
            self.behind = Behind::Unknown;
        }
    }

    /// Is an answer on its way, or the body of a request?
    fn is_under_way(&self) -> bool {
        self.is_answering || self.has_more || self.passing > 0
    }

    /// Is nothing begun that would have to be ended?
    fn is_at_rest(&self) -> bool {
        self.behind == Behind::Requests
            && !self.is_under_way()
            && !self.head.has_begun
            && self.incoming.is_empty()
            && self.ready.is_empty()
    }

    /// While nothing comes: has the client taken too long, or has nothing been asked for a while?
    ///
    /// Either is told as if the client had hung up.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.behind == Behind::Unasked && self.deadline.is_none() {
            self.deadline = Some(Box::pin(tokio::time::sleep(self.head_timeout)));
        }
        if let Some(deadline) = &mut self.deadline {
            ready!(deadline.as_mut().poll(context));
            self.has_hung_up();
            return Poll::Ready(());
        }
        // Whoever asks often pays for no timer: it is set once, and again when it is found to have been too early.
        // It runs while an answer is on its way, for the server does not look again behind one.
        let is_under_way = self.is_under_way();
        match &mut self.rest {
            None if !self.was_busy => return Poll::Pending,
            None => self.rest = Some(Box::pin(tokio::time::sleep(REST_AFTER))),
            Some(rest) if !rest.is_elapsed() => return Poll::Pending,
            Some(_) if is_under_way => {
                self.reader = Some(context.waker().clone());
                return Poll::Pending;
            }
            Some(_) if !self.was_busy => return Poll::Ready(()),
            Some(rest) => rest.as_mut().reset(Instant::now() + REST_AFTER),
        }
        self.was_busy = false;
        self.rest.as_mut().map_or(Poll::Pending, |rest| rest.as_mut().poll(context))
    }
}

/// The answer of a socket that was taken away.
fn gone() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
