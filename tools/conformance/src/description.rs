//! The webhooks of an `OpenAPI` description.

use codat_webhooks::value::DataType;
use serde_json::Value;

use crate::schema::Schemas;

/// A webhook of a description, for one event type.
pub struct Webhook<'a> {
    /// The event type, or the name of a rule.
    pub name: String,
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
        for name in names(schemas, name, [item, operation])? {
            found.push(Webhook {
                name,
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

/// Returns the event types that a name such as `{dataType}.write.successful` stands for.
fn names(schemas: Schemas<'_>, name: &str, places: [&Value; 2]) -> Result<Vec<String>, String> {
    let template = name
        .split_once('{')
        .and_then(|(start, rest)| Some((start, rest.split_once('}')?)));
    let Some((start, (parameter, end))) = template else {
        return Ok(vec![name.to_owned()]);
    };
    let mut texts = Vec::new();
    for described in places.map(|place| place["parameters"].as_array()) {
        for described in described.into_iter().flatten() {
            let described = schemas.resolve(described)?;
            if described["name"] == parameter {
                texts = schemas.texts(&described["schema"])?;
            }
        }
    }
    if texts.is_empty() {
        texts = match parameter {
            "dataType" => DataType::WRITABLE.iter().map(ToString::to_string).collect(),
            other => vec![other.to_owned()],
        };
    }
    let ends = names(schemas, end, places)?;
    let names = texts
        .iter()
        .flat_map(|text| ends.iter().map(move |end| format!("{start}{text}{end}")));
    Ok(names.collect())
}
