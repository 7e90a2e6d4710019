//! [`SignatureHeaders`]: the three headers that sign a delivery.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::SignatureError;
use super::names::{SVIX, WEBHOOK};
use super::secret::Signature;

/// The name of a header, and the values that were sent.
type Header<V> = (&'static str, Vec<V>);

/// How many signatures of version `v1` are compared, over all values of the header together. While a
/// secret is being rotated, a delivery has two.
const MAX_SIGNATURES: usize = 16;

/// The message id, timestamp and signatures of a delivery.
///
/// The headers are named `webhook-id`, `webhook-timestamp` and `webhook-signature`, or the same with
/// `svix` in place of `webhook`. A complete `webhook` set is preferred over a complete `svix` set,
/// and headers of the two sets are never combined.
///
/// Constructing this needs no body, so a server can refuse an unsigned request before it reads the
/// body.
///
/// # Repeated and folded signatures
///
/// While a secret is being rotated, a delivery has several signatures, separated by spaces. Some
/// proxies send them as two header lines, or fold them into one line with commas or tabs, as in
/// `v1,aaa, v1,bbb`. All of these forms are read, and a delivery is verified if any signature matches.
/// Signatures of versions other than `v1` are ignored, and so are those after the first 16 of `v1`.
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
///
/// use codat_webhooks::signature::{SignatureError, SignatureHeaders};
///
/// let mut headers = HashMap::from([("svix-id", "msg_1"), ("svix-timestamp", "1780000000")]);
/// let error = SignatureHeaders::from_headers(&headers).unwrap_err();
/// assert_eq!(error, SignatureError::MissingHeader("svix-signature"));
///
/// headers.insert("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// SignatureHeaders::from_headers(&headers)?;
/// # Ok::<(), SignatureError>(())
/// ```
#[derive(Clone)]
pub struct SignatureHeaders {
    pub(super) message_id: Box<str>,
    /// Signed as it was sent, which may be `0001795000000`.
    pub(super) timestamp_text: Box<str>,
    pub(super) timestamp: SystemTime,
    pub(super) signatures: Vec<Signature>,
}

impl SignatureHeaders {
    /// Creates the headers from all headers of a request, as pairs of name and value.
    ///
    /// Accepts a reference to `http::HeaderMap` (axum, hyper, Lambda), to actix-web's header map or to
    /// a `HashMap`, and any other iterator of names and values. Names are compared without regard to
    /// case, and headers that have nothing to do with the signature are skipped. Pass every value of a
    /// header that is repeated: any of them may contain the signature that matches.
    ///
    /// # Errors
    ///
    /// Returns [`SignatureError::MissingHeader`] if neither set of headers is complete, and
    /// [`SignatureError::MalformedHeader`] if a value does not have the required form or if a message
    /// id or timestamp is repeated with a different value.
    pub fn from_headers<N: AsRef<str>, V: AsRef<[u8]>>(
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, SignatureError> {
        let mut sets = [WEBHOOK, SVIX].map(|names| names.map(|name| (name, Vec::new())));
        for (name, value) in headers {
            let is_named = |known: &str| known.eq_ignore_ascii_case(name.as_ref());
            let header = sets.iter_mut().flatten().find(|(known, _)| is_named(known));
            if let Some((_, values)) = header {
                values.push(value);
            }
        }
        let present = |set: &[Header<V>; 3]| set.iter().filter(|(_, v)| !v.is_empty()).count();
        let [webhook, svix] = sets;
        let set = if present(&svix) > present(&webhook) {
            svix
        } else {
            webhook
        };
        if let Some((name, _)) = set.iter().find(|(_, values)| values.is_empty()) {
            return Err(SignatureError::MissingHeader(name));
        }

        let [id, timestamp, signature] = &set;
        let message_id = parse_one(id, parse_message_id)?;
        let (timestamp_text, timestamp) = parse_one(timestamp, parse_timestamp)?;
        let (signature_name, values) = signature;
        let signatures =
            parse_signatures(values).ok_or(SignatureError::MalformedHeader(signature_name))?;
        Ok(Self {
            message_id: message_id.into(),
            timestamp_text: timestamp_text.into(),
            timestamp,
            signatures,
        })
    }
}

/// Parses a header whose values have to be equal: two readers that pick different copies of it are a
/// way around a check.
fn parse_one<'a, V: AsRef<[u8]>, T>(
    (name, values): &'a Header<V>,
    parse: fn(&'a [u8]) -> Option<T>,
) -> Result<T, SignatureError> {
    let mut values = values.iter().map(AsRef::as_ref);
    let first = values.next();
    first
        .filter(|first| values.all(|value| value == *first))
        .and_then(parse)
        .ok_or(SignatureError::MalformedHeader(name))
}

/// With a dot in it, the signature of id `a` and body `1.{}` would be that of id `a.1` and body `{}`
/// as well.
fn parse_message_id(id: &[u8]) -> Option<&str> {
    let allowed = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'.';
    std::str::from_utf8(id)
        .ok()
        .filter(|id| !id.is_empty() && id.as_bytes().iter().all(allowed))
}

fn parse_timestamp(timestamp: &[u8]) -> Option<(&str, SystemTime)> {
    let text = std::str::from_utf8(timestamp).ok()?;
    // `parse` accepts a leading `+`.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let since_epoch = Duration::from_secs(text.parse().ok()?);
    Some((text, SystemTime::UNIX_EPOCH.checked_add(since_epoch)?))
}

/// Returns the signatures of version `v1`, or `None` if no value contains a `version,signature`.
fn parse_signatures<V: AsRef<[u8]>>(values: &[V]) -> Option<Vec<Signature>> {
    let mut pairs = values
        .iter()
        .flat_map(|value| value.as_ref().split(|byte| matches!(byte, b' ' | b'\t')))
        .flat_map(pairs)
        .peekable();
    pairs.peek()?;
    let signatures = pairs
        .filter(|(version, _)| *version == b"v1")
        .take(MAX_SIGNATURES)
        .filter_map(|(_, base64)| STANDARD.decode(base64).ok())
        .filter_map(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(|bytes| Signature::new(bytes.into()))
        .collect();
    Some(signatures)
}

/// Splits `v1,aaa` as well as the folded `v1,aaa,`, `v1,aaa,v1,bbb` and `v1,aaa,,v1,bbb`.
fn pairs(item: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut parts = item.split(|byte| *byte == b',');
    std::iter::from_fn(move || {
        let version = parts.find(|part| !part.is_empty())?;
        Some((version, parts.next()?))
    })
}

/// Does not show the values.
impl fmt::Debug for SignatureHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureHeaders").finish_non_exhaustive()
    }
}
