//! The work on an event. Replace it with your own, and `migrations/2_audit.sql` with your tables.
//!
//! It has two steps: [`call`] takes its time, [`write`] is exactly once.

use std::time::Duration;

use codat_webhooks::{Error, Event, Webhook};
use sqlx::AnyConnection;
use tokio::time::sleep;

use crate::claim::Claim;

/// What [`call`] found out, for [`write`] to write: a row of the audit, or nothing.
pub type Effect = Option<String>;

/// The slow step: calls to other systems. No transaction is open, and it may block its thread.
///
/// It is made at least once: again after a failure, or after its worker was killed. So whatever it changes
/// elsewhere must be the same when it is done twice. `webhook.id` is the key for that: a request has it as
/// its `Idempotency-Key`, a row in another database as its primary key, a file as its name.
///
/// An error is a reason, which is logged and kept: without customer data. The event is tried again later.
pub async fn call(webhook: &Webhook) -> Result<Effect, String> {
    Ok(match &webhook.event {
        Event::ConnectionDisconnected(event) => {
            Some(format!("connection {} was lost", event.connection.id))
        }
        Event::WriteUnsuccessful(..) => {
            open_ticket(webhook, "look why the record was not written").await?;
            Some("a ticket was opened".to_owned())
        }
        Event::Unknown(_) => example(&webhook.event_type().to_string()).await?,
        _ => None,
    })
}

/// An effect elsewhere: a file for the people who look after failed writes, in the folder `TICKETS`. The
/// event id is its name, so the second time it is the same file.
async fn open_ticket(webhook: &Webhook, what: &str) -> Result<(), String> {
    let Some(folder) = std::env::var_os("TICKETS") else {
        return Ok(());
    };
    let path = std::path::Path::new(&folder).join(webhook.id.to_string());
    let written = tokio::fs::write(path, what).await;
    written.map_err(|error| format!("ticket: {error}"))
}

/// The quick step: writes to this database, in the transaction that marks the event as handled. Both are
/// committed or neither, so it is exactly once. Others wait for it: nothing slow here, and nothing elsewhere.
pub async fn write(
    transaction: &mut AnyConnection,
    claim: &Claim,
    webhook: &Webhook,
    effect: Effect,
) -> Result<(), sqlx::Error> {
    if let Some(note) = effect {
        sqlx::query("INSERT INTO audit (event_id, message_id, note) VALUES ($1, $2, $3)")
            .bind(webhook.id.to_string())
            .bind(&claim.message_id)
            .bind(note)
            .execute(transaction)
            .await?;
    }
    Ok(())
}

/// Event types to try out what happens when work goes wrong.
async fn example(event_type: &str) -> Result<Effect, String> {
    let four_seconds = Duration::from_secs(4);
    match event_type {
        "example.failure" => return Err("an example of a failure".to_owned()),
        "example.flaky" if rand::random() => return Err("an example of a failure".to_owned()),
        "example.flaky" => {}
        "example.panic" => panic!("an example of a panic"),
        "example.crash" => std::process::abort(),
        "example.slow" => sleep(four_seconds).await,
        "example.blocking" => std::thread::sleep(four_seconds),
        _ => return Ok(None),
    }
    Ok(Some(event_type.to_owned()))
}

/// Returns what is wrong with a body and where, without its event type: any text can be one.
pub fn unreadable(error: &Error) -> String {
    let (kind, line, column) = (error.kind(), error.line(), error.column());
    let path = error.path().unwrap_or("the body");
    format!("{kind}: {path}, line {line} column {column}")
}
