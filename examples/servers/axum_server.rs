//! An endpoint for Codat's webhooks with a queue in memory, and the work done in the same process.
//!
//! | answer | reason |
//! |---|---|
//! | 202 | it is in the queue, is a duplicate, or could not be parsed and is dead-lettered |
//! | 401 | it is not signed by Codat, or too long ago |
//! | 408, 413 | the body is too slow, too large |
//! | 503 | the queue is full: Codat delivers again |
//!
//! Events in the queue are lost if the process is killed. `durable_queue.rs` does not lose them.
//!
//! ```sh
//! CODAT_WEBHOOK_SECRETS=whsec_… cargo run --bin axum_server
//! cargo run --bin axum_server -- dead list
//! ```

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use clap::{Parser, Subcommand};
use codat_webhooks::signature::Verified;
use codat_webhooks::{Webhook, from_slice};
use common::dead_letters::DeadLetters;
use common::endpoint::{self, Outcome, Queue};
use common::handler;
use common::seen::{Seen, event_key, message_key};
use common::serve::{listen, serve, stop_signal};
use common::settings::{exit, number, optional, setting};
use common::telemetry::{init_logs, serve_metrics};
use metrics::{counter, gauge};
use tokio::sync::{mpsc, oneshot};
use tracing::{Span, error, info, warn};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// See the dead letters, and retry them.
    #[command(subcommand)]
    Dead(Dead),
}

#[derive(Subcommand)]
enum Dead {
    /// Print a line for each: name, message id, bytes, reason.
    List,
    /// Print the body of one.
    Show { id: String },
    /// Hand one, or all, to the server that is running.
    Retry {
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        #[arg(long)]
        all: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    exit(match arguments.command {
        Some(Command::Dead(command)) => dead(command),
        None => run(),
    })
}

struct Settings {
    /// `LISTEN`: address and port.
    listen: SocketAddr,
    /// `METRICS_LISTEN`: address and port of `/metrics`.
    metrics: Option<SocketAddr>,
    /// `CONNECTIONS`: how many may be open.
    connections: usize,
    /// `QUEUE`: how many events may wait for the worker.
    queue: usize,
    /// `SEEN_IDS`: how many deliveries are remembered, at about 160 bytes each.
    seen_ids: usize,
    /// `DEAD_DIR`: the folder of the dead letters.
    dead: DeadLetters,
    endpoint: endpoint::Settings,
}

impl Settings {
    fn read() -> Result<Self, String> {
        Ok(Self {
            listen: setting("LISTEN", Some("127.0.0.1:8080"))?,
            metrics: optional("METRICS_LISTEN")?,
            connections: number("CONNECTIONS", 512, 100_000)?,
            queue: number("QUEUE", 1000, 1_000_000)?,
            seen_ids: number("SEEN_IDS", 1_000_000, 1_000_000_000)?,
            dead: dead_letters()?,
            endpoint: endpoint::Settings::read(4 << 20)?,
        })
    }
}

fn dead_letters() -> Result<DeadLetters, String> {
    let folder: PathBuf = setting("DEAD_DIR", Some("dead-letters"))?;
    let place = folder.display().to_string();
    DeadLetters::open(folder).map_err(|error| format!("DEAD_DIR: cannot write to {place}: {error}"))
}

#[tokio::main]
async fn run() -> Result<(), String> {
    init_logs();
    let settings = Settings::read()?;
    serve_metrics(settings.metrics).await?;
    let listener = listen("LISTEN", settings.listen).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = stop_signal()?;
    info!(%address, "listening");

    let (sender, jobs) = mpsc::channel(settings.queue);
    let (stop_work, work_stops) = oneshot::channel();
    let oldest = Arc::default();
    let worker = tokio::spawn(work(jobs, work_stops, settings.dead.clone(), Arc::clone(&oldest)));
    tokio::spawn(measure(sender.downgrade(), oldest));

    let queue = Memory {
        sender,
        seen: Mutex::new(Seen::new(settings.seen_ids.saturating_mul(2))),
        dead: settings.dead,
    };
    let router = endpoint::router(settings.endpoint, queue);
    serve(listener, router, settings.connections, stop).await;

    info!("working off the queue");
    let _ = stop_work.send(());
    worker.await.map_err(|error| format!("worker: {error}"))?;
    info!("stopped");
    Ok(())
}

/// An event, the id of the message that delivered it, its body, and when it was accepted.
struct Job {
    message_id: String,
    webhook: Webhook,
    body: Bytes,
    accepted: Instant,
}

struct Memory {
    sender: mpsc::Sender<Job>,
    seen: Mutex<Seen>,
    dead: DeadLetters,
}

impl Queue for Memory {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        let message = message_key(delivery.message_id());
        if self.seen().contains(message) {
            counter!("codat_duplicates_total").increment(1);
            return Outcome::Duplicate;
        }
        let Ok(webhook) = delivery.parse() else {
            return self.put_aside(delivery).await;
        };
        let span = Span::current();
        span.record("event_id", webhook.id.to_string());
        span.record("event_type", webhook.event_type().variant_name());
        let event = event_key(&delivery).unwrap_or(message);
        let job = Job {
            message_id: delivery.message_id().to_owned(),
            webhook,
            body: delivery.into_body(),
            accepted: Instant::now(),
        };
        // Locked until the event is in the queue: a second copy may be received right now.
        let mut seen = self.seen();
        if seen.contains(event) || seen.contains(message) {
            counter!("codat_duplicates_total").increment(1);
            seen.insert(message, Instant::now());
            return Outcome::Duplicate;
        }
        if self.sender.try_send(job).is_err() {
            return Outcome::QueueFull;
        }
        seen.insert(message, Instant::now());
        seen.insert(event, Instant::now());
        Outcome::Accepted
    }

    async fn ready(&self) -> bool {
        self.sender.capacity() > 0 && !self.sender.is_closed()
    }
}

impl Memory {
    /// A retry would deliver the same bytes, so the delivery is accepted.
    async fn put_aside(&self, delivery: Verified<Bytes>) -> Outcome {
        let message_id = delivery.message_id().to_owned();
        let reason = unreadable(delivery.body());
        warn!(%message_id, %reason, "dead-lettered");
        if put(&self.dead, message_id.clone(), reason, delivery.into_body()).await {
            self.seen().insert(message_key(&message_id), Instant::now());
            return Outcome::DeadLettered;
        }
        Outcome::QueueAway
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns where a body cannot be parsed: without the path and the event type, which may contain texts
/// of a customer.
fn unreadable(body: &[u8]) -> String {
    match from_slice(body) {
        Ok(_) => String::new(),
        Err(error) => format!("{} at line {} column {}", error.kind(), error.line(), error.column()),
    }
}

/// Writes a dead letter on a thread that may wait for the disk.
async fn put(dead: &DeadLetters, message_id: String, reason: String, body: Bytes) -> bool {
    let dead = dead.clone();
    let put = tokio::task::spawn_blocking(move || dead.put(&message_id, &reason, &body));
    let result = put.await.map_err(std::io::Error::other).flatten();
    if let Err(error) = &result {
        error!(%error, "cannot write a dead letter");
    }
    result.is_ok()
}

/// Does the work, one event after the other, until it is stopped and the queue is empty.
async fn work(
    mut jobs: mpsc::Receiver<Job>,
    mut stops: oneshot::Receiver<()>,
    dead: DeadLetters,
    oldest: Arc<Mutex<Option<Instant>>>,
) {
    let mut look = tokio::time::interval(Duration::from_secs(1));
    loop {
        let job = tokio::select! {
            biased;
            _ = look.tick() => {
                retry(&dead).await;
                continue;
            }
            _ = &mut stops, if !jobs.is_closed() => {
                // Nothing more is put in; what is there is still taken out.
                jobs.close();
                continue;
            }
            job = jobs.recv() => job,
        };
        let Some(job) = job else { break };
        *oldest.lock().unwrap_or_else(PoisonError::into_inner) = Some(job.accepted);
        if let Err(reason) = handler::attempt(&job.message_id, job.webhook).await {
            put(&dead, job.message_id, reason, job.body).await;
        }
        *oldest.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Handles the dead letters that an operator wants to have retried.
async fn retry(dead: &DeadLetters) {
    for letter in dead.retries().unwrap_or_default() {
        let result = match from_slice(&letter.body) {
            Ok(webhook) => handler::attempt(&letter.message_id, webhook).await,
            Err(_) => Err(unreadable(&letter.body)),
        };
        if let Err(reason) = result {
            let body = letter.body.clone().into();
            if !put(dead, letter.message_id.clone(), reason, body).await {
                return;
            }
        }
        if let Err(error) = dead.retried(&letter) {
            error!(%error, "cannot remove a dead letter that was retried");
            return;
        }
    }
}

/// Keeps the gauges of the queue up to date while the worker is busy.
#[allow(clippy::cast_precision_loss)]
async fn measure(queue: mpsc::WeakSender<Job>, oldest: Arc<Mutex<Option<Instant>>>) {
    while let Some(queue) = queue.upgrade() {
        gauge!("codat_queue_depth").set((queue.max_capacity() - queue.capacity()) as f64);
        drop(queue);
        let accepted = *oldest.lock().unwrap_or_else(PoisonError::into_inner);
        let age = accepted.map_or(0.0, |accepted| accepted.elapsed().as_secs_f64());
        gauge!("codat_queue_oldest_seconds").set(age);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn dead(command: Dead) -> Result<(), String> {
    let dead = dead_letters()?;
    let letters = dead.list().map_err(|error| format!("DEAD_DIR: {error}"))?;
    let retry = |id: &str| match dead.retry(id) {
        Ok(true) => Ok(println!("{id}\tto be retried by the server")),
        Ok(false) => Err(format!("{id}: no such dead letter")),
        Err(error) => Err(format!("{id}: {error}")),
    };
    match command {
        Dead::List => {
            for letter in letters {
                let bytes = letter.body.len();
                println!("{}\t{}\t{bytes}\t{}", letter.name, letter.message_id, letter.reason);
            }
            Ok(())
        }
        Dead::Show { id } => {
            let found = letters.iter().find(|letter| letter.name == id || letter.message_id == id);
            let letter = found.ok_or_else(|| format!("{id}: no such dead letter"))?;
            println!("{}", String::from_utf8_lossy(&letter.body));
            Ok(())
        }
        Dead::Retry { id: Some(id), .. } => retry(&id),
        Dead::Retry { id: None, .. } => letters.iter().try_for_each(|letter| retry(&letter.name)),
    }
}
