//! What can be read and written in formats other than JSON text, and inside serde's own buffers. The page
//! `docs/storing.md` says the same in words.

mod binary;
mod buffers;
mod limits;
mod serializers;
mod stores;
mod values;
mod wrappers;
