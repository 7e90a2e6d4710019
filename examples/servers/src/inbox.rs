//! The inbox: a table of the events that were received, with what became of them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use codat_webhooks::Webhook;
use codat_webhooks::signature::Verified;
use metrics::counter;
use sha2::{Digest, Sha256};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Connection as _, Error, Row};
use tokio::sync::{Mutex, Notify};
use tracing::warn;

use crate::database::{Database, PATIENCE, bounded};
use crate::endpoint::{Outcome, Queue};
use crate::settings::number;
use crate::telemetry::Lines;
use crate::{handler, sql};

pub struct Inbox {
    pub database: Database,
    /// `INBOX_ROWS` and `INBOX_BYTES`: how many events, and bytes of bodies, may be there unhandled.
    pub most: [u64; 2],
    /// The same, as measured last, and what was added since.
    pub load: [AtomicU64; 2],
    /// `KEEP_DAYS`: how long a handled event is remembered, in milliseconds.
    keep: i64,
    /// Wakes a worker of this process.
    pub arrived: Notify,
    /// When it was found to be ready or not.
    ready: Mutex<Option<(Instant, bool)>>,
}

/// A row that a worker has in hand.
#[derive(Clone)]
pub struct Claim {
    pub message_id: String,
    pub token: String,
    pub body: Bytes,
    pub attempts: i64,
    pub lost: i64,
}

/// How an attempt to finish a claim ended.
pub enum Finish {
    Done,
    /// Its event was handled under another message id.
    Duplicate,
    /// Another worker has it, because this one was taken for dead.
    Lost,
    /// What the handler wrote was refused.
    Refused(String),
}

static AWAY: Lines = Lines::new();

impl Inbox {
    pub fn read(database: Database) -> Result<Self, String> {
        let keep = number("KEEP_DAYS", 30, 3650)? as u64;
        Ok(Self {
            database,
            most: [
                number("INBOX_ROWS", 1_000_000, 1 << 40)? as u64,
                number("INBOX_BYTES", 1 << 30, 1 << 50)? as u64,
            ],
            load: Default::default(),
            keep: millis(Duration::from_secs(keep * 24 * 3600)),
            arrived: Notify::new(),
            ready: Mutex::default(),
        })
    }

    async fn store(&self, delivery: Verified<Bytes>) -> Result<Outcome, Error> {
        let message_id = key(delivery.message_id());
        let event = delivery.envelope().ok().map(|envelope| {
            let (id, event_type) = (envelope.id(), envelope.event_type());
            event_key(&id.to_string(), &event_type.to_string())
        });
        let reason = delivery
            .parse()
            .err()
            .map(|error| handler::unreadable(&error));
        let database = &self.database;
        if self.is_full() {
            let known = database.query(sql::IS_KNOWN).bind(&message_id).bind(&event);
            let is_known = !database.fetch(known).await?.is_empty();
            return Ok(if is_known {
                Outcome::Duplicate
            } else {
                Outcome::Full
            });
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
                return Ok(Outcome::Accepted);
            };
            counter!("codat_dead_letters_total").increment(1);
            warn!(message_id, reason, "dead-lettered");
            return Ok(Outcome::DeadLettered);
        }
        if reason.is_none() {
            let again = database.query(sql::AGAIN).bind(&message_id).bind(&event);
            if database.execute(again).await? > 0 {
                self.arrived.notify_one();
            }
        }
        Ok(Outcome::Duplicate)
    }

    fn is_full(&self) -> bool {
        (0..2).any(|at| self.load[at].load(Relaxed) >= self.most[at])
    }

    /// Takes a row for the length of a lease: the oldest of all, or of those that were tried before.
    pub async fn claim(&self, lease: Duration, again: bool) -> Result<Option<Claim>, Error> {
        let token = format!("{:032x}", rand::random::<u128>());
        let claim = self.database.query(sql::CLAIM).bind(&token);
        let claim = claim.bind(millis(lease)).bind(i64::from(again));
        let Some(row) = self.database.fetch(claim).await?.pop() else {
            return Ok(None);
        };
        Ok(Some(Claim {
            message_id: row.try_get(0)?,
            token,
            body: row.try_get::<Vec<u8>, _>(1)?.into(),
            attempts: row.try_get(2)?,
            lost: row.try_get(3)?,
        }))
    }

    /// Returns `false` if another worker has it.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<bool, Error> {
        let renew = self.on(sql::RENEW, claim).bind(millis(lease));
        Ok(self.database.execute(renew).await? == 1)
    }

    /// Marks the event as handled and writes its effect, both or neither.
    pub async fn finish(
        &self,
        claim: &Claim,
        webhook: &Webhook,
        effect: handler::Effect,
    ) -> Result<Finish, Error> {
        let event = event_key(&webhook.id.to_string(), &webhook.event_type().to_string());
        let mut connection = self.database.connection().await?;
        let mut transaction = bounded(PATIENCE, connection.begin()).await?;
        let done = self.on(sql::DONE, claim).bind(self.keep).bind(&event);
        let finish = match bounded(PATIENCE, done.execute(&mut *transaction)).await {
            Ok(done) if done.rows_affected() == 0 => Finish::Lost,
            Ok(_) => {
                let write = handler::write(&mut transaction, claim, webhook, effect);
                match tokio::time::timeout(PATIENCE, write).await {
                    Err(_) => Finish::Refused(format!("no end of `write` within {PATIENCE:?}")),
                    Ok(Err(error)) if crate::database::is_outage(&error) => return Err(error),
                    Ok(Err(error)) => Finish::Refused(refusal(&error)),
                    Ok(Ok(())) => Finish::Done,
                }
            }
            Err(Error::Database(error)) if error.is_unique_violation() => Finish::Duplicate,
            Err(error) => return Err(error),
        };
        match finish {
            Finish::Done => bounded(PATIENCE, transaction.commit()).await?,
            _ => bounded(PATIENCE, transaction.rollback()).await?,
        }
        if let Finish::Duplicate = finish {
            let duplicate = self.on(sql::DUPLICATE, claim).bind(self.keep);
            bounded(PATIENCE, duplicate.execute(&mut *connection)).await?;
        }
        connection.give_back();
        Ok(finish)
    }

    /// Puts a row back after a failed attempt, or among the dead letters.
    pub async fn fail(
        &self,
        claim: &Claim,
        reason: &str,
        retry: Option<Duration>,
    ) -> Result<(), Error> {
        let state = if retry.is_some() { "waiting" } else { "dead" };
        let fail = self.on(sql::FAIL, claim).bind(state);
        let fail = fail.bind(millis(retry.unwrap_or_default())).bind(reason);
        self.database.execute(fail).await.map(drop)
    }

    /// Puts a row back whose attempt does not count.
    pub async fn release(&self, claim: &Claim, after: Duration) -> Result<(), Error> {
        let release = self.on(sql::RELEASE, claim).bind(millis(after));
        self.database.execute(release).await.map(drop)
    }

    fn on<'a>(&self, statement: &'static str, claim: &'a Claim) -> Statement<'a> {
        let query: Statement<'a> = sqlx::query(self.database.text(statement));
        query.bind(&claim.message_id).bind(&claim.token)
    }
}

type Statement<'a> = Query<'a, Any, AnyArguments>;

impl Queue for Inbox {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        bounded(PATIENCE, self.store(delivery))
            .await
            .unwrap_or_else(|error| {
                AWAY.warn(|hidden| warn!(%error, hidden, "not stored"));
                Outcome::Away
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

/// Returns an id that fits into an index, and is the same for the same text.
fn key(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain && text.len() <= 200 {
        return text.to_owned();
    }
    let hash: [u8; 32] = Sha256::digest(text).into();
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// The event type is part of it: it is not documented that the events of two subscriptions that match the
/// same read have different ids.
fn event_key(id: &str, event_type: &str) -> String {
    key(&format!("{id} {event_type}"))
}

/// Returns what is wrong with a statement, without the values in it.
fn refusal(error: &Error) -> String {
    match error {
        Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            format!("the database refused the effect with code {code}")
        }
        _ => "the effect could not be written".to_owned(),
    }
}

pub fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
