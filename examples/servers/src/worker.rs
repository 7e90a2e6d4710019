//! Takes events out of the inbox and handles them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codat_webhooks::{Webhook, from_slice};
use futures_util::FutureExt;
use metrics::{counter, histogram};
use sqlx::Error;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span, error, info, instrument, warn};

use crate::claim::{Claim, Failure, Handled};
use crate::database::{Database, PATIENCE, millis};
use crate::handler::{self, unreadable};
use crate::settings::number;
use crate::sql;

/// The README has what its settings mean.
pub struct Worker {
    pub database: Database,
    stop: CancellationToken,
    pub grace: Duration,
    pub lease: Duration,
    limit: Duration,
    attempts: i64,
    retry: Duration,
    pub keep: Duration,
}

impl Worker {
    pub fn read(database: Database, stop: CancellationToken) -> Result<Self, String> {
        Ok(Self {
            database,
            stop,
            grace: Duration::from_secs(number("GRACE_SECONDS", 10, 3600)?),
            lease: Duration::from_secs(number("LEASE_SECONDS", 30, 900)?),
            limit: Duration::from_secs(number("HANDLE_SECONDS", 60, 86_400)?),
            attempts: number("ATTEMPTS", 8, 1000)?,
            retry: Duration::from_secs(number("RETRY_SECONDS", 10, 900)?),
            keep: Duration::from_hours(24) * number("KEEP_DAYS", 30, 3650)?,
        })
    }

    /// Handles one event at a time until it is stopped, on a thread that the handler may block. The worker of
    /// number 0 also takes those that have lost a worker.
    pub async fn work(self: Arc<Self>, number: u32) {
        info!(number, "working");
        let mut turn = number;
        while !self.stop.is_cancelled() {
            // Those that were tried before have every fourth turn: new ones, due at 0, cannot keep them waiting.
            turn = (turn + 1) % 4;
            let from = i64::from(turn == 0);
            match self.take(from, number == 0).await {
                Ok(Some(claim)) => self.process(Arc::new(claim)).await,
                Ok(None) if turn == 0 => {}
                Ok(None) => sleep(Duration::from_millis(500)).await,
                Err(error) => waiting(&error).await,
            }
        }
    }

    #[instrument(name = "event", skip_all, fields(message_id = claim.message_id, event_id, event_type))]
    async fn process(self: &Arc<Self>, claim: Arc<Claim>) {
        let watch = Arc::clone(self).watch(Arc::clone(&claim));
        let watch = AbortOnDropHandle::new(tokio::spawn(watch.in_current_span()));
        let result = self.attempt(&claim).await;
        drop(watch);
        match result {
            Ok(()) => info!("handled"),
            Err(failure) => self.put_back(&claim, failure).await,
        }
    }

    /// Renews the lease of an event that is being handled, in a task that the handler cannot block, and puts
    /// the event back when its time is over.
    async fn watch(self: Arc<Self>, claim: Arc<Claim>) {
        let renew = async {
            loop {
                sleep(self.lease / 3).await;
                let renew = self.of(&claim, sql::RENEW).bind(millis(self.lease));
                if let Ok(0) = self.database.change(renew).await {
                    return;
                }
            }
        };
        // The rest of the grace is for putting back.
        let stopped = self.stop.cancelled().then(|()| sleep(self.grace * 4 / 5));
        let failure = tokio::select! {
            () = renew => return,
            () = stopped => Failure::PutBack("stopped in the middle".to_owned()),
            () = sleep(self.limit + Duration::from_secs(1)) => {
                // It cannot be ended from outside.
                error!("the handler blocks its thread: this worker waits for it");
                self.no_end()
            }
        };
        self.put_back(&claim, failure).await;
    }

    async fn attempt(&self, claim: &Claim) -> Handled {
        if claim.lost >= 5 {
            let reason = "its worker was killed in the middle of it 5 times";
            return Err(Failure::Final(reason.to_owned()));
        }
        let webhook = from_slice(&claim.body);
        let webhook = webhook.map_err(|error| Failure::Final(unreadable(&error)))?;
        // The text of an unknown event type could be anything.
        let variant = webhook.event_type().variant_name();
        let span = Span::current();
        span.record("event_id", webhook.id.to_string());
        span.record("event_type", variant);

        let start = Instant::now();
        let handle = AssertUnwindSafe(self.handle(claim, &webhook)).catch_unwind();
        let panicked = || Err(Failure::Counts("panic: the log has its place".to_owned()));
        let result = handle.await.unwrap_or_else(|_| panicked());
        let label = match result {
            Ok(()) => "handled",
            Err(Failure::Counts(_) | Failure::Final(_)) => "failed",
            Err(Failure::PutBack(_)) => "put back",
        };
        counter!("codat_events_total", "variant" => variant, "result" => label).increment(1);
        histogram!("codat_handle_seconds").record(start.elapsed());
        result
    }

    async fn handle(&self, claim: &Claim, webhook: &Webhook) -> Handled {
        let call = timeout(self.limit, handler::call(webhook)).await;
        let effect = call.map_err(|_| self.no_end())?.map_err(Failure::Counts)?;
        let finish = self.finish(claim, webhook, effect);
        let finished = timeout(2 * PATIENCE, finish).await;
        finished.unwrap_or(Err(Error::PoolTimedOut.into()))
    }

    /// Puts an event back for another attempt, or as a dead letter.
    async fn put_back(&self, claim: &Claim, failure: Failure) {
        // The pause doubles from one attempt to the next, up to 15 minutes, and differs for events that failed
        // together.
        let pause = self.retry * (1 << claim.attempts.clamp(0, 20));
        let differs = rand::random_range(0.8..1.2);
        let pause = pause.min(Duration::from_mins(15)).mul_f64(differs);
        let (state, pause, counts, reason) = match failure {
            Failure::PutBack(reason) => ("waiting", Duration::from_secs(1), 0, reason),
            Failure::Counts(reason) if claim.attempts + 1 < self.attempts => {
                ("waiting", pause, 1, reason)
            }
            Failure::Counts(reason) | Failure::Final(reason) => ("dead", pause, 1_i64, reason),
        };
        // One line of bounded length.
        let reason = reason.replace(char::is_control, " ");
        let reason: String = reason.chars().take(500).collect();
        let changed = loop {
            let put_back = self.of(claim, sql::PUT_BACK).bind(state);
            let put_back = put_back.bind(millis(pause)).bind(counts).bind(&reason);
            match self.database.change(put_back).await {
                Ok(changed) => break changed,
                Err(error) => waiting(&error).await,
            }
        };
        if changed == 0 {
            warn!(reason, "the lease is lost, and the event in other hands");
        } else if state == "waiting" {
            warn!(reason, "not handled");
        } else {
            counter!("codat_dead_letters_total").increment(1);
            error!(reason, "dead-lettered");
        }
    }

    fn no_end(&self) -> Failure {
        Failure::Counts(format!("no end within {:?}", self.limit))
    }
}

async fn waiting(error: &Error) {
    warn!(%error, "waiting for the database");
    sleep(Duration::from_secs(1)).await;
}
