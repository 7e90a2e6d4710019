//! The sample bodies, and helpers that examine and change JSON.

pub mod classes;
pub mod declared;
pub mod entry_points;
mod fields;
mod tree;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use codat_webhooks::drift::{Drift, DriftKind};
use codat_webhooks::{Envelope, Webhook, from_str};
use serde_json::Value;

pub use fields::{End, Kind, end_of, is_required, kind_of, struct_of, type_of};
pub use tree::{Json, Place};

pub const ID: &str = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
pub const COMPANY: &str = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40";
pub const CONNECTION: &str = "b1f0a9d2-7c3e-4b56-a1d8-94e7c2f03b65";

/// The statuses of a dataset that are failures.
pub const FAILURES: [&str; 9] = [
    "FetchError",
    "MapError",
    "InternalError",
    "ProcessingError",
    "ValidationError",
    "AuthError",
    "RateLimitError",
    "PermissionsError",
    "PrerequisiteNotMet",
];

#[derive(Clone, Debug)]
pub struct Fixture {
    /// The file's name: the event type, and the form after an `@`.
    pub name: String,
    pub text: String,
}

impl Fixture {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The body with the order of its keys and the digits of its numbers. What is kept raw is a text.
    pub fn tree(&self) -> Json {
        let mut tree = Json::parse(&self.text);
        if !self.is_known() {
            let envelope = Envelope::from_str(&self.text).unwrap();
            for (key, value) in tree.members_mut() {
                if matches!(&**key, "payload" | "Data") {
                    *value = Json::Text(envelope.payload().unwrap_or("null").to_owned());
                }
            }
        }
        tree
    }

    /// The event type that the file's name states.
    pub fn event_type(&self) -> String {
        let name = self.name.split('@').next().unwrap();
        let rules = self.is_alert() && name != "AccountCategoriesUpdated";
        format!("{}{name}", if rules { "@" } else { "" })
    }

    /// Returns `true` if the body is in the legacy envelope.
    pub fn is_alert(&self) -> bool {
        self.text.to_lowercase().starts_with("{\"alertid\"")
    }

    /// Returns `true` if the event type is in the table, so that the payload is typed.
    pub fn is_known(&self) -> bool {
        !matches!(
            &*self.event_type(),
            "company.renamed" | "platform.maintenance.announced" | "@rules.Weekly digest is ready"
        )
    }

    /// Every value below the top that a type is responsible for.
    pub fn places(&self) -> Vec<Place> {
        self.tree().places()
    }

    /// Every object with named fields, the body itself first.
    pub fn objects(&self) -> Vec<Place> {
        let tree = self.tree();
        let mut objects = self.places();
        objects.retain(|place| {
            let raw = matches!(place.key(), "tags" | "connectionInfo");
            matches!(tree.at(place), Json::Object(_)) && !raw
        });
        objects.insert(0, Place::top());
        objects
    }
}

/// Returns every sample body, in the order of the names.
pub fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| Fixture {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect();
    fixtures.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(fixtures.len() > 80, "the fixtures are missing");
    fixtures
}

/// Returns the sample bodies whose fields all have a name in this version, and fit.
pub fn named() -> Vec<Fixture> {
    let mut fixtures = fixtures();
    fixtures.retain(|fixture| {
        let drift = read(&fixture.text).drift();
        let unnamed = |drift: &Drift| matches!(drift.kind, DriftKind::Field | DriftKind::Misfit);
        !drift.iter().any(unnamed)
    });
    fixtures
}

pub fn fixture(name: &str) -> Fixture {
    fixtures()
        .into_iter()
        .find(|fixture| fixture.name == name)
        .unwrap_or_else(|| panic!("no fixture {name}"))
}

/// Returns JSON text in a form that is equal for equal bodies: keys sorted, nulls dropped, and every
/// number with its digits.
pub fn canonical(json: &str) -> String {
    Json::parse(json).canonical().to_string()
}

/// Returns the body of an event, on one line.
pub fn event(event_type: &str, payload: &str) -> String {
    format!(r#"{{"id":"{ID}","eventType":"{event_type}","payload":{payload}}}"#)
}

pub fn read(body: &str) -> Webhook {
    from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

pub fn write(webhook: &Webhook) -> String {
    serde_json::to_string(webhook).unwrap()
}

/// Reads a body, checks that it is written back equal, and returns the webhook.
pub fn round_trip(body: &str) -> Webhook {
    let webhook = read(body);
    let written = write(&webhook);
    assert_eq!(canonical(&written), canonical(body));
    assert_eq!(read(&written), webhook, "{body}");
    webhook
}

/// Returns what [`Webhook::drift`] finds, each with its text.
pub fn drift(webhook: &Webhook) -> Vec<String> {
    webhook
        .drift()
        .into_iter()
        .map(|drift| match &drift.text {
            Some(text) => format!("{drift}: {text}"),
            None => drift.to_string(),
        })
        .collect()
}

/// Returns names that have the letters and digits of a rule's name, and differ in all else.
pub fn odd_spellings(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().unwrap().push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    let mut spellings = Vec::new();
    for between in ["", " ", "-", " - ", "()"] {
        let name = words.join(between);
        for name in [name.to_lowercase(), name.to_uppercase(), name] {
            spellings.extend([format!("{name}()"), format!(" ({name}) "), name]);
        }
    }
    spellings
}

/// Asserts that two lists have the same items, whatever their order, and shows those that one lacks.
pub fn assert_same<T, I>(what: &str, left: impl IntoIterator<Item = T>, right: I)
where
    T: Ord + Debug,
    I: IntoIterator<Item = T>,
{
    let (left, right): (BTreeSet<T>, BTreeSet<T>) =
        (left.into_iter().collect(), right.into_iter().collect());
    let more: Vec<_> = left.difference(&right).collect();
    let less: Vec<_> = right.difference(&left).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "{what}: {more:?} are only on the left, {less:?} only on the right"
    );
}

/// One value for all that are equal, as a map's key.
pub fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
