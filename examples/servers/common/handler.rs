//! The work on an event. Replace [`handle`] with your own.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use codat_webhooks::payload::WriteStatus;
use codat_webhooks::{Error, Event, Webhook};
use futures_util::FutureExt;
use metrics::{counter, histogram};
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;
use tracing::{Instrument, info, info_span, warn};

use crate::telemetry::take_panic;

/// Does the work on an event. The delivery was accepted, so Codat does not deliver it again.
///
/// The event can be handled more than once, if the process is killed before it reports the result:
/// make the effect idempotent, by the event id.
///
/// # Errors
///
/// Returns a reason, which is logged and kept with the dead letter: without customer data.
///
/// # Panics
///
/// Panics at an event of the type `example.panic`, to show what happens then.
pub async fn handle(message_id: &str, webhook: Webhook) -> Result<(), String> {
    // Safe to log, unlike the event type, as which any text can come.
    let shown = webhook.event.to_string();
    let event_type = webhook.event_type();
    let action = match webhook.event {
        Event::ConnectionDisconnected(event) => {
            format!("ask for a new link of connection {}", event.connection.id)
        }
        Event::ReadCompleted(read) => format!("fetch {} data types", read.data_types.len()),
        Event::WriteUnsuccessful(_, write) if write.status == Some(WriteStatus::TimedOut) => {
            "look whether the record is there after all".to_owned()
        }
        Event::WriteUnsuccessful(..) => "look why the record was not written".to_owned(),
        Event::Unknown(_) => match &*event_type.as_str() {
            // Try out here what happens to an event whose work goes wrong.
            "example.failure" => return Err("an example of a failure".to_owned()),
            "example.panic" => panic!("an example of a panic"),
            "example.slow" => {
                info!("an example of slow work");
                sleep(Duration::from_secs(20)).await;
                "took its time".to_owned()
            }
            _ => "see whether a new version knows it".to_owned(),
        },
        _ => "nothing to do".to_owned(),
    };
    let line = format!("{message_id}\t{shown}\t{action}\n");
    let mut out = tokio::io::stdout();
    let written = async {
        out.write_all(line.as_bytes()).await?;
        out.flush().await
    };
    written.await.map_err(|error| error.to_string())
}

/// Returns what is wrong with a body and where, without its event type: any text can be one.
#[must_use]
pub fn unreadable(error: &Error) -> String {
    let (kind, line, column) = (error.kind(), error.line(), error.column());
    let path = error.path().unwrap_or("the body");
    format!("{kind}: {path}, line {line} column {column}")
}

/// Handles an event, and turns a panic into an error.
///
/// # Errors
///
/// Returns the reason.
pub async fn attempt(message_id: &str, webhook: Webhook) -> Result<(), String> {
    // The text of an unknown event type could be anything.
    let variant = webhook.event_type().variant_name();
    let span = info_span!("event", message_id, event_id = %webhook.id, event_type = variant);
    let start = Instant::now();
    let work = AssertUnwindSafe(handle(message_id, webhook)).catch_unwind();
    let result = work.instrument(span.clone()).await;
    histogram!("codat_handle_seconds").record(start.elapsed());
    let result = result.unwrap_or_else(|_| {
        let place = take_panic().unwrap_or_default();
        Err(format!("panic at {place}"))
    });
    let label = if result.is_ok() { "handled" } else { "failed" };
    counter!("codat_events_total", "variant" => variant, "result" => label).increment(1);
    result.map_err(|reason| {
        // One line of bounded length, to be kept with the dead letter.
        let reason = reason.replace(char::is_control, " ");
        let reason: String = reason.chars().take(500).collect();
        span.in_scope(|| warn!(%reason, "not handled"));
        reason
    })
}
