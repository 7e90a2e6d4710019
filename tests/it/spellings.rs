//! A field that is sent under several names: which of them counts, and what is told of the others.

use codat_webhooks::{Envelope, ErrorKind, Event, Webhook, from_str};

use crate::common::{COMPANY, ID, drift, read, write};

/// A required field: the body with `@` in place of it, its spellings in the order in which they count,
/// a value that fits, and the path of an error before its name.
struct Required {
    body: String,
    spellings: &'static [&'static str],
    value: &'static str,
    kind: ErrorKind,
    within: &'static str,
}

fn required() -> [Required; 4] {
    [
        Required {
            body: format!(r#"{{"id":"{ID}",@,"payload":{{"id":"{COMPANY}"}}}}"#),
            spellings: &["eventType", "type"],
            value: r#""company.deleted""#,
            kind: ErrorKind::Envelope,
            within: "",
        },
        Required {
            body: r#"{@,"RuleType":"SyncStarted"}"#.to_owned(),
            spellings: &["AlertId", "alertId"],
            value: r#""0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11""#,
            kind: ErrorKind::Envelope,
            within: "",
        },
        Required {
            body: format!(r#"{{"AlertId":"{ID}",@}}"#),
            spellings: &["RuleType", "ruleType", "Type", "type"],
            value: r#""SyncStarted""#,
            kind: ErrorKind::Envelope,
            within: "",
        },
        Required {
            body: format!(r#"{{"id":"{ID}","eventType":"company.created","payload":{{@}}}}"#),
            spellings: &["id", "referenceCompany.id"],
            value: r#""6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40""#,
            kind: ErrorKind::Payload,
            within: "payload.",
        },
    ]
}

/// Returns a member, for a path of an object in it.
fn member(spelling: &str, value: &str) -> String {
    match spelling.split_once('.') {
        Some((outer, inner)) => format!(r#""{outer}":{{"{inner}":{value}}}"#),
        None => format!(r#""{spelling}":{value}"#),
    }
}

/// Calls a function with both orders of two spellings of each required field.
fn each_pair(mut pair: impl FnMut(&Required, &str, &str, &dyn Fn(&str, &str) -> [String; 2])) {
    let mut pairs = 0;
    for field in required() {
        for (n, first) in field.spellings.iter().enumerate() {
            for second in &field.spellings[n + 1..] {
                pair(&field, first, second, &|one, other| {
                    let (one, other) = (member(first, one), member(second, other));
                    [format!("{one},{other}"), format!("{other},{one}")]
                        .map(|members| field.body.replacen('@', &members, 1))
                });
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 9);
}

#[test]
fn the_first_spelling_that_is_not_null_decides() {
    each_pair(|field, first, second, bodies| {
        let plain = read(&field.body.replacen('@', &member(first, field.value), 1));
        for misfit in ["5", "[]", "{}", "true"] {
            // A misfit under the first is an error, whatever the second is.
            for body in bodies(misfit, field.value) {
                let error = from_str(&body).unwrap_err();
                assert_eq!(error.kind(), field.kind, "{body}");
                let path = format!("{}{first}", field.within);
                assert_eq!(error.path(), Some(&*path), "{body}");
                if field.kind == ErrorKind::Envelope {
                    let error = Envelope::from_str(&body).unwrap_err();
                    assert_eq!(error.path(), Some(&*path), "{body}");
                }
            }
            // Under the second it is a field beside others.
            for body in bodies(field.value, misfit) {
                let webhook = read(&body);
                assert_eq!(webhook.id, plain.id, "{body}");
                assert_eq!(webhook.event_type(), plain.event_type(), "{body}");
                assert_eq!(
                    webhook.event.company_id(),
                    plain.event.company_id(),
                    "{body}"
                );
                assert_eq!(drift(&webhook).len(), 1, "{body}");
                assert_eq!(read(&write(&webhook)), webhook, "{body}");
            }
            for body in bodies("null", misfit) {
                let error = from_str(&body).unwrap_err();
                let path = format!("{}{second}", field.within);
                assert_eq!(error.path(), Some(&*path), "{body}");
            }
        }
    });
}

#[test]
fn a_null_under_another_spelling_is_no_drift_and_is_not_written_back() {
    each_pair(|field, first, second, bodies| {
        let [of_first, of_second] = [first, second]
            .map(|spelling| read(&field.body.replacen('@', &member(spelling, field.value), 1)));
        // A `type` beside the event type is no spelling of it, but a field of its own.
        let is_own = (first, second) == ("eventType", "type");
        // An object that holds a null is a field of its own.
        let is_inside = second.contains('.');
        for (body, plain) in bodies(field.value, "null")
            .iter()
            .map(|body| (body, &of_first))
            .filter(|_| !is_own)
        {
            assert_null(body, plain, is_inside);
        }
        for (body, plain) in bodies("null", field.value)
            .iter()
            .map(|body| (body, &of_second))
        {
            assert_null(body, plain, false);
        }
    });
    // Optional fields.
    for (one, other) in [
        (r#""ClientName":"Acme""#, r#""clientName":null"#),
        (
            r#""companyId":"6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40""#,
            r#""CompanyId":null"#,
        ),
        (
            r#""Data":{"syncId":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11"}"#,
            r#""data":null"#,
        ),
        (
            r#""Data":{"SyncType":"a","syncType":null}"#,
            r#""Message":null"#,
        ),
    ] {
        let body = format!(r#"{{"AlertId":"{ID}","RuleType":"SyncStarted",{one},{other}}}"#);
        let plain = body.replacen(&format!(",{other}"), "", 1);
        let plain = plain.replacen(r#","syncType":null"#, "", 1);
        assert_null(&body, &read(&plain), false);
        assert_eq!(write(&read(&body)), plain);
    }
}

#[test]
fn a_null_under_one_spelling_of_an_alerts_data_leaves_the_other() {
    for rule in ["Sync Failed", "Account Categories Updated", "Not Known"] {
        for data in [
            r#"{"syncId":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","more":1}"#,
            "{}",
            "[7]",
        ] {
            for (null, name) in [("Data", "data"), ("data", "Data")] {
                let alert =
                    |more: &str| format!(r#"{{"AlertId":"{ID}","RuleType":"{rule}",{more}}}"#);
                let (null, given) = (format!(r#""{null}":null"#), format!(r#""{name}":{data}"#));
                let plain = alert(&given);
                for more in [format!("{null},{given}"), format!("{given},{null}")] {
                    let body = alert(&more);
                    assert_null(&body, &read(&plain), false);
                    assert_eq!(read(&write(&read(&body))), read(&body), "{body}");
                    let payload = Envelope::from_str(&body).unwrap().payload();
                    assert_eq!(payload, Some(data), "{body}");
                }
            }
        }
    }
}

fn assert_null(body: &str, plain: &Webhook, is_inside: bool) {
    let webhook = read(body);
    if is_inside {
        assert_eq!(
            drift(&webhook),
            ["unknown field at payload.referenceCompany"]
        );
        return;
    }
    assert_eq!(webhook, *plain, "{body}");
    assert_eq!(drift(&webhook), drift(plain), "{body}");
    assert_eq!(write(&webhook), write(plain), "{body}");
    assert!(!write(&webhook).contains("null"), "{body}");
}

#[test]
fn an_alert_without_a_rule_type_is_told_so() {
    for body in [
        format!(r#"{{"AlertId":"{ID}"}}"#),
        format!(r#"{{"AlertId":"{ID}","Data":{{}}}}"#),
        format!(r#"{{"alertId":"{ID}","data":{{"dataType":"bills"}}}}"#),
        format!(r#"{{"AlertId":"{ID}","RuleType":null,"CompanyId":"{COMPANY}"}}"#),
    ] {
        let error = from_str(&body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Envelope, "{body}");
        assert_eq!(error.path(), Some("RuleType"), "{body}");
        assert_eq!(error.id().unwrap().to_string(), ID, "{body}");
        let error = Envelope::from_str(&body).unwrap_err();
        assert_eq!(error.path(), Some("RuleType"), "{body}");
    }
}

#[test]
fn an_alert_may_have_a_field_id() {
    let body = format!(
        r#"{{"alertId":"{ID}","type":"SyncStarted","id":"7","companyId":"{COMPANY}","data":{{"syncType":"a"}}}}"#
    );
    for body in [body.clone(), body.replacen("\"type\"", "\"ruleType\"", 1)] {
        let webhook = read(&body);
        assert!(matches!(webhook.event, Event::Alert(_)), "{body}");
        assert_eq!(webhook.id.to_string(), ID);
        assert_eq!(webhook.event.company_id().unwrap().to_string(), COMPANY);
        assert_eq!(webhook.extra.get("id").unwrap().as_str(), r#""7""#);
        assert_eq!(drift(&webhook), ["unknown field at id"]);
        assert_eq!(read(&write(&webhook)), webhook);
        let envelope = Envelope::from_str(&body).unwrap();
        assert_eq!(envelope.event_type(), webhook.event_type());
    }
}
