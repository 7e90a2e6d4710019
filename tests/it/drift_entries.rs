//! Every field that is not modelled is an entry of its own in `drift`, with a path of its own.

use codat_webhooks::drift::DriftKind;

use crate::common::{COMPANY, ID, drift, event, read};

/// Each place at which unknown members can be: the body with `@` in their place, and the path.
fn places() -> Vec<(String, &'static str)> {
    let company = format!(r#""referenceCompany":{{"id":"{COMPANY}"}}"#);
    vec![
        (
            format!(
                r#"{{"id":"{ID}","eventType":"company.deleted","payload":{{"id":"{COMPANY}"}},@}}"#
            ),
            "",
        ),
        (
            event("company.deleted", &format!(r#"{{"id":"{COMPANY}",@}}"#)),
            "payload.",
        ),
        (
            event(
                "company.deleted",
                &format!(r#"{{"id":"{COMPANY}","referenceParentCompany":{{"id":"{COMPANY}",@}}}}"#),
            ),
            "payload.referenceParentCompany.",
        ),
        (
            event(
                "read.completed",
                &format!(
                    r#"{{{company},"dataTypes":[{{"dataType":"bills"}},{{"dataType":"bills",@}}]}}"#
                ),
            ),
            "payload.dataTypes[1].",
        ),
        (
            format!(r#"{{"AlertId":"{ID}","RuleType":"SyncStarted",@}}"#),
            "",
        ),
        (
            format!(r#"{{"AlertId":"{ID}","RuleType":"SyncStarted","Data":{{"syncType":"a",@}}}}"#),
            "Data.",
        ),
        (
            format!(r#"{{"alertId":"{ID}","ruleType":"SyncStarted","data":{{"syncType":"a",@}}}}"#),
            "data.",
        ),
    ]
}

fn entries(template: &str, members: &str) -> Vec<(DriftKind, String)> {
    let webhook = read(&template.replacen('@', members, 1));
    webhook
        .drift()
        .into_iter()
        .map(|drift| (drift.kind, drift.path))
        .collect()
}

#[test]
fn an_empty_key_has_a_path_of_its_own() {
    for (template, path) in places() {
        assert_eq!(
            entries(&template, r#""":1"#),
            [(DriftKind::Field, format!("{path}\"\""))]
        );
        // Beside the field that its parent is.
        assert_eq!(
            entries(&template, r#""":1,"new":{"":2}"#),
            [
                (DriftKind::Field, format!("{path}\"\"")),
                (DriftKind::Field, format!("{path}new"))
            ]
        );
    }
}

#[test]
fn keys_that_begin_alike_are_two_entries() {
    let start = "k".repeat(64);
    for (template, path) in places() {
        let found = entries(&template, &format!(r#""{start}1":1,"{start}2":2"#));
        assert_eq!(found.len(), 2, "{template}");
        for (kind, found) in found {
            assert_eq!(kind, DriftKind::Field);
            assert!(found.starts_with(&format!("{path}{start}")), "{found}");
            assert!(found.len() < path.len() + 80, "{found}");
        }
    }
}

#[test]
fn a_repeated_key_is_one_entry_that_says_so() {
    for (template, path) in places() {
        for (members, key) in [
            (r#""new":1,"new":1"#, "new"),
            (r#""new":1,"other":1,"new":"2","new":null"#, "new"),
            (r#""":1,"":2"#, "\"\""),
        ] {
            let found = entries(&template, members);
            let repeated = (DriftKind::Repeated, format!("{path}{key}"));
            assert_eq!(
                found.iter().filter(|entry| **entry == repeated).count(),
                1,
                "{members} {found:?}"
            );
            let others = if members.contains("other") { 1 } else { 0 };
            assert_eq!(found.len(), 1 + others, "{members} {found:?}");
        }
    }
    // Of a field that has a name, too; its value is then in `extra`.
    let body = event(
        "company.deleted",
        &format!(r#"{{"id":"{COMPANY}","name":"a","name":"b"}}"#),
    );
    let webhook = read(&body);
    assert_eq!(drift(&webhook), ["repeated field at payload.name"]);
    assert_eq!(webhook.drift()[0].text, None);
    assert_eq!(webhook.event.company_name(), None);
}
