//! An endpoint for Codat's webhooks in front of NATS `JetStream`, and a worker in another process.
//!
//! ```sh
//! nats-server -js -sd /var/lib/codat-queue
//! CODAT_WEBHOOK_SECRETS=whsec_… cargo run --bin durable_queue -- receive
//! cargo run --bin durable_queue -- work
//! ```
//!
//! `receive` verifies a delivery and publishes its raw body, with the message id as the broker's
//! deduplication key. It answers 202 once the broker has it, 401 for a bad signature, 408 or 413 for
//! a body that is too slow or too large, and 503 where the broker does not take it: Codat delivers
//! again. It reads nothing of the body, so nothing that is genuine is refused.
//!
//! `work` reads, parses and matches, and acknowledges when the work is done. It may be killed at any
//! time: what it did not acknowledge comes again, to it or to another worker, of which there may be
//! any number. A body that cannot be read is put aside whole, with its error, below
//! `codat.unreadable`.
//!
//! The broker drops what comes a second time. What it cannot tell is a worker that is killed between
//! doing its work and saying so: make the effect idempotent by the message id. A single broker
//! answers when the file is written, not when it is on the disk; against the loss of power, run three
//! and set `REPLICAS` to 3.
//!
//! Settings are read from the environment; see `setting` for their names and defaults.

use std::env;
use std::error::Error;
use std::fmt::Display;
use std::net::SocketAddr;
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_nats::header::{HeaderMap as NatsHeaders, NATS_MESSAGE_ID};
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::Context;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{self, DiscardPolicy};
use async_nats::jetstream::{self, AckKind, Message};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use codat_webhooks::signature::{SignatureHeaders, Verified, Verifier};
use codat_webhooks::{Event, Webhook, from_slice};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tower_http::timeout::TimeoutLayer;
use tracing::{error, info, warn};

type AnyError = Box<dyn Error + Send + Sync>;

const STREAM: &str = "codat";
const WEBHOOKS: &str = "codat.webhooks";
const UNREADABLE: &str = "codat.unreadable";

/// Codat waits 15 seconds for an answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

fn setting<T: FromStr<Err: Display>>(name: &str, default: Option<&str>) -> Result<T, String> {
    let text = match (env::var(name), default) {
        (Ok(text), _) => text,
        (Err(_), Some(default)) => default.to_owned(),
        (Err(_), None) => return Err(format!("{name} is not set")),
    };
    text.parse().map_err(|error| format!("{name}: {error}"))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let role = env::args().nth(1);
    match role.as_deref() {
        Some("receive") => receive().await,
        Some("work") => work().await,
        _ => Err("usage: durable_queue receive|work".into()),
    }
}

/// Waits for the broker until it is there, so that the order of starting does not matter.
async fn connect() -> Result<Context, AnyError> {
    let url: String = setting("NATS_URL", Some("127.0.0.1:4222"))?;
    let client = async_nats::connect_with_options(
        url,
        async_nats::ConnectOptions::new()
            .retry_on_initial_connect()
            .event_callback(|event| async move { info!(%event, "broker") }),
    )
    .await?;
    let config = stream::Config {
        name: STREAM.to_owned(),
        subjects: vec![WEBHOOKS.to_owned(), UNREADABLE.to_owned()],
        max_bytes: setting("STREAM_BYTES", Some("1073741824"))?,
        num_replicas: setting("REPLICAS", Some("1"))?,
        // What was handled stays for a while: the broker needs it to tell duplicates after a start.
        max_age: Duration::from_hours(14 * 24),
        // Codat delivers again for 28 hours.
        duplicate_window: Duration::from_hours(30),
        // A full stream refuses what comes. It does not forget what is there.
        discard: DiscardPolicy::New,
        ..stream::Config::default()
    };
    let broker = jetstream::new(client);
    until_done("the broker", || {
        broker.create_or_update_stream(config.clone())
    })
    .await;
    Ok(broker)
}

async fn until_done<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    attempt: impl Fn() -> F,
) -> T {
    loop {
        match attempt().await {
            Ok(done) => return done,
            Err(error) => warn!(%error, "waiting for {what}"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn stop_signal() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

// The endpoint

struct Endpoint {
    verifier: Verifier,
    broker: Context,
}

async fn receive() -> Result<(), AnyError> {
    let verifier = setting("CODAT_WEBHOOK_SECRETS", None)?;
    let listen: SocketAddr = setting("LISTEN", Some("127.0.0.1:8080"))?;
    // The broker takes messages of 1 MiB, with their headers, unless it is told otherwise.
    let body_limit = setting("BODY_LIMIT", Some("1000000"))?;
    let broker = connect().await?;

    let listener = TcpListener::bind(listen).await?;
    info!(address = %listener.local_addr()?, "listening");
    let router = Router::new()
        .route("/webhooks/codat", post(accept))
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            REQUEST_TIMEOUT,
        ))
        .with_state(Arc::new(Endpoint { verifier, broker }));
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stop_signal().await;
        info!("stopping");
    });
    // A client that sends nothing more must not keep the server from stopping.
    let deadline = async {
        let _ = stop_signal().await;
        tokio::time::sleep(REQUEST_TIMEOUT).await;
    };
    tokio::select! {
        result = server.into_future() => result?,
        () = deadline => warn!("connections were left open"),
    }
    Ok(())
}

async fn accept(
    State(endpoint): State<Arc<Endpoint>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let verified = SignatureHeaders::from_headers(&headers)
        .and_then(|headers| endpoint.verifier.verify(headers, body));
    let delivery = match verified {
        Ok(delivery) => delivery,
        // The answer does not tell why: it would help only who tries signatures out.
        Err(error) => {
            warn!(%error, "refused");
            return StatusCode::UNAUTHORIZED;
        }
    };
    let id = delivery.message_id().to_owned();
    match publish(&endpoint.broker, delivery).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(error) => {
            error!(%id, %error, "not published");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Returns when the broker has it.
async fn publish(broker: &Context, delivery: Verified<Bytes>) -> Result<(), AnyError> {
    let message = PublishMessage::build()
        .message_id(delivery.message_id())
        .payload(delivery.into_body());
    broker.send_publish(WEBHOOKS, message).await?.await?;
    Ok(())
}

// The worker

async fn work() -> Result<(), AnyError> {
    // What a worker has taken comes again after this time, unless it says that it is at work.
    let ack_wait = Duration::from_secs(setting("ACK_WAIT_SECONDS", Some("30"))?);
    let broker = connect().await?;
    let config = pull::Config {
        durable_name: Some("workers".to_owned()),
        filter_subject: WEBHOOKS.to_owned(),
        ack_policy: AckPolicy::Explicit,
        ack_wait,
        ..pull::Config::default()
    };
    info!("working");

    let mut stop = pin!(stop_signal());
    loop {
        let consumer: PullConsumer = until_done("the queue", || {
            broker.create_consumer_on_stream(config.clone(), STREAM)
        })
        .await;
        // One at a time: the time of what lies in a worker's memory would be running.
        let taken = consumer.stream().max_messages_per_batch(1).messages().await;
        let mut messages = match taken {
            Ok(messages) => messages,
            Err(error) => {
                warn!(%error, "taking the queue up again");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        loop {
            let message = tokio::select! {
                biased;
                result = &mut stop => {
                    info!("stopping");
                    return Ok(result?);
                }
                message = messages.next() => message,
            };
            let result = match message {
                Some(Ok(message)) => process(&broker, &message, ack_wait).await,
                Some(Err(error)) => Err(error.into()),
                None => Err("the queue has ended".into()),
            };
            if let Err(error) = result {
                warn!(%error, "taking the queue up again");
                break;
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Works on a message, and acknowledges it when that is done.
async fn process(broker: &Context, message: &Message, ack_wait: Duration) -> Result<(), AnyError> {
    let id = message
        .headers
        .as_ref()
        .and_then(|headers| headers.get(NATS_MESSAGE_ID))
        .map_or("", |id| id.as_str());
    let mut done = pin!(async {
        match from_slice(&message.payload) {
            Ok(webhook) => handle(id, webhook).await,
            Err(error) => {
                error!(%id, %error, "unreadable");
                put_aside(broker, id, message.payload.clone(), &error).await
            }
        }
    });
    let result = loop {
        tokio::select! {
            result = &mut done => break result,
            () = tokio::time::sleep(ack_wait / 3) => message.ack_with(AckKind::Progress).await?,
        }
    };
    match result {
        Ok(()) => message.double_ack().await,
        Err(error) => {
            error!(%id, %error, "not handled, to be tried again");
            let later = Some(Duration::from_secs(10));
            message.ack_with(AckKind::Nak(later)).await
        }
    }
}

/// Puts a body that cannot be read aside, whole, with its error.
async fn put_aside(
    broker: &Context,
    id: &str,
    body: Bytes,
    error: &codat_webhooks::Error,
) -> Result<(), AnyError> {
    let mut headers = NatsHeaders::new();
    headers.insert("Error", error.to_string());
    let message = PublishMessage::build()
        .headers(headers)
        // No message of Codat's has a dot in its id.
        .message_id(format!("unreadable.{id}"))
        .payload(body);
    broker.send_publish(UNREADABLE, message).await?.await?;
    Ok(())
}

/// What you do with an event. After an error it comes again; it may come again after a success too,
/// if the worker is killed before it can say so: the message id tells.
async fn handle(id: &str, webhook: Webhook) -> Result<(), AnyError> {
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
    let mut out = tokio::io::stdout();
    out.write_all(format!("{id}\t{event_type}\t{what}\n").as_bytes())
        .await?;
    Ok(out.flush().await?)
}
