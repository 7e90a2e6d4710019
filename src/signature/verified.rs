//! [`Verified`]: a body whose signature was verified.

use std::fmt;
use std::time::SystemTime;

use crate::{Envelope, Error, Webhook, from_slice};

/// A body that was signed with a secret of the endpoint, at a time within the tolerance.
///
/// Only a [`Verifier`](super::Verifier) creates it, so a function that takes a `Verified` cannot be
/// called with a body of unknown origin. `Debug` does not show the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<B> {
    message_id: Box<str>,
    timestamp: SystemTime,
    body: B,
}

impl<B> Verified<B> {
    pub(super) fn new(message_id: Box<str>, timestamp: SystemTime, body: B) -> Self {
        Self {
            message_id,
            timestamp,
            body,
        }
    }

    /// Returns the message id, the value of the `webhook-id` or `svix-id` header.
    ///
    /// It is the same for all attempts to deliver a message. A replay may have another message id, so
    /// [deduplicate](crate::guide::idempotency) on the event id as well. The message id is printable
    /// ASCII without a dot, of any length that the server accepts in a header.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// Returns the time at which this attempt was signed, in whole seconds: the value of the
    /// `webhook-timestamp` or `svix-timestamp` header.
    #[must_use]
    pub fn timestamp(&self) -> SystemTime {
        self.timestamp
    }

    /// Returns the raw body. Codat signed it, but it may not be an event, or even UTF-8.
    #[must_use]
    pub fn body(&self) -> &B {
        &self.body
    }

    /// Returns the raw body by value.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }
}

impl<B: AsRef<[u8]>> Verified<B> {
    /// Parses the event or alert. See [`from_slice`].
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be parsed. The delivery is still genuine: dead-letter the
    /// body and accept the delivery, because a retry delivers the same bytes.
    pub fn parse(&self) -> Result<Webhook, Error> {
        from_slice(self.body.as_ref())
    }

    /// Parses the envelope only. See [`Envelope::from_slice`].
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not an event.
    pub fn envelope(&self) -> Result<Envelope<'_>, Error> {
        Envelope::from_slice(self.body.as_ref())
    }
}

impl<B: AsRef<[u8]>> fmt::Debug for Verified<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("message_id", &self.message_id)
            .field("timestamp", &self.timestamp)
            .field("bytes", &self.body.as_ref().len())
            .finish_non_exhaustive()
    }
}
