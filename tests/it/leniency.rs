//! Missing, null, new and strange fields are read; a required field has to be there. Every case is
//! generated from the fixtures.

use std::collections::BTreeSet;

use codat_webhooks::drift::{Drift, DriftKind};
use codat_webhooks::{Envelope, ErrorKind, Event, from_str};

use crate::common::declared;
use crate::common::{
    COMPANY, End, ID, Place, assert_same, drift, end_of, event, fixture, is_required, named, read,
    round_trip, write,
};

/// The kind of error for a fault at the place.
fn kind(place: &Place) -> ErrorKind {
    match &*place.path {
        "id" | "eventType" | "type" | "payload" => ErrorKind::Envelope,
        "AlertId" | "alertId" | "RuleType" | "ruleType" | "Type" => ErrorKind::Envelope,
        _ => ErrorKind::Payload,
    }
}

/// The fields that an event has no meaning without. All others are optional.
const REQUIRED: &str = "AlertHeader::RuleType Company::id CompanyProduct::id \
    CompanyProduct::productId CompanyReference::id Connection::id Connection::status \
    ConnectionEvent::connection ConnectionEvent::referenceCompany DataTypeRead::dataType \
    ExpensesSync::referenceCompany ExpensesSync::syncId ExpensesTransaction::id \
    ReadCompleted::dataTypes ReadCompleted::referenceCompany Report::id SourceAccount::id \
    SourceAccountEvent::sourceAccount Write::id Write::referenceCompany";

#[test]
fn few_fields_are_required() {
    let objects = declared::objects();
    let fields = objects.iter().flat_map(|(name, fields)| {
        let required = fields.iter().filter(|field| field.is_required);
        required.map(move |field| format!("{name}::{}", field.wire[0]))
    });
    assert_same(
        "the required fields and those that may be",
        fields,
        REQUIRED.split_whitespace().map(String::from),
    );
}

#[test]
fn a_required_field_that_is_missing_or_null_is_an_error_with_its_place() {
    let mut required = [0, 0];
    for fixture in named() {
        let tree = fixture.tree();
        for place in fixture.places() {
            if place.is_element() || !is_required(&fixture, &place) {
                continue;
            }
            let (missing, object) = tree.without(&place).spread(&place.parent());
            let (null, _) = tree.with(&place, "null").spread(&place);
            let End::Error = end_of(&fixture, &place) else {
                // The object is in an optional field, which is a misfit now.
                for body in [missing, null] {
                    let drift = round_trip(&body).drift();
                    let misfit = |drift: &&Drift| drift.kind == DriftKind::Misfit;
                    assert_eq!(drift.iter().filter(misfit).count(), 1, "{body}");
                }
                required[1] += 1;
                continue;
            };
            required[0] += 1;

            let error = from_str(&missing).expect_err(&missing);
            let path = match &*place.path {
                "RuleType" | "ruleType" | "Type" => "RuleType",
                "alertId" => "AlertId",
                "type" => "eventType",
                path => path,
            };
            assert_eq!(error.kind(), kind(&place), "{error}");
            assert_eq!(error.path(), Some(path), "{missing}");
            assert_eq!((error.line(), error.column()), object, "{error}\n{missing}");
            assert!(error.to_string().contains("required field is missing"));
            assert_eq!(error.id().is_some(), !matches!(path, "id" | "AlertId"));
            if matches!(path, "eventType" | "RuleType") {
                assert_eq!(error.event_type(), None, "{missing}");
            } else {
                assert_eq!(*error.event_type().unwrap(), *fixture.event_type());
            }

            let error = from_str(&null).expect_err(&null);
            match &*place.path {
                // A payload of an unknown event may be null, so that is a value of its own.
                "payload" => assert_eq!(error.kind(), ErrorKind::Payload),
                _ => assert_eq!(error.kind(), kind(&place)),
            }
            assert_eq!(error.path(), Some(path), "{null}");
        }
    }
    assert!(required[0] > 350 && required[1] > 10, "{required:?} cases");
}

#[test]
fn an_optional_field_may_be_missing_or_null() {
    let mut optional = 0;
    for fixture in named() {
        let tree = fixture.tree();
        for place in fixture.places() {
            if is_required(&fixture, &place) || !fixture.is_known() {
                continue;
            }
            optional += 1;
            let missing = tree.without(&place).to_string();
            let webhook = round_trip(&missing);
            let null = tree.with(&place, "null").to_string();
            assert_eq!(round_trip(&null), webhook, "{null}");
        }
    }
    assert!(optional > 700, "{optional} cases");
}

#[test]
fn every_optional_field_is_modelled() {
    // Every field that the reference lists, in one sample or another. The module `drift` shows that
    // each is modelled.
    let documented = "payload.id payload.name payload.description payload.redirect \
        payload.lastSync payload.created payload.createdByUserName payload.products payload.tags \
        payload.referenceParentCompany payload.referenceSubsidiaryCompanies \
        payload.dataConnections payload.ownerUserIds payload.referenceCompany.description \
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
    let seen: BTreeSet<String> = named()
        .iter()
        .flat_map(|fixture| {
            let tree = fixture.tree();
            let mut places = fixture.places();
            places.retain(|place| !tree.at(place).is_null());
            places
        })
        .map(|place| place.shape())
        .collect();
    for field in documented.split_whitespace() {
        assert!(seen.contains(field), "no sample has {field}");
    }
}

#[test]
fn fields_of_the_other_envelope_are_unknown_fields() {
    for fixture in named().iter().filter(|fixture| !fixture.is_alert()) {
        let extra =
            "{\"RuleType\":5,\"companyId\":\"x\",\"companyId\":\"y\",\"data\":[],\"AlertId\":0,";
        let mut webhook = round_trip(&fixture.text.replacen('{', extra, 1));
        let names: Vec<_> = webhook.extra.iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["RuleType", "companyId", "companyId", "data", "AlertId"]
        );
        webhook.extra = read(&fixture.text).extra;
        assert_eq!(webhook, read(&fixture.text));
    }
}

#[test]
fn a_type_beside_the_event_type_is_an_unknown_field() {
    for fixture in named().iter().filter(|fixture| !fixture.is_alert()) {
        let tree = fixture.tree();
        if tree.get("eventType").is_none() {
            continue;
        }
        for value in ["\"company.created\"", "\"\"", "7", "null", "{\"a\":[]}"] {
            for index in [0, 2, 9] {
                let body = tree.with_field(&Place::top(), index, "type", value);
                let webhook = round_trip(&body.to_string());
                assert_eq!(webhook.event, read(&fixture.text).event);
                assert_eq!(webhook.wire_name(), fixture.event_type());
                assert_eq!(webhook.extra.get("type").unwrap().as_str(), value);
                let found = drift(&webhook);
                assert!(
                    found.contains(&"unknown field at type".to_owned()),
                    "{found:?}"
                );
            }
        }
    }
    let payload = format!(r#"{{"id":"{COMPANY}"}}"#);
    let with = |event_type: &str| {
        format!(
            r#"{{"id":"{ID}","eventType":{event_type},"type":"company.created","payload":{payload}}}"#
        )
    };
    // An `eventType` that is null gives way to a `type`, and one that does not fit is an error.
    let webhook = round_trip(&with("null"));
    assert_eq!(
        webhook.event,
        read(&event("company.created", &payload)).event
    );
    for odd in ["5", "[]", "{}", "true"] {
        let error = from_str(&with(odd)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Envelope, "{error}");
        assert_eq!(error.path(), Some("eventType"), "{error}");
    }
}

#[test]
fn a_created_company_may_be_the_reference_company_alone() {
    for (more, name) in [
        ("", None),
        (r#","name":"Larkfield","shoeSize":43"#, Some("Larkfield")),
    ] {
        let reference = format!(r#"{{"id":"{COMPANY}"{more}}}"#);
        let body = event(
            "company.created",
            &format!(r#"{{"referenceCompany":{reference}}}"#),
        );
        let webhook = round_trip(&body);
        assert_eq!(write(&webhook), body);
        assert_eq!(webhook.event.company_id().unwrap().to_string(), COMPANY);
        let Event::CompanyCreated(company) = webhook.event else {
            panic!()
        };
        let kept = company.extra.get("referenceCompany").unwrap();
        assert_eq!(kept.as_str(), reference);
        // The reference stays as it was sent, and is not taken apart.
        assert_eq!(company.name, None, "{name:?} is in the reference");
    }
    // The company's own id wins.
    let both = event(
        "company.created",
        &format!(r#"{{"id":"{COMPANY}","referenceCompany":{{"id":"{ID}"}}}}"#),
    );
    let webhook = round_trip(&both);
    assert_eq!(webhook.event.company_id().unwrap().to_string(), COMPANY);
    // A key with a dot is a key like any other.
    let dot = event(
        "company.created",
        &format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"referenceCompany.id":"x"}}"#),
    );
    assert_eq!(write(&round_trip(&dot)), dot);
}

#[test]
fn a_changed_id_of_a_created_company_is_written() {
    let mut changed = read(&event(
        "company.created",
        &format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}}}}"#),
    ));
    let Event::CompanyCreated(company) = &mut changed.event else {
        panic!()
    };
    company.id = ID.parse().unwrap();
    let again = read(&write(&changed));
    assert_eq!(again.event.company_id().unwrap().to_string(), ID);
}

#[test]
fn a_created_company_needs_an_id_in_its_reference_company() {
    for broken in ["{}", r#"{"id":7}"#, "[]", r#"{"id":null}"#] {
        let body = event(
            "company.created",
            &format!(r#"{{"referenceCompany":{broken}}}"#),
        );
        let error = from_str(&body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Payload);
        assert!(error.path().unwrap().starts_with("payload."), "{error}");
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
    round_trip(&escaped);

    let envelope = Envelope::from_str(&escaped).unwrap();
    assert_eq!(envelope.id(), webhook.id);
    assert_eq!(envelope.event_type(), webhook.event_type());
    assert_eq!(envelope.generated_date(), webhook.generated_date);
    assert_eq!(envelope.parse().unwrap(), webhook);
}

#[test]
fn a_byte_order_mark_and_white_space_around_are_read() {
    for fixture in named() {
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
fn the_payload_of_an_envelope_is_part_of_the_body() {
    for fixture in named() {
        let envelope = Envelope::from_str(&fixture.text).unwrap();
        let tree = fixture.tree();
        let keys = ["payload", "Data", "data"];
        let payload = keys.iter().find_map(|key| tree.get(key));
        assert_eq!(
            envelope.payload(),
            payload.map(ToString::to_string).as_deref()
        );
        if let Some(payload) = envelope.payload() {
            let start = payload.as_ptr() as usize - fixture.text.as_ptr() as usize;
            assert!(fixture.text[start..].starts_with(payload));
        }
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
    let unknown = fixture("company.deleted")
        .text
        .replacen('{', &format!("{{\"x\":{deep},"), 1);
    let webhook = read(&unknown);
    assert_eq!(webhook.extra.get("x").unwrap().as_str(), deep);
    assert!(write(&webhook).contains(&deep));

    let info = fixture("connection.created@minimal").text.replacen(
        "\"connection\":{",
        &format!("\"connection\":{{\"connectionInfo\":{deep},"),
        1,
    );
    let written = serde_json::to_string(&from_str(&info).unwrap()).unwrap();
    assert!(written.contains(&deep));

    let unknown = format!(r#"{{"payload":{deep},"id":"{ID}","eventType":"new.event"}}"#);
    assert!(
        serde_json::to_string(&from_str(&unknown).unwrap())
            .unwrap()
            .contains(&deep)
    );

    for key in ["id", "eventType", "payload", "generatedDate"] {
        let body = format!(r#"{{"{key}":{deep}}}"#);
        assert_eq!(from_str(&body).unwrap_err().kind(), ErrorKind::Envelope);
    }
    let misfit = event(
        "company.created",
        &format!(r#"{{"id":"{ID}","name":{deep}}}"#),
    );
    assert!(write(&read(&misfit)) == misfit);
    let misfit = event("company.created", &format!(r#"{{"id":{deep}}}"#));
    assert_eq!(from_str(&misfit).unwrap_err().path(), Some("payload.id"));
}
