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
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::time::Duration;

use async_nats::header::HeaderMap;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::{AckKind, Message};
use axum::body::Bytes;
use clap::{Parser, Subcommand};
use codat_webhooks::from_slice;
use codat_webhooks::signature::Verified;
use common::broker::{
    AnyError, Broker, DEAD, EVENT_KEY, MESSAGE_ID, NotStored, QUEUE, REASON, RETRY, Streams, measure,
    until_done,
};
use common::endpoint::{self, Outcome, Queue};
use common::handler;
use common::seen::{hex, message_key};
use common::serve::{listen, serve, stop_signal};
use common::settings::{exit, number, optional, seconds, setting};
use common::telemetry::{init_logs, serve_metrics};
use futures_util::StreamExt;
use metrics::counter;
use tracing::{error, info, warn};

#[derive(Parser)]
enum Command {
    /// Receive deliveries and store them.
    Receive,
    /// Handle the events that are stored.
    Work,
    /// See the dead letters, and retry them.
    #[command(subcommand)]
    Dead(Dead),
}

#[derive(Subcommand)]
enum Dead {
    /// Print a line for each: number, message id, bytes, reason.
    List,
    /// Print the body of one.
    Show { id: u64 },
    /// Put one, or all, back into the queue.
    Retry {
        #[arg(required_unless_present = "all")]
        id: Option<u64>,
        #[arg(long)]
        all: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Command::parse();
    init_logs();
    exit(match command {
        Command::Receive => receive().await,
        Command::Work => work().await,
        Command::Dead(command) => dead(command).await.map_err(|error| error.to_string()),
    })
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
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = stop_signal()?;
    info!(%address, "listening");

    tokio::spawn(streams.keep(broker.clone()));
    tokio::spawn(measure(broker.clone()));
    serve(listener, endpoint::router(settings, Stored(broker)), connections, stop).await;
    info!("stopped");
    Ok(())
}

struct Stored(Broker);

impl Queue for Stored {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        match self.0.enqueue(delivery).await {
            Ok(()) => Outcome::Accepted,
            Err(NotStored::Duplicate) => {
                counter!("codat_duplicates_total").increment(1);
                Outcome::Duplicate
            }
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
    attempts: i64,
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
    let stop = stop_signal()?;
    tokio::spawn(measure(broker.clone()));
    let worker = Worker { broker, ack_wait, attempts: attempts.try_into().unwrap_or(i64::MAX), retry_after };
    info!("working");

    let (stop_work, mut stopping) = tokio::sync::oneshot::channel();
    let deadline = async {
        stop.await;
        info!("stopping");
        let _ = stop_work.send(());
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        () = worker.run(&mut stopping) => info!("stopped"),
        () = deadline => warn!("stopped in the middle of an event, which another worker will handle"),
    }
    Ok(())
}

impl Worker {
    /// Handles events until it is stopped, and takes the queue up again after each failure.
    async fn run(&self, stopping: &mut tokio::sync::oneshot::Receiver<()>) {
        let mut stopping = Pin::new(stopping);
        loop {
            let mut messages = tokio::select! {
                _ = &mut stopping => return,
                messages = until_done("the queue", || self.messages()) => messages,
            };
            loop {
                let message = tokio::select! {
                    biased;
                    _ = &mut stopping => return,
                    message = messages.next() => message,
                };
                let result = match message {
                    Some(Ok(message)) => self.process(&message).await,
                    Some(Err(error)) => Err(error.into()),
                    None => Err("the queue has ended".into()),
                };
                if let Err(error) = result {
                    warn!(%error, "taking the queue up again");
                    break;
                }
            }
            tokio::select! {
                _ = &mut stopping => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    async fn messages(&self) -> Result<pull::Stream, AnyError> {
        let config = pull::Config {
            durable_name: Some("workers".to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.ack_wait,
            ..pull::Config::default()
        };
        let queue = self.broker.context().get_stream_no_info(QUEUE).await?;
        let consumer: PullConsumer = queue.create_consumer(config).await?;
        // One at a time: the ack wait of a message in the memory of a busy worker would be running.
        let stream = consumer.stream().max_messages_per_batch(1);
        Ok(stream.heartbeat(Duration::from_secs(5)).messages().await?)
    }

    /// Handles a message, and reports progress to the broker meanwhile.
    async fn process(&self, message: &Message) -> Result<(), AnyError> {
        let mut done = pin!(self.end(message));
        loop {
            tokio::select! {
                result = &mut done => return result,
                () = tokio::time::sleep(self.ack_wait / 3) => message.ack_with(AckKind::Progress).await?,
            }
        }
    }

    async fn end(&self, message: &Message) -> Result<(), AnyError> {
        let none = HeaderMap::new();
        let headers = message.headers.as_ref().unwrap_or(&none);
        let text = |name| headers.get(name).map_or("", |value| value.as_str());
        let message_id = text(MESSAGE_ID);
        let (event, by_message) = (text(EVENT_KEY), hex(message_key(message_id)));
        if headers.get(RETRY).is_none() {
            let (one, other) =
                tokio::try_join!(self.broker.was_seen(event), self.broker.was_seen(&by_message))?;
            if one || other {
                counter!("codat_duplicates_total").increment(1);
                return message.double_ack().await;
            }
        }
        let delivered = message.info()?.delivered;
        let result = match from_slice(&message.payload) {
            // It has taken its worker down with it each time.
            _ if delivered > self.attempts => Err(format!("no result of {} attempts", self.attempts)),
            Ok(webhook) => match handler::attempt(message_id, webhook).await {
                Err(_) if delivered < self.attempts => {
                    return message.ack_with(AckKind::Nak(Some(self.retry_after))).await;
                }
                result => result,
            },
            // Without the path and the event type, which may contain texts of a customer.
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                Err(format!("{} at line {line} column {column}", error.kind()))
            }
        };
        if let Err(reason) = result {
            warn!(message_id, reason, "dead-lettered");
            let put = self.broker.dead_letter(headers, &reason, message.payload.clone());
            if let Err(error) = put.await {
                error!(message_id, %error, "cannot be dead-lettered, and stays in the queue");
                return message.ack_with(AckKind::Nak(Some(self.retry_after))).await;
            }
        }
        self.broker.remember([event, &by_message]).await?;
        message.double_ack().await
    }
}

// The dead letters

async fn dead(command: Dead) -> Result<(), AnyError> {
    let broker = Broker::connect().await?;
    let wait = async {
        while !broker.is_connected() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let connected = tokio::time::timeout(Duration::from_secs(5), wait).await;
    connected.map_err(|_| "NATS_URL: the broker is away")?;
    let stream = broker.stream(DEAD).await?;
    let state = &stream.cached_info().state;
    let all = if state.messages == 0 { 1..=0 } else { state.first_sequence..=state.last_sequence };
    match command {
        Dead::List => {
            for id in all {
                let Ok(letter) = stream.get_raw_message(id).await else { continue };
                let text = |name| letter.headers.get(name).map_or("", |value| value.as_str());
                let bytes = letter.payload.len();
                println!("{id}\t{}\t{bytes}\t{}", text(MESSAGE_ID), text(REASON));
            }
        }
        Dead::Show { id } => {
            let letter = stream.get_raw_message(id).await;
            let letter = letter.map_err(|_| format!("{id}: no such dead letter"))?;
            println!("{}", String::from_utf8_lossy(&letter.payload));
        }
        Dead::Retry { id, .. } => {
            for id in id.map_or(all, |id| id..=id) {
                match broker.retry(id).await? {
                    true => println!("{id}\tin the queue"),
                    false if state.messages == 0 || id < state.first_sequence || id > state.last_sequence => {
                        return Err(format!("{id}: no such dead letter").into());
                    }
                    false => {}
                }
            }
        }
    }
    Ok(())
}
