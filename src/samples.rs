//! Sample bodies for the tests of your own handlers.
//!
//! There is a body for each event type, and more for the forms in which Codat sends it: without its
//! optional fields, with nulls, with values that this crate does not know. Names, ids and amounts are
//! made up. The ids of a sample do not change within a minor version of the crate.
//!
//! ```
//! use codat_webhooks::{Event, samples};
//!
//! # fn handle(body: &[u8]) -> Result<(), codat_webhooks::Error> {
//! #     codat_webhooks::from_slice(body).map(drop)
//! # }
//! for sample in samples::all() {
//!     handle(sample.json().as_bytes()).unwrap();
//! }
//!
//! // Any data type of a write event, any product of a read, any report.
//! let items = samples::of(&"items.write.unsuccessful".into()).next().unwrap();
//! assert!(matches!(items.webhook().event, Event::WriteUnsuccessful(..)));
//! ```

use std::borrow::Cow;

use crate::event::EventType;
use crate::webhook::{Webhook, from_str};

/// A body with its event. Created by [`all`] and [`of`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sample {
    name: Cow<'static, str>,
    json: Cow<'static, str>,
    webhook: Webhook,
}

impl Sample {
    /// Returns the name of the sample: the event type (`rules.` and the rule for an alert), and after
    /// an `@` the form, if it is not the usual one: `connection.created@minimal`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the form of the event: `minimal`, `nulls`, `unknown-values`. `None` for the usual one.
    #[must_use]
    pub fn form(&self) -> Option<&str> {
        self.name.split_once('@').map(|(_, form)| form)
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.webhook.event_type()
    }

    /// Returns the body.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Returns the body as it is read.
    #[must_use]
    pub fn webhook(&self) -> &Webhook {
        &self.webhook
    }

    /// Returns the body as it is read.
    #[must_use]
    pub fn into_webhook(self) -> Webhook {
        self.webhook
    }

    fn read(name: Cow<'static, str>, json: Cow<'static, str>) -> Option<Self> {
        let webhook = from_str(&json).ok()?;
        Some(Self {
            name,
            json,
            webhook,
        })
    }
}

/// Returns every sample, in the order of the names.
pub fn all() -> impl Iterator<Item = Sample> {
    // A test reads them all.
    SAMPLES
        .iter()
        .filter_map(|(name, json)| Sample::read((*name).into(), json.trim_end().into()))
}

/// Returns the samples of an event type.
///
/// An event type with a part of your own choice (`items.write.successful`,
/// `your-product.read.completed`, `reports.yours.generate.successful`) has one, made from another of
/// its family. None is made of an unknown event type.
pub fn of(event_type: &EventType) -> impl Iterator<Item = Sample> {
    let samples: Vec<_> = all()
        .filter(|sample| sample.event_type() == *event_type)
        .collect();
    let made = samples.is_empty().then(|| make(event_type)).flatten();
    samples.into_iter().chain(made)
}

/// Makes the sample of an event type from another one of its family.
fn make(event_type: &EventType) -> Option<Sample> {
    if !event_type.is_known() {
        return None;
    }
    let other = all().find(|sample| {
        let other = sample.event_type();
        sample.form().is_none()
            && other.variant_name() == event_type.variant_name()
            && other.outcome() == event_type.outcome()
    })?;
    let text = |name: &str| serde_json::Value::from(name).to_string();
    let (name, made) = (other.webhook.wire_name(), event_type.as_str());
    let json = other.json.replacen(&text(&name), &text(&made), 1);
    let made = Sample::read(event_type.to_string().into(), json.into())?;
    (made.event_type() == *event_type).then_some(made)
}

macro_rules! samples {
    ($($name:literal)+) => {
        const SAMPLES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../tests/fixtures/", $name, ".json"))),)+
        ];
    };
}

samples! {
    "AccountCategoriesUpdated"
    "AccountCategoriesUpdated@legacy"
    "AccountCategoriesUpdated@legacy-joined"
    "Harbour Credit.read.completed.successful"
    "acme-lending.read.completed"
    "bankFeeds.sourceAccount.connected"
    "bankFeeds.sourceAccount.connected@generation-1"
    "bankFeeds.sourceAccount.connected@generation-1-nulls"
    "bankFeeds.sourceAccount.connected@generation-2"
    "bankFeeds.sourceAccount.connected@generation-2-nulls"
    "bankFeeds.sourceAccount.connected@minimal"
    "bankFeeds.sourceAccount.disconnected"
    "bankFeeds.sourceAccount.disconnected@generation-1"
    "bankFeeds.sourceAccount.disconnected@prepaid-card"
    "bankFeeds.sourceAccount.disconnected@unknown-values"
    "bankTransactions.write.successful"
    "bill.write.successful"
    "billPayments.write.successful"
    "bills.write.successful"
    "bills.write.unsuccessful"
    "cash-flow v1.5.read.completed.initial"
    "client.rateLimit.reached"
    "client.rateLimit.reached@minimal"
    "client.rateLimit.reset"
    "client.rateLimit.reset@impossible-date"
    "commerce-orders.write.successful"
    "company.created"
    "company.created@minimal"
    "company.created@nulls"
    "company.created@owners"
    "company.created@tags"
    "company.created@type-key"
    "company.deleted"
    "company.product.added"
    "company.product.added@minimal"
    "company.product.removed"
    "company.renamed"
    "connection.connected"
    "connection.connected@no-generated-date"
    "connection.connected@unknown-values"
    "connection.created"
    "connection.created@minimal"
    "connection.deleted"
    "connection.deleted@nulls"
    "connection.disconnected"
    "connection.disconnected@unlinked"
    "connection.failed"
    "connection.failed@partial-errors"
    "connection.reconnected"
    "customers.write.successful"
    "directCosts.write.successful"
    "directIncomes.write.unsuccessful"
    "expenseClaims.write.successful"
    "expenseClaims.write.unsuccessful@nulls"
    "expenses.sync.successful"
    "expenses.sync.successful@no-transactions"
    "expenses.sync.unsuccessful"
    "expenses.sync.unsuccessful@minimal"
    "invoices.write.successful"
    "invoices.write.successful@minimal"
    "invoices.write.unsuccessful"
    "journalEntries.write.unsuccessful"
    "kestrel.v2.read.completed.unsuccessful"
    "meter.read.read.completed.successful.initial"
    "payments.write.unsuccessful"
    "platform.maintenance.announced"
    "purchaseOrders.write.successful"
    "read.completed"
    "read.completed.initial"
    "read.completed.initial@empty"
    "read.completed.successful"
    "read.completed.successful.initial"
    "read.completed.unsuccessful"
    "read.completed@minimal"
    "read.completed@nulls"
    "read.completed@unknown-values"
    "report.cashFlowForecast.generate.unsuccessful"
    "report.categorizedBankStatement.generate.successful"
    "report.categorizedBankStatement.generate.unsuccessful"
    "reports.cashFlowForecast.generate.successful"
    "reports.categorizedBankStatement.generate.successful"
    "reports.categorizedBankStatement.generate.unsuccessful"
    "reports.creditModel.generate.successful"
    "reports.creditModel.generate.unsuccessful"
    "reports.spendAnalysis.generate.successful"
    "reports.spendAnalysis.generate.unsuccessful"
    "rules.ClientRateLimitReached"
    "rules.ClientRateLimitReset"
    "rules.ClientRateLimitReset@nulls"
    "rules.DataConnectionStatusChanged"
    "rules.DataConnectionStatusChanged@camel"
    "rules.DataSyncCompleted"
    "rules.DataSyncCompleted@joined"
    "rules.DataSyncStatusChangedToError"
    "rules.DatasetDataChanged"
    "rules.NewCompanySynchronized"
    "rules.NewCompanySynchronized@no-data"
    "rules.PushOperationStatusChanged"
    "rules.PushOperationStatusChanged@parentheses"
    "rules.PushOperationTimedOut"
    "rules.SyncCompleted"
    "rules.SyncCompleted@complete"
    "rules.SyncConnectionDeleted"
    "rules.SyncFailed"
    "rules.SyncStarted"
    "rules.Weekly digest is ready"
    "suppliers.write.unsuccessful@unknown-values"
    "transfers.write.successful"
}
