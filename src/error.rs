//! [`Error`]: what is wrong with a body, and where.

use std::error::Error as StdError;
use std::fmt;
use std::str::Utf8Error;

use crate::diagnosis::{Fault, Found, Header, describe, position};
use crate::event::EventType;
use crate::value::EventId;
use crate::webhook::strip_bom;

/// A body could not be read.
///
/// It says what is wrong, where, and in which event, as far as that could be read. Its `Display` and
/// `Debug` are one line and hold no values of the payload, so that they can be logged;
/// [`source`](StdError::source) is the error underneath, which may quote values, and counts lines and
/// columns in the part of the body that it is about.
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
///     "payload does not fit: invalid type: a number, expected a string \
///      at payload.dataTypes[1].dataType, line 6 column 62 \
///      (event read.completed, id 0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11)",
/// );
/// ```
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It is not one JSON value in UTF-8.
    Json,
    /// It is JSON, but no event.
    Envelope,
    /// It is a known event, and its payload does not fit.
    Payload,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Json => "not JSON",
            Self::Envelope => "not a webhook event",
            Self::Payload => "payload does not fit",
        })
    }
}

#[derive(thiserror::Error)]
#[error(
    "{kind}: {cause} at {}{}line {line} column {column}{}",
    path.as_deref().unwrap_or_default(),
    if path.is_some() { ", " } else { "" },
    Header(found)
)]
struct Inner {
    kind: ErrorKind,
    found: Found,
    path: Option<String>,
    line: usize,
    column: usize,
    /// The source in words, without values.
    cause: String,
    source: Box<dyn StdError + Send + Sync>,
}

impl Error {
    /// What is wrong with the body.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The type of the event, where it could be read.
    #[must_use]
    pub fn event_type(&self) -> Option<&EventType> {
        self.0.found.event_type.as_ref()
    }

    /// The id of the event, where it could be read.
    #[must_use]
    pub fn id(&self) -> Option<EventId> {
        self.0.found.id
    }

    /// The path of the field that is missing or does not fit: `payload.dataTypes[3].dataType`.
    /// `None` where no single field is wrong. The key of a tag is cut after 64 characters.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The line of the body, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column of the line, in bytes, counted from 1: where the parser stopped, which is in the
    /// value or just beside it.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// The body is not UTF-8.
    pub(crate) fn utf8(body: &[u8], error: Utf8Error) -> Self {
        let valid = body.get(..error.valid_up_to()).unwrap_or_default();
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        let (line, column) = position(valid);
        Self(Box::new(Inner {
            kind: ErrorKind::Json,
            found: Found::of(valid),
            path: None,
            line,
            column: column.saturating_add(1),
            cause: "invalid UTF-8".to_owned(),
            source: Box::new(error),
        }))
    }

    /// Finds what is wrong with a body whose reading has failed.
    #[cold]
    pub(crate) fn find(body: &str, first: serde_json::Error) -> Self {
        let fault = Fault::of(strip_bom(body)).unwrap_or(Fault {
            kind: ErrorKind::Envelope,
            path: String::new(),
            part: strip_bom(body),
            error: first,
        });
        let (line, column) = fault.position_in(body);
        Self(Box::new(Inner {
            kind: fault.kind,
            found: Found::of(body),
            path: Some(fault.path).filter(|path| !path.is_empty()),
            line,
            column,
            cause: describe(&fault.error),
            source: Box::new(fault.error),
        }))
    }
}

/// The same as `Display`: the error underneath, which may quote values, is left out.
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
