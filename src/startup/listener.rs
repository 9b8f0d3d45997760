//! Opens the socket that the service listens on: `[::]` accepts IPv6 and IPv4, or IPv4 alone on a system without IPv6.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// The most connections that wait to be accepted.
const BACKLOG: i32 = 1024;

const ALL_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Listens on an address.
///
/// # Errors
/// The address is in use, or not one of this machine.
pub(super) fn bind(listen: SocketAddr) -> io::Result<TcpListener> {
    bind_by(open, listen)
}

fn bind_by<T>(open: impl Fn(SocketAddr) -> io::Result<T>, listen: SocketAddr) -> io::Result<T> {
    let error = match open(listen) {
        Err(error) if listen.ip() == ALL_IPV6 => error,
        opened => return opened,
    };
    // An address in use or forbidden is so for IPv4 too, or IPv4 alone would exclude clients that IPv6 could serve.
    if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) {
        return Err(error);
    }
    let instead = SocketAddr::from((Ipv4Addr::UNSPECIFIED, listen.port()));
    tracing::warn!("this system has no IPv6 ({error}); listening on {instead} instead of {listen}");
    open(instead)
}

fn open(listen: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(listen), Type::STREAM, Some(Protocol::TCP))?;
    // As the standard library does, so that a restart can take the address again at once.
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
    fn listening_on_all_ipv6_addresses_includes_ipv4() {
        let listener = bind(address("[::]:0")).expect("a listener");
        let bound = listener.local_addr().expect("an address");
        TcpStream::connect((Ipv4Addr::LOCALHOST, bound.port())).expect("IPv4 is answered");
        // On a system without IPv6 there is nothing to connect to.
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
    fn without_ipv6_the_service_listens_on_ipv4_and_no_other_address_is_replaced() {
        // A kernel without IPv6 refuses with an error that has no name in the standard library.
        check("[::]:8080", ErrorKind::Other, Ok("0.0.0.0:8080"));
        check("[::]:8080", ErrorKind::AddrNotAvailable, Ok("0.0.0.0:8080"));
        check("[::]:8080", ErrorKind::AddrInUse, Err(ErrorKind::AddrInUse));
        check("[::]:80", ErrorKind::PermissionDenied, Err(ErrorKind::PermissionDenied));
        check("[::1]:8080", ErrorKind::AddrNotAvailable, Err(ErrorKind::AddrNotAvailable));
        check("127.0.0.1:8080", ErrorKind::Other, Ok("127.0.0.1:8080"));
    }
}
