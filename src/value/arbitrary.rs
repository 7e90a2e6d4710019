//! `arbitrary::Arbitrary` for values.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Amount, ErrorCode, Extra, Tags, Timestamp};
use crate::json::number;

impl<'a> Arbitrary<'a> for Amount {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let number = number(u)?.parse();
        number.map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for ErrorCode {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(if u.arbitrary()? {
            Self::from(String::arbitrary(u)?)
        } else {
            Self::from(Amount::arbitrary(u)?)
        })
    }
}

/// A possible or impossible date in any of the forms, or any other text.
impl<'a> Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let [month, day, hour, minute, second]: [u8; 5] = u.arbitrary()?;
        let date = format!("20{:02}-{:02}-{:02}", month % 100, month % 14, day % 33);
        let time = format!("{:02}:{:02}:{:02}", hour % 25, minute % 61, second % 62);
        Ok(match u.int_in_range(0..=5)? {
            0 => Self::from(format!("{date}T{time}Z")),
            1 => Self::from(format!("{date}T{time}.{}Z", u32::arbitrary(u)?)),
            2 => Self::from(format!("{date}T{time}+{:02}:{:02}", hour % 15, minute % 60)),
            3 => Self::from(format!("{date}T{time}")),
            4 => Self::from(date),
            _ => Self::from(String::arbitrary(u)?),
        })
    }
}

impl<'a> Arbitrary<'a> for Tags {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut tags: Self = Vec::<(String, String)>::arbitrary(u)?.into_iter().collect();
        tags.extra = Extra::arbitrary(u)?
            .into_iter()
            // A field with a string is a tag.
            .filter(|(key, value)| tags.get(key).is_none() && !value.as_str().starts_with('"'))
            .collect();
        Ok(tags)
    }
}
