//! The errors of parsing a secret and of verifying a delivery.

/// Error returned when a delivery is not verified.
///
/// `Display` and `Debug` are one line and contain nothing of the delivery, so both are safe to log.
/// Do not send them back as the response: they help an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A required header is missing. If both sets of headers are incomplete, this names a header of
    /// the set that is closer to being complete.
    #[error("missing header {0}")]
    MissingHeader(&'static str),
    /// A header does not have the form that Standard Webhooks requires: a message id is printable
    /// ASCII without a dot, a timestamp is decimal digits, and a signature is `version,base64`. A
    /// message id or timestamp that is sent more than once with different values is malformed as well.
    #[error("malformed header {0}")]
    MalformedHeader(&'static str),
    /// The delivery was signed longer ago than the tolerance. Either someone posted an old delivery
    /// again, or the clock of this machine is fast.
    #[error("timestamp is too old")]
    TimestampTooOld,
    /// The delivery was signed further in the future than the tolerance. The clock of this machine
    /// is probably slow.
    #[error("timestamp is in the future")]
    TimestampInTheFuture,
    /// No signature matches the message id, the timestamp, the body and a secret. The delivery was
    /// not sent by Codat, was signed for another endpoint, or was changed in transit. See
    /// [the module page](super#if-genuine-deliveries-are-refused) for how to find out.
    #[error("no signature matches")]
    InvalidSignature,
    /// No signature matches, and the body starts with the magic bytes of gzip. Codat signs the
    /// uncompressed JSON: decompress the body before it is verified.
    #[error("no signature matches, and the body is gzip: verify the decompressed body")]
    CompressedBody,
    /// No signature matches, and the body looks like base64 of a JSON object. Gateways that carry
    /// bodies as text encode them: decode the body before it is verified.
    #[error("no signature matches, and the body looks like base64: verify the decoded body")]
    Base64Body,
    /// No signature matches, and the body is a JSON string that contains a JSON object. Something
    /// serialized the text of the body as JSON again: parse the string, and verify its text.
    #[error("no signature matches, and the body is a JSON string: verify the JSON inside it")]
    JsonStringBody,
    /// No signature matches, and the body looks encoded more than once, such as base64 of base64, or
    /// base64 in a JSON string. Undo all of it before the body is verified.
    #[error("no signature matches, and the body is encoded twice: verify the decoded body")]
    EncodedTwice,
}

/// Error returned when a string is not a valid [`Secret`](super::Secret) or list of secrets.
///
/// It does not contain the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseSecretError {
    /// The string contains no secret.
    #[error("no secret is given")]
    Missing,
    /// The secret starts with a byte order mark (U+FEFF), as files that some editors save do.
    #[error("secret starts with a byte order mark: save the file without one")]
    ByteOrderMark,
    /// The secret contains a comma or a semicolon. Several secrets are separated by white space.
    #[error("secrets are separated by white space, not by commas or semicolons")]
    Separator,
    /// The secret is in quotes, which not every reader of environment files removes.
    #[error("secret is in quotes")]
    Quoted,
    /// The secret does not start with `whsec_`.
    #[error("secret does not start with `whsec_`")]
    Prefix,
    /// The part after the prefix is not padded standard base64.
    #[error("secret is not valid base64 after its prefix")]
    Base64,
    /// The decoded secret is shorter than 24 bytes or longer than 64 bytes.
    #[error("secret is not 24 to 64 bytes long")]
    Length,
}
