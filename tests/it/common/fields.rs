//! What is declared of the field at each place of a body: whether it is required, and which JSON it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use codat_webhooks::Event;

use super::declared::{self, Declared, inside};
use super::{Fixture, Place, read};

/// The tables are read once.
struct Tables {
    payloads: BTreeMap<String, String>,
    data: BTreeMap<String, String>,
    objects: BTreeMap<String, Vec<Declared>>,
    vocabularies: BTreeSet<String>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    payloads: declared::events()
        .into_iter()
        .map(|row| (row.variant, row.payload))
        .collect(),
    data: declared::data(),
    objects: declared::objects(),
    vocabularies: declared::vocabularies(),
});

/// Returns the struct of the payload of an event, or of the data of an alert. `None` if it is raw JSON.
pub fn struct_of(event: &Event) -> Option<&'static str> {
    let content = match event {
        Event::Unknown(_) => return None,
        Event::Alert(alert) => TABLES.data.get(alert.rule.rule_type().as_str())?,
        // It is written without its header.
        Event::AccountCategoriesUpdated(_) => "AccountCategories",
        _ => &TABLES.payloads[event.event_type().variant_name()],
    };
    content.rsplit(", ").next()
}

/// The declaration of what is at a place.
struct At {
    typed: String,
    is_required: bool,
}

/// The field of a struct with the wire name, or of one of the envelopes.
fn field(object: &str, key: &str, fixture: &Fixture) -> At {
    let at = |typed: &str, is_required| At {
        typed: typed.to_owned(),
        is_required,
    };
    let content = || struct_of(&read(&fixture.text).event).unwrap_or("RawJson");
    match (object, key) {
        ("Event", "id") | ("Alert", "AlertId" | "alertId") => return at("EventId", true),
        ("Event", "eventType" | "type") => return at("String", true),
        ("Event" | "Alert", "generatedDate") => return at("Timestamp", false),
        ("Event", "payload") => return at(content(), fixture.is_known()),
        ("Alert", "Data" | "data") => return at(content(), false),
        _ => {}
    }
    let object = if object == "Alert" {
        "AlertHeader"
    } else {
        object
    };
    let mut fields = TABLES.objects[object].iter();
    let field = fields.find(|field| field.wire.iter().any(|wire| wire == key));
    let field = field.unwrap_or_else(|| panic!("{object} has no field {key}"));
    at(&field.typed, field.is_required)
}

fn at(fixture: &Fixture, place: &Place) -> At {
    let envelope = if fixture.is_alert() { "Alert" } else { "Event" };
    let mut at = At {
        typed: envelope.to_owned(),
        is_required: true,
    };
    for step in place.path.split('.') {
        let (key, index) = step
            .split_once('[')
            .map_or((step, None), |(key, index)| (key, Some(index)));
        at = field(&at.typed, key, fixture);
        if index.is_some() {
            // An element that does not fit makes its list one that does not.
            at.typed = inside(&at.typed, "Vec").unwrap().to_owned();
            at.is_required = true;
        }
    }
    at
}

/// Returns `true` if the object around requires the field, or the array around its element.
pub fn is_required(fixture: &Fixture, place: &Place) -> bool {
    at(fixture, place).is_required
}

/// Returns the declared type of what is at the place, such as `String` or `Connection`.
pub fn type_of(fixture: &Fixture, place: &Place) -> String {
    at(fixture, place).typed
}

/// What a value that does not fit, or a required field that is missing, leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Error,
    /// The optional field that is `None` and whose raw value is kept: the field itself, or the
    /// nearest one around it.
    Misfit(Place),
}

/// Returns what a fault at the place leads to.
pub fn end_of(fixture: &Fixture, place: &Place) -> End {
    let mut place = place.clone();
    while is_required(fixture, &place) {
        place = place.parent();
        if place.path.is_empty() {
            return End::Error;
        }
    }
    End::Misfit(place)
}

/// The JSON that a field is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text,
    Date,
    Vocabulary,
    Uuid,
    Integer,
    Amount,
    ErrorCode,
    Boolean,
    List,
    Object,
    /// An object that has a required field.
    DemandingObject,
    Tags,
    Any,
}

/// Returns the kind of the field.
pub fn kind_of(fixture: &Fixture, place: &Place) -> Kind {
    match &*type_of(fixture, place) {
        "String" => Kind::Text,
        "Timestamp" => Kind::Date,
        "i64" => Kind::Integer,
        "bool" => Kind::Boolean,
        "Amount" => Kind::Amount,
        "ErrorCode" => Kind::ErrorCode,
        "RawJson" => Kind::Any,
        "Tags" => Kind::Tags,
        "PushOperationKey" => Kind::Uuid,
        typed if typed.starts_with("Vec<") => Kind::List,
        typed if TABLES.vocabularies.contains(typed) => Kind::Vocabulary,
        typed if typed.ends_with("Id") => Kind::Uuid,
        typed => match TABLES.objects.get(typed) {
            Some(fields) if fields.iter().any(|field| field.is_required) => Kind::DemandingObject,
            Some(_) => Kind::Object,
            None => panic!("add the type {typed} to tests/it/common/fields.rs"),
        },
    }
}
