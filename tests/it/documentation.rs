//! The tables in the README and in the documentation are those of the code.

use std::collections::BTreeSet;

use codat_webhooks::{EventType, from_str};

use crate::common::declared;
use crate::common::{assert_same, fixtures, read};

const README: &str = include_str!("../../README.md");
const LIB: &str = include_str!("../../src/lib.rs");
const PAYLOAD: &str = include_str!("../../src/payload/mod.rs");
const LEGACY: &str = include_str!("../../src/legacy/mod.rs");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// The cells of the rows of a table, which has the start of its head.
fn table(text: &str, head: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim_start_matches("//! "));
    let rows = lines.skip_while(|line| !line.starts_with(head)).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<String>> = rows
        .map(|row| {
            let cells = row.trim_matches('|').split(" | ");
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "no table starts with {head}");
    rows
}

/// The texts in backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The rows of the README's table of event types: type, variant, payloads. What follows a comma after a
/// type is about it.
fn rows() -> Vec<[String; 3]> {
    let rows = table(README, "| event type |").into_iter();
    rows.map(|cells| {
        let unquoted = |cell: &String| cell.replace('`', "");
        [
            unquoted(&cells[0]),
            unquoted(&cells[1]),
            unquoted(&cells[2]),
        ]
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
    let is_family = |[event_type, ..]: &[String; 3]| event_type.contains('{');
    let (single, families) = rows.split_at(rows.iter().position(is_family).unwrap());
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
    let events = declared::events().into_iter();
    let events = events.map(|row| (row.variant, row.payload));
    let others = [("Alert", "Alert"), ("Unknown", "UnknownEvent")];
    let payloads = events.chain(others.map(|(variant, payload)| (variant.into(), payload.into())));
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

#[test]
fn the_table_of_payloads_has_the_event_types_of_the_code() {
    let mut listed = Vec::new();
    for cells in table(PAYLOAD, "| payload |") {
        let payload = quoted(&cells[0])[0];
        // What starts with a dot is the end of further names.
        let (ends, names): (Vec<&str>, Vec<&str>) = quoted(&cells[1])
            .into_iter()
            .partition(|name| name.starts_with('.'));
        for name in names {
            listed.push((name.to_owned(), payload.to_owned()));
            // The table of the code has a product's reads once.
            let ends = ends.iter().filter(|_| !name.starts_with('{'));
            listed.extend(ends.map(|end| (format!("{name}{end}"), payload.to_owned())));
        }
    }
    let events = declared::events().into_iter().map(|row| {
        let payload = row.payload.rsplit(", ").next().unwrap();
        (row.name, payload.to_owned())
    });
    assert_same(
        "src/payload/mod.rs and the table of the code",
        listed,
        events,
    );
}

#[test]
fn the_table_of_alerts_has_every_rule_and_event_types_of_the_code() {
    let rows = table(LEGACY, "| alert |");
    for (rule, _) in declared::data() {
        let variant = rule.strip_prefix("Client").unwrap_or(&rule);
        let link = format!("(Rule::{variant})");
        assert!(
            rows.iter().any(|cells| cells[0].contains(&link)),
            "the table in src/legacy/mod.rs has no row for {link}"
        );
    }
    for cells in &rows {
        for name in quoted(&cells[1]) {
            let Some((before, _)) = name
                .split_once('.')
                .filter(|(before, _)| !before.is_empty())
            else {
                continue; // a field, a status, or the end of a name
            };
            let name = name.replace(before, before.trim_matches(['{', '}']));
            assert!(
                EventType::from(&*name).is_known(),
                "{name} in src/legacy/mod.rs"
            );
        }
    }
}

#[test]
fn the_tables_of_features_are_those_of_the_manifest() {
    let (_, features) = MANIFEST.split_once("[features]").unwrap();
    let features = features.split("\n[").next().unwrap().lines();
    let features: String = features.filter(|line| !line.starts_with('#')).collect();
    let features: Vec<(String, Vec<String>)> = features
        .split(']')
        .filter_map(|feature| feature.split_once('='))
        .map(|(name, list)| {
            let crates = list.split('"').filter_map(|text| text.strip_prefix("dep:"));
            (name.trim().to_owned(), crates.map(String::from).collect())
        })
        .map(|(name, mut crates): (String, Vec<String>)| {
            crates.sort();
            (name, crates)
        })
        .collect();
    for (place, text) in [("README.md", README), ("src/lib.rs", LIB)] {
        let rows = table(text, "| feature |").into_iter();
        let rows = rows.filter(|cells| cells[0] != "default").map(|cells| {
            let crates = cells[2].split(", ").filter(|name| *name != "none");
            let mut crates: Vec<String> = crates.map(String::from).collect();
            crates.sort();
            (cells[0].replace('`', ""), crates)
        });
        let what = format!("the features in {place} and in Cargo.toml");
        assert_same(&what, rows, features.iter().cloned());
    }
}
