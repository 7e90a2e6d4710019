//! What [`Webhook::drift`] returns: the parts of an event that this version does not model.

use crate::event::{EventType, alert_header};
use crate::json::{Field, HasContent, Walk, drift_of_extra};
use crate::legacy::{DATA, RULE_TYPE, RuleType};
use crate::value::{DataType, RawJson, ReportType};
use crate::webhook::{
    EVENT_TYPE, EVENT_TYPE_ALONE, GENERATED_DATE, ID, PAYLOAD, Webhook, alert_names,
};

pub use crate::json::{Drift, DriftKind};

impl Webhook {
    /// Returns everything in the event that this version of the crate does not model: an unknown
    /// event type, fields, values, misfits, and dates that cannot be read, each with its path.
    ///
    /// Empty for an event that is fully modelled. None of it is an error. Run it in staging, or on a
    /// sample of production traffic, so that you notice when Codat adds something. The payload of an
    /// unknown event is not examined.
    ///
    /// ```
    /// use codat_webhooks::from_slice;
    ///
    /// let webhook = from_slice(br#"{
    ///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
    ///     "eventType": "read.completed",
    ///     "payload": {
    ///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
    ///         "dataTypes": [{"dataType": "invoices", "status": "Paused", "records": 12}],
    ///         "modifiedFromDate": 1731024000
    ///     }
    /// }"#)?;
    ///
    /// let drift: Vec<String> = webhook.drift().iter().map(ToString::to_string).collect();
    /// assert_eq!(drift, [
    ///     "unknown field at payload.dataTypes[0].records",
    ///     "undocumented value at payload.dataTypes[0].status",
    ///     "misfit at payload.modifiedFromDate",
    /// ]);
    /// # Ok::<(), codat_webhooks::Error>(())
    /// ```
    #[must_use]
    pub fn drift(&self) -> Vec<Drift> {
        let mut walk = Walk::default();
        self.note_event_type(&mut walk);
        if let Some(date) = &self.generated_date {
            walk.at(GENERATED_DATE.wire, |walk| date.drift(walk));
        }
        let is_alert = alert_header(&self.event).is_some();
        let (names, content) = if is_alert {
            (alert_names(), DATA)
        } else {
            let names = vec![ID, EVENT_TYPE_ALONE, GENERATED_DATE, PAYLOAD];
            (names, PAYLOAD)
        };
        walk.at(self.extra.spelling(content.wire), |walk| {
            self.event.note_content(walk);
        });
        drift_of_extra(&self.extra, &names, &mut walk);
        let mut drift = walk.finish();
        // An object that is empty is kept in `extra`, but it fits.
        let is_empty_object = |json: &RawJson| {
            let inside = json.as_str().strip_prefix('{');
            inside.is_some_and(|rest| rest.trim_start() == "}")
        };
        let is_empty_data = |drift: &Drift| {
            DATA.spellings().any(|data| drift.path == data)
                && self.extra.get(&drift.path).is_some_and(is_empty_object)
        };
        let is_free_text = |drift: &Drift| {
            drift.kind == DriftKind::Value && drift.path == "payload.sourceAccount.accountType"
        };
        if is_alert {
            drift.retain(|drift| !is_empty_data(drift));
        }
        if self.event.has_free_account_type() {
            drift.retain(|drift| !is_free_text(drift));
        }
        drift
    }

    fn note_event_type(&self, walk: &mut Walk) {
        let (key, kind, text) = match &self.event_type() {
            EventType::Unknown(text) => (EVENT_TYPE, DriftKind::EventType, text.to_string()),
            EventType::Alert(RuleType::Other(text)) => {
                (RULE_TYPE, DriftKind::EventType, text.to_string())
            }
            EventType::WriteSuccessful(DataType::Other(text))
            | EventType::WriteUnsuccessful(DataType::Other(text)) => {
                (EVENT_TYPE, DriftKind::Value, text.to_string())
            }
            EventType::ReportsGenerateSuccessful(ReportType::Other(text))
            | EventType::ReportsGenerateUnsuccessful(ReportType::Other(text)) => {
                (EVENT_TYPE, DriftKind::Value, text.to_string())
            }
            _ => return,
        };
        walk.at(self.extra.spelling(key.wire), |walk| {
            walk.note(kind, Some(&text));
        });
    }
}
