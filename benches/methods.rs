//! The methods of reading an event that are compared, and what they read.

#[path = "../tests/it/common/classes.rs"]
mod classes;

use std::collections::BTreeMap;
use std::hint::black_box;

use codat_webhooks as own;
use derived::{
    AccountCategoriesUpdated, Company, CompanyProduct, ConnectionEvent, Date, ExpensesSync, Known,
    RateLimit, ReadCompleted, Report, SourceAccountEvent, Webhook, Write,
};
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
    /// The same with an unknown field in every object.
    pub unknown_everywhere: String,
    /// Reads the struct that a user would write who knows the event type beforehand.
    pub known: fn(&[u8]),
    /// The same from text, whose UTF-8 is not checked again.
    pub known_text: fn(&str),
}

/// What a method does with a body. Dropping the event is part of it.
pub type Method = fn(&Case);

/// What a capable user would write who knows the event type beforehand: plain derives, `Uuid`,
/// `DateTime<Utc>`.
pub const KNOWN: Method = |case| (case.known)(case.body.as_bytes());
pub const KNOWN_TEXT: Method = |case| (case.known_text)(&case.body);
pub const FROM_SLICE: Method = |case| read(own::from_slice(case.body.as_bytes()));
pub const FROM_STR: Method = |case| read(own::from_str(&case.body));
pub const DESERIALIZE: Method =
    |case| read(serde_json::from_slice::<own::Webhook>(case.body.as_bytes()));
pub const TAGGED: Method = |case| read(serde_json::from_slice::<Webhook>(case.body.as_bytes()));
pub const VALUE: Method = |case| value(case.body.as_bytes());
pub const ENVELOPE: Method = |case| read(own::Envelope::from_slice(case.body.as_bytes()));
pub const IGNORED: Method = |case| read(serde_json::from_slice::<IgnoredAny>(case.body.as_bytes()));
pub const PAYLOAD_FIRST: Method = |case| read(own::from_slice(case.payload_first.as_bytes()));
pub const UNKNOWN_FIELD: Method = |case| read(own::from_slice(case.unknown_field.as_bytes()));
pub const UNKNOWN_EVERYWHERE: Method =
    |case| read(own::from_slice(case.unknown_everywhere.as_bytes()));
/// Includes `from_slice`.
pub const DRIFT: Method = |case| {
    black_box(own::from_slice(case.body.as_bytes()).unwrap().drift());
};
/// A legacy alert, whatever the case.
pub const ALERT: Method = |_| read(own::from_slice(ALERT_BODY.as_bytes()));
const ALERT_BODY: &str = include_str!("../tests/fixtures/rules.PushOperationStatusChanged.json");

fn read<T, E: std::fmt::Debug>(result: Result<T, E>) {
    black_box(result.unwrap());
}

/// Readers of bytes and of text.
type Readers = (fn(&[u8]), fn(&str));

fn known<P: DeserializeOwned>() -> Readers {
    (
        |body| read(serde_json::from_slice::<Known<P>>(body)),
        |body| read(serde_json::from_str::<Known<P>>(body)),
    )
}

pub fn cases() -> Vec<Case> {
    classes::cases().into_iter().map(case).collect()
}

pub fn large() -> Vec<Case> {
    classes::large().into_iter().map(case).collect()
}

fn case(case: classes::Case) -> Case {
    let (known, known_text) = match case.class {
        "company" => known::<Company>(),
        "product" => known::<CompanyProduct>(),
        "connection" | "connection with errors" => known::<ConnectionEvent>(),
        "write" => known::<Write>(),
        "rate limit" => known::<RateLimit>(),
        "source account" => known::<SourceAccountEvent>(),
        "expenses" | "2,000 transactions" => known::<ExpensesSync>(),
        "report" => known::<Report>(),
        "account categories" => known::<AccountCategoriesUpdated>(),
        _ => known::<ReadCompleted>(),
    };
    Case {
        class: case.class,
        unknown_field: unknown_field(&case.body),
        unknown_everywhere: unknown_everywhere(&case.body),
        known,
        known_text,
        body: case.body,
        payload_first: case.payload_first,
    }
}

/// An object of tags is a map of the client's own, and takes one more tag.
fn unknown_everywhere(body: &str) -> String {
    body.replace("},", ",\"addedLater\":\"2026\"},")
        .replace("}}", ",\"addedLater\":\"2026\"}}")
        .replace("}]", ",\"addedLater\":\"2026\"}]")
        .replace("{,", "{")
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

/// The `Value` method: read all, look at the event type, read the payload.
fn value(body: &[u8]) {
    let mut body: Value = serde_json::from_slice(body).unwrap();
    let payload = body["payload"].take();
    black_box(body["id"].as_str().unwrap().parse::<Uuid>().unwrap());
    black_box(
        body["generatedDate"]
            .as_str()
            .map(|date| date.parse::<Date>().unwrap()),
    );
    match body["eventType"].as_str().unwrap() {
        "company.created" | "company.deleted" => payload_of::<Company>(payload),
        "company.product.added" | "company.product.removed" => {
            payload_of::<CompanyProduct>(payload);
        }
        "connection.created"
        | "connection.connected"
        | "connection.disconnected"
        | "connection.reconnected"
        | "connection.failed"
        | "connection.deleted" => payload_of::<ConnectionEvent>(payload),
        "read.completed"
        | "read.completed.initial"
        | "read.completed.successful"
        | "read.completed.unsuccessful"
        | "read.completed.successful.initial"
        | "acme-lending.read.completed" => payload_of::<ReadCompleted>(payload),
        "bills.write.successful"
        | "bills.write.unsuccessful"
        | "invoices.write.successful"
        | "invoices.write.unsuccessful" => payload_of::<Write>(payload),
        "client.rateLimit.reached" | "client.rateLimit.reset" => payload_of::<RateLimit>(payload),
        "bankFeeds.sourceAccount.connected" | "bankFeeds.sourceAccount.disconnected" => {
            payload_of::<SourceAccountEvent>(payload);
        }
        "expenses.sync.successful" | "expenses.sync.unsuccessful" => {
            payload_of::<ExpensesSync>(payload);
        }
        "reports.categorizedBankStatement.generate.successful"
        | "reports.categorizedBankStatement.generate.unsuccessful"
        | "reports.creditModel.generate.successful"
        | "reports.creditModel.generate.unsuccessful"
        | "reports.spendAnalysis.generate.successful"
        | "reports.spendAnalysis.generate.unsuccessful" => payload_of::<Report>(payload),
        "AccountCategoriesUpdated" => payload_of::<AccountCategoriesUpdated>(payload),
        other => panic!("{other}"),
    }
}

fn payload_of<P: DeserializeOwned>(payload: Value) {
    read(serde_json::from_value::<P>(payload));
}
