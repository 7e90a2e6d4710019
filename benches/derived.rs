//! What a user would write by hand for the same events: every payload as a struct, with derived
//! `Deserialize`, `Serialize` and what else a payload needs. Against these the benches compare.
//!
//! They are simpler than ours: unknown event types, values that do not fit and a second spelling of a key
//! are errors, unknown fields are dropped, and products, data types and reports are those that are listed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub type Date = DateTime<Utc>;
pub type Tags = BTreeMap<String, String>;

pub fn from_slice(body: &[u8]) -> serde_json::Result<Webhook> {
    serde_json::from_slice(body)
}

pub fn to_string(webhook: &Webhook) -> serde_json::Result<String> {
    serde_json::to_string(webhook)
}

pub fn alert_from_slice(body: &[u8]) -> serde_json::Result<Alert> {
    serde_json::from_slice(body)
}

pub fn alert_to_string(alert: &Alert) -> serde_json::Result<String> {
    serde_json::to_string(alert)
}

/// An event: the enum that most users write.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    pub id: Uuid,
    pub generated_date: Option<Date>,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "eventType", content = "payload")]
pub enum Event {
    #[serde(rename = "company.created")]
    CompanyCreated(Company),
    #[serde(rename = "company.deleted")]
    CompanyDeleted(Company),
    #[serde(rename = "company.product.added")]
    CompanyProductAdded(CompanyProduct),
    #[serde(rename = "company.product.removed")]
    CompanyProductRemoved(CompanyProduct),
    #[serde(rename = "connection.created")]
    ConnectionCreated(ConnectionEvent),
    #[serde(rename = "connection.connected")]
    ConnectionConnected(ConnectionEvent),
    #[serde(rename = "connection.disconnected")]
    ConnectionDisconnected(ConnectionEvent),
    #[serde(rename = "connection.reconnected")]
    ConnectionReconnected(ConnectionEvent),
    #[serde(rename = "connection.failed")]
    ConnectionFailed(ConnectionEvent),
    #[serde(rename = "connection.deleted")]
    ConnectionDeleted(ConnectionEvent),
    #[serde(rename = "read.completed")]
    ReadCompleted(ReadCompleted),
    #[serde(rename = "read.completed.initial")]
    ReadCompletedInitial(ReadCompleted),
    #[serde(rename = "read.completed.successful")]
    ReadCompletedSuccessful(ReadCompleted),
    #[serde(rename = "read.completed.unsuccessful")]
    ReadCompletedUnsuccessful(ReadCompleted),
    #[serde(rename = "read.completed.successful.initial")]
    ReadCompletedSuccessfulInitial(ReadCompleted),
    #[serde(rename = "acme-lending.read.completed")]
    ProductReadCompleted(ReadCompleted),
    #[serde(rename = "bills.write.successful")]
    BillsWriteSuccessful(Write),
    #[serde(rename = "bills.write.unsuccessful")]
    BillsWriteUnsuccessful(Write),
    #[serde(rename = "invoices.write.successful")]
    InvoicesWriteSuccessful(Write),
    #[serde(rename = "invoices.write.unsuccessful")]
    InvoicesWriteUnsuccessful(Write),
    #[serde(rename = "client.rateLimit.reached")]
    RateLimitReached(RateLimit),
    #[serde(rename = "client.rateLimit.reset")]
    RateLimitReset(RateLimit),
    #[serde(rename = "bankFeeds.sourceAccount.connected")]
    SourceAccountConnected(SourceAccountEvent),
    #[serde(rename = "bankFeeds.sourceAccount.disconnected")]
    SourceAccountDisconnected(SourceAccountEvent),
    #[serde(rename = "expenses.sync.successful")]
    ExpensesSyncSuccessful(ExpensesSync),
    #[serde(rename = "expenses.sync.unsuccessful")]
    ExpensesSyncUnsuccessful(ExpensesSync),
    #[serde(rename = "reports.categorizedBankStatement.generate.successful")]
    BankStatementSuccessful(Report),
    #[serde(rename = "reports.categorizedBankStatement.generate.unsuccessful")]
    BankStatementUnsuccessful(Report),
    #[serde(rename = "reports.creditModel.generate.successful")]
    CreditModelSuccessful(Report),
    #[serde(rename = "reports.creditModel.generate.unsuccessful")]
    CreditModelUnsuccessful(Report),
    #[serde(rename = "reports.spendAnalysis.generate.successful")]
    SpendAnalysisSuccessful(Report),
    #[serde(rename = "reports.spendAnalysis.generate.unsuccessful")]
    SpendAnalysisUnsuccessful(Report),
    AccountCategoriesUpdated(AccountCategoriesUpdated),
}

/// An event of a type that is known beforehand.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Known<P> {
    pub id: Uuid,
    pub event_type: String,
    pub generated_date: Option<Date>,
    pub payload: P,
}

macro_rules! structs {
    ($keys:literal: $($name:ident { $($(#[$key:meta])? $field:ident: $type:ty,)* })*) => {$(
        #[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
        #[serde(rename_all = $keys)]
        pub struct $name { $($(#[$key])? pub $field: $type,)* }
    )*};
}

structs! { "camelCase":
    Company {
        id: Uuid,
        name: Option<String>,
        description: Option<String>,
        redirect: Option<String>,
        last_sync: Option<Date>,
        created: Option<Date>,
        created_by_user_name: Option<String>,
        products: Option<Vec<String>>,
        tags: Option<Tags>,
        reference_parent_company: Option<CompanyReference>,
        reference_subsidiary_companies: Option<Vec<CompanyReference>>,
        owner_user_ids: Option<Vec<Uuid>>,
        data_connections: Option<Vec<Connection>>,
    }
    CompanyReference {
        id: Uuid,
        name: Option<String>,
        description: Option<String>,
        links: Option<CompanyLinks>,
        tags: Option<Tags>,
    }
    CompanyLinks { portal: Option<String>, }
    CompanyProduct {
        id: Uuid,
        name: Option<String>,
        description: Option<String>,
        product_id: String,
        product_name: Option<String>,
        products: Option<Vec<String>>,
    }
    ConnectionEvent { reference_company: CompanyReference, connection: Connection, }
    Connection {
        id: Uuid,
        integration_id: Option<Uuid>,
        integration_key: Option<String>,
        source_id: Option<Uuid>,
        source_type: Option<String>,
        platform_name: Option<String>,
        link_url: Option<String>,
        status: String,
        last_sync: Option<Date>,
        created: Option<Date>,
        data_connection_errors: Option<Vec<ConnectionError>>,
        connection_info: Option<BTreeMap<String, Value>>,
    }
    ConnectionError {
        status_code: Option<String>,
        status_text: Option<String>,
        error_message: Option<String>,
        errored_on_utc: Option<Date>,
        status: Option<String>,
        resolved_on_utc: Option<Date>,
    }
    ReadCompleted {
        reference_company: CompanyReference,
        modified_from_date: Option<Date>,
        data_types: Vec<DataTypeRead>,
    }
    DataTypeRead {
        connection_id: Option<Uuid>,
        data_type: String,
        records_modified: Option<bool>,
        status: Option<String>,
        issues: Option<Vec<Issue>>,
    }
    Issue { r#type: Option<String>, message: Option<String>, links: Option<IssueLinks>, }
    IssueLinks { logs: Option<String>, portal: Option<String>, read_more: Option<String>, }
    Write {
        id: String,
        r#type: Option<String>,
        reference_company: CompanyReference,
        connection_id: Option<Uuid>,
        requested_on_date: Option<Date>,
        completed_on_date: Option<Date>,
        status: Option<String>,
        record: Option<WriteRecord>,
        attachment_id: Option<String>,
    }
    WriteRecord { id: Option<String>, }
    RateLimit {
        daily_quota: Option<i64>,
        quota_remaining: Option<i64>,
        expiry_date: Option<Date>,
    }
    SourceAccountEvent {
        reference_company: Option<CompanyReference>,
        company_id: Option<Uuid>,
        connection_id: Option<Uuid>,
        source_account: SourceAccount,
    }
    SourceAccount {
        id: String,
        account_name: Option<String>,
        account_type: Option<String>,
        account_number: Option<String>,
        sort_code: Option<String>,
        routing_info: Option<RoutingInfo>,
        currency: Option<String>,
        balance: Option<f64>,
        account_info: Option<AccountInfo>,
        modified_date: Option<Date>,
        status: Option<String>,
        feed_start_date: Option<NaiveDate>,
    }
    RoutingInfo { bank_code: Option<String>, r#type: Option<String>, }
    AccountInfo {
        description: Option<String>,
        nickname: Option<String>,
        account_open_date: Option<NaiveDate>,
        available_balance: Option<f64>,
    }
    ExpensesSync {
        reference_company: CompanyReference,
        sync_id: String,
        transactions: Option<Vec<ExpensesTransaction>>,
    }
    ExpensesTransaction { id: String, status: Option<String>, error_message: Option<String>, }
    Report { id: Uuid, reference_company: Option<CompanyReference>, }
    AccountCategoriesUpdated {
        reference_company: Option<CompanyReference>,
        modified_date: Option<Date>,
    }
}

/// A legacy alert.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alert {
    pub alert_id: Uuid,
    pub rule_id: Option<Uuid>,
    pub client_id: Option<Uuid>,
    pub client_name: Option<String>,
    pub company_id: Option<Uuid>,
    pub data_connection_id: Option<Uuid>,
    pub message: Option<String>,
    #[serde(flatten)]
    pub rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "RuleType", content = "Data")]
pub enum Rule {
    DataConnectionStatusChanged(DataConnectionStatusChanged),
    #[serde(
        rename = "New company synchronized",
        alias = "New company synchronised"
    )]
    NewCompanySynchronized(NewCompanySynchronized),
    #[serde(rename = "Data sync completed", alias = "DataSyncCompleted")]
    DataSyncCompleted(Dataset),
    #[serde(rename = "Dataset data changed")]
    DatasetDataChanged(Dataset),
    #[serde(rename = "Data Sync Status Changed To Error")]
    DataSyncStatusChangedToError(Dataset),
    #[serde(rename = "Push Operation Status Changed")]
    PushOperationStatusChanged(PushOperation),
    #[serde(rename = "Push Operation Timed Out")]
    PushOperationTimedOut(PushOperation),
    #[serde(rename = "Sync Completed")]
    SyncCompleted(SyncData),
    #[serde(rename = "Sync Failed")]
    SyncFailed(SyncData),
    SyncStarted(SyncData),
    #[serde(rename = "Sync Connection Deleted")]
    SyncConnectionDeleted,
    #[serde(rename = "Rate Limit Reached")]
    RateLimitReached(RateLimitReached),
    #[serde(rename = "Rate Limit Reset", alias = "ClientRateLimitReset")]
    RateLimitReset(RateLimitWasReset),
    #[serde(rename = "Account Categories Updated")]
    AccountCategoriesUpdated(CategoriesUpdated),
}

structs! { "camelCase":
    DataConnectionStatusChanged {
        data_connection_id: Option<Uuid>,
        new_status: Option<String>,
        old_status: Option<String>,
        platform_key: Option<String>,
    }
    NewCompanySynchronized { company_name: Option<String>, source_type: Option<String>, }
    Dataset {
        data_type: Option<String>,
        dataset_status: Option<String>,
        dataset_id: Option<Uuid>,
    }
    PushOperation {
        data_type: Option<String>,
        status: Option<String>,
        push_operation_key: Option<Uuid>,
        push_operation_guid: Option<Uuid>,
    }
    SyncData {
        sync_id: Option<Uuid>,
        sync_type: Option<String>,
        #[serde(rename = "FailureStage")]
        failure_stage: Option<String>,
        #[serde(rename = "SyncDateRangeStartUtc")]
        sync_date_range_start_utc: Option<Date>,
        #[serde(rename = "SyncDateRangeFinishUtc")]
        sync_date_range_finish_utc: Option<Date>,
    }
    CategoriesUpdated { modified_date: Option<Date>, }
}

structs! { "PascalCase":
    RateLimitReached { daily_quota: Option<i64>, expires_utc: Option<Date>, }
    RateLimitWasReset {
        quota_remaining: Option<i64>,
        reset_reason: Option<String>,
        daily_quota: Option<i64>,
        expires_utc: Option<Date>,
    }
}

#[cfg(test)]
#[allow(dead_code)]
#[path = "../tests/it/common/classes.rs"]
mod classes;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use serde_json::Value;

    use super::classes::instants;
    use super::{alert_from_slice, alert_to_string, from_slice, to_string};

    /// The paths of all fields that are not null.
    fn fields(json: &str) -> BTreeSet<String> {
        fn walk(value: &Value, path: &str, into: &mut BTreeSet<String>) {
            match value {
                Value::Null => {}
                Value::Array(items) => items.iter().for_each(|item| walk(item, path, into)),
                Value::Object(members) => {
                    for (key, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                        let path = format!("{path}.{key}");
                        walk(value, &path, into);
                        into.insert(path);
                    }
                }
                _ => {}
            }
        }
        let mut found = BTreeSet::new();
        walk(&serde_json::from_str(json).unwrap(), "", &mut found);
        found
    }

    /// Only then is what they cost comparable.
    #[test]
    fn no_field_of_a_sample_is_missing() {
        for file in fs::read_dir("../tests/fixtures").unwrap() {
            let file = file.unwrap().path();
            let body = instants(&fs::read_to_string(&file).unwrap());
            // What the crate does not model, they need not have.
            let webhook = codat_webhooks::from_str(&body).unwrap();
            if !webhook.drift().is_empty() {
                continue;
            }
            let event = from_slice(body.as_bytes());
            let alert = alert_from_slice(body.as_bytes());
            let written = match (event, alert) {
                (Ok(event), _) => to_string(&event).unwrap(),
                (_, Ok(alert)) => alert_to_string(&alert).unwrap(),
                // Types that they do not list, values that do not fit, and a date without a time.
                (Err(event), Err(alert)) => {
                    let errors = format!("{}: {event}, {alert}", file.display());
                    let known = ["unknown variant", "invalid type", "premature end", "@"];
                    assert!(known.iter().any(|text| errors.contains(text)), "{errors}");
                    continue;
                }
            };
            assert_eq!(fields(&body), fields(&written), "{}", file.display());
        }
    }
}
