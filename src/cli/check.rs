//! `crosslist check`: loads all settings, named feeds and rules, and reports every error.

use super::failure::Failure;
use super::global::{GlobalArguments, load};
use super::output::print;

pub(super) fn run(global: &GlobalArguments) -> Result<(), Failure> {
    let sources = global.sources(&[]);
    let settings = load(&sources)?;
    match &sources.file {
        Some(file) => print(&format!("`{}` is valid\n", file.display()))?,
        None => print("the built-in settings and the environment are valid\n")?,
    }
    match &sources.feeds_file {
        Some(file) => {
            print(&format!("`{}` is valid: {}\n", file.display(), count(settings.named.feeds.len())))
        }
        None => Ok(()),
    }
}

fn count(feeds: usize) -> String {
    if feeds == 1 { "1 named feed".to_owned() } else { format!("{feeds} named feeds") }
}
