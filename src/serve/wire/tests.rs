//! Requests are seen one at a time, every step has a deadline, and bytes are passed on unchanged.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

use crate::serve::wire::connection::{
    CONTINUE, Connection, IDLE_BEFORE_PARKING, LINGER, Limits, Parked, TAKEN_BYTES_PER_SECOND_MIN,
    TAKING_GRACE,
};
use crate::serve::wire::intake::{HEAD_BYTES_MAX, REFUSED, REFUSED_HEAD};
use crate::serve::wire::request_head::Refusal;

const MINUTE: Duration = Duration::from_mins(1);
const LIMITS: Limits = Limits { head_timeout: MINUTE, body_bytes_max: 32 * 1024 };

const REQUEST: &str = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

/// A client and its connection.
fn pair() -> (DuplexStream, Connection<DuplexStream>) {
    let (client, connection, _) = pair_with_room(4 * HEAD_BYTES_MAX);
    (client, connection)
}

/// The same, where so many bytes are on their way at most, and where the socket is parked.
fn pair_with_room(bytes: usize) -> (DuplexStream, Connection<DuplexStream>, Parked<DuplexStream>) {
    let (client, server) = duplex(bytes);
    let parked = Parked::default();
    (client, Connection::new(server, LIMITS, parked.clone()), parked)
}

/// What the server reads next.
async fn seen(connection: &mut Connection<DuplexStream>) -> String {
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).await.expect("read");
    String::from_utf8(buffer[..count].to_vec()).expect("text")
}

/// What the server reads without waiting, if there is anything.
async fn seen_now(connection: &mut Connection<DuplexStream>) -> Option<String> {
    tokio::select! {
        biased;
        seen = seen(connection) => Some(seen),
        () = std::future::ready(()) => None,
    }
}

#[tokio::test]
async fn the_next_request_is_seen_once_the_one_before_is_answered() {
    for end in ["\r\n", "\n"] {
        let (mut client, mut connection) = pair();
        let one = format!("\r\nGET /1 HTTP/1.1{end}Host: a{end}{end}");
        let two = format!("HEAD /2 HTTP/1.1{end}Host: a{end}\r\n");
        client.write_all(format!("{one}{two}{REQUEST}GET /4").as_bytes()).await.expect("sent");
        for request in [&one, &two, REQUEST] {
            assert_eq!(seen(&mut connection).await, *request);
            assert_eq!(seen_now(&mut connection).await, None, "{end:?}");
            connection.write_all(RESPONSE).await.expect("answered");
        }
        // An incomplete head is not seen.
        assert_eq!(seen_now(&mut connection).await, None);
        client.write_all(b" HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
        assert_eq!(seen(&mut connection).await, "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n");
    }
}

#[tokio::test]
async fn the_next_request_is_seen_once_the_answer_before_is_taken_whole() {
    let (mut client, mut connection, _) = pair_with_room(64);
    client.write_all(REQUEST.as_bytes()).await.expect("sent");
    assert_eq!(seen(&mut connection).await, REQUEST);
    let long = [b'y'; 100];
    let count = connection.write(&long).await.expect("written");
    assert_eq!(count, 64);
    client.write_all(REQUEST.as_bytes()).await.expect("sent");
    assert_eq!(seen_now(&mut connection).await, None);
    client.read_exact(&mut [0; 64]).await.expect("taken");
    connection.write_all(&long[count..]).await.expect("written");
    assert_eq!(seen(&mut connection).await, REQUEST);
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_seen_as_a_whole() {
    let (mut client, mut connection) = pair();
    for byte in REQUEST.as_bytes() {
        assert_eq!(seen_now(&mut connection).await, None);
        client.write_all(&[*byte]).await.expect("sent");
    }
    assert_eq!(seen(&mut connection).await, REQUEST);
}

#[tokio::test]
async fn a_head_larger_than_the_servers_buffer_is_read_in_parts() {
    let (mut client, mut connection) = pair();
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "y".repeat(3000));
    client.write_all(format!("{long}{REQUEST}").as_bytes()).await.expect("sent");
    let mut whole = String::new();
    while whole.len() < long.len() {
        whole += &seen(&mut connection).await;
    }
    assert_eq!(whole, long);
    assert_eq!(seen_now(&mut connection).await, None);
}

#[tokio::test]
async fn a_head_is_seen_as_actix_reads_it_rightly() {
    let (mut client, mut connection) = pair();
    let raw = "GET /search?q=ü HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(raw.as_bytes()).await.expect("sent");
    assert_eq!(seen(&mut connection).await, "GET /search?q=%C3%BC HTTP/1.1\r\nHost: a\r\n\r\n");
}

#[tokio::test]
async fn bytes_that_are_no_request_have_a_named_refusal_and_nothing_behind_them_is_seen() {
    let long = format!("GET /{}", "y".repeat(HEAD_BYTES_MAX));
    let large = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(HEAD_BYTES_MAX));
    for (bytes, refusal, stand_in) in [
        ("nonsense\r\n\r\n", Refusal::RequestLine, REFUSED),
        ("HEAD / HTTP/1.1\r\nno field\r\n\r\n", Refusal::Field, REFUSED_HEAD),
        ("\u{16}\u{3}\u{1}", Refusal::Tls, REFUSED),
        ("\0", Refusal::NotHttp, REFUSED),
        (&long, Refusal::TargetTooLong, REFUSED),
        (&large, Refusal::TooLarge, REFUSED),
    ] {
        let (mut client, mut connection) = pair();
        client.write_all(bytes.as_bytes()).await.expect("sent");
        assert_eq!(seen(&mut connection).await.as_bytes(), stand_in, "{bytes:.40}");
        assert_eq!(connection.refused_request().take(), Some(refusal), "{bytes:.40}");
        client.write_all(REQUEST.as_bytes()).await.expect("sent");
        assert_eq!(seen_now(&mut connection).await, None);
        connection.write_all(RESPONSE).await.expect("answered");
        assert_eq!(seen(&mut connection).await, "");
    }
}

#[tokio::test]
async fn a_body_of_a_known_length_within_the_limit_is_seen_and_no_other() {
    for (length, body, is_seen) in [
        ("Content-Length: 5", "hello", true),
        ("Content-Length: 32769", "hello", false),
        ("Transfer-Encoding: chunked", "0\r\n\r\n", false),
    ] {
        let (mut client, mut connection) = pair();
        let head = format!("POST /a HTTP/1.1\r\nHost: a\r\n{length}\r\n\r\n");
        client.write_all(format!("{head}{}", &body[..2]).as_bytes()).await.expect("sent");
        let begun = if is_seen { format!("{head}{}", &body[..2]) } else { head };
        assert_eq!(seen(&mut connection).await, begun);
        client.write_all(format!("{}{REQUEST}", &body[2..]).as_bytes()).await.expect("sent");
        assert_eq!(seen_now(&mut connection).await.as_deref(), is_seen.then_some(&body[2..]));
        assert_eq!(seen_now(&mut connection).await, None);
        connection.write_all(RESPONSE).await.expect("answered");
        // Behind a body that is not read, nothing is read as a request.
        assert_eq!(seen(&mut connection).await, if is_seen { REQUEST } else { "" });
    }
}

#[tokio::test]
async fn answers_go_out_unchanged_however_little_the_client_takes_at_once() {
    for room in [1, 7, 1024] {
        let (mut client, mut connection, _) = pair_with_room(room);
        let answers = "head\r\na: b\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nconnection: close\r\n\r\n";
        let writing = async {
            connection.write_all(answers.as_bytes()).await.expect("written");
            connection.flush().await.expect("written");
            drop(connection);
        };
        let mut read = String::new();
        let ((), count) = tokio::join!(writing, client.read_to_string(&mut read));
        count.expect("read");
        assert_eq!(read, answers, "{room}");
    }
}

#[tokio::test]
async fn a_client_that_waits_with_its_body_is_asked_for_it_while_there_is_no_answer() {
    let expecting =
        |fields: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}Expect: 100-continue\r\n\r\n");
    for (fields, is_answered, expected) in [
        ("", false, &b""[..]),
        ("Content-Length: 5\r\n", false, CONTINUE),
        ("Content-Length: 5\r\n", true, RESPONSE),
        ("Content-Length: 32769\r\n", false, b""),
        ("Transfer-Encoding: chunked\r\n", false, b""),
    ] {
        let (mut client, mut connection, _) = pair_with_room(1024);
        client.write_all(expecting(fields).as_bytes()).await.expect("sent");
        assert!(!seen(&mut connection).await.contains("Expect"), "{fields}");
        if is_answered {
            connection.write_all(RESPONSE).await.expect("answered");
        }
        for _ in 0..2 {
            connection.flush().await.expect("flushed");
        }
        drop(connection);
        let mut read = Vec::new();
        client.read_to_end(&mut read).await.expect("the answer");
        assert_eq!(read, expected, "{fields}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_parked_also_if_the_server_does_not_read_again_after_its_answer() {
    // The answer comes at once, or after the time in which an idle connection is parked.
    for wait in [Duration::ZERO, IDLE_BEFORE_PARKING * 5] {
        let (mut client, connection) = pair();
        let (mut reader, mut writer) = tokio::io::split(connection);
        client.write_all(REQUEST.as_bytes()).await.expect("sent");
        let mut buffer = [0; 1024];
        assert!(reader.read(&mut buffer).await.expect("a request") > 0);
        let answering = async {
            tokio::time::sleep(wait).await;
            writer.write_all(RESPONSE).await.expect("answered");
        };
        // The reader is polled first, and waits before the answer is written.
        let (count, ()) = tokio::join!(reader.read(&mut buffer), answering);
        assert_eq!(count.expect("the end"), 0, "{wait:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_used_is_not_parked() {
    let (mut client, mut connection, parked) = pair_with_room(1024);
    for _ in 0..3 {
        client.write_all(REQUEST.as_bytes()).await.expect("sent");
        assert_eq!(seen(&mut connection).await, REQUEST);
        connection.write_all(RESPONSE).await.expect("answered");
        assert_eq!(seen_now(&mut connection).await, None);
        tokio::time::advance(IDLE_BEFORE_PARKING * 3 / 4).await;
    }
    let before = Instant::now();
    assert_eq!(seen(&mut connection).await, "");
    assert!(before.elapsed() <= 2 * IDLE_BEFORE_PARKING);
    connection.shutdown().await.expect("shut");
    let mut socket = parked.take().expect("a socket");
    // Nothing was sent that ends the connection.
    socket.write_all(b"more").await.expect("sent");
    let mut read = vec![0; 3 * RESPONSE.len() + 4];
    client.read_exact(&mut read).await.expect("read");
    assert!(read.ends_with(b"more"));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_server_ends_or_on_which_something_has_begun_is_not_parked() {
    for more in ["", "\r\nGET /2", REQUEST] {
        let (mut client, mut connection, parked) = pair_with_room(1024);
        client.write_all(REQUEST.as_bytes()).await.expect("sent");
        seen(&mut connection).await;
        connection.write_all(RESPONSE).await.expect("answered");
        client.write_all(more.as_bytes()).await.expect("sent");
        seen_now(&mut connection).await;
        connection.shutdown().await.expect("shut");
        assert!(parked.take().is_none(), "{more}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_end_everything_is_discarded_for_a_second() {
    let (mut client, mut connection) = pair();
    client.write_all(format!("{REQUEST}{REQUEST}").as_bytes()).await.expect("sent");
    seen(&mut connection).await;
    connection.write_all(RESPONSE).await.expect("answered");
    client.write_all(REQUEST.as_bytes()).await.expect("sent");
    let before = Instant::now();
    connection.shutdown().await.expect("shut");
    assert!(before.elapsed() >= LINGER && before.elapsed() < 2 * LINGER);
    // No longer than until the client ends as well.
    let (mut client, mut connection) = pair();
    client.shutdown().await.expect("shut");
    let before = Instant::now();
    connection.shutdown().await.expect("shut");
    assert!(before.elapsed().is_zero());
}

#[tokio::test(start_paused = true)]
async fn a_head_that_takes_too_long_is_refused() {
    // The first of a connection, and one behind another.
    for is_first in [true, false] {
        let (mut client, mut connection) = pair();
        if !is_first {
            client.write_all(REQUEST.as_bytes()).await.expect("sent");
            seen(&mut connection).await;
            connection.write_all(RESPONSE).await.expect("answered");
        }
        let before = Instant::now();
        let dripping = async {
            // More bytes do not give more time.
            for byte in b"GET /".iter().chain(&[b'y'; 200]) {
                let _ = client.write_all(&[*byte]).await;
                tokio::time::sleep(MINUTE / 100).await;
            }
        };
        let reading = async {
            let request = seen(&mut connection).await;
            assert!(before.elapsed() <= MINUTE + MINUTE / 50, "{:?}", before.elapsed());
            request
        };
        let (request, ()) = tokio::join!(reading, dripping);
        assert_eq!(request.as_bytes(), REFUSED);
        assert_eq!(connection.refused_request().take(), Some(Refusal::TooSlow));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_request_ends() {
    for sent in ["", "\r\n", "\r\n\r\n\r\n"] {
        let (mut client, mut connection) = pair();
        client.write_all(sent.as_bytes()).await.expect("sent");
        let before = Instant::now();
        assert_eq!(seen(&mut connection).await, "");
        assert!(before.elapsed() <= 2 * MINUTE, "{sent:?}");
        assert_eq!(connection.refused_request().take(), None);
    }
    // Also if blank lines come without end.
    let (mut client, mut connection) = pair();
    let before = Instant::now();
    let dripping = async {
        while client.write_all(b"\r\n").await.is_ok() && before.elapsed() < 3 * MINUTE {
            tokio::time::sleep(MINUTE / 10).await;
        }
    };
    let reading = async {
        assert_eq!(seen(&mut connection).await, "");
        assert!(before.elapsed() <= 2 * MINUTE, "{:?}", before.elapsed());
    };
    tokio::join!(reading, dripping);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_takes_too_long_ends() {
    let (mut client, mut connection) = pair();
    client.write_all(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n").await.expect("sent");
    seen(&mut connection).await;
    let before = Instant::now();
    let dripping = async {
        for _ in 0..150 {
            let _ = client.write_all(b"y").await;
            tokio::time::sleep(MINUTE / 100).await;
        }
    };
    let reading = async {
        while !seen(&mut connection).await.is_empty() {}
        assert!(before.elapsed() <= MINUTE + MINUTE / 50, "{:?}", before.elapsed());
    };
    tokio::join!(reading, dripping);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_an_answer_is_cut_off_and_a_slow_one_has_its_time() {
    let body = vec![b'y'; 100 * 1024];
    let enough = TAKING_GRACE + Duration::from_secs(100 * 1024 / TAKEN_BYTES_PER_SECOND_MIN);
    for (taken_at_once, is_whole) in [(0, false), (1, false), (1024, false), (4 * 1024, true)] {
        let (mut client, mut connection, _) = pair_with_room(1024);
        client.write_all(REQUEST.as_bytes()).await.expect("sent");
        seen(&mut connection).await;
        let before = Instant::now();
        let answering = async {
            let written = connection.write_all(&body).await;
            assert_eq!(written.is_ok(), is_whole, "{taken_at_once}");
            assert!(before.elapsed() <= enough + Duration::from_secs(5), "{:?}", before.elapsed());
            drop(connection);
        };
        let taking = async {
            let mut buffer = vec![0; taken_at_once];
            while before.elapsed() < 2 * enough {
                if taken_at_once > 0 && client.read(&mut buffer).await.unwrap_or(0) == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_secs(u64::from(taken_at_once < 2048))).await;
                if taken_at_once >= 2048 {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        tokio::join!(answering, taking);
    }
}
