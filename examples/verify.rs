//! Accepts deliveries that are signed with the secret of the endpoint, and no others.
//!
//! ```text
//! cargo run --features signature --example verify
//! ```

use std::time::SystemTime;

use codat_webhooks::samples;
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";
    let verifier: Verifier = secret.parse()?; // several, separated by spaces, while one is rotated

    // Codat's part, for a sample.
    let sample = samples::of("company.created").next().ok_or("no sample")?;
    let mut headers = HeaderMap::new();
    for (name, value) in
        secret
            .parse::<Secret>()?
            .sign("msg_1", SystemTime::now(), sample.json().as_bytes())
    {
        headers.insert(name, value.parse()?);
    }

    println!(
        "genuine: {}",
        receive(&verifier, &headers, sample.json().as_bytes())
    );
    println!("changed: {}", receive(&verifier, &headers, b"{}"));
    Ok(())
}
