//! Legacy alerts: every rule in every spelling, and what an alert has to have.

use codat_webhooks::legacy::{Alert, AlertHeader, Rule, RuleType};
use codat_webhooks::value::{DataType, EventId};
use codat_webhooks::{Envelope, ErrorKind, Event, EventPattern, EventType, Webhook, from_str};
use serde_json::{Value, json};

use crate::common::{
    COMPANY, Json, canonical, drift, fixture, fixtures, odd_spellings, round_trip, write as written,
};

/// The rules of Codat's documentation, each with its spellings.
const DOCUMENTED: &[&[&str]] = &[
    &["DataConnectionStatusChanged"],
    &[
        "NewCompanySynchronized",
        "New company synchronized",
        "New company synchronised",
    ],
    &["DataSyncCompleted", "Data sync completed"],
    &["DatasetDataChanged", "Dataset data changed"],
    &[
        "DataSyncStatusChangedToError",
        "Data Sync Status Changed To Error",
        "Data Sync Status Changed to Error",
    ],
    &[
        "PushOperationStatusChanged",
        "Push Operation Status Changed",
        "Push Operation Status Changed()",
    ],
    &["PushOperationTimedOut", "Push Operation Timed Out"],
    &["SyncCompleted", "Sync Completed", "Sync Complete"],
    &["SyncFailed", "Sync Failed"],
    &["SyncStarted", "Sync Started"],
    &["SyncConnectionDeleted", "Sync Connection Deleted"],
    &["ClientRateLimitReached", "Rate Limit Reached"],
    &["ClientRateLimitReset", "Rate Limit Reset"],
];

const ID: &str = "4b0e6d0f-77c1-4d83-9a35-f2c8b1e5a906";
const KEY: &str = "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24";

fn read(body: &Value) -> Webhook {
    from_str(&body.to_string()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn alert(webhook: &Webhook) -> &Alert {
    match &webhook.event {
        Event::Alert(alert) => alert,
        other => panic!("{other:?} is no alert"),
    }
}

#[test]
fn every_rule_is_read_in_every_spelling() {
    for spellings in DOCUMENTED {
        let odd = spellings
            .iter()
            .flat_map(|spelling| odd_spellings(spelling));
        let documented = spellings.iter().map(ToString::to_string);
        for spelling in documented.chain(odd) {
            for key in ["RuleType", "Type", "ruleType"] {
                let webhook = read(&json!({"AlertId": ID, key: spelling}));
                let alert = alert(&webhook);
                assert_eq!(webhook.id.to_string(), ID);
                assert_eq!(alert.header.rule_type, spelling);
                assert_eq!(alert.rule.rule_type().as_str(), spellings[0]);
                assert_eq!(webhook.event_type(), *format!("@rules.{}", spellings[0]));
                assert_eq!(webhook.wire_name(), spelling);

                let written = serde_json::to_value(&webhook).unwrap();
                assert_eq!(written, json!({"AlertId": ID, key: spelling}));
            }
        }
    }
    for near in [
        "DataSyncComplete",
        "Sync_Failed 2",
        "SyncFail",
        "Failed Sync",
        "",
    ] {
        let rule = RuleType::from(near);
        assert!(matches!(rule, RuleType::Other(_)), "{near} is {rule:?}");
    }
    for rule in RuleType::KNOWN.iter().chain([&"Weekly digest".into()]) {
        assert_eq!(rule.as_str().parse::<RuleType>().unwrap(), *rule);
        let json = serde_json::to_value(rule).unwrap();
        assert_eq!(json, rule.as_str());
        assert_eq!(serde_json::from_value::<RuleType>(json).unwrap(), *rule);
    }
    let known: Vec<&str> = RuleType::KNOWN.iter().map(RuleType::as_str).collect();
    let documented: Vec<&str> = DOCUMENTED.iter().map(|spellings| spellings[0]).collect();
    assert_eq!(known, documented);
}

#[test]
fn every_rule_has_a_sample_with_typed_data() {
    for rule in RuleType::KNOWN {
        let name = format!("rules.{rule}");
        let webhook = from_str(&fixture(&name).text).unwrap();
        assert_eq!(alert(&webhook).rule.rule_type(), *rule);
    }
    let of = |name: &str| from_str(&fixture(name).text).unwrap();
    let webhook = of("rules.PushOperationStatusChanged@parentheses");
    let Rule::PushOperationStatusChanged(push) = &alert(&webhook).rule else {
        panic!()
    };
    assert_eq!(push.data_type, Some(DataType::Bills));
    assert_eq!(push.status.as_ref().unwrap(), "Failed");
    assert!(push.push_operation_key.is_some());
    assert_eq!(alert(&webhook).data_type(), Some(&DataType::Bills));
    // An event has a data type only if it is a write event.
    assert_eq!(webhook.event.data_type(), None);
    assert_eq!(webhook.event_type().data_type(), None);

    for name in [
        "DataSyncCompleted",
        "DatasetDataChanged",
        "DataSyncStatusChangedToError",
        "PushOperationTimedOut",
    ] {
        let webhook = of(&format!("rules.{name}"));
        assert!(alert(&webhook).data_type().is_some(), "{name}");
    }
    let webhook = of("rules.SyncStarted");
    assert_eq!(alert(&webhook).data_type(), None);

    let webhook = of("rules.DataConnectionStatusChanged@camel");
    let Rule::DataConnectionStatusChanged(data) = &alert(&webhook).rule else {
        panic!()
    };
    assert_eq!(webhook.event.connection_id(), data.data_connection_id);
    assert!(webhook.event.company_id().is_some());

    let webhook = of("rules.NewCompanySynchronized");
    assert_eq!(
        webhook.event.company_name().as_deref(),
        Some("Reedmace Joinery")
    );
}

#[test]
fn an_alert_in_lower_camel_case_is_an_alert() {
    let upper = json!({
        "AlertId": ID, "RuleType": "Data sync completed", "CompanyId": COMPANY,
        "Data": {"DataType": "invoices", "DatasetId": KEY},
    });
    let lower = json!({
        "alertId": ID, "type": "Data sync completed", "companyId": COMPANY,
        "data": {"dataType": "invoices", "datasetId": KEY},
    });
    assert_eq!(read(&lower), read(&upper));
    round_trip(&lower.to_string());
    round_trip(&upper.to_string());
    assert_eq!(
        Envelope::from_str(&lower.to_string()).unwrap().event_type(),
        "@rules.DataSyncCompleted"
    );

    // An `id` beside its keys is one more field, unless there is a payload.
    let mut more = lower.clone();
    more["id"] = COMPANY.into();
    let webhook = round_trip(&more.to_string());
    assert_eq!(webhook.id.to_string(), ID);
    assert_eq!(webhook.event, read(&lower).event);
    assert_eq!(
        webhook.extra.get("id").unwrap().as_str(),
        format!("\"{COMPANY}\"")
    );
    more["payload"] = json!({});
    assert_eq!(read(&more).id.to_string(), COMPANY);
    assert_eq!(
        read(&more).event_type(),
        EventType::from("Data sync completed")
    );

    // The same keys beside an event's own do not make an alert.
    let event = json!({
        "id": ID, "type": "company.renamed", "alertId": 5, "ruleType": "x", "payload": {},
    });
    assert_eq!(read(&event).event_type(), "company.renamed");
}

#[test]
fn an_unknown_rule_is_kept_raw() {
    let fixture = fixture("rules.Weekly digest is ready");
    let webhook = from_str(&fixture.text).unwrap();
    let Rule::Other(rule, data) = &alert(&webhook).rule else {
        panic!()
    };
    assert_eq!(rule, "Weekly digest is ready");
    assert_eq!(
        data.as_ref().unwrap().as_str(),
        r#"{"week":23,"totals":{"invoices":1.5,"bills":[]}}"#
    );
    assert_eq!(
        serde_json::to_string(&webhook).unwrap(),
        fixture.text.trim()
    );
    assert_eq!(webhook.event_type(), "@rules.Weekly digest is ready");
    assert!(alert(&webhook).replaced_by().is_empty());
}

#[test]
fn the_names_of_alerts_are_event_types_of_their_own() {
    for text in [
        "@rules.DataSyncCompleted",
        "@rules.Data sync completed",
        "@rules.Some new rule",
    ] {
        let event_type = EventType::from(text);
        assert_eq!(event_type.variant_name(), "Alert");
        assert_eq!(EventType::from(&*event_type.to_string()), event_type);
        for (pattern, matches) in [("@rules.*", true), ("*", true), ("rules.*", false)] {
            assert_eq!(
                pattern
                    .parse::<EventPattern>()
                    .unwrap()
                    .matches(&event_type),
                matches
            );
        }
    }
    let event_type = EventType::from("@rules.DataSyncCompleted");
    assert_eq!(event_type, "@rules.Data sync completed");
    assert!(EventType::known().all(|known| !known.to_string().starts_with('@')));

    // An alert has an envelope of its own.
    let body = json!({"id": ID, "eventType": "@rules.DataSyncCompleted", "payload": {}});
    assert_eq!(read(&body).event_type().variant_name(), "Unknown");
    assert_eq!(serde_json::to_value(read(&body)).unwrap(), body);
    let text = body.to_string();
    let envelope = Envelope::from_str(&text).unwrap();
    assert_eq!(envelope.event_type(), read(&body).event_type());
}

#[test]
fn an_alert_without_an_id_or_a_rule_is_an_error_with_its_path() {
    for (body, path) in [
        (json!({"AlertId": ID, "RuleType": 5}), "RuleType"),
        (json!({"AlertId": ID, "Type": ["x"]}), "Type"),
        (json!({"AlertId": 5, "RuleType": "Sync Failed"}), "AlertId"),
        (json!({"RuleType": "Sync Failed"}), "AlertId"),
        (
            json!({"AlertId": null, "type": "x", "ruleType": "y"}),
            "AlertId",
        ),
    ] {
        let error = from_str(&body.to_string()).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Envelope, Some(path)),
            "{error}"
        );
        assert_eq!(error.event_type().is_some(), path == "AlertId");
    }
}

#[test]
fn everything_else_in_an_alert_is_optional() {
    for (body, paths) in [
        (
            json!({"AlertId": ID, "RuleType": "Sync Failed", "CompanyId": "x", "Message": 1}),
            &["CompanyId", "Message"][..],
        ),
        (
            json!({"AlertId": ID, "RuleType": "Sync Failed", "Data": {"syncId": 5, "syncType": "a"}}),
            &["Data.syncId"],
        ),
        (
            json!({"alertId": ID, "type": "Sync Failed", "data": [5]}),
            &["data"],
        ),
        (
            json!({"AlertId": ID, "RuleType": "Rate Limit Reset", "Data": {"DailyQuota": "1"}}),
            &["Data.DailyQuota"],
        ),
        (
            json!({"AlertId": ID, "RuleType": "Account Categories Updated", "Data": {"modifiedDate": 1}}),
            &["Data.modifiedDate"],
        ),
    ] {
        let webhook = round_trip(&body.to_string());
        let found: Vec<_> = webhook
            .drift()
            .into_iter()
            .map(|drift| drift.path)
            .collect();
        assert_eq!(found, paths, "{body}");
        assert!(
            drift(&webhook)
                .iter()
                .all(|line| line.starts_with("misfit"))
        );
    }
}

#[test]
fn an_optional_field_is_the_first_spelling_that_fits_and_a_required_one_the_first_that_is_sent() {
    // The table's order decides, whatever the order in the body.
    for (data, data_type, extra) in [
        (
            r#"{"DataType":"bills","dataType":"items"}"#,
            "items",
            "DataType",
        ),
        (
            r#"{"dataType":"items","DataType":"bills"}"#,
            "items",
            "DataType",
        ),
        (r#"{"dataType":7,"DataType":"bills"}"#, "bills", "dataType"),
        (r#"{"DataType":7,"dataType":"items"}"#, "items", "DataType"),
        (
            r#"{"dataType":"x","DataType":"bills","dataType":"y"}"#,
            "bills",
            "dataType",
        ),
    ] {
        let body = format!(r#"{{"AlertId":"{ID}","RuleType":"DataSyncCompleted","Data":{data}}}"#);
        let webhook = round_trip(&body);
        assert_eq!(alert(&webhook).data_type().unwrap(), data_type, "{data}");
        let Rule::DataSyncCompleted(dataset) = &alert(&webhook).rule else {
            panic!()
        };
        assert!(dataset.extra.iter().all(|(key, _)| key == extra), "{data}");
        assert!(!dataset.extra.is_empty());
    }
    let null = format!(
        r#"{{"AlertId":"{ID}","RuleType":"DataSyncCompleted","Data":{{"dataType":null,"DataType":"bills"}}}}"#
    );
    let webhook = round_trip(&null);
    assert_eq!(alert(&webhook).data_type().unwrap(), "bills");
    assert!(webhook.drift().is_empty());

    // In the envelope.
    let other = KEY;
    for (keys, id) in [
        (format!(r#""AlertId":"{ID}","alertId":"{other}""#), ID),
        (format!(r#""alertId":"{other}","AlertId":"{ID}""#), ID),
        (format!(r#""AlertId":null,"alertId":"{other}""#), other),
        (format!(r#""alertId":"{other}","AlertId":null"#), other),
    ] {
        let body = format!(
            r#"{{{keys},"RuleType":"Sync Started","CompanyId":"x","companyId":"{COMPANY}"}}"#
        );
        let webhook = round_trip(&body);
        assert_eq!(webhook.id.to_string(), id, "{body}");
        assert_eq!(webhook.event.company_id().unwrap().to_string(), COMPANY);
        assert_eq!(webhook.extra.get("CompanyId").unwrap().as_str(), "\"x\"");
    }
    // A required field that is sent is not passed over.
    for (keys, path) in [
        (
            format!(r#""AlertId":5,"alertId":"{other}","RuleType":"x""#),
            "AlertId",
        ),
        (
            format!(r#""alertId":"{other}","AlertId":5,"RuleType":"x""#),
            "AlertId",
        ),
        (
            format!(r#""AlertId":"{ID}","RuleType":5,"Type":"x""#),
            "RuleType",
        ),
        (format!(r#""AlertId":"{ID}","type":"x","Type":5"#), "Type"),
    ] {
        let error = from_str(&format!("{{{keys}}}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Envelope, "{keys}");
        assert_eq!(error.path(), Some(path), "{keys}");
    }
    let rules = format!(r#"{{"AlertId":"{ID}","type":"Sync Failed","Type":"Sync Started"}}"#);
    let webhook = round_trip(&rules);
    assert_eq!(webhook.event_type(), "@rules.SyncStarted");
    assert_eq!(
        webhook.extra.get("type").unwrap().as_str(),
        "\"Sync Failed\""
    );
}

#[test]
fn every_field_of_an_alert_may_be_sent_in_two_spellings() {
    let (mut cases, mut required) = (0, 0);
    let mut alerts = fixtures();
    alerts.retain(|fixture| fixture.is_alert() && fixture.is_known());
    for fixture in alerts {
        let tree = fixture.tree();
        for place in fixture.places() {
            let depth = place.path.matches('.').count();
            if tree.at(&place).is_null() || depth > 1 || place.is_element() {
                continue;
            }
            let (first, rest) = place.key().split_at(1);
            let other = match first.to_lowercase() == first {
                true => first.to_uppercase() + rest,
                false => first.to_lowercase() + rest,
            };
            let object = place.parent();
            let spellings = ["AlertId", "alertId", "RuleType", "ruleType", "Type", "type"];
            let rank = |key: &str| spellings.iter().position(|spelling| *spelling == key);
            // The first spelling of a required field decides.
            let decides = rank(&other).is_some() && rank(&other) < rank(&place.path);
            for value in [&*tree.at(&place).to_string(), "{\"odd\":7}"] {
                if decides && value.starts_with('{') {
                    for index in [0, 9] {
                        let body = tree.with_field(&object, index, &other, value).to_string();
                        let error = from_str(&body).unwrap_err();
                        assert_eq!(error.path(), Some(&*other), "{body}");
                    }
                    required += 1;
                    continue;
                }
                // Before and after the field.
                let [mut before, after] = [0, usize::MAX - 1].map(|index| {
                    let count = match tree.at(&object) {
                        Json::Object(members) => members.len(),
                        _ => 0,
                    };
                    let body = tree.with_field(&object, index.min(count), &other, value);
                    round_trip(&body.to_string())
                });
                assert_eq!(before.event, after.event, "{other}");
                assert_eq!(before.id, after.id, "{other}");
                assert_eq!(drift(&before), drift(&after), "{other}");
                if value.starts_with("{\"odd") && depth == 0 && place.key().to_lowercase() != "data"
                {
                    assert!(before.extra.remove(&other).is_some());
                    assert_eq!(before, read(&fixture.json()), "{other}");
                }
                cases += 1;
            }
        }
    }
    assert!(cases > 300 && required > 0, "{cases} {required} cases");
}

#[test]
fn an_alert_whose_data_is_empty_is_written_back_with_it() {
    for rule in [
        "Sync Connection Deleted",
        "Sync Failed",
        "Account Categories Updated",
    ] {
        for data in [
            "{}",
            "{ }",
            "null",
            "{\"syncId\":null,\"modifiedDate\":null}",
        ] {
            let body = format!(r#"{{"AlertId":"{ID}","RuleType":"{rule}","Data":{data}}}"#);
            let webhook = from_str(&body).unwrap();
            assert_eq!(from_str(&written(&webhook)).unwrap(), webhook);
            if data == "{}" {
                assert_eq!(written(&webhook), body);
            }
            let compact = canonical(&body);
            assert_eq!(canonical(&written(&webhook)), compact);

            // A misfit under another spelling of the key is kept beside it.
            let body =
                format!(r#"{{"AlertId":"{ID}","RuleType":"{rule}","Data":7,"data":{data}}}"#);
            let webhook = from_str(&body).unwrap();
            assert_eq!(canonical(&written(&webhook)), canonical(&body));
        }
    }
}

#[test]
fn a_constructed_alert_is_an_alert() {
    let id: EventId = ID.parse().unwrap();
    for (spelling, written) in [
        ("Sync Failed", "Sync Failed"),
        ("Sync Started", "SyncFailed"),
    ] {
        let rule =
            from_str(&fixture("rules.SyncFailed").text).map(|webhook| alert(&webhook).rule.clone());
        let made = Alert::new(AlertHeader::new(spelling), rule.unwrap());
        let webhook = Webhook::new(id, Event::Alert(made.into()));
        let json = serde_json::to_value(&webhook).unwrap();
        assert_eq!(json["RuleType"], written, "the rule decides");
        assert_eq!(read(&json).event_type(), webhook.event_type());
    }
}

#[test]
fn a_rule_may_be_named_as_a_product_read_is() {
    let body =
        r#"{"AlertId":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","RuleType":"x.read.completed"}"#;
    let webhook = from_str(body).unwrap();
    assert!(matches!(webhook.event_type(), EventType::Alert(_)));
    let envelope = Envelope::from_str(body).unwrap();
    assert_eq!(envelope.event_type(), webhook.event_type());
}

#[test]
fn an_error_in_an_alert_has_its_rule_under_any_key() {
    for key in ["RuleType", "ruleType", "Type", "type", "eventType"] {
        let body = format!(r#"{{"AlertId":5,"{key}":"Sync Started","CompanyId":1}}"#);
        let error = from_str(&body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Envelope);
        assert_eq!(
            error.event_type(),
            Some(&EventType::Alert(RuleType::SyncStarted)),
            "{body}"
        );
    }
}

#[test]
fn an_incomplete_event_is_not_an_alert_because_of_its_extra_keys() {
    let alert = r#""AlertId":"5d0a3b7e-2f64-4c19-8e05-b7d1c9a2f386""#;
    let id = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
    let body = format!(r#"{{{alert},"id":"{id}","eventType":"company.renamed"}}"#);
    let webhook = from_str(&body).unwrap();
    assert!(matches!(webhook.event, Event::Unknown(_)));
    assert_eq!(webhook.id.to_string(), id);

    for more in [
        format!(r#"{alert},"payload":{{}}"#),
        format!(r#"{alert},"RuleType":"Sync Started","payload":{{}}"#),
        r#""Message":"Renamed""#.to_owned(),
    ] {
        let body = format!(r#"{{"eventType":"company.renamed",{more}}}"#);
        let error = from_str(&body).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Envelope, Some("id")),
            "{body}"
        );
        assert_eq!(error.event_type().unwrap(), "company.renamed");
    }
}

#[test]
fn an_alert_with_an_event_type_beside_its_rule_is_an_alert() {
    let body =
        format!(r#"{{"AlertId":"{ID}","RuleType":"Sync Started","eventType":"sync.started"}}"#);
    let webhook = round_trip(&body);
    assert_eq!(webhook.event_type(), "@rules.SyncStarted");
    assert!(webhook.extra.get("eventType").is_some());
}

#[test]
fn a_date_in_an_alert_is_a_field_of_its_envelope() {
    let with = |date: &str| format!(r#"{{"AlertId":"{ID}","RuleType":"SyncStarted",{date}}}"#);
    let date = r#""generatedDate":"2026-03-04T05:06:07Z""#;
    let webhook = round_trip(&with(date));
    assert!(webhook.generated_at().is_some() && webhook.drift().is_empty());

    let misfit = round_trip(&with(r#""generatedDate":7"#));
    assert_eq!(misfit.generated_date, None);
    assert_eq!(drift(&misfit), ["misfit at generatedDate: 7"]);

    let error = from_str(&with(&format!("{date},{date}"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Envelope);
    assert_eq!(error.path(), Some("generatedDate"));
}
