//! Describes this process to another that finds the store in use.

use std::net::SocketAddr;

use jiff::Timestamp;

/// The files with the name of the machine or container.
const HOST_NAME_FILES: [&str; 2] = ["/proc/sys/kernel/hostname", "/etc/hostname"];

/// The command with its address, if it has one, the process, the host and the time.
///
/// The host tells containers apart, in which the process often has the number 1.
#[must_use]
pub fn holder(command: &str, address: Option<SocketAddr>) -> String {
    let address = address.map(|address| format!(" at http://{address}")).unwrap_or_default();
    let host = HOST_NAME_FILES.iter().find_map(|file| std::fs::read_to_string(file).ok());
    let host = host.map(|host| format!(" on {}", host.trim())).unwrap_or_default();
    let since = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    format!("`crosslist {command}`{address}, process {}{host}, since {since}", std::process::id())
}
