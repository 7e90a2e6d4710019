//! An endpoint for Codat's webhooks with a queue in memory, and the work done in the same process.
//!
//! | answer | reason |
//! |---|---|
//! | 202 | it is in the queue, is a duplicate, or could not be parsed and is dead-lettered |
//! | 401 | it is not signed by Codat, or too long ago |
//! | 408, 413 | the body is too slow, too large |
//! | 503 | the queue is full, or the dead letter cannot be written: Codat delivers again |
//!
//! Events in the queue are lost if the process is killed. `durable_queue.rs` does not lose them.
//!
//! ```sh
//! CODAT_WEBHOOK_SECRETS=whsec_… cargo run --bin axum_server
//! cargo run --bin axum_server -- dead list
//! ```

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use clap::{Parser, Subcommand};
use codat_webhooks::signature::Verified;
use codat_webhooks::{Webhook, from_slice};
use common::broker::until_done;
use common::dead_letters::Dead;
use common::endpoint::{self, Outcome, Queue};
use common::folder::Folder;
use common::handler;
use common::seen::{Seen, keys};
use common::serve::{listen, serve, stop_signal};
use common::settings::{exit, number, optional, setting};
use common::telemetry::{init_logs, serve_metrics};
use metrics::gauge;
use tokio::sync::mpsc;
use tokio::time::{interval, sleep};
use tracing::{error, info, warn};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// See the dead letters, and hand them to the server again.
    #[command(subcommand)]
    Dead(Dead),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let is_dead = arguments.command.is_some();
    init_logs(if is_dead { "warn" } else { "info" });
    exit(match arguments.command {
        None => run().await,
        Some(Command::Dead(command)) => dead(command).await,
    })
}

async fn dead(command: Dead) -> Result<(), String> {
    let result = command.run(&Folder::open()?).await;
    result.map_err(|error| error.to_string())
}

async fn run() -> Result<(), String> {
    let address: SocketAddr = setting("LISTEN", Some("127.0.0.1:8080"))?;
    let connections = number("CONNECTIONS", 512, 100_000)?;
    let settings = endpoint::Settings::read(4 << 20)?;
    // How many events may wait for the worker.
    let queue = number("QUEUE", 1000, 1_000_000)?;
    // How many events are remembered, with two ids of about 80 bytes each.
    let seen_ids = number("SEEN_IDS", 1_000_000, 1_000_000_000)?;
    let metrics = optional("METRICS_LISTEN")?;
    serve_metrics(metrics).await?;
    let dead = Folder::open()?;
    let listener = listen("LISTEN", address).await?;
    let stop = stop_signal()?;

    let (sender, jobs) = mpsc::channel(queue);
    let oldest = Oldest::default();
    tokio::spawn(measure(sender.downgrade(), Arc::clone(&oldest)));
    let worker = Worker {
        dead: dead.clone(),
        oldest,
    };
    let worker = tokio::spawn(worker.run(jobs));
    let memory = Memory {
        sender,
        seen: Mutex::new(Seen::new(2 * seen_ids)),
        dead,
    };
    let router = endpoint::router(settings, memory);
    // The senders go with the router, so that the worker ends after the last event.
    serve(listener, router, connections, stop).await;
    info!("working off the queue");
    let result = worker.await;
    info!("stopped");
    result.map_err(|error| format!("worker: {error}"))
}

// The queue

/// An event in the queue.
struct Job {
    message_id: String,
    webhook: Webhook,
    /// For a dead letter.
    body: Bytes,
    accepted: Instant,
}

struct Memory {
    sender: mpsc::Sender<Job>,
    seen: Mutex<Seen>,
    dead: Folder,
}

impl Queue for Memory {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        let keys = keys(&delivery);
        if lock(&self.seen).contains(keys) {
            return Outcome::Duplicate;
        }
        let message_id = delivery.message_id().to_owned();
        let webhook = match delivery.parse() {
            Ok(webhook) => webhook,
            Err(error) => {
                let reason = handler::unreadable(&error);
                if let Err(error) = put(&self.dead, &message_id, &reason, delivery.body()).await {
                    error!(%error, "cannot write a dead letter");
                    return Outcome::QueueAway;
                }
                lock(&self.seen).insert(keys, Instant::now());
                return Outcome::DeadLettered;
            }
        };
        let job = Job {
            message_id,
            webhook,
            body: delivery.into_body(),
            accepted: Instant::now(),
        };
        // Locked until the event is in the queue: another copy may be received at the same time.
        let mut seen = lock(&self.seen);
        if seen.contains(keys) {
            return Outcome::Duplicate;
        }
        if self.sender.try_send(job).is_err() {
            return Outcome::QueueFull;
        }
        seen.insert(keys, Instant::now());
        Outcome::Accepted
    }

    async fn ready(&self) -> bool {
        self.sender.capacity() > 0 && !self.sender.is_closed()
    }
}

/// Writes a dead letter on a thread that may wait for the disk.
async fn put(dead: &Folder, message_id: &str, reason: &str, body: &Bytes) -> std::io::Result<()> {
    warn!(message_id, reason, "dead-lettered");
    let (message_id, reason) = (message_id.to_owned(), reason.to_owned());
    let (dead, body) = (dead.clone(), body.clone());
    let put = tokio::task::spawn_blocking(move || dead.put(&message_id, &reason, &body));
    put.await.map_err(std::io::Error::other)?
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// The worker

/// When the event that is being handled was accepted.
type Oldest = Arc<Mutex<Option<Instant>>>;

struct Worker {
    dead: Folder,
    oldest: Oldest,
}

impl Worker {
    /// Handles one event after the other, until the queue is closed and empty.
    async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut look = interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                biased;
                _ = look.tick() => self.retry().await,
                job = jobs.recv() => match job {
                    Some(job) => self.handle(job).await,
                    None => return,
                },
            }
        }
    }

    async fn handle(&self, job: Job) {
        *lock(&self.oldest) = Some(job.accepted);
        let (message_id, body) = (&job.message_id, &job.body);
        if let Err(reason) = handler::attempt(message_id, job.webhook).await {
            // The queue fills meanwhile, and Codat keeps what does not fit.
            until_done("the disk", || put(&self.dead, message_id, &reason, body)).await;
        }
        *lock(&self.oldest) = None;
    }

    /// Handles the dead letters that are to be retried.
    async fn retry(&self) {
        let next = || {
            self.dead
                .next_retry()
                .inspect_err(|error| error!(%error, "dead letters"))
        };
        while let Ok(Some((id, letter))) = next() {
            let message_id = &letter.message_id;
            let body: Bytes = letter.body.into();
            let result = match from_slice(&body) {
                Ok(webhook) => handler::attempt(message_id, webhook).await,
                Err(error) => Err(handler::unreadable(&error)),
            };
            if let Err(reason) = result {
                until_done("the disk", || put(&self.dead, message_id, &reason, &body)).await;
            }
            until_done("the disk", async || self.dead.end_retry(&id)).await;
        }
    }
}

/// Keeps the gauges of the queue up to date, also while the worker is busy.
#[allow(clippy::cast_precision_loss)]
async fn measure(queue: mpsc::WeakSender<Job>, oldest: Oldest) {
    while let Some(queue) = queue.upgrade() {
        gauge!("codat_queue_depth").set((queue.max_capacity() - queue.capacity()) as f64);
        drop(queue);
        let accepted = *lock(&oldest);
        let age = accepted.map_or(0.0, |accepted| accepted.elapsed().as_secs_f64());
        gauge!("codat_queue_oldest_seconds").set(age);
        sleep(Duration::from_secs(1)).await;
    }
}
