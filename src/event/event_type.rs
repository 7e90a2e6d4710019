//! The text of event types, and what can be learned from it.

use std::borrow::Cow;

use super::EventType;
use super::parts::{ALERT_PREFIX, Outcome, REPORT, REPORTS};
use crate::json::{AsText, text_forms, text_serde};
use crate::legacy::RuleType;
use crate::value::{DataType, ReportType};

/// The prefix of an event type that would otherwise be that of an alert, or start with this prefix.
const EVENT_PREFIX: &str = "@event.";

impl EventType {
    /// Returns an iterator over the event types that a consumer can subscribe to: the fixed ones, the
    /// write events of each data type that Codat can write today, and the events of each report.
    ///
    /// The rules of the legacy alerts are in [`RuleType::KNOWN`]. Event types with a part of the client's
    /// own choice, such as `{productIdentifier}.read.completed`, cannot be listed.
    ///
    /// ```
    /// use codat_webhooks::EventType;
    ///
    /// assert!(EventType::known().any(|known| known == "bills.write.unsuccessful"));
    /// ```
    pub fn known() -> impl Iterator<Item = Self> {
        let writes = DataType::WRITABLE.iter().cloned().flat_map(|data_type| {
            [
                Self::WriteSuccessful(data_type.clone()),
                Self::WriteUnsuccessful(data_type),
            ]
        });
        let reports = ReportType::KNOWN.iter().cloned().flat_map(|report_type| {
            [
                Self::ReportsGenerateSuccessful(report_type.clone()),
                Self::ReportsGenerateUnsuccessful(report_type),
            ]
        });
        let fixed = Self::TEXTS.iter().filter(|text| !text.contains('{'));
        let fixed = fixed.map(|text| Self::of_event(text));
        fixed.chain(writes).chain(reports)
    }

    /// Returns `true` if this version has a typed payload for the event type. `false` for an alert of an
    /// unknown rule.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_) | Self::Alert(RuleType::Other(_)))
    }

    /// Returns the text of the type: `company.created`, `invoices.write.successful`.
    ///
    /// Parsing it returns the type. It is the text that is sent in `eventType`, in the first of its
    /// spellings, with two exceptions: the type of an alert is `@rules.` and the name of its rule, and an
    /// event type that itself starts with `@rules.` or `@event.` follows after `@event.`.
    /// [`Webhook::wire_name`](crate::Webhook::wire_name) returns what was sent.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        let text = self.text();
        let is_alert = matches!(self, Self::Alert(_));
        if !is_alert && (text.starts_with(ALERT_PREFIX) || text.starts_with(EVENT_PREFIX)) {
            return format!("{EVENT_PREFIX}{text}").into();
        }
        text
    }

    /// Returns the text in the other spelling of the event types of reports.
    pub(crate) fn other_spelling(&self) -> Option<String> {
        let (Self::ReportsGenerateSuccessful(_) | Self::ReportsGenerateUnsuccessful(_)) = self
        else {
            return None;
        };
        let text = self.text();
        let rest = text.strip_prefix(REPORTS)?;
        Some(format!("{REPORT}{rest}"))
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
        if matches!(self, Self::Alert(_)) {
            return None;
        }
        let text = self.text();
        let text = text.strip_suffix(".initial").unwrap_or(&text);
        match text.rsplit_once('.')?.1 {
            "successful" => Some(Outcome::Successful),
            "unsuccessful" => Some(Outcome::Unsuccessful),
            _ => None,
        }
    }
}

impl From<&str> for EventType {
    fn from(text: &str) -> Self {
        if let Some(rule) = text.strip_prefix(ALERT_PREFIX) {
            return Self::Alert(RuleType::from(rule));
        }
        Self::of_event(text.strip_prefix(EVENT_PREFIX).unwrap_or(text))
    }
}

impl AsText for EventType {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(&self.name())
    }

    fn is_text(&self, text: &str) -> bool {
        let other = Self::from(text);
        *self == other
    }
}

text_forms!(any EventType);
text_serde!(EventType);
