//! Which current event reports what a legacy alert reports.

use uuid::Uuid;

use super::{Event, EventPattern, EventType};
use crate::legacy::{
    Alert, DataConnectionStatusChanged, Dataset, PushOperation, RateLimitReset, Rule,
};
use crate::payload::{
    ConnectionStatus, DataTypeRead, DatasetStatus, ReadCompleted, Write, WriteStatus,
};
use crate::value::{CompanyId, ConnectionId, DataType, Timestamp};

impl Event {
    /// Returns `true` if one of the two is a legacy alert and the other the current event that reports
    /// the same fact, so that a consumer that receives both generations can drop the second.
    ///
    /// The event must be of a type that [replaces](Alert::replaced_by) the alert. Company, connection,
    /// data type, status, write request and sync must be equal where both are present, and both must
    /// have the id that identifies the fact: the connection whose status changed, the write request,
    /// the sync; for a read, the company or the connection. Rate limits have no such id.
    ///
    /// An alert and an event about a read share no timestamp: compare events that arrive within minutes
    /// of each other, not within days. [`fact_keys`](Self::fact_keys) finds the candidates.
    ///
    /// Alerts are not signed. Whoever can post a forged alert can make the genuine event look like its
    /// duplicate, so protect the URL of the alerts, as [`legacy`](crate::legacy) says.
    #[must_use]
    pub fn is_duplicate_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Alert(alert), event) | (event, Self::Alert(alert)) => is_reported(alert, event),
            _ => false,
        }
    }

    /// Returns the keys by which the same fact can be looked up: an alert and the event that
    /// [is a duplicate](Self::is_duplicate_of) of it share at least one.
    ///
    /// The reverse does not hold. A key contains only the kind of the fact, and the company, connection,
    /// write request or sync. Empty for events that no alert reports.
    ///
    /// ```
    /// use std::collections::VecDeque;
    /// use std::time::{Duration, Instant};
    ///
    /// use codat_webhooks::Event;
    /// use codat_webhooks::event::FactKey;
    ///
    /// /// The events of the last 10 minutes, of which it keeps a bounded number.
    /// struct Recent {
    ///     events: VecDeque<(Instant, Vec<FactKey>, Event)>,
    ///     most: usize,
    /// }
    ///
    /// impl Recent {
    ///     /// Returns `true` if the other generation has reported the fact already. Retries of one
    ///     /// alert or event have one id: drop them by it before this is called.
    ///     fn is_duplicate(&mut self, event: &Event) -> bool {
    ///         let is_old = |(time, ..): &(Instant, _, _)| time.elapsed() > Duration::from_secs(600);
    ///         while self.events.front().is_some_and(is_old) {
    ///             self.events.pop_front();
    ///         }
    ///         let keys = event.fact_keys();
    ///         let found = self.events.iter().position(|(_, known, other)| {
    ///             known.iter().any(|key| keys.contains(key)) && event.is_duplicate_of(other)
    ///         });
    ///         if let Some(index) = found {
    ///             // One alert for one event.
    ///             self.events.remove(index);
    ///             return true;
    ///         }
    ///         self.events.push_back((Instant::now(), keys, event.clone()));
    ///         if self.events.len() > self.most {
    ///             self.events.pop_front();
    ///         }
    ///         false
    ///     }
    /// }
    /// # let mut recent = Recent { events: VecDeque::new(), most: 1000 };
    /// # let event = Event::ClientRateLimitReset(codat_webhooks::payload::RateLimit::new());
    /// # assert!(!recent.is_duplicate(&event));
    /// ```
    ///
    /// For more than a few thousand events, keep a map from key to sequence number beside the queue. Across
    /// processes, the keys are the index of a table: they are ordered, hashed and displayed as text.
    #[must_use]
    pub fn fact_keys(&self) -> Vec<FactKey> {
        let Some(fact) = fact(self) else {
            return Vec::new();
        };
        let mut subjects: Vec<Subject> = Vec::new();
        subjects.extend(self.company_id().map(Subject::Company));
        subjects.extend(self.connection_id().map(Subject::Connection));
        if let Some(read) = self.read_completed() {
            let connections = read.data_types.iter().filter_map(|read| read.connection_id);
            subjects.extend(connections.map(Subject::Connection));
        }
        subjects.extend(own_key(self).map(Subject::Key));
        if matches!(fact, Fact::RateLimitReached | Fact::RateLimitReset) {
            subjects.push(Subject::Client);
        }
        subjects.sort_unstable();
        subjects.dedup();
        let key = |subject| FactKey { fact, subject };
        subjects.into_iter().map(key).collect()
    }

    /// Returns the payload of a read, of whichever type.
    fn read_completed(&self) -> Option<&ReadCompleted> {
        match self {
            Self::ReadCompleted(read)
            | Self::ReadCompletedInitial(read)
            | Self::ReadCompletedSuccessful(read)
            | Self::ReadCompletedUnsuccessful(read)
            | Self::ReadCompletedSuccessfulInitial(read)
            | Self::ProductReadCompleted(_, read) => Some(read),
            _ => None,
        }
    }
}

/// A key under which an alert and the current event that reports the same fact are found. Created by
/// [`Event::fact_keys`].
///
/// Holds ids and no text of a customer. `Display` writes it as text for an index:
/// `connection company=6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    fact: Fact,
    subject: Subject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Fact {
    Connection,
    Read,
    Write,
    ExpensesSync,
    RateLimitReached,
    RateLimitReset,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Subject {
    Company(CompanyId),
    Connection(ConnectionId),
    /// The id of a write request or of a sync.
    Key(String),
    /// The client itself, of which there is one.
    Client,
}

impl std::fmt::Display for FactKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.fact {
            Fact::Connection => "connection",
            Fact::Read => "read",
            Fact::Write => "write",
            Fact::ExpensesSync => "expensesSync",
            Fact::RateLimitReached => "rateLimitReached",
            Fact::RateLimitReset => "rateLimitReset",
        })?;
        match &self.subject {
            Subject::Company(id) => write!(f, " company={id}"),
            Subject::Connection(id) => write!(f, " connection={id}"),
            Subject::Key(key) => write!(f, " key={key}"),
            Subject::Client => f.write_str(" client"),
        }
    }
}

/// The kind of fact that both an alert and a current event report.
fn fact(event: &Event) -> Option<Fact> {
    Some(match event {
        Event::ConnectionCreated(_)
        | Event::ConnectionConnected(_)
        | Event::ConnectionDisconnected(_)
        | Event::ConnectionReconnected(_)
        | Event::ConnectionDeleted(_) => Fact::Connection,
        Event::WriteSuccessful(..) | Event::WriteUnsuccessful(..) => Fact::Write,
        Event::ExpensesSyncSuccessful(_) | Event::ExpensesSyncUnsuccessful(_) => Fact::ExpensesSync,
        Event::ClientRateLimitReached(_) => Fact::RateLimitReached,
        Event::ClientRateLimitReset(_) => Fact::RateLimitReset,
        Event::Alert(alert) => match alert.rule {
            Rule::DataConnectionStatusChanged(_) | Rule::SyncConnectionDeleted(_) => {
                Fact::Connection
            }
            Rule::NewCompanySynchronized(_)
            | Rule::DataSyncCompleted(_)
            | Rule::DatasetDataChanged(_)
            | Rule::DataSyncStatusChangedToError(_) => Fact::Read,
            Rule::PushOperationStatusChanged(_) | Rule::PushOperationTimedOut(_) => Fact::Write,
            Rule::SyncCompleted(_) | Rule::SyncFailed(_) => Fact::ExpensesSync,
            Rule::RateLimitReached(_) => Fact::RateLimitReached,
            Rule::RateLimitReset(_) => Fact::RateLimitReset,
            Rule::SyncStarted(_) | Rule::Unknown(..) => return None,
        },
        _ => return event.read_completed().map(|_| Fact::Read),
    })
}

/// The id of the write request or of the sync.
fn own_key(event: &Event) -> Option<String> {
    match event {
        Event::WriteSuccessful(_, write) | Event::WriteUnsuccessful(_, write) => {
            Some(key(&write.id))
        }
        Event::ExpensesSyncSuccessful(sync) | Event::ExpensesSyncUnsuccessful(sync) => {
            Some(key(&sync.sync_id))
        }
        Event::Alert(alert) => alert.own_key(),
        _ => None,
    }
}

/// The id in the form in which an alert has it, if it is a UUID.
fn key(id: &str) -> String {
    Uuid::try_parse(id).map_or_else(|_| id.to_owned(), |id| id.to_string())
}

impl Alert {
    /// Returns the id of the write request or of the sync.
    fn own_key(&self) -> Option<String> {
        match &self.rule {
            Rule::PushOperationStatusChanged(data) | Rule::PushOperationTimedOut(data) => {
                let key = data.push_operation_key.or(data.push_operation_guid)?;
                Some(key.to_string())
            }
            Rule::SyncCompleted(data) | Rule::SyncFailed(data) => {
                data.sync_id.map(|id| id.to_string())
            }
            _ => None,
        }
    }

    /// Returns the types of the current events that can report what the alert reports: of its data type
    /// alone if it has one, and of its status. Empty if nothing replaces the alert.
    ///
    /// The reads of the client's own products are among them (`*.read.completed`).
    #[must_use]
    pub fn replaced_by(&self) -> Vec<EventPattern> {
        let data_type = self
            .data_type()
            .map_or("*", |data_type| current(data_type).as_str());
        let types = self.rule.rule_type().replaced_by().iter();
        types
            .filter(|event_type| match &self.rule {
                Rule::DataConnectionStatusChanged(data) => can_be_connection(data, event_type),
                Rule::PushOperationStatusChanged(data) => can_be_write(data, event_type),
                _ => true,
            })
            .filter_map(|event_type| event_type.replace("{dataType}", data_type).parse().ok())
            .collect()
    }
}

/// Whether a change of status can be reported by an event of the type. What the alert leaves out may
/// be anything.
fn can_be_connection(data: &DataConnectionStatusChanged, event_type: &str) -> bool {
    use ConnectionStatus::{Deauthorized, Linked, PendingAuth, Unlinked};

    let (old, new) = (data.old_status.as_ref(), data.new_status.as_ref());
    match event_type {
        "connection.created" => old.is_none() && new == Some(&PendingAuth),
        "connection.connected" => {
            matches!(old, None | Some(PendingAuth))
                && matches!(new, None | Some(Linked))
                && (old, new) != (None, None)
        }
        "connection.reconnected" => {
            matches!(old, None | Some(Unlinked | Deauthorized))
                && matches!(new, None | Some(Linked))
                && (old, new) != (None, None)
        }
        "connection.disconnected" => match new {
            None => old.is_some(),
            Some(new) => matches!(new, Unlinked | Deauthorized),
        },
        // A status that does not fit its field is not a missing one.
        "connection.deleted" => (old, new) == (None, None) && !has_misfit_status(data),
        _ => false,
    }
}

fn has_misfit_status(data: &DataConnectionStatusChanged) -> bool {
    let is_status = |key: &str| {
        ["newStatus", "oldStatus"]
            .iter()
            .any(|status| key.eq_ignore_ascii_case(status))
    };
    data.extra.iter().any(|(key, _)| is_status(key))
}

/// Whether a status of a write request can be reported by an event of the type.
fn can_be_write(data: &PushOperation, event_type: &str) -> bool {
    let successful = event_type.ends_with(".successful");
    match data.status.as_ref().map(current_status) {
        None | Some(WriteStatus::Failed | WriteStatus::TimedOut) => true,
        Some(WriteStatus::Success) => successful,
        Some(_) => false,
    }
}

/// The data type under its present name.
fn current(data_type: &DataType) -> &DataType {
    if *data_type == "accounts" {
        &DataType::ChartOfAccounts
    } else {
        data_type
    }
}

/// The status under its present name.
fn current_status(status: &WriteStatus) -> &WriteStatus {
    if *status == "Successful" {
        &WriteStatus::Success
    } else {
        status
    }
}

/// The type of an event, with the data type under its present name.
fn current_type(event: &Event) -> EventType {
    match event.event_type() {
        EventType::WriteSuccessful(data_type) => {
            EventType::WriteSuccessful(current(&data_type).clone())
        }
        EventType::WriteUnsuccessful(data_type) => {
            EventType::WriteUnsuccessful(current(&data_type).clone())
        }
        event_type => event_type,
    }
}

fn is_reported(alert: &Alert, event: &Event) -> bool {
    let event_type = current_type(event);
    let replaced_by = alert.replaced_by();
    if !replaced_by
        .iter()
        .any(|pattern| pattern.matches(&event_type))
    {
        return false;
    }
    let mut ids = Ids::default();
    ids.compare(alert.header.company_id, event.company_id());
    ids.compare(alert.own_key(), own_key(event));
    let same = match (&alert.rule, event) {
        (
            Rule::DataConnectionStatusChanged(data),
            Event::ConnectionCreated(event)
            | Event::ConnectionConnected(event)
            | Event::ConnectionDisconnected(event)
            | Event::ConnectionReconnected(event),
        ) => may_equal(data.new_status.as_ref(), Some(&event.connection.status)),
        (Rule::PushOperationStatusChanged(data), Event::WriteSuccessful(_, write)) => {
            is_same_status(data.status.as_ref(), write)
                // Without a status of its own, the event says what its type says.
                && (write.status.is_some()
                    || matches!(
                        data.status.as_ref().map(current_status),
                        None | Some(WriteStatus::Success)
                    ))
        }
        (Rule::PushOperationStatusChanged(data), Event::WriteUnsuccessful(_, write)) => {
            is_same_status(data.status.as_ref(), write)
        }
        (Rule::PushOperationTimedOut(_), Event::WriteSuccessful(_, write)) => {
            write.status == Some(WriteStatus::TimedOut)
        }
        (Rule::RateLimitReached(data), Event::ClientRateLimitReached(limit)) => {
            is_same_instant(data.expires_utc.as_ref(), limit.expiry_date.as_ref())
        }
        (Rule::RateLimitReset(data), Event::ClientRateLimitReset(limit)) => {
            let RateLimitReset {
                quota_remaining,
                expires_utc,
                ..
            } = data;
            is_same_instant(expires_utc.as_ref(), limit.expiry_date.as_ref())
                && may_equal(*quota_remaining, limit.quota_remaining)
        }
        (rule, event) => match event.read_completed() {
            Some(read) => return ids.same() && is_in_read(rule, alert.connection_id(), ids, read),
            None => true,
        },
    };
    ids.compare(alert.connection_id(), event.connection_id());
    // The event has it always. A company has several connections, and many writes of one data type.
    let is_identified = match fact(event) {
        Some(Fact::Connection) => alert.connection_id().is_some(),
        Some(Fact::Write | Fact::ExpensesSync) => alert.own_key().is_some(),
        _ => true,
    };
    same && ids.same() && is_identified
}

/// A read has several data types, and may be of several connections: one of them has to be what the
/// alert is about.
fn is_in_read(
    rule: &Rule,
    connection: Option<ConnectionId>,
    ids: Ids,
    read: &ReadCompleted,
) -> bool {
    if let Rule::NewCompanySynchronized(_) = rule {
        let mut connections = read.data_types.iter().filter_map(|read| read.connection_id);
        return match (connection, connections.next()) {
            (Some(connection), Some(first)) => {
                first == connection || connections.any(|id| id == connection)
            }
            _ => ids.shared,
        };
    }
    read.data_types.iter().any(|read| {
        let mut ids = ids;
        ids.compare(connection, read.connection_id);
        ids.same() && ids.shared && is_data_type(rule, read)
    })
}

/// Whether the data type of a read is what the alert is about.
fn is_data_type(rule: &Rule, read: &DataTypeRead) -> bool {
    let is_complete = read.status.as_ref().is_some_and(DatasetStatus::is_complete);
    let is_error = read.status.as_ref().is_some_and(DatasetStatus::is_error);
    let (data, same): (&Dataset, bool) = match rule {
        Rule::DataSyncCompleted(data) => (data, is_complete),
        Rule::DatasetDataChanged(data) => {
            (data, is_complete && read.records_modified != Some(false))
        }
        Rule::DataSyncStatusChangedToError(data) => (
            data,
            is_error && may_equal(data.dataset_status.as_ref(), read.status.as_ref()),
        ),
        _ => return false,
    };
    same && may_equal(
        data.data_type.as_ref().map(current),
        Some(current(&read.data_type)),
    )
}

fn is_same_status(status: Option<&WriteStatus>, write: &Write) -> bool {
    may_equal(
        status.map(current_status),
        write.status.as_ref().map(current_status),
    )
}

fn is_same_instant(alert: Option<&Timestamp>, event: Option<&Timestamp>) -> bool {
    let instant = |date: Option<&Timestamp>| date.and_then(Timestamp::assume_utc);
    may_equal(instant(alert), instant(event))
}

/// Returns `true` unless both are there and differ.
fn may_equal<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The ids that have been compared.
#[derive(Clone, Copy, Default)]
struct Ids {
    /// An id is in both.
    shared: bool,
    /// An id is in both, and not the same.
    differ: bool,
}

impl Ids {
    fn compare<T: PartialEq>(&mut self, alert: Option<T>, event: Option<T>) {
        self.shared |= alert.is_some() && event.is_some();
        self.differ |= !may_equal(alert, event);
    }

    fn same(self) -> bool {
        !self.differ
    }
}
