//! What the servers share. Each server file shows its queue, and how these parts are put together.
//!
//! | module | what it has |
//! |---|---|
//! | [`endpoint`] | which request reaches the queue, and how it is answered |
//! | [`serve`] | connections, bounded in number and in time |
//! | [`handler`] | the work on an event: replace it with your own |
//! | [`seen`] | deduplication by message id and event id |
//! | [`dead_letters`], [`folder`] | the `dead` commands, and dead letters in a folder |
//! | [`broker`], [`streams`] | the queue in NATS `JetStream` |
//! | [`settings`], [`telemetry`] | environment variables, logs, metrics |
//! | [`delivery`] | deliveries to try a server with, genuine and forged |

pub mod broker;
pub mod dead_letters;
pub mod delivery;
pub mod endpoint;
pub mod folder;
pub mod handler;
pub mod seen;
pub mod serve;
pub mod settings;
pub mod streams;
pub mod telemetry;

/// An error of any kind.
pub type AnyError = Box<dyn std::error::Error + Send + Sync>;
