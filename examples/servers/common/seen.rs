//! Deduplication: which deliveries were seen in the last 14 days.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use codat_webhooks::signature::Verified;
use sha2::{Digest, Sha256};
use tracing::warn;

/// Codat retries for 28 hours, and the Portal replays messages of the last two weeks.
pub const KEPT: Duration = Duration::from_hours(14 * 24);

/// A message id or an event id, of bounded length.
pub type Key = [u8; 16];

/// Returns the key of the message. It is the same for all attempts.
#[must_use]
pub fn message_key(message_id: &str) -> Key {
    key("message", message_id)
}

/// Returns the key of the message, and the key of the event.
///
/// The second one is the same for a replay, which can have another message id. The event type is part
/// of it: it is not documented that two subscriptions that match the same read, such as
/// `read.completed` and `read.completed.initial`, have different ids. A body that is not an event is
/// identified by its message id alone.
#[must_use]
pub fn keys<B: AsRef<[u8]>>(delivery: &Verified<B>) -> [Key; 2] {
    let message = message_key(delivery.message_id());
    let event = delivery.envelope().map(|envelope| {
        let text = format!("{} {}", envelope.id(), envelope.event_type());
        key("event", &text)
    });
    [message, event.unwrap_or(message)]
}

fn key(kind: &str, text: &str) -> Key {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(kind)
        .chain_update(" ")
        .chain_update(text)
        .finalize()
        .into();
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    key
}

/// Returns the key as text, for a file name or a subject.
#[must_use]
pub fn hex(key: Key) -> String {
    format!("{:032x}", u128::from_be_bytes(key))
}

/// The keys of the last 14 days, as far as there is room for them. One takes about 80 bytes.
pub struct Seen {
    keys: HashSet<Key>,
    by_age: VecDeque<(Instant, Key)>,
    room: usize,
}

impl Seen {
    /// Creates an empty set with room for so many keys.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self {
            keys: HashSet::new(),
            by_age: VecDeque::new(),
            room,
        }
    }

    /// Returns `true` if one of the keys was inserted and is not forgotten.
    #[must_use]
    pub fn contains(&self, keys: [Key; 2]) -> bool {
        keys.iter().any(|key| self.keys.contains(key))
    }

    /// Inserts keys, and forgets those that are too old or for which there is no room.
    pub fn insert(&mut self, keys: [Key; 2], now: Instant) {
        for key in keys {
            if self.keys.insert(key) {
                self.by_age.push_back((now, key));
            }
        }
        while let Some((since, oldest)) = self.by_age.front() {
            let young = now.duration_since(*since) <= KEPT;
            if young && self.by_age.len() <= self.room {
                break;
            }
            if young {
                warn!("an id is forgotten early: set SEEN_IDS higher");
            }
            self.keys.remove(oldest);
            self.by_age.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_remembered_for_as_long_as_codat_can_replay_and_in_bounded_memory() {
        let start = Instant::now();
        let days = |days: u64| start + Duration::from_hours(days * 24);
        let key = |text: &str| [message_key(text); 2];
        let [a, b, c] = ["a", "b", "c"].map(key);
        let mut seen = Seen::new(3);
        seen.insert(a, days(0));
        seen.insert(b, days(1));
        seen.insert(a, days(14));
        assert!(seen.contains(a) && seen.contains(b));
        seen.insert(c, days(15));
        assert!(!seen.contains(a) && seen.contains(b) && seen.contains(c));
        assert!(seen.contains([a[0], b[0]]));
        for n in 0..100 {
            seen.insert(key(&n.to_string()), days(15));
        }
        assert_eq!((seen.keys.len(), seen.by_age.len()), (3, 3));
        assert!(seen.contains(key("99")) && !seen.contains(key("96")));
    }
}
