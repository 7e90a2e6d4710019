//! The table of rules, from which [`Rule`] and [`RuleType`] are generated.

use std::convert::Infallible;
use std::str::FromStr;

use serde::ser::{Serialize, Serializer};

use super::alert::DATA;
use super::{
    DataConnectionStatusChanged, Dataset, NewCompanySynchronized, NoData, PushOperation,
    RateLimitReached, RateLimitReset, SyncData,
};
use crate::drift::Walk;
use crate::payload::Object;
use crate::value::{Field, Members, Other, RawJson, text_impls};

/// Returns `true` if two names are spellings of the same rule: if they have the same letters and
/// digits. Case, spaces, hyphens and `()` are ignored.
pub(crate) fn is_same_rule(a: &str, b: &str) -> bool {
    let letters = |name: &str| {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<Vec<_>>()
    };
    a == b || letters(a) == letters(b)
}

/// Declares the rules. A row is `Variant(Data) = "name" | "other name" => ["event type"];`, where
/// the event types are those that replace the rule.
///
/// Generates `Rule` and `RuleType`, with conversion from text, reading, writing and drift.
macro_rules! rules {
    ($(
        $(#[$meta:meta])+
        $variant:ident($data:ident) = $name:literal $(| $spelling:literal)* => [$($replaced_by:literal),*];
    )+) => {
        /// Rule of an [`Alert`](crate::legacy::Alert), with the data of the alert.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                $(#[$meta])+
                #[doc = concat!("\n\nRule `", $name, "`" $(, ", also `", $spelling, "`")*, ".")]
                $variant($data),
            )+
            /// An unknown rule, with the data as raw JSON. The data is `None` if it was missing or
            /// `null`.
            Unknown(Other<RuleType>, Option<RawJson>),
        }

        /// Type of a rule: [`Rule`] without the data.
        ///
        /// It is equal to every spelling of its name: case, spaces, hyphens and `()` are ignored.
        ///
        /// ```
        /// use codat_webhooks::legacy::RuleType;
        ///
        /// let rule_type = RuleType::from("Data sync completed");
        /// assert_eq!(rule_type, RuleType::DataSyncCompleted);
        /// assert_eq!(rule_type, "data-sync-completed");
        /// assert_eq!(rule_type.as_str(), "DataSyncCompleted");
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RuleType {
            $(
                #[doc = concat!("`", $name, "`" $(, ", also `", $spelling, "`")*, ".")]
                $variant,
            )+
            /// An unknown rule, as the text that was sent.
            Other(Other<RuleType>),
        }

        impl RuleType {
            /// All known rules.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name of the rule, without spaces. The name of an unknown rule is
            /// returned as it was sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other(text) => text,
                }
            }

            /// Returns the event types that replace the alerts of this rule, with `{dataType}` for
            /// the data type and `*` for a product identifier. Empty if nothing replaces them.
            ///
            /// [`Alert::replaced_by`](crate::legacy::Alert::replaced_by) returns those for a given
            /// alert.
            #[must_use]
            pub fn replaced_by(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($replaced_by),*],)+
                    Self::Other(_) => &[],
                }
            }
        }

        impl RuleType {
            /// Removes the data of an alert from its members, and reads it.
            pub(crate) fn read_data(self, members: &mut Members<'_>) -> Rule {
                match self {
                    $(Self::$variant => Rule::$variant(data(members)),)+
                    Self::Other(text) => {
                        let data = members.take_raw(DATA).filter(|data| data.get() != "null");
                        Rule::Unknown(text, data.map(|data| RawJson::from(data.to_owned())))
                    }
                }
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for Rule {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(match RuleType::arbitrary(u)? {
                    $(RuleType::$variant => Self::$variant(u.arbitrary()?),)+
                    RuleType::Other(text) => Self::Unknown(text, u.arbitrary()?),
                })
            }
        }

        impl RuleType {
            fn listed(text: &str) -> Option<Self> {
                $(
                    if [$name $(, $spelling)*].into_iter().any(|name| is_same_rule(text, name)) {
                        return Some(Self::$variant);
                    }
                )+
                None
            }
        }

        impl Rule {
            /// Returns the type of the rule.
            #[must_use]
            pub fn rule_type(&self) -> RuleType {
                match self {
                    $(Self::$variant(_) => RuleType::$variant,)+
                    Self::Unknown(text, _) => RuleType::Other(text.clone()),
                }
            }

            /// Returns `true` if there is no data to write.
            pub(crate) fn is_empty(&self) -> bool {
                match self {
                    $(Self::$variant(data) => data.is_empty(),)+
                    Self::Unknown(_, data) => data.is_none(),
                }
            }

            /// Writes the data.
            pub(crate) fn serialize_data<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(data) => data.serialize(serializer),)+
                    Self::Unknown(_, data) => data.serialize(serializer),
                }
            }

            /// Notes everything in the data that is not modelled.
            pub(crate) fn drift(&self, walk: &mut Walk) {
                match self {
                    $(Self::$variant(data) => Field::drift(data, walk),)+
                    Self::Unknown(..) => {}
                }
            }
        }
    };
}

/// Removes the data of an alert from its members, and reads it.
///
/// Data without contents is not written, so an empty object is not removed: it is then written back
/// as an extra field.
pub(crate) fn data<T: Object + Default>(members: &mut Members<'_>) -> T {
    match members.peek::<T>(DATA) {
        Some(data) if data.is_empty() => {
            members.replace_with_empty_object::<T>(DATA);
            data
        }
        _ => members.optional(DATA).unwrap_or_default(),
    }
}

rules! {
    /// The status of a connection changed.
    DataConnectionStatusChanged(DataConnectionStatusChanged)
        = "DataConnectionStatusChanged"
        => ["connection.created", "connection.connected", "connection.disconnected",
            "connection.reconnected", "connection.deleted"];
    /// The data of a company was synchronized for the first time.
    NewCompanySynchronized(NewCompanySynchronized)
        = "NewCompanySynchronized" | "NewCompanySynchronised"
        => ["read.completed.initial", "read.completed.successful.initial",
            "*.read.completed.initial", "*.read.completed.successful.initial"];
    /// A data type was synchronized.
    DataSyncCompleted(Dataset)
        = "DataSyncCompleted"
        => ["read.completed", "read.completed.successful",
            "*.read.completed", "*.read.completed.successful"];
    /// A synchronized data type has new or changed records.
    DatasetDataChanged(Dataset)
        = "DatasetDataChanged"
        => ["read.completed", "read.completed.successful",
            "*.read.completed", "*.read.completed.successful"];
    /// A data type could not be synchronized.
    DataSyncStatusChangedToError(Dataset)
        = "DataSyncStatusChangedToError"
        => ["read.completed", "read.completed.unsuccessful",
            "*.read.completed", "*.read.completed.unsuccessful"];
    /// The status of a write request changed.
    PushOperationStatusChanged(PushOperation)
        = "PushOperationStatusChanged"
        => ["{dataType}.write.successful", "{dataType}.write.unsuccessful"];
    /// A write request timed out.
    PushOperationTimedOut(PushOperation)
        = "PushOperationTimedOut"
        => ["{dataType}.write.unsuccessful", "{dataType}.write.successful"];
    /// A sync of expenses succeeded.
    SyncCompleted(SyncData)
        = "SyncCompleted" | "SyncComplete"
        => ["expenses.sync.successful"];
    /// A sync of expenses failed.
    SyncFailed(SyncData)
        = "SyncFailed"
        => ["expenses.sync.unsuccessful"];
    /// A sync of expenses started.
    SyncStarted(SyncData)
        = "SyncStarted"
        => [];
    /// The connection of an expenses sync was deleted.
    SyncConnectionDeleted(NoData)
        = "SyncConnectionDeleted"
        => ["connection.deleted"];
    /// The client reached its daily quota of API requests.
    RateLimitReached(RateLimitReached)
        = "ClientRateLimitReached" | "RateLimitReached"
        => ["client.rateLimit.reached"];
    /// The client's daily quota of API requests was reset.
    RateLimitReset(RateLimitReset)
        = "ClientRateLimitReset" | "RateLimitReset"
        => ["client.rateLimit.reset"];
}

impl RuleType {
    /// Returns `true` if the text is a spelling of the rule's name.
    fn is_named(&self, text: &str) -> bool {
        let named = Self::from(text);
        *self == named
    }
}

impl From<&str> for RuleType {
    fn from(text: &str) -> Self {
        Self::listed(text).unwrap_or_else(|| Self::Other(Other::unlisted(text)))
    }
}

impl From<String> for RuleType {
    fn from(text: String) -> Self {
        Self::listed(&text).unwrap_or_else(|| Self::Other(Other::unlisted(text)))
    }
}

impl AsRef<str> for RuleType {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for RuleType {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl Serialize for RuleType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

text_impls!(RuleType, |rule, text| rule.is_named(text));
