//! The service over HTTP, with saved pages or a server on loopback in arXiv's place.

mod conditional;
mod drop_ins;
mod errors;
mod live;
mod named;
mod outage;
mod rsshub;
mod rules;
mod service;
mod week;
