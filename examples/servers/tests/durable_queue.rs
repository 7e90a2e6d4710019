//! Endpoint, broker and worker as processes, over loopback: whatever is killed, every genuine event
//! is handled, and no other one is.
//!
//! Without `nats-server` these tests are skipped, with a note; with `REQUIRE_NATS` set, they fail.

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream;
use common::{Delivery, Poster, Process, SECRET, event, eventually};
use futures_util::StreamExt;

/// Where the broker's program is. Debian puts it where only root looks.
fn nats_server() -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/usr/local/sbin";
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join("nats-server"))
        .find(|program| program.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("REQUIRE_NATS").is_none(),
            "nats-server is not installed"
        );
        // Not by `eprintln`, which is not shown for a test that passes.
        let note = b"\nSKIPPED: nats-server is not installed (apt-get install nats-server)\n";
        std::io::stderr().write_all(note).unwrap();
    }
    found
}

struct Broker {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    process: Process,
}

impl Broker {
    fn start() -> Option<Self> {
        let program = nats_server()?;
        let folder = tempfile::tempdir().unwrap();
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let process = Self::run(&program, folder.path(), port);
        Some(Self {
            program,
            folder,
            port,
            process,
        })
    }

    fn run(program: &Path, folder: &Path, port: u16) -> Process {
        let process = Process::start(
            Command::new(program)
                .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
                .arg(folder),
        );
        process.logged("Server is ready");
        process
    }

    fn restart(&mut self) {
        self.process = Self::run(&self.program, self.folder.path(), self.port);
    }

    fn program(&self, role: &str) -> Process {
        Process::start(
            Command::new(env!("CARGO_BIN_EXE_durable_queue"))
                .arg(role)
                .env("CODAT_WEBHOOK_SECRETS", SECRET)
                .env("LISTEN", "127.0.0.1:0")
                .env("NATS_URL", format!("127.0.0.1:{}", self.port))
                .env("ACK_WAIT_SECONDS", "2")
                .env("BODY_LIMIT", "10000"),
        )
    }

    /// What the stream has of a subject: for each message its id, its error and its body.
    async fn stored(&self, subject: &str) -> Vec<(String, String, Vec<u8>)> {
        let client = async_nats::connect(format!("127.0.0.1:{}", self.port))
            .await
            .unwrap();
        let stream = jetstream::new(client).get_stream("codat").await.unwrap();
        let consumer = stream
            .create_consumer(jetstream::consumer::pull::OrderedConfig {
                filter_subject: subject.to_owned(),
                ..Default::default()
            })
            .await
            .unwrap();
        let pending = consumer.cached_info().num_pending;
        let mut messages = consumer.messages().await.unwrap();
        let mut stored = Vec::new();
        for _ in 0..pending {
            let message = messages.next().await.unwrap().unwrap();
            let headers = message.headers.as_ref().unwrap();
            let header = |name| {
                headers
                    .get(name)
                    .map_or("", |value| value.as_str())
                    .to_owned()
            };
            stored.push((
                header("Nats-Msg-Id"),
                header("Error"),
                message.payload.to_vec(),
            ));
        }
        stored
    }
}

/// A worker, and what all workers so far have handled.
struct Worker<'b> {
    broker: &'b Broker,
    process: Process,
    lines: Arc<Mutex<Vec<String>>>,
}

impl<'b> Worker<'b> {
    fn start(broker: &'b Broker) -> Self {
        let mut process = broker.program("work");
        let lines = Arc::default();
        process.collect(&lines);
        Self {
            broker,
            process,
            lines,
        }
    }

    /// Kills it as nothing can be caught, and starts another one.
    fn kill_and_start(&mut self) {
        self.process.kill();
        self.process = self.broker.program("work");
        self.process.collect(&self.lines);
    }

    fn handled(&self) -> BTreeMap<String, usize> {
        let mut handled = BTreeMap::new();
        for line in self.lines.lock().unwrap().iter() {
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
}

#[tokio::test]
async fn nothing_but_what_codat_signed_gets_to_the_broker() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let endpoint = broker.program("receive");
    let poster = Poster::new(endpoint.address());
    let genuine = Delivery::genuine("msg_1", event(1));
    let other = Delivery::genuine("msg_2", event(2));
    for (what, forgery) in genuine.forgeries(&other) {
        assert_eq!(poster.post(&forgery).await, 401, "{what}");
    }
    let large = Delivery::genuine("msg_3", vec![b' '; 10_001]);
    assert_eq!(poster.post(&large).await, 413);
    assert_eq!(broker.stored("codat.webhooks").await, []);

    // Replayed, and in another order.
    for delivery in [&other, &genuine, &genuine, &other] {
        assert_eq!(poster.post(delivery).await, 202);
    }
    let stored = broker.stored("codat.webhooks").await;
    let body = |n| event(n).into_bytes();
    assert_eq!(
        stored,
        [
            ("msg_2".to_owned(), String::new(), body(2)),
            ("msg_1".to_owned(), String::new(), body(1)),
        ]
    );
    let log = endpoint.log();
    assert!(!log.contains("Larkfield") && !log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn a_genuine_body_that_cannot_be_read_is_put_aside_whole() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let endpoint = broker.program("receive");
    let poster = Poster::new(endpoint.address());
    let worker = Worker::start(&broker);
    let bodies = [
        b"\xff\xfe no text".to_vec(),
        b"no JSON".to_vec(),
        Vec::new(),
    ];
    for (n, body) in bodies.iter().enumerate() {
        let delivery = Delivery::genuine(&format!("bad/{n}"), body.clone());
        assert_eq!(poster.post(&delivery).await, 202);
    }
    assert_eq!(
        poster.post(&Delivery::genuine("msg_1", event(1))).await,
        202
    );
    assert_eq!(
        worker.wait_for(1),
        BTreeMap::from([("msg_1".to_owned(), 1)])
    );
    let expected: Vec<_> = bodies
        .into_iter()
        .enumerate()
        .map(|(n, body)| {
            let error = codat_webhooks::from_slice(&body).unwrap_err().to_string();
            (format!("unreadable.bad/{n}"), error, body)
        })
        .collect();
    assert_eq!(broker.stored("codat.unreadable").await, expected);
}

#[tokio::test]
async fn while_the_broker_is_away_codat_keeps_the_event() {
    let Some(mut broker) = Broker::start() else {
        return;
    };
    let endpoint = broker.program("receive");
    let poster = Poster::new(endpoint.address());
    let first = Delivery::genuine("msg_1", event(1));
    let second = Delivery::genuine("msg_2", event(2));
    assert_eq!(poster.post(&first).await, 202);

    broker.process.kill();
    assert!([408, 503].contains(&poster.post(&second).await));
    broker.restart();
    // As Codat does, until it is taken. The broker knows the first from before.
    for delivery in [&second, &first] {
        while poster.post(delivery).await != 202 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let worker = Worker::start(&broker);
    let handled = worker.wait_for(2);
    assert_eq!(
        handled,
        BTreeMap::from([("msg_1".to_owned(), 1), ("msg_2".to_owned(), 1)])
    );
}

#[tokio::test]
async fn what_a_stopped_worker_leaves_another_one_does() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let mut endpoint = broker.program("receive");
    let poster = Poster::new(endpoint.address());
    let mut worker = Worker::start(&broker);
    let deliveries: Vec<_> = (0..300)
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = poster.post_all(&deliveries, 20).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    worker.wait_for(1);
    worker.process.signal("-TERM");
    assert!(worker.process.wait().success());
    worker.process = broker.program("work");
    worker.process.collect(&worker.lines);
    let handled = worker.wait_for(300);
    assert!(handled.values().all(|times| *times == 1), "{handled:?}");
    endpoint.signal("-TERM");
    assert!(endpoint.wait().success());
}

#[tokio::test]
async fn work_that_is_cut_short_is_done_by_another_worker_and_no_sooner() {
    const EVENTS: usize = 3_000;
    let Some(broker) = Broker::start() else {
        return;
    };
    let endpoint = broker.program("receive");
    let poster = Poster::new(endpoint.address());
    // Nobody takes its output, so that it stops in the middle of an event.
    let mut stuck = broker.program("work");
    let deliveries: Vec<_> = (0..EVENTS)
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    tokio::time::sleep(Duration::from_secs(1)).await;

    // The other one does the rest. What is being worked on is not for it, however long that takes.
    let worker = Worker::start(&broker);
    let mut last = 0;
    eventually("the rest", || {
        std::thread::sleep(Duration::from_secs(3));
        let now = worker.handled().len();
        (now > 0 && now == std::mem::replace(&mut last, now)).then_some(())
    });
    stuck.kill();
    let by_stuck = Arc::default();
    stuck.collect(&by_stuck);
    eventually("the last event", || {
        (worker.handled().len() > last).then_some(())
    });
    worker
        .lines
        .lock()
        .unwrap()
        .append(&mut by_stuck.lock().unwrap());
    let handled = worker.wait_for(EVENTS);
    assert_eq!(
        worker.lines.lock().unwrap().len(),
        EVENTS,
        "{last} by the other one"
    );
    assert_eq!(handled.len(), EVENTS);
}

/// 10,000 deliveries, 2,000 of them copies, among them 500 forgeries, while the worker is killed.
#[tokio::test]
async fn a_worker_killed_in_the_middle_loses_nothing() {
    const GENUINE: usize = 8_000;
    const COPIES: usize = 2_000;
    let Some(broker) = Broker::start() else {
        return;
    };
    let endpoint = broker.program("receive");
    let poster = Poster::new(endpoint.address());
    let mut worker = Worker::start(&broker);

    let mut deliveries: Vec<_> = (0..GENUINE + COPIES)
        .map(|n| n % GENUINE)
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
        .collect();
    deliveries.extend((0..500).map(|n| {
        let mut forged = Delivery::genuine(&format!("forged_{n}"), event(n));
        forged.body = event(n + 1).into();
        forged
    }));
    // An order that has nothing to do with the numbers.
    deliveries.sort_by_cached_key(|delivery| delivery.headers[2].1.clone());

    let all_sent = Cell::new(false);
    let posting = async {
        let answers = poster.post_all(&deliveries, 50).await;
        all_sent.set(true);
        answers
    };
    let mut kills = 0;
    let killing = async {
        while !all_sent.get() || kills < 5 {
            tokio::time::sleep(Duration::from_millis(700)).await;
            worker.kill_and_start();
            kills += 1;
        }
    };
    let (answers, ()) = tokio::join!(posting, killing);
    for (delivery, answer) in deliveries.iter().zip(answers) {
        let forged = delivery.headers[0].1.starts_with("forged");
        assert_eq!(answer, if forged { 401 } else { 202 });
    }

    worker.wait_for(GENUINE);
    // Time for what should not come any more.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let handled = worker.handled();
    assert_eq!(handled.len(), GENUINE);
    assert!(handled.keys().all(|id| id.starts_with("msg_")));
    // A kill between doing a piece of work and saying so is what the broker cannot tell.
    let again: usize = handled.values().map(|times| times - 1).sum();
    assert!(again <= kills, "{again} handled again after {kills} kills");
    let note = format!("\n{GENUINE} events handled, {again} of them twice, with {kills} kills\n");
    std::io::stderr().write_all(note.as_bytes()).unwrap();
}

#[test]
fn a_bad_setting_is_told() {
    for (role, name, value, told) in [
        (
            "",
            "LISTEN",
            "127.0.0.1:0",
            "usage: durable_queue receive|work",
        ),
        (
            "receive",
            "CODAT_WEBHOOK_SECRETS",
            "whsec_c2VjcmV0",
            "secret is not of 24 to 64 bytes",
        ),
        ("receive", "BODY_LIMIT", "much", "BODY_LIMIT: invalid digit"),
        (
            "work",
            "ACK_WAIT_SECONDS",
            "-1",
            "ACK_WAIT_SECONDS: invalid digit",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_durable_queue"))
            .arg(role)
            .env("CODAT_WEBHOOK_SECRETS", SECRET)
            .env(name, value)
            .output()
            .unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && log.contains(told), "{log}");
        assert!(!log.contains("c2VjcmV0"), "{log}");
    }
}
