//! What may be missing, null, new or strange is read; what an event is about has to be there. Every
//! case is made from the fixtures.


use codat_webhooks::{Envelope, ErrorKind, from_str};
use crate::common::{Place, canonical, expected, fixture, fixtures, places, with, without};
use serde_json::{Value, json};

/// The fields that are required, as the reference marks them. A field of an object that comes in
/// several places is named by its end.
fn is_required(event_type: &str, place: &Place) -> bool {
    let shape = place.shape();
    let known = is_known(event_type);
    let about_company = event_type.starts_with("company.");
    let report = event_type.starts_with("report");
    let bank_feeds = event_type.starts_with("bankFeeds.");
    match shape.as_str() {
        "id" | "eventType" | "type" | "AlertId" | "alertId" | "RuleType" | "ruleType" | "Type" => {
            true
        }
        "payload" => known,
        _ if !known => false,
        "payload.id" => about_company || report || event_type.contains(".write."),
        "payload.productId" => event_type.contains(".product."),
        "payload.referenceCompany" => !(report || bank_feeds),
        "payload.connection" | "payload.connection.status" | "payload.connection.id" => true,
        "payload.dataConnections[].id" | "payload.dataConnections[].status" => true,
        "payload.dataTypes" | "payload.dataTypes[].dataType" => true,
        "payload.sourceAccount" | "payload.sourceAccount.id" => true,
        "payload.syncId" | "payload.transactions[].id" => true,
        shape if shape.ends_with("[]") => true, // an element is there or not, but no null
        shape => {
            shape.ends_with("referenceCompany.id")
                || shape.ends_with("referenceParentCompany.id")
                || shape.ends_with("referenceSubsidiaryCompanies[].id")
        }
    }
}

/// The kind of error for a field at the place.
fn kind(place: &Place) -> ErrorKind {
    match &*place.path {
        "id" | "eventType" | "type" | "generatedDate" | "payload" => ErrorKind::Envelope,
        "AlertId" | "alertId" | "RuleType" | "ruleType" | "Type" => ErrorKind::Envelope,
        _ => ErrorKind::Payload,
    }
}

fn assert_fails(body: &Value, kind: ErrorKind, path: &str, event_type: &str) {
    let text = body.to_string();
    let error = from_str(&text).expect_err(path);
    assert_eq!(
        (error.kind(), error.path()),
        (kind, Some(path)),
        "{error}\n{text}"
    );
    let readable = !matches!(
        path,
        "eventType" | "type" | "RuleType" | "ruleType" | "Type"
    );
    assert_eq!(error.event_type().is_some(), readable, "{error}");
    if readable {
        assert!(*error.event_type().unwrap() == *event_type);
    }
    assert_eq!(
        error.id().is_some(),
        !matches!(path, "id" | "AlertId" | "alertId")
    );
    assert!(error.to_string().contains(path));
}

#[test]
fn a_required_field_that_is_missing_is_an_error_with_its_path() {
    let mut required = 0;
    for fixture in fixtures() {
        let body = fixture.json();
        for place in places(&body) {
            if place.path.ends_with(']') || !is_required(&fixture.event_type(), &place) {
                continue;
            }
            required += 1;
            let path = match &*place.path {
                "alertId" => "AlertId",
                "type" => "eventType",
                path => path,
            };
            let broken = without(&body, &place);
            // Without one, a body is not seen to be an alert.
            if matches!(&*place.path, "RuleType" | "ruleType" | "Type") {
                assert_eq!(
                    from_str(&broken.to_string()).unwrap_err().kind(),
                    ErrorKind::Envelope
                );
                continue;
            }
            assert_fails(&broken, kind(&place), path, &fixture.event_type());
        }
    }
    assert!(required > 400, "{required} cases");
}

#[test]
fn a_required_field_that_is_null_is_an_error_with_its_path() {
    for fixture in fixtures() {
        let body = fixture.json();
        for place in places(&body) {
            if is_required(&fixture.event_type(), &place) {
                let kind = match &*place.path {
                    "payload" => ErrorKind::Payload,
                    _ => kind(&place),
                };
                let broken = with(&body, &place, Value::Null);
                assert_fails(&broken, kind, &place.path, &fixture.event_type());
            }
        }
    }
}

#[test]
fn a_field_of_the_wrong_type_is_an_error_with_its_path() {
    for fixture in fixtures()
        .iter()
        .filter(|fixture| is_known(&fixture.event_type()))
    {
        let body = fixture.json();
        for place in places(&body) {
            let value = body.pointer(&place.pointer).unwrap();
            if place.path.ends_with("connectionInfo") || value.is_null() {
                continue; // takes any JSON, or does not tell its type
            }
            let kind = match &*place.path {
                "payload" => ErrorKind::Payload,
                _ => kind(&place),
            };
            let wrong = match value {
                // Also not by position, as serde's derived code would read a struct.
                Value::Object(object) => Value::Array(object.values().cloned().collect()),
                Value::Array(_) => json!({}),
                _ => json!([value]),
            };
            assert_fails(
                &with(&body, &place, wrong),
                kind,
                &place.path,
                &fixture.event_type(),
            );
        }
    }
}

fn is_known(event_type: &str) -> bool {
    !matches!(
        event_type,
        "company.renamed" | "platform.maintenance.announced" | "@rules.Weekly digest is ready"
    )
}

#[test]
fn an_optional_field_may_be_missing_or_null() {
    let mut optional = 0;
    for fixture in fixtures() {
        let body = fixture.json();
        for place in places(&body) {
            if is_required(&fixture.event_type(), &place) || !is_known(&fixture.event_type()) {
                continue;
            }
            optional += 1;
            let missing = without(&body, &place).to_string();
            let null = with(&body, &place, Value::Null).to_string();
            let webhook = from_str(&missing).unwrap_or_else(|error| panic!("{error}\n{missing}"));
            assert_eq!(
                from_str(&null).unwrap(),
                webhook,
                "null is as good as missing: {null}"
            );

            let written = serde_json::to_string(&webhook).unwrap();
            assert_eq!(canonical(&written), expected(&missing));
        }
    }
    assert!(optional > 700, "{optional} cases");
}

#[test]
fn every_optional_field_is_modelled() {
    // Every field that the reference lists, in one sample or another: that none is dropped when it
    // is written back, the round trip shows.
    let documented = "payload.id payload.name payload.description payload.redirect \
        payload.lastSync payload.created payload.createdByUserName payload.products payload.tags \
        payload.referenceParentCompany payload.referenceSubsidiaryCompanies \
        payload.dataConnections payload.referenceCompany.description \
        payload.referenceCompany.links.portal payload.referenceCompany.tags \
        payload.productId payload.productName payload.connection.integrationId \
        payload.connection.integrationKey payload.connection.sourceId \
        payload.connection.sourceType payload.connection.platformName payload.connection.linkUrl \
        payload.connection.lastSync payload.connection.created \
        payload.connection.connectionInfo \
        payload.connection.dataConnectionErrors[].statusCode \
        payload.connection.dataConnectionErrors[].statusText \
        payload.connection.dataConnectionErrors[].errorMessage \
        payload.connection.dataConnectionErrors[].erroredOnUtc \
        payload.connection.dataConnectionErrors[].status \
        payload.connection.dataConnectionErrors[].resolvedOnUtc payload.modifiedFromDate \
        payload.dataTypes[].connectionId payload.dataTypes[].recordsModified \
        payload.dataTypes[].status payload.dataTypes[].issues[].type \
        payload.dataTypes[].issues[].message payload.dataTypes[].issues[].links.logs \
        payload.dataTypes[].issues[].links.portal payload.dataTypes[].issues[].links.readMore \
        payload.type payload.connectionId payload.requestedOnDate payload.completedOnDate \
        payload.status payload.record.id payload.attachmentId payload.dailyQuota \
        payload.quotaRemaining payload.expiryDate payload.companyId \
        payload.sourceAccount.accountName payload.sourceAccount.accountType \
        payload.sourceAccount.accountNumber payload.sourceAccount.sortCode \
        payload.sourceAccount.routingInfo.bankCode payload.sourceAccount.routingInfo.type \
        payload.sourceAccount.currency payload.sourceAccount.balance \
        payload.sourceAccount.accountInfo.description payload.sourceAccount.accountInfo.nickname \
        payload.sourceAccount.accountInfo.accountOpenDate \
        payload.sourceAccount.accountInfo.availableBalance payload.sourceAccount.modifiedDate \
        payload.sourceAccount.status payload.sourceAccount.feedStartDate payload.syncId \
        payload.transactions[].status payload.transactions[].errorMessage payload.modifiedDate \
        RuleId ClientId ClientName CompanyId DataConnectionId Message Data.modifiedDate";
    let bodies: Vec<Value> = fixtures().iter().map(common::Fixture::json).collect();
    let seen: std::collections::BTreeSet<String> = bodies
        .iter()
        .flat_map(|body| {
            places(body)
                .into_iter()
                .filter(|place| !body.pointer(&place.pointer).unwrap().is_null())
        })
        .map(|place| place.shape())
        .collect();
    for field in documented.split_whitespace() {
        assert!(seen.contains(field), "no sample has {field}");
    }
}

#[test]
fn fields_of_the_other_envelope_are_unknown_fields() {
    for fixture in fixtures().iter().filter(|fixture| !fixture.is_alert()) {
        let extra =
            "{\"RuleType\":5,\"companyId\":\"x\",\"companyId\":\"y\",\"data\":[],\"AlertId\":0,";
        let body = fixture.text.replacen('{', extra, 1);
        assert_eq!(from_str(&body).unwrap(), from_str(&fixture.text).unwrap());
    }
}

#[test]
fn escaped_keys_and_texts_are_read() {
    let plain = fixture("bills.write.successful");
    let escaped = plain
        .text
        .replace("\"id\"", "\"\\u0069d\"")
        .replace("\"eventType\"", "\"event\\u0054ype\"")
        .replace("bills.write", "\\u0062ills.write")
        .replace("\"payload\"", "\"p\\u0061yload\"")
        .replace("\"status\"", "\"statu\\u0073\"")
        .replace("\"type\"", "\"typ\\u0065\"")
        .replace("\"2", "\"\\u0032");
    assert_ne!(escaped, plain.text);
    let webhook = from_str(&plain.text).unwrap();
    assert_eq!(from_str(&escaped).unwrap(), webhook);
    assert_eq!(
        serde_json::from_reader::<_, codat_webhooks::Webhook>(escaped.as_bytes()).unwrap(),
        webhook
    );

    let envelope = Envelope::from_str(&escaped).unwrap();
    assert_eq!(envelope.id(), webhook.id);
    assert_eq!(envelope.event_type(), webhook.event_type());
    assert_eq!(envelope.generated_date(), webhook.generated_date);
    assert_eq!(envelope.parse().unwrap(), webhook);
}

#[test]
fn a_byte_order_mark_and_white_space_around_are_read() {
    for fixture in fixtures() {
        let webhook = from_str(&fixture.text).unwrap();
        for around in [("\u{feff}", ""), (" \r\n\t", "\n \t\r"), ("\u{feff} ", " ")] {
            let body = format!("{}{}{}", around.0, fixture.text, around.1);
            assert_eq!(from_str(&body).unwrap(), webhook);
            assert_eq!(
                Envelope::from_slice(body.as_bytes())
                    .unwrap()
                    .parse()
                    .unwrap(),
                webhook
            );
        }
    }
}

#[test]
fn the_envelope_agrees_with_the_webhook() {
    for fixture in fixtures() {
        let webhook = from_str(&fixture.text).unwrap();
        let envelope = Envelope::from_str(&fixture.text).unwrap();
        assert_eq!(envelope.id(), webhook.id);
        assert_eq!(envelope.event_type(), webhook.event_type());
        assert_eq!(envelope.generated_date(), webhook.generated_date);
        let body = fixture.json();
        let payload = body
            .get("payload")
            .or(body.get("Data"))
            .or(body.get("data"))
            .unwrap_or(&Value::Null);
        assert_eq!(
            serde_json::from_str::<Value>(envelope.payload()).unwrap(),
            *payload
        );
        if envelope.payload() != "null" {
            assert!(fixture.text.contains(envelope.payload()), "as it came");
        }
        assert_eq!(envelope.parse().unwrap(), webhook);
    }
}

#[test]
fn nesting_has_no_depth_limit_where_the_content_is_not_modelled() {
    let depth = 300_000;
    let deep = format!(
        "{}{}",
        "[{\"a\":".repeat(depth),
        "0".to_owned() + &"}]".repeat(depth)
    );
    let ignored = fixture("company.deleted")
        .text
        .replacen('{', &format!("{{\"x\":{deep},"), 1);
    assert_eq!(
        from_str(&ignored).unwrap(),
        from_str(&fixture("company.deleted").text).unwrap()
    );

    let info = fixture("connection.created@minimal").text.replacen(
        "\"connection\":{",
        &format!("\"connection\":{{\"connectionInfo\":{deep},"),
        1,
    );
    let written = serde_json::to_string(&from_str(&info).unwrap()).unwrap();
    assert!(written.contains(&deep));

    let id = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
    let unknown = format!(r#"{{"payload":{deep},"id":"{id}","eventType":"new.event"}}"#);
    assert!(
        serde_json::to_string(&from_str(&unknown).unwrap())
            .unwrap()
            .contains(&deep)
    );

    for key in ["id", "eventType", "payload", "generatedDate"] {
        let body = format!(r#"{{"{key}":{deep}}}"#);
        assert_eq!(from_str(&body).unwrap_err().kind(), ErrorKind::Envelope);
    }
    let payload =
        format!(r#"{{"id":"{id}","eventType":"company.created","payload":{{"tags":{deep}}}}}"#);
    assert_eq!(from_str(&payload).unwrap_err().path(), Some("payload.tags"));
}
