//! Changes planted into a description that the crate models in full: each of them is told, and nothing
//! else is.

use std::collections::BTreeSet;

use conformance::{Side, compare};
use serde_json::{Value, from_str, json};

fn description() -> Value {
    from_str(include_str!("description.json")).unwrap()
}

/// Puts a value at a JSON pointer, which may start at the schemas, or removes what is there.
fn plant(description: &mut Value, at: &str, value: Option<&Value>) {
    let (parent, key) = at.rsplit_once('/').unwrap_or(("", at));
    let parent = match at.strip_prefix('/') {
        Some(_) => parent.to_owned(),
        None => format!("/components/schemas/{parent}")
            .trim_end_matches('/')
            .to_owned(),
    };
    match (description.pointer_mut(&parent), value) {
        (Some(Value::Array(list)), Some(value)) => list.push(value.clone()),
        (Some(Value::Object(object)), Some(value)) => {
            object.insert(key.to_owned(), value.clone());
        }
        (Some(Value::Object(object)), None) => drop(object.remove(key).unwrap()),
        _ => panic!("{at} is not there"),
    }
}

/// Returns what is told of a description, with bars between the columns.
fn told(descriptions: &[&Value]) -> BTreeSet<String> {
    let named = descriptions
        .iter()
        .map(|description| (String::new(), (*description).clone()));
    let report = compare(&named.collect::<Vec<_>>()).unwrap();
    let lines = [Side::Descriptions, Side::Crate].map(|side| report.lines(side));
    let bars = |line: &String| {
        line.replace('\t', " | ")
            .trim_end_matches(" | -")
            .to_owned()
    };
    lines.iter().flatten().map(bars).collect()
}

#[test]
fn each_change_is_told_with_its_path() {
    let cases: Vec<Value> = from_str(include_str!("planted.json")).unwrap();
    let before = told(&[&description()]);
    let mut wrong = Vec::new();
    for case in &cases {
        let mut description = description();
        plant(
            &mut description,
            case["at"].as_str().unwrap(),
            case.get("value"),
        );
        let new = &told(&[&description]) - &before;
        let expected = case["told"].as_array().unwrap();
        let expected: BTreeSet<String> = expected
            .iter()
            .map(|line| line.as_str().unwrap().to_owned())
            .collect();
        if new != expected {
            wrong.push(format!(
                "{}: {new:#?} in place of {expected:#?}",
                case["planted"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A change does not hide another one, not even in the same object.
#[test]
fn changes_are_told_together() {
    let mut description = description();
    let changes = [
        ("Company/properties/id", json!({"type": "integer"})),
        ("Company/properties/nickname", json!({})),
        (
            "Company/properties/products",
            json!({"type": "array", "items": {"type": "boolean"}}),
        ),
        ("Company/required/-", json!("redirect")),
        ("Connection/properties/status/enum/-", json!("Paused")),
        ("CompanyReference", json!({"type": "string"})),
        (
            "Envelope/properties/generatedDate",
            json!({"type": "boolean"}),
        ),
    ];
    let before = told(&[&description]);
    for (at, value) in &changes {
        plant(&mut description, at, Some(value));
    }
    let new = &told(&[&description]) - &before;
    for expected in [
        "company.* | payload.id | misfit | 12",
        "company.* | payload.nickname | unknown field",
        "company.* | payload.products[] | misfit | true",
        "company.* | payload.redirect | required",
        "connection.* | payload.connection.status | undocumented value | Paused",
        "connection.* | payload.referenceCompany | misfit | \"zzzz\"",
        "connection.* | generatedDate | misfit | true",
    ] {
        assert!(new.contains(expected), "{expected} in {new:#?}");
    }
}

/// A field or value is gone if no description has it. Whatever else is told of one is told of both.
#[test]
fn descriptions_are_compared_as_one() {
    let second = description();
    let mut first = description();
    plant(&mut first, "Company/properties/redirect", None);
    plant(
        &mut first,
        "Connection/properties/status/enum",
        Some(&json!(["PendingAuth"])),
    );
    plant(
        &mut first,
        "DataTypeRead/properties/status",
        Some(&json!({"type": "string"})),
    );
    plant(&mut first, "/webhooks/connection.failed", None);
    let expected = ["*read.completed* | payload.dataTypes[].status | no values listed".to_owned()];
    for both in [[&first, &second], [&second, &first]] {
        assert_eq!(&told(&both) - &told(&[&second]), expected.clone().into());
    }
}
