//! What all types have in common that are text.

/// A type that is text in JSON.
pub(crate) trait AsText {
    /// Calls a function with the text.
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R;

    /// Returns `true` if the text denotes the value. A type with several spellings overrides it.
    fn is_text(&self, text: &str) -> bool {
        self.with_text(|own| own == text)
    }
}

/// Implements comparison with `str`, `&str` and `String` in both directions. The brackets contain
/// the type parameter of the type, if it has one.
macro_rules! equal_to_text {
    (impl[$($parameter:ident)?] $name:ty) => {
        $crate::json::equal_to_text!(@one [$($parameter)?] $name, str, |text| text);
        $crate::json::equal_to_text!(@one [$($parameter)?] $name, &str, |text| text);
        $crate::json::equal_to_text!(@one [$($parameter)?] $name, String, |text| text.as_str());
    };
    (@one [$($parameter:ident)?] $name:ty, $text:ty, |$value:ident| $as_str:expr) => {
        impl$(<$parameter>)? PartialEq<$text> for $name {
            fn eq(&self, $value: &$text) -> bool {
                $crate::json::AsText::is_text(self, $as_str)
            }
        }

        impl$(<$parameter>)? PartialEq<$name> for $text {
            fn eq(&self, other: &$name) -> bool {
                *other == *self
            }
        }
    };
}
pub(crate) use equal_to_text;

/// Implements the conversions from and to text of a type that is [`AsText`].
///
/// - `any Type`: any text is a value, from its `From<&str>`.
/// - `valid Type`: only some texts are, from its `FromStr`.
///
/// `as_str` after the type adds `AsRef<str>`.
macro_rules! text_forms {
    (any $name:ident $($as_str:ident)?) => {
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        $crate::json::text_forms!(@both $name $($as_str)?);
    };
    (valid $name:ident $($as_str:ident)?) => {
        impl TryFrom<&str> for $name {
            type Error = <Self as std::str::FromStr>::Err;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        $crate::json::text_forms!(@both $name $($as_str)?);
    };
    (@both $name:ident $($as_str:ident)?) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::json::AsText::with_text(self, |text| f.pad(text))
            }
        }

        $(
            impl AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    self.$as_str()
                }
            }
        )?

        $crate::json::equal_to_text!(impl[] $name);
    };
}
pub(crate) use text_forms;

/// Implements `Serialize` and `Deserialize` as a string, for a type with [`text_forms`].
macro_rules! text_serde {
    ($name:ident) => {
        $crate::json::text_serde!($name "a string");
    };
    ($name:ident $expected:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::AsText::with_text(self, |text| serializer.serialize_str(text))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct TextVisitor;

                impl serde::de::Visitor<'_> for TextVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(TextVisitor)
            }
        }
    };
}
pub(crate) use text_serde;

/// Declares a closed set of names, which are labels and not sent by Codat: the enum, `as_str`,
/// `Serialize`, and `Display`, which writes the name or, where there is one, the description after it.
macro_rules! label {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal $(, $description:literal)?;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Returns the name, one of a small fixed set, which `Serialize` writes too. Use it as a label of a
            /// metric.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self {
                    $(Self::$variant => [$text $(, $description)?].last().unwrap_or(&$text),)+
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use label;
