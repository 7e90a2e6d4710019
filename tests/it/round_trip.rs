//! A webhook that is read and written back equals what was sent.

use crate::common::{ID, event, fixture, fixtures, named, read, round_trip, write};
use codat_webhooks::legacy::{Alert, AlertHeader, Rule, RuleType, SyncData};
use codat_webhooks::payload::Company;
use codat_webhooks::value::{CompanyId, EventId, Timestamp};
use codat_webhooks::{Event, UnknownEvent, Webhook, from_str};

#[test]
fn what_was_read_is_written_back_whole() {
    for fixture in fixtures() {
        let webhook = round_trip(&fixture.text);
        let written = serde_json::to_vec(&webhook).unwrap();
        assert_eq!(written, write(&webhook).as_bytes(), "{}", fixture.name);
    }
}

/// A body without nulls and tags is written back byte for byte.
#[test]
fn fields_are_written_in_the_order_in_which_codat_sends_them() {
    let mut exact = 0;
    for fixture in named() {
        let written = write(&read(&fixture.text));
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
fn a_body_is_parsed_and_converted_too() {
    for fixture in fixtures() {
        let webhook = read(&fixture.text);
        assert_eq!(fixture.text.parse::<Webhook>().unwrap(), webhook);
        assert_eq!(Webhook::try_from(fixture.text.as_bytes()).unwrap(), webhook);
    }
    let error = from_str("{}").unwrap_err().to_string();
    assert_eq!("{}".parse::<Webhook>().unwrap_err().to_string(), error);
    assert_eq!(
        Webhook::try_from(&b"{}"[..]).unwrap_err().to_string(),
        error
    );
}

#[test]
fn a_webhook_can_be_part_of_another_type() {
    let fixtures = fixtures();
    let texts: Vec<&str> = fixtures.iter().map(|fixture| fixture.text.trim()).collect();
    let list = format!("[{}]", texts.join(", "));
    let webhooks: Vec<Webhook> = serde_json::from_str(&list).unwrap();
    assert_eq!(
        webhooks,
        texts.iter().map(|text| read(text)).collect::<Vec<_>>()
    );
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

    for payload in [
        "null",
        "[1, 2.50 ]",
        "\"text\"",
        "1e400",
        "{\"a\":1,\"a\":\t2}",
        "true",
    ] {
        for body in [
            event("new.event", payload),
            format!(r#"{{"payload":{payload},"id":"{ID}","eventType":"new.event"}}"#),
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

    let body = format!(r#"{{"id":"{ID}","eventType":"new.event"}}"#);
    let webhook = from_str(&body).unwrap();
    let expected = Event::Unknown(UnknownEvent::new("new.event").unwrap());
    assert_eq!(webhook.event, expected);
    assert_eq!(serde_json::to_string(&webhook).unwrap(), body);
}

#[test]
fn an_alert_is_written_back_in_the_legacy_envelope() {
    let body = fixture("AccountCategoriesUpdated");
    let webhook = from_str(&body.text).unwrap();
    let Event::AccountCategoriesUpdated(event) = &webhook.event else {
        panic!()
    };
    assert_eq!(
        event.header.as_ref().unwrap().rule_type,
        "Account Categories Updated"
    );
    assert_eq!(serde_json::to_string(&webhook).unwrap(), body.text.trim());

    for key in ["ruleType", "Type", "type", "eventType"] {
        let renamed = body.text.replace("RuleType", key);
        let again = round_trip(&renamed);
        assert_eq!(again, webhook, "a spelling is not part of the value");
        assert_eq!(write(&again), renamed.trim());
    }
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
            RuleType::Other(name) => Rule::Other(name, None),
            _ => Rule::SyncStarted(SyncData::new()),
        };
        let alert = Alert::new(AlertHeader::new("Sync Started"), rule);
        let id: EventId = ID.parse().unwrap();
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
fn a_constructed_event_is_an_event() {
    let id: EventId = ID.parse().unwrap();
    let company: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse().unwrap();
    let mut payload = Company::new(company);
    payload.name = Some("Harbour Bikes".into());
    payload.tags = Some([("region", "us")].into_iter().collect());
    let mut webhook = Webhook::new(id, Event::CompanyDeleted(payload.into()));
    webhook.generated_date = Some(Timestamp::from("2025-03-14"));

    let written = serde_json::to_string(&webhook).unwrap();
    assert_eq!(from_str(&written).unwrap(), webhook);
}

#[test]
fn every_key_is_written_back_in_the_spelling_in_which_it_was_sent() {
    let event = fixture("company.created@type-key");
    assert_eq!(write(&round_trip(&event.text)), event.text.trim());
    let current = event.text.replace("\"type\"", "\"eventType\"");
    assert_eq!(read(&current), read(&event.text));

    for fixture in fixtures().iter().filter(|fixture| fixture.is_alert()) {
        for upper in [false, true] {
            // An alert of an unknown rule keeps its data raw.
            let mut body = fixture.tree();
            body.change(fixture.is_known(), &mut |members| {
                for (key, _) in members {
                    let (first, rest) = key.split_at(1);
                    let first = if upper {
                        first.to_uppercase()
                    } else {
                        first.to_lowercase()
                    };
                    *key = first + rest;
                }
            });
            let webhook = round_trip(&body.to_string());
            assert_eq!(webhook, read(&fixture.text), "{body}");
            assert_eq!(webhook.extra.len(), 0, "{body}");
        }
    }
}

#[test]
fn an_unknown_event_without_a_payload_keeps_its_other_fields() {
    let body = format!(
        r#"{{"id":"{ID}","eventType":"new.event","generatedDate":"2026-01-02","data":{{"a":[1.50]}},"note":null}}"#
    );
    let webhook = round_trip(&body);
    assert_eq!(write(&webhook), body);
    let fields: Vec<_> = webhook.extra.iter().map(|(name, _)| name).collect();
    assert_eq!(fields, ["data", "note"]);
}
