//! What another process is told that wants a store that this one has.

use std::net::SocketAddr;

use jiff::Timestamp;

/// Where Linux and others say what the machine or the container is called.
const HOST_NAME_FILES: [&str; 2] = ["/proc/sys/kernel/hostname", "/etc/hostname"];

/// The command with its address, where it has one, its process, the host and the time.
///
/// In a container the process is often number 1, and the host is what tells it apart.
#[must_use]
pub fn holder(command: &str, address: Option<SocketAddr>) -> String {
    let address = address.map(|address| format!(" at http://{address}")).unwrap_or_default();
    let host = HOST_NAME_FILES.iter().find_map(|file| std::fs::read_to_string(file).ok());
    let host = host.map(|host| format!(" on {}", host.trim())).unwrap_or_default();
    let since = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    format!("`crosslist {command}`{address}, process {}{host}, since {since}", std::process::id())
}
