//! Databases of the tests: a SQLite file, or one in a PostgreSQL of the test's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe, Row};
use tempfile::TempDir;

use super::{eventually, free_address};

pub struct Database {
    pub url: String,
    /// Has the file of SQLite, and tickets.
    pub folder: TempDir,
    /// Runs as long as it is needed.
    server: Option<Arc<Postgres>>,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/inbox.db", folder.path().display());
        Self {
            url,
            folder,
            server: None,
        }
    }

    /// A new database in a PostgreSQL that the tests of a file share.
    pub async fn postgres() -> Option<Self> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let server = {
            let mut shared = SHARED.lock().unwrap();
            if let Some(server) = shared.upgrade() {
                server
            } else {
                let server = Arc::new(Postgres::start()?);
                *shared = Arc::downgrade(&server);
                server
            }
        };
        let url = server.url();
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let pool = connect(&url).await;
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&pool).await.unwrap();
        let mut database = Self::at(url.replace("/postgres?", &format!("/{name}?")));
        database.server = Some(server);
        Some(database)
    }

    pub fn at(url: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url,
            folder,
            server: None,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite")
    }

    /// Runs a statement, and returns its rows as text.
    pub async fn rows(&self, statement: &str) -> Vec<Vec<String>> {
        let pool = connect(&self.url).await;
        let statement = AssertSqlSafe(statement.to_owned());
        let rows = sqlx::query(statement).fetch_all(&pool).await.unwrap();
        let text = |row: &sqlx::any::AnyRow, at: usize| {
            row.try_get::<String, _>(at)
                .or_else(|_| row.try_get::<i64, _>(at).map(|number| number.to_string()))
                .unwrap_or_default()
        };
        let rows = rows
            .iter()
            .map(|row| (0..row.len()).map(|at| text(row, at)).collect())
            .collect();
        pool.close().await;
        rows
    }

    /// How many rows are in each state.
    pub async fn states(&self) -> BTreeMap<String, usize> {
        let rows = self.rows("SELECT state, COUNT(*) FROM inbox GROUP BY state");
        let rows = rows.await.into_iter();
        rows.map(|row| (row[0].clone(), row[1].parse().unwrap()))
            .collect()
    }

    /// How often each event had its effect, by message id.
    pub async fn effects(&self) -> BTreeMap<String, usize> {
        let rows = self.rows("SELECT message_id, COUNT(*) FROM audit GROUP BY message_id");
        let rows = rows.await.into_iter();
        rows.map(|row| (row[0].clone(), row[1].parse().unwrap()))
            .collect()
    }

    /// Waits until nothing waits.
    pub async fn handled(&self) {
        for _ in 0..600 {
            if !self.states().await.contains_key("waiting") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("events wait: {:?}", self.states().await);
    }
}

async fn connect(url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    let options = AnyPoolOptions::new().max_connections(1);
    options.connect(url).await.unwrap()
}

/// A PostgreSQL in a folder of its own, which ends with the test.
pub struct Postgres {
    process: Child,
    folder: PathBuf,
    port: u16,
    /// Is removed with it.
    _folder: TempDir,
}

impl Postgres {
    /// Returns `None` if it is not installed, unless `REQUIRE_POSTGRES` is set.
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        Self::start_in(&path, folder)
    }

    pub fn start_in(path: &Path, folder: TempDir) -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql");
        let bin = versions.ok().and_then(|mut versions| {
            let version = versions.next()?.ok()?;
            Some(version.path().join("bin"))
        });
        if bin.is_none() {
            let is_required = std::env::var_os("REQUIRE_POSTGRES").is_some();
            assert!(!is_required, "PostgreSQL is not installed");
            eprintln!("skipped: PostgreSQL is not installed");
        }
        let bin = bin?;
        for path in [folder.path(), path] {
            let status = Command::new("chown").arg("postgres").arg(path).status();
            assert!(status.unwrap().success());
        }
        let data = path.join("data");
        let initdb = as_postgres(bin.join("initdb"))
            .args(["--no-sync", "-A", "trust", "-U", "postgres", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(initdb.status.success(), "{initdb:?}");
        let port = free_address().port();
        let process = Self::spawn(&data, &bin, port);
        let postgres = Self {
            process,
            folder: data,
            port,
            _folder: folder,
        };
        postgres.wait();
        Some(postgres)
    }

    fn spawn(data: &PathBuf, bin: &Path, port: u16) -> Child {
        let mut command = as_postgres(bin.join("postgres"));
        command
            .arg("-D")
            .arg(data)
            .args(["-p", &port.to_string(), "-k", "", "-h", "127.0.0.1"])
            .args(["-c", "max_connections=300"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // It ends with the thread that starts it, so with this process.
        let (sender, child) = mpsc::channel();
        std::thread::spawn(move || {
            sender.send(command.spawn().unwrap()).unwrap();
            loop {
                std::thread::park();
            }
        });
        child.recv().unwrap()
    }

    fn bin(&self) -> PathBuf {
        let version = std::fs::read_to_string(self.folder.join("PG_VERSION")).unwrap();
        PathBuf::from(format!("/usr/lib/postgresql/{}/bin", version.trim()))
    }

    fn wait(&self) {
        eventually("PostgreSQL", || {
            let ready = Command::new(self.bin().join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status();
            ready.unwrap().success().then_some(())
        });
    }

    pub fn url(&self) -> String {
        let port = self.port;
        format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its processes are all ended at once, as by a loss of power.
    pub fn kill(&mut self) {
        self.signal("-KILL");
        self.process.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.process = Self::spawn(&self.folder, &self.bin(), self.port);
        self.wait();
    }

    /// Sends a signal to it and its children.
    pub fn signal(&self, name: &str) {
        let parent = self.process.id().to_string();
        let children = Command::new("pgrep")
            .args(["-P", &parent])
            .output()
            .unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let ids = std::iter::once(parent.as_str()).chain(children.lines());
        let _ = Command::new("kill").arg(name).args(ids).status();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.signal("-CONT");
        self.signal("-KILL");
        let _ = self.process.wait();
    }
}

/// PostgreSQL does not run as root.
fn as_postgres(program: PathBuf) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .args(["--pdeathsig", "KILL"])
        .arg(program)
        .current_dir("/");
    command
}
