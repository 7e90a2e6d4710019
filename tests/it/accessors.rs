//! The accessors of [`Event`]: the ids, the company, and the payload of a family.

use std::collections::{BTreeMap, BTreeSet};

use codat_webhooks::Event;

use crate::common::{
    COMPANY, CONNECTION, Json, canonical, event, fixture, fixtures, read, round_trip, struct_of,
    write,
};

/// The text of a value.
fn text(json: Option<&Json>) -> Option<String> {
    json.and_then(|json| serde_json::from_str(&json.to_string()).ok())
}

#[test]
fn an_event_has_its_company_and_connection() {
    for fixture in fixtures() {
        if fixture.event_type().starts_with('@') {
            continue; // the module `legacy` covers alerts
        }
        let body = fixture.tree();
        let nothing = Json::Object(Vec::new());
        let payload = body.get("payload").unwrap_or(&nothing);
        let event = read(&fixture.text).event;

        let reference = payload.get("referenceCompany");
        let company = match &*fixture.event_type() {
            name if name.starts_with("company.") && fixture.is_known() => match payload.get("id") {
                Some(_) => payload,
                None => continue, // the module `leniency` covers it
            },
            _ => reference.unwrap_or(&nothing),
        };
        let id = text(company.get("id"))
            .or(text(payload.get("companyId")))
            .or(text(body.get("CompanyId")));
        assert_eq!(event.company_id().map(|id| id.to_string()), id, "{body}");
        assert_eq!(
            event.company_name().map(|name| name.into_owned()),
            text(company.get("name"))
        );
        assert_eq!(
            event
                .company_tags()
                .map(|tags| serde_json::to_string(&*tags).unwrap()),
            company
                .get("tags")
                .filter(|tags| matches!(tags, Json::Object(_)))
                .map(|tags| tags.canonical().to_string())
        );
        assert_eq!(
            event
                .reference_company()
                .map(|company| company.id.to_string()),
            text(reference.and_then(|company| company.get("id")))
        );

        if event.event_type().variant_name().contains("ReadCompleted") {
            continue;
        }
        let connection = payload.get("connection");
        let id = text(connection.and_then(|connection| connection.get("id")))
            .or(text(payload.get("connectionId")))
            .or(text(body.get("DataConnectionId")));
        assert_eq!(event.connection_id().map(|id| id.to_string()), id, "{body}");
    }
}

#[test]
fn an_unknown_event_has_its_company_and_connection_where_known_ones_have_them() {
    let reference =
        format!(r#"{{"id":"{COMPANY}","name":"Larkfield","tags":{{"region":"us"}},"new":1}}"#);
    for (payload, company, named, connection) in [
        (
            format!(r#"{{"referenceCompany":{reference}}}"#),
            true,
            true,
            false,
        ),
        (
            format!(r#"{{"companyId":"{COMPANY}"}}"#),
            true,
            false,
            false,
        ),
        (
            format!(r#"{{"connectionId":"{CONNECTION}"}}"#),
            false,
            false,
            true,
        ),
        (
            format!(
                r#"{{"connection":{{"status":7,"id":"{CONNECTION}"}},"companyId":"{COMPANY}"}}"#
            ),
            true,
            false,
            true,
        ),
        (
            format!(
                r#"{{"connectionId":7,"connection":{{"id":"{CONNECTION}"}},"referenceCompany":{reference},"companyId":"x"}}"#
            ),
            true,
            true,
            true,
        ),
        (
            format!(r#"{{"referenceCompany":{{"name":"x"}},"companyId":"{COMPANY}"}}"#),
            true,
            false,
            false,
        ),
        // Of two copies, neither is believed.
        (
            format!(r#"{{"companyId":"{CONNECTION}","companyId":"{COMPANY}"}}"#),
            false,
            false,
            false,
        ),
        (
            r#"{"companyId":"x","connection":[],"referenceCompany":7}"#.to_owned(),
            false,
            false,
            false,
        ),
        ("[]".to_owned(), false, false, false),
        ("null".to_owned(), false, false, false),
    ] {
        let event = round_trip(&event("new.event", &payload)).event;
        assert!(matches!(event, Event::Unknown(_)));
        let ids = (
            event.company_id().map(|id| id.to_string()),
            event.connection_id().map(|id| id.to_string()),
        );
        let expected = (
            company.then(|| COMPANY.to_owned()),
            connection.then(|| CONNECTION.to_owned()),
        );
        assert_eq!(ids, expected, "{payload}");
        assert_eq!(event.company_name().is_some(), named, "{payload}");
        assert_eq!(event.reference_company().is_some(), named, "{payload}");
        let region = event.company_tags();
        let region = region.as_ref().and_then(|tags| tags.get("region"));
        assert_eq!(region, named.then_some("us"), "{payload}");
    }
}

#[test]
fn a_read_has_the_connection_that_all_of_its_data_types_have() {
    let Event::ReadCompleted(mut read) = read(&fixture("read.completed").text).event else {
        panic!()
    };
    let first = read.data_types[0].connection_id.unwrap();
    read.data_types
        .iter_mut()
        .for_each(|read| read.connection_id = Some(first));
    assert_eq!(
        Event::ReadCompleted(read.clone()).connection_id(),
        Some(first)
    );
    read.data_types[1].connection_id = None;
    assert_eq!(Event::ReadCompleted(read.clone()).connection_id(), None);
    read.data_types.clear();
    assert_eq!(Event::ReadCompleted(read).connection_id(), None);
}

#[test]
fn a_payload_is_returned_for_every_event_of_its_family() {
    let mut seen = BTreeMap::<&str, BTreeSet<&str>>::new();
    for fixture in fixtures() {
        let webhook = read(&fixture.text);
        let event = &webhook.event;
        let event_type = webhook.event_type();
        let variant = event_type.variant_name();
        let payload = struct_of(event);

        // The accessor returns the payload that is written, and no other one returns any.
        let written = |payload: &dyn Fn() -> String| {
            assert_eq!(
                canonical(&payload()),
                canonical(
                    &Json::parse(&write(&webhook))
                        .get("payload")
                        .unwrap()
                        .to_string()
                ),
                "{}",
                fixture.name
            );
        };
        let mut found = Vec::new();
        if let Some(connection) = event.as_connection() {
            written(&|| serde_json::to_string(connection).unwrap());
            found.push("ConnectionEvent");
        }
        if let Some(read) = event.as_read_completed() {
            written(&|| serde_json::to_string(read).unwrap());
            found.push("ReadCompleted");
        }
        if let Some((data_type, write)) = event.as_write() {
            written(&|| serde_json::to_string(write).unwrap());
            assert_eq!(event_type.data_type(), Some(data_type));
            assert_eq!(event.data_type(), Some(data_type));
            found.push("Write");
        } else {
            assert_eq!(event_type.data_type(), None, "{}", fixture.name);
            assert_eq!(event.data_type(), None, "{}", fixture.name);
        }
        if let Some((report_type, report)) = event.as_report() {
            written(&|| serde_json::to_string(report).unwrap());
            let wire_name = webhook.wire_name();
            assert_eq!(wire_name.split('.').nth(1), Some(report_type.as_str()));
            found.push("Report");
        }
        let families = ["ConnectionEvent", "ReadCompleted", "Write", "Report"];
        let expected: Vec<_> = payload
            .into_iter()
            .filter(|payload| families.contains(payload))
            .collect();
        assert_eq!(found, expected, "{}", fixture.name);
        for family in found {
            seen.entry(family).or_default().insert(variant);
        }
        assert_eq!(event.outcome(), event_type.outcome());
    }
    let counts: Vec<_> = seen.iter().map(|(name, set)| (*name, set.len())).collect();
    let all = [
        ("ConnectionEvent", 6),
        ("ReadCompleted", 6),
        ("Report", 2),
        ("Write", 2),
    ];
    assert_eq!(counts, all);
}

#[test]
fn company_id_of_an_unknown_company_event_is_the_id_of_its_payload() {
    let ids = |event_type: &str, payload: &str| {
        let event = round_trip(&event(event_type, payload)).event;
        event.company_id().map(|id| id.to_string())
    };
    let id = format!(r#"{{"id":"{COMPANY}"}}"#);
    let reference = format!(r#"{{"id":"{CONNECTION}","referenceCompany":{{"id":"{COMPANY}"}}}}"#);
    for event_type in ["company.renamed", "company.owner.added"] {
        assert_eq!(ids(event_type, &id).as_deref(), Some(COMPANY));
        assert_eq!(ids(event_type, &reference).as_deref(), Some(COMPANY));
        assert_eq!(ids(event_type, r#"{"id":7}"#), None);
    }
    for event_type in ["companies.merged", "platform.company.created", "company"] {
        assert_eq!(ids(event_type, &id), None, "{event_type}");
    }
}
