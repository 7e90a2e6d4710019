//! A body that cannot be read gives an error that says what, where and in which event, and quotes
//! no customer data.

use std::error::Error as _;

use codat_webhooks::{Envelope, Error, ErrorKind, Webhook, from_slice, from_str};

use crate::common::{ID, entry_points, event, fixture, fixtures, round_trip};

fn error(body: &str) -> Error {
    match from_str(body) {
        Err(error) => error,
        Ok(webhook) => panic!("{body} is read as {webhook:?}"),
    }
}

#[test]
fn a_body_that_is_not_one_json_value_is_not_json() {
    let good = fixture("company.deleted").text;
    let good = good.trim();
    let bodies = [
        String::new(),
        " \n".to_owned(),
        "\u{feff}".to_owned(),
        "hello".to_owned(),
        "{".to_owned(),
        "{'id':1}".to_owned(),
        "[1,]".to_owned(),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("{good}\n{good}"),
        format!("{good}\u{feff}"),
        format!("\u{feff}\u{feff}{good}"),
        format!("{good},"),
        good.replacen('{', "{\"extra\":01,", 1),
        good.replacen('{', "{\"extra\":\"\n\",", 1),
        good.replacen('{', "{\"extra\":\"\\x\",", 1),
        good.replacen('{', "{\"extra\":NaN,", 1),
        good.replacen('{', "{\"extra\":tru,", 1),
    ];
    for body in bodies {
        let error = error(&body);
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Json, None),
            "{body}"
        );
        assert_eq!(
            Envelope::from_str(&body).unwrap_err().to_string(),
            error.to_string()
        );
    }
    // The error has what could be read.
    let error = error(&format!("{good}x"));
    assert!(error.id().is_some());
    assert_eq!(error.event_type().unwrap(), "company.deleted");
}

#[test]
fn the_error_of_a_truncated_body_has_what_precedes_the_end() {
    for (index, fixture) in fixtures().iter().enumerate() {
        let body = fixture.text.trim();
        let id = from_str(body).unwrap().id;
        let id_end = body.find(&id.to_string()).unwrap() + id.to_string().len() + 1;
        let ends = (index % 5..body.len()).step_by(5);
        for end in ends.filter(|end| body.is_char_boundary(*end)) {
            let error = error(&body[..end]);
            assert_eq!(error.kind(), ErrorKind::Json, "{}", &body[..end]);
            assert_eq!(
                error.id(),
                (end >= id_end).then_some(id),
                "{}",
                &body[..end]
            );
            assert_eq!(
                (error.line(), error.column()),
                (1, end.max(1)),
                "{}",
                &body[..end]
            );
        }
        let text = error(&body[..body.len() - 1]);
        assert_eq!(
            text.event_type(),
            Some(&from_str(body).unwrap().event_type())
        );
    }
}

#[test]
fn broken_utf8_is_not_json_wherever_it_is() {
    for (index, fixture) in fixtures().into_iter().enumerate() {
        let mut body = fixture.text.into_bytes();
        for at in (index % 5..body.len()).step_by(5) {
            let byte = std::mem::replace(&mut body[at], 0xff);
            let error = from_slice(&body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Json);
            assert_eq!(
                Envelope::from_slice(&body).unwrap_err().kind(),
                ErrorKind::Json
            );
            body[at] = byte;
        }
    }
    // In an unknown field as well; the error has the rest.
    let body = [
        format!("{{\"id\":\"{ID}\",\n\"eventType\":\"company.created\",\n\"extra\":\"").as_bytes(),
        b"\xe2\x28\xa1\"}",
    ]
    .concat();
    let error = from_slice(&body).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("not JSON: invalid UTF-8 at line 3 column 10 (event company.created, id {ID})")
    );
    assert!(error.source().unwrap().is::<std::str::Utf8Error>());
}

#[test]
fn json_that_is_not_an_event_is_an_envelope_error() {
    let id = format!("\"id\":\"{ID}\"");
    let cases = [
        ("null".to_owned(), None),
        ("true".to_owned(), None),
        ("12".to_owned(), None),
        ("\"text\"".to_owned(), None),
        ("[]".to_owned(), None),
        (
            format!("[\"{ID}\",\"company.created\",{{\"id\":\"{ID}\"}}]"),
            None,
        ),
        ("{}".to_owned(), Some("id")),
        (format!("{{{id}}}"), Some("eventType")),
        (format!("{{{id},\"payload\":{{}}}}"), Some("eventType")),
        (
            format!("{{{id},\"eventType\":\"company.created\"}}"),
            Some("payload"),
        ),
        (
            format!("{{{id},\"eventType\":5,\"payload\":{{}}}}"),
            Some("eventType"),
        ),
        (
            format!("{{{id},\"type\":{{}},\"payload\":{{}}}}"),
            Some("type"),
        ),
        (
            "{\"id\":\"1\",\"eventType\":\"new.event\"}".to_owned(),
            Some("id"),
        ),
        (
            "{\"id\":7,\"eventType\":\"new.event\"}".to_owned(),
            Some("id"),
        ),
        (
            "{\"RuleType\":\"AccountCategoriesUpdated\"}".to_owned(),
            Some("AlertId"),
        ),
        (format!("{{\"AlertId\":\"{ID}\"}}"), Some("RuleType")),
        (
            format!("{{\"AlertId\":\"{ID}\",\"RuleType\":null}}"),
            Some("RuleType"),
        ),
        (
            format!("{{\"alertId\":\"{ID}\",\"Data\":{{}}}}"),
            Some("RuleType"),
        ),
        // The first spelling that is sent decides.
        (
            format!("{{{id},\"eventType\":5,\"type\":\"company.created\",\"payload\":{{}}}}"),
            Some("eventType"),
        ),
        (
            format!("{{\"AlertId\":5,\"alertId\":\"{ID}\",\"RuleType\":\"Sync Failed\"}}"),
            Some("AlertId"),
        ),
        (
            format!("{{\"AlertId\":\"{ID}\",\"RuleType\":[],\"Type\":\"Sync Failed\"}}"),
            Some("RuleType"),
        ),
        (
            "{\"alertId\":5,\"ruleType\":\"AccountCategoriesUpdated\"}".to_owned(),
            Some("alertId"),
        ),
    ];
    for (body, path) in cases {
        let error = error(&body);
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Envelope, path),
            "{body}: {error}"
        );
        assert!(error.source().is_none());
    }
}

#[test]
fn the_line_and_the_column_are_those_of_the_whole_body() {
    let payload = "{\n  \"referenceCompany\": {\"id\": \"6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40\"},\n  \
                   \"dataTypes\": [\n    {\"dataType\": 7}\n  ]\n}";
    let bodies = [
        (
            format!("{{\"id\":\"{ID}\",\"eventType\":\"read.completed\",\"payload\":{payload}}}"),
            4,
            18,
        ),
        (
            format!(
                "{{\n\"payload\":{payload},\n\"eventType\":\"read.completed\",\"id\":\"{ID}\"}}"
            ),
            5,
            18,
        ),
        (
            format!(
                "\u{feff}\n\n{{\"id\":\"{ID}\",\"eventType\":\"read.completed\",\"payload\":{payload}}}"
            ),
            6,
            18,
        ),
    ];
    for (body, line, column) in bodies {
        let error = error(&body);
        assert_eq!(error.path(), Some("payload.dataTypes[0].dataType"));
        assert_eq!((error.line(), error.column()), (line, column), "{body}");
    }

    // The start of the object that lacks a field, not of the body.
    for (before, line, column) in [(" ", 1, 2), ("\n\t", 2, 2), ("\u{feff}\r\n", 2, 1)] {
        for rest in [
            r#"{"eventType":"x","payload":{}}"#.to_owned(),
            format!(r#"{{"id":"{ID}","payload":{{}}}}"#),
            format!(r#"{{"id":"{ID}","eventType":"company.created"}}"#),
            r#"{"RuleType":"Sync Failed"}"#.to_owned(),
            format!(r#"{{"AlertId":"{ID}"}}"#),
        ] {
            let error = error(&format!("{before}{rest}"));
            assert_eq!((error.line(), error.column()), (line, column), "{error}");
        }
    }

    // On the first line, what stands before the payload counts, the byte-order mark included.
    let body = format!(
        "\u{feff}{{\"id\":\"{ID}\",\"eventType\":\"company.created\",\"payload\":{{\"id\":12}}}}"
    );
    assert_eq!(
        (error(&body).line(), error(&body).column()),
        (1, body.find("12").unwrap() + 1)
    );

    let alert = "{\n\"AlertId\": 12,\"RuleType\":\"AccountCategoriesUpdated\"}";
    let error = error(alert);
    assert_eq!(
        (error.line(), error.column(), error.path()),
        (2, 12, Some("AlertId"))
    );
}

#[test]
fn an_error_is_one_line_that_quotes_no_value() {
    let marker = "S3CRET, expected \u{2028} at line 1\nmissing field `x`";
    let quoted = serde_json::to_string(marker).unwrap();
    let values = [
        quoted.clone(),
        format!("[{quoted}]"),
        format!("{{{quoted}:{quoted}}}"),
        "987654321123".to_owned(),
        "-98765.4321".to_owned(),
        "true".to_owned(),
    ];
    let mut failed = 0;
    for fixture in fixtures() {
        let tree = fixture.tree();
        for place in fixture.places() {
            for value in &values {
                let broken = tree.with(&place, value).to_string();
                let Err(error) = from_str(&broken) else {
                    continue;
                };
                failed += 1;
                let by_serde = serde_json::from_str::<Webhook>(&broken).unwrap_err();
                let by_value = serde_json::from_str(&broken).unwrap();
                let by_value = serde_json::from_value::<Webhook>(by_value).unwrap_err();
                for text in [
                    error.to_string(),
                    format!("{error:?}"),
                    by_serde.to_string(),
                    by_value.to_string(),
                ] {
                    assert!(!text.contains("98765") && !text.contains("true"), "{text}");
                    assert_eq!(text.lines().count(), 1, "{text}");
                    // The event type is part of the error. If it could be anyone's text, it is the
                    // name of the variant.
                    if place.path.starts_with("payload.") {
                        assert!(!text.contains("S3CRET"), "{text}");
                        // The name of a product is the client's own text, unless it is an identifier.
                        let event_type = match fixture.name.contains(' ') {
                            true => "ProductReadCompleted".to_owned(),
                            false => error.event_type().unwrap().to_string(),
                        };
                        assert!(text.contains(&event_type), "{text}");
                    }
                }
            }
        }
    }
    assert!(failed > 800, "{failed} errors");
}

#[test]
fn an_error_has_the_cause_in_words() {
    let company = |payload: &str| event("company.created", payload);
    let product = |value: &str| {
        event(
            "company.product.added",
            &format!("{{\"id\":\"{ID}\",\"productId\":{value}}}"),
        )
    };
    let read = |value: &str| {
        event(
            "read.completed",
            &format!("{{\"referenceCompany\":{{\"id\":\"{ID}\"}},\"dataTypes\":{value}}}"),
        )
    };
    let cases = [
        (company("{}"), "required field is missing at payload.id"),
        (
            company("{\"id\":null}"),
            "required field is missing at payload.id",
        ),
        (
            company("[]"),
            "expected an object, found an array at payload",
        ),
        (company("null"), "expected an object, found null at payload"),
        (
            company("{\"id\":\"x, expected y\"}"),
            "expected a UUID, found a string at payload.id",
        ),
        (
            company("{\"id\":5.5}"),
            "expected a UUID, found a number at payload.id",
        ),
        (
            product("{\"a\":1}"),
            "expected a string, found an object at payload.productId",
        ),
        (
            product("false"),
            "expected a string, found a boolean at payload.productId",
        ),
        (
            product("\"a\",\"productId\":\"b\""),
            "field is repeated at payload.productId",
        ),
        (
            product("\"\\ud800\""),
            "expected a string, found a string that is not Unicode at payload.productId",
        ),
        (
            read("\"x\""),
            "expected an array, found a string at payload.dataTypes",
        ),
        (
            read("[{\"dataType\":\"bills\"},null]"),
            "expected an object, found null at payload.dataTypes[1]",
        ),
        (
            read("[{}]"),
            "required field is missing at payload.dataTypes[0].dataType",
        ),
    ];
    for (body, cause) in cases {
        let error = error(&body);
        assert_eq!(error.kind(), ErrorKind::Payload);
        let start = format!("payload does not fit: {cause}, line 1 column ");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
}

#[test]
fn an_envelope_error_has_the_cause_in_words() {
    let event = |key: &str, value: &str| format!("{{\"id\":\"{ID}\",\"{key}\":{value}}}");
    let cases = [
        (
            "[]".to_owned(),
            "expected an object, found an array at line 1 column 1",
        ),
        (
            r#""\ud800""#.to_owned(),
            "expected an object, found a string that is not Unicode at line 1 column 1",
        ),
        (
            "1e400".to_owned(),
            "expected an object, found a number at line 1 column 1",
        ),
        (
            r#"{"\ud800":1}"#.to_owned(),
            "expected an object, found an object with a key that is not Unicode at line 1 column 1",
        ),
        (
            "{}".to_owned(),
            "required field is missing at id, line 1 column 1",
        ),
        (
            event("eventType", "5"),
            "expected a string, found a number at eventType, line 1 column 58",
        ),
        (
            event("\\u0069d", "5"),
            "field is repeated at id, line 1 column 56",
        ),
        (
            event("id", "5"),
            "field is repeated at id, line 1 column 51",
        ),
    ];
    for (body, cause) in cases {
        let line = error(&body).to_string();
        let start = format!("not a webhook event: {cause}");
        assert!(line.starts_with(&start), "{line}");
    }
}

#[test]
fn a_json_error_has_the_cause_in_words() {
    for (body, line) in [
        (
            "",
            "not JSON: unexpected end of the body at line 1 column 1",
        ),
        (
            "{\"id\":\n[1",
            "not JSON: unexpected end of the body at line 2 column 2",
        ),
        ("{'a':1}", "not JSON: invalid syntax at line 1 column 2"),
        ("{}x", "not JSON: invalid syntax at line 1 column 3"),
    ] {
        let error = error(body);
        assert_eq!(error.to_string(), line);
        assert!(error.source().unwrap().is::<serde_json::Error>());
    }
}

#[test]
fn an_envelope_is_shown_without_its_payload() {
    for fixture in fixtures() {
        let envelope = Envelope::from_str(&fixture.text).unwrap();
        let shown = format!("{envelope:?}");
        assert!(shown.contains(&envelope.id().to_string()), "{shown}");
        assert!(shown.contains(envelope.wire_name()), "{shown}");
        let payload = envelope.payload();
        assert!(
            payload.is_none_or(|payload| !shown.contains(payload)),
            "{shown}"
        );
    }
}

#[test]
fn a_whole_number_may_have_a_fraction_and_an_exponent() {
    let body = |number: &str| {
        event(
            "client.rateLimit.reset",
            &format!("{{\"dailyQuota\":{number}}}"),
        )
    };
    for (number, integer) in [
        ("12000.0", "12000"),
        ("1.2e4", "12000"),
        ("1.2E+4", "12000"),
        ("120000e-1", "12000"),
        ("-0.0", "0"),
        ("-7.00", "-7"),
        ("9223372036854775807.0", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
    ] {
        let webhook = from_str(&body(number)).unwrap();
        assert_eq!(webhook, from_str(&body(integer)).unwrap(), "{number}");
        let written = serde_json::to_string(&webhook).unwrap();
        assert_eq!(written, body(integer), "{number}");
        assert!(webhook.drift().is_empty(), "{number}");
    }
    let huge = "9".repeat(500);
    for number in [
        "1e400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        &huge,
        "1.5",
        "-1e-5",
        "9223372036854775808",
        "1e19",
    ] {
        let webhook = round_trip(&body(number));
        let drift = webhook.drift();
        assert_eq!(drift[0].to_string(), "misfit at payload.dailyQuota");
        assert_eq!(drift[0].text.as_deref(), Some(number));
    }
}

#[test]
fn extra_keys_of_an_alert_do_not_hide_which_event_it_is() {
    let other = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40";
    for (extra, rest) in [
        ("\"RuleType\":\"Data sync completed\"", "\"payload\":{}}"),
        ("\"ruleType\":\"AccountCategoriesUpdated\"", "\"payload\":{"),
        ("\"Type\":\"R\"", "\"generatedDate\":5}"),
    ] {
        let event = format!("\"id\":\"{ID}\",\"eventType\":\"company.created\"");
        let alert = format!("\"AlertId\":\"{other}\",{extra}");
        for body in [
            format!("{{{alert},{event},{rest}"),
            format!("{{{event},{alert},{rest}"),
        ] {
            let error = error(&body);
            assert_eq!(error.event_type().unwrap(), "company.created", "{body}");
            assert_eq!(error.id().unwrap().to_string(), ID, "{body}");
        }
    }
}

#[test]
fn an_error_is_short_however_long_the_names_are() {
    let product = "x".repeat(100_000);
    let body =
        format!("{{\"id\":\"{ID}\",\"eventType\":\"{product}.read.completed\",\"payload\":{{}}}}");
    let error = error(&body);
    assert!(error.to_string().len() < 500);
    assert_eq!(
        error.event_type().unwrap(),
        &*format!("{product}.read.completed")
    );

    // Keys are the sender's own.
    let key = format!("é{}", "\\u0000".repeat(100_000));
    let body = event("company.created", &format!("{{\"{key}\":[7]}}"));
    assert!(self::error(&body).to_string().len() < 500);
}

#[test]
fn an_error_travels() {
    fn takes<T: std::error::Error + Send + Sync + 'static>(_: &T) {}
    let error = error("{}");
    takes(&error);
    assert!(std::mem::size_of::<Error>() <= std::mem::size_of::<usize>());
    let dynamic: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert_eq!(
        dynamic.downcast::<Error>().unwrap().kind(),
        ErrorKind::Envelope
    );
}

#[test]
fn a_broken_body_gives_the_same_error_at_every_entry_point() {
    for fixture in fixtures().iter().filter(|fixture| fixture.is_known()) {
        let tree = fixture.tree();
        for place in fixture.places() {
            for value in ["\"S3CRET\"", "[7]", "null"] {
                let body = tree.with(&place, value).to_string();
                let _ = entry_points::read(body.as_bytes());
            }
        }
    }
}
