//! A row that a worker has in hand, for the length of a lease.

use codat_webhooks::Webhook;
use scopeguard::ScopeGuard;
use sqlx::{Connection, Error};
use tokio::time::timeout;

use crate::database::{PATIENCE, Statement, bounded, millis};
use crate::handler::{self, Effect};
use crate::inbox::event_key;
use crate::sql;
use crate::worker::Worker;

pub struct Claim {
    pub message_id: String,
    /// Whoever has it may change the row.
    token: String,
    pub body: Vec<u8>,
    /// How many attempts have failed.
    pub attempts: i64,
    /// How many workers were lost in the middle of it.
    pub lost: i64,
}

pub type Handled = Result<(), Failure>;

/// Why an event is not handled.
pub enum Failure {
    /// The attempt counts.
    Counts(String),
    /// Another attempt would end in the same way.
    Final(String),
    /// The attempt does not count: the database is away, the process stops, or the lease is lost.
    PutBack(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::PutBack(error.to_string())
    }
}

impl Worker {
    /// Takes the row that is due first, of those that are due from `from` on, or else returns `None`.
    pub async fn take(&self, from: i64, is_first: bool) -> Result<Option<Claim>, Error> {
        let token = format!("{:032x}", rand::random::<u128>());
        let take = self.database.query(sql::CLAIM).bind(&token);
        let take = take.bind(millis(self.lease)).bind(from);
        let take = self.database.fetch(take.bind(i64::from(is_first)));
        let row = bounded(PATIENCE, take).await?.pop();
        Ok(row.map(|(message_id, body, attempts, lost)| Claim {
            message_id,
            token,
            body,
            attempts,
            lost,
        }))
    }

    /// Marks the event as handled and writes its effect, both or neither.
    pub async fn finish(&self, claim: &Claim, webhook: &Webhook, effect: Effect) -> Handled {
        let mut connection = self.database.connection().await?;
        let mut transaction = connection.begin().await?;
        let event = event_key(&webhook.id, &webhook.event_type());
        let done = self.of(claim, sql::DONE).bind(millis(self.keep));
        match done.bind(event).fetch_optional(&mut *transaction).await {
            Ok(Some(_)) => {}
            Ok(None) => return Err(Failure::PutBack("the lease is lost".to_owned())),
            Err(Error::Database(error)) if error.is_unique_violation() => {
                let reason = "the same event is there under another message id";
                return Err(Failure::Final(reason.to_owned()));
            }
            Err(error) => return Err(error.into()),
        }
        let write = handler::write(&mut transaction, claim, webhook, effect);
        let written = timeout(PATIENCE, write).await;
        let too_slow = |_| Failure::Counts("no end of `write` within 5 seconds".to_owned());
        written.map_err(too_slow)?.map_err(refusal)?;
        transaction.commit().await?;
        ScopeGuard::into_inner(connection);
        Ok(())
    }

    pub fn of(&self, claim: &Claim, statement: &str) -> Statement {
        let statement = self.database.query(statement);
        statement.bind(&claim.message_id).bind(&claim.token)
    }
}

/// Says what is wrong with what the handler wrote, without the values in it.
fn refusal(error: Error) -> Failure {
    let code = match &error {
        Error::Database(error) => error.code().unwrap_or_default(),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => "08".into(),
        _ => "not a statement".into(),
    };
    // PostgreSQL: connection, read-only, conflict, resources, locked, shutdown, system.
    let classes = ["08", "25006", "40", "53", "55", "57P", "58", "XX"];
    let is_outage = match code.parse::<u32>() {
        // SQLite: busy, locked, no memory, read-only, input or output, corrupt, full, cannot open.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5..=8 | 10 | 11 | 13 | 14),
        _ => classes.iter().any(|class| code.starts_with(class)),
    };
    if is_outage {
        return error.into();
    }
    Failure::Counts(format!("the database refused the effect: {code}"))
}
