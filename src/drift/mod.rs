//! What a body has that this version does not model.

mod walk;

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeSeed;
use serde_ignored::Path;
use serde_json::value::RawValue;

use crate::diagnosis::{OneLine, join, members};
use crate::error::Error;
use crate::event::{Event, EventType};
use crate::legacy::{AlertField, AlertKey, RuleType};
use crate::payload::AccountCategoriesUpdated;
use crate::value::DataType;
use crate::webhook::{Webhook, from_slice, strip_bom};

/// Something in a body that this version of the crate does not model.
///
/// Its `Display` is one line of path and kind, without the text, which may be a customer's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Drift {
    /// Where it is: `payload.dataTypes[3].status`.
    pub path: String,
    /// What it is.
    pub kind: DriftKind,
    /// The text that is not modelled; `None` for a field.
    pub text: Option<String>,
}

/// What is not modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// An event type that is not in the table, or a rule of a legacy alert.
    EventType,
    /// A field that no struct has. What is inside of it is not looked at.
    Field,
    /// A value outside the documented set of its vocabulary.
    Value,
    /// A date that cannot be read.
    Date,
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::EventType => "unknown event type",
            Self::Field => "unknown field",
            Self::Value => "undocumented value",
            Self::Date => "unreadable date",
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind, self.path)
    }
}

/// Tells what a body has that this version does not model: event types, fields, values outside
/// their vocabularies, dates that cannot be read. Nothing, for a body that is fully modelled.
///
/// Meant for a staging environment, or a sample of production traffic: none of it is an error, but
/// it is how Codat's silent additions become a ticket instead of a surprise. It reads the body more
/// than once. Of an unknown event, the payload is not looked at. In a legacy alert, paths are in the
/// case in which alerts are written.
///
/// # Errors
///
/// As for [`from_slice`]: a body that cannot be read.
///
/// ```
/// use codat_webhooks::{DriftKind, drift};
///
/// let found = drift(br#"{
///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
///     "eventType": "read.completed",
///     "payload": {
///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
///         "dataTypes": [{"dataType": "invoices", "status": "Paused", "records": 12}]
///     }
/// }"#)?;
///
/// let found: Vec<String> = found.iter().map(ToString::to_string).collect();
/// assert_eq!(found, [
///     "unknown field at payload.dataTypes[0].records",
///     "undocumented value at payload.dataTypes[0].status",
/// ]);
/// # Ok::<(), codat_webhooks::Error>(())
/// ```
pub fn drift(body: &[u8]) -> Result<Vec<Drift>, Error> {
    let webhook = from_slice(body)?;
    // `from_slice` has checked it.
    let json = strip_bom(std::str::from_utf8(body).unwrap_or_default());
    let mut found = Vec::new();
    fields(json, &webhook, &mut found);
    values(&webhook, &mut found);
    found.sort();
    Ok(found)
}

/// Finds the fields that no struct has.
fn fields(json: &str, webhook: &Webhook, found: &mut Vec<Drift>) {
    let alert = match &webhook.event {
        Event::Alert(_) => true,
        Event::AccountCategoriesUpdated(event) => event.alert.is_some(),
        _ => false,
    };
    for (key, value) in members(json) {
        let field = AlertKey::from_wire(&key).map(|key| key.field);
        match (alert, &*key) {
            (false, "payload") => ignored(webhook.event_type(), &key, value, found),
            (true, _) if field == Some(AlertField::Data) => match webhook.event_type() {
                EventType::Alert(rule) => ignored(rule, "Data", value, found),
                _ => ignored(
                    PhantomData::<Option<AccountCategoriesUpdated>>,
                    "Data",
                    value,
                    found,
                ),
            },
            (_, "type") | (false, "id" | "eventType" | "generatedDate") => {}
            (true, _) if field.is_some() => {}
            _ => found.push(Drift {
                path: OneLine(&key).to_string(),
                kind: DriftKind::Field,
                text: None,
            }),
        }
    }
}

/// Reads what has been read before, and finds the fields that were ignored.
fn ignored<'de, S: DeserializeSeed<'de>>(
    seed: S,
    path: &str,
    value: &'de RawValue,
    found: &mut Vec<Drift>,
) {
    let mut deserializer = serde_json::Deserializer::from_str(value.get());
    let mut report = |field: Path<'_>| {
        found.push(Drift {
            path: join(path, &render(&field)),
            kind: DriftKind::Field,
            text: None,
        });
    };
    let _ = seed.deserialize(serde_ignored::Deserializer::new(
        &mut deserializer,
        &mut report,
    ));
}

fn render(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => join(&render(parent), &format!("[{index}]")),
        Path::Map { parent, key } => join(&render(parent), &OneLine(key).to_string()),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => render(parent),
    }
}

/// Finds the values outside their vocabularies, and the dates that cannot be read.
fn values(webhook: &Webhook, found: &mut Vec<Drift>) {
    let event_type = webhook.event_type();
    let new = match &event_type {
        EventType::Unknown(text) => Some(("eventType", DriftKind::EventType, text.as_str())),
        EventType::Alert(RuleType::Other(text)) => {
            Some(("RuleType", DriftKind::EventType, text.as_str()))
        }
        EventType::WriteSuccessful(DataType::Other(text))
        | EventType::WriteUnsuccessful(DataType::Other(text)) => {
            Some(("eventType", DriftKind::Value, text.as_str()))
        }
        _ => None,
    };
    found.extend(new.map(|(path, kind, text)| Drift {
        path: path.to_owned(),
        kind,
        text: Some(text.to_owned()),
    }));

    let mut in_values = Vec::new();
    // Nothing that a webhook holds is refused.
    let _ = webhook.serialize(walk::Walk::new(&mut in_values));
    in_values.retain(|drift| !is_free_text(drift, &webhook.event));
    found.extend(in_values);
}

/// The type of a source account is free text in the first generation, which lacks what the second
/// has added.
fn is_free_text(drift: &Drift, event: &Event) -> bool {
    match event {
        Event::BankFeedsSourceAccountConnected(event)
        | Event::BankFeedsSourceAccountDisconnected(event) => {
            let account = &event.source_account;
            let first = account.routing_info.is_none() && account.account_info.is_none();
            first && drift.path == "payload.sourceAccount.accountType"
        }
        _ => false,
    }
}
