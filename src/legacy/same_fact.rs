//! Whether an alert and a current event report the same fact.

use super::{Alert, Dataset, PushOperation, Rule};
use crate::event::Event;
use crate::payload::{ReadCompleted, Write};
use crate::value::Timestamp;

impl Event {
    /// Whether one of the two is a legacy alert and the other the current event that reports the
    /// same fact, so that a consumer that receives both can drop one.
    ///
    /// It is, when the event is of a type that [replaces](Alert::replaced_by) the alert, and they
    /// tell the same company, connection, data type, status, write request or sync, as far as both
    /// tell them. At least one of the ids has to be told by both, but for the client's rate limit,
    /// which has none.
    ///
    /// Neither tells which of several equal reads it reports: compare events that come within
    /// minutes of each other, not within days.
    #[must_use]
    pub fn same_fact(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Alert(alert), event) | (event, Self::Alert(alert)) => alert.same_fact(event),
            _ => false,
        }
    }
}

impl Alert {
    /// Returns the types of the current events that replace the alert, of its data type alone if it
    /// has one.
    #[must_use]
    pub fn replaced_by(&self) -> Vec<crate::event::EventPattern> {
        let data_type = self.data_type().map_or("*", crate::value::DataType::as_str);
        let types = self.rule.rule_type().replaced_by();
        types
            .iter()
            .filter_map(|event_type| event_type.replace("{dataType}", data_type).parse().ok())
            .collect()
    }

    fn same_fact(&self, event: &Event) -> bool {
        let event_type = event.event_type();
        if !self
            .replaced_by()
            .iter()
            .any(|pattern| pattern.matches(&event_type))
        {
            return false;
        }
        let mut facts = Facts::default();
        facts.id(self.header.company_id, event.company_id());
        facts.id(self.connection_id(), event.connection_id());
        match (&self.rule, event) {
            (
                Rule::DataConnectionStatusChanged(data),
                Event::ConnectionCreated(event)
                | Event::ConnectionConnected(event)
                | Event::ConnectionDisconnected(event)
                | Event::ConnectionReconnected(event),
            ) => facts.other(data.new_status.as_ref(), Some(&event.connection.status)),
            (
                Rule::DataSyncCompleted(data)
                | Rule::DatasetDataChanged(data)
                | Rule::DataSyncStatusChangedToError(data),
                Event::ReadCompleted(read),
            ) => facts.read(self, data, read),
            (
                Rule::PushOperationStatusChanged(data) | Rule::PushOperationTimedOut(data),
                Event::WriteSuccessful(_, write) | Event::WriteUnsuccessful(_, write),
            ) => facts.write(data, write),
            (
                Rule::SyncCompleted(data) | Rule::SyncFailed(data),
                Event::ExpensesSyncSuccessful(sync) | Event::ExpensesSyncUnsuccessful(sync),
            ) => facts.id(
                data.sync_id.map(|id| id.to_string()),
                Some(sync.sync_id.to_lowercase()),
            ),
            (Rule::RateLimitReached(data), Event::ClientRateLimitReached(limit)) => {
                facts.of_client(data.expires_utc.as_ref(), limit.expiry_date.as_ref());
            }
            (Rule::RateLimitReset(data), Event::ClientRateLimitReset(limit)) => {
                facts.of_client(data.expires_utc.as_ref(), limit.expiry_date.as_ref());
                facts.other(data.quota_remaining, limit.quota_remaining);
            }
            _ => {}
        }
        facts.shared && !facts.differ
    }
}

/// What has been compared so far.
#[derive(Default)]
struct Facts {
    /// Both tell an id, and it is the same.
    shared: bool,
    /// Both tell something, and it is not the same.
    differ: bool,
}

impl Facts {
    fn id<T: PartialEq>(&mut self, alert: Option<T>, event: Option<T>) {
        self.shared |= alert.is_some() && event.is_some();
        self.other(alert, event);
    }

    fn other<T: PartialEq>(&mut self, alert: Option<T>, event: Option<T>) {
        if let (Some(alert), Some(event)) = (alert, event) {
            self.differ |= alert != event;
        }
    }

    /// A read is of several data types, and may be of several connections.
    fn read(&mut self, alert: &Alert, data: &Dataset, read: &ReadCompleted) {
        let same = read.data_types.iter().any(|read| {
            let mut facts = Self::default();
            facts.id(alert.connection_id(), read.connection_id);
            facts.other(data.data_type.as_ref(), Some(&read.data_type));
            facts.other(data.dataset_status.as_ref(), read.status.as_ref());
            !facts.differ
        });
        self.differ |= !same;
    }

    fn write(&mut self, data: &PushOperation, write: &Write) {
        let key = data.push_operation_key.or(data.push_operation_guid);
        self.id(
            key.map(|key| key.to_string()),
            Some(write.id.to_lowercase()),
        );
        self.other(data.status.as_ref(), write.status.as_ref());
    }

    /// The rate limit is that of the client, of which there is one.
    fn of_client(&mut self, alert: Option<&Timestamp>, event: Option<&Timestamp>) {
        self.shared = true;
        let instant = |date: Option<&Timestamp>| date.and_then(Timestamp::assume_utc);
        self.other(instant(alert), instant(event));
    }
}
