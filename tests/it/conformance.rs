//! `examples/conformance` finds what a description has and the crate does not model, and nothing else.

#[path = "../../examples/conformance/bodies.rs"]
mod bodies;
#[path = "../../examples/conformance/compare.rs"]
mod compare;
#[path = "../../examples/conformance/place.rs"]
mod place;
#[path = "../../examples/conformance/probe.rs"]
mod probe;
#[path = "../../examples/conformance/report.rs"]
mod report;
#[path = "../../examples/conformance/schema.rs"]
mod schema;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use report::Finding;
use serde_json::{Value, json};

const DESCRIPTION: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/conformance/description.json"
);

/// A description that is modelled in full.
fn description() -> Value {
    serde_json::from_str(&fs::read_to_string(DESCRIPTION).unwrap()).unwrap()
}

/// The description with a value at a JSON pointer, where there may be one already.
fn with(pointer: &str, value: Value) -> Value {
    let mut description = description();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match description.pointer_mut(parent).unwrap() {
        Value::Array(array) => array.push(value),
        parent => parent[key] = value,
    }
    description
}

fn webhooks(description: &Value) -> Vec<bodies::Webhook> {
    bodies::webhooks(description).unwrap()
}

fn columns(findings: &BTreeSet<Finding>) -> Vec<[&str; 4]> {
    let mut columns = Vec::new();
    for finding in findings {
        columns.push([
            finding.event_type.as_str(),
            finding.path.as_str(),
            finding.kind.as_str(),
            finding.text.as_str(),
        ]);
    }
    columns
}

fn assert_not_modelled(description: &Value, expected: &[[&str; 4]]) {
    let comparison = compare::compare(&webhooks(description));
    assert_eq!(columns(&comparison.not_modelled), expected);
}

/// The JSON pointer of the schema of a webhook.
fn schema_of(webhook: &str) -> String {
    format!("/webhooks/{webhook}/post/requestBody/content/application~1json/schema")
}

/// A webhook whose payload has the schema.
fn webhook(payload: &Value) -> Value {
    let properties = json!({"payload": payload});
    let schema = json!({"type": "object", "properties": properties});
    json!({"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}})
}

/// A description of one webhook.
fn only(event_type: &str, payload: &Value) -> Value {
    json!({"webhooks": {event_type: webhook(payload)}})
}

#[test]
fn nothing_is_found_when_all_is_modelled() {
    assert_not_modelled(&description(), &[]);
}

#[test]
fn a_new_field_is_found_wherever_it_is() {
    let text = json!({"type": "string"});
    assert_not_modelled(
        &with(
            "/components/schemas/Company/properties/nickname",
            text.clone(),
        ),
        &[["company.created", "payload.nickname", "unknown field", "-"]],
    );
    let items = "/components/schemas/ReadCompleted/properties/dataTypes/items/properties";
    assert_not_modelled(
        &with(&format!("{items}/records"), json!({"type": "integer"})),
        &[[
            "read.completed",
            "payload.dataTypes[].records",
            "unknown field",
            "-",
        ]],
    );
    // In the second branch alone, and an object.
    let more = json!({"type": "object", "properties": {"deep": {"type": "boolean"}}});
    assert_not_modelled(
        &with(
            "/components/schemas/SecondAccount/allOf/1/properties/shape",
            more,
        ),
        &[[
            "bankFeeds.sourceAccount.connected",
            "payload.sourceAccount.shape",
            "unknown field",
            "-",
        ]],
    );
    assert_not_modelled(
        &with(
            &format!("{}/properties/Severity", schema_of("DataSyncCompleted")),
            text.clone(),
        ),
        &[["DataSyncCompleted", "Severity", "unknown field", "-"]],
    );
    assert_not_modelled(
        &with("/components/schemas/Envelope/properties/version", text),
        &[
            "bills.write.successful",
            "company.created",
            "connection.failed",
            "invoices.write.successful",
            "invoices.write.unsuccessful",
            "read.completed",
        ]
        .map(|event_type| [event_type, "version", "unknown field", "-"]),
    );
}

#[test]
fn a_new_value_is_found() {
    let item = "/components/schemas/ReadCompleted/properties/dataTypes/items/properties";
    assert_not_modelled(
        &with(&format!("{item}/status/enum/-"), "Paused".into()),
        &[[
            "read.completed",
            "payload.dataTypes[].status",
            "undocumented value",
            "Paused",
        ]],
    );
    let routing = "/components/schemas/SecondAccount/allOf/1/properties/routingInfo/properties";
    assert_not_modelled(
        &with(&format!("{routing}/type/enum/-"), "lei".into()),
        &[[
            "bankFeeds.sourceAccount.connected",
            "payload.sourceAccount.routingInfo.type",
            "undocumented value",
            "lei",
        ]],
    );
    let data = format!(
        "{}/properties/Data/properties",
        schema_of("DataSyncCompleted")
    );
    assert_not_modelled(
        &with(&format!("{data}/dataType/enum/-"), "stock".into()),
        &[[
            "DataSyncCompleted",
            "Data.dataType",
            "undocumented value",
            "stock",
        ]],
    );
    let parameter = "/webhooks/{dataType}.write.successful/parameters/0/schema/enum/-";
    assert_not_modelled(
        &with(parameter, "expenses".into()),
        &[[
            "expenses.write.successful",
            "eventType",
            "undocumented value",
            "expenses",
        ]],
    );
}

#[test]
fn a_changed_type_is_found() {
    let company = "/components/schemas/Company/properties";
    let reference = "/components/schemas/CompanyReference/properties";
    let cases = [
        // An optional and a required field, a null that is new, and one type of several.
        (
            format!("{company}/products"),
            json!({"type": "string"}),
            "payload.products",
            r#""zzzz""#,
        ),
        (
            format!("{company}/id"),
            json!({"type": "integer"}),
            "payload.id",
            "12",
        ),
        (
            format!("{company}/name"),
            json!({"type": ["string", "integer"]}),
            "payload.name",
            "12",
        ),
        (
            format!("{company}/id"),
            json!({"type": ["string", "null"], "format": "uuid"}),
            "payload.id",
            "null",
        ),
        // A uuid that may be any text now.
        (
            format!("{company}/id"),
            json!({"type": "string"}),
            "payload.id",
            r#""zzzz""#,
        ),
    ];
    for (pointer, schema, path, text) in cases {
        assert_not_modelled(
            &with(&pointer, schema),
            &[["company.created", path, "misfit", text]],
        );
    }
    // An array with an item and one without are the same misfit.
    let found = compare::compare(&webhooks(&with(
        &format!("{reference}/tags"),
        json!({"type": "array"}),
    )));
    assert_eq!(found.not_modelled.len(), 5, "every event type that has it");
    for [_, path, kind, text] in columns(&found.not_modelled) {
        let expected = ["payload.referenceCompany.tags", "misfit", "an array"];
        assert_eq!([path, kind, text], expected);
    }
}

#[test]
fn a_new_event_type_is_found_in_either_envelope() {
    let payload = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    assert_not_modelled(
        &with("/webhooks/company.renamed", webhook(&payload)),
        &[[
            "company.renamed",
            "eventType",
            "unknown event type",
            "company.renamed",
        ]],
    );
    let mut alert = description()
        .pointer(&schema_of("DataSyncCompleted"))
        .unwrap()
        .clone();
    alert["properties"]["RuleType"] = json!({"const": "Weekly digest"});
    assert_not_modelled(
        &with(
            "/webhooks/WeeklyDigest",
            json!({"post": {"requestBody": {"content": {"application/json": {"schema": alert}}}}}),
        ),
        &[[
            "WeeklyDigest",
            "RuleType",
            "unknown event type",
            "Weekly digest",
        ]],
    );
}

#[test]
fn a_branch_without_a_required_field_is_found_and_an_optional_one_is_listed() {
    let id = json!({"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}});
    let name = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let comparison = compare::compare(&webhooks(&only("company.deleted", &id)));
    assert!(comparison.not_modelled.is_empty());
    assert_eq!(
        columns(&comparison.required),
        ["payload", "payload.id"].map(|path| ["company.deleted", path, "required field", "-"]),
    );

    let comparison = compare::compare(&webhooks(&only(
        "company.deleted",
        &json!({"anyOf": [id, name]}),
    )));
    let columns = columns(&comparison.not_modelled);
    assert_eq!(columns.len(), 1, "{columns:?}");
    assert_eq!(columns[0][..3], ["company.deleted", "payload.id", "error"]);
}

#[test]
fn bodies_have_every_property_value_branch_null_and_absence() {
    let payload = json!({
        "type": "object",
        "required": ["b"],
        "properties": {
            "a": {"type": ["integer", "null"]},
            "b": {"enum": ["x", "y"]},
            "c": {"oneOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string", "format": "date"}}]},
        },
    });
    let webhooks = webhooks(&only("company.renamed", &payload));
    let [webhook] = &webhooks[..] else { panic!() };
    let payloads: Vec<Option<&Value>> = webhook
        .bodies
        .iter()
        .map(|body| body.json.get("payload"))
        .collect();
    let expected = [
        json!({"a": 12, "b": "x", "c": true}),
        json!({"a": null, "b": "x", "c": true}),
        json!({"a": 12, "b": "y", "c": true}),
        json!({"a": 12, "b": "x", "c": false}),
        json!({"a": 12, "b": "x", "c": ["2026-03-04"]}),
        json!({"a": 12, "b": "x", "c": []}),
        json!({"b": "x", "c": true}),
        json!({"a": 12, "b": "x"}),
        json!({"b": "x"}),
    ];
    // The last two lack the payload: it is the only property of the envelope.
    let expected: Vec<_> = expected.iter().map(Some).chain([None, None]).collect();
    assert_eq!(payloads, expected);
    for body in &webhook.bodies {
        assert_eq!(body.json["eventType"], "company.renamed");
        assert!(body.json["id"].is_string());
    }
}

#[test]
fn recursion_ends_after_one_level() {
    let node = json!({"type": "object", "properties": {
        "next": {"$ref": "#/components/schemas/Node"},
        "other": {"$ref": "#/components/schemas/Other"},
    }});
    let other = json!({"allOf": [{"$ref": "#/components/schemas/Node"}], "properties": {
        "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
    }});
    let mut description = only(
        "company.created",
        &json!({"$ref": "#/components/schemas/Node"}),
    );
    description["components"]["schemas"] = json!({"Node": node, "Other": other});
    let found = compare::compare(&webhooks(&description));
    let paths: Vec<_> = columns(&found.not_modelled)
        .iter()
        .map(|columns| columns[1])
        .collect();
    // The first is required, and not there.
    assert_eq!(paths[0], "payload.id");

    // A schema of nothing but itself has no value, and the property is left out.
    description["components"]["schemas"]["Node"] = json!({"$ref": "#/components/schemas/Node"});
    let webhooks = webhooks(&description);
    assert!(
        webhooks[0]
            .bodies
            .iter()
            .all(|body| body.json.get("payload").is_none())
    );
}

#[test]
fn what_only_the_crate_has_is_listed() {
    let samples = report::samples().unwrap();
    let found = probe::only_in_crate(&webhooks(&description()), &samples);
    let has = |expected: [&str; 4]| columns(&found).contains(&expected);

    assert!(has([
        "company.created",
        "payload.description",
        "field",
        "-"
    ]));
    assert!(has([
        "company.created",
        "payload.dataConnections",
        "field",
        "-"
    ]));
    assert!(has([
        "bankFeeds.sourceAccount.connected",
        "payload.sourceAccount.accountInfo",
        "field",
        "-"
    ]));
    assert!(has([
        "bankFeeds.sourceAccount.connected",
        "payload.sourceAccount.routingInfo.bankCode",
        "field",
        "-"
    ]));
    assert!(has([
        "read.completed",
        "payload.dataTypes[].status",
        "value",
        "Cancelled"
    ]));
    assert!(has([
        "connection.failed",
        "payload.connection.status",
        "value",
        "Linked"
    ]));
    assert!(has([
        "DataSyncCompleted",
        "Data.datasetStatus",
        "field",
        "-"
    ]));
    assert!(has([
        "DataSyncCompleted",
        "Data.dataType",
        "value",
        "invoices"
    ]));
    assert!(has(["company.deleted", "-", "event type", "-"]));
    assert!(has(["@rules.SyncStarted", "-", "event type", "-"]));

    let described = [
        "payload.name",
        "payload.tags.region",
        "payload.connection.connectionInfo.plan",
    ];
    for finding in &found {
        assert!(!described.contains(&&*finding.path), "{finding:?}");
        assert!(
            finding.text != "Complete" && finding.text != "bills",
            "{finding:?}"
        );
        assert!(!finding.event_type.contains("{dataType}"), "{finding:?}");
    }
}

/// Else the values of one would be missing from the list.
#[test]
fn every_vocabulary_of_the_samples_is_known_to_the_example() {
    let mut vocabularies = 0;
    for sample in report::samples().unwrap() {
        for (pointer, value) in place::places(&sample) {
            if let Some(values) = value
                .as_str()
                .and_then(|_| probe::values_at(&sample, &pointer))
            {
                assert!(!values.is_empty(), "{pointer} in {sample}");
                vocabularies += 1;
            }
        }
    }
    assert!(vocabularies > 100, "{vocabularies}");
}

/// Runs the example: its exit status, output and complaints.
fn run(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = report::run(args.iter().map(Into::into), &mut out, &mut err).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status, text(out), text(err))
}

fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_exit_status_says_whether_all_is_modelled() {
    let (status, out, err) = run(&[DESCRIPTION]);
    assert_eq!((status, &*err), (0, ""));
    assert!(
        out.starts_with("# Not modelled by the crate: 0\n# Only in the crate: "),
        "{out}"
    );

    let extended = with(
        "/components/schemas/Company/properties/nick\nname",
        json!({"type": "string"}),
    );
    let extended = file("conformance-extended.json", extended.to_string());
    let (status, out, err) = run(&[DESCRIPTION, &extended]);
    assert_eq!((status, &*err), (1, ""));
    let expected = "# Not modelled by the crate: 1\n\
                    company.created\tpayload.nick\\nname\tunknown field\t-\n# Only in the crate: ";
    assert!(out.starts_with(expected), "{out}");
    for line in out.lines().filter(|line| !line.starts_with("# ")) {
        assert_eq!(line.split('\t').count(), 4, "{line}");
    }
}

#[test]
fn bad_use_is_one_line() {
    let broken = file("conformance-broken.json", "openapi: 3.1.0\n");
    let empty = file("conformance-empty.json", "[]");
    let lost = only(
        "company.created",
        &json!({"$ref": "#/components/schemas/Lost"}),
    );
    let lost = file("conformance-lost.json", lost.to_string());
    let never = file(
        "conformance-never.json",
        json!({"webhooks": {"a": {"$ref": "#/webhooks/a"}}}).to_string(),
    );
    let cases: [(&[&str], &str); 7] = [
        (&[], "no description given"),
        (&["--json", DESCRIPTION], "unknown option --json"),
        (&["--", "--help"], "--help: "),
        (&[&broken], "not JSON"),
        (&[DESCRIPTION, &empty], "describes no webhooks"),
        (
            &[&lost],
            "webhook company.created: cannot resolve the reference #/components/schemas/Lost",
        ),
        (&[&never], "webhook a: references lead nowhere"),
    ];
    for (args, problem) in cases {
        let (status, out, err) = run(args);
        assert_eq!((status, &*out), (2, ""), "{args:?}");
        assert!(
            err.starts_with("conformance: ") && err.contains(problem),
            "{err}"
        );
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    let (status, out, err) = run(&["--help"]);
    assert_eq!((status, &*err), (0, ""));
    assert!(out.starts_with("Usage: conformance"));
}
