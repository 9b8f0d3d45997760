//! Standard output: results and tables.

use std::io::{ErrorKind, Write};

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use super::failure::Failure;

/// Writes a result to standard output; a closed pipe is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::running(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Aligned columns without lines, below a row of headings.
pub(super) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(headings);
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt()
}
