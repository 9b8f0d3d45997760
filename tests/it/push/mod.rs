//! Those who are told of what is new, over real connections on loopback.

mod handshake;
mod receiver;
mod replicas;
mod subscribers;
mod webhooks;
mod workshop;
