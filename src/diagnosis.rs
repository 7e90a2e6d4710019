//! The second, slower read of a bad body: which event it is, what is wrong, and where.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment, Track};

use crate::body::{Body, Key, Whole};
use crate::error::ErrorKind;
use crate::event::EventType;
use crate::legacy::{self, AlertField};
use crate::value::{EventId, NOT_A_UUID, TAG_TWICE};
use crate::webhook::strip_bom;

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) struct Fault<'a> {
    pub(crate) kind: ErrorKind,
    /// Empty where no single field is wrong.
    pub(crate) path: String,
    /// The part of the body in which the error counts lines and columns.
    pub(crate) part: &'a str,
    pub(crate) error: serde_json::Error,
}

impl<'a> Fault<'a> {
    pub(crate) fn of(json: &'a str) -> Option<Self> {
        let (kind, path, part, error) = match serde_json::from_str::<IgnoredAny>(json) {
            Err(error) => (ErrorKind::Json, String::new(), json, error),
            Ok(_) => match track(Body::<Whole<'a>>::new(), json) {
                Err((path, error)) => (ErrorKind::Envelope, path, json, error),
                Ok(Whole::Event {
                    event_type,
                    payload,
                    ..
                }) => {
                    let part = payload?.get();
                    let (path, error) = track(EventType::of_event(&event_type), part).err()?;
                    (ErrorKind::Payload, join("payload", &path), part, error)
                }
                Ok(Whole::Alert(alert)) => {
                    let fault = alert.read().err()?;
                    // An alert is flat: all but what makes it an event is its payload.
                    let kind = match fault.field {
                        AlertField::AlertId | AlertField::RuleType => ErrorKind::Envelope,
                        _ => ErrorKind::Payload,
                    };
                    let field = alert.get(fault.field);
                    let part = field.map_or(json, |(_, value)| value.get());
                    (kind, fault.path, part, fault.error)
                }
            },
        };
        Some(Self {
            kind,
            path,
            part,
            error,
        })
    }

    /// The line and the column in the body that the part is a slice of.
    pub(crate) fn position_in(&self, body: &str) -> (usize, usize) {
        let start = (self.part.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
        let (line, column) = position(body.get(..start).unwrap_or_default());
        let inner = self.error.column();
        match self.error.line() {
            // The parser points at the end of what it has read, which may be nothing yet. An error
            // without a position is about the part as a whole.
            0 | 1 => (line, column.saturating_add(inner).max(1)),
            further => (line.saturating_add(further).saturating_sub(1), inner.max(1)),
        }
    }
}

/// The line, counted from 1, and the bytes in it, at the end of a text.
pub(crate) fn position(text: &str) -> (usize, usize) {
    let line = text.split('\n').count();
    let column = text.rsplit('\n').next().unwrap_or_default().len();
    (line, column)
}

/// Reads JSON text, and finds the path to what does not fit.
pub(crate) fn track<'de, S: DeserializeSeed<'de>>(
    seed: S,
    json: &'de str,
) -> Result<S::Value, (String, serde_json::Error)> {
    let mut track = Track::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    seed.deserialize(serde_path_to_error::Deserializer::new(
        &mut deserializer,
        &mut track,
    ))
    .map_err(|error| {
        (
            join(&render(&track.path()), named_field(&message(&error))),
            error,
        )
    })
}

/// The path as it is written in an error, on one line whatever the keys are.
fn render(path: &Path) -> String {
    path.iter()
        .fold(String::new(), |path, segment| match segment {
            Segment::Seq { index } => join(&path, &format!("[{index}]")),
            // A tag may be called anything, at any length.
            Segment::Map { key } => join(&path, &OneLine(cut(key, 64)).to_string()),
            Segment::Enum { .. } | Segment::Unknown => path,
        })
}

pub(crate) fn join(path: &str, rest: &str) -> String {
    let dot = if path.is_empty() || rest.is_empty() || rest.starts_with('[') {
        ""
    } else {
        "."
    };
    format!("{path}{dot}{rest}")
}

const NAMED_FIELD: [&str; 2] = ["missing field `", "duplicate field `"];

/// A field that is missing or comes twice is no part of the path, which ends at its object: serde
/// tells its name in the message alone. No other message begins like that.
fn named_field(message: &str) -> &str {
    NAMED_FIELD
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next())
        .unwrap_or_default()
}

/// The message of an error without its position.
fn message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message
        .strip_suffix(&position)
        .unwrap_or(&message)
        .to_owned()
}

/// What serde says that it found, before it quotes it, in JSON's own terms.
const FOUND: [(&str, &str); 10] = [
    ("boolean", "a boolean"),
    ("integer", "a number"),
    ("floating point", "a number"),
    ("number", "a number"),
    ("string", "a string"),
    ("null", "null"),
    ("sequence", "an array"),
    ("map", "an object"),
    (NOT_A_UUID, NOT_A_UUID),
    (TAG_TWICE, TAG_TWICE),
];

/// The message of an error without the values that it quotes.
pub(crate) fn describe(error: &serde_json::Error) -> String {
    let message = message(error);
    // The parser's own messages, and those that name one of our fields, quote nothing.
    if error.classify() != Category::Data || !named_field(&message).is_empty() {
        return message;
    }
    // `invalid type: string "...", expected ...`: what is expected is ours and comes last.
    message
        .rsplit_once(", expected ")
        .and_then(|(found, expected)| {
            let (problem, found) = found.split_once(": ")?;
            let found = FOUND.iter().find(|(start, _)| found.starts_with(start));
            let found = found.map_or("another value", |(_, found)| found);
            let expected = expected.replace("a sequence", "an array");
            Some(format!("{problem}: {found}, expected {expected}"))
        })
        .unwrap_or_else(|| "invalid value".to_owned())
}

/// Which event a body is, as far as it can be read.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) id: Option<EventId>,
    pub(crate) event_type: Option<EventType>,
}

impl Found {
    pub(crate) fn of(body: &str) -> Self {
        let mut seen = Seen::default();
        for (key, value) in members(strip_bom(body)) {
            let place = match Key::from(&*key) {
                Key::Id => &mut seen.id,
                Key::EventType => &mut seen.event_type,
                Key::Payload => &mut seen.payload,
                Key::Alert(key) if key.field == AlertField::AlertId => &mut seen.alert_id,
                Key::Alert(key) if key.field == AlertField::RuleType => &mut seen.rule_type,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        seen.found()
    }
}

/// The values of the keys that tell which event a body is.
#[derive(Default)]
struct Seen<'a> {
    id: Option<&'a RawValue>,
    event_type: Option<&'a RawValue>,
    payload: Option<&'a RawValue>,
    alert_id: Option<&'a RawValue>,
    rule_type: Option<&'a RawValue>,
}

impl Seen<'_> {
    /// An event's own keys tell more than those of an alert, which may be extra keys.
    fn found(&self) -> Found {
        fn read<T: DeserializeOwned>(value: Option<&RawValue>) -> Option<T> {
            serde_json::from_str(value?.get()).ok()
        }

        let rule_type = || read(self.rule_type).map(|text: String| legacy::event_type(&text));
        let event_type = read(self.event_type).map(|text: String| {
            if self.is_alert() {
                legacy::event_type(&text)
            } else {
                EventType::of_event(&text)
            }
        });
        Found {
            id: read(self.id).or_else(|| read(self.alert_id)),
            event_type: event_type.or_else(rule_type),
        }
    }

    /// Whether the key of an event's type has the rule type of an alert.
    fn is_alert(&self) -> bool {
        let event = self.id.or(self.payload).or(self.rule_type);
        self.alert_id.is_some() && event.is_none()
    }
}

/// The fields of the top level; of text that is no JSON object, those before that shows.
pub(crate) fn members(json: &str) -> Vec<(String, &RawValue)> {
    struct Members<'a, 'de>(&'a mut Vec<(String, &'de RawValue)>);

    impl<'de> Visitor<'de> for Members<'_, 'de> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(member) = map.next_entry()? {
                self.0.push(member);
            }
            Ok(())
        }
    }

    let mut members = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    // Fails where the text does; what came before is there.
    let _ = serde::Deserializer::deserialize_map(&mut deserializer, Members(&mut members));
    members
}

/// `(event company.created, id ...)`, as far as found.
pub(crate) struct Header<'a>(pub(crate) &'a Found);

impl fmt::Display for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event_type = self.0.event_type.as_ref().map(EventType::as_str);
        // A product may be called anything, at any length.
        let event_type = event_type.as_deref().map(|text| OneLine(cut(text, 200)));
        match (event_type, self.0.id) {
            (Some(event_type), Some(id)) => write!(f, " (event {event_type}, id {id})"),
            (Some(event_type), None) => write!(f, " (event {event_type})"),
            (None, Some(id)) => write!(f, " (event id {id})"),
            (None, None) => Ok(()),
        }
    }
}

/// The beginning of a text, of so many characters.
fn cut(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Text with its control characters escaped.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                write!(f, "{}", c.escape_default())
            } else {
                write!(f, "{c}")
            }
        })
    }
}
