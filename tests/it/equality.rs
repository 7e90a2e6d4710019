//! What `==` compares, and what it does not.

use codat_webhooks::Webhook;
use codat_webhooks::value::RawJson;
use serde_json::Value;

use crate::common::{COMPANY, Json, canonical, event, fixtures, hash, read, write};

/// Returns `true` if there is raw JSON in it: an unknown field, a misfit, or what has no type.
fn has_raw_json(webhook: &Webhook) -> bool {
    format!("{webhook:?}").contains("RawJson(")
}

#[test]
fn through_a_value_nothing_is_lost_and_what_has_no_raw_json_is_equal() {
    let (mut equal, mut raw) = (0, 0);
    for fixture in fixtures() {
        let webhook = read(&fixture.text);
        let value: Value = serde_json::to_value(&webhook).unwrap();
        let through: Webhook = serde_json::from_value(value.clone()).unwrap();
        let (written, value) = (write(&through), value.to_string());
        assert_eq!(canonical(&written), canonical(&value), "{}", fixture.name);
        let amounts = format!("{webhook:?}").contains("Amount(");
        if has_raw_json(&webhook) || amounts {
            raw += 1;
        } else {
            assert_eq!(through, webhook, "{}", fixture.name);
            equal += 1;
        }
    }
    assert!(equal > 60 && raw > 10, "{equal} {raw}");
}

#[test]
fn raw_json_is_compared_as_text() {
    let raw = |text: &str| text.parse::<RawJson>().unwrap();
    for (one, other) in [
        (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#),
        ("[1,2]", "[1, 2]"),
        ("1.0", "1.00"),
        (r#""\u0041""#, r#""A""#),
    ] {
        assert_ne!(raw(one), raw(other));
        let body = |value: &str| {
            event(
                "company.deleted",
                &format!(r#"{{"id":"{COMPANY}","new":{value}}}"#),
            )
        };
        assert_ne!(read(&body(one)), read(&body(other)));
        assert_eq!(read(&body(one)), read(&body(one)));
    }
    // The order of unknown fields counts too.
    let body = |fields: &str| {
        event(
            "company.deleted",
            &format!(r#"{{"id":"{COMPANY}",{fields}}}"#),
        )
    };
    assert_ne!(read(&body(r#""a":1,"b":2"#)), read(&body(r#""b":2,"a":1"#)));
}

#[test]
fn what_is_equal_has_one_hash_and_is_written_equally_but_for_spellings() {
    let mut spelled = 0;
    for fixture in fixtures() {
        let webhook = read(&fixture.text);
        // The order of named fields, ids in upper case, and white space are not compared.
        let mut tree = fixture.tree();
        if fixture.is_known() {
            reverse_named(&mut tree);
        }
        let indented = tree.to_string().replacen('{', "{\n  ", 1);
        let same = read(&indented);
        if !has_raw_json(&webhook) && webhook.extra.is_empty() {
            assert_eq!(same, webhook, "{}", fixture.name);
            assert_eq!(hash(&same), hash(&webhook), "{}", fixture.name);
            assert_eq!(
                canonical(&write(&same)),
                canonical(&write(&webhook)),
                "{}",
                fixture.name
            );
        }
    }
    // Two spellings are equal, and each is written as it was sent.
    for (one, other) in [
        (
            event(
                "report.creditModel.generate.successful",
                &format!(r#"{{"id":"{COMPANY}"}}"#),
            ),
            event(
                "reports.creditModel.generate.successful",
                &format!(r#"{{"id":"{COMPANY}"}}"#),
            ),
        ),
        (
            format!(
                r#"{{"id":"{COMPANY}","type":"company.deleted","payload":{{"id":"{COMPANY}"}}}}"#
            ),
            format!(
                r#"{{"id":"{COMPANY}","eventType":"company.deleted","payload":{{"id":"{COMPANY}"}}}}"#
            ),
        ),
    ] {
        let (first, second) = (read(&one), read(&other));
        assert_eq!(first, second);
        assert_eq!(hash(&first), hash(&second));
        assert_eq!(write(&first), one);
        assert_eq!(write(&second), other);
        spelled += 1;
    }
    assert_eq!(spelled, 2);
}

fn reverse_named(tree: &mut Json) {
    if let Json::Object(members) = tree {
        members.reverse();
        members
            .iter_mut()
            .for_each(|(_, value)| reverse_named(value));
    }
}
