//! The machinery for JSON objects: raw JSON, unknown fields, the values of fields, and the macros that
//! declare objects and vocabularies. It knows no type of Codat's.

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod content;
mod extra;
mod field;
mod format;
pub(crate) mod log;
mod members;
mod name;
mod object;
mod raw_json;
mod text;
mod vocabulary;
mod walk;

pub use extra::{Extra, ParseFieldError};
pub use raw_json::RawJson;
pub use vocabulary::Other;
pub use walk::{Drift, DriftKind};

#[cfg(feature = "arbitrary")]
pub(crate) use arbitrary::{known_or_other, number};
pub(crate) use content::{Content, ContentOf, HasContent, VisitContent};
pub(crate) use field::{Fast, FastOption, Field, FieldError, FieldErrorKind, Text, give_up, parse};
pub(crate) use format::{check_format, raw_value, write_raw_value};
pub(crate) use members::Members;
pub(crate) use name::Name;
pub(crate) use object::{
    Each, Fields, KeySeed, Object, Slot, Value, check_setter, deserialize, drift_of_extra, object,
    object_with_extra, serialize, write_field, written_names,
};
pub(crate) use text::{AsText, equal_to_text, label, text_forms, text_serde};
pub(crate) use vocabulary::vocabulary;
pub(crate) use walk::Walk;

/// What generated values need: [`Arbitrary`](::arbitrary::Arbitrary), with the feature.
#[cfg(feature = "arbitrary")]
pub(crate) trait Generate: for<'a> ::arbitrary::Arbitrary<'a> {}
#[cfg(feature = "arbitrary")]
impl<T: for<'a> ::arbitrary::Arbitrary<'a>> Generate for T {}

#[cfg(not(feature = "arbitrary"))]
pub(crate) trait Generate {}
#[cfg(not(feature = "arbitrary"))]
impl<T> Generate for T {}
