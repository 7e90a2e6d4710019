//! The parts of an event that this version does not model, and the walk that collects them.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::label;
use super::log::{Escaped, truncate};

/// A part of an event that this version of the crate does not model. Returned by
/// [`Webhook::drift`](crate::Webhook::drift).
///
/// `Display` writes a single line with the kind and the path. It omits the text, which can be customer
/// data; `Serialize` and `Debug` include it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// The path of the field or value: `payload.dataTypes[3].status`. It does not include the keys of
    /// tags, and of an unknown key at most the first 64 characters. An empty key is `""`.
    pub path: String,
    /// The kind of drift.
    pub kind: DriftKind,
    /// The text that is not modelled, or the raw JSON of a misfit. `None` for a field.
    pub text: Option<String>,
}

label! {
    /// The kind of a [`Drift`]. `Display` describes it: `unknown field`.
    #[non_exhaustive]
    pub enum DriftKind {
        /// An unknown event type, or an unknown rule of a legacy alert.
        EventType = "eventType", "unknown event type";
        /// A field that no struct names. Its content is not examined.
        Field = "field", "unknown field";
        /// A value outside the documented set of its vocabulary.
        Value = "value", "undocumented value";
        /// A value that does not fit the type of its optional field.
        Misfit = "misfit";
        /// A field that was sent more than once.
        Repeated = "repeated", "repeated field";
        /// A date that no view of [`Timestamp`](crate::value::Timestamp) can read.
        Date = "date", "unreadable date";
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
    /// Visits what is below a key.
    pub(crate) fn at(&mut self, key: &str, visit: impl FnOnce(&mut Self)) {
        let outer = self.enter(key);
        visit(self);
        self.path.truncate(outer);
    }

    /// Visits an element of a list.
    pub(crate) fn at_index(&mut self, index: usize, visit: impl FnOnce(&mut Self)) {
        let outer = self.path.len();
        // Writing into a `String` does not fail.
        let _ = write!(self.path, "[{index}]");
        visit(self);
        self.path.truncate(outer);
    }

    /// Adds a key to the path, and returns the length that the path had.
    fn enter(&mut self, key: &str) -> usize {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        // The name of an unknown field can be anything, at any length.
        let key = if key.is_empty() { "\"\"" } else { key };
        let _ = write!(self.path, "{}", Escaped(truncate(key, 64)));
        outer
    }

    /// Notes a drift at the present path.
    pub(crate) fn note(&mut self, kind: DriftKind, text: Option<&str>) {
        self.found.push(Drift {
            path: self.path.clone(),
            kind,
            text: text.map(str::to_owned),
        });
    }

    /// Returns what was found, ordered by path.
    pub(crate) fn finish(mut self) -> Vec<Drift> {
        self.found.sort();
        self.found
    }
}
