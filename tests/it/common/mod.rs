//! The sample bodies, and ways to look at JSON and to change it.



use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use serde_json::value::RawValue;

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

    /// The event type that the file's name tells.
    pub fn event_type(&self) -> String {
        let name = self.name.split('@').next().unwrap();
        let at = if self.is_alert() && name != "AccountCategoriesUpdated" {
            "@"
        } else {
            ""
        };
        format!("{at}{name}")
    }

    /// Whether it is in the legacy envelope.
    pub fn is_alert(&self) -> bool {
        self.text.to_lowercase().starts_with("{\"alertid\"")
    }
}

/// Every sample body, in the order of the names.
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
    assert!(fixtures.len() > 80, "the fixtures are there");
    fixtures
}

pub fn fixture(name: &str) -> Fixture {
    fixtures()
        .into_iter()
        .find(|fixture| fixture.name == name)
        .unwrap_or_else(|| panic!("no fixture {name}"))
}

/// JSON text in a form in which equal means that nothing is lost: keys sorted, nulls dropped, and
/// every number with its digits as they were.
pub fn canonical(json: &str) -> String {
    let json = json.trim();
    match json.as_bytes()[0] {
        b'{' => {
            let object: BTreeMap<String, &RawValue> = serde_json::from_str(json).unwrap();
            if object.contains_key("AlertId") || object.contains_key("alertId") {
                return canonical_alert(&object);
            }
            let fields: Vec<_> = object
                .iter()
                .filter(|(_, value)| value.get() != "null")
                .map(|(key, value)| format!("{key:?}:{}", canonical(value.get())))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        b'[' => {
            let array: Vec<&RawValue> = serde_json::from_str(json).unwrap();
            let items: Vec<_> = array.iter().map(|item| canonical(item.get())).collect();
            format!("[{}]", items.join(","))
        }
        b'"' => format!("{:?}", serde_json::from_str::<String>(json).unwrap()),
        _ => json.to_owned(),
    }
}

/// An alert, with its keys in one case and without data that is empty.
fn canonical_alert(object: &BTreeMap<String, &RawValue>) -> String {
    let capital = |key: &str| match key {
        "Type" => "RuleType".to_owned(),
        key => key[..1].to_uppercase() + &key[1..],
    };
    let mut alert: BTreeMap<String, String> = object
        .iter()
        .map(|(key, value)| (capital(key), canonical(value.get())))
        .filter(|(_, value)| value != "null")
        .collect();
    if let Some(data) = alert.get_mut("Data") {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(data).unwrap();
        let fields: BTreeMap<_, _> = fields
            .iter()
            .map(|(key, value)| (capital(key), value.get()))
            .collect();
        *data = format!("{fields:?}");
    }
    alert.retain(|_, value| value != "{}");
    format!("{alert:?}")
}

/// What has to come back of a body: all of it, under today's key for the event type.
pub fn expected(body: &str) -> String {
    let mut object: BTreeMap<String, &RawValue> = serde_json::from_str(body).unwrap();
    if let Some(event_type) = object.remove("type") {
        object.insert("eventType".to_owned(), event_type);
    }
    canonical(&serde_json::to_string(&object).unwrap())
}

/// A place in a body.
#[derive(Clone, Debug)]
pub struct Place {
    /// As an error tells it: `payload.dataTypes[3].dataType`.
    pub path: String,
    /// As `serde_json` finds it: `/payload/dataTypes/3/dataType`.
    pub pointer: String,
}

impl Place {
    /// The path with the numbers taken out: `payload.dataTypes[].dataType`.
    pub fn shape(&self) -> String {
        self.path.chars().filter(|c| !c.is_ascii_digit()).collect()
    }
}

/// Every value below the top of a body, but what is inside JSON of any shape.
pub fn places(body: &Value) -> Vec<Place> {
    fn walk(value: &Value, at: &Place, found: &mut Vec<Place>) {
        let below: Vec<(Place, &Value)> = match value {
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| {
                    let dot = if at.path.is_empty() { "" } else { "." };
                    let path = format!("{}{dot}{key}", at.path);
                    let pointer = format!("{}/{key}", at.pointer);
                    (Place { path, pointer }, value)
                })
                .collect(),
            Value::Array(array) => array
                .iter()
                .enumerate()
                .map(|(index, value)| {
                    let path = format!("{}[{index}]", at.path);
                    let pointer = format!("{}/{index}", at.pointer);
                    (Place { path, pointer }, value)
                })
                .collect(),
            _ => Vec::new(),
        };
        for (place, value) in below {
            if !place.path.ends_with("connectionInfo") {
                walk(value, &place, found);
            }
            found.push(place);
        }
    }

    let top = Place {
        path: String::new(),
        pointer: String::new(),
    };
    let mut found = Vec::new();
    walk(body, &top, &mut found);
    found
}

/// The body with another value at the place.
pub fn with(body: &Value, place: &Place, value: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(&place.pointer).unwrap() = value;
    body
}

/// The body without the field at the place.
pub fn without(body: &Value, place: &Place) -> Value {
    let mut body = body.clone();
    let (parent, key) = place.pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(key)
        .unwrap();
    body
}
