//! Those who are told of what is new, over real connections on loopback.

#[expect(dead_code, reason = "shared with the tests of the store, which need more of it")]
#[path = "../store/database.rs"]
mod database;
mod handshake;
mod receiver;
mod replicas;
#[expect(dead_code, reason = "shared with the tests of the store, which need more of it")]
#[path = "../store/sample.rs"]
mod sample;
#[expect(dead_code, reason = "shared with other tests, which need more of it")]
#[path = "../api/service.rs"]
mod service;
mod subscribers;
mod webhooks;
mod workshop;
