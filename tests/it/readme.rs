//! What the README states is true.

use std::collections::BTreeSet;

use crate::common::{FAMILIES, fixtures};
use codat_webhooks::{EventType, from_str};

const README: &str = include_str!("../../README.md");

/// The rows of the README's table of event types: type, variant, payloads.
fn rows() -> Vec<[String; 3]> {
    README
        .lines()
        .skip_while(|line| !line.starts_with("| event type |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let unquoted = |cell: &str| cell.replace('`', "");
            [unquoted(cells[0]), unquoted(cells[1]), unquoted(cells[2])]
        })
        .collect()
}

#[test]
fn the_table_of_event_types_is_that_of_the_code() {
    let rows = rows();
    let listed: Vec<&str> = rows.iter().map(|[event_type, ..]| &**event_type).collect();
    let fixed: Vec<EventType> = EventType::known()
        .filter(|known| known.data_type().is_none())
        .collect();
    let names: Vec<String> = fixed.iter().map(ToString::to_string).collect();
    assert_eq!(
        listed[..fixed.len()],
        names,
        "the rows of the table, in its order"
    );

    let variants: Vec<&str> = rows.iter().map(|[_, variant, _]| &**variant).collect();
    let known = fixed.iter().map(EventType::variant_name).chain(FAMILIES);
    assert_eq!(variants, known.collect::<Vec<_>>());
}

#[test]
fn the_table_of_event_types_has_the_payloads_of_the_code() {
    let rows = rows();
    let mut seen = BTreeSet::new();
    for fixture in fixtures() {
        let event = from_str(&fixture.text).unwrap().event;
        let variant = event.event_type().variant_name();
        let [_, _, payloads] = rows.iter().find(|row| row[1] == variant).unwrap();
        let payload = payloads.rsplit(", ").next().unwrap();
        let debug = format!("{event:?}");
        let printed = debug.split(" { ").next().unwrap();
        match variant {
            "WriteSuccessful" | "WriteUnsuccessful" => {
                assert_eq!(payloads, "DataType, Write");
                assert!(printed.ends_with(", Write"), "{printed}");
            }
            "ProductReadCompleted" => {
                assert_eq!(payloads, "ProductRead, ReadCompleted");
                assert_eq!(printed, "ProductReadCompleted(ProductRead");
            }
            "ReportsGenerateSuccessful" | "ReportsGenerateUnsuccessful" => {
                assert_eq!(payloads, "ReportName, Report");
                assert!(printed.ends_with(", Report"), "{printed}");
            }
            "Alert" => assert_eq!((printed, payload), ("Alert(Alert", "legacy::Alert")),
            _ => assert_eq!(printed, format!("{variant}({payload}")),
        }
        seen.insert(variant);
    }
    assert_eq!(seen.len(), rows.len(), "every row was compared");
}

#[test]
fn the_error_in_the_readme_is_the_one_that_is_returned() {
    let body = "{\"id\":\"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11\",\"eventType\":\"read.completed\",\
        \"payload\":{\"referenceCompany\":{\"id\":\"6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40\"},\
        \"dataTypes\":[{\"dataType\":\"invoices\"},{\"dataType\":7}]}}";
    let error = from_str(body).unwrap_err().to_string();
    assert!(
        README.contains(&error) || !README.contains("payload does not fit"),
        "{error}"
    );
}
