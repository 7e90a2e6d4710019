//! The inbox: a table of the events that were received, with what became of them.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::StatusCode;
use base64::prelude::{BASE64_STANDARD, Engine};
use codat_webhooks::signature::Verified;
use metrics::{counter, gauge};
use sha2::{Digest, Sha256};
use sqlx::Error;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use crate::database::{Database, PATIENCE, bounded};
use crate::endpoint::{AWAY, Outcome, Queue};
use crate::handler::unreadable;
use crate::settings::number;
use crate::sql;

pub struct Inbox {
    database: Database,
    /// How many events, and bytes of bodies, may be there unhandled.
    most: [i64; 2],
    /// The same, as measured last, and what was added since.
    load: [AtomicI64; 2],
    /// Whether the database took something a moment ago.
    is_there: AtomicBool,
}

impl Queue for Inbox {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        let stored = bounded(PATIENCE, self.store(delivery)).await;
        let stored = stored.inspect_err(|error| warn!(%error, "not stored"));
        stored.unwrap_or(AWAY)
    }
}

impl Inbox {
    pub fn read(database: Database) -> Result<Self, String> {
        let rows = number("INBOX_ROWS", 1_000_000, 1 << 40)?;
        let bytes = number("INBOX_BYTES", 1 << 30, 1 << 50)?;
        Ok(Self {
            database,
            most: [rows, bytes],
            load: Default::default(),
            is_there: AtomicBool::new(false),
        })
    }

    /// Returns `Ok` if a delivery can be stored now.
    pub fn ready(&self) -> Result<(), StatusCode> {
        let is_ready = self.is_there.load(Relaxed) && !self.is_full();
        is_ready.then_some(()).ok_or(AWAY.0)
    }

    fn is_full(&self) -> bool {
        (0..2).any(|at| self.load[at].load(Relaxed) >= self.most[at])
    }

    async fn store(&self, delivery: Verified<Bytes>) -> Result<Outcome, Error> {
        if self.is_full() {
            return Ok((StatusCode::SERVICE_UNAVAILABLE, "full"));
        }
        let message_id = key(delivery.message_id());
        let envelope = delivery.envelope().ok();
        let event = envelope.map(|event| event_key(&event.id(), &event.event_type()));
        let reason = delivery.parse().err().map(|error| unreadable(&error));
        let body = delivery.into_body();
        let bytes = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let state = if reason.is_some() { "dead" } else { "waiting" };
        let about = |text| self.database.query(text).bind(&message_id).bind(&event);
        let insert = about(sql::INSERT).bind(&body[..]).bind(bytes);
        let insert = insert.bind(state).bind(&reason);
        if self.database.change(insert).await? == 0 {
            counter!("codat_duplicates_total").increment(1);
            if reason.is_none() {
                self.database.change(about(sql::AGAIN)).await?;
            }
            return Ok((StatusCode::ACCEPTED, "duplicate"));
        }
        self.load[0].fetch_add(1, Relaxed);
        self.load[1].fetch_add(bytes, Relaxed);
        if let Some(reason) = reason {
            counter!("codat_dead_letters_total").increment(1);
            error!(message_id, reason, "dead-lettered");
            // It is accepted, because Codat would deliver the same bytes again.
            return Ok((StatusCode::ACCEPTED, "dead-lettered"));
        }
        Ok((StatusCode::ACCEPTED, "accepted"))
    }

    /// Keeps the inbox in order, as long as the database is there.
    pub async fn keep(self: Arc<Self>) {
        let mut next = None;
        loop {
            let kept = self.keep_once(next).await;
            let kept = kept.inspect_err(|error| warn!(%error, "the database is away"));
            if next.is_none() && kept.is_ok() {
                info!("the database is there");
            }
            next = kept.ok();
            self.is_there.store(next.is_some(), Relaxed);
            gauge!("codat_database_up").set(if next.is_some() { 1.0 } else { 0.0 });
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Returns when the table is to be measured again. `next` is `None` at the start, and after an outage.
    async fn keep_once(&self, next: Option<Instant>) -> Result<Instant, Error> {
        let database = &self.database;
        if next.is_none() {
            database.migrate().await?;
        }
        let filler: Vec<u8> = (0..16 * 1024).map(|_| rand::random()).collect();
        let probe = database.query(sql::PROBE).bind(filler);
        database.change(probe).await?;
        let start = Instant::now();
        if let Some(next) = next.filter(|next| start < *next) {
            return Ok(next);
        }
        // It takes a second for a million rows. A database that takes what is written is not away.
        if let Ok(measured) = timeout(2 * PATIENCE, self.measure()).await {
            measured?;
        } else {
            warn!("the inbox is too large to be measured");
        }
        database.change(database.query(sql::CLOCK)).await?;
        while database.change(database.query(sql::PURGE)).await? == 500 {}
        // However large the table is, this takes a small part of the time.
        Ok(Instant::now() + (20 * start.elapsed()).min(Duration::from_mins(1)))
    }

    /// Counts what is not handled, for the gauges and for the bound on it.
    #[allow(clippy::cast_precision_loss)]
    async fn measure(&self) -> Result<(), Error> {
        let measure = self.database.query(sql::MEASURE);
        let mut rows: Vec<(i64, i64, i64, i64, i64, i64)> = self.database.fetch(measure).await?;
        let (rows, bytes, dead, waiting, attempts, age) = rows.pop().ok_or(Error::RowNotFound)?;
        self.load[0].store(rows, Relaxed);
        self.load[1].store(bytes, Relaxed);
        let share = |at: usize, load: i64| load as f64 / self.most[at] as f64;
        gauge!("codat_inbox_full_ratio").set(share(0, rows).max(share(1, bytes)));
        gauge!("codat_dead_letters").set(dead as f64);
        gauge!("codat_queue_depth").set(waiting as f64);
        gauge!("codat_queue_attempts").set(attempts as f64);
        gauge!("codat_queue_oldest_seconds").set(age.max(0) as f64 / 1000.0);
        Ok(())
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
