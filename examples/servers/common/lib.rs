//! Parts that the servers share. Each server file shows its queue and how these parts are used.

pub mod broker;
pub mod dead_letters;
pub mod endpoint;
pub mod handler;
pub mod seen;
pub mod serve;
pub mod settings;
pub mod telemetry;
