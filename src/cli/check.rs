//! `crosslist check`: are all settings and rules right?

use super::{Failure, print};

pub(super) fn run(global: &super::Arguments) -> Result<(), Failure> {
    let sources = global.sources();
    let settings = super::load(&sources)?;
    match &sources.file {
        Some(file) => print(&format!("`{}` is right\n", file.display()))?,
        None => print("the built-in settings and the environment are right\n")?,
    }
    match &sources.feeds_file {
        Some(file) => {
            print(&format!("`{}` is right: {} named\n", file.display(), count(settings.named.feeds.len())))
        }
        None => Ok(()),
    }
}

fn count(feeds: usize) -> String {
    if feeds == 1 { "1 feed is".to_owned() } else { format!("{feeds} feeds are") }
}
