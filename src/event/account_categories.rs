//! The rule whose alerts are an event: `AccountCategoriesUpdated`. Codat sends it in the envelope of the
//! alerts; a consumer gets the event of that name from either envelope.

use std::borrow::Cow;

use super::{ALERT_PREFIX, Event, EventType};
use crate::json::Members;
use crate::legacy::{
    AccountCategoriesUpdated, Alert, AlertHeader, RuleType, is_account_categories, take_data,
};

impl EventType {
    /// Returns the type of the alerts of a rule.
    pub(crate) fn of_rule(rule_type: &str) -> Self {
        if is_account_categories(rule_type) {
            Self::AccountCategoriesUpdated
        } else {
            Self::Alert(RuleType::from(rule_type))
        }
    }
}

/// Creates the event of an alert, whose data is among the members.
pub(crate) fn from_alert(header: AlertHeader, members: &mut Members<'_>) -> Event {
    if is_account_categories(&header.rule_type) {
        let event = AccountCategoriesUpdated::new(take_data(members)).with_header(header);
        return Event::AccountCategoriesUpdated(Box::new(event));
    }
    let rule = RuleType::from(&*header.rule_type).take_data(members);
    Event::Alert(Box::new(Alert { header, rule }))
}

/// Returns the header of an event in the envelope of the alerts, as it is written: with a rule type that
/// is a spelling of the rule. `None` for an event in the current envelope.
pub(crate) fn alert_header(event: &Event) -> Option<Cow<'_, AlertHeader>> {
    let header = match event {
        Event::Alert(alert) => &alert.header,
        Event::AccountCategoriesUpdated(event) => event.header.as_ref()?,
        _ => return None,
    };
    let event_type = event.event_type();
    if EventType::of_rule(&header.rule_type) == event_type {
        return Some(Cow::Borrowed(header));
    }
    let mut header = header.clone();
    let name = event_type.text();
    let rule_type = name.strip_prefix(ALERT_PREFIX).unwrap_or(&name);
    rule_type.clone_into(&mut header.rule_type);
    Some(Cow::Owned(header))
}
