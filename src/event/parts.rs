//! The parts of event types that are not fixed: products, scopes of reads, reports, data types.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::event_type::REPORTS;
use super::{EventType, Outcome};
use crate::value::equal_to_text;

/// The name of a report without a variant of its own in this version: the second part of
/// `reports.{name}.generate.successful`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportName(Box<str>);

impl ReportName {
    /// Creates a name.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is empty or contains dots or control characters, or if the report
    /// has event types of its own (`creditModel`).
    pub fn new(name: &str) -> Result<Self, BuildEventTypeError> {
        check_part(name)?;
        match EventType::row(&format!("{REPORTS}{name}.generate.successful")) {
            Some(_) => Err(listed()),
            None => Ok(Self(name.into())),
        }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ReportName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for ReportName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReportName {
    type Err = BuildEventTypeError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

equal_to_text!(impl[] ReportName, |name, text| *name.0 == *text);

impl fmt::Display for ReportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The variable parts of the event type `{productIdentifier}.read.completed`: the product, and the
/// scope that follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductRead {
    product: Box<str>,
    scope: ReadScope,
}

impl ProductRead {
    /// Creates the read of a product.
    ///
    /// # Errors
    ///
    /// Returns an error if the product identifier is empty or contains control characters.
    pub fn new(product: &str, scope: ReadScope) -> Result<Self, BuildEventTypeError> {
        check_text(product)?;
        Ok(Self {
            product: product.into(),
            scope,
        })
    }

    pub(super) fn split(text: &str) -> Option<Self> {
        ReadScope::ALL
            .into_iter()
            .find_map(|scope| Self::new(text.strip_suffix(scope.suffix())?, scope).ok())
    }

    /// Returns the product identifier, which the client chose: any text without control characters.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Returns the scope of the event type.
    #[must_use]
    pub fn scope(&self) -> ReadScope {
        self.scope
    }

    /// Returns the outcome that the event type states.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        match self.scope {
            ReadScope::Successful | ReadScope::SuccessfulInitial => Some(Outcome::Successful),
            ReadScope::Unsuccessful => Some(Outcome::Unsuccessful),
            ReadScope::All | ReadScope::Initial => None,
        }
    }

    /// Returns `true` if the event type is for the first read after a connection was linked.
    #[must_use]
    pub fn is_initial(&self) -> bool {
        matches!(
            self.scope,
            ReadScope::Initial | ReadScope::SuccessfulInitial
        )
    }
}

/// The event type.
impl fmt::Display for ProductRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.product)?;
        f.write_str(self.scope.suffix())
    }
}

/// The reads that an event type is sent for. Serialized in camel case, such as `successfulInitial`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReadScope {
    /// `read.completed`: every read.
    All,
    /// `read.completed.initial`: the first read after a connection was linked.
    Initial,
    /// `read.completed.successful`: successful reads.
    Successful,
    /// `read.completed.unsuccessful`: failed reads.
    Unsuccessful,
    /// `read.completed.successful.initial`: the first read after a connection was linked, if it was
    /// successful.
    SuccessfulInitial,
}

impl ReadScope {
    pub(crate) const ALL: [Self; 5] = [
        Self::All,
        Self::Initial,
        Self::Successful,
        Self::Unsuccessful,
        Self::SuccessfulInitial,
    ];

    fn suffix(self) -> &'static str {
        match self {
            Self::All => ".read.completed",
            Self::Initial => ".read.completed.initial",
            Self::Successful => ".read.completed.successful",
            Self::Unsuccessful => ".read.completed.unsuccessful",
            Self::SuccessfulInitial => ".read.completed.successful.initial",
        }
    }
}

/// Error returned when an event type cannot be built from its parts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid event type: {0}")]
pub struct BuildEventTypeError(BuildProblem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum BuildProblem {
    #[error("a part is empty")]
    Empty,
    #[error("a part contains a dot")]
    Dot,
    #[error("a part contains a control character")]
    ControlCharacter,
    #[error("the type has a variant of its own")]
    Listed,
}

/// Checks a part of an event type that is any text without dots.
pub(super) fn check_part(part: &str) -> Result<(), BuildEventTypeError> {
    check_text(part)?;
    if part.contains('.') {
        return Err(BuildEventTypeError(BuildProblem::Dot));
    }
    Ok(())
}

/// Checks a text that begins an event type.
fn check_text(text: &str) -> Result<(), BuildEventTypeError> {
    Err(BuildEventTypeError(if text.is_empty() {
        BuildProblem::Empty
    } else if text.contains(char::is_control) {
        BuildProblem::ControlCharacter
    } else {
        return Ok(());
    }))
}

/// Returns the error for a type that has a variant of its own.
pub(super) fn listed() -> BuildEventTypeError {
    BuildEventTypeError(BuildProblem::Listed)
}

/// Returns a text that can be one of the dotted segments of an event type.
#[cfg(feature = "arbitrary")]
pub(crate) fn segment(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<String> {
    let mut text = u.arbitrary::<String>()?;
    text.retain(|c| c != '.' && !c.is_control());
    Ok(if text.is_empty() {
        "segment".to_owned()
    } else {
        text
    })
}

/// Returns a data type that a write event can have.
#[cfg(feature = "arbitrary")]
pub(crate) fn written_data_type(
    u: &mut arbitrary::Unstructured<'_>,
) -> arbitrary::Result<crate::value::DataType> {
    Ok(if u.ratio(3, 4)? {
        u.choose(crate::value::DataType::KNOWN)?.clone()
    } else {
        crate::value::DataType::from(segment(u)?)
    })
}
