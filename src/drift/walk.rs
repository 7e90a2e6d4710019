//! A serializer that writes nothing, and looks at what it is given and where.

use std::fmt::Display;

use serde::ser::{Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use super::{Drift, DriftKind};
use crate::diagnosis::join;
use crate::value::{OTHER, Timestamp};

/// A place in what is serialized.
pub(super) struct Walk<'a> {
    path: String,
    /// What a text at the place would be.
    kind: Option<DriftKind>,
    found: &'a mut Vec<Drift>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(found: &'a mut Vec<Drift>) -> Self {
        Self {
            path: String::new(),
            kind: None,
            found,
        }
    }
}

/// What is inside a place.
pub(super) struct Inside<'a> {
    path: String,
    key: String,
    index: usize,
    found: &'a mut Vec<Drift>,
}

impl Inside<'_> {
    fn at<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Unsupported> {
        value.serialize(Walk {
            path: join(&self.path, key),
            kind: None,
            found: self.found,
        })
    }
}

/// The models use nothing but what a JSON object needs.
#[derive(Debug, thiserror::Error)]
#[error("not part of a model")]
pub(super) struct Unsupported;

impl serde::ser::Error for Unsupported {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Values that hold no text.
macro_rules! nothing_to_see {
    ($($method:ident($type:ty))+) => {$(
        fn $method(self, _: $type) -> Result<(), Unsupported> {
            Ok(())
        }
    )+};
}

impl<'a> Serializer for Walk<'a> {
    type Ok = ();
    type Error = Unsupported;
    type SerializeSeq = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeTuple = Impossible<(), Unsupported>;
    type SerializeTupleStruct = Impossible<(), Unsupported>;
    type SerializeTupleVariant = Impossible<(), Unsupported>;
    type SerializeStructVariant = Impossible<(), Unsupported>;

    nothing_to_see! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32)
        serialize_i64(i64) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
        serialize_u64(u64) serialize_f32(f32) serialize_f64(f64) serialize_char(char)
        serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }

    fn serialize_str(self, text: &str) -> Result<(), Unsupported> {
        let drift = match self.kind {
            Some(DriftKind::Date) => Timestamp::from(text).date().is_none(),
            kind => kind.is_some(),
        };
        if let Some(kind) = self.kind.filter(|_| drift) {
            self.found.push(Drift {
                path: self.path,
                kind,
                text: Some(text.to_owned()),
            });
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unsupported> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unsupported> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unsupported> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        let kind = match name {
            OTHER => Some(DriftKind::Value),
            "Timestamp" => Some(DriftKind::Date),
            _ => None,
        };
        value.serialize(Self { kind, ..self })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, Unsupported> {
        self.serialize_map(None)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, Unsupported> {
        Ok(Inside {
            path: self.path,
            key: String::new(),
            index: 0,
            found: self.found,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Unsupported> {
        self.serialize_map(None)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
    ) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unsupported> {
        Err(Unsupported)
    }
}

impl SerializeSeq for Inside<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        let key = format!("[{}]", self.index);
        self.index = self.index.saturating_add(1);
        self.at(&key, value)
    }

    fn end(self) -> Result<(), Unsupported> {
        Ok(())
    }
}

impl SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unsupported> {
        // Keys are texts, and a text serializes as itself.
        self.key = serde_json::to_value(key)
            .ok()
            .and_then(|key| key.as_str().map(str::to_owned))
            .ok_or(Unsupported)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        let key = std::mem::take(&mut self.key);
        self.at(&key, value)
    }

    fn end(self) -> Result<(), Unsupported> {
        Ok(())
    }
}

impl SerializeStruct for Inside<'_> {
    type Ok = ();
    type Error = Unsupported;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        self.at(key, value)
    }

    fn end(self) -> Result<(), Unsupported> {
        Ok(())
    }
}
