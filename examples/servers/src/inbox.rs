//! The inbox: a table of the events that were received, with what became of them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use codat_webhooks::Webhook;
use metrics::counter;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Connection as _, Error, Row};
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

use crate::database::{Database, PATIENCE, is_outage};
use crate::receive::event_key;
use crate::settings::number;
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
    pub ready: Mutex<Option<(Instant, bool)>>,
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

/// Why a claim is not handled.
pub enum Failure {
    /// The attempt counts.
    Reason(String),
    /// Another attempt would end in the same way.
    Final(String),
    /// The attempt does not count: the database is away.
    Away(Error),
    /// It does not count: the process is stopped.
    Stopped,
    /// It has not begun: it may have killed its worker, and so may another one that is handled now.
    Later,
    /// Another worker has it.
    Lost,
}

const TOO_SLOW: &str = "no end of `write` within 5 seconds";

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

    pub fn is_full(&self) -> bool {
        (0..2).any(|at| self.load[at].load(Relaxed) >= self.most[at])
    }

    /// Takes a row for the length of a lease, if one is due. Those that were tried before have every fourth
    /// turn, so that new ones cannot keep them waiting.
    pub async fn claim(&self, lease: Duration, turn: u32) -> Result<Option<Claim>, Error> {
        let token = format!("{:032x}", rand::random::<u128>());
        for from in (0..=i64::from(turn.is_multiple_of(4))).rev() {
            let claim = self.database.query(sql::CLAIM).bind(&token);
            let claim = claim.bind(millis(lease)).bind(from);
            if let Some(row) = self.database.fetch(claim).await?.pop() {
                return Ok(Some(Claim {
                    message_id: row.try_get(0)?,
                    token,
                    body: row.try_get::<Vec<u8>, _>(1)?.into(),
                    attempts: row.try_get(2)?,
                    lost: row.try_get(3)?,
                }));
            }
        }
        Ok(None)
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
    ) -> Result<(), Failure> {
        let finish = timeout(2 * PATIENCE, self.try_finish(claim, webhook, effect));
        finish
            .await
            .unwrap_or(Err(Failure::Away(Error::PoolTimedOut)))
    }

    async fn try_finish(
        &self,
        claim: &Claim,
        webhook: &Webhook,
        effect: handler::Effect,
    ) -> Result<(), Failure> {
        let mut connection = self.database.connection().await.map_err(Failure::Away)?;
        let mut transaction = connection.begin().await.map_err(Failure::Away)?;
        let event = event_key(&webhook.id, &webhook.event_type());
        let done = self.on(sql::DONE, claim).bind(self.keep).bind(&event);
        match done.execute(&mut *transaction).await {
            Ok(done) if done.rows_affected() == 1 => {
                let write = handler::write(&mut transaction, claim, webhook, effect);
                let written = timeout(PATIENCE, write).await;
                written
                    .map_err(|_| Failure::Reason(TOO_SLOW.to_owned()))?
                    .map_err(refusal)?;
                transaction.commit().await.map_err(Failure::Away)?;
            }
            Ok(_) => return Err(Failure::Lost),
            // It was handled under another message id.
            Err(Error::Database(error)) if error.is_unique_violation() => {
                transaction.rollback().await.map_err(Failure::Away)?;
                let duplicate = self.on(sql::DUPLICATE, claim).bind(self.keep);
                let marked = duplicate.execute(&mut *connection).await;
                marked.map_err(Failure::Away)?;
                counter!("codat_duplicates_total").increment(1);
            }
            Err(error) => return Err(Failure::Away(error)),
        }
        connection.give_back();
        Ok(())
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

    /// Puts a row back whose attempt does not count, for so many milliseconds.
    pub async fn release(&self, claim: &Claim, after: i64) -> Result<(), Error> {
        let release = self.on(sql::RELEASE, claim).bind(after);
        self.database.execute(release).await.map(drop)
    }

    fn on<'a>(&self, statement: &'static str, claim: &'a Claim) -> Statement<'a> {
        let query: Statement<'a> = sqlx::query(self.database.text(statement));
        query.bind(&claim.message_id).bind(&claim.token)
    }
}

type Statement<'a> = Query<'a, Any, AnyArguments>;

/// Says what is wrong with what the handler wrote, without the values in it.
fn refusal(error: Error) -> Failure {
    let reason = match &error {
        _ if is_outage(&error) => return Failure::Away(error),
        Error::Database(error) => error.code().unwrap_or_default().into_owned(),
        _ => "not a statement".to_owned(),
    };
    Failure::Reason(format!("the database refused the effect: {reason}"))
}

pub fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
