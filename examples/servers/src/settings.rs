//! Settings from the environment, checked at startup.

use std::env;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// Returns a setting, or its default.
///
/// An error is a line that names the setting, without the value, which may be a secret.
pub fn setting<T: FromStr<Err: Display>>(name: &str, default: &str) -> Result<T, String> {
    let text = env::var_os(name).unwrap_or_else(|| default.into());
    let value = text.to_string_lossy().trim().parse();
    value.map_err(|error| format!("{name}: {error}"))
}

/// Returns a number from 1 to `most`.
pub fn number<T>(name: &str, default: T, most: T) -> Result<T, String>
where
    T: Copy + Display + From<u8> + FromStr<Err: Display> + PartialOrd,
{
    match setting(name, &default.to_string())? {
        number if number >= T::from(1) && number <= most => Ok(number),
        _ => Err(format!("{name}: not a number from 1 to {most}")),
    }
}

/// Returns a time in seconds, of at least one.
pub fn seconds(name: &str, default: u64, most: u64) -> Result<Duration, String> {
    number(name, default, most).map(Duration::from_secs)
}
