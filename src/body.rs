//! The top level of a body, read in one pass: the current envelope or the legacy one.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::event::EventType;
use crate::legacy::{AlertFields, AlertKey};
use crate::value::EventId;

/// What a body is read into.
pub(crate) trait FromBody<'de>: Sized {
    /// The payload, as far as it is read on the way.
    type Payload;
    /// What has to wait until more is known.
    type Raw: Raw<'de>;

    /// Reads the payload, given the event type where that came first.
    fn read_payload<A: MapAccess<'de>>(
        event_type: Option<&str>,
        map: &mut A,
    ) -> Result<Self::Payload, A::Error>;

    /// Takes a body in the current envelope. An unknown event alone may come without a payload.
    fn from_event<E: Error>(
        id: EventId,
        event_type: Cow<'de, str>,
        generated_date: Option<Cow<'de, str>>,
        payload: Option<Self::Payload>,
    ) -> Result<Self, E>;

    /// Takes a body in the legacy envelope.
    fn from_alert<E: Error>(alert: AlertFields<Self::Raw>) -> Result<Self, E>;
}

/// The top level of a body, as the seed of what it is read into.
pub(crate) struct Body<T>(PhantomData<fn() -> T>);

impl<T> Body<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }

    /// Reads a body that is in memory.
    pub(crate) fn read<'de>(json: &'de str) -> serde_json::Result<T>
    where
        T: FromBody<'de>,
    {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let body = Self::new().deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(body)
    }
}

impl<'de, T: FromBody<'de>> DeserializeSeed<'de> for Body<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// A body of which the top level alone is read, and the payload borrowed.
pub(crate) enum Whole<'de> {
    Event {
        id: EventId,
        event_type: Cow<'de, str>,
        generated_date: Option<Cow<'de, str>>,
        payload: Option<&'de RawValue>,
    },
    Alert(AlertFields<&'de RawValue>),
}

impl<'de> FromBody<'de> for Whole<'de> {
    type Payload = &'de RawValue;
    type Raw = &'de RawValue;

    fn read_payload<A: MapAccess<'de>>(
        _: Option<&str>,
        map: &mut A,
    ) -> Result<&'de RawValue, A::Error> {
        map.next_value()
    }

    #[inline]
    fn from_event<E: Error>(
        id: EventId,
        event_type: Cow<'de, str>,
        generated_date: Option<Cow<'de, str>>,
        payload: Option<&'de RawValue>,
    ) -> Result<Self, E> {
        Ok(Self::Event {
            id,
            event_type,
            generated_date,
            payload,
        })
    }

    fn from_alert<E: Error>(alert: AlertFields<&'de RawValue>) -> Result<Self, E> {
        Ok(Self::Alert(alert))
    }
}

/// JSON text kept for later: borrowed from the body where that is in memory, else owned.
pub(crate) trait Raw<'de>: Deserialize<'de> {
    fn as_raw(&self) -> &RawValue;
    fn into_boxed(self) -> Box<RawValue>;
}

impl<'de> Raw<'de> for &'de RawValue {
    fn as_raw(&self) -> &RawValue {
        self
    }

    fn into_boxed(self) -> Box<RawValue> {
        self.to_owned()
    }
}

impl Raw<'_> for Box<RawValue> {
    fn as_raw(&self) -> &RawValue {
        self
    }

    fn into_boxed(self) -> Box<RawValue> {
        self
    }
}

impl<'de, T: FromBody<'de>> Visitor<'de> for Body<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        let mut event_type = None;
        let mut generated_date = None;
        let mut payload = None;
        let mut alert: Option<Box<AlertFields<T::Raw>>> = None;

        while let Some(key) = map.next_key()? {
            match key {
                Key::Id => once(&mut id, "id", || map.next_value())?,
                Key::EventType => once(&mut event_type, "eventType", || {
                    map.next_value::<Text<'_>>()
                })?,
                Key::GeneratedDate => once(&mut generated_date, "generatedDate", || {
                    map.next_value::<Option<Text<'_>>>()
                })?,
                Key::Payload => once(&mut payload, "payload", || {
                    T::read_payload(event_type.as_ref().map(|Text(text)| &**text), &mut map)
                })?,
                // Extra keys of an event, or the fields of an alert: the other keys will tell.
                Key::Alert(key) => alert.get_or_insert_default().push(key, map.next_value()?),
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }

        // Keys of an alert beside those of an event are extra keys.
        if let Some(alert) = alert {
            let no_event = id.is_none() && payload.is_none();
            let rule_type = event_type.as_ref().map(|Text(text)| &**text);
            if no_event || rule_type.is_none() {
                if let Some(alert) = alert.complete(rule_type)? {
                    return T::from_alert(alert);
                }
            }
        }
        let id = id.ok_or_else(|| A::Error::missing_field("id"))?;
        let Text(event_type) = event_type.ok_or_else(|| A::Error::missing_field("eventType"))?;
        if payload.is_none() && EventType::of_event(&event_type).is_known() {
            return Err(A::Error::missing_field("payload"));
        }
        let generated_date = generated_date.flatten().map(|Text(text)| text);
        T::from_event(id, event_type, generated_date, payload)
    }
}

/// Reads a value into its place, or fails where the key came before: two readers that pick
/// different copies are a way around a check.
#[inline]
fn once<T, E: Error>(
    place: &mut Option<T>,
    key: &'static str,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<(), E> {
    if place.is_some() {
        return Err(E::duplicate_field(key));
    }
    *place = Some(read()?);
    Ok(())
}

/// A key of the top level.
pub(crate) enum Key {
    Id,
    EventType,
    GeneratedDate,
    Payload,
    Alert(AlertKey),
    Other,
}

impl From<&str> for Key {
    #[inline]
    fn from(key: &str) -> Self {
        match key {
            "id" => Self::Id,
            // Older bodies say `type`.
            "eventType" | "type" => Self::EventType,
            "generatedDate" => Self::GeneratedDate,
            "payload" => Self::Payload,
            _ => AlertKey::from_wire(key).map_or(Self::Other, Self::Alert),
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            #[inline]
            fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                Ok(Key::from(key))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// Text, borrowed where the body allows it.
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}
