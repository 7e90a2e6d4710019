//! The envelope of the legacy alerts.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::body::Raw;
use crate::diagnosis::{join, track};
use crate::event::{Event, EventType};
use crate::payload::{AccountCategoriesUpdated, object};
use crate::value::{ClientId, CompanyId, ConnectionId, EventId, RuleId};

object! {
    /// What every legacy alert says beside its data. The alert's own id is
    /// [`Webhook::id`](crate::Webhook::id).
    pub struct AlertHeader {
        /// The rule that raised the alert, as it is spelled. Wire name `RuleType`, in some older
        /// alerts `Type`.
        #[serde(rename = "RuleType")]
        pub rule_type: String,
        /// The rule's id. Wire name `RuleId`. Deprecated by Codat.
        #[serde(rename = "RuleId")]
        pub rule_id: Option<RuleId>,
        /// The client that the alert is for. Wire name `ClientId`.
        #[serde(rename = "ClientId")]
        pub client_id: Option<ClientId>,
        /// The client's name. Wire name `ClientName`.
        #[serde(rename = "ClientName")]
        pub client_name: Option<String>,
        /// The company that the alert is about. Wire name `CompanyId`. Missing from alerts on the
        /// whole client.
        #[serde(rename = "CompanyId")]
        pub company_id: Option<CompanyId>,
        /// The connection that the alert is about. Wire name `DataConnectionId`.
        #[serde(rename = "DataConnectionId")]
        pub data_connection_id: Option<ConnectionId>,
        /// The alert in words. Wire name `Message`.
        #[serde(rename = "Message")]
        pub message: Option<String>,
    }
}

/// The event type that a rule's alerts are read as.
pub(crate) fn event_type(rule_type: &str) -> Option<EventType> {
    match rule_type {
        "Account Categories Updated" | "AccountCategoriesUpdated" => {
            Some(EventType::AccountCategoriesUpdated)
        }
        _ => None,
    }
}

impl AlertHeader {
    /// Writes an alert in the legacy envelope.
    pub(crate) fn write<S: Serializer>(
        &self,
        id: EventId,
        data: &impl Serialize,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Alert<'a, D> {
            #[serde(rename = "AlertId")]
            id: EventId,
            #[serde(flatten)]
            header: &'a AlertHeader,
            #[serde(rename = "Data")]
            data: D,
        }

        Alert {
            id,
            header: self,
            data,
        }
        .serialize(serializer)
    }
}

/// A key of the legacy envelope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlertKey {
    pub(crate) field: AlertField,
    /// The key as it is spelled.
    text: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AlertField {
    AlertId,
    RuleType,
    RuleId,
    ClientId,
    ClientName,
    CompanyId,
    DataConnectionId,
    Message,
    Data,
}

impl AlertKey {
    pub(crate) fn from_wire(key: &str) -> Option<Self> {
        const KEYS: [(&str, AlertField); 19] = [
            ("AlertId", AlertField::AlertId),
            ("RuleType", AlertField::RuleType),
            // In lower case it is the older key of the current envelope.
            ("Type", AlertField::RuleType),
            ("RuleId", AlertField::RuleId),
            ("ClientId", AlertField::ClientId),
            ("ClientName", AlertField::ClientName),
            ("CompanyId", AlertField::CompanyId),
            ("DataConnectionId", AlertField::DataConnectionId),
            ("Message", AlertField::Message),
            ("Data", AlertField::Data),
            ("alertId", AlertField::AlertId),
            ("ruleType", AlertField::RuleType),
            ("ruleId", AlertField::RuleId),
            ("clientId", AlertField::ClientId),
            ("clientName", AlertField::ClientName),
            ("companyId", AlertField::CompanyId),
            ("dataConnectionId", AlertField::DataConnectionId),
            ("message", AlertField::Message),
            ("data", AlertField::Data),
        ];
        KEYS.iter()
            .find(|(text, _)| *text == key)
            .map(|&(text, field)| Self { field, text })
    }
}

/// The fields of what may be an alert, yet to be read: only the whole body tells.
pub(crate) struct AlertFields<R> {
    fields: Vec<(AlertKey, R)>,
    twice: Option<&'static str>,
}

impl<R> Default for AlertFields<R> {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            twice: None,
        }
    }
}

impl<R> AlertFields<R> {
    pub(crate) fn push(&mut self, key: AlertKey, value: R) {
        if self.get(key.field).is_some() {
            self.twice = Some(key.text);
        } else {
            self.fields.push((key, value));
        }
    }

    pub(crate) fn get(&self, field: AlertField) -> Option<&(AlertKey, R)> {
        self.fields.iter().find(|(key, _)| key.field == field)
    }

    /// Whether the fields make an alert, in a body without an event type.
    pub(crate) fn is_alert(&self) -> bool {
        self.get(AlertField::RuleType).is_some()
    }

    /// The alert has what is required, and nothing twice.
    pub(crate) fn check<E: Error>(&self) -> Result<(), E> {
        if let Some(key) = self.twice {
            return Err(E::duplicate_field(key));
        }
        match self.get(AlertField::AlertId) {
            Some(_) => Ok(()),
            None => Err(E::missing_field("AlertId")),
        }
    }
}

impl<'de, R: Raw<'de>> AlertFields<R> {
    /// Reads the alert.
    pub(crate) fn read(&self) -> Result<(EventId, Event), AlertFault> {
        let id = self.required(AlertField::AlertId)?;
        let header = AlertHeader {
            rule_type: self.required(AlertField::RuleType)?,
            rule_id: self.optional(AlertField::RuleId)?,
            client_id: self.optional(AlertField::ClientId)?,
            client_name: self.optional(AlertField::ClientName)?,
            company_id: self.optional(AlertField::CompanyId)?,
            data_connection_id: self.optional(AlertField::DataConnectionId)?,
            message: self.optional(AlertField::Message)?,
        };
        Self::known(&header.rule_type)?;
        let mut event: AccountCategoriesUpdated = self
            .optional(AlertField::Data)?
            .unwrap_or_else(AccountCategoriesUpdated::new);
        event.alert = Some(header.into());
        Ok((id, Event::AccountCategoriesUpdated(event)))
    }

    /// Reads the id and the event type, and gives the data as it is.
    pub(crate) fn envelope(&self) -> Result<(EventId, EventType, Option<R>), AlertFault>
    where
        R: Copy,
    {
        let id = self.required(AlertField::AlertId)?;
        let rule_type: String = self.required(AlertField::RuleType)?;
        let data = self.get(AlertField::Data).map(|(_, data)| *data);
        Ok((id, Self::known(&rule_type)?, data))
    }

    fn known(rule_type: &str) -> Result<EventType, AlertFault> {
        event_type(rule_type).ok_or_else(|| AlertFault {
            field: AlertField::RuleType,
            path: "RuleType".to_owned(),
            error: serde_json::Error::custom("unknown rule"),
        })
    }

    fn required<T: DeserializeOwned>(&self, field: AlertField) -> Result<T, AlertFault> {
        match self.get(field) {
            Some((key, raw)) => value(*key, raw.as_raw()),
            // `check` has found them all.
            None => value(AlertKey { field, text: "" }, RawValue::NULL),
        }
    }

    fn optional<T: DeserializeOwned>(&self, field: AlertField) -> Result<Option<T>, AlertFault> {
        self.get(field)
            .map_or(Ok(None), |(key, raw)| value(*key, raw.as_raw()))
    }
}

fn value<T: DeserializeOwned>(key: AlertKey, raw: &RawValue) -> Result<T, AlertFault> {
    let json = raw.get();
    serde_json::from_str(json).or_else(|_| {
        track(PhantomData, json).map_err(|(path, error)| AlertFault {
            field: key.field,
            path: join(key.text, &path),
            error,
        })
    })
}

/// What is wrong with a field of an alert.
pub(crate) struct AlertFault {
    pub(crate) field: AlertField,
    pub(crate) path: String,
    /// Counts lines and columns in the field's value.
    pub(crate) error: serde_json::Error,
}
