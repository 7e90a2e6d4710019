//! The commands `dead list`, `dead show` and `dead retry`.

use std::io::{self, Write};

use clap::Subcommand;
use futures_util::TryStreamExt;
use sqlx::Row;

use crate::database::Database;
use crate::sql;

#[derive(Subcommand)]
pub enum Dead {
    /// Print a line for each dead letter: message id, bytes, failed attempts, reason.
    List,
    /// Print the body of a dead letter.
    Show { id: String },
    /// Put a dead letter, or all of them, back into the queue.
    Retry {
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

impl Dead {
    pub async fn run(self) -> Result<(), AnyError> {
        let database = Database::read(1, false)?;
        let mut connection = database.connection().await?;
        let mut out = io::stdout().lock();
        match self {
            Self::List => {
                let mut rows = database.query(sql::LIST).fetch(&mut *connection);
                while let Some(row) = rows.try_next().await? {
                    let (id, reason): (String, Option<String>) = (row.try_get(0)?, row.try_get(3)?);
                    let (bytes, attempts): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
                    let reason = reason.unwrap_or_default();
                    writeln!(out, "{id}\t{bytes}\t{attempts}\t{reason}")?;
                }
            }
            Self::Show { id } => {
                let show = database.query(sql::SHOW).bind(&id);
                let row = show.fetch_optional(&mut *connection).await?;
                let body: Vec<u8> = row.ok_or_else(|| missing(&id))?.try_get(0)?;
                out.write_all(&body)?;
                writeln!(out)?;
            }
            Self::Retry { id, .. } => {
                let retry = database.query(sql::RETRY).bind(&id);
                let rows = retry.fetch_all(&mut *connection).await?;
                for row in &rows {
                    writeln!(out, "{}\tback in the queue", row.try_get::<&str, _>(0)?)?;
                }
                if let (Some(id), true) = (id, rows.is_empty()) {
                    return Err(missing(&id));
                }
            }
        }
        Ok(())
    }
}

fn missing(id: &str) -> AnyError {
    format!("{id}: no such dead letter").into()
}
