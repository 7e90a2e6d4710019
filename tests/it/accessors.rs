//! The accessors of [`Event`]: the ids, the company, and the payload of a family.

use codat_webhooks::Event;

use crate::common::{COMPANY, CONNECTION, Json, event, fixture, fixtures, read, round_trip};

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
