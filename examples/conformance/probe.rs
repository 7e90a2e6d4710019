//! What the crate has and a description lacks, found by reading changed bodies.

use std::collections::{BTreeMap, BTreeSet};

use codat_webhooks::drift::{Drift, DriftKind};
use codat_webhooks::legacy::RuleType;
use codat_webhooks::payload::{
    AccountType, ConnectionErrorStatus, ConnectionStatus, DatasetStatus, ExpensesTransactionStatus,
    RoutingType, SourceAccountStatus, SourceType, WriteStatus, WriteType,
};
use codat_webhooks::value::DataType;
use codat_webhooks::{Envelope, EventType};
use serde_json::Value;

use super::bodies::Webhook;
use super::compare::read;
use super::place::{path, places, pointer as pointer_to, without_indexes};
use super::report::{Finding, NONE};
use super::schema::ANY;

/// Not the name of any field.
const NO_FIELD: &str = "zzzzField";

/// Returns the event types, fields and values that the crate has and no body has. A field is found
/// if its name is anywhere in the samples.
pub fn only_in_crate(webhooks: &[Webhook], samples: &[Value]) -> BTreeSet<Finding> {
    let objects = samples
        .iter()
        .flat_map(places)
        .filter_map(|(_, value)| value.as_object());
    let names: BTreeSet<&str> = objects
        .flat_map(|object| object.keys().map(String::as_str))
        .collect();
    let mut described: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for webhook in webhooks {
        let bodies = described.entry(&webhook.event_type).or_default();
        bodies.extend(webhook.bodies.iter().map(|body| &body.json));
    }
    let mut findings = event_types_only_in_crate(webhooks);
    for (event_type, bodies) in described {
        probe(event_type, &bodies, &names, &mut findings);
    }
    findings
}

/// Finds the fields and values of an event type that its bodies lack.
fn probe(
    event_type: &str,
    bodies: &[&Value],
    names: &BTreeSet<&str>,
    findings: &mut BTreeSet<Finding>,
) {
    // The texts at each path, and bodies that have all paths between them.
    let mut texts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut distinct = Vec::new();
    for body in bodies {
        let known = texts.len();
        for (pointer, value) in places(body) {
            let texts = texts.entry(without_indexes(&path(&pointer))).or_default();
            texts.extend(value.as_str());
        }
        if texts.len() > known && is_known(body) {
            distinct.push(*body);
        }
    }
    // Alerts are read with some of their keys in two cases.
    let mut seen: BTreeSet<String> = texts.keys().map(|path| path.to_lowercase()).collect();
    let places = distinct.into_iter().flat_map(|body| {
        let places = places(body).into_iter();
        places.map(move |(pointer, value)| (body, pointer, value))
    });
    for (body, pointer, value) in places {
        for name in fields_at(body, &pointer, names) {
            let field = path(&pointer_to(&pointer, name));
            let finding = Finding::new(event_type, &field, "field", NONE);
            if seen.insert(finding.path.to_lowercase()) {
                findings.insert(finding);
            }
        }
        let path = path(&pointer);
        let described = texts
            .get(&without_indexes(&path))
            .filter(|texts| value.is_string() && !texts.contains(ANY));
        if let Some(described) = described {
            let values = values_at(body, &pointer).into_iter().flatten();
            let more = values.filter(|value| !described.contains(value));
            findings.extend(more.map(|value| Finding::new(event_type, &path, "value", value)));
        }
    }
}

fn event_types_only_in_crate(webhooks: &[Webhook]) -> BTreeSet<Finding> {
    // The event types of one template count as one.
    let family = |event_type: &EventType| match event_type.data_type() {
        Some(data_type) => event_type
            .as_str()
            .replacen(data_type.as_str(), "{dataType}", 1),
        None => event_type.as_str().into_owned(),
    };
    let rules = RuleType::KNOWN.iter().cloned().map(EventType::Alert);
    let known = EventType::known().chain(rules);
    let mut families: BTreeSet<String> = known.map(|known| family(&known)).collect();
    for body in webhooks.iter().flat_map(|webhook| &webhook.bodies) {
        if let Ok(envelope) = Envelope::from_str(&body.json.to_string()) {
            families.remove(&family(&envelope.event_type()));
        }
    }
    let finding = |family: &String| Finding::new(family, NONE, "event type", NONE);
    families.iter().map(finding).collect()
}

/// Returns `false` for an event type that the crate does not know, and whose fields it does not read.
fn is_known(body: &Value) -> bool {
    read(body).is_ok_and(|found| found.iter().all(|drift| drift.kind != DriftKind::EventType))
}

/// Returns those of the names that are fields of the object at the place.
fn fields_at<'n>(body: &Value, pointer: &str, names: &BTreeSet<&'n str>) -> Vec<&'n str> {
    let is_field = |name: &str| {
        let mut changed = body.clone();
        match changed.pointer_mut(pointer) {
            Some(Value::Object(object)) if !object.contains_key(name) => {
                object.insert(name.to_owned(), Value::Null);
            }
            _ => return false,
        }
        let path = path(&pointer_to(pointer, name));
        let unknown = |drift: &Drift| drift.kind == DriftKind::Field && drift.path == path;
        read(&changed).is_ok_and(|found| !found.iter().any(unknown))
    };
    // An object that takes any name has no fields.
    if is_field(NO_FIELD) {
        return Vec::new();
    }
    names
        .iter()
        .copied()
        .filter(|name| is_field(name))
        .collect()
}

/// Returns the values of the vocabulary that is read at the place, or `None` if there is none.
pub fn values_at(body: &Value, pointer: &str) -> Option<Vec<&'static str>> {
    let path = path(pointer);
    // The kind of drift that a text at the place is, if any.
    let drift = |text: &str| {
        let mut changed = body.clone();
        *changed.pointer_mut(pointer)? = text.into();
        let found = read(&changed).ok()?;
        // In an alert, the path may be in another case.
        let mut found = found.iter();
        Some(
            found
                .find(|drift| drift.path.eq_ignore_ascii_case(&path))
                .map(|drift| drift.kind),
        )
    };
    if drift(ANY)? != Some(DriftKind::Value) {
        return None;
    }
    let mut values = known_values();
    values.retain(|text| drift(text) == Some(None));
    Some(values.into_iter().collect())
}

/// Returns the documented values of all vocabularies.
fn known_values() -> BTreeSet<&'static str> {
    let mut values = BTreeSet::new();
    macro_rules! add {
        ($($vocabulary:ident)+) => {$(
            values.extend($vocabulary::KNOWN.iter().map($vocabulary::as_str));
        )+};
    }
    add!(AccountType ConnectionErrorStatus ConnectionStatus DataType DatasetStatus);
    add!(ExpensesTransactionStatus RoutingType SourceAccountStatus SourceType WriteStatus WriteType);
    values
}
