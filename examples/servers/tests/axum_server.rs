//! The server as a process, over loopback: every genuine event is handled once, no other one is.

mod common;

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};

use common::{Delivery, Poster, Process, SECRET, event, eventually, fixtures};

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
                .env("UNREADABLE_DIR", folder.path())
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
    let deliveries: Vec<_> = fixtures()
        .into_iter()
        .enumerate()
        .map(|(n, (_, body))| Delivery::genuine(&format!("msg_{n}"), body))
        .collect();
    for _ in 0..2 {
        for delivery in &deliveries {
            assert_eq!(server.poster.post(delivery).await, 202);
        }
    }
    server.wait_for(deliveries.len());
    let lines = server.handled.lock().unwrap().join("\n");
    assert!(
        lines.contains("connection.disconnected\task for a new link"),
        "{lines}"
    );
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
    for name in names {
        assert!(!lines.contains(&name) && !log.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn nothing_else_is_let_in() {
    let server = Server::working(&[]);
    let genuine = Delivery::genuine("msg_1", event(1));
    let other = Delivery::genuine("msg_2", event(2));
    for (what, forgery) in genuine.forgeries(&other) {
        assert_eq!(server.poster.post(&forgery).await, 401, "{what}");
    }
    // None of them stood in the way of the genuine one.
    let mut svix = genuine.clone();
    for (name, _) in &mut svix.headers {
        *name = name.replace("webhook", "svix");
    }
    assert_eq!(server.poster.post(&svix).await, 202);
    assert_eq!(server.poster.post(&genuine).await, 202);
    server.wait_for(1);
    let (handled, log) = server.stop();
    assert_eq!(handled, once(["msg_1".to_owned()]));
    let signature = &genuine.headers[2].1[3..];
    assert!(!log.contains(SECRET) && !log.contains(signature), "{log}");
}

#[tokio::test]
async fn any_order_and_any_number_of_copies_is_handled_once() {
    let server = Server::working(&[("QUEUE", "10000")]);
    // 5,000 deliveries, every fifth a copy, in an order of their own.
    let mut deliveries: Vec<_> = (0..5000)
        .map(|n| n % 4000)
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
        .collect();
    deliveries.sort_by_cached_key(|delivery| delivery.headers[2].1.clone());
    let answers = server.poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    // All at once.
    let same = vec![Delivery::genuine("msg_same", event(5000)); 200];
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
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
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
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
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
        .map(|n| Delivery::genuine(&format!("msg_{n}"), event(n)))
        .collect();
    let answers = server.poster.post_all(&deliveries, 50).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    let mut slow = TcpStream::connect(server.process.address()).unwrap();
    slow.write_all(b"POST /webhooks/codat HTTP/1.1\r\n")
        .unwrap();
    server.process.signal("-TERM");
    server.process.logged("working off the queue");
    assert!(server.process.log().contains("connections were left open"));
    server.process.collect(&server.handled);
    assert!(server.process.wait().success());
    let handled = server.wait_for(4000);
    assert_eq!(handled, once((0..4000).map(|n| format!("msg_{n}"))));
}

#[tokio::test]
async fn a_genuine_body_that_cannot_be_read_is_put_aside_whole() {
    let server = Server::working(&[]);
    let bodies = [
        b"\xff\xfe no text".to_vec(),
        b"no JSON".to_vec(),
        Vec::new(),
        br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"read.completed","payload":{"referenceCompany":{"name":"Larkfield Lanterns"}}}"#.to_vec(),
    ];
    for (n, body) in bodies.iter().enumerate() {
        let delivery = Delivery::genuine(&format!("msg/{n}"), body.clone());
        for _ in 0..2 {
            assert_eq!(server.poster.post(&delivery).await, 202);
        }
        let stored = |extension: &str| {
            std::fs::read(server.folder.path().join(format!("msg%2f{n}.{extension}"))).unwrap()
        };
        assert_eq!(stored("body"), *body);
        let error = codat_webhooks::from_slice(body).unwrap_err().to_string();
        assert_eq!(stored("error"), error.as_bytes());
    }
    let files = std::fs::read_dir(server.folder.path()).unwrap().count();
    assert_eq!(files, 2 * bodies.len());

    // Where it cannot be put aside, Codat keeps it.
    std::fs::remove_dir_all(server.folder.path()).unwrap();
    let delivery = Delivery::genuine("msg_last", "no JSON");
    assert_eq!(server.poster.post(&delivery).await, 503);
    std::fs::create_dir(server.folder.path()).unwrap();
    assert_eq!(server.poster.post(&delivery).await, 202);
    assert!(server.folder.path().join("msg_last.body").exists());

    let (handled, log) = server.stop();
    assert_eq!(handled, BTreeMap::new());
    assert!(!log.contains("Larkfield"), "{log}");
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let server = Server::working(&[("BODY_LIMIT", "1000")]);
    let large = Delivery::genuine("msg_1", vec![b' '; 1001]);
    assert_eq!(server.poster.post(&large).await, 413);
    let small = Delivery::genuine("msg_2", event(1));
    assert_eq!(server.poster.post(&small).await, 202);
    server.wait_for(1);
    assert_eq!(server.stop().0, once(["msg_2".to_owned()]));
}

#[test]
fn a_bad_setting_is_told_and_no_secret_is_shown() {
    for (name, value, told) in [
        (
            "CODAT_WEBHOOK_SECRETS",
            "whsec_c2VjcmV0",
            "CODAT_WEBHOOK_SECRETS: secret is not of 24",
        ),
        (
            "CODAT_WEBHOOK_SECRETS",
            "",
            "CODAT_WEBHOOK_SECRETS: no secret is given",
        ),
        ("LISTEN", "nowhere", "LISTEN: invalid socket address"),
        ("QUEUE", "0", "QUEUE: number would be zero"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_axum_server"))
            .env("CODAT_WEBHOOK_SECRETS", SECRET)
            .env(name, value)
            .output()
            .unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && log.contains(told), "{log}");
        assert!(!log.contains("c2VjcmV0") && !log.contains(SECRET), "{log}");
    }
}
