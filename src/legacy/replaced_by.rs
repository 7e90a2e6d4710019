//! Which current events replace an alert.

use super::data::{DataConnectionStatusChanged, PushOperation};
use super::{Alert, Rule};
use crate::json::Extra;
use crate::payload::{ConnectionStatus, WriteStatus};
use crate::value::DataType;

impl Alert {
    /// Returns the patterns of the event types that replace the alert.
    pub(crate) fn replacing(&self) -> Vec<String> {
        match &self.rule {
            Rule::DataConnectionStatusChanged(data) => connection(data),
            Rule::NewCompanySynchronized(_) => reads(&[".initial", ".successful.initial"]),
            Rule::DataSyncCompleted(_) | Rule::DatasetDataChanged(_) => reads(&[
                "",
                ".successful",
                ".unsuccessful",
                ".initial",
                ".successful.initial",
            ]),
            Rule::DataSyncStatusChangedToError(_) => reads(&["", ".unsuccessful", ".initial"]),
            Rule::PushOperationStatusChanged(data) => {
                match sent(data.status.as_ref(), &data.extra, "tatus") {
                    Sent::Value(status) if is_success(status) => writes(data, &["successful"]),
                    Sent::Value(WriteStatus::Failed | WriteStatus::TimedOut) | Sent::Nothing => {
                        writes(data, &["unsuccessful", "successful"])
                    }
                    Sent::Value(_) | Sent::Misfit => Vec::new(),
                }
            }
            Rule::PushOperationTimedOut(data) => writes(data, &["unsuccessful", "successful"]),
            Rule::SyncCompleted(_) => {
                listed(&["expenses.sync.successful", "expenses.sync.unsuccessful"])
            }
            Rule::SyncFailed(_) => listed(&["expenses.sync.unsuccessful"]),
            Rule::SyncConnectionDeleted(_) => listed(&["connection.deleted"]),
            Rule::RateLimitReached(_) => listed(&["client.rateLimit.reached"]),
            Rule::RateLimitReset(_) => listed(&["client.rateLimit.reset"]),
            Rule::SyncStarted(_) | Rule::Other(..) => Vec::new(),
        }
    }
}

fn listed(event_types: &[&str]) -> Vec<String> {
    event_types.iter().map(ToString::to_string).collect()
}

/// The reads of the platform and of every product.
fn reads(scopes: &[&str]) -> Vec<String> {
    let of_product = scopes
        .iter()
        .map(|scope| format!("*.read.completed{scope}"));
    let of_platform = scopes.iter().map(|scope| format!("read.completed{scope}"));
    of_platform.chain(of_product).collect()
}

/// What an alert says in one of its fields. A value that does not fit is not a missing one.
enum Sent<'a, T> {
    Value(&'a T),
    Misfit,
    Nothing,
}

/// The name is given without its first letter, which is sent in both cases.
fn sent<'a, T>(value: Option<&'a T>, extra: &Extra, name: &str) -> Sent<'a, T> {
    let is_name = |key: &str| {
        let mut rest = key.chars();
        rest.next();
        rest.as_str() == name
    };
    match value {
        Some(value) => Sent::Value(value),
        None if extra.iter().any(|(key, _)| is_name(key)) => Sent::Misfit,
        None => Sent::Nothing,
    }
}

/// The events of a change of status. What the alert leaves out may be anything.
fn connection(data: &DataConnectionStatusChanged) -> Vec<String> {
    use ConnectionStatus::{Deauthorized, Linked, PendingAuth, Unlinked};
    use Sent::{Misfit, Nothing, Value};

    let old = sent(data.old_status.as_ref(), &data.extra, "ldStatus");
    let new = sent(data.new_status.as_ref(), &data.extra, "ewStatus");
    listed(match (old, new) {
        (Nothing, Nothing) => &["connection.deleted"],
        (Nothing, Value(PendingAuth)) => &["connection.created"],
        (Nothing, Value(Linked)) => &["connection.connected", "connection.reconnected"],
        (Value(PendingAuth), Value(Linked)) => &["connection.connected"],
        (Value(Unlinked | Deauthorized), Value(Linked)) => &["connection.reconnected"],
        (Value(PendingAuth), Nothing) => &["connection.connected", "connection.disconnected"],
        (Value(Unlinked | Deauthorized), Nothing) => {
            &["connection.reconnected", "connection.disconnected"]
        }
        (_, Value(Unlinked | Deauthorized)) | (Value(_) | Misfit, Nothing) => {
            &["connection.disconnected"]
        }
        (_, Value(_) | Misfit) => &[],
    })
}

/// The write events of the alert's data type, or of every data type if there is none.
fn writes(data: &PushOperation, outcomes: &[&str]) -> Vec<String> {
    let data_type = match sent(data.data_type.as_ref(), &data.extra, "ataType") {
        Sent::Value(data_type) if data_type == "accounts" => DataType::ChartOfAccounts.as_str(),
        Sent::Value(data_type) => data_type.as_str(),
        Sent::Nothing => "*",
        Sent::Misfit => return Vec::new(),
    };
    // A text that is part of no event type.
    let is_odd = |c: char| matches!(c, '.' | '*') || c.is_control();
    if data.data_type.is_some() && (data_type.is_empty() || data_type.contains(is_odd)) {
        return Vec::new();
    }
    let write = |outcome: &&str| format!("{data_type}.write.{outcome}");
    outcomes.iter().map(write).collect()
}

/// Older alerts have `Successful`.
fn is_success(status: &WriteStatus) -> bool {
    *status == WriteStatus::Success || status == "Successful"
}
