//! What the schemas of a description allow.

use std::collections::BTreeSet;

use crate::body::{inside, split};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// The text of a string of which the description gives neither format nor values.
pub const ANY: &str = "zzzz";

pub const UUID: &str = "6b1f0c52-4a7d-4f0e-9c3b-2d8e5a7f1c60";

/// The references that lead to a schema.
pub type Refs = BTreeSet<String>;

/// A schema without references, combinations and branches.
pub type Flat = Map<String, Value>;

/// A property of an object, or the item of an array.
pub struct Part<'a> {
    /// Where it is in a body.
    pub pointer: String,
    pub schema: &'a Value,
    /// `None` if it has no name of its own.
    pub required: Option<bool>,
}

/// The description, in which the references of the schemas resolve.
#[derive(Clone, Copy)]
pub struct Schemas<'a>(pub &'a Value);

impl<'a> Schemas<'a> {
    /// Follows the references of what is not a schema.
    pub fn resolve(self, mut item: &'a Value) -> Result<&'a Value, String> {
        for _ in 0..16 {
            match item["$ref"].as_str() {
                Some(reference) => item = self.target(reference)?,
                None => return Ok(item),
            }
        }
        Err("references lead nowhere".to_owned())
    }

    fn target(self, reference: &str) -> Result<&'a Value, String> {
        let pointer = reference.strip_prefix('#');
        let pointer = pointer.map(|pointer| percent_decode_str(pointer).decode_utf8_lossy());
        pointer
            .and_then(|pointer| self.0.pointer(&pointer))
            .ok_or_else(|| format!("cannot resolve the reference {reference}"))
    }

    /// Resolves references, `allOf`, `oneOf` and `anyOf`: first the schema with all first branches,
    /// then one for each further branch. A schema inside itself is any object.
    pub fn alternatives(self, schema: &Value, refs: &Refs) -> Result<Vec<(Flat, Refs)>, String> {
        let object = match schema {
            Value::Object(object) => object,
            Value::Bool(false) => return Ok(Vec::new()),
            Value::Bool(true) | Value::Null => return Ok(vec![(Flat::new(), refs.clone())]),
            other => return Err(format!("not a schema: {other}")),
        };
        let list = |key: &str| object.get(key).and_then(Value::as_array);
        let mut parts = Vec::new();
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            let mut inner = refs.clone();
            parts.push(if inner.insert(reference.to_owned()) {
                self.alternatives(self.target(reference)?, &inner)?
            } else {
                vec![(
                    Flat::from_iter([("type".to_owned(), "object".into())]),
                    inner,
                )]
            });
        }
        for part in list("allOf").into_iter().flatten() {
            parts.push(self.alternatives(part, refs)?);
        }
        for branches in ["oneOf", "anyOf"].into_iter().filter_map(list) {
            let mut part = Vec::new();
            for branch in branches {
                part.extend(self.alternatives(branch, refs)?);
            }
            parts.push(part);
        }
        // What stands beside a reference comes last, as it overrides what the reference says.
        let mut own = object.clone();
        own.retain(|key, _| !["$ref", "allOf", "oneOf", "anyOf"].contains(&key.as_str()));
        parts.push(vec![(own, refs.clone())]);

        if parts.iter().any(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let first: Vec<_> = parts.iter().map(|part| &part[0]).collect();
        let mut found = vec![merged(&first)];
        for (index, part) in parts.iter().enumerate() {
            for other in &part[1..] {
                let mut chosen = first.clone();
                chosen[index] = other;
                found.push(merged(&chosen));
            }
        }
        Ok(found)
    }

    /// Returns the texts that a schema lists.
    pub fn texts(self, schema: &Value) -> Result<Vec<String>, String> {
        let mut texts = Vec::new();
        for (flat, refs) in self.alternatives(schema, &Refs::default())? {
            let values = self.values(&flat, &refs);
            texts.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        texts.retain(|text| text != ANY);
        Ok(texts)
    }

    /// Returns the values that a schema allows, objects with every property.
    pub fn values(self, flat: &Flat, refs: &Refs) -> Vec<Value> {
        let mut values = Vec::new();
        if let Some(value) = flat.get("const") {
            values.push(value.clone());
        } else if let Some(listed) = flat.get("enum").and_then(Value::as_array) {
            values.extend(listed.iter().cloned());
        } else {
            let format = flat.get("format").and_then(Value::as_str);
            for json_type in types(flat) {
                let inner = parts(flat, "", json_type == "array").into_iter();
                let inner =
                    inner.filter_map(|part| Some((part.pointer, self.full(part.schema, refs)?)));
                match json_type {
                    "object" => {
                        values.push(inner.map(|(at, value)| (split(&at).1, value)).collect());
                    }
                    "array" => values.extend([inner.map(|(_, item)| item).collect(), json!([])]),
                    "integer" => values.push(json!(12)),
                    "number" => values.extend([json!(12.34), json!(12)]),
                    "boolean" => values.push(json!(true)),
                    "null" => values.push(Value::Null),
                    _ => values.push(text(format.unwrap_or_default()).into()),
                }
            }
        }
        values.extend((flat.get("nullable") == Some(&json!(true))).then_some(Value::Null));
        values
    }

    /// Returns the first value of a schema that is not null, if there is any.
    fn full(self, schema: &Value, refs: &Refs) -> Option<Value> {
        let alternatives = self.alternatives(schema, refs).ok()?;
        let values = alternatives
            .iter()
            .flat_map(|(flat, refs)| self.values(flat, refs));
        values.min_by_key(Value::is_null)
    }
}

/// Returns the properties of an object, or the item of an array, at a place in a body. A property that
/// can have any name is `*`.
pub fn parts<'a>(flat: &'a Flat, outer: &str, is_array: bool) -> Vec<Part<'a>> {
    let part = |key: &str, schema, required| Part {
        pointer: inside(outer, key),
        schema,
        required,
    };
    if is_array {
        return vec![part("0", flat.get("items").unwrap_or(&Value::Null), None)];
    }
    let object = |key: &str| flat.get(key).and_then(Value::as_object);
    let required = flat.get("required").and_then(Value::as_array);
    let mut parts = Vec::new();
    for (key, schema) in object("properties").into_iter().flatten() {
        let is_required = required.is_some_and(|names| names.iter().any(|name| name == key));
        parts.push(part(key, schema, Some(is_required)));
    }
    let any = flat.get("additionalProperties");
    let any = any.filter(|any| any.is_object() || **any == true && parts.is_empty());
    let patterns = object("patternProperties").into_iter().flatten();
    for schema in any.into_iter().chain(patterns.map(|(_, schema)| schema)) {
        parts.push(part("*", schema, None));
    }
    parts
}

/// Merges schemas that all apply.
fn merged(parts: &[&(Flat, Refs)]) -> (Flat, Refs) {
    let (mut schema, mut all_refs) = (Flat::new(), Refs::default());
    for (part, refs) in parts {
        all_refs.extend(refs.iter().cloned());
        for (key, value) in part {
            match (schema.get_mut(key), value) {
                (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => {
                    for (name, property) in new {
                        let both = match old.get(name) {
                            Some(first) => json!({"allOf": [first, property]}),
                            None => property.clone(),
                        };
                        old.insert(name.clone(), both);
                    }
                }
                (Some(Value::Array(old)), Value::Array(new)) if key == "required" => {
                    old.extend(new.iter().cloned());
                }
                _ => {
                    schema.insert(key.clone(), value.clone());
                }
            }
        }
    }
    (schema, all_refs)
}

/// Returns the JSON types that a schema allows.
fn types(flat: &Flat) -> Vec<&str> {
    let has = |keys: &[&str]| keys.iter().any(|key| flat.contains_key(*key));
    match flat.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ if has(&["properties", "patternProperties", "additionalProperties"]) => vec!["object"],
        _ if has(&["items"]) => vec!["array"],
        _ => vec!["string"],
    }
}

/// The keywords that are read here, or that change nothing about which bodies there are.
const KEYWORDS: &str = "$comment $defs additionalProperties const default definitions deprecated \
    description discriminator enum example examples exclusiveMaximum exclusiveMinimum externalDocs format items maxItems \
    maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf nullable \
    pattern patternProperties properties propertyNames readOnly required title type uniqueItems \
    writeOnly xml";

/// Returns the keywords of a schema that are not read here.
pub fn other_keywords(flat: &Flat) -> impl Iterator<Item = &String> {
    let is_read = |key: &str| KEYWORDS.split(' ').any(|keyword| keyword == key);
    flat.keys()
        .filter(move |key| !key.starts_with("x-") && !is_read(key))
}

fn text(format: &str) -> &'static str {
    match format {
        "uuid" => UUID,
        "date-time" => "2026-03-04T05:06:07.89Z",
        "date" => "2026-03-04",
        "time" => "05:06:07Z",
        "uri" | "url" | "uri-reference" => "https://example.com/page",
        "email" => "someone@example.com",
        "decimal" | "double" | "float" => "12.34",
        "int32" | "int64" => "12",
        _ => ANY,
    }
}
