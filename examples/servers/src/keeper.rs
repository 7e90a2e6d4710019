//! What is done to the inbox now and then: its tables are created, it is measured and swept.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use metrics::gauge;
use sqlx::{Error, Row};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::inbox::{Inbox, millis};
use crate::sql;
use crate::telemetry::Lines;
use crate::worker::LONGEST_RETRY;

/// Nothing is put off for longer.
const LONGEST_WAIT: Duration = LONGEST_RETRY.saturating_mul(2);

static AWAY: Lines = Lines::new();

impl Inbox {
    /// Keeps the inbox in order, as long as the database is there.
    pub async fn keep(&self) {
        let mut is_there = true;
        for round in 0.. {
            let start = Instant::now();
            let kept = self.keep_once(round, !is_there).await;
            if let Err(error) = &kept {
                AWAY.warn(|hidden| warn!(%error, hidden, "the database is away"));
            } else if !is_there {
                info!("the database is there");
            }
            is_there = kept.is_ok();
            gauge!("codat_database_up").set(f64::from(u8::from(is_there)));
            // However large the table is, this takes a small part of the time.
            let pause = if is_there {
                20 * start.elapsed()
            } else {
                Duration::ZERO
            };
            sleep(pause.clamp(Duration::from_secs(1), Duration::from_mins(1))).await;
        }
    }

    async fn keep_once(&self, round: u32, was_away: bool) -> Result<(), Error> {
        if was_away {
            self.database.migrate().await?;
        }
        self.measure().await?;
        if round.is_multiple_of(10) {
            let clock = self.database.query(sql::CLOCK).bind(millis(LONGEST_WAIT));
            self.database
                .execute(clock.bind(millis(Duration::from_mins(1))))
                .await?;
            let purge = || self.database.execute(self.database.query(sql::PURGE));
            while purge().await? == 500 {
                sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    /// Counts what is not handled, for the gauges and for the bound on it.
    #[allow(clippy::cast_precision_loss)]
    async fn measure(&self) -> Result<(), Error> {
        let mut database = self.database.clone();
        // It takes a second for a million rows.
        database.patience *= 6;
        let rows = database.fetch(database.query(sql::MEASURE)).await?;
        let (mut load, mut waiting, mut dead) = ([0; 2], [0; 3], 0);
        for row in rows {
            let [count, bytes, attempts, age] = [1, 2, 3, 4].map(|at| row.try_get::<i64, _>(at));
            let count = count?;
            load[0] += count.cast_unsigned();
            load[1] += bytes?.cast_unsigned();
            match row.try_get::<&str, _>(0)? {
                "dead" => dead = count,
                _ => waiting = [count, attempts?, age?.max(0)],
            }
        }
        let share = |at: usize| load[at] as f64 / self.most[at] as f64;
        gauge!("codat_inbox_full_ratio").set(share(0).max(share(1)));
        gauge!("codat_queue_depth").set(waiting[0] as f64);
        gauge!("codat_queue_attempts").set(waiting[1] as f64);
        gauge!("codat_queue_oldest_seconds").set(waiting[2] as f64 / 1000.0);
        gauge!("codat_dead_letters").set(dead as f64);
        for (at, load) in load.into_iter().enumerate() {
            self.load[at].store(load, Relaxed);
        }
        Ok(())
    }
}
