//! `crosslist check`: are all settings right?

use super::{Failure, print};

pub(super) fn run(global: &super::Arguments) -> Result<(), Failure> {
    let sources = global.sources();
    super::load(&sources)?;
    match &sources.file {
        Some(file) => print(&format!("`{}` is right\n", file.display())),
        None => print("the built-in settings and the environment are right\n"),
    }
}
