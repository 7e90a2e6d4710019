//! A body that cannot be read gives an error that says what, where and in which event, and quotes
//! nothing of the customer's.


use std::error::Error as _;

use codat_webhooks::{Envelope, Error, ErrorKind, from_slice, from_str};
use crate::common::{fixture, fixtures, places, with};
use serde_json::{Value, json};

const ID: &str = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";

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
    // What could be read is told.
    let error = error(&format!("{good}x"));
    assert!(error.id().is_some());
    assert_eq!(error.event_type().unwrap(), "company.deleted");
}

#[test]
fn a_truncated_body_is_not_json_and_tells_what_came_before() {
    for fixture in fixtures() {
        let body = fixture.text.trim();
        let id = from_str(body).unwrap().id;
        let id_end = body.find(&id.to_string()).unwrap() + id.to_string().len() + 1;
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
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
    for fixture in fixtures() {
        let mut body = fixture.text.into_bytes();
        for at in 0..body.len() {
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
    // Also where nobody looks, and with the rest told.
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
fn json_that_is_no_event_is_an_envelope_error() {
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
            format!("{{{id},\"eventType\":\"new.event\",\"generatedDate\":1}}"),
            Some("generatedDate"),
        ),
        (
            "{\"RuleType\":\"AccountCategoriesUpdated\"}".to_owned(),
            Some("AlertId"),
        ),
        (format!("{{\"AlertId\":\"{ID}\"}}"), Some("id")),
        (
            format!("{{\"AlertId\":\"{ID}\",\"RuleType\":null}}"),
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
        let source = error.source().unwrap();
        assert!(source.is::<serde_json::Error>(), "the error underneath");
    }
}

#[test]
fn a_repeated_key_of_the_envelope_is_an_error() {
    for fixture in fixtures() {
        let body = fixture.json();
        for key in body.as_object().unwrap().keys() {
            let (first, again) = (fixture.text.trim().strip_suffix('}').unwrap(), &body[key]);
            let twice = format!("{first},\"{key}\":{again}}}");
            let error = error(&twice);
            let name = if key == "type" { "eventType" } else { key };
            assert_eq!(
                (error.kind(), error.path()),
                (ErrorKind::Envelope, Some(name)),
                "{error}"
            );
            assert_eq!(Envelope::from_str(&twice).unwrap_err().path(), Some(name));
        }
    }
    // Under both of its names as well.
    let body = fixture("company.created@type-key").text;
    let both = body.replacen('{', "{\"eventType\":\"company.created\",", 1);
    assert_eq!(error(&both).path(), Some("eventType"));
}

#[test]
fn a_repeated_field_of_a_payload_is_an_error() {
    let body = fixture("bills.write.successful").text;
    let twice = body.replacen("\"payload\":{", "\"payload\":{\"status\":\"Success\",", 1);
    assert_eq!(error(&twice).path(), Some("payload.status"));
    assert_eq!(error(&twice).kind(), ErrorKind::Payload);

    let body = fixture("company.created@tags").text;
    let twice = body.replacen("\"tags\":{", "\"tags\":{\"x\":\"1\",\"x\":\"2\",", 1);
    assert_eq!(error(&twice).path(), Some("payload.tags"));
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

    // On the first line, what stands before the payload counts, the byte-order mark included.
    let body = format!(
        "\u{feff}{{\"id\":\"{ID}\",\"eventType\":\"company.created\",\"payload\":{{\"id\":12}}}}"
    );
    assert_eq!(
        (error(&body).line(), error(&body).column()),
        (1, body.find("12").unwrap() + 2)
    );

    let alert = format!(
        "{{\"AlertId\":\"{ID}\",\n\"RuleType\":\"AccountCategoriesUpdated\",\"Data\":{{\n\"modifiedDate\":12}}}}"
    );
    let error = error(&alert);
    assert_eq!(
        (error.line(), error.column(), error.path()),
        (3, 17, Some("Data.modifiedDate"))
    );
}

#[test]
fn an_error_is_one_line_that_quotes_no_value() {
    let marker = "S3CRET, expected \u{2028} at line 1\nmissing field `x`";
    let mut failed = 0;
    for fixture in fixtures() {
        let body = fixture.json();
        for place in places(&body) {
            for value in [
                json!(marker),
                json!([marker]),
                json!({marker: marker}),
                json!(987_654_321_123_i64),
                json!(-98765.4321),
                json!(true),
            ] {
                let broken = with(&body, &place, value).to_string();
                let Err(error) = from_str(&broken) else {
                    continue;
                };
                failed += 1;
                for text in [error.to_string(), format!("{error:?}")] {
                    assert!(!text.contains("98765") && !text.contains("true"), "{text}");
                    assert_eq!(text.lines().count(), 1, "{text}");
                    // The event's own type is told, and keys are part of a path.
                    if place.path.starts_with("payload.") && !place.path.contains("tags") {
                        assert!(!text.contains("S3CRET"), "{text}");
                        assert!(text.contains(&fixture.event_type()) || text.contains("reports."));
                    }
                }
            }
        }
    }
    assert!(failed > 3000, "{failed} errors");
}

#[test]
fn an_error_has_the_cause_in_words() {
    let body = |payload: &str| {
        format!("{{\"id\":\"{ID}\",\"eventType\":\"company.created\",\"payload\":{payload}}}")
    };
    let company = |field: &str| body(&format!("{{\"id\":\"{ID}\",{field}}}"));
    let cases = [
        (body("{}"), "missing field `id`"),
        (body("[]"), "invalid type: an array, expected an object"),
        (
            body("{\"id\":\"x, expected y\"}"),
            "invalid value: text that is not a UUID, expected a UUID",
        ),
        (body("{\"id\":null}"), "invalid type: null, expected a UUID"),
        (
            company("\"name\":5.5"),
            "invalid type: a number, expected a string",
        ),
        (
            company("\"name\":{\"a\":1}"),
            "invalid type: an object, expected a string",
        ),
        (
            company("\"lastSync\":false"),
            "invalid type: a boolean, expected a string",
        ),
        (
            company("\"tags\":[]"),
            "invalid type: an array, expected an object of tags",
        ),
        (
            company("\"products\":\"x\""),
            "invalid type: a string, expected an array",
        ),
        (
            company("\"tags\":{\"a\":\"1\",\"a\":\"1\"}"),
            "invalid value: a tag that comes twice, expected each tag once",
        ),
        (
            company("\"name\":\"a\",\"name\":\"b\""),
            "duplicate field `name`",
        ),
        (
            company("\"name\":\"\\ud800\""),
            "unexpected end of hex escape",
        ),
    ];
    for (body, cause) in cases {
        let error = error(&body);
        assert_eq!(error.kind(), ErrorKind::Payload);
        assert!(
            error.to_string().contains(&format!(": {cause} at payload")),
            "{error}"
        );
    }
}

#[test]
fn an_envelope_error_has_the_cause_in_words() {
    let event = |key: &str, value: &str| format!("{{\"id\":\"{ID}\",\"{key}\":{value}}}");
    let cases = [
        (
            "[]".to_owned(),
            "invalid type: an array, expected an object at line 1",
        ),
        ("{}".to_owned(), "missing field `id` at id, line 1"),
        (
            event("eventType", "5"),
            "invalid type: a number, expected a string at eventType, line 1",
        ),
        (event("id", "5"), "duplicate field `id` at id, line 1"),
    ];
    for (body, cause) in cases {
        let line = error(&body).to_string();
        let start = format!("not a webhook event: {cause} ");
        assert!(line.starts_with(&start), "{line}");
    }
}

#[test]
fn other_formats_have_the_cause_too() {
    use serde::Deserialize;
    use serde::de::value::{Error, MapDeserializer};

    let keys_are_numbers = MapDeserializer::<_, Error>::new([(1, 2)].into_iter());
    let error = codat_webhooks::Webhook::deserialize(keys_are_numbers).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: integer `1`, expected a key"
    );
}

#[test]
fn an_envelope_is_shown_without_its_payload() {
    for fixture in fixtures() {
        let envelope = Envelope::from_str(&fixture.text).unwrap();
        let shown = format!("{envelope:?}");
        assert!(shown.contains(&envelope.id().to_string()), "{shown}");
        assert!(shown.contains(envelope.wire_name()), "{shown}");
        let payload = envelope.payload();
        assert!(payload == "null" || !shown.contains(payload), "{shown}");
    }
}

#[test]
fn huge_numbers_are_errors_in_typed_fields_alone() {
    for number in ["1e400", &"9".repeat(500), "1.5", "-1e-5"] {
        let body = format!(
            "{{\"id\":\"{ID}\",\"eventType\":\"client.rateLimit.reset\",\"extra\":{number},\
             \"payload\":{{\"dailyQuota\":{number}}}}}"
        );
        let error = error(&body);
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Payload, Some("payload.dailyQuota"))
        );
        assert!(!error.to_string().contains(number));
        assert!(from_str(&body.replace("dailyQuota", "more")).is_ok());
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
fn an_error_is_short_however_long_what_it_names_is() {
    let product = "x".repeat(100_000);
    let body =
        format!("{{\"id\":\"{ID}\",\"eventType\":\"{product}.read.completed\",\"payload\":{{}}}}");
    let error = error(&body);
    assert!(error.to_string().len() < 500);
    assert_eq!(
        error.event_type().unwrap(),
        &*format!("{product}.read.completed")
    );

    let tags = format!("{{\"é{}\":1}}", "\\u0000".repeat(100_000));
    let payload = format!("{{\"id\":\"{ID}\",\"tags\":{tags}}}");
    let body =
        format!("{{\"id\":\"{ID}\",\"eventType\":\"company.created\",\"payload\":{payload}}}");
    let error = self::error(&body);
    let key = format!("é{}", "\\u{0}".repeat(63));
    assert_eq!(error.path(), Some(&*format!("payload.tags.{key}")));
    assert!(error.to_string().len() < 1000);
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
fn a_value_that_serde_json_gives_is_checked_like_a_body() {
    let body: Value = fixture("read.completed").json();
    let broken = with(
        &body,
        &places(&body)
            .into_iter()
            .find(|p| p.path == "payload")
            .unwrap(),
        json!([]),
    );
    assert!(serde_json::from_value::<codat_webhooks::Webhook>(broken).is_err());
}
