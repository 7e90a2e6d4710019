//! A key that is not Unicode is no key, but a value that is not is kept.

use codat_webhooks::{Envelope, ErrorKind, from_str};

use crate::common::{COMPANY, ID, drift, event, named, round_trip};

#[test]
fn a_lone_surrogate_in_a_value_is_kept_wherever_a_value_is() {
    let mut places = 0;
    for fixture in named() {
        let tree = fixture.tree();
        for object in fixture.objects() {
            let body = tree.with(
                &object,
                &with_member(&tree.at(&object).to_string(), r#""new":"a\ud800b""#),
            );
            let webhook = round_trip(&body.to_string());
            assert!(
                drift(&webhook)
                    .iter()
                    .any(|entry| entry.starts_with("unknown field at ") && entry.ends_with("new"))
            );
            places += 1;
        }
    }
    assert!(places > 200, "{places}");
}

fn with_member(object: &str, member: &str) -> String {
    let comma = if object == "{}" { "" } else { "," };
    format!("{}{comma}{member}}}", &object[..object.len() - 1])
}

#[test]
fn a_lone_surrogate_in_a_key_of_an_object_with_named_fields_is_an_error_with_its_place() {
    for key in [r"\ud800", r"\udfff", r"a\ud800", r"\udc00\ud800"] {
        let member = format!(r#""{key}":1"#);
        let company = format!(r#"{{"id":"{COMPANY}","name":"Acme",{member}}}"#);
        let error = from_str(&event("company.created", &company)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Payload);
        assert_eq!(error.path(), Some("payload"));
        assert_eq!(error.id().unwrap().to_string(), ID);

        let body = format!(
            r#"{{"id":"{ID}","eventType":"company.deleted","payload":{{"id":"{COMPANY}"}},{member}}}"#
        );
        let error = from_str(&body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Envelope);
        assert!(Envelope::from_str(&body).is_err());

        // Below an unknown field, and in an unknown payload, nothing looks at it.
        let raw = event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}","new":{{{member}}}}}"#),
        );
        assert_eq!(
            serde_json::to_string(&from_str(&raw).unwrap()).unwrap(),
            raw
        );
        let raw = event("new.event", &format!("{{{member}}}"));
        assert_eq!(
            serde_json::to_string(&from_str(&raw).unwrap()).unwrap(),
            raw
        );
    }
}
