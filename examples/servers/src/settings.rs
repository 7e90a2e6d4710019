//! Settings from the environment, checked at startup.

use std::env::{self, VarError};
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// Returns a setting, or its default. Without a default, the setting is required.
///
/// An error is a line that names the setting, without the value, which may be a secret.
pub fn setting<T: FromStr<Err: Display>>(name: &str, default: Option<&str>) -> Result<T, String> {
    let text = match (env::var(name), default) {
        (Ok(text), _) => text,
        (Err(VarError::NotUnicode(_)), _) => return Err(format!("{name}: not UTF-8")),
        (Err(VarError::NotPresent), Some(default)) => default.to_owned(),
        (Err(VarError::NotPresent), None) => return Err(format!("{name}: not set")),
    };
    text.trim()
        .parse()
        .map_err(|error| format!("{name}: {error}"))
}

/// Returns a setting that may be left out, in which case it is `None`.
pub fn optional<T: FromStr<Err: Display>>(name: &str) -> Result<Option<T>, String> {
    match env::var_os(name) {
        None => Ok(None),
        Some(_) => setting(name, None).map(Some),
    }
}

/// Returns a number from 1 to `most`.
pub fn number(name: &str, default: usize, most: usize) -> Result<usize, String> {
    match setting(name, Some(&default.to_string()))? {
        number if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("{name}: not a number from 1 to {most}")),
    }
}

/// Returns a time in seconds, of at least one.
pub fn seconds(name: &str, default: usize, most: usize) -> Result<Duration, String> {
    number(name, default, most).map(|seconds| Duration::from_secs(seconds as u64))
}
