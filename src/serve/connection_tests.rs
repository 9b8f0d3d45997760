//! Are requests answered in step, clients that keep still cut off, and bytes passed on as they are?

use actix_web::web::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::*;
use crate::serve::outbox::Posted;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn the_next_request_is_seen_once_something_was_answered() {
    for end in ["\r\n\r\n", "\n\n", "\n\r\n"] {
        let (mut client, server) = duplex(1024);
        let mut connection = Connection::new(server, MINUTE, Bed::default());
        let (one, two) = (format!("\r\nGET /1{end}"), format!("HEAD /2{end}"));
        client.write_all(format!("{one}{two}GET /3").as_bytes()).await.expect("sent");
        let mut buffer = [0; 1024];
        let count = connection.read(&mut buffer).await.expect("a request");
        assert_eq!(&buffer[..count], one.as_bytes());
        let mut next = read_now(&mut connection, &mut buffer).await;
        assert!(next.is_none(), "{end:?}");
        connection.write_all(b"answer").await.expect("answered");
        next = read_now(&mut connection, &mut buffer).await;
        assert_eq!(next, Some(two.len()));
        connection.write_all(b"answer").await.expect("answered");
        assert_eq!(connection.read(&mut buffer).await.expect("the rest"), "GET /3".len());
    }
}

/// How many bytes can be read at once, if any can.
async fn read_now(connection: &mut Connection<tokio::io::DuplexStream>, buffer: &mut [u8]) -> Option<usize> {
    tokio::select! {
        biased;
        count = connection.read(buffer) => Some(count.expect("read")),
        () = std::future::ready(()) => None,
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
        let (mut client, server) = duplex(1024);
        let (mut reader, mut writer) = tokio::io::split(Connection::new(server, MINUTE, Bed::default()));
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("sent");
        let mut buffer = [0; 1024];
        assert!(reader.read(&mut buffer).await.expect("a request") > 0);
        let answering = async {
            tokio::time::sleep(wait).await;
            writer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("answered");
        };
        // What looks is polled first, and waits before anything is answered.
        let (count, ()) = tokio::join!(reader.read(&mut buffer), answering);
        assert_eq!(count.expect("no mistake"), 0, "{wait:?}");
    }
}

#[tokio::test]
async fn only_a_connection_with_nothing_begun_is_taken_to_rest() {
    for (answer, more, rests) in [
        ("HTTP/1.1 200 OK\r\n\r\n", "", true),
        ("HTTP/1.1 200 OK\r\n\r\n", "GET /2", false),
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", "", false),
        ("HTTP/1.0 200 OK\r\n\r\n", "", false),
    ] {
        let (mut client, server) = duplex(1024);
        let bed = Bed::default();
        let mut connection = Connection::new(server, MINUTE, bed.clone());
        let mut buffer = [0; 1024];
        client.write_all(b"GET /1\r\n\r\n").await.expect("sent");
        assert!(connection.read(&mut buffer).await.expect("a request") > 0);
        connection.write_all(answer.as_bytes()).await.expect("answered");
        client.write_all(more.as_bytes()).await.expect("sent");
        read_now(&mut connection, &mut buffer).await;
        connection.shutdown().await.expect("shut");
        assert_eq!(bed.take().is_some(), rests, "{answer} {more}");
    }
}

#[tokio::test(start_paused = true)]
async fn behind_the_last_answer_everything_is_thrown_away_for_a_moment() {
    let (mut client, server) = duplex(1024);
    let mut connection = Connection::new(server, MINUTE, Bed::default());
    let mut buffer = [0; 1024];
    client.write_all(b"GET /1 HTTP/1.1\r\n\r\nhello").await.expect("sent");
    assert!(connection.read(&mut buffer).await.expect("a request") > 0);
    assert!(read_now(&mut connection, &mut buffer).await.is_none());
    connection.write_all(b"HTTP/1.1 413 X\r\nconnection: close\r\n\r\n").await.expect("answered");
    client.write_all(b"GET /2 HTTP/1.1\r\n\r\nGET /3").await.expect("sent");
    // As a stream of bytes, not request by request.
    assert_eq!(connection.read(&mut buffer).await.expect("what comes"), 25);
    let before = Instant::now();
    assert_eq!(connection.read(&mut buffer).await.expect("the end"), 0);
    assert!(before.elapsed() >= LINGER && before.elapsed() < 2 * LINGER);
}

#[tokio::test]
async fn nobody_is_asked_for_a_body() {
    let (mut client, server) = duplex(1024);
    let mut connection = Connection::new(server, MINUTE, Bed::default());
    let mut buffer = [0; 1024];
    client.write_all(b"GET /1 HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").await.expect("sent");
    assert!(connection.read(&mut buffer).await.expect("a request") > 0);
    connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK").await.expect("answered");
    drop(connection);
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("the answer");
    assert_eq!(answer, "HTTP/1.1 200 OK");
}

#[tokio::test(start_paused = true)]
async fn who_asks_nothing_more_is_put_to_rest() {
    let (mut client, server) = duplex(1024);
    let bed = Bed::default();
    let mut connection = Connection::new(server, MINUTE, bed.clone());
    let mut buffer = [0; 1024];
    for _ in 0..3 {
        client.write_all(b"GET /1 HTTP/1.1\r\n\r\n").await.expect("sent");
        assert!(connection.read(&mut buffer).await.expect("a request") > 0);
        connection.write_all(b"HTTP/1.1 304 Not Modified\r\n\r\n").await.expect("answered");
        assert!(read_now(&mut connection, &mut buffer).await.is_none());
        tokio::time::advance(REST_AFTER * 3 / 4).await;
    }
    let before = Instant::now();
    assert_eq!(connection.read(&mut buffer).await.expect("the end"), 0);
    assert!(before.elapsed() <= 2 * REST_AFTER);
    connection.shutdown().await.expect("shut");
    assert!(bed.take().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_head_that_takes_too_long_ends_the_connection() {
    let (mut client, server) = duplex(1024);
    let mut connection = Connection::new(server, MINUTE, Bed::default());
    let mut buffer = [0; 1024];
    client.write_all(b"GET /1 HTTP/1.1\r\n\r\n").await.expect("sent");
    assert!(connection.read(&mut buffer).await.expect("a request") > 0);
    connection.write_all(b"answer").await.expect("answered");
    client.write_all(b"GET /2 HT").await.expect("sent");
    assert_eq!(connection.read(&mut buffer).await.expect("a part"), 9);
    // More of it does not make it young again.
    client.write_all(b"TP").await.expect("sent");
    assert_eq!(connection.read(&mut buffer).await.expect("a part"), 2);
    assert_eq!(connection.read(&mut buffer).await.expect("the end"), 0);
}
