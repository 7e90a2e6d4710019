//! [`Error`] and its kinds.

use std::error::Error as StdError;
use std::fmt;

use crate::event::{EventType, ForLog};
use crate::json::{FieldErrorKind, label};
use crate::value::EventId;

/// Error returned when a body cannot be parsed.
///
/// It contains the problem, its position and, if they could be read, the event type and id. `Display`
/// and `Debug` write a single line without values of the payload, which is safe to log.
/// [`source`](StdError::source) returns the parser's error if the body is not UTF-8 JSON, and `None`
/// otherwise.
///
/// A path consists of documented field names and indexes. An event type is displayed only if it looks
/// like an identifier (ASCII letters, digits, `-`, `_` and `.`); otherwise the name of its variant is
/// displayed, and [`event_type`](Self::event_type) returns the text.
///
/// ```
/// use codat_webhooks::{ErrorKind, from_str};
///
/// let error = from_str(r#"{
///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
///     "eventType": "read.completed",
///     "payload": {
///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
///         "dataTypes": [{"dataType": "invoices"}, {"dataType": 7}]
///     }
/// }"#)
/// .unwrap_err();
///
/// assert_eq!(error.kind(), ErrorKind::Payload);
/// assert_eq!(error.path(), Some("payload.dataTypes[1].dataType"));
/// assert_eq!(
///     error.to_string(),
///     "payload does not fit: expected a string, found a number \
///      at payload.dataTypes[1].dataType, line 6 column 62 \
///      (event read.completed, id 0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11)",
/// );
/// ```
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

label! {
    /// The kind of an [`Error`]. `Display` describes it: `payload does not fit`.
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The body is not a single UTF-8 JSON value.
        Json = "json", "not JSON";
        /// The body is JSON, but not an event, or a known event without any payload.
        Envelope = "envelope", "not a webhook event";
        /// The body is a known event that is missing a required field or has one of the wrong type.
        Payload = "payload", "payload does not fit";
    }
}

#[derive(thiserror::Error)]
#[error(
    "{kind}: {problem} at {}{}line {} column {}{context}",
    path.as_deref().unwrap_or_default(),
    if path.is_some() { ", " } else { "" },
    place.0,
    place.1
)]
struct Inner {
    kind: ErrorKind,
    problem: Problem,
    path: Option<String>,
    place: (usize, usize),
    context: Context,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong.
pub(super) enum Problem {
    Utf8,
    Syntax,
    End,
    Field(FieldErrorKind),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf8 => f.write_str("invalid UTF-8"),
            Self::Syntax => f.write_str("invalid syntax"),
            Self::End => f.write_str("unexpected end of the body"),
            Self::Field(error) => error.fmt(f),
        }
    }
}

/// The event in which the error is, as far as it is known.
pub(super) struct Context {
    pub(super) id: Option<EventId>,
    pub(super) event_type: Option<EventType>,
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event_type = self.event_type.as_ref().map(ForLog);
        match (event_type, self.id) {
            (Some(event_type), Some(id)) => write!(f, " (event {event_type}, id {id})"),
            (Some(event_type), None) => write!(f, " (event {event_type})"),
            (None, Some(id)) => write!(f, " (event id {id})"),
            (None, None) => Ok(()),
        }
    }
}

/// Returns the line and the column of what follows a text, counted from 1.
pub(super) fn position(text: &str) -> (usize, usize) {
    let line = text.split('\n').count();
    let column = text.rsplit('\n').next().unwrap_or_default().len();
    (line, column.saturating_add(1))
}

impl Error {
    #[cold]
    pub(super) fn new(
        kind: ErrorKind,
        problem: Problem,
        path: Option<String>,
        place: (usize, usize),
        context: Context,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            problem,
            path,
            place,
            context,
            source,
        }))
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the type of the event, if it could be read.
    #[must_use]
    pub fn event_type(&self) -> Option<&EventType> {
        self.0.context.event_type.as_ref()
    }

    /// Returns the id of the event, if it could be read.
    #[must_use]
    pub fn id(&self) -> Option<EventId> {
        self.0.context.id
    }

    /// Returns the path of the field that is missing or does not fit:
    /// `payload.dataTypes[3].dataType`. `None` if no single field is wrong.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Returns the line of the body, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.place.0
    }

    /// Returns the column of the line, in bytes, counted from 1: the start of the value that does
    /// not fit or of the object that lacks a field, or where the parser stopped.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.place.1
    }
}

/// One line with the same contents as `Display`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?})", self.0)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
