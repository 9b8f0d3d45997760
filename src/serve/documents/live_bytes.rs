//! Counts the bytes of all live documents: those in the cache, and evicted ones that are still being sent.
//!
//! The cache bounds only what it holds. A client that reads slowly could keep hundreds of evicted documents alive, so a
//! client that holds a large share of the bytes beyond the bound gets no more until it has released some.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;

use crate::serve::documents::render_queue::RenderTicket;

/// How much may be alive beyond the bound of the cache, for answers on their way: of ordinary requests, and of costly ones.
const BEYOND_BYTES_MAX: [u64; 2] = [48 << 20, 8 << 20];

/// The part of all that one client may hold beyond the bound.
const SHARE: u64 = 4;

/// All documents that are alive, by the client that they were written for.
#[derive(Debug, Default)]
pub(in crate::serve) struct LiveBytes {
    held: Mutex<HeldBytes>,
}

#[derive(Debug, Default)]
struct HeldBytes {
    all: u64,
    by_client: HashMap<Option<IpAddr>, u64>,
}

/// Who a document counts for; none for the service itself.
#[derive(Clone, Debug)]
pub(in crate::serve) struct LiveBytesShare {
    live: Arc<LiveBytes>,
    client: Option<IpAddr>,
}

/// Bytes that count for as long as anybody holds them.
struct Counted {
    bytes: Box<[u8]>,
    account: LiveBytesShare,
}

impl LiveBytes {
    pub(in crate::serve) fn account(self: &Arc<Self>, client: Option<IpAddr>) -> LiveBytesShare {
        LiveBytesShare { live: self.clone(), client }
    }

    /// May something be written for this client, over a cache of so many bytes?
    pub(in crate::serve) fn has_room(&self, ticket: &RenderTicket, cache_bytes_max: u64) -> bool {
        let held = self.held();
        let own = held.by_client.get(&ticket.client).copied().unwrap_or_default();
        held.all < cache_bytes_max.saturating_add(BEYOND_BYTES_MAX[ticket.class as usize])
            || ticket.client.is_none()
            || own < held.all / SHARE
    }

    pub(in crate::serve) fn all(&self) -> u64 {
        self.held().all
    }

    fn held(&self) -> MutexGuard<'_, HeldBytes> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveBytesShare {
    pub(in crate::serve) fn count(&self, bytes: Box<[u8]>) -> Bytes {
        let count = bytes.len() as u64;
        let mut held = self.live.held();
        held.all += count;
        *held.by_client.entry(self.client).or_default() += count;
        drop(held);
        Bytes::from_owner(Counted { bytes, account: self.clone() })
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let count = self.bytes.len() as u64;
        let mut held = self.account.live.held();
        held.all -= count;
        if let Some(own) = held.by_client.get_mut(&self.account.client) {
            *own -= count;
            if *own == 0 {
                held.by_client.remove(&self.account.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::documents::render_queue::RenderClass;

    #[test]
    fn one_who_holds_what_is_beyond_the_bound_gets_no_more_and_others_do() {
        let live = Arc::<LiveBytes>::default();
        let ticket = |last: u8, class| RenderTicket::free_for(Some([192, 0, 2, last].into()), class);
        let (greedy, modest) = (ticket(1, RenderClass::Costly), ticket(2, RenderClass::Costly));
        let most = usize::try_from(BEYOND_BYTES_MAX[RenderClass::Costly as usize]).expect("it fits");
        let count =
            |ticket: &RenderTicket, bytes: usize| live.account(ticket.client).count(vec![0; bytes].into());
        let first = count(&greedy, most / 2);
        assert!(live.has_room(&greedy, 0));
        let (second, small) = (count(&greedy, most / 2), count(&modest, 1_000));
        assert!(
            !live.has_room(&greedy, 0)
                && live.has_room(&modest, 0)
                && live.has_room(&RenderTicket::free(), 0)
        );
        assert!(live.has_room(&greedy, 1 << 20), "the cache may hold more");
        assert!(live.has_room(&greedy.with(RenderClass::Ordinary), 0));
        let on_its_way = second.slice(5..);
        drop(second);
        assert!(!live.has_room(&greedy, 0));
        drop(on_its_way);
        assert!(live.has_room(&greedy, 0));
        drop((first, small));
        assert!(live.all() == 0 && live.held().by_client.is_empty());
    }
}
