//! What becomes of a verified delivery: a row of the inbox.

use std::fmt::Display;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use base64::prelude::{BASE64_STANDARD, Engine};
use codat_webhooks::signature::Verified;
use metrics::counter;
use sha2::{Digest, Sha256};
use sqlx::Error;
use tracing::warn;

use crate::database::{PATIENCE, bounded};
use crate::endpoint::{ACCEPTED, AWAY, DEAD_LETTERED, DUPLICATE, FULL, Outcome, Queue};
use crate::handler::unreadable;
use crate::inbox::Inbox;
use crate::sql;
use crate::telemetry::Lines;

static NOT_STORED: Lines = Lines::new();

impl Queue for Inbox {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        bounded(PATIENCE, self.store(delivery))
            .await
            .unwrap_or_else(|error| {
                NOT_STORED.warn(|hidden| warn!(%error, hidden, "not stored"));
                AWAY
            })
    }

    /// Finds out by writing, at most once a second.
    async fn ready(&self) -> bool {
        let mut ready = self.ready.lock().await;
        match *ready {
            Some((at, is_ready)) if at.elapsed() < Duration::from_secs(1) => is_ready,
            _ => {
                let filler: Vec<u8> = (0..16 * 1024).map(|_| rand::random()).collect();
                let probe = self.database.query(sql::PROBE).bind(filler);
                let is_ready = self.database.execute(probe).await.is_ok() && !self.is_full();
                *ready = Some((Instant::now(), is_ready));
                is_ready
            }
        }
    }
}

impl Inbox {
    async fn store(&self, delivery: Verified<Bytes>) -> Result<Outcome, Error> {
        let message_id = key(delivery.message_id());
        let envelope = delivery.envelope().ok();
        let event = envelope.map(|event| event_key(&event.id(), &event.event_type()));
        let reason = delivery.parse().err().map(|error| unreadable(&error));
        let database = &self.database;
        if self.is_full() {
            let known = database.query(sql::IS_KNOWN).bind(&message_id).bind(&event);
            let is_known = !database.fetch(known).await?.is_empty();
            return Ok(if is_known { DUPLICATE } else { FULL });
        }
        let bytes = delivery.body().len() as u64;
        let insert = database
            .query(sql::INSERT)
            .bind(&message_id)
            .bind(&event)
            .bind(&delivery.body()[..])
            .bind(bytes.cast_signed())
            .bind(if reason.is_some() { "dead" } else { "waiting" })
            .bind(&reason);
        if database.execute(insert).await? == 1 {
            self.load[0].fetch_add(1, Relaxed);
            self.load[1].fetch_add(bytes, Relaxed);
            let Some(reason) = reason else {
                self.arrived.notify_one();
                return Ok(ACCEPTED);
            };
            counter!("codat_dead_letters_total").increment(1);
            warn!(message_id, reason, "dead-lettered");
            return Ok(DEAD_LETTERED);
        }
        if reason.is_none() {
            let again = database.query(sql::AGAIN).bind(&message_id).bind(&event);
            if database.execute(again).await? > 0 {
                self.arrived.notify_one();
            }
        }
        Ok(DUPLICATE)
    }
}

/// Returns an id that fits into an index, and is the same for the same text.
fn key(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain && text.len() <= 200 {
        return text.to_owned();
    }
    let hash: [u8; 32] = Sha256::digest(text).into();
    format!("sha256:{}", BASE64_STANDARD.encode(hash))
}

/// The event type is part of it: it is not documented that the events of two subscriptions that match the
/// same read have different ids.
pub fn event_key(id: &impl Display, event_type: &impl Display) -> String {
    key(&format!("{id} {event_type}"))
}
