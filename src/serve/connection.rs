//! What of a connection's bytes does the server see, and when?
//!
//! actix-http 3 reads requests ahead of its answers and keeps the method and the version of the last one that it has
//! read for that of the one it answers: a `HEAD` behind a slow `GET` takes that one's body away, and the connection
//! falls out of step. It gives a client all the time of the world for every head but the first, copies every body once
//! more, and keeps its buffers while nothing is asked. So a connection shows it one request at a time, ends when a head
//! takes too long, sends bodies from where they are kept, and is taken away from it while it rests.

use std::cell::Cell;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use actix_web::web::Bytes;
use memchr::{memchr_iter, memmem};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::hub;

/// The most of an answer that is searched for whether the connection stays open.
const ANSWER_HEAD_BYTES_MAX: usize = 4_096;

/// How a request begins that may have a body, and how long its head may be.
const WISH: &[u8] = b"POST /hub";
const WISH_HEAD_BYTES_MAX: usize = 32 * 1024;

/// A client's connection.
pub(super) struct Connection<T = TcpStream> {
    /// Nothing once it rests.
    io: Option<T>,
    head: Head,
    head_timeout: Duration,
    /// Runs while a head is incomplete.
    deadline: Option<Pin<Box<Sleep>>>,
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
    /// The body that goes behind what is being written, or the rest of it.
    body: Option<Bytes>,
    /// All that goes before the body is written.
    is_head_out: bool,
    /// The last answer leaves the connection open, and the client has not hung up.
    may_rest: bool,
    bed: Bed<T>,
}

/// The body of the answer that is written next, and whether that of the request is let through.
#[derive(Default)]
pub(super) struct Outbox {
    next: Cell<Option<Bytes>>,
    lets_body_through: Cell<bool>,
}

/// Where a socket lies that the server is done with for now, though its client is not.
pub(super) type Bed<T> = Rc<Cell<Option<T>>>;

impl Outbox {
    pub(super) fn put(&self, body: Bytes) {
        self.next.set(Some(body));
    }

    pub(super) fn lets_body_through(&self) -> bool {
        self.lets_body_through.get()
    }
}

/// How much of a head has been seen.
#[derive(Debug, Default)]
struct Head {
    has_begun: bool,
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

/// The head of a request to the hub, which is the only one that has a body.
#[derive(Debug, Default)]
struct Wish {
    head: Vec<u8>,
    is_other: bool,
}

impl Wish {
    fn go_on(&mut self, part_of_head: &[u8]) {
        if self.is_other {
            return;
        }
        self.head.extend_from_slice(part_of_head);
        let compared = WISH.len().min(self.head.len());
        self.is_other = self.head[..compared] != WISH[..compared] || self.head.len() > WISH_HEAD_BYTES_MAX;
    }

    /// How long the body is behind the head that has ended; none where none is let through.
    fn body_bytes(&mut self) -> Option<usize> {
        let Self { head, is_other } = std::mem::take(self);
        let text = std::str::from_utf8(&head).ok().filter(|_| !is_other)?;
        let mut lengths = text.lines().skip(1).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())
        });
        let length = lengths.next()??;
        (lengths.next().is_none() && length <= hub::BODY_BYTES_MAX).then_some(length)
    }
}

impl Head {
    /// Goes on by these bytes; where the head ends among them, if it does.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
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

impl<T> Connection<T> {
    pub(super) fn new(io: T, head_timeout: Duration, bed: Bed<T>) -> Self {
        Self {
            io: Some(io),
            head: Head::default(),
            head_timeout,
            deadline: None,
            is_answering: false,
            held: Vec::new(),
            reader: None,
            passing: 0,
            wish: Wish::default(),
            outbox: Rc::default(),
            body: None,
            is_head_out: false,
            may_rest: false,
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
            self.is_answering = true;
            self.deadline = (self.passing > 0).then(|| Box::pin(tokio::time::sleep(self.head_timeout)));
        } else if self.head.has_begun && self.deadline.is_none() {
            self.deadline = Some(Box::pin(tokio::time::sleep(self.head_timeout)));
        }
    }

    /// Notes what the head of an answer says of the connection.
    fn answered(&mut self, answer: &[u8]) {
        // A client that asks first whether it may send its body.
        if answer.starts_with(b"HTTP/1.1 100 ") {
            return;
        }
        let head = &answer[..answer.len().min(ANSWER_HEAD_BYTES_MAX)];
        let closes = memmem::find(head, b"\r\nconnection: close\r\n").is_some();
        self.may_rest = head.starts_with(b"HTTP/1.1 ") && !closes;
        self.is_answering = false;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Is nothing begun that would have to be ended?
    fn is_at_rest(&self) -> bool {
        self.may_rest
            && !self.is_answering
            && self.passing == 0
            && !self.head.has_begun
            && self.held.is_empty()
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
            if Pin::new(io).poll_read(context, buffer)?.is_pending() {
                let is_over =
                    this.deadline.as_mut().is_some_and(|over| over.as_mut().poll(context).is_ready());
                // As if the client had hung up.
                this.may_rest &= !is_over;
                return if is_over { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            if buffer.filled().len() == before {
                this.may_rest = false;
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
    /// Writes what is left of a body whose head is out.
    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let (Some(body), true) = (&mut self.body, self.is_head_out) {
            let Some(io) = &mut self.io else { return Poll::Ready(Err(gone())) };
            let written = ready!(Pin::new(io).poll_write(context, body))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            // `split_to` leaves the rest where it is.
            drop(body.split_to(written));
            if body.is_empty() {
                self.body = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_body(context))?;
        if this.is_answering {
            this.answered(bytes);
        }
        if this.body.is_none() {
            this.body = this.outbox.next.take();
            this.is_head_out = false;
        }
        let Some(io) = &mut this.io else { return Poll::Ready(Err(gone())) };
        let Some(body) = &mut this.body else { return Pin::new(io).poll_write(context, bytes) };
        let both = [IoSlice::new(bytes), IoSlice::new(body)];
        let written = ready!(Pin::new(io).poll_write_vectored(context, &both))?;
        if written < bytes.len() {
            return Poll::Ready(Ok(written));
        }
        this.is_head_out = true;
        drop(body.split_to(written - bytes.len()));
        if body.is_empty() {
            this.body = None;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_body(context))?;
        this.io.as_mut().map_or(Poll::Ready(Ok(())), |io| Pin::new(io).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_body(context))?;
        if this.is_at_rest() {
            this.bed.set(this.io.take());
            return Poll::Ready(Ok(()));
        }
        this.io.as_mut().map_or(Poll::Ready(Ok(())), |io| Pin::new(io).poll_shutdown(context))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn the_next_request_is_seen_once_something_was_answered() {
        for end in ["\r\n\r\n", "\n\n", "\n\r\n"] {
            let (mut client, server) = duplex(1024);
            let mut connection = Connection::new(server, MINUTE, Bed::default());
            let (one, two) = (format!("\r\nGET /1{end}"), format!("HEAD /2{end}"));
            client.write_all(format!("{one}{two}GET /3").as_bytes()).await.expect("sent");
            let mut buffer = [0; 1024];
            let count = connection.read(&mut buffer).await.expect("a request");
            assert_eq!(&buffer[..count], one.as_bytes());
            let mut next = read_now(&mut connection, &mut buffer).await;
            assert!(next.is_none(), "{end:?}");
            connection.write_all(b"answer").await.expect("answered");
            next = read_now(&mut connection, &mut buffer).await;
            assert_eq!(next, Some(two.len()));
            connection.write_all(b"answer").await.expect("answered");
            assert_eq!(connection.read(&mut buffer).await.expect("the rest"), "GET /3".len());
        }
    }

    /// How many bytes can be read at once, if any can.
    async fn read_now(
        connection: &mut Connection<tokio::io::DuplexStream>,
        buffer: &mut [u8],
    ) -> Option<usize> {
        tokio::select! {
            biased;
            count = connection.read(buffer) => Some(count.expect("read")),
            () = std::future::ready(()) => None,
        }
    }

    #[tokio::test]
    async fn a_body_goes_out_behind_its_head_however_little_is_taken_at_once() {
        for room in [1, 7, 1024] {
            let (mut client, server) = duplex(room);
            let mut connection = Connection::new(server, MINUTE, Bed::default());
            let outbox = connection.outbox();
            let writing = async {
                for body in ["one body", "another"] {
                    outbox.put(Bytes::from(body));
                    connection.write_all(b"head ").await.expect("written");
                }
                connection.flush().await.expect("written");
                drop(connection);
            };
            let mut read = String::new();
            let ((), count) = tokio::join!(writing, client.read_to_string(&mut read));
            count.expect("read");
            assert_eq!(read, "head one bodyhead another", "{room}");
        }
    }

    #[tokio::test]
    async fn only_a_connection_with_nothing_begun_is_taken_to_rest() {
        for (answer, more, rests) in [
            ("HTTP/1.1 200 OK\r\n\r\n", "", true),
            ("HTTP/1.1 200 OK\r\n\r\n", "GET /2", false),
            ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", "", false),
            ("HTTP/1.0 200 OK\r\n\r\n", "", false),
        ] {
            let (mut client, server) = duplex(1024);
            let bed = Bed::default();
            let mut connection = Connection::new(server, MINUTE, bed.clone());
            let mut buffer = [0; 1024];
            client.write_all(b"GET /1\r\n\r\n").await.expect("sent");
            assert!(connection.read(&mut buffer).await.expect("a request") > 0);
            connection.write_all(answer.as_bytes()).await.expect("answered");
            client.write_all(more.as_bytes()).await.expect("sent");
            read_now(&mut connection, &mut buffer).await;
            connection.shutdown().await.expect("shut");
            assert_eq!(bed.take().is_some(), rests, "{answer} {more}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_takes_too_long_ends_the_connection() {
        let (mut client, server) = duplex(1024);
        let mut connection = Connection::new(server, MINUTE, Bed::default());
        let mut buffer = [0; 1024];
        client.write_all(b"GET /1 HTTP/1.1\r\n\r\n").await.expect("sent");
        assert!(connection.read(&mut buffer).await.expect("a request") > 0);
        connection.write_all(b"answer").await.expect("answered");
        client.write_all(b"GET /2 HT").await.expect("sent");
        assert_eq!(connection.read(&mut buffer).await.expect("a part"), 9);
        // More of it does not make it young again.
        client.write_all(b"TP").await.expect("sent");
        assert_eq!(connection.read(&mut buffer).await.expect("a part"), 2);
        assert_eq!(connection.read(&mut buffer).await.expect("the end"), 0);
    }
}
