//! Takes events out of the inbox and handles them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codat_webhooks::{Webhook, from_slice};
use futures_util::FutureExt;
use metrics::{counter, histogram};
use sqlx::Error;
use tokio::runtime::Handle;
use tokio::sync::{RwLock, watch};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};
use tracing::{Instrument, error, info, info_span, warn};

use crate::handler::{self, unreadable};
use crate::inbox::{Claim, Finish, Inbox};
use crate::settings::{number, seconds};
use crate::telemetry::{Lines, take_panic};

/// The longest time between two attempts.
pub const LONGEST_RETRY: Duration = Duration::from_mins(15);

/// How often an event may take its worker down with it.
const CRASHES: i64 = 5;

/// What the workers are to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Work,
    /// Finish what is in hand.
    Finish,
    /// Put back what is in hand.
    Stop,
}

pub struct Worker {
    inbox: Arc<Inbox>,
    phase: watch::Receiver<Phase>,
    /// `WORKERS`: how many events are handled at a time.
    workers: usize,
    /// `LEASE_SECONDS`: after this time another worker takes over from one that was killed.
    pub lease: Duration,
    /// `HANDLE_SECONDS`: how long the handler may take for an event.
    limit: Duration,
    /// `ATTEMPTS`: how often an event is tried before it is dead-lettered.
    attempts: i64,
    /// `RETRY_SECONDS`: between the first attempt and the second. It doubles from one to the next.
    retry: Duration,
    /// An event that may have killed its worker is handled while no other one is.
    alone: RwLock<()>,
}

/// Why an event is not handled.
enum Failure {
    /// The attempt counts.
    Reason(String),
    /// Another attempt would end in the same way.
    Final(String),
    /// The attempt does not count: the database is away.
    Away(Error),
    /// Another worker has it.
    Lost,
}

static FAILED: Lines = Lines::new();
static WAITING: Lines = Lines::new();

impl Worker {
    pub fn read(
        inbox: Arc<Inbox>,
        phase: watch::Receiver<Phase>,
        workers: usize,
    ) -> Result<Self, String> {
        Ok(Self {
            inbox,
            phase,
            workers,
            lease: seconds("LEASE_SECONDS", 30, 900)?,
            limit: seconds("HANDLE_SECONDS", 60, 86_400)?,
            attempts: number("ATTEMPTS", 8, 1000)? as i64,
            retry: seconds("RETRY_SECONDS", 10, 900)?,
            alone: RwLock::default(),
        })
    }

    /// Works until it is told to stop.
    pub async fn run(self: Arc<Self>) {
        info!(workers = self.workers, "working");
        let mut workers = JoinSet::new();
        for number in 0..self.workers {
            workers.spawn(Arc::clone(&self).work(number));
        }
        workers.join_all().await;
    }

    async fn work(self: Arc<Self>, mut turn: usize) {
        while *self.phase.borrow() == Phase::Work {
            turn += 1;
            match self.next(turn).await {
                Ok(Some(claim)) => self.process(claim).await,
                Ok(None) => tokio::select! {
                    () = self.inbox.arrived.notified() => {}
                    () = sleep(Duration::from_millis(500)) => {}
                    () = self.reached(Phase::Finish) => {}
                },
                Err(error) => {
                    WAITING.warn(|hidden| warn!(%error, hidden, "waiting for the database"));
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Events that were tried before have every fourth turn, so that new ones cannot keep them waiting.
    async fn next(&self, turn: usize) -> Result<Option<Claim>, Error> {
        if turn % 4 == 0 {
            let again = self.inbox.claim(self.lease, true).await?;
            if again.is_some() {
                return Ok(again);
            }
        }
        self.inbox.claim(self.lease, false).await
    }

    /// Handles an event, and puts it back if that fails.
    async fn process(self: &Arc<Self>, claim: Claim) {
        let span = info_span!("event", message_id = claim.message_id);
        // It ends when it is dropped.
        let mut renewal = JoinSet::new();
        renewal.spawn(
            Arc::clone(self)
                .renew(claim.clone())
                .instrument(span.clone()),
        );

        let mut thread = None;
        let result = tokio::select! {
            result = self.attempt(&claim, &mut thread) => result,
            () = self.reached(Phase::Stop) => {
                span.in_scope(|| warn!("stopped in the middle, and put back"));
                return self.until_done(|| self.inbox.release(&claim, Duration::ZERO)).await;
            }
        };
        let (reason, may_retry) = match result {
            Ok(()) => return,
            Err(Failure::Lost) => return span.in_scope(|| warn!("another worker has taken over")),
            Err(Failure::Away(error)) => {
                WAITING.warn(
                    |hidden| warn!(parent: &span, %error, hidden, "waiting for the database"),
                );
                let after = Duration::from_secs(1);
                return self.until_done(|| self.inbox.release(&claim, after)).await;
            }
            Err(Failure::Reason(reason)) => (reason, claim.attempts + 1 < self.attempts),
            Err(Failure::Final(reason)) => (reason, false),
        };
        // One line of bounded length.
        let reason: String = reason
            .replace(char::is_control, " ")
            .chars()
            .take(500)
            .collect();
        let retry = may_retry.then(|| self.pause(claim.attempts));
        if retry.is_some() {
            FAILED.warn(|hidden| warn!(parent: &span, reason, hidden, "not handled"));
        } else {
            counter!("codat_dead_letters_total").increment(1);
            warn!(parent: &span, reason, "dead-lettered");
        }
        self.until_done(|| self.inbox.fail(&claim, &reason, retry))
            .await;
        if let Some(thread) = thread.take_if(|thread| !thread.is_finished()) {
            // It cannot be ended from outside. There are never more of them than workers.
            span.in_scope(|| error!("the handler blocks its thread: this worker waits for it"));
            tokio::select! {
                _ = thread => {}
                () = self.reached(Phase::Finish) => {}
            }
        }
    }

    /// Runs the handler on a thread of its own, which it may block.
    async fn attempt(
        self: &Arc<Self>,
        claim: &Claim,
        thread: &mut Option<JoinHandle<Result<(), Failure>>>,
    ) -> Result<(), Failure> {
        if claim.lost >= CRASHES {
            let reason = format!("its worker was killed in the middle of it {CRASHES} times");
            return Err(Failure::Final(reason));
        }
        let _others = match claim.lost {
            0 => (Some(self.alone.read().await), None),
            _ => (None, Some(self.alone.write().await)),
        };
        let (this, its) = (Arc::clone(self), claim.clone());
        let thread = thread.insert(spawn_blocking(move || this.handle(&its)));
        match timeout(self.limit + Duration::from_secs(1), thread).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => Err(Failure::Reason(error.to_string())),
            Err(_) => Err(self.no_end()),
        }
    }

    fn handle(&self, claim: &Claim) -> Result<(), Failure> {
        let start = Instant::now();
        let webhook = from_slice(&claim.body);
        let webhook = webhook.map_err(|error| Failure::Final(unreadable(&error)))?;
        // The text of an unknown event type could be anything.
        let variant = webhook.event_type().variant_name();
        let (message_id, event_id) = (&claim.message_id, &webhook.id);
        let span = info_span!("event", message_id, %event_id, event_type = variant);
        let work = AssertUnwindSafe(self.work_on(claim, &webhook).instrument(span));
        let result = Handle::current().block_on(work.catch_unwind());
        let result = result.unwrap_or_else(|_| {
            let place = take_panic().unwrap_or_default();
            Err(Failure::Reason(format!("panic at {place}")))
        });
        let label = match result {
            Ok(()) => "handled",
            Err(Failure::Reason(_) | Failure::Final(_)) => "failed",
            Err(Failure::Away(_) | Failure::Lost) => "put back",
        };
        counter!("codat_events_total", "variant" => variant, "result" => label).increment(1);
        histogram!("codat_handle_seconds").record(start.elapsed());
        result
    }

    async fn work_on(&self, claim: &Claim, webhook: &Webhook) -> Result<(), Failure> {
        let call = timeout(self.limit, handler::call(webhook)).await;
        let effect = call.map_err(|_| self.no_end())?.map_err(Failure::Reason)?;
        match self.inbox.finish(claim, webhook, effect).await {
            Ok(Finish::Done) => {
                info!("handled");
                Ok(())
            }
            Ok(Finish::Duplicate) => {
                counter!("codat_duplicates_total").increment(1);
                Ok(())
            }
            Ok(Finish::Lost) => Err(Failure::Lost),
            Ok(Finish::Refused(reason)) => Err(Failure::Reason(reason)),
            Err(error) => Err(Failure::Away(error)),
        }
    }

    async fn renew(self: Arc<Self>, claim: Claim) {
        loop {
            sleep(self.lease / 3).await;
            match self.inbox.renew(&claim, self.lease).await {
                Ok(true) => {}
                // What it writes to the database will not be committed.
                Ok(false) => return warn!("another worker has taken over"),
                Err(error) => {
                    WAITING.warn(|hidden| warn!(%error, hidden, "the lease is not renewed"));
                }
            }
        }
    }

    /// Does something to the database, as soon as that is there.
    async fn until_done<F: Future<Output = Result<(), Error>>>(&self, act: impl Fn() -> F) {
        while let Err(error) = act().await {
            WAITING.warn(|hidden| warn!(%error, hidden, "waiting for the database"));
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// The pause doubles from one attempt to the next, and is not the same for events that failed together.
    fn pause(&self, attempts: i64) -> Duration {
        let doubled = self.retry * (1 << attempts.clamp(0, 20));
        doubled
            .min(LONGEST_RETRY)
            .mul_f64(rand::random_range(0.8..1.2))
    }

    fn no_end(&self) -> Failure {
        Failure::Reason(format!("no end within {:?}", self.limit))
    }

    async fn reached(&self, phase: Phase) {
        let _ = self.phase.clone().wait_for(|now| *now >= phase).await;
    }
}
