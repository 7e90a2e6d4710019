//! Every statement that the inbox makes, for SQLite and PostgreSQL alike.
//!
//! `{now}` and `{skip}` are the differences. All but `DONE`, which is in one transaction with what the
//! handler writes, are transactions of their own. The table is in `migrations/1_inbox.sql`; `state <> 'done'`
//! is for SQLite, which uses an index of open rows only if it finds the words of the index. A row that is
//! returned is one that was changed.

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
    VALUES ($1, $2, {now}, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING RETURNING message_id";

/// A dead letter that is delivered again is tried again.
pub const AGAIN: &str = "
    UPDATE inbox SET state = 'waiting', due_at = 0, attempts = 0, lost = 0
    WHERE state = 'dead' AND (message_id = $1 OR event = $2)";

// Work

/// Takes the row that is due first, of those that are due from $3 on, for $2 milliseconds. A row whose
/// token is still there has lost its worker. It may have killed it, so only one worker of a process, for
/// which $4 is 1, takes such rows: others that are in hand at the same time are lost with it once.
pub const CLAIM: &str = "
    UPDATE inbox SET token = $1, due_at = {now} + $2,
        lost = lost + CASE WHEN token IS NULL THEN 0 ELSE 1 END
    WHERE message_id = (
        SELECT message_id FROM inbox
        WHERE state <> 'done' AND state = 'waiting' AND due_at >= $3 AND due_at <= {now}
            AND ($4 = 1 OR (token IS NULL AND lost = 0))
        ORDER BY due_at, received_at LIMIT 1 {skip})
    RETURNING message_id, body, attempts, lost";

pub const RENEW: &str = "
    UPDATE inbox SET due_at = {now} + $3 WHERE message_id = $1 AND token = $2 RETURNING message_id";

/// The event is set again, in case an older version could not parse it when it was received.
pub const DONE: &str = "
    UPDATE inbox SET state = 'done', due_at = {now} + $3, event = $4,
        token = NULL, body = NULL, bytes = 0, reason = NULL
    WHERE message_id = $1 AND token = $2 RETURNING message_id";

/// For another attempt in $4 milliseconds, or as a dead letter. $5 is 1 if the attempt counts, or else 0.
pub const PUT_BACK: &str = "
    UPDATE inbox SET state = $3, due_at = {now} + $4, attempts = attempts + $5, lost = lost * (1 - $5),
        token = NULL, reason = $6
    WHERE message_id = $1 AND token = $2 RETURNING message_id";

// Dead letters

pub const LIST: &str = "
    SELECT message_id, bytes, attempts, COALESCE(reason, '') FROM inbox
    WHERE state <> 'done' AND state = 'dead' ORDER BY received_at";

pub const SHOW: &str = "SELECT body FROM inbox WHERE state = 'dead' AND message_id = $1";

/// Of one message id, or of all if it is NULL.
pub const RETRY: &str = "
    UPDATE inbox SET state = 'waiting', due_at = 0, attempts = 0, lost = 0
    WHERE state <> 'done' AND state = 'dead' AND message_id = COALESCE($1, message_id) RETURNING message_id";

// Housekeeping

/// What is not handled: rows and their bytes, dead letters, and of those that wait the count, failed attempts
/// and age of the oldest.
pub const MEASURE: &str = "
    SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT), COUNT(*) FILTER (WHERE state = 'dead'),
        COUNT(*) FILTER (WHERE state = 'waiting'),
        CAST(COALESCE(SUM(attempts) FILTER (WHERE state = 'waiting'), 0) AS BIGINT),
        COALESCE({now} - MIN(received_at) FILTER (WHERE state = 'waiting'), 0)
    FROM inbox WHERE state <> 'done'";

/// In small batches, so that others do not wait.
pub const PURGE: &str = "
    DELETE FROM inbox WHERE message_id IN (
        SELECT message_id FROM inbox WHERE state = 'done' AND due_at < {now}
        ORDER BY due_at LIMIT 500 {skip})
    RETURNING message_id";

/// After the clock was set back: nothing is put off by more than half an hour, which is longer than the
/// longest pause, and a worker has a minute to renew its lease.
pub const CLOCK: &str = "
    UPDATE inbox SET due_at = {now} + CASE WHEN token IS NULL THEN 0 ELSE 60000 END
    WHERE state <> 'done' AND state = 'waiting' AND due_at > {now} + 1800000";

pub const PROBE: &str = "
    INSERT INTO probe (id, filler) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET filler = $1";
