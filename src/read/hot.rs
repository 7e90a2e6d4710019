//! The hot reader: a single pass over the body, directly into the payload if the event type precedes
//! it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::{Body, Header, is_respelled, needs_no_payload};
use crate::event::{Event, EventType, HotEvent, UnknownEvent};
use crate::payload::KeySeed;
use crate::value::{EventId, Extra, RawJson, Text, Timestamp, give_up};

/// Reads a body. Returns `None` if there is anything in it that is not as documented.
pub(super) fn body(json: &str) -> Option<Body> {
    let top = top(json, true)?;
    let event = match top.payload {
        Some(Payload::Typed(event)) => event,
        Some(Payload::Raw(raw)) => read(&top.event_type, raw)?,
        None => Event::Unknown(UnknownEvent::new(&top.event_type).ok()?),
    };
    Some(Body {
        id: top.id,
        generated_date: top.generated_date.map(|date| Timestamp::from(&*date)),
        event,
        extra: Extra::new(),
    })
}

/// Reads a payload that precedes the event type.
fn read(event_type: &str, payload: &RawValue) -> Option<Event> {
    if let EventType::Unknown(event_type) = EventType::of_event(event_type) {
        return Some(Event::Unknown(UnknownEvent {
            event_type,
            payload: Some(RawJson::from(payload.to_owned())),
        }));
    }
    HotEvent(EventType::of_event(event_type))
        .deserialize(&mut Deserializer::from_str(payload.get()))
        .ok()
}

/// Reads a body except for its payload.
pub(super) fn header(json: &str) -> Option<Header<'_>> {
    let top = top(json, false)?;
    let payload = match top.payload {
        Some(Payload::Raw(raw)) => Some(raw),
        _ if needs_no_payload(&top.event_type) => None,
        _ => return None,
    };
    Some(Header {
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
    payload: Option<Payload<'a>>,
}

enum Payload<'a> {
    Typed(Event),
    Raw(&'a RawValue),
}

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

        while let Some(key) = map.next_key_seed(KeySeed(|key: &str| match key {
            "id" => Some(Key::Id),
            "eventType" => Some(Key::EventType),
            "generatedDate" => Some(Key::GeneratedDate),
            "payload" => Some(Key::Payload),
            _ => None,
        }))? {
            match key {
                Key::Id => once(&mut id, || map.next_value())?,
                Key::EventType => once(&mut event_type, || map.next_value())?,
                Key::GeneratedDate => {
                    once(&mut generated_date, || map.next_value::<Option<Text<'_>>>())?;
                }
                Key::Payload => once(&mut payload, || match &event_type {
                    Some(Text(event_type)) if self.typed => map
                        .next_value_seed(HotEvent(EventType::of_event(event_type)))
                        .map(Payload::Typed),
                    _ => map.next_value().map(Payload::Raw),
                })?,
            }
        }

        let Text(event_type) = event_type.ok_or_else(give_up)?;
        if is_respelled(&event_type) {
            return Err(give_up());
        }
        Ok(Top {
            id: id.ok_or_else(give_up)?,
            event_type,
            generated_date: generated_date.flatten().map(|Text(date)| date),
            payload,
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
