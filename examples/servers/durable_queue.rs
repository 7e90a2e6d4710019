//! An endpoint for Codat's webhooks in front of NATS `JetStream`, and a worker in another process.
//!
//! ```sh
//! nats-server -js -sd /var/lib/codat-queue
//! CODAT_WEBHOOK_SECRETS=whsec_… cargo run --bin durable_queue -- receive
//! cargo run --bin durable_queue -- work
//! cargo run --bin durable_queue -- dead list
//! ```
//!
//! `receive` verifies a delivery and stores its raw body. It answers 202 once the broker has it, 401 for
//! a bad signature, 408 or 413 for a body that is too slow or too large, and 503 if the broker is away or
//! the queue is full: Codat delivers again.
//!
//! `work` parses and matches, and acknowledges when the work is done. It can be killed at any time: what
//! it did not acknowledge is delivered again, to it or to another worker, of which there can be any
//! number. A body that cannot be parsed, and an event whose work has failed several times, is
//! dead-lettered with its reason.
//!
//! Duplicates are dropped by message id and by event id. The broker cannot know about a worker that is
//! killed between doing its work and reporting it: make the effect idempotent by the event id.

use std::net::SocketAddr;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use async_nats::header::HeaderMap;
use async_nats::jetstream::{AckKind, Message};
use axum::body::Bytes;
use clap::{Parser, Subcommand};
use codat_webhooks::from_slice;
use codat_webhooks::signature::Verified;
use common::AnyError;
use common::broker::{
    Broker, EVENT_KEY, MESSAGE_ID, MESSAGE_KEY, NotStored, RETRY, header, until_done,
};
use common::dead_letters::Dead;
use common::endpoint::{self, Outcome, Queue};
use common::handler;
use common::serve::{listen, serve, stop_signal};
use common::settings::{exit, number, optional, seconds, setting};
use common::streams::{Streams, measure};
use common::telemetry::{init_logs, serve_metrics};
use futures_util::{FutureExt, StreamExt};
use metrics::counter;
use tokio::time::sleep;
use tracing::{error, info, warn};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Receive deliveries and store them.
    Receive,
    /// Handle the events that are stored.
    Work,
    /// See the dead letters, and retry them.
    #[command(subcommand)]
    Dead(Dead),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let is_dead = matches!(arguments.command, Command::Dead(_));
    init_logs(if is_dead { "warn" } else { "info" });
    exit(match arguments.command {
        Command::Receive => receive().await,
        Command::Work => work().await,
        Command::Dead(command) => dead(command).await.map_err(|error| error.to_string()),
    })
}

async fn dead(command: Dead) -> Result<(), AnyError> {
    let broker = Broker::connect().await?.connected().await?;
    command.run(&broker).await
}

// The endpoint

async fn receive() -> Result<(), String> {
    let address: SocketAddr = setting("LISTEN", Some("127.0.0.1:8080"))?;
    let connections = number("CONNECTIONS", 512, 100_000)?;
    // The broker takes messages of 1 MiB, with their headers, unless it is configured otherwise.
    let settings = endpoint::Settings::read(1_000_000)?;
    let streams = Streams::read()?;
    let metrics = optional("METRICS_LISTEN")?;
    let broker = Broker::connect().await?;
    serve_metrics(metrics).await?;
    let listener = listen("LISTEN", address).await?;
    let stop = stop_signal()?;

    tokio::spawn(streams.keep(broker.clone()));
    tokio::spawn(measure(broker.clone()));
    let router = endpoint::router(settings, Stored(broker));
    serve(listener, router, connections, stop).await;
    info!("stopped");
    Ok(())
}

struct Stored(Broker);

impl Queue for Stored {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        match self.0.enqueue(delivery).await {
            Ok(()) => Outcome::Accepted,
            Err(NotStored::Duplicate) => Outcome::Duplicate,
            Err(NotStored::Full) => Outcome::QueueFull,
            Err(NotStored::Away) => Outcome::QueueAway,
        }
    }

    async fn ready(&self) -> bool {
        self.0.is_ready().await
    }
}

// The worker

struct Worker {
    broker: Broker,
    /// `ACK_WAIT_SECONDS`: after this time an event is delivered to another worker, unless its worker
    /// reports progress.
    ack_wait: Duration,
    /// `ATTEMPTS`: how often an event is tried before it is dead-lettered.
    attempts: usize,
    /// `RETRY_SECONDS`: how long an event whose work failed waits for its next attempt.
    retry_after: Duration,
}

async fn work() -> Result<(), String> {
    let ack_wait = seconds("ACK_WAIT_SECONDS", 30)?;
    let attempts = number("ATTEMPTS", 5, 1000)?;
    let retry_after = seconds("RETRY_SECONDS", 10)?;
    let grace = seconds("GRACE_SECONDS", 10)?;
    let metrics = optional("METRICS_LISTEN")?;
    let broker = Broker::connect().await?;
    serve_metrics(metrics).await?;
    let stop = stop_signal()?.shared();
    tokio::spawn(measure(broker.clone()));
    let worker = Worker {
        broker,
        ack_wait,
        attempts,
        retry_after,
    };

    info!("working");
    let deadline = async {
        stop.clone().await;
        info!("stopping");
        sleep(grace).await;
    };
    tokio::select! {
        () = worker.run(stop.clone()) => info!("stopped"),
        () = deadline => warn!("stopped in the middle of an event: another worker will handle it"),
    }
    Ok(())
}

impl Worker {
    /// Handles events until it is stopped. After a failure it takes the queue up again.
    async fn run(&self, stop: impl Future<Output = ()> + Clone) {
        let mut stopped = pin!(stop.clone());
        loop {
            let mut events = tokio::select! {
                () = stop.clone() => return,
                events = until_done("the queue", || self.broker.events(self.ack_wait)) => events,
            };
            let error: AnyError = loop {
                let event = tokio::select! {
                    biased;
                    () = &mut stopped => return,
                    event = events.next() => event,
                };
                let result = match event {
                    Some(Ok(message)) => self.process(&message).await,
                    Some(Err(error)) => Err(error.into()),
                    None => Err("the queue has ended".into()),
                };
                if let Err(error) = result {
                    break error;
                }
            };
            warn!(%error, "taking the queue up again");
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Handles a message, and reports progress to the broker meanwhile.
    async fn process(&self, message: &Message) -> Result<(), AnyError> {
        let mut done = pin!(self.handle(message));
        loop {
            tokio::select! {
                result = &mut done => return result,
                () = sleep(self.ack_wait / 3) => message.ack_with(AckKind::Progress).await?,
            }
        }
    }

    async fn handle(&self, message: &Message) -> Result<(), AnyError> {
        let none = HeaderMap::new();
        let headers = message.headers.as_ref().unwrap_or(&none);
        let message_id = header(headers, MESSAGE_ID);
        let keys = [header(headers, MESSAGE_KEY), header(headers, EVENT_KEY)];
        let is_retry = headers.get(RETRY).is_some();
        let seen = keys.map(|key| self.broker.was_seen(key));
        if !is_retry
            && futures_util::future::try_join_all(seen)
                .await?
                .contains(&true)
        {
            counter!("codat_duplicates_total").increment(1);
            return message.double_ack().await;
        }

        let try_later = AckKind::Nak(Some(self.retry_after));
        let attempt = usize::try_from(message.info()?.delivered).unwrap_or_default();
        let result = match from_slice(&message.payload) {
            Err(error) => Err(handler::unreadable(&error)),
            // It has taken its worker down with it each time.
            Ok(_) if attempt > self.attempts => {
                Err(format!("no result of {} attempts", self.attempts))
            }
            Ok(webhook) => match handler::attempt(message_id, webhook).await {
                Err(_) if attempt < self.attempts => return message.ack_with(try_later).await,
                result => result,
            },
        };
        if let Err(reason) = result {
            warn!(message_id, reason, "dead-lettered");
            let body = message.payload.clone();
            if let Err(error) = self.broker.dead_letter(headers, &reason, body).await {
                error!(message_id, %error, "cannot be dead-lettered, and stays in the queue");
                return message.ack_with(try_later).await;
            }
        }
        self.broker.remember(keys).await?;
        message.double_ack().await
    }
}
