//! Every statement that the inbox makes, for SQLite and PostgreSQL alike.
//!
//! `{now}` and `{skip}` are the differences. All but `DONE`, which is in one transaction with what the
//! handler writes, are transactions of their own. The table is in `migrations/1_inbox.sql`; `state <> 'done'`
//! is for SQLite, which uses an index of open rows only if it finds the words of the index.

/// `{now}`: the database's clock, in milliseconds.
pub const NOW: [&str; 2] = [
    "CAST(unixepoch('subsec') * 1000 AS BIGINT)",
    "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)",
];

/// `{skip}`: SQLite has one writer at a time, so no row is locked by another.
pub const SKIP: [&str; 2] = ["", "FOR UPDATE SKIP LOCKED"];

/// For each connection: what is committed is on the disk. PostgreSQL waits for its disk by default; a
/// worker whose machine is gone in the middle of a transaction does not lock its row for hours.
pub const CONNECT: [&str; 2] = [
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 4000",
    "SELECT set_config('synchronous_commit', 'on', false)
     WHERE current_setting('synchronous_commit') = 'off';
     SET idle_in_transaction_session_timeout = '15s'",
];

// Receiving

/// New events are due at 0: at once, whatever the clock does.
pub const INSERT: &str = "
    INSERT INTO inbox (message_id, event, received_at, body, bytes, state, due_at, reason)
    VALUES ($1, $2, {now}, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING";

/// A dead letter that is delivered again is tried again.
pub const AGAIN: &str = "
    UPDATE inbox SET state = 'waiting', due_at = 0, attempts = 0, lost = 0
    WHERE state = 'dead' AND (message_id = $1 OR event = $2)";

pub const IS_KNOWN: &str = "SELECT 1 FROM inbox WHERE message_id = $1 OR event = $2";

// Work

/// Takes the row that is due first, of those that are due from $3 on, for $2 milliseconds. A row whose
/// token is still there has lost its worker.
pub const CLAIM: &str = "
    UPDATE inbox SET token = $1, due_at = {now} + $2,
        lost = lost + CASE WHEN token IS NULL THEN 0 ELSE 1 END
    WHERE message_id = (
        SELECT message_id FROM inbox
        WHERE state <> 'done' AND state = 'waiting' AND due_at >= $3 AND due_at <= {now}
        ORDER BY due_at, received_at LIMIT 1 {skip})
    RETURNING message_id, body, attempts, lost";

pub const RENEW: &str = "UPDATE inbox SET due_at = {now} + $3 WHERE message_id = $1 AND token = $2";

/// The event is set again, in case an older version could not parse it when it was received.
pub const DONE: &str = "
    UPDATE inbox SET state = 'done', due_at = {now} + $3, event = $4,
        token = NULL, body = NULL, bytes = 0, reason = NULL
    WHERE message_id = $1 AND token = $2";

/// The same event was received under another message id.
pub const DUPLICATE: &str = "
    UPDATE inbox SET state = 'done', due_at = {now} + $3,
        token = NULL, body = NULL, bytes = 0, reason = 'duplicate'
    WHERE message_id = $1 AND token = $2";

pub const FAIL: &str = "
    UPDATE inbox SET state = $3, due_at = {now} + $4, attempts = attempts + 1, lost = 0,
        token = NULL, reason = $5
    WHERE message_id = $1 AND token = $2";

pub const RELEASE: &str = "
    UPDATE inbox SET due_at = {now} + $3, token = NULL WHERE message_id = $1 AND token = $2";

// Dead letters

pub const LIST: &str = "
    SELECT message_id, bytes, attempts, reason FROM inbox
    WHERE state <> 'done' AND state = 'dead' ORDER BY received_at";

pub const SHOW: &str = "SELECT body FROM inbox WHERE state = 'dead' AND message_id = $1";

/// Of one message id, or of all if it is NULL.
pub const RETRY: &str = "
    UPDATE inbox SET state = 'waiting', due_at = 0, attempts = 0, lost = 0
    WHERE state <> 'done' AND state = 'dead' AND message_id = COALESCE($1, message_id) RETURNING message_id";

// Housekeeping

pub const MEASURE: &str = "
    SELECT state, COUNT(*), CAST(SUM(bytes) AS BIGINT), CAST(SUM(attempts) AS BIGINT),
        {now} - MIN(received_at)
    FROM inbox WHERE state <> 'done' GROUP BY state";

/// In small batches, so that others do not wait.
pub const PURGE: &str = "
    DELETE FROM inbox WHERE message_id IN (
        SELECT message_id FROM inbox WHERE state = 'done' AND due_at < {now}
        ORDER BY due_at LIMIT 500 {skip})";

/// After the clock was set back: nothing is put off by more than $1 milliseconds, and a worker has $2 to
/// renew its lease.
pub const CLOCK: &str = "
    UPDATE inbox SET due_at = {now} + CASE WHEN token IS NULL THEN 0 ELSE $2 END
    WHERE state <> 'done' AND state = 'waiting' AND due_at > {now} + $1";

pub const PROBE: &str = "
    INSERT INTO probe (id, filler) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET filler = $1";
