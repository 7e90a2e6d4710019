//! The `Display` of an event and of an error can be logged: it has ids, types and statuses, and no customer
//! data.

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use codat_webhooks::{Webhook, from_str};
use proptest::prelude::*;

use crate::common::{
    COMPANY, CONNECTION, Fixture, Json, Place, event, fixture, fixtures, read, write,
};

/// The line that is logged for a body.
fn line(body: &str) -> String {
    from_str(body).map_or_else(
        |error| error.to_string(),
        |webhook| webhook.event.to_string(),
    )
}

#[test]
fn the_line_has_the_type_the_ids_and_the_statuses() {
    let cases = [
        ("company.created", ""),
        ("company.deleted", ""),
        ("company.product.added", "product harvest-advance"),
        ("company.product.removed", "product kestrel.v2"),
        ("connection.created", "PendingAuth"),
        ("connection.created@minimal", "PendingAuth"),
        ("connection.failed", "PendingAuth, error 422"),
        (
            "connection.failed@partial-errors",
            "PendingAuth, error, error",
        ),
        ("connection.reconnected", "Linked, error 410 Resolved"),
        ("read.completed.initial@empty", "0 data types"),
        ("read.completed@minimal", "1 data type: 1 without status"),
        (
            "read.completed@unknown-values",
            "2 data types: 1 Error, 1 PartiallyComplete",
        ),
        (
            "read.completed.successful.initial",
            "2 data types: 2 Complete",
        ),
        (
            "acme-lending.read.completed",
            "2 data types: 1 Complete, 1 MapError",
        ),
        (
            "invoices.write.successful",
            "request 6fc2c3f9-8013-45b7-95a4-470e12147918, Create, Success",
        ),
        (
            "client.rateLimit.reset@impossible-date",
            "12000 calls a day, 11998 left",
        ),
        ("client.rateLimit.reached@minimal", ""),
        ("bankFeeds.sourceAccount.connected", "connected"),
        ("bankFeeds.sourceAccount.connected@minimal", ""),
        (
            "expenses.sync.unsuccessful",
            "sync a88a2e89-9d54-4af7-9a84-3561f600b97c, \
             3 transactions: 1 Completed, 1 Failed, 1 PushError",
        ),
        ("expenses.sync.unsuccessful@minimal", "sync manual-run-12"),
        (
            "reports.creditModel.generate.successful",
            "report 2d54cf33-df6c-4bf7-953c-808b62c9572e",
        ),
        (
            "report.categorizedBankStatement.generate.unsuccessful",
            "report 957920e3-0ca9-475a-b2dc-5253cfcaa011",
        ),
        ("AccountCategoriesUpdated", "modified 2025-02-19"),
        ("company.renamed", "payload of 311 bytes"),
        ("platform.maintenance.announced", ""),
    ];
    for (name, details) in cases {
        let event = read(&fixture(name).text).event;
        let mut expected = event.event_type().to_string();
        if let Some(company) = event.company_id() {
            expected += &format!(" company={company}");
        }
        if let Some(connection) = event.connection_id() {
            expected += &format!(" connection={connection}");
        }
        if !details.is_empty() {
            expected += &format!(": {details}");
        }
        assert_eq!(event.to_string(), expected);
    }
}

#[test]
fn the_line_is_short_however_much_was_sent() {
    let errors = |count: usize| {
        let error = format!(r#"{{"statusCode":"{}"}}"#, "4".repeat(100));
        let errors = vec![error; count].join(",");
        line(&event(
            "connection.disconnected",
            &format!(
                r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"connection":{{"id":"{CONNECTION}","status":"Unlinked","dataConnectionErrors":[{errors}]}}}}"#
            ),
        ))
    };
    assert_eq!(errors(9).matches("error 4").count(), 9);
    assert!(errors(9).ends_with("44"), "{}", errors(9));
    assert_eq!(errors(1000).matches("error 4").count(), 9);
    assert!(
        errors(1000).ends_with("44 and 991 more"),
        "{}",
        errors(1000)
    );

    let statuses = |count: usize| {
        let reads: Vec<_> = (0..count)
            .map(|n| format!(r#"{{"dataType":"bills","status":"Status{n:03}"}}"#))
            .collect();
        line(&event(
            "read.completed",
            &format!(
                r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"dataTypes":[{}]}}"#,
                reads.join(",")
            ),
        ))
    };
    let all: Vec<_> = (0..10).map(|n| format!("1 Status{n:03}")).collect();
    let all = format!(": 10 data types: {}", all.join(", "));
    assert!(statuses(10).ends_with(&all), "{}", statuses(10));
    assert!(statuses(500).ends_with(", 1 Status009 and 490 more"));
}

#[test]
fn a_date_is_cut_where_its_fraction_is_long() {
    let modified = |date: &str| {
        let payload = format!(r#"{{"modifiedDate":"{date}"}}"#);
        line(&event("AccountCategoriesUpdated", &payload))
    };
    let long = format!("2025-02-19T08:00:00.{}Z", "1".repeat(1000));
    for date in ["2025-02-19", "2025-02-19T08:00:00.1234567Z"] {
        let expected = format!("AccountCategoriesUpdated: modified {date}");
        assert_eq!(modified(date), expected);
    }
    let expected = format!("AccountCategoriesUpdated: modified {}", &long[..40]);
    assert_eq!(modified(&long), expected);
    assert_eq!(modified("Larkfield"), "AccountCategoriesUpdated");
}

/// The keys whose value may be shown, if it looks like an identifier.
const SHOWN: [&str; 16] = [
    "DataConnectionId",
    "RuleType",
    "companyId",
    "connectionId",
    "dataType",
    "datasetStatus",
    "eventType",
    "expiryDate",
    "id",
    "modifiedDate",
    "newStatus",
    "productId",
    "status",
    "statusCode",
    "syncId",
    "type",
];

fn may_be_shown(key: &str) -> bool {
    SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(key))
}

/// Bodies in which a text stands in place of, or after, each text and number, and as each key.
fn planted(fixture: &Fixture, text: &str) -> Vec<(Place, String)> {
    let tree = fixture.tree();
    let quoted = serde_json::to_string(text).unwrap();
    let mut bodies = Vec::new();
    for place in tree.places() {
        let mut add = |body: Json| bodies.push((place.clone(), body.to_string()));
        let with = |value: &str| tree.with(&place, value);
        add(with(&quoted));
        match tree.at(&place) {
            Json::Text(old) => {
                if let Ok(old) = serde_json::from_str::<String>(old) {
                    add(with(
                        &serde_json::to_string(&format!("{old} {text}")).unwrap(),
                    ));
                }
            }
            Json::Object(_) => {
                for value in [&*quoted, "7", &format!("{{{quoted}:{quoted}}}")] {
                    add(with(&format!("{{{quoted}:{value}}}")));
                    add(tree.with_field(&place, 9, text, value));
                }
            }
            Json::Array(_) => add(with(&format!("[{quoted},{{{quoted}:{quoted}}}]"))),
        }
    }
    bodies
}

#[test]
fn no_text_is_shown_that_could_be_a_name() {
    let mut count = 0;
    for fixture in fixtures() {
        for (place, body) in planted(&fixture, "Larkfield & Sons") {
            let line = line(&body);
            assert!(!line.contains("Larkfield"), "{}: {line}", place.path);
            assert!(
                !line.is_empty() && !line.contains(char::is_control),
                "{line:?}"
            );
            count += 1;
        }
    }
    assert!(count > 4000, "{count}");
}

#[test]
fn a_name_of_one_word_is_shown_in_no_field_that_has_names() {
    for fixture in fixtures() {
        for (place, body) in planted(&fixture, "Larkfield") {
            if !may_be_shown(place.key().split('[').next().unwrap()) {
                let line = line(&body);
                assert!(!line.contains("Larkfield"), "{}: {line}", place.path);
            }
        }
    }
}

/// Collects the texts of fields whose value may be shown, and all other texts.
fn texts(json: &Json, key: &str, shown: &mut BTreeSet<String>, hidden: &mut BTreeSet<String>) {
    match json {
        Json::Object(members) => {
            for (inner, value) in members {
                if key == "tags" {
                    hidden.insert(inner.clone());
                }
                texts(value, inner, shown, hidden);
            }
        }
        Json::Array(elements) => elements
            .iter()
            .for_each(|element| texts(element, key, shown, hidden)),
        Json::Text(text) => {
            let set = if may_be_shown(key) { shown } else { hidden };
            set.extend(serde_json::from_str::<String>(text).ok());
        }
    }
}

fn shows_nothing_hidden(webhook: &Webhook) {
    let line = webhook.event.to_string();
    // The event type can contain any word.
    let (_, line) = line.split_once(' ').unwrap_or_default();
    let (mut shown, mut hidden) = (BTreeSet::new(), BTreeSet::new());
    texts(&Json::parse(&write(webhook)), "", &mut shown, &mut hidden);
    for text in hidden.difference(&shown) {
        // Shorter ones are part of other words.
        assert!(
            text.chars().count() < 5 || !line.contains(&**text),
            "{text:?} in {line:?}"
        );
    }
}

#[test]
fn the_samples_show_nothing_hidden() {
    for fixture in fixtures() {
        shows_nothing_hidden(&read(&fixture.text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn no_event_that_can_be_built_shows_anything_hidden(
        bytes in proptest::collection::vec(any::<u8>(), 0..2048),
    ) {
        shows_nothing_hidden(&Webhook::arbitrary(&mut Unstructured::new(&bytes)).unwrap());
    }
}
