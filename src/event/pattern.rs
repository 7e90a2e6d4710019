//! Selecting events by type.

use std::str::FromStr;

use super::EventType;
use super::parts::ALERT_PREFIX;
use crate::json::{AsText, text_forms, text_serde};
use crate::legacy::{Alert, RuleType};

/// A pattern of event types: `*.write.unsuccessful`, `connection.*`, `read.completed`, `*`.
///
/// A pattern consists of parts separated by dots. `*` matches one or more whole parts. Everything else is
/// literal and case-sensitive.
///
/// | pattern | matches |
/// |---|---|
/// | `*` | every event type |
/// | `connection.*` | `connection.created`, `connection.disconnected`, ... |
/// | `bankFeeds.*` | `bankFeeds.sourceAccount.connected`, `bankFeeds.sourceAccount.disconnected` |
/// | `*.write.unsuccessful` | `bills.write.unsuccessful`, `invoices.write.unsuccessful`, ... |
/// | `reports.*` | `reports.creditModel.generate.successful`, ..., also in the spelling `report.*` |
/// | `@rules.*` | all legacy alerts, and no events |
/// | `@rules.DataSyncCompleted` | the alerts of that rule, also as `@rules.Data sync completed` |
///
/// Three patterns select every read: `read.completed`, `read.completed.*`, and `*.read.completed` for
/// custom products (with `*.read.completed.*` for their narrower event types).
///
/// ```
/// use codat_webhooks::{EventPattern, EventType};
///
/// let failed: EventPattern = "*.write.unsuccessful".parse()?;
/// assert!(failed.matches(&EventType::from("bills.write.unsuccessful")));
/// assert!(!failed.matches(&EventType::from("bills.write.successful")));
///
/// // Find a misspelt pattern at start-up, unless it is for a product or a rule.
/// assert!(EventType::known().any(|known| failed.matches(&known)));
///
/// let error = "bills.wri*".parse::<EventPattern>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid pattern: part 2 mixes `*` with text; `*` stands for whole parts",
/// );
/// # Ok::<(), codat_webhooks::ParseEventPatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventPattern(Box<str>);

/// Error returned when a string is not a valid [`EventPattern`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid pattern: {0}")]
pub struct ParseEventPatternError(PatternProblem);

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
        let is_rule = |rule: &RuleType| {
            let name = self.0.strip_prefix(ALERT_PREFIX);
            name.is_some_and(|name| rule == name)
        };
        matches!(event_type, EventType::Alert(rule) if is_rule(rule))
            || self.matches_text(&event_type.name())
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
    type Err = ParseEventPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParseEventPatternError(PatternProblem::Empty));
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
            return Err(ParseEventPatternError(problem(number)));
        }
        Ok(Self(text.into()))
    }
}

impl AsText for EventPattern {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(&self.0)
    }
}

text_forms!(valid EventPattern as_str);
text_serde!(EventPattern);

impl Alert {
    /// Returns patterns of the event types that replace the alert. Empty if nothing does.
    ///
    /// Where the alert leaves out what decides, such as the old status of a connection, the patterns of
    /// every event type that is still possible are returned. A read is reported by several event types: the
    /// first pattern is the one to subscribe to, and the others match what you may be subscribed to already.
    /// The module [`legacy`](crate::legacy) has a table of the rules.
    #[must_use]
    pub fn replaced_by(&self) -> Vec<EventPattern> {
        let patterns = self.replacing().into_iter();
        patterns
            .filter_map(|pattern| pattern.parse().ok())
            .collect()
    }
}
