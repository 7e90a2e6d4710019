//! A body of each class of events. The benches use them too.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

pub struct Case {
    pub class: &'static str,
    pub body: String,
    /// The same with the payload before the event type.
    pub payload_first: String,
}

impl Case {
    fn new(class: &'static str, body: String) -> Self {
        Self {
            class,
            payload_first: payload_first(&body),
            body,
        }
    }
}

pub fn cases() -> Vec<Case> {
    macro_rules! case {
        ($class:literal, $fixture:literal) => {{
            let text = include_str!(concat!("../../fixtures/", $fixture, ".json"));
            Case::new($class, instants(text.trim()))
        }};
    }
    vec![
        case!("company", "company.created"),
        case!("product", "company.product.added"),
        case!("connection", "connection.connected"),
        case!("connection with errors", "connection.disconnected"),
        case!("read", "read.completed"),
        case!("product read", "acme-lending.read.completed"),
        case!("write", "bills.write.successful"),
        case!("rate limit", "client.rateLimit.reached"),
        case!("source account", "bankFeeds.sourceAccount.connected"),
        case!("expenses", "expenses.sync.successful"),
        case!("report", "reports.creditModel.generate.successful"),
        case!(
            "account categories",
            "AccountCategoriesUpdated@current-envelope"
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
    Case::new(class, body)
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
    Case::new(class, body)
}

/// The body with every date-time as an instant, which is all that `DateTime<Utc>` takes.
pub fn instants(body: &str) -> String {
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
