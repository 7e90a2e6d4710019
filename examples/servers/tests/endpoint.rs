//! What the endpoint lets in, over loopback: genuine deliveries, whatever else is posted.

mod common;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use common::{
    Database, Delivery, Poster, SECRET, Server, event, example, fixtures, forgeries, genuine, run,
};

#[tokio::test]
async fn every_sample_is_handled_and_no_log_tells_of_customers() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("RUST_LOG", "debug")]);
    // Any text can come as an event type.
    let odd = example(1, "Larkfield Lanterns has closed");
    let nul = example(2, "Larkfield \\u0000 Lanterns");
    let bodies = fixtures().into_iter().map(|(_, body)| body);
    let deliveries: Vec<_> = bodies
        .chain([odd, nul])
        .enumerate()
        .map(|(n, body)| genuine(&format!("msg_{n}"), body))
        .collect();
    for _ in 0..2 {
        for delivery in &deliveries {
            assert_eq!(server.poster.post(delivery).await, 202);
        }
    }
    database.handled().await;
    assert_eq!(database.states().await["done"], deliveries.len());
    let log = server.stop();
    assert!(log.contains("handled"), "{log}");
    let names: HashSet<String> = fixtures()
        .iter()
        .flat_map(|(_, body)| {
            let names = body.split("\"name\":\"").skip(1).map(str::to_owned);
            names.collect::<Vec<_>>()
        })
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .filter(|name| name.len() > 3)
        .collect();
    assert!(names.len() > 10);
    for name in names.into_iter().chain(["Larkfield".to_owned()]) {
        assert!(!log.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn nothing_else_is_let_in() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[]);
    let first = genuine("msg_1", event(1));
    let other = genuine("msg_2", event(2));
    let forgeries = forgeries(&first, &other);
    for (what, forgery) in &forgeries {
        assert_eq!(server.poster.post(forgery).await, 401, "{what}");
    }
    // None of them stood in the way of the genuine one.
    let mut svix = first.clone();
    for (name, _) in &mut svix.headers {
        *name = name.replace("webhook", "svix");
    }
    assert_eq!(server.poster.post(&svix).await, 202);
    assert_eq!(server.poster.post(&first).await, 202);
    database.handled().await;
    assert_eq!(database.effects().await, [("msg_1".to_owned(), 1)].into());
    let log = server.stop();
    let signature = &first.headers[2].1[3..];
    assert!(!log.contains(SECRET) && !log.contains(signature), "{log}");
    // A flood of them is a few lines of the log.
    assert!(forgeries.len() > 200);
    let lines = log.lines().filter(|line| line.contains("refused")).count();
    assert!((1..=30).contains(&lines), "{lines}");
}

#[tokio::test]
async fn connections_that_send_nothing_do_not_keep_codat_out() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("CONNECTIONS", "100")]);
    let address = server.process.address();
    let idle: Vec<_> = (0..150)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    assert_in_time(&server, 1).await;
    drop(idle);

    // Nor one that is kept alive, or sends its headers byte by byte.
    let mut alive = TcpStream::connect(address).unwrap();
    alive
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    let mut dripping = slow.try_clone().unwrap();
    std::thread::spawn(move || {
        while dripping.write_all(b"GET /").is_ok() {
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    for connection in [&mut alive, &mut slow] {
        let timeout = Some(Duration::from_secs(12));
        connection.set_read_timeout(timeout).unwrap();
        let closed = connection.read_to_end(&mut Vec::new());
        let reset = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionReset;
        assert!(closed.as_ref().err().is_none_or(reset), "{closed:?}");
    }
}

/// Codat waits for 15 seconds.
async fn assert_in_time(server: &Server, number: usize) {
    let start = Instant::now();
    let delivery = genuine(&format!("msg_{number}"), event(number));
    assert_eq!(server.poster.send("POST", &delivery).await, Some(202));
    let took = start.elapsed();
    assert!(took < Duration::from_secs(12), "{took:?}");
}

#[tokio::test]
async fn clients_that_do_not_read_their_answers_do_not_keep_codat_out() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("CONNECTIONS", "50")]);
    let address = server.process.address();
    // Each sends requests without an end, and reads nothing or a byte now and then.
    for number in 0..60 {
        let mut connection = TcpStream::connect(address).unwrap();
        let mut reading = connection.try_clone().unwrap();
        std::thread::spawn(move || {
            let requests = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1000);
            while connection.write_all(&requests).is_ok() {}
        });
        if number % 2 == 0 {
            std::thread::spawn(move || {
                while matches!(reading.read(&mut [0; 1]), Ok(1..)) {
                    std::thread::sleep(Duration::from_millis(500));
                }
            });
        }
    }
    std::thread::sleep(Duration::from_secs(1));
    assert_in_time(&server, 1).await;
}

#[tokio::test]
async fn bodies_that_nobody_signed_do_not_fill_the_memory() {
    let database = Database::sqlite();
    let settings = [("BODY_MEMORY", "16777216"), ("BODY_LIMIT", "4194304")];
    let server = Server::start(&database, &settings);
    let unsigned = Delivery {
        headers: Vec::new(),
        body: vec![b'x'; 4 << 20].into(),
    };
    let mut forged = genuine("msg_1", "x");
    forged.body = vec![b'x'; 4 << 20].into();
    for (delivery, answers) in [(unsigned, &[401][..]), (forged, &[401, 408, 503])] {
        let posts = (0..100).map(|_| server.poster.send("POST", &delivery));
        let all = futures_util::future::join_all(posts).await;
        for answer in all.into_iter().flatten() {
            assert!(answers.contains(&answer), "{answer}");
        }
    }
    let peak = server.process.peak_memory();
    assert!(peak < 100, "{peak} MiB");
    // On a connection of its own: those of the forgeries are being cut off.
    let poster = Poster::new(server.process.address());
    assert_eq!(poster.post(&genuine("msg_1", event(1))).await, 202);
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[]);
    let mut connection = TcpStream::connect(server.process.address()).unwrap();
    let head = head(&genuine("msg_1", event(1)), 1000);
    write!(connection, "{head}{{").unwrap();
    assert!(answer(connection).starts_with("HTTP/1.1 408"));
}

/// The head of a request whose body has the length.
fn head(delivery: &Delivery, length: usize) -> String {
    use std::fmt::Write;
    let mut head =
        format!("POST /webhooks/codat HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n");
    for (name, value) in &delivery.headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    head + "\r\n"
}

fn answer(mut connection: TcpStream) -> String {
    let timeout = Some(Duration::from_secs(14));
    connection.set_read_timeout(timeout).unwrap();
    let mut answer = [0; 200];
    let length = connection.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_body_that_is_too_large_is_told_so() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("BODY_LIMIT", "1000000")]);
    for length in [1_000_001, 1_500_000] {
        // A client that reads only once it has written all of it.
        let mut connection = TcpStream::connect(server.process.address()).unwrap();
        let large = genuine("msg_1", vec![b' '; length]);
        let head = head(&large, length);
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(&large.body).unwrap();
        assert!(
            answer(connection).starts_with("HTTP/1.1 413"),
            "{length} bytes"
        );
    }
    let mut exact = event(2).into_bytes();
    exact.resize(1_000_000, b' ');
    assert_eq!(server.poster.post(&genuine("msg_2", exact)).await, 202);
    // What is announced as much larger is not read.
    let mut connection = TcpStream::connect(server.process.address()).unwrap();
    let head = head(&genuine("msg_3", "x"), 1 << 30);
    connection.write_all(head.as_bytes()).unwrap();
    assert!(answer(connection).starts_with("HTTP/1.1 413"));
    database.handled().await;
    assert_eq!(database.effects().await, [("msg_2".to_owned(), 1)].into());
}

#[tokio::test]
async fn put_and_a_signature_header_that_is_repeated_are_accepted() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[]);
    let put = genuine("msg_1", event(1));
    assert_eq!(server.poster.send("PUT", &put).await, Some(202));
    assert_eq!(server.poster.send("PATCH", &put).await, Some(405));
    let mut repeated = genuine("msg_2", event(2));
    let wrong = format!("v1,{}=", "A".repeat(43));
    repeated
        .headers
        .insert(0, ("webhook-signature".to_owned(), wrong));
    assert_eq!(server.poster.post(&repeated).await, 202);
    database.handled().await;
    assert_eq!(database.effects().await.len(), 2);
}

#[tokio::test]
async fn a_stop_waits_for_nobody() {
    let database = Database::sqlite();
    let mut server = Server::start(&database, &[("GRACE_SECONDS", "2")]);
    let address = server.process.address();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"POST /webhooks/codat HTTP/1.1\r\n")
        .unwrap();
    let blocking = genuine("msg_1", example(1, "example.blocking"));
    assert_eq!(server.poster.post(&blocking).await, 202);
    std::thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    server.process.signal("-TERM");
    assert!(server.process.wait().success());
    assert!(start.elapsed() < Duration::from_secs(3));
    // The event is free again, and the stop is none of its failures.
    let rows = database
        .rows("SELECT token, attempts, lost FROM inbox")
        .await;
    assert_eq!(rows, [["", "0", "0"]]);
    let server = Server::start(&database, &[]);
    database.handled().await;
    assert_eq!(database.effects().await, [("msg_1".to_owned(), 1)].into());
    server.stop();
}

#[test]
fn a_bad_setting_is_one_line_and_no_secret_is_shown() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let neither = "neither sqlite://FILE nor postgres://";
    for (name, value, line) in [
        (
            "CODAT_WEBHOOK_SECRETS",
            "whsec_c2VjcmV0",
            "secret is not 24 to 64 bytes long",
        ),
        ("CODAT_WEBHOOK_SECRETS", "", "no secret is given"),
        ("LISTEN", "nowhere", "invalid socket address syntax"),
        ("LISTEN", &taken, "cannot listen on 127.0.0.1:"),
        ("INBOX_ROWS", "0", "not a number from 1 to "),
        ("INBOX_BYTES", "18446744073709551616", "number too large"),
        ("KEEP_DAYS", "many", "invalid digit"),
        ("WORKERS", "1000", "not a number from 1 to 256"),
        ("LEASE_SECONDS", "0", "not a number from 1 to 900"),
        (
            "HANDLE_SECONDS",
            "",
            "cannot parse integer from empty string",
        ),
        ("ATTEMPTS", "-1", "invalid digit"),
        ("GRACE_SECONDS", "1.5", "invalid digit"),
        ("BODY_LIMIT", "0", "not a number from 1 to"),
        ("BODY_MEMORY", "1000", "less than BODY_LIMIT"),
        ("CONNECTIONS", "0", "not a number from 1 to 100000"),
        ("METRICS_LISTEN", "9090", "invalid socket address syntax"),
        ("DATABASE_URL", "mysql://whsec_c2VjcmV0@127.0.0.1", neither),
        ("DATABASE_URL", "sqlite::memory:", neither),
        ("DATABASE_URL", "", neither),
        ("DATABASE_URL", "postgres://a:c2VjcmV0@[", ""),
    ] {
        let database = Database::sqlite();
        let (status, _, log) = run(Command::new("timeout")
            .args(["10", env!("CARGO_BIN_EXE_server")])
            .env("DATABASE_URL", &database.url)
            .env("LISTEN", "127.0.0.1:0")
            .env("METRICS_LISTEN", "127.0.0.1:0")
            .env("CODAT_WEBHOOK_SECRETS", SECRET)
            .env(name, value));
        assert_eq!(status, Some(2), "{name}={value}: {log}");
        let last = log.lines().last().unwrap();
        let start = format!("error: {name}: {line}");
        assert!(last.starts_with(&start), "{name}={value}: {last}");
        assert!(!log.contains("c2VjcmV0") && !log.contains(SECRET), "{log}");
    }
}
