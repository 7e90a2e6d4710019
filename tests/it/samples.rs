//! The samples are the bodies in `tests/fixtures`: valid, in the form that their names promise, and with
//! every field that the crate has.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use codat_webhooks::drift::DriftKind;
use codat_webhooks::event::Outcome;
use codat_webhooks::samples::{self, Sample};
use codat_webhooks::{EventType, Webhook, from_str};
use serde_json::Value;

use crate::common::declared::{self, Declared};
use crate::common::{Fixture, Json, fixtures, read, struct_of};

const LIST: &str = include_str!("../../src/samples.rs");

/// Panics with all of the problems at once.
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_fixture_is_a_sample() {
    let names: HashSet<String> = samples::all().map(|sample| sample.name().into()).collect();
    let mut problems = Vec::new();
    for Fixture { name, text } in fixtures() {
        let file = format!("tests/fixtures/{name}.json");
        if let Err(error) = from_str(&text) {
            problems.push(format!("{file} cannot be parsed: {error}"));
        } else if !names.contains(&name) {
            problems.push(format!("{file} is not in the list of src/samples.rs"));
        }
        // The bytes of an unknown payload are anyone's.
        if name != "company.renamed" && format!("{}\n", Json::parse(&text)) != text {
            problems.push(format!("{file} is not compact JSON on a single line"));
        }
    }
    assert_none(&problems);
}

#[test]
fn no_two_samples_have_the_same_id() {
    let mut ids = BTreeMap::new();
    for sample in samples::all() {
        let before = ids.insert(sample.webhook().id, sample.name().to_owned());
        assert_eq!(before, None, "the id is that of {}", sample.name());
    }
}

#[test]
fn the_first_sample_of_an_event_type_has_the_usual_form() {
    let mut seen = BTreeSet::new();
    for sample in samples::all() {
        if seen.insert(sample.event_type()) {
            assert_eq!(sample.form(), None, "{}", sample.name());
        }
    }
}

#[test]
fn every_form_is_documented() {
    let rows = LIST.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let cells = rows.filter_map(|row| row.split('|').next());
    let documented: BTreeSet<&str> = cells
        .flat_map(|cell| cell.split([',', '`', ' ']))
        .filter(|form| !form.is_empty())
        .collect();
    let samples: Vec<Sample> = samples::all().collect();
    let forms: BTreeSet<&str> = samples.iter().filter_map(Sample::form).collect();

    let problems: Vec<_> = forms
        .difference(&documented)
        .map(|form| format!("the table at the top of src/samples.rs has no row for `{form}`"))
        .chain(documented.difference(&forms).map(|form| {
            format!("no sample has the form `{form}` of the table at the top of src/samples.rs")
        }))
        .collect();
    assert_none(&problems);
}

#[test]
fn every_sample_has_the_form_of_its_name() {
    let fixtures = fixtures();
    let fewest = |event_type: &str| {
        let same = fixtures
            .iter()
            .filter(|fixture| fixture.event_type() == event_type);
        same.map(|fixture| fixture.places().len()).min()
    };
    for fixture in &fixtures {
        let webhook = from_str(&fixture.text).unwrap();
        let drift = webhook.drift();
        let only = |kinds: &[DriftKind]| {
            !drift.is_empty() && drift.iter().all(|drift| kinds.contains(&drift.kind))
        };
        let date = webhook.generated_date.as_ref();
        let has = |text: &str| fixture.text.contains(text);

        let form = fixture.name.split_once('@').map_or("", |(_, form)| form);
        let holds = match form {
            "unknown-fields" => {
                only(&[DriftKind::Field]) && drifts_at_every_level(fixture, &webhook)
            }
            "unknown-values" => only(&[DriftKind::Value]),
            "misfits" => only(&[DriftKind::Misfit, DriftKind::Date]),
            "impossible-date" => only(&[DriftKind::Date]),
            "fields-of-2024" | "reference-company" => only(&[DriftKind::Field]),
            "created-date" => {
                only(&[DriftKind::Field])
                    && date.is_none()
                    && webhook.extra.get("createdDate").is_some()
            }
            _ => {
                // A type or value that is not documented is in the name.
                let usual = [DriftKind::EventType, DriftKind::Value];
                let holds = match form {
                    "minimal" => fewest(&fixture.event_type()) == Some(fixture.places().len()),
                    "no-generated-date" => date.is_none(),
                    "date-with-space" => date.is_some_and(|date| {
                        date.as_str().contains(' ') && date.instant().is_some()
                    }),
                    "timed-out" => has(r#""status":"TimedOut","record":null"#),
                    "current-envelope" => has("\"referenceCompany\"") && !fixture.is_alert(),
                    "numeric-status-code" => has("\"statusCode\":4"),
                    "type-key" => has("\"type\":\"company."),
                    "zero-id" => has("\"00000000-0000-0000-0000-000000000000\""),
                    form if form.ends_with("nulls") => has(":null"),
                    _ => true,
                };
                holds && (drift.is_empty() || only(&usual))
            }
        };
        assert!(holds, "{}: {drift:?}", fixture.name);
    }
}

/// The paths at which an event drifts.
fn drifting(webhook: &Webhook) -> HashSet<String> {
    let drift = webhook.drift().into_iter();
    drift.map(|drift| drift.path).collect()
}

/// Returns `true` if every object has an unknown field.
fn drifts_at_every_level(fixture: &Fixture, webhook: &Webhook) -> bool {
    let unknown = drifting(webhook);
    let objects = fixture.objects().into_iter();
    let mut modelled = objects.filter(|object| !unknown.contains(&object.path));
    modelled.all(|object| {
        let parent = |path: &str| path.rsplit_once('.').map_or("", |(parent, _)| parent).len();
        unknown
            .iter()
            .any(|path| path[..parent(path)] == object.path)
    })
}

/// A handler's test takes the usual form for what Codat sends.
#[test]
fn the_statuses_of_the_usual_form_agree_with_its_event_type() {
    let mut cases = 0;
    for sample in samples::all().filter(|sample| sample.form().is_none()) {
        let body: Value = serde_json::from_str(sample.json()).unwrap();
        let payload = &body["payload"];
        let lists = ["dataTypes", "transactions"];
        let elements = lists.iter().filter_map(|list| payload[list].as_array());
        let all = elements.flatten().chain([payload]);
        let statuses: Vec<_> = all.filter_map(|json| json["status"].as_str()).collect();
        let Some(outcome) = sample
            .event_type()
            .outcome()
            .filter(|_| !statuses.is_empty())
        else {
            continue;
        };
        let is_good = |status: &&str| matches!(*status, "Complete" | "Completed" | "Success");
        let good = statuses.iter().filter(|status| is_good(status)).count();
        let expected = match outcome {
            Outcome::Successful => good == statuses.len(),
            // Of several, some have succeeded.
            _ => good < statuses.len() && (good > 0 || payload["status"] == "Failed"),
        };
        assert!(expected, "{}: {statuses:?}", sample.name());
        cases += 1;
    }
    assert!(cases > 20, "{cases} cases");
}

/// What the samples have of the structs.
#[derive(Default)]
struct Seen {
    structs: BTreeMap<String, Vec<Declared>>,
    /// The wire names with a value that was parsed, each after its struct.
    names: HashSet<(String, String)>,
    /// The first place of each struct.
    places: HashMap<String, String>,
    /// The keys beside those of each struct, in the usual form.
    unknown: HashMap<String, BTreeSet<String>>,
}

/// The sample that is visited.
struct Visited<'a> {
    sample: &'a Sample,
    drifting: HashSet<String>,
}

impl Seen {
    /// Notes the names of a struct in an object or in the elements of an array.
    fn visit(&mut self, name: &str, json: &Json, path: &str, at: &Visited<'_>) {
        if let Json::Array(elements) = json {
            for (index, element) in elements.iter().enumerate() {
                self.visit(name, element, &format!("{path}[{index}]"), at);
            }
        }
        let (Json::Object(members), Some(fields)) = (json, self.structs.get(name)) else {
            return;
        };
        let inside = if path.is_empty() { "the alert" } else { path };
        let place = format!("{inside} in tests/fixtures/{}.json", at.sample.name());
        self.places.entry(name.to_owned()).or_insert(place);

        let below = |key: &str| format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
        let mut inner = Vec::new();
        for (field, wire) in each_name(fields) {
            let value = wire.split('.').try_fold(json, Json::get);
            let value = value.filter(|value| !is_blank(value));
            if let Some(value) = value.filter(|_| !at.drifting.contains(&below(wire))) {
                self.names.insert((name.to_owned(), first_lower(wire)));
                inner.push((field.element().to_owned(), value, below(wire)));
            }
        }
        if at.sample.form().is_none() && !path.is_empty() {
            let keys = members.iter().map(|(key, _)| key);
            let unknown = keys.filter(|key| each_name(fields).all(|(_, wire)| wire != *key));
            let noted = self.unknown.entry(name.to_owned()).or_default();
            noted.extend(unknown.cloned());
        }
        for (element, value, path) in inner {
            self.visit(&element, value, &path, at);
        }
    }
}

fn each_name(fields: &[Declared]) -> impl Iterator<Item = (&Declared, &String)> {
    fields
        .iter()
        .flat_map(|field| field.wire.iter().map(move |wire| (field, wire)))
}

/// The alerts have their keys in two spellings.
fn first_lower(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_lowercase() + rest
}

fn is_blank(value: &Json) -> bool {
    matches!(&*value.to_string(), "null" | "\"\"" | "{}" | "[]")
}

#[test]
fn every_wire_name_has_a_value_in_a_sample() {
    let mut keys = HashSet::new();
    let mut seen = Seen {
        structs: declared::objects(),
        ..Seen::default()
    };
    // A value that is sent as a misfit would fit a field of the wrong type.
    let fitting = samples::all().filter(|sample| sample.form() != Some("misfits"));
    for sample in fitting {
        let tree = Json::parse(sample.json());
        keys.extend(tree.places().iter().map(|place| place.key().to_owned()));
        let at = Visited {
            sample: &sample,
            drifting: drifting(sample.webhook()),
        };
        let below = ["payload", "Data", "data"].into_iter();
        let below = below.filter_map(|key| Some((key, tree.get(key)?)));
        for (key, json) in below {
            if let Some(name) = struct_of(&sample.webhook().event) {
                seen.visit(name, json, key, &at);
            }
        }
        if tree.get("AlertId").or(tree.get("alertId")).is_some() {
            seen.visit("AlertHeader", &tree, "", &at);
        }
    }

    let mut problems = Vec::new();
    for (name, fields) in &seen.structs {
        for (field, wire) in each_name(fields) {
            let is_seen = seen.names.contains(&(name.clone(), first_lower(wire)));
            // A further name can be that of a key in the other envelope.
            if is_seen || (*wire != field.wire[0] && keys.contains(wire)) {
                continue;
            }
            let place = match seen.places.get(name) {
                Some(place) => format!("to a sample, such as {place}"),
                None => format!("to a new sample, with a `{name}`"),
            };
            let unknown = match seen.unknown.get(name).filter(|keys| !keys.is_empty()) {
                Some(keys) => format!(", or correct it: the samples have {keys:?} there"),
                None => String::new(),
            };
            problems.push(format!(
                "{}: no sample has a value for `{name}::{}` under the name {wire:?}. Add it {place}{unknown}.",
                field.file, field.name
            ));
        }
    }
    assert_none(&problems);
    assert!(seen.names.len() > 100, "{} names", seen.names.len());
}

#[test]
fn the_samples_are_the_fixtures() {
    let folder: Vec<_> = fixtures()
        .into_iter()
        .map(|fixture| (fixture.name, fixture.text.trim_end().to_owned()))
        .collect();
    let all: Vec<_> = samples::all()
        .map(|sample| (sample.name().to_owned(), sample.json().to_owned()))
        .collect();
    assert_eq!(all, folder);
    for (sample, fixture) in samples::all().zip(fixtures()) {
        assert_eq!(*sample.webhook(), read(&fixture.text));
        assert_eq!(sample.event_type(), fixture.event_type().as_str());
        let form = fixture.name.find('@').map(|at| &fixture.name[at + 1..]);
        assert_eq!(sample.form(), form);
        assert_eq!(sample.clone().into_webhook(), *sample.webhook());
    }
}

#[test]
fn every_event_type_has_its_samples() {
    let all: Vec<samples::Sample> = samples::all().collect();
    let mut listed = 0;
    for event_type in all
        .iter()
        .map(samples::Sample::event_type)
        .collect::<BTreeSet<_>>()
    {
        let of: Vec<_> = samples::of(event_type.clone()).collect();
        let own: Vec<_> = all
            .iter()
            .filter(|sample| sample.event_type() == event_type)
            .cloned()
            .collect();
        assert_eq!(of, own);
        listed += of.len();
    }
    assert_eq!(listed, all.len());

    let mut made = 0;
    let chosen = [
        "größe.write.successful",
        "two \"words\".write.unsuccessful",
        "your-product.read.completed",
        "your.own product.read.completed.initial",
        "your-product.read.completed.successful",
        "your-product.read.completed.unsuccessful",
        "your-product.read.completed.successful.initial",
        "reports.yours.generate.successful",
        "reports.yours.generate.unsuccessful",
    ];
    for event_type in EventType::known().chain(chosen.map(EventType::from)) {
        let of: Vec<_> = samples::of(event_type.clone()).collect();
        assert!(!of.is_empty(), "{event_type}");
        for sample in &of {
            assert_eq!(sample.event_type(), event_type);
            assert_eq!(*sample.webhook(), read(sample.json()));
        }
        if !all.contains(&of[0]) {
            assert_eq!(of.len(), 1);
            assert_eq!(
                (of[0].name(), of[0].form()),
                (&*event_type.to_string(), None)
            );
            assert_eq!(of[0].webhook().wire_name(), event_type.name());
            made += 1;
        }
    }
    assert!(made > 20, "{made} made");

    for none in [
        "no.event.of.codats",
        "",
        "reports.a.b.generate.successful",
        "@rules.New rule",
    ] {
        assert_eq!(samples::of(none).count(), 0, "{none}");
    }
}
