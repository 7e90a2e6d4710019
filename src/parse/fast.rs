//! The fast reader: a single pass over the body, directly into the payload if the event type precedes
//! it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::{needs_no_payload, strip_bom};
use crate::envelope::Envelope;
use crate::event::{Event, EventType, FastEvent, REPORT, UnknownEvent};
use crate::json::{Extra, KeySeed, Name, Text, give_up};
use crate::legacy::{ALERT_ID, RULE_TYPE};
use crate::value::{EventId, Timestamp};
use crate::webhook::{EVENT_TYPE, Webhook};

/// Reads a body. Returns `None` if there is anything in it that is not as documented, other than
/// unknown fields.
pub(super) fn webhook(json: &str) -> Option<Webhook> {
    let top = top(json, true)?;
    let event = match top.payload {
        Some(Found::Event(event)) => event,
        // It precedes the event type.
        Some(Found::Raw(raw)) => FastEvent(EventType::of_event(&top.event_type))
            .deserialize(&mut Deserializer::from_str(raw.get()))
            .ok()?,
        None => Event::Unknown(UnknownEvent::new(&top.event_type).ok()?),
    };
    Some(Webhook {
        id: top.id,
        generated_date: top.generated_date.map(|date| Timestamp::from(&*date)),
        event,
        extra: top.extra,
    })
}

/// Reads a body except for its payload.
pub(super) fn envelope(body: &str) -> Option<Envelope<'_>> {
    let top = top(strip_bom(body), false)?;
    let payload = match top.payload {
        Some(Found::Raw(raw)) => Some(raw),
        _ if needs_no_payload(&top.event_type) => None,
        _ => return None,
    };
    Some(Envelope {
        body,
        id: top.id,
        event_type: top.event_type,
        is_alert: false,
        generated_date: top.generated_date,
        payload,
    })
}

fn top(json: &str, typed: bool) -> Option<Top<'_>> {
    let mut deserializer = Deserializer::from_str(json);
    let top = deserializer.deserialize_map(TopVisitor { typed }).ok()?;
    deserializer.end().ok()?;
    Some(top)
}

/// The current envelope.
struct Top<'a> {
    id: EventId,
    event_type: Cow<'a, str>,
    generated_date: Option<Cow<'a, str>>,
    payload: Option<Found<'a>>,
    extra: Extra,
}

/// The payload, or its text if the event type follows it.
enum Found<'a> {
    Event(Event),
    Raw(&'a RawValue),
}

/// Fields that make a body one for the slow reader: another spelling of the event type, an alert.
const FOR_SLOW: &[Name] = &[EVENT_TYPE, ALERT_ID, RULE_TYPE];

struct TopVisitor {
    /// Whether the payload is to be read into its type.
    typed: bool,
}

enum Key {
    Id,
    EventType,
    GeneratedDate,
    Payload,
}

impl<'de> Visitor<'de> for TopVisitor {
    type Value = Top<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top<'de>, A::Error> {
        let mut id = None;
        let mut event_type: Option<Text<'de>> = None;
        let mut generated_date = None;
        let mut payload = None;

        let mut unknown = Extra::new();

        while let Some(key) = map.next_key_seed(KeySeed(&mut unknown, |key: &str| match key {
            "id" => Some(Key::Id),
            "eventType" => Some(Key::EventType),
            "generatedDate" => Some(Key::GeneratedDate),
            "payload" => Some(Key::Payload),
            _ => None,
        }))? {
            let Some(key) = key else {
                unknown.parse_value(&mut map, FOR_SLOW)?;
                continue;
            };
            match key {
                Key::Id => once(&mut id, || map.next_value())?,
                Key::EventType => once(&mut event_type, || map.next_value())?,
                Key::GeneratedDate => {
                    once(&mut generated_date, || map.next_value::<Option<Text<'_>>>())?;
                }
                Key::Payload => once(&mut payload, || match &event_type {
                    Some(Text(event_type)) if self.typed => map
                        .next_value_seed(FastEvent(EventType::of_event(event_type)))
                        .map(Found::Event),
                    _ => map.next_value().map(Found::Raw),
                })?,
            }
        }

        let Text(event_type) = event_type.ok_or_else(give_up)?;
        if event_type.starts_with(REPORT) {
            return Err(give_up());
        }
        Ok(Top {
            id: id.ok_or_else(give_up)?,
            event_type,
            generated_date: generated_date.flatten().map(|Text(date)| date),
            payload,
            extra: unknown,
        })
    }
}

/// Reads a value into its place, and gives up if the key was there before.
#[inline]
fn once<T, E: Error>(place: &mut Option<T>, read: impl FnOnce() -> Result<T, E>) -> Result<(), E> {
    if place.is_some() {
        return Err(give_up());
    }
    *place = Some(read()?);
    Ok(())
}
