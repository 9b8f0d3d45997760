//! Resolves host names, each in a thread of its own, so that a name server that hangs delays nothing else.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::thread;

use tokio::sync::{Semaphore, oneshot};

use crate::domain::push::BoxFuture;

/// Resolves a host name to its addresses; tests put a function in place of the system's resolver.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The most lookups at once, those that the caller has given up included.
const LOOKUPS_MAX: usize = 128;

/// The stack of a lookup's thread.
const STACK_BYTES: usize = 256 * 1024;

/// The system's resolver.
pub(super) fn by_system() -> Lookup {
    by(resolve)
}

fn resolve(name: &str) -> io::Result<Vec<IpAddr>> {
    Ok((name, 0).to_socket_addrs()?.map(|found| found.ip()).collect())
}

/// A thread per lookup: the runtime has two threads for blocking work, and those parse arXiv's pages.
fn by(resolve: fn(&str) -> io::Result<Vec<IpAddr>>) -> Lookup {
    let permits = Arc::new(Semaphore::new(LOOKUPS_MAX));
    Arc::new(move |name| {
        let permits = permits.clone();
        Box::pin(async move {
            let stopped = || io::Error::other("the lookup of its name stopped");
            let permit = permits.acquire_owned().await.map_err(|_| stopped())?;
            let (found, answer) = oneshot::channel();
            let look = move || {
                // The caller may have given up.
                drop(found.send(resolve(&name)));
                drop(permit);
            };
            thread::Builder::new().name("lookup".to_owned()).stack_size(STACK_BYTES).spawn(look)?;
            answer.await.unwrap_or_else(|_| Err(stopped()))
        })
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// Held for as long as the name server hangs.
    static NAME_SERVER: Mutex<()> = Mutex::new(());

    fn hanging(name: &str) -> io::Result<Vec<IpAddr>> {
        let _answers = NAME_SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        resolve(name)
    }

    #[test]
    fn a_name_server_that_hangs_takes_no_thread_from_the_runtime() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build();
        let hangs = NAME_SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        runtime.expect("a runtime").block_on(async move {
            let lookup = by(hanging);
            let waiting: Vec<_> = (0..20).map(|_| tokio::spawn(lookup("127.0.0.1".to_owned()))).collect();
            tokio::task::yield_now().await;
            tokio::task::spawn_blocking(|| ()).await.expect("a page is read meanwhile");
            drop(hangs);
            for answer in waiting {
                let found = answer.await.expect("an end").expect("an answer");
                assert_eq!(found, [Ipv4Addr::LOCALHOST]);
            }
        });
    }

    #[tokio::test]
    async fn the_system_knows_its_own_name_and_says_which_it_does_not_know() {
        let lookup = by_system();
        let found = lookup("localhost".to_owned()).await.expect("an answer");
        assert!(found.iter().all(IpAddr::is_loopback) && !found.is_empty());
        assert!(lookup("nowhere.invalid".to_owned()).await.is_err());
    }
}
