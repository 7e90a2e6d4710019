//! What the README states is true.

use std::collections::BTreeSet;

use codat_webhooks::{EventType, from_str};

use crate::common::declared;
use crate::common::{assert_same, fixtures, read};

const README: &str = include_str!("../../README.md");

/// The rows of the README's table of event types: type, variant, payloads. What follows a comma after a
/// type is about it.
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

/// Returns the event types without a variable part, in the order of the table of event types.
fn fixed() -> Vec<EventType> {
    let known: Vec<EventType> = EventType::known().collect();
    let of_variant = |variant: &str| {
        let same = known.iter().filter(|known| known.variant_name() == variant);
        same.count()
    };
    let single = known
        .iter()
        .filter(|known| of_variant(known.variant_name()) == 1);
    single.cloned().collect()
}

#[test]
fn the_table_of_event_types_is_that_of_the_code() {
    let rows = rows();
    let fixed = fixed();
    let (single, families) = rows.split_at_checked(fixed.len()).unwrap();
    let listed: Vec<(&str, &str)> = single
        .iter()
        .map(|[event_type, variant, _]| (event_type.split(',').next().unwrap(), &**variant))
        .collect();
    let names: Vec<_> = fixed
        .iter()
        .map(|known| (known.name(), known.variant_name()))
        .collect();
    let names: Vec<_> = names
        .iter()
        .map(|(name, variant)| (&**name, *variant))
        .collect();
    assert_same(
        "the rows and the event types",
        listed.iter().copied(),
        names.clone(),
    );
    assert_eq!(listed, names, "the rows are in the order of the code");

    // A family has its variable part in braces.
    for [event_type, variant, _] in families {
        let name = event_type.split(',').next().unwrap();
        let example = match (&**variant, name.split_once('{')) {
            ("Alert", _) => "@rules.SyncFailed".to_owned(),
            ("Unknown", _) => "any other".to_owned(),
            (_, Some((before, rest))) => format!("{before}x{}", rest.split_once('}').unwrap().1),
            (_, None) => panic!("{event_type} has a row as a family"),
        };
        assert_eq!(
            EventType::from(example).variant_name(),
            variant,
            "{event_type}"
        );
    }
    let variants: Vec<&str> = rows.iter().map(|[_, variant, _]| &**variant).collect();
    let distinct: BTreeSet<_> = variants.iter().collect();
    assert_eq!(variants.len(), distinct.len(), "a variant has one row");
    let types: Vec<EventType> = fixtures()
        .iter()
        .map(|fixture| read(&fixture.text).event_type())
        .collect();
    let all: Vec<&str> = types.iter().map(EventType::variant_name).collect();
    assert_same("the variants of the rows and of the samples", variants, all);
}

#[test]
fn the_table_of_event_types_has_the_payloads_of_the_code() {
    let mut payloads = declared::payloads();
    payloads.insert("Alert".to_owned(), "Alert".to_owned());
    payloads.insert("Unknown".to_owned(), "UnknownEvent".to_owned());
    let listed = rows().into_iter();
    let listed = listed.map(|[_, variant, payload]| (variant, payload.replace("legacy::", "")));
    assert_same("the README and the table of the code", listed, payloads);
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
