//! `arbitrary::Arbitrary` for event types and what selects them.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::parts::{Outcome, ProductRead, ReadScope};
use super::pattern::EventPattern;
use super::tag_filter::TagFilter;
use super::{Event, EventType, UnknownEvent};
use crate::value::{DataType, ReportType};

impl<'a> Arbitrary<'a> for ReadScope {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(&Self::ALL).copied()
    }
}

impl<'a> Arbitrary<'a> for Outcome {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(&[Self::Successful, Self::Unsuccessful]).copied()
    }
}

impl<'a> Arbitrary<'a> for ProductRead {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut product = String::arbitrary(u)?;
        product.retain(|c| !c.is_control());
        let scope = u.arbitrary()?;
        Self::new(&product, scope)
            .or_else(|_| Self::new("product", scope))
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for UnknownEvent {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut event = Self::new(&String::arbitrary(u)?)
            .or_else(|_| Self::new("unknown.event"))
            .map_err(|_| arbitrary::Error::IncorrectFormat)?;
        event.payload = u.arbitrary()?;
        Ok(event)
    }
}

/// An event of any type in the table, an alert, or an unknown event.
impl<'a> Arbitrary<'a> for Event {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let text = match u.choose_index(EventType::TEXTS.len().saturating_add(2))? {
            0 => return Ok(Self::Alert(u.arbitrary()?)),
            1 => return Ok(Self::Unknown(u.arbitrary()?)),
            index => {
                let text = EventType::TEXTS.get(index.saturating_sub(2));
                text.copied().unwrap_or_default()
            }
        };
        let family = text.split_once('{').and_then(|(before, rest)| {
            let (name, after) = rest.split_once('}')?;
            Some((before, name, after))
        });
        let text = match family {
            None => text.to_owned(),
            Some((_, "productIdentifier", _)) => ProductRead::arbitrary(u)?.to_string(),
            Some((before, name, after)) => {
                let part = match name {
                    "dataType" => segment(DataType::arbitrary(u)?.as_str()),
                    "report" => segment(ReportType::arbitrary(u)?.as_str()),
                    _ => segment(u.arbitrary()?),
                };
                let part = if part.is_empty() { "part" } else { &part };
                format!("{before}{part}{after}")
            }
        };
        EventType::of_event(&text).generate(u)
    }
}

impl<'a> Arbitrary<'a> for EventType {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Event::arbitrary(u)?.event_type())
    }
}

impl<'a> Arbitrary<'a> for EventPattern {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut parts = vec![];
        while parts.is_empty() || u.arbitrary()? {
            parts.push(if u.arbitrary()? {
                "*".to_owned()
            } else {
                segment(u.arbitrary()?).replace('*', "")
            });
        }
        parts.retain(|part| !part.is_empty());
        let pattern = parts.join(".");
        let pattern = if pattern.is_empty() { "*" } else { &pattern };
        pattern
            .parse()
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for TagFilter {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (key, value) = (segment(u.arbitrary()?), segment(u.arbitrary()?));
        format!("{key}:{value}")
            .parse()
            .or_else(|_| "key:value".parse())
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

/// Returns what of a text can be a single part of an event type.
fn segment(text: &str) -> String {
    let can_be = |c: &char| *c != '.' && !c.is_control();
    text.chars().filter(can_be).collect()
}
