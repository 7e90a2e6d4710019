//! What is wrong with a secret or a delivery. None of them holds what came.

/// A delivery is not to be believed.
///
/// Its `Display` and `Debug` are one line and hold nothing of the delivery, so that they can be
/// logged. Do not answer with it: it is of use to who tries signatures out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The header of this name did not come. Of two incomplete sets, it is about the one with more.
    #[error("missing header {0}")]
    MissingHeader(&'static str),
    /// The header of this name is not what Standard Webhooks have it to be: an id of printable ASCII
    /// without a dot, a timestamp in digits, signatures with spaces between them.
    #[error("malformed header {0}")]
    MalformedHeader(&'static str),
    /// It was signed longer ago than the tolerance: an old delivery that is posted again, or a clock
    /// that is fast.
    #[error("delivery is too old")]
    TooOld,
    /// It was signed further ahead than the tolerance: a clock that is slow.
    #[error("delivery is too new")]
    TooNew,
    /// No signature is made of this id, timestamp and body with one of the secrets: not Codat's, for
    /// another endpoint, or changed on its way.
    #[error("no signature matches")]
    NoMatch,
}

/// A text is not the secret of an endpoint. It does not show the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is none.
    #[error("no secret is given")]
    Missing,
    /// It does not begin with `whsec_`.
    #[error("secret does not begin with `whsec_`")]
    Prefix,
    /// What follows the prefix is not standard base64, with its padding.
    #[error("secret is not base64 after its prefix")]
    Base64,
    /// It is shorter than 24 bytes, or longer than 64.
    #[error("secret is not of 24 to 64 bytes")]
    Length,
}
