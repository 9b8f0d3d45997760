//! The commands of the program: each reads its arguments, calls the stages, prints a result and ends with an exit code.

mod check;
mod command_line;
mod convert;
mod export;
mod failure;
mod fetch;
mod global;
mod manual;
mod output;
mod query;
mod runtime;
mod serve;
mod service;
mod store;
mod upstream;
mod values;

pub use command_line::run;

#[cfg(test)]
mod tests;
