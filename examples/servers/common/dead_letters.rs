//! Dead letters in a folder: bodies that could not be parsed, or whose work failed.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use metrics::{counter, gauge};
use tempfile::NamedTempFile;

use crate::seen::{hex, message_key};

/// A folder of dead letters: for each, `NAME.body` is the raw body, and `NAME.reason` has the message
/// id and the reason. Only the owner can read them.
#[derive(Clone)]
pub struct DeadLetters {
    folder: PathBuf,
}

pub struct DeadLetter {
    pub name: String,
    pub message_id: String,
    pub reason: String,
    pub body: Vec<u8>,
}

impl DeadLetters {
    /// Opens the folder, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be written to.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder.join("retry"))?;
        NamedTempFile::new_in(&folder)?;
        let letters = Self { folder };
        letters.count()?;
        Ok(letters)
    }

    /// Writes a dead letter. It is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be written.
    pub fn put(&self, message_id: &str, reason: &str, body: &[u8]) -> io::Result<()> {
        let name = file_name(message_id);
        let about = format!("{message_id}\n{reason}\n");
        self.store(&format!("{name}.reason"), about.as_bytes())?;
        self.store(&format!("{name}.body"), body)?;
        counter!("codat_dead_letters_total").increment(1);
        self.count()
    }

    /// Writes a file of this folder, whole or not at all.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be written.
    pub fn store(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(self.folder.join(name))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Returns the dead letters.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be read.
    pub fn list(&self) -> io::Result<Vec<DeadLetter>> {
        read(&self.folder)
    }

    /// Moves a dead letter, by its name or its message id, to the place from which the server takes
    /// it. Returns `false` if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be moved.
    pub fn retry(&self, id: &str) -> io::Result<bool> {
        let names = [id.to_owned(), file_name(id)];
        let exists = |name: &&String| self.folder.join(format!("{name}.body")).is_file();
        let Some(name) = names.iter().filter(|name| !name.contains('/')).find(exists) else {
            return Ok(false);
        };
        // The body last: it is what the server looks for.
        for kind in ["reason", "body"] {
            let file = format!("{name}.{kind}");
            let to = self.folder.join("retry").join(&file);
            fs::rename(self.folder.join(&file), to)?;
        }
        Ok(true)
    }

    /// Returns those that are to be retried.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be read.
    pub fn retries(&self) -> io::Result<Vec<DeadLetter>> {
        read(&self.folder.join("retry"))
    }

    /// Removes one that was retried.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be removed.
    pub fn retried(&self, letter: &DeadLetter) -> io::Result<()> {
        let path = |kind| self.folder.join("retry").join(format!("{}.{kind}", letter.name));
        fs::remove_file(path("body"))?;
        fs::remove_file(path("reason"))?;
        self.count()
    }

    #[allow(clippy::cast_precision_loss)]
    fn count(&self) -> io::Result<()> {
        let mut count = 0;
        for entry in fs::read_dir(&self.folder)? {
            count += usize::from(is_body(&entry?.path()));
        }
        gauge!("codat_dead_letters").set(count as f64);
        Ok(())
    }
}

fn is_body(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "body")
}

fn read(folder: &Path) -> io::Result<Vec<DeadLetter>> {
    let mut letters = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().filter(|_| is_body(&path)) else {
            continue;
        };
        let about = fs::read_to_string(path.with_extension("reason")).unwrap_or_default();
        let (message_id, reason) = about.split_once('\n').unwrap_or_default();
        letters.push(DeadLetter {
            name: name.to_string_lossy().into_owned(),
            message_id: message_id.to_owned(),
            reason: reason.trim_end().to_owned(),
            body: fs::read(&path)?,
        });
    }
    letters.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(letters)
}

/// Returns a file name of bounded length, which differs for each message id: an id may be long, and
/// may contain slashes.
#[must_use]
pub fn file_name(message_id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let start: String = message_id.chars().take(40).map(safe).collect();
    format!("{start}-{}", hex(message_key(message_id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_safe_short_and_different() {
        assert!(file_name("msg_2Xq9").starts_with("msg_2Xq9-"));
        assert!(file_name("../etc/p w").starts_with("___etc_p_w-"));
        let long = "%".repeat(5000);
        assert!(file_name(&long).len() < 100);
        for (one, other) in [("a/b", "a_b"), ("a/b", "a%b"), (&long, &long[1..])] {
            assert_ne!(file_name(one), file_name(other));
        }
    }
}
