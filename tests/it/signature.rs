//! Only what Codat has signed, and not long ago, is accepted.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use codat_webhooks::ErrorKind;
use codat_webhooks::signature::{
    ParseSecretError, Secret, SignatureError, SignatureHeaders, Verified, Verifier,
};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::Sha256;

use crate::common;

const SECRET: &str = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";
const OLD_SECRET: &str = "whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==";
const NOW: u64 = 1_795_000_000;

const MALFORMED_ID: SignatureError = SignatureError::MalformedHeader("webhook-id");
const MALFORMED_TIMESTAMP: SignatureError = SignatureError::MalformedHeader("webhook-timestamp");
const MALFORMED_SIGNATURE: SignatureError = SignatureError::MalformedHeader("webhook-signature");

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verifier() -> Verifier {
    SECRET.parse().unwrap()
}

fn headers(
    id: &(impl AsRef<[u8]> + ?Sized),
    timestamp: &(impl AsRef<[u8]> + ?Sized),
    signature: &(impl AsRef<[u8]> + ?Sized),
) -> Result<SignatureHeaders, SignatureError> {
    SignatureHeaders::from_headers([
        ("webhook-id", id.as_ref()),
        ("webhook-timestamp", timestamp.as_ref()),
        ("webhook-signature", signature.as_ref()),
    ])
}

/// A delivery, for a test to change a part of it.
#[derive(Clone, Debug)]
struct Delivery {
    id: Vec<u8>,
    timestamp: Vec<u8>,
    signature: Vec<u8>,
    body: Vec<u8>,
}

impl Delivery {
    /// Signed by the library.
    fn signed(secret: &str, id: &str, time: SystemTime, body: &[u8]) -> Self {
        let secret: Secret = secret.parse().unwrap();
        let [id, timestamp, signature] = secret.sign(id, time, body).map(|(_, value)| value);
        Self {
            id: id.into(),
            timestamp: timestamp.into(),
            signature: signature.into(),
            body: body.to_owned(),
        }
    }

    /// With a valid signature for any header values, including those that `sign` never returns.
    fn with_texts(id: &[u8], timestamp: &[u8], body: &[u8]) -> Self {
        let key = STANDARD.decode(&SECRET[6..]).unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(&key)
            .unwrap()
            .chain_update([id, b".", timestamp, b".", body].concat())
            .finalize();
        Self {
            id: id.to_owned(),
            timestamp: timestamp.to_owned(),
            signature: format!("v1,{}", STANDARD.encode(mac.as_bytes())).into(),
            body: body.to_owned(),
        }
    }

    fn with_signature(&self, signature: impl Into<Vec<u8>>) -> Self {
        Self {
            signature: signature.into(),
            ..self.clone()
        }
    }

    fn signature(&self) -> &str {
        std::str::from_utf8(&self.signature).unwrap()
    }

    fn headers(&self) -> Result<SignatureHeaders, SignatureError> {
        headers(&self.id, &self.timestamp, &self.signature)
    }

    fn verify(&self) -> Result<Verified<&[u8]>, SignatureError> {
        self.verify_with(&verifier(), at(NOW))
    }

    fn verify_with(
        &self,
        verifier: &Verifier,
        now: SystemTime,
    ) -> Result<Verified<&[u8]>, SignatureError> {
        verifier.verify_at(self.headers()?, &self.body, now)
    }
}

/// An event that was signed at `NOW`.
fn delivery() -> Delivery {
    let body = common::fixture("company.created").text;
    Delivery::signed(SECRET, "msg_2Xq9", at(NOW), body.as_bytes())
}

#[test]
fn the_published_vectors_hold() {
    for (secret, id, timestamp, body, signature) in [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
    ] {
        let verifier: Verifier = secret.parse().unwrap();
        let text = timestamp.to_string();
        let headers = headers(id, &text, signature).unwrap();
        let verified = verifier.verify_at(headers, body, at(timestamp)).unwrap();
        assert_eq!(verified.message_id(), id);
        assert_eq!(verified.timestamp(), at(timestamp));
        assert_eq!(*verified.body(), body);

        let signed = secret
            .parse::<Secret>()
            .unwrap()
            .sign(id, at(timestamp), body.as_bytes());
        assert_eq!(
            signed,
            [
                ("webhook-id", id.to_owned()),
                ("webhook-timestamp", text),
                ("webhook-signature", signature.to_owned()),
            ]
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn another_implementation_agrees(
        key in proptest::collection::vec(any::<u8>(), 24..=64),
        id in "[!-~&&[^.]]{1,40}",
        ahead in -300_i64..=299,
        body in any::<String>(),
        flipped in any::<proptest::sample::Index>(),
    ) {
        let text = format!("whsec_{}", STANDARD.encode(&key));
        let ours: Secret = text.parse().unwrap();
        let theirs = standardwebhooks::Webhook::new(&text).unwrap();
        let verifier = Verifier::new(ours.clone());
        // The other one can only use the system clock.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let now = if ahead < 0 { now + 2 } else { now };
        let time = now.checked_add_signed(ahead).unwrap();

        let by_us = ours.sign(&id, at(time), body.as_bytes());
        let map: http::HeaderMap = by_us
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        theirs.verify(body.as_bytes(), &map).unwrap();

        let by_them = theirs.sign(&id, time.try_into().unwrap(), body.as_bytes()).unwrap();
        prop_assert_eq!(&by_us[2].1, &by_them);
        let time = time.to_string();
        let verified = verifier
            .verify_at(headers(&id, &time, &by_them).unwrap(), &body, at(now))
            .unwrap();
        prop_assert_eq!(verified.message_id(), id);

        if !body.is_empty() {
            let mut body = body.into_bytes();
            let index = flipped.index(body.len());
            body[index] ^= 1;
            prop_assert!(theirs.verify(&body, &map).is_err());
            let headers = SignatureHeaders::from_headers(&map).unwrap();
            let refused = verifier.verify_at(headers, &body, at(now));
            // By chance, a body may look encoded.
            let line = refused.unwrap_err().to_string();
            prop_assert!(line.starts_with(&SignatureError::InvalidSignature.to_string()), "{line}");
        }
    }

    #[test]
    fn no_headers_panic_and_none_are_accepted(
        id in any::<Vec<u8>>(),
        timestamp in prop_oneof![any::<Vec<u8>>(), any::<i128>().prop_map(|n| n.to_string().into())],
        signature in prop_oneof![
            any::<Vec<u8>>(),
            "(v1,[A-Za-z0-9+/]{43}= ?){0,20}".prop_map(String::into_bytes),
        ],
        body in any::<Vec<u8>>(),
        now in any::<u32>(),
    ) {
        let verifier = verifier().with_tolerance(Duration::MAX);
        let result = headers(&id, &timestamp, &signature)
            .and_then(|headers| verifier.verify_at(headers, &body, at(now.into())));
        prop_assert!(result.is_err());
    }
}

#[test]
fn no_bit_may_be_changed() {
    let delivery = delivery();
    delivery.verify().unwrap();
    let flips = |bytes: &[u8]| {
        let bytes = bytes.to_owned();
        (0..bytes.len() * 8).map(move |bit| {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        })
    };
    for id in flips(&delivery.id) {
        let changed = Delivery {
            id,
            ..delivery.clone()
        };
        assert!(changed.verify().is_err(), "{changed:?}");
    }
    for timestamp in flips(&delivery.timestamp) {
        let changed = Delivery {
            timestamp,
            ..delivery.clone()
        };
        // With any tolerance, what remains is the signature.
        let verifier = verifier().with_tolerance(Duration::MAX);
        assert!(
            changed.verify_with(&verifier, at(NOW)).is_err(),
            "{changed:?}"
        );
    }
    for signature in flips(&delivery.signature) {
        let changed = delivery.with_signature(signature);
        assert!(changed.verify().is_err(), "{changed:?}");
    }
    for body in flips(&delivery.body) {
        let changed = Delivery {
            body,
            ..delivery.clone()
        };
        assert_eq!(
            changed.verify().unwrap_err(),
            SignatureError::InvalidSignature
        );
    }
}

#[test]
fn a_verified_body_is_returned_and_parsed_unchanged() {
    for fixture in common::fixtures() {
        let delivery = Delivery::signed(SECRET, "msg_1", at(NOW), fixture.text.as_bytes());
        let verified = delivery.verify().unwrap();
        assert_eq!(*verified.body(), fixture.text.as_bytes());
        let webhook = codat_webhooks::from_str(&fixture.text).unwrap();
        assert_eq!(verified.parse().unwrap(), webhook);
        assert_eq!(verified.envelope().unwrap().id(), webhook.id);
        assert_eq!(verified.into_body(), fixture.text.as_bytes());
    }
}

#[test]
fn a_body_that_is_not_utf_8_is_verified_and_then_fails_to_parse() {
    let delivery = Delivery::signed(SECRET, "msg_1", at(NOW), b"{\"id\":\"\xff\xfe\"}");
    let verified = delivery.verify().unwrap();
    assert_eq!(verified.parse().unwrap_err().kind(), ErrorKind::Json);
    assert_eq!(verified.envelope().unwrap_err().kind(), ErrorKind::Json);
}

#[test]
fn a_delivery_that_has_to_be_refused_can_be_signed() {
    let secret: Secret = SECRET.parse().unwrap();
    let time = SystemTime::UNIX_EPOCH - Duration::from_secs(5);
    for (id, time, header) in [
        ("msg.1", at(NOW), "webhook-id"),
        ("msg_1", time, "webhook-timestamp"),
    ] {
        let [id, timestamp, signature] = secret.sign(id, time, b"{}").map(|(_, value)| value);
        assert_eq!(timestamp == "-5", header == "webhook-timestamp");
        let headers = headers(&id, &timestamp, &signature);
        assert_eq!(
            headers.unwrap_err(),
            SignatureError::MalformedHeader(header)
        );
    }
}

#[test]
fn a_delivery_may_be_as_far_from_now_as_the_tolerance() {
    let delivery = delivery();
    let half = Duration::from_millis(500);
    for (tolerance, verifier) in [
        (300, verifier()),
        (10, verifier().with_tolerance(Duration::from_secs(10))),
        (0, verifier().with_tolerance(Duration::ZERO)),
        (1, verifier().with_tolerance(Duration::from_millis(1999))),
    ] {
        for (now, expected) in [
            (at(NOW), None),
            (at(NOW + tolerance), None),
            (at(NOW - tolerance), None),
            // The header has no fractions of a second.
            (at(NOW + tolerance) + half, None),
            (at(NOW - tolerance) + half, None),
            (
                at(NOW + tolerance + 1),
                Some(SignatureError::TimestampTooOld),
            ),
            (
                at(NOW - tolerance) - half,
                Some(SignatureError::TimestampInTheFuture),
            ),
            (at(NOW * 2), Some(SignatureError::TimestampTooOld)),
            (at(0), Some(SignatureError::TimestampInTheFuture)),
            (
                SystemTime::UNIX_EPOCH - half,
                Some(SignatureError::TimestampInTheFuture),
            ),
        ] {
            let result = delivery.verify_with(&verifier, now);
            assert_eq!(result.err(), expected, "{tolerance} s, at {now:?}");
        }
    }
    assert_eq!(Verifier::DEFAULT_TOLERANCE, Duration::from_secs(300));
}

#[test]
fn verify_uses_the_system_clock() {
    let now = SystemTime::now();
    let body = b"{}".as_slice();
    let verify = |time| {
        let delivery = Delivery::signed(SECRET, "msg_1", time, body);
        verifier().verify(delivery.headers().unwrap(), body).err()
    };
    let minutes = |n: u64| Duration::from_secs(60 * n);
    assert_eq!(verify(now), None);
    assert_eq!(verify(now - minutes(4)), None);
    assert_eq!(verify(now + minutes(4)), None);
    assert_eq!(
        verify(now - minutes(6)),
        Some(SignatureError::TimestampTooOld)
    );
    assert_eq!(
        verify(now + minutes(6)),
        Some(SignatureError::TimestampInTheFuture)
    );
}

#[test]
fn no_clock_and_no_timestamp_is_too_far_off_to_be_compared() {
    let far = Duration::from_secs(i64::MAX.unsigned_abs());
    let (past, future) = (SystemTime::UNIX_EPOCH - far, SystemTime::UNIX_EPOCH + far);
    let zero = verifier().with_tolerance(Duration::ZERO);
    let max = verifier().with_tolerance(Duration::MAX);
    for (time, now, error) in [
        (at(NOW), past, SignatureError::TimestampInTheFuture),
        (at(NOW), future, SignatureError::TimestampTooOld),
        (future, past, SignatureError::TimestampInTheFuture),
        (future, at(0), SignatureError::TimestampInTheFuture),
        (at(0), future, SignatureError::TimestampTooOld),
    ] {
        let delivery = Delivery::signed(SECRET, "msg_1", time, b"{}");
        for verifier in [&zero, &verifier()] {
            assert_eq!(delivery.verify_with(verifier, now).unwrap_err(), error);
        }
        let verified = delivery.verify_with(&max, now).unwrap();
        assert_eq!(verified.timestamp(), time);
    }
    let delivery = Delivery::signed(SECRET, "msg_1", future, b"{}");
    delivery.verify_with(&zero, future).unwrap();
    let delivery = Delivery::signed(SECRET, "msg_1", past, b"{}");
    assert_eq!(delivery.headers().unwrap_err(), MALFORMED_TIMESTAMP);
}

#[test]
fn large_headers_are_read_like_others() {
    let now = NOW.to_string();
    let id = "m".repeat(100_000);
    let delivery = Delivery::with_texts(id.as_bytes(), now.as_bytes(), b"{}");
    assert_eq!(delivery.verify().unwrap().message_id(), id);
    let timestamp = "0".repeat(100_000) + &now;
    let delivery = Delivery::with_texts(b"msg_1", timestamp.as_bytes(), b"{}");
    assert_eq!(delivery.verify().unwrap().timestamp(), at(NOW));

    for filling in ["A", "=", ",", " ", "v1,", "v1, ", "v2,AAAA ", "\u{e9}"] {
        let filling = filling.repeat(100_000);
        for list in [filling.clone(), format!("v1,{filling}")] {
            assert!(delivery.with_signature(list).verify().is_err());
        }
        let list = format!("{} {filling}", delivery.signature());
        delivery.with_signature(list).verify().unwrap();
    }
}

#[test]
fn a_timestamp_is_digits_and_nothing_else() {
    let far = verifier().with_tolerance(Duration::MAX);
    let verify = |timestamp: &[u8]| {
        Delivery::with_texts(b"msg_1", timestamp, b"{}")
            .verify_with(&far, at(NOW))
            .err()
    };
    for timestamp in ["0", "1795000000", "0001795000000", "1", "4102444800"] {
        assert_eq!(verify(timestamp.as_bytes()), None, "{timestamp}");
    }
    for timestamp in [
        "",
        "+1795000000",
        "-1795000000",
        " 1795000000",
        "1795000000 ",
        "1795000000.0",
        "1.795e9",
        "0x6AFD2540",
        "١٧٩٥",
        "1795000000\n",
        "1_795_000_000",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999999999999999999999",
        "-0",
        "now",
    ] {
        assert_eq!(
            verify(timestamp.as_bytes()),
            Some(MALFORMED_TIMESTAMP),
            "{timestamp}"
        );
    }
    assert_eq!(verify(b"17950\xff00000"), Some(MALFORMED_TIMESTAMP));
}

#[test]
fn the_signature_covers_the_text_of_a_timestamp_not_its_value() {
    let delivery = delivery();
    let mut padded = delivery.clone();
    padded.timestamp.insert(0, b'0');
    assert_eq!(
        padded.verify().unwrap_err(),
        SignatureError::InvalidSignature
    );
}

#[test]
fn an_id_is_printable_ascii_without_a_dot() {
    let verify = |id: &[u8]| {
        Delivery::with_texts(id, NOW.to_string().as_bytes(), b"{}")
            .verify()
            .map(|verified| verified.message_id().to_owned())
    };
    for byte in 0..=u8::MAX {
        let id = [b'm', byte, b'1'];
        if (b' '..=b'~').contains(&byte) && byte != b'.' {
            assert_eq!(verify(&id).unwrap().as_bytes(), id);
        } else {
            assert_eq!(verify(&id).unwrap_err(), MALFORMED_ID, "{byte}");
        }
    }
    assert_eq!(verify(b"").unwrap_err(), MALFORMED_ID);
    assert_eq!(verify("msg_é".as_bytes()).unwrap_err(), MALFORMED_ID);
}

#[test]
fn a_part_of_the_body_cannot_become_a_part_of_the_headers() {
    // `a` . `T` . `T.{}` is the same text as `a.T` . `T` . `{}`.
    let now = NOW.to_string();
    let genuine = Delivery::signed(SECRET, "a", at(NOW), format!("{now}.{{}}").as_bytes());
    genuine.verify().unwrap();
    let shifted = Delivery {
        id: format!("a.{now}").into(),
        body: b"{}".to_vec(),
        ..genuine
    };
    assert_eq!(shifted.verify().unwrap_err(), MALFORMED_ID);
}

#[test]
fn any_of_several_signatures_may_match() {
    let delivery = delivery();
    let right = delivery.signature();
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for list in [
        format!("{other} {right}"),
        format!("{right} {other}"),
        format!("v1a,AAAA {right}"),
        format!("v2,{} v1, v1 , {right}", &right[3..]),
        format!("  {right}  "),
        format!("v1,short v1,!!!! v1,{} {right}", "A".repeat(5_000)),
        format!("{right} \u{fffd},v1"),
        format!("{}{right}", format!("{other} ").repeat(15)),
    ] {
        delivery.with_signature(list.clone()).verify().expect(&list);
    }
}

#[test]
fn at_most_16_signatures_of_version_1_are_compared() {
    let delivery = delivery();
    for filling in [
        "v1,AAAA ",
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ",
    ] {
        let with = |count| delivery.with_signature(filling.repeat(count) + delivery.signature());
        with(15).verify().expect(filling);
        assert_eq!(
            with(16).verify().unwrap_err(),
            SignatureError::InvalidSignature
        );
    }
}

#[test]
fn signatures_of_other_versions_do_not_count() {
    let delivery = delivery();
    let right = delivery.signature();
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for filling in ["v1a,AAAA ", "v2,AAAA ", "v9,x,", "V1,AAAA ", "v01,AAAA "] {
        for count in [16, 100_000] {
            let list = filling.repeat(count) + right;
            delivery.with_signature(list).verify().expect(filling);
        }
        let between = format!("{filling}{other} ").repeat(15) + right;
        delivery.with_signature(between).verify().expect(filling);
        let too_many = format!("{filling}{other} ").repeat(16) + right;
        for refused in [too_many, filling.repeat(3)] {
            assert_eq!(
                delivery.with_signature(refused).verify().unwrap_err(),
                SignatureError::InvalidSignature,
                "{filling}"
            );
        }
    }
}

/// All headers of a request, with an unrelated one.
fn request<'a>(headers: &[(&'a str, &'a str)]) -> http::HeaderMap {
    let mut map = http::HeaderMap::new();
    map.append("content-type", "application/json".parse().unwrap());
    for (name, value) in headers {
        map.append(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            value.parse().unwrap(),
        );
    }
    map
}

#[test]
fn a_repeated_or_folded_signature_header_is_verified_if_one_matches() {
    let delivery = delivery();
    let now = NOW.to_string();
    let right = delivery.signature();
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let verify = |signatures: &[&str]| {
        let mut headers = vec![("webhook-id", "msg_2Xq9"), ("webhook-timestamp", &now)];
        headers.extend(signatures.iter().map(|value| ("Webhook-Signature", *value)));
        let headers = SignatureHeaders::from_headers(&request(&headers))?;
        verifier()
            .verify_at(headers, &delivery.body, at(NOW))
            .map(|verified| verified.message_id().to_owned())
    };
    for values in [
        vec![right, other],
        vec![other, right],
        vec![other, other, right],
        vec!["", "nonsense", right],
    ] {
        assert_eq!(verify(&values).as_deref(), Ok("msg_2Xq9"), "{values:?}");
    }
    for folded in [
        format!("{other}, {right}"),
        format!("{right}, {other}"),
        format!("{other},{right}"),
        format!("{other}\t{right}"),
        format!("{other},\t{right},"),
        format!("{other} , {right}"),
        format!("{other},,{right}"),
        format!(",{other},,,{right},,"),
        format!("v1a,AAAA, {other},{right} {other}"),
    ] {
        assert_eq!(verify(&[&folded]).as_deref(), Ok("msg_2Xq9"), "{folded}");
        let values = delivery.with_signature(folded.clone());
        values.verify().expect(&folded);
    }
    assert_eq!(
        verify(&[other, other]).unwrap_err(),
        SignatureError::InvalidSignature
    );
    assert_eq!(verify(&["", "v1"]).unwrap_err(), MALFORMED_SIGNATURE);

    // The limit applies to all values together.
    let eight = [other; 8].join(" ");
    let seven = [other; 7].join(", ");
    assert_eq!(verify(&[&eight, &seven, right]).as_deref(), Ok("msg_2Xq9"));
    assert_eq!(
        verify(&[&eight, &eight, right]).unwrap_err(),
        SignatureError::InvalidSignature
    );
}

#[test]
fn a_repeated_id_or_timestamp_has_to_be_the_same() {
    let delivery = delivery();
    let now = NOW.to_string();
    let later = (NOW + 1).to_string();
    let verify = |more: (&str, &str)| {
        let headers = request(&[
            ("webhook-id", "msg_2Xq9"),
            ("webhook-timestamp", &now),
            ("webhook-signature", delivery.signature()),
            more,
        ]);
        let headers = SignatureHeaders::from_headers(&headers)?;
        verifier()
            .verify_at(headers, &delivery.body, at(NOW))
            .map(drop)
    };
    assert_eq!(verify(("webhook-id", "msg_2Xq9")), Ok(()));
    assert_eq!(verify(("webhook-timestamp", &now)), Ok(()));
    assert_eq!(verify(("webhook-id", "msg_2")), Err(MALFORMED_ID));
    assert_eq!(
        verify(("webhook-timestamp", &later)),
        Err(MALFORMED_TIMESTAMP)
    );
    assert_eq!(verify(("svix-id", "msg_2")), Ok(()));
}

#[test]
fn headers_are_read_from_any_map_and_any_iterator() {
    let delivery = delivery();
    let secret: Secret = SECRET.parse().unwrap();
    let pairs = secret.sign("msg_2Xq9", at(NOW), &delivery.body);
    let signed = HashMap::from(pairs.clone());
    let map = request(
        &pairs
            .each_ref()
            .map(|(name, value)| (*name, value.as_str())),
    );
    for headers in [
        SignatureHeaders::from_headers(&map),
        SignatureHeaders::from_headers(&signed),
        SignatureHeaders::from_headers(signed.clone()),
        SignatureHeaders::from_headers(pairs.clone()),
        SignatureHeaders::from_headers(pairs.iter().map(|(name, value)| (name, value))),
        SignatureHeaders::from_headers(
            pairs.map(|(name, value)| (name.to_uppercase(), value.into_bytes())),
        ),
    ] {
        verifier()
            .verify_at(headers.unwrap(), &delivery.body, at(NOW))
            .unwrap();
    }
}

#[test]
fn an_encoded_body_that_does_not_verify_is_recognized() {
    let delivery = delivery();
    let verify = |body: &[u8]| {
        let changed = Delivery {
            body: body.to_owned(),
            ..delivery.clone()
        };
        changed.verify().unwrap_err()
    };
    assert_eq!(
        verify(b"\x1f\x8b\x08\0\0\0\0\0"),
        SignatureError::CompressedBody
    );
    let pretty = "{\n  \"id\": \"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11\"\n}";
    let base64 = |body: &[u8]| STANDARD.encode(body).into_bytes();
    let url_safe = |body: &[u8]| URL_SAFE_NO_PAD.encode(body).into_bytes();
    let quoted = |body: &[u8]| serde_json::to_vec(std::str::from_utf8(body).unwrap()).unwrap();
    // A serializer may escape more than it has to.
    let escaped = |body: &[u8]| {
        let text = String::from_utf8(quoted(body)).unwrap();
        text.replace("\\\"", "\\u0022").into_bytes()
    };
    for body in [
        &delivery.body[..],
        pretty.as_bytes(),
        &pretty.replace('\n', "\r\n").into_bytes(),
    ] {
        for (once, expected) in [
            (base64(body), SignatureError::Base64Body),
            (url_safe(body), SignatureError::Base64Body),
            (quoted(body), SignatureError::JsonStringBody),
            (escaped(body), SignatureError::JsonStringBody),
        ] {
            assert_eq!(verify(&once), expected);
            for twice in [base64(&once), url_safe(&once), quoted(&once)] {
                assert_eq!(verify(&twice), SignatureError::EncodedTwice);
                let three_times = base64(&twice);
                assert_eq!(verify(&three_times), SignatureError::EncodedTwice);
            }
        }
    }
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV\xcaLQ\xb2R\xb2\x4c".as_slice();
    assert_eq!(verify(&base64(gzip)), SignatureError::EncodedTwice);
    for other in [
        "",
        "\"",
        "\"\"",
        "eyJ",
        "eyJpZCI6",
        "[{\"id\":\"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11\"}]",
        "{\"id\":\"eyJpZCI6\"}",
        "ey, what an invoice that was, of all of them",
        "eyebrowsAndOtherThingsOfWhichNobodySpeaksInAWebhook",
        "0f6c3c1e58f54c1d9d0c6b0a2f1d7e110f6c3c1e58f54c1d9d0c6b0a2f1d7e11",
        "\"{a text that is no JSON, and long enough for anything else}\"",
        "\"a text that is only a text, and long enough for anything else\"",
        &"\"".repeat(5_000),
        &"\\".repeat(5_000),
        &"=".repeat(5_000),
        &"A".repeat(5_000),
    ] {
        assert_eq!(
            verify(other.as_bytes()),
            SignatureError::InvalidSignature,
            "{other}"
        );
    }
    // A body that verifies is accepted, however it looks.
    for body in [
        gzip.to_vec(),
        base64(&delivery.body),
        quoted(&delivery.body),
        base64(&base64(&delivery.body)),
    ] {
        let signed = Delivery::signed(SECRET, "msg_1", at(NOW), &body);
        assert_eq!(*signed.verify().unwrap().body(), body);
    }
}

#[test]
fn a_secret_may_have_white_space_around_it() {
    let signed = Delivery::signed(SECRET, "msg_1", at(NOW), b"{}");
    for text in [format!("{SECRET}\n"), format!(" \t{SECRET}\r\n")] {
        let one: Secret = text.parse().unwrap();
        let list: Verifier = text.parse().unwrap();
        for verifier in [Verifier::new(one), list] {
            signed.verify_with(&verifier, at(NOW)).unwrap();
        }
    }
}

#[test]
fn a_signature_of_another_form_does_not_match() {
    let delivery = delivery();
    let base64 = delivery.signature().strip_prefix("v1,").unwrap();
    for signature in [
        format!("v2,{base64}"),
        format!("V1,{base64}"),
        format!("v1,,{base64}"),
        format!("v1,{}", base64.trim_end_matches('=')),
        format!("v1,{base64}="),
        format!("v1,{}", &base64[..40]),
        format!("v1,{base64}\n"),
        format!("v1,{}", base64.to_lowercase()),
        "v1,".to_owned(),
    ] {
        let changed = delivery.with_signature(signature.clone());
        assert_eq!(
            changed.verify().unwrap_err(),
            SignatureError::InvalidSignature,
            "{signature}"
        );
    }
    for signature in ["", " ", ",", "v1", base64, "v1:AAAA", "v1 v1"] {
        let changed = delivery.with_signature(signature);
        assert_eq!(
            changed.verify().unwrap_err(),
            MALFORMED_SIGNATURE,
            "{signature}"
        );
    }
}

#[test]
fn one_complete_set_of_headers_is_used_and_sets_are_never_mixed() {
    let genuine = delivery();
    let set = |prefix: &str, delivery: &Delivery| {
        [
            ("id", &delivery.id),
            ("timestamp", &delivery.timestamp),
            ("signature", &delivery.signature),
        ]
        .map(|(name, value)| (format!("{prefix}-{name}"), value.clone()))
    };
    let verify = |headers: &HashMap<String, Vec<u8>>| {
        let headers = SignatureHeaders::from_headers(headers)?;
        verifier()
            .verify_at(headers, &genuine.body, at(NOW))
            .map(|verified| verified.message_id().to_owned())
    };
    let webhook = HashMap::from(set("webhook", &genuine));
    let svix = HashMap::from(set("svix", &genuine));
    assert_eq!(verify(&webhook).unwrap(), "msg_2Xq9");
    assert_eq!(verify(&svix).unwrap(), "msg_2Xq9");

    // An incomplete second set changes nothing.
    for (whole, rest) in [(&webhook, "svix"), (&svix, "webhook")] {
        for left_out in ["id", "timestamp", "signature"] {
            let mut headers = whole.clone();
            headers.extend(set(rest, &Delivery::signed(OLD_SECRET, "x", at(0), b"")));
            headers.remove(&format!("{rest}-{left_out}"));
            assert_eq!(verify(&headers).unwrap(), "msg_2Xq9");
        }
    }

    // If both sets are complete, `webhook` is used, even if only `svix` is valid.
    let mut both = svix.clone();
    both.extend(set(
        "webhook",
        &Delivery::signed(OLD_SECRET, "msg_2", at(NOW), &genuine.body),
    ));
    assert_eq!(verify(&both).unwrap_err(), SignatureError::InvalidSignature);
    let mut both = webhook.clone();
    both.extend(set(
        "svix",
        &Delivery::signed(OLD_SECRET, "msg_2", at(NOW), &genuine.body),
    ));
    assert_eq!(verify(&both).unwrap(), "msg_2Xq9");

    // If no set is complete, the error names the missing header.
    for (whole, prefix, other) in [(&webhook, "webhook", "svix"), (&svix, "svix", "webhook")] {
        for left_out in ["id", "timestamp", "signature"] {
            let missing = format!("missing header {prefix}-{left_out}");
            let mut headers = whole.clone();
            headers.remove(&format!("{prefix}-{left_out}"));
            assert_eq!(verify(&headers).unwrap_err().to_string(), missing);
            let (name, value) = set(other, &genuine)
                .into_iter()
                .find(|(name, _)| name.ends_with(left_out))
                .unwrap();
            headers.insert(name, value);
            assert_eq!(verify(&headers).unwrap_err().to_string(), missing);
        }
    }
    // Similar names are not accepted.
    for name in [
        "webhook_id",
        "webhook-id ",
        "x-webhook-id",
        "wébhook-id",
        "webhook\u{2010}id",
        "",
    ] {
        let mut headers = webhook.clone();
        let id = headers.remove("webhook-id").unwrap();
        headers.insert(name.into(), id);
        let missing = SignatureError::MissingHeader("webhook-id");
        assert_eq!(verify(&headers).unwrap_err(), missing, "{name}");
    }

    let none = verify(&HashMap::new()).unwrap_err();
    assert_eq!(none, SignatureError::MissingHeader("webhook-id"));

    // The error names a malformed header as it was sent.
    let mut headers = svix.clone();
    headers.insert("svix-timestamp".into(), b"soon".to_vec());
    let malformed = SignatureError::MalformedHeader("svix-timestamp");
    assert_eq!(verify(&headers).unwrap_err(), malformed);
}

#[test]
fn while_a_secret_changes_both_are_accepted() {
    let old = Delivery::signed(OLD_SECRET, "msg_1", at(NOW), b"{}");
    let new = Delivery::signed(SECRET, "msg_1", at(NOW), b"{}");
    let both = old.with_signature([&old.signature[..], b" ", &new.signature[..]].concat());
    let built = Verifier::new(OLD_SECRET.parse().unwrap()).with_secret(SECRET.parse().unwrap());
    let read: Verifier = format!(" {SECRET}\n\t{OLD_SECRET}\n").parse().unwrap();
    for verifier in [built, read] {
        for delivery in [&old, &new, &both] {
            delivery.verify_with(&verifier, at(NOW)).unwrap();
        }
    }
    let only_new = Verifier::new(SECRET.parse().unwrap());
    assert_eq!(
        old.verify_with(&only_new, at(NOW)).unwrap_err(),
        SignatureError::InvalidSignature
    );
    new.verify_with(&only_new, at(NOW)).unwrap();
    both.verify_with(&only_new, at(NOW)).unwrap();
}

#[test]
fn a_bad_secret_is_an_error_when_it_is_read() {
    let of_length = |length| format!("whsec_{}", STANDARD.encode(vec![7; length]));
    for length in 0..100 {
        let expected = (!(24..=64).contains(&length)).then_some(ParseSecretError::Length);
        assert_eq!(
            of_length(length).parse::<Secret>().err(),
            expected,
            "{length}"
        );
    }
    for (text, expected) in [
        (
            "cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=",
            ParseSecretError::Prefix,
        ),
        (
            "WHSEC_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=",
            ParseSecretError::Prefix,
        ),
        (
            "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk",
            ParseSecretError::Base64,
        ),
        (
            "whsec_cXVheXNpZGUt YmlrZXMtd2ViaG9vay1rZXk=",
            ParseSecretError::Base64,
        ),
        (
            "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZX-=",
            ParseSecretError::Base64,
        ),
        (
            "whsec_whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=",
            ParseSecretError::Base64,
        ),
        (
            "\u{feff}whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=",
            ParseSecretError::ByteOrderMark,
        ),
        ("\u{feff}", ParseSecretError::ByteOrderMark),
        (
            "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=,whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==",
            ParseSecretError::Separator,
        ),
        (
            "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=;whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==",
            ParseSecretError::Separator,
        ),
        (
            "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=, whsec_aGFyYm91ci1iaWtlcy13ZWJob29rLWtleQ==",
            ParseSecretError::Separator,
        ),
        (
            "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=,",
            ParseSecretError::Separator,
        ),
        (",", ParseSecretError::Separator),
        (
            "\"whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=\"",
            ParseSecretError::Quoted,
        ),
        (
            "'whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk='",
            ParseSecretError::Quoted,
        ),
        ("whsec_é", ParseSecretError::Base64),
        ("whsec_", ParseSecretError::Length),
    ] {
        assert_eq!(text.parse::<Secret>().unwrap_err(), expected, "{text}");
        // For a verifier, white space separates secrets.
        if expected != ParseSecretError::Base64 || !text.contains(' ') {
            let list = text.parse::<Verifier>();
            assert_eq!(list.unwrap_err(), expected, "{text}");
            let last = format!("{SECRET} {text}").parse::<Verifier>();
            assert_eq!(last.unwrap_err(), expected, "{text}");
        }
    }
    for nothing in ["", " \n\t"] {
        assert_eq!(
            nothing.parse::<Verifier>().unwrap_err(),
            ParseSecretError::Missing
        );
        assert_eq!(
            nothing.parse::<Secret>().unwrap_err(),
            ParseSecretError::Missing
        );
    }
}

#[test]
fn no_error_and_no_debug_shows_a_secret_a_signature_or_a_body() {
    let lines = [
        ParseSecretError::Missing.to_string(),
        ParseSecretError::ByteOrderMark.to_string(),
        ParseSecretError::Separator.to_string(),
        ParseSecretError::Quoted.to_string(),
        ParseSecretError::Prefix.to_string(),
        ParseSecretError::Base64.to_string(),
        ParseSecretError::Length.to_string(),
        SignatureError::MissingHeader("webhook-id").to_string(),
        SignatureError::MalformedHeader("svix-signature").to_string(),
        SignatureError::TimestampTooOld.to_string(),
        SignatureError::TimestampInTheFuture.to_string(),
        SignatureError::InvalidSignature.to_string(),
        SignatureError::CompressedBody.to_string(),
        SignatureError::Base64Body.to_string(),
        SignatureError::JsonStringBody.to_string(),
        SignatureError::EncodedTwice.to_string(),
    ];
    for (index, line) in lines.iter().enumerate() {
        assert!(
            (10..80).contains(&line.len()) && !line.contains('\n'),
            "{line}"
        );
        assert!(!lines[..index].contains(line), "{line} tells two things");
    }

    let delivery = delivery();
    let secret: Secret = SECRET.parse().unwrap();
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    let key = &SECRET[6..];
    let name = "Quayside"; // the start of the decoded secret
    for debug in [
        format!("{:#?}", verifier()),
        format!("{:?}", delivery.headers().unwrap()),
        format!("{:?}", delivery.verify().unwrap()),
    ] {
        assert!(!debug.contains(key) && !debug.to_lowercase().contains(&name.to_lowercase()));
        assert!(!debug.contains(&delivery.signature()[3..]), "{debug}");
        assert!(
            !debug.contains("company") && !debug.contains("123, 34"),
            "{debug}"
        );
    }
    assert!(format!("{:?}", delivery.verify().unwrap()).contains("msg_2Xq9"));
    assert!(!format!("{:?}", delivery.headers().unwrap()).contains("msg_2Xq9"));
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Verifier>();
    shared::<Secret>();
    shared::<Verified<Vec<u8>>>();
    shared::<SignatureHeaders>();
    shared::<SignatureError>();
    shared::<ParseSecretError>();
}
