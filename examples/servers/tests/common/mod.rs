//! A server as a process, and deliveries to it: genuine ones, and those that must be refused.

#![allow(dead_code, unused_imports)] // each test file uses some of it

mod database;
mod delivery;

pub use database::{Database, Postgres};
pub use delivery::Delivery;

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use axum::body::Bytes;
use codat_webhooks::samples;
use codat_webhooks::signature::Secret;

pub const SECRET: &str = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";
const OTHER_SECRET: &str = "whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==";

pub fn secret() -> Secret {
    SECRET.parse().unwrap()
}

pub fn genuine(id: &str, body: impl Into<Vec<u8>>) -> Delivery {
    Delivery::signed(&secret(), id, SystemTime::now(), body.into())
}

/// Deliveries made of two genuine ones, none of which may be let in.
pub fn forgeries(one: &Delivery, other: &Delivery) -> Vec<(String, Delivery)> {
    let id = one.headers[0].1.as_str();
    let now = SystemTime::now();
    let minutes = |minutes| Duration::from_mins(minutes);
    let signed = |secret: &Secret, time| Delivery::signed(secret, id, time, one.body.clone());
    let with = |body: Bytes| Delivery {
        body,
        ..one.clone()
    };
    let unsigned = Delivery {
        headers: Vec::new(),
        ..one.clone()
    };
    let mut made: Vec<_> = [
        ("unsigned", unsigned),
        ("stale", signed(&secret(), now - minutes(6))),
        ("future", signed(&secret(), now + minutes(6))),
        (
            "another secret",
            signed(&OTHER_SECRET.parse().unwrap(), now),
        ),
        ("another's body", with(other.body.clone())),
        ("another small body", with("{}".into())),
        ("empty body", with("".into())),
    ]
    .map(|(what, delivery)| (what.to_owned(), delivery))
    .into();
    for (index, (name, value)) in one.headers.iter().enumerate() {
        let mut without = one.clone();
        without.headers.remove(index);
        made.push((format!("without {name}"), without));
        if *value != other.headers[index].1 {
            let mut mixed = one.clone();
            mixed.headers[index].1.clone_from(&other.headers[index].1);
            made.push((format!("another's {name}"), mixed));
        }
        let mut svix = one.clone();
        svix.headers[index].0 = name.replace("webhook", "svix");
        made.push((format!("{name} of the other set"), svix));
        for at in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[at] ^= 1;
            // A client would not send others.
            if bytes[at].is_ascii_graphic() {
                let mut flipped = one.clone();
                flipped.headers[index].1 = String::from_utf8(bytes).unwrap();
                made.push((format!("bit flipped in {name}, byte {at}"), flipped));
            }
        }
    }
    for bit in (0..one.body.len() * 8).step_by(5) {
        let mut body = one.body.to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        let flipped = Delivery {
            body: body.into(),
            ..one.clone()
        };
        made.push((format!("bit {bit} flipped in the body"), flipped));
    }
    made
}

/// The sample bodies of the library: name and text.
pub fn fixtures() -> Vec<(String, String)> {
    let text = |sample: samples::Sample| (sample.name().to_owned(), sample.json().to_owned());
    let fixtures: Vec<_> = samples::all().map(text).collect();
    assert!(fixtures.len() > 80, "the samples are there");
    fixtures
}

/// An event of its own for each number.
pub fn event(number: usize) -> String {
    format!(
        r#"{{"id":"00000000-0000-4000-8000-{number:012}","eventType":"connection.disconnected","generatedDate":"2026-11-02T08:00:00Z","payload":{{"referenceCompany":{{"id":"6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40","name":"Larkfield Lanterns"}},"connection":{{"id":"2d9f7c31-0a4e-4b8c-9e15-7f3a6b2c8d04","status":"Deauthorized"}}}}}}"#
    )
}

/// An event of a type that the servers' handler treats in its own way.
pub fn example(number: usize, event_type: &str) -> String {
    event(number).replace("connection.disconnected", event_type)
}

/// Runs a program to its end: status, standard output, standard error.
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The program, on a database of its own.
pub struct Server {
    pub process: Process,
    pub poster: Poster,
}

impl Server {
    /// Receives and works.
    pub fn start(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::run(database, &[], settings)
    }

    pub fn receive(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::run(database, &["receive"], settings)
    }

    fn run(database: &Database, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let process = Process::start(&mut program(database, arguments, settings));
        let poster = Poster::new(process.address());
        Self { process, poster }
    }

    /// Stops it, and returns its log.
    pub fn stop(mut self) -> String {
        self.process.signal("-TERM");
        assert!(self.process.wait().success());
        self.process.logged("stopped");
        self.process.log()
    }
}

pub fn work(database: &Database, settings: &[(&str, &str)]) -> Process {
    let process = Process::start(&mut program(database, &["work"], settings));
    process.logged("working");
    process
}

pub fn program(database: &Database, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command
        .args(arguments)
        .env("CODAT_WEBHOOK_SECRETS", SECRET)
        .env("DATABASE_URL", &database.url)
        .env("LISTEN", "127.0.0.1:0")
        .env("RETRY_SECONDS", "1")
        .env("LEASE_SECONDS", "3")
        .env("TICKETS", database.folder.path())
        .envs(settings.iter().copied());
    command
}

/// Runs its `dead` command, which must succeed.
pub fn dead(database: &Database, arguments: &[&str]) -> String {
    let (status, out, error) = run_dead(database, arguments);
    assert_eq!(status, Some(0), "{error}");
    out
}

pub fn run_dead(database: &Database, arguments: &[&str]) -> (Option<i32>, String, String) {
    let arguments = [&["dead"], arguments].concat();
    run(&mut program(database, &arguments, &[]))
}

/// An address that is free.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Each test runs on both databases.
#[macro_export]
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::common::Database::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(database) = $crate::common::Database::postgres().await {
                    super::$test(database).await;
                }
            })*
        }
    };
}

/// A process that is killed when the test ends, however it ends.
pub struct Process {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let mut stderr = child.stderr.take().unwrap();
        let sink = Arc::clone(&log);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..read]);
                sink.lock().unwrap().push_str(&text);
            }
        });
        Self { child, log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it has used so far, in MiB.
    pub fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log has the text, and returns what follows it in its line.
    pub fn logged(&self, text: &str) -> String {
        eventually(text, || {
            let log = self.log();
            let (_, rest) = log.split_once(text)?;
            let (line, _) = rest.split_once('\n')?;
            Some(line.trim().to_owned())
        })
    }

    /// Where it listens, of which it logs the address.
    pub fn address(&self) -> SocketAddr {
        let line = self.logged("listening");
        let plain: String = line.chars().filter(char::is_ascii).collect();
        let at = plain.find("127.0.0.1:").unwrap();
        plain[at..].parse().unwrap()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(status.success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        eventually("the process to end", || self.child.try_wait().unwrap())
    }

    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "waited for {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub async fn wait_for(what: &str, is_so: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < Duration::from_mins(1), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A client of the endpoint at the address.
#[derive(Clone)]
pub struct Poster {
    client: reqwest::Client,
    url: String,
}

impl Poster {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(15))
                .build()
                .unwrap(),
            url: format!("http://{address}/webhooks/codat"),
        }
    }

    /// The status of the answer.
    pub async fn post(&self, delivery: &Delivery) -> u16 {
        self.send("POST", delivery).await.unwrap()
    }

    /// The status of the answer, if there is one.
    pub async fn send(&self, method: &str, delivery: &Delivery) -> Option<u16> {
        let method = method.parse().unwrap();
        delivery.send(&self.client, method, &self.url).await.ok()
    }

    /// The status and the body of another page.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let url = self.url.replace("/webhooks/codat", path);
        let answer = self.client.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The statuses of the answers, to deliveries of which many are under way at a time.
    pub async fn post_all(&self, deliveries: &[Delivery], at_a_time: usize) -> Vec<u16> {
        use futures_util::StreamExt;
        futures_util::stream::iter(deliveries)
            .map(|delivery| self.post(delivery))
            .buffered(at_a_time)
            .collect()
            .await
    }
}
