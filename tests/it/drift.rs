//! `Webhook::drift` reports exactly what an event has that the models do not.

use codat_webhooks::drift::DriftKind;

use crate::common::{self, Fixture, Kind, Place, fixture, fixtures, kind_of, read};

fn found(body: &str) -> Vec<String> {
    common::drift(&read(body))
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
        "reports.cashFlowForecast.generate.successful"
        | "report.cashFlowForecast.generate.unsuccessful" => {
            &["undocumented value at eventType: cashFlowForecast"]
        }
        "reports.fxInsights.generate.successful" | "reports.fxInsights.generate.unsuccessful" => {
            &["undocumented value at eventType: fxInsights"]
        }
        "bankFeeds.sourceAccount.connected@misfits" => &[
            "misfit at payload.companyId: \"\"",
            "misfit at payload.connectionId: 9042",
            "misfit at payload.sourceAccount.accountInfo.accountOpenDate: 20250131",
            "misfit at payload.sourceAccount.accountInfo.availableBalance: \"\"",
            "misfit at payload.sourceAccount.accountInfo.description: false",
            "misfit at payload.sourceAccount.accountInfo.nickname: 0",
            "misfit at payload.sourceAccount.accountName: 51",
            "misfit at payload.sourceAccount.accountNumber: 12345678",
            "misfit at payload.sourceAccount.accountType: 2",
            "misfit at payload.sourceAccount.balance: \"99.99\"",
            "misfit at payload.sourceAccount.currency: 826",
            "misfit at payload.sourceAccount.feedStartDate: 0",
            "misfit at payload.sourceAccount.modifiedDate: 1786790487",
            "misfit at payload.sourceAccount.routingInfo.bankCode: 401873",
            "misfit at payload.sourceAccount.routingInfo.type: 8",
            "misfit at payload.sourceAccount.sortCode: 401873",
            "misfit at payload.sourceAccount.status: 1",
        ],
        "client.rateLimit.reached@misfits" => &[
            "misfit at payload.dailyQuota: \"12000\"",
            "unreadable date at payload.expiryDate: ",
            "misfit at payload.quotaRemaining: \"0\"",
        ],
        "company.created@reference-company" => &["unknown field at payload.referenceCompany"],
        "company.deleted@both-type-keys" => &["unknown field at type"],
        "company.deleted@created-date" => &["unknown field at createdDate"],
        "bill.write.successful" => &["undocumented value at eventType: bill"],
        "expenseClaims.write.successful" | "expenseClaims.write.unsuccessful" => {
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
        "connection.disconnected@misfits" => &[
            "misfit at payload.connection.dataConnectionErrors[0].errorMessage: {}",
            "misfit at payload.connection.dataConnectionErrors[0].erroredOnUtc: 0",
            "misfit at payload.connection.dataConnectionErrors[0].resolvedOnUtc: false",
            "misfit at payload.connection.dataConnectionErrors[0].status: 0",
            "misfit at payload.connection.dataConnectionErrors[0].statusCode: [\"401\"]",
            "misfit at payload.connection.dataConnectionErrors[0].statusText: 401",
            "misfit at payload.connection.integrationId: \"\"",
            "misfit at payload.connection.integrationKey: 1042",
            "misfit at payload.connection.lastSync: 1786620000.25",
            "misfit at payload.connection.linkUrl: {}",
            "misfit at payload.connection.platformName: [\"Tillroll\"]",
            "misfit at payload.connection.sourceId: 17",
            "misfit at payload.connection.sourceType: 1",
            "misfit at payload.referenceCompany.links.portal: 4",
            "misfit at payload.referenceCompany.name: true",
        ],
        "connection.disconnected@unknown-fields" => &[
            "unknown field at payload.connection.consent",
            "unknown field at payload.connection.dataConnectionErrors[0].retryAfter",
            "unknown field at payload.disconnectedBy",
            "unknown field at payload.referenceCompany.externalId",
            "unknown field at payload.referenceCompany.links.self",
            "unknown field at region",
        ],
        "read.completed@fields-of-2024" => &[
            "unknown field at payload.dataTypes[0].errorMessage",
            "unknown field at payload.dataTypes[0].statusDescription",
            "unknown field at payload.dataTypes[1].errorMessage",
            "unknown field at payload.dataTypes[1].statusDescription",
            "unknown field at payload.product",
        ],
        "read.completed@misfits" => &[
            "misfit at payload.dataTypes[0].connectionId: \"\"",
            "misfit at payload.dataTypes[0].issues: \"\"",
            "misfit at payload.dataTypes[0].recordsModified: \"True\"",
            "misfit at payload.dataTypes[0].status: 5",
            "misfit at payload.dataTypes[1].connectionId: 88213",
            "misfit at payload.dataTypes[1].issues[0].links.logs: 7",
            "misfit at payload.dataTypes[1].issues[0].links.portal: {}",
            "misfit at payload.dataTypes[1].issues[0].links.readMore: []",
            "misfit at payload.dataTypes[1].issues[0].message: 12345",
            "misfit at payload.dataTypes[1].issues[0].type: 2",
            "misfit at payload.dataTypes[1].recordsModified: 0",
            "misfit at payload.modifiedFromDate: 1786512600",
            "misfit at payload.referenceCompany.description: false",
            "misfit at payload.referenceCompany.links: \"\"",
            "misfit at payload.referenceCompany.name: 40172",
            "misfit at payload.referenceCompany.tags: [\"plan\",\"starter\"]",
        ],
        "read.completed@unknown-fields" => &[
            "unknown field at attempt",
            "unknown field at payload.dataTypes[0].issues[0].links.fix",
            "unknown field at payload.dataTypes[0].issues[0].recordIds",
            "unknown field at payload.dataTypes[0].recordCount",
            "unknown field at payload.referenceCompany.country",
            "unknown field at payload.referenceCompany.links.api",
            "unknown field at payload.trigger",
        ],
        "read.completed@unknown-values" => &[
            "undocumented value at payload.dataTypes[0].dataType: stockAdjustments",
            "undocumented value at payload.dataTypes[0].status: Error",
            "undocumented value at payload.dataTypes[1].dataType: payroll-employees",
            "undocumented value at payload.dataTypes[1].status: PartiallyComplete",
        ],
        "bills.write.unsuccessful@unknown-values" => &[
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

#[test]
fn a_new_value_and_an_impossible_date_are_reported_wherever_they_are() {
    let mut cases = [0, 0];
    for fixture in modelled() {
        let body = fixture.tree();
        for place in fixture.places() {
            // The type of a source account of the first generation is free text.
            let second = ["routingInfo\":{", "accountInfo\":{"];
            let second = second.iter().any(|key| fixture.text.contains(key));
            let is_free = place.key() == "accountType" && !second;
            let (kind, text) = match kind_of(&fixture, &place) {
                Kind::Vocabulary if !is_free => (DriftKind::Value, "Sideways"),
                Kind::Date => (DriftKind::Date, "2025-02-30T12:00:00Z"),
                _ => continue,
            };
            if body.at(&place).is_null() {
                continue;
            }
            let drifted = body.with(&place, &format!("{text:?}")).to_string();
            let all = read(&drifted).drift();
            let [only] = &all[..] else {
                panic!("{all:?} in {drifted}")
            };
            assert_eq!((&*only.path, only.kind), (&*place.path, kind), "{drifted}");
            assert_eq!(only.text.as_deref(), Some(text));
            cases[usize::from(kind == DriftKind::Date)] += 1;
        }
    }
    assert!(cases[0] > 100 && cases[1] > 100, "{cases:?} cases");
}

#[test]
fn the_order_of_keys_changes_nothing() {
    let fixture = fixture("read.completed@unknown-values");
    let mut body = fixture.tree();
    let company = body.place("payload.referenceCompany");
    body = body.with_field(&company, 9, "shoeSize", "43");
    body.change(true, &mut |members| members.reverse());
    let found = found(&body.to_string());
    assert_eq!(found.len(), expected(&fixture.name).len() + 1);
    assert!(found.contains(&"unknown field at payload.referenceCompany.shoeSize".to_owned()));
}

#[test]
fn an_empty_object_in_place_of_an_alerts_data_is_not_drift() {
    for fixture in fixtures().iter().filter(|fixture| fixture.is_alert()) {
        let body = fixture.tree();
        let places = fixture.places();
        let data = places
            .iter()
            .find(|place| place.key().eq_ignore_ascii_case("data"));
        let empty = match data {
            Some(data) => body.with(data, "{}"),
            None => body.with_field(&Place::top(), 9, "Data", "{}"),
        };
        assert_eq!(
            found(&empty.to_string()),
            expected(&fixture.name),
            "{empty}"
        );
    }
}

#[test]
fn an_empty_object_beside_an_alerts_data_is_not_drift_whatever_its_white_space() {
    for data in [r#"{"syncType":"Full"}"#, "{}", "{ }"] {
        for beside in ["{}", "{ }", "{\n\t}"] {
            let alert = format!(
                r#"{{"AlertId":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","RuleType":"SyncFailed","Data":{data},"data":{beside}}}"#
            );
            assert_eq!(found(&alert), [""; 0], "{alert}");
            let not_empty = alert.replacen(beside, r#"{"a":1}"#, 1);
            assert_ne!(found(&not_empty), [""; 0], "{not_empty}");
        }
    }
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
fn a_drift_is_displayed_on_one_line_in_one_direction() {
    let odd = "a\nb\u{2028}c\u{202e}d\u{2066}e\u{61c}f\u{200f}";
    let key = serde_json::to_string(odd).unwrap();
    let body = fixture("company.deleted")
        .text
        .replacen('{', &format!("{{{key}:1,"), 1)
        .replacen("\"payload\":{", &format!("\"payload\":{{{key}:1,"), 1);
    let shown = r"a\nb\u{2028}c\u{202e}d\u{2066}e\u{61c}f\u{200f}";
    assert_eq!(
        found(&body),
        [
            format!("unknown field at {shown}"),
            format!("unknown field at payload.{shown}"),
        ]
    );
}

#[test]
fn a_field_that_is_repeated_is_one_drift() {
    for fixture in modelled().iter().filter(|fixture| fixture.is_known()) {
        for object in fixture.objects() {
            let unknown = |count: usize| {
                let tree = (0..count).fold(fixture.tree(), |tree, n| {
                    tree.with_field(&object, 9 * n, "new", &n.to_string())
                });
                read(&tree.to_string()).drift()
            };
            let path = object.below("new");
            assert_eq!(unknown(1).len(), 1, "{path}");
            assert_eq!(unknown(1)[0].kind, DriftKind::Field);
            for count in [2, 5] {
                let drift = unknown(count);
                let [only] = &drift[..] else {
                    panic!("{drift:?}")
                };
                assert_eq!((&*only.path, only.kind), (&*path, DriftKind::Repeated));
                assert_eq!(only.text, None);
                assert_eq!(only.to_string(), format!("repeated field at {path}"));
            }
        }
    }
}

#[test]
fn every_misfit_is_a_drift_of_its_own() {
    let body = fixture("company.created").tree();
    let tags = body.place("payload.tags");
    let body = body.with(&tags, r#"{"a":7,"b":7,"c":7}"#).to_string();
    // The keys of tags are the client's own.
    let line = "misfit at payload.tags: 7".to_owned();
    assert_eq!(found(&body), vec![line; 3]);
}

#[test]
fn the_payload_of_an_unknown_event_is_not_examined() {
    for name in ["company.renamed", "rules.Weekly digest is ready"] {
        let fixture = fixture(name);
        let field = "{\"shoeSize\":{\"status\":\"Sideways\"},";
        let drifted = ["\"payload\":", "\"Data\":"]
            .iter()
            .fold(fixture.text, |text, key| {
                text.replacen(&format!("{key}{{"), &format!("{key}{field}"), 1)
            });
        assert!(drifted.contains(field));
        assert_eq!(found(&drifted), expected(name));
    }
}
