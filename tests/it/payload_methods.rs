//! What a handler asks of a payload or a status.

use std::collections::BTreeSet;

use codat_webhooks::Event;
use codat_webhooks::payload::{
    CompanyReference, DataTypeRead, DatasetStatus, ReadCompleted, Write,
};
use codat_webhooks::value::{CompanyId, ConnectionId, PushOperationKey};
use serde_json::json;

use crate::common::{COMPANY, CONNECTION, FAILURES, assert_same, fixtures, read};

#[test]
fn a_status_is_an_error_complete_final_or_on_the_way() {
    let [mut failures, mut complete, mut ended] = [const { BTreeSet::new() }; 3];
    let unlisted = [
        "Error",
        "Success",
        "Routing",
        "RoutingError",
        "complete",
        "fetchError",
        "",
    ];
    let unlisted = unlisted.map(DatasetStatus::from);
    for status in DatasetStatus::KNOWN.iter().chain(&unlisted) {
        if status.is_error() {
            failures.insert(status.as_str());
        }
        if status.is_complete() {
            complete.insert(status.as_str());
        }
        if status.is_final() {
            ended.insert(status.as_str());
        }
    }
    assert_eq!(failures, BTreeSet::from(FAILURES));
    assert_eq!(complete, BTreeSet::from(["Complete"]));
    // The rest are on the way.
    let ends = ["Complete", "Cancelled", "NotSupported"];
    assert_same("is_final", ended, FAILURES.into_iter().chain(ends));
}

#[test]
fn a_read_has_its_failed_its_modified_and_its_connections_data_types() {
    let other = "77777777-1f2e-4d5c-8b6a-970e1f3c5d24";
    let known = DatasetStatus::KNOWN
        .iter()
        .map(|status| Some(status.as_str()));
    let mut elements = Vec::new();
    for status in known.chain([Some("Error"), None]) {
        for modified in [None, Some(true), Some(false)] {
            for connection in [Some(CONNECTION), None, Some(other)] {
                elements.push((status, modified, connection));
            }
        }
    }
    let json = elements
        .iter()
        .enumerate()
        .map(|(index, (status, modified, connection))| {
            json!({
                "dataType": index.to_string(), "status": status, "recordsModified": modified,
                "connectionId": connection,
            })
        });
    let payload = json!({
        "referenceCompany": {"id": COMPANY}, "dataTypes": json.collect::<Vec<_>>(),
    });
    let read: ReadCompleted = serde_json::from_value(payload).unwrap();

    type Element<'a> = (Option<&'a str>, Option<bool>, Option<&'a str>);
    let expected = |is_in: &dyn Fn(&Element<'_>) -> bool| -> Vec<usize> {
        let indexes = 0..elements.len();
        indexes.filter(|index| is_in(&elements[*index])).collect()
    };
    fn found<'a>(data_types: impl Iterator<Item = &'a DataTypeRead>) -> Vec<usize> {
        data_types
            .map(|read| read.data_type.as_str().parse().unwrap())
            .collect()
    }
    let failed = expected(&|(status, ..)| status.is_some_and(|status| FAILURES.contains(&status)));
    assert_eq!(found(read.failed()), failed);
    assert_eq!(
        found(read.modified()),
        expected(&|(_, modified, _)| *modified == Some(true))
    );
    for id in [CONNECTION, other, COMPANY] {
        let connection: ConnectionId = id.parse().unwrap();
        let expected = expected(&|(.., connection)| *connection == Some(id));
        assert_eq!(found(read.by_connection(connection)), expected);
        assert_eq!(expected.is_empty(), id == COMPANY);
    }
}

#[test]
fn the_key_of_a_push_operation_is_the_id_as_a_uuid() {
    let key = "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24";
    let company = CompanyReference::new(COMPANY.parse::<CompanyId>().unwrap());
    let of = |id: &str| Write::new(id, company.clone()).push_operation_key();
    let simple = key.replace('-', "");
    for id in [
        key.to_owned(),
        key.to_uppercase(),
        simple.clone(),
        format!("{{{key}}}"),
    ] {
        assert_eq!(
            of(&id).unwrap(),
            key.parse::<PushOperationKey>().unwrap(),
            "{id}"
        );
    }
    for id in [
        "",
        "7",
        "BILL-20417",
        &key[1..],
        &format!("{key}0"),
        &format!(" {key}"),
    ] {
        assert_eq!(of(id), None, "{id}");
    }
    let mut found = 0;
    for fixture in fixtures() {
        if let Event::WriteSuccessful(_, payload) = read(&fixture.text).event {
            let key = payload.push_operation_key();
            let is_uuid = payload.id.len() == 36;
            assert_eq!(
                key.map(|key| key.to_string()),
                is_uuid.then(|| payload.id.to_lowercase())
            );
            found += 1;
        }
    }
    assert!(found > 5, "{found} writes");
}
