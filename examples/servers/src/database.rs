//! Connections to the database, SQLite or PostgreSQL, and a bound on the time of everything.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Error, Executor, SqlSafeStr, SqlStr};
use tokio::time::timeout;

use crate::settings::setting;
use crate::sql;

/// How long the database may take for one transaction. An answer to Codat waits for no more.
pub const PATIENCE: Duration = Duration::from_secs(5);

const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "inbox", include_str!("../migrations/1_inbox.sql")),
    (2, "audit", include_str!("../migrations/2_audit.sql")),
];

#[derive(Clone)]
pub struct Database {
    pool: AnyPool,
    is_postgres: bool,
    /// How long a statement may take.
    pub patience: Duration,
}

impl Database {
    /// Reads `DATABASE_URL`. Connects when it is used, and again whenever that is needed.
    pub fn read(connections: u32, creates: bool) -> Result<Self, String> {
        let mut url: String = setting("DATABASE_URL", Some("sqlite://inbox.db"))?;
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !is_postgres {
            let is_file = url.starts_with("sqlite:") && !url.contains(":memory:");
            if !is_file || url.contains('?') {
                return Err("DATABASE_URL: neither sqlite://FILE nor postgres://…".to_owned());
            }
            url += if creates { "?mode=rwc" } else { "?mode=rw" };
        }
        sqlx::any::install_default_drivers();
        // One connection for SQLite: its writers queue here, in their order, rather than at the file.
        let pool = AnyPoolOptions::new()
            .max_connections(if is_postgres { connections } else { 1 })
            .acquire_timeout(PATIENCE)
            .test_before_acquire(is_postgres)
            .after_connect(move |connection, _| {
                let set = sql::CONNECT[usize::from(is_postgres)];
                Box::pin(async move { connection.execute(set).await.map(drop) })
            })
            .connect_lazy(&url)
            .map_err(|error| format!("DATABASE_URL: {error}"))?;
        Ok(Self {
            pool,
            is_postgres,
            patience: PATIENCE,
        })
    }

    /// Creates the tables that are missing.
    pub async fn migrate(&self) -> Result<(), Error> {
        let migrations = MIGRATIONS.map(|(version, name, text)| {
            let text = SqlStr::from_static(text);
            Migration::new(version, name.into(), MigrationType::Simple, text, false)
        });
        let mut migrator = Migrator::with_migrations(migrations.into());
        // A version before this one, during a rolling deploy or a way back.
        migrator.set_ignore_missing(true);
        let migrate = async { Ok(migrator.run(&self.pool).await?) };
        bounded(6 * PATIENCE, migrate).await
    }

    /// Returns a statement in the words of this database.
    pub fn text(&self, statement: &'static str) -> SqlStr {
        let which = usize::from(self.is_postgres);
        let text = statement.replace("{now}", sql::NOW[which]);
        AssertSqlSafe(text.replace("{skip}", sql::SKIP[which])).into_sql_str()
    }

    pub fn query(&self, statement: &'static str) -> Query<'static, Any, AnyArguments> {
        sqlx::query(self.text(statement))
    }

    /// Runs a statement, and returns how many rows it has changed.
    pub async fn execute(&self, query: Query<'_, Any, AnyArguments>) -> Result<u64, Error> {
        bounded(self.patience, async {
            let mut connection = self.connection().await?;
            let result = query.execute(&mut *connection).await;
            connection.give_back();
            Ok(result?.rows_affected())
        })
        .await
    }

    /// Runs a statement, and returns its rows.
    pub async fn fetch(&self, query: Query<'_, Any, AnyArguments>) -> Result<Vec<AnyRow>, Error> {
        bounded(self.patience, async {
            let mut connection = self.connection().await?;
            let result = query.fetch_all(&mut *connection).await;
            connection.give_back();
            result
        })
        .await
    }

    pub async fn connection(&self) -> Result<Connection, Error> {
        Ok(Connection(Some(self.pool.acquire().await?)))
    }
}

pub async fn bounded<T>(
    time: Duration,
    run: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(time, run).await.unwrap_or(Err(Error::PoolTimedOut))
}

/// A connection that is closed, rather than used again, if it is dropped in the middle of something: the
/// pool would wait for the end of it.
pub struct Connection(Option<PoolConnection<Any>>);

impl Connection {
    pub fn give_back(mut self) {
        self.0.take();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        drop(self.0.take().map(PoolConnection::detach));
    }
}

impl Deref for Connection {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.0.as_ref().expect("it is given back by value")
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.0.as_mut().expect("it is given back by value")
    }
}

/// Returns `true` if the database is away, full, read-only or busy, which says nothing about the
/// statement.
pub fn is_outage(error: &Error) -> bool {
    let Error::Database(error) = error else {
        return matches!(
            error,
            Error::Io(_)
                | Error::Tls(_)
                | Error::Protocol(_)
                | Error::PoolTimedOut
                | Error::PoolClosed
                | Error::WorkerCrashed
        );
    };
    let code = error.code().unwrap_or_default();
    match code.parse::<u32>() {
        // SQLite: busy, locked, no memory, read-only, input or output, corrupt, full, cannot open.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5..=8 | 10 | 11 | 13 | 14),
        // PostgreSQL: connection, read-only, conflict, resources, locked, shutdown, system.
        _ => ["08", "25006", "40", "53", "55", "57P", "58", "XX"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}
