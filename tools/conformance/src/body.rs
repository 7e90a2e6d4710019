//! Bodies, and what the crate makes of them.

use std::sync::LazyLock;

use codat_webhooks::drift::{Drift, DriftKind};
use codat_webhooks::samples::{self, Sample};
use codat_webhooks::{EventType, Webhook};
use serde_json::{Map, Value, from_str};

/// A body, read with the crate.
#[derive(Clone, Debug)]
pub struct Body {
    pub json: Value,
    /// What is not modelled, with `[]` for every index in the paths. `None` if the body is refused.
    pub drifts: Option<Vec<Drift>>,
}

impl Body {
    pub fn new(json: Value) -> Self {
        let webhook = from_str::<Webhook>(&json.to_string());
        let drifts = webhook.map(|webhook| webhook.drift());
        let drifts = drifts.ok().map(|mut drifts| {
            for drift in &mut drifts {
                drift.path = without_indexes(&drift.path);
            }
            drifts
        });
        Self { json, drifts }
    }

    /// Returns the body with a value at a place, whose parent it has.
    pub fn with(&self, pointer: &str, value: Value) -> Self {
        let mut json = self.json.clone();
        let (outer, key) = split(pointer);
        match json.pointer_mut(outer) {
            Some(Value::Object(object)) => {
                remove(object, &key);
                object.insert(key, value);
            }
            Some(Value::Array(array)) => *array = vec![value],
            _ => {}
        }
        Self::new(json)
    }

    /// Returns the body without the field at a place.
    pub fn without(&self, pointer: &str) -> Self {
        let mut json = self.json.clone();
        let (outer, key) = split(pointer);
        if let Some(Value::Object(object)) = json.pointer_mut(outer) {
            remove(object, &key);
        }
        Self::new(json)
    }

    /// Returns `true` if the body is read, and has no misfits.
    pub fn fits(&self) -> bool {
        let mut drifts = self.drifts.iter().flatten();
        self.drifts.is_some() && drifts.all(|drift| drift.kind != DriftKind::Misfit)
    }

    /// Returns `true` if the body has a field at the place and the crate has not.
    pub fn is_unknown(&self, pointer: &str) -> bool {
        let mut drifts = self.drifts.iter().flatten();
        drifts.any(|drift| drift.kind == DriftKind::Field && drift.path == path(pointer))
    }

    /// Returns a body that has every field of the event type: its samples, and those of the event
    /// types with the same payload, in one.
    pub fn full(event_type: &EventType, is_alert: bool) -> Option<Self> {
        let family_of = |event_type: &EventType| family(&event_type.to_string());
        let is_like = |(other, json): &&(EventType, Value)| {
            family_of(other) == family_of(event_type) && json.get("AlertId").is_some() == is_alert
        };
        let mut samples: Vec<_> = SAMPLES.iter().filter(is_like).collect();
        samples.sort_by_key(|(other, _)| other != event_type);
        let (_, first) = samples.first()?;
        let mut full = first.clone();
        for (_, sample) in &samples[1..] {
            let mut both = full.clone();
            merge(&mut both, sample);
            // Not if it has other spellings of the same fields.
            if is_modelled(&both) {
                full = both;
            }
        }
        Some(Self::new(full))
    }
}

/// The samples that the crate models in full.
pub static SAMPLES: LazyLock<Vec<(EventType, Value)>> = LazyLock::new(|| {
    let sample = |sample: Sample| Some((sample.event_type(), from_str(sample.json()).ok()?));
    let samples = samples::all().filter_map(sample);
    samples.filter(|(_, json)| is_modelled(json)).collect()
});

fn is_modelled(json: &Value) -> bool {
    Body::new(json.clone()).drifts == Some(Vec::new())
}

/// Returns the event types that have the same payload, as a pattern.
pub fn family(event_type: &str) -> String {
    let families = [
        (".write.", "*.write.*"),
        (".generate.", "reports.*"),
        ("read.completed", "*read.completed*"),
    ];
    if let Some((_, family)) = families.iter().find(|(part, _)| event_type.contains(part)) {
        return (*family).to_owned();
    }
    match event_type.rsplit_once('.') {
        Some((start, _)) if start != "@rules" => format!("{start}.*"),
        _ => event_type.to_owned(),
    }
}

/// Returns the JSON pointer of what is inside the place of another pointer.
pub fn inside(outer: &str, key: &str) -> String {
    format!("{outer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Returns the path of a JSON pointer as the crate writes it, with `[]` for every index:
/// `payload.dataTypes[].status` of `/payload/dataTypes/0/status`.
pub fn path(pointer: &str) -> String {
    let mut path = String::new();
    for key in pointer.split('/').skip(1) {
        if key.parse::<usize>().is_ok() {
            path.push_str("[]");
        } else {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(&unescape(key));
        }
    }
    path
}

fn without_indexes(path: &str) -> String {
    let mut parts = path.split('[');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.push('[');
        shape.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    shape
}

/// Returns the JSON pointer of what a place is in, and its key there.
pub fn split(pointer: &str) -> (&str, String) {
    let (outer, key) = pointer.rsplit_once('/').unwrap_or_default();
    (outer, unescape(key))
}

fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// Removes a field. The keys of alerts are read in two cases.
fn remove(object: &mut Map<String, Value>, key: &str) {
    object.retain(|other, _| !other.eq_ignore_ascii_case(key));
}

/// Adds what only the other one has.
fn merge(body: &mut Value, other: &Value) {
    match (body, other) {
        (Value::Object(body), Value::Object(other)) => {
            for (key, value) in other {
                let mut fields = body.iter_mut();
                match fields.find(|(name, _)| name.eq_ignore_ascii_case(key)) {
                    Some((_, inner)) => merge(inner, value),
                    None => drop(body.insert(key.clone(), value.clone())),
                }
            }
        }
        (Value::Array(body), Value::Array(other)) => match &mut body[..] {
            [] => body.clone_from(other),
            [first, ..] => other.iter().for_each(|item| merge(first, item)),
        },
        (body @ Value::Null, other) => body.clone_from(other),
        _ => {}
    }
}
