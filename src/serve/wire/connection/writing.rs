//! What goes out of what the server writes, and how a connection ends.

use std::io::IoSlice;

use crate::serve::wire::connection::{
    AsyncRead, AsyncWrite, BLANK_LINE, CONTINUE, Connection, Context, Duration, LINGER, Pin, Poll, ReadBuf,
    TAKEN_BYTES_PER_SECOND_MIN, TAKING_GRACE, gone, io, ready,
};
use std::future::Future;

/// How much of what comes behind the last answer is thrown away at once.
const THROWN_AWAY_BYTES: usize = 4_096;

impl<T: AsyncWrite + Unpin> Connection<T> {
    /// Writes what the server takes for written.
    fn poll_going(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let rest = self.going.rest();
            let bytes = rest[0].len() + rest[1].len();
            if bytes == 0 {
                return Poll::Ready(Ok(()));
            }
            let Some(io) = &mut self.io else { return Poll::Ready(Err(gone())) };
            let io = Pin::new(io);
            let written = match rest {
                [only, []] | [[], only] => io.poll_write(context, only)?,
                [head, body] => io.poll_write_vectored(context, &[IoSlice::new(head), IoSlice::new(body)])?,
            };
            match written {
                Poll::Pending => return self.poll_stalled(context, bytes),
                Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(written) => self.going.go_on(written),
            }
            if written == Poll::Ready(bytes) {
                self.stalled = None;
            }
        }
    }

    /// Writes what the server itself has of an answer.
    fn poll_direct(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Some(io) = &mut self.io else { return Poll::Ready(Err(gone())) };
        let Poll::Ready(written) = Pin::new(io).poll_write(context, bytes)? else {
            self.has_more = true;
            return self.poll_stalled(context, bytes.len());
        };
        self.stalled = None;
        self.has_more = written < bytes.len();
        if !self.has_more {
            self.wake_reader();
        }
        Poll::Ready(Ok(written))
    }

    /// While the client takes nothing of so many bytes: has it had its time?
    fn poll_stalled<R>(&mut self, context: &mut Context<'_>, bytes: usize) -> Poll<io::Result<R>> {
        let time = TAKING_GRACE + Duration::from_secs(bytes as u64 / TAKEN_BYTES_PER_SECOND_MIN);
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Connection<T> {
    /// Reads behind the end of what is sent until the client has ended as well: a socket that is closed before that
    /// would take what was sent away from it.
    fn poll_lingering(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(io) = &mut self.io else { return Poll::Ready(()) };
        let lingering = self.lingering.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        while lingering.as_mut().poll(context).is_pending() {
            let mut bytes = [0; THROWN_AWAY_BYTES];
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut *io).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_going(context))?;
        if this.is_answering && !this.has_more {
            if bytes.starts_with(CONTINUE) {
                // A client that asks first whether it may send its body, and may; not where the answer is there.
                return match &mut this.io {
                    Some(io) if this.passing > 0 && bytes.len() == CONTINUE.len() => {
                        Pin::new(io).poll_write(context, CONTINUE)
                    }
                    _ => Poll::Ready(Ok(CONTINUE.len())),
                };
            }
            this.answered(bytes);
        }
        let Some(posted) = this.outbox.next.take() else { return this.poll_direct(context, bytes) };
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
        if this.lingering.is_none()
            && let Some(io) = &mut this.io
        {
            ready!(Pin::new(io).poll_shutdown(context))?;
        }
        this.poll_lingering(context).map(Ok)
    }
}
