//! `arbitrary::Arbitrary` for the types that no macro declares.
//!
//! The values are those that reading can yield, so that writing and reading them is a round trip.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::event::{
    Event, EventPattern, EventType, Outcome, ProductRead, ReadScope, ReportName, TagFilter,
    UnknownEvent, segment,
};
use crate::legacy::{ALERT_ID, Alert, DATA, Rule, RuleType};
use crate::payload::{AlertHeader, Fields};
use crate::read::{EVENT_TYPE, GENERATED_DATE, ID, PAYLOAD};
use crate::value::{
    Amount, EventId, Extra, Name, RawJson, StatusCode, Tags, Timestamp, arbitrary_value,
};
use crate::webhook::Webhook;

/// Returns `true` in one of eight cases.
///
/// Unlike `Unstructured::ratio`, returns `false` when the bytes are exhausted, so that loops end.
fn one_in_eight(u: &mut Unstructured<'_>) -> Result<bool> {
    Ok(u8::arbitrary(u)? % 8 == 7)
}

impl Extra {
    /// Returns extra fields for an object with fields of the given names.
    pub(crate) fn arbitrary_beside(u: &mut Unstructured<'_>, names: &[Name]) -> Result<Self> {
        let mut extra = Self::new();
        // Most objects have no extra fields.
        while one_in_eight(u)? {
            let key = String::arbitrary(u)?;
            let mut known = names.iter().flat_map(|name| name.spellings());
            if !known.any(|name| *name == *key) {
                extra.insert(key, u.arbitrary()?);
            }
        }
        Ok(extra)
    }
}

impl<'a> Arbitrary<'a> for Extra {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::arbitrary_beside(u, &[])
    }
}

/// Any JSON value except `null`, which an optional field reads as missing.
impl<'a> Arbitrary<'a> for RawJson {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let json = json(u, 0)?;
        let json = if json == "null" { "{}" } else { &json };
        json.parse().map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

fn json(u: &mut Unstructured<'_>, depth: u8) -> Result<String> {
    fn string(u: &mut Unstructured<'_>) -> Result<String> {
        Ok(serde_json::Value::String(u.arbitrary()?).to_string())
    }
    let deepest = if depth < 3 { 5 } else { 3 };
    let mut items = Vec::new();
    Ok(match u.int_in_range(0..=deepest)? {
        0 => "null".to_owned(),
        1 => bool::arbitrary(u)?.to_string(),
        2 => Amount::arbitrary(u)?.to_string(),
        3 => string(u)?,
        4 => {
            while u.arbitrary()? {
                items.push(json(u, depth.saturating_add(1))?);
            }
            format!("[{}]", items.join(" , "))
        }
        _ => {
            while u.arbitrary()? {
                items.push(format!(
                    "{}: {}",
                    string(u)?,
                    json(u, depth.saturating_add(1))?
                ));
            }
            format!("{{{}}}", items.join(",\n"))
        }
    })
}

impl<'a> Arbitrary<'a> for Amount {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (minus, whole, cents, exponent): (bool, u64, Option<u8>, Option<i8>) = u.arbitrary()?;
        let minus = if minus { "-" } else { "" };
        let cents = cents.map_or(String::new(), |cents| format!(".{cents:03}"));
        let exponent = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
        format!("{minus}{whole}{cents}{exponent}")
            .parse()
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for StatusCode {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(if u.arbitrary()? {
            Self::from(&*String::arbitrary(u)?)
        } else {
            Self::from(Amount::arbitrary(u)?)
        })
    }
}

/// A possible or impossible date in any of the forms, or any other text.
impl<'a> Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let [month, day, hour, minute, second]: [u8; 5] = u.arbitrary()?;
        let date = format!("20{:02}-{:02}-{:02}", month % 100, month % 14, day % 33);
        let time = format!("{:02}:{:02}:{:02}", hour % 25, minute % 61, second % 62);
        Ok(match u.int_in_range(0..=5)? {
            0 => Self::from(format!("{date}T{time}Z")),
            1 => Self::from(format!("{date}T{time}.{}Z", u32::arbitrary(u)?)),
            2 => Self::from(format!("{date}T{time}+{:02}:{:02}", hour % 15, minute % 60)),
            3 => Self::from(format!("{date}T{time}")),
            4 => Self::from(date),
            _ => Self::from(String::arbitrary(u)?),
        })
    }
}

impl<'a> Arbitrary<'a> for Tags {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut tags: Self = Vec::<(String, String)>::arbitrary(u)?.into_iter().collect();
        tags.extra = Extra::arbitrary(u)?
            .into_iter()
            // A field with a string is a tag.
            .filter(|(key, value)| tags.get(key).is_none() && !value.as_str().starts_with('"'))
            .collect();
        Ok(tags)
    }
}

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

impl<'a> Arbitrary<'a> for ReportName {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::new(&segment(u)?)
            .or_else(|_| Self::new("report"))
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

impl<'a> Arbitrary<'a> for EventType {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Event::arbitrary(u)?.event_type())
    }
}

/// Any rule type except `Account Categories Updated`, which is not an [`Alert`].
impl<'a> Arbitrary<'a> for RuleType {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rule_type = arbitrary_value(u, Self::KNOWN)?;
        Ok(match EventType::of_rule(rule_type.as_str()) {
            EventType::Alert(rule_type) => rule_type,
            _ => Self::SyncStarted,
        })
    }
}

impl<'a> Arbitrary<'a> for Alert {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rule = Rule::arbitrary(u)?;
        let mut header = AlertHeader::arbitrary(u)?;
        rule.rule_type().as_str().clone_into(&mut header.rule_type);
        Ok(Self { header, rule })
    }
}

impl<'a> Arbitrary<'a> for EventPattern {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut parts = vec![];
        while parts.is_empty() || u.arbitrary()? {
            parts.push(if u.arbitrary()? {
                "*".to_owned()
            } else {
                segment(u)?.replace('*', "")
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
        let (key, value) = (segment(u)?, segment(u)?);
        format!("{key}:{value}")
            .parse()
            .or_else(|_| "key:value".parse())
            .map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Webhook {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut event = Event::arbitrary(u)?;
        if let Event::AccountCategoriesUpdated(event) = &mut event {
            if u.arbitrary()? {
                let mut header = AlertHeader::arbitrary(u)?;
                let names = ["AccountCategoriesUpdated", "Account Categories Updated"];
                (*u.choose(&names)?).clone_into(&mut header.rule_type);
                event.alert = Some(header.into());
            }
        }
        let mut webhook = Self::new(u.arbitrary::<EventId>()?, event);
        if webhook.is_alert() {
            let names = [&[ALERT_ID, DATA], AlertHeader::NAMES].concat();
            webhook.extra = Extra::arbitrary_beside(u, &names)?;
        } else {
            // Only the current envelope has a date.
            webhook.generated_date = u.arbitrary()?;
            let names = [ID, EVENT_TYPE, GENERATED_DATE, PAYLOAD];
            webhook.extra = Extra::arbitrary_beside(u, &names)?;
        }
        Ok(webhook)
    }
}
