//! [`SignatureHeaders`]: the three headers that sign a delivery.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::SignatureError;
use super::secret::Signature;

type Names = [&'static str; 3];

pub(super) const WEBHOOK: Names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX: Names = ["svix-id", "svix-timestamp", "svix-signature"];

/// How many signatures of a delivery are compared, over all values of the header together. During
/// a rotation of the secret a delivery has two.
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
/// While a secret is being rotated, a delivery has more than one signature, separated by spaces.
/// Some proxies send them as two header lines, or fold them into one line with commas or tabs, as in
/// `v1,aaa, v1,bbb`. Each of these forms is read, and a delivery is verified if any signature
/// matches. At most 16 signatures are compared; those after them are ignored.
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
/// SignatureHeaders::from_lookup(|name| headers.get(name))?;
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
    /// Creates the headers from the values of `webhook-id`, `webhook-timestamp` and
    /// `webhook-signature`, or of the same headers with `svix` in place of `webhook`.
    ///
    /// # Errors
    ///
    /// Returns [`SignatureError::MalformedHeader`] if a value does not have the required form.
    pub fn new(
        id: impl AsRef<[u8]>,
        timestamp: impl AsRef<[u8]>,
        signature: impl AsRef<[u8]>,
    ) -> Result<Self, SignatureError> {
        let signature = [signature];
        Self::from_values(WEBHOOK, id.as_ref(), timestamp.as_ref(), &signature)
    }

    /// Creates the headers from all headers of a request, as pairs of name and value.
    ///
    /// Any map of headers can be passed: `http::HeaderMap` (axum, hyper, Lambda), actix-web's, or a
    /// `HashMap`. Names are compared without regard to case, and headers that have nothing to do
    /// with the signature are skipped. This is the constructor that sees every value of a header
    /// that is repeated.
    ///
    /// # Errors
    ///
    /// Returns [`SignatureError::MissingHeader`] if neither set of headers is complete, and
    /// [`SignatureError::MalformedHeader`] if a value does not have the required form or if a message
    /// id or timestamp is repeated with a different value.
    pub fn from_headers<N: AsRef<str>, V: AsRef<[u8]>>(
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, SignatureError> {
        let mut webhook = [const { Vec::new() }; 3];
        let mut svix = [const { Vec::new() }; 3];
        for (name, value) in headers {
            let is = |known: &&str| known.eq_ignore_ascii_case(name.as_ref());
            if let Some(values) = position(&mut webhook, WEBHOOK.iter().position(is)) {
                values.push(value);
            } else if let Some(values) = position(&mut svix, SVIX.iter().position(is)) {
                values.push(value);
            }
        }
        Self::from_sets(&webhook, &svix)
    }

    /// Creates the headers from a function that returns the value of a header.
    ///
    /// The function is called with names in lower case. It may return borrowed or owned text or
    /// bytes, such as `Option<&str>`, `Option<&HeaderValue>`, `Option<String>` or `Option<Vec<u8>>`.
    /// It returns one value per name; use [`from_headers`](Self::from_headers) for a server behind a
    /// proxy that repeats the signature header.
    ///
    /// # Errors
    ///
    /// Returns [`SignatureError::MissingHeader`] if neither set of headers is complete, and
    /// [`SignatureError::MalformedHeader`] if a value does not have the required form.
    pub fn from_lookup<V: AsRef<[u8]>>(
        mut get: impl FnMut(&'static str) -> Option<V>,
    ) -> Result<Self, SignatureError> {
        let mut values = |names: Names| names.map(|name| get(name).into_iter().collect());
        Self::from_sets(&values(WEBHOOK), &values(SVIX))
    }

    fn from_sets<V: AsRef<[u8]>>(
        webhook: &[Vec<V>; 3],
        svix: &[Vec<V>; 3],
    ) -> Result<Self, SignatureError> {
        let present = |set: &[Vec<V>; 3]| set.iter().filter(|values| !values.is_empty()).count();
        let (names, set) = if present(svix) > present(webhook) {
            (SVIX, svix)
        } else {
            (WEBHOOK, webhook)
        };
        for (name, values) in names.into_iter().zip(set) {
            if values.is_empty() {
                return Err(SignatureError::MissingHeader(name));
            }
        }
        let [ids, timestamps, signatures] = set;
        let [id_name, timestamp_name, _] = names;
        Self::from_values(
            names,
            the_same(ids).ok_or(SignatureError::MalformedHeader(id_name))?,
            the_same(timestamps).ok_or(SignatureError::MalformedHeader(timestamp_name))?,
            signatures,
        )
    }

    fn from_values<V: AsRef<[u8]>>(
        names: Names,
        id: &[u8],
        timestamp: &[u8],
        signatures: &[V],
    ) -> Result<Self, SignatureError> {
        let [id_name, timestamp_name, signature_name] = names;
        let message_id = parse_message_id(id).ok_or(SignatureError::MalformedHeader(id_name))?;
        let (timestamp_text, timestamp) =
            parse_timestamp(timestamp).ok_or(SignatureError::MalformedHeader(timestamp_name))?;
        let signatures =
            parse_signatures(signatures).ok_or(SignatureError::MalformedHeader(signature_name))?;
        Ok(Self {
            message_id: message_id.into(),
            timestamp_text: timestamp_text.into(),
            timestamp,
            signatures,
        })
    }
}

fn position<T>(values: &mut [T; 3], index: Option<usize>) -> Option<&mut T> {
    values.get_mut(index?)
}

/// Two readers that pick different copies of a header are a way around a check.
fn the_same<V: AsRef<[u8]>>(values: &[V]) -> Option<&[u8]> {
    let (first, rest) = values.split_first()?;
    let first = first.as_ref();
    rest.iter()
        .all(|value| value.as_ref() == first)
        .then_some(first)
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
        .take(MAX_SIGNATURES)
        .peekable();
    pairs.peek()?;
    let signatures = pairs
        .filter(|(version, _)| *version == b"v1")
        .filter_map(|(_, base64)| STANDARD.decode(base64).ok())
        .filter_map(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(|bytes| Signature::new(bytes.into()))
        .collect();
    Some(signatures)
}

/// Splits `v1,aaa` as well as the folded `v1,aaa,` and `v1,aaa,v1,bbb`.
fn pairs(item: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut parts = item
        .split(|byte| *byte == b',')
        .skip_while(|part| part.is_empty());
    std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
}

/// Does not show the values.
impl fmt::Debug for SignatureHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureHeaders").finish_non_exhaustive()
    }
}
