//! The webhooks of an `OpenAPI` description.

use codat_webhooks::value::DataType;
use serde_json::Value;

use crate::schema::Schemas;

/// A webhook of a description, for one event type.
pub struct Webhook<'a> {
    /// The event type, or the name of a rule.
    pub name: String,
    /// `false` if the name is one of many that the description does not list.
    pub is_listed: bool,
    pub deprecated: bool,
    pub schemas: Schemas<'a>,
    /// The schema of its body.
    pub schema: &'a Value,
}

/// Returns the webhooks of a description.
///
/// # Errors
///
/// Returns a message if there are none, or if a reference cannot be resolved.
pub fn webhooks(description: &Value) -> Result<Vec<Webhook<'_>>, String> {
    let described = description["webhooks"].as_object();
    let described = described.filter(|webhooks| !webhooks.is_empty());
    let mut found = Vec::new();
    for (name, item) in described.ok_or("describes no webhooks")? {
        let webhooks = webhooks_of(Schemas(description), name, item);
        found.extend(webhooks.map_err(|problem| format!("webhook {name}: {problem}"))?);
    }
    Ok(found)
}

fn webhooks_of<'a>(
    schemas: Schemas<'a>,
    name: &str,
    item: &'a Value,
) -> Result<Vec<Webhook<'a>>, String> {
    let item = schemas.resolve(item)?;
    let mut found = Vec::new();
    // Under `post`, or any other method.
    for operation in item.as_object().into_iter().flat_map(|item| item.values()) {
        if operation.get("requestBody").is_none() {
            continue;
        }
        let content = &schemas.resolve(&operation["requestBody"])?["content"];
        let mut types = content.as_object().into_iter().flatten();
        let json = types.find(|(media_type, _)| media_type.contains("json"));
        let schema = json.map_or(&Value::Null, |(_, content)| &content["schema"]);
        let listed = names(schemas, name, [item, operation])?;
        let is_listed = !listed.is_empty();
        let names = if is_listed { listed } else { all_names(name) };
        for name in names {
            found.push(Webhook {
                name,
                is_listed,
                deprecated: operation["deprecated"] == true,
                schemas,
                schema,
            });
        }
    }
    if found.is_empty() {
        return Err("has no request body".to_owned());
    }
    Ok(found)
}

/// Returns the event types that a name such as `{dataType}.write.successful` stands for: none if their
/// part is not listed.
fn names(schemas: Schemas<'_>, name: &str, places: [&Value; 2]) -> Result<Vec<String>, String> {
    let Some((start, parameter, end)) = template(name) else {
        return Ok(vec![name.to_owned()]);
    };
    let mut names = Vec::new();
    for described in places.map(|place| place["parameters"].as_array()) {
        for described in described.into_iter().flatten() {
            let described = schemas.resolve(described)?;
            if described["name"] == parameter {
                let texts = schemas.texts(&described["schema"])?;
                names.extend(texts.iter().map(|text| format!("{start}{text}{end}")));
            }
        }
    }
    Ok(names)
}

/// Returns the event types of the crate that a name can stand for, or the name if there are none.
fn all_names(name: &str) -> Vec<String> {
    match template(name) {
        Some((start, "dataType", end)) => {
            let types = DataType::WRITABLE.iter();
            types
                .map(|data_type| format!("{start}{data_type}{end}"))
                .collect()
        }
        _ => vec![name.to_owned()],
    }
}

/// Splits a name before and after its parameter.
fn template(name: &str) -> Option<(&str, &str, &str)> {
    let (start, rest) = name.split_once('{')?;
    let (parameter, end) = rest.split_once('}')?;
    Some((start, parameter, end))
}
