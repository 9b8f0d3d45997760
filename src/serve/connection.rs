//! What of a connection's bytes does the server see, and when?
//!
//! actix-http 3 reads requests ahead of its answers and keeps the method and the version of the last one that it has
//! read for that of the one it answers: a `HEAD` behind a slow `GET` takes that one's body away, and the connection
//! falls out of step. It gives a client all the time of the world for every head but the first, asks for bodies that
//! nobody wants, copies every body of an answer once more, sets a timer for every request, and keeps its buffers while
//! nothing is asked. So a connection shows it one request at a time, ends when a head takes too long, sends bodies from
//! where they are kept, and is taken away from it while it rests.

use std::cell::Cell;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::head::{Head, Wish};
use super::outbox::{Going, Outbox};

/// The most of an answer that is searched for whether the connection stays open.
const ANSWER_HEAD_BYTES_MAX: usize = 4_096;

/// After how long without a request a connection rests; it may be twice as long. It is short, so that those who come
/// together need not all have buffers at once.
pub(super) const REST_AFTER: Duration = Duration::from_millis(100);

/// How long what a client sends behind its last answer is read and thrown away, so that the answer is not lost to it.
const LINGER: Duration = Duration::from_secs(1);

/// What ends a head, behind the end of its last line.
pub(super) const BLANK_LINE: &[u8] = b"\r\n";

/// What a client that waits to be asked for its body would be told; none is taken but by the hub.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What an answer says that is the last of its connection.
static CLOSES: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new("\r\nconnection: close\r\n"));

/// A client's connection.
pub(super) struct Connection<T = TcpStream> {
    /// Nothing once it rests.
    io: Option<T>,
    head: Head,
    head_timeout: Duration,
    /// Runs while a head is incomplete, and behind the last answer.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Runs while nothing is asked.
    rest: Option<Pin<Box<Sleep>>>,
    /// Something was asked since that began to run.
    was_busy: bool,
    /// A request was shown that nothing was answered to yet.
    is_answering: bool,
    /// What came behind that request.
    held: Vec<u8>,
    /// Who waits for what is held.
    reader: Option<Waker>,
    /// How much of the body of that request is let through yet.
    passing: usize,
    /// The head of a request that may have a body.
    wish: Wish,
    outbox: Rc<Outbox>,
    /// What the server takes for written.
    going: Going,
    behind: Behind,
    bed: Bed<T>,
}

/// What may come from the client behind the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    Unknown,
    /// The answer leaves the connection open, and the client has not hung up.
    Requests,
    /// Nothing that is read as a request.
    Nothing,
}

/// Where a socket lies that the server is done with for now, though its client is not.
pub(super) type Bed<T> = Rc<Cell<Option<T>>>;

impl<T> Connection<T> {
    pub(super) fn new(io: T, head_timeout: Duration, bed: Bed<T>) -> Self {
        Self {
            io: Some(io),
            head: Head::default(),
            head_timeout,
            deadline: None,
            rest: None,
            was_busy: false,
            is_answering: false,
            held: Vec::new(),
            reader: None,
            passing: 0,
            wish: Wish::default(),
            outbox: Rc::default(),
            going: Going::default(),
            behind: Behind::Unknown,
            bed,
        }
    }

    pub(super) fn outbox(&self) -> Rc<Outbox> {
        self.outbox.clone()
    }

    /// Holds back what stands behind the end of a head, and sets the time for a head that has not ended.
    fn shown(&mut self, buffer: &mut ReadBuf<'_>, before: usize) {
        let new = &buffer.filled()[before..];
        let end = self.head.end(new);
        self.wish.go_on(&new[..end.unwrap_or(new.len())]);
        if let Some(end) = end {
            let body_bytes = self.wish.body_bytes();
            self.outbox.lets_body_through.set(body_bytes.is_some());
            let passed = body_bytes.unwrap_or(0).min(new.len() - end);
            self.passing = body_bytes.unwrap_or(0) - passed;
            let end = end + passed;
            if end < new.len() {
                let mut held = new[end..].to_vec();
                held.append(&mut self.held);
                self.held = held;
                buffer.set_filled(before + end);
            }
            (self.is_answering, self.was_busy) = (true, true);
            self.deadline = (self.passing > 0).then(|| Box::pin(tokio::time::sleep(self.head_timeout)));
        } else if self.head.has_begun && self.deadline.is_none() {
            self.deadline = Some(Box::pin(tokio::time::sleep(self.head_timeout)));
        }
    }

    /// Notes what the head of an answer says of the connection.
    fn answered(&mut self, answer: &[u8]) {
        let head = &answer[..answer.len().min(ANSWER_HEAD_BYTES_MAX)];
        let closes = CLOSES.find(head).is_some();
        let is_open = head.starts_with(b"HTTP/1.1 ") && !closes;
        self.behind = if is_open { Behind::Requests } else { Behind::Unknown };
        if closes {
            self.behind = Behind::Nothing;
            self.held = Vec::new();
            self.deadline = Some(Box::pin(tokio::time::sleep(LINGER)));
        }
        self.is_answering = false;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn has_hung_up(&mut self) {
        if self.behind == Behind::Requests {
            self.behind = Behind::Unknown;
        }
    }

    /// Is nothing begun that would have to be ended?
    fn is_at_rest(&self) -> bool {
        self.behind == Behind::Requests
            && !self.is_answering
            && self.passing == 0
            && !self.head.has_begun
            && self.held.is_empty()
    }

    /// While nothing comes: has the client taken too long, or has nothing been asked for a while?
    ///
    /// Either is told as if the client had hung up.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(deadline) = &mut self.deadline {
            ready!(deadline.as_mut().poll(context));
            self.has_hung_up();
            return Poll::Ready(());
        }
        // Whoever asks often pays for no timer: it is set once, and again when it is found to have been too early.
        // It runs while an answer is on its way, for the server does not look again behind one.
        let is_at_rest = self.is_at_rest();
        match &mut self.rest {
            None if !self.was_busy => return Poll::Pending,
            None => self.rest = Some(Box::pin(tokio::time::sleep(REST_AFTER))),
            Some(rest) if !rest.is_elapsed() => return Poll::Pending,
            Some(_) if !is_at_rest => {
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

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if this.is_answering || this.passing > 0 || this.held.is_empty() {
            let Some(io) = &mut this.io else { return Poll::Ready(Err(gone())) };
            if this.is_answering && !this.held.is_empty() {
                this.reader = Some(context.waker().clone());
                return Poll::Pending;
            }
            if this.deadline.as_ref().is_some_and(|deadline| deadline.is_elapsed())
                || Pin::new(io).poll_read(context, buffer)?.is_pending()
            {
                return this.poll_end(context).map(Ok);
            }
            if buffer.filled().len() == before {
                this.has_hung_up();
                return Poll::Ready(Ok(()));
            }
            if this.behind == Behind::Nothing {
                return Poll::Ready(Ok(()));
            }
            if this.is_answering || this.passing > 0 {
                let passed = this.passing.min(buffer.filled().len() - before);
                this.held.extend_from_slice(&buffer.filled()[before + passed..]);
                buffer.set_filled(before + passed);
                this.passing -= passed;
                if passed > 0 {
                    this.deadline = this.deadline.take().filter(|_| this.passing > 0);
                    return Poll::Ready(Ok(()));
                }
                this.reader = Some(context.waker().clone());
                return Poll::Pending;
            }
        } else {
            let count = this.held.len().min(buffer.remaining());
            buffer.put_slice(&this.held[..count]);
            this.held.drain(..count);
        }
        this.shown(buffer, before);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> Connection<T> {
    /// Writes what the server takes for written.
    fn poll_going(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let rest = self.going.rest();
            let Some(io) = &mut self.io else { return Poll::Ready(Err(gone())) };
            let io = Pin::new(io);
            let written = match rest {
                [[], []] => return Poll::Ready(Ok(())),
                [only, []] | [[], only] => ready!(io.poll_write(context, only))?,
                [head, body] => {
                    let both = [IoSlice::new(head), IoSlice::new(body)];
                    ready!(io.poll_write_vectored(context, &both))?
                }
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.going.go_on(written);
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_going(context))?;
        if this.is_answering {
            if bytes.starts_with(CONTINUE) {
                // A client that asks first whether it may send its body, and may.
                return match &mut this.io {
                    Some(io) if this.passing > 0 => Pin::new(io).poll_write(context, CONTINUE),
                    _ => Poll::Ready(Ok(CONTINUE.len())),
                };
            }
            this.answered(bytes);
        }
        let Some(posted) = this.outbox.next.take() else {
            return this
                .io
                .as_mut()
                .map_or(Poll::Ready(Err(gone())), |io| Pin::new(io).poll_write(context, bytes));
        };
        this.going.begin(bytes, BLANK_LINE, posted);
        // What does not go out now goes with the flush that follows.
        match this.poll_going(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_going(context))?;
        this.io.as_mut().map_or(Poll::Ready(Ok(())), |io| Pin::new(io).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_going(context))?;
        if this.is_at_rest() {
            this.bed.set(this.io.take());
            return Poll::Ready(Ok(()));
        }
        this.io.as_mut().map_or(Poll::Ready(Ok(())), |io| Pin::new(io).poll_shutdown(context))
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
