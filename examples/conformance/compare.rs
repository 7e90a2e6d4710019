//! What the crate makes of the bodies of a description.

use std::collections::BTreeSet;

use codat_webhooks::Error;
use codat_webhooks::drift::{Drift, DriftKind};
use serde_json::Value;

use super::bodies::{Body, Webhook};
use super::place::{self, parent, places};
use super::report::{Finding, NONE};
use super::schema::ANY;

const MISFIT: &str = "misfit";
const REQUIRED: &str = "required field";

/// Reads a body with the crate.
pub fn read(body: &Value) -> Result<Vec<Drift>, Error> {
    codat_webhooks::from_slice(body.to_string().as_bytes()).map(|webhook| webhook.drift())
}

/// The result of reading the bodies.
#[derive(Default)]
pub struct Comparison {
    /// What the description has and the crate does not model.
    pub not_modelled: BTreeSet<Finding>,
    /// The fields without which the crate reads no event, and which the description does not require.
    pub required: BTreeSet<Finding>,
}

/// Reads all bodies with the crate.
pub fn compare(webhooks: &[Webhook]) -> Comparison {
    let mut comparison = Comparison::default();
    for webhook in webhooks {
        for body in &webhook.bodies {
            comparison.add(webhook, body);
        }
    }
    comparison
}

impl Comparison {
    fn add(&mut self, webhook: &Webhook, body: &Body) {
        let finding = |path: &str, kind: &str, text: &str| {
            Finding::new(&webhook.event_type, path, kind, text)
        };
        let mut json = body.json.clone();
        let mut tried = BTreeSet::new();
        // Mends what is wrong with the body, to see what else is in it.
        let drifts = loop {
            let error = match read(&json) {
                Ok(drifts) => {
                    let missing = missing(&json, &drifts, &body.absent);
                    if missing.is_empty() {
                        break drifts;
                    }
                    // If there are several, other bodies tell which of them is required.
                    if let [(pointer, _)] = missing[..] {
                        let path = place::path(pointer);
                        self.required.insert(finding(&path, REQUIRED, NONE));
                    }
                    for (pointer, value) in missing {
                        put_back(&mut json, pointer, value);
                    }
                    continue;
                }
                Err(error) => error,
            };
            let path = error.path().unwrap_or_default();
            if !tried.insert(path.to_owned()) {
                return;
            }
            let mut absent = body.absent.iter();
            if let Some(misfit) = take(&mut json, path) {
                let misfit = misfit.to_string();
                self.not_modelled
                    .insert(finding(path, MISFIT, summary(&misfit)));
            } else if let Some((pointer, value)) =
                absent.find(|(pointer, _)| place::path(pointer) == path)
            {
                put_back(&mut json, pointer, value);
                self.required.insert(finding(path, REQUIRED, NONE));
            } else {
                // Without the position, which differs from body to body.
                let message = error.to_string();
                let cause = message.split(" at ").next().unwrap_or_default();
                self.not_modelled.insert(finding(path, "error", cause));
                return;
            }
        };
        for drift in drifts {
            // The description does not say which values or dates there are.
            let unspecified = drift.text.as_deref() == Some(ANY)
                && matches!(drift.kind, DriftKind::Value | DriftKind::Date);
            if !unspecified {
                let text = match drift.text.as_deref() {
                    Some(misfit) if is_misfit(&drift) => summary(misfit),
                    text => text.unwrap_or(NONE),
                };
                let finding = finding(&drift.path, &drift.kind.to_string(), text);
                self.not_modelled.insert(finding);
            }
        }
    }
}

/// Returns the JSON of a misfit, or what it is if it has many forms.
fn summary(json: &str) -> &str {
    match json.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        _ => json,
    }
}

/// Takes the value at a path out of a body.
fn take(body: &mut Value, path: &str) -> Option<Value> {
    let mut places = places(body).into_iter().skip(1);
    let (pointer, value) = places.find(|(pointer, _)| place::path(pointer) == path)?;
    let value = value.clone();
    match parent(body, &pointer)? {
        (Value::Object(object), key) => drop(object.remove(key)),
        (Value::Array(array), _) => array.clear(),
        _ => {}
    }
    Some(value)
}

/// Puts an absent property back.
fn put_back(body: &mut Value, pointer: &str, value: &Value) {
    if let Some((Value::Object(object), key)) = parent(body, pointer) {
        object.insert(key.to_owned(), value.clone());
    }
}

/// Returns the absent properties of optional objects that are misfits: it may be for want of them.
fn missing<'a>(
    body: &Value,
    drifts: &[Drift],
    absent: &'a [(String, Value)],
) -> Vec<&'a (String, Value)> {
    let is_missing = |(pointer, _): &&(String, Value)| {
        let path = place::path(pointer);
        let holds_it = |misfit: &Drift| {
            let below = path.strip_prefix(&*misfit.path);
            below.is_some_and(|below| below.starts_with(['.', '[']))
        };
        let mut misfits = drifts.iter().filter(|drift| is_misfit(drift));
        body.pointer(pointer).is_none() && misfits.any(holds_it)
    };
    absent.iter().filter(is_missing).collect()
}

fn is_misfit(drift: &Drift) -> bool {
    drift.kind.to_string() == MISFIT
}
