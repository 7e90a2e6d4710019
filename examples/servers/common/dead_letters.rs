//! The commands `dead list`, `dead show` and `dead retry`.

use std::io::{self, Write};

use clap::Subcommand;

use crate::AnyError;

/// A body that could not be parsed, or an event whose work failed.
pub struct DeadLetter {
    pub message_id: String,
    pub reason: String,
    pub body: Vec<u8>,
}

/// A place that keeps dead letters.
#[allow(async_fn_in_trait)]
pub trait DeadLetters {
    /// Returns the ids of the dead letters, oldest first.
    async fn ids(&self) -> Result<Vec<String>, AnyError>;

    /// Returns a dead letter, or `None` if there is none with this id.
    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, AnyError>;

    /// Puts a dead letter back into the queue. Returns `false` if there is none with this id.
    async fn retry(&self, id: &str) -> Result<bool, AnyError>;
}

#[derive(Subcommand)]
pub enum Dead {
    /// Print a line for each dead letter: id, message id, bytes, reason.
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
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such dead letter, or the place cannot be reached.
    pub async fn run(self, letters: &impl DeadLetters) -> Result<(), AnyError> {
        let mut out = io::stdout();
        match self {
            Self::List => {
                for id in letters.ids().await? {
                    // It may have been retried just now.
                    if let Some(letter) = letters.get(&id).await? {
                        let (message_id, bytes) = (letter.message_id, letter.body.len());
                        writeln!(out, "{id}\t{message_id}\t{bytes}\t{}", letter.reason)?;
                    }
                }
            }
            Self::Show { id } => {
                let letter = letters.get(&id).await?.ok_or_else(|| missing(&id))?;
                out.write_all(&letter.body)?;
                writeln!(out)?;
            }
            Self::Retry { id: Some(id), .. } => {
                if !letters.retry(&id).await? {
                    return Err(missing(&id));
                }
                writeln!(out, "{id}\tback in the queue")?;
            }
            Self::Retry { id: None, .. } => {
                for id in letters.ids().await? {
                    if letters.retry(&id).await? {
                        writeln!(out, "{id}\tback in the queue")?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn missing(id: &str) -> AnyError {
    format!("{id}: no such dead letter").into()
}
