//! The slow reader: from raw members, field by field.

use std::str::Utf8Error;

use serde_json::value::RawValue;

use super::error::{Context, Problem, position};
use super::{Error, ErrorKind, needs_no_payload, strip_bom};
use crate::envelope::Envelope;
use crate::event::{Event, EventType, REPORT, REPORTS, UnknownEvent, from_alert};
use crate::json::{FieldError, Fields, Members, Name, RawJson};
use crate::legacy::{ALERT_ID, AlertHeader, DATA, RULE_TYPE};
use crate::value::{EventId, Timestamp};
use crate::webhook::{
    EVENT_TYPE, EVENT_TYPE_ALONE, GENERATED_DATE, ID, PAYLOAD, Webhook, alert_names,
};

/// An error in a field, and the kind of the error for the body.
type Failure<'a> = (ErrorKind, FieldError<'a>);

/// Reads a body.
pub(super) fn webhook(text: &str) -> Result<Webhook, Error> {
    with_members(text, |mut members, is_alert| {
        if is_alert {
            let (id, header) = alert_header(&mut members)?;
            let generated_date = members.optional(GENERATED_DATE);
            let event = from_alert(header, &mut members);
            return Ok(Webhook {
                id,
                generated_date,
                event,
                extra: members.take_extra(),
            });
        }
        let envelope = event_envelope(text, &mut members)?;
        let event = match (EventType::of_event(&envelope.event_type), envelope.payload) {
            (EventType::Unknown(event_type), payload) => Event::Unknown(UnknownEvent {
                event_type,
                payload: payload.map(|payload| RawJson::from(payload.to_owned())),
            }),
            (event_type, payload) => event_type
                .parse_slowly(payload.unwrap_or(RawValue::NULL))
                .map_err(|error| (ErrorKind::Payload, error.within(PAYLOAD.wire)))?,
        };
        Ok(Webhook {
            id: envelope.id,
            generated_date: envelope.generated_date.as_deref().map(Timestamp::from),
            event,
            extra: members.take_extra(),
        })
    })
}

/// Reads a body except for its payload.
pub(super) fn envelope(text: &str) -> Result<Envelope<'_>, Error> {
    with_members(text, |mut members, is_alert| {
        if !is_alert {
            return event_envelope(text, &mut members);
        }
        let (id, header) = alert_header(&mut members)?;
        Ok(Envelope {
            body: text,
            id,
            event_type: header.rule_type.into(),
            is_alert,
            generated_date: members.optional(GENERATED_DATE).map(String::into),
            payload: members.take_raw(DATA),
        })
    })
}

/// Reads the members of a body, and locates the error if there is one.
fn with_members<'a, T>(
    text: &'a str,
    read: impl FnOnce(Members<'a>, bool) -> Result<T, Failure<'a>>,
) -> Result<T, Error> {
    let json = strip_bom(text);
    let (members, error) = Members::parse(json);
    let is_alert = is_alert(&members);
    if error.is_some() {
        return Err(not_an_object(text, context(&members, is_alert)));
    }
    read(members, is_alert).map_err(|(kind, error)| {
        // `read` has taken the members.
        let context = context(&Members::parse(json).0, is_alert);
        let (line, column) = position_of(error.part, text);
        Error::new(
            kind,
            Problem::Field(error.kind),
            Some(error.path).filter(|path| !path.is_empty()),
            (line, column),
            context,
            None,
        )
    })
}

/// Returns `true` if the body is a legacy alert. Its keys can be extra keys of an event, and `id` and
/// `payload` extra keys of an alert.
fn is_alert(members: &Members<'_>) -> bool {
    let (id, alert_id) = (members.has(ID), members.has(ALERT_ID));
    let (rule_type, payload) = (members.has(RULE_TYPE), members.has(PAYLOAD));
    let is_event = if members.has_wire(EVENT_TYPE) {
        id || payload
    } else if members.has(EVENT_TYPE) {
        // Some alerts have the name of the rule in `type`.
        payload || (id && !alert_id)
    } else {
        !rule_type && (id || payload)
    };
    !is_event && (rule_type || alert_id)
}

/// Finds out which event a body is, for its error.
fn context(members: &Members<'_>, is_alert: bool) -> Context {
    if is_alert {
        return Context {
            id: members.peek(ALERT_ID),
            event_type: members
                .peek::<String>(RULE_TYPE)
                .or_else(|| members.peek(EVENT_TYPE))
                .map(|rule_type| EventType::of_rule(&rule_type)),
        };
    }
    Context {
        id: members.peek(ID),
        event_type: members
            .peek::<String>(event_type_name(members))
            .map(|event_type| EventType::of_event(&event_type)),
    }
}

/// A `type` counts if there is no `eventType`.
fn event_type_name(members: &Members<'_>) -> Name {
    if members.has_wire(EVENT_TYPE) {
        EVENT_TYPE_ALONE
    } else {
        EVENT_TYPE
    }
}

/// Reads the current envelope.
fn event_envelope<'a>(
    text: &'a str,
    members: &mut Members<'a>,
) -> Result<Envelope<'a>, Failure<'a>> {
    let in_envelope = |error| (ErrorKind::Envelope, error);
    for name in [ID, EVENT_TYPE, GENERATED_DATE, PAYLOAD] {
        for spelling in name.spellings() {
            members.reject_repeated(spelling).map_err(in_envelope)?;
        }
    }
    let id = members.required(ID).map_err(in_envelope)?;
    let name = event_type_name(members);
    let event_type: String = members.required(name).map_err(in_envelope)?;
    let generated_date: Option<String> = members.optional(GENERATED_DATE);
    let payload = members.take_raw(PAYLOAD);
    if payload.is_none() && !needs_no_payload(&event_type) {
        return Err(in_envelope(members.missing(PAYLOAD)));
    }
    if event_type.starts_with(REPORT) && EventType::of_event(&event_type).is_known() {
        members.record_spelling(REPORTS, REPORT);
    }
    Ok(Envelope {
        body: text,
        id,
        event_type: event_type.into(),
        is_alert: false,
        generated_date: generated_date.map(String::into),
        payload,
    })
}

/// Reads the envelope of an alert, except for its data.
fn alert_header<'a>(members: &mut Members<'a>) -> Result<(EventId, AlertHeader), Failure<'a>> {
    let in_envelope = |error| (ErrorKind::Envelope, error);
    for name in alert_names() {
        for spelling in name.spellings() {
            members.reject_repeated(spelling).map_err(in_envelope)?;
        }
    }
    let id = members.required(ALERT_ID).map_err(in_envelope)?;
    let header = AlertHeader::take_fields(members).map_err(in_envelope)?;
    members.drop_nulls(DATA);
    Ok((id, header))
}

/// Creates the error of a body that is not JSON, not an object, or an object with an odd key.
fn not_an_object(text: &str, context: Context) -> Error {
    let json = strip_bom(text);
    let raw = match serde_json::from_str::<&RawValue>(json) {
        Ok(raw) => raw,
        Err(error) => {
            let bom = text.len().saturating_sub(json.len());
            let column = error
                .column()
                .saturating_add(if error.line() <= 1 { bom } else { 0 });
            return Error::new(
                ErrorKind::Json,
                if error.is_eof() {
                    Problem::End
                } else {
                    Problem::Syntax
                },
                None,
                (error.line().max(1), column.max(1)),
                context,
                Some(error.into()),
            );
        }
    };
    let problem = Members::from_json(raw)
        .err()
        .map_or(Members::NON_UNICODE_KEY, |error| error.kind);
    let place = position_of(raw.get(), text);
    Error::new(
        ErrorKind::Envelope,
        Problem::Field(problem),
        None,
        place,
        context,
        None,
    )
}

/// The error of a body that is not UTF-8.
pub(super) fn not_utf8(body: &[u8], error: Utf8Error) -> Error {
    let valid = body.get(..error.valid_up_to()).unwrap_or_default();
    let valid = std::str::from_utf8(valid).unwrap_or_default();
    let (members, _) = Members::parse(strip_bom(valid));
    let context = context(&members, is_alert(&members));
    Error::new(
        ErrorKind::Json,
        Problem::Utf8,
        None,
        position(valid),
        context,
        Some(error.into()),
    )
}

/// Returns the position of a part of the body.
fn position_of(part: &str, body: &str) -> (usize, usize) {
    let start = (part.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
    position(body.get(..start).unwrap_or_default())
}
