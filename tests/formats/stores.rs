//! Formats other than JSON text that describe themselves: every value is written as itself, numbers as
//! numbers, and read back, but for what the format cannot hold.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::values::{Any, assert_same, is_plain, json, values, with_unknown_field};
use crate::wrappers::{Field, Unwrap, Visit, each_wrapper};

pub trait Format {
    const NAME: &'static str;
    type Stored;

    fn write(value: &impl Serialize) -> Result<Self::Stored, String>;
    fn read<T: DeserializeOwned>(stored: &Self::Stored) -> Result<T, String>;

    /// Returns `true` if the format has no such value.
    fn cannot_hold(_: &Value) -> bool {
        false
    }
}

fn message(error: impl std::fmt::Display) -> String {
    error.to_string()
}

pub struct Yaml;

impl Format for Yaml {
    const NAME: &'static str = "YAML";
    type Stored = String;

    fn write(value: &impl Serialize) -> Result<String, String> {
        serde_yaml_ng::to_string(value).map_err(message)
    }

    fn read<T: DeserializeOwned>(stored: &String) -> Result<T, String> {
        serde_yaml_ng::from_str(stored).map_err(message)
    }
}

pub struct Toml;

impl Format for Toml {
    const NAME: &'static str = "TOML";
    type Stored = String;

    fn write(value: &impl Serialize) -> Result<String, String> {
        toml::to_string(value).map_err(message)
    }

    fn read<T: DeserializeOwned>(stored: &String) -> Result<T, String> {
        toml::from_str(stored).map_err(message)
    }

    fn cannot_hold(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(elements) => elements.iter().any(Self::cannot_hold),
            Value::Object(members) => members.values().any(Self::cannot_hold),
            _ => false,
        }
    }
}

pub struct DynamoDb;

impl Format for DynamoDb {
    const NAME: &'static str = "DynamoDB";
    type Stored = serde_dynamo::Item;

    fn write(value: &impl Serialize) -> Result<serde_dynamo::Item, String> {
        serde_dynamo::to_item(value).map_err(message)
    }

    fn read<T: DeserializeOwned>(stored: &serde_dynamo::Item) -> Result<T, String> {
        serde_dynamo::from_item(stored.clone()).map_err(message)
    }
}

pub struct Template;

impl Format for Template {
    const NAME: &'static str = "minijinja";
    type Stored = minijinja::Value;

    fn write(value: &impl Serialize) -> Result<minijinja::Value, String> {
        let value = minijinja::Value::from(minijinja::value::Serde(value));
        // The error is in the value.
        match value.kind() {
            minijinja::value::ValueKind::Invalid => Err(value.to_string()),
            _ => Ok(value),
        }
    }

    fn read<T: DeserializeOwned>(stored: &minijinja::Value) -> Result<T, String> {
        T::deserialize(stored.clone()).map_err(message)
    }
}

pub struct SimdJson;

impl Format for SimdJson {
    const NAME: &'static str = "simd-json";
    type Stored = String;

    fn write(value: &impl Serialize) -> Result<String, String> {
        simd_json::to_string(value).map_err(message)
    }

    fn read<T: DeserializeOwned>(stored: &String) -> Result<T, String> {
        simd_json::from_slice(&mut stored.clone().into_bytes()).map_err(message)
    }
}

/// Writes a value and reads it, in each of the wrappers.
struct In<'a, F> {
    value: &'a Any,
    format: PhantomData<F>,
}

impl<F: Format> Visit for In<'_, F> {
    fn visit<W: Serialize + DeserializeOwned>(
        &mut self,
        place: &str,
        _: bool,
        wrapped: &W,
        unwrap: Unwrap<W>,
    ) {
        let name = format!("{} {place}", F::NAME);
        let own = json(wrapped);
        let stored = F::write(wrapped).unwrap_or_else(|error| panic!("{name}: {error}\n{own}"));
        // In YAML a variant is a tag, which is no JSON value.
        if !(F::NAME == "YAML" && matches!(place, "externally tagged" | "a variant's field")) {
            let plain = F::read(&stored).unwrap_or_else(|error| panic!("{name}: {error}\n{own}"));
            assert_same(&name, &plain, &own);
        }
        let read = F::read(&stored).unwrap_or_else(|error| panic!("{name}: {error}\n{own}"));
        let read = unwrap(read).unwrap_or_else(|| panic!("{name}: another variant"));
        assert_same(&name, &json(&read), &json(self.value));
        // A map of DynamoDB has no order, and unknown fields are kept in theirs.
        if is_plain(self.value) && F::NAME != "DynamoDB" {
            assert_eq!(read, *self.value, "{name}");
        }
    }
}

fn assert_stored<F: Format>() {
    let (mut written, mut equal, mut refused) = (0, 0, 0);
    for value in &values() {
        if F::cannot_hold(&json(value)) {
            let field = Field { note: 7, value };
            assert!(F::write(&field).is_err(), "{}: {value:?}", F::NAME);
            refused += 1;
            continue;
        }
        let format = PhantomData;
        value.while_reading(|| each_wrapper(value, &mut In::<F> { value, format }));
        written += 1;
        equal += usize::from(is_plain(value));
    }
    println!(
        "{}: {written} written, {equal} of them equal, {refused} refused",
        F::NAME
    );
    assert!(written > 400 && refused < 50);
    assert!(equal > written / 2 && equal < written);
}

#[test]
fn yaml() {
    assert_stored::<Yaml>();
}

#[test]
fn toml() {
    assert_stored::<Toml>();
}

#[test]
fn dynamo_db() {
    assert_stored::<DynamoDb>();
}

#[test]
fn simd_json() {
    assert_stored::<SimdJson>();
}

#[test]
fn a_template() {
    assert_stored::<Template>();
    let webhook = with_unknown_field(r#"{"tier":"gold"}"#);
    let shown = minijinja::Environment::new()
        .render_str(
            "{{ eventType }} {{ payload.sourceAccount.balance + 1 }} {{ payload.sourceAccount.new.tier }}",
            minijinja::value::Serde(webhook),
        )
        .unwrap();
    assert_eq!(shown, "bankFeeds.sourceAccount.connected 1205.5 gold");
}
