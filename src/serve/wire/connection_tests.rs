//! Requests are answered in step, clients that keep still are cut off, and bytes are passed on as they are.

use actix_web::web::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::serve::wire::outbox::Posted;

const MINUTE: Duration = Duration::from_mins(1);

const ASKED: &str = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
const OPEN: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
const CLOSED: &[u8] = b"HTTP/1.1 413 X\r\nconnection: close\r\n\r\n";

/// A client and the connection that the server has of it.
fn pair() -> (DuplexStream, Connection<DuplexStream>) {
    let (client, server) = duplex(4 * HEAD_BYTES_MAX);
    (client, Connection::new(server, MINUTE, Bed::default()))
}

/// What is shown next.
async fn shown(connection: &mut Connection<DuplexStream>) -> String {
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer).await.expect("read");
    String::from_utf8(buffer[..count].to_vec()).expect("text")
}

/// What is shown at once, if anything is.
async fn shown_now(connection: &mut Connection<DuplexStream>) -> Option<String> {
    tokio::select! {
        biased;
        shown = shown(connection) => Some(shown),
        () = std::future::ready(()) => None,
    }
}

#[tokio::test]
async fn the_next_request_is_seen_once_something_was_answered() {
    for end in ["\r\n", "\n"] {
        let (mut client, mut connection) = pair();
        let one = format!("\r\nGET /1 HTTP/1.1{end}Host: a{end}{end}");
        let two = format!("HEAD /2 HTTP/1.1{end}Host: a{end}\r\n");
        client.write_all(format!("{one}{two}{ASKED}GET /4").as_bytes()).await.expect("sent");
        for request in [&one, &two, ASKED] {
            assert_eq!(shown(&mut connection).await, *request);
            assert_eq!(shown_now(&mut connection).await, None, "{end:?}");
            connection.write_all(OPEN).await.expect("answered");
        }
        // Half a head is none.
        assert_eq!(shown_now(&mut connection).await, None);
        client.write_all(b" HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
        assert_eq!(shown(&mut connection).await, "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n");
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_shown_as_a_whole() {
    let (mut client, mut connection) = pair();
    for byte in ASKED.as_bytes() {
        assert_eq!(shown_now(&mut connection).await, None);
        client.write_all(&[*byte]).await.expect("sent");
    }
    assert_eq!(shown(&mut connection).await, ASKED);
}

#[tokio::test]
async fn a_head_is_shown_as_the_server_takes_it() {
    let (mut client, mut connection) = pair();
    let raw = "GET /search?q=ü HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(raw.as_bytes()).await.expect("sent");
    assert_eq!(shown(&mut connection).await, "GET /search?q=%C3%BC HTTP/1.1\r\nHost: a\r\n\r\n");
}

#[tokio::test]
async fn what_is_no_request_is_told_and_nothing_behind_it_is_seen() {
    let long = format!("GET /{}", "y".repeat(HEAD_BYTES_MAX));
    let large = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(HEAD_BYTES_MAX));
    for (came, refusal, shows) in [
        ("nonsense\r\n\r\n", Refusal::RequestLine, REFUSED),
        ("HEAD / HTTP/1.1\r\nno field\r\n\r\n", Refusal::Field, REFUSED_HEAD),
        ("\u{16}\u{3}\u{1}", Refusal::Tls, REFUSED),
        ("\0", Refusal::NotHttp, REFUSED),
        (&long, Refusal::TargetTooLong, REFUSED),
        (&large, Refusal::TooLarge, REFUSED),
    ] {
        let (mut client, mut connection) = pair();
        client.write_all(came.as_bytes()).await.expect("sent");
        assert_eq!(shown(&mut connection).await.as_bytes(), shows, "{came:.40}");
        assert_eq!(connection.outbox().refusal.take(), Some(refusal), "{came:.40}");
        client.write_all(ASKED.as_bytes()).await.expect("sent");
        assert_eq!(shown_now(&mut connection).await, None);
    }
}

#[tokio::test]
async fn a_body_of_a_known_length_is_let_through_and_no_other() {
    for (length, body, passes) in [
        ("Content-Length: 5", "hello", true),
        ("Content-Length: 32769", "hello", false),
        ("Transfer-Encoding: chunked", "0\r\n\r\n", false),
    ] {
        let (mut client, mut connection) = pair();
        let head = format!("POST /a HTTP/1.1\r\nHost: a\r\n{length}\r\n\r\n");
        client.write_all(format!("{head}{}", &body[..2]).as_bytes()).await.expect("sent");
        let begun = if passes { format!("{head}{}", &body[..2]) } else { head };
        assert_eq!(shown(&mut connection).await, begun);
        assert_eq!(connection.outbox().lets_body_through(), passes);
        client.write_all(format!("{}{ASKED}", &body[2..]).as_bytes()).await.expect("sent");
        assert_eq!(shown_now(&mut connection).await.as_deref(), passes.then_some(&body[2..]));
        assert_eq!(shown_now(&mut connection).await, None);
        if passes {
            connection.write_all(OPEN).await.expect("answered");
            assert_eq!(shown(&mut connection).await, ASKED);
        }
    }
}

#[tokio::test]
async fn fields_and_body_go_out_behind_a_head_however_little_is_taken_at_once() {
    for room in [1, 7, 1024] {
        let (mut client, server) = duplex(room);
        let mut connection = Connection::new(server, MINUTE, Bed::default());
        let outbox = connection.outbox();
        let writing = async {
            for body in ["one body", "another", ""] {
                let fields = Bytes::from("a: b\r\n\r\n");
                outbox.put(Posted { fields, body: Bytes::from(body) });
                connection.write_all(b"head\r\n\r\n").await.expect("written");
            }
            connection.write_all(b"head\r\n\r\nits own body").await.expect("written");
            connection.flush().await.expect("written");
            drop(connection);
        };
        let mut read = String::new();
        let ((), count) = tokio::join!(writing, client.read_to_string(&mut read));
        count.expect("read");
        let head = "head\r\na: b\r\n\r\n";
        let expected = format!("{head}one body{head}another{head}head\r\n\r\nits own body");
        assert_eq!(read, expected, "{room}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_look_again_behind_its_answer_is_told_of_the_rest() {
    // At once, and when the time of the rest has run out before the answer.
    for wait in [Duration::ZERO, REST_AFTER * 5] {
        let (mut client, connection) = pair();
        let (mut reader, mut writer) = tokio::io::split(connection);
        client.write_all(ASKED.as_bytes()).await.expect("sent");
        let mut buffer = [0; 1024];
        assert!(reader.read(&mut buffer).await.expect("a request") > 0);
        let answering = async {
            tokio::time::sleep(wait).await;
            writer.write_all(OPEN).await.expect("answered");
        };
        // What looks is polled first, and waits before anything is answered.
        let (count, ()) = tokio::join!(reader.read(&mut buffer), answering);
        assert_eq!(count.expect("no mistake"), 0, "{wait:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_connection_with_nothing_begun_is_taken_to_rest() {
    for (answer, more, rests) in [
        ("HTTP/1.1 200 OK\r\n\r\n", "", true),
        ("HTTP/1.1 200 OK\r\n\r\n", "\r\n", true),
        ("HTTP/1.1 200 OK\r\n\r\n", "GET /2", false),
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", "", false),
        ("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\n", "", true),
        ("HTTP/1.0 200 OK\r\n\r\n", "", false),
    ] {
        let (mut client, server) = duplex(1024);
        let bed = Bed::default();
        let mut connection = Connection::new(server, MINUTE, bed.clone());
        client.write_all(ASKED.as_bytes()).await.expect("sent");
        shown(&mut connection).await;
        connection.write_all(answer.as_bytes()).await.expect("answered");
        client.write_all(more.as_bytes()).await.expect("sent");
        shown_now(&mut connection).await;
        connection.shutdown().await.expect("shut");
        assert_eq!(bed.take().is_some(), rests, "{answer} {more}");
    }
}

#[tokio::test(start_paused = true)]
async fn behind_the_last_answer_everything_is_thrown_away_for_a_moment() {
    let (mut client, mut connection) = pair();
    client.write_all(format!("{ASKED}hello").as_bytes()).await.expect("sent");
    shown(&mut connection).await;
    assert_eq!(shown_now(&mut connection).await, None);
    connection.write_all(CLOSED).await.expect("answered");
    client.write_all(format!("{ASKED}GET /3").as_bytes()).await.expect("sent");
    // As a stream of bytes, not request by request.
    assert_eq!(shown(&mut connection).await.len(), ASKED.len() + "GET /3".len());
    let before = Instant::now();
    assert_eq!(shown(&mut connection).await, "");
    assert!(before.elapsed() >= LINGER && before.elapsed() < 2 * LINGER);
    // Also by a server that has done with the client, and only for as long as that one sends on.
    client.write_all(ASKED.as_bytes()).await.expect("sent");
    let before = Instant::now();
    connection.shutdown().await.expect("shut");
    assert!(before.elapsed() >= LINGER && before.elapsed() < 2 * LINGER);
    let (mut client, mut connection) = pair();
    client.shutdown().await.expect("shut");
    let before = Instant::now();
    connection.shutdown().await.expect("shut");
    assert!(before.elapsed().is_zero());
}

#[tokio::test]
async fn nobody_is_asked_for_a_body_that_is_not_wanted() {
    let (mut client, mut connection) = pair();
    client.write_all(b"GET /1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").await.expect("sent");
    shown(&mut connection).await;
    connection.write_all(&[CONTINUE, b"HTTP/1.1 200 OK"].concat()).await.expect("answered");
    drop(connection);
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("the answer");
    assert_eq!(answer, "HTTP/1.1 200 OK");
    // One that is let through is asked for while nothing is answered, and no longer.
    for (answer, expected) in [(CONTINUE.to_vec(), CONTINUE), ([CONTINUE, CLOSED].concat(), CLOSED)] {
        let (mut client, mut connection) = pair();
        let head = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
        client.write_all(head.as_bytes()).await.expect("sent");
        shown(&mut connection).await;
        connection.write_all(&answer).await.expect("answered");
        drop(connection);
        let mut read = Vec::new();
        client.read_to_end(&mut read).await.expect("the answer");
        assert_eq!(read, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_nothing_more_is_put_to_rest() {
    let (mut client, server) = duplex(1024);
    let bed = Bed::default();
    let mut connection = Connection::new(server, MINUTE, bed.clone());
    for _ in 0..3 {
        client.write_all(ASKED.as_bytes()).await.expect("sent");
        assert_eq!(shown(&mut connection).await, ASKED);
        connection.write_all(b"HTTP/1.1 304 Not Modified\r\n\r\n").await.expect("answered");
        assert_eq!(shown_now(&mut connection).await, None);
        tokio::time::advance(REST_AFTER * 3 / 4).await;
    }
    let before = Instant::now();
    assert_eq!(shown(&mut connection).await, "");
    assert!(before.elapsed() <= 2 * REST_AFTER);
    connection.shutdown().await.expect("shut");
    assert!(bed.take().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_head_that_takes_too_long_is_told_so_and_ends_the_connection() {
    // The first of a connection, and one behind another.
    for is_first in [true, false] {
        let (mut client, mut connection) = pair();
        if !is_first {
            client.write_all(ASKED.as_bytes()).await.expect("sent");
            shown(&mut connection).await;
            connection.write_all(OPEN).await.expect("answered");
        }
        let before = Instant::now();
        let dripping = async {
            // More of it does not make it young again.
            for byte in b"GET /".iter().chain(&[b'y'; 200]) {
                let _ = client.write_all(&[*byte]).await;
                tokio::time::sleep(MINUTE / 100).await;
            }
        };
        let (request, ()) = tokio::join!(
            async {
                let request = shown(&mut connection).await;
                assert!(before.elapsed() <= MINUTE + MINUTE / 50, "{:?}", before.elapsed());
                request
            },
            dripping
        );
        assert_eq!(request.as_bytes(), REFUSED);
        assert_eq!(connection.outbox().refusal.take(), Some(Refusal::TooSlow));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_is_asked_ends() {
    for sent in ["", "\r\n", "\r\n\r\n\r\n"] {
        let (mut client, mut connection) = pair();
        client.write_all(sent.as_bytes()).await.expect("sent");
        let before = Instant::now();
        assert_eq!(shown(&mut connection).await, "");
        assert!(before.elapsed() <= 2 * MINUTE, "{sent:?}");
        assert_eq!(connection.outbox().refusal.take(), None);
    }
    // And so when blank lines come without end.
    let (mut client, mut connection) = pair();
    let before = Instant::now();
    let dripping = async {
        while client.write_all(b"\r\n").await.is_ok() && before.elapsed() < 3 * MINUTE {
            tokio::time::sleep(MINUTE / 10).await;
        }
    };
    let reading = async {
        assert_eq!(shown(&mut connection).await, "");
        assert!(before.elapsed() <= 2 * MINUTE, "{:?}", before.elapsed());
    };
    tokio::join!(reading, dripping);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_takes_too_long_ends() {
    let (mut client, mut connection) = pair();
    client.write_all(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n").await.expect("sent");
    shown(&mut connection).await;
    let before = Instant::now();
    let dripping = async {
        for _ in 0..150 {
            let _ = client.write_all(b"y").await;
            tokio::time::sleep(MINUTE / 100).await;
        }
    };
    let reading = async {
        while !shown(&mut connection).await.is_empty() {}
        assert!(before.elapsed() <= MINUTE + MINUTE / 50, "{:?}", before.elapsed());
    };
    tokio::join!(reading, dripping);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_take_an_answer_is_cut_off_and_who_takes_it_slowly_has_its_time() {
    let body = vec![b'y'; 100 * 1024];
    let enough = TAKING_GRACE + Duration::from_secs(100 * 1024 / TAKEN_BYTES_PER_SECOND_MIN);
    for (taken_at_once, is_whole) in [(0, false), (1, false), (1024, false), (4 * 1024, true)] {
        let (mut client, server) = duplex(1024);
        let mut connection = Connection::new(server, MINUTE, Bed::default());
        client.write_all(ASKED.as_bytes()).await.expect("sent");
        shown(&mut connection).await;
        connection.outbox().put(Posted { fields: Bytes::from_static(b"\r\n"), body: body.clone().into() });
        let before = Instant::now();
        let answering = async {
            let written = async {
                connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                connection.flush().await
            };
            let written = written.await;
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
