//! The instructions that each method of reading an event takes, counted under valgrind, and their ratios
//! against goals. Fails if a goal is missed.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench instructions
//! ```

mod methods;

use std::hint::black_box;
use std::process::Command;

use codat_webhooks::Event;
use methods::{
    ALERT, Case, DESERIALIZE, DRIFT, ENVELOPE, FROM_SLICE, FROM_STR, IGNORED, KNOWN, KNOWN_TEXT,
    Method, PAYLOAD_FIRST, TAGGED, UNKNOWN_EVERYWHERE, UNKNOWN_FIELD, VALUE, cases, large,
};

const UNDER_VALGRIND: &str = "--under-valgrind";

const METHODS: [(&str, Method); 14] = [
    ("from_slice", FROM_SLICE),
    ("known", KNOWN),
    ("known as text", KNOWN_TEXT),
    ("from_str", FROM_STR),
    ("Deserialize", DESERIALIZE),
    ("tagged", TAGGED),
    ("Value", VALUE),
    ("Envelope", ENVELOPE),
    ("IgnoredAny", IGNORED),
    ("reordered", PAYLOAD_FIRST),
    ("one unknown", UNKNOWN_FIELD),
    ("all unknown", UNKNOWN_EVERYWHERE),
    ("and drift", DRIFT),
    ("an alert", ALERT),
];

fn main() {
    if std::env::args().any(|argument| argument == UNDER_VALGRIND) {
        for case in cases().iter().chain(&large()) {
            for (_, method) in METHODS {
                // The first time, the allocator and the standard library warm up.
                method(case);
                start_counting();
                count(method, case);
            }
        }
        return;
    }
    let rows = measure();
    print_counts(&rows);
    if !meets_goals(&rows) {
        std::process::exit(1);
    }
}

/// Callgrind writes a count when one of these two is left. Between `start_counting` and the end of
/// `count` stands the method, and a handful of instructions more.
#[inline(never)]
fn start_counting() {
    black_box(());
}

#[inline(never)]
fn count(method: Method, case: &Case) {
    method(case);
    // Keeps the call from becoming a jump, which callgrind would not see end.
    black_box(());
}

/// A class with the instructions of each method.
struct Row {
    class: &'static str,
    counts: Vec<f64>,
}

impl Row {
    fn ratio(&self, method: &str, against: &str) -> f64 {
        self.of(method) / self.of(against)
    }

    fn of(&self, method: &str) -> f64 {
        let index = METHODS.iter().position(|(name, _)| *name == method);
        self.counts[index.expect("a method")]
    }
}

fn measure() -> Vec<Row> {
    let folder = std::env::temp_dir().join(format!("codat-webhooks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the counts");
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .args([
            "--dump-after=instructions::start_counting",
            "--dump-after=instructions::count",
        ])
        .arg(format!(
            "--callgrind-out-file={}",
            folder.join("out").display()
        ))
        .arg(std::env::current_exe().expect("this program"))
        .arg(UNDER_VALGRIND)
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "valgrind is not installed, or failed"
    );

    let mut counts = (1..)
        .map_while(|dump| {
            let text = std::fs::read_to_string(folder.join(format!("out.{dump}"))).ok()?;
            let summary = text
                .lines()
                .find_map(|line| line.strip_prefix("summary: "))?;
            summary.trim().parse::<f64>().ok()
        })
        // Every other one is what stands before `start_counting`.
        .skip(1)
        .step_by(2);
    let rows = cases()
        .iter()
        .chain(&large())
        .map(|case| Row {
            class: case.class,
            counts: counts.by_ref().take(METHODS.len()).collect(),
        })
        .collect();
    let _ = std::fs::remove_dir_all(folder);
    rows
}

fn print_counts(rows: &[Row]) {
    println!("Instructions for an event, and of the other methods against `from_slice`:\n");
    print!("{:26}", "");
    METHODS.iter().for_each(|(name, _)| print!("{name:>14}"));
    println!();
    for row in rows {
        print!("{:26}{:>14}", row.class, row.counts[0]);
        row.counts[1..]
            .iter()
            .for_each(|count| print!("{:>14.2}", count / row.counts[0]));
        println!();
    }
}

/// Prints the goals, and returns `true` if all are met.
fn meets_goals(rows: &[Row]) -> bool {
    let classes = &rows[..cases().len()];
    let mean = |method, against| {
        let sum: f64 = classes
            .iter()
            .map(|row| row.ratio(method, against).ln())
            .sum();
        (sum / classes.len() as f64).exp()
    };
    let worst = |method, against| {
        classes
            .iter()
            .map(|row| row.ratio(method, against))
            .fold(f64::MIN, f64::max)
    };
    let each = |class: &str, elements: f64| {
        let row = rows.iter().find(|row| row.class == class);
        row.expect("the class").of("from_slice") / elements
    };
    let at_most = |what, goal: f64, ratio: f64| (what, "<=", goal, ratio, ratio <= goal);
    let at_least = |what, goal: f64, ratio: f64| (what, ">=", goal, ratio, ratio >= goal);
    let goals = [
        at_most(
            "from_slice / known struct, mean",
            0.65,
            mean("from_slice", "known"),
        ),
        at_most(
            "from_slice / known struct, worst",
            0.75,
            worst("from_slice", "known"),
        ),
        at_least(
            "tagged enum / from_slice, mean",
            1.9,
            mean("tagged", "from_slice"),
        ),
        at_least("Value / from_slice, mean", 2.6, mean("Value", "from_slice")),
        at_most(
            "payload first / known struct, mean",
            1.0,
            mean("reordered", "known"),
        ),
        at_most(
            "one unknown field / none, mean",
            1.2,
            mean("one unknown", "from_slice"),
        ),
        at_most(
            "unknown fields everywhere / none, mean",
            1.6,
            mean("all unknown", "from_slice"),
        ),
        at_most(
            "drift / from_slice, mean",
            1.3,
            mean("and drift", "from_slice") - 1.0,
        ),
        at_most("instructions of an alert", 45_000.0, rows[0].of("an alert")),
        at_most(
            "a data type of 10,000 / of 100",
            1.1,
            each("10,000 data types", 10_000.0) / each("100 data types", 100.0),
        ),
        at_most("bytes of an `Event`", 40.0, size_of::<Event>() as f64),
    ];
    println!("\n{:40}{:>9}{:>10}", "goal", "", "is");
    for (what, sign, goal, ratio, met) in goals {
        let met = if met { "met" } else { "MISSED" };
        println!(
            "{what:40}{:>9}{ratio:>10.3}  {met}",
            format!("{sign} {goal}")
        );
    }
    goals.iter().all(|(.., met)| *met)
}
