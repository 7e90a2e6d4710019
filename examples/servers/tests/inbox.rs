//! What was accepted is handled exactly once, on both databases.

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::{
    Database, Delivery, Poster, Process, Server, dead, event, example, free_address, genuine,
    run_dead, wait_for, work,
};
use futures_util::future::join_all;

on_both! {
    any_order_and_any_number_of_copies_is_handled_once
    a_replay_under_another_message_id_is_a_duplicate
    a_duplicate_is_known_after_a_restart
    a_full_inbox_asks_codat_to_deliver_again
    what_a_killed_server_has_accepted_is_handled
    a_body_that_cannot_be_parsed_is_a_dead_letter_at_once
    what_fails_is_tried_again_and_then_a_dead_letter
    an_effect_that_the_database_refuses_is_a_failure
    a_dead_letter_that_is_delivered_again_is_tried_again
    failing_events_do_not_hold_up_others
    a_handler_that_takes_too_long_has_failed_and_has_no_effect
    a_handler_that_blocks_keeps_its_lease
    a_worker_that_was_taken_for_dead_does_nothing_twice
    an_event_that_kills_its_worker_is_a_dead_letter_alone
    two_operators_and_a_worker_lose_no_dead_letter
    what_is_old_and_handled_is_deleted_and_nothing_else
    a_clock_that_is_set_back_puts_nothing_off
    the_metrics_and_alerts_tell_the_truth
    an_effect_elsewhere_is_named_by_its_event
}

fn deliveries(numbers: std::ops::Range<usize>) -> Vec<Delivery> {
    let delivery = |n| genuine(&format!("msg_{n}"), event(n));
    numbers.map(delivery).collect()
}

fn once(numbers: std::ops::Range<usize>) -> BTreeMap<String, usize> {
    numbers.map(|n| (format!("msg_{n}"), 1)).collect()
}

async fn post(server: &Server, deliveries: &[Delivery]) {
    let answers = server.poster.post_all(deliveries, 30).await;
    assert!(answers.iter().all(|answer| *answer == 202), "{answers:?}");
}

async fn any_order_and_any_number_of_copies_is_handled_once(database: Database) {
    let server = Server::start(&database, &[]);
    // Every fifth is a copy, in an order of their own.
    let mut all = [deliveries(0..400), deliveries(0..100)].concat();
    all.sort_by_cached_key(|delivery| delivery.headers[2].1.clone());
    post(&server, &all).await;
    // All at once.
    let same = genuine("msg_400", event(400));
    let answers = join_all((0..100).map(|_| server.poster.post(&same))).await;
    assert!(answers.iter().all(|answer| *answer == 202));
    database.handled().await;
    assert_eq!(database.effects().await, once(0..401));
}

async fn a_replay_under_another_message_id_is_a_duplicate(database: Database) {
    let server = Server::start(&database, &[]);
    for id in ["msg_1", "msg_2", "msg_1", "msg_3"] {
        post(&server, &[genuine(id, event(1))]).await;
    }
    // Two subscriptions that match the same fact may have the same event id.
    let other = event(1).replace("disconnected", "failed");
    post(&server, &[genuine("msg_4", other)]).await;
    database.handled().await;
    assert_eq!(database.states().await, [("done".to_owned(), 2)].into());
    assert_eq!(database.effects().await, once(1..2));
}

async fn a_duplicate_is_known_after_a_restart(database: Database) {
    let server = Server::start(&database, &[]);
    post(&server, &deliveries(0..5)).await;
    database.handled().await;
    server.stop();
    let server = Server::start(&database, &[]);
    post(&server, &deliveries(0..5)).await;
    database.handled().await;
    assert_eq!(database.effects().await, once(0..5));
    // The bodies, which have customer data, are gone.
    let bodies = database.rows("SELECT COUNT(*) FROM inbox WHERE body IS NOT NULL");
    assert_eq!(bodies.await, [["0"]]);
}

async fn a_full_inbox_asks_codat_to_deliver_again(database: Database) {
    for setting in [("INBOX_ROWS", "20"), ("INBOX_BYTES", "5000")] {
        let server = Server::receive(&database, &[setting]);
        let all = deliveries(0..60);
        let answers = server.poster.post_all(&all, 10).await;
        let refused = answers.iter().filter(|answer| **answer == 503).count();
        assert!((20..=45).contains(&refused), "{refused} refused");
        assert!(answers.iter().all(|answer| [202, 503].contains(answer)));
        assert_eq!(server.poster.get("/readyz").await.0, 503);
        let worker = work(&database, &[]);
        for delivery in &all {
            while server.poster.post(delivery).await == 503 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        database.handled().await;
        assert_eq!(database.effects().await, once(0..60));
        wait_for("room", async || server.poster.get("/readyz").await.0 == 200).await;
        drop(worker);
        server.stop();
        database.rows("DELETE FROM inbox").await;
        database.rows("DELETE FROM audit").await;
    }
}

async fn what_a_killed_server_has_accepted_is_handled(database: Database) {
    for round in 0..3 {
        let numbers = round * 100..(round + 1) * 100;
        let mut server = Server::start(&database, &[]);
        post(&server, &deliveries(numbers)).await;
        server.process.kill();
    }
    let server = Server::start(&database, &[]);
    database.handled().await;
    assert_eq!(database.effects().await, once(0..300));
    server.stop();
}

async fn a_body_that_cannot_be_parsed_is_a_dead_letter_at_once(database: Database) {
    let server = Server::start(&database, &[]);
    let event = |event_type: &str, payload: &str| {
        let id = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
        format!(r#"{{"id":"{id}","eventType":"{event_type}","payload":{payload}}}"#).into_bytes()
    };
    let bodies = [
        b"\xff\xfe no text".to_vec(),
        b"no \0 JSON".to_vec(),
        Vec::new(),
        event(
            "read.completed",
            r#"{"referenceCompany":{"name":"Larkfield Lanterns"}}"#,
        ),
        event(
            "Larkfield Lanterns.read.completed",
            r#"{"Larkfield Lanterns":7}"#,
        ),
        event("company.created", r#"{"tags":{"Larkfield Lanterns":7}}"#),
    ];
    for (n, body) in bodies.iter().enumerate() {
        let delivery = genuine(&format!("msg/{n}"), body.clone());
        post(&server, &[delivery.clone(), delivery]).await;
    }
    let list = dead(&database, &["list"]);
    assert_eq!(list.lines().count(), bodies.len(), "{list}");
    for (n, body) in bodies.iter().enumerate() {
        let error = codat_webhooks::from_slice(body).unwrap_err();
        let id = format!("msg/{n}");
        let line = list.lines().find(|line| line.contains(&id)).unwrap();
        let start = format!("{id}\t{}\t0\t{}: ", body.len(), error.kind());
        let end = format!("line {} column {}", error.line(), error.column());
        assert!(line.starts_with(&start) && line.ends_with(&end), "{line}");
    }
    let shown = dead(&database, &["show", "msg/3"]);
    assert_eq!(shown.trim_end().as_bytes(), bodies[3]);

    // Ids of any length, which differ at their end.
    let id = "%".repeat(5000);
    for id in [id.clone(), format!("{id}!"), "m".repeat(300)] {
        post(&server, &[genuine(&id, "no JSON")]).await;
    }
    assert_eq!(dead(&database, &["list"]).lines().count(), bodies.len() + 3);
    // Another attempt would end in the same way.
    assert_eq!(dead(&database, &["retry", "--all"]).lines().count(), 9);
    database.handled().await;
    let list = dead(&database, &["list"]);
    assert_eq!(list.lines().count(), 9, "{list}");
    let log = server.stop();
    assert!(!list.contains("Larkfield") && !log.contains("Larkfield"));
}

async fn what_fails_is_tried_again_and_then_a_dead_letter(database: Database) {
    let server = Server::start(&database, &[("ATTEMPTS", "2")]);
    let failure = genuine("msg_1", example(1, "example.failure"));
    let panic = genuine("msg_2", example(2, "example.panic"));
    post(&server, &[failure, panic, genuine("msg_3", event(3))]).await;
    database.handled().await;
    let list = dead(&database, &["list"]);
    let line = |id: &str| list.lines().find(|line| line.starts_with(id)).unwrap();
    assert!(line("msg_1").ends_with("\t2\tan example of a failure"));
    assert!(line("msg_2").ends_with("\t2\tpanic: the log has its place"));
    assert_eq!(
        dead(&database, &["show", "msg_1"]).trim(),
        example(1, "example.failure")
    );
    assert_eq!(database.effects().await, once(3..4));

    // Mended, as by a new version of the handler, one is handled.
    let mended = event(1);
    let mend = if database.is_sqlite() {
        format!("UPDATE inbox SET body = CAST('{mended}' AS BLOB) WHERE message_id = 'msg_1'")
    } else {
        format!("UPDATE inbox SET body = convert_to('{mended}', 'UTF8') WHERE message_id = 'msg_1'")
    };
    database.rows(&mend).await;
    assert_eq!(
        dead(&database, &["retry", "msg_1"]),
        "msg_1\tback in the queue\n"
    );
    database.handled().await;
    assert_eq!(
        database.effects().await,
        [once(1..2), once(3..4)].into_iter().flatten().collect()
    );
    let (status, _, error) = run_dead(&database, &["retry", "msg_9"]);
    let missing = "error: msg_9: no such dead letter";
    assert_eq!((status, error.trim()), (Some(2), missing));
    assert_eq!(run_dead(&database, &["show", "msg_1"]).0, Some(2));
    let log = server.stop();
    assert!(log.contains("src/handler.rs:"), "{log}");
    assert!(!log.contains("example of a panic"), "{log}");
}

async fn an_effect_that_the_database_refuses_is_a_failure(database: Database) {
    let server = Server::start(&database, &[("ATTEMPTS", "2")]);
    database.rows("ALTER TABLE audit RENAME TO moved").await;
    let none = genuine("msg_2", event(2).replace("disconnected", "connected"));
    post(&server, &[genuine("msg_1", event(1)), none]).await;
    database.handled().await;
    let states = database.states().await;
    assert_eq!((states["dead"], states["done"]), (1, 1));
    let list = dead(&database, &["list"]);
    assert!(
        list.contains("\t2\tthe database refused the effect: "),
        "{list}"
    );
    database.rows("ALTER TABLE moved RENAME TO audit").await;
    dead(&database, &["retry", "msg_1"]);
    database.handled().await;
    assert_eq!(database.effects().await, once(1..2));
    server.stop();
}

async fn a_dead_letter_that_is_delivered_again_is_tried_again(database: Database) {
    let server = Server::start(&database, &[("ATTEMPTS", "1")]);
    let attempts = async || server.process.log().matches("dead-lettered").count();
    post(&server, &[genuine("msg_1", example(1, "example.failure"))]).await;
    wait_for("the first", async || attempts().await == 1).await;
    // By the same id, as after an answer that was lost, and by another, as a replay.
    for (count, id) in [(2, "msg_1"), (3, "msg_2")] {
        database.handled().await;
        post(&server, &[genuine(id, example(1, "example.failure"))]).await;
        wait_for("another attempt", async || attempts().await == count).await;
    }
    database.handled().await;
    assert_eq!(dead(&database, &["list"]).lines().count(), 1);
    server.stop();
}

async fn failing_events_do_not_hold_up_others(database: Database) {
    let server = Server::start(&database, &[("RETRY_SECONDS", "600")]);
    let failing = |n: usize| genuine(&format!("bad_{n}"), example(n, "example.failure"));
    let failing: Vec<_> = (1000..1300).map(failing).collect();
    post(&server, &failing).await;
    let start = Instant::now();
    post(&server, &deliveries(0..20)).await;
    wait_for("the others", async || database.effects().await.len() == 20).await;
    assert!(start.elapsed() < Duration::from_secs(20));
    wait_for("one attempt each", async || {
        let rows = database.rows("SELECT COUNT(*) FROM inbox WHERE attempts = 1");
        rows.await == [["300"]]
    })
    .await;
    assert_eq!(database.states().await["waiting"], 300);
    server.stop();
}

async fn a_handler_that_takes_too_long_has_failed_and_has_no_effect(database: Database) {
    let settings = [("HANDLE_SECONDS", "1"), ("ATTEMPTS", "1"), ("WORKERS", "3")];
    let server = Server::start(&database, &settings);
    let slow = genuine("msg_1", example(1, "example.slow"));
    let blocking = genuine("msg_2", example(2, "example.blocking"));
    post(&server, &[slow, blocking]).await;
    database.handled().await;
    let list = dead(&database, &["list"]);
    let count = list.matches("\tno end within 1s").count();
    assert_eq!(count, 2, "{list}");
    post(&server, &deliveries(3..9)).await;
    database.handled().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(database.effects().await, once(3..9));
    server.stop();
}

async fn a_handler_that_blocks_keeps_its_lease(database: Database) {
    let settings = [("LEASE_SECONDS", "3"), ("WORKERS", "4")];
    let server = Server::start(&database, &settings);
    let other = work(&database, &settings);
    let blocking = |n: usize| genuine(&format!("msg_{n}"), example(n, "example.blocking"));
    post(&server, &(0..4).map(blocking).collect::<Vec<_>>()).await;
    // Deliveries do not wait for it.
    let start = Instant::now();
    post(&server, &deliveries(4..8)).await;
    assert!(start.elapsed() < Duration::from_secs(2));
    database.handled().await;
    assert_eq!(database.effects().await, once(0..8));
    let log = server.stop() + &other.log();
    assert!(!log.contains("lease is lost"), "{log}");
}

async fn a_worker_that_was_taken_for_dead_does_nothing_twice(database: Database) {
    let settings = [("LEASE_SECONDS", "1")];
    let receiver = Server::receive(&database, &[]);
    let slow = |n: usize| genuine(&format!("msg_{n}"), example(n, "example.slow"));
    let worker = work(&database, &settings);
    post(&receiver, &(0..4).map(slow).collect::<Vec<_>>()).await;
    wait_for("the work", async || {
        let rows = database.rows("SELECT COUNT(*) FROM inbox WHERE token IS NOT NULL");
        rows.await == [["4"]]
    })
    .await;
    worker.signal("-STOP");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let other = work(&database, &settings);
    // They are in the hands of both when the first goes on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    worker.signal("-CONT");
    database.handled().await;
    worker.logged("the lease is lost");
    assert_eq!(database.effects().await, once(0..4));
    drop(other);
}

async fn an_event_that_kills_its_worker_is_a_dead_letter_alone(database: Database) {
    let receiver = Server::receive(&database, &[]);
    let crash = genuine("msg_crash", example(0, "example.crash"));
    let slow = |n: usize| genuine(&format!("msg_{n}"), example(n, "example.slow"));
    let innocent: Vec<_> = (1..4).map(slow).collect();
    post(&receiver, &[&innocent[..], &[crash]].concat()).await;
    let mut crashes = 0;
    let start = Instant::now();
    while database.states().await.contains_key("waiting") {
        assert!(start.elapsed() < Duration::from_mins(2));
        let settings = [("LEASE_SECONDS", "1"), ("WORKERS", "4")];
        let mut worker = Process::start(&mut common::program(&database, &["work"], &settings));
        while worker.is_running() && database.states().await.contains_key("waiting") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        crashes += usize::from(!worker.is_running());
    }
    assert_eq!(crashes, 5);
    let list = dead(&database, &["list"]);
    assert!(list.starts_with("msg_crash\t") && list.lines().count() == 1);
    assert!(list.contains("its worker was killed in the middle of it 5 times"));
    assert_eq!(database.effects().await, once(1..4));
}

async fn two_operators_and_a_worker_lose_no_dead_letter(database: Database) {
    let server = Server::start(&database, &[("ATTEMPTS", "1")]);
    let failing = |n: usize| genuine(&format!("msg_{n}"), example(n, "example.failure"));
    post(&server, &(0..40).map(failing).collect::<Vec<_>>()).await;
    database.handled().await;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for round in 0..10 {
                    // Each at a time may have been taken by the other.
                    run_dead(&database, &["retry", &format!("msg_{round}")]);
                    dead(&database, &["retry", "--all"]);
                    dead(&database, &["list"]);
                }
            });
        }
    });
    database.handled().await;
    assert_eq!(database.states().await, [("dead".to_owned(), 40)].into());
    server.stop();

    // An error of the database is an error.
    let gone = Database::sqlite();
    for arguments in [&["list"][..], &["show", "msg_1"], &["retry", "--all"]] {
        let (status, out, error) = run_dead(&gone, arguments);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

async fn what_is_old_and_handled_is_deleted_and_nothing_else(database: Database) {
    let server = Server::start(&database, &[("KEEP_DAYS", "1"), ("ATTEMPTS", "1")]);
    let failing = genuine("msg_dead", example(9000, "example.failure"));
    post(&server, &[&deliveries(0..100)[..], &[failing]].concat()).await;
    database.handled().await;
    server.stop();
    let worker = Server::receive(&database, &[]);
    post(&worker, &deliveries(100..110)).await;
    let day = 25 * 3600 * 1000;
    let later =
        format!("UPDATE inbox SET received_at = received_at - {day}, due_at = due_at - {day}");
    database.rows(&later).await;
    wait_for("the purge", async || {
        !database.states().await.contains_key("done")
    })
    .await;
    let left = [("dead".to_owned(), 1), ("waiting".to_owned(), 10)];
    assert_eq!(database.states().await, left.into());
    worker.stop();
}

async fn a_clock_that_is_set_back_puts_nothing_off(database: Database) {
    let receiver = Server::receive(&database, &[]);
    let failing = genuine("msg_9", example(9, "example.failure"));
    post(&receiver, &[&deliveries(0..5)[..], &[failing]].concat()).await;
    let day = 24 * 3600 * 1000;
    // As the rows look afterwards: one was tried, one lost its worker, the others are new.
    let later = format!("UPDATE inbox SET received_at = received_at + {day}");
    database.rows(&later).await;
    for (id, set) in [("msg_9", "attempts = 1"), ("msg_4", "token = 'x'")] {
        let set = format!("UPDATE inbox SET due_at = received_at, {set} WHERE message_id = '{id}'");
        database.rows(&set).await;
    }
    let worker = work(&database, &[("ATTEMPTS", "2")]);
    wait_for("the new ones", async || database.effects().await.len() >= 4).await;
    // A worker has a minute to renew its lease.
    database
        .rows("UPDATE inbox SET due_at = 1 WHERE message_id = 'msg_4' AND token = 'x'")
        .await;
    database.handled().await;
    assert_eq!(database.effects().await, once(0..5));
    assert_eq!(database.states().await["dead"], 1);
    drop(worker);
}

async fn an_effect_elsewhere_is_named_by_its_event(database: Database) {
    let server = Server::start(&database, &[]);
    let sample = common::fixtures()
        .into_iter()
        .find(|(name, _)| name.contains("write.unsuccessful"))
        .unwrap();
    post(&server, &[genuine("msg_1", sample.1.clone())]).await;
    database.handled().await;
    let id = codat_webhooks::from_str(&sample.1).unwrap().id.to_string();
    assert!(database.folder.path().join(id).exists());
    assert_eq!(database.effects().await, once(1..2));
    server.stop();
}

/// The rules of `alerts.yml`: name and expression.
fn alerts() -> BTreeMap<String, String> {
    let text = include_str!("../alerts.yml");
    let field = |line: &str, name: &str| {
        let (before, value) = line.split_once(name)?;
        before
            .trim_matches([' ', '-'])
            .is_empty()
            .then(|| value.trim().to_owned())
    };
    let names = text.lines().filter_map(|line| field(line, "alert:"));
    let expressions = text.lines().filter_map(|line| field(line, "expr:"));
    names.zip(expressions).collect()
}

/// Evaluates `sum(increase(NAME{LABEL=~"VALUES"}[5m])) > NUMBER` and `NAME > NUMBER`, for a server that has
/// just been started.
fn is_true(expression: &str, metrics: &str) -> bool {
    let (left, limit) = expression.rsplit_once(['<', '>']).unwrap();
    let left = left.trim().trim_start_matches("sum(increase(");
    let left = left.trim_end_matches("[5m]))");
    let (name, labels) = left.split_once('{').unwrap_or((left, "}"));
    let labels = labels.trim_end_matches('}');
    let values = labels.split_once("=~").map(|(label, values)| {
        let values = values.trim_matches('"').split('|');
        values
            .map(|value| format!("{label}=\"{value}\""))
            .collect::<Vec<_>>()
    });
    let mut found = false;
    let sum: f64 = metrics
        .lines()
        .filter(|line| line.starts_with(name) && line[name.len()..].starts_with(['{', ' ']))
        .inspect(|_| found = true)
        .filter(|line| {
            values.iter().flatten().any(|value| line.contains(value)) || values.is_none()
        })
        .map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap())
        .sum();
    let limit: f64 = limit.trim().parse().unwrap();
    if expression.contains('<') {
        found && sum < limit
    } else {
        sum > limit
    }
}

async fn the_metrics_and_alerts_tell_the_truth(database: Database) {
    let alerts = alerts();
    assert_eq!(alerts.len(), 5, "{alerts:?}");
    let address = free_address();
    let (pages, address) = (Poster::new(address), address.to_string());
    let settings = [
        ("METRICS_LISTEN", address.as_str()),
        ("INBOX_ROWS", "10"),
        ("ATTEMPTS", "1"),
    ];
    let receiver = Server::receive(&database, &settings);
    let firing = async |pages: &Poster| {
        let (status, text) = pages.get("/metrics").await;
        assert_eq!(status, 200);
        let mut firing = Vec::new();
        for (name, expression) in &alerts {
            if is_true(expression, &text) {
                firing.push(name.clone());
            }
        }
        firing
    };
    wait_for("a first measurement", async || {
        pages
            .get("/metrics")
            .await
            .1
            .contains("codat_database_up 1")
    })
    .await;
    assert_eq!(firing(&pages).await, [""; 0]);
    assert_eq!(
        receiver.poster.get("/metrics").await.0,
        404,
        "on an address of their own"
    );

    // Full, and refusing more.
    post(&receiver, &deliveries(0..9)).await;
    post(
        &receiver,
        &[genuine("msg_9", example(9, "example.failure"))],
    )
    .await;
    wait_for("the inbox to be full", async || {
        firing(&pages).await == ["CodatInboxFills"]
    })
    .await;
    assert_eq!(
        receiver.poster.post(&genuine("msg_10", event(10))).await,
        503
    );
    assert_eq!(firing(&pages).await, ["CodatInboxFills", "CodatRefused"]);
    // Waiting for too long.
    let age = 3600 * 1000;
    database
        .rows(&format!(
            "UPDATE inbox SET received_at = received_at - {age}"
        ))
        .await;
    wait_for("an old event", async || {
        firing(&pages).await.contains(&"CodatEventsWait".to_owned())
    })
    .await;
    let (_, text) = pages.get("/metrics").await;
    assert!(text.contains("codat_queue_depth 10"), "{text}");
    assert!(text.contains("codat_deliveries_total{answer=\"202\",reason=\"accepted\"} 10"));

    // A worker by itself has the same from the table.
    receiver.stop();
    let _worker = work(&database, &settings);
    database.handled().await;
    wait_for("the worker's", async || {
        firing(&pages).await == ["CodatDeadLetters"]
    })
    .await;
    let (_, text) = pages.get("/metrics").await;
    for line in [
        "codat_queue_depth 0",
        "codat_dead_letters 1",
        "codat_dead_letters_total 1",
        "codat_events_total{variant=\"ConnectionDisconnected\",result=\"handled\"} 9",
        "codat_events_total{variant=\"Unknown\",result=\"failed\"} 1",
        "codat_handle_seconds_count 10",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    // The database is away: its tables are.
    database.rows("DROP TABLE inbox").await;
    wait_for("the database to be away", async || {
        firing(&pages)
            .await
            .contains(&"CodatDatabaseAway".to_owned())
    })
    .await;
}
