//! The rate limit of the client's API calls.

use super::{Payload, object};
use crate::value::Timestamp;

object! {
    /// The daily quota of API calls. Payload of `client.rateLimit.reached` and
    /// `client.rateLimit.reset`, which concern the whole client and no company.
    pub struct RateLimit {
        /// The number of API calls that the client may make in a day.
        pub daily_quota: Option<i64> = "dailyQuota",
        /// How many of them are left.
        pub quota_remaining: Option<i64> = "quotaRemaining",
        /// When the quota resets. Codat has been seen to send impossible times of day.
        pub expiry_date: Option<Timestamp> = "expiryDate",
        pub extra: Extra,
    }
}

impl Payload for RateLimit {
    fn details(&self) -> Vec<String> {
        let quota = self.daily_quota.map(|calls| format!("{calls} calls a day"));
        let left = self.quota_remaining.map(|calls| format!("{calls} left"));
        let date = self
            .expiry_date
            .as_ref()
            .filter(|date| date.date().is_some());
        let resets = date.map(|date| format!("resets {date}"));
        [quota, left, resets].into_iter().flatten().collect()
    }
}
