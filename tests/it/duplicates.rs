//! Which current event reports what an alert reports: the reference's table, to the row.

use std::collections::{BTreeMap, BTreeSet};

use codat_webhooks::event::FactKey;
use codat_webhooks::legacy::Alert;
use codat_webhooks::payload::DatasetStatus;
use codat_webhooks::{Event, from_str};
use serde_json::{Value, json};

use crate::common::{COMPANY, CONNECTION, FAILURES, ID, fixture, fixtures, odd_spellings};

const KEY: &str = "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24";
const OTHER: &str = "99999999-1f2e-4d5c-8b6a-970e1f3c5d24";
/// The connection of a data type that is in every read and in no alert.
const ELSEWHERE: &str = "77777777-1f2e-4d5c-8b6a-970e1f3c5d24";

/// What an alert or an event is about.
#[derive(Clone, Copy, Debug)]
struct About<'a> {
    company: Option<&'a str>,
    connection: Option<&'a str>,
    /// The write request or the sync.
    key: Option<&'a str>,
    data_type: Option<&'a str>,
}

const ABOUT: About<'_> = About {
    company: Some(COMPANY),
    connection: Some(CONNECTION),
    key: Some(KEY),
    data_type: Some("invoices"),
};

fn read(body: &Value) -> Event {
    let webhook = from_str(&body.to_string());
    webhook
        .unwrap_or_else(|error| panic!("{error}: {body}"))
        .event
}

/// Returns an alert with its data, and with the ids where the rule has them.
fn alert(rule: &str, data: &Value, about: About<'_>) -> Event {
    let mut body = json!({
        "AlertId": ID, "RuleType": rule, "CompanyId": about.company,
        "DataConnectionId": about.connection, "Data": data,
    });
    let name = rule.replace([' ', '-', '(', ')'], "").to_lowercase();
    if name == "dataconnectionstatuschanged" {
        body["Data"]["dataConnectionId"] = about.connection.into();
    }
    if name.starts_with("data") && !name.starts_with("dataconnection") {
        body["Data"]["dataType"] = about.data_type.into();
    }
    if name.starts_with("push") {
        body["Data"]["dataType"] = about.data_type.into();
        body["Data"]["pushOperationKey"] = about.key.into();
    }
    if name.starts_with("sync") && name != "syncconnectiondeleted" {
        body["Data"]["syncId"] = about.key.into();
    }
    if name.starts_with("client") || name.starts_with("rate") {
        body["CompanyId"] = Value::Null;
        body["DataConnectionId"] = Value::Null;
    }
    let event = read(&body);
    assert!(matches!(event, Event::Alert(_)));
    event
}

/// Returns an event of a type of the table, with the ids where the payload has them.
fn event(of: &str, status: Option<&str>, modified: Option<bool>, about: About<'_>) -> Event {
    let data_type = about.data_type.unwrap();
    let company = json!({"id": about.company});
    let payload = if of.starts_with("connection.") {
        json!({
            "referenceCompany": company,
            "connection": {"id": about.connection, "status": status},
        })
    } else if of.contains("read.completed") {
        json!({"referenceCompany": company, "dataTypes": [
            {
                "dataType": "items", "status": "Complete", "recordsModified": true,
                "connectionId": about.connection.map(|_| ELSEWHERE),
            },
            {
                "dataType": data_type, "status": status, "recordsModified": modified,
                "connectionId": about.connection,
            },
        ]})
    } else if of.contains(".write.") {
        json!({
            "id": about.key, "referenceCompany": company, "connectionId": about.connection,
            "status": status,
        })
    } else if of.starts_with("expenses.") {
        json!({"syncId": about.key, "referenceCompany": company})
    } else {
        assert!(of.starts_with("client."), "{of}");
        json!({})
    };
    let event_type = of.replace("{dataType}", data_type);
    let event = read(&json!({"id": ID, "eventType": event_type, "payload": payload}));
    assert!(!matches!(event, Event::Unknown(_)), "{of}");
    event
}

/// Whether one reports what the other reports, which does not depend on which is asked.
fn is_same(one: &Event, other: &Event) -> bool {
    let same = one.is_duplicate_of(other);
    assert_eq!(same, other.is_duplicate_of(one), "{one:?}\n{other:?}");
    same
}

/// The statuses that an event has to have. `None` is an event without.
#[derive(Clone, Debug)]
enum Statuses {
    Any,
    In(Vec<Option<&'static str>>),
}

/// An alert, and the events that report what it reports.
struct Row {
    rule: &'static str,
    data: Value,
    reported_by: Vec<(&'static [&'static str], Statuses)>,
    /// `recordsModified` is not false.
    modified: bool,
}

impl Row {
    fn new(rule: &'static str, data: Value) -> Self {
        Self {
            rule,
            data,
            reported_by: Vec::new(),
            modified: false,
        }
    }

    fn by(mut self, types: &'static [&'static str], statuses: Statuses) -> Self {
        self.reported_by.push((types, statuses));
        self
    }

    fn types(&self) -> BTreeSet<&'static str> {
        let types = self.reported_by.iter().flat_map(|(types, _)| *types);
        types.copied().collect()
    }

    fn alert(&self) -> Event {
        alert(self.rule, &self.data, ABOUT)
    }

    fn is_reported_by(&self, row: &EventRow) -> bool {
        self.reported_by.iter().any(|(types, statuses)| {
            types.contains(&row.of)
                && match statuses {
                    Statuses::Any => true,
                    Statuses::In(statuses) => statuses.contains(&row.status),
                }
        }) && !(self.modified && row.modified == Some(false))
    }
}

/// Changes of a connection's status: from, to, and the types of the events that can report it.
type Change = (
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// The empty text is an alert without the status.
const ANY_STATUS: &[&str] = &[
    "",
    "PendingAuth",
    "Linked",
    "Unlinked",
    "Deauthorized",
    "Paused",
];

const CHANGES: &[Change] = &[
    (&["PendingAuth"], &["Linked"], &["connection.connected"]),
    (
        &["Unlinked", "Deauthorized"],
        &["Linked"],
        &["connection.reconnected"],
    ),
    (
        ANY_STATUS,
        &["Unlinked", "Deauthorized"],
        &["connection.disconnected"],
    ),
    (&[""], &["PendingAuth"], &["connection.created"]),
    (&[""], &[""], &["connection.deleted"]),
    // What decides is left out.
    (
        &[""],
        &["Linked"],
        &["connection.connected", "connection.reconnected"],
    ),
    (
        &["PendingAuth"],
        &[""],
        &["connection.connected", "connection.disconnected"],
    ),
    (
        &["Unlinked", "Deauthorized"],
        &[""],
        &["connection.reconnected", "connection.disconnected"],
    ),
    (&["Linked", "Paused"], &[""], &["connection.disconnected"]),
    // No event type is for these.
    (&["Linked", "Paused"], &["Linked"], &[]),
    (
        &[
            "PendingAuth",
            "Linked",
            "Unlinked",
            "Deauthorized",
            "Paused",
        ],
        &["PendingAuth"],
        &[],
    ),
    (ANY_STATUS, &["Paused"], &[]),
];

const SUCCESSFUL: &str = "{dataType}.write.successful";
const UNSUCCESSFUL: &str = "{dataType}.write.unsuccessful";

fn rows() -> Vec<Row> {
    use Statuses::{Any, In};

    let mut rows = Vec::new();
    for (from, to, types) in CHANGES {
        for from in *from {
            for to in *to {
                let status = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
                let data = json!({"oldStatus": status(from), "newStatus": status(to)});
                // An event about a deleted connection has the status from before.
                let statuses = if to.is_empty() {
                    Any
                } else {
                    In(vec![Some(to)])
                };
                rows.push(Row::new("DataConnectionStatusChanged", data).by(types, statuses));
            }
        }
    }
    assert_eq!(rows.len(), 6 * 6, "every change is there once");
    rows.push(Row::new("SyncConnectionDeleted", Value::Null).by(&["connection.deleted"], Any));

    let initial = &[
        "read.completed.initial",
        "read.completed.successful.initial",
    ];
    for data in [Value::Null, json!({"companyName": "Reedmace Joinery"})] {
        rows.push(Row::new("NewCompanySynchronized", data).by(initial, Any));
    }

    let complete = &["read.completed", "read.completed.successful"];
    for (rule, modified) in [("DataSyncCompleted", false), ("DatasetDataChanged", true)] {
        let row = Row::new(rule, json!({})).by(complete, In(vec![Some("Complete")]));
        rows.push(Row { modified, ..row });
    }
    let failed = &["read.completed", "read.completed.unsuccessful"];
    let failures = FAILURES.map(Some).to_vec();
    rows.push(Row::new("DataSyncStatusChangedToError", json!({})).by(failed, In(failures.clone())));
    for status in failures {
        let data = json!({"datasetStatus": status});
        rows.push(Row::new("DataSyncStatusChangedToError", data).by(failed, In(vec![status])));
    }
    for status in ["Complete", "Error", "Cancelled", "Fetching"] {
        let data = json!({"datasetStatus": status});
        rows.push(Row::new("DataSyncStatusChangedToError", data).by(failed, In(Vec::new())));
    }

    let push =
        |status: Option<&str>| Row::new("PushOperationStatusChanged", json!({"status": status}));
    for status in ["Success", "Successful"] {
        let successful = In(vec![None, Some("Success"), Some("Successful")]);
        rows.push(push(Some(status)).by(&[SUCCESSFUL], successful));
    }
    for status in ["Failed", "TimedOut"] {
        rows.push(
            push(Some(status))
                .by(&[UNSUCCESSFUL], In(vec![None, Some(status)]))
                .by(&[SUCCESSFUL], In(vec![Some(status)])),
        );
    }
    rows.push(push(None).by(&[SUCCESSFUL, UNSUCCESSFUL], Any));
    rows.extend([push(Some("Pending")), push(Some("Paused"))]);
    rows.push(
        Row::new("PushOperationTimedOut", json!({}))
            .by(&[UNSUCCESSFUL], Any)
            .by(&[SUCCESSFUL], In(vec![Some("TimedOut")])),
    );

    rows.push(Row::new("SyncCompleted", json!({})).by(&["expenses.sync.successful"], Any));
    rows.push(Row::new("SyncFailed", json!({})).by(&["expenses.sync.unsuccessful"], Any));
    rows.push(Row::new("SyncStarted", json!({})));
    rows.push(Row::new("ClientRateLimitReached", json!({})).by(&["client.rateLimit.reached"], Any));
    rows.push(Row::new("ClientRateLimitReset", json!({})).by(&["client.rateLimit.reset"], Any));
    rows.push(Row::new("Weekly digest is ready", json!({})));
    rows
}

/// An event of a type of the table.
struct EventRow {
    /// The type as the table names it.
    of: &'static str,
    status: Option<&'static str>,
    modified: Option<bool>,
    event: Event,
}

fn event_rows() -> Vec<EventRow> {
    let mut rows = Vec::new();
    let mut add = |of: &'static str, statuses: &[Option<&'static str>]| {
        for status in statuses {
            let is_read = of.starts_with("read.");
            for modified in if is_read {
                &[None, Some(true), Some(false)][..]
            } else {
                &[None]
            } {
                let products = if is_read {
                    &["", "acme lending."][..]
                } else {
                    &[""]
                };
                for product in products {
                    let event = event(&format!("{product}{of}"), *status, *modified, ABOUT);
                    rows.push(EventRow {
                        of,
                        status: *status,
                        modified: *modified,
                        event,
                    });
                }
            }
        }
    };
    for of in [
        "connection.created",
        "connection.connected",
        "connection.disconnected",
        "connection.reconnected",
        "connection.deleted",
        "connection.failed",
    ] {
        add(
            of,
            &[
                "PendingAuth",
                "Linked",
                "Unlinked",
                "Deauthorized",
                "Paused",
            ]
            .map(Some),
        );
    }
    let known = DatasetStatus::KNOWN
        .iter()
        .map(|status| Some(status.as_str()));
    let statuses: Vec<_> = known.chain([Some("Error"), None]).collect();
    for of in [
        "read.completed",
        "read.completed.initial",
        "read.completed.successful",
        "read.completed.unsuccessful",
        "read.completed.successful.initial",
    ] {
        add(of, &statuses);
    }
    for of in [SUCCESSFUL, UNSUCCESSFUL] {
        let statuses = [
            "Pending",
            "Failed",
            "Success",
            "TimedOut",
            "Successful",
            "Paused",
        ];
        add(of, &statuses.map(Some));
        add(of, &[None]);
    }
    for of in [
        "expenses.sync.successful",
        "expenses.sync.unsuccessful",
        "client.rateLimit.reached",
        "client.rateLimit.reset",
    ] {
        add(of, &[None]);
    }
    rows
}

fn replaced_by(event: &Event) -> Vec<String> {
    let Event::Alert(alert) = event else {
        panic!("{event:?}")
    };
    let patterns = Alert::replaced_by(alert);
    patterns.iter().map(ToString::to_string).collect()
}

#[test]
fn an_alert_and_the_events_of_its_row_report_the_same() {
    let events = event_rows();
    let mut seen = BTreeMap::new();
    for row in rows() {
        let alert = row.alert();
        let mut found = 0;
        for event in &events {
            assert_eq!(
                is_same(&alert, &event.event),
                row.is_reported_by(event),
                "{} {}, {} {:?} {:?}",
                row.rule,
                row.data,
                event.event.event_type(),
                event.status,
                event.modified
            );
            found += usize::from(row.is_reported_by(event));
        }
        *seen.entry(row.rule).or_insert(0) += found;
    }
    let without: Vec<_> = seen.iter().filter(|(_, found)| **found == 0).collect();
    assert_eq!(
        without,
        [(&"SyncStarted", &0), (&"Weekly digest is ready", &0)]
    );
}

#[test]
fn an_alert_is_replaced_by_the_types_that_its_data_leaves_possible() {
    for row in rows() {
        for (data_type, written) in [
            (Some("invoices"), "invoices"),
            (Some("accounts"), "chartOfAccounts"),
            (Some("loyaltyPoints"), "loyaltyPoints"),
            (None, "*"),
        ] {
            let alert = alert(row.rule, &row.data, About { data_type, ..ABOUT });
            let mut expected = BTreeSet::new();
            for of in row.types() {
                expected.insert(of.replace("{dataType}", written));
                if of.starts_with("read.") {
                    expected.insert(format!("*.{of}"));
                }
            }
            let patterns = replaced_by(&alert);
            assert_eq!(patterns.len(), expected.len(), "none is there twice");
            let patterns: BTreeSet<_> = patterns.into_iter().collect();
            assert_eq!(patterns, expected, "{} {}", row.rule, row.data);
        }
    }
}

/// For each rule an alert, and an event that reports the same.
fn pairs() -> Vec<(Row, &'static str, Option<&'static str>)> {
    let mut pairs = Vec::new();
    for row in rows() {
        let Some((types, statuses)) = row.reported_by.first() else {
            continue;
        };
        let Some(of) = types.first() else { continue };
        let status = match statuses {
            Statuses::Any if of.starts_with("connection.") => Some("Linked"),
            Statuses::Any => None,
            Statuses::In(statuses) if statuses.is_empty() => continue,
            Statuses::In(statuses) => *statuses.last().unwrap(),
        };
        pairs.push((row, *of, status));
    }
    assert!(pairs.len() > 30, "{} pairs", pairs.len());
    pairs
}

#[test]
fn every_id_that_both_have_is_the_same() {
    const STATES: [Option<&str>; 3] = [None, Some("same"), Some("other")];
    fn pick<'a>(state: Option<&str>, same: &'a str, other: &'a str) -> Option<&'a str> {
        state.map(|state| if state == "same" { same } else { other })
    }

    let mut found = [0, 0];
    for (row, of, status) in pairs() {
        if row.rule.starts_with("Client") {
            continue; // about the client, which has no id
        }
        let is_read = of.starts_with("read.");
        let is_write = of.contains(".write.");
        let is_sync = of.starts_with("expenses.");
        let is_dataset = is_read && row.rule != "NewCompanySynchronized";
        for states in 0..3_usize.pow(5) {
            let [company, connection, key, data_type, theirs] =
                [1, 3, 9, 27, 81].map(|digit| STATES[states / digit % 3]);
            let optional = is_read || is_write;
            if theirs == Some("other") || (theirs.is_none() && !optional) {
                continue;
            }
            let alert = alert(
                row.rule,
                &row.data,
                About {
                    company: pick(company, COMPANY, OTHER),
                    connection: pick(connection, CONNECTION, OTHER),
                    key: pick(key, KEY, OTHER),
                    data_type: pick(data_type, "invoices", "bills"),
                },
            );
            let connection_of_event = pick(theirs, CONNECTION, OTHER);
            let event = event(
                of,
                status,
                None,
                About {
                    connection: connection_of_event,
                    ..ABOUT
                },
            );

            let has_connection = !is_sync && theirs.is_some();
            let differs = company == Some("other")
                || (connection == Some("other") && has_connection)
                || (key == Some("other") && (is_write || is_sync))
                || (data_type == Some("other") && (is_write || is_dataset));
            let identified = if is_write || is_sync {
                key.is_some()
            } else if is_read {
                company.is_some() || (connection.is_some() && has_connection)
            } else {
                connection.is_some()
            };
            let same = !differs && identified;
            assert_eq!(is_same(&alert, &event), same, "{alert:?}\n{event:?}");
            found[usize::from(same)] += 1;
        }
    }
    assert!(found.iter().all(|cases| *cases > 500), "{found:?}");
}

#[test]
fn the_event_has_the_ids_of_the_alert() {
    for (row, of, status) in pairs() {
        let alert = row.alert();
        let with = |about: About<'_>| is_same(&alert, &event(of, status, None, about));
        assert!(with(ABOUT));
        let client = of.starts_with("client.");
        for about in [
            About {
                company: Some(OTHER),
                ..ABOUT
            },
            About {
                connection: Some(OTHER),
                ..ABOUT
            },
            About {
                key: Some(OTHER),
                ..ABOUT
            },
            About {
                data_type: Some("bills"),
                ..ABOUT
            },
        ] {
            let concerned = (about.company == Some(OTHER))
                || (about.connection == Some(OTHER) && !of.starts_with("expenses."))
                || (about.key == Some(OTHER)
                    && (of.starts_with("expenses.") || of.contains(".write.")))
                || (about.data_type == Some("bills")
                    && (of.contains(".write.")
                        || row.rule.starts_with("DataS")
                        || row.rule.starts_with("Dataset")));
            assert_eq!(
                with(about),
                !concerned || client,
                "{} {of} {about:?}",
                row.rule
            );
        }
    }
}

#[test]
fn the_connection_in_the_data_is_the_one_that_changed() {
    let data = json!({"oldStatus": "PendingAuth", "newStatus": "Linked"});
    let mut body = json!({
        "AlertId": ID, "RuleType": "DataConnectionStatusChanged", "CompanyId": COMPANY,
        "DataConnectionId": OTHER, "Data": data,
    });
    body["Data"]["dataConnectionId"] = CONNECTION.into();
    let [same, other] = [CONNECTION, OTHER].map(|id| {
        let about = About {
            connection: Some(id),
            ..ABOUT
        };
        event("connection.connected", Some("Linked"), None, about)
    });
    assert!(is_same(&read(&body), &same));
    assert!(!is_same(&read(&body), &other));
    body["Data"]["dataConnectionId"] = Value::Null;
    assert!(is_same(&read(&body), &other));
}

#[test]
fn the_name_of_the_rule_is_compared_by_its_letters() {
    let mut rules = BTreeSet::new();
    for (row, of, status) in pairs() {
        if !rules.insert(row.rule) {
            continue;
        }
        let event = event(of, status, None, ABOUT);
        let documented: &[&str] = match row.rule {
            "NewCompanySynchronized" => &["New company synchronised"],
            "SyncCompleted" => &["Sync Complete"],
            "ClientRateLimitReached" => &["Rate Limit Reached"],
            "ClientRateLimitReset" => &["Rate Limit Reset"],
            _ => &[],
        };
        for name in documented.iter().chain([&row.rule]) {
            for spelling in odd_spellings(name) {
                let alert = alert(&spelling, &row.data, ABOUT);
                assert!(is_same(&alert, &event), "{spelling}");
            }
            for other in [format!("{name}s"), format!("{name}2"), name[1..].to_owned()] {
                let alert = alert(&other, &row.data, ABOUT);
                assert!(!is_same(&alert, &event), "{other}");
                assert!(replaced_by(&alert).is_empty());
                assert!(alert.fact_keys().is_empty());
            }
        }
    }
    assert_eq!(rules.len(), 12);
}

#[test]
fn accounts_are_the_chart_of_accounts() {
    let names = ["accounts", "chartOfAccounts", "bills"];
    let mut found = 0;
    for (row, of, status) in pairs() {
        let (read, write) = (of.starts_with("read."), of.contains(".write."));
        if !(read || write) || row.rule == "NewCompanySynchronized" {
            continue;
        }
        for one in names {
            for other in names {
                let about = |data_type| About {
                    data_type: Some(data_type),
                    ..ABOUT
                };
                let alert = alert(row.rule, &row.data, about(one));
                let event = event(of, status, None, about(other));
                let same = (one == "bills") == (other == "bills");
                assert_eq!(is_same(&alert, &event), same, "{one} {other}: {}", row.rule);
                found += usize::from(same);
            }
        }
    }
    assert!(found > 50, "{found} pairs");
}

#[test]
fn the_key_of_a_write_or_sync_is_compared_as_a_uuid() {
    let simple = KEY.replace('-', "");
    for (row, of, status) in pairs() {
        if !(of.contains(".write.") || of.starts_with("expenses.")) {
            continue;
        }
        let alert = row.alert();
        for (key, same) in [
            (KEY.to_uppercase(), true),
            (simple.to_uppercase(), true),
            (format!("{{{KEY}}}"), true),
            (format!("{simple}0"), false),
            ("7".to_owned(), false),
            (String::new(), false),
        ] {
            let about = About {
                key: Some(&key),
                ..ABOUT
            };
            let event = event(of, status, None, about);
            assert_eq!(is_same(&alert, &event), same, "{key}");
        }
    }
    // The deprecated key.
    for (keys, same) in [
        (json!({"pushOperationGuid": KEY}), true),
        (json!({"pushOperationGuid": OTHER}), false),
        (
            json!({"PushOperationKey": KEY, "PushOperationGuid": OTHER}),
            true,
        ),
    ] {
        let about = About { key: None, ..ABOUT };
        let mut body = json!({
            "AlertId": ID, "RuleType": "Push Operation Timed Out", "CompanyId": COMPANY,
            "Data": {"DataType": "invoices"},
        });
        let data = body["Data"].as_object_mut().unwrap();
        data.extend(keys.as_object().unwrap().clone());
        let event = event(
            UNSUCCESSFUL,
            None,
            None,
            About {
                key: ABOUT.key,
                ..about
            },
        );
        assert_eq!(is_same(&read(&body), &event), same, "{keys}");
    }
}

#[test]
fn a_status_that_does_not_fit_is_not_a_missing_one() {
    let deleted = event("connection.deleted", Some("Linked"), None, ABOUT);
    for data in [
        json!({"newStatus": 1}),
        json!({"oldStatus": 0}),
        json!({"OldStatus": 0, "NewStatus": 1}),
    ] {
        let alert = alert("DataConnectionStatusChanged", &data, ABOUT);
        assert!(!is_same(&alert, &deleted), "{data}");
        assert!(!replaced_by(&alert).contains(&"connection.deleted".to_owned()));
    }
    let data = json!({"newPlatform": 1});
    let alert = alert("DataConnectionStatusChanged", &data, ABOUT);
    assert!(is_same(&alert, &deleted), "another field does not matter");
}

#[test]
fn a_rate_limit_is_that_of_the_same_day() {
    let quota = |name: &str, date: &str, left: i64| {
        let payload = json!({"expiryDate": date, "quotaRemaining": left});
        read(
            &json!({"id": ID, "eventType": format!("client.rateLimit.{name}"), "payload": payload}),
        )
    };
    let data = json!({"ExpiresUtc": "2025-07-09T00:00:00", "QuotaRemaining": 5});
    let reset = alert("Rate Limit Reset", &data, ABOUT);
    for (date, left, same) in [
        ("2025-07-09T00:00:00", 5, true),
        ("2025-07-09T02:00:00+02:00", 5, true),
        ("2025-07-10T00:00:00Z", 5, false),
        ("2025-07-09T00:00:00Z", 6, false),
        // A date that cannot be compared.
        ("2025-07-09T00:00:99Z", 5, true),
    ] {
        assert_eq!(is_same(&reset, &quota("reset", date, left)), same, "{date}");
    }
    let reached = alert("Rate Limit Reached", &data, ABOUT);
    for (date, same) in [
        ("2025-07-09T00:00:00Z", true),
        ("2025-07-10T00:00:00Z", false),
    ] {
        assert_eq!(
            is_same(&reached, &quota("reached", date, 0)),
            same,
            "{date}"
        );
        assert!(!is_same(&reached, &quota("reset", date, 5)));
    }
}

/// Every event of this module's cases and of the samples.
fn everything() -> Vec<Event> {
    let samples = fixtures()
        .into_iter()
        .map(|fixture| from_str(&fixture.text).unwrap().event);
    let alerts = rows().into_iter().map(|row| row.alert());
    let mut events: Vec<_> = samples.chain(alerts).collect();
    events.extend(event_rows().into_iter().map(|row| row.event));
    for key in [KEY.to_uppercase(), format!("{{{KEY}}}"), "7".to_owned()] {
        let about = About {
            key: Some(&key),
            ..ABOUT
        };
        events.push(event(UNSUCCESSFUL, None, None, about));
        events.push(event("expenses.sync.successful", None, None, about));
    }
    // A sample's read, with an alert that has its ids.
    for (of, data_type) in [
        ("read.completed", "bills"),
        ("read.completed.initial", "bills"),
    ] {
        let about = About {
            company: Some(OTHER),
            connection: Some(ELSEWHERE),
            ..ABOUT
        };
        events.push(event(
            of,
            Some("Complete"),
            None,
            About {
                data_type: Some(data_type),
                ..about
            },
        ));
    }
    for (row, ..) in pairs() {
        for about in [
            About {
                company: None,
                ..ABOUT
            },
            About {
                connection: None,
                ..ABOUT
            },
            About { key: None, ..ABOUT },
            About {
                company: None,
                connection: Some(ELSEWHERE),
                ..ABOUT
            },
        ] {
            events.push(alert(row.rule, &row.data, about));
        }
    }
    events
}

#[test]
fn what_reports_the_same_shares_a_key() {
    let events = everything();
    let keys: Vec<Vec<FactKey>> = events.iter().map(Event::fact_keys).collect();
    let is_alert = |event: &Event| matches!(event, Event::Alert(_));
    let mut found = 0;
    for (one, ours) in events.iter().zip(&keys) {
        for (other, theirs) in events.iter().zip(&keys) {
            if one.is_duplicate_of(other) {
                assert!(
                    ours.iter().any(|key| theirs.contains(key)),
                    "{one:?}\n{other:?}"
                );
                assert_ne!(is_alert(one), is_alert(other), "two of one generation");
                found += 1;
            }
        }
    }
    assert!(found > 4_000, "{found} pairs");
    for keys in keys {
        assert!(keys.is_sorted_by(|one, next| one < next), "{keys:?}");
    }
}

#[test]
fn what_has_nothing_in_common_shares_no_key() {
    let nothing = About {
        company: Some(OTHER),
        connection: Some(OTHER),
        key: Some(OTHER),
        data_type: Some("bills"),
    };
    let pairs = pairs();
    for (row, ..) in &pairs {
        let alert = row.alert();
        let keys = alert.fact_keys();
        assert!(!keys.is_empty());
        for (other, of, status) in &pairs {
            let share = |about| {
                let theirs = event(of, *status, None, about).fact_keys();
                keys.iter().any(|key| theirs.contains(key))
            };
            // Of each kind of fact, by what the event's type begins with.
            let kind = |types: BTreeSet<&str>| {
                let of = *types.first().unwrap();
                let end = of.find(['.', '{']).unwrap();
                if of.starts_with("client.") {
                    of
                } else {
                    &of[..end]
                }
                .to_owned()
            };
            let same_kind = kind(row.types()) == kind(other.types());
            assert_eq!(share(ABOUT), same_kind, "{} {of}", row.rule);
            let client = of.starts_with("client.");
            assert_eq!(share(nothing), same_kind && client, "{} {of}", row.rule);
        }
    }
}

#[test]
fn an_event_that_no_alert_reports_has_no_key() {
    let mut without = BTreeSet::new();
    for fixture in fixtures() {
        let event = from_str(&fixture.text).unwrap().event;
        if event.fact_keys().is_empty() {
            without.insert(event.event_type().variant_name());
        }
    }
    let expected = [
        "AccountCategoriesUpdated",
        "Alert",
        "BankFeedsSourceAccountConnected",
        "BankFeedsSourceAccountDisconnected",
        "CompanyCreated",
        "CompanyDeleted",
        "CompanyProductAdded",
        "CompanyProductRemoved",
        "ConnectionFailed",
        "ReportsCategorizedBankStatementGenerateSuccessful",
        "ReportsCategorizedBankStatementGenerateUnsuccessful",
        "ReportsCreditModelGenerateSuccessful",
        "ReportsCreditModelGenerateUnsuccessful",
        "ReportsGenerateSuccessful",
        "ReportsGenerateUnsuccessful",
        "ReportsSpendAnalysisGenerateSuccessful",
        "ReportsSpendAnalysisGenerateUnsuccessful",
        "Unknown",
    ];
    assert_eq!(without.into_iter().collect::<Vec<_>>(), expected);
    for (name, has_keys) in [
        ("rules.SyncStarted", false),
        ("rules.Weekly digest is ready", false),
        ("rules.SyncFailed", true),
    ] {
        let event = from_str(&fixture(name).text).unwrap().event;
        assert_eq!(!event.fact_keys().is_empty(), has_keys, "{name}");
    }
}

#[test]
fn a_key_has_a_text_of_its_own() {
    let texts = |event: &Event| -> Vec<_> {
        let keys = event.fact_keys();
        keys.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        texts(&alert("Push Operation Timed Out", &json!({}), ABOUT)),
        [
            format!("write company={COMPANY}"),
            format!("write connection={CONNECTION}"),
            format!("write key={KEY}"),
        ]
    );
    assert_eq!(
        texts(&event("client.rateLimit.reset", None, None, ABOUT)),
        ["rateLimitReset client"]
    );
    let keys: BTreeSet<FactKey> = everything().iter().flat_map(Event::fact_keys).collect();
    let texts: BTreeSet<String> = keys.iter().map(ToString::to_string).collect();
    assert_eq!(keys.len(), texts.len());
    let kinds: BTreeSet<_> = texts
        .iter()
        .map(|text| text.split(['=']).next().unwrap())
        .collect();
    let expected = [
        "connection company",
        "connection connection",
        "expensesSync company",
        "expensesSync connection",
        "expensesSync key",
        "rateLimitReached client",
        "rateLimitReset client",
        "read company",
        "read connection",
        "write company",
        "write connection",
        "write key",
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
}
