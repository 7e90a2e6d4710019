//! The `object!` macro, which declares the structs for JSON objects, and the code that they share.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::drift::{DriftKind, Walk};
use crate::value::{
    Extra, Field, FieldError, Hot, HotOption, Members, Name, check_format, give_up,
};

/// Declares the struct for a JSON object. Each field has its wire name beside it, followed by the
/// other spellings that are read:
///
/// ```text
/// pub struct Write {
///     pub id: String = "id",                                    // required
///     pub status: Option<WriteStatus> = "status" | "Status",    // optional
///     pub extra: Extra,                                         // everything else
/// }
/// ```
///
/// - An `Option` field is optional. It is `None` if it is missing, is `null`, or does not fit its
///   type; in the last case, the raw value is kept in `extra`.
/// - Any other field is required, and is an argument of `new`.
/// - A field without a wire name is not part of the JSON.
///
/// Generates the struct, `new`, a setter for each optional field, and `Fields`; `Default` if no
/// field is required; `Object`, `Field`, `Serialize` and `Deserialize` if there is an `extra`.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $crate::payload::object!(@sort [$(#[$meta])* $name] [] [] [] [] $($fields)*);
    };

    // Sorts the fields by whether they are part of the JSON, and by whether they are required.
    (@sort $head:tt $json:tt $other:tt $required:tt [$($optional:tt)*] pub extra: Extra, $($rest:tt)*) => {
        $crate::payload::object!(@sort $head $json [extra] $required [$($optional)*] $($rest)*);
    };
    (@sort $head:tt [$($json:tt)*] $other:tt $required:tt [$($optional:tt)*]
        $(#[$meta:meta])* pub $field:ident: Option<$type:ty> = $($key:literal)|+, $($rest:tt)*
    ) => {
        $crate::payload::object!(@sort $head [$($json)* { [$(#[$meta])*] $field: Option<$type>, $($key)+ }]
            $other $required [$($optional)* { $field: $type }] $($rest)*);
    };
    (@sort $head:tt [$($json:tt)*] $other:tt [$($required:tt)*] $optional:tt
        $(#[$meta:meta])* pub $field:ident: $type:ty = $($key:literal)|+, $($rest:tt)*
    ) => {
        $crate::payload::object!(@sort $head [$($json)* { [$(#[$meta])*] $field: $type, $($key)+ }]
            $other [$($required)* { $field: $type }] $optional $($rest)*);
    };
    (@sort [$($head:tt)*] $json:tt $other:tt $required:tt $optional:tt
        $(#[$meta:meta])* pub $field:ident: Option<$type:ty>, $($rest:tt)*
    ) => {
        $crate::payload::object!(@sort [$($head)* { [$(#[$meta])*] $field: Option<$type> }]
            $json $other $required $optional $($rest)*);
    };

    (@sort [$(#[$meta:meta])* $name:ident $({ [$($skipped_meta:tt)*] $skipped:ident: $skipped_type:ty })*]
        [$({ [$($field_meta:tt)*] $field:ident: $type:ty, $key:literal $($spelling:literal)* })*]
        [$($extra:ident)?]
        [$({ $required:ident: $required_type:ty })*]
        [$({ $optional:ident: $optional_type:ty })*]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $($field_meta)*
                #[doc = $crate::payload::object!(@wire_name $key $($spelling)*)]
                pub $field: $type,
            )*
            $($($skipped_meta)* pub $skipped: $skipped_type,)*
            $(
                /// Unknown fields, and the raw values of optional fields that do not fit their
                /// type.
                pub $extra: $crate::value::Extra,
            )?
        }

        impl $name {
            #[doc = $crate::payload::object!(@new $($required)*)]
            #[must_use]
            pub fn new($($required: impl Into<$required_type>),*) -> Self {
                Self {
                    $($required: $required.into(),)*
                    $($optional: None,)*
                    $($skipped: None,)*
                    $($extra: $crate::value::Extra::new(),)?
                }
            }

            $(
                #[doc = concat!("Sets [`", stringify!($optional), "`](field@Self::", stringify!($optional), ").")]
                #[must_use]
                pub fn $optional(mut self, $optional: impl Into<$optional_type>) -> Self {
                    self.$optional = Some($optional.into());
                    self
                }
            )*
        }

        $crate::payload::object!(@default $name $($required)*);

        // `NoData` has no named fields.
        #[allow(unused_variables)]
        impl $crate::payload::Fields for $name {
            const NAMES: &'static [$crate::value::Name] =
                &[$($crate::value::Name::new($key, &[$($spelling),*])),*];

            fn hot<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                #[allow(non_camel_case_types)]
                enum Key { $($field,)* }

                $(let mut $field = None;)*
                while let Some(key) = map.next_key_seed($crate::payload::KeySeed(|key: &str| match key {
                    $($key => Some(Key::$field),)*
                    _ => None::<Key>,
                }))? {
                    match key {
                        $(Key::$field => <$type as $crate::payload::Slot>::hot(&mut $field, &mut map)?,)*
                    }
                }
                Ok(Self {
                    $($field: <$type as $crate::payload::Slot>::from_value($field).ok_or_else($crate::value::give_up)?,)*
                    $($skipped: None,)*
                    $($extra: $crate::value::Extra::new(),)?
                })
            }

            fn cold<'a>(members: &mut $crate::value::Members<'a>) -> Result<Self, $crate::value::FieldError<'a>> {
                Ok(Self {
                    $($field: <$type as $crate::payload::Slot>::cold(
                        members,
                        $crate::value::Name::new($key, &[$($spelling),*]),
                    )?,)*
                    $($skipped: None,)*
                    $($extra: $crate::value::Extra::new(),)?
                })
            }

            fn each<V: $crate::payload::Visit>(&self, visit: &mut V) -> Result<(), V::Error> {
                $(if let Some(value) = $crate::payload::Slot::value(&self.$field) {
                    visit.field($key, value)?;
                })*
                Ok(())
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            #[allow(unused_variables)]
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(Self {
                    $($field: u.arbitrary()?,)*
                    $($skipped: None,)*
                    $($extra: $crate::value::Extra::arbitrary_beside(
                        u,
                        <Self as $crate::payload::Fields>::NAMES,
                    )?,)?
                })
            }
        }

        $(
            impl $crate::payload::Object for $name {
                fn extra(&self) -> &$crate::value::Extra {
                    &self.$extra
                }

                fn with_extra(self, $extra: $crate::value::Extra) -> Self {
                    Self { $extra, ..self }
                }
            }

            impl $crate::value::Field for $name {
                const EXPECTED: &'static str = "an object";

                fn hot<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::payload::hot(deserializer)
                }

                fn cold(json: &serde_json::value::RawValue) -> Result<Self, $crate::value::FieldError<'_>> {
                    $crate::payload::cold(json)
                }

                fn drift(&self, walk: &mut $crate::drift::Walk) {
                    $crate::payload::drift(self, walk);
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    $crate::payload::serialize(self, serializer)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::payload::deserialize(deserializer)
                }
            }
        )?
    };

    // The documentation of wire names and of `new`.
    (@wire_name $key:literal) => {
        concat!("\n\nWire name: `", $key, "`.")
    };
    (@wire_name $key:literal $spelling:literal $($more:literal)*) => {
        concat!(
            "\n\nWire name: `", $key, "`; also read as `", $spelling, "`" $(, ", `", $more, "`")*, "."
        )
    };

    (@new) => {
        "Creates a value in which no field is set."
    };
    (@new $($required:ident)+) => {
        "Creates a value from the required fields. Optional fields are `None`."
    };

    (@default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident $($required:ident)+) => {};
}
pub(crate) use object;

/// The named fields of an object.
pub(crate) trait Fields: Sized {
    const NAMES: &'static [Name];

    /// Reads the fields with the hot reader.
    fn hot<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    /// Reads the fields with the cold reader, and removes them from the members.
    fn cold<'a>(members: &mut Members<'a>) -> Result<Self, FieldError<'a>>;

    /// Visits each field that is set.
    fn each<V: Visit>(&self, visit: &mut V) -> Result<(), V::Error>;

    /// Writes the fields, each in the spelling that `extra` has recorded for it.
    fn write<M: SerializeMap>(&self, map: &mut M, extra: &Extra) -> Result<(), M::Error> {
        self.each(&mut Write { map, extra })
    }

    /// Returns `true` if `write` writes a field with this name.
    fn writes(&self, name: &str, extra: &Extra) -> bool {
        self.each(&mut FindName { name, extra }).is_err()
    }

    /// Notes everything in the fields that is not modelled.
    fn drift(&self, walk: &mut Walk, extra: &Extra) {
        let Ok(()) = self.each(&mut Drift { walk, extra });
    }
}

/// An object that keeps its unknown fields.
pub(crate) trait Object: Fields + Field {
    fn extra(&self) -> &Extra;
    fn with_extra(self, extra: Extra) -> Self;

    /// Returns `true` if no field is set and there are no unknown fields.
    fn is_empty(&self) -> bool {
        self.each(&mut IsUnset).is_ok() && self.extra().is_empty()
    }
}

pub(crate) fn hot<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(T::EXPECTED)
        }

        #[inline]
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            <T as Fields>::hot(map)
        }
    }

    // Not `deserialize_struct`, which also accepts an array.
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

pub(crate) fn cold<T: Object>(json: &RawValue) -> Result<T, FieldError<'_>> {
    let mut members = Members::from_json(json)?;
    let object = <T as Fields>::cold(&mut members)?;
    Ok(object.with_extra(members.into_extra()))
}

pub(crate) fn drift<T: Object>(object: &T, walk: &mut Walk) {
    Fields::drift(object, walk, object.extra());
    drift_of_extra(object.extra(), T::NAMES, walk);
}

/// Notes every field in `extra`: as a misfit if its name is known, as an unknown field otherwise.
pub(crate) fn drift_of_extra(extra: &Extra, names: &[Name], walk: &mut Walk) {
    for (name, value) in extra {
        let known = names.iter().flat_map(|name| name.spellings());
        let misfit = known.into_iter().any(|spelling| spelling == name);
        walk.at(name, |walk| {
            if misfit {
                walk.note(DriftKind::Misfit, Some(value.as_str()));
            } else {
                walk.note(DriftKind::Field, None);
            }
        });
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
    extra.write(&mut map, |name| object.writes(name, extra))?;
    map.end()
}

pub(crate) fn deserialize<'de, T: Object, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    cold(&json).map_err(D::Error::custom)
}

/// The declared type of a field: a [`Field`] if it is required, or an `Option` of one.
///
/// It lets the macro treat both in the same way.
pub(crate) trait Slot: Sized {
    type Value: Field;

    /// Reads the next value of the map with the hot reader. Gives up if the field is repeated.
    fn hot<'de, A: MapAccess<'de>>(
        place: &mut Option<Self::Value>,
        map: &mut A,
    ) -> Result<(), A::Error>;

    /// Reads the field with the cold reader, and removes it from the members.
    fn cold<'a>(members: &mut Members<'a>, name: Name) -> Result<Self, FieldError<'a>>;

    /// Converts what the hot reader has read. `None` if a required field is missing.
    fn from_value(value: Option<Self::Value>) -> Option<Self>;

    /// Returns the value, or `None` if an optional field is not set.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T: Field> Slot for T {
    type Value = T;

    #[inline]
    fn hot<'de, A: MapAccess<'de>>(place: &mut Option<T>, map: &mut A) -> Result<(), A::Error> {
        if place.is_some() {
            return Err(give_up());
        }
        *place = Some(map.next_value_seed(Hot::new())?);
        Ok(())
    }

    fn cold<'a>(members: &mut Members<'a>, name: Name) -> Result<T, FieldError<'a>> {
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
    fn hot<'de, A: MapAccess<'de>>(place: &mut Option<T>, map: &mut A) -> Result<(), A::Error> {
        if place.is_some() {
            return Err(give_up());
        }
        *place = map.next_value_seed(HotOption::new())?;
        Ok(())
    }

    fn cold<'a>(members: &mut Members<'a>, name: Name) -> Result<Option<T>, FieldError<'a>> {
        Ok(members.optional(name))
    }

    fn from_value(value: Option<T>) -> Option<Self> {
        Some(value)
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// Visitor of the fields of an object. An error ends the visit.
pub(crate) trait Visit {
    type Error;

    fn field<T: Field>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error>;
}

struct Write<'v, M> {
    map: &'v mut M,
    extra: &'v Extra,
}

impl<M: SerializeMap> Visit for Write<'_, M> {
    type Error = M::Error;

    #[inline]
    fn field<T: Field>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        match written_name(name, value, self.extra) {
            Some(name) => self.map.serialize_entry(name, value),
            None => Ok(()),
        }
    }
}

/// Returns the name under which a field is written.
///
/// `None` if the value was read from inside another field and is unchanged: it is then written as
/// part of that field.
fn written_name<T: Field>(name: &'static str, value: &T, extra: &Extra) -> Option<&'static str> {
    let spelling = extra.spelling(name);
    if !spelling.contains('.') {
        return Some(spelling);
    }
    (extra.field_within(spelling).as_ref() != Some(value)).then_some(name)
}

/// Fails at the field that is written under the name.
struct FindName<'v> {
    name: &'v str,
    extra: &'v Extra,
}

impl Visit for FindName<'_> {
    type Error = ();

    fn field<T: Field>(&mut self, name: &'static str, value: &T) -> Result<(), ()> {
        if written_name(name, value, self.extra) == Some(self.name) {
            return Err(());
        }
        Ok(())
    }
}

/// Fails at the first field that is set.
struct IsUnset;

impl Visit for IsUnset {
    type Error = ();

    fn field<T: Field>(&mut self, _: &'static str, _: &T) -> Result<(), ()> {
        Err(())
    }
}

struct Drift<'v> {
    walk: &'v mut Walk,
    extra: &'v Extra,
}

impl Visit for Drift<'_> {
    type Error = std::convert::Infallible;

    fn field<T: Field>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error> {
        let name = self.extra.spelling(name);
        self.walk.at(name, |walk| value.drift(walk));
        Ok(())
    }
}

/// Reads a key with a function that maps the known names. Gives up at any other key.
pub(crate) struct KeySeed<F>(pub(crate) F);

impl<'de, K, F: FnOnce(&str) -> Option<K>> DeserializeSeed<'de> for KeySeed<F> {
    type Value = K;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<K, F: FnOnce(&str) -> Option<K>> Visitor<'_> for KeySeed<F> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a known key")
    }

    #[inline]
    fn visit_str<E: Error>(self, key: &str) -> Result<K, E> {
        (self.0)(key).ok_or_else(give_up)
    }
}
