//! Time and allocations for an event, ours beside what else a user could write.
//!
//! ```sh
//! cargo bench --bench events
//! ```

#[allow(dead_code)]
mod ways;

use divan::{AllocProfiler, Bencher};
use ways::{Case, FROM_SLICE, KNOWN, TAGGED, VALUE, Way};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn classes() -> impl Iterator<Item = &'static str> {
    ways::cases()
        .into_iter()
        .chain(ways::large())
        .map(|case| case.class)
}

fn run(bencher: Bencher<'_, '_>, class: &str, way: Way) {
    let cases = ways::cases().into_iter().chain(ways::large());
    let case: Case = cases
        .into_iter()
        .find(|case| case.class == class)
        .expect("a class");
    bencher
        .counter(divan::counter::BytesCount::of_str(&case.body))
        .bench(|| way(&case));
}

/// Ours: `codat_webhooks::from_slice`.
#[divan::bench(args = classes())]
fn a_from_slice(bencher: Bencher<'_, '_>, class: &str) {
    run(bencher, class, FROM_SLICE);
}

/// The struct that is known beforehand.
#[divan::bench(args = classes())]
fn b_known_struct(bencher: Bencher<'_, '_>, class: &str) {
    run(bencher, class, KNOWN);
}

/// `flatten` and `tag = "eventType", content = "payload"`.
#[divan::bench(args = classes())]
fn c_tagged_enum(bencher: Bencher<'_, '_>, class: &str) {
    run(bencher, class, TAGGED);
}

/// `serde_json::Value`, match, `from_value`.
#[divan::bench(args = classes())]
fn d_value(bencher: Bencher<'_, '_>, class: &str) {
    run(bencher, class, VALUE);
}
