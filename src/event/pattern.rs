//! Selecting events by type and by company tag.

use std::fmt;
use std::str::FromStr;

use super::{Event, EventType};
use crate::value::equal_to_text;

/// A pattern of event types: `*.write.unsuccessful`, `connection.*`, `read.completed`, `*`.
///
/// A pattern consists of parts separated by dots. `*` matches one or more whole parts, so `bankFeeds.*`
/// matches `bankFeeds.sourceAccount.connected`, and `*` matches every event type. Everything else is
/// literal and case-sensitive. An event type that Codat spells in two ways is matched by a pattern
/// in either spelling. Alerts have event types that start with `@rules.`, so `*` matches them, too.
///
/// ```
/// use codat_webhooks::{EventPattern, EventType};
///
/// let failed_writes: EventPattern = "*.write.unsuccessful".parse()?;
/// assert!(failed_writes.matches(&EventType::from("bills.write.unsuccessful")));
/// assert!(!failed_writes.matches(&EventType::from("bills.write.successful")));
///
/// let error = "bills.wri*".parse::<EventPattern>().unwrap_err();
/// assert_eq!(error.to_string(), "invalid pattern: part 2 mixes `*` with text; `*` stands for whole parts");
/// # Ok::<(), codat_webhooks::ParsePatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventPattern(Box<str>);

/// Error returned when a string is not a valid [`EventPattern`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid pattern: {0}")]
pub struct ParsePatternError(PatternProblem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum PatternProblem {
    #[error("it is empty; `*` matches every event type")]
    Empty,
    #[error("part {0} is empty")]
    EmptyPart(usize),
    #[error("part {0} mixes `*` with text; `*` stands for whole parts")]
    MixedPart(usize),
    #[error("part {0} contains a control character")]
    ControlCharacter(usize),
}

impl EventPattern {
    /// Returns the text of the pattern.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the event type matches.
    #[must_use]
    pub fn matches(&self, event_type: &EventType) -> bool {
        self.matches_text(&event_type.as_str())
            || event_type
                .other_spelling()
                .is_some_and(|spelling| self.matches_text(&spelling))
    }

    /// Compares both from left to right. Where the rest does not match, the last `*` is extended by one
    /// part. No earlier `*` has to be tried again, so the time is bounded by the product of the
    /// lengths.
    fn matches_text(&self, text: &str) -> bool {
        let mut pattern = self.0.split('.');
        let mut parts = text.split('.');
        let mut retry = None;
        loop {
            match (pattern.next(), parts.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => retry = Some((pattern.clone(), parts.clone())),
                (Some(literal), Some(part)) if literal == part => {}
                _ => {
                    // What comes after the `*`, against what comes after one part more.
                    let Some((rest, shorter)) = &mut retry else {
                        return false;
                    };
                    if shorter.next().is_none() {
                        return false;
                    }
                    (pattern, parts) = (rest.clone(), shorter.clone());
                }
            }
        }
    }
}

impl FromStr for EventPattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParsePatternError(PatternProblem::Empty));
        }
        for (part, number) in text.split('.').zip(1..) {
            let problem: fn(usize) -> PatternProblem = if part.is_empty() {
                PatternProblem::EmptyPart
            } else if part != "*" && part.contains('*') {
                PatternProblem::MixedPart
            } else if part.contains(char::is_control) {
                PatternProblem::ControlCharacter
            } else {
                continue;
            };
            return Err(ParsePatternError(problem(number)));
        }
        Ok(Self(text.into()))
    }
}

/// A filter on the tags of an event's company, as Codat has them for webhook consumers: `region:us`.
///
/// It matches if the company has the tag, case-sensitively. An event without tags of its company does
/// not match.
///
/// ```
/// use codat_webhooks::payload::Company;
/// use codat_webhooks::value::CompanyId;
/// use codat_webhooks::{Event, TagFilter};
///
/// let id: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
/// let mut company = Company::new(id);
/// company.tags = Some([("region", "us")].into_iter().collect());
///
/// let filter: TagFilter = "region:us".parse()?;
/// assert!(filter.matches(&Event::CompanyCreated(company.into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagFilter(Box<str>);

/// Error returned when a string is not a valid [`TagFilter`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid tag filter: {0}")]
pub struct ParseTagFilterError(TagFilterProblem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum TagFilterProblem {
    #[error("there is no `:` between key and value")]
    NoColon,
    #[error("there is no key before the `:`")]
    NoKey,
    #[error("{0} characters are more than the {MAX_CHARACTERS} that Codat allows")]
    TooLong(usize),
}

/// The maximum length of a tag filter, a limit of Codat's.
const MAX_CHARACTERS: usize = 128;

impl TagFilter {
    /// Returns the text of the filter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the company of the event has the tag.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.company_tags().is_some_and(|tags| {
            tags.iter().any(|(key, value)| {
                // Keys and values can contain a `:` themselves, so the text is not split.
                self.0
                    .strip_prefix(key)
                    .and_then(|rest| rest.strip_prefix(':'))
                    == Some(value)
            })
        })
    }
}

impl FromStr for TagFilter {
    type Err = ParseTagFilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let characters = text.chars().count();
        if characters > MAX_CHARACTERS {
            return Err(ParseTagFilterError(TagFilterProblem::TooLong(characters)));
        }
        match text.split_once(':') {
            None => Err(ParseTagFilterError(TagFilterProblem::NoColon)),
            Some(("", _)) => Err(ParseTagFilterError(TagFilterProblem::NoKey)),
            Some(_) => Ok(Self(text.into())),
        }
    }
}

/// The tag filters of a webhook consumer. An event matches if any of them does.
///
/// Without filters, every event matches. Codat allows at most 10. With serde, the filters are a list of
/// strings.
///
/// ```
/// use codat_webhooks::{Event, TagFilter, TagFilters};
///
/// # fn handle(event: &Event) -> Result<(), Box<dyn std::error::Error>> {
/// let filters: Vec<TagFilter> = vec!["region:us".parse()?, "region:ca".parse()?];
/// let filters = TagFilters::new(filters)?;
/// if filters.matches(event) {
///     // ...
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagFilters(Vec<TagFilter>);

/// Error returned when there are more tag filters than Codat allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} tag filters, but Codat allows at most {most}", most = TagFilters::MAX)]
pub struct TooManyTagFilters(usize);

impl TagFilters {
    /// The maximum number of filters of a consumer, a limit of Codat's.
    pub const MAX: usize = 10;

    /// Creates the filters.
    ///
    /// # Errors
    ///
    /// Returns an error if there are more than [`MAX`](Self::MAX).
    pub fn new(filters: impl IntoIterator<Item = TagFilter>) -> Result<Self, TooManyTagFilters> {
        let filters: Vec<_> = filters.into_iter().collect();
        if filters.len() > Self::MAX {
            return Err(TooManyTagFilters(filters.len()));
        }
        Ok(Self(filters))
    }

    /// Returns `true` if any filter matches the event, or if there are no filters.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        self.0.is_empty() || self.0.iter().any(|filter| filter.matches(event))
    }

    /// Returns the filters.
    #[must_use]
    pub fn as_slice(&self) -> &[TagFilter] {
        &self.0
    }
}

impl TryFrom<Vec<TagFilter>> for TagFilters {
    type Error = TooManyTagFilters;

    fn try_from(filters: Vec<TagFilter>) -> Result<Self, Self::Error> {
        Self::new(filters)
    }
}

impl serde::Serialize for TagFilters {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for TagFilters {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Implements the text form, which is the same in configuration files.
macro_rules! text_form {
    ($($name:ident)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        equal_to_text!(impl[] $name, |value, text| *value.0 == *text);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = <Self as FromStr>::Err;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

text_form!(EventPattern TagFilter);
