//! Any headers and body: none but a signed delivery is believed, and every signed one is.

#![no_main]

use std::time::{Duration, SystemTime};

use arbitrary::Arbitrary;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codat_webhooks::signature::{Headers, Secret, SignatureError, Verifier};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    id: &'a [u8],
    timestamp: &'a [u8],
    signatures: &'a [u8],
    body: &'a [u8],
    now: u32,
    tolerance: u32,
    secret: &'a str,
    /// Whether the right signature is put before or after the others, if at all.
    signed: Option<bool>,
}

const SECRET: &str = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";

fuzz_target!(|input: Input<'_>| {
    let verifier: Verifier = SECRET.parse().expect("a secret");
    let verifier = verifier.with_tolerance(Duration::from_secs(input.tolerance.into()));
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(input.now.into());

    let key = STANDARD.decode(&SECRET[6..]).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length");
    mac.update(&[input.id, b".", input.timestamp, b".", input.body].concat());
    let right = format!("v1,{}", STANDARD.encode(mac.finalize().as_bytes()));
    let signatures = match input.signed {
        None => input.signatures.to_vec(),
        Some(true) => [right.as_bytes(), b" ", input.signatures].concat(),
        Some(false) => [input.signatures, b" ", right.as_bytes()].concat(),
    };
    let headers = Headers::new(input.id, input.timestamp, &signatures);
    let result = verifier.verify_at(headers, input.body, now);

    let id_is_good = !input.id.is_empty()
        && input
            .id
            .iter()
            .all(|byte| (b' '..=b'~').contains(byte) && *byte != b'.');
    let seconds = std::str::from_utf8(input.timestamp)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse::<u64>().ok());
    let distance = seconds.map(|seconds| i128::from(seconds) - i128::from(input.now));
    let in_time = distance.is_some_and(|distance| distance.abs() <= i128::from(input.tolerance));
    let listed = signatures
        .split(|byte| *byte == b' ')
        .take(16)
        .any(|signature| signature == right.as_bytes());
    assert_eq!(
        result.is_ok(),
        id_is_good && in_time && listed,
        "{result:?}"
    );
    match result {
        Ok(delivery) => {
            assert_eq!(delivery.message_id().as_bytes(), input.id);
            assert_eq!(*delivery.body(), input.body);
            let _ = delivery.parse();
        }
        Err(error) => {
            let line = error.to_string();
            assert!(line.len() < 60 && !line.contains(char::is_control));
            if id_is_good && error == SignatureError::MalformedHeader("webhook-id") {
                panic!("a good id is refused");
            }
        }
    }

    if let Ok(secret) = input.secret.parse::<Secret>() {
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        let headers = secret.sign("msg", now, input.body);
        let find = |name| {
            headers
                .iter()
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value)
        };
        let headers = Headers::find(find).expect("a whole set");
        Verifier::new(secret)
            .verify_at(headers, input.body, now)
            .expect("signed");
    }
});
