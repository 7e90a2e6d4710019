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
use std::time::{Duration, Instant};

use ::common::streams::QUEUE;
use async_nats::jetstream;
use common::{Poster, Process, SECRET, event, eventually, example, forgeries, genuine, run};

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

    /// As if its disk were new.
    fn restart_empty(&mut self) {
        self.process.kill();
        self.folder = tempfile::tempdir().unwrap();
        self.restart();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_durable_queue"));
        command
            .args(arguments)
            .env("CODAT_WEBHOOK_SECRETS", SECRET)
            .env("LISTEN", "127.0.0.1:0")
            .env("METRICS_LISTEN", "127.0.0.1:0")
            .env("NATS_URL", format!("127.0.0.1:{}", self.port))
            .env("ACK_WAIT_SECONDS", "2")
            .env("RETRY_SECONDS", "1")
            .env("ATTEMPTS", "2")
            .env("BODY_LIMIT", "10000");
        command
    }

    fn program(&self, role: &str) -> Process {
        Process::start(&mut self.command(&[role]))
    }

    fn receiver(&self, settings: &[(&str, &str)]) -> (Process, Poster) {
        let settings = settings.iter().copied();
        let process = Process::start(self.command(&["receive"]).envs(settings));
        let poster = Poster::new(process.address());
        (process, poster)
    }

    fn dead(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        run(self.command(&["dead"]).args(arguments))
    }

    async fn queue(&self) -> jetstream::stream::Stream {
        let url = format!("127.0.0.1:{}", self.port);
        let client = async_nats::connect(url).await.unwrap();
        jetstream::new(client).get_stream(QUEUE).await.unwrap()
    }

    /// The bodies in the queue.
    async fn stored(&self) -> Vec<Vec<u8>> {
        let queue = self.queue().await;
        let state = &queue.cached_info().state;
        let mut bodies = Vec::new();
        for number in state.first_sequence..=state.last_sequence {
            if let Ok(message) = queue.get_raw_message(number).await {
                bodies.push(message.payload.to_vec());
            }
        }
        bodies
    }
}

/// Posts until it is accepted, as Codat does, and returns how long that took.
async fn post_until_accepted(poster: &Poster, delivery: &::common::delivery::Delivery) -> Duration {
    let start = Instant::now();
    while poster.send("POST", delivery).await != Some(202) {
        assert!(start.elapsed() < Duration::from_secs(30), "not accepted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}

/// A worker, and what all workers so far have handled.
struct Worker<'b> {
    broker: &'b Broker,
    process: Process,
    lines: Arc<Mutex<Vec<String>>>,
}

impl<'b> Worker<'b> {
    fn start(broker: &'b Broker) -> Self {
        Self::of(broker, broker.program("work"))
    }

    fn of(broker: &'b Broker, mut process: Process) -> Self {
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
    let (endpoint, poster) = broker.receiver(&[]);
    let first = genuine("msg_1", event(1));
    let other = genuine("msg_2", event(2));
    post_until_accepted(&poster, &first).await;
    for (what, forgery) in forgeries(&first, &other) {
        assert_eq!(poster.post(&forgery).await, 401, "{what}");
    }
    let large = genuine("msg_3", vec![b' '; 10_001]);
    assert_eq!(poster.post(&large).await, 413);

    // Replayed, in another order, and under another message id.
    let replayed = genuine("msg_4", event(1));
    for delivery in [&other, &first, &replayed, &other] {
        assert_eq!(poster.send("PUT", delivery).await, Some(202));
    }
    let body = |n| event(n).into_bytes();
    assert_eq!(broker.stored().await, [body(1), body(2)]);
    assert_eq!(poster.get("/healthz").await.0, 200);
    assert_eq!(poster.get("/readyz").await.0, 200);
    let log = endpoint.log();
    assert!(!log.contains("Larkfield") && !log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn dead_letters_have_a_reason_and_can_be_retried() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let (endpoint, poster) = broker.receiver(&[]);
    let worker = Worker::start(&broker);
    let long = "%".repeat(5000);
    let tag = r#"{"id":"00000000-0000-4000-8000-000000000009","eventType":"Larkfield.read.completed","payload":{"tags":{"Larkfield":7}}}"#;
    for (id, body) in [
        ("bad/0", b"\xff\xfe no text".to_vec()),
        (&long, Vec::new()),
        ("msg_tag", tag.into()),
        ("msg_panic", example(1, "example.panic").into()),
        ("msg_failure", example(2, "example.failure").into()),
        ("msg_3", event(3).into()),
    ] {
        post_until_accepted(&poster, &genuine(id, body)).await;
    }
    worker.wait_for(1);
    let list = eventually("the dead letters", || {
        let (status, list, error) = broker.dead(&["list"]);
        assert_eq!(status, Some(0), "{error}");
        (list.lines().count() == 5).then_some(list)
    });
    let line = |id: &str| {
        let field = format!("\t{id}\t");
        list.lines().find(|line| line.contains(&field)).unwrap()
    };
    assert!(line("bad/0").contains("\t10\tnot JSON: "), "{list}");
    assert!(line(&long).contains("\t0\tnot JSON: "));
    assert!(line("msg_tag").contains("payload does not fit: "), "{list}");
    assert!(
        line("msg_panic").contains("\tpanic at common/handler.rs:"),
        "{list}"
    );
    assert!(
        line("msg_failure").ends_with("\tan example of a failure"),
        "{list}"
    );
    let number = |id| line(id).split('\t').next().unwrap().to_owned();
    let failure = number("msg_failure");
    let (_, shown, _) = broker.dead(&["show", &failure]);
    assert_eq!(shown.trim(), example(2, "example.failure"));

    // Retried, it goes wrong again, and has another number.
    assert_eq!(broker.dead(&["retry", &failure]).0, Some(0));
    eventually("the dead letter to be back", || {
        let (_, list, _) = broker.dead(&["list"]);
        let again = list.lines().find(|line| line.contains("\tmsg_failure\t"))?;
        (!again.starts_with(&format!("{failure}\t"))).then_some(())
    });
    assert_eq!(broker.dead(&["retry", "--all"]).1.lines().count(), 5);
    for id in [&failure, "nothing"] {
        let (status, _, error) = broker.dead(&["retry", id]);
        let missing = format!("error: {id}: no such dead letter");
        assert_eq!((status, error.lines().last()), (Some(2), Some(&*missing)));
    }
    assert_eq!(worker.handled(), BTreeMap::from([("msg_3".to_owned(), 1)]));
    let logs = endpoint.log() + &worker.process.log() + &list;
    assert!(
        !logs.contains("Larkfield") && !logs.contains("of a panic"),
        "{logs}"
    );
}

#[tokio::test]
async fn an_event_that_takes_its_worker_down_is_dead_lettered() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let (_endpoint, poster) = broker.receiver(&[]);
    let mut worker = Worker::start(&broker);
    post_until_accepted(&poster, &genuine("msg_1", example(1, "example.slow"))).await;
    for _ in 0..2 {
        eventually("the attempt", || {
            worker.process.log().contains("slow").then_some(())
        });
        worker.kill_and_start();
    }
    eventually("the dead letter", || {
        let (_, list, _) = broker.dead(&["list"]);
        list.contains("\tno result of 2 attempts").then_some(())
    });
    post_until_accepted(&poster, &genuine("msg_2", event(2))).await;
    assert_eq!(
        worker.wait_for(1),
        BTreeMap::from([("msg_2".to_owned(), 1)])
    );
}

#[tokio::test]
async fn while_the_broker_is_away_codat_keeps_the_event_and_hears_so_at_once() {
    let Some(mut broker) = Broker::start() else {
        return;
    };
    let (_endpoint, poster) = broker.receiver(&[]);
    let first = genuine("msg_1", event(1));
    post_until_accepted(&poster, &first).await;

    broker.process.kill();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let start = Instant::now();
    for n in 0..300 {
        let delivery = genuine(&format!("msg_away_{n}"), event(1000 + n));
        assert_eq!(poster.post(&delivery).await, 503);
    }
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(poster.get("/readyz").await.0, 503);
    assert_eq!(poster.get("/healthz").await.0, 200);
    broker.restart();
    let second = genuine("msg_2", event(2));
    let waited = post_until_accepted(&poster, &second).await;
    assert!(waited < Duration::from_secs(4), "{waited:?}");
    assert_eq!(poster.post(&first).await, 202);
    // Nothing that was refused was kept by the client.
    let stored = broker.stored().await;
    assert_eq!(stored, [event(1), event(2)].map(String::into_bytes));
    let worker = Worker::start(&broker);
    let handled = worker.wait_for(2);
    assert_eq!(
        handled,
        BTreeMap::from([1, 2].map(|n| (format!("msg_{n}"), 1)))
    );
}

#[tokio::test]
async fn a_broker_with_an_empty_disk_gets_its_streams_again() {
    let Some(mut broker) = Broker::start() else {
        return;
    };
    let (_endpoint, poster) = broker.receiver(&[("STREAM_BYTES", "100000")]);
    let mut worker = broker.program("work");
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    worker.collect(&lines);
    let handled =
        |count: usize| eventually("the work", || lines.lock().unwrap().get(count - 1).cloned());
    post_until_accepted(&poster, &genuine("msg_1", event(1))).await;
    handled(1);
    broker.restart_empty();
    post_until_accepted(&poster, &genuine("msg_2", event(2))).await;
    handled(2);
    // A worker leaves the limits as the receiver set them.
    let limit = broker.queue().await.cached_info().config.max_bytes;
    assert_eq!(limit, 100_000);
}

#[tokio::test]
async fn what_is_not_handled_yet_fills_the_queue_and_nothing_else_does() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let settings = [("STREAM_BYTES", "100000"), ("DEAD_BYTES", "2000")];
    let (endpoint, poster) = broker.receiver(&settings);
    post_until_accepted(&poster, &genuine("msg_0", event(0))).await;
    let limits = broker.queue().await.cached_info().config.clone();
    assert_eq!(
        limits.max_age,
        Duration::ZERO,
        "nothing is dropped by its age"
    );
    let mut number = 1;
    while poster
        .post(&genuine(&format!("msg_{number}"), event(number)))
        .await
        == 202
    {
        number += 1;
    }
    assert!(number > 50, "{number}");
    assert_eq!(poster.get("/readyz").await.0, 503, "{}", endpoint.log());

    // A dead letter for which there is no room goes back to its place, and holds up nothing.
    let worker = Worker::start(&broker);
    worker.wait_for(number);
    for n in 0..20 {
        let bad = genuine(&format!("bad_{n}"), vec![b'x'; 1000]);
        post_until_accepted(&poster, &bad).await;
    }
    for n in number..number + 300 {
        post_until_accepted(&poster, &genuine(&format!("msg_{n}"), event(n))).await;
    }
    let handled = worker.wait_for(number + 300);
    assert!(handled.values().all(|times| *times == 1));
    assert_eq!(broker.dead(&["list"]).1.lines().count(), 1);
    assert_eq!(broker.stored().await.len(), 19);

    // Handled events are told by their message id and by their event id, however long ago.
    for id in ["msg_0", "msg_again"] {
        assert_eq!(poster.post(&genuine(id, event(0))).await, 202);
    }
    post_until_accepted(&poster, &genuine("msg_last", event(999_999))).await;
    assert_eq!(worker.wait_for(number + 301)["msg_0"], 1);
}

#[tokio::test]
async fn a_worker_in_the_middle_of_an_event_stops_while_the_broker_is_away() {
    let Some(mut broker) = Broker::start() else {
        return;
    };
    let (_endpoint, poster) = broker.receiver(&[]);
    for slow in [true, false] {
        let mut worker = Process::start(broker.command(&["work"]).env("GRACE_SECONDS", "2"));
        if slow {
            post_until_accepted(&poster, &genuine("msg_1", example(1, "example.slow"))).await;
            worker.logged("slow");
        }
        broker.process.kill();
        tokio::time::sleep(Duration::from_secs(1)).await;
        worker.signal("-TERM");
        let start = Instant::now();
        assert!(worker.wait().success());
        assert!(
            start.elapsed() < Duration::from_secs(4),
            "{:?}",
            start.elapsed()
        );
        broker.restart();
    }
}

#[tokio::test]
async fn what_a_stopped_worker_leaves_another_one_does() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let (mut endpoint, poster) = broker.receiver(&[]);
    let mut worker = Worker::start(&broker);
    let deliveries: Vec<_> = (0..300)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    post_until_accepted(&poster, &deliveries[0]).await;
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
    const EVENTS: usize = 300;
    const ACK_WAIT: Duration = Duration::from_secs(4);
    let Some(broker) = Broker::start() else {
        return;
    };
    let (_endpoint, poster) = broker.receiver(&[]);
    let work = || {
        let mut command = broker.command(&["work"]);
        Process::start(command.env("ACK_WAIT_SECONDS", ACK_WAIT.as_secs().to_string()))
    };
    let mut slow = work();
    post_until_accepted(
        &poster,
        &genuine("msg_slow", example(EVENTS, "example.slow")),
    )
    .await;
    slow.logged("slow work");

    // The other one does the rest. What is being worked on is not for it, however long that takes.
    let other = Worker::of(&broker, work());
    let deliveries: Vec<_> = (0..EVENTS)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    assert_eq!(other.wait_for(EVENTS).len(), EVENTS);
    tokio::time::sleep(2 * ACK_WAIT).await;
    assert!(!other.process.log().contains("slow work"));

    slow.kill();
    other.process.logged("slow work");
    assert_eq!(other.lines.lock().unwrap().len(), EVENTS);
}

/// 10,000 deliveries, 2,000 of them copies, among them 500 forgeries, while the worker is killed.
#[tokio::test]
async fn a_worker_killed_in_the_middle_loses_nothing() {
    const GENUINE: usize = 8_000;
    const COPIES: usize = 2_000;
    let Some(broker) = Broker::start() else {
        return;
    };
    let (_endpoint, poster) = broker.receiver(&[]);
    let mut worker = Worker::start(&broker);

    let mut deliveries: Vec<_> = (0..GENUINE + COPIES)
        .map(|n| n % GENUINE)
        .map(|n| genuine(&format!("msg_{n}"), event(n)))
        .collect();
    deliveries.extend((0..500).map(|n| {
        let mut forged = genuine(&format!("forged_{n}"), event(n));
        forged.body = event(n + 1).into();
        forged
    }));
    // An order that has nothing to do with the numbers.
    deliveries.sort_by_cached_key(|delivery| delivery.headers[2].1.clone());

    post_until_accepted(&poster, &genuine("msg_0", event(0))).await;
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
fn a_bad_setting_is_one_line_and_no_secret_is_shown() {
    for (role, name, value, line) in [
        (
            "receive",
            "CODAT_WEBHOOK_SECRETS",
            "whsec_c2VjcmV0",
            "secret is not 24 to 64 bytes",
        ),
        ("receive", "BODY_LIMIT", "much", "invalid digit"),
        ("receive", "STREAM_BYTES", "0", "not a number from 1 to"),
        ("receive", "SEEN_IDS", "0", "not a number from 1 to"),
        ("receive", "REPLICAS", "9", "not a number from 1 to 5"),
        ("receive", "NATS_URL", "http://::", ""),
        ("work", "ACK_WAIT_SECONDS", "-1", "invalid digit"),
        ("work", "ATTEMPTS", "0", "not a number from 1 to"),
        (
            "work",
            "GRACE_SECONDS",
            "1000000",
            "not a number from 1 to 3600",
        ),
    ] {
        let (status, _, log) = run(Command::new("timeout")
            .args(["10", env!("CARGO_BIN_EXE_durable_queue"), role])
            .env("CODAT_WEBHOOK_SECRETS", SECRET)
            .env("LISTEN", "127.0.0.1:0")
            .env(name, value));
        assert_eq!(status, Some(2), "{name}={value}: {log}");
        let last = log.lines().last().unwrap();
        assert!(
            last.starts_with(&format!("error: {name}: {line}")),
            "{last}"
        );
        assert!(!log.contains("c2VjcmV0"), "{log}");
    }
}
