-- The inbox: a row for each event that was received. It is deleted some time after it was handled.
CREATE TABLE IF NOT EXISTS inbox (
    message_id  TEXT   PRIMARY KEY,         -- of the delivery
    event       TEXT   UNIQUE,              -- event id and event type; NULL if the body could not be parsed
    received_at BIGINT NOT NULL,            -- all times are milliseconds since 1970, by the database's clock
    body        BYTEA,                      -- as it was posted; NULL once it is handled
    bytes       BIGINT NOT NULL,            -- of the body
    state       TEXT   NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    due_at      BIGINT NOT NULL,            -- waiting: next attempt, or end of the lease; done: may be deleted
    token       TEXT,                       -- of the worker that has it in hand, until the lease ends
    attempts    BIGINT NOT NULL DEFAULT 0,  -- that failed
    lost        BIGINT NOT NULL DEFAULT 0,  -- leases that ended with their worker
    reason      TEXT                        -- of the last failure, without customer data
);

-- What is open is found at once, however much is remembered.
CREATE INDEX IF NOT EXISTS inbox_open ON inbox (due_at, received_at, state, bytes, attempts) WHERE state <> 'done';
CREATE INDEX IF NOT EXISTS inbox_done ON inbox (due_at) WHERE state = 'done';

-- What /readyz writes, to find out whether the database takes anything.
CREATE TABLE IF NOT EXISTS probe (id BIGINT PRIMARY KEY, filler BYTEA NOT NULL);
