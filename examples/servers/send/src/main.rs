use std::collections::BTreeMap;
use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use clap::{Parser, ValueEnum};
use codat_webhooks::samples::{self, Sample};
use codat_webhooks::signature::Secret;
use codat_webhooks::{Envelope, uuid};
use futures_util::StreamExt;
use rand::seq::SliceRandom;

/// Posts sample events to a server, as Codat does.
///
/// They are signed with the first secret of the environment variable `CODAT_WEBHOOK_SECRETS`, events and legacy
/// alerts alike. Prints a line for each delivery: message id, name, status, milliseconds. The exit status is 1
/// if a genuine delivery was not accepted, or another one was.
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
    #[arg(long = "as", value_name = "VARIANT", default_value = "genuine")]
    variant: Variant,
    /// How often. From the second time on, the events have ids of their own.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// How many deliveries are under way at the same time.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// Give all events ids of their own: a server drops an event that it has seen.
    #[arg(long)]
    new_ids: bool,
}

/// What is sent for a sample.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Variant {
    /// A delivery signed now.
    Genuine,
    /// Without a signature.
    Unsigned,
    /// Signed six minutes ago.
    Stale,
    /// With the signature of another body.
    Forged,
    /// A genuine delivery twice, as after a response that was lost.
    Duplicate,
    /// Genuine deliveries in a random order.
    Reordered,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader of its output has seen enough.
        Err(error) if error.to_string().contains("Broken pipe") => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Returns `true` if each delivery was accepted or refused as it should be.
async fn run(arguments: &Arguments) -> Result<bool, AnyError> {
    let mut out = io::stdout();
    if arguments.list {
        for sample in samples::all() {
            writeln!(out, "{}", sample.name())?;
        }
        return Ok(true);
    }
    let url = arguments.to.as_ref().ok_or("--to is missing")?.as_str();
    let secrets = env::var("CODAT_WEBHOOK_SECRETS").unwrap_or_default();
    let secret = secrets.split_whitespace().next().unwrap_or_default();
    let secret = secret.parse::<Secret>();
    let secret = secret.map_err(|error| format!("CODAT_WEBHOOK_SECRETS: {error}"))?;
    let variant = arguments.variant;
    let is_bad = [Variant::Unsigned, Variant::Stale, Variant::Forged].contains(&variant);
    // It goes where it is sent, without a proxy or redirects.
    let client = reqwest::Client::builder().no_proxy();
    let client = client.redirect(reqwest::redirect::Policy::none());
    let client = client.timeout(Duration::from_secs(15)).build()?;
    let mut latencies = Vec::new();
    let mut answers = BTreeMap::<String, usize>::new();
    let mut as_expected = true;
    let start = Instant::now();
    let send = async |post: Post| {
        let now = SystemTime::now();
        let (time, signed) = match variant {
            Variant::Stale => (now - Duration::from_mins(6), &post.body[..]),
            Variant::Forged => (now, &b"{}"[..]),
            _ => (now, &post.body[..]),
        };
        let headers = secret.sign(&post.message_id, time, signed).into_iter();
        let mut request = client.post(url).header("content-type", "application/json");
        for (name, value) in headers.filter(|_| variant != Variant::Unsigned) {
            request = request.header(name, value);
        }
        let start = Instant::now();
        let answer = async {
            let response = request.body(post.body).send().await?;
            let status = response.status().as_u16();
            // Read to its end, so that the connection can be used again.
            response.bytes().await.map(|_| status)
        };
        (post.message_id, post.name, answer.await, start.elapsed())
    };
    let mut results = futures_util::stream::iter(posts(arguments)?)
        .map(send)
        .buffer_unordered(arguments.concurrency.into());
    while let Some((id, name, answer, latency)) = results.next().await {
        as_expected &= matches!(answer, Ok(200..=299)) != is_bad;
        let answer = match answer {
            Ok(status) => status.to_string(),
            Err(error) if error.is_timeout() => "no answer".to_owned(),
            Err(error) if error.is_connect() => "no connection".to_owned(),
            Err(_) => "cut off".to_owned(),
        };
        writeln!(out, "{id}\t{name}\t{answer}\t{}", latency.as_millis())?;
        *answers.entry(answer).or_default() += 1;
        latencies.push(latency);
    }

    let answers = answers.iter().map(|(answer, n)| format!("{n} x {answer}"));
    let answers = answers.collect::<Vec<_>>().join(", ");
    eprintln!("answers: {answers} in {:.1?}", start.elapsed());
    latencies.sort();
    let quantile = |percent| latencies[(latencies.len() - 1) * percent / 100];
    let [half, most, nearly_all, max] = [50, 90, 99, 100].map(quantile);
    eprintln!("latency: p50 {half:.1?}, p90 {most:.1?}, p99 {nearly_all:.1?}, max {max:.1?}");
    Ok(as_expected)
}

/// A body to be posted.
#[derive(Clone)]
struct Post {
    message_id: String,
    name: String,
    body: Vec<u8>,
}

impl Post {
    fn new(name: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            message_id: format!("msg_{:032x}", rand::random::<u128>()),
            name: name.into(),
            body: body.into(),
        }
    }

    /// Returns the same event as another one: with ids of its own.
    fn renewed(&self) -> Self {
        let mut body = self.body.clone();
        if let Ok(envelope) = Envelope::from_slice(&self.body) {
            let id = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
            let (old, new) = (envelope.id().to_string(), id.to_string());
            let text = String::from_utf8_lossy(&self.body);
            body = text.replacen(&old, &new, 1).into();
        }
        Self::new(&self.name, body)
    }
}

/// Returns what is to be posted, in its order.
fn posts(arguments: &Arguments) -> Result<Vec<Post>, AnyError> {
    let post = |sample: Sample| Post::new(sample.name(), sample.json().to_owned());
    let all = samples::all().filter(|_| arguments.all);
    let mut once: Vec<Post> = all.map(post).collect();
    for name in &arguments.types {
        let named = samples::all().find(|sample| sample.name() == name);
        let sample = named.or_else(|| samples::of(name.as_str()).next());
        let missing = || format!("{name}: no such sample, see --list");
        once.push(post(sample.ok_or_else(missing)?));
    }
    for path in &arguments.file {
        let name = path.display().to_string();
        let body = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        once.push(Post::new(name, body));
    }
    let mut posts = once.clone();
    posts.retain(|_| !arguments.new_ids);
    while posts.len() < arguments.repeat as usize * once.len() {
        posts.extend(once.iter().map(Post::renewed));
    }
    match arguments.variant {
        Variant::Duplicate => posts.extend(posts.clone()),
        Variant::Reordered => posts.shuffle(&mut rand::rng()),
        _ => {}
    }
    Ok(posts)
}
