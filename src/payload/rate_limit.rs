//! Payload of the `client.rateLimit.*` events.

use super::Payload;
use crate::json::log::shown_date;
use crate::json::object;
use crate::value::Timestamp;

object! {
    /// Payload of `client.rateLimit.*` events, sent when the client reached its daily quota of API
    /// requests, and when the quota was reset.
    ///
    /// These events concern the whole client and refer to no company.
    ///
    /// # What next
    ///
    /// After `client.rateLimit.reached`, stop calling Codat's API until
    /// [`expiry_date`](Self::expiry_date).
    ///
    /// Solution: Platform. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#platform-wide-event-types
    pub struct RateLimit {
        /// The number of API requests that the client may make per day.
        pub daily_quota: Option<i64> = "dailyQuota" => with_daily_quota,
        /// The number of API requests that remain.
        pub quota_remaining: Option<i64> = "quotaRemaining" => with_quota_remaining,
        /// The time at which the quota resets, in UTC. Read it with [`Timestamp::assume_utc`].
        ///
        /// Codat's published sample has an impossible time of day, `23:59:99`, so be prepared for a
        /// [`Timestamp`] whose views are `None`.
        pub expiry_date: Option<Timestamp> = "expiryDate" => with_expiry_date,
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
        let resets = date.map(|date| format!("resets {}", shown_date(date.as_str())));
        [quota, left, resets].into_iter().flatten().collect()
    }
}
