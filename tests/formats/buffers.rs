//! JSON text through `serde_json`: digit for digit in every place of a consumer's type, but for those that
//! serde buffers, where numbers become what an `f64` or a 64-bit integer holds.

use codat_webhooks::payload::Company;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, F64Deserializer, MapDeserializer, StrDeserializer};
use std::collections::BTreeMap;

use codat_webhooks::value::{Amount, ErrorCode, RawJson, Tags};
use codat_webhooks::{Webhook, samples};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_str, from_value, to_value};

use crate::values::{Any, assert_same, is_plain, json, text, values};
use crate::wrappers::{Adjacent, Unwrap, Visit, adjacent, each_wrapper};

/// Returns `true` if a crate in the tree has made `serde_json` keep the digits of numbers.
fn keeps_digits() -> bool {
    let number: Value = from_str("99.990").unwrap();
    text(&number) == "99.990"
}

/// Returns `true` if there is an integer of more than 64 bits.
fn has_wide_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let is_integer = !number.to_string().contains(['.', 'e', 'E']);
            is_integer && !number.is_i64() && !number.is_u64() && number.to_string() != "-0"
        }
        Value::Array(elements) => elements.iter().any(has_wide_integer),
        Value::Object(members) => members.values().any(has_wide_integer),
        _ => false,
    }
}

/// Asserts that a value is the same that was in a buffer on its way.
fn assert_read(place: &str, read: &Any, value: &Any) {
    assert_same(place, &json(read), &json(value));
    if is_plain(value) {
        assert_eq!(read, value, "{place}");
    }
    if keeps_digits() {
        // The order of keys and white space are lost nevertheless.
        let digits = |value: &Any| {
            let mut bytes = text(value).into_bytes();
            bytes.retain(u8::is_ascii_digit);
            bytes.sort_unstable();
            bytes
        };
        if !text(value).contains(['e', 'E']) {
            assert_eq!(digits(read), digits(value), "{place}");
        }
    }
}

/// JSON text, and a `serde_json::Value`.
struct InJson<'a> {
    value: &'a Any,
    places: usize,
}

impl Visit for InJson<'_> {
    fn visit<W: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        is_buffered: bool,
        wrapped: &W,
        unwrap: Unwrap<W>,
    ) {
        self.places += 1;
        let written = text(wrapped);
        let own = text(self.value);
        let is_itself = matches!(name, "flattened" | "tagged");
        if is_itself && self.value.type_name() == "RawJson" {
            // The order of its keys may change, the text of their values does not.
            let members: BTreeMap<String, RawJson> = from_str(&own).unwrap();
            for (name, value) in &members {
                assert!(written.contains(&format!(":{value}")), "{name}: {written}");
            }
        } else {
            let own = if is_itself {
                &own[1..own.len() - 1]
            } else {
                &own
            };
            assert!(written.contains(own), "{name}: {own}\n{written}");
        }

        let read = unwrap(from_str(&written).unwrap_or_else(|error| panic!("{name}: {error}")));
        let read = read.unwrap_or_else(|| panic!("{name}: another variant\n{written}"));
        if is_buffered {
            assert_read(name, &read, self.value);
        } else {
            assert_eq!(read, *self.value, "{name}");
            assert_eq!(text(&read), text(self.value), "{name}");
        }

        let read = from_value(to_value(wrapped).unwrap());
        if is_buffered && keeps_digits() && has_wide_integer(&json(self.value)) {
            // Then a `Value` passes an `i128` on, which serde's buffers do not take.
            let error = read.err().unwrap().to_string();
            assert!(error.contains("128, expected any value"), "{error}");
            return;
        }
        let read = unwrap(read.unwrap_or_else(|error| panic!("{name} in a `Value`: {error}")));
        assert_read(name, &read.expect(name), self.value);
    }
}

#[test]
fn a_value_is_read_from_every_place_and_keeps_its_digits_where_serde_does_not_buffer() {
    let values = values();
    let (mut plain, mut places) = (0, 0);
    for value in &values {
        plain += usize::from(is_plain(value));
        let mut visit = InJson { value, places: 0 };
        value.while_reading(|| each_wrapper(value, &mut visit));
        places += visit.places;

        // `tag` + `content`, the content first.
        let read = format!(r#"{{"content":{},"kind":"Value"}}"#, text(value));
        let read = adjacent(from_str::<Adjacent<Any>>(&read).unwrap()).unwrap();
        assert_read("content before tag", &read, value);

        let by_value = to_value(value).unwrap();
        assert_same("to_value", &by_value, &json(value));
        assert_read("from_value", &from_value(by_value).unwrap(), value);
    }
    println!(
        "{} values, {plain} of them the same in any format, in {places} places",
        values.len()
    );
    assert!(plain > values.len() / 2 && plain < values.len());
    assert!(places > 10 * values.len());
}

#[test]
fn digits() {
    fn assert_kept<T: Serialize + DeserializeOwned>(json: &str) {
        let value: T = from_str(json).unwrap();
        assert_eq!(text(&value), json);
        let several: Vec<Option<T>> = from_str(&format!("[{json}, null]")).unwrap();
        assert_eq!(text(&several), format!("[{json},null]"));
    }
    for number in [
        "99.990",
        "0.10",
        "-0.0",
        "1e+2",
        "123456789012345678901234567890.10",
    ] {
        assert_kept::<Amount>(number);
        assert_kept::<RawJson>(number);
        assert_kept::<ErrorCode>(number);
        assert_kept::<Tags>(&format!(r#"{{"a":"b","c":{number}}}"#));

        // In a buffer they are a number: `99.99`.
        let through: Amount = from_value(from_str(number).unwrap()).unwrap();
        assert_eq!(through.to_f64(), number.parse::<f64>().unwrap());
        assert_eq!(
            through.as_str() == number,
            keeps_digits() || number == "-0.0",
            "{number}"
        );
    }
}

/// What a consumer does to send its own message beside a webhook.
#[test]
fn the_next_variant_of_untagged_is_not_taken() {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Message {
        Webhook(Box<Webhook>),
        Anything(Value),
    }
    let mut read = 0;
    for sample in samples::all() {
        match from_str(sample.json()).unwrap() {
            Message::Webhook(webhook) => {
                assert_same("untagged", &json(&webhook), &json(sample.webhook()));
            }
            Message::Anything(_) => panic!("{}", sample.name()),
        }
        read += 1;
    }
    assert!(read > 100);
    assert!(
        matches!(from_str(r#"{"ping":true}"#).unwrap(), Message::Anything(ping) if ping["ping"] == true)
    );
}
/// Deserializers that forward to `deserialize_any`, as many of configuration files do.
#[test]
fn a_payload_is_read_from_serdes_own_deserializers() {
    let id = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40";
    let fields = [("id", id), ("name", "Harbour Bikes"), ("new", "yes")];
    let map = MapDeserializer::<_, ValueError>::new(fields.into_iter());
    let company = Company::deserialize(map).unwrap();
    assert_eq!(company.id, id);
    assert_eq!(company.name.as_deref(), Some("Harbour Bikes"));
    assert_eq!(company.extra.get("new").unwrap().as_str(), "\"yes\"");

    let number: F64Deserializer<ValueError> = 12.5.into_deserializer();
    assert_eq!(Amount::deserialize(number).unwrap().as_str(), "12.5");
    let text: StrDeserializer<'_, ValueError> = "429".into_deserializer();
    assert_eq!(ErrorCode::deserialize(text).unwrap(), "429");
}
