//! Several services on one PostgreSQL: one asks arXiv, all answer alike, and none is needed for that.

#[path = "../store/database.rs"]
mod database;
mod network;
#[expect(dead_code, reason = "shared with other tests, which need more of it")]
#[path = "../api/service.rs"]
mod service;
mod sharing;
