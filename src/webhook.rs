//! [`Webhook`]: an event in its envelope, read in one pass and written back.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::body::{Body, FromBody, Raw};
use crate::error::Error;
use crate::event::{Event, EventType, PayloadOf, UnknownEvent};
use crate::legacy::{self, AlertFields};
use crate::value::{DataType, EventId, RawJson, Timestamp};

/// A webhook: an event, with the id and the date that Codat gave it.
///
/// From a raw body it is made by [`from_slice`] or [`from_str`], whose errors say what is wrong and
/// where. It implements `Deserialize` too, so that a framework's JSON extractor can make it, with
/// that framework's errors; the format has to be JSON by way of `serde_json`, its `Value` included.
/// In a type of your own it is a field like any other, but does not work within serde's `flatten`,
/// `untagged` and `tag`, whose buffer takes no raw JSON: keep the body as a `RawValue` there, and
/// hand that to [`from_str`].
///
/// A `serde_json::Value` keeps neither the digits of numbers nor white space, so neither does a
/// webhook on its way through one: amounts may be rounded, unless `serde_json` has the feature
/// `arbitrary_precision`.
///
/// `serde_json::to_vec` and its like write the webhook back: what is modelled comes out as it came
/// in, in the order in which Codat sends it. Two things made by hand are errors: an event with a data
/// type that makes no event type (`a.b`), and an [`Event::Alert`] of the rule
/// `AccountCategoriesUpdated`, which is [`Event::AccountCategoriesUpdated`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Webhook {
    /// The event's id: one for each event, the same over all attempts to deliver it.
    pub id: EventId,
    /// When Codat generated the event; documented as UTC
    /// (see [`Timestamp::assume_utc`]).
    pub generated_date: Option<Timestamp>,
    /// What happened.
    pub event: Event,
    /// The event type's text, where it came in another spelling than the table's.
    spelling: Option<Box<str>>,
}

/// Reads the body of a webhook.
///
/// A UTF-8 byte-order mark before it and white space around it are fine.
///
/// # Errors
///
/// [`Error`] when the body is not one JSON value in UTF-8, is no event, or is a known event whose
/// payload does not fit. Never because of an event type, a field or a value of an open vocabulary
/// that this version does not know.
///
/// ```
/// use codat_webhooks::{ConnectionStatus, Event, from_slice};
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
///     other => println!("{} is for another service", other.event_type()),
/// }
/// # Ok::<(), codat_webhooks::Error>(())
/// ```
pub fn from_slice(body: &[u8]) -> Result<Webhook, Error> {
    // Checked here once, for all fields, also those that are skipped.
    from_str(std::str::from_utf8(body).map_err(|error| Error::utf8(body, error))?)
}

/// Reads the body of a webhook from text. See [`from_slice`].
///
/// # Errors
///
/// As for [`from_slice`].
pub fn from_str(body: &str) -> Result<Webhook, Error> {
    let json = strip_bom(body);
    match Body::<Read<&RawValue>>::read(json) {
        Ok(read) => Ok(read.webhook),
        Err(error) => Err(Error::find(body, error)),
    }
}

/// The body without a byte-order mark.
pub(crate) fn strip_bom(body: &str) -> &str {
    body.strip_prefix('\u{feff}').unwrap_or(body)
}

impl Webhook {
    /// Makes a webhook, for tests: without a date, which can be set.
    ///
    /// ```
    /// use codat_webhooks::{Company, CompanyId, Event, EventId, Timestamp, Webhook};
    ///
    /// let company: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
    /// let id: EventId = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11".parse()?;
    /// let mut webhook = Webhook::new(id, Event::CompanyCreated(Company::new(company).into()));
    /// webhook.generated_date = Some(Timestamp::from("2025-03-14T09:26:53Z"));
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
            spelling: None,
        }
    }

    /// The type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.event.event_type()
    }

    /// The text of the event type in the spelling that came, which is also written back. The same
    /// as that of [`event_type`](Self::event_type) but for events that Codat spells in two ways.
    #[must_use]
    pub fn wire_name(&self) -> Cow<'_, str> {
        let event_type = self.event_type();
        match &self.spelling {
            Some(spelling) if event_type == **spelling => Cow::Borrowed(spelling),
            _ => event_type.as_str().into_owned().into(),
        }
    }
}

/// A webhook, read from a body in which what has to wait is kept as `R`.
struct Read<R> {
    webhook: Webhook,
    raw: PhantomData<R>,
}

/// A payload, typed where the event type came before it.
enum Payload<R> {
    Typed(Event),
    Raw(R),
}

impl<'de, R: Raw<'de>> FromBody<'de> for Read<R> {
    type Payload = Payload<R>;
    type Raw = R;

    #[inline]
    fn read_payload<A: MapAccess<'de>>(
        event_type: Option<&str>,
        map: &mut A,
    ) -> Result<Payload<R>, A::Error> {
        match event_type.map(EventType::of_event) {
            Some(event_type) => map.next_value_seed(event_type).map(Payload::Typed),
            None => map.next_value().map(Payload::Raw),
        }
    }

    #[inline]
    fn from_event<E: de::Error>(
        id: EventId,
        event_type: Cow<'de, str>,
        generated_date: Option<Cow<'de, str>>,
        payload: Option<Payload<R>>,
    ) -> Result<Self, E> {
        let event = match payload {
            Some(Payload::Typed(event)) => event,
            Some(Payload::Raw(payload)) => match EventType::of_event(&event_type) {
                EventType::Unknown(event_type) => Event::Unknown(UnknownEvent {
                    event_type,
                    payload: Some(RawJson::from(payload.into_boxed())),
                }),
                known => known
                    .deserialize(&mut serde_json::Deserializer::from_str(
                        payload.as_raw().get(),
                    ))
                    .map_err(E::custom)?,
            },
            None => UnknownEvent::new(&event_type)
                .map(Event::Unknown)
                .ok_or_else(|| E::missing_field("payload"))?,
        };
        let webhook = Webhook {
            id,
            generated_date: generated_date.map(|date| Timestamp::from(&*date)),
            event,
            spelling: EventType::is_alias(&event_type).then(|| event_type.into()),
        };
        Ok(Self {
            webhook,
            raw: PhantomData,
        })
    }

    fn from_alert<E: de::Error>(alert: AlertFields<R>) -> Result<Self, E> {
        let (id, event) = alert.read().map_err(|fault| E::custom(fault.error))?;
        Ok(Self {
            webhook: Webhook::new(id, event),
            raw: PhantomData,
        })
    }
}

impl<'de> Deserialize<'de> for Webhook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A reader or a `Value` has no text to borrow from.
        let read = Body::<Read<Box<RawValue>>>::new().deserialize(deserializer)?;
        Ok(read.webhook)
    }
}

/// Only an event made by hand can have such a data type.
const NO_DATA_TYPE: &str = "a data type that is empty, or has a dot or a control character, makes no \
    event type of a write event";

impl Serialize for Webhook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.event {
            Event::Alert(alert) => return alert.write(self.id, serializer),
            Event::AccountCategoriesUpdated(event) => {
                if let Some(alert) = &event.alert {
                    let name = match legacy::event_type(&alert.rule_type) {
                        EventType::AccountCategoriesUpdated => &alert.rule_type,
                        _ => legacy::ACCOUNT_CATEGORIES_UPDATED,
                    };
                    return alert.write(self.id, name, Some(event), serializer);
                }
            }
            _ => {}
        }
        let name = self.wire_name();
        if matches!(self.event.data_type(), Some(DataType::Other(_)))
            && !self.event_type().is_named(&name)
        {
            return Err(S::Error::custom(NO_DATA_TYPE));
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("eventType", &name)?;
        if let Some(date) = &self.generated_date {
            map.serialize_entry("generatedDate", date)?;
        }
        if !matches!(&self.event, Event::Unknown(unknown) if unknown.payload.is_none()) {
            map.serialize_entry("payload", &PayloadOf(&self.event))?;
        }
        map.end()
    }
}
