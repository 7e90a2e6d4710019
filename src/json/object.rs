//! The `object!` macro, which declares the structs for JSON objects, and the code that they share.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::{
    DriftKind, Extra, Fast, FastOption, Field, FieldError, Members, Name, Walk, check_format,
    give_up, parse, raw_value,
};

/// Declares the struct for a JSON object. Each field has its wire name beside it, followed by the
/// other spellings that are read, and an optional field has the name of its setter:
///
/// ```text
/// pub struct Write {
///     pub id: String = "id",                                                  // required
///     pub status: Option<WriteStatus> = "status" | "Status" => with_status,   // optional
///     pub extra: Extra,                                                       // everything else
/// }
/// ```
///
/// - An `Option` field is optional. It is `None` if it is missing, is `null`, or does not fit its
///   type; in the last case, the raw value is kept in `extra`.
/// - Any other field is required, and is an argument of `new`.
///
/// Generates the struct, `new`, the setters, and `Fields`; `Default` if no field is required; `Object`,
/// `Serialize` and `Deserialize` if there is an `extra`.
macro_rules! object {
    // Sorts the fields first: all of them, the required ones, the optional ones, `extra`.
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $crate::json::object!(@sort [$(#[$meta])* $name] [] [] [] [] $($fields)*);
    };
    (@sort $head:tt $all:tt $required:tt $optional:tt [] pub extra: Extra,) => {
        $crate::json::object!(@sort $head $all $required $optional [extra]);
    };
    (@sort $head:tt [$($all:tt)*] $required:tt [$($optional:tt)*] []
        $(#[$meta:meta])* pub $field:ident: Option<$type:ty> = $($key:literal)|+ => $setter:ident, $($rest:tt)*
    ) => {
        $crate::json::object!(@sort $head [$($all)* { [$(#[$meta])*] $field: Option<$type>, $($key)+ }]
            $required [$($optional)* { $field: $type, $setter }] [] $($rest)*);
    };
    (@sort $head:tt $all:tt $required:tt $optional:tt []
        $(#[$meta:meta])* pub $field:ident: Option<$type:ty> = $($key:literal)|+, $($rest:tt)*
    ) => {
        compile_error!(concat!("after the wire name of `", stringify!($field), "`, write ` => with_", stringify!($field), "`"));
    };
    (@sort $head:tt [$($all:tt)*] [$($required:tt)*] $optional:tt []
        $(#[$meta:meta])* pub $field:ident: $type:ty = $($key:literal)|+, $($rest:tt)*
    ) => {
        $crate::json::object!(@sort $head [$($all)* { [$(#[$meta])*] $field: $type, $($key)+ }]
            [$($required)* { $field: $type }] $optional [] $($rest)*);
    };
    (@sort [$(#[$meta:meta])* $name:ident]
        [$({ [$($field_meta:tt)*] $field:ident: $type:ty, $key:literal $($spelling:literal)* })*]
        [$({ $required:ident: $required_type:ty })*]
        [$({ $optional:ident: $optional_type:ty, $setter:ident })*] [$($extra:ident)?]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)] #[non_exhaustive]
        pub struct $name {
            $($($field_meta)*
            #[doc = concat!("\n\nWire name: `", $key, "`" $(, ", also read as `", $spelling, "`")*, ".")]
            pub $field: $type,)*
            $(#[doc = "Unknown fields, and the raw values of optional fields that do not fit their type."]
            pub $extra: $crate::json::Extra,)?
        }

        impl $name {
            /// Creates a value from the required fields. Optional fields are `None`.
            #[must_use]
            pub fn new($($required: impl Into<$required_type>),*) -> Self {
                Self {
                    $($required: $required.into(),)*
                    $($optional: None,)*
                    $($extra: $crate::json::Extra::new(),)?
                }
            }

            $(#[doc = concat!("Sets [`", stringify!($optional), "`](Self::", stringify!($optional), ").")]
            #[must_use]
            pub fn $setter(mut self, $optional: impl Into<$optional_type>) -> Self {
                const { $crate::json::check_setter(stringify!($setter), stringify!($optional)) };
                self.$optional = Some($optional.into());
                self
            })*
        }
        $crate::json::object!(@default $name $($required)*);
        $($crate::json::object_with_extra!($name $extra);)?

        #[allow(unused_variables)] // If there are no fields.
        impl $crate::json::Fields for $name {
            const NAMES: &'static [$crate::json::Name] = &[$($crate::json::Name::new($key, &[$($spelling),*])),*];

            fn parse_fields<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                #[allow(non_camel_case_types)]
                enum Key { $($field,)* }

                $(let mut $field = None;)*
                let mut unknown = $crate::json::Extra::new();
                while let Some(key) = map.next_key_seed($crate::json::KeySeed(&mut unknown, |key: &str| match key {
                    $($key => Some(Key::$field),)*
                    _ => None::<Key>,
                }))? {
                    match key {
                        $(Some(Key::$field) => <$type as $crate::json::Slot>::parse_next(&mut $field, &mut map)?,)*
                        None => unknown.parse_value(&mut map, Self::NAMES)?,
                    }
                }
                Ok(Self {
                    $($field: <$type as $crate::json::Slot>::from_value($field).ok_or_else($crate::json::give_up)?,)*
                    $($extra: unknown,)?
                })
            }

            fn take_fields<'a>(members: &mut $crate::json::Members<'a>) -> Result<Self, $crate::json::FieldError<'a>> {
                Ok(Self {
                    $($field: $crate::json::Slot::take(members, $crate::json::Name::new($key, &[$($spelling),*]))?,)*
                    $($extra: members.take_extra(),)?
                })
            }

            fn write<M: serde::ser::SerializeMap>(&self, map: &mut M, extra: &$crate::json::Extra) -> Result<(), M::Error> {
                $($crate::json::write_field(map, $key, $crate::json::Slot::value(&self.$field), extra)?;)*
                Ok(())
            }
        }

        impl $crate::json::Each for $name {
            #[allow(unused_variables)]
            fn each(&self, visit: &mut dyn FnMut(&'static str, &dyn $crate::json::Value)) {
                $(if let Some(value) = $crate::json::Slot::value(&self.$field) { visit($key, value); })*
            }

            fn is_unset(&self) -> bool { true $(&& $crate::json::Slot::value(&self.$field).is_none())* }
        }

        #[cfg(feature = "arbitrary")] #[allow(unused_variables)]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let names = <Self as $crate::json::Fields>::NAMES;
                Ok(Self { $($field: u.arbitrary()?,)* $($extra: $crate::json::Extra::arbitrary_beside(u, names)?,)? })
            }
        }
    };
    (@default $name:ident) => { impl Default for $name { fn default() -> Self { Self::new() } } };
    (@default $name:ident $($required:ident)+) => {};
}
pub(crate) use object;

/// Implements what an [`object!`] with an `extra` is beside its fields.
macro_rules! object_with_extra {
    ($name:ident $extra:ident) => {
        impl $crate::json::Object for $name {
            fn extra(&self) -> &$crate::json::Extra {
                &self.$extra
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use object_with_extra;

/// Checks at compile time that a setter is named after its field.
pub(crate) const fn check_setter(setter: &str, field: &str) {
    let (setter, field) = (setter.as_bytes().split_at(5), field.as_bytes());
    let mut same = setter.1.len() == field.len();
    let mut rest = (setter.1, field);
    while let ([a, after_a @ ..], [b, after_b @ ..]) = rest {
        same &= *a == *b;
        rest = (after_a, after_b);
    }
    assert!(
        same && matches!(setter.0, b"with_"),
        "a setter is named `with_` and the field's name"
    );
}

/// The named fields of an object.
pub(crate) trait Fields: Sized + Each {
    const NAMES: &'static [Name];

    /// Reads the fields with the fast reader.
    fn parse_fields<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    /// Reads the fields with the slow reader, and removes them from the members.
    fn take_fields<'a>(members: &mut Members<'a>) -> Result<Self, FieldError<'a>>;

    /// Writes the fields that are set.
    fn write<M: SerializeMap>(&self, map: &mut M, extra: &Extra) -> Result<(), M::Error>;
}

/// The fields that are set. What walks them is compiled once for all objects.
pub(crate) trait Each {
    fn each(&self, visit: &mut dyn FnMut(&'static str, &dyn Value));

    /// Returns `true` if no field is set. Parsing asks, and should not link what else can be done with
    /// any value.
    fn is_unset(&self) -> bool;
}

/// Returns the names that [`Fields::write`] writes.
pub(crate) fn written_names(fields: &dyn Each, extra: &Extra) -> Vec<&'static str> {
    let mut names = Vec::new();
    fields.each(&mut |name, value| names.extend(written_name(name, value, extra)));
    names
}

/// Notes everything that is not modelled.
fn note_object(fields: &dyn Each, extra: &Extra, names: &[Name], walk: &mut Walk) {
    fields.each(&mut |name, value| {
        walk.at(extra.spelling(name), |walk| value.note(walk));
    });
    drift_of_extra(extra, names, walk);
}

/// An object that keeps its unknown fields.
pub(crate) trait Object:
    Fields + serde::de::DeserializeOwned + serde::Serialize + PartialEq
{
    fn extra(&self) -> &Extra;

    /// Returns `true` if no field is set and there are no unknown fields.
    fn is_empty(&self) -> bool {
        self.extra().is_empty() && self.is_unset()
    }
}

impl<T: Object> Field for T {
    const EXPECTED: &'static str = "an object";

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTED)
            }

            #[inline]
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::parse_fields(map)
            }
        }

        // Not `deserialize_struct`, which also accepts an array.
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        let mut members = Members::from_json(json)?;
        T::take_fields(&mut members)
    }

    fn parse(json: &RawValue) -> Result<Self, FieldError<'_>> {
        parse(json)
    }

    fn drift(&self, walk: &mut Walk) {
        note_object(self, self.extra(), T::NAMES, walk);
    }
}

/// Notes every field in `extra`: as a misfit if its name is known, as an unknown field otherwise, and
/// once if it was sent several times.
pub(crate) fn drift_of_extra(extra: &Extra, names: &[Name], walk: &mut Walk) {
    let mut times = BTreeMap::<_, usize>::new();
    if extra.len() > 1 {
        for (name, _) in extra {
            let times = times.entry(name).or_default();
            *times = times.saturating_add(1);
        }
    }
    for (name, value) in extra {
        let repeated = match times.get(name) {
            Some(0) => continue,
            Some(times) => *times > 1,
            None => false,
        };
        let known = || names.iter().flat_map(|name| name.spellings());
        walk.at(name, |walk| {
            if repeated {
                walk.note(DriftKind::Repeated, None);
            } else if known().any(|spelling| spelling == name) {
                walk.note(DriftKind::Misfit, Some(value.as_str()));
            } else {
                walk.note(DriftKind::Field, None);
            }
        });
        if repeated {
            times.insert(name, 0);
        }
    }
}

pub(crate) fn serialize<T: Object, S: Serializer>(
    object: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    check_format(&serializer)?;
    let extra = object.extra();
    let mut map = serializer.serialize_map(None)?;
    object.write(&mut map, extra)?;
    if !extra.is_empty() {
        let written = written_names(object, extra);
        extra.write(&mut map, |name| written.contains(&name))?;
    }
    map.end()
}

pub(crate) fn deserialize<'de, T: Object, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let json = raw_value(deserializer)?;
    T::parse(&json).map_err(D::Error::custom)
}

/// The declared type of a field: a [`Field`] if it is required, or an `Option` of one.
///
/// It lets the macro treat both in the same way.
pub(crate) trait Slot: Sized {
    type Value: Field;

    /// Reads the next value of the map with the fast reader. Gives up if the field is repeated.
    fn parse_next<'de, A: MapAccess<'de>>(
        place: &mut Option<Self::Value>,
        map: &mut A,
    ) -> Result<(), A::Error>;

    /// Reads the field with the slow reader, and removes it from the members.
    fn take<'a>(members: &mut Members<'a>, name: Name) -> Result<Self, FieldError<'a>>;

    /// Converts what the fast reader has read. `None` if a required field is missing.
    fn from_value(value: Option<Self::Value>) -> Option<Self>;

    /// Returns the value, or `None` if an optional field is not set.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T: Field> Slot for T {
    type Value = T;

    #[inline]
    fn parse_next<'de, A: MapAccess<'de>>(
        place: &mut Option<T>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if place.is_some() {
            return Err(give_up());
        }
        *place = Some(map.next_value_seed(Fast::new())?);
        Ok(())
    }

    fn take<'a>(members: &mut Members<'a>, name: Name) -> Result<T, FieldError<'a>> {
        members.required(name)
    }

    fn from_value(value: Option<T>) -> Option<Self> {
        value
    }

    fn value(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: Field> Slot for Option<T> {
    type Value = T;

    #[inline]
    fn parse_next<'de, A: MapAccess<'de>>(
        place: &mut Option<T>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if place.is_some() {
            return Err(give_up());
        }
        *place = map.next_value_seed(FastOption::new())?;
        Ok(())
    }

    fn take<'a>(members: &mut Members<'a>, name: Name) -> Result<Option<T>, FieldError<'a>> {
        Ok(members.optional(name))
    }

    fn from_value(value: Option<T>) -> Option<Self> {
        Some(value)
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// The value of a field of any type.
pub(crate) trait Value {
    /// Notes everything in the value that is not modelled.
    fn note(&self, walk: &mut Walk);

    /// Returns `true` if the value is what is read from the JSON.
    fn is_parsed_from(&self, json: &RawValue) -> bool;
}

impl<T: Field> Value for T {
    fn note(&self, walk: &mut Walk) {
        self.drift(walk);
    }

    fn is_parsed_from(&self, json: &RawValue) -> bool {
        Field::is_parsed_from(self, json)
    }
}

/// Writes a field, unless it is not set or is written as part of another.
pub(crate) fn write_field<T: Field, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    value: Option<&T>,
    extra: &Extra,
) -> Result<(), M::Error> {
    let Some(value) = value else { return Ok(()) };
    match written_name(name, value, extra) {
        Some(name) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// Returns the name under which a field is written.
///
/// `None` if the value was read from inside another field and is unchanged: it is then written as
/// part of that field.
fn written_name(name: &'static str, value: &dyn Value, extra: &Extra) -> Option<&'static str> {
    let spelling = extra.spelling(name);
    let Some((outer, inner)) = spelling.split_once('.') else {
        return Some(spelling);
    };
    let members = extra
        .get(outer)
        .map(|outer| Members::from_json(outer.as_raw()));
    let unchanged = members.is_some_and(|members| {
        members.is_ok_and(|members| members.holds(inner, |json| value.is_parsed_from(json)))
    });
    (!unchanged).then_some(name)
}

/// Reads a key with a function that maps the known names. Any other key is noted as unknown.
pub(crate) struct KeySeed<'u, F>(pub(crate) &'u mut Extra, pub(crate) F);

impl<'de, K, F: FnOnce(&str) -> Option<K>> DeserializeSeed<'de> for KeySeed<'_, F> {
    type Value = Option<K>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<K>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<K, F: FnOnce(&str) -> Option<K>> Visitor<'_> for KeySeed<'_, F> {
    type Value = Option<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    #[inline]
    fn visit_str<E>(self, key: &str) -> Result<Option<K>, E> {
        let known = (self.1)(key);
        if known.is_none() {
            self.0.note_key(key);
        }
        Ok(known)
    }
}
