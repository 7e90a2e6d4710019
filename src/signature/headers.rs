//! [`Headers`]: what a delivery says of itself.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::SignatureError;
use super::secret::Signature;

type Names = [&'static str; 3];

pub(super) const WEBHOOK: Names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX: Names = ["svix-id", "svix-timestamp", "svix-signature"];

/// How many signatures of a delivery are looked at. During the change of a secret there are two.
const MAX_SIGNATURES: usize = 16;

/// The id, timestamp and signatures of a delivery, as its headers have them.
///
/// ```
/// use std::collections::HashMap;
///
/// use codat_webhooks::signature::{Headers, SignatureError};
///
/// // From a look-up, which may be that of a `http::HeaderMap`, or of a map as here.
/// let mut headers = HashMap::from([("svix-id", "msg_1"), ("svix-timestamp", "1780000000")]);
/// let error = Headers::find(|name| headers.get(name).copied()).unwrap_err();
/// assert_eq!(error, SignatureError::MissingHeader("svix-signature"));
///
/// headers.insert("svix-signature", "v1,…");
/// Headers::find(|name| headers.get(name).copied())?;
///
/// // From the three values.
/// let headers = Headers::new("msg_1", "1780000000", "v1,…");
/// # Ok::<(), SignatureError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Headers<'h> {
    names: Names,
    pub(super) id: &'h [u8],
    pub(super) timestamp: &'h [u8],
    signature: &'h [u8],
}

impl<'h> Headers<'h> {
    /// Takes the values of `webhook-id`, `webhook-timestamp` and `webhook-signature`, or of their
    /// namesakes with `svix`. Values of the one must not be mixed with values of the other.
    #[must_use]
    pub fn new<V: AsRef<[u8]> + ?Sized>(id: &'h V, timestamp: &'h V, signature: &'h V) -> Self {
        Self::named(WEBHOOK, [id, timestamp, signature])
    }

    /// Looks the values up by the headers' names, which are asked for in lower case: the whole set of
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`, else the whole set of `svix-id`,
    /// `svix-timestamp` and `svix-signature`. The sets are never mixed.
    ///
    /// A value is anything with bytes, so that the server's own map can be asked:
    /// `Headers::find(|name| headers.get(name))`.
    ///
    /// # Errors
    ///
    /// [`SignatureError::MissingHeader`] if neither set is whole.
    pub fn find<V: AsRef<[u8]> + ?Sized + 'h>(
        get: impl Fn(&'static str) -> Option<&'h V>,
    ) -> Result<Self, SignatureError> {
        let webhook = WEBHOOK.map(&get);
        if let [Some(id), Some(timestamp), Some(signature)] = webhook {
            return Ok(Self::named(WEBHOOK, [id, timestamp, signature]));
        }
        let svix = SVIX.map(&get);
        if let [Some(id), Some(timestamp), Some(signature)] = svix {
            return Ok(Self::named(SVIX, [id, timestamp, signature]));
        }

        let count = |set: &[Option<&V>]| set.iter().flatten().count();
        let (names, set) = if count(&svix) > count(&webhook) {
            (SVIX, svix)
        } else {
            (WEBHOOK, webhook)
        };
        let missing = names
            .into_iter()
            .zip(set)
            .find(|(_, value)| value.is_none());
        Err(SignatureError::MissingHeader(
            missing.map_or("", |(name, _)| name),
        ))
    }

    fn named<V: AsRef<[u8]> + ?Sized>(names: Names, values: [&'h V; 3]) -> Self {
        let [id, timestamp, signature] = values.map(AsRef::as_ref);
        Self {
            names,
            id,
            timestamp,
            signature,
        }
    }

    /// With a dot in it, the signature of id `a` and body `1.{}` would be that of id `a.1` and body
    /// `{}` as well.
    pub(super) fn message_id(&self) -> Result<&'h str, SignatureError> {
        let [name, _, _] = self.names;
        let printable = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'.';
        std::str::from_utf8(self.id)
            .ok()
            .filter(|id| !id.is_empty() && id.as_bytes().iter().all(printable))
            .ok_or(SignatureError::MalformedHeader(name))
    }

    pub(super) fn timestamp(&self) -> Result<SystemTime, SignatureError> {
        let [_, name, _] = self.names;
        std::str::from_utf8(self.timestamp)
            .ok()
            // A sign is a number too, to `parse`.
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
            .ok_or(SignatureError::MalformedHeader(name))
    }

    /// Those of version `v1` that can be one. A header without any `version,signature` is malformed.
    pub(super) fn signatures(&self) -> Result<Vec<Signature>, SignatureError> {
        let [_, _, name] = self.names;
        let mut listed = self
            .signature
            .split(|byte| *byte == b' ')
            .take(MAX_SIGNATURES)
            .filter_map(|item| {
                let comma = item.iter().position(|byte| *byte == b',')?;
                Some(item.split_at(comma))
            })
            .peekable();
        if listed.peek().is_none() {
            return Err(SignatureError::MalformedHeader(name));
        }
        Ok(listed
            .filter(|(version, _)| *version == b"v1")
            .filter_map(|(_, comma_base64)| STANDARD.decode(comma_base64.get(1..)?).ok())
            .filter_map(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(|bytes| Signature::new(bytes.into()))
            .collect())
    }
}

/// Shows which headers they are, not what they hold.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Headers").field(&self.names).finish()
    }
}
