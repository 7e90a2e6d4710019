//! A body of each event class, and the methods of reading it that are compared.

use std::collections::BTreeMap;
use std::hint::black_box;

use chrono::{DateTime, NaiveDate, Utc};
use codat_webhooks as own;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

/// A body of an event class.
pub struct Case {
    pub class: &'static str,
    pub body: String,
    /// The same with the payload before the event type.
    pub payload_first: String,
    /// The same with an unknown field at the end of the payload.
    pub unknown_field: String,
    /// Reads the struct that a user would write who knows the event type beforehand.
    pub known: fn(&[u8]),
}

/// What a method does with a body. Dropping the event is part of it.
pub type Method = fn(&Case);

/// What a capable user would write who knows the event type beforehand: plain derives, `Uuid`,
/// `DateTime<Utc>`.
pub const KNOWN: Method = |case| (case.known)(case.body.as_bytes());
pub const FROM_SLICE: Method = |case| read(own::from_slice(case.body.as_bytes()));
pub const FROM_STR: Method = |case| read(own::from_str(&case.body));
pub const DESERIALIZE: Method =
    |case| read(serde_json::from_slice::<own::Webhook>(case.body.as_bytes()));
pub const TAGGED: Method = |case| read(serde_json::from_slice::<Tagged>(case.body.as_bytes()));
pub const VALUE: Method = |case| value(case.body.as_bytes());
pub const ENVELOPE: Method = |case| read(own::Envelope::from_slice(case.body.as_bytes()));
pub const IGNORED: Method = |case| read(serde_json::from_slice::<IgnoredAny>(case.body.as_bytes()));
pub const PAYLOAD_FIRST: Method = |case| read(own::from_slice(case.payload_first.as_bytes()));
pub const UNKNOWN_FIELD: Method = |case| read(own::from_slice(case.unknown_field.as_bytes()));

fn read<T, E: std::fmt::Debug>(result: Result<T, E>) {
    black_box(result.unwrap());
}

fn known<P: DeserializeOwned>(body: &[u8]) {
    read(serde_json::from_slice::<Hook<P>>(body));
}

pub fn cases() -> Vec<Case> {
    macro_rules! case {
        ($class:literal, $fixture:literal, $known:ty) => {{
            let text = include_str!(concat!("../../tests/fixtures/", $fixture, ".json"));
            let body = instants(text.trim());
            Case {
                class: $class,
                payload_first: payload_first(&body),
                unknown_field: unknown_field(&body),
                body,
                known: known::<$known>,
            }
        }};
    }
    vec![
        case!("company", "company.created", Company),
        case!("product", "company.product.added", CompanyProduct),
        case!("connection", "connection.connected", ConnectionEvent),
        case!(
            "connection with errors",
            "connection.disconnected",
            ConnectionEvent
        ),
        case!("read", "read.completed", ReadCompleted),
        case!("product read", "acme-lending.read.completed", ReadCompleted),
        case!("write", "bills.write.successful", Write),
        case!("rate limit", "client.rateLimit.reached", RateLimit),
        case!(
            "source account",
            "bankFeeds.sourceAccount.connected",
            SourceAccountEvent
        ),
        case!("expenses", "expenses.sync.successful", ExpensesSync),
        case!("report", "reports.creditModel.generate.successful", Report),
        case!(
            "account categories",
            "AccountCategoriesUpdated@current-envelope",
            AccountCategoriesUpdated
        ),
    ]
}

/// Reads of many data types, and a sync of many transactions.
pub fn large() -> Vec<Case> {
    vec![
        read_of("40 data types with issues", 40),
        read_of("100 data types", 100),
        read_of("10,000 data types", 10_000),
        sync_of("2,000 transactions", 2_000),
    ]
}

fn read_of(class: &'static str, data_types: usize) -> Case {
    let issue = r#"{"type":"warning.validation","message":"The lines do not add up to the total","links":{"logs":"https://api.example.com/logs/81","portal":"https://portal.example.com/81","readMore":"https://docs.example.com/totals"}}"#;
    let read = format!(
        r#"{{"connectionId":"1d2f7c58-0b6e-4a93-8c41-5e9a7b3d2f60","dataType":"bankTransactions","recordsModified":true,"status":"Complete","issues":[{issue}]}}"#
    );
    let reads = vec![read; data_types].join(",");
    let body = format!(
        r#"{{"id":"5a0e7c91-3d4b-4f28-9e67-c1b8a2d4f305","eventType":"read.completed","generatedDate":"2025-06-11T08:15:30.1234567Z","payload":{{"referenceCompany":{{"id":"c4b1d9e2-6f3a-4875-a0d1-7e5c9b2f8a46","name":"Lark & Linnet Printers"}},"dataTypes":[{reads}]}}}}"#
    );
    Case {
        class,
        payload_first: payload_first(&body),
        unknown_field: unknown_field(&body),
        body,
        known: known::<ReadCompleted>,
    }
}

fn sync_of(class: &'static str, transactions: usize) -> Case {
    let transactions: Vec<_> = (0..transactions)
        .map(|n| {
            let (status, message) = match n % 10 {
                0 => ("PushError", r#""The account is archived in the accounting software""#),
                _ => ("Completed", "null"),
            };
            format!(
                r#"{{"id":"{n:08x}-7d1c-4e52-b3a9-0f6d8c2e4b17","status":"{status}","errorMessage":{message}}}"#
            )
        })
        .collect();
    let transactions = transactions.join(",");
    let body = format!(
        r#"{{"id":"e9c3a0b7-58d2-4164-8f0b-d27a6c5e1f93","eventType":"expenses.sync.unsuccessful","generatedDate":"2025-06-11T08:15:30Z","payload":{{"referenceCompany":{{"id":"c4b1d9e2-6f3a-4875-a0d1-7e5c9b2f8a46"}},"syncId":"70b2e8d4-1a9f-4c36-95e0-3b8d7f6a2c51","transactions":[{transactions}]}}}}"#
    );
    Case {
        class,
        payload_first: payload_first(&body),
        unknown_field: unknown_field(&body),
        body,
        known: known::<ExpensesSync>,
    }
}

/// The body with every date-time as an instant, which is all that `DateTime<Utc>` takes.
fn instants(body: &str) -> String {
    body.split('"')
        .map(|text| {
            let local =
                text.len() >= 19 && text.as_bytes()[10] == b'T' && text.as_bytes()[13] == b':';
            if local && !text.ends_with('Z') && !text[19..].contains(['+', '-']) {
                format!("{text}Z")
            } else {
                text.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\"")
}

fn payload_first(body: &str) -> String {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(body).unwrap();
    let (payload, rest): (Vec<_>, Vec<_>) = fields.iter().partition(|(key, _)| *key == "payload");
    let fields: Vec<_> = payload
        .into_iter()
        .chain(rest)
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn unknown_field(body: &str) -> String {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(body).unwrap();
    let payload = fields["payload"].get();
    let longer = format!(
        "{},\"addedLater\":true}}",
        payload.strip_suffix('}').unwrap()
    );
    body.replace(payload, &longer)
}

type Date = DateTime<Utc>;
type Tags = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Hook<P> {
    id: Uuid,
    event_type: String,
    generated_date: Option<Date>,
    payload: P,
}

macro_rules! plain {
    ($($name:ident { $($field:ident: $type:ty,)* })*) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[allow(dead_code)]
        struct $name { $($field: $type,)* }
    )*};
}

plain! {
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
    AccountCategoriesUpdated { modified_date: Option<Date>, }
}

/// The enum that most users write.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Tagged {
    id: Uuid,
    generated_date: Option<Date>,
    #[serde(flatten)]
    event: TaggedEvent,
}

macro_rules! by_event_type {
    ($($variant:ident($payload:ty) = $name:literal;)+) => {
        #[derive(Deserialize)]
        #[serde(tag = "eventType", content = "payload")]
        #[allow(dead_code)]
        enum TaggedEvent {
            $(#[serde(rename = $name)] $variant($payload),)+
        }

        /// The `Value` method: read all, look at the event type, read the payload.
        fn value(body: &[u8]) {
            let mut body: Value = serde_json::from_slice(body).unwrap();
            let payload = body["payload"].take();
            black_box(body["id"].as_str().unwrap().parse::<Uuid>().unwrap());
            black_box(body["generatedDate"].as_str().map(|date| date.parse::<Date>().unwrap()));
            match body["eventType"].as_str().unwrap() {
                $($name => read(serde_json::from_value::<$payload>(payload)),)+
                other => panic!("{other}"),
            }
        }
    };
}

by_event_type! {
    CompanyCreated(Company) = "company.created";
    CompanyDeleted(Company) = "company.deleted";
    CompanyProductAdded(CompanyProduct) = "company.product.added";
    CompanyProductRemoved(CompanyProduct) = "company.product.removed";
    ConnectionCreated(ConnectionEvent) = "connection.created";
    ConnectionConnected(ConnectionEvent) = "connection.connected";
    ConnectionDisconnected(ConnectionEvent) = "connection.disconnected";
    ConnectionReconnected(ConnectionEvent) = "connection.reconnected";
    ConnectionFailed(ConnectionEvent) = "connection.failed";
    ConnectionDeleted(ConnectionEvent) = "connection.deleted";
    ReadCompleted(ReadCompleted) = "read.completed";
    ReadCompletedInitial(ReadCompleted) = "read.completed.initial";
    ProductReadCompleted(ReadCompleted) = "acme-lending.read.completed";
    BillsWriteSuccessful(Write) = "bills.write.successful";
    BillsWriteUnsuccessful(Write) = "bills.write.unsuccessful";
    InvoicesWriteSuccessful(Write) = "invoices.write.successful";
    InvoicesWriteUnsuccessful(Write) = "invoices.write.unsuccessful";
    RateLimitReached(RateLimit) = "client.rateLimit.reached";
    RateLimitReset(RateLimit) = "client.rateLimit.reset";
    SourceAccountConnected(SourceAccountEvent) = "bankFeeds.sourceAccount.connected";
    SourceAccountDisconnected(SourceAccountEvent) = "bankFeeds.sourceAccount.disconnected";
    ExpensesSyncSuccessful(ExpensesSync) = "expenses.sync.successful";
    ExpensesSyncUnsuccessful(ExpensesSync) = "expenses.sync.unsuccessful";
    BankStatementSuccessful(Report) = "reports.categorizedBankStatement.generate.successful";
    BankStatementUnsuccessful(Report) = "reports.categorizedBankStatement.generate.unsuccessful";
    CreditModelSuccessful(Report) = "reports.creditModel.generate.successful";
    CreditModelUnsuccessful(Report) = "reports.creditModel.generate.unsuccessful";
    SpendAnalysisSuccessful(Report) = "reports.spendAnalysis.generate.successful";
    SpendAnalysisUnsuccessful(Report) = "reports.spendAnalysis.generate.unsuccessful";
    AccountCategoriesUpdated(AccountCategoriesUpdated) = "AccountCategoriesUpdated";
}
