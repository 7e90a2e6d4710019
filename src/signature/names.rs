//! The names of the headers that sign a delivery: message id, timestamp, signature.

type Names = [&'static str; 3];

pub(super) const WEBHOOK: Names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
pub(super) const SVIX: Names = ["svix-id", "svix-timestamp", "svix-signature"];
