//! Sample bodies, for tests of your own handlers.
//!
//! Each event type and each rule of the [legacy alerts](crate::legacy) has a sample in its usual
//! form, the one that Codat documents. `AccountCategoriesUpdated` is therefore an alert. Further
//! samples have one of these forms:
//!
//! | form | body |
//! |---|---|
//! | `minimal` | Has only the required fields. |
//! | `nulls`, `generation-1-nulls`, `generation-2-nulls` | Has optional fields that are `null`. |
//! | `unknown-fields` | Has a field that this crate does not model in each of its objects. |
//! | `unknown-values` | Has statuses, types or data types outside the documented sets. |
//! | `misfits` | Has optional fields whose value does not fit their type, such as a number instead of a string. |
//! | `date-with-space` | Has dates with a space instead of the `T`. |
//! | `impossible-date` | Has a date that does not exist. |
//! | `created-date`, `no-generated-date` | Has `createdDate` instead of `generatedDate`, or neither. |
//! | `type-key` | Has the event type in `type` instead of `eventType`. |
//! | `fields-of-2024` | Has the fields of 2024 that Codat has removed from reads since. |
//! | `reference-company` | A `company.created` event with a `referenceCompany` instead of the company's own fields. |
//! | `owners`, `tags` | A company with owners, or with as many and as long tags as Codat allows. |
//! | `unlinked` | A connection that was unlinked, where the usual form was deauthorized. |
//! | `numeric-status-code`, `partial-errors` | The errors of a connection have a `statusCode` that is a number, or lack fields. |
//! | `empty` | A read without data types. |
//! | `timed-out` | A write that timed out, reported as successful or as unsuccessful. |
//! | `no-transactions`, `undecided` | A sync without `transactions`, or with some that are pending, unknown or without status. |
//! | `generation-1`, `generation-2`, `prepaid-card` | Further source accounts of either [generation](crate::payload::SourceAccount). |
//! | `current-envelope` | `AccountCategoriesUpdated` in the envelope of the other events. |
//! | `changed-to-error`, `complete`, `joined`, `parentheses` | An alert with another spelling of the rule's name. |
//! | `camel` | An alert with keys in `camelCase`. |
//! | `no-data` | An alert without `Data`. |
//! | `zero-id` | An alert with a `DataConnectionId` of zeros only, which is a placeholder. |
//!
//! Names, ids, dates and amounts are invented. The ids of a sample do not change within a minor
//! version of the crate.
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
//! // The forms that are not fully modelled test a monitor of `Webhook::drift`.
//! let mut misfits = samples::all().filter(|sample| sample.form() == Some("misfits"));
//! assert!(misfits.all(|sample| !sample.webhook().drift().is_empty()));
//!
//! // `of` also creates samples for other data types, products and reports.
//! let items = samples::of("items.write.unsuccessful").next().unwrap();
//! assert!(matches!(items.webhook().event, Event::WriteUnsuccessful(..)));
//! ```

use std::borrow::Cow;

use crate::event::EventType;
use crate::parse::from_str;
use crate::webhook::Webhook;

/// Sample body, with the event that is read from it. Created by [`all`] and [`of`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sample {
    name: Cow<'static, str>,
    json: Cow<'static, str>,
    webhook: Webhook,
}

impl Sample {
    /// Returns the name of the sample.
    ///
    /// It is the event type, or `rules.` and the rule of an alert, such as `rules.SyncFailed`. If
    /// the body does not have the usual form, the form follows after an `@`, such as
    /// `connection.created@minimal`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the form of the body, such as `minimal`, from the [table of forms](self). `None` for
    /// the usual form.
    #[must_use]
    pub fn form(&self) -> Option<&str> {
        self.name.split_once('@').map(|(_, form)| form)
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.webhook.event_type()
    }

    /// Returns the body, as JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Returns the webhook that is read from the body.
    #[must_use]
    pub fn webhook(&self) -> &Webhook {
        &self.webhook
    }

    /// Converts the sample into the webhook that is read from the body.
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

/// Returns an iterator over all samples, ordered by name.
pub fn all() -> impl Iterator<Item = Sample> {
    // Drops no sample: the tests read all fixtures.
    SAMPLES
        .iter()
        .filter_map(|(name, json)| Sample::read((*name).into(), json.trim_end().into()))
}

/// Returns an iterator over the samples of an event type.
///
/// An event type can contain a data type, a product or a report. If there is no sample for the one
/// in `event_type`, such as `items` in `items.write.successful`, a sample is derived from that of
/// another data type, product or report.
///
/// The iterator is empty for an unknown event type that no sample has.
pub fn of(event_type: impl Into<EventType>) -> impl Iterator<Item = Sample> {
    let event_type = event_type.into();
    let samples: Vec<_> = all()
        .filter(|sample| sample.event_type() == event_type)
        .collect();
    let derived = samples.is_empty().then(|| derive(&event_type)).flatten();
    samples.into_iter().chain(derived)
}

/// Derives the sample of an event type from that of another one of the same kind.
fn derive(event_type: &EventType) -> Option<Sample> {
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
    let (name, wanted) = (other.webhook.wire_name(), event_type.name());
    let json = other.json.replacen(&text(&name), &text(&wanted), 1);
    let derived = Sample::read(event_type.to_string().into(), json.into())?;
    (derived.event_type() == *event_type).then_some(derived)
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
    "AccountCategoriesUpdated@current-envelope"
    "AccountCategoriesUpdated@joined"
    "Harbour Credit.read.completed.successful"
    "acme-lending.read.completed"
    "bankFeeds.sourceAccount.connected"
    "bankFeeds.sourceAccount.connected@generation-1"
    "bankFeeds.sourceAccount.connected@generation-1-nulls"
    "bankFeeds.sourceAccount.connected@generation-2"
    "bankFeeds.sourceAccount.connected@generation-2-nulls"
    "bankFeeds.sourceAccount.connected@minimal"
    "bankFeeds.sourceAccount.connected@misfits"
    "bankFeeds.sourceAccount.disconnected"
    "bankFeeds.sourceAccount.disconnected@generation-1"
    "bankFeeds.sourceAccount.disconnected@prepaid-card"
    "bankFeeds.sourceAccount.disconnected@unknown-values"
    "bankTransactions.write.successful"
    "bill.write.successful"
    "billPayments.write.successful"
    "bills.write.successful"
    "bills.write.unsuccessful"
    "bills.write.unsuccessful@unknown-values"
    "cash-flow v1.5.read.completed.initial"
    "client.rateLimit.reached"
    "client.rateLimit.reached@minimal"
    "client.rateLimit.reached@misfits"
    "client.rateLimit.reset"
    "client.rateLimit.reset@impossible-date"
    "commerce-orders.write.successful"
    "company.created"
    "company.created@minimal"
    "company.created@nulls"
    "company.created@owners"
    "company.created@reference-company"
    "company.created@tags"
    "company.created@type-key"
    "company.deleted"
    "company.deleted@created-date"
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
    "connection.disconnected@misfits"
    "connection.disconnected@unknown-fields"
    "connection.disconnected@unlinked"
    "connection.failed"
    "connection.failed@numeric-status-code"
    "connection.failed@partial-errors"
    "connection.reconnected"
    "connection.reconnected@date-with-space"
    "customers.write.successful"
    "directCosts.write.successful"
    "directIncomes.write.unsuccessful"
    "expenseClaims.write.successful"
    "expenseClaims.write.unsuccessful"
    "expenses.sync.successful"
    "expenses.sync.successful@no-transactions"
    "expenses.sync.unsuccessful"
    "expenses.sync.unsuccessful@minimal"
    "expenses.sync.unsuccessful@undecided"
    "invoices.write.successful"
    "invoices.write.successful@minimal"
    "invoices.write.unsuccessful"
    "journalEntries.write.unsuccessful"
    "journalEntries.write.unsuccessful@timed-out"
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
    "read.completed@fields-of-2024"
    "read.completed@minimal"
    "read.completed@misfits"
    "read.completed@nulls"
    "read.completed@unknown-fields"
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
    "rules.DataSyncStatusChangedToError@changed-to-error"
    "rules.DatasetDataChanged"
    "rules.NewCompanySynchronized"
    "rules.NewCompanySynchronized@no-data"
    "rules.PushOperationStatusChanged"
    "rules.PushOperationStatusChanged@parentheses"
    "rules.PushOperationTimedOut"
    "rules.SyncCompleted"
    "rules.SyncCompleted@complete"
    "rules.SyncConnectionDeleted"
    "rules.SyncConnectionDeleted@zero-id"
    "rules.SyncFailed"
    "rules.SyncStarted"
    "rules.Weekly digest is ready"
    "transfers.write.successful"
    "transfers.write.successful@timed-out"
}
