//! Event types: their text, the templated families, and their outcome.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::parts::check_part;
use super::{EventType, ProductRead, ReportName};
use crate::legacy::{RuleType, is_same_rule};
use crate::value::{DataType, Other, text_impls};

/// The prefix of the event types of alerts.
pub(crate) const ALERT_PREFIX: &str = "@rules.";

/// Codat's sources spell the event types of reports in two ways.
pub(crate) const REPORTS: &str = "reports.";
pub(crate) const REPORT: &str = "report.";

impl EventType {
    /// Returns an iterator over the event types that a consumer can subscribe to through Codat's API:
    /// the fixed ones, and the write events of each data type that Codat can write today.
    ///
    /// The legacy alerts are not among them. They are configured as rules, whose names are in
    /// [`RuleType::KNOWN`]. Event types with a part of the client's own choice, such as
    /// `{productIdentifier}.read.completed`, cannot be listed.
    ///
    /// ```
    /// use codat_webhooks::EventType;
    ///
    /// assert!(EventType::known().any(|known| known == "bills.write.unsuccessful"));
    /// ```
    pub fn known() -> impl Iterator<Item = Self> {
        let writes = DataType::WRITABLE.iter().flat_map(|data_type| {
            [
                Self::WriteSuccessful(data_type.clone()),
                Self::WriteUnsuccessful(data_type.clone()),
            ]
        });
        Self::ROWS.iter().cloned().chain(writes)
    }

    /// Returns `true` if this version has a typed payload for the event type.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Returns the type for a text in the envelope of events, which has no alerts.
    pub(crate) fn of_event(text: &str) -> Self {
        match Self::from(text) {
            Self::Alert(_) => Self::Unknown(Other::unlisted(text)),
            event_type => event_type,
        }
    }

    /// Returns the type of the alerts of a rule: `Alert`, except for the rule whose alerts have the
    /// payload of a current event.
    pub(crate) fn of_rule(rule_type: &str) -> Self {
        if is_same_rule(rule_type, "AccountCategoriesUpdated") {
            Self::AccountCategoriesUpdated
        } else {
            Self::Alert(RuleType::from(rule_type))
        }
    }

    /// Returns the text in the other spelling of the event types of reports.
    pub(crate) fn other_spelling(&self) -> Option<String> {
        let text = self.as_str();
        let rest = text.strip_prefix(REPORTS)?;
        self.is_known().then(|| format!("{REPORT}{rest}"))
    }

    /// Returns `true` if the text is one of the spellings of the type.
    pub(crate) fn is_named(&self, text: &str) -> bool {
        let named = Self::from(text);
        *self == named
    }

    /// Returns the data type of a write event.
    #[must_use]
    pub fn data_type(&self) -> Option<&DataType> {
        match self {
            Self::WriteSuccessful(data_type) | Self::WriteUnsuccessful(data_type) => {
                Some(data_type)
            }
            _ => None,
        }
    }

    /// Returns the outcome that the event type states in the last part of its text, or in the one
    /// before `initial`. This includes unknown types.
    ///
    /// The payload can differ: Codat has sent `*.write.successful` events with the status `TimedOut`.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let text = self.as_str();
        match text
            .strip_suffix(".initial")
            .unwrap_or(&text)
            .rsplit_once('.')?
            .1
        {
            "successful" => Some(Outcome::Successful),
            "unsuccessful" => Some(Outcome::Unsuccessful),
            _ => None,
        }
    }
}

/// The outcome that an event type states. Serialized as in the event type, such as `successful`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// The event type ends in `successful`.
    Successful,
    /// The event type ends in `unsuccessful`.
    Unsuccessful,
}

impl Outcome {
    /// Returns the text in the event type: `successful` or `unsuccessful`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::Unsuccessful => "unsuccessful",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

const WRITE_SUCCESSFUL: &str = ".write.successful";
const WRITE_UNSUCCESSFUL: &str = ".write.unsuccessful";

impl EventType {
    /// Returns the type with the text, if it is in the table or of a templated family.
    fn listed(text: &str) -> Option<Self> {
        if let Some(row) = Self::row(text) {
            Some(row)
        } else if let Some(data_type) = data_type(text, WRITE_SUCCESSFUL) {
            Some(Self::WriteSuccessful(data_type))
        } else if let Some(data_type) = data_type(text, WRITE_UNSUCCESSFUL) {
            Some(Self::WriteUnsuccessful(data_type))
        } else if let Some(read) = ProductRead::split(text) {
            Some(Self::ProductReadCompleted(read))
        } else if let Some(report) = report(text) {
            Some(report)
        } else {
            // Last: a client's product may be called anything.
            let rule = text.strip_prefix(ALERT_PREFIX)?;
            Some(Self::Alert(RuleType::from(rule)))
        }
    }
}

impl From<&str> for EventType {
    fn from(text: &str) -> Self {
        Self::listed(text).unwrap_or_else(|| Self::Unknown(Other::unlisted(text)))
    }
}

impl From<String> for EventType {
    fn from(text: String) -> Self {
        Self::listed(&text).unwrap_or_else(|| Self::Unknown(Other::unlisted(text)))
    }
}

/// Returns the data type before the suffix. A data type is a single part: `a.b.write.successful`
/// would belong to another family, whose payload may not be that of a write.
fn data_type(text: &str, suffix: &str) -> Option<DataType> {
    let name = text.strip_suffix(suffix)?;
    check_part(name).ok().map(|()| DataType::from(name))
}

/// Returns the type of a report event that is spelled in the other way, or whose report is not in the
/// table.
fn report(text: &str) -> Option<EventType> {
    let rest = text
        .strip_prefix(REPORTS)
        .or_else(|| text.strip_prefix(REPORT))?;
    if let Some(row) = EventType::row(&format!("{REPORTS}{rest}")) {
        return Some(row);
    }
    if let Some(name) = rest.strip_suffix(".generate.successful") {
        return ReportName::new(name)
            .ok()
            .map(EventType::ReportsGenerateSuccessful);
    }
    let name = rest.strip_suffix(".generate.unsuccessful")?;
    ReportName::new(name)
        .ok()
        .map(EventType::ReportsGenerateUnsuccessful)
}

impl FromStr for EventType {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.as_str())
    }
}

text_impls!(EventType, |event_type, text| event_type.is_named(text));
