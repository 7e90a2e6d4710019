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
        let text = match text
            .split_once('{')
            .map(|(before, rest)| (before, rest.split_once('}')))
        {
            Some((_, Some(("productIdentifier", _)))) => ProductRead::arbitrary(u)?.to_string(),
            Some((before, Some((name, after)))) => {
                let known = match name {
                    "dataType" => u.choose(DataType::KNOWN)?.as_str(),
                    "report" => u.choose(ReportType::KNOWN)?.as_str(),
                    _ => "part",
                };
                let part = part(u)?;
                let part = if part.is_empty() { known } else { &part };
                format!("{before}{part}{after}")
            }
            _ => text.to_owned(),
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
                part(u)?.replace('*', "")
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
        let (key, value) = (part(u)?, part(u)?);
        format!("{key}:{value}")
            .parse()
            .or_else(|_| "key:value".parse())
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

fn part(u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = u.arbitrary::<String>()?;
    text.retain(|c| c != '.' && !c.is_control());
    Ok(text)
}
