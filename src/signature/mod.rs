//! That a delivery comes from Codat: its signature, with the feature `signature`.
//!
//! Codat signs every delivery as [Standard Webhooks](https://www.standardwebhooks.com) have it, with
//! a secret for each endpoint, `whsec_…`. Anyone can post a body at a public endpoint; only Codat can
//! sign it. A [`Verifier`] checks the three headers and the raw body, as it came and before anything
//! reads it, and gives a [`Verified`] body, which there is no other way to make:
//!
//! ```
//! use codat_webhooks::signature::{Headers, Verified, Verifier};
//! # use std::collections::HashMap;
//! # use std::time::SystemTime;
//! # use codat_webhooks::signature::Secret;
//!
//! // When the server starts. One secret, or more with spaces between them.
//! let verifier: Verifier = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=".parse()?;
//!
//! # let secret: Secret = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=".parse()?;
//! # let body = br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.renamed"}"#.as_slice();
//! # let headers = HashMap::from(secret.sign("msg_1", SystemTime::now(), body));
//! // For each delivery. `headers` is the server's map from name to value.
//! let delivery = verifier.verify(Headers::find(|name| headers.get(name))?, body)?;
//! handle(&delivery)?;
//!
//! /// Cannot be called with a body that nobody has verified.
//! fn handle(delivery: &Verified<&[u8]>) -> Result<(), codat_webhooks::Error> {
//!     let webhook = delivery.parse()?;
//!     println!("{}: {}", delivery.message_id(), webhook.event_type());
//!     Ok(())
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is left to the server
//!
//! A genuine delivery can be posted again by who has seen it, and Codat itself delivers again where
//! an answer was lost. Its time limits the first to the [tolerance](Verifier::with_tolerance); the
//! [message id](Verified::message_id), which stays the same over all attempts, tells both. Remember
//! the ids that were handled for longer than Codat's 28 hours of attempts.
//!
//! # Changing the secret
//!
//! For a while after a secret is changed, Codat signs with the old and the new. Give the verifier
//! both, put the new one into use at Codat, and take the old one out when deliveries with it have
//! ended.
//!
//! # Tests of your own
//!
//! [`Secret::sign`] makes the headers with which a body can be posted at your own server.

mod error;
mod headers;
mod secret;
mod verified;

use std::str::FromStr;
use std::time::{Duration, SystemTime};

pub use error::{SecretError, SignatureError};
pub use headers::Headers;
pub use secret::Secret;
pub use verified::Verified;

/// Checks that deliveries are signed with one of its secrets, and that they are not old.
///
/// It is read from the text of one or several secrets, with white space between them:
///
/// ```
/// # use codat_webhooks::signature::{SecretError, Verifier};
/// let text = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk= whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==";
/// let verifier: Verifier = text.parse()?;
/// assert_eq!("".parse::<Verifier>().unwrap_err(), SecretError::Missing);
/// # Ok::<(), SecretError>(())
/// ```
///
/// Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// Never empty.
    secrets: Vec<Secret>,
    tolerance: Duration,
}

impl Verifier {
    /// How far the time of a delivery may be from now, unless told otherwise: 5 minutes.
    pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);

    /// Makes a verifier that accepts what is signed with the secret.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self {
            secrets: vec![secret],
            tolerance: Self::DEFAULT_TOLERANCE,
        }
    }

    /// Accepts what is signed with this secret too.
    #[must_use]
    pub fn with_secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sets how far the time of a delivery may be from now, in either direction. What is exactly as
    /// far is accepted.
    ///
    /// Each attempt of Codat's has a time and a signature of its own, so a delivery that comes
    /// hours late is no reason for more; a clock that is wrong is.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Checks a delivery that came now, by the system's clock.
    ///
    /// The body is the raw one, to the byte: anything that reads and writes it again, even a
    /// formatter of JSON, breaks the signature. It may be borrowed or owned (`&[u8]`, `Vec<u8>`,
    /// `Bytes`), and comes back inside the [`Verified`].
    ///
    /// Not available on `wasm32-unknown-unknown`, which has no clock: see
    /// [`verify_at`](Self::verify_at).
    ///
    /// # Errors
    ///
    /// [`SignatureError`], if a header is malformed, the delivery is older or newer than the
    /// tolerance, or no signature is made with one of the secrets.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn verify<B: AsRef<[u8]>>(
        &self,
        headers: Headers<'_>,
        body: B,
    ) -> Result<Verified<B>, SignatureError> {
        self.verify_at(headers, body, SystemTime::now())
    }

    /// Checks a delivery that came at the given time; else as [`verify`](Self::verify) does.
    ///
    /// # Errors
    ///
    /// See [`verify`](Self::verify).
    pub fn verify_at<B: AsRef<[u8]>>(
        &self,
        headers: Headers<'_>,
        body: B,
        now: SystemTime,
    ) -> Result<Verified<B>, SignatureError> {
        let message_id = headers.message_id()?;
        let timestamp = headers.timestamp()?;
        let signatures = headers.signatures()?;

        match now.duration_since(timestamp) {
            Ok(age) if age > self.tolerance => return Err(SignatureError::TooOld),
            Err(ahead) if ahead.duration() > self.tolerance => return Err(SignatureError::TooNew),
            _ => {}
        }

        // All are compared, whichever matches: how long it takes tells nothing. `|` has no short way.
        let mut genuine = false;
        for secret in &self.secrets {
            let expected = secret.mac(headers.id, headers.timestamp, body.as_ref());
            for signature in &signatures {
                genuine |= expected == *signature;
            }
        }
        if genuine {
            Ok(Verified::new(message_id, timestamp, body))
        } else {
            Err(SignatureError::NoMatch)
        }
    }
}

impl From<Secret> for Verifier {
    fn from(secret: Secret) -> Self {
        Self::new(secret)
    }
}

/// One secret or several, with white space between them, as an environment variable holds them.
impl FromStr for Verifier {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut secrets = text.split_whitespace().map(str::parse);
        let first = secrets.next().ok_or(SecretError::Missing)??;
        secrets.try_fold(Self::new(first), |verifier, secret| {
            Ok(verifier.with_secret(secret?))
        })
    }
}
