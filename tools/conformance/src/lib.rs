//! Compares `codat-webhooks` with Codat's descriptions of its webhooks.

mod body;
mod compare;
mod description;
mod report;
mod schema;

pub use compare::compare;
pub use report::{Report, Side, one_line};
