//! An endpoint for Codat's webhooks on one machine, with the work done beside it.
//!
//! A delivery is verified, read, put into a queue in memory, and answered at once:
//!
//! | answer | why |
//! |---|---|
//! | 202 | it is in the queue, was there before, or cannot be read and is put aside |
//! | 401 | it is not signed by Codat, or too old |
//! | 408, 413 | the body is too slow, too large |
//! | 503 | the queue is full: Codat delivers again |
//!
//! What is in the queue is lost if the process is killed. `durable_queue.rs` is for who cannot have
//! that.
//!
//! ```sh
//! CODAT_WEBHOOK_SECRETS=whsec_… cargo run --bin axum_server
//! ```
//!
//! Settings are read from the environment; see [`Settings`].

use std::collections::{HashSet, VecDeque};
use std::error::Error;
use std::fmt::{Display, Write as _};
use std::fs::File;
use std::future::IntoFuture;
use std::io::Write as _;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use codat_webhooks::signature::{SignatureHeaders, Verified, Verifier};
use codat_webhooks::{Event, Webhook};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tower_http::timeout::TimeoutLayer;
use tracing::{error, info, warn};

/// How long Codat waits for an answer is 15 seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

struct Settings {
    /// `CODAT_WEBHOOK_SECRETS`: one or several, with spaces between them.
    verifier: Verifier,
    /// `LISTEN`: address and port.
    listen: SocketAddr,
    /// `BODY_LIMIT`, in bytes.
    body_limit: usize,
    /// `QUEUE`: how many events may wait for the worker.
    queue: usize,
    /// `SEEN_IDS`: how many message ids are remembered, at about 150 bytes each.
    seen_ids: usize,
    /// `UNREADABLE_DIR`: where the bodies are put that cannot be read.
    unreadable: PathBuf,
}

impl Settings {
    fn read() -> Result<Self, String> {
        Ok(Self {
            verifier: setting("CODAT_WEBHOOK_SECRETS", None)?,
            listen: setting("LISTEN", Some("127.0.0.1:8080"))?,
            body_limit: setting("BODY_LIMIT", Some("4194304"))?,
            queue: setting::<NonZero<usize>>("QUEUE", Some("1000"))?.get(),
            seen_ids: setting("SEEN_IDS", Some("1000000"))?,
            unreadable: setting("UNREADABLE_DIR", Some("unreadable"))?,
        })
    }
}

fn setting<T: FromStr<Err: Display>>(name: &str, default: Option<&str>) -> Result<T, String> {
    let text = match (std::env::var(name), default) {
        (Ok(text), _) => text,
        (Err(_), Some(default)) => default.to_owned(),
        (Err(_), None) => return Err(format!("{name} is not set")),
    };
    text.parse().map_err(|error| format!("{name}: {error}"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let settings = Settings::read()?;
    std::fs::create_dir_all(&settings.unreadable)?;
    let listener = TcpListener::bind(settings.listen).await?;
    info!(address = %listener.local_addr()?, "listening");

    let (queue, jobs) = mpsc::channel(settings.queue);
    let (stop_work, work_stops) = oneshot::channel();
    let worker = tokio::spawn(work(jobs, work_stops));
    let worker_ended = queue.clone();

    let router = Router::new()
        .route("/webhooks/codat", post(receive))
        .layer(DefaultBodyLimit::max(settings.body_limit))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        .with_state(Arc::new(Endpoint {
            verifier: settings.verifier,
            queue,
            seen: Mutex::new(Seen::new(settings.seen_ids)),
            unreadable: settings.unreadable,
        }));

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (start_deadline, deadline_started) = oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = worker_ended.closed() => {}
        }
        info!("stopping");
        let _ = start_deadline.send(());
    });
    // A client that sends nothing more must not keep the server from stopping.
    let deadline = async {
        let _ = deadline_started.await;
        tokio::time::sleep(REQUEST_TIMEOUT).await;
    };
    tokio::select! {
        result = server.into_future() => result?,
        () = deadline => warn!("connections were left open"),
    }

    let _ = stop_work.send(());
    info!("working off the queue");
    worker.await?;
    info!("stopped");
    Ok(())
}

/// What all requests share.
struct Endpoint {
    verifier: Verifier,
    queue: mpsc::Sender<Job>,
    seen: Mutex<Seen>,
    unreadable: PathBuf,
}

/// An event and the id of the message that brought it.
type Job = (String, Webhook);

async fn receive(
    State(endpoint): State<Arc<Endpoint>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let verified = SignatureHeaders::from_headers(&headers)
        .and_then(|headers| endpoint.verifier.verify(headers, body));
    match verified {
        Ok(delivery) => endpoint.accept(delivery).await,
        // The answer does not tell why: it would help only who tries signatures out.
        Err(error) => {
            warn!(%error, "refused");
            StatusCode::UNAUTHORIZED
        }
    }
}

impl Endpoint {
    async fn accept(self: Arc<Self>, delivery: Verified<Bytes>) -> StatusCode {
        let id = delivery.message_id().to_owned();
        if self.lock_seen().contains(&id) {
            return StatusCode::ACCEPTED;
        }
        match delivery.parse() {
            Ok(webhook) => self.enqueue(&id, webhook),
            // It will be no better the next time. To refuse it would have Codat deliver it for a
            // day, and then switch the endpoint off.
            Err(error) => {
                error!(%id, %error, "unreadable");
                let put = {
                    let endpoint = Arc::clone(&self);
                    tokio::task::spawn_blocking(move || {
                        put_aside(&endpoint.unreadable, &delivery, &error)
                    })
                };
                match put.await {
                    Ok(Ok(())) => {
                        self.lock_seen().insert(&id, Instant::now());
                        StatusCode::ACCEPTED
                    }
                    failed => {
                        error!(%id, ?failed, "could not put it aside");
                        StatusCode::SERVICE_UNAVAILABLE
                    }
                }
            }
        }
    }

    fn enqueue(&self, id: &str, webhook: Webhook) -> StatusCode {
        // Held until the event is in the queue: the same message may be coming a second time now.
        let mut seen = self.lock_seen();
        if !seen.contains(id) {
            if self.queue.try_send((id.to_owned(), webhook)).is_err() {
                warn!(%id, "queue is full, or closed");
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            seen.insert(id, Instant::now());
        }
        StatusCode::ACCEPTED
    }

    fn lock_seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a body that cannot be read aside, whole, and why beside it: both are on the disk when this
/// returns. Only the owner may read them.
fn put_aside(
    folder: &Path,
    delivery: &Verified<Bytes>,
    error: &codat_webhooks::Error,
) -> std::io::Result<()> {
    let name = file_name(delivery.message_id());
    let store = |extension, content: &[u8]| {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(folder.join(&name).with_extension(extension))?;
        Ok::<(), std::io::Error>(())
    };
    store("error", error.to_string().as_bytes())?;
    store("body", delivery.body())?;
    File::open(folder)?.sync_all()
}

/// A message id may have slashes in it. One of any length has a name of its own.
fn file_name(id: &str) -> String {
    let mut name = String::new();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-".contains(&byte) {
            name.push(byte.into());
        } else {
            let _ = write!(name, "%{byte:02x}");
        }
    }
    name
}

/// The message ids of the last 30 hours, as far as there is room for them.
struct Seen {
    ids: HashSet<Arc<str>>,
    by_age: VecDeque<(Instant, Arc<str>)>,
    room: usize,
}

impl Seen {
    /// Codat delivers again for 28 hours.
    const KEPT: Duration = Duration::from_hours(30);

    fn new(room: usize) -> Self {
        Self {
            ids: HashSet::new(),
            by_age: VecDeque::new(),
            room,
        }
    }

    fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    fn insert(&mut self, id: &str, now: Instant) {
        let id: Arc<str> = id.into();
        if self.ids.insert(Arc::clone(&id)) {
            self.by_age.push_back((now, id));
        }
        while let Some((since, oldest)) = self.by_age.front() {
            let young = now.duration_since(*since) <= Self::KEPT;
            if young && self.by_age.len() <= self.room {
                break;
            }
            if young {
                warn!("a message id is forgotten early: set SEEN_IDS higher");
            }
            self.ids.remove(oldest);
            self.by_age.pop_front();
        }
    }
}

/// Does the work, one event after the other, until it is told to stop and the queue is empty.
async fn work(mut jobs: mpsc::Receiver<Job>, mut stops: oneshot::Receiver<()>) {
    loop {
        let job = tokio::select! {
            job = jobs.recv() => job,
            _ = &mut stops, if !jobs.is_closed() => {
                // Nothing more comes in; what is there still comes out.
                jobs.close();
                continue;
            }
        };
        let Some((id, webhook)) = job else { break };
        handle(&id, webhook).await;
    }
}

/// What you do with an event. It is accepted already: what fails here, Codat does not deliver again.
async fn handle(id: &str, webhook: Webhook) {
    let event_type = webhook.event_type();
    let what = match webhook.event {
        Event::ConnectionDisconnected(event) => {
            format!("ask for a new link of connection {}", event.connection.id)
        }
        Event::ReadCompleted(read) => format!("fetch {} data types", read.data_types.len()),
        Event::WriteUnsuccessful(data_type, write) => {
            format!("look at the {data_type} of write {}", write.id)
        }
        Event::Unknown(_) => "see whether a new version knows it".to_owned(),
        _ => "nothing to do".to_owned(),
    };
    let line = format!("{id}\t{event_type}\t{what}\n");
    let mut out = tokio::io::stdout();
    if let Err(error) = async {
        out.write_all(line.as_bytes()).await?;
        out.flush().await
    }
    .await
    {
        error!(%id, %error, "not handled");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_remembered_for_longer_than_codat_delivers_and_in_bounded_memory() {
        let start = Instant::now();
        let hours = |hours: u64| start + Duration::from_hours(hours);
        let mut seen = Seen::new(3);
        seen.insert("a", hours(0));
        seen.insert("b", hours(1));
        seen.insert("a", hours(28));
        assert!(seen.contains("a") && seen.contains("b"));
        seen.insert("c", hours(31));
        assert!(!seen.contains("a") && seen.contains("b") && seen.contains("c"));
        for n in 0..100 {
            seen.insert(&n.to_string(), hours(31));
        }
        assert_eq!((seen.ids.len(), seen.by_age.len()), (3, 3));
        assert!(seen.contains("99") && !seen.contains("96"));
    }

    #[test]
    fn a_file_name_is_safe_and_tells_ids_apart() {
        assert_eq!(file_name("msg_2Xq9-a"), "msg_2Xq9-a");
        assert_eq!(file_name("../etc/p w"), "%2e%2e%2fetc%2fp%20w");
        assert_ne!(file_name("a/b"), file_name("a%2fb"));
    }
}
