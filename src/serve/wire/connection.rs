//! A connection between its socket and actix, which actix-http 3.20 needs to be safe:
//!
//! - It reads requests ahead of its answers, and takes method and version of the last one for those of the one that it
//!   answers: a `HEAD` behind a slow `GET` removes that one's body. So it sees one request at a time.
//! - It gives a client unlimited time for every head but the first, for every body, and for taking an answer. So each
//!   has a deadline.
//! - It answers malformed heads with an empty 400. So it sees whole and well-formed heads only (`request_head`).
//! - It keeps 14 KB of buffers for each idle connection. So an idle socket is parked outside of it, which takes 5 KB with all that belongs to it.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::serve::wire::intake::Intake;
use crate::serve::wire::request_head::{Body, Refusal, RefusedRequest};

/// For how long at least, and twice as long at most, a connection is idle before it is parked. It is short, so that
/// not all clients that come at the same time need buffers at the same time.
pub(in crate::serve) const IDLE_BEFORE_PARKING: Duration = Duration::from_millis(100);

/// For how long the server reads and discards what a client sends after the last answer. If it closed the socket with
/// unread bytes in it, TCP would reset the connection and the client could lose the answer (RFC 9112 §9.6).
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// A client has this long to take an answer, and one more second for so many bytes.
pub(super) const TAKING_GRACE: Duration = Duration::from_secs(30);
pub(super) const TAKEN_BYTES_PER_SECOND_MIN: u64 = 2 * 1024;

/// The interim response that asks a client for the body that it has announced.
pub(super) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How much is discarded at a time.
const DISCARDED_BYTES: usize = 4_096;

/// What a client may send, and by when.
#[derive(Clone, Copy, Debug)]
pub(in crate::serve) struct Limits {
    /// The time for a head, and again for a body.
    pub(in crate::serve) head_timeout: Duration,
    /// A longer body is not read; the server has to answer without it.
    pub(in crate::serve) body_bytes_max: usize,
}

/// An idle socket that the server no longer has, and whose client may send more requests.
pub(in crate::serve) type Parked<T> = Rc<Cell<Option<T>>>;

/// A client's connection, as the server sees it.
pub(in crate::serve) struct Connection<T = TcpStream> {
    /// None once it is parked.
    io: Option<T>,
    limits: Limits,
    parked: Parked<T>,
    refused: Rc<RefusedRequest>,
    intake: Intake,
    phase: Phase,
    /// How many bytes of the body have not come.
    body_left: usize,
    /// The client waits for `100 Continue` before it sends the body.
    expects_continue: bool,
    /// The server may not read anything behind this request.
    is_last: bool,
    /// The part of an interim response that is not written.
    interim: &'static [u8],
    /// An answer was sent since `idle` was set.
    was_busy: bool,
    /// For the first request, a head or a body.
    deadline: Timer,
    /// For taking an answer.
    taking: Timer,
    /// Until the connection is parked. It is set once in [`IDLE_BEFORE_PARKING`], not for every request.
    idle: Timer,
    /// Until nothing more is read after the last answer.
    linger: Timer,
}

type Timer = Option<Pin<Box<Sleep>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The server has seen no request.
    New,
    /// It has seen a request and written no byte of the answer.
    Requested,
    /// It has written bytes that the socket has not taken.
    Sending,
    /// The socket has taken everything.
    Sent,
    /// The server has read the end of the connection, which makes it give the socket back.
    Parking,
}

impl<T> Connection<T> {
    pub(in crate::serve) fn new(io: T, limits: Limits, parked: Parked<T>) -> Self {
        Self {
            io: Some(io),
            limits,
            parked,
            refused: Rc::default(),
            intake: Intake::default(),
            phase: Phase::New,
            body_left: 0,
            expects_continue: false,
            is_last: false,
            interim: &[],
            was_busy: false,
            deadline: None,
            taking: None,
            idle: None,
            linger: None,
        }
    }

    /// Why the request that the server sees stands for bytes that are none.
    pub(in crate::serve) fn refused_request(&self) -> Rc<RefusedRequest> {
        self.refused.clone()
    }

    /// A request or its answer is incomplete.
    fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Requested | Phase::Sending) || self.body_left > 0
    }

    /// Lets the server see the next request, or a refusal in its place. False if none has come.
    fn show_next(&mut self) -> bool {
        match self.intake.next_head() {
            None => return false,
            Some(Err(refusal)) => self.refuse(refusal),
            Some(Ok(head)) => {
                let body_bytes = match head.body {
                    Body::None => Some(0),
                    Body::Bytes(bytes) => usize::try_from(bytes).ok(),
                    Body::Chunked => None,
                };
                let body_bytes = body_bytes.filter(|bytes| *bytes <= self.limits.body_bytes_max);
                self.is_last = body_bytes.is_none();
                let body_bytes = body_bytes.unwrap_or(0);
                self.body_left = body_bytes - self.intake.let_through(body_bytes);
                self.expects_continue = head.expects_continue && self.body_left > 0;
                self.shown();
            }
        }
        true
    }

    /// Lets the server see a request that stands for bytes that are none, and nothing behind it.
    fn refuse(&mut self, refusal: Refusal) {
        self.refused.set(refusal);
        self.intake.refuse();
        self.is_last = true;
        self.shown();
    }

    fn shown(&mut self) {
        self.phase = Phase::Requested;
        self.deadline = None;
    }

    fn sent(&mut self, context: &mut Context<'_>) {
        self.phase = Phase::Sent;
        self.was_busy = self.idle.as_ref().is_some_and(|idle| !idle.is_elapsed());
        if !self.was_busy {
            self.restart_idle(context);
        }
        // The server waits for bytes that are here already, or that are not read any more.
        if self.is_last || !self.intake.is_empty() {
            context.waker().wake_by_ref();
        }
    }

    fn restart_idle(&mut self, context: &mut Context<'_>) {
        let idle = self.idle.insert(Box::pin(sleep(IDLE_BEFORE_PARKING)));
        // So that it wakes this task.
        let _pending = idle.as_mut().poll(context);
    }

    /// Ready if the client has had its time, or the connection is to be parked.
    fn poll_time(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.phase == Phase::New || self.intake.has_begun() || self.body_left > 0 {
            let timeout = self.limits.head_timeout;
            return self.deadline.get_or_insert_with(|| Box::pin(sleep(timeout))).as_mut().poll(context);
        }
        if self.is_busy() || self.idle.as_ref().is_some_and(|idle| !idle.is_elapsed()) {
            return Poll::Pending;
        }
        if self.was_busy {
            self.was_busy = false;
            self.restart_idle(context);
            return Poll::Pending;
        }
        self.phase = Phase::Parking;
        Poll::Ready(())
    }
}

impl<T: AsyncRead + Unpin> Connection<T> {
    /// Reads into the intake, for which the server's buffer lends its room; returns the number of bytes.
    fn poll_intake(&mut self, context: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<usize>> {
        // Otherwise a client that sends byte by byte would never run out of time.
        if self.deadline.as_ref().is_some_and(|deadline| deadline.is_elapsed()) {
            return Poll::Pending;
        }
        let Some(io) = &mut self.io else { return Poll::Ready(Err(parked())) };
        let before = room.filled().len();
        ready!(Pin::new(io).poll_read(context, room))?;
        let bytes = &room.filled()[before..];
        let count = bytes.len();
        self.intake.push(bytes);
        room.set_filled(before);
        if self.body_left > 0 && count > 0 {
            self.body_left -= self.intake.let_through(self.body_left);
            self.deadline = self.deadline.take().filter(|_| self.body_left > 0);
        }
        Poll::Ready(Ok(count))
    }

    /// Discards what comes until the client has sent everything or the time is over.
    fn poll_lingering(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(io) = &mut self.io else { return Poll::Ready(()) };
        let linger = self.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        while linger.as_mut().poll(context).is_pending() {
            let mut bytes = [0; DISCARDED_BYTES];
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *io).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl<T: AsyncWrite + Unpin> Connection<T> {
    /// Writes, as long as the client takes it in time.
    fn poll_send(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Some(io) = &mut self.io else { return Poll::Ready(Err(parked())) };
        if let Poll::Ready(count) = Pin::new(io).poll_write(context, bytes)? {
            self.taking = self.taking.take().filter(|_| count < bytes.len());
            return Poll::Ready(Ok(count));
        }
        // The time runs from the first byte that is not taken to the last.
        let time = TAKING_GRACE + Duration::from_secs(bytes.len() as u64 / TAKEN_BYTES_PER_SECOND_MIN);
        ready!(self.taking.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_interim(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.interim.is_empty() {
            match ready!(self.poll_send(context, self.interim))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.interim = &self.interim[count..],
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.intake.is_ready() {
                this.intake.read(buffer);
                return Poll::Ready(Ok(()));
            }
            if this.is_busy() {
                // One read ahead tells whether the client is still there; `sent` wakes this task.
                if this.body_left == 0 && (this.is_last || !this.intake.is_empty()) {
                    return Poll::Pending;
                }
            } else if this.is_last {
                return Poll::Ready(Ok(()));
            } else if this.show_next() {
                continue;
            }
            match this.poll_intake(context, buffer)? {
                Poll::Ready(0) => return Poll::Ready(Ok(())),
                Poll::Ready(_) => {}
                Poll::Pending => {
                    ready!(this.poll_time(context));
                    if !this.intake.has_begun() {
                        return Poll::Ready(Ok(()));
                    }
                    this.refuse(Refusal::TooSlow);
                }
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_interim(context))?;
        (this.phase, this.expects_continue) = (Phase::Sending, false);
        let count = ready!(this.poll_send(context, bytes))?;
        if count == bytes.len() {
            this.sent(context);
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // actix flushes once it has done what it can; if it has not answered by then, it waits for the body.
        if std::mem::take(&mut this.expects_continue) && this.body_left > 0 {
            this.interim = CONTINUE;
        }
        ready!(this.poll_interim(context))?;
        this.io.as_mut().map_or(Poll::Ready(Ok(())), |io| Pin::new(io).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.phase == Phase::Parking {
            this.parked.set(this.io.take());
            return Poll::Ready(Ok(()));
        }
        if this.linger.is_none()
            && let Some(io) = &mut this.io
        {
            ready!(Pin::new(io).poll_shutdown(context))?;
        }
        this.poll_lingering(context).map(Ok)
    }
}

/// The error of a socket that the connection no longer has.
fn parked() -> io::Error {
    io::ErrorKind::NotConnected.into()
}
