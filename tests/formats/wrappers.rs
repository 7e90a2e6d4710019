//! The places in a consumer's own types in which a value can be.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::values::{Any, json};

/// A field beside others. Most formats want an object at the top.
#[derive(Serialize, Deserialize)]
pub struct Field<T> {
    pub note: u8,
    pub value: T,
}

#[derive(Serialize, Deserialize)]
struct Optional<T> {
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    value: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
}

fn none<T>() -> Option<T> {
    None
}

#[derive(Serialize, Deserialize)]
struct Several<T> {
    values: Vec<T>,
}

/// A field of a struct that is flattened.
#[derive(Serialize, Deserialize)]
struct InFlattened<T> {
    before: String,
    #[serde(flatten)]
    inner: Field<T>,
}

#[derive(Serialize, Deserialize)]
struct Flattened<T> {
    before: String,
    #[serde(flatten)]
    value: T,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Number(i64),
    Value(Field<T>),
    Other {},
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal<T> {
    Value { note: String, value: T },
    Inner(Field<T>),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "variant")]
enum InternalItself<T> {
    Value(T),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", content = "content")]
pub enum Adjacent<T> {
    Value(T),
    Struct { value: T },
}

#[derive(Serialize, Deserialize)]
enum External<T> {
    Value(T),
    Struct { value: T },
}

/// A struct variant below `flatten`, which serde buffers when it writes.
#[derive(Serialize, Deserialize)]
struct FlattenedVariant<T> {
    before: String,
    #[serde(flatten)]
    variant: External<T>,
}

/// Takes the value out of what was read. `None` if another variant was read.
pub type Unwrap<W> = fn(W) -> Option<Any>;

/// What is done with a wrapped value.
pub trait Visit {
    /// `is_buffered` if serde buffers the value when it reads the wrapper.
    fn visit<W: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        is_buffered: bool,
        wrapped: &W,
        unwrap: Unwrap<W>,
    );
}

pub fn adjacent(read: Adjacent<Any>) -> Option<Any> {
    match read {
        Adjacent::Value(value) => Some(value),
        Adjacent::Struct { .. } => None,
    }
}

/// Visits the value in each wrapper.
pub fn each_wrapper(value: &Any, visit: &mut impl Visit) {
    let copy = || value.clone();
    let (note, text) = (7, || "x".to_owned());

    visit.visit(
        "a field",
        false,
        &Field {
            note,
            value: copy(),
        },
        |read| Some(read.value),
    );
    let optional = Optional {
        value: Some(copy()),
        missing: None,
    };
    visit.visit("an `Option`", false, &optional, |read| read.value);
    let several = Several {
        values: vec![copy(), copy()],
    };
    visit.visit("a `Vec`", false, &several, |mut read| {
        assert_eq!(read.values.len(), 2);
        read.values.pop()
    });
    visit.visit(
        "externally tagged",
        false,
        &External::Value(copy()),
        |read| match read {
            External::Value(value) => Some(value),
            External::Struct { .. } => None,
        },
    );
    visit.visit(
        "a variant's field",
        false,
        &External::Struct { value: copy() },
        |read| match read {
            External::Struct { value } => Some(value),
            External::Value(_) => None,
        },
    );
    let flattened = InFlattened {
        before: text(),
        inner: Field {
            note,
            value: copy(),
        },
    };
    visit.visit("in `flatten`", true, &flattened, |read| {
        Some(read.inner.value)
    });
    let variant = External::Struct { value: copy() };
    let flattened = FlattenedVariant {
        before: text(),
        variant,
    };
    visit.visit(
        "a variant in `flatten`",
        true,
        &flattened,
        |read| match read.variant {
            External::Struct { value } => Some(value),
            External::Value(_) => None,
        },
    );
    let untagged = Untagged::Value(Field {
        note,
        value: copy(),
    });
    visit.visit("in `untagged`", true, &untagged, |read| match read {
        Untagged::Value(field) => Some(field.value),
        Untagged::Number(_) | Untagged::Other {} => None,
    });
    let internal = Internal::Value {
        note: text(),
        value: copy(),
    };
    visit.visit("in `tag`", true, &internal, |read| match read {
        Internal::Value { value, .. } => Some(value),
        Internal::Inner(_) => None,
    });
    let internal = Internal::Inner(Field {
        note,
        value: copy(),
    });
    visit.visit("in a struct in `tag`", true, &internal, |read| match read {
        Internal::Inner(field) => Some(field.value),
        Internal::Value { .. } => None,
    });
    // The tag is written first, so that serde knows the variant when it reads the content.
    visit.visit(
        "`tag` and `content`",
        false,
        &Adjacent::Value(copy()),
        adjacent,
    );
    let adjacent = Adjacent::Struct { value: copy() };
    visit.visit(
        "a field in `tag` and `content`",
        false,
        &adjacent,
        |read| match read {
            Adjacent::Struct { value } => Some(value),
            Adjacent::Value(_) => None,
        },
    );
    if json(value).is_object() {
        let flattened = Flattened {
            before: text(),
            value: copy(),
        };
        visit.visit("flattened", true, &flattened, |read| Some(read.value));
        visit.visit(
            "tagged",
            true,
            &InternalItself::Value(copy()),
            |InternalItself::Value(value)| Some(value),
        );
    }
}
