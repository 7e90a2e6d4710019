//! What an event holds: its payload, or the data of an alert.

use serde::ser::{Serialize, Serializer};

use super::{Field, Object, RawJson, Walk};

/// The payload of an event, or the data of an alert.
pub(crate) trait Content: Serialize {
    /// Notes everything that is not modelled.
    fn note(&self, walk: &mut Walk);

    /// Returns `true` if there is nothing in it.
    fn is_empty(&self) -> bool;
}

impl<T: Object> Content for T {
    fn note(&self, walk: &mut Walk) {
        self.drift(walk);
    }

    fn is_empty(&self) -> bool {
        Object::is_empty(self)
    }
}

/// The content of an event or an alert that this version does not know. It is not examined.
impl Content for Option<RawJson> {
    fn note(&self, _: &mut Walk) {}

    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

/// An enum whose variants hold contents of different types.
pub(crate) trait HasContent {
    /// Passes the content to the visitor.
    fn visit<V: VisitContent>(&self, visitor: V) -> V::Output;

    fn note_content(&self, walk: &mut Walk) {
        self.visit(Note(walk));
    }

    fn is_empty(&self) -> bool {
        self.visit(IsEmpty)
    }
}

/// A function of contents of any type.
pub(crate) trait VisitContent {
    type Output;

    fn content<T: Content>(self, content: &T) -> Self::Output;
}

struct Note<'w>(&'w mut Walk);

impl VisitContent for Note<'_> {
    type Output = ();

    fn content<T: Content>(self, content: &T) {
        content.note(self.0);
    }
}

struct IsEmpty;

impl VisitContent for IsEmpty {
    type Output = bool;

    fn content<T: Content>(self, content: &T) -> bool {
        content.is_empty()
    }
}

/// Serializes the content.
pub(crate) struct ContentOf<'a, T>(pub(crate) &'a T);

struct Write<S>(S);

impl<S: Serializer> VisitContent for Write<S> {
    type Output = Result<S::Ok, S::Error>;

    fn content<T: Content>(self, content: &T) -> Self::Output {
        content.serialize(self.0)
    }
}

impl<T: HasContent> Serialize for ContentOf<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.visit(Write(serializer))
    }
}
