//! Open vocabularies: enums of documented values that keep any other value as text.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Implements comparison with `str`, `&str` and `String` in both directions. The brackets contain
/// the type parameter of the type, if it has one.
macro_rules! equal_to_text {
    (impl[$($parameter:ident)?] $name:ty, |$value:ident, $text:ident| $equal:expr) => {
        impl$(<$parameter>)? PartialEq<str> for $name {
            fn eq(&self, $text: &str) -> bool {
                let $value = self;
                $equal
            }
        }

        impl$(<$parameter>)? PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                *self == **other
            }
        }

        impl$(<$parameter>)? PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                *self == **other
            }
        }

        impl$(<$parameter>)? PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                *other == *self
            }
        }

        impl$(<$parameter>)? PartialEq<$name> for &str {
            fn eq(&self, other: &$name) -> bool {
                *other == **self
            }
        }

        impl$(<$parameter>)? PartialEq<$name> for String {
            fn eq(&self, other: &$name) -> bool {
                *other == **self
            }
        }
    };
}
pub(crate) use equal_to_text;

/// Undocumented value of the vocabulary `V`, kept as the text that was sent.
///
/// It has no public constructor. It is created only by converting or deserializing a text into `V`,
/// and only if no variant of `V` has this text. An arm for a variant therefore matches every value
/// with that variant's text:
///
/// ```
/// use codat_webhooks::payload::ConnectionStatus;
///
/// assert_eq!(ConnectionStatus::from("Linked"), ConnectionStatus::Linked);
/// match ConnectionStatus::from("Paused") {
///     ConnectionStatus::Other(text) => assert_eq!(text, "Paused"),
///     _ => unreachable!("no named variant has this text"),
/// }
/// ```
pub struct Other<V> {
    text: Box<str>,
    vocabulary: PhantomData<fn() -> V>,
}

impl<V> Other<V> {
    /// Creates a value from a text that the caller has checked not to be listed in `V`.
    pub(crate) fn unlisted(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            vocabulary: PhantomData,
        }
    }

    /// Returns the text that was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<V> Clone for Other<V> {
    fn clone(&self) -> Self {
        Self::unlisted(self.text.clone())
    }
}

impl<V> PartialEq for Other<V> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<V> Eq for Other<V> {}

impl<V> PartialOrd for Other<V> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<V> Ord for Other<V> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<V> std::hash::Hash for Other<V> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<V> fmt::Debug for Other<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<V> fmt::Display for Other<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<V> Deref for Other<V> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<V> AsRef<str> for Other<V> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<V> std::borrow::Borrow<str> for Other<V> {
    fn borrow(&self) -> &str {
        &self.text
    }
}

equal_to_text!(impl[V] Other<V>, |value, text| *value.text == *text);

/// Declares a vocabulary, with a `Variant = "text"` line for each documented value.
///
/// Generates the enum with the variant `Other`, `KNOWN`, `as_str`, conversions from and to text,
/// comparison with text, `Serialize`, `Deserialize` and `Field`.
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        ///
        /// The set of values is open: any other text is kept in [`Other`](Self::Other) and written
        /// back unchanged. Matching is case-sensitive.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`.")]
                $(#[$variant_meta])*
                $variant,
            )+
            /// An undocumented value, as the text that was sent.
            Other($crate::value::Other<$name>),
        }

        impl $name {
            /// All documented values.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the value as text, in the form in which it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl $name {
            fn listed(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::listed(text)
                    .unwrap_or_else(|| Self::Other($crate::value::Other::unlisted(text)))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::listed(&text)
                    .unwrap_or_else(|| Self::Other($crate::value::Other::unlisted(text)))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                $crate::value::arbitrary_value(u, Self::KNOWN)
            }
        }

        impl $crate::value::Field for $name {
            const EXPECTED: &'static str = "a string";

            fn drift(&self, walk: &mut $crate::drift::Walk) {
                if let Self::Other(text) = self {
                    walk.note($crate::drift::DriftKind::Value, Some(text));
                }
            }
        }

        $crate::value::text_impls!($name);
    };
}
pub(crate) use vocabulary;

/// Implements what all types that are sent as text have in common, from their `From<&str>` and
/// `as_str`: `Display`, comparison with text, and `Deserialize`.
///
/// A type with several spellings also passes the expression that compares it with a text.
macro_rules! text_impls {
    ($name:ident) => {
        $crate::value::text_impls!($name, |value, text| *value.as_str() == *text);
    };
    ($name:ident, |$value:ident, $text:ident| $equal:expr) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.as_str())
            }
        }

        $crate::value::equal_to_text!(impl[] $name, |$value, $text| $equal);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct TextVisitor;

                impl serde::de::Visitor<'_> for TextVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E>(self, text: &str) -> Result<$name, E> {
                        Ok($name::from(text))
                    }
                }

                deserializer.deserialize_str(TextVisitor)
            }
        }
    };
}
pub(crate) use text_impls;

/// Returns a documented value of a vocabulary, or one of any other text.
#[cfg(feature = "arbitrary")]
pub(crate) fn arbitrary_value<T: Clone + for<'t> From<&'t str>>(
    u: &mut arbitrary::Unstructured<'_>,
    known: &[T],
) -> arbitrary::Result<T> {
    Ok(if u.ratio(3, 4)? {
        u.choose(known)?.clone()
    } else {
        T::from(u.arbitrary::<&str>()?)
    })
}
