//! What the crate makes of the bodies that descriptions allow.

use std::collections::{BTreeMap, BTreeSet};

use codat_webhooks::drift::{Drift, DriftKind};
use codat_webhooks::legacy::RuleType;
use codat_webhooks::payload::{
    AccountType, ConnectionErrorStatus, ConnectionStatus, DatasetStatus, ExpensesTransactionStatus,
    RoutingType, SourceAccountStatus, SourceType, WriteStatus, WriteType,
};
use codat_webhooks::value::DataType;
use codat_webhooks::{Envelope, EventType};
use serde_json::{Value, json};

use crate::body::{Body, family, inside, path};
use crate::description::{Webhook, webhooks};
use crate::report::{Finding, Report, Side};
use crate::schema::{ANY, Part, Refs, Schemas, UUID, other_keywords, parts};

/// Compares the crate with descriptions, each with its name.
///
/// # Errors
///
/// Returns a message if a description has no webhooks, or ones that cannot be read.
pub fn compare(descriptions: &[(String, Value)]) -> Result<Report, String> {
    let mut events: BTreeMap<String, Event<'_>> = BTreeMap::new();
    let mut listed = BTreeSet::new();
    for (name, description) in descriptions {
        let webhooks = webhooks(description).map_err(|problem| format!("{name}: {problem}"))?;
        for webhook in webhooks {
            let mut event = Event::new(&webhook);
            if webhook.is_listed {
                listed.insert(event.name.clone());
            }
            event.compare(&webhook);
            // It may be described more than once.
            if let Some(before) = events.remove(&event.name) {
                event.add(before);
            }
            events.insert(event.name.clone(), event);
        }
    }
    let mut report = Report::default();
    let rules = RuleType::KNOWN.iter().cloned().map(EventType::Alert);
    for known in EventType::known()
        .chain(rules)
        .map(|known| known.to_string())
    {
        // Where some of a family are listed, the others are not meant.
        let has_others = listed.iter().any(|other| family(other) == family(&known));
        if !listed.contains(&known) && (has_others || !events.contains_key(&known)) {
            report.add(
                &known,
                (Side::Crate, ["", "event type", ""].map(str::to_owned)),
            );
        }
    }
    for (name, mut event) in events {
        if !event.fields.is_empty() {
            event.find_undescribed(&event.full.json.clone(), "");
            event.compare_texts();
            report.events.insert(name.clone());
        }
        for finding in event.found {
            report.add(&name, finding);
        }
    }
    Ok(report)
}

/// An event type, and what is described of it.
struct Event<'a> {
    name: String,
    is_of: EventType,
    schemas: Schemas<'a>,
    /// A body that has every field that the crate knows.
    full: Body,
    /// The JSON pointer of the event type.
    type_at: &'static str,
    /// The fields that are described, by their paths in lower case: the keys of alerts are read in
    /// two cases.
    fields: BTreeMap<String, Field>,
    found: Vec<Finding>,
}

#[derive(Default)]
struct Field {
    pointer: String,
    /// The texts that are listed, and a body that has one.
    texts: BTreeSet<String>,
    example: Option<Body>,
    /// Any text is allowed, where the crate knows the values.
    any_text: bool,
}

impl<'a> Event<'a> {
    fn new(webhook: &Webhook<'a>) -> Self {
        let schemas = webhook.schemas;
        let flats = schemas.alternatives(webhook.schema, &Refs::default());
        let flat = flats.unwrap_or_default().into_iter().next();
        let properties = flat.and_then(|(mut flat, _)| flat.remove("properties"));
        let properties = properties.unwrap_or_default();
        let has = |key| properties.get(key).is_some();
        let is_alert = has("AlertId") || has("RuleType") || has("Data") && !has("payload");
        let (id, type_at) = match is_alert {
            true if has("Type") && !has("RuleType") => ("AlertId", "/Type"),
            true => ("AlertId", "/RuleType"),
            false if has("type") && !has("eventType") => ("id", "/type"),
            false => ("id", "/eventType"),
        };
        // The name of a rule in the body can differ from that of the webhook.
        let listed = schemas.texts(&properties[&type_at[1..]]);
        let name = match listed.as_deref() {
            Ok([only]) => only.clone(),
            _ => webhook.name.clone(),
        };
        let mut event = Self {
            name: String::new(),
            is_of: EventType::from(name.as_str()),
            schemas,
            full: Body::new(json!({id: UUID})),
            type_at,
            fields: BTreeMap::new(),
            found: Vec::new(),
        };
        event.is_of = event.event_type(&name);
        event.name = event.is_of.to_string();
        if let Some(mut full) = Body::full(&event.is_of, is_alert) {
            for other in ["/RuleType", "/Type", "/eventType", "/type"] {
                full = full.without(other);
            }
            event.full = full;
        }
        event.full = event.full.with(type_at, name.into());
        event
    }

    /// Returns the event type that a text is in the body.
    fn event_type(&self, text: &str) -> EventType {
        let body = self.full.with(self.type_at, text.into());
        let envelope =
            Envelope::from_str(&body.json.to_string()).map(|envelope| envelope.event_type());
        envelope.unwrap_or_else(|_| text.into())
    }

    fn compare(&mut self, webhook: &Webhook<'a>) {
        if webhook.deprecated {
            self.tell("", "deprecated", "");
        }
        self.compare_type(&self.is_of.clone());
        let Some(drifts) = &self.full.drifts else {
            return self.tell("", "no sample of the crate's to compare with", "");
        };
        let mut kinds = drifts.iter().map(|drift| drift.kind);
        if kinds.any(|kind| kind == DriftKind::EventType) {
            return;
        }
        let whole = Part {
            pointer: String::new(),
            schema: webhook.schema,
            required: None,
        };
        self.place(&self.full.clone(), &whole, &Refs::default());
        let fields = self.fields.values();
        let open = fields.filter(|field| field.any_text && field.texts.is_empty());
        let open: Vec<_> = open.map(|field| path(&field.pointer)).collect();
        for at in open {
            self.tell(&at, "no values listed", "");
        }
    }

    /// Finds event types that are not listed by the crate, even if it reads them.
    fn compare_type(&mut self, event_type: &EventType) {
        let is_known = match event_type {
            EventType::Alert(rule) => RuleType::KNOWN.contains(rule),
            EventType::ProductReadCompleted(_) => true,
            _ => EventType::known().any(|known| known == *event_type),
        };
        if !is_known {
            let text = event_type.to_string();
            self.tell(&path(self.type_at), "event type", &text);
        }
    }

    /// Adds what another description says of the same event type.
    fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        for (at, field) in other.fields {
            let own = self.fields.entry(at).or_default();
            own.pointer = field.pointer;
            own.texts.extend(field.texts);
            own.example = own.example.take().or(field.example);
        }
    }

    /// Puts each value of a schema in its place in a body, and then what is inside of it.
    fn place(&mut self, base: &Body, part: &Part<'_>, refs: &Refs) {
        let at = path(&part.pointer);
        let alternatives = match self.schemas.alternatives(part.schema, refs) {
            Ok(alternatives) => alternatives,
            Err(problem) => return self.tell(&at, "unreadable schema", &problem),
        };
        self.field(&part.pointer);
        let is_root = part.pointer.is_empty();
        let nulled = base.with(&part.pointer, Value::Null);
        let is_unknown = !is_root && nulled.is_unknown(&part.pointer);
        if !is_unknown && base.fits() {
            self.compare_required(base, part);
        }
        for (flat, refs) in &alternatives {
            let mut filled = Vec::new();
            for value in self.schemas.values(flat, refs) {
                // What the crate has inside is better than what can be made up.
                if is_like(base.json.pointer(&part.pointer), &value) {
                    filled.push((base.clone(), value.is_array()));
                } else if !is_root {
                    let kind = is_like(Some(&value), &value).then_some(value.is_array());
                    let body = base.with(&part.pointer, value);
                    self.compare_value(base, &body, &part.pointer);
                    filled.extend(kind.map(|is_array| (body, is_array)));
                }
            }
            if is_unknown {
                continue;
            }
            if flat.get("deprecated") == Some(&json!(true)) {
                self.tell(&at, "deprecated", "");
            }
            for keyword in other_keywords(flat) {
                self.tell(&at, "unread keyword", keyword);
            }
            for (body, is_array) in filled {
                for inner in parts(flat, &part.pointer, is_array) {
                    self.place(&body, &inner, refs);
                }
            }
        }
    }

    /// Compares whether the description and the crate require a field.
    fn compare_required(&mut self, base: &Body, part: &Part<'_>) {
        let at = path(&part.pointer);
        match (part.required, base.without(&part.pointer).fits()) {
            (Some(true), true) => self.tell(&at, "required", ""),
            (Some(false), false) if !self.is_address(&at) => {
                self.tell_only(&at, "required by the crate alone", "");
            }
            _ => {}
        }
    }

    /// Compares what the crate makes of a body before and after a value is in its place.
    fn compare_value(&mut self, before: &Body, after: &Body, pointer: &str) {
        let at = path(pointer);
        let value = after.json.pointer(pointer).unwrap_or(&Value::Null);
        if let Some(text) = value.as_str().filter(|_| pointer == self.type_at) {
            if text != ANY {
                self.compare_type(&self.event_type(text));
            }
            return;
        }
        let (old, new) = match (&before.drifts, &after.drifts) {
            (old, Some(new)) => (old.as_deref().unwrap_or_default(), new),
            (Some(_), None) => return self.tell(&at, "misfit", &summary(value)),
            (None, None) => return,
        };
        for drift in new.iter().filter(|drift| !old.contains(drift)) {
            let is_any = drift.text.as_deref() == Some(ANY);
            match drift.kind {
                // The description does not say which values or dates there are.
                DriftKind::Value if is_any => self.field(pointer).any_text = true,
                DriftKind::Date if is_any => {}
                DriftKind::Misfit => {
                    // An optional object does not fit if something that it requires does not.
                    let is_old = |old: &Drift| old.kind == drift.kind && old.path == drift.path;
                    if !old.iter().any(is_old) {
                        let at = if at.starts_with(&drift.path) {
                            &at
                        } else {
                            &drift.path
                        };
                        self.tell(at, "misfit", &summary(value));
                    }
                }
                _ => self.tell(
                    &drift.path,
                    &drift.kind.to_string(),
                    drift.text.as_deref().unwrap_or_default(),
                ),
            }
        }
        if let Some(text) = value.as_str().filter(|text| *text != ANY) {
            let field = self.field(pointer);
            field.texts.insert(text.to_owned());
            field.example = Some(after.clone());
        }
    }

    /// Compares the values of each vocabulary with those that are listed.
    fn compare_texts(&mut self) {
        for field in std::mem::take(&mut self.fields).into_values() {
            let at = path(&field.pointer);
            let Some(example) = field.example else {
                continue;
            };
            for value in known_values(&field.texts).difference(&field.texts) {
                let body = example.with(&field.pointer, value.as_str().into());
                let drifts = body.drifts.unwrap_or_default();
                if drifts.iter().all(|drift| drift.path != at) {
                    self.tell_only(&at, "value", value);
                }
            }
        }
    }

    /// Finds the fields that the crate knows and that are not described.
    fn find_undescribed(&mut self, value: &Value, pointer: &str) {
        let any = inside(pointer, "*");
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(object) => {
                let fields = object.iter();
                fields
                    .map(|(key, value)| (inside(pointer, key), value))
                    .collect()
            }
            Value::Array(array) => {
                let items = array.iter().take(1);
                items.map(|item| (inside(pointer, "0"), item)).collect()
            }
            _ => return,
        };
        // An object that takes any name has no fields.
        if value.is_object() && !self.full.with(&any, Value::Null).is_unknown(&any) {
            return;
        }
        for (pointer, value) in inner {
            let at = path(&pointer);
            if self.is_address(&at) {
                continue;
            }
            if self.fields.contains_key(&at.to_lowercase()) {
                self.find_undescribed(value, &pointer);
            } else if self.full.without(&pointer).fits() {
                self.tell_only(&at, "field", "");
            } else {
                self.tell(&at, "required, but not described", "");
            }
        }
    }

    fn field(&mut self, pointer: &str) -> &mut Field {
        let field = self.fields.entry(path(pointer).to_lowercase()).or_default();
        pointer.clone_into(&mut field.pointer);
        field
    }

    /// Returns `true` for the id and the event type, which every body has.
    fn is_address(&self, path: &str) -> bool {
        ["id", "AlertId", &self.type_at[1..]].contains(&path)
    }

    /// Notes what the descriptions have and the crate does not.
    fn tell(&mut self, path: &str, kind: &str, text: &str) {
        self.found
            .push((Side::Descriptions, [path, kind, text].map(str::to_owned)));
    }

    /// Notes what the crate has and the descriptions do not.
    fn tell_only(&mut self, path: &str, kind: &str, text: &str) {
        self.found
            .push((Side::Crate, [path, kind, text].map(str::to_owned)));
    }
}

/// Returns `true` if both are objects, or arrays with items.
fn is_like(one: Option<&Value>, other: &Value) -> bool {
    match (one, other) {
        (Some(Value::Object(_)), Value::Object(_)) => true,
        (Some(Value::Array(one)), Value::Array(other)) => !one.is_empty() && !other.is_empty(),
        _ => false,
    }
}

/// Returns the JSON of a misfit, or what it is if it has many forms.
fn summary(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        value => value.to_string(),
    }
}

/// Returns the values of the vocabularies that have one of the texts.
fn known_values(texts: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    macro_rules! add {
        ($($vocabulary:ident)+) => {$({
            let values = $vocabulary::KNOWN.iter().map(ToString::to_string);
            let values: BTreeSet<String> = values.collect();
            if !values.is_disjoint(texts) {
                found.extend(values);
            }
        })+};
    }
    add!(AccountType ConnectionErrorStatus ConnectionStatus DataType DatasetStatus);
    add!(ExpensesTransactionStatus RoutingType SourceAccountStatus SourceType WriteStatus WriteType);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::SAMPLES;

    /// Visits the texts in a body.
    fn texts(value: &Value, pointer: &str, visit: &mut impl FnMut(&str, &str)) {
        match value {
            Value::String(text) => visit(pointer, text),
            Value::Array(items) => items
                .iter()
                .for_each(|item| texts(item, &inside(pointer, "0"), visit)),
            Value::Object(object) => {
                object
                    .iter()
                    .for_each(|(key, value)| texts(value, &inside(pointer, key), visit));
            }
            _ => {}
        }
    }

    /// Otherwise the values of one would not be compared.
    #[test]
    fn every_vocabulary_of_the_crate_is_known() {
        let mut vocabularies = 0;
        for (_, sample) in SAMPLES.iter() {
            let body = Body::new(sample.clone());
            texts(sample, "", &mut |pointer, text| {
                let drifts = body.with(pointer, ANY.into()).drifts.unwrap_or_default();
                if drifts.iter().any(|drift| drift.kind == DriftKind::Value) {
                    let values = known_values(&BTreeSet::from([text.to_owned()]));
                    assert!(values.contains(text), "{pointer}: {text}");
                    vocabularies += 1;
                }
            });
        }
        assert!(vocabularies > 100, "{vocabularies}");
    }
}
