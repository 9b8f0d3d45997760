//! How is a name looked up, so that a name server that hangs holds up nobody else?

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::thread;

use tokio::sync::{Semaphore, oneshot};

use super::guard::Lookup;

/// How many names are looked up at once, those included for whose answer nobody waits any more.
const LOOKUPS_MAX: usize = 128;

/// What a look-up needs of memory for its calls.
const STACK_BYTES: usize = 256 * 1024;

/// The system's resolver.
pub(super) fn by_system() -> Lookup {
    by(resolve)
}

fn resolve(name: &str) -> io::Result<Vec<IpAddr>> {
    Ok((name, 0).to_socket_addrs()?.map(|found| found.ip()).collect())
}

/// Gives each look-up a thread of its own: the few that the runtime has for what blocks read arXiv's pages.
fn by(resolve: fn(&str) -> io::Result<Vec<IpAddr>>) -> Lookup {
    let places = Arc::new(Semaphore::new(LOOKUPS_MAX));
    Arc::new(move |name| {
        let places = places.clone();
        Box::pin(async move {
            let stopped = || io::Error::other("the look-up of its name stopped");
            let place = places.acquire_owned().await.map_err(|_| stopped())?;
            let (found, answer) = oneshot::channel();
            let look = move || {
                // Whoever asked may have given up.
                drop(found.send(resolve(&name)));
                drop(place);
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
