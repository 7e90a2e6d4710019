//! What holds for any event, and for any change of a body.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use codat_webhooks::{Envelope, ErrorKind, Webhook, from_slice, from_str};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::common::{self, Fixture, Json, Place, canonical, entry_points, named, write};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn sample() -> impl Strategy<Value = Fixture> {
    select(named())
}

/// JSON of any shape.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i32>().prop_map(|value| value.to_string()),
        // Not a whole number with a fraction, which is written back without it.
        (-1e9..1e9_f64).prop_map(|n| format!("{:?}", n + 0.1)),
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
        let webhook = Webhook::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
        entry_points::survives_all(&webhook);
    }
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn the_order_of_keys_changes_nothing(
        fixture in sample(),
        keys in proptest::collection::vec(any::<Index>(), 64),
    ) {
        let mut keys = keys.iter().cycle();
        let mut shuffled = fixture.tree();
        shuffled.change(fixture.is_known(), &mut |members| {
            for last in (1..members.len()).rev() {
                members.swap(last, keys.next().unwrap().index(last + 1));
            }
        });
        let webhook = read(shuffled.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&webhook, &common::read(&fixture.text));
        prop_assert_eq!(canonical(&write(&webhook)), canonical(&fixture.text));
    }

    #[test]
    fn unknown_fields_survive_a_round_trip_and_are_reported(
        fixture in sample(),
        added in proptest::collection::vec((any::<Index>(), "[a-z]{0,8}|\\PC{0,8}", json()), 1..6),
    ) {
        let mut added = added.iter().cycle();
        let mut more = fixture.tree();
        let mut count = 0;
        more.change(fixture.is_known(), &mut |members| {
            let (index, key, value) = added.next().unwrap();
            members.insert(index.index(members.len() + 1), (format!("x-{key}"), Json::parse(value)));
            count += 1;
        });
        let body = more.to_string();
        let webhook = read(body.as_bytes()).unwrap();
        prop_assert_eq!(canonical(&write(&webhook)), canonical(&body));
        let drift = webhook.drift().len() - common::read(&fixture.text).drift().len();
        prop_assert_eq!(drift, count);
    }

    #[test]
    fn any_changes_leave_a_body_that_survives_or_an_error(
        fixture in sample(),
        changes in proptest::collection::vec((change(), any::<Index>(), json()), 1..6),
    ) {
        let mut body = fixture.tree();
        for (change, index, value) in &changes {
            let places = body.places();
            let Some(place) = places.get(index.index(places.len().max(1))) else {
                continue;
            };
            let key = place.key().to_owned();
            let object = place.parent();
            match change {
                Change::Value => body = body.with(place, value),
                Change::Remove => body = body.without(place),
                _ if place.is_element() => body = body.with(place, value),
                Change::Unknown => body = body.with_field(&object, index.index(9), "new", value),
                Change::Repeat => body = body.with_field(&object, index.index(9), &key, value),
                Change::Copy => {
                    let copy = body.at(place).to_string();
                    body = body.with_field(&object, index.index(9), &key, &copy);
                }
                Change::Spelling => {
                    let mut characters = key.chars();
                    let first = characters.next().into_iter();
                    let first: String = match key.starts_with(char::is_uppercase) {
                        true => first.flat_map(char::to_lowercase).collect(),
                        false => first.flat_map(char::to_uppercase).collect(),
                    };
                    let other = first + characters.as_str();
                    body = body.with_field(&object, index.index(9), &other, value);
                }
            }
        }
        let slow = slowly(&fixture, &body);
        let body = body.to_string();
        match (from_str(&slow), read(body.as_bytes())) {
            (Ok(slow), Ok(webhook)) => {
                prop_assert_eq!(canonical(&write(&webhook)), canonical(&body));
                prop_assert_eq!(canonical(&write(&slow)), canonical(&body));
                prop_assert_eq!(slow.event_type(), webhook.event_type());
                prop_assert_eq!(slow.event.company_id(), webhook.event.company_id());
                prop_assert_eq!(slow.event.connection_id(), webhook.event.connection_id());
                // Neither reader takes a value for a misfit that fits for the other one.
                let drift = |webhook: &Webhook| {
                    let lines = webhook.drift().into_iter().map(|drift| drift.to_string());
                    lines.filter(|line| !line.ends_with(" alertId")).collect::<Vec<_>>()
                };
                prop_assert_eq!(drift(&slow), drift(&webhook));
            }
            (Err(slow), Err(kind)) => prop_assert_eq!(slow.kind(), kind),
            (slow, fast) => prop_assert!(false, "{:?} but {:?}", slow, fast),
        }
    }
}

/// Returns the body in a form that only the slow reader reads: with a key of the alerts that is null, and
/// in every object below with a field that is null when it is sent again. Neither has a meaning.
fn slowly(fixture: &Fixture, body: &Json) -> String {
    let null = || Json::parse("null");
    let named: HashSet<String> = fixture.places().iter().map(Place::shape).collect();
    let mut slow = body.clone();
    for place in body.places() {
        let Json::Object(members) = body.at(&place) else {
            continue;
        };
        let is_named = |key: &str| named.contains(&format!("{}.{key}", place.shape()));
        let mut sent = members.iter().filter(|(_, value)| !value.is_null());
        if let Some((key, _)) = sent.find(|(key, _)| is_named(key)) {
            slow.at_mut(&place)
                .members_mut()
                .push((key.clone(), null()));
        }
    }
    if body.get("alertId").is_none() {
        slow.members_mut().insert(0, ("alertId".to_owned(), null()));
    }
    slow.to_string()
}

#[test]
fn both_readers_read_the_samples_alike() {
    let mut objects = 0;
    for fixture in named() {
        let tree = fixture.tree();
        let body = slowly(&fixture, &tree);
        let mut slow = common::read(&body);
        slow.extra.remove("alertId");
        assert_eq!(slow, common::read(&fixture.text), "{body}");
        objects += body.matches(":null").count();
    }
    assert!(objects > 300, "{objects} objects");
}

/// A change at a place of a body.
#[derive(Clone, Copy, Debug)]
enum Change {
    Value,
    Remove,
    Unknown,
    Repeat,
    Copy,
    Spelling,
}

fn change() -> impl Strategy<Value = Change> {
    select(vec![
        Change::Value,
        Change::Remove,
        Change::Unknown,
        Change::Repeat,
        Change::Copy,
        Change::Spelling,
    ])
}

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

/// Reads the body at every entry point.
fn read(body: &[u8]) -> Result<Webhook, ErrorKind> {
    quickly(|| entry_points::read(body)).map_err(|error| error.kind())
}

#[test]
fn a_sample_is_read_alike_at_every_entry_point() {
    for fixture in named() {
        read(fixture.text.as_bytes()).unwrap();
    }
}

/// Every so many places of each sample, other ones in each.
fn sampled(length: usize, fixture: usize, step: usize) -> impl Iterator<Item = usize> {
    (fixture % step..length).step_by(step)
}

#[test]
fn a_truncated_body_is_an_error() {
    for (index, fixture) in named().iter().enumerate() {
        let body = fixture.text.trim().as_bytes();
        for end in sampled(body.len(), index, 13) {
            assert_eq!(read(&body[..end]).unwrap_err(), ErrorKind::Json);
        }
    }
}

#[test]
fn a_flipped_bit_gives_an_event_or_an_error() {
    for (index, fixture) in named().into_iter().enumerate() {
        let mut body = fixture.text.into_bytes();
        let (mut flipped, mut refused) = (0, 0);
        for bit in sampled(body.len() * 8, index, 41) {
            body[bit / 8] ^= 1 << (bit % 8);
            let (event, envelope) = quickly(|| (from_slice(&body), Envelope::from_slice(&body)));
            if flipped % 8 == 0 {
                let _ = read(&body);
            }
            let kind = event.err().map(|error| error.kind());
            let envelope = envelope.err().map(|error| error.kind());
            assert_eq!(envelope, kind.filter(|kind| *kind != ErrorKind::Payload));
            flipped += 1;
            refused += usize::from(kind.is_some());
            body[bit / 8] ^= 1 << (bit % 8);
        }
        // With its highest bit flipped, a byte is not UTF-8.
        assert!(refused >= flipped / 8, "{}", fixture.name);
    }
}

#[test]
fn an_array_in_place_of_an_object_is_an_error() {
    let values = |json: &Json| match json {
        Json::Object(members) => {
            let values: Vec<_> = members.iter().map(|(_, value)| value.to_string()).collect();
            format!("[{}]", values.join(","))
        }
        other => panic!("{other} is not an object"),
    };
    for fixture in named() {
        let tree = fixture.tree();
        for body in [format!("[{}]", fixture.text), values(&tree)] {
            assert_eq!(
                read(body.as_bytes()).unwrap_err(),
                ErrorKind::Envelope,
                "{body}"
            );
        }
        let places = fixture.places();
        let Some(payload) = places.iter().find(|place| place.path == "payload") else {
            continue;
        };
        if !fixture.is_known() {
            continue;
        }
        let object = tree.at(payload);
        for array in [values(object), format!("[{object}]"), "[]".to_owned()] {
            let body = tree.with(payload, &array).to_string();
            assert_eq!(
                read(body.as_bytes()).unwrap_err(),
                ErrorKind::Payload,
                "{body}"
            );
        }
    }
}
