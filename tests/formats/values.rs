//! Values of every type that can be serialized, and what is left of them in a format that knows no digits.

use std::cell::Cell;
use std::collections::BTreeSet;

use codat_webhooks::legacy::{
    AccountCategories, AccountCategoriesUpdated, DataConnectionStatusChanged, Dataset,
    NewCompanySynchronized, NoData, PushOperation, RateLimitReached, RateLimitReset, Rule,
    RuleType, SyncData,
};
use codat_webhooks::payload::{
    AccountInfo, Company, CompanyLinks, CompanyProduct, CompanyReference, Connection,
    ConnectionError, ConnectionEvent, ConnectionStatus, DataTypeRead, ExpensesSync,
    ExpensesTransaction, Issue, IssueLinks, RateLimit, ReadCompleted, Report, RoutingInfo,
    SourceAccount, SourceAccountEvent, Write, WriteRecord,
};
use codat_webhooks::value::{
    Amount, CompanyId, DataType, ErrorCode, Extra, RawJson, ReportType, Tags, Timestamp,
};
use codat_webhooks::{Event, Webhook, from_str, samples};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

thread_local! {
    static NEXT: Cell<&'static str> = const { Cell::new("") };
}

/// A value of any type that the library serializes. One type for all keeps the test quick to compile.
macro_rules! any {
    ($($name:ident)+) => {
        #[derive(Clone, Debug, PartialEq)]
        pub enum Any {
            $($name($name),)+
        }

        $(impl From<&$name> for Any {
            fn from(value: &$name) -> Self {
                Self::$name(value.clone())
            }
        })+

        impl Any {
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)+
                }
            }

            /// Calls a function that reads values, which are of the type of this one.
            pub fn while_reading<R>(&self, function: impl FnOnce() -> R) -> R {
                NEXT.set(self.type_name());
                function()
            }
        }

        impl Serialize for Any {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$name(value) => value.serialize(serializer),)+
                }
            }
        }

        impl<'de> Deserialize<'de> for Any {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match NEXT.get() {
                    $(stringify!($name) => $name::deserialize(deserializer).map(Self::$name),)+
                    other => panic!("{other} is not a type"),
                }
            }
        }
    };
}

any! {
    Webhook AccountCategories AccountCategoriesUpdated AccountInfo Amount Company CompanyId CompanyLinks
    CompanyProduct CompanyReference Connection ConnectionError ConnectionEvent ConnectionStatus
    DataConnectionStatusChanged DataType DataTypeRead Dataset ErrorCode ExpensesSync
    ExpensesTransaction Issue IssueLinks NewCompanySynchronized NoData PushOperation RateLimit
    RateLimitReached RateLimitReset RawJson ReadCompleted Report ReportType RoutingInfo RuleType
    SourceAccount SourceAccountEvent SyncData Tags Timestamp Write WriteRecord
}

/// Values of unknown fields that other formats could mistake.
const UNKNOWN: [&str; 24] = [
    "99.990",
    "0.10",
    "100.00",
    "1e2",
    "1.5E-7",
    "-0",
    "-0.0",
    "12",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "12345678901234567890123",
    "0.1000000000000000055511151231257827",
    "true",
    "\"\"",
    "\"no\"",
    "\"0x10\"",
    "\"1e3\"",
    "\"1979-05-27T07:32:00Z\"",
    "\"~ # : {{ x }} \\n\\t\\\"\\\\ \\u00e9\\ud83d\\ude00\"",
    "[]",
    "{}",
    "[[0.50, \"a\"], {\"z\": 1, \"a\": [true]}]",
    "{\"type\":\"x\",\"kind\":{\"content\":1.10}}",
];

/// All samples, and one event with an unknown field of many kinds at every level.
pub fn webhooks() -> Vec<Webhook> {
    let mut all: Vec<_> = samples::all().map(samples::Sample::into_webhook).collect();
    assert!(all.len() > 100, "{}", all.len());
    all.extend(UNKNOWN.iter().map(|json| with_unknown_field(json)));
    all
}

/// Returns an event with an unknown field at every level.
pub fn with_unknown_field(json: &str) -> Webhook {
    from_str(&format!(
        r#"{{"id":"7d1e9a52-3c0b-4f6e-8a41-5b9c2e7f1d30","eventType":"bankFeeds.sourceAccount.connected","new":{json},
        "payload":{{"companyId":"51f0c3d7-2b8e-4a96-9d14-e7a3b05c8f62","new":{json},
        "sourceAccount":{{"id":"acc-7","balance":1204.50,"new":{json},"accountInfo":{{"availableBalance":99.990,"new":{json}}}}}}}}}"#
    ))
    .unwrap()
}

/// Returns each value in each of the webhooks.
pub fn values() -> Vec<Any> {
    let mut values = Values(Vec::new());
    for webhook in webhooks() {
        values.object(&webhook, &webhook.extra);
        values.event(&webhook.event);
    }
    values.0
}

struct Values(Vec<Any>);

impl Values {
    fn push<'a, T: 'a>(&mut self, values: impl IntoIterator<Item = &'a T>)
    where
        Any: From<&'a T>,
    {
        self.0.extend(values.into_iter().map(Any::from));
    }

    fn object<'a, T>(&mut self, value: &'a T, extra: &'a Extra)
    where
        Any: From<&'a T>,
    {
        self.push([value]);
        let raw = extra.iter().map(|(_, value)| Any::RawJson(value.clone()));
        self.0.extend(raw);
    }

    fn event(&mut self, event: &Event) {
        if let Some(event) = event.as_connection() {
            self.object(event, &event.extra);
            self.reference(&event.reference_company);
            return self.connection(&event.connection);
        }
        if let Some(read) = event.as_read_completed() {
            return self.read_completed(read);
        }
        if let Some((data_type, request)) = event.as_write() {
            self.push([data_type]);
            return self.write(request);
        }
        if let Some((report_type, report)) = event.as_report() {
            self.push([report_type]);
            self.object(report, &report.extra);
            return report
                .reference_company
                .iter()
                .for_each(|company| self.reference(company));
        }
        match event {
            Event::CompanyCreated(event) | Event::CompanyDeleted(event) => self.company(event),
            Event::CompanyProductAdded(event) | Event::CompanyProductRemoved(event) => {
                self.object(&**event, &event.extra);
            }
            Event::ClientRateLimitReached(limit) | Event::ClientRateLimitReset(limit) => {
                self.object(&**limit, &limit.extra);
            }
            Event::BankFeedsSourceAccountConnected(event)
            | Event::BankFeedsSourceAccountDisconnected(event) => self.source_account(event),
            Event::ExpensesSyncSuccessful(sync) | Event::ExpensesSyncUnsuccessful(sync) => {
                self.object(&**sync, &sync.extra);
                self.reference(&sync.reference_company);
                for transaction in sync.transactions.iter().flatten() {
                    self.object(transaction, &transaction.extra);
                }
            }
            Event::AccountCategoriesUpdated(event) => {
                self.object(&event.data, &event.data.extra);
                // The header is in the envelope.
                self.push([&AccountCategoriesUpdated::new(event.data.clone())]);
            }
            Event::Alert(alert) => self.rule(&alert.rule),
            Event::Unknown(event) => self.push(&event.payload),
            other => panic!("not examined: {other}"),
        }
    }

    fn company(&mut self, company: &Company) {
        self.object(company, &company.extra);
        self.push([&company.id]);
        self.tags(company.tags.as_ref());
        let parent = company.reference_parent_company.iter();
        let companies = parent.chain(company.reference_subsidiary_companies.iter().flatten());
        companies.for_each(|company| self.reference(company));
        for connection in company.data_connections.iter().flatten() {
            self.connection(connection);
        }
    }

    fn tags(&mut self, tags: Option<&Tags>) {
        tags.iter().for_each(|tags| self.object(*tags, &tags.extra));
    }

    fn reference(&mut self, company: &CompanyReference) {
        self.object(company, &company.extra);
        self.tags(company.tags.as_ref());
        company
            .links
            .iter()
            .for_each(|links| self.object(links, &links.extra));
    }

    fn connection(&mut self, connection: &Connection) {
        self.object(connection, &connection.extra);
        self.push([&connection.status]);
        self.push(&connection.connection_info);
        for error in connection.data_connection_errors.iter().flatten() {
            self.object(error, &error.extra);
            self.push(&error.status_code);
            self.push(&error.errored_on_utc);
        }
    }

    fn read_completed(&mut self, read: &ReadCompleted) {
        self.object(read, &read.extra);
        self.reference(&read.reference_company);
        for data_type in &read.data_types {
            self.object(data_type, &data_type.extra);
            for issue in data_type.issues.iter().flatten() {
                self.object(issue, &issue.extra);
                issue
                    .links
                    .iter()
                    .for_each(|links| self.object(links, &links.extra));
            }
        }
    }

    fn write(&mut self, request: &Write) {
        self.object(request, &request.extra);
        self.reference(&request.reference_company);
        request
            .record
            .iter()
            .for_each(|record| self.object(record, &record.extra));
    }

    fn source_account(&mut self, event: &SourceAccountEvent) {
        self.object(event, &event.extra);
        event
            .reference_company
            .iter()
            .for_each(|company| self.reference(company));
        let account = &event.source_account;
        self.object(account, &account.extra);
        self.push(&account.balance);
        account
            .routing_info
            .iter()
            .for_each(|info| self.object(info, &info.extra));
        if let Some(info) = &account.account_info {
            self.object(info, &info.extra);
            self.push(&info.available_balance);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        self.push([&rule.rule_type()]);
        match rule {
            Rule::DataConnectionStatusChanged(data) => self.object(data, &data.extra),
            Rule::NewCompanySynchronized(data) => self.object(data, &data.extra),
            Rule::DataSyncCompleted(data)
            | Rule::DatasetDataChanged(data)
            | Rule::DataSyncStatusChangedToError(data) => self.object(data, &data.extra),
            Rule::PushOperationStatusChanged(data) | Rule::PushOperationTimedOut(data) => {
                self.object(data, &data.extra);
            }
            Rule::SyncCompleted(data) | Rule::SyncFailed(data) | Rule::SyncStarted(data) => {
                self.object(data, &data.extra);
            }
            Rule::SyncConnectionDeleted(data) => self.object(data, &data.extra),
            Rule::RateLimitReached(data) => self.object(data, &data.extra),
            Rule::RateLimitReset(data) => self.object(data, &data.extra),
            Rule::Other(_, data) => self.push(data),
            other => panic!("not examined: {other:?}"),
        }
    }
}

#[test]
fn every_struct_of_the_library_is_examined() {
    let names: BTreeSet<_> = values().iter().map(Any::type_name).collect();
    let source = ["payload", "legacy"].iter().flat_map(|folder| {
        let folder =
            std::fs::read_dir(format!("{}/../../src/{folder}", env!("CARGO_MANIFEST_DIR")));
        folder
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
    });
    let mut structs = BTreeSet::new();
    for text in source {
        // An object with an `extra` is serialized by itself.
        for declaration in text.split("object! {").skip(1) {
            let declaration = declaration.split("\n}").next().unwrap();
            if declaration.contains("pub extra: Extra") {
                let name = declaration.split("pub struct ").nth(1).unwrap();
                structs.insert(name.split(' ').next().unwrap().to_owned());
            }
        }
    }
    assert!(structs.len() > 25, "{structs:?}");
    for name in &structs {
        assert!(names.contains(&**name), "{name} is not in the samples");
    }
    for name in ["Webhook", "Amount", "RawJson", "ErrorCode", "Tags"] {
        assert!(names.contains(name), "{name}");
    }
}

/// Returns the JSON text that the library writes.
pub fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// Returns the JSON value that the library writes.
pub fn json(value: &impl Serialize) -> Value {
    serde_json::from_str(&text(value)).unwrap()
}

/// Asserts that two JSON values are equal. The order of keys does not count, and of a number beyond 64
/// bits or with a fraction only what an `f64` holds.
#[track_caller]
pub fn assert_same(format: &str, a: &Value, b: &Value) {
    assert!(is_same(a, b), "{format}:\n{a}\n{b}");
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let integer = |number: &serde_json::Number| {
                number
                    .as_i64()
                    .map(i128::from)
                    .or(number.as_u64().map(i128::from))
            };
            match (integer(a), integer(b)) {
                (Some(a), Some(b)) => a == b,
                // Without the feature `float_roundtrip`, `serde_json` may miss the last bit.
                _ => {
                    let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
                    (a - b).abs() <= 2.0 * f64::EPSILON * a.abs().max(b.abs())
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Returns `true` if nothing depends on the text of the value: if its numbers are written as an `f64` or a
/// 64-bit integer is, and its unknown fields and its raw JSON without white space and sorted by key.
pub fn is_plain(value: &Any) -> bool {
    let mut plain = String::new();
    write_sorted(&json(value), &mut plain);
    value.while_reading(|| serde_json::from_str::<Any>(&plain).is_ok_and(|read| read == *value))
}

fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Array(elements) => {
            out.push('[');
            for (n, element) in elements.iter().enumerate() {
                out.push_str(if n > 0 { "," } else { "" });
                write_sorted(element, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (n, (key, value)) in members.into_iter().enumerate() {
                out.push_str(if n > 0 { "," } else { "" });
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
        Value::Number(number) => {
            // As without the feature `arbitrary_precision`. Not `100.0` or `-0.0`, of which DynamoDB makes
            // `100` and `0`.
            let integer = number.as_i64().map(|n| n.to_string());
            let integer = integer.or_else(|| number.as_u64().map(|n| n.to_string()));
            let float = || (number.as_f64().unwrap() + 0.0).to_string();
            out.push_str(&integer.unwrap_or_else(float));
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
