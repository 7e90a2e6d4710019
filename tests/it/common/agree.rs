//! What holds for any body, whatever its bytes: looked at by property tests and by a fuzzer.

use codat_webhooks::{Envelope, Error, ErrorKind, Webhook, from_slice, from_str};
use serde_json::Value;

/// Reads the body in all ways, which have to agree; what is read has to come back, and what is not
/// has to be told.
pub fn read(body: &[u8]) -> Result<Webhook, Error> {
    let read = from_slice(body);
    by_text(body, &read);
    by_envelope(body, &read);
    by_serde(body, &read);
    by_value(body);
    match &read {
        Ok(webhook) => comes_back(webhook),
        Err(error) => is_told(error, body),
    }
    read
}

fn by_text(body: &[u8], read: &Result<Webhook, Error>) {
    let Ok(text) = std::str::from_utf8(body) else {
        assert_eq!(read.as_ref().unwrap_err().kind(), ErrorKind::Json);
        return;
    };
    match (read, from_str(text)) {
        (Ok(webhook), Ok(by_text)) => assert_eq!(by_text, *webhook),
        (Err(error), Err(by_text)) => assert_eq!(by_text.to_string(), error.to_string()),
        (read, by_text) => panic!("{read:?}, but {by_text:?} as text"),
    }
}

/// The envelope agrees on id, type, date and validity.
fn by_envelope(body: &[u8], read: &Result<Webhook, Error>) {
    match (read, Envelope::from_slice(body)) {
        (Ok(webhook), Ok(envelope)) => {
            assert_eq!(envelope.id(), webhook.id);
            assert_eq!(envelope.event_type(), webhook.event_type());
            assert_eq!(envelope.wire_name(), webhook.wire_name());
            assert_eq!(envelope.generated_date(), webhook.generated_date);
            assert_eq!(envelope.parse().unwrap(), *webhook);
        }
        (Err(error), Ok(envelope)) => {
            assert_eq!(error.kind(), ErrorKind::Payload);
            assert_eq!(error.id(), Some(envelope.id()));
            assert_eq!(error.event_type(), Some(&envelope.event_type()));
        }
        (Err(error), Err(other)) => {
            assert_ne!(error.kind(), ErrorKind::Payload);
            assert_eq!(other.to_string(), error.to_string());
        }
        (Ok(_), Err(error)) => panic!("an event without an envelope: {error}"),
    }
}

/// The generic entries agree, but that they know no byte order mark, and that a reader lets broken
/// UTF-8 pass in what it skips.
fn by_serde(body: &[u8], read: &Result<Webhook, Error>) {
    if std::str::from_utf8(body).is_ok() && !body.starts_with("\u{feff}".as_bytes()) {
        let by_slice = serde_json::from_slice::<Webhook>(body);
        assert_eq!(by_slice.as_ref().ok(), read.as_ref().ok());
        let by_reader = serde_json::from_reader::<_, Webhook>(body);
        assert_eq!(by_reader.ok(), by_slice.ok());
    } else {
        let _ = serde_json::from_reader::<_, Webhook>(body);
    }
}

/// A value has lost digits, and keys that came twice: what it has kept is read as its text is.
fn by_value(body: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let by_text = serde_json::from_str::<Webhook>(&value.to_string());
        let by_value = serde_json::from_value::<Webhook>(value);
        assert_eq!(by_value.ok(), by_text.ok());
    }
}

fn comes_back(webhook: &Webhook) {
    let written = serde_json::to_vec(webhook).expect("what was read can be written");
    let again = from_slice(&written).expect("what was written can be read");
    assert_eq!(again, *webhook);
    assert_eq!(serde_json::to_vec(&again).expect("written"), written);
}

/// In one line that is not long, at a place that the body has.
fn is_told(error: &Error, body: &[u8]) {
    let line = error.to_string();
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(line.len() < 4096, "{} bytes", line.len());
    let lines = 1 + body.iter().filter(|byte| **byte == b'\n').count();
    assert!((1..=lines).contains(&error.line()), "{line}");
    assert!(error.column() <= body.len() + 1, "{line}");
}
