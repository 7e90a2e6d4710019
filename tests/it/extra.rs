//! A field without a name in this version is kept where it was sent, can be used, is reported as
//! drift, and is written back.

use codat_webhooks::payload::{Company, ReadCompleted, Write};
use codat_webhooks::value::{CompanyId, Extra, ParseFieldError, RawJson, Tags, Timestamp};
use codat_webhooks::{Event, Webhook, from_str};

use crate::common::{
    self, COMPANY, Fixture, ID, Json, Place, drift, entry_points, event, fixture, hash, named,
    read, round_trip, write,
};

/// Values of every JSON type.
const VALUES: [&str; 9] = [
    "7.50",
    "\"caf\u{e9} \\u0041\\n\"",
    "true",
    "null",
    "[1,{\"a\":null}]",
    "{\"b\":{\"c\":[],\"b\":0.10}}",
    "\"\"",
    "1e400",
    "[]",
];

/// Keys that are new, odd, or those of other objects.
fn keys() -> Vec<String> {
    let odd = [
        "shoeSize",
        "",
        "a\n\"b\"\\\0\u{2028}",
        "recordsModified",
        "erroredOnUtc",
        "ID",
        "a.b[0]",
        "größe \u{1f6b2}",
        "extra",
    ];
    let long = "k".repeat(300);
    odd.into_iter().map(String::from).chain([long]).collect()
}

fn has_name(object: &Place, key: &str) -> bool {
    let shape = object.shape();
    (key == "recordsModified" && shape == "payload.dataTypes[]")
        || (key == "erroredOnUtc" && shape.ends_with("dataConnectionErrors[]"))
}

/// The path at which the field is reported.
fn reported(object: &Place, key: &str) -> String {
    let is_odd = |c: &char| c.is_control() || *c == '\u{2028}';
    let shown: String = key
        .chars()
        .take(64)
        .map(|c| match is_odd(&c) {
            true => c.escape_default().to_string(),
            false => c.to_string(),
        })
        .collect();
    object.below(if key.is_empty() { "\"\"" } else { &shown })
}

fn check(fixture: &Fixture, object: &Place, index: usize, key: &str, value: &str) -> String {
    let body = fixture
        .tree()
        .with_field(object, index, key, value)
        .to_string();
    let plain = read(&fixture.text);
    let webhook = round_trip(&body);

    // It is written after the named fields of its object, and nothing else has changed.
    let mut written = Json::parse(&write(&webhook));
    let place = written.object(&object.path);
    let (last_key, last) = written.at_mut(&place).members_mut().pop().unwrap();
    assert_eq!((&*last_key, &*last.to_string()), (key, value), "{body}");
    assert_eq!(written, Json::parse(&write(&plain)), "{body}");

    let mut expected = drift(&plain);
    expected.push(format!("unknown field at {}", reported(object, key)));
    let mut found = drift(&webhook);
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "{body}");
    body
}

#[test]
fn an_unknown_field_anywhere_is_kept_and_reported_and_changes_nothing_else() {
    let keys = keys();
    let mut cases = 0;
    for fixture in named() {
        for (n, object) in fixture.objects().iter().enumerate() {
            for k in 0..4 {
                let key = &keys[(cases + k) % keys.len()];
                let value = VALUES[(cases / keys.len() + n + k) % VALUES.len()];
                if has_name(object, key) {
                    continue;
                }
                let body = check(&fixture, object, n + 2 * k, key, value);
                if k == 0 {
                    entry_points::read(body.as_bytes()).unwrap();
                }
                cases += 1;
            }
        }
    }
    assert!(cases > 1500, "{cases} cases");
}

#[test]
fn every_key_and_value_is_kept() {
    let fixture = fixture("connection.disconnected");
    for object in fixture.objects() {
        for (index, key) in keys().iter().enumerate() {
            for value in VALUES {
                if !has_name(&object, key) {
                    check(&fixture, &object, index, key, value);
                }
            }
        }
    }
}

#[test]
fn unknown_fields_keep_their_order_their_copies_and_their_bytes() {
    let body = event(
        "company.created",
        &format!(
            r#"{{"z":{{ "a" : [1 ,2] }},"id":"{COMPANY}","a":1.0,"m":null,"a":2,"\u0061":"\u00e9"}}"#
        ),
    );
    let Event::CompanyCreated(company) = round_trip(&body).event else {
        panic!()
    };
    let fields: Vec<_> = company
        .extra
        .iter()
        .map(|(name, value)| (name, value.as_str()))
        .collect();
    assert_eq!(
        fields,
        [
            ("z", r#"{ "a" : [1 ,2] }"#),
            ("a", "1.0"),
            ("m", "null"),
            ("a", "2"),
            ("a", r#""\u00e9""#),
        ]
    );
    assert_eq!(company.extra.get("a").unwrap().as_str(), "1.0");
}

#[test]
fn parse_returns_the_field_or_an_error_that_names_it() {
    let fixture = fixture("connection.disconnected");
    let object = fixture.tree().place("payload.connection");
    let tree = fixture
        .tree()
        .with_field(&object, 3, "reason", "\"S3CRET\"");
    let body = tree.with_field(&object, 3, "none", "null").to_string();
    let Event::ConnectionDisconnected(event) = read(&body).event else {
        panic!()
    };
    let extra = &event.connection.extra;
    assert_eq!(
        extra.parse::<String>("reason").unwrap().as_deref(),
        Some("S3CRET")
    );
    assert_eq!(extra.parse::<String>("none").unwrap(), None);
    assert_eq!(extra.parse::<String>("missing").unwrap(), None);
    let raw = extra.parse::<serde_json::Value>("reason").unwrap();
    assert_eq!(raw.unwrap(), "S3CRET");

    let error: ParseFieldError = extra.parse::<u8>("reason").unwrap_err();
    assert_eq!(error.name(), "reason");
    assert_eq!(
        error.to_string(),
        "extra field `reason` does not fit the requested type"
    );
    // The cause quotes the value.
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.is::<serde_json::Error>());

    // The name of a field is the sender's own.
    let name = format!("a\n\u{202e}{}", "k".repeat(500));
    let extra: Extra = [(&*name, raw_json("1"))].into_iter().collect();
    let error = extra.parse::<String>(&name).unwrap_err();
    assert_eq!(error.name(), name);
    let line = error.to_string();
    assert!(
        line.len() < 200 && !line.contains(['\n', '\u{202e}']),
        "{line:?}"
    );
}

#[test]
fn set_serializes_the_value() {
    let mut extra = Extra::new();
    assert_eq!(extra.set("seats", &12).unwrap(), None);
    assert_eq!(extra.set("regions", &["eu", "us"]).unwrap(), None);
    assert_eq!(extra.set("name", "Larkfield").unwrap(), None);
    let before = extra.set("seats", &Some(1.5)).unwrap();
    assert_eq!(before, Some(raw_json("12")));
    let fields: Vec<_> = extra
        .iter()
        .map(|(name, raw)| (name, raw.as_str()))
        .collect();
    assert_eq!(
        fields,
        [
            ("seats", "1.5"),
            ("regions", r#"["eu","us"]"#),
            ("name", "\"Larkfield\""),
        ]
    );
    assert_eq!(extra.parse("seats").unwrap(), Some(1.5));

    // What JSON cannot represent is an error, and changes nothing.
    let odd = std::collections::BTreeMap::from([([1, 2], 3)]);
    assert!(extra.set("seats", &odd).is_err());
    assert_eq!(extra.parse("seats").unwrap(), Some(1.5));
}

#[test]
fn an_empty_extra_takes_one_pointer() {
    assert_eq!(size_of::<Extra>(), size_of::<usize>());
    for fixture in named() {
        let webhook = read(&fixture.text);
        assert!(webhook.extra.is_empty(), "{}", fixture.name);
        assert!(webhook.extra == Extra::new() && webhook.extra == Extra::default());
    }
}

fn raw_json(json: &str) -> RawJson {
    serde_json::from_str(json).unwrap()
}

#[test]
fn an_extra_is_a_map_in_the_order_of_insertion() {
    let mut extra = Extra::new();
    assert!(extra.is_empty() && extra.iter().next().is_none());
    assert_eq!(extra.remove("a"), None);
    assert_eq!(extra.get("a"), None);

    assert_eq!(extra.insert("b", raw_json("1")), None);
    assert_eq!(extra.insert("a", raw_json("2")), None);
    assert_eq!(extra.insert("b", raw_json("3")), Some(raw_json("1")));
    assert_eq!((extra.len(), extra.is_empty()), (2, false));
    assert_eq!(
        format!("{extra:?}"),
        r#"{"b": RawJson(3), "a": RawJson(2)}"#
    );
    let mut fields = extra.iter();
    assert_eq!(fields.len(), 2);
    assert_eq!(fields.next_back(), Some(("a", &raw_json("2"))));
    assert_eq!(fields.next(), Some(("b", &raw_json("3"))));
    assert_eq!(fields.size_hint(), (0, Some(0)));
    assert_eq!((&extra).into_iter().count(), 2);

    let same: Extra = [("b", raw_json("3")), ("a", raw_json("2"))]
        .into_iter()
        .collect();
    assert_eq!((&extra, hash(&extra)), (&same, hash(&same)));
    let other: Extra = [("a", raw_json("2")), ("b", raw_json("3"))]
        .into_iter()
        .collect();
    assert_ne!(extra, other);
    assert_ne!(hash(&extra), hash(&other));

    assert_eq!(extra.remove("b"), Some(raw_json("3")));
    assert_eq!(extra.remove("b"), None);
    extra.extend([("c", raw_json("[]"))]);
    let owned = extra.clone().into_iter();
    assert_eq!(owned.len(), 2);
    let owned: Vec<_> = owned.collect();
    assert_eq!(
        owned,
        [("a".into(), raw_json("2")), ("c".into(), raw_json("[]"))]
    );
    extra.remove("a");
    extra.remove("c");
    assert_eq!((&extra, hash(&extra)), (&Extra::new(), hash(&Extra::new())));
    assert_eq!(Extra::new().into_iter().count(), 0);
}

#[test]
fn a_field_that_is_added_by_hand_is_written() {
    let company: CompanyId = COMPANY.parse().unwrap();
    let mut payload = Company::new(company);
    payload.extra.insert("shoeSize", raw_json("43"));
    // As a named field would be written: it is read back as one.
    payload.extra.insert("name", raw_json("\"Larkfield\""));
    let mut webhook = Webhook::new(
        ID.parse::<codat_webhooks::value::EventId>().unwrap(),
        Event::CompanyDeleted(payload.into()),
    );
    webhook.extra.insert("region", raw_json("\"eu\""));
    let body = write(&webhook);
    assert_eq!(
        body,
        format!(
            r#"{{"id":"{ID}","eventType":"company.deleted","payload":{{"id":"{COMPANY}","shoeSize":43,"name":"Larkfield"}},"region":"eu"}}"#
        )
    );
    let again = round_trip(&body);
    assert_eq!(again.event.company_name().as_deref(), Some("Larkfield"));
    assert_eq!(again.extra, webhook.extra);
}

#[test]
fn a_field_that_is_set_replaces_the_raw_value_of_its_name() {
    let body = event(
        "company.created",
        &format!(r#"{{"id":"{COMPANY}","name":7,"lastSync":1,"lastSync":2,"tags":[],"x":"name"}}"#),
    );
    let mut webhook = round_trip(&body);
    let Event::CompanyCreated(company) = &mut webhook.event else {
        panic!()
    };
    assert_eq!(company.extra.len(), 5);
    company.name = Some("Larkfield".to_owned());
    company.last_sync = Some(Timestamp::from("2026-01-02"));
    company.tags = Some(Tags::new());
    let payload = format!(
        r#"{{"id":"{COMPANY}","name":"Larkfield","lastSync":"2026-01-02","tags":{{}},"x":"name"}}"#
    );
    assert_eq!(write(&webhook), event("company.created", &payload));

    // In the envelope.
    let body = format!(
        r#"{{"id":"{ID}","eventType":"company.created","payload":{{"id":"{COMPANY}"}},"generatedDate":5}}"#
    );
    let mut webhook = round_trip(&body);
    assert_eq!(write(&webhook), body);
    webhook.generated_date = Some(Timestamp::from("2026-01-02"));
    let written = write(&webhook);
    assert!(
        written.contains(r#""generatedDate":"2026-01-02""#),
        "{written}"
    );
    assert_eq!(written.matches("generatedDate").count(), 1, "{written}");

    // In an alert, in the spelling that was sent.
    let body = format!(
        r#"{{"AlertId":"{ID}","RuleType":"DataSyncCompleted","companyId":"x","Data":{{"DataType":7}}}}"#
    );
    let mut webhook = round_trip(&body);
    let Event::Alert(alert) = &mut webhook.event else {
        panic!()
    };
    alert.header.company_id = Some(COMPANY.parse().unwrap());
    let codat_webhooks::legacy::Rule::DataSyncCompleted(data) = &mut alert.rule else {
        panic!()
    };
    data.data_type = Some("bills".into());
    let again = round_trip(&write(&webhook));
    assert_eq!(again.event.company_id().unwrap().to_string(), COMPANY);
    let Event::Alert(alert) = &again.event else {
        panic!()
    };
    assert_eq!(alert.data_type().unwrap(), "bills");
}

#[test]
fn a_payload_that_is_read_by_itself_keeps_its_fields_too() {
    fn check<T>(json: &str)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let payload: T = serde_json::from_str(json).unwrap();
        let written = serde_json::to_string(&payload).unwrap();
        assert_eq!(common::canonical(&written), common::canonical(json));
        assert_eq!(serde_json::from_str::<T>(&written).unwrap(), payload);
        let reader = serde_json::from_reader::<_, T>(json.as_bytes());
        assert_eq!(reader.unwrap(), payload);
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        let by_text: T = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(serde_json::from_value::<T>(value).unwrap(), by_text);
    }

    let company = format!(r#"{{"id":"{COMPANY}"}}"#);
    check::<Company>(&format!(r#"{{"id":"{COMPANY}","name":7,"new":[1]}}"#));
    check::<ReadCompleted>(&format!(
        r#"{{"referenceCompany":{company},"dataTypes":[{{"dataType":"bills","new":1,"status":2}}]}}"#
    ));
    check::<Write>(&format!(
        r#"{{"id":"1","referenceCompany":{company},"record":[],"new":{{}}}}"#
    ));
    let error = serde_json::from_str::<Write>(r#"{"id":"1","referenceCompany":{"id":"S3CRET"}}"#);
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("expected a UUID, found a string at referenceCompany.id"),
        "{error}"
    );
}

#[test]
fn an_object_with_a_key_that_is_not_unicode_is_refused() {
    let odd = r#""\ud800":1"#;
    let company = format!(r#"{{"id":"{COMPANY}",{odd}}}"#);
    let error = from_str(&event("company.created", &company)).unwrap_err();
    assert_eq!(error.path(), Some("payload"));
    let error = from_str(&format!(r#"{{{odd},"id":"{ID}"}}"#)).unwrap_err();
    assert_eq!(error.path(), None);
    assert!(error.to_string().starts_with("not a webhook event: "));
    // In an optional object, it is a misfit.
    let links = event(
        "company.created",
        &format!(
            r#"{{"id":"{COMPANY}","referenceParentCompany":{{"id":"{COMPANY}","links":{{{odd}}}}}}}"#
        ),
    );
    let webhook = read(&links);
    assert_eq!(write(&webhook), links);
    assert_eq!(
        drift(&webhook),
        [format!(
            "misfit at payload.referenceParentCompany.links: {{{odd}}}"
        )]
    );
}
