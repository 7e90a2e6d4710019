//! Guides, which exist in the documentation only.
//!
//! Verifying deliveries is described in the `signature` module, and migrating from legacy alerts in
//! [`legacy`](crate::legacy).

#[doc = include_str!("../docs/idempotency.md")]
pub mod idempotency {}

#[doc = include_str!("../docs/new-fields.md")]
pub mod new_fields {}

#[doc = include_str!("../docs/operating.md")]
pub mod operating {}

#[doc = include_str!("../docs/storing.md")]
pub mod storing {}

#[cfg(any(not(doctest), all(feature = "arbitrary", feature = "samples")))]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}
