//! Open vocabularies: enums of documented values that keep any other value as text.

use std::fmt;
use std::marker::PhantomData;

use super::{AsText, equal_to_text};

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
    pub(crate) fn unlisted(text: &str) -> Self {
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

// Not derived: that would demand the same of `V`.
impl<V> Clone for Other<V> {
    fn clone(&self) -> Self {
        Self::unlisted(&self.text)
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

impl<V> AsRef<str> for Other<V> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<V> AsText for Other<V> {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(&self.text)
    }
}

equal_to_text!(impl[V] Other<V>);

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
            Other($crate::json::Other<$name>),
        }

        impl $name {
            /// All documented values.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the value as text, in the form in which it is sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Other($crate::json::Other::unlisted(text)),
                }
            }
        }

        impl $crate::json::AsText for $name {
            fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
                function(self.as_str())
            }
        }

        $crate::json::text_forms!(any $name as_str);
        $crate::json::text_serde!($name);

        impl $crate::json::Field for $name {
            const EXPECTED: &'static str = "a string";

            fn drift(&self, walk: &mut $crate::json::Walk) {
                if let Self::Other(text) = self {
                    walk.note($crate::json::DriftKind::Value, Some(text.as_str()));
                }
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                $crate::json::known_or_other(u, Self::KNOWN)
            }
        }
    };
}
pub(crate) use vocabulary;
