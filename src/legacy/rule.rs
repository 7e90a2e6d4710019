//! The table of rules.

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

/// Returns `true` if two names are those of one rule: if their letters and digits are the same. Case,
/// spaces, hyphens and `()` do not count.
pub(crate) fn is_same_rule(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<Vec<_>>()
    };
    one == other || letters(one) == letters(other)
}

/// A row is `Variant(Data) = "name" | "other spelling" => ["what replaces it"];`.
macro_rules! rules {
    ($(
        $(#[$meta:meta])+
        $variant:ident($data:ident) = $name:literal $(| $spelling:literal)* => [$($replaced_by:literal),*];
    )+) => {
        /// The rule of an alert, with the alert's data.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                $(#[$meta])+
                #[doc = concat!("\n\nRule `", $name, "`" $(, ", `", $spelling, "`")*, ".")]
                $variant($data),
            )+
            /// A rule that is not listed above, with the alert's data as it came.
            Unknown(Other<RuleType>, Option<RawJson>),
        }

        /// The type of a rule. The spellings that Codat has used for one are the same type; its
        /// text is the one without spaces.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RuleType {
            $(
                #[doc = concat!("`", $name, "`" $(, ", `", $spelling, "`")*, ".")]
                $variant,
            )+
            /// A rule that is not listed above, as it is spelled.
            Other(Other<RuleType>),
        }

        impl RuleType {
            /// Every rule that is listed.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The name of the rule, without spaces; that of an unknown one as it came.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other(text) => text,
                }
            }

            /// The types of the current events that replace the rule's alerts, as Codat's guide
            /// names them: with `{dataType}` for any data type. See
            /// [`Alert::replaced_by`](crate::legacy::Alert::replaced_by).
            #[must_use]
            pub fn replaced_by(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($replaced_by),*],)+
                    Self::Other(_) => &[],
                }
            }
        }

        impl RuleType {
            /// Takes the data of the rule's alert out of its members.
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

        impl From<&str> for RuleType {
            fn from(text: &str) -> Self {
                $(
                    if [$name $(, $spelling)*].into_iter().any(|name| is_same_rule(text, name)) {
                        return Self::$variant;
                    }
                )+
                Self::Other(Other::unlisted(text))
            }
        }

        impl Rule {
            /// The type of the rule.
            #[must_use]
            pub fn rule_type(&self) -> RuleType {
                match self {
                    $(Self::$variant(_) => RuleType::$variant,)+
                    Self::Unknown(text, _) => RuleType::Other(text.clone()),
                }
            }

            /// Returns `true` if there is no data to be written.
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

            /// Notes what is not modelled.
            pub(crate) fn drift(&self, walk: &mut Walk) {
                match self {
                    $(Self::$variant(data) => Field::drift(data, walk),)+
                    Self::Unknown(..) => {}
                }
            }
        }
    };
}

/// Takes an alert's data, unless there is nothing in it: an empty object is left, and is written back
/// as such.
pub(crate) fn data<T: Object + Default>(members: &mut Members<'_>) -> T {
    match members.peek::<T>(DATA) {
        Some(data) if data.is_empty() => {
            members.replace_with_empty_object(DATA);
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
    /// A company's data was synchronized for the first time.
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
    /// A sync of expenses came to its end with success.
    SyncCompleted(SyncData)
        = "SyncCompleted" | "SyncComplete"
        => ["expenses.sync.successful"];
    /// A sync of expenses came to its end without success.
    SyncFailed(SyncData)
        = "SyncFailed"
        => ["expenses.sync.unsuccessful"];
    /// A sync of expenses began.
    SyncStarted(SyncData)
        = "SyncStarted"
        => [];
    /// The connection that expenses are synced to was deleted.
    SyncConnectionDeleted(NoData)
        = "SyncConnectionDeleted"
        => ["connection.deleted"];
    /// The client has used up its daily quota of API calls.
    RateLimitReached(RateLimitReached)
        = "ClientRateLimitReached" | "RateLimitReached"
        => ["client.rateLimit.reached"];
    /// The client's daily quota of API calls was reset.
    RateLimitReset(RateLimitReset)
        = "ClientRateLimitReset" | "RateLimitReset"
        => ["client.rateLimit.reset"];
}

impl RuleType {
    /// Whether the text is one of the rule's spellings.
    fn is_named(&self, text: &str) -> bool {
        let named = Self::from(text);
        *self == named
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
