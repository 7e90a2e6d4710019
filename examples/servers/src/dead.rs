//! The commands `dead list`, `dead show` and `dead retry`.

use std::io::{self, Write};

use clap::Subcommand;

use crate::AnyError;
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

impl Dead {
    pub async fn run(self) -> Result<(), AnyError> {
        let database = Database::read(1, false)?;
        let missing = |id: &str| format!("{id}: no such dead letter");
        let mut out = io::stdout().lock();
        match self {
            Self::List => {
                let rows: Vec<(String, i64, i64, String)> =
                    database.fetch(database.query(sql::LIST)).await?;
                for (id, bytes, attempts, reason) in rows {
                    writeln!(out, "{id}\t{bytes}\t{attempts}\t{reason}")?;
                }
            }
            Self::Show { id } => {
                let show = database.query(sql::SHOW).bind(&id);
                let mut rows: Vec<(Vec<u8>,)> = database.fetch(show).await?;
                let (body,) = rows.pop().ok_or_else(|| missing(&id))?;
                out.write_all(&[&body, &b"\n"[..]].concat())?;
            }
            Self::Retry { id, .. } => {
                let retry = database.query(sql::RETRY).bind(&id);
                let rows: Vec<(String,)> = database.fetch(retry).await?;
                for (id,) in &rows {
                    writeln!(out, "{id}\tback in the queue")?;
                }
                if let (Some(id), true) = (id, rows.is_empty()) {
                    return Err(missing(&id).into());
                }
            }
        }
        Ok(())
    }
}
