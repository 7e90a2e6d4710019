//! Selecting events by a tag of their company.

use std::str::FromStr;

use super::Event;
use crate::json::{AsText, text_forms, text_serde};

/// A filter on the tags of an event's company, in the form of the tag filters of Codat's webhook
/// consumers: `region:us`.
///
/// It matches if the company has the tag, case-sensitively. An event without tags of its company does
/// not match.
///
/// Codat allows a consumer at most 10 filters of at most 128 characters, of which one has to match. This
/// crate has no such limits: a list of filters is a `Vec<TagFilter>`, which can be part of a
/// configuration.
///
/// ```
/// use codat_webhooks::payload::Company;
/// use codat_webhooks::value::CompanyId;
/// use codat_webhooks::{Event, TagFilter};
///
/// let id: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
/// let mut company = Company::new(id);
/// company.tags = Some([("region", "us")].into_iter().collect());
///
/// let event = Event::CompanyCreated(company.into());
///
/// let filters: Vec<TagFilter> = vec!["region:us".parse()?, "region:ca".parse()?];
/// assert!(filters.iter().any(|filter| filter.matches(&event)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagFilter(Box<str>);

/// Error returned when a string is not a valid [`TagFilter`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid tag filter: {0}")]
pub struct ParseTagFilterError(TagFilterProblem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum TagFilterProblem {
    #[error("there is no `:` between key and value")]
    NoColon,
    #[error("there is no key before the `:`")]
    NoKey,
}

impl TagFilter {
    /// Returns the text of the filter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `true` if the company of the event has the tag.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.company_tags().is_some_and(|tags| {
            tags.iter().any(|(key, value)| {
                // Keys and values can contain a `:` themselves, so the text is not split.
                self.0
                    .strip_prefix(key)
                    .and_then(|rest| rest.strip_prefix(':'))
                    == Some(value)
            })
        })
    }
}

impl FromStr for TagFilter {
    type Err = ParseTagFilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None => Err(ParseTagFilterError(TagFilterProblem::NoColon)),
            Some(("", _)) => Err(ParseTagFilterError(TagFilterProblem::NoKey)),
            Some(_) => Ok(Self(text.into())),
        }
    }
}

impl AsText for TagFilter {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(&self.0)
    }
}

text_forms!(valid TagFilter as_str);
text_serde!(TagFilter);
