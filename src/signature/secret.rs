//! [`Secret`]: the secret of an endpoint.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::error::ParseSecretError;
use super::names::WEBHOOK;

/// Compares in constant time.
pub(super) type Signature = CtOutput<Hmac<Sha256>>;

/// The secret of an endpoint: `whsec_` followed by the base64 of 24 to 64 bytes, as Codat shows it.
///
/// A secret is parsed with [`FromStr`], which ignores white space around it, such as the newline at the
/// end of a file. Neither `Debug` nor an error shows it.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// Signs a body, for your tests.
    ///
    /// Returns the names and values of the three headers, to post the body to your server or to pass
    /// them to a [`Verifier`](super::Verifier). The timestamp is in whole seconds. Nothing is
    /// validated, so a test can sign a delivery that must be refused, such as one with a dot in its
    /// message id or a timestamp before 1970.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use std::time::SystemTime;
    ///
    /// use codat_webhooks::signature::{Secret, SignatureHeaders, Verifier};
    ///
    /// let secret: Secret = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=".parse()?;
    /// let body = br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.renamed"}"#;
    /// let headers = HashMap::from(secret.sign("msg_1", SystemTime::now(), body));
    ///
    /// let verifier = Verifier::new(secret);
    /// let delivery = verifier.verify(SignatureHeaders::from_headers(&headers)?, body)?;
    /// assert_eq!(delivery.message_id(), "msg_1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sign(&self, id: &str, time: SystemTime, body: &[u8]) -> [(&'static str, String); 3] {
        let timestamp = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => since.as_secs().to_string(),
            Err(before) => format!("-{}", before.duration().as_secs()),
        };
        let mac = self.mac(id.as_bytes(), timestamp.as_bytes(), body);
        let signature = format!("v1,{}", STANDARD.encode(mac.as_bytes()));
        let [id_name, timestamp_name, signature_name] = WEBHOOK;
        [
            (id_name, id.to_owned()),
            (timestamp_name, timestamp),
            (signature_name, signature),
        ]
    }

    /// Signs the header values as they were sent, which may differ from what `sign` would write.
    pub(super) fn mac(&self, id: &[u8], timestamp: &[u8], body: &[u8]) -> Signature {
        let mut mac = self.0.clone();
        for part in [id, b".", timestamp, b".", body] {
            mac.update(part);
        }
        mac.finalize()
    }
}

impl FromStr for Secret {
    type Err = ParseSecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseSecretError::Missing);
        }
        if text.starts_with('\u{feff}') {
            return Err(ParseSecretError::ByteOrderMark);
        }
        if text.contains([',', ';']) {
            return Err(ParseSecretError::Separator);
        }
        if text.starts_with(['"', '\'']) {
            return Err(ParseSecretError::Quoted);
        }
        let base64 = text
            .strip_prefix("whsec_")
            .ok_or(ParseSecretError::Prefix)?;
        let key = STANDARD
            .decode(base64)
            .map_err(|_| ParseSecretError::Base64)?;
        if !(24..=64).contains(&key.len()) {
            return Err(ParseSecretError::Length);
        }
        Hmac::new_from_slice(&key)
            .map(Self)
            .map_err(|_| ParseSecretError::Length)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
