//! What was found, as lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::body::family;

/// Which of the two has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Descriptions,
    Crate,
}

/// A side that has more, and the path, kind and text of what that is.
pub(crate) type Finding = (Side, [String; 3]);

/// What differs between the descriptions and the crate.
#[derive(Default)]
pub struct Report {
    /// The event types that are described, and known to the crate.
    pub(crate) events: BTreeSet<String>,
    /// The event types of each finding.
    found: BTreeMap<Finding, BTreeSet<String>>,
}

impl Report {
    pub(crate) fn add(&mut self, event: &str, (side, columns): Finding) {
        let events = self
            .found
            .entry((side, columns.map(|text| one_line(&text))))
            .or_default();
        events.insert(one_line(event));
    }

    /// Returns a line for each finding: event type, path, kind and text, with tabs between them. What
    /// is true of all event types with the same payload is a single line.
    #[must_use]
    pub fn lines(&self, side: Side) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for ((of, columns), events) in &self.found {
            for event in events.iter().filter(|_| *of == side) {
                let family = family(event);
                let is_member = |other: &&String| self::family(other) == family;
                let members: BTreeSet<_> = self.events.iter().filter(is_member).cloned().collect();
                let all = !members.is_empty() && members.is_subset(events) && columns[0] != NONE;
                let subject = if all { &family } else { event };
                lines.insert(format!("{subject}\t{}", columns.join("\t")));
            }
        }
        lines
    }
}

const NONE: &str = "-";

/// Returns a text without line breaks and tabs, or `-` for none.
#[must_use]
pub fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let mut line = String::new();
    for c in if text.is_empty() { NONE } else { text }.chars() {
        if is_break(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}
