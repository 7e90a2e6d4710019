//! Time and allocations for an event, ours beside what else a user could write.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench events
//! ```

#[allow(dead_code)]
mod methods;

use divan::{AllocProfiler, Bencher};
use methods::{Case, FROM_SLICE, KNOWN, Method, TAGGED, VALUE};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn classes() -> impl Iterator<Item = &'static str> {
    methods::cases()
        .into_iter()
        .chain(methods::large())
        .map(|case| case.class)
}

fn run(bencher: Bencher<'_, '_>, class: &str, method: Method) {
    let cases = methods::cases().into_iter().chain(methods::large());
    let case: Case = cases
        .into_iter()
        .find(|case| case.class == class)
        .expect("a class");
    bencher
        .counter(divan::counter::BytesCount::of_str(&case.body))
        .bench(|| method(&case));
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
