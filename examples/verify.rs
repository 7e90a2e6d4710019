//! Accepts deliveries that are signed with the secret of the endpoint, and no others.
//!
//! ```text
//! cargo run --features signature --example verify
//! ```

use std::time::SystemTime;

use codat_webhooks::signature::{Secret, SignatureHeaders, Verified, Verifier};
use http::{HeaderMap, StatusCode};

/// Receives a request: its headers and its raw body, before anything has parsed it.
fn receive(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> StatusCode {
    let headers = SignatureHeaders::from_headers(headers);
    match headers.and_then(|headers| verifier.verify(headers, body)) {
        Ok(delivery) => accept(&delivery),
        Err(error) => {
            eprintln!("refused: {error}");
            StatusCode::UNAUTHORIZED
        }
    }
}

/// Cannot be called with a body that was not verified.
fn accept(delivery: &Verified<&[u8]>) -> StatusCode {
    match delivery.parse() {
        Ok(webhook) => println!("{}: {}", delivery.message_id(), webhook.event),
        // The next attempt would deliver the same bytes: keep the body, and accept it.
        Err(error) => eprintln!("{}: {error}", delivery.message_id()),
    }
    StatusCode::ACCEPTED
}

/// Events and the alerts of Codat's rules arrive at the same endpoint, signed with the same secret.
const EVENT: &str = r#"{
    "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
    "eventType": "company.created",
    "payload": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40", "name": "Harbour Bikes"}
}"#;
const ALERT: &str = r#"{
    "AlertId": "9b1d7f52-0c6e-4a83-b5d9-41e8c27a60f3",
    "RuleType": "New company synchronized",
    "CompanyId": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";
    let verifier: Verifier = text.parse()?; // several, separated by spaces, while one is rotated

    // Codat's part.
    let secret: Secret = text.parse()?;
    for body in [EVENT, ALERT] {
        let mut headers = HeaderMap::new();
        for (name, value) in secret.sign("msg_1", SystemTime::now(), body.as_bytes()) {
            headers.insert(name, value.parse()?);
        }
        println!("genuine: {}", receive(&verifier, &headers, body.as_bytes()));
        println!("changed: {}", receive(&verifier, &headers, b"{}"));
    }
    Ok(())
}
