//! What a format cannot hold is an error when it is written.

use codat_webhooks::value::RawJson;
use codat_webhooks::{Webhook, from_str};
use serde_json::Value;

use crate::stores::{DynamoDb, Format, SimdJson, Template, Toml, Yaml};
use crate::values::{text, with_unknown_field};

/// JSON values that are text only.
fn beyond_a_value() -> [String; 5] {
    [
        r#""\ud800""#.to_owned(),
        r#"{"a":["\udc00\ud800"]}"#.to_owned(),
        "1e400".to_owned(),
        "[-1e999]".to_owned(),
        "[".repeat(128) + &"]".repeat(128),
    ]
}

fn assert_refused<F: Format>(value: &(impl serde::Serialize + std::fmt::Debug)) {
    // A template engine keeps the error until the value is used.
    match F::write(value).and_then(|stored| F::read::<Value>(&stored)) {
        Ok(_) => panic!("{}: {value:?}", F::NAME),
        // The error quotes nothing.
        Err(error) => assert!(
            !error.contains("ud800") && !error.contains("e400"),
            "{error}"
        ),
    }
}

fn assert_refused_everywhere(value: &(impl serde::Serialize + std::fmt::Debug)) {
    assert_refused::<Yaml>(value);
    assert_refused::<Toml>(value);
    assert_refused::<DynamoDb>(value);
    assert_refused::<Template>(value);
    assert_refused::<SimdJson>(value);
}

#[test]
fn what_is_no_value_is_json_text_only() {
    for json in beyond_a_value() {
        let webhook = with_unknown_field(&json);
        let written = text(&webhook);
        assert_eq!(written.matches(&json).count(), 4, "{written}");
        assert_eq!(from_str(&written).unwrap(), webhook);
        assert_eq!(serde_json::from_str::<Webhook>(&written).unwrap(), webhook);
        assert_refused_everywhere(&webhook);
        assert_refused_everywhere(&std::collections::BTreeMap::from([(
            "raw",
            json.parse::<RawJson>().unwrap(),
        )]));
    }
}

#[test]
fn toml_has_no_null() {
    let webhook = with_unknown_field("null");
    assert_refused::<Toml>(&webhook);
    // A null of a field with a name is not written.
    let body = r#"{"id":"7d1e9a52-3c0b-4f6e-8a41-5b9c2e7f1d30","eventType":"company.deleted","generatedDate":null,
        "payload":{"id":"51f0c3d7-2b8e-4a96-9d14-e7a3b05c8f62","name":null}}"#;
    let webhook = from_str(body).unwrap();
    let stored = Toml::write(&webhook).unwrap();
    assert_eq!(Toml::read::<Webhook>(&stored).unwrap(), webhook);
}

/// Of a field that was sent several times, JSON text keeps every value.
#[test]
fn a_repeated_field_is_json_text_only() {
    fn last<F: Format>(webhook: &Webhook) {
        let read: Webhook = F::read(&F::write(webhook).unwrap()).unwrap();
        assert_eq!(read.extra.len(), 1, "{}", F::NAME);
        assert_eq!(read.extra.get("new").unwrap().as_str(), "2", "{}", F::NAME);
    }
    let body = r#"{"id":"7d1e9a52-3c0b-4f6e-8a41-5b9c2e7f1d30","eventType":"company.renamed","new":1,"new":2}"#;
    let webhook = from_str(body).unwrap();
    assert_eq!(text(&webhook), body);
    last::<DynamoDb>(&webhook);
    last::<Template>(&webhook);
    last::<SimdJson>(&webhook);
    last::<Yaml>(&webhook);
    // TOML text with a repeated key is refused when it is read.
    let stored = Toml::write(&webhook).unwrap();
    assert!(
        Toml::read::<Webhook>(&stored)
            .unwrap_err()
            .contains("duplicate key")
    );
}

#[test]
fn deep_values_are_held_where_the_format_has_no_limit_of_its_own() {
    fn assert_held<F: Format>(levels: usize) {
        let deep = "[".repeat(levels) + &"]".repeat(levels);
        let body = format!(
            r#"{{"id":"7d1e9a52-3c0b-4f6e-8a41-5b9c2e7f1d30","eventType":"company.renamed","new":{deep}}}"#
        );
        let webhook = from_str(&body).unwrap();
        let read = F::read::<Webhook>(&F::write(&webhook).unwrap());
        assert!(read.unwrap() == webhook, "{}", F::NAME);
    }
    assert_held::<Yaml>(120);
    assert_held::<DynamoDb>(120);
    assert_held::<Template>(120);
    assert_held::<SimdJson>(120);
    assert_held::<Toml>(70);
}
