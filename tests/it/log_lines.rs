//! The `Display` of an event and of an error can be logged: it has ids, types and statuses, and no text of
//! a customer's.

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
    for (name, rest) in [
        (
            "connection.connected",
            " company={company} connection={connection}: Linked",
        ),
        (
            "read.completed.initial@empty",
            " company={company}: 0 data types",
        ),
        (
            "invoices.write.successful",
            " company={company} connection={connection}: \
             request 6fc2c3f9-8013-45b7-95a4-470e12147918, Create, Success",
        ),
        (
            "client.rateLimit.reset@impossible-date",
            ": 12000 calls a day, 11998 left",
        ),
        ("company.created@minimal", " company={company}"),
        ("company.renamed", ": payload of 311 bytes"),
    ] {
        let event = read(&fixture(name).text).event;
        let company = event.company_id().map(|id| id.to_string());
        let connection = event.connection_id().map(|id| id.to_string());
        let rest = rest
            .replace("{company}", &company.unwrap_or_default())
            .replace("{connection}", &connection.unwrap_or_default());
        assert_eq!(
            event.to_string(),
            format!("{}{rest}", name.split('@').next().unwrap())
        );
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
    assert!(statuses(10).ends_with(": 10 data types: 1 Status000, 1 Status001, 1 Status002, 1 Status003, 1 Status004, 1 Status005, 1 Status006, 1 Status007, 1 Status008, 1 Status009"));
    assert!(statuses(500).ends_with(", 1 Status009 and 490 more"));
}

/// The keys whose value may be shown, if it looks like an identifier.
const SHOWN: [&str; 23] = [
    "AlertId",
    "CompanyId",
    "DataConnectionId",
    "Data",
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
    "oldStatus",
    "productId",
    "pushOperationKey",
    "status",
    "statusCode",
    "syncId",
    "syncType",
    "type",
    "generatedDate",
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
