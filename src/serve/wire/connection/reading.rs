//! What the server sees of the bytes that come.

use crate::serve::wire::connection::{
    AsyncRead, Behind, Connection, Context, Pin, Poll, ReadBuf, Refusal, gone, io, ready,
};

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.ready.is_empty() {
                let count = this.ready.len().min(buffer.remaining());
                buffer.put_slice(&this.ready.split_to(count));
                return Poll::Ready(Ok(()));
            }
            if this.is_under_way() || this.behind == Behind::Nothing {
                return this.poll_behind(context, buffer);
            }
            if this.searched < this.incoming.len() && this.make_ready() {
                continue;
            }
            if ready!(this.poll_request(context, buffer))? {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<T: AsyncRead + Unpin> Connection<T> {
    /// Reads of the next request; true where the server is to look at what there is, be it the end.
    fn poll_request(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<bool>> {
        let before = buffer.filled().len();
        if self.poll_bytes(context, buffer)?.is_pending() {
            ready!(self.poll_end(context));
            if self.head.has_begun {
                let head = self.incoming.split();
                self.refuse(Refusal::TooSlow, &head);
                return Poll::Ready(Ok(false));
            }
            return Poll::Ready(Ok(true));
        }
        if buffer.filled().len() == before {
            self.has_hung_up();
            return Poll::Ready(Ok(true));
        }
        if self.incoming.is_empty() && self.show_in_place(buffer, before) {
            return Poll::Ready(Ok(true));
        }
        self.incoming.extend_from_slice(&buffer.filled()[before..]);
        buffer.set_filled(before);
        Poll::Ready(Ok(false))
    }

    /// Reads behind a request that is not answered yet: its body, and what is held back.
    fn poll_behind(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let is_last = self.behind == Behind::Nothing;
        if !is_last && self.passing == 0 && !self.incoming.is_empty() {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        if self.poll_bytes(context, buffer)?.is_pending() {
            return self.poll_end(context).map(Ok);
        }
        if buffer.filled().len() == before {
            self.has_hung_up();
            return Poll::Ready(Ok(()));
        }
        if is_last {
            // The server throws it away.
            return Poll::Ready(Ok(()));
        }
        let passed = self.passing.min(buffer.filled().len() - before);
        self.incoming.extend_from_slice(&buffer.filled()[before + passed..]);
        buffer.set_filled(before + passed);
        self.passing -= passed;
        if passed > 0 {
            self.deadline = self.deadline.take().filter(|_| self.passing > 0);
            return Poll::Ready(Ok(()));
        }
        self.reader = Some(context.waker().clone());
        Poll::Pending
    }

    /// Reads what is there, unless the time for it is over.
    fn poll_bytes(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.deadline.as_ref().is_some_and(|deadline| deadline.is_elapsed()) {
            return Poll::Pending;
        }
        let Some(io) = &mut self.io else { return Poll::Ready(Err(gone())) };
        Pin::new(io).poll_read(context, buffer)
    }
}
