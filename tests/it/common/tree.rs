//! JSON as a tree that keeps the order of keys, repeated keys, and the text of every other value.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Object(Vec<(String, Json)>),
    Array(Vec<Json>),
    Text(String),
}

/// A place in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// As an error reports it: `payload.dataTypes[3].dataType`.
    pub path: String,
    steps: Vec<usize>,
}

impl Place {
    pub fn top() -> Self {
        Self {
            path: String::new(),
            steps: Vec::new(),
        }
    }

    /// Returns the path without the indexes: `payload.dataTypes[].dataType`.
    pub fn shape(&self) -> String {
        self.path.chars().filter(|c| !c.is_ascii_digit()).collect()
    }

    /// Returns the last key: `dataType`, or `dataTypes[3]`.
    pub fn key(&self) -> &str {
        self.path.rsplit('.').next().unwrap()
    }

    /// Returns the path of a field of the object at this place.
    pub fn below(&self, key: &str) -> String {
        let dot = if self.path.is_empty() { "" } else { "." };
        format!("{}{dot}{key}", self.path)
    }

    pub fn is_element(&self) -> bool {
        self.path.ends_with(']')
    }

    /// Returns the object or array around.
    pub fn parent(&self) -> Self {
        let (_, steps) = self.steps.split_last().unwrap();
        let end = self.path.rfind(['.', '[']).unwrap_or(0);
        Self {
            path: self.path[..end].to_owned(),
            steps: steps.to_vec(),
        }
    }

    fn child(&self, step: usize, path: String) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { path, steps }
    }
}

impl Json {
    pub fn parse(text: &str) -> Self {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                std::iter::from_fn(|| map.next_entry().transpose()).collect()
            }
        }

        let text = text.trim();
        match text.as_bytes()[0] {
            b'{' => {
                let members = serde_json::Deserializer::from_str(text)
                    .deserialize_map(Members)
                    .unwrap();
                let members = members.into_iter();
                Self::Object(
                    members
                        .map(|(key, value)| (key, Self::parse(value.get())))
                        .collect(),
                )
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap();
                let elements = elements.into_iter();
                Self::Array(elements.map(|element| Self::parse(element.get())).collect())
            }
            _ => Self::Text(text.to_owned()),
        }
    }

    pub fn is_null(&self) -> bool {
        *self == Self::Text("null".to_owned())
    }

    pub fn members_mut(&mut self) -> &mut Vec<(String, Self)> {
        match self {
            Self::Object(members) => members,
            other => panic!("{other} is not an object"),
        }
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(known, _)| known == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn at(&self, place: &Place) -> &Self {
        place.steps.iter().fold(self, |json, step| match json {
            Self::Object(members) => &members[*step].1,
            Self::Array(elements) => &elements[*step],
            Self::Text(text) => panic!("nothing below {text}"),
        })
    }

    pub fn at_mut(&mut self, place: &Place) -> &mut Self {
        place.steps.iter().fold(self, |json, step| match json {
            Self::Object(members) => &mut members[*step].1,
            Self::Array(elements) => &mut elements[*step],
            Self::Text(text) => panic!("nothing below {text}"),
        })
    }

    /// Returns the body with another value at the place.
    pub fn with(&self, place: &Place, value: &str) -> Self {
        let mut body = self.clone();
        *body.at_mut(place) = Self::parse(value);
        body
    }

    /// Returns the body without the field or element at the place.
    pub fn without(&self, place: &Place) -> Self {
        let mut body = self.clone();
        let step = *place.steps.last().unwrap();
        match body.at_mut(&place.parent()) {
            Self::Object(members) => drop(members.remove(step)),
            Self::Array(elements) => drop(elements.remove(step)),
            Self::Text(text) => panic!("nothing below {text}"),
        }
        body
    }

    /// Removes every field or element with the path, and returns their values.
    pub fn remove_all(&mut self, path: &str) -> Vec<Self> {
        let mut removed = Vec::new();
        while let Some(place) = self.places().into_iter().find(|place| place.path == path) {
            removed.push(self.at(&place).clone());
            *self = self.without(&place);
        }
        removed
    }

    /// Returns the body with one more field in the object at the place.
    pub fn with_field(&self, object: &Place, index: usize, key: &str, value: &str) -> Self {
        let mut body = self.clone();
        let members = body.at_mut(object).members_mut();
        let index = index % (members.len() + 1);
        members.insert(index, (key.to_owned(), Self::parse(value)));
        body
    }

    /// Returns every value below the top, but what is inside of JSON of any shape and of tags.
    pub fn places(&self) -> Vec<Place> {
        fn walk(json: &Json, at: &Place, found: &mut Vec<Place>) {
            let mut visit = |step, path, value| {
                let place = at.child(step, path);
                if !matches!(place.key(), "connectionInfo" | "tags") {
                    walk(value, &place, found);
                }
                found.push(place);
            };
            match json {
                Json::Object(members) => {
                    for (step, (key, value)) in members.iter().enumerate() {
                        visit(step, at.below(key), value);
                    }
                }
                Json::Array(elements) => {
                    for (step, value) in elements.iter().enumerate() {
                        visit(step, format!("{}[{step}]", at.path), value);
                    }
                }
                Json::Text(_) => {}
            }
        }

        let mut found = Vec::new();
        walk(self, &Place::top(), &mut found);
        found
    }

    pub fn place(&self, path: &str) -> Place {
        self.places()
            .into_iter()
            .find(|place| place.path == path)
            .unwrap_or_else(|| panic!("nothing at {path}"))
    }

    /// Returns the place of an object, which is the body itself if the path is empty.
    pub fn object(&self, path: &str) -> Place {
        match path {
            "" => Place::top(),
            path => self.place(path),
        }
    }

    /// Changes the members of every object, from the innermost outwards; but not in JSON of any shape
    /// and in tags, and in the outermost alone unless `all`.
    pub fn change(&mut self, all: bool, change: &mut impl FnMut(&mut Vec<(String, Self)>)) {
        match self {
            Self::Object(members) => {
                for (key, value) in &mut *members {
                    if all && !matches!(&**key, "connectionInfo" | "tags") {
                        value.change(all, change);
                    }
                }
                change(members);
            }
            Self::Array(elements) => {
                for element in elements {
                    element.change(all, change);
                }
            }
            Self::Text(_) => {}
        }
    }

    /// Returns the value with its keys sorted and without nulls.
    pub fn canonical(&self) -> Self {
        match self {
            Self::Object(members) => {
                let members = members.iter().filter(|(_, value)| !value.is_null());
                let mut members: Vec<_> = members
                    .map(|(key, value)| (key.clone(), value.canonical()))
                    .collect();
                members.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Object(members)
            }
            Self::Array(elements) => Self::Array(elements.iter().map(Self::canonical).collect()),
            Self::Text(text) if text.starts_with('"') => {
                let text: String = serde_json::from_str(text).unwrap_or_else(|_| text.clone());
                Self::Text(serde_json::to_string(&text).unwrap())
            }
            Self::Text(text) => Self::Text(text.clone()),
        }
    }

    /// Writes the value with a line for each member and element, and returns the line and the column
    /// of the place.
    pub fn spread(&self, place: &Place) -> (String, (usize, usize)) {
        let mut text = String::new();
        let mut start = None;
        self.write(&mut text, "\n ", &mut |json, text: &String| {
            if std::ptr::eq(json, self.at(place)) {
                start = Some(text.len());
            }
        });
        let before = &text[..start.unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        (text, (line, column))
    }

    fn write(&self, text: &mut String, gap: &str, visit: &mut impl FnMut(&Self, &String)) {
        visit(self, text);
        match self {
            Self::Object(members) => {
                text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    *text += if index > 0 { "," } else { "" };
                    *text += gap;
                    *text += &serde_json::to_string(key).unwrap();
                    text.push(':');
                    value.write(text, gap, visit);
                }
                text.push('}');
            }
            Self::Array(elements) => {
                text.push('[');
                for (index, value) in elements.iter().enumerate() {
                    *text += if index > 0 { "," } else { "" };
                    *text += gap;
                    value.write(text, gap, visit);
                }
                text.push(']');
            }
            Self::Text(value) => *text += value,
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text, "", &mut |_, _| {});
        f.write_str(&text)
    }
}
