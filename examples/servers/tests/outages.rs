//! The database is away in mid-load: 503 meanwhile, back within seconds, nothing lost, nothing doubled.

mod common;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use common::{Database, Postgres, Process, Server, event, example, genuine, wait_for, work};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;

/// Posts events without an end, each until it is accepted, as Codat does.
struct Load {
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    tasks: tokio::task::JoinSet<()>,
}

impl Load {
    fn start(server: &Server) -> Self {
        let mut load = Self {
            stop: Arc::default(),
            accepted: Arc::default(),
            refused: Arc::default(),
            tasks: tokio::task::JoinSet::new(),
        };
        let next = Arc::new(AtomicUsize::new(0));
        for _ in 0..8 {
            let (stop, next) = (Arc::clone(&load.stop), Arc::clone(&next));
            let (accepted, refused) = (Arc::clone(&load.accepted), Arc::clone(&load.refused));
            let poster = server.poster.clone();
            load.tasks.spawn(async move {
                while !stop.load(Relaxed) {
                    let number = next.fetch_add(1, Relaxed);
                    let id = format!("msg_{number}");
                    while poster.send("POST", &genuine(&id, event(number))).await != Some(202) {
                        refused.fetch_add(1, Relaxed);
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    accepted.fetch_add(1, Relaxed);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
        load
    }

    async fn accepts_more(&self) {
        let before = self.accepted.load(Relaxed);
        wait_for("more to be accepted", async || {
            self.accepted.load(Relaxed) > before + 20
        })
        .await;
    }

    /// Waits until every event that was begun is accepted, and checks that it had its effect once.
    async fn end(self, database: &Database) {
        self.stop.store(true, Relaxed);
        self.tasks.join_all().await;
        let count = self.accepted.load(Relaxed);
        wait_for("the work", async || database.effects().await.len() >= count).await;
        database.handled().await;
        let once: BTreeMap<_, _> = (0..count).map(|n| (format!("msg_{n}"), 1)).collect();
        assert_eq!(database.effects().await, once);
        assert_eq!(database.states().await, [("done".to_owned(), count)].into());
    }
}

async fn is_ready(server: &Server, status: u16) {
    let start = Instant::now();
    wait_for("readiness", async || {
        server.poster.get("/readyz").await.0 == status
    })
    .await;
    assert!(start.elapsed() < Duration::from_secs(12));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_killed_and_stopped() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    let database = Database::at(postgres.url());
    let server = Server::start(&database, &[]);
    let other = work(&database, &[]);
    let load = Load::start(&server);
    load.accepts_more().await;
    for _ in 0..2 {
        postgres.kill();
        is_ready(&server, 503).await;
        postgres.start_again();
        is_ready(&server, 200).await;
        load.accepts_more().await;
    }
    // For longer than a lease.
    postgres.signal("-STOP");
    is_ready(&server, 503).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    postgres.signal("-CONT");
    is_ready(&server, 200).await;
    load.accepts_more().await;
    assert!(load.refused.load(Relaxed) > 0);
    load.end(&database).await;
    drop(other);
    server.stop();
}

/// A path to the server that swallows everything once it is told to, as when a machine is gone.
fn forward(to: u16) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let swallows = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&swallows);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let told = Arc::clone(&told);
            tokio::spawn(async move {
                if told.load(Relaxed) {
                    return;
                }
                let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                tokio::select! {
                    _ = copy_bidirectional(&mut stream, &mut server) => {}
                    () = async {
                        while !told.load(Relaxed) {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                    } => {
                        // The connection stays open, and nothing answers.
                        tokio::time::sleep(Duration::from_mins(5)).await;
                    }
                }
            });
        }
    });
    (port, swallows)
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_swallow_everything_are_given_up() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let (port, swallows) = forward(postgres.port());
    let direct = Database::at(postgres.url());
    let url = postgres.url();
    let url = url.replace(&format!(":{}/", postgres.port()), &format!(":{port}/"));
    let server = Server::start(&Database::at(url), &[]);
    let load = Load::start(&server);
    load.accepts_more().await;
    swallows.store(true, Relaxed);
    is_ready(&server, 503).await;
    swallows.store(false, Relaxed);
    is_ready(&server, 200).await;
    load.accepts_more().await;
    load.end(&direct).await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_started_before_its_database_waits() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    postgres.kill();
    let database = Database::at(postgres.url());
    let settings = [("METRICS_LISTEN", "127.0.0.1:0")];
    let server = Server::start(&database, &settings);
    let first = genuine("msg_0", event(0));
    assert_eq!(server.poster.post(&first).await, 503);
    is_ready(&server, 503).await;
    postgres.start_again();
    is_ready(&server, 200).await;
    assert_eq!(server.poster.post(&first).await, 202);
    database.handled().await;
    // A stop ends in its time although the database hangs.
    assert_eq!(
        server
            .poster
            .post(&genuine("msg_1", example(1, "example.slow")))
            .await,
        202
    );
    wait_for("the work", async || {
        let rows = database.rows("SELECT COUNT(*) FROM inbox WHERE token IS NOT NULL");
        rows.await == [["1"]]
    })
    .await;
    postgres.signal("-STOP");
    let mut process = server.process;
    let start = Instant::now();
    process.signal("-TERM");
    assert!(process.wait().success());
    assert!(start.elapsed() < Duration::from_secs(11));
    postgres.signal("-CONT");
    let server = Server::start(&database, &[]);
    database.handled().await;
    assert_eq!(database.effects().await.len(), 2);
    server.stop();
}

/// A small disk.
struct Disk(TempDir);

impl Disk {
    /// Returns `None` if nothing can be mounted here.
    fn new(megabytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(folder.path())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: nothing can be mounted");
        None
    }

    /// Returns a file that takes all that is left.
    fn fill(&self) -> std::path::PathBuf {
        let path = self.0.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        let block = [1; 4096];
        while std::io::Write::write_all(&mut file, &block).is_ok() {}
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// With this setting, a failure that counts is a dead letter at once.
const NONE_COUNTS: [(&str, &str); 1] = [("ATTEMPTS", "1")];

async fn fills(database: &Database, disk: &Disk) {
    let server = Server::start(database, &NONE_COUNTS);
    let load = Load::start(&server);
    load.accepts_more().await;
    for _ in 0..2 {
        let filler = disk.fill();
        is_ready(&server, 503).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        std::fs::remove_file(filler).unwrap();
        is_ready(&server, 200).await;
        load.accepts_more().await;
    }
    load.end(database).await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_of_sqlite_is_full() {
    let Some(disk) = Disk::new(24) else { return };
    let url = format!("sqlite://{}/inbox.db", disk.0.path().display());
    fills(&Database::at(url), &disk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_of_postgres_is_full() {
    let Some(disk) = Disk::new(160) else { return };
    let path = disk.0.path().join("postgres");
    std::fs::create_dir(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(disk.0.path(), open).unwrap();
    let Some(postgres) = Postgres::start_in(&path, folder) else {
        return;
    };
    fills(&Database::at(postgres.url()), &disk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_read_only_is_not_ready() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let database = Database::at(postgres.url());
    let server = Server::start(&database, &NONE_COUNTS);
    let load = Load::start(&server);
    load.accepts_more().await;
    let set = |value| format!("ALTER SYSTEM SET default_transaction_read_only = {value}");
    for (value, status) in [("on", 503), ("off", 200)] {
        database.rows(&set(value)).await;
        database.rows("SELECT CAST(pg_reload_conf() AS TEXT)").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        is_ready(&server, status).await;
    }
    load.accepts_more().await;
    load.end(&database).await;
    server.stop();
}

/// Posts an event whose effect is refused until `mend`, and checks that no attempt counts.
async fn none_counts(database: &Database, server: &Server, number: usize, mend: &str) {
    let id = format!("msg_{number}");
    assert_eq!(server.poster.post(&genuine(&id, event(number))).await, 202);
    wait_for("two attempts", async || {
        server.process.log().matches("not handled").count() >= 2 * (number + 1)
    })
    .await;
    let open = database.rows("SELECT attempts, lost FROM inbox WHERE state <> 'done'");
    assert_eq!(open.await, [["0", "0"]]);
    database.rows(mend).await;
    database.handled().await;
    assert_eq!(database.states().await["done"], number + 1);
    assert_eq!(database.effects().await.len(), number + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_postgres_in_the_middle_of_an_effect_does_not_count() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let database = Database::at(postgres.url());
    let server = Server::start(&database, &NONE_COUNTS);
    let codes = ["disk_full", "read_only_sql_transaction", "admin_shutdown"];
    for (number, code) in codes.iter().enumerate() {
        let raise = format!("'BEGIN RAISE {code}; END'");
        let function = "CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS";
        database.rows(&format!("{function} {raise}")).await;
        let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON audit EXECUTE FUNCTION refuse()";
        database.rows(trigger).await;
        none_counts(&database, &server, number, "DROP FUNCTION refuse CASCADE").await;
    }
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_sqlite_in_the_middle_of_an_effect_does_not_count() {
    let Some(disk) = Disk::new(24) else { return };
    let url = format!("sqlite://{}/inbox.db", disk.0.path().display());
    let database = Database::at(url);
    let server = Server::start(&database, &NONE_COUNTS);
    // More than fits into its cache, so the disk is full before the commit.
    let fill = "CREATE TRIGGER fill BEFORE INSERT ON audit BEGIN
        INSERT INTO probe (id, filler) VALUES (2, zeroblob(30000000)); END";
    database.rows(fill).await;
    none_counts(&database, &server, 0, "DROP TRIGGER fill").await;
    assert!(server.stop().contains("database or disk is full"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_takes_too_long_to_measure_is_no_outage() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let database = Database::at(postgres.url());
    // An aggregate in place of PostgreSQL's own, which only the measure uses.
    for statement in [
        "CREATE SCHEMA slow",
        "CREATE FUNCTION slow.wait(BIGINT, BIGINT) RETURNS BIGINT LANGUAGE sql
         AS 'SELECT $2 FROM pg_sleep(15)'",
        "CREATE AGGREGATE slow.min(BIGINT) (SFUNC = slow.wait, STYPE = BIGINT)",
        "ALTER DATABASE postgres SET search_path = public, slow, pg_catalog",
    ] {
        database.rows(statement).await;
    }
    let server = Server::receive(&database, &[]);
    is_ready(&server, 200).await;
    assert_eq!(server.poster.post(&genuine("msg_0", event(0))).await, 202);
    wait_for("the measure", async || {
        assert_eq!(server.poster.get("/readyz").await.0, 200);
        server.process.log().contains("too large to be measured")
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.poster.get("/readyz").await.0, 200);
    assert_eq!(server.poster.post(&genuine("msg_1", event(1))).await, 202);
    let log = server.stop();
    assert!(!log.contains("the database is away"), "{log}");
}

/// A file that somebody else has locked for a while.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_locked_for_a_while() {
    let database = Database::sqlite();
    let server = Server::start(&database, &NONE_COUNTS);
    let load = Load::start(&server);
    load.accepts_more().await;
    let path = Path::new(database.folder.path()).join("inbox.db");
    let script = "import sqlite3, sys, time\n\
        db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n\
        db.execute('BEGIN IMMEDIATE')\ntime.sleep(7)\ndb.execute('COMMIT')";
    let mut locking = Process::start(Command::new("python3").args(["-c", script]).arg(path));
    is_ready(&server, 503).await;
    assert!(locking.wait().success());
    is_ready(&server, 200).await;
    load.accepts_more().await;
    load.end(&database).await;
    server.stop();
}
