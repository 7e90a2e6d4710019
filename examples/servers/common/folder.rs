//! Dead letters in a folder.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use metrics::{counter, gauge};
use tempfile::NamedTempFile;

use crate::AnyError;
use crate::dead_letters::{DeadLetter, DeadLetters};
use crate::seen::{hex, message_key};
use crate::settings::setting;

/// A folder of dead letters, which only its owner can read.
///
/// `ID.body` is the raw body, and `ID.reason` has the message id and the reason. One that is to be
/// retried is moved to the folder `retry` within, from which the server takes it.
#[derive(Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder `DEAD_DIR`, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns a line that names the setting if the folder cannot be written to.
    pub fn open() -> Result<Self, String> {
        let path: PathBuf = setting("DEAD_DIR", Some("dead-letters"))?;
        let folder = Self { path };
        folder.check().map_err(|error| {
            let path = folder.path.display();
            format!("DEAD_DIR: cannot write to {path}: {error}")
        })?;
        Ok(folder)
    }

    fn check(&self) -> io::Result<()> {
        let retry = self.path.join("retry");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&retry)?;
        NamedTempFile::new_in(&self.path)?;
        NamedTempFile::new_in(&retry)?;
        self.count()
    }

    /// Writes a dead letter. It is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be written.
    pub fn put(&self, message_id: &str, reason: &str, body: &[u8]) -> io::Result<()> {
        let id = file_name(message_id);
        let about = format!("{message_id}\n{reason}\n");
        self.store(&format!("{id}.reason"), about.as_bytes())?;
        self.store(&format!("{id}.body"), body)?;
        counter!("codat_dead_letters_total").increment(1);
        self.count()
    }

    /// Writes a file, whole or not at all.
    fn store(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.path)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(self.path.join(name))?;
        File::open(&self.path)?.sync_all()
    }

    /// Returns one of the dead letters that are to be retried, with its id.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be read.
    pub fn next_retry(&self) -> io::Result<Option<(String, DeadLetter)>> {
        let folder = self.path.join("retry");
        let Some(id) = ids(&folder)?.into_iter().next() else {
            return Ok(None);
        };
        Ok(read(&folder, &id)?.map(|letter| (id, letter)))
    }

    /// Removes a dead letter that was retried.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be removed.
    pub fn end_retry(&self, id: &str) -> io::Result<()> {
        let folder = self.path.join("retry");
        fs::remove_file(folder.join(format!("{id}.body")))?;
        // If it is not there, only the reason is unknown.
        let _ = fs::remove_file(folder.join(format!("{id}.reason")));
        self.count()
    }

    #[allow(clippy::cast_precision_loss)]
    fn count(&self) -> io::Result<()> {
        gauge!("codat_dead_letters").set(ids(&self.path)?.len() as f64);
        Ok(())
    }

    /// Returns the id that is meant by an id or a message id.
    fn find(&self, id: &str) -> Option<String> {
        let exists =
            |id: &String| !id.contains('/') && self.path.join(format!("{id}.body")).is_file();
        [id.to_owned(), file_name(id)].into_iter().find(exists)
    }
}

impl DeadLetters for Folder {
    async fn ids(&self) -> Result<Vec<String>, AnyError> {
        Ok(ids(&self.path)?)
    }

    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, AnyError> {
        match self.find(id) {
            Some(id) => Ok(read(&self.path, &id)?),
            None => Ok(None),
        }
    }

    async fn retry(&self, id: &str) -> Result<bool, AnyError> {
        let Some(id) = self.find(id) else {
            return Ok(false);
        };
        // The body last: it is what the server looks for.
        for file in [format!("{id}.reason"), format!("{id}.body")] {
            fs::rename(self.path.join(&file), self.path.join("retry").join(&file))?;
        }
        Ok(true)
    }
}

/// Returns the ids of the dead letters in a folder, oldest first.
fn ids(folder: &Path) -> io::Result<Vec<String>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".body")) {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            ids.push((modified.unwrap_or(SystemTime::UNIX_EPOCH), id.to_owned()));
        }
    }
    ids.sort();
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

fn read(folder: &Path, id: &str) -> io::Result<Option<DeadLetter>> {
    let body = match fs::read(folder.join(format!("{id}.body"))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        body => body?,
    };
    let about = fs::read_to_string(folder.join(format!("{id}.reason"))).unwrap_or_default();
    let (message_id, reason) = about.split_once('\n').unwrap_or_default();
    Ok(Some(DeadLetter {
        message_id: message_id.to_owned(),
        reason: reason.trim_end().to_owned(),
        body,
    }))
}

/// Returns a file name of bounded length that differs for each message id: an id can be long, and can
/// contain slashes.
fn file_name(message_id: &str) -> String {
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
