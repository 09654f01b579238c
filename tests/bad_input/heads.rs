//! Heads that are too large: refused by the listener, which serves on.
use crate::harness::world::World;
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// The status line of what the listener answers to these lines; nothing when it closes without an answer.
fn answered(w: &World, lines: &str) -> String {
    let mut socket = TcpStream::connect(w.url.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
    let _ = socket.write_all(request.as_bytes()); // it may close while we still write
    let mut answer = Vec::new();
    if let Err(broken) = socket.read_to_end(&mut answer) {
        let is_closed = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&broken.kind());
        assert!(is_closed, "the listener neither answers nor closes: {broken}");
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(!answer.contains("zettai"), "echoed: {answer}");
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn too_many_or_too_large_headers_are_refused_and_the_listener_serves_on() {
    let w = World::new();
    let many = |n: usize| (0..n).map(|n| format!("x-{n}: zettai\r\n")).collect::<String>();
    let large = |bytes: usize| format!("x: {}\r\n", "zettai".repeat(bytes / 6));
    for usual in [many(50), large(6_000)] {
        assert_eq!(answered(&w, &usual), "HTTP/1.1 200 OK");
    }
    let refusals = ["HTTP/1.1 400", "HTTP/1.1 413", "HTTP/1.1 431"];
    let is_told = |line: &str| refusals.iter().any(|r| line.starts_with(r));
    let is_refused = |line: &str| line.is_empty() || is_told(line);
    for (what, lines) in [
        ("a hundred", many(100)),
        ("ten thousand", many(10_000)),
        ("one of 200 kB", large(200_000)),
        ("one of 20 MB", large(20_000_000)),
        ("large and many", large(1_000).repeat(300)),
    ] {
        let line = answered(&w, &lines);
        assert!(is_refused(&line), "{what}: {line}");
        w.nobody().get("/healthz").expect(200);
    }
    let few = answered(&w, &many(100));
    assert!(is_told(&few), "an answer where nothing is left unread: {few:?}");
}
