//! Events, their types, and how to select them.
//!
//! | item | what it is |
//! |---|---|
//! | [`Event`] | an event with its payload: a variant for each event type |
//! | [`EventType`] | the type of an event, without the payload |
//! | [`UnknownEvent`] | an event of a type that this version does not know |
//! | [`EventPattern`] | selects events by type: `connection.*` |
//! | [`TagFilter`], [`TagFilters`] | select events by the tags of their company: `region:us` |
//! | [`Outcome`] | `successful` or `unsuccessful`, as the event type states it |
//! | [`ProductRead`], [`ReadScope`], [`ReportName`] | the variable parts of event types |
//! | [`FactKey`] | finds the event that reports the same fact as a legacy alert |

mod accessors;
mod display;
mod duplicate;
mod event_type;
mod parts;
mod pattern;
mod unknown;

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::drift::Walk;
use crate::legacy::{Alert, RuleType};
use crate::payload::{
    AccountCategoriesUpdated, Company, CompanyProduct, ConnectionEvent, ExpensesSync, Object,
    Payload, RateLimit, ReadCompleted, Report, SourceAccountEvent, Write,
};
use crate::value::{DataType, Field, FieldError, Other};

pub(crate) use display::ForLog;
pub use duplicate::FactKey;
pub use event_type::Outcome;
pub use parts::{BuildEventTypeError, ProductRead, ReadScope, ReportName};
#[cfg(feature = "arbitrary")]
pub(crate) use parts::{segment, written_data_type};
pub use pattern::{
    EventPattern, ParsePatternError, ParseTagFilterError, TagFilter, TagFilters, TooManyTagFilters,
};
pub use unknown::UnknownEvent;

pub(crate) use event_type::{ALERT_PREFIX, REPORT, REPORTS};

/// Declares the event types. A row is `Variant(Payload) = "wire name";` below its documentation. A
/// payload of more than a few words is boxed, so that an event is cheap to move. The templated
/// families, the alert and the unknown event are written out below.
///
/// Generates `Event`, `EventType`, and their dispatch: text, reading, writing, drift.
macro_rules! events {
    ($($(#[$meta:meta])+ $variant:ident($payload:ty) = $name:literal;)+) => {
        /// An event: a variant for each event type that Codat sends, with its payload.
        ///
        /// `Event` is `#[non_exhaustive]`, so a `match` needs a `_` arm. An event type that this
        /// version does not know is [`Unknown`](Self::Unknown), with its payload as it was sent. A
        /// known event that is missing a required field is an [`Error`](crate::Error), never
        /// `Unknown`.
        ///
        /// Codat describes the event types in its [documentation].
        ///
        /// [documentation]: https://docs.codat.io/using-the-api/webhooks/event-types
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Event {
            $(
                $(#[$meta])+
                #[doc = concat!("\n\nEvent type [`", $name,
                    "`](https://docs.codat.io/using-the-api/webhooks/event-types).")]
                $variant($payload),
            )+
            /// A write request completed: a record was created, updated or deleted, or an attachment
            /// was uploaded.
            ///
            /// Event type `{dataType}.write.successful`.
            WriteSuccessful(DataType, Box<Write>),
            /// A write request failed, or timed out.
            ///
            /// Event type `{dataType}.write.unsuccessful`.
            WriteUnsuccessful(DataType, Box<Write>),
            /// A read for a custom product of the client completed.
            ///
            /// Event type `{productIdentifier}.read.completed`, also followed by `.initial`,
            /// `.successful`, `.unsuccessful` or `.successful.initial`.
            ProductReadCompleted(ProductRead, Box<ReadCompleted>),
            /// A report without a variant of its own in this version was generated.
            ///
            /// Event type `reports.{name}.generate.successful`.
            ReportsGenerateSuccessful(ReportName, Box<Report>),
            /// A report without a variant of its own in this version could not be generated.
            ///
            /// Event type `reports.{name}.generate.unsuccessful`.
            ReportsGenerateUnsuccessful(ReportName, Box<Report>),
            /// A legacy alert, for a consumer that has yet to migrate. See [`legacy`](crate::legacy).
            ///
            /// Its event type in this crate is `@rules.` and the name of the rule.
            Alert(Box<Alert>),
            /// An event of a type that this version does not know.
            Unknown(UnknownEvent),
        }

        /// The type of an event.
        ///
        /// It is created from text with [`From`], which never fails: a type that this version does not
        /// know is [`Unknown`](Self::Unknown). It can be compared with strings. To handle an event type that has
        /// no variant yet, compare with its text, which keeps working once the type has a variant.
        ///
        /// ```
        /// use codat_webhooks::value::DataType;
        /// use codat_webhooks::EventType;
        ///
        /// let written = EventType::from("invoices.write.successful");
        /// assert_eq!(written, EventType::WriteSuccessful(DataType::Invoices));
        /// assert_eq!(written.to_string(), "invoices.write.successful");
        ///
        /// assert!(EventType::from("company.renamed") == "company.renamed");
        /// ```
        ///
        /// Codat spells the types of reports in two ways (`report.` and `reports.`). Both are the same
        /// type; [`Webhook::wire_name`](crate::Webhook::wire_name) returns the spelling that was sent.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventType {
            $(
                #[doc = concat!("`", $name, "`.")]
                $variant,
            )+
            /// `{dataType}.write.successful`.
            WriteSuccessful(DataType),
            /// `{dataType}.write.unsuccessful`.
            WriteUnsuccessful(DataType),
            /// `{productIdentifier}.read.completed`, also followed by `.initial`, `.successful`,
            /// `.unsuccessful` or `.successful.initial`.
            ProductReadCompleted(ProductRead),
            /// `reports.{name}.generate.successful`, for a report without a variant of its own.
            ReportsGenerateSuccessful(ReportName),
            /// `reports.{name}.generate.unsuccessful`, for a report without a variant of its own.
            ReportsGenerateUnsuccessful(ReportName),
            /// `@rules.` and the name of the rule of a legacy alert. See [`legacy`](crate::legacy).
            Alert(RuleType),
            /// A type that this version does not know.
            Unknown(Other<EventType>),
        }

        impl EventType {
            /// The event types of the table.
            pub(crate) const ROWS: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the event type of the table that has the text.
            pub(crate) fn row(text: &str) -> Option<Self> {
                match text {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Returns the text that is sent: `company.created`, `invoices.write.successful`.
            #[must_use]
            pub fn as_str(&self) -> Cow<'_, str> {
                match self {
                    $(Self::$variant => Cow::Borrowed($name),)+
                    Self::WriteSuccessful(data_type) => format!("{data_type}.write.successful").into(),
                    Self::WriteUnsuccessful(data_type) => format!("{data_type}.write.unsuccessful").into(),
                    Self::ProductReadCompleted(read) => read.to_string().into(),
                    Self::ReportsGenerateSuccessful(name) => format!("reports.{name}.generate.successful").into(),
                    Self::ReportsGenerateUnsuccessful(name) => format!("reports.{name}.generate.unsuccessful").into(),
                    Self::Alert(rule) => format!("{ALERT_PREFIX}{rule}").into(),
                    Self::Unknown(text) => Cow::Borrowed(text),
                }
            }

            /// Returns the name of the variant, which is one of a small fixed set. Use it as a label
            /// of a metric: the text of an unknown type can be anything.
            #[must_use]
            pub fn variant_name(&self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                    Self::WriteSuccessful(_) => "WriteSuccessful",
                    Self::WriteUnsuccessful(_) => "WriteUnsuccessful",
                    Self::ProductReadCompleted(_) => "ProductReadCompleted",
                    Self::ReportsGenerateSuccessful(_) => "ReportsGenerateSuccessful",
                    Self::ReportsGenerateUnsuccessful(_) => "ReportsGenerateUnsuccessful",
                    Self::Alert(_) => "Alert",
                    Self::Unknown(_) => "Unknown",
                }
            }
        }

        impl Event {
            /// Returns the type of the event.
            #[must_use]
            pub fn event_type(&self) -> EventType {
                match self {
                    $(Self::$variant(_) => EventType::$variant,)+
                    Self::WriteSuccessful(data_type, _) => EventType::WriteSuccessful(data_type.clone()),
                    Self::WriteUnsuccessful(data_type, _) => EventType::WriteUnsuccessful(data_type.clone()),
                    Self::ProductReadCompleted(read, _) => EventType::ProductReadCompleted(read.clone()),
                    Self::ReportsGenerateSuccessful(name, _) => EventType::ReportsGenerateSuccessful(name.clone()),
                    Self::ReportsGenerateUnsuccessful(name, _) => EventType::ReportsGenerateUnsuccessful(name.clone()),
                    Self::Alert(alert) => EventType::Alert(alert.rule.rule_type()),
                    Self::Unknown(unknown) => EventType::Unknown(unknown.event_type.clone()),
                }
            }

            fn payload(&self) -> Option<&dyn Payload> {
                Some(match self {
                    $(Self::$variant(payload) => payload.as_payload(),)+
                    Self::WriteSuccessful(_, payload) | Self::WriteUnsuccessful(_, payload) => payload.as_payload(),
                    Self::ProductReadCompleted(_, payload) => payload.as_payload(),
                    Self::ReportsGenerateSuccessful(_, payload)
                    | Self::ReportsGenerateUnsuccessful(_, payload) => payload.as_payload(),
                    Self::Alert(alert) => alert.as_payload(),
                    Self::Unknown(_) => return None,
                })
            }
        }

        impl EventType {
            /// Reads the payload of an event of this type, with either reader.
            fn read<'de, R: ReadPayload<'de>>(self, payload: R) -> Result<Event, R::Error> {
                Ok(match self {
                    $(Self::$variant => Event::$variant(payload.read()?),)+
                    Self::WriteSuccessful(data_type) => Event::WriteSuccessful(data_type, payload.read()?),
                    Self::WriteUnsuccessful(data_type) => Event::WriteUnsuccessful(data_type, payload.read()?),
                    Self::ProductReadCompleted(read) => Event::ProductReadCompleted(read, payload.read()?),
                    Self::ReportsGenerateSuccessful(name) => Event::ReportsGenerateSuccessful(name, payload.read()?),
                    Self::ReportsGenerateUnsuccessful(name) => Event::ReportsGenerateUnsuccessful(name, payload.read()?),
                    // The envelope of events carries no alerts.
                    Self::Alert(_) => Event::Unknown(UnknownEvent {
                        event_type: Other::unlisted(&*self.as_str()),
                        payload: Some(payload.read()?),
                    }),
                    Self::Unknown(event_type) => Event::Unknown(UnknownEvent {
                        event_type,
                        payload: Some(payload.read()?),
                    }),
                })
            }
        }

        impl Event {
            /// Notes what the payload has that is not modelled.
            pub(crate) fn drift(&self, walk: &mut Walk) {
                match self {
                    $(Self::$variant(payload) => payload.drift(walk),)+
                    Self::WriteSuccessful(_, payload) | Self::WriteUnsuccessful(_, payload) => payload.drift(walk),
                    Self::ProductReadCompleted(_, payload) => payload.drift(walk),
                    Self::ReportsGenerateSuccessful(_, payload)
                    | Self::ReportsGenerateUnsuccessful(_, payload) => payload.drift(walk),
                    Self::Alert(alert) => alert.rule.drift(walk),
                    Self::Unknown(_) => {}
                }
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for Event {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                type Make<'a> = fn(&mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Event>;

                let make: &[Make<'a>] = &[
                    $(|u| Ok(Self::$variant(u.arbitrary()?)),)+
                    |u| Ok(Self::WriteSuccessful(written_data_type(u)?, u.arbitrary()?)),
                    |u| Ok(Self::WriteUnsuccessful(written_data_type(u)?, u.arbitrary()?)),
                    |u| Ok(Self::ProductReadCompleted(u.arbitrary()?, u.arbitrary()?)),
                    |u| Ok(Self::ReportsGenerateSuccessful(u.arbitrary()?, u.arbitrary()?)),
                    |u| Ok(Self::ReportsGenerateUnsuccessful(u.arbitrary()?, u.arbitrary()?)),
                    |u| Ok(Self::Alert(u.arbitrary()?)),
                    |u| Ok(Self::Unknown(u.arbitrary()?)),
                ];
                u.choose(make)?(u)
            }
        }

        impl Serialize for PayloadOf<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    $(Event::$variant(payload) => payload.serialize(serializer),)+
                    Event::WriteSuccessful(_, payload) | Event::WriteUnsuccessful(_, payload) => {
                        payload.serialize(serializer)
                    }
                    Event::ProductReadCompleted(_, payload) => payload.serialize(serializer),
                    Event::ReportsGenerateSuccessful(_, payload)
                    | Event::ReportsGenerateUnsuccessful(_, payload) => payload.serialize(serializer),
                    Event::Alert(alert) => alert.rule.serialize_data(serializer),
                    Event::Unknown(unknown) => unknown.payload.serialize(serializer),
                }
            }
        }
    };
}

/// A reader of a payload whose type is known.
trait ReadPayload<'de> {
    type Error;

    fn read<T: Field>(self) -> Result<T, Self::Error>;
}

/// The hot reader.
struct HotPayload<D>(D);

impl<'de, D: Deserializer<'de>> ReadPayload<'de> for HotPayload<D> {
    type Error = D::Error;

    fn read<T: Field>(self) -> Result<T, D::Error> {
        T::hot(self.0)
    }
}

/// The cold reader.
impl<'a> ReadPayload<'a> for &'a RawValue {
    type Error = FieldError<'a>;

    fn read<T: Field>(self) -> Result<T, FieldError<'a>> {
        T::cold(self)
    }
}

impl EventType {
    /// Reads a payload, or finds out what is wrong with it.
    pub(crate) fn cold(self, payload: &RawValue) -> Result<Event, FieldError<'_>> {
        self.read(payload)
    }
}

/// Reads a payload that is as documented.
impl<'de> DeserializeSeed<'de> for HotEvent {
    type Value = Event;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, payload: D) -> Result<Event, D::Error> {
        self.0.read(HotPayload(payload))
    }
}

/// The hot reader of an event of the type.
pub(crate) struct HotEvent(pub(crate) EventType);

/// The payload of an event, or the data of an alert, to be written.
pub(crate) struct PayloadOf<'a>(pub(crate) &'a Event);

impl PayloadOf<'_> {
    /// Returns `true` if there is nothing to write: an unknown event without a payload, or an alert
    /// without data.
    pub(crate) fn is_missing(&self) -> bool {
        match self.0 {
            Event::Unknown(unknown) => unknown.payload.is_none(),
            Event::Alert(alert) => alert.rule.is_empty(),
            Event::AccountCategoriesUpdated(event) => event.alert.is_some() && event.is_empty(),
            _ => false,
        }
    }
}

events! {
    /// A company was created.
    CompanyCreated(Box<Company>) = "company.created";
    /// A company was deleted.
    CompanyDeleted(Box<Company>) = "company.deleted";
    /// A product was enabled for a company.
    CompanyProductAdded(Box<CompanyProduct>) = "company.product.added";
    /// A product was disabled for a company.
    CompanyProductRemoved(Box<CompanyProduct>) = "company.product.removed";

    /// A connection was created. The customer has yet to authorize it.
    ConnectionCreated(Box<ConnectionEvent>) = "connection.created";
    /// A connection was authorized for the first time.
    ConnectionConnected(Box<ConnectionEvent>) = "connection.connected";
    /// A connection was unlinked, or deauthorized by the source platform.
    ConnectionDisconnected(Box<ConnectionEvent>) = "connection.disconnected";
    /// A disconnected connection was linked again.
    ConnectionReconnected(Box<ConnectionEvent>) = "connection.reconnected";
    /// A connection could not be linked.
    ConnectionFailed(Box<ConnectionEvent>) = "connection.failed";
    /// A connection was deleted.
    ConnectionDeleted(Box<ConnectionEvent>) = "connection.deleted";

    /// A read completed.
    ReadCompleted(Box<ReadCompleted>) = "read.completed";
    /// The first read after a connection was linked completed.
    ReadCompletedInitial(Box<ReadCompleted>) = "read.completed.initial";
    /// A read completed successfully.
    ReadCompletedSuccessful(Box<ReadCompleted>) = "read.completed.successful";
    /// A read failed.
    ReadCompletedUnsuccessful(Box<ReadCompleted>) = "read.completed.unsuccessful";
    /// The first read after a connection was linked completed successfully.
    ReadCompletedSuccessfulInitial(Box<ReadCompleted>) = "read.completed.successful.initial";

    /// The client used up its daily quota of API calls.
    ClientRateLimitReached(RateLimit) = "client.rateLimit.reached";
    /// The client's daily quota of API calls was reset.
    ClientRateLimitReset(RateLimit) = "client.rateLimit.reset";

    /// A source account was connected. Solution: Bank Feeds.
    BankFeedsSourceAccountConnected(Box<SourceAccountEvent>) = "bankFeeds.sourceAccount.connected";
    /// A source account was disconnected. Solution: Bank Feeds.
    BankFeedsSourceAccountDisconnected(Box<SourceAccountEvent>) = "bankFeeds.sourceAccount.disconnected";

    /// A sync of expenses completed successfully. Solution: Expenses.
    ExpensesSyncSuccessful(Box<ExpensesSync>) = "expenses.sync.successful";
    /// A sync of expenses failed. Solution: Expenses.
    ExpensesSyncUnsuccessful(Box<ExpensesSync>) = "expenses.sync.unsuccessful";

    /// A categorized bank statement was generated. Solution: Lending.
    ReportsCategorizedBankStatementGenerateSuccessful(Box<Report>)
        = "reports.categorizedBankStatement.generate.successful";
    /// A categorized bank statement could not be generated. Solution: Lending.
    ReportsCategorizedBankStatementGenerateUnsuccessful(Box<Report>)
        = "reports.categorizedBankStatement.generate.unsuccessful";
    /// A credit model was generated. Solution: Lending.
    ReportsCreditModelGenerateSuccessful(Box<Report>)
        = "reports.creditModel.generate.successful";
    /// A credit model could not be generated. Solution: Lending.
    ReportsCreditModelGenerateUnsuccessful(Box<Report>)
        = "reports.creditModel.generate.unsuccessful";
    /// A spend analysis was generated. Solution: Spend Insights.
    ReportsSpendAnalysisGenerateSuccessful(Box<Report>)
        = "reports.spendAnalysis.generate.successful";
    /// A spend analysis could not be generated. Solution: Spend Insights.
    ReportsSpendAnalysisGenerateUnsuccessful(Box<Report>)
        = "reports.spendAnalysis.generate.unsuccessful";

    /// The categories of a company's accounts were updated. Solution: Lending.
    AccountCategoriesUpdated(AccountCategoriesUpdated) = "AccountCategoriesUpdated";
}
