//! The fields of the legacy envelope, gathered while a body is read, and read once it is known to
//! be an alert.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Error};
use serde_json::value::RawValue;

use super::{Alert, AlertHeader, event_type};
use crate::body::Raw;
use crate::diagnosis::{join, track};
use crate::event::{Event, EventType};
use crate::payload::AccountCategoriesUpdated;
use crate::value::EventId;

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
    /// The rule type, where it came under the key that is the event type of other bodies.
    rule_type: Option<String>,
}

impl<R> Default for AlertFields<R> {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            twice: None,
            rule_type: None,
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

    /// Gives the fields if they make an alert, with all that is required and nothing twice. The rule
    /// type may have come under the key that is the event type of other bodies.
    pub(crate) fn complete<E: Error>(mut self, rule_type: Option<&str>) -> Result<Option<Self>, E> {
        let (named, identified) = (
            self.get(AlertField::RuleType).is_some(),
            self.get(AlertField::AlertId).is_some(),
        );
        match rule_type {
            None if named => {}
            Some(rule_type) if identified && !named => self.rule_type = Some(rule_type.to_owned()),
            _ => return Ok(None),
        }
        if let Some(key) = self.twice {
            return Err(E::duplicate_field(key));
        }
        if !identified {
            return Err(E::missing_field("AlertId"));
        }
        Ok(Some(self))
    }
}

impl<'de, R: Raw<'de>> AlertFields<R> {
    /// Reads the alert.
    pub(crate) fn read(&self) -> Result<(EventId, Event), AlertFault> {
        let id = self.required(AlertField::AlertId)?;
        let header = AlertHeader {
            rule_type: self.rule_type()?,
            rule_id: self.optional(AlertField::RuleId)?,
            client_id: self.optional(AlertField::ClientId)?,
            client_name: self.optional(AlertField::ClientName)?,
            company_id: self.optional(AlertField::CompanyId)?,
            data_connection_id: self.optional(AlertField::DataConnectionId)?,
            message: self.optional(AlertField::Message)?,
        };
        let event = if let EventType::Alert(rule_type) = event_type(&header.rule_type) {
            let rule = self.read_as(AlertField::Data, rule_type)?;
            Event::Alert(Box::new(Alert { header, rule }))
        } else {
            let data: Option<AccountCategoriesUpdated> = self.optional(AlertField::Data)?;
            let mut event = data.unwrap_or_else(AccountCategoriesUpdated::new);
            event.alert = Some(header.into());
            Event::AccountCategoriesUpdated(event)
        };
        Ok((id, event))
    }

    /// Reads the id and the event type, and gives the data as it is.
    pub(crate) fn envelope(&self) -> Result<(EventId, EventType, Option<R>), AlertFault>
    where
        R: Copy,
    {
        let id = self.required(AlertField::AlertId)?;
        let rule_type = self.rule_type()?;
        let data = self.get(AlertField::Data).map(|(_, data)| *data);
        Ok((id, event_type(&rule_type), data))
    }

    fn rule_type(&self) -> Result<String, AlertFault> {
        match &self.rule_type {
            Some(rule_type) => Ok(rule_type.clone()),
            None => self.required(AlertField::RuleType),
        }
    }

    /// Reads a field that `complete` has found.
    fn required<T: DeserializeOwned>(&self, field: AlertField) -> Result<T, AlertFault> {
        self.read_as(field, PhantomData)
    }

    fn optional<T: DeserializeOwned>(&self, field: AlertField) -> Result<Option<T>, AlertFault> {
        self.read_as(field, PhantomData)
    }

    /// Reads a field, and a missing one as `null`.
    fn read_as<'a, S>(&'a self, field: AlertField, seed: S) -> Result<S::Value, AlertFault>
    where
        S: DeserializeSeed<'a> + Clone,
    {
        let (key, json) = match self.get(field) {
            Some((key, raw)) => (key.text, raw.as_raw().get()),
            None => ("", RawValue::NULL.get()),
        };
        seed.clone()
            .deserialize(&mut serde_json::Deserializer::from_str(json))
            .or_else(|_| {
                track(seed, json).map_err(|(path, error)| AlertFault {
                    field,
                    path: join(key, &path),
                    error,
                })
            })
    }
}

/// What is wrong with a field of an alert.
pub(crate) struct AlertFault {
    pub(crate) field: AlertField,
    pub(crate) path: String,
    /// Counts lines and columns in the field's value.
    pub(crate) error: serde_json::Error,
}
