//! Opens the socket that the service listens on: `[::]` takes IPv6 and IPv4 alike, and IPv4 alone where there is no IPv6.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1024;

const ALL_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Listens on an address.
///
/// # Errors
/// It cannot be listened on, or is taken.
pub(super) fn bind(listen: SocketAddr) -> io::Result<TcpListener> {
    bind_by(open, listen)
}

fn bind_by<T>(open: impl Fn(SocketAddr) -> io::Result<T>, listen: SocketAddr) -> io::Result<T> {
    let error = match open(listen) {
        Err(error) if listen.ip() == ALL_IPV6 => error,
        opened => return opened,
    };
    // An address that is taken or forbidden would be so for IPv4 as well, or would leave half of the clients out.
    if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) {
        return Err(error);
    }
    let instead = SocketAddr::from((Ipv4Addr::UNSPECIFIED, listen.port()));
    tracing::warn!("there is no IPv6 here ({error}), so {instead} is listened on in place of {listen}");
    open(instead)
}

fn open(listen: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(listen), Type::STREAM, Some(Protocol::TCP))?;
    // What the standard library does: an address that was listened on a moment ago can be taken again.
    socket.set_reuse_address(true)?;
    if listen.ip() == ALL_IPV6 {
        // The system may have another default.
        socket.set_only_v6(false)?;
    }
    socket.bind(&listen.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn all_addresses_of_ipv6_are_those_of_ipv4_too() {
        let listener = bind(address("[::]:0")).expect("a listener");
        let bound = listener.local_addr().expect("an address");
        TcpStream::connect((Ipv4Addr::LOCALHOST, bound.port())).expect("IPv4 is answered");
        // Without IPv6 there is nobody to ask by it.
        if bound.is_ipv6() && bind(address("[::1]:0")).is_ok() {
            TcpStream::connect((Ipv6Addr::LOCALHOST, bound.port())).expect("IPv6 is answered");
        }
    }

    fn check(listen: &str, refusal: ErrorKind, expected: Result<&str, ErrorKind>) {
        let open = |address: SocketAddr| if address.is_ipv4() { Ok(address) } else { Err(refusal.into()) };
        let bound = bind_by(open, address(listen)).map_err(|error| error.kind());
        assert_eq!(bound, expected.map(address), "{listen} {refusal}");
    }

    #[test]
    fn without_ipv6_ipv4_is_listened_on_and_nothing_else_is_made_of_an_address() {
        // How a kernel without IPv6 refuses has no name in the standard library.
        check("[::]:8080", ErrorKind::Other, Ok("0.0.0.0:8080"));
        check("[::]:8080", ErrorKind::AddrNotAvailable, Ok("0.0.0.0:8080"));
        check("[::]:8080", ErrorKind::AddrInUse, Err(ErrorKind::AddrInUse));
        check("[::]:80", ErrorKind::PermissionDenied, Err(ErrorKind::PermissionDenied));
        check("[::1]:8080", ErrorKind::AddrNotAvailable, Err(ErrorKind::AddrNotAvailable));
        check("127.0.0.1:8080", ErrorKind::Other, Ok("127.0.0.1:8080"));
    }
}
