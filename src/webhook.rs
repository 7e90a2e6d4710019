//! [`Webhook`]: an event in its envelope, and how it is written.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use crate::event::{Event, EventType, REPORT, REPORTS, alert_header};
use crate::json::{ContentOf, Extra, Fields, HasContent, Name, check_format, written_names};
use crate::legacy::{ALERT_ID, AlertHeader, DATA};
use crate::value::{EventId, Timestamp};

pub(crate) const ID: Name = Name::new("id", &[]);
/// Older bodies have `type`.
pub(crate) const EVENT_TYPE: Name = Name::new("eventType", &["type"]);
/// A `type` beside `eventType` is an unknown field, whatever it holds.
pub(crate) const EVENT_TYPE_ALONE: Name = Name::new(EVENT_TYPE.wire, &[]);
pub(crate) const GENERATED_DATE: Name = Name::new("generatedDate", &[]);
pub(crate) const PAYLOAD: Name = Name::new("payload", &[]);

/// The names of the envelope of the alerts.
pub(crate) fn alert_names() -> Vec<Name> {
    [&[ALERT_ID, DATA, GENERATED_DATE], AlertHeader::NAMES].concat()
}

/// A webhook: an event, with its id and the date on which it was generated.
///
/// [`from_slice`](crate::from_slice) and [`from_str`](crate::from_str) parse one from a raw body.
///
/// # Deserialize
///
/// `Webhook` also implements `Deserialize`, for a JSON extractor or a queue. Use it only for bodies that
/// were verified before: an extractor discards the raw body, which is what is signed, and responds to
/// an error with a status of its own.
///
/// Errors of an event are the same single line, without values of the payload. If the JSON itself is
/// invalid, the error is the one of `serde_json`. Lines and columns are counted from where the value
/// begins. Other human-readable formats, and serde's `flatten`, `untagged` and `tag`, work too: the guide
/// to [storing](crate::guide::storing) says what each of them keeps.
///
/// # Serialize
///
/// What is parsed and serialized again is equal to what was sent, except for nulls of named fields,
/// white space, the order of keys, and the form of ids (lower case with hyphens) and of integers
/// (`1.2e4`). Serializing returns an error if
///
/// - the format is binary: store the JSON text in it;
/// - the event is a write or a report whose [`DataType`](crate::value::DataType) or
///   [`ReportType`](crate::value::ReportType) cannot be part of an event type: if it is empty or contains
///   a dot or a control character;
/// - the event is an [`Event::Alert`] of the rule `AccountCategoriesUpdated`, which is
///   [`Event::AccountCategoriesUpdated`].
///
/// # Comparing and logging
///
/// Two webhooks are equal if everything in them is, but for the spelling of keys and of event types that
/// Codat spells in several ways. Raw JSON is compared as text: see
/// [`RawJson`](crate::value::RawJson). `Display` of the [`event`](Self::event) is safe to log; `Debug`
/// shows names, account numbers and amounts.
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
    ///     .with_generated_date("2025-03-14T09:26:53Z");
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

    /// Sets [`generated_date`](Self::generated_date).
    #[must_use]
    pub fn with_generated_date(mut self, date: impl Into<Timestamp>) -> Self {
        self.generated_date = Some(date.into());
        self
    }

    /// Returns when Codat generated the event: [`generated_date`](Self::generated_date) as UTC, or `None`
    /// if it is missing or cannot be read.
    #[must_use]
    pub fn generated_at(&self) -> Option<DateTime<Utc>> {
        self.generated_date.as_ref()?.assume_utc()
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.event.event_type()
    }

    /// Returns the text of the event type as it was sent, which is also written back. It differs from
    /// [`EventType::name`] for reports, which Codat spells in two ways, and for alerts, of which it is the
    /// name of the rule.
    #[must_use]
    pub fn wire_name(&self) -> Cow<'_, str> {
        if let Some(header) = alert_header(&self.event) {
            return match header {
                Cow::Borrowed(header) => Cow::Borrowed(&header.rule_type),
                Cow::Owned(header) => Cow::Owned(header.rule_type),
            };
        }
        let event_type = self.event_type();
        match event_type.other_spelling() {
            Some(spelling) if self.extra.spelling(REPORTS) == REPORT => spelling.into(),
            _ => event_type.text().into_owned().into(),
        }
    }
}

/// Only a constructed event can have such a part.
const NO_PART: &str = "the data type or the report of the event is empty or contains a dot or a control \
    character";

/// Only a constructed alert can be of this rule.
const NO_ALERT: &str = "an alert of the rule `AccountCategoriesUpdated` is an event: \
    `Event::AccountCategoriesUpdated`";

impl Serialize for Webhook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_format(&serializer)?;
        let extra = &self.extra;
        let mut map = serializer.serialize_map(None)?;
        let header = alert_header(&self.event);
        let mut written = Vec::new();
        if let Some(header) = &header {
            if EventType::of_rule(&header.rule_type) != self.event_type() {
                return Err(S::Error::custom(NO_ALERT));
            }
            let id = extra.spelling(ALERT_ID.wire);
            map.serialize_entry(id, &self.id)?;
            header.write(&mut map, extra)?;
            if !extra.is_empty() {
                written = written_names(&**header, extra);
            }
            written.push(id);
        } else {
            let name = self.wire_name();
            if EventType::of_event(&name) != self.event_type() {
                return Err(S::Error::custom(NO_PART));
            }
            let event_type = extra.spelling(EVENT_TYPE.wire);
            map.serialize_entry(ID.wire, &self.id)?;
            map.serialize_entry(event_type, &name)?;
            written.extend([ID.wire, event_type]);
        }
        if let Some(date) = &self.generated_date {
            map.serialize_entry(GENERATED_DATE.wire, date)?;
            written.push(GENERATED_DATE.wire);
        }
        // An alert or an unknown event may have been sent without.
        let is_optional = header.is_some() || matches!(self.event, Event::Unknown(_));
        if !is_optional || !self.event.is_empty() {
            let content = if header.is_some() { DATA } else { PAYLOAD };
            let content = extra.spelling(content.wire);
            map.serialize_entry(content, &ContentOf(&self.event))?;
            written.push(content);
        }
        extra.write(&mut map, |name| written.contains(&name))?;
        map.end()
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Webhook {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let event = Event::arbitrary(u)?;
        let names = if alert_header(&event).is_some() {
            alert_names()
        } else {
            vec![ID, EVENT_TYPE, GENERATED_DATE, PAYLOAD]
        };
        Ok(Self {
            id: u.arbitrary()?,
            generated_date: u.arbitrary()?,
            event,
            extra: Extra::arbitrary_beside(u, &names)?,
        })
    }
}
