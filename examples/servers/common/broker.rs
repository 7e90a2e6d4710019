//! The queue in NATS `JetStream`. [`streams`](crate::streams) says what it consists of.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use async_nats::connection::State;
use async_nats::header::{HeaderMap, NATS_MESSAGE_ID};
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions, ServerAddr};
use axum::body::Bytes;
use codat_webhooks::signature::Verified;
use metrics::counter;
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::AnyError;
use crate::dead_letters::{DeadLetter, DeadLetters};
use crate::seen::{hex, keys};
use crate::settings::setting;
use crate::streams::{DEAD, DEAD_SUBJECT, QUEUE, SEEN, queue_subject, seen_subject};

/// The headers of a message.
pub const MESSAGE_ID: &str = "Codat-Message-Id";
pub const MESSAGE_KEY: &str = "Codat-Message-Key";
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
        let url: ServerAddr = setting("NATS_URL", Some("127.0.0.1:4222"))?;
        let options = ConnectOptions::new()
            .retry_on_initial_connect()
            .reconnect_delay_callback(|attempt| Duration::from_millis(100 * attempt.min(10) as u64))
            .ping_interval(Duration::from_secs(5))
            // What the client holds back while the broker is away is stored later, though it was refused.
            .client_capacity(64);
        let client = options.connect(url).await;
        let client = client.map_err(|error| format!("NATS_URL: {error}"))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(STORE_TIMEOUT);
        Ok(Self { client, context })
    }

    /// Waits until the broker is there.
    ///
    /// # Errors
    ///
    /// Returns an error if it is still away after 5 seconds.
    pub async fn connected(self) -> Result<Self, AnyError> {
        for _ in 0..100 {
            if self.is_connected() {
                return Ok(self);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err("NATS_URL: the broker is away".into())
    }

    fn is_connected(&self) -> bool {
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

    /// Returns `true` if the queue has room for an event of average size.
    pub async fn is_ready(&self) -> bool {
        let Ok(queue) = self.stream(QUEUE).await else {
            return false;
        };
        let info = queue.cached_info();
        let limit = u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX);
        let (bytes, messages) = (info.state.bytes, info.state.messages);
        self.is_connected() && bytes + bytes / messages.max(1) < limit
    }

    /// Stores a delivery in the queue.
    ///
    /// # Errors
    ///
    /// Returns why it is not stored.
    pub async fn enqueue(&self, delivery: Verified<Bytes>) -> Result<(), NotStored> {
        let [message, event] = keys(&delivery).map(hex);
        let mut headers = HeaderMap::new();
        headers.insert(MESSAGE_ID, delivery.message_id());
        headers.insert(MESSAGE_KEY, message.as_str());
        headers.insert(EVENT_KEY, event.as_str());
        headers.insert(NATS_MESSAGE_ID, message);
        self.store(&event, headers, delivery.into_body()).await
    }

    async fn store(&self, key: &str, headers: HeaderMap, body: Bytes) -> Result<(), NotStored> {
        if !self.is_connected() {
            return Err(NotStored::Away);
        }
        let message = PublishMessage::build().headers(headers).payload(body);
        let publish = self.context.send_publish(queue_subject(key), message);
        let error = match timeout(STORE_TIMEOUT, async { publish.await?.await }).await {
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

    /// Returns the events of the queue, one at a time: the acknowledgement of a second one would be
    /// awaited while the first is being handled.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is away, or does not have the queue yet.
    pub async fn events(&self, ack_wait: Duration) -> Result<pull::Stream, AnyError> {
        let config = pull::Config {
            durable_name: Some("workers".to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait,
            ..pull::Config::default()
        };
        let queue = self.context.get_stream_no_info(QUEUE).await?;
        let consumer: PullConsumer = queue.create_consumer(config).await?;
        let stream = consumer.stream().max_messages_per_batch(1);
        Ok(stream.heartbeat(Duration::from_secs(5)).messages().await?)
    }

    /// Returns `true` if an event with this key has ended.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker is away.
    pub async fn was_seen(&self, key: &str) -> Result<bool, AnyError> {
        let seen = self.context.get_stream_no_info(SEEN).await?;
        let found = timeout(
            STORE_TIMEOUT,
            seen.direct_get_last_for_subject(seen_subject(key)),
        );
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
        // No deduplication: a letter that is retried can fail again.
        headers.insert(NATS_MESSAGE_ID, unique());
        let message = PublishMessage::build().headers(headers).payload(body);
        let ack = self.context.send_publish(DEAD_SUBJECT, message).await?;
        ack.await?;
        counter!("codat_dead_letters_total").increment(1);
        Ok(())
    }
}

/// Their ids are the sequence numbers of the stream.
impl DeadLetters for Broker {
    async fn ids(&self) -> Result<Vec<String>, AnyError> {
        let dead = self.stream(DEAD).await?;
        let state = &dead.cached_info().state;
        if state.messages == 0 {
            return Ok(Vec::new());
        }
        let all = state.first_sequence..=state.last_sequence;
        Ok(all.map(|number| number.to_string()).collect())
    }

    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, AnyError> {
        let Ok(number) = id.parse() else {
            return Ok(None);
        };
        let dead = self.context.get_stream_no_info(DEAD).await?;
        let Ok(message) = dead.get_raw_message(number).await else {
            return Ok(None);
        };
        Ok(Some(DeadLetter {
            message_id: header(&message.headers, MESSAGE_ID).to_owned(),
            reason: header(&message.headers, REASON).to_owned(),
            body: message.payload.into(),
        }))
    }

    async fn retry(&self, id: &str) -> Result<bool, AnyError> {
        let Ok(number) = id.parse() else {
            return Ok(false);
        };
        let dead = self.context.get_stream_no_info(DEAD).await?;
        let Ok(letter) = dead.get_raw_message(number).await else {
            return Ok(false);
        };
        let mut headers = letter.headers;
        let key = header(&headers, EVENT_KEY).to_owned();
        headers.insert(RETRY, "1");
        headers.insert(NATS_MESSAGE_ID, unique());
        let stored = self.store(&key, headers, letter.payload).await;
        stored.map_err(|why| format!("{id}: not stored: {why:?}"))?;
        dead.delete_message(number).await?;
        Ok(true)
    }
}

/// Returns a header of a message, empty if there is none.
#[must_use]
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.as_str())
}

fn unique() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos();
    format!("{now}-{:x}", rand::random::<u64>())
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
        sleep(Duration::from_secs(1)).await;
    }
}
