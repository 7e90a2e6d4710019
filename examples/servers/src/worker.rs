//! Takes events out of the inbox and handles them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codat_webhooks::{Webhook, from_slice};
use futures_util::FutureExt;
use metrics::{counter, histogram};
use sqlx::Error;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, RwLock, watch};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};
use tracing::{Instrument, error, info, info_span, warn};

use crate::handler::{self, unreadable};
use crate::inbox::{Claim, Failure, Inbox};
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
    /// `LEASE_SECONDS`: after this time another worker takes over from one that was killed.
    lease: Duration,
    /// `HANDLE_SECONDS`: how long the handler may take for an event.
    limit: Duration,
    /// `ATTEMPTS`: how often an event is tried before it is dead-lettered.
    attempts: i64,
    /// `RETRY_SECONDS`: between the first attempt and the second. It doubles from one to the next.
    retry: Duration,
    /// An event that may have killed its worker is handled while no other one is.
    alone: RwLock<()>,
    /// One of them at a time is in hand: others would be lost with it.
    suspect: Mutex<()>,
}

static FAILED: Lines = Lines::new();
static WAITING: Lines = Lines::new();

fn waiting(error: &Error) {
    WAITING.warn(|hidden| warn!(%error, hidden, "waiting for the database"));
}

impl Worker {
    pub fn read(inbox: Arc<Inbox>, phase: watch::Receiver<Phase>) -> Result<Self, String> {
        Ok(Self {
            inbox,
            phase,
            lease: seconds("LEASE_SECONDS", 30, 900)?,
            limit: seconds("HANDLE_SECONDS", 60, 86_400)?,
            attempts: number("ATTEMPTS", 8, 1000)?.cast_signed() as i64,
            retry: seconds("RETRY_SECONDS", 10, 900)?,
            alone: RwLock::default(),
            suspect: Mutex::default(),
        })
    }

    /// Handles events, so many at a time, until it is told to stop.
    pub async fn run(self: Arc<Self>, workers: u32) {
        info!(workers, "working");
        let workers = (0..workers).map(|number| Arc::clone(&self).work(number));
        workers.collect::<JoinSet<()>>().join_all().await;
    }

    async fn work(self: Arc<Self>, mut turn: u32) {
        while *self.phase.borrow() == Phase::Work {
            turn += 1;
            match self.inbox.claim(self.lease, turn).await {
                Ok(Some(claim)) => {
                    let span = info_span!("event", message_id = claim.message_id);
                    self.process(claim).instrument(span).await;
                }
                Ok(None) => tokio::select! {
                    () = self.inbox.arrived.notified() => {}
                    () = sleep(Duration::from_millis(500)) => {}
                    () = self.reached(Phase::Finish) => {}
                },
                Err(error) => {
                    waiting(&error);
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Handles an event, and puts it back if that fails.
    async fn process(self: &Arc<Self>, claim: Claim) {
        // It ends when it is dropped.
        let mut renewal = JoinSet::new();
        renewal.spawn(Arc::clone(self).renew(claim.clone()).in_current_span());

        let mut thread = None;
        let result = tokio::select! {
            result = self.attempt(&claim, &mut thread) => result,
            () = self.reached(Phase::Stop) => Err(Failure::Stopped),
        };
        let (reason, may_retry) = match result {
            Ok(()) => return,
            Err(Failure::Lost) => return warn!("another worker has taken over"),
            Err(Failure::Stopped) => {
                warn!("stopped in the middle, and put back");
                return self.until_done(|| self.inbox.release(&claim, 0)).await;
            }
            Err(Failure::Later) => {
                return self.until_done(|| self.inbox.release(&claim, 1000)).await;
            }
            Err(Failure::Away(error)) => {
                waiting(&error);
                return self.until_done(|| self.inbox.release(&claim, 1000)).await;
            }
            Err(Failure::Reason(reason)) => (reason, claim.attempts + 1 < self.attempts),
            Err(Failure::Final(reason)) => (reason, false),
        };
        // One line of bounded length.
        let reason = reason.replace(char::is_control, " ");
        let reason: String = reason.chars().take(500).collect();
        let retry = may_retry.then(|| self.pause(claim.attempts));
        if retry.is_some() {
            FAILED.warn(|hidden| warn!(reason, hidden, "not handled"));
        } else {
            counter!("codat_dead_letters_total").increment(1);
            warn!(reason, "dead-lettered");
        }
        let fail = || self.inbox.fail(&claim, &reason, retry);
        self.until_done(fail).await;
        if let Some(thread) = thread.take_if(|thread| !thread.is_finished()) {
            // It cannot be ended from outside. There are never more of them than workers.
            error!("the handler blocks its thread: this worker waits for it");
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
        let (_normal, _suspect);
        if claim.lost == 0 {
            _normal = self.alone.read().await;
        } else {
            let suspect = self.suspect.try_lock().map_err(|_| Failure::Later)?;
            _suspect = (suspect, self.alone.write().await);
        }
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
            Err(_) => "put back",
        };
        counter!("codat_events_total", "variant" => variant, "result" => label).increment(1);
        histogram!("codat_handle_seconds").record(start.elapsed());
        result
    }

    async fn work_on(&self, claim: &Claim, webhook: &Webhook) -> Result<(), Failure> {
        let call = timeout(self.limit, handler::call(webhook)).await;
        let effect = call.map_err(|_| self.no_end())?.map_err(Failure::Reason)?;
        self.inbox.finish(claim, webhook, effect).await?;
        info!("handled");
        Ok(())
    }

    async fn renew(self: Arc<Self>, claim: Claim) {
        loop {
            sleep(self.lease / 3).await;
            match self.inbox.renew(&claim, self.lease).await {
                Ok(true) => {}
                // What it writes to the database will not be committed.
                Ok(false) => return warn!("another worker has taken over"),
                Err(error) => waiting(&error),
            }
        }
    }

    /// Does something to the database, as soon as that is there.
    async fn until_done<F: Future<Output = Result<(), Error>>>(&self, act: impl Fn() -> F) {
        while let Err(error) = act().await {
            waiting(&error);
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// The pause doubles from one attempt to the next, and differs for events that failed together.
    fn pause(&self, attempts: i64) -> Duration {
        let doubled = self.retry * (1 << attempts.clamp(0, 20));
        let part = rand::random_range(0.8..1.2);
        doubled.min(LONGEST_RETRY).mul_f64(part)
    }

    fn no_end(&self) -> Failure {
        Failure::Reason(format!("no end within {:?}", self.limit))
    }

    async fn reached(&self, phase: Phase) {
        let _ = self.phase.clone().wait_for(|now| *now >= phase).await;
    }
}
