//! Which events replace an alert, for everything that an alert can say or leave out: section by section
//! the table of the module `legacy`.

use codat_webhooks::legacy::RuleType;
use codat_webhooks::{Event, EventPattern};

use crate::common::{ID, odd_spellings, read};

fn replaced_by(rule: &str, data: &str) -> Vec<String> {
    let webhook = read(&format!(
        r#"{{"AlertId":"{ID}","RuleType":"{rule}","Data":{data}}}"#
    ));
    let Event::Alert(alert) = webhook.event else {
        panic!("{rule}")
    };
    alert
        .replaced_by()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Returns the object with the fields that are there.
fn object(fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!(r#""{name}":{value}"#))
        .collect();
    format!("{{{}}}", fields.join(","))
}

#[test]
fn a_change_of_status_is_replaced_by_the_events_that_it_can_be() {
    const CREATED: &str = "connection.created";
    const CONNECTED: &str = "connection.connected";
    const RECONNECTED: &str = "connection.reconnected";
    const DISCONNECTED: &str = "connection.disconnected";
    const DELETED: &str = "connection.deleted";

    let pending = r#""PendingAuth""#;
    let ends = [r#""Unlinked""#, r#""Deauthorized""#];
    let linked = r#""Linked""#;
    // A value that fits no rule: another status, and what is no status.
    let odd = [r#""Paused""#, r#""""#, "7", "[]", "{}", "true"];
    let mut cases: Vec<(&str, &str, &[&str])> = vec![
        ("", "", &[DELETED]),
        ("", pending, &[CREATED]),
        ("", linked, &[CONNECTED, RECONNECTED]),
        (pending, linked, &[CONNECTED]),
        (pending, pending, &[]),
        (linked, linked, &[]),
        (linked, pending, &[]),
        ("null", "null", &[DELETED]),
        ("null", pending, &[CREATED]),
    ];
    for end in ends {
        cases.push((end, linked, &[RECONNECTED]));
        cases.push((end, pending, &[]));
        for old in ["", pending, linked, r#""Unlinked""#, r#""Deauthorized""#] {
            cases.push((old, end, &[DISCONNECTED]));
        }
    }
    for odd in odd {
        cases.push((odd, linked, &[]));
        cases.push((odd, pending, &[]));
        for old in ["", pending, linked, odd] {
            cases.push((old, odd, &[]));
        }
    }
    for (old, new, expected) in cases {
        for names in [("oldStatus", "newStatus"), ("OldStatus", "NewStatus")] {
            let data = object(&[(names.0, old), (names.1, new)]);
            assert_eq!(
                replaced_by("DataConnectionStatusChanged", &data),
                expected,
                "{data}"
            );
        }
    }
}

#[test]
fn the_data_type_of_a_push_operation_is_a_text_and_no_pattern() {
    for names in ["dataType", "DataType"] {
        for (data_type, expected) in [
            (r#""invoices""#, Some("invoices")),
            (r#""accounts""#, Some("chartOfAccounts")),
            (r#""newType""#, Some("newType")),
            (r#""commerce-orders""#, Some("commerce-orders")),
            ("", Some("*")),
            ("null", Some("*")),
            // A text that is part of no event type, and what is no text.
            (r#""*""#, None),
            (r#""a.*""#, None),
            (r#""a.b""#, None),
            (r#""*.write""#, None),
            (r#""a*""#, None),
            (r#"".""#, None),
            (r#""a\tb""#, None),
            (r#""""#, None),
            ("7", None),
            ("[]", None),
            (r#"{"dataType":"invoices"}"#, None),
        ] {
            let (success, failure) = match expected {
                Some(part) => (
                    vec![format!("{part}.write.successful")],
                    ["unsuccessful", "successful"]
                        .map(|outcome| format!("{part}.write.{outcome}"))
                        .to_vec(),
                ),
                None => (vec![], vec![]),
            };
            for (status, expected) in [
                (r#""Success""#, &success),
                (r#""Successful""#, &success),
                (r#""Failed""#, &failure),
                (r#""TimedOut""#, &failure),
                ("", &failure),
                (r#""Pending""#, &vec![]),
                (r#""Odd""#, &vec![]),
                ("7", &vec![]),
            ] {
                let data = object(&[(names, data_type), ("status", status)]);
                assert_eq!(
                    &replaced_by("PushOperationStatusChanged", &data),
                    expected,
                    "{data}"
                );
            }
            let data = object(&[(names, data_type)]);
            assert_eq!(
                replaced_by("PushOperationTimedOut", &data),
                failure,
                "{data}"
            );
        }
    }
}

#[test]
fn the_other_rules_are_replaced_by_what_the_table_says() {
    const READS: [&str; 5] = [
        "",
        ".successful",
        ".unsuccessful",
        ".initial",
        ".successful.initial",
    ];
    let reads = |scopes: &[&str]| {
        let of = |product: &str| {
            scopes
                .iter()
                .map(|scope| format!("{product}read.completed{scope}"))
                .collect::<Vec<_>>()
        };
        [of(""), of("*.")].concat()
    };
    let listed = |types: &[&str]| types.iter().map(ToString::to_string).collect::<Vec<_>>();
    for (rule, expected) in [
        ("SyncConnectionDeleted", listed(&["connection.deleted"])),
        (
            "NewCompanySynchronized",
            reads(&[".initial", ".successful.initial"]),
        ),
        (
            "NewCompanySynchronised",
            reads(&[".initial", ".successful.initial"]),
        ),
        ("DataSyncCompleted", reads(&READS)),
        ("DatasetDataChanged", reads(&READS)),
        (
            "DataSyncStatusChangedToError",
            reads(&["", ".unsuccessful", ".initial"]),
        ),
        (
            "SyncCompleted",
            listed(&["expenses.sync.successful", "expenses.sync.unsuccessful"]),
        ),
        ("SyncFailed", listed(&["expenses.sync.unsuccessful"])),
        ("SyncStarted", vec![]),
        (
            "ClientRateLimitReached",
            listed(&["client.rateLimit.reached"]),
        ),
        ("ClientRateLimitReset", listed(&["client.rateLimit.reset"])),
        ("WeeklyDigest", vec![]),
    ] {
        for spelling in odd_spellings(rule) {
            assert_eq!(
                replaced_by(&spelling, r#"{"dataType":"*","syncId":7}"#),
                expected,
                "{spelling}"
            );
        }
    }
}

/// Unlike a known rule, whose spellings are equal.
#[test]
fn an_unknown_rule_is_what_was_sent_and_a_pattern_for_it_can_be_written() {
    for name in [
        "Weekly digest is ready",
        "WeeklyDigestIsReady",
        "weekly-digest.is ready()",
    ] {
        let webhook = read(&format!(r#"{{"AlertId":"{ID}","RuleType":"{name}"}}"#));
        let event_type = webhook.event_type();
        assert_eq!(event_type.name(), format!("@rules.{name}"));
        let pattern: EventPattern = format!("@rules.{name}").parse().unwrap();
        assert!(pattern.matches(&event_type));
        for other in odd_spellings(name) {
            let other = RuleType::from(&*other);
            assert_eq!(other == *name, other.as_str() == name);
        }
    }
}
