//! Connections to the database, SQLite or PostgreSQL, and a bound on the time of everything.

use std::time::Duration;

use scopeguard::ScopeGuard;
use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyPool, AssertSqlSafe, Error, Executor, FromRow, Result, SqlStr};
use tokio::time::timeout;

use crate::settings::setting;
use crate::sql;

/// How long the database may take for one transaction. An answer to Codat waits for no more.
pub const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Database {
    pool: AnyPool,
    is_postgres: bool,
}

pub type Statement = Query<'static, Any, AnyArguments>;

/// A connection that `ScopeGuard::into_inner` gives back. If it is dropped in the middle of something it is
/// closed: the pool would wait for the end of it.
type Connection = ScopeGuard<PoolConnection<Any>, fn(PoolConnection<Any>)>;

impl Database {
    /// Reads `DATABASE_URL`. Connects when it is used, and again whenever that is needed.
    pub fn read(connections: u32, creates: bool) -> Result<Self, String> {
        let mut url: String = setting("DATABASE_URL", "sqlite://inbox.db")?;
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !is_postgres {
            if !url.starts_with("sqlite://") {
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
        Ok(Self { pool, is_postgres })
    }

    /// Creates the tables that are missing.
    pub async fn migrate(&self) -> Result<()> {
        let migration = |version, name: &'static str, text| {
            let text = SqlStr::from_static(text);
            Migration::new(version, name.into(), MigrationType::Simple, text, false)
        };
        let mut migrator = Migrator::with_migrations(vec![
            migration(1, "inbox", include_str!("../migrations/1_inbox.sql")),
            migration(2, "audit", include_str!("../migrations/2_audit.sql")),
        ]);
        // A version before this one, during a rolling deploy or a way back.
        migrator.set_ignore_missing(true);
        bounded(6 * PATIENCE, async { Ok(migrator.run(&self.pool).await?) }).await
    }

    /// Returns a statement in the words of this database.
    pub fn query(&self, statement: &str) -> Statement {
        let which = usize::from(self.is_postgres);
        let text = statement.replace("{now}", sql::NOW[which]);
        sqlx::query(AssertSqlSafe(text.replace("{skip}", sql::SKIP[which])))
    }

    /// Runs a statement, and returns its rows, however long that takes.
    pub async fn fetch<T>(&self, statement: Statement) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let mut connection = self.connection().await?;
        let rows = statement.fetch_all(&mut **connection).await;
        ScopeGuard::into_inner(connection);
        rows?.iter().map(T::from_row).collect()
    }

    /// Runs a statement, and returns how many rows it has returned, which are those that it has changed.
    pub async fn change(&self, statement: Statement) -> Result<usize> {
        Ok(bounded(PATIENCE, self.fetch::<()>(statement)).await?.len())
    }

    pub async fn connection(&self) -> Result<Connection> {
        let connection = self.pool.acquire().await?;
        let close = |connection| drop(PoolConnection::detach(connection));
        Ok(scopeguard::guard(connection, close))
    }
}

pub async fn bounded<T>(time: Duration, run: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(time, run).await.unwrap_or(Err(Error::PoolTimedOut))
}

pub fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
