//! A value that does not fit: an optional field is `None` and its raw value is kept, a required one is
//! an error with its place. Every case is generated from the fixtures.

use codat_webhooks::drift::DriftKind;
use codat_webhooks::{ErrorKind, from_str};

use crate::common::{
    End, Json, Kind, Place, drift, end_of, entry_points, is_required, kind_of, named, read,
    round_trip, write,
};

/// Values of every JSON type, and the words for them.
const VALUES: [(&str, &str); 10] = [
    ("7", "a number"),
    ("-0.5", "a number"),
    ("\"Sideways\"", "a string"),
    ("\"\"", "a string"),
    ("true", "a boolean"),
    ("false", "a boolean"),
    ("[]", "an array"),
    ("[7]", "an array"),
    ("{}", "an object"),
    ("{\"odd\":[7]}", "an object"),
];

fn fits(kind: Kind, value: &str, found: &str) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Text | Kind::Date | Kind::Vocabulary => found == "a string",
        Kind::Integer => value == "7",
        Kind::Amount => found == "a number",
        Kind::ErrorCode => found == "a number" || found == "a string",
        Kind::Boolean => found == "a boolean",
        Kind::List => value == "[]",
        Kind::Object | Kind::Tags => found == "an object",
        Kind::Uuid | Kind::DemandingObject => false,
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Date | Kind::Vocabulary => "a string",
        Kind::Uuid => "a UUID",
        Kind::Integer => "an integer",
        Kind::Amount => "a decimal number",
        Kind::ErrorCode => "a string or a number",
        Kind::Boolean => "a boolean",
        Kind::List => "an array",
        Kind::Object | Kind::DemandingObject | Kind::Tags => "an object",
        Kind::Any => "a JSON value",
    }
}

fn error_kind(place: &Place) -> ErrorKind {
    match &*place.path {
        "id" | "eventType" | "type" => ErrorKind::Envelope,
        "AlertId" | "alertId" | "RuleType" | "ruleType" | "Type" => ErrorKind::Envelope,
        _ => ErrorKind::Payload,
    }
}

/// Checks that the field at the place is `None`, that its raw values are kept and reported, and that
/// nothing else has changed.
fn assert_misfit(tree: &Json, body: &Json, field: &Place, raw: &[String]) {
    let webhook = round_trip(&body.to_string());
    let plain = read(&tree.without(field).to_string());

    // A misfit would not fit where it is written, unless it is raw.
    let mut written = Json::parse(&write(&webhook));
    let kept = written.remove_all(&field.path);
    let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
    assert_eq!(kept, raw, "{body}");
    // Data without a field is kept as an empty object, at the end.
    let expected = Json::parse(&write(&plain));
    assert_eq!(written.canonical(), expected.canonical(), "{body}");

    let mut expected = drift(&plain);
    expected.push(match raw {
        [raw] => format!("misfit at {}: {raw}", field.path),
        _ => format!("repeated field at {}", field.path),
    });
    let mut found = drift(&webhook);
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "{body}");
}

#[test]
fn a_value_that_does_not_fit_is_kept_or_is_an_error_with_its_place() {
    let (mut misfits, mut within, mut errors) = (0, 0, 0);
    for fixture in named() {
        let tree = fixture.tree();
        for place in fixture.places() {
            let kind = kind_of(&fixture, &place);
            for (value, found) in VALUES {
                if fits(kind, value, found) {
                    continue;
                }
                let body = tree.with(&place, value);
                match end_of(&fixture, &place) {
                    End::Misfit(field) => {
                        assert_misfit(&tree, &body, &field, &[body.at(&field).to_string()]);
                        misfits += 1;
                        within += usize::from(field != place);
                    }
                    End::Error => {
                        let (text, position) = body.spread(&place);
                        let error = from_str(&text).expect_err(&text);
                        assert_eq!(error.kind(), error_kind(&place), "{error}\n{text}");
                        let path = error.path().unwrap();
                        if expected(kind) == found {
                            // What is wrong is inside of it.
                            assert!(path.starts_with(&place.path), "{error}\n{text}");
                            assert!(path.len() > place.path.len(), "{error}\n{text}");
                        } else {
                            assert_eq!(path, place.path, "{error}\n{text}");
                            assert_eq!((error.line(), error.column()), position, "{error}");
                            let words = format!("expected {}, found {found} at ", expected(kind));
                            assert!(error.to_string().contains(&words), "{error}");
                        }
                        errors += 1;
                    }
                }
            }
        }
    }
    println!("{misfits} misfits, {within} of them within a field, {errors} errors");
    assert!(misfits > 4000 && within > 80 && errors > 2500);
}

#[test]
fn a_value_that_fits_is_the_field() {
    let mut cases = 0;
    for fixture in named().iter().filter(|fixture| fixture.is_known()) {
        let tree = fixture.tree();
        for place in fixture.places() {
            let kind = kind_of(fixture, &place);
            if matches!(kind, Kind::Object | Kind::Tags)
                || error_kind(&place) == ErrorKind::Envelope
            {
                continue; // the module `extra` covers what is in an object
            }
            for (value, found) in VALUES {
                if !fits(kind, value, found) {
                    continue;
                }
                let webhook = round_trip(&tree.with(&place, value).to_string());
                let misfit = |kind| matches!(kind, DriftKind::Misfit | DriftKind::Field);
                assert!(!webhook.drift().iter().any(|drift| misfit(drift.kind)));
                cases += 1;
            }
        }
    }
    assert!(cases > 1000, "{cases} cases");
}

#[test]
fn a_field_that_is_sent_twice_is_kept_twice_or_is_an_error() {
    let (mut kept, mut errors) = (0, 0);
    for fixture in named().iter().filter(|fixture| fixture.is_known()) {
        let tree = fixture.tree();
        for place in fixture.places() {
            let first = tree.at(&place).to_string();
            if place.is_element() || first == "null" {
                continue;
            }
            let object = place.parent();
            for again in [&*first, "7"] {
                let mut body = tree.clone();
                let members = body.at_mut(&object).members_mut();
                members.push((place.key().to_owned(), Json::parse(again)));
                let second = body
                    .places()
                    .into_iter()
                    .rfind(|other| other.path == place.path)
                    .unwrap();

                let is_envelope = object.path.is_empty() && place.key() != "Data";
                let is_envelope = is_envelope || matches!(place.key(), "Data" | "data");
                match end_of(fixture, &place) {
                    End::Misfit(field) if field == place && !is_envelope => {
                        assert_misfit(&tree, &body, &field, &[first.clone(), again.to_owned()]);
                        kept += 1;
                    }
                    End::Misfit(field) if !is_envelope => {
                        let raw = body.at(&field).to_string();
                        assert_misfit(&tree, &body, &field, &[raw]);
                        kept += 1;
                    }
                    _ => {
                        let (text, position) = body.spread(&second);
                        let error = from_str(&text).expect_err(&text);
                        let kind = match is_envelope {
                            true => ErrorKind::Envelope,
                            false => ErrorKind::Payload,
                        };
                        assert_eq!(error.kind(), kind, "{error}");
                        // An event type that is sent twice is none.
                        if !matches!(place.key(), "RuleType" | "ruleType" | "Type") {
                            assert_eq!(error.path(), Some(&*place.path), "{error}");
                            assert_eq!((error.line(), error.column()), position, "{error}");
                            assert!(error.to_string().contains("field is repeated"), "{error}");
                        }
                        errors += 1;
                    }
                }
            }
        }
    }
    println!("{kept} kept, {errors} errors");
    assert!(kept > 1500 && errors > 1000);
}

#[test]
fn a_repeated_null_is_a_missing_field_but_not_in_the_envelope() {
    for fixture in named().iter().filter(|fixture| fixture.is_known()) {
        let tree = fixture.tree();
        for place in fixture.places() {
            if place.is_element() || tree.at(&place).is_null() {
                continue;
            }
            let object = place.parent();
            let body = tree.with_field(&object, 0, place.key(), "null").to_string();
            if object.path.is_empty() {
                let error = from_str(&body).expect_err(&body);
                assert_eq!(error.kind(), ErrorKind::Envelope, "{error}");
            } else {
                assert_eq!(round_trip(&body), read(&fixture.text), "{body}");
            }
        }
    }
}

#[test]
fn every_entry_point_gives_the_same_for_a_misfit() {
    for fixture in named() {
        let tree = fixture.tree();
        for (n, place) in fixture.places().iter().enumerate() {
            let (value, _) = VALUES[n % VALUES.len()];
            let mut body = tree.with(place, value);
            let _ = entry_points::read(body.to_string().as_bytes());
            if !place.is_element() && n % 3 == 0 {
                let members = body.at_mut(&place.parent()).members_mut();
                members.push((place.key().to_owned(), Json::parse("\"S3CRET\"")));
                let _ = entry_points::read(body.to_string().as_bytes());
            }
        }
    }
}

#[test]
fn all_optional_fields_at_once_may_be_misfits() {
    for fixture in named().iter().filter(|fixture| fixture.is_known()) {
        let tree = fixture.tree();
        let mut body = tree.clone();
        let mut paths = Vec::new();
        for place in fixture.places() {
            let value = match kind_of(fixture, &place) {
                Kind::Any | Kind::Object | Kind::DemandingObject | Kind::List => continue,
                Kind::Tags => "[7]",
                _ => "{\"odd\":[7]}",
            };
            if !is_required(fixture, &place) {
                *body.at_mut(&place) = Json::parse(value);
                paths.push(place.path);
            }
        }
        let webhook = round_trip(&body.to_string());
        let mut found: Vec<_> = webhook
            .drift()
            .into_iter()
            .filter(|drift| drift.kind == DriftKind::Misfit)
            .map(|drift| drift.path)
            .collect();
        found.sort();
        paths.sort();
        assert_eq!(found, paths, "{body}");
    }
}
