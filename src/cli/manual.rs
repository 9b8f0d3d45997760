//! `crosslist completions` and `crosslist man`: shell completions and the manual page, made from the parser.

use std::io;

use clap::builder::Str;
use clap::{Arg, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use super::failure::{EXIT_STATUS, Failure};
use super::output::print;

const DESCRIPTION: &str = "crosslist reads arXiv's listing pages and serves them as feeds: per subject, per rule and by name, \
    as RSS 2.0, Atom 1.0 and JSON Feed 1.1. Without a command it runs the service.";

/// The variables that the program reads.
const ENVIRONMENT: [(&str, &str); 3] = [
    (
        "CROSSLIST_SECTION__KEY",
        "Overrides a setting of the settings file, for example CROSSLIST_SERVER__LISTEN=0.0.0.0:8080. Separate the items of a list with commas.",
    ),
    ("PGPASSWORD", "The password of a PostgreSQL store whose address contains none."),
    ("CROSSLIST_ACCESS__KEYS", "The keys for reading; better set here than in a file."),
];

const FILES: [(&str, &str); 4] = [
    (
        "config/crosslist.toml",
        "The settings, relative to the working directory, unless --config names another file. The file in the repository documents every setting and its default.",
    ),
    ("config/feeds.toml", "The named feeds and lists."),
    ("data/crosslist.db", "The store, unless store.url names another."),
    ("~/.pgpass", "Passwords of PostgreSQL stores."),
];

const SIGNALS: [(&str, &str); 2] = [
    ("SIGTERM, SIGINT", "Stop the service; requests under way are answered first."),
    ("SIGHUP", "Reload the settings; if they have an error, the old ones stay in force."),
];

const EXAMPLES: [(&str, &str); 3] = [
    ("crosslist serve --replay demo", "Serve a week of saved pages, without a network."),
    (
        "crosslist fetch cs.DC quant-ph",
        "Read two subjects once, check that each listing is complete, and report.",
    ),
    (
        "crosslist export --out site --base-url https://user.github.io/papers/",
        "Write every configured feed as files for static hosting.",
    ),
];

#[derive(clap::Args, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the completion script of a shell.
pub(super) fn completions(arguments: &CompletionsArguments, mut command: Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "crosslist", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page, which describes every command.
pub(super) fn man(mut command: Command) -> Result<(), Failure> {
    let mut page = Vec::new();
    command.build();
    write_page(&command, &mut page)
        .map_err(|error| Failure::running(format!("cannot write the page: {error}")))?;
    print(&String::from_utf8_lossy(&page))
}

fn write_page(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
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
    commands(&mut roff, command, "crosslist");
    section(&mut roff, "ENVIRONMENT", &ENVIRONMENT);
    section(&mut roff, "FILES", &FILES);
    section(&mut roff, "SIGNALS", &SIGNALS);
    section(&mut roff, "EXIT STATUS", &EXIT_STATUS);
    section(&mut roff, "EXAMPLES", &EXAMPLES);
    roff.control("SH", ["SEE ALSO"]).text([roman(env!("CARGO_PKG_REPOSITORY"))]);
    roff.to_writer(page)
}

/// A subsection for each command without subcommands, with its own arguments.
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

/// Not an argument of every command.
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
