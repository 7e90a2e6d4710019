//! The parts of event types that are not fixed, and how the text of a type is built from them.

use std::fmt;

use crate::json::label;
use crate::value::{DataType, ReportType};

/// The prefix of the event types of alerts.
pub(crate) const ALERT_PREFIX: &str = "@rules.";

/// Codat's sources spell the event types of reports in two ways.
pub(crate) const REPORTS: &str = "reports.";
pub(crate) const REPORT: &str = "report.";

/// What is before and after the variable part of the event types of a family: the template has that part
/// in braces.
#[derive(Clone, Copy)]
pub(super) struct Template {
    before: &'static str,
    after: &'static str,
}

impl Template {
    /// Splits a template, at compile time.
    pub(super) const fn new(template: &'static str) -> Self {
        let mut before = template.as_bytes();
        let mut after: &[u8] = &[];
        let mut index = 0;
        while let Some((rest, _)) = template.as_bytes().split_at_checked(index) {
            if let [.., b'{'] = rest {
                before = rest.split_at(index.saturating_sub(1)).0;
            }
            if let [.., b'}'] = rest {
                after = template.as_bytes().split_at(index).1;
            }
            index = index.saturating_add(1);
        }
        match (std::str::from_utf8(before), std::str::from_utf8(after)) {
            (Ok(before), Ok(after)) => Self { before, after },
            // Not reached: the braces are ASCII.
            _ => Self {
                before: template,
                after: "",
            },
        }
    }

    /// Returns the part of an event type. It has no dot: `a.b.write.successful` would belong to another
    /// family, whose payload may not be that of a write.
    fn part(self, text: &str) -> Option<&str> {
        let part = text.strip_suffix(self.after)?.strip_prefix(self.before)?;
        (check_text(part).is_ok() && !part.contains('.')).then_some(part)
    }

    fn fill(self, part: &str) -> String {
        format!("{}{part}{}", self.before, self.after)
    }
}

/// The variable part of the event types of a family.
pub(super) trait Part: Sized {
    /// Returns the part of an event type, or `None` if the type is not of the family.
    fn find(text: &str, template: Template) -> Option<Self>;

    /// Returns the event type.
    fn fill(&self, template: Template) -> String;
}

impl Part for DataType {
    fn find(text: &str, template: Template) -> Option<Self> {
        template.part(text).map(Self::from)
    }

    fn fill(&self, template: Template) -> String {
        template.fill(self.as_str())
    }
}

/// Both spellings are read.
impl Part for ReportType {
    fn find(text: &str, template: Template) -> Option<Self> {
        let respelled = Template {
            before: REPORT,
            ..template
        };
        let part = template.part(text).or_else(|| respelled.part(text));
        part.map(Self::from)
    }

    fn fill(&self, template: Template) -> String {
        template.fill(self.as_str())
    }
}

/// What follows the product is the scope.
impl Part for ProductRead {
    fn find(text: &str, _: Template) -> Option<Self> {
        ReadScope::ALL
            .into_iter()
            .find_map(|scope| Self::new(text.strip_suffix(scope.suffix())?, scope).ok())
    }

    fn fill(&self, _: Template) -> String {
        self.to_string()
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

label! {
    /// The reads that an event type is sent for.
    #[non_exhaustive]
    pub enum ReadScope {
        /// `read.completed`: every read.
        All = "all";
        /// `read.completed.initial`: the first read after a connection was linked.
        Initial = "initial";
        /// `read.completed.successful`: reads in which every data type succeeded.
        Successful = "successful";
        /// `read.completed.unsuccessful`: reads in which some data types failed.
        Unsuccessful = "unsuccessful";
        /// `read.completed.successful.initial`: the first read after a connection was linked, if every
        /// data type succeeded.
        SuccessfulInitial = "successfulInitial";
    }
}

label! {
    /// The outcome that an event type states.
    pub enum Outcome {
        /// The event type ends in `successful`.
        Successful = "successful";
        /// The event type ends in `unsuccessful`.
        Unsuccessful = "unsuccessful";
    }
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
    #[error("a part contains a control character")]
    ControlCharacter,
    #[error("the type has a variant of its own")]
    Listed,
}

impl BuildEventTypeError {
    /// The error for a type that has a variant of its own.
    pub(super) const fn listed() -> Self {
        Self(BuildProblem::Listed)
    }
}

/// Checks a part of an event type.
fn check_text(text: &str) -> Result<(), BuildEventTypeError> {
    Err(BuildEventTypeError(if text.is_empty() {
        BuildProblem::Empty
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) && text.contains(char::is_control) {
        BuildProblem::ControlCharacter
    } else {
        return Ok(());
    }))
}
