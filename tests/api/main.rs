//! The service over HTTP, with saved pages or a server on loopback in arXiv's place.

mod coding;
mod conditional;
mod delta;
mod digest;
mod documents;
mod drop_ins;
mod errors;
mod export;
mod keys;
mod limits;
mod live;
mod logs;
mod metrics;
mod named;
mod openapi;
mod opml;
mod outage;
mod pages;
mod promtool;
mod reload;
mod rsshub;
mod rules;
mod service;
mod shown;
mod week;
mod wire;
