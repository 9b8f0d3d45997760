//! `crosslist completions` and `crosslist man`: what shells and readers of manuals know of the commands.

use std::io;

use clap::builder::Str;
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use super::{EXIT_STATUS, Failure, print};

const DESCRIPTION: &str = "crosslist reads arXiv's listing pages and serves them as feeds: per subject, per rule and by name, \
    as RSS 2.0, Atom 1.0 and JSON Feed 1.1. Without a command it runs the service.";

/// What the environment says, beside what every program hears of it.
const ENVIRONMENT: [(&str, &str); 3] = [
    (
        "CROSSLIST_SECTION__KEY",
        "A setting, in the place of the one in the settings file; such as CROSSLIST_SERVER__LISTEN=0.0.0.0:8080. A list is written with commas.",
    ),
    ("PGPASSWORD", "The password of a PostgreSQL store whose address has none."),
    (
        "CROSSLIST_ACCESS__KEYS",
        "The keys of readers, of all settings the one that stands best here and in no file.",
    ),
];

const FILES: [(&str, &str); 4] = [
    (
        "config/crosslist.toml",
        "The settings, below the working directory, unless --config names another file. The one that comes with the program states every setting with its default and a sentence.",
    ),
    ("config/feeds.toml", "The named feeds and lists."),
    ("data/crosslist.db", "The store, unless store.url names another one."),
    ("~/.pgpass", "Passwords of PostgreSQL stores."),
];

const SIGNALS: [(&str, &str); 2] = [
    ("SIGTERM, SIGINT", "The service stops; whoever is being answered is answered to the end."),
    ("SIGHUP", "The service reads its settings again, and keeps the old ones where the new have a mistake."),
];

const EXAMPLES: [(&str, &str); 3] = [
    ("crosslist serve --replay demo", "Serve a week from saved pages, without a network."),
    ("crosslist fetch cs.DC quant-ph", "Read two subjects once, prove each listing whole and report."),
    (
        "crosslist export --out site --base-url https://user.github.io/papers/",
        "Write every configured feed as files for a host that only has files.",
    ),
];

#[derive(clap::Args, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell that is to know the commands
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints what a shell is to read.
pub(super) fn completions(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "crosslist", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page, which has every command on it.
pub(super) fn man() -> Result<(), Failure> {
    let mut page = Vec::new();
    write_page(&mut page).map_err(|error| Failure::running(format!("cannot write the page: {error}")))?;
    print(&String::from_utf8_lossy(&page))
}

fn write_page(page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = super::Arguments::command();
    command.build();
    let man = Man::new(command.clone()).manual("crosslist");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]).text([roman(DESCRIPTION)]);
    roff.to_writer(page)?;
    man.render_options_section(page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    commands(&mut roff, &command, "crosslist");
    section(&mut roff, "ENVIRONMENT", &ENVIRONMENT);
    section(&mut roff, "FILES", &FILES);
    section(&mut roff, "SIGNALS", &SIGNALS);
    section(&mut roff, "EXIT STATUS", &EXIT_STATUS);
    section(&mut roff, "EXAMPLES", &EXAMPLES);
    roff.control("SH", ["SEE ALSO"]).text([roman(env!("CARGO_PKG_REPOSITORY"))]);
    roff.to_writer(page)
}

/// A subsection for each command that does something, with what it alone takes.
fn commands(roff: &mut Roff, parent: &Command, name: &str) {
    for command in parent.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = format!("{name} {}", command.get_name());
        if command.has_subcommands() {
            commands(roff, command, &name);
            continue;
        }
        roff.control("SS", [name.as_str()]);
        roff.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default() + ".")]);
        for argument in command.get_arguments().filter(|argument| is_own(argument)) {
            roff.control("TP", []);
            let names: Vec<&str> =
                argument.get_value_names().unwrap_or_default().iter().map(Str::as_str).collect();
            let value = names.join(" ");
            let short = argument.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
            match argument.get_long() {
                Some(long) if argument.get_action().takes_values() => {
                    roff.text([bold(format!("{short}--{long}")), roman(" "), italic(value)])
                }
                Some(long) => roff.text([bold(format!("{short}--{long}"))]),
                None => roff.text([italic(value)]),
            };
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let choices: Vec<String> =
                argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            let takes_values = argument.get_action().takes_values() && !choices.is_empty();
            let choices =
                if takes_values { format!(" [choices: {}]", choices.join(", ")) } else { String::new() };
            roff.text([roman(format!("{help}{choices}"))]);
        }
    }
}

/// Not one that every command has.
fn is_own(argument: &Arg) -> bool {
    !argument.is_global_set() && !argument.is_hide_set() && argument.get_id() != "help"
}

fn section(roff: &mut Roff, heading: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (name, words) in entries {
        roff.control("TP", []);
        roff.text([bold(*name)]).text([roman(*words)]);
    }
}
