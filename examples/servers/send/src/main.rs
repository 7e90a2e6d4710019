//! Posts sample events to a server, as Codat does.
//!
//! ```sh
//! export CODAT_WEBHOOK_SECRETS=whsec_…
//! cargo run --bin send -- --list
//! cargo run --bin send -- --to http://127.0.0.1:8080/webhooks/codat connection.disconnected
//! cargo run --bin send -- --to http://127.0.0.1:8080/webhooks/codat --all --as forged
//! ```
//!
//! It prints a line for each delivery: message id, name, status, milliseconds. The exit status is 1 if a
//! genuine delivery was not accepted, or another one was.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Parser;
use codat_webhooks::samples::{self, Sample};
use codat_webhooks::signature::Secret;
use codat_webhooks::{Envelope, uuid};
type AnyError = Box<dyn std::error::Error + Send + Sync>;
use futures_util::StreamExt;
use hdrhistogram::Histogram;
use indicatif::{ProgressBar, ProgressStyle};
use rand::seq::SliceRandom;
use send::{Variant, client};

/// Posts sample events to a server, as Codat does.
///
/// They are signed with the first secret of the environment variable `CODAT_WEBHOOK_SECRETS`, events and legacy
/// alerts alike.
#[derive(Parser)]
struct Arguments {
    /// Event types (`items.write.unsuccessful`), or names of samples (`company.created@minimal`).
    #[arg(required_unless_present_any = ["list", "all", "file"])]
    types: Vec<String>,
    /// Where to post: `http://127.0.0.1:8080/webhooks/codat`.
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    to: Option<reqwest::Url>,
    /// Print the names of the samples.
    #[arg(long)]
    list: bool,
    /// Post all samples.
    #[arg(long)]
    all: bool,
    /// Post the body in a file.
    #[arg(long)]
    file: Vec<PathBuf>,
    /// What to make of them.
    #[arg(
        long = "as",
        value_enum,
        value_name = "VARIANT",
        default_value = "genuine"
    )]
    variant: Variant,
    /// How often. From the second time on, the events have ids of their own.
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
    /// How many deliveries are under way at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// Give all events ids of their own: a server drops an event that it has seen.
    #[arg(long)]
    new_ids: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        // The reader of its output has seen enough.
        Err(error) if error.to_string().contains("Broken pipe") => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, AnyError> {
    let mut out = std::io::stdout();
    if arguments.list {
        for sample in samples::all() {
            writeln!(out, "{}", sample.name())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let url = arguments.to.as_ref().ok_or("--to is missing")?.as_str();
    let secret = secret().map_err(|error| format!("CODAT_WEBHOOK_SECRETS: {error}"))?;
    let client = client()?;
    let variant = arguments.variant;
    let concurrency = usize::from(arguments.concurrency);
    let posts = posts(&arguments)?;

    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}")?;
    let progress = ProgressBar::new(posts.len() as u64).with_style(style);
    let mut latencies = Histogram::<u64>::new(3)?;
    let mut answers = BTreeMap::<String, usize>::new();
    let mut as_expected = true;
    let start = Instant::now();
    let mut results = futures_util::stream::iter(posts)
        .map(|post| post.send(&client, url, &secret, variant))
        .buffer_unordered(concurrency);
    while let Some((post, answer, latency)) = results.next().await {
        let is_accepted = matches!(answer, Ok(200..=299));
        as_expected &= is_accepted == variant.is_genuine();
        let answer = match answer {
            Ok(status) => status.to_string(),
            Err(error) if error.is_timeout() => "no answer".to_owned(),
            Err(error) if error.is_connect() => "no connection".to_owned(),
            Err(_) => "cut off".to_owned(),
        };
        let (id, name, ms) = (&post.message_id, &post.name, latency.as_millis());
        progress.suspend(|| writeln!(out, "{id}\t{name}\t{answer}\t{ms}"))?;
        *answers.entry(answer).or_default() += 1;
        latencies.record(latency.as_micros().try_into()?)?;
        progress.inc(1);
    }
    progress.finish_and_clear();

    let answers: Vec<_> = answers
        .iter()
        .map(|(answer, n)| format!("{n} x {answer}"))
        .collect();
    eprintln!("answers: {} in {:.1?}", answers.join(", "), start.elapsed());
    let quantile = |q| Duration::from_micros(latencies.value_at_quantile(q));
    let [half, most, nearly_all] = [0.5, 0.9, 0.99].map(quantile);
    let max = Duration::from_micros(latencies.max());
    eprintln!("latency: p50 {half:.1?}, p90 {most:.1?}, p99 {nearly_all:.1?}, max {max:.1?}");
    Ok(if as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn secret() -> Result<Secret, AnyError> {
    let secrets = std::env::var("CODAT_WEBHOOK_SECRETS")?;
    Ok(secrets
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .parse()?)
}

/// A body to be posted.
#[derive(Clone)]
struct Post {
    message_id: String,
    name: String,
    body: Bytes,
}

impl Post {
    fn new(name: &str, body: impl Into<Bytes>) -> Self {
        Self {
            message_id: format!("msg_{:032x}", rand::random::<u128>()),
            name: name.to_owned(),
            body: body.into(),
        }
    }

    /// Returns the same event as another one: with ids of its own.
    fn renewed(&self) -> Self {
        let body = match Envelope::from_slice(&self.body) {
            Ok(envelope) => {
                let id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
                let old = envelope.id().to_string();
                let text = String::from_utf8_lossy(&self.body);
                text.replacen(&old, &id.to_string(), 1).into()
            }
            Err(_) => self.body.clone(),
        };
        Self::new(&self.name, body)
    }

    async fn send(
        self,
        client: &reqwest::Client,
        url: &str,
        secret: &Secret,
        variant: Variant,
    ) -> (Self, reqwest::Result<u16>, Duration) {
        let delivery = variant.delivery(secret, &self.message_id, self.body.clone());
        let start = Instant::now();
        let answer = delivery.send(client, reqwest::Method::POST, url).await;
        (self, answer, start.elapsed())
    }
}

/// Returns what is to be posted, in its order.
fn posts(arguments: &Arguments) -> Result<Vec<Post>, AnyError> {
    let post = |sample: &Sample| Post::new(sample.name(), sample.json().to_owned());
    let mut once: Vec<Post> = Vec::new();
    if arguments.all {
        once.extend(samples::all().map(|sample| post(&sample)));
    }
    for name in &arguments.types {
        let named = || samples::all().find(|sample| sample.name() == name);
        let sample = named().or_else(|| samples::of(name.as_str()).next());
        let sample = sample.ok_or_else(|| format!("{name}: no such sample, see --list"))?;
        once.push(post(&sample));
    }
    for path in &arguments.file {
        let name = path.display().to_string();
        let body = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        once.push(Post::new(&name, body));
    }
    let mut posts = Vec::new();
    for round in 0..arguments.repeat {
        for post in &once {
            let is_new = arguments.new_ids || round > 0;
            posts.push(if is_new { post.renewed() } else { post.clone() });
        }
    }
    match arguments.variant {
        Variant::Duplicate => posts.extend(posts.clone()),
        Variant::Reordered => posts.shuffle(&mut rand::rng()),
        _ => {}
    }
    Ok(posts)
}
