//! What of a connection's bytes does the server see, and when?
//!
//! actix-http 3 reads requests ahead of its answers and keeps the method and the version of the last one that it has
//! read for that of the one it answers: a `HEAD` behind a slow `GET` takes that one's body away, and the connection
//! falls out of step. It also gives a client all the time of the world for every head but the first. So a connection
//! shows it one request at a time, and ends when a head takes too long.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use memchr::memchr_iter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// A client's connection.
#[derive(Debug)]
pub(super) struct Connection<T = TcpStream> {
    io: T,
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
    pub(super) fn new(io: T, head_timeout: Duration) -> Self {
        Self {
            io,
            head: Head::default(),
            head_timeout,
            deadline: None,
            is_answering: false,
            held: Vec::new(),
            reader: None,
        }
    }

    /// Holds back what stands behind the end of a head, and sets the time for a head that has not ended.
    fn shown(&mut self, buffer: &mut ReadBuf<'_>, before: usize) {
        let new = &buffer.filled()[before..];
        if let Some(end) = self.head.end(new) {
            if end < new.len() {
                let mut held = new[end..].to_vec();
                held.append(&mut self.held);
                self.held = held;
                buffer.set_filled(before + end);
            }
            self.is_answering = true;
            self.deadline = None;
        } else if self.head.has_begun && self.deadline.is_none() {
            self.deadline = Some(Box::pin(tokio::time::sleep(self.head_timeout)));
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if this.is_answering {
            if this.held.is_empty() {
                ready!(Pin::new(&mut this.io).poll_read(context, buffer))?;
                if buffer.filled().len() == before {
                    return Poll::Ready(Ok(()));
                }
                this.held.extend_from_slice(&buffer.filled()[before..]);
                buffer.set_filled(before);
            }
            this.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if this.held.is_empty() {
            if Pin::new(&mut this.io).poll_read(context, buffer)?.is_pending() {
                let is_over =
                    this.deadline.as_mut().is_some_and(|over| over.as_mut().poll(context).is_ready());
                // As if the client had hung up.
                return if is_over { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
        } else {
            let count = this.held.len().min(buffer.remaining());
            buffer.put_slice(&this.held[..count]);
            this.held.drain(..count);
        }
        if buffer.filled().len() > before {
            this.shown(buffer, before);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_answering {
            this.is_answering = false;
            if let Some(reader) = this.reader.take() {
                reader.wake();
            }
        }
        Pin::new(&mut this.io).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
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
            let mut connection = Connection::new(server, MINUTE);
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

    #[tokio::test(start_paused = true)]
    async fn a_head_that_takes_too_long_ends_the_connection() {
        let (mut client, server) = duplex(1024);
        let mut connection = Connection::new(server, MINUTE);
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
