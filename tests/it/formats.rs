//! `Serialize` and `Deserialize` in human-readable formats, and inside of serde's own buffers.

use std::fmt;

use codat_webhooks::payload::CompanyReference;
use codat_webhooks::value::{Amount, ErrorCode, RawJson, Tags};
use codat_webhooks::{Webhook, from_str};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::common::{COMPANY, canonical, fixtures};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    row: u8,
    #[serde(flatten)]
    webhook: Webhook,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Webhook(Box<Webhook>),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Webhook(Box<Webhook>),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    Webhook(Box<Webhook>),
}

/// Reads and writes the JSON as the type.
fn assert_survives<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(json: &str, value: T) {
    assert_eq!(serde_json::from_str::<T>(json).unwrap(), value, "{json}");
    let written = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&written).unwrap(), value);
    let tree: Value = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(tree).unwrap(), value);
}

#[test]
fn a_webhook_is_read_and_written_inside_of_serdes_buffers() {
    for fixture in fixtures() {
        // A buffer has no digits of numbers, and of repeated keys the last.
        let body = fixture.json().to_string();
        // Its text is read as another number, at the last digit.
        let body = body.replace("9.876543210987655e+28", "9.5e+28");
        let webhook = from_str(&body).unwrap();
        let with = |first: &str| body.replacen('{', &format!("{{{first},"), 1);
        let row = 1;
        let flattened = Flattened {
            row,
            webhook: webhook.clone(),
        };
        let written = serde_json::to_string(&flattened).unwrap();
        assert_eq!(canonical(&written), canonical(&with("\"row\":1")));
        assert_survives(&with("\"row\":1"), flattened);

        let boxed = || Box::new(webhook.clone());
        assert_survives(&body, Untagged::Webhook(boxed()));
        assert_survives(&with("\"kind\":\"Webhook\""), Tagged::Webhook(boxed()));
        let content = format!("{{\"content\":{body},\"kind\":\"Webhook\"}}");
        assert_survives(&content, Adjacent::Webhook(boxed()));
    }
}

#[test]
fn an_error_in_a_buffer_is_that_of_the_text() {
    let body = r#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.created","payload":{"id":7}}"#;
    let error = from_str(body).unwrap_err().to_string();
    let tagged = body.replacen('{', "{\"kind\":\"Webhook\",", 1);
    let found = serde_json::from_str::<Tagged>(&tagged).unwrap_err();
    // The buffer has its own positions.
    let (start, _) = error.split_once(", line ").unwrap();
    assert!(found.to_string().starts_with(start), "{found}");
    assert!(serde_json::from_value::<Webhook>(json!({})).is_err());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Values {
    amount: Amount,
    raw: RawJson,
    text: ErrorCode,
    number: ErrorCode,
    tags: Tags,
    company: CompanyReference,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Outer {
    row: u8,
    #[serde(flatten)]
    values: Values,
}

#[test]
fn values_are_read_and_written_inside_of_serdes_buffers() {
    let json = format!(
        r#"{{"row":1,"amount":99.5,"raw":{{"a":[1,2.5,null]}},"text":"403","number":403,"tags":{{"region":"us","seats":7}},"company":{{"id":"{COMPANY}","name":7,"new":[0.5]}}}}"#
    );
    let outer: Outer = serde_json::from_str(&json).unwrap();
    assert_eq!(outer.values.amount.as_str(), "99.5");
    assert_eq!(outer.values.raw.as_str(), r#"{"a":[1,2.5,null]}"#);
    assert_eq!(outer.values.tags.extra.len(), 1);
    assert_eq!(outer.values.company.extra.len(), 2);
    assert_eq!(serde_json::to_string(&outer).unwrap(), json);
    assert_survives(&json, outer);
}

/// A format that is not built on `serde_json`: of the standard library's formatter.
struct Shown<T>(T);

impl<T: Serialize> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

#[test]
fn numbers_are_written_as_numbers_in_any_format() {
    for (json, shown) in [
        ("99.50", "99.5"),
        ("-7", "-7"),
        ("18446744073709551615", "18446744073709551615"),
        ("1e3", "1000"),
    ] {
        let amount: Amount = json.parse().unwrap();
        assert_eq!(Shown(&amount).to_string(), shown);
        assert_eq!(Shown(ErrorCode::from(amount)).to_string(), shown);
        assert_eq!(Shown(json.parse::<RawJson>().unwrap()).to_string(), shown);
    }
    for (json, shown) in [("true", "true"), ("\"a \\u0041\"", "a A")] {
        assert_eq!(Shown(json.parse::<RawJson>().unwrap()).to_string(), shown);
    }
    // What such a format cannot hold is an error, not another value.
    use fmt::Write;
    for json in ["1e400", "\"\\ud800\""] {
        let raw: RawJson = json.parse().unwrap();
        assert!(write!(String::new(), "{}", Shown(raw)).is_err(), "{json}");
    }
}
