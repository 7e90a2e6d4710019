//! [`Verified`]: a body that is known to be Codat's.

use std::fmt;
use std::time::SystemTime;

use crate::{Envelope, Error, Webhook, from_slice};

/// A body that was signed with the secret of the endpoint, not long before it came.
///
/// It can only be had from a [`Verifier`](super::Verifier): a function that takes it cannot be called
/// with a body of anyone else's. Its `Debug` does not show the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<B> {
    message_id: Box<str>,
    timestamp: SystemTime,
    body: B,
}

impl<B> Verified<B> {
    pub(super) fn new(message_id: &str, timestamp: SystemTime, body: B) -> Self {
        Self {
            message_id: message_id.into(),
            timestamp,
            body,
        }
    }

    /// The id of the message, which stays the same over all of Codat's attempts to deliver it: the
    /// idempotency key. Printable ASCII without a dot; header `webhook-id` or `svix-id`.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// When this attempt was signed, in whole seconds; header `webhook-timestamp` or
    /// `svix-timestamp`.
    #[must_use]
    pub fn timestamp(&self) -> SystemTime {
        self.timestamp
    }

    /// The raw body. It is Codat's, but need not be an event, nor UTF-8.
    #[must_use]
    pub fn body(&self) -> &B {
        &self.body
    }

    /// The raw body, handed over.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }
}

impl<B: AsRef<[u8]>> Verified<B> {
    /// Reads the event, as [`from_slice`] does.
    ///
    /// # Errors
    ///
    /// [`Error`], if the body cannot be read. It is Codat's all the same: put it aside and accept it,
    /// since it will not be another one the next time.
    pub fn parse(&self) -> Result<Webhook, Error> {
        from_slice(self.body.as_ref())
    }

    /// Reads the envelope alone, as [`Envelope::from_slice`] does.
    ///
    /// # Errors
    ///
    /// [`Error`], if the body is no event.
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
