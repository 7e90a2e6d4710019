//! Places in a body.

use serde_json::Value;

/// Returns everything in a body, itself included, each with its JSON pointer.
pub fn places(body: &Value) -> Vec<(String, &Value)> {
    let mut places = vec![(String::new(), body)];
    let mut next = 0;
    while let Some(&(ref outer, value)) = places.get(next) {
        let inside: Vec<(String, &Value)> = match value {
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| (pointer(outer, key), value))
                .collect(),
            Value::Array(array) => (0..)
                .zip(array)
                .map(|(index, value): (usize, _)| (pointer(outer, &index.to_string()), value))
                .collect(),
            _ => Vec::new(),
        };
        places.extend(inside);
        next += 1;
    }
    places
}

/// Returns the JSON pointer of a key or index in the place of another pointer.
pub fn pointer(outer: &str, key: &str) -> String {
    format!("{outer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Returns the object or array that a JSON pointer ends in, and the last key or index.
pub fn parent<'a, 'b>(body: &'a mut Value, pointer: &'b str) -> Option<(&'a mut Value, &'b str)> {
    let (outer, key) = pointer.rsplit_once('/')?;
    Some((body.pointer_mut(outer)?, key))
}

/// Returns the path of a JSON pointer as the crate writes it: `payload.dataTypes[3].status` of
/// `/payload/dataTypes/3/status`.
pub fn path(pointer: &str) -> String {
    let mut path = String::new();
    for key in pointer.split('/').skip(1) {
        let key = key.replace("~1", "/").replace("~0", "~");
        if key.parse::<usize>().is_ok() {
            path.extend(["[", &key, "]"]);
        } else if path.is_empty() {
            path = key;
        } else {
            path.extend([".", &key]);
        }
    }
    path
}

/// Returns a path with `[]` for every index.
pub fn without_indexes(path: &str) -> String {
    let mut parts = path.split('[');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.push('[');
        shape.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    shape
}
