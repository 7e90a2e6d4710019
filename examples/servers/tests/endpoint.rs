//! The server as a process, over loopback: every genuine event is handled once, no other one is.

mod common;

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::common::delivery::Delivery;
use common::{
    Poster, Process, SECRET, event, eventually, example, fixtures, forgeries, genuine, run,
};

struct Server {
    process: Process,
    handled: Arc<Mutex<Vec<String>>>,
    poster: Poster,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start(
            Command::new(env!("CARGO_BIN_EXE_axum_server"))
                .env("CODAT_WEBHOOK_SECRETS", SECRET)
                .env("LISTEN", "127.0.0.1:0")
                .env("DEAD_DIR", folder.path())
                .envs(settings.iter().copied()),
        );
        Self {
            poster: Poster::new(process.address()),
            handled: Arc::default(),
            process,
            folder,
        }
    }

    fn working(settings: &[(&str, &str)]) -> Self {
        let mut server = Self::start(settings);
        server.process.collect(&server.handled);
        server
    }

    /// Runs its `dead` command.
    fn run_dead(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        run(Command::new(env!("CARGO_BIN_EXE_axum_server"))
            .arg("dead")
            .args(arguments)
            .env("DEAD_DIR", self.folder.path()))
    }

    fn dead(&self, arguments: &[&str]) -> String {
        let (status, out, error) = self.run_dead(arguments);
        assert_eq!(status, Some(0), "{error}");
        out
    }

    /// The message ids that were handled, with how often.
    fn handled(&self) -> BTreeMap<String, usize> {
        let mut handled = BTreeMap::new();
        for line in self.handled.lock().unwrap().iter() {
            let (id, _) = line.split_once('\t').unwrap();
            *handled.entry(id.to_owned()).or_default() += 1;
        }
        handled
    }

    fn wait_for(&self, count: usize) -> BTreeMap<String, usize> {
        eventually("the work", || {
            Some(self.handled()).filter(|handled| handled.len() >= count)
        })
    }

    /// Stops it, and returns what was handled in its whole life.
    fn stop(mut self) -> (BTreeMap<String, usize>, String) {
        self.process.signal("-TERM");
        assert!(self.process.wait().success());
        self.process.logged("stopped");
        let mut last = usize::MAX;
        eventually("the last lines", || {
            let now = self.handled.lock().unwrap().len();
            std::mem::replace(&mut last, now).eq(&now).then_some(())
        });
        (self.handled(), self.process.log())
    }
}

fn once(ids: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    ids.into_iter().map(|id| (id, 1)).collect()
}

#[tokio::test]
async fn every_genuine_event_is_handled_once_and_no_log_tells_of_customers() {
    let server = Server::working(&[]);
    // Any text can come as an event type.
    let odd = example(1, "Larkfield Lanterns has closed");
    let bodies = fixtures().into_iter().map(|(_, body)| body).chain([odd]);
    let deliveries: Vec<_> = bodies
        .enumerate()
        .map(|(n, body)| genuine(&format!("msg_{n}"), body))
        .collect();
    for _ in 0..2 {
        for delivery in &deliveries {
            assert_eq!(server.poster.post(delivery).await, 202);
        }
    }
    server.wait_for(deliveries.len());
    let lines = server.handled.lock().unwrap().join("\n");
    assert!(
        lines.contains("\tconnection.disconnected company=")
            && lines.contains("\task for a new link"),
        "{lines}"
    );
    assert!(lines.contains("\tUnknown company="), "{lines}");
    let (handled, log) = server.stop();
    assert_eq!(
        handled,
        once((0..deliveries.len()).map(|n| format!("msg_{n}")))
    );

    let names: HashSet<String> = fixtures()
        .iter()
        .flat_map(|(_, body)| {
            body.split("\"name\":\"")
                .skip(1)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .filter(|name| name.len() > 3)
        .collect();
    assert!(names.len() > 10);
    for name in names.into_iter().chain(["Larkfield".to_owned()]) {
        assert!(!lines.contains(&name) && !log.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn nothing_else_is_let_in() {
    let server = Server::working(&[]);
    let first = genuine("msg_1", event(1));
    let other = genuine("msg_2", event(2));
    for (what, forgery) in forgeries(&first, &other) {
        assert_eq!(server.poster.post(&forgery).await, 401, "{what}");
    }
    // None of them stood in the way of the genuine one.
    let mut svix = first.clone();
    for (name, _) in &mut svix.headers {
        *name = name.replace("webhook", "svix");
    }
    assert_eq!(server.poster.post(&svix).await, 202);
    assert_eq!(server.poster.post(&first).await, 202);
    server.wait_for(1);
    let (handled, log) = server.stop();
    assert_eq!(handled, once(["msg_1".to_owned()]));
    let signature = &first.headers[2].1[3..];
    assert!(!log.contains(SECRET) && !log.contains(signature), "{log}");
}

#[tokio::test]
async fn any_order_and_any_number_of_copies_is_handled_once() {
    let server = Server::working(&[("QUEUE", "10000")]);
    // 5,000 deliveries, every fifth a copy, in an order of their own.
    let mut deliveries: Vec<_> = (0..5000)
        .map(|n| n % 4000)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    deliveries.sort_by_cached_key(|delivery| delivery.headers[2].1.clone());
    let answers = server.poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    // All at once.
    let same = vec![genuine("msg_same", event(5000)); 200];
    let answers = server.poster.post_all(&same, 200).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    server.wait_for(4001);
    let ids = (0..4000).map(|n| format!("msg_{n}"));
    let (handled, _) = server.stop();
    assert_eq!(handled, once(ids.chain(["msg_same".to_owned()])));
}

#[tokio::test]
async fn a_full_queue_asks_codat_to_deliver_again() {
    // Nobody takes its output, so that after a while it does not get on.
    let mut server = Server::start(&[("QUEUE", "5")]);
    let deliveries: Vec<_> = (0..3000)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = server.poster.post_all(&deliveries, 20).await;
    let refused: Vec<_> = deliveries
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| **answer == 503)
        .map(|(delivery, _)| delivery.clone())
        .collect();
    assert!(refused.len() > 100, "{} refused", refused.len());
    assert!(answers.iter().all(|answer| [202, 503].contains(answer)));

    server.process.collect(&server.handled);
    for delivery in &refused {
        while server.poster.post(delivery).await == 503 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
    server.wait_for(deliveries.len());
    let (handled, _) = server.stop();
    assert_eq!(handled, once((0..3000).map(|n| format!("msg_{n}"))));
}

#[tokio::test]
async fn when_it_stops_what_was_accepted_is_handled() {
    let mut server = Server::start(&[("QUEUE", "5000")]);
    let deliveries: Vec<_> = (0..4000)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = server.poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    // The work is not nearly done: nobody has taken any output so far.
    server.process.signal("-TERM");
    server.process.logged("stopping");
    let address = server.process.address();
    eventually("the port to close", || TcpStream::connect(address).err());
    server.process.logged("working off the queue");
    server.process.collect(&server.handled);
    assert!(server.process.wait().success());
    let handled = server.wait_for(4000);
    assert_eq!(handled, once((0..4000).map(|n| format!("msg_{n}"))));
}

#[tokio::test]
async fn a_client_that_stays_does_not_keep_it_from_stopping() {
    let mut server = Server::start(&[("QUEUE", "5000")]);
    let deliveries: Vec<_> = (0..4000)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = server.poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    let mut slow = TcpStream::connect(server.process.address()).unwrap();
    slow.write_all(b"POST /webhooks/codat HTTP/1.1\r\n")
        .unwrap();
    server.process.signal("-TERM");
    server.process.logged("working off the queue");
    server.process.collect(&server.handled);
    assert!(server.process.wait().success());
    let handled = server.wait_for(4000);
    assert_eq!(handled, once((0..4000).map(|n| format!("msg_{n}"))));
}

#[tokio::test]
async fn a_genuine_body_that_cannot_be_parsed_is_dead_lettered_whole() {
    let server = Server::working(&[]);
    let event = |event_type: &str, payload: &str| {
        let id = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
        format!(r#"{{"id":"{id}","eventType":"{event_type}","payload":{payload}}}"#).into_bytes()
    };
    let bodies = [
        b"\xff\xfe no text".to_vec(),
        b"no JSON".to_vec(),
        Vec::new(),
        event(
            "read.completed",
            r#"{"referenceCompany":{"name":"Larkfield Lanterns"}}"#,
        ),
        event(
            "Larkfield Lanterns.read.completed",
            r#"{"Larkfield Lanterns":7}"#,
        ),
        event("company.created", r#"{"tags":{"Larkfield Lanterns":7}}"#),
    ];
    for (n, body) in bodies.iter().enumerate() {
        let delivery = genuine(&format!("msg/{n}"), body.clone());
        for _ in 0..2 {
            assert_eq!(server.poster.post(&delivery).await, 202);
        }
    }
    let list = server.dead(&["list"]);
    assert_eq!(list.lines().count(), bodies.len(), "{list}");
    for (n, body) in bodies.iter().enumerate() {
        let error = codat_webhooks::from_slice(body).unwrap_err();
        let id = format!("msg/{n}");
        let line = list.lines().find(|line| line.contains(&id)).unwrap();
        let start = format!("\t{}\t{}: ", body.len(), error.kind());
        let end = format!("line {} column {}", error.line(), error.column());
        assert!(line.contains(&start) && line.ends_with(&end), "{line}");
        let name = line.split('\t').next().unwrap();
        let stored = std::fs::read(server.folder.path().join(format!("{name}.body"))).unwrap();
        assert_eq!(stored, *body);
    }

    // Ids of any length, which differ at their end.
    for id in [
        "%".repeat(5000),
        format!("{}!", "%".repeat(4999)),
        "m".repeat(300),
    ] {
        let delivery = genuine(&id, "no JSON");
        assert_eq!(server.poster.post(&delivery).await, 202);
    }
    assert_eq!(server.dead(&["list"]).lines().count(), bodies.len() + 3);

    // Codat keeps what cannot be dead-lettered.
    std::fs::remove_dir_all(server.folder.path()).unwrap();
    let delivery = genuine("msg_last", "no JSON");
    assert_eq!(server.poster.post(&delivery).await, 503);
    std::fs::create_dir(server.folder.path()).unwrap();
    assert_eq!(server.poster.post(&delivery).await, 202);
    assert!(server.dead(&["list"]).contains("msg_last"));

    let (handled, log) = server.stop();
    assert_eq!(handled, BTreeMap::new());
    assert!(
        !list.contains("Larkfield") && !log.contains("Larkfield"),
        "{log}"
    );
}

#[tokio::test]
async fn an_event_whose_work_goes_wrong_is_dead_lettered_and_the_next_one_is_handled() {
    let server = Server::working(&[]);
    for (id, body) in [
        ("msg_panic", example(1, "example.panic")),
        ("msg_failure", example(2, "example.failure")),
        ("msg_3", event(3)),
    ] {
        assert_eq!(server.poster.post(&genuine(id, body)).await, 202);
    }
    server.wait_for(1);
    let list = server.dead(&["list"]);
    let line = |id: &str| list.lines().find(|line| line.contains(id)).unwrap();
    assert!(
        line("msg_panic").contains("\tpanic at common/handler.rs:"),
        "{list}"
    );
    assert!(
        line("msg_failure").ends_with("\tan example of a failure"),
        "{list}"
    );
    assert_eq!(
        server.dead(&["show", "msg_failure"]).trim(),
        example(2, "example.failure")
    );

    // Retried, they go wrong again. Mended, as by a new version of the handler, one is handled.
    let path = |id| {
        let name = line(id).split('\t').next().unwrap();
        server.folder.path().join(format!("{name}.body"))
    };
    std::fs::write(path("msg_failure"), event(2)).unwrap();
    assert_eq!(server.dead(&["retry", "--all"]).lines().count(), 2);
    server.wait_for(2);
    eventually("the other one to be put back", || {
        let list = server.dead(&["list"]);
        (list.lines().count() == 1 && list.contains("msg_panic")).then_some(())
    });
    assert_eq!(
        std::fs::read_dir(server.folder.path().join("retry"))
            .unwrap()
            .count(),
        0
    );
    let (status, _, error) = server.run_dead(&["retry", "msg_9"]);
    assert_eq!(
        (status, error.trim()),
        (Some(2), "error: msg_9: no such dead letter")
    );

    let (handled, log) = server.stop();
    assert_eq!(handled, once(["msg_3", "msg_failure"].map(str::to_owned)));
    assert!(!log.contains("example of a panic"), "{log}");
}

#[tokio::test]
async fn a_replay_under_another_message_id_is_a_duplicate() {
    let server = Server::working(&[]);
    for id in ["msg_1", "msg_2", "msg_1", "msg_3"] {
        assert_eq!(server.poster.post(&genuine(id, event(1))).await, 202);
    }
    assert_eq!(server.poster.post(&genuine("msg_4", event(2))).await, 202);
    server.wait_for(2);
    assert_eq!(server.stop().0, once(["msg_1", "msg_4"].map(str::to_owned)));
}

#[tokio::test]
async fn connections_that_send_nothing_do_not_keep_codat_out() {
    let server = Server::working(&[("CONNECTIONS", "100")]);
    let address = server.process.address();
    let idle: Vec<_> = (0..150)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    let start = Instant::now();
    let first = genuine("msg_1", event(1));
    assert_eq!(server.poster.post(&first).await, 202);
    assert!(
        start.elapsed() < Duration::from_secs(14),
        "{:?}",
        start.elapsed()
    );
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

#[tokio::test]
async fn bodies_that_nobody_signed_do_not_fill_the_memory() {
    let server = Server::working(&[("BODY_MEMORY", "16777216"), ("BODY_LIMIT", "4194304")]);
    let unsigned = Delivery {
        headers: Vec::new(),
        body: vec![b'x'; 4 << 20].into(),
    };
    let mut forged = genuine("msg_1", "x");
    forged.body = vec![b'x'; 4 << 20].into();
    for (delivery, answers) in [(unsigned, &[401][..]), (forged, &[401, 408, 503])] {
        let posts = (0..100).map(|_| server.poster.send("POST", &delivery));
        for answer in futures_util::future::join_all(posts)
            .await
            .into_iter()
            .flatten()
        {
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
    let server = Server::working(&[]);
    let first = genuine("msg_1", event(1));
    let mut connection = TcpStream::connect(server.process.address()).unwrap();
    write!(
        connection,
        "POST /webhooks/codat HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n"
    )
    .unwrap();
    for (name, value) in &first.headers {
        write!(connection, "{name}: {value}\r\n").unwrap();
    }
    write!(connection, "\r\n{{").unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(14)))
        .unwrap();
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn put_and_a_signature_header_that_is_repeated_are_accepted() {
    let server = Server::working(&[]);
    let put = genuine("msg_1", event(1));
    assert_eq!(server.poster.send("PUT", &put).await, Some(202));
    assert_eq!(server.poster.send("PATCH", &put).await, Some(405));
    let mut repeated = genuine("msg_2", event(2));
    let wrong = (
        "webhook-signature".to_owned(),
        format!("v1,{}=", "A".repeat(43)),
    );
    repeated.headers.insert(0, wrong);
    assert_eq!(server.poster.post(&repeated).await, 202);
    server.wait_for(2);
    assert_eq!(server.stop().0, once(["msg_1", "msg_2"].map(str::to_owned)));
}

#[tokio::test]
async fn health_and_metrics_are_reported() {
    let server = Server::start(&[("QUEUE", "5"), ("METRICS_LISTEN", "127.0.0.1:0")]);
    assert_eq!(server.poster.get("/readyz").await.0, 200);
    let first = genuine("msg_0", event(0));
    assert_eq!(server.poster.post(&first).await, 202);
    let slow = genuine("msg_slow", example(99, "example.slow"));
    assert_eq!(server.poster.post(&slow).await, 202);
    tokio::time::sleep(Duration::from_millis(500)).await;
    for number in 1..=5 {
        let delivery = genuine(&format!("msg_{number}"), event(number));
        assert_eq!(server.poster.post(&delivery).await, 202);
    }
    let full = genuine("msg_6", event(6));
    assert_eq!(server.poster.post(&full).await, 503);
    assert_eq!(server.poster.get("/readyz").await.0, 503);
    assert_eq!(server.poster.get("/healthz").await.0, 200);
    assert_eq!(
        server.poster.get("/metrics").await.0,
        404,
        "on an address of their own"
    );
    let duplicate = genuine("msg_0", event(0));
    assert_eq!(server.poster.post(&duplicate).await, 202);
    let mut unsigned = duplicate.clone();
    unsigned.headers.clear();
    assert_eq!(server.poster.post(&unsigned).await, 401);

    let metrics = Poster::new(server.process.logged_address("listening (METRICS_LISTEN)"));
    let expected = [
        "codat_deliveries_total{answer=\"202\",reason=\"accepted\"} 7".to_owned(),
        "codat_deliveries_total{answer=\"202\",reason=\"duplicate\"} 1".to_owned(),
        "codat_deliveries_total{answer=\"401\",reason=\"unsigned\"} 1".to_owned(),
        "codat_deliveries_total{answer=\"503\",reason=\"full\"} 1".to_owned(),
        "codat_events_total{variant=\"ReadCompleted\",result=\"handled\"} ".to_owned(),
        "codat_duplicates_total 1".to_owned(),
        "codat_queue_depth 5".to_owned(),
        "codat_queue_oldest_seconds ".to_owned(),
        "codat_handle_seconds_count ".to_owned(),
        "codat_dead_letters 0".to_owned(),
    ];
    let start = Instant::now();
    loop {
        let (status, text) = metrics.get("/metrics").await;
        assert_eq!(status, 200);
        let missing: Vec<_> = expected
            .iter()
            .filter(|line| !text.contains(*line))
            .collect();
        if missing.is_empty() {
            break;
        }
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{missing:?} in {text}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn send_posts_what_it_is_told_to() {
    let server = Server::working(&[]);
    let url = format!("http://{}/webhooks/codat", server.process.address());
    let send = |arguments: &[&str]| {
        run(Command::new(env!("CARGO_BIN_EXE_send"))
            .args(arguments)
            .args(["--to", &url])
            .env("CODAT_WEBHOOK_SECRETS", SECRET))
    };
    let answers = |out: &str, answer: &str| {
        let lines = out.lines().map(|line| line.split('\t').nth(2).unwrap());
        lines.filter(|found| *found == answer).count()
    };
    let (status, out, error) = send(&["--all"]);
    assert_eq!(
        (status, answers(&out, "202")),
        (Some(0), fixtures().len()),
        "{error}"
    );
    for variant in ["unsigned", "stale", "forged"] {
        let (status, out, _) = send(&["--all", "--as", variant]);
        assert_eq!((status, answers(&out, "401")), (Some(0), fixtures().len()));
    }
    // Twice, and an event type of the user's own.
    for variant in ["duplicate", "reordered"] {
        let (status, out, _) = send(&["orders.write.successful", "--new-ids", "--as", variant]);
        let expected = if variant == "duplicate" { 2 } else { 1 };
        assert_eq!((status, answers(&out, "202")), (Some(0), expected));
    }
    let many = ["read.completed", "--repeat", "200", "--concurrency", "8"];
    let (status, out, summary) = send(&many);
    assert_eq!((status, answers(&out, "202")), (Some(0), 200));
    assert!(summary.contains("answers: 200 x 202 in ") && summary.contains("latency: p50 "));
    // The first of the 200 was one of `--all`.
    server.wait_for(fixtures().len() + 2 + 199);
    assert_eq!(server.handled().len(), fixtures().len() + 2 + 199);
    let (status, _, error) = send(&["no.such.thing"]);
    assert_eq!(status, Some(2), "{error}");

    // Both a server that takes nothing and one that takes everything are told.
    let address = server.process.address();
    server.stop();
    let (status, _, _) = send(&["read.completed"]);
    assert_eq!(status, Some(1));
    let everything = axum::Router::new().fallback(async || "");
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, everything).await });
    let task = tokio::task::spawn_blocking(move || {
        run(Command::new(env!("CARGO_BIN_EXE_send"))
            .args([
                "read.completed",
                "--as",
                "forged",
                "--to",
                &format!("http://{address}/"),
            ])
            .env("CODAT_WEBHOOK_SECRETS", SECRET))
    });
    assert_eq!(task.await.unwrap().0, Some(1));
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let server = Server::working(&[("BODY_LIMIT", "1000")]);
    let large = genuine("msg_1", vec![b' '; 1001]);
    assert_eq!(server.poster.post(&large).await, 413);
    let small = genuine("msg_2", event(1));
    assert_eq!(server.poster.post(&small).await, 202);
    server.wait_for(1);
    assert_eq!(server.stop().0, once(["msg_2".to_owned()]));
}

#[test]
fn a_bad_setting_is_one_line_and_no_secret_is_shown() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (name, value, line) in [
        (
            "CODAT_WEBHOOK_SECRETS",
            "whsec_c2VjcmV0",
            "secret is not 24 to 64 bytes long",
        ),
        ("CODAT_WEBHOOK_SECRETS", "", "no secret is given"),
        ("LISTEN", "nowhere", "invalid socket address syntax"),
        ("LISTEN", &taken, "cannot listen on 127.0.0.1:"),
        ("QUEUE", "0", "not a number from 1 to 1000000"),
        (
            "QUEUE",
            "18446744073709551615",
            "not a number from 1 to 1000000",
        ),
        ("QUEUE", "many", "invalid digit"),
        ("SEEN_IDS", "0", "not a number from 1 to 1000000000"),
        ("BODY_LIMIT", "0", "not a number from 1 to"),
        ("BODY_MEMORY", "1000", "less than BODY_LIMIT"),
        ("CONNECTIONS", "0", "not a number from 1 to 100000"),
        ("METRICS_LISTEN", "9090", "invalid socket address syntax"),
        ("DEAD_DIR", "/proc/dead", "cannot write to /proc/dead: "),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (status, _, log) = run(Command::new("timeout")
            .args(["10", env!("CARGO_BIN_EXE_axum_server")])
            .env("DEAD_DIR", folder.path())
            .env("LISTEN", "127.0.0.1:0")
            .env("METRICS_LISTEN", "127.0.0.1:0")
            .env("CODAT_WEBHOOK_SECRETS", SECRET)
            .env(name, value));
        assert_eq!(status, Some(2), "{name}={value}: {log}");
        let last = log.lines().last().unwrap();
        assert!(
            last.starts_with(&format!("error: {name}: {line}")),
            "{last}"
        );
        assert!(!log.contains("c2VjcmV0") && !log.contains(SECRET), "{log}");
    }
}
