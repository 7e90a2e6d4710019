//! The values that a schema of a description allows.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The text of a string of which the description gives neither format nor values, and the name of a
/// property that can have any name.
pub const ANY: &str = "zzzz";

/// The key of an object that stands for an absent property and holds its value.
pub const ABSENT: &str = "\0absent";

pub const UUID: &str = "6b1f0c52-4a7d-4f0e-9c3b-2d8e5a7f1c60";

/// The references that lead to a schema. One of them may be among them twice, so that a recursive
/// schema is built with one level of itself inside.
#[derive(Clone, Default)]
struct Refs {
    seen: BTreeSet<String>,
    recursive: bool,
}

impl Refs {
    fn enter(&self, reference: &str) -> Option<Self> {
        let mut refs = self.clone();
        let again = !refs.seen.insert(reference.to_owned());
        refs.recursive |= again;
        (!again || !self.recursive).then_some(refs)
    }
}

/// A schema without references, combinations and branches.
type Flat = Map<String, Value>;

/// The description, in which the references of the schemas resolve.
pub struct Schemas<'a>(pub &'a Value);

impl<'a> Schemas<'a> {
    /// Returns the values that a schema allows: first one with every property, then one for each
    /// further value, branch, null and absent property.
    pub fn values(&self, schema: &Value) -> Result<Vec<Value>, String> {
        self.variants(schema, &Refs::default())
    }

    /// Follows the references of what is not a schema.
    pub fn resolve<'b>(&self, mut item: &'b Value) -> Result<&'b Value, String>
    where
        'a: 'b,
    {
        for _ in 0..16 {
            match item["$ref"].as_str() {
                Some(reference) => item = self.target(reference)?,
                None => return Ok(item),
            }
        }
        Err("references lead nowhere".to_owned())
    }

    fn target(&self, reference: &str) -> Result<&'a Value, String> {
        let pointer = reference.strip_prefix('#');
        pointer
            .and_then(|pointer| self.0.pointer(pointer))
            .ok_or_else(|| format!("cannot resolve the reference {reference}"))
    }

    /// Returns the values of a schema; none if it is inside itself twice.
    fn variants(&self, schema: &Value, refs: &Refs) -> Result<Vec<Value>, String> {
        let mut values = Vec::new();
        for (flat, refs) in self.alternatives(schema, refs)? {
            values.extend(self.of_flat(&flat, &refs)?);
        }
        let nullable = values.iter().any(Value::is_null);
        values.retain(|value| !value.is_null());
        values.extend(nullable.then_some(Value::Null));
        Ok(values)
    }

    /// Resolves references, `allOf`, `oneOf` and `anyOf`: first the schema with all first branches,
    /// then one for each further branch.
    fn alternatives(&self, schema: &Value, refs: &Refs) -> Result<Vec<(Flat, Refs)>, String> {
        let object = match schema {
            Value::Object(object) => object,
            Value::Bool(false) => return Ok(Vec::new()),
            Value::Bool(true) | Value::Null => return Ok(vec![(Flat::new(), refs.clone())]),
            other => return Err(format!("not a schema: {other}")),
        };
        let list = |key: &str| object.get(key).and_then(Value::as_array);
        let mut parts = Vec::new();
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            parts.push(match refs.enter(reference) {
                Some(refs) => self.alternatives(self.target(reference)?, &refs)?,
                None => Vec::new(),
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

    fn of_flat(&self, flat: &Flat, refs: &Refs) -> Result<Vec<Value>, String> {
        let mut values = Vec::new();
        if let Some(value) = flat.get("const") {
            values.push(value.clone());
        } else if let Some(listed) = flat.get("enum").and_then(Value::as_array) {
            values.extend(listed.iter().cloned());
        } else {
            let format = flat.get("format").and_then(Value::as_str);
            for json_type in types(flat) {
                match json_type {
                    "object" => values.extend(self.objects(flat, refs)?),
                    "array" => values.extend(self.arrays(flat, refs)?),
                    "integer" => values.push(json!(12)),
                    "number" => values.extend([json!(12.34), json!(12)]),
                    "boolean" => values.extend([json!(true), json!(false)]),
                    "null" => values.push(Value::Null),
                    _ => values.push(text(format.unwrap_or_default()).into()),
                }
            }
        }
        let nullable = types(flat).contains(&"null") || flat.get("nullable") == Some(&json!(true));
        values.extend(nullable.then_some(Value::Null));
        Ok(values)
    }

    fn objects(&self, flat: &Flat, refs: &Refs) -> Result<Vec<Value>, String> {
        let named = flat.get("properties").and_then(Value::as_object);
        let mut properties: Vec<(&str, &Value)> = Vec::new();
        for (key, schema) in named.into_iter().flatten() {
            properties.push((key, schema));
        }
        match flat.get("additionalProperties") {
            Some(schema @ Value::Object(_)) => properties.push((ANY, schema)),
            Some(schema @ Value::Bool(true)) if named.is_none() => properties.push((ANY, schema)),
            _ => {}
        }
        let required = flat.get("required").and_then(Value::as_array);
        let is_required =
            |key: &String| required.is_some_and(|keys| keys.iter().any(|name| name == key));

        let mut full = Map::new();
        let mut others = Vec::new();
        for (key, schema) in properties {
            let mut values = self.variants(schema, refs)?.into_iter();
            if let Some(first) = values.next() {
                full.insert(key.to_owned(), first);
                others.extend(values.map(|value| (key, value)));
            }
        }
        let mut objects = vec![full.clone()];
        for (key, value) in others {
            let mut object = full.clone();
            object.insert(key.to_owned(), value);
            objects.push(object);
        }
        let absent = |value: &Value| json!({ABSENT: value});
        let mut least = full.clone();
        for (key, value) in full.iter().filter(|(key, _)| !is_required(key)) {
            let mut object = full.clone();
            object.insert(key.clone(), absent(value));
            least.insert(key.clone(), absent(value));
            objects.push(object);
        }
        objects.push(least);
        Ok(objects.into_iter().map(Value::Object).collect())
    }

    fn arrays(&self, flat: &Flat, refs: &Refs) -> Result<Vec<Value>, String> {
        let items = self.variants(flat.get("items").unwrap_or(&Value::Null), refs)?;
        let mut arrays: Vec<_> = items.into_iter().map(|item| json!([item])).collect();
        let may_be_empty = flat.get("minItems").and_then(Value::as_u64).unwrap_or(0) == 0;
        arrays.extend((may_be_empty || arrays.is_empty()).then(|| json!([])));
        Ok(arrays)
    }
}

/// Merges schemas that all apply.
fn merged(parts: &[&(Flat, Refs)]) -> (Flat, Refs) {
    let (mut schema, mut all_refs) = (Flat::new(), Refs::default());
    for (part, refs) in parts {
        all_refs.seen.extend(refs.seen.iter().cloned());
        all_refs.recursive |= refs.recursive;
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
    match flat.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ if flat.contains_key("properties") => vec!["object"],
        _ if flat.contains_key("additionalProperties") => vec!["object"],
        _ if flat.contains_key("items") => vec!["array"],
        _ => vec!["string"],
    }
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
        "ISO4217" => "GBP",
        _ => ANY,
    }
}
