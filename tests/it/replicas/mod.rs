//! Several services on one PostgreSQL: one asks arXiv, all answer alike, and none is needed for that.

mod network;
mod sharing;
