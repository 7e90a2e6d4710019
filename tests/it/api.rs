//! The conventions of Rust APIs: conversions, comparisons, iterators, and traits that every type has.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use codat_webhooks::drift::{Drift, DriftKind};
use codat_webhooks::event::{Outcome, ReadScope};
use codat_webhooks::legacy::RuleType;
use codat_webhooks::payload::ConnectionStatus;
use codat_webhooks::value::{CompanyId, DataType, ErrorCode, RawJson, ReportType, Tags, Timestamp};
use codat_webhooks::{
    Envelope, Error, ErrorKind, Event, EventPattern, EventType, TagFilter, UnknownEvent, Webhook,
    from_str, samples,
};
use serde::Serialize;

use crate::common::COMPANY;

/// Asserts that a value and its text are equal, in both directions and in each type of text.
fn assert_equal_to_text<T>(value: &T, text: &str)
where
    T: PartialEq<str> + for<'a> PartialEq<&'a str> + PartialEq<String> + Debug,
    str: PartialEq<T>,
    for<'a> &'a str: PartialEq<T>,
    String: PartialEq<T>,
{
    for (text, equal) in [(text.to_owned(), true), (format!("{text}x"), false)] {
        let text: &str = &text;
        let owned = text.to_owned();
        assert_eq!(
            [
                *value == *text,
                *value == text,
                *value == owned,
                *text == *value,
                text == *value,
                owned == *value,
            ],
            [equal; 6],
            "{value:?} and {text}"
        );
    }
}

/// Asserts that `Display` and `FromStr` are a pair, and that `TryFrom` or `From` does what `FromStr` does.
fn assert_text<T>(text: &str) -> T
where
    T: FromStr + Display + PartialEq + Debug + for<'a> TryFrom<&'a str>,
    T::Err: Debug,
{
    let value: T = text.parse().unwrap();
    assert_eq!(value.to_string(), text);
    assert_eq!(T::try_from(text).ok().unwrap(), value);
    value
}

#[test]
fn values_compare_with_their_texts() {
    assert_equal_to_text(&EventType::from("company.created"), "company.created");
    assert_equal_to_text(&RuleType::from("Sync Failed"), "SyncFailed");
    assert_equal_to_text(&DataType::from("bills"), "bills");
    assert_equal_to_text(&ConnectionStatus::from("Paused"), "Paused");
    assert_equal_to_text(&Timestamp::from("2026-11-02"), "2026-11-02");
    assert_equal_to_text(&ErrorCode::from("403"), "403");
    assert_equal_to_text(&COMPANY.parse::<CompanyId>().unwrap(), COMPANY);
    assert_equal_to_text(&"company.*".parse::<EventPattern>().unwrap(), "company.*");
    assert_equal_to_text(&"region:us".parse::<TagFilter>().unwrap(), "region:us");
    assert_equal_to_text(&ReportType::from("fxInsights"), "fxInsights");
    assert_equal_to_text(
        &UnknownEvent::new("company.renamed").unwrap().event_type,
        "company.renamed",
    );
}

#[test]
fn an_id_compares_with_a_uuid_in_any_form() {
    let id: CompanyId = COMPANY.parse().unwrap();
    assert_eq!(id, *COMPANY.to_uppercase());
    assert_eq!(id, *COMPANY.replace('-', ""));
    assert_eq!(*id.as_uuid(), id);
    assert_ne!(id, "");
}

#[test]
fn texts_are_parsed_and_displayed() {
    assert_text::<CompanyId>(COMPANY);
    assert_text::<EventPattern>("*.write.*");
    assert_text::<TagFilter>("region:us");
    assert_text::<EventType>("bills.write.successful");
    assert_text::<DataType>("bills");
    assert_text::<ConnectionStatus>("Paused");
    assert_text::<Timestamp>("2026-11-02T08:15:00Z");
    assert_text::<RuleType>("SyncFailed");
    for long in [
        "Paused",
        "a text of more than thirty characters, which is no date",
    ] {
        assert_eq!(Timestamp::from(long.to_owned()), Timestamp::from(long));
        assert_eq!(
            ConnectionStatus::from(long.to_owned()),
            ConnectionStatus::from(long)
        );
        assert_eq!(EventType::from(long.to_owned()), EventType::from(long));
        assert_eq!(RuleType::from(long.to_owned()), RuleType::from(long));
    }
    assert_eq!(
        ConnectionStatus::from("Linked".to_owned()),
        ConnectionStatus::Linked
    );
    assert_eq!(
        EventType::from("company.created".to_owned()),
        EventType::CompanyCreated
    );
}

#[test]
fn as_ref_returns_the_text() {
    fn text(value: &impl AsRef<str>) -> &str {
        value.as_ref()
    }
    let pattern: EventPattern = "company.*".parse().unwrap();
    let filter: TagFilter = "region:us".parse().unwrap();
    let unknown = UnknownEvent::new("company.renamed").unwrap();
    assert_eq!(text(&pattern), "company.*");
    assert_eq!(text(&filter), "region:us");
    assert_eq!(text(&unknown.event_type), "company.renamed");
    assert_eq!(text(&Timestamp::from("2026-11-02")), "2026-11-02");
    assert_eq!(text(&ConnectionStatus::Linked), "Linked");
    assert_eq!(text(&DataType::Bills), "bills");
    assert_eq!(text(&ReportType::from("fxInsights")), "fxInsights");
    assert_eq!(text(&RuleType::SyncFailed), "SyncFailed");
    assert_eq!(text(&ErrorCode::from("403")), "403");
    assert_eq!(text(&"[1, 2]".parse::<RawJson>().unwrap()), "[1, 2]");
}

#[test]
fn tags_iterate_from_both_ends_and_by_value() {
    let mut tags = Tags::from([("b", "2"), ("a", "1"), ("c", "3")]);
    let keys: Vec<&str> = (&tags).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    assert_eq!(tags.iter().next_back(), Some(("c", "3")));
    assert_eq!(tags.iter().len(), 3);
    assert_eq!(tags.remove("b").as_deref(), Some("2"));
    assert_eq!(tags.remove("b"), None);
    let owned: Vec<(Box<str>, Box<str>)> = tags.into_iter().collect();
    assert_eq!(owned, [("a".into(), "1".into()), ("c".into(), "3".into())]);
}

/// Asserts that a value has the label, and is displayed as it or as a description of it.
fn assert_label<T: Serialize + Display>(value: T, as_str: &str, label: &str, displayed: &str) {
    assert_eq!(as_str, label);
    assert_eq!(serde_json::to_value(&value).unwrap(), label);
    assert_eq!(value.to_string(), displayed);
    assert_eq!(format!("[{value:>24}]"), format!("[{displayed:>24}]"));
}

#[test]
fn kinds_have_labels() {
    for (kind, label, displayed) in [
        (ErrorKind::Json, "json", "not JSON"),
        (ErrorKind::Envelope, "envelope", "not a webhook event"),
        (ErrorKind::Payload, "payload", "payload does not fit"),
    ] {
        assert_label(kind, kind.as_str(), label, displayed);
    }
    for (kind, label, displayed) in [
        (DriftKind::EventType, "eventType", "unknown event type"),
        (DriftKind::Field, "field", "unknown field"),
        (DriftKind::Value, "value", "undocumented value"),
        (DriftKind::Misfit, "misfit", "misfit"),
        (DriftKind::Repeated, "repeated", "repeated field"),
        (DriftKind::Date, "date", "unreadable date"),
    ] {
        assert_label(kind, kind.as_str(), label, displayed);
    }
    for (outcome, label) in [
        (Outcome::Successful, "successful"),
        (Outcome::Unsuccessful, "unsuccessful"),
    ] {
        assert_label(outcome, outcome.as_str(), label, label);
    }
    for (scope, label) in [
        (ReadScope::All, "all"),
        (ReadScope::Initial, "initial"),
        (ReadScope::Successful, "successful"),
        (ReadScope::Unsuccessful, "unsuccessful"),
        (ReadScope::SuccessfulInitial, "successfulInitial"),
    ] {
        assert_label(scope, scope.as_str(), label, label);
    }
}

#[test]
fn drift_can_be_serialized() {
    let webhook = from_str(
        r#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.renamed","new":1}"#,
    );
    let drift: Vec<Drift> = webhook.unwrap().drift();
    assert_eq!(
        serde_json::to_string(&drift).unwrap(),
        r#"[{"path":"eventType","kind":"eventType","text":"company.renamed"},{"path":"new","kind":"field","text":null}]"#,
    );
}

#[test]
fn types_can_be_sent_between_threads() {
    fn assert_send_sync<T: Send + Sync + Unpin + 'static>() {}
    assert_send_sync::<Webhook>();
    assert_send_sync::<Event>();
    assert_send_sync::<EventType>();
    assert_send_sync::<Envelope<'static>>();
    assert_send_sync::<Error>();
    assert_send_sync::<EventPattern>();
    assert_send_sync::<Drift>();
    assert_send_sync::<samples::Sample>();
}

/// The sources of the public modules, which re-export what is in private ones.
const MODULES: [(&str, &str); 6] = [
    ("the root", include_str!("../../src/lib.rs")),
    ("drift", include_str!("../../src/drift.rs")),
    ("event", include_str!("../../src/event/mod.rs")),
    ("legacy", include_str!("../../src/legacy/mod.rs")),
    ("payload", include_str!("../../src/payload/mod.rs")),
    ("value", include_str!("../../src/value/mod.rs")),
];

#[test]
fn an_item_has_one_public_path() {
    let mut paths = BTreeMap::<&str, Vec<&str>>::new();
    for (module, source) in MODULES {
        for list in source.split("\npub use ").skip(1) {
            let list = list.split(';').next().unwrap();
            let names = list.split_once('{').map_or(list, |(_, names)| names);
            for name in names.trim_end_matches('}').split(',') {
                let name = name.trim().rsplit("::").next().unwrap();
                if name.starts_with(char::is_uppercase) {
                    paths.entry(name).or_default().push(module);
                }
            }
        }
    }
    let several: Vec<_> = paths
        .iter()
        .filter(|(_, modules)| modules.len() > 1)
        .collect();
    assert!(several.is_empty(), "{several:?}");
    assert!(paths.len() > 50, "{} items", paths.len());
}
