//! What holds for any event, and for any change of a body.

#[path = "common/agree.rs"]
mod agree;
#[path = "common/build.rs"]
mod build;

use std::time::{Duration, Instant};

use arbitrary::Unstructured;
use codat_webhooks::legacy::Rule;
use codat_webhooks::{Envelope, ErrorKind, Event, Webhook, from_slice, from_str};
use crate::common::{Fixture, canonical, expected, fixtures};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::value::RawValue;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Fields in the order in which a body has them, with values of their own.
fn fields(json: &str) -> Option<Vec<(String, &RawValue)>> {
    use serde::de::{Deserializer, MapAccess, Visitor};

    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            std::iter::from_fn(|| map.next_entry().transpose()).collect()
        }
    }

    serde_json::Deserializer::from_str(json)
        .deserialize_map(Fields)
        .ok()
}

/// The JSON with its objects changed, from the innermost outwards: the outermost alone, or all but
/// those of any shape.
fn with_objects(json: &str, all: bool, change: &mut impl FnMut(&mut Vec<String>)) -> String {
    if let Some(fields) = fields(json) {
        let mut members: Vec<String> = fields
            .into_iter()
            .map(|(key, value)| {
                let value = match key.as_str() {
                    "connectionInfo" | "tags" => value.get().to_owned(),
                    _ if !all => value.get().to_owned(),
                    _ => with_objects(value.get(), all, change),
                };
                format!("{}:{value}", serde_json::to_string(&key).unwrap())
            })
            .collect();
        change(&mut members);
        return format!("{{{}}}", members.join(","));
    }
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) {
        let items: Vec<_> = items
            .iter()
            .map(|item| with_objects(item.get(), all, change))
            .collect();
        return format!("[{}]", items.join(","));
    }
    json.to_owned()
}

fn sample() -> impl Strategy<Value = Fixture> {
    select(fixtures())
}

/// Whether all of its payload is modelled.
fn is_modelled(fixture: &Fixture) -> bool {
    match from_str(&fixture.text).unwrap().event {
        Event::Unknown(_) => false,
        Event::Alert(alert) => !matches!(alert.rule, Rule::Unknown(..)),
        _ => true,
    }
}

/// JSON of any shape.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("in JSON", |n| n.is_finite())
            .prop_map(|n| format!("{n:?}")),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let members = proptest::collection::vec((any::<String>(), inner.clone()), 0..4);
        prop_oneof![
            proptest::collection::vec(inner, 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            members.prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("{}: {value}", serde_json::to_string(key).unwrap()))
                    .collect();
                format!("{{{}}}", members.join(", "))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn any_event_that_can_be_built_survives_writing_and_reading(
        bytes in proptest::collection::vec(any::<u8>(), 0..1024),
    ) {
        let Ok(webhook) = build::webhook(&mut Unstructured::new(&bytes)) else {
            return Err(TestCaseError::reject("no bytes left"));
        };
        build::survives(&webhook);
    }
}

proptest! {
    #![proptest_config(config(2048))]

    #[test]
    fn the_order_of_keys_changes_nothing(
        fixture in sample(),
        keys in proptest::collection::vec(any::<Index>(), 64),
    ) {
        let mut keys = keys.iter().cycle();
        let shuffled = with_objects(&fixture.text, is_modelled(&fixture), &mut |members| {
            for last in (1..members.len()).rev() {
                members.swap(last, keys.next().unwrap().index(last + 1));
            }
        });
        prop_assert_eq!(from_str(&shuffled).unwrap(), from_str(&fixture.text).unwrap());
        let by_reader = serde_json::from_reader::<_, Webhook>(shuffled.as_bytes());
        prop_assert_eq!(by_reader.unwrap(), from_str(&fixture.text).unwrap());
        let envelope = Envelope::from_str(&shuffled).unwrap();
        prop_assert_eq!(envelope.id(), Envelope::from_str(&fixture.text).unwrap().id());
    }

    #[test]
    fn fields_that_no_struct_has_change_nothing(
        fixture in sample(),
        added in proptest::collection::vec((any::<Index>(), "[a-z]{0,8}|\\PC{0,8}", json()), 1..6),
    ) {
        let mut added = added.iter().cycle();
        let more = with_objects(&fixture.text, is_modelled(&fixture), &mut |members| {
            let (index, key, value) = added.next().unwrap();
            let key = serde_json::to_string(&format!("x-{key}")).unwrap();
            for field in [&format!("{key}:{value}"), ODD] {
                members.insert(index.index(members.len() + 1), field.to_owned());
            }
        });
        prop_assert_eq!(from_str(&more).unwrap(), from_str(&fixture.text).unwrap());
        prop_assert_eq!(canonical(&serde_json::to_string(&from_str(&more).unwrap()).unwrap()), expected(&fixture.text));
    }
}

/// Fields that may come as they like, since nobody looks at them.
const ODD: &str = r#""extra":[{"deep":[1e999,"\u0000"]}],"extra":null,"":-0"#;

/// Fails only far above what any body takes, since a machine that runs tests may be slow.
fn quickly<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "it takes too long"
    );
    done
}

/// Reads it in all ways, which agree.
fn read(body: &[u8]) -> Result<Webhook, ErrorKind> {
    quickly(|| agree::read(body)).map_err(|error| error.kind())
}

#[test]
fn a_sample_is_read_alike_in_all_ways() {
    for fixture in fixtures() {
        read(fixture.text.as_bytes()).unwrap();
    }
}

#[test]
fn a_truncated_body_is_an_error() {
    for fixture in fixtures() {
        let body = fixture.text.trim().as_bytes();
        for end in 0..body.len() {
            assert_eq!(read(&body[..end]).unwrap_err(), ErrorKind::Json);
        }
    }
}

#[test]
fn a_flipped_bit_gives_an_event_or_an_error() {
    for fixture in fixtures() {
        let mut body = fixture.text.into_bytes();
        let mut refused = 0;
        for bit in 0..body.len() * 8 {
            body[bit / 8] ^= 1 << (bit % 8);
            let (event, envelope) = quickly(|| (from_slice(&body), Envelope::from_slice(&body)));
            let kind = event.err().map(|error| error.kind());
            let envelope = envelope.err().map(|error| error.kind());
            assert_eq!(envelope, kind.filter(|kind| *kind != ErrorKind::Payload));
            refused += usize::from(kind.is_some());
            body[bit / 8] ^= 1 << (bit % 8);
        }
        // The highest bit of a byte makes it no UTF-8.
        assert!(refused >= body.len(), "{}", fixture.name);
    }
}

#[test]
fn an_array_in_place_of_an_object_is_an_error() {
    for fixture in fixtures() {
        let body = format!("[{}]", fixture.text);
        assert_eq!(read(body.as_bytes()).unwrap_err(), ErrorKind::Envelope);
        let top = fields(&fixture.text).unwrap();
        let values: Vec<_> = top.iter().map(|(_, value)| value.get()).collect();
        let body = format!("[{}]", values.join(","));
        assert_eq!(
            read(body.as_bytes()).unwrap_err(),
            ErrorKind::Envelope,
            "{body}"
        );

        if !is_modelled(&fixture) {
            continue;
        }
        let Some((_, payload)) = top
            .iter()
            .find(|(key, _)| ["payload", "Data", "data"].contains(&key.as_str()))
        else {
            continue;
        };
        let members = fields(payload.get()).unwrap();
        let values: Vec<_> = members.iter().map(|(_, value)| value.get()).collect();
        for array in [
            format!("[{}]", values.join(",")),
            format!("[{}]", payload.get()),
            "[]".to_owned(),
        ] {
            let body = fixture.text.replacen(payload.get(), &array, 1);
            assert_eq!(
                read(body.as_bytes()).unwrap_err(),
                ErrorKind::Payload,
                "{body}"
            );
        }
    }
}
