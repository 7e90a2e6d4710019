//! Ids. Each kind has its own type, so that the compiler rejects one in place of another.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::Field;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)+) => {$(
        $(#[$meta])*
        ///
        /// A UUID. Parsing, and comparison with a string, accept every form that [`Uuid`] does;
        /// serializing and displaying write lower case with hyphens.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Creates an id from a UUID.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the UUID.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl PartialEq<Uuid> for $name {
            fn eq(&self, other: &Uuid) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$name> for Uuid {
            fn eq(&self, other: &$name) -> bool {
                *other == *self
            }
        }

        $crate::value::equal_to_text!(impl[] $name, |id, text| Uuid::try_parse(text) == Ok(id.0));

        impl TryFrom<&str> for $name {
            type Error = ParseIdError;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError(()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(UuidVisitor).map(Self)
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(Self(Uuid::from_bytes(u.arbitrary()?)))
            }
        }

        impl Field for $name {
            const EXPECTED: &'static str = "a UUID";
        }
    )+};
}

ids! {
    /// Id of an event. It is unique per event and the same in every attempt to deliver it.
    EventId
    /// Id of a company, the business whose data is shared through Codat.
    CompanyId
    /// Id of a data connection, the link between a company and one piece of software.
    ConnectionId
    /// Id of an integration, the software that a connection links to.
    IntegrationId
    /// Id of a data source, in a [`Connection`](crate::payload::Connection).
    SourceId
    /// Id of a user who owns a [`Company`](crate::payload::Company).
    UserId
    /// Id of a [`Report`](crate::payload::Report).
    ReportId
    /// Id of a Codat client, the business that receives the webhooks.
    ClientId
    /// Id of a rule of the [legacy](crate::legacy) alerts. Deprecated by Codat.
    RuleId
    /// Id of a dataset, in the [`Dataset`](crate::legacy::Dataset) of a legacy alert.
    DatasetId
    /// Key of a write request, in a [`Write`](crate::payload::Write) or in the
    /// [`PushOperation`](crate::legacy::PushOperation) of a legacy alert.
    PushOperationKey
    /// Id of a sync, in the [`SyncData`](crate::legacy::SyncData) of a legacy alert.
    SyncId
}

/// Error returned when a string is not a valid id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct ParseIdError(());

struct UuidVisitor;

impl Visitor<'_> for UuidVisitor {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Uuid, E> {
        Uuid::try_parse(text).map_err(|_| E::custom("expected a UUID"))
    }
}
