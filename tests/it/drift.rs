//! `drift` names exactly what a body has that the models do not.




use codat_webhooks::{DriftKind, ErrorKind, drift};
use crate::common::{Fixture, fixture, fixtures, places, with};
use serde_json::{Value, json};

/// What is found, with its text.
fn found(body: &str) -> Vec<String> {
    drift(body.as_bytes())
        .unwrap()
        .into_iter()
        .map(|drift| match &drift.text {
            Some(text) => format!("{drift}: {text}"),
            None => drift.to_string(),
        })
        .collect()
}

/// What the samples have that is new on purpose.
fn expected(name: &str) -> &'static [&'static str] {
    match name {
        "company.renamed" => &["unknown event type at eventType: company.renamed"],
        "platform.maintenance.announced" => {
            &["unknown event type at eventType: platform.maintenance.announced"]
        }
        "rules.Weekly digest is ready" => {
            &["unknown event type at RuleType: Weekly digest is ready"]
        }
        "bankFeeds.sourceAccount.disconnected@unknown-values" => &[
            "undocumented value at payload.sourceAccount.accountType: digitalWallet",
            "undocumented value at payload.sourceAccount.routingInfo.type: lei",
            "undocumented value at payload.sourceAccount.status: archived",
        ],
        "bill.write.successful" => &["undocumented value at eventType: bill"],
        "expenseClaims.write.successful" | "expenseClaims.write.unsuccessful@nulls" => {
            &["undocumented value at eventType: expenseClaims"]
        }
        "client.rateLimit.reset@impossible-date" => {
            &["unreadable date at payload.expiryDate: 2026-01-17T22:58:77Z"]
        }
        "connection.connected@unknown-values" => &[
            "undocumented value at payload.connection.dataConnectionErrors[0].status: Muted",
            "undocumented value at payload.connection.sourceType: Payroll",
            "undocumented value at payload.connection.status: AwaitingConsent",
        ],
        "read.completed@unknown-values" => &[
            "undocumented value at payload.dataTypes[0].dataType: stockAdjustments",
            "undocumented value at payload.dataTypes[0].status: Error",
            "undocumented value at payload.dataTypes[1].dataType: payroll-employees",
            "undocumented value at payload.dataTypes[1].status: PartiallyComplete",
        ],
        "suppliers.write.unsuccessful@unknown-values" => &[
            "undocumented value at payload.status: Rejected",
            "undocumented value at payload.type: Merge",
        ],
        _ => &[],
    }
}

#[test]
fn no_sample_drifts_but_where_it_is_meant_to() {
    for fixture in fixtures() {
        assert_eq!(
            found(&fixture.text),
            expected(&fixture.name),
            "{}",
            fixture.name
        );
    }
}

/// The samples that are fully modelled.
fn modelled() -> Vec<Fixture> {
    let mut fixtures = fixtures();
    fixtures.retain(|fixture| expected(&fixture.name).is_empty());
    fixtures
}

/// The path in the case in which it is told: that of written alerts.
fn told(path: &str) -> String {
    let upper = ["DataType", "Status", "PushOperationKey"];
    match path.strip_prefix("data.").or(path.strip_prefix("Data.")) {
        Some(key) if upper.contains(&key) => {
            format!("Data.{}{}", key[..1].to_lowercase(), &key[1..])
        }
        Some(key) => format!("Data.{key}"),
        None => path.to_owned(),
    }
}

#[test]
fn a_new_field_is_named_wherever_it_is() {
    let mut cases = 0;
    for fixture in modelled() {
        let body = fixture.json();
        let mut objects: Vec<_> = places(&body);
        objects.retain(|place| {
            let any = ["tags", "connectionInfo"]
                .iter()
                .any(|key| place.path.ends_with(key));
            body.pointer(&place.pointer).unwrap().is_object() && !any
        });
        for place in &objects {
            let mut object = body.pointer(&place.pointer).unwrap().clone();
            object["shoeSize"] = json!({"eu": [43, null]});
            let drifted = with(&body, place, object).to_string();
            let field = told(&format!("{}.shoeSize", place.path));
            assert_eq!(
                found(&drifted),
                [format!("unknown field at {field}")],
                "{drifted}"
            );
            cases += 1;
        }
        // At the top, keys of the other envelope included; in any order.
        for key in ["shoeSize", "clientId", "companyId"] {
            let mut drifted = body.clone();
            if fixture.is_alert() && key != "shoeSize" {
                continue;
            }
            drifted[key] = json!(43);
            assert_eq!(
                found(&drifted.to_string()),
                [format!("unknown field at {key}")]
            );
            cases += 1;
        }
    }
    assert!(cases > 300, "{cases} cases");
}

#[test]
fn a_new_value_and_an_impossible_date_are_named_wherever_they_are() {
    let vocabularies = [
        "status",
        "sourceType",
        "dataType",
        "datasetStatus",
        "newStatus",
        "oldStatus",
        "Status",
        "DataType",
    ];
    let mut cases = [0, 0];
    for fixture in modelled() {
        let body = fixture.json();
        for place in places(&body) {
            let key = place.path.rsplit('.').next().unwrap();
            let shape = place.shape();
            let is_type = (shape == "payload.type" || shape.ends_with("routingInfo.type"))
                || (shape.ends_with("accountType") && fixture.text.contains("routingInfo\":{"));
            let is_date = key.ends_with("Date")
                || key.ends_with("Utc")
                || key == "created"
                || key == "lastSync";
            let (kind, text) = if vocabularies.contains(&key) || is_type {
                (DriftKind::Value, "Sideways")
            } else if is_date {
                (DriftKind::Date, "2025-02-30T12:00:00Z")
            } else {
                continue;
            };
            let value: &Value = body.pointer(&place.pointer).unwrap();
            if value.is_null() {
                continue;
            }
            let drifted = with(&body, &place, text.into()).to_string();
            let all = drift(drifted.as_bytes()).unwrap();
            let [only] = &all[..] else {
                panic!("{all:?} in {drifted}")
            };
            assert_eq!(
                (&*only.path, only.kind),
                (&*told(&place.path), kind),
                "{drifted}"
            );
            assert_eq!(only.text.as_deref(), Some(text));
            cases[usize::from(kind == DriftKind::Date)] += 1;
        }
    }
    assert!(cases[0] > 100 && cases[1] > 100, "{cases:?} cases");
}

#[test]
fn the_order_of_keys_changes_nothing() {
    let body = fixture("read.completed@unknown-values").json();
    let mut drifted = body.clone();
    drifted["payload"]["referenceCompany"]["shoeSize"] = json!(43);
    // With `payload` before `type`, as keys are sorted.
    drifted["type"] = drifted
        .as_object_mut()
        .unwrap()
        .remove("eventType")
        .unwrap();
    let found = found(&drifted.to_string());
    assert_eq!(
        found.len(),
        expected("read.completed@unknown-values").len() + 1
    );
    assert!(found.contains(&"unknown field at payload.referenceCompany.shoeSize".to_owned()));
}

#[test]
fn the_type_of_an_account_of_the_first_generation_is_free_text() {
    let account = |more: &str| {
        format!(
            r#"{{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"bankFeeds.sourceAccount.connected","payload":{{"sourceAccount":{{"id":"a","accountType":"Credit"{more}}}}}}}"#
        )
    };
    assert!(found(&account("")).is_empty());
    for more in [r#","routingInfo":{}"#, r#","accountInfo":{}"#] {
        let found = found(&account(more));
        assert_eq!(
            found,
            ["undocumented value at payload.sourceAccount.accountType: Credit"]
        );
    }
}

#[test]
fn what_is_told_of_a_drift_is_one_line() {
    let body = fixture("company.deleted")
        .text
        .replacen('{', "{\"a\\nb\":1,", 1);
    let body = body.replacen("\"payload\":{", "\"payload\":{\"c\\u2028d\":1,", 1);
    for drift in drift(body.as_bytes()).unwrap() {
        let text = drift.to_string();
        assert!(!text.contains(['\n', '\u{2028}']), "{text}");
    }
}

#[test]
fn a_body_that_cannot_be_read_is_an_error() {
    assert_eq!(drift(b"{}").unwrap_err().kind(), ErrorKind::Envelope);
    assert_eq!(drift(b"\xff").unwrap_err().kind(), ErrorKind::Json);
}
