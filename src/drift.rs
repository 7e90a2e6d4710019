//! What [`Webhook::drift`](crate::Webhook::drift) returns: the parts of an event that this version does not
//! model.

use std::fmt;

use serde::Serialize;

use crate::text::{Escaped, join, truncate};

/// A part of an event that this version of the crate does not model. Returned by
/// [`Webhook::drift`](crate::Webhook::drift).
///
/// `Display` writes a single line with the kind and the path. It omits the text, which can be customer
/// data; `Serialize` and `Debug` include it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The path of the field or value: `payload.dataTypes[3].status`. It does not include the keys of
    /// tags.
    pub path: String,
    /// The kind of drift.
    pub kind: DriftKind,
    /// The text that is not modelled, or the raw JSON of a misfit. `None` for a field.
    pub text: Option<String>,
}

/// The kind of a [`Drift`]. Serialized in camel case, such as `eventType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DriftKind {
    /// An unknown event type, or an unknown rule of a legacy alert.
    EventType,
    /// A field that no struct names. Its content is not examined.
    Field,
    /// A value outside the documented set of its vocabulary.
    Value,
    /// A value that does not fit the type of its optional field, or a field that was sent twice.
    Misfit,
    /// A date that no view of [`Timestamp`](crate::value::Timestamp) can read.
    Date,
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::EventType => "unknown event type",
            Self::Field => "unknown field",
            Self::Value => "undocumented value",
            Self::Misfit => "misfit",
            Self::Date => "unreadable date",
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind, self.path)
    }
}

/// A walk through an event, which notes what it finds and where.
#[derive(Default)]
pub(crate) struct Walk {
    path: String,
    found: Vec<Drift>,
}

impl Walk {
    /// Visits what is below a key (`status`) or an index (`[3]`).
    pub(crate) fn at(&mut self, step: &str, visit: impl FnOnce(&mut Self)) {
        // The name of an unknown field can be anything, at any length.
        let path = join(&self.path, &Escaped(truncate(step, 64)).to_string());
        let outer = std::mem::replace(&mut self.path, path);
        visit(self);
        self.path = outer;
    }

    /// Notes a drift at the present path.
    pub(crate) fn note(&mut self, kind: DriftKind, text: Option<&str>) {
        self.found.push(Drift {
            path: self.path.clone(),
            kind,
            text: text.map(str::to_owned),
        });
    }

    /// Returns what was found, in order, each once.
    pub(crate) fn finish(mut self) -> Vec<Drift> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
