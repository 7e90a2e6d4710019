//! Settings from the environment, checked at startup.

use std::env;
use std::fmt::Display;
use std::str::FromStr;

/// Returns a setting, or its default.
///
/// An error is a line that names the setting, without the value, which may be a secret.
pub fn setting<T: FromStr<Err: Display>>(name: &str, default: &str) -> Result<T, String> {
    let text = env::var_os(name).unwrap_or_else(|| default.into());
    let value = text.to_string_lossy().trim().parse();
    value.map_err(|error| format!("{name}: {error}"))
}

/// Returns a number from 1 to `most`.
pub fn number<T: TryFrom<u64>>(name: &str, default: u64, most: u64) -> Result<T, String> {
    let number: u64 = setting(name, &default.to_string())?;
    let number = (1..=most).contains(&number).then_some(number);
    let number = number.and_then(|number| number.try_into().ok());
    number.ok_or_else(|| format!("{name}: not a number from 1 to {most}"))
}
