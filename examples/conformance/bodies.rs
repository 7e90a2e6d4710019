//! The webhooks of an OpenAPI 3.1 description, each with the bodies that its schema allows.

use serde_json::Value;

use super::place::{parent, places};
use super::schema::{ABSENT, ANY, Schemas, UUID};

/// A webhook of a description.
pub struct Webhook {
    pub event_type: String,
    /// The first body has every property, with the first of its values and branches. Each of the
    /// others differs from it in one place.
    pub bodies: Vec<Body>,
}

#[derive(Clone)]
pub struct Body {
    pub json: Value,
    /// The optional properties that are left out: the JSON pointer and value of each.
    pub absent: Vec<(String, Value)>,
}

/// Builds the bodies of every webhook in a description.
///
/// # Errors
///
/// Returns a message if there are no webhooks, or if one of them has no body that can be built.
pub fn webhooks(description: &Value) -> Result<Vec<Webhook>, String> {
    let described = match description["webhooks"].as_object() {
        Some(described) if !described.is_empty() => described,
        _ => return Err("describes no webhooks".to_owned()),
    };
    let schemas = Schemas(description);
    let mut found = Vec::new();
    for (name, item) in described {
        let webhooks = webhooks_of(&schemas, name, item);
        found.extend(webhooks.map_err(|problem| format!("webhook {name}: {problem}"))?);
    }
    Ok(found)
}

fn webhooks_of(schemas: &Schemas<'_>, name: &str, item: &Value) -> Result<Vec<Webhook>, String> {
    let item = schemas.resolve(item)?;
    let content = &schemas.resolve(&item["post"]["requestBody"])?["content"];
    let mut types = content.as_object().into_iter().flatten();
    let json = types.find(|(media_type, _)| media_type.starts_with("application/json"));
    let schema = json.map_or(&Value::Null, |(_, content)| &content["schema"]);
    let bodies = schemas.values(schema)?;
    if bodies.is_empty() {
        return Err("no body can be built".to_owned());
    }
    let bodies: Vec<Body> = bodies.into_iter().map(without_absent).collect();
    let event_types = event_types(schemas, name, item)?;
    let webhook = |event_type: String| Webhook {
        bodies: addressed(&bodies, &event_type),
        event_type,
    };
    Ok(event_types.into_iter().map(webhook).collect())
}

/// Returns the event types that a name such as `{dataType}.write.successful` stands for.
fn event_types(schemas: &Schemas<'_>, name: &str, item: &Value) -> Result<Vec<String>, String> {
    let template = name
        .split_once('{')
        .and_then(|(start, rest)| Some((start, rest.split_once('}')?)));
    let Some((start, (parameter, end))) = template else {
        return Ok(vec![name.to_owned()]);
    };
    let mut values = Vec::new();
    for list in [&item["parameters"], &item["post"]["parameters"]] {
        for described in list.as_array().into_iter().flatten() {
            let described = schemas.resolve(described)?;
            if described["name"] == parameter {
                values = schemas.values(&described["schema"])?;
            }
        }
    }
    let mut texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    texts.retain(|text| *text != ANY);
    if texts.is_empty() {
        texts.push(match parameter {
            "dataType" => "invoices",
            other => other,
        });
    }
    let ends = event_types(schemas, end, item)?;
    let names = texts
        .iter()
        .flat_map(|text| ends.iter().map(move |end| format!("{start}{text}{end}")));
    Ok(names.collect())
}

/// Takes the properties that are marked as absent out of a body.
fn without_absent(mut json: Value) -> Body {
    let absent = places(&json)
        .into_iter()
        .filter_map(|(pointer, value)| Some((pointer, value.get(ABSENT)?.clone())))
        .collect::<Vec<_>>();
    for (pointer, _) in &absent {
        if let Some((Value::Object(object), key)) = parent(&mut json, pointer) {
            object.remove(key);
        }
    }
    Body { json, absent }
}

/// Fills in the id and the event type, under the keys of the envelope that the schema describes.
fn addressed(bodies: &[Body], event_type: &str) -> Vec<Body> {
    let full = &bodies[0].json;
    let has = |key| full.get(key).is_some();
    let (id_key, type_key) = if has("AlertId") || has("RuleType") {
        ("AlertId", "RuleType")
    } else if has("type") && !has("eventType") {
        ("id", "type")
    } else {
        ("id", "eventType")
    };
    // A schema that lists event types has values of its own.
    let listed = full.get(type_key).filter(|value| *value != ANY);
    let mut bodies = bodies.to_vec();
    for body in &mut bodies {
        if let Value::Object(object) = &mut body.json {
            object.entry(id_key).or_insert(UUID.into());
            if object.get(type_key).is_none_or(|value| value == ANY) {
                let value = listed.cloned().unwrap_or(event_type.into());
                object.insert(type_key.to_owned(), value);
            }
        }
    }
    bodies
}
