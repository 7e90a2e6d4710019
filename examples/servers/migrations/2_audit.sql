-- The effects of the example handler. Replace it with the tables of yours. Without a unique key, so that a
-- doubled effect would show.
CREATE TABLE IF NOT EXISTS audit (
    event_id   TEXT   NOT NULL,
    message_id TEXT   NOT NULL,
    note       TEXT   NOT NULL
);
