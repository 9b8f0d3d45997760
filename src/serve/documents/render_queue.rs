//! Queues rendering: ordinary feeds go first, and within a class the clients take turns.
//!
//! As many render at once as there are cores, and of costly requests half as many, so that there is always room for an
//! ordinary one. The queue bounds how many requests of a client wait, and for how long.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::counters::Counter;
use crate::serve::problem::details::Problem;

/// How much rendering for a request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum RenderClass {
    /// Some tens of milliseconds: a feed of usual size, of all papers or by plain words.
    Ordinary,
    /// Up to seconds: regular expressions, many phrases, thousands of items.
    Costly,
}

/// How many requests of each class one client may have waiting: all feeds of a reader, and a few costly ones.
const WAITING_PER_CLIENT_MAX: [usize; 2] = [1_024, 32];

/// How many of each class may wait in all; each takes some tens of kilobytes.
const WAITING_MAX: [usize; 2] = [8_192, 512];

/// `Retry-After` where the queue is full.
const RETRY: Duration = Duration::from_secs(10);

/// The requests that render, and those that wait for it.
#[derive(Debug)]
pub struct RenderQueue {
    lanes: Mutex<Lanes>,
    /// How many may render at once, all together and of each class.
    threads: usize,
    of_class: [usize; 2],
    refused: Counter,
}

#[derive(Debug, Default)]
struct Lanes {
    running: [usize; 2],
    waiting: [Lane; 2],
}

/// The requests that wait, by client; the first client is next.
#[derive(Debug, Default)]
struct Lane {
    clients: VecDeque<(Option<IpAddr>, VecDeque<oneshot::Sender<RenderPermit>>)>,
    count: usize,
}

/// A permit to render, until it is dropped.
#[derive(Debug)]
pub(in crate::serve) struct RenderPermit {
    /// `None` once it was passed on.
    queue: Option<Arc<RenderQueue>>,
    class: RenderClass,
}

/// What a request waits with: its client, its class, and how long it waits at most.
#[derive(Clone, Debug)]
pub(in crate::serve) struct RenderTicket {
    queue: Arc<RenderQueue>,
    /// None for the service itself.
    pub(in crate::serve) client: Option<IpAddr>,
    pub(in crate::serve) class: RenderClass,
    wait_max: Duration,
}

/// The queue at one moment, by class.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::serve) struct QueueNumbers {
    pub(in crate::serve) running: [u64; 2],
    pub(in crate::serve) waiting: [u64; 2],
    pub(in crate::serve) refused: u64,
}

impl RenderQueue {
    /// A queue for a machine with `cores` cores.
    #[must_use]
    pub fn new(cores: usize) -> Self {
        let threads = cores.max(2);
        let of_class = [threads, (threads / 2).max(1)];
        Self { lanes: Mutex::default(), threads, of_class, refused: Counter::default() }
    }

    /// How many render at once at most.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    pub(in crate::serve) fn numbers(&self) -> QueueNumbers {
        let lanes = self.lanes();
        let waiting = |class: usize| lanes.waiting[class].count as u64;
        QueueNumbers {
            running: lanes.running.map(|running| running as u64),
            waiting: [waiting(0), waiting(1)],
            refused: self.refused.get(),
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room(&self, lanes: &Lanes, class: RenderClass) -> bool {
        let running = lanes.running.iter().sum::<usize>();
        running < self.threads && lanes.running[class as usize] < self.of_class[class as usize]
    }

    /// Gives permits to the next requests, as far as there is room.
    fn wake_next(self: &Arc<Self>, lanes: &mut Lanes) {
        for class in [RenderClass::Ordinary, RenderClass::Costly] {
            while self.has_room(lanes, class)
                && let Some(next) = lanes.waiting[class as usize].next()
            {
                lanes.running[class as usize] += 1;
                let permit = RenderPermit { queue: Some(self.clone()), class };
                if let Err(mut unused) = next.send(permit) {
                    // The request is gone.
                    unused.queue = None;
                    lanes.running[class as usize] -= 1;
                }
            }
        }
    }
}

impl Lane {
    fn add(
        &mut self,
        client: Option<IpAddr>,
        per_client_max: usize,
    ) -> Option<oneshot::Receiver<RenderPermit>> {
        let place = self.clients.iter().position(|(known, _)| *known == client).unwrap_or_else(|| {
            self.clients.push_back((client, VecDeque::new()));
            self.clients.len() - 1
        });
        let waiting = &mut self.clients[place].1;
        let before = waiting.len();
        // Requests that are gone make room for others.
        waiting.retain(|sender| !sender.is_closed());
        self.count -= before - waiting.len();
        if waiting.len() >= per_client_max {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        waiting.push_back(sender);
        self.count += 1;
        Some(receiver)
    }

    fn next(&mut self) -> Option<oneshot::Sender<RenderPermit>> {
        loop {
            let (client, mut waiting) = self.clients.pop_front()?;
            if let Some(first) = waiting.pop_front() {
                self.count -= 1;
                if !waiting.is_empty() {
                    self.clients.push_back((client, waiting));
                }
                return Some(first);
            }
        }
    }
}

impl RenderTicket {
    /// A ticket that waits for `wait_max` at most; without a client it is the service's own.
    pub(in crate::serve) fn new(
        queue: Arc<RenderQueue>,
        client: Option<IpAddr>,
        class: RenderClass,
        wait_max: Duration,
    ) -> Self {
        Self { queue, client, class, wait_max }
    }

    /// Of a queue of its own.
    #[cfg(test)]
    pub(in crate::serve) fn free() -> Self {
        Self::free_for(None, RenderClass::Ordinary)
    }

    #[cfg(test)]
    pub(in crate::serve) fn free_for(client: Option<IpAddr>, class: RenderClass) -> Self {
        Self { queue: Arc::new(RenderQueue::new(2)), client, class, wait_max: Duration::MAX }
    }

    pub(in crate::serve) fn with(&self, class: RenderClass) -> Self {
        Self { class, ..self.clone() }
    }

    /// Waits for a permit to render.
    ///
    /// # Errors
    /// Too many wait, or it takes too long.
    pub(in crate::serve) async fn acquire(&self) -> Result<RenderPermit, Problem> {
        let receiver = {
            let mut lanes = self.queue.lanes();
            if self.queue.has_room(&lanes, self.class) {
                lanes.running[self.class as usize] += 1;
                return Ok(RenderPermit { queue: Some(self.queue.clone()), class: self.class });
            }
            let lane = &mut lanes.waiting[self.class as usize];
            let is_full = lane.count >= WAITING_MAX[self.class as usize] && self.client.is_some();
            let per_client =
                if self.client.is_some() { WAITING_PER_CLIENT_MAX[self.class as usize] } else { usize::MAX };
            if is_full { None } else { lane.add(self.client, per_client) }
        };
        let Some(receiver) = receiver else { return Err(self.refused()) };
        match tokio::time::timeout(self.wait_max, receiver).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(self.refused()),
        }
    }

    fn refused(&self) -> Problem {
        self.queue.refused.add(1);
        Problem::busy(RETRY)
    }
}

impl Drop for RenderPermit {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            let mut lanes = queue.lanes();
            lanes.running[self.class as usize] -= 1;
            queue.wake_next(&mut lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn ticket(queue: &Arc<RenderQueue>, client: u8, class: RenderClass) -> RenderTicket {
        let client = Some(IpAddr::from([192, 0, 2, client]));
        RenderTicket { queue: queue.clone(), client, class, wait_max: Duration::from_secs(20) }
    }

    fn look<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test(start_paused = true)]
    async fn costly_requests_leave_room_for_an_ordinary_one() {
        let queue = Arc::new(RenderQueue::new(2));
        let costly = ticket(&queue, 1, RenderClass::Costly);
        let first = costly.acquire().await.expect("room");
        let mut second = pin!(costly.acquire());
        assert!(look(second.as_mut()).is_pending());
        let ordinary = ticket(&queue, 1, RenderClass::Ordinary).acquire().await.expect("room");
        assert_eq!((queue.numbers().running, queue.numbers().waiting), ([1, 1], [0, 1]));
        drop(ordinary);
        assert!(look(second.as_mut()).is_pending());
        drop(first);
        assert!(look(second.as_mut()).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn an_ordinary_request_goes_before_a_costly_one_that_came_first() {
        let queue = Arc::new(RenderQueue::new(2));
        let running = [
            ticket(&queue, 1, RenderClass::Ordinary).acquire().await,
            ticket(&queue, 1, RenderClass::Ordinary).acquire().await,
        ];
        let (costly, ordinary) =
            (ticket(&queue, 2, RenderClass::Costly), ticket(&queue, 3, RenderClass::Ordinary));
        let (mut costly, mut ordinary) = (pin!(costly.acquire()), pin!(ordinary.acquire()));
        assert!(look(costly.as_mut()).is_pending() && look(ordinary.as_mut()).is_pending());
        let [first, second] = running;
        drop(first);
        assert!(look(costly.as_mut()).is_pending());
        let ready = look(ordinary.as_mut());
        assert!(ready.is_ready());
        drop(second);
        assert!(look(costly.as_mut()).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn clients_of_one_class_take_turns() {
        let queue = Arc::new(RenderQueue::new(2));
        let (greedy, modest) =
            (ticket(&queue, 1, RenderClass::Costly), ticket(&queue, 2, RenderClass::Costly));
        let running = greedy.acquire().await.expect("room");
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(greedy.acquire())).collect();
        assert!(waiting.iter_mut().all(|wait| look(wait.as_mut()).is_pending()));
        let mut modest = pin!(modest.acquire());
        assert!(look(modest.as_mut()).is_pending());
        drop(running);
        let Poll::Ready(Ok(second)) = look(waiting[0].as_mut()) else { panic!("no permit") };
        drop(second);
        assert!(look(modest.as_mut()).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn the_waiting_requests_of_a_client_and_their_waits_are_bounded() {
        let queue = Arc::new(RenderQueue::new(1));
        let costly = ticket(&queue, 1, RenderClass::Costly);
        let running = costly.acquire().await.expect("room");
        let mut waiting: Vec<_> =
            (0..WAITING_PER_CLIENT_MAX[1]).map(|_| Box::pin(costly.acquire())).collect();
        assert!(waiting.iter_mut().all(|wait| look(wait.as_mut()).is_pending()));
        assert!(costly.acquire().await.is_err());
        // One who goes away leaves its place, and its permit is another's.
        waiting.truncate(1);
        assert!(costly.acquire().await.is_err(), "waited in vain");
        assert!(waiting.pop().expect("one").await.is_err());
        drop(running);
        assert!(costly.acquire().await.is_ok());
        assert_eq!((queue.numbers().running, queue.numbers().refused), ([0, 0], 3));
    }
}
