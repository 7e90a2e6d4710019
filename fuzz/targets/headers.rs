//! Verifies any headers and body: a delivery is accepted if and only if it is signed.

#![no_main]

use std::time::{Duration, SystemTime};

use arbitrary::Arbitrary;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codat_webhooks::signature::{Secret, SignatureError, SignatureHeaders, Verifier};
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
    /// Whether the valid signature is sent, and if so, whether before the others.
    signed: Option<bool>,
    /// Sent in a header line of its own, instead of after or before the separator.
    apart: bool,
    separator: Separator,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Separator {
    Space,
    Tab,
    Comma,
    CommaSpace,
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
    let separator: &[u8] = match input.separator {
        Separator::Space => b" ",
        Separator::Tab => b"\t",
        Separator::Comma => b",",
        Separator::CommaSpace => b", ",
    };
    let right = right.as_bytes();
    let lines = match (input.signed, input.apart) {
        (None, _) => vec![input.signatures.to_vec()],
        (Some(true), true) => vec![right.to_vec(), input.signatures.to_vec()],
        (Some(false), true) => vec![input.signatures.to_vec(), right.to_vec()],
        (Some(true), false) => vec![[right, separator, input.signatures].concat()],
        (Some(false), false) => vec![[input.signatures, separator, right].concat()],
    };
    let mut pairs = vec![
        ("webhook-id", input.id),
        ("Webhook-Timestamp", input.timestamp),
    ];
    pairs.extend(
        lines
            .iter()
            .map(|line| ("WEBHOOK-SIGNATURE", line.as_slice())),
    );
    let result = SignatureHeaders::from_headers(pairs)
        .and_then(|headers| verifier.verify_at(headers, input.body, now));

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
    let listed = lines
        .join(&b' ')
        .split(|byte| b" \t".contains(byte))
        .flat_map(|item| {
            let mut pairs = Vec::new();
            let mut parts = item.split(|byte| *byte == b',');
            while let Some(version) = parts.next() {
                if version.is_empty() {
                    continue;
                }
                let Some(signature) = parts.next() else { break };
                pairs.push([version, signature].join(&b','));
            }
            pairs
        })
        .filter(|pair| pair.starts_with(b"v1,"))
        .take(16)
        .any(|signature| signature == right);
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
            assert!(line.len() < 80 && !line.contains(char::is_control));
            if id_is_good && error == SignatureError::MalformedHeader("webhook-id") {
                panic!("a good id is refused");
            }
        }
    }

    if let Ok(secret) = input.secret.parse::<Secret>() {
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        let headers = secret.sign("msg", now, input.body);
        let headers = SignatureHeaders::from_headers(headers).expect("a complete set");
        Verifier::new(secret)
            .verify_at(headers, input.body, now)
            .expect("signed");
    }
});
