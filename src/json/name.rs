//! [`Name`]: the wire name of a field.

/// Wire name of a field, with the other spellings in which it is read.
///
/// A spelling with a dot is a path: the value is then read from inside the field before the dot,
/// which stays an unknown field of the object.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) wire: &'static str,
    pub(crate) others: &'static [&'static str],
}

impl Name {
    pub(crate) const fn new(wire: &'static str, others: &'static [&'static str]) -> Self {
        Self { wire, others }
    }

    pub(crate) fn spellings(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.wire).chain(self.others.iter().copied())
    }
}
