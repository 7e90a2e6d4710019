//! The `object!` macro: what every object in a payload has in common.

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Declares a JSON object as the plain struct it is. An `Option` field is optional: missing and
/// `null` are read as `None`, which is not written. Any other field is required, and an argument of
/// `new`. Wire names are in camelCase unless a field says otherwise.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $crate::payload::object!(@fields [$(#[$meta])* $name] [] [] [] $($fields)*);
    };

    // Sorts the fields into all, required and optional ones.
    (@fields $head:tt [$($all:tt)*] $required:tt [$($optional:tt)*]
        $(#[$meta:meta])* pub $field:ident: Option<$type:ty>, $($rest:tt)*
    ) => {
        $crate::payload::object!(@fields $head
            [$($all)* {
                $(#[$meta])* #[serde(skip_serializing_if = "Option::is_none")] $field: Option<$type>
            }]
            $required
            [$($optional)* $field]
            $($rest)*);
    };
    (@fields $head:tt [$($all:tt)*] [$($required:tt)*] $optional:tt
        $(#[$meta:meta])* pub $field:ident: $type:ty, $($rest:tt)*
    ) => {
        $crate::payload::object!(@fields $head
            [$($all)* { $(#[$meta])* $field: $type }]
            [$($required)* { $field: $type }]
            $optional
            $($rest)*);
    };

    (@fields [$(#[$meta:meta])* $name:ident]
        [$({ $(#[$field_meta:meta])* $field:ident: $type:ty })*]
        [$({ $required:ident: $required_type:ty })*]
        [$($optional:ident)*]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        #[allow(clippy::new_without_default)]
        impl $name {
            /// Makes one from the required fields; all others are `None` and can be set.
            #[must_use]
            pub fn new($($required: impl Into<$required_type>),*) -> Self {
                Self {
                    $($required: $required.into(),)*
                    $($optional: None,)*
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Serde's derived code, kept from being reached but through `Object`.
                type Target = $name;
                #[derive(serde::Deserialize)]
                #[serde(remote = "Target", rename_all = "camelCase", expecting = "an object")]
                struct Fields {
                    $($(#[$field_meta])* $field: $type,)*
                }

                Fields::deserialize($crate::payload::Object(deserializer))
            }
        }
    };
}
pub(crate) use object;

/// Reads a list that is part of a list's element and has few items itself, without the spare room
/// that it grew: there would be as much of it as there is data.
pub(crate) fn exact<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let mut list = Option::<Vec<T>>::deserialize(deserializer)?;
    if let Some(list) = &mut list {
        list.shrink_to_fit();
    }
    Ok(list)
}

/// Reads a struct from a JSON object and from nothing else: serde's derived code alone would take
/// an array too, by position.
pub(crate) struct Object<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Object<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
