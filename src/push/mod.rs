//! Notifies others of changed feeds: subscribers of the built-in `WebSub` hub (<https://www.w3.org/TR/websub/>), an
//! external hub, and the webhooks of named feeds.
//!
//! Of all replicas that share a store, the leader makes the calls. What is to be sent and what was delivered is in the
//! store, so that a restart or another leader continues where this one stopped.

mod client;
mod guard;
mod handle;
mod lookup;
mod options;
mod retry;
mod shared;
mod subscription_intake;
mod worker;

pub use guard::{AddressGuard, AddressRefusal};
pub use handle::Push;
pub use lookup::Lookup;
pub use options::{PushOptions, WebhookOptions};
pub use shared::{FeedWebhooks, PushSources};
