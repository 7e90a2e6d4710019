//! The streams of the queue in NATS `JetStream`, and their limits.
//!
//! | stream | contains | when it is full |
//! |---|---|---|
//! | `codat-queue` | events that are not handled yet, one message for each event | refuses more |
//! | `codat-dead` | dead letters, until they are retried | refuses more |
//! | `codat-seen` | keys of the events that ended in the last 14 days | forgets the oldest |
//!
//! An event leaves the queue when it is acknowledged, so only unhandled events fill it. No message of
//! `codat-queue` or `codat-dead` expires. The receiver creates the streams and sets their limits. A
//! worker leaves them as they are.

use std::future::IntoFuture;
use std::time::{Duration, SystemTime};

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy};
use metrics::gauge;
use tracing::warn;

use crate::AnyError;
use crate::broker::Broker;
use crate::seen::KEPT;
use crate::settings::number;

pub const QUEUE: &str = "codat-queue";
pub const DEAD: &str = "codat-dead";
pub const SEEN: &str = "codat-seen";

/// The subject of dead letters.
pub const DEAD_SUBJECT: &str = "codat.dead";

/// Returns the subject of an event in the queue. The stream keeps one message of a subject: a second
/// copy of the event is refused while the first is not handled.
#[must_use]
pub fn queue_subject(key: &str) -> String {
    format!("codat.queue.{key}")
}

/// Returns the subject of the key of an event that ended.
#[must_use]
pub fn seen_subject(key: &str) -> String {
    format!("codat.seen.{key}")
}

/// The streams, with the limits that the receiver sets.
pub struct Streams([Config; 3]);

impl Streams {
    /// Reads the limits from the environment: `STREAM_BYTES`, `DEAD_BYTES`, `SEEN_IDS`, `REPLICAS`.
    ///
    /// # Errors
    ///
    /// Returns a line that names the setting.
    pub fn read() -> Result<Self, String> {
        let limit = |name, default, most| {
            number(name, default, most).map(|limit| i64::try_from(limit).unwrap_or(i64::MAX))
        };
        let num_replicas = number("REPLICAS", 1, 5)?;
        let stream = |name: &str, subject: &str| Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            discard: DiscardPolicy::New,
            num_replicas,
            ..Config::default()
        };
        Ok(Self([
            Config {
                max_bytes: limit("STREAM_BYTES", 1 << 30, 1 << 50)?,
                retention: RetentionPolicy::WorkQueue,
                max_messages_per_subject: 1,
                discard_new_per_subject: true,
                ..stream(QUEUE, &queue_subject("*"))
            },
            Config {
                max_bytes: limit("DEAD_BYTES", 1 << 28, 1 << 50)?,
                ..stream(DEAD, DEAD_SUBJECT)
            },
            Config {
                // A message id and an event id for each event.
                max_messages: 2 * limit("SEEN_IDS", 1_000_000, 1 << 40)?,
                max_messages_per_subject: 1,
                max_age: KEPT,
                discard: DiscardPolicy::Old,
                allow_direct: true,
                ..stream(SEEN, &seen_subject("*"))
            },
        ]))
    }

    /// Creates the streams and sets their limits, then creates them again whenever they are missing: a
    /// broker can come back with an empty disk.
    pub async fn keep(self, broker: Broker) {
        let mut have_limits = false;
        loop {
            let result = self.create(&broker, have_limits).await;
            if let Err(error) = &result {
                warn!(%error, "waiting for the broker");
            }
            have_limits = result.is_ok();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn create(&self, broker: &Broker, have_limits: bool) -> Result<(), AnyError> {
        let context = broker.context();
        for config in self.0.clone() {
            if have_limits {
                context.get_or_create_stream(config).await?;
            } else {
                let create = context.create_or_update_stream(config);
                create.into_future().await?;
            }
        }
        Ok(())
    }
}

/// Keeps the gauges of the streams up to date.
#[allow(clippy::cast_precision_loss)]
pub async fn measure(broker: Broker) {
    loop {
        if let Ok(queue) = broker.stream(QUEUE).await {
            let state = &queue.cached_info().state;
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let now = now.unwrap_or_default().as_secs_f64();
            let first = state.first_timestamp.unix_timestamp() as f64;
            let is_empty = state.messages == 0;
            let age = if is_empty {
                0.0
            } else {
                (now - first).max(0.0)
            };
            gauge!("codat_queue_depth").set(state.messages as f64);
            gauge!("codat_queue_oldest_seconds").set(age);
        }
        if let Ok(dead) = broker.stream(DEAD).await {
            gauge!("codat_dead_letters").set(dead.cached_info().state.messages as f64);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
