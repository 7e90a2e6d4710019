//! The streams of NATS `JetStream` behind `durable_queue`.
//!
//! | stream | contains | full |
//! |---|---|---|
//! | `codat-queue` | events that are not handled yet, one message for each event | refuses more |
//! | `codat-dead` | dead letters, until they are retried | refuses more |
//! | `codat-seen` | keys of the events that ended in the last 14 days | forgets the oldest |
//!
//! An event leaves the queue when it is acknowledged, so only unhandled events fill it. No message of
//! `codat-queue` or `codat-dead` expires. The receiver creates the streams and sets their limits; a
//! worker changes nothing of them.

use std::fmt::Display;
use std::future::IntoFuture;
use std::time::{Duration, SystemTime};

use async_nats::connection::State;
use async_nats::header::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{self, DirectGetErrorKind, DiscardPolicy, RetentionPolicy, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions};
use axum::body::Bytes;
use codat_webhooks::signature::Verified;
use metrics::{counter, gauge};
use tokio::time::timeout;
use tracing::{info, warn};

use crate::seen::{KEPT, event_key, hex, message_key};
use crate::settings::{number, setting};

pub type AnyError = Box<dyn std::error::Error + Send + Sync>;

pub const QUEUE: &str = "codat-queue";
pub const DEAD: &str = "codat-dead";
pub const SEEN: &str = "codat-seen";

const DEAD_SUBJECT: &str = "codat.dead";

/// The headers of a message.
pub const MESSAGE_ID: &str = "Codat-Message-Id";
pub const EVENT_KEY: &str = "Codat-Event-Key";
pub const RETRY: &str = "Codat-Retry";
pub const REASON: &str = "Codat-Reason";

/// How long the broker may take to store a message.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct Broker {
    client: Client,
    context: Context,
}

/// Why a message was not stored.
#[derive(Debug, PartialEq, Eq)]
pub enum NotStored {
    /// The queue has the event already.
    Duplicate,
    Full,
    Away,
}

impl Broker {
    /// Connects to `NATS_URL`, in the background: the order in which the programs start does not matter.
    ///
    /// # Errors
    ///
    /// Returns a line that names the setting.
    pub async fn connect() -> Result<Self, String> {
        let url: async_nats::ServerAddr = setting("NATS_URL", Some("127.0.0.1:4222"))?;
        let options = ConnectOptions::new()
            .retry_on_initial_connect()
            .reconnect_delay_callback(|attempt| Duration::from_millis(100 * attempt.min(10) as u64))
            .ping_interval(Duration::from_secs(5))
            // Messages that are kept while the broker is away are stored later, though they were refused.
            .client_capacity(64)
            .event_callback(|event| async move { info!(%event, "broker") });
        let client = options.connect(url).await;
        let client = client.map_err(|error| format!("NATS_URL: {error}"))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(STORE_TIMEOUT);
        Ok(Self { client, context })
    }

    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Returns a stream.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is away, or does not have the stream.
    pub async fn stream(&self, name: &str) -> Result<Stream, AnyError> {
        Ok(timeout(STORE_TIMEOUT, self.context.get_stream(name)).await??)
    }

    /// Returns `true` if the queue takes events.
    pub async fn is_ready(&self) -> bool {
        let Ok(queue) = self.stream(QUEUE).await else {
            return false;
        };
        let info = queue.cached_info();
        let limit = u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX);
        self.is_connected() && info.state.bytes < limit
    }

    /// Stores a delivery in the queue.
    ///
    /// # Errors
    ///
    /// Returns why it is not stored.
    pub async fn enqueue(&self, delivery: Verified<Bytes>) -> Result<(), NotStored> {
        let message_id = delivery.message_id().to_owned();
        // A body that cannot be parsed has no event id.
        let key = event_key(&delivery).unwrap_or_else(|| message_key(&message_id));
        let mut headers = HeaderMap::new();
        headers.insert(MESSAGE_ID, message_id.as_str());
        headers.insert(EVENT_KEY, hex(key));
        let message = PublishMessage::build()
            .headers(headers)
            .message_id(message_id)
            .payload(delivery.into_body());
        self.store(queue_subject(&hex(key)), message).await
    }

    async fn store(&self, subject: String, message: PublishMessage) -> Result<(), NotStored> {
        if !self.is_connected() {
            return Err(NotStored::Away);
        }
        let store = async { self.context.send_publish(subject, message).await?.await };
        let error = match timeout(STORE_TIMEOUT, store).await {
            Ok(Ok(ack)) if ack.duplicate => return Err(NotStored::Duplicate),
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "timed out".to_owned(),
        };
        if error.contains("per subject") {
            return Err(NotStored::Duplicate);
        }
        warn!(%error, "not stored");
        Err(if error.contains("maximum bytes") {
            NotStored::Full
        } else {
            NotStored::Away
        })
    }

    /// Returns `true` if an event with this key has ended.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is away.
    pub async fn was_seen(&self, key: &str) -> Result<bool, AnyError> {
        let seen = self.context.get_stream_no_info(SEEN).await?;
        let found = timeout(STORE_TIMEOUT, seen.direct_get_last_for_subject(seen_subject(key)));
        match found.await? {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Remembers that the event with these keys has ended.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is away.
    pub async fn remember(&self, keys: [&str; 2]) -> Result<(), AnyError> {
        let keep = keys.map(|key| self.context.publish(seen_subject(key), Bytes::new()));
        for ack in futures_util::future::try_join_all(keep).await? {
            ack.await?;
        }
        Ok(())
    }

    /// Stores a dead letter.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is away, or the stream of dead letters is full.
    pub async fn dead_letter(
        &self,
        headers: &HeaderMap,
        reason: &str,
        body: Bytes,
    ) -> Result<(), AnyError> {
        let mut headers = headers.clone();
        headers.insert(REASON, reason);
        // No deduplication by the broker: a letter that is retried may fail again.
        headers.insert(async_nats::header::NATS_MESSAGE_ID, unique("dead"));
        let message = PublishMessage::build().headers(headers).payload(body);
        let ack = self.context.send_publish(DEAD_SUBJECT, message).await?;
        ack.await?;
        counter!("codat_dead_letters_total").increment(1);
        Ok(())
    }

    /// Moves a dead letter back into the queue. Returns `false` if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be moved. It is not lost.
    pub async fn retry(&self, sequence: u64) -> Result<bool, AnyError> {
        let dead = self.stream(DEAD).await?;
        let Ok(letter) = dead.get_raw_message(sequence).await else {
            return Ok(false);
        };
        let mut headers = letter.headers;
        let key = headers.get(EVENT_KEY).map_or("", |key| key.as_str()).to_owned();
        headers.insert(RETRY, "1");
        headers.insert(async_nats::header::NATS_MESSAGE_ID, unique("retry"));
        let message = PublishMessage::build().headers(headers).payload(letter.payload);
        match self.store(queue_subject(&key), message).await {
            Ok(()) => {}
            Err(error) => return Err(format!("not stored: {error:?}").into()),
        }
        dead.delete_message(sequence).await?;
        Ok(true)
    }
}

/// One subject for each event, of which the stream keeps one message: a second copy is refused while the
/// first is not handled.
fn queue_subject(key: &str) -> String {
    format!("codat.queue.{key}")
}

fn seen_subject(key: &str) -> String {
    format!("codat.seen.{key}")
}

fn unique(kind: &str) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!("{kind}-{}-{:x}", now.unwrap_or_default().as_nanos(), rand::random::<u64>())
}

/// The limits of the streams, which the receiver sets.
pub struct Streams([stream::Config; 3]);

impl Streams {
    /// Reads the limits from the environment: `STREAM_BYTES`, `DEAD_BYTES`, `SEEN_IDS`, `REPLICAS`.
    ///
    /// # Errors
    ///
    /// Returns a line that names the setting.
    pub fn read() -> Result<Self, String> {
        let signed = |number| i64::try_from(number).unwrap_or(i64::MAX);
        let stream = |name: &str, subject: &str| stream::Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            discard: DiscardPolicy::New,
            ..stream::Config::default()
        };
        let mut streams = [
            stream::Config {
                max_bytes: signed(number("STREAM_BYTES", 1 << 30, 1 << 50)?),
                retention: RetentionPolicy::WorkQueue,
                max_messages_per_subject: 1,
                discard_new_per_subject: true,
                ..stream(QUEUE, "codat.queue.*")
            },
            stream::Config {
                max_bytes: signed(number("DEAD_BYTES", 1 << 28, 1 << 50)?),
                ..stream(DEAD, DEAD_SUBJECT)
            },
            stream::Config {
                max_messages: signed(number("SEEN_IDS", 1_000_000, 1 << 40)?.saturating_mul(2)),
                max_age: KEPT,
                max_messages_per_subject: 1,
                discard: DiscardPolicy::Old,
                allow_direct: true,
                ..stream(SEEN, "codat.seen.*")
            },
        ];
        let replicas = number("REPLICAS", 1, 5)?;
        for stream in &mut streams {
            stream.num_replicas = replicas;
        }
        Ok(Self(streams))
    }

    /// Creates the streams and sets their limits, then keeps looking whether they are there: a broker
    /// may come back with an empty disk.
    pub async fn keep(self, broker: Broker) {
        let mut set = false;
        loop {
            for config in &self.0 {
                let result = if set {
                    let exists = broker.context.get_or_create_stream(config.clone());
                    exists.await.map(drop).map_err(|error| error.to_string())
                } else {
                    let create = broker.context.create_or_update_stream(config.clone());
                    create.into_future().await.map(drop).map_err(|error| error.to_string())
                };
                if let Err(error) = &result {
                    warn!(stream = config.name, %error, "waiting for the broker");
                    set = false;
                    break;
                }
                set = config.name == SEEN || set;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Keeps the gauges of the queue up to date.
#[allow(clippy::cast_precision_loss)]
pub async fn measure(broker: Broker) {
    loop {
        if let Ok(queue) = broker.stream(QUEUE).await {
            let state = &queue.cached_info().state;
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let now = now.unwrap_or_default().as_secs_f64();
            let first = state.first_timestamp.unix_timestamp() as f64;
            let age = if state.messages == 0 { 0.0 } else { (now - first).max(0.0) };
            gauge!("codat_queue_depth").set(state.messages as f64);
            gauge!("codat_queue_oldest_seconds").set(age);
        }
        if let Ok(dead) = broker.stream(DEAD).await {
            gauge!("codat_dead_letters").set(dead.cached_info().state.messages as f64);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Repeats an attempt each second until it succeeds.
pub async fn until_done<T, E: Display, F: Future<Output = Result<T, E>>>(
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
