//! The table of rules, from which [`Rule`] and [`RuleType`] are generated.

use super::data::{
    DataConnectionStatusChanged, Dataset, NewCompanySynchronized, NoData, PushOperation,
    RateLimitReached, RateLimitReset, SyncData,
};
use super::header::DATA;
use crate::json::{
    AsText, HasContent, Members, Object, Other, RawJson, VisitContent, text_forms, text_serde,
};

/// Declares the rules. A row is `Variant(Data) = "name" | "other name";`.
///
/// Generates `Rule` and `RuleType`, and what depends on the type of the data.
macro_rules! rules {
    ($(
        $(#[$meta:meta])+
        $variant:ident($data:ident) = $name:literal $(| $spelling:literal)*;
    )+) => {
        /// Rule of an [`Alert`](super::Alert), with the data of the alert.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                $(#[$meta])+
                #[doc = concat!("\n\nRule `", $name, "`" $(, ", also `", $spelling, "`")*, ".")]
                $variant($data),
            )+
            /// A rule that this version does not know, with the data as raw JSON. The data is `None` if it
            /// was missing or `null`.
            Other(Other<RuleType>, Option<RawJson>),
        }

        /// Type of a rule: [`Rule`] without the data.
        ///
        /// A known rule is equal to every spelling of its name: only letters and digits are compared,
        /// without case. The name of an unknown rule is kept, and compared, as it was sent.
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
            /// A rule that this version does not know, as the text that was sent.
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
                    Self::Other(text) => text.as_str(),
                }
            }

            /// Removes the data of an alert from its members, and reads it.
            pub(crate) fn take_data(self, members: &mut Members<'_>) -> Rule {
                match self {
                    $(Self::$variant => Rule::$variant(take_data(members)),)+
                    Self::Other(text) => {
                        let data = members.take_raw(DATA);
                        Rule::Other(text, data.map(|data| RawJson::from(data.to_owned())))
                    }
                }
            }
        }

        impl From<&str> for RuleType {
            fn from(text: &str) -> Self {
                const SPELLINGS: &[(RuleType, &[&str])] =
                    &[$((RuleType::$variant, &[$name $(, $spelling)*])),+];

                let is_same = |name: &&str| is_same_rule(text, name);
                let known = SPELLINGS.iter().find(|(_, names)| names.iter().any(is_same));
                known.map_or_else(|| Self::Other(Other::unlisted(text)), |(rule, _)| rule.clone())
            }
        }

        impl Rule {
            /// Returns the type of the rule.
            #[must_use]
            pub fn rule_type(&self) -> RuleType {
                match self {
                    $(Self::$variant(_) => RuleType::$variant,)+
                    Self::Other(text, _) => RuleType::Other(text.clone()),
                }
            }
        }

        impl HasContent for Rule {
            fn visit<V: VisitContent>(&self, visitor: V) -> V::Output {
                match self {
                    $(Self::$variant(data) => visitor.content(data),)+
                    Self::Other(_, data) => visitor.content(data),
                }
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for Rule {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(match RuleType::arbitrary(u)? {
                    $(RuleType::$variant => Self::$variant(u.arbitrary()?),)+
                    RuleType::Other(text) => Self::Other(text, u.arbitrary()?),
                })
            }
        }
    };
}

/// Returns `true` if two names are spellings of the same rule: if they have the same letters and
/// digits.
pub(crate) fn is_same_rule(a: &str, b: &str) -> bool {
    a == b || letters(a).eq(letters(b))
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase)
}

/// Removes the data of an alert from its members, and reads it.
///
/// Data without contents is not written, so an empty object is not removed: it is then written back
/// as an extra field.
pub(crate) fn take_data<T: Object + Default>(members: &mut Members<'_>) -> T {
    match members.peek::<T>(DATA) {
        Some(data) if data.is_empty() => {
            members.replace_with_empty_object(DATA);
            data
        }
        _ => members.optional(DATA).unwrap_or_default(),
    }
}

impl AsText for RuleType {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(self.as_str())
    }

    fn is_text(&self, text: &str) -> bool {
        let other = Self::from(text);
        *self == other
    }
}

text_forms!(any RuleType as_str);
text_serde!(RuleType);

rules! {
    /// The status of a connection changed.
    DataConnectionStatusChanged(DataConnectionStatusChanged)
        = "DataConnectionStatusChanged";
    /// The data of a company was synchronized for the first time.
    NewCompanySynchronized(NewCompanySynchronized)
        = "NewCompanySynchronized" | "NewCompanySynchronised";
    /// A data type was synchronized.
    DataSyncCompleted(Dataset)
        = "DataSyncCompleted";
    /// A synchronized data type has new or changed records.
    DatasetDataChanged(Dataset)
        = "DatasetDataChanged";
    /// A data type could not be synchronized.
    DataSyncStatusChangedToError(Dataset)
        = "DataSyncStatusChangedToError";
    /// The status of a write request changed.
    PushOperationStatusChanged(PushOperation)
        = "PushOperationStatusChanged";
    /// A write request timed out.
    PushOperationTimedOut(PushOperation)
        = "PushOperationTimedOut";
    /// A sync of expenses succeeded.
    SyncCompleted(SyncData)
        = "SyncCompleted" | "SyncComplete";
    /// A sync of expenses failed.
    SyncFailed(SyncData)
        = "SyncFailed";
    /// A sync of expenses started.
    SyncStarted(SyncData)
        = "SyncStarted";
    /// The connection of an expenses sync was deleted.
    SyncConnectionDeleted(NoData)
        = "SyncConnectionDeleted";
    /// The client reached its daily quota of API requests.
    RateLimitReached(RateLimitReached)
        = "ClientRateLimitReached" | "RateLimitReached";
    /// The client's daily quota of API requests was reset.
    RateLimitReset(RateLimitReset)
        = "ClientRateLimitReset" | "RateLimitReset";
}
