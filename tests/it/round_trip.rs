//! Nothing is lost: what is modelled is written back as it came, and reads back equal.


use codat_webhooks::legacy::{Alert, AlertHeader, Rule, RuleType, SyncData};
use codat_webhooks::{
    Company, CompanyId, Event, EventId, Timestamp, UnknownEvent, Webhook, from_slice, from_str,
};
use crate::common::{canonical, expected, fixture, fixtures};
use serde_json::Value;

#[test]
fn what_was_read_is_written_back_whole() {
    for fixture in fixtures() {
        let webhook = from_str(&fixture.text).unwrap();
        let written = serde_json::to_string(&webhook).unwrap();
        assert_eq!(
            canonical(&written),
            expected(&fixture.text),
            "{}",
            fixture.name
        );
        assert_eq!(from_str(&written).unwrap(), webhook, "{}", fixture.name);
        assert_eq!(serde_json::to_vec(&webhook).unwrap(), written.as_bytes());
    }
}

/// A body without nulls, tags and older keys comes back to the byte.
#[test]
fn fields_are_written_in_the_order_in_which_codat_sends_them() {
    let mut exact = 0;
    for fixture in fixtures() {
        let written = serde_json::to_string(&from_str(&fixture.text).unwrap()).unwrap();
        let sorted = |json: &str| {
            let mut bytes = json.trim().as_bytes().to_vec();
            bytes.sort_unstable();
            bytes
        };
        if sorted(&written) == sorted(&fixture.text) && !fixture.text.contains("\"tags\"") {
            assert_eq!(written, fixture.text.trim(), "{}", fixture.name);
            exact += 1;
        }
    }
    assert!(exact > 30, "{exact} bodies compared");
}

#[test]
fn every_way_of_reading_gives_the_same_event() {
    for fixture in fixtures() {
        let webhook = from_str(&fixture.text).unwrap();
        assert_eq!(from_slice(fixture.text.as_bytes()).unwrap(), webhook);
        assert_eq!(
            serde_json::from_str::<Webhook>(&fixture.text).unwrap(),
            webhook
        );
        assert_eq!(
            serde_json::from_slice::<Webhook>(fixture.text.as_bytes()).unwrap(),
            webhook
        );
        assert_eq!(
            serde_json::from_reader::<_, Webhook>(fixture.text.as_bytes()).unwrap(),
            webhook
        );

        // What web frameworks do.
        let mut deserializer = serde_json::Deserializer::from_str(&fixture.text);
        let tracked: Webhook = serde_path_to_error::deserialize(&mut deserializer).unwrap();
        assert_eq!(tracked, webhook);

        // A `Value` has lost the digits of numbers and white space, and nothing else.
        let value: Value = fixture.json();
        let from_value: Webhook = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(
            from_value,
            from_str(&value.to_string()).unwrap(),
            "{}",
            fixture.name
        );
    }
}

#[test]
fn an_unknown_payload_is_kept_byte_for_byte() {
    let fixture = fixture("company.renamed");
    let Event::Unknown(unknown) = from_str(&fixture.text).unwrap().event else {
        panic!("company.renamed is not in the table");
    };
    let start = fixture.text.find("\"payload\":").unwrap() + "\"payload\":".len();
    let payload = fixture.text.trim_end()[start..].strip_suffix('}').unwrap();
    assert_eq!(unknown.payload.unwrap().as_str(), payload);

    let id = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
    for payload in [
        "null",
        "[1, 2.50 ]",
        "\"text\"",
        "1e400",
        "{\"a\":1,\"a\":\t2}",
        "true",
    ] {
        for body in [
            format!(r#"{{"id":"{id}","eventType":"new.event","payload":{payload}}}"#),
            format!(r#"{{"payload":{payload},"id":"{id}","eventType":"new.event"}}"#),
        ] {
            let webhook = from_str(&body).unwrap();
            let Event::Unknown(unknown) = &webhook.event else {
                panic!()
            };
            assert_eq!(unknown.payload.as_ref().unwrap().as_str(), payload);
            let written = serde_json::to_string(&webhook).unwrap();
            assert!(
                written.ends_with(&format!("\"payload\":{payload}}}")),
                "{written}"
            );
        }
    }

    let body = format!(r#"{{"id":"{id}","eventType":"new.event"}}"#);
    let webhook = from_str(&body).unwrap();
    let expected = Event::Unknown(UnknownEvent::new("new.event").unwrap());
    assert_eq!(webhook.event, expected);
    assert_eq!(serde_json::to_string(&webhook).unwrap(), body);
}

#[test]
fn an_alert_is_written_back_in_the_legacy_envelope() {
    let body = fixture("AccountCategoriesUpdated@legacy");
    let webhook = from_str(&body.text).unwrap();
    let Event::AccountCategoriesUpdated(event) = &webhook.event else {
        panic!()
    };
    assert_eq!(
        event.alert.as_ref().unwrap().rule_type,
        "Account Categories Updated"
    );
    assert_eq!(serde_json::to_string(&webhook).unwrap(), body.text.trim());

    let renamed = body.text.replace("\"RuleType\"", "\"Type\"");
    assert_ne!(renamed, body.text);
    assert_eq!(
        from_str(&renamed).unwrap(),
        webhook,
        "`Type` is an older key"
    );
}

#[test]
fn an_alert_that_would_be_read_back_as_an_event_is_not_written() {
    for (name, written) in [
        ("SyncStarted", true),
        ("Zorked", true),
        ("", true),
        ("AccountCategoriesUpdated", false),
        ("Account Categories Updated", false),
    ] {
        let rule = match RuleType::from(name) {
            RuleType::Other(name) => Rule::Unknown(name, None),
            _ => Rule::SyncStarted(SyncData::new()),
        };
        let alert = Alert::new(AlertHeader::new("Sync Started"), rule);
        let id: EventId = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11".parse().unwrap();
        let webhook = Webhook::new(id, Event::Alert(alert.into()));
        match serde_json::to_string(&webhook) {
            Ok(json) => {
                assert!(written, "{name:?}");
                let read = from_str(&json).unwrap();
                assert_eq!(read.event_type(), webhook.event_type(), "{name:?}");
            }
            Err(error) => {
                assert!(!written, "{name:?}");
                assert!(
                    error
                        .to_string()
                        .contains("`Event::AccountCategoriesUpdated`"),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn a_write_event_that_could_not_be_read_back_is_not_written() {
    let event = from_str(&fixture("bills.write.successful").text)
        .unwrap()
        .event;
    let Event::WriteSuccessful(_, write) = event else {
        panic!()
    };
    for (name, written) in [
        ("bills", true),
        ("zork", true),
        ("a.b", false),
        ("", false),
        ("a\n", false),
    ] {
        let id: EventId = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11".parse().unwrap();
        for event in [
            Event::WriteSuccessful(name.into(), write.clone()),
            Event::WriteUnsuccessful(name.into(), write.clone()),
        ] {
            let webhook = Webhook::new(id, event);
            let json = serde_json::to_string(&webhook);
            assert_eq!(json.is_ok(), written, "{name:?}");
            if let Ok(json) = json {
                assert_eq!(from_str(&json).unwrap(), webhook);
            }
        }
    }
}

#[test]
fn an_event_made_by_hand_is_an_event() {
    let id: EventId = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11".parse().unwrap();
    let company: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse().unwrap();
    let mut payload = Company::new(company);
    payload.name = Some("Harbour Bikes".into());
    payload.tags = Some([("region", "us")].into_iter().collect());
    let mut webhook = Webhook::new(id, Event::CompanyDeleted(payload.into()));
    webhook.generated_date = Some(Timestamp::from("2025-03-14"));

    let written = serde_json::to_string(&webhook).unwrap();
    assert_eq!(from_str(&written).unwrap(), webhook);
}
