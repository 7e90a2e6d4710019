//! Ids. Each kind has its own type, so that the compiler rejects one in place of another.

use std::fmt;
use std::str::FromStr;

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::json::{AsText, Field, text_forms, text_serde};

/// An id of any kind.
pub(crate) trait Id {
    /// Returns `false` for the id whose digits are all zero, which is a placeholder.
    fn is_real(&self) -> bool;
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)+) => {$(
        $(#[$meta])*
        ///
        /// A UUID. Parsing, and comparison with a string, accept every form that [`Uuid`] does;
        /// serializing and displaying write lower case with hyphens. An id whose digits are all zero is a place
        /// holder, as in one of Codat's own samples.
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

        impl Id for $name {
            fn is_real(&self) -> bool {
                !self.0.is_nil()
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

        impl AsText for $name {
            fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
                function(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }

            fn is_text(&self, text: &str) -> bool {
                text.parse() == Ok(*self)
            }
        }

        text_forms!(valid $name);
        text_serde!($name "a UUID");

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError(()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
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

            fn is_parsed_from(&self, json: &RawValue) -> bool {
                Self::parse(json).is_ok_and(|id| id == *self)
            }
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
#[error("expected a UUID")]
pub struct ParseIdError(());
