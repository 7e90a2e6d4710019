//! Binary formats are refused when a value is written and when it is read: most of them do not say what
//! type a value has.

use crate::values::{Any, json, text, values, webhooks};

const REFUSED: &str = "human-readable formats only";

/// Returns `true` if the value is a string in any format: an id, a date, or a word of a vocabulary.
fn is_text(value: &Any) -> bool {
    let raw = ["Amount", "ErrorCode", "RawJson"].contains(&value.type_name());
    json(value).is_string() && !raw
}

fn assert_refused<T: std::fmt::Debug>(value: &Any, result: Result<T, impl std::fmt::Display>) {
    match result {
        Ok(result) => panic!("{value:?} is not refused: {result:?}"),
        Err(error) => assert!(error.to_string().contains(REFUSED), "{error}"),
    }
}

#[test]
fn binary_formats_are_refused_in_both_directions() {
    let (mut refused, mut texts) = (0, 0);
    for value in &values() {
        let message_pack = rmp_serde::to_vec_named(value);
        let mut cbor = Vec::new();
        let written = ciborium::into_writer(value, &mut cbor);
        if is_text(value) {
            let message_pack = message_pack.unwrap();
            written.unwrap();
            value.while_reading(|| {
                assert_eq!(rmp_serde::from_slice::<Any>(&message_pack).unwrap(), *value);
                assert_eq!(ciborium::from_reader::<Any, _>(&*cbor).unwrap(), *value);
            });
            texts += 1;
            continue;
        }
        assert_refused(value, message_pack);
        assert_refused(value, written);

        // What would be written for it.
        let message_pack = rmp_serde::to_vec_named(&json(value)).unwrap();
        cbor.clear();
        ciborium::into_writer(&json(value), &mut cbor).unwrap();
        value.while_reading(|| {
            assert_refused(value, rmp_serde::from_slice::<Any>(&message_pack));
            assert_refused(value, ciborium::from_reader::<Any, _>(&*cbor));
        });
        refused += 1;
    }
    println!("{refused} refused, {texts} are text");
    assert!(refused > 400 && texts > 50);
}

#[test]
fn a_binary_format_holds_the_json_text() {
    for webhook in webhooks() {
        let text = text(&webhook);
        let bytes = rmp_serde::to_vec_named(&text).unwrap();
        let read: String = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(codat_webhooks::from_str(&read).unwrap(), webhook);
    }
}
