//! Webhook signature verification, with the `signature` feature.
//!
//! | item | what it is |
//! |---|---|
//! | [`Verifier`] | verifies deliveries with one or more secrets |
//! | [`SignatureHeaders`] | the three headers that sign a delivery |
//! | [`Verified`] | a body whose signature was verified |
//! | [`Secret`] | the secret of an endpoint; signs bodies in tests |
//! | [`SignatureError`], [`ParseSecretError`] | the errors |
//!
//! Codat signs deliveries according to [Standard Webhooks](https://www.standardwebhooks.com), with a
//! secret for each endpoint that looks like `whsec_…`. Anyone can post to a public endpoint; only Codat
//! can sign. A [`Verifier`] checks the headers and the raw body, and returns a [`Verified`] body, which
//! cannot be obtained any other way:
//!
//! ```
//! use codat_webhooks::signature::{SignatureHeaders, Verified, Verifier};
//! # use std::collections::HashMap;
//! # use std::time::SystemTime;
//! # use codat_webhooks::signature::Secret;
//!
//! // At startup. One secret, or several separated by white space.
//! let verifier: Verifier = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=".parse()?;
//!
//! # let secret: Secret = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=".parse()?;
//! # let body = br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.renamed"}"#.as_slice();
//! # let headers = HashMap::from(secret.sign("msg_1", SystemTime::now(), body));
//! // For each delivery. `headers` is the header map of your server.
//! let delivery = verifier.verify(SignatureHeaders::from_headers(&headers)?, body)?;
//! handle(&delivery)?;
//!
//! /// Cannot be called with a body that was not verified.
//! fn handle(delivery: &Verified<&[u8]>) -> Result<(), codat_webhooks::Error> {
//!     let webhook = delivery.parse()?;
//!     println!("{}: {}", delivery.message_id(), webhook.event);
//!     Ok(())
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In a handler of a server built on the `http` crate, such as axum:
//!
//! ```
//! use codat_webhooks::signature::{SignatureHeaders, Verifier};
//! use http::{HeaderMap, StatusCode};
//!
//! async fn receive(verifier: &Verifier, headers: HeaderMap, body: Vec<u8>) -> StatusCode {
//!     let Ok(signature) = SignatureHeaders::from_headers(&headers) else {
//!         return StatusCode::UNAUTHORIZED;
//!     };
//!     let Ok(delivery) = verifier.verify(signature, body) else {
//!         return StatusCode::UNAUTHORIZED;
//!     };
//!     match delivery.parse() {
//!         // Put it into a queue.
//!         Ok(webhook) => println!("{}", webhook.event),
//!         // Dead-letter the raw body: a retry would deliver the same bytes.
//!         Err(error) => eprintln!("{error}"),
//!     }
//!     StatusCode::ACCEPTED
//! }
//! ```
//!
//! # What the server has to do
//!
//! - **Verify the raw body, before parsing it.** The signature covers the bytes that were sent. A
//!   body that was parsed and serialized again is another text, even if it is equal as JSON.
//! - **Respond with a 2xx status within 15 seconds**, also to a verified body that cannot be parsed:
//!   dead-letter it. The [guide to operating an endpoint](crate::guide::operating) has the rest: the
//!   addresses and methods of deliveries, retries, replays, and when Codat disables an endpoint.
//! - **Deduplicate** by [message id](Verified::message_id) and
//!   [event id](crate::Webhook::id), as the [guide to idempotency](crate::guide::idempotency) shows.
//!
//! # Alerts
//!
//! The alerts of Codat's rules ([`legacy`](crate::legacy)) arrive at the same endpoint as events, and
//! are signed like them. One verifier serves both, and [`Verified::parse`] parses both. Alerts of the
//! service that sent them before have no signature, so a verifier refuses them:
//! [receive them at a separate URL](crate::guide::operating#alerts).
//!
//! # Rotating a secret
//!
//! Rotate the secret in the Codat Portal. During the rotation, a delivery is signed with the old and
//! with the new secret, and it is enough that the verifier has one of them. Give it the new secret as
//! well ([`Verifier::with_secret`], or both in one string), and remove the old one once the rotation is
//! over.
//!
//! # If genuine deliveries are refused
//!
//! [`SignatureError::InvalidSignature`] for every delivery has one of three causes:
//!
//! - The secret belongs to another endpoint. Each endpoint has its own.
//! - The body is encoded. [`SignatureError::CompressedBody`], [`SignatureError::Base64Body`],
//!   [`SignatureError::JsonStringBody`] and [`SignatureError::EncodedTwice`] say so if it can be
//!   recognized.
//! - A framework, gateway or middleware serialized the JSON again. To find out, compare the length of
//!   the body that is verified with the `Content-Length` of the request. Or sign a body with unusual
//!   white space, such as `{ "a" : 1 }`, with [`Secret::sign`] and post it through the same stack: if
//!   it is refused as well, something changed it. Take the raw body instead (`axum::body::Bytes`,
//!   `actix_web::web::Bytes`), not a JSON value.
//!
//! [`SignatureError::TimestampTooOld`] or [`SignatureError::TimestampInTheFuture`] for every delivery
//! means that the clock of the machine is wrong.
//!
//! # Testing
//!
//! [`Secret::sign`] returns the headers for posting a body to your own server.

mod error;
mod headers;
mod names;
mod secret;
mod verified;

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use error::{ParseSecretError, SignatureError};
pub use headers::SignatureHeaders;
pub use secret::Secret;
pub use verified::Verified;

/// Verifies that a delivery was signed with one of its secrets, and signed recently.
///
/// A verifier is parsed from one secret, or from several separated by white space:
///
/// ```
/// # use codat_webhooks::signature::{ParseSecretError, Verifier};
/// let text = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk= whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==";
/// let verifier: Verifier = text.parse()?;
/// assert_eq!("".parse::<Verifier>().unwrap_err(), ParseSecretError::Missing);
/// # Ok::<(), ParseSecretError>(())
/// ```
///
/// `Debug` does not show the secrets.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// Never empty.
    secrets: Vec<Secret>,
    tolerance: Duration,
}

impl Verifier {
    /// The default tolerance: 5 minutes.
    pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);

    /// Creates a verifier that accepts deliveries signed with the secret.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self {
            secrets: vec![secret],
            tolerance: Self::DEFAULT_TOLERANCE,
        }
    }

    /// Accepts deliveries signed with this secret as well.
    #[must_use]
    pub fn with_secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sets how far the timestamp of a delivery may be from the current time, in either direction.
    ///
    /// Both times and the tolerance are compared in whole seconds, the precision of the header. A
    /// distance equal to the tolerance is accepted.
    ///
    /// The tolerance limits how long a recorded delivery can be posted again by someone else. Each
    /// attempt of Codat has its own timestamp and signature, so late retries need no larger
    /// tolerance. An inaccurate clock does.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies a delivery that was received now, by the system clock.
    ///
    /// The body must be the raw body, byte for byte. It may be borrowed or owned (`&[u8]`, `Vec<u8>`,
    /// `Bytes`) and is returned inside the [`Verified`].
    ///
    /// This method is not available on `wasm32-unknown-unknown`, which has no clock. Use
    /// [`verify_at`](Self::verify_at) there.
    ///
    /// # Errors
    ///
    /// Returns an error if the timestamp is further from now than the tolerance, or if no signature
    /// matches.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn verify<B: AsRef<[u8]>>(
        &self,
        headers: SignatureHeaders,
        body: B,
    ) -> Result<Verified<B>, SignatureError> {
        self.verify_at(headers, body, SystemTime::now())
    }

    /// Verifies a delivery that was received at the given time. See [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// Returns an error if the timestamp is further from `now` than the tolerance, or if no signature
    /// matches.
    pub fn verify_at<B: AsRef<[u8]>>(
        &self,
        headers: SignatureHeaders,
        body: B,
        now: SystemTime,
    ) -> Result<Verified<B>, SignatureError> {
        let age = unix_seconds(now).saturating_sub(unix_seconds(headers.timestamp));
        if age.unsigned_abs() > self.tolerance.as_secs().into() {
            return Err(if age.is_positive() {
                SignatureError::TimestampTooOld
            } else {
                SignatureError::TimestampInTheFuture
            });
        }

        // Compares all of them, without `||`, so that the time does not depend on which one matches.
        let mut genuine = false;
        for secret in &self.secrets {
            let expected = secret.mac(
                headers.message_id.as_bytes(),
                headers.timestamp_text.as_bytes(),
                body.as_ref(),
            );
            for signature in &headers.signatures {
                genuine |= expected == *signature;
            }
        }
        if genuine {
            Ok(Verified::new(headers.message_id, headers.timestamp, body))
        } else {
            Err(mismatch(body.as_ref()))
        }
    }
}

/// Rounds down, before 1970 as well.
fn unix_seconds(time: SystemTime) -> i128 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs().into(),
        Err(before) => {
            let before = before.duration();
            let part = i128::from(before.subsec_nanos() > 0);
            0_i128
                .saturating_sub(before.as_secs().into())
                .saturating_sub(part)
        }
    }
}

/// Looks at the first bytes only: a forged body must not cost more than its HMAC.
fn mismatch(body: &[u8]) -> SignatureError {
    encoding(body.get(..64).unwrap_or(body)).unwrap_or(SignatureError::InvalidSignature)
}

/// Returns the error for the way in which a JSON object that starts like this is encoded, if it is.
fn encoding(head: &[u8]) -> Option<SignatureError> {
    if head.starts_with(b"\x1f\x8b") {
        return Some(SignatureError::CompressedBody);
    }
    if let Some(text) = head.strip_prefix(b"\"") {
        return match text {
            [b'{', b'\\' | b' ', ..] => Some(SignatureError::JsonStringBody),
            // The quote of a string in this string is escaped.
            [b'\\', inner @ ..] | inner => encoding(inner).map(|_| SignatureError::EncodedTwice),
        };
    }
    let inner = decode_start(head)?;
    match *inner {
        [b'{', b'"' | b' ' | b'\t' | b'\n' | b'\r', ..] => Some(SignatureError::Base64Body),
        _ => encoding(&inner).map(|_| SignatureError::EncodedTwice),
    }
}

/// Decodes the start of a base64 text. What is too short for an event is not decoded, so that decoding
/// again and again comes to an end. The URL-safe alphabet is the same for the start of an event.
fn decode_start(text: &[u8]) -> Option<Vec<u8>> {
    let start = text.get(..text.len() & !3)?;
    let bytes = STANDARD.decode(start).ok()?;
    (bytes.len() >= 16).then_some(bytes)
}

/// Parses one secret, or several separated by white space, as in an environment variable or a file.
impl FromStr for Verifier {
    type Err = ParseSecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut secrets = text.split_whitespace().map(str::parse);
        let first = secrets.next().ok_or(ParseSecretError::Missing)??;
        secrets.try_fold(Self::new(first), |verifier, secret| {
            Ok(verifier.with_secret(secret?))
        })
    }
}
