//! `Display` of events: a line that is safe to log.

use std::fmt;

use super::{ALERT_PREFIX, Event, EventType};
use crate::json::log::{identifier, list};

/// Writes one line that is safe to log: the event type, the ids of the company and the connection, and
/// statuses.
///
/// ```
/// # let body = br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"connection.connected",
/// #     "payload":{"referenceCompany":{"id":"6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
/// #     "connection":{"id":"b1f0a9d2-7c3e-4b56-a1d8-94e7c2f03b65","status":"Linked"}}}"#;
/// let webhook = codat_webhooks::from_slice(body)?;
/// assert_eq!(
///     webhook.event.to_string(),
///     "connection.connected company=6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40 \
///      connection=b1f0a9d2-7c3e-4b56-a1d8-94e7c2f03b65: Linked",
/// );
/// # Ok::<(), codat_webhooks::Error>(())
/// ```
///
/// The line contains no names, tags, account numbers, amounts or messages. Text that is not one of a
/// documented set, such as an unknown event type or status, is included only if it looks like an
/// identifier: up to 100 ASCII letters, digits, `-`, `_` and `.`. Otherwise an event type is replaced
/// by the name of its variant, and other text by `?`. Of a longer list, the first 10 are shown.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", ForLog(&self.event_type()))?;
        if let Some(company) = self.company_id() {
            write!(f, " company={company}")?;
        }
        if let Some(connection) = self.connection_id() {
            write!(f, " connection={connection}")?;
        }
        let details = self.payload().details();
        if details.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", list(&details))
    }
}

/// Displays an event type, or the name of its variant if its text is not an identifier.
pub(crate) struct ForLog<'a>(pub(crate) &'a EventType);

impl fmt::Display for ForLog<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.name();
        let name = text.strip_prefix(ALERT_PREFIX).unwrap_or(&text);
        f.write_str(match identifier(name) {
            Some(_) => &text,
            None => self.0.variant_name(),
        })
    }
}
