//! [`Webhook`]: an event in its envelope.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::drift::{Drift, DriftKind, Walk};
use crate::event::{ALERT_PREFIX, Event, EventType, PayloadOf, REPORT, REPORTS};
use crate::legacy::{ALERT_ID, DATA, RuleType};
use crate::payload::{AlertHeader, Fields, drift_of_extra};
use crate::read::{self, Body, EVENT_TYPE, Error, GENERATED_DATE, ID, PAYLOAD};
use crate::value::{DataType, EventId, Extra, Name, Timestamp, check_format};

/// A webhook: an event, with its id and the date on which it was generated.
///
/// [`from_slice`] and [`from_str`] parse one from a raw body.
///
/// # Deserialize
///
/// `Webhook` also implements `Deserialize`, for a JSON extractor or a queue. Use it only for bodies that
/// were verified before: an extractor discards the raw body, which is what is signed, and responds to
/// an error with a status of its own.
///
/// Errors of an event are the same single line, without values of the payload; that of invalid JSON is
/// `serde_json`'s. Lines and columns are counted from where the value begins. The format must be JSON,
/// read by `serde_json` (a `serde_json::Value` included). Inside serde's `flatten`, `untagged` and
/// `tag`, whose buffers cannot hold raw JSON, it cannot be deserialized.
///
/// A `serde_json::Value` does not preserve the digits of numbers, so amounts can be rounded on the way
/// through one, unless the `arbitrary_precision` feature of `serde_json` is enabled.
///
/// # Serialize
///
/// What is parsed and serialized again is equal to what was sent, except for nulls of named fields,
/// white space, the order of keys, and the form of ids (lower case with hyphens) and of integers
/// (`1.2e4`). Serializing returns an error if
///
/// - the format is binary: such formats cannot hold raw JSON, so store the JSON text in them;
/// - the event is a write of a data type that cannot be part of an event type (`a.b`), which
///   [`Event::write_successful`] refuses earlier;
/// - the event is an [`Event::Alert`] of the rule `AccountCategoriesUpdated`, which is
///   [`Event::AccountCategoriesUpdated`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Webhook {
    /// The id of the event, which is the same for all attempts to deliver it.
    pub id: EventId,
    /// When Codat generated the event. Documented as UTC; see [`Timestamp::assume_utc`].
    ///
    /// The wire name is `generatedDate`.
    pub generated_date: Option<Timestamp>,
    /// The event: its type and payload.
    ///
    /// The wire names are `eventType` and `payload`.
    pub event: Event,
    /// The fields of the envelope that this version does not name, and optional fields whose value does
    /// not fit.
    pub extra: Extra,
}

/// Parses the body of a webhook.
///
/// A UTF-8 byte order mark before the body and white space around it are ignored.
///
/// # Errors
///
/// Returns an error if the body is not a single UTF-8 JSON value, is not an event, or is a known event
/// that is missing a required field or has one of the wrong type. An event type, field or value that
/// this version does not know is never an error.
///
/// # Examples
///
/// ```
/// use codat_webhooks::payload::ConnectionStatus;
/// use codat_webhooks::{Event, from_slice};
///
/// let body = br#"{
///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
///     "eventType": "connection.connected",
///     "generatedDate": "2025-03-14T09:26:53.58Z",
///     "payload": {
///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40", "name": "Harbour Bikes"},
///         "connection": {"id": "b1f0a9d2-7c3e-4b56-a1d8-94e7c2f03b65", "status": "Linked"}
///     }
/// }"#;
///
/// let webhook = from_slice(body)?;
/// match webhook.event {
///     Event::ConnectionConnected(event) => {
///         assert_eq!(event.connection.status, ConnectionStatus::Linked);
///     }
///     other => println!("ignored: {other}"),
/// }
/// # Ok::<(), codat_webhooks::Error>(())
/// ```
pub fn from_slice(body: &[u8]) -> Result<Webhook, Error> {
    from_str(read::utf8(body)?)
}

/// Parses the body of a webhook from text. See [`from_slice`].
///
/// # Errors
///
/// Returns an error in the same cases as [`from_slice`].
pub fn from_str(body: &str) -> Result<Webhook, Error> {
    let Body {
        id,
        generated_date,
        event,
        extra,
    } = read::body(body)?;
    Ok(Webhook {
        id,
        generated_date,
        event,
        extra,
    })
}

impl Webhook {
    /// Creates a webhook without a date, for tests.
    ///
    /// ```
    /// use codat_webhooks::payload::Company;
    /// use codat_webhooks::value::{CompanyId, EventId};
    /// use codat_webhooks::{Event, Webhook};
    ///
    /// let company: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
    /// let id: EventId = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11".parse()?;
    /// let webhook = Webhook::new(id, Event::CompanyCreated(Company::new(company).into()))
    ///     .generated_date("2025-03-14T09:26:53Z");
    ///
    /// assert_eq!(
    ///     serde_json::to_string(&webhook)?,
    ///     r#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.created","#.to_owned()
    ///         + r#""generatedDate":"2025-03-14T09:26:53Z","#
    ///         + r#""payload":{"id":"6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"}}"#,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(id: impl Into<EventId>, event: Event) -> Self {
        Self {
            id: id.into(),
            generated_date: None,
            event,
            extra: Extra::new(),
        }
    }

    /// Sets [`generated_date`](field@Self::generated_date).
    #[must_use]
    pub fn generated_date(mut self, date: impl Into<Timestamp>) -> Self {
        self.generated_date = Some(date.into());
        self
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.event.event_type()
    }

    /// Returns the text of the event type in the spelling that was sent, which is also written back.
    /// It differs from [`event_type`](Self::event_type) only for reports, which Codat spells in two
    /// ways.
    #[must_use]
    pub fn wire_name(&self) -> Cow<'_, str> {
        let event_type = self.event_type();
        match event_type.other_spelling() {
            Some(spelling) if self.extra.spelling(REPORTS) == REPORT => spelling.into(),
            _ => event_type.as_str().into_owned().into(),
        }
    }

    /// Returns everything in the event that this version of the crate does not model: an unknown
    /// event type, fields, values, misfits, and dates that cannot be read, each with its path.
    ///
    /// Empty for an event that is fully modelled. None of it is an error. Run it in staging, or on a
    /// sample of production traffic, so that you notice when Codat adds something. The payload of an
    /// unknown event is not examined.
    ///
    /// ```
    /// use codat_webhooks::from_slice;
    ///
    /// let webhook = from_slice(br#"{
    ///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
    ///     "eventType": "read.completed",
    ///     "payload": {
    ///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
    ///         "dataTypes": [{"dataType": "invoices", "status": "Paused", "records": 12}],
    ///         "modifiedFromDate": 1731024000
    ///     }
    /// }"#)?;
    ///
    /// let drift: Vec<String> = webhook.drift().iter().map(ToString::to_string).collect();
    /// assert_eq!(drift, [
    ///     "unknown field at payload.dataTypes[0].records",
    ///     "undocumented value at payload.dataTypes[0].status",
    ///     "misfit at payload.modifiedFromDate",
    /// ]);
    /// # Ok::<(), codat_webhooks::Error>(())
    /// ```
    #[must_use]
    pub fn drift(&self) -> Vec<Drift> {
        let mut walk = Walk::default();
        let mut note = |key: &'static str, kind, text: &str| {
            walk.at(self.extra.spelling(key), |walk| walk.note(kind, Some(text)));
        };
        match &self.event_type() {
            EventType::Unknown(text) => note(EVENT_TYPE.wire, DriftKind::EventType, text),
            EventType::Alert(RuleType::Other(text)) => {
                note("RuleType", DriftKind::EventType, text);
            }
            EventType::WriteSuccessful(DataType::Other(text))
            | EventType::WriteUnsuccessful(DataType::Other(text)) => {
                note(EVENT_TYPE.wire, DriftKind::Value, text);
            }
            EventType::ReportsGenerateSuccessful(name)
            | EventType::ReportsGenerateUnsuccessful(name) => {
                note(EVENT_TYPE.wire, DriftKind::Value, name.as_str());
            }
            _ => {}
        }
        if let Some(date) = &self.generated_date {
            walk.at(GENERATED_DATE.wire, |walk| {
                crate::value::Field::drift(date, walk);
            });
        }
        let (names, payload) = if self.is_alert() {
            ([&[ALERT_ID, DATA], AlertHeader::NAMES].concat(), DATA)
        } else {
            // A `type` beside the event type is an unknown field.
            let event_type = Name::new(EVENT_TYPE.wire, &[]);
            (vec![ID, event_type, GENERATED_DATE, PAYLOAD], PAYLOAD)
        };
        walk.at(self.extra.spelling(payload.wire), |walk| {
            self.event.drift(walk);
        });
        drift_of_extra(&self.extra, &names, &mut walk);
        let mut drift = walk.finish();
        if self.is_alert() {
            // An object that is empty is kept in `extra`, but it fits.
            drift.retain(|drift| {
                !(DATA.spellings().any(|data| drift.path == data)
                    && drift.text.as_deref() == Some("{}"))
            });
        }
        if self.event.has_free_account_type() {
            drift.retain(|drift| {
                drift.kind != DriftKind::Value || drift.path != "payload.sourceAccount.accountType"
            });
        }
        drift
    }

    /// Returns `true` if the event is in the envelope of the legacy alerts.
    pub(crate) fn is_alert(&self) -> bool {
        match &self.event {
            Event::Alert(_) => true,
            Event::AccountCategoriesUpdated(event) => event.alert.is_some(),
            _ => false,
        }
    }

    /// Returns the header of a legacy alert, as it is written: with a rule type that is a spelling of
    /// the rule. `None` for an event in the current envelope.
    fn alert_header(&self) -> Option<AlertHeader> {
        let mut header = match &self.event {
            Event::Alert(alert) => alert.header.clone(),
            Event::AccountCategoriesUpdated(event) => (**event.alert.as_ref()?).clone(),
            _ => return None,
        };
        let event_type = self.event_type();
        if EventType::of_rule(&header.rule_type) != event_type {
            let name = event_type.as_str();
            name.strip_prefix(ALERT_PREFIX)
                .unwrap_or(&name)
                .clone_into(&mut header.rule_type);
        }
        Some(header)
    }
}

impl FromStr for Webhook {
    type Err = Error;

    fn from_str(body: &str) -> Result<Self, Error> {
        from_str(body)
    }
}

impl TryFrom<&[u8]> for Webhook {
    type Error = Error;

    fn try_from(body: &[u8]) -> Result<Self, Error> {
        from_slice(body)
    }
}

impl<'de> Deserialize<'de> for Webhook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of the text, so that the readers are compiled once, not for each deserializer.
        let body = Box::<RawValue>::deserialize(deserializer)?;
        from_str(body.get()).map_err(D::Error::custom)
    }
}

/// Only a constructed event can have such a data type.
const NO_DATA_TYPE: &str = "the data type of a write event is empty or contains a dot or a control \
    character";

/// Only a constructed alert can be of this rule.
const NO_ALERT: &str = "an alert of the rule `AccountCategoriesUpdated` is an event: \
    `Event::AccountCategoriesUpdated`";

impl Serialize for Webhook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_format(&serializer)?;
        let extra = &self.extra;
        let mut map = serializer.serialize_map(None)?;
        let payload = PayloadOf(&self.event);
        if let Some(header) = self.alert_header() {
            if EventType::of_rule(&header.rule_type) != self.event_type() {
                return Err(S::Error::custom(NO_ALERT));
            }
            let (id, data) = (extra.spelling(ALERT_ID.wire), extra.spelling(DATA.wire));
            let has_data = !payload.is_missing();
            map.serialize_entry(id, &self.id)?;
            header.write(&mut map, extra)?;
            if has_data {
                map.serialize_entry(data, &payload)?;
            }
            extra.write(&mut map, |name| {
                name == id || header.writes(name, extra) || (has_data && name == data)
            })?;
        } else {
            let name = self.wire_name();
            if matches!(self.event.data_type(), Some(DataType::Other(_)))
                && !self.event_type().is_named(&name)
            {
                return Err(S::Error::custom(NO_DATA_TYPE));
            }
            let event_type = extra.spelling(EVENT_TYPE.wire);
            let has_payload = !payload.is_missing();
            map.serialize_entry(ID.wire, &self.id)?;
            map.serialize_entry(event_type, &name)?;
            if let Some(date) = &self.generated_date {
                map.serialize_entry(GENERATED_DATE.wire, date)?;
            }
            if has_payload {
                map.serialize_entry(PAYLOAD.wire, &payload)?;
            }
            extra.write(&mut map, |name| {
                name == ID.wire
                    || name == event_type
                    || (name == GENERATED_DATE.wire && self.generated_date.is_some())
                    || (name == PAYLOAD.wire && has_payload)
            })?;
        }
        map.end()
    }
}
