//! The table of event types, from which [`Event`] and [`EventType`] are generated.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

use super::parts::{ALERT_PREFIX, Part, ProductRead, Template};
use crate::json::{Field, FieldError, Generate, HasContent, Other, RawJson, VisitContent};
use crate::legacy::{AccountCategoriesUpdated, Alert, RuleType};
use crate::payload::{
    Company, CompanyProduct, ConnectionEvent, ExpensesSync, Payload, RateLimit, ReadCompleted,
    Report, SourceAccountEvent, Write,
};
use crate::value::{DataType, ReportType};

/// Declares the event types: `Variant(Payload) = "wire name";` below its documentation, and for a family
/// `Variant(Part, Payload) = "wire name";`, with the variable part in braces.
///
/// Generates `Event`, `EventType`, and what depends on the type of the payload. Alerts and unknown events
/// have no row.
macro_rules! events {
    (
        $(#[$event_meta:meta])+ enum Event;
        $(#[$type_meta:meta])+ enum EventType;
        types: $($(#[$meta:meta])+ $variant:ident($payload:ty) = $name:literal;)+
        families: $($(#[$family_meta:meta])+ $family:ident($part:ty, $family_payload:ty) = $template:literal;)+
    ) => {
        $(#[$event_meta])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$meta])+ #[doc = concat!("\n\nEvent type `", $name, "`.")]
            $variant(Box<$payload>),)+
            $($(#[$family_meta])+ #[doc = concat!("\n\nEvent type `", $template, "`.")]
            $family($part, Box<$family_payload>),)+
            /// An alert of one of Codat's "rules". See [`legacy`](crate::legacy).
            ///
            /// Its event type in this crate is `@rules.` and the name of the rule.
            Alert(Box<Alert>),
            /// An event of a type that this version does not know.
            Unknown(UnknownEvent),
        }

        $(#[$type_meta])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventType {
            $(#[doc = concat!("`", $name, "`.")] $variant,)+
            $(#[doc = concat!("`", $template, "`.")] $family($part),)+
            /// `@rules.` and the name of the rule of an alert. See [`legacy`](crate::legacy).
            Alert(RuleType),
            /// A type that this version does not know.
            Unknown(Other<EventType>),
        }

        impl EventType {
            /// The texts of the table, the variable part of a family in braces.
            pub(super) const TEXTS: &'static [&'static str] = &[$($name,)+ $($template,)+];

            /// Returns the type for a text in the envelope of events, which has no alerts.
            pub(crate) fn of_event(text: &str) -> Self {
                match text {
                    $($name => return Self::$variant,)+
                    _ => {}
                }
                $(if let Some(part) = Part::find(text, const { Template::new($template) }) {
                    return Self::$family(part);
                })+
                Self::Unknown(Other::unlisted(text))
            }

            /// Returns the text in the envelope of events, or of an alert, its name in this crate.
            pub(crate) fn text(&self) -> Cow<'_, str> {
                match self {
                    $(Self::$variant => Cow::Borrowed($name),)+
                    $(Self::$family(part) => part.fill(const { Template::new($template) }).into(),)+
                    Self::Alert(rule) => format!("{ALERT_PREFIX}{rule}").into(),
                    Self::Unknown(text) => Cow::Borrowed(text.as_str()),
                }
            }

            /// Returns the name of the variant, which is one of a small fixed set. Use it as a label
            /// of a metric: the text of an unknown type can be anything.
            #[must_use]
            pub fn variant_name(&self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                    $(Self::$family(_) => stringify!($family),)+
                    Self::Alert(_) => "Alert",
                    Self::Unknown(_) => "Unknown",
                }
            }

            /// Reads the payload of an event of this type.
            fn parse<'de, R: Parser<'de>>(self, payload: R) -> Result<Event, R::Error> {
                Ok(match self {
                    $(Self::$variant => Event::$variant(Box::new(payload.parse()?)),)+
                    $(Self::$family(part) => Event::$family(part, Box::new(payload.parse()?)),)+
                    unknown => Event::Unknown(UnknownEvent {
                        event_type: Other::unlisted(&unknown.text()),
                        payload: Some(payload.parse()?),
                    }),
                })
            }
        }

        impl Event {
            /// Returns the type of the event.
            #[must_use]
            pub fn event_type(&self) -> EventType {
                match self {
                    $(Self::$variant(_) => EventType::$variant,)+
                    $(Self::$family(part, _) => EventType::$family(part.clone()),)+
                    Self::Alert(alert) => EventType::Alert(alert.rule.rule_type()),
                    Self::Unknown(unknown) => EventType::Unknown(unknown.event_type.clone()),
                }
            }

            pub(super) fn payload(&self) -> &dyn Payload {
                match self {
                    $(Self::$variant(payload) => &**payload,)+
                    $(Self::$family(_, payload) => &**payload,)+
                    Self::Alert(alert) => &**alert,
                    Self::Unknown(unknown) => unknown,
                }
            }
        }

        impl HasContent for Event {
            fn visit<V: VisitContent>(&self, visitor: V) -> V::Output {
                match self {
                    $(Self::$variant(payload) => visitor.content(&**payload),)+
                    $(Self::$family(_, payload) => visitor.content(&**payload),)+
                    Self::Alert(alert) => alert.rule.visit(visitor),
                    Self::Unknown(unknown) => visitor.content(&unknown.payload),
                }
            }
        }
    };
}

/// An event of a type that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The event type, as it was sent.
    pub event_type: Other<EventType>,
    /// The payload, byte for byte as it was sent. `None` if there was none.
    pub payload: Option<RawJson>,
}

/// A reader of a payload whose type is known.
trait Parser<'de> {
    type Error;

    fn parse<T: Field + Generate>(self) -> Result<T, Self::Error>;
}

/// The fast reader.
struct FastParser<D>(D);

impl<'de, D: Deserializer<'de>> Parser<'de> for FastParser<D> {
    type Error = D::Error;

    fn parse<T: Field>(self) -> Result<T, D::Error> {
        T::fast(self.0)
    }
}

/// The slow reader.
impl<'a> Parser<'a> for &'a RawValue {
    type Error = FieldError<'a>;

    fn parse<T: Field>(self) -> Result<T, FieldError<'a>> {
        T::slow(self)
    }
}

/// Generates the payload.
#[cfg(feature = "arbitrary")]
struct Generator<'g, 'a>(&'g mut arbitrary::Unstructured<'a>);

#[cfg(feature = "arbitrary")]
impl<'a> Parser<'a> for Generator<'_, 'a> {
    type Error = arbitrary::Error;

    fn parse<T: Generate>(self) -> arbitrary::Result<T> {
        T::arbitrary(self.0)
    }
}

impl EventType {
    /// Generates an event of this type.
    #[cfg(feature = "arbitrary")]
    pub(super) fn generate(self, u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Event> {
        self.parse(Generator(u))
    }

    /// Reads a payload with the slow reader.
    pub(crate) fn parse_slowly(self, payload: &RawValue) -> Result<Event, FieldError<'_>> {
        self.parse(payload)
    }
}

/// Reads the payload of an event of the type with the fast reader.
pub(crate) struct FastEvent(pub(crate) EventType);

impl<'de> DeserializeSeed<'de> for FastEvent {
    type Value = Event;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, payload: D) -> Result<Event, D::Error> {
        self.0.parse(FastParser(payload))
    }
}

events! {
    /// An event: a variant for each event type that Codat sends, with its payload in a [`Box`].
    ///
    /// Several event types have the same payload. An accessor returns it for all of them:
    ///
    /// | events | accessor |
    /// |---|---|
    /// | `connection.*` | [`as_connection`](Self::as_connection) |
    /// | `read.completed` and the narrower ones, and those of custom products | [`as_read_completed`](Self::as_read_completed) |
    /// | `{dataType}.write.*` | [`as_write`](Self::as_write) |
    /// | `reports.{report}.generate.*` | [`as_report`](Self::as_report) |
    /// | any | [`event_type`](Self::event_type), [`company_id`](Self::company_id), [`company_name`](Self::company_name), [`company_tags`](Self::company_tags), [`reference_company`](Self::reference_company), [`connection_id`](Self::connection_id), [`data_type`](Self::data_type), [`outcome`](Self::outcome) |
    ///
    /// ```
    /// use codat_webhooks::Event;
    ///
    /// fn handle(event: &Event) {
    ///     match event {
    ///         Event::ConnectionDisconnected(event) | Event::ConnectionFailed(event) => {
    ///             println!("ask the customer to link {} again", event.connection.id);
    ///         }
    ///         event => match event.as_read_completed() {
    ///             Some(read) => println!("{} data types", read.data_types.len()),
    ///             None => println!("ignored: {event}"),
    ///         },
    ///     }
    /// }
    /// ```
    ///
    /// `Event` is `#[non_exhaustive]`, so a `match` needs a `_` arm. An event type that this
    /// version does not know is [`Unknown`](Self::Unknown), with its payload as it was sent. A
    /// known event that is missing a required field is an [`Error`](crate::Error), never
    /// `Unknown`.
    ///
    /// `Display` writes a line that is safe to log. `Debug` does not: it shows names, account numbers
    /// and amounts.
    ///
    /// Codat describes the event types in its [documentation].
    ///
    /// [documentation]: https://docs.codat.io/using-the-api/webhooks/event-types
    enum Event;

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
    /// `Display` writes the text as it was sent, which can be anything if the type is unknown: use the
    /// `Display` of [`Event`] in a log.
    enum EventType;

    types:

    /// A company was created.
    CompanyCreated(Company) = "company.created";
    /// A company was deleted.
    CompanyDeleted(Company) = "company.deleted";
    /// A product was enabled for a company.
    CompanyProductAdded(CompanyProduct) = "company.product.added";
    /// A product was disabled for a company.
    CompanyProductRemoved(CompanyProduct) = "company.product.removed";

    /// A connection was created. The customer has yet to authorize it.
    ConnectionCreated(ConnectionEvent) = "connection.created";
    /// A connection was authorized for the first time.
    ConnectionConnected(ConnectionEvent) = "connection.connected";
    /// A connection was unlinked or deauthorized, by the small business or by the integration.
    ConnectionDisconnected(ConnectionEvent) = "connection.disconnected";
    /// A disconnected connection was linked again.
    ConnectionReconnected(ConnectionEvent) = "connection.reconnected";
    /// A connection could not be linked.
    ConnectionFailed(ConnectionEvent) = "connection.failed";
    /// A connection was deleted.
    ConnectionDeleted(ConnectionEvent) = "connection.deleted";

    /// A read completed.
    ReadCompleted(ReadCompleted) = "read.completed";
    /// The first read after a connection was linked completed.
    ReadCompletedInitial(ReadCompleted) = "read.completed.initial";
    /// A read completed successfully.
    ReadCompletedSuccessful(ReadCompleted) = "read.completed.successful";
    /// A read completed in which some data types failed.
    ReadCompletedUnsuccessful(ReadCompleted) = "read.completed.unsuccessful";
    /// The first read after a connection was linked completed successfully.
    ReadCompletedSuccessfulInitial(ReadCompleted) = "read.completed.successful.initial";

    /// The client used up its daily quota of API calls.
    ClientRateLimitReached(RateLimit) = "client.rateLimit.reached";
    /// The client's daily quota of API calls was reset.
    ClientRateLimitReset(RateLimit) = "client.rateLimit.reset";

    /// A source account was connected. Solution: Bank Feeds.
    BankFeedsSourceAccountConnected(SourceAccountEvent) = "bankFeeds.sourceAccount.connected";
    /// A source account was disconnected. Solution: Bank Feeds.
    BankFeedsSourceAccountDisconnected(SourceAccountEvent) = "bankFeeds.sourceAccount.disconnected";

    /// A sync of expenses completed without errors or warnings. Solution: Expenses.
    ExpensesSyncSuccessful(ExpensesSync) = "expenses.sync.successful";
    /// A sync of expenses completed with at least one error or warning. Solution: Expenses.
    ExpensesSyncUnsuccessful(ExpensesSync) = "expenses.sync.unsuccessful";

    /// The categories of a company's accounts were updated. Solution: Lending.
    AccountCategoriesUpdated(AccountCategoriesUpdated) = "AccountCategoriesUpdated";

    families:

    /// A write request completed: a record was created, updated or deleted, or an attachment was
    /// uploaded. The record is not in Codat's cache until the next read.
    WriteSuccessful(DataType, Write) = "{dataType}.write.successful";
    /// A write request failed, or timed out.
    WriteUnsuccessful(DataType, Write) = "{dataType}.write.unsuccessful";
    /// A read for a custom product of the client completed. The event type can also end in `.initial`,
    /// `.successful`, `.unsuccessful` or `.successful.initial`.
    ProductReadCompleted(ProductRead, ReadCompleted) = "{productIdentifier}.read.completed";
    /// A report was generated.
    ReportsGenerateSuccessful(ReportType, Report) = "reports.{report}.generate.successful";
    /// A report could not be generated.
    ReportsGenerateUnsuccessful(ReportType, Report) = "reports.{report}.generate.unsuccessful";
}
