//! A place in a list that is ordered by day and id.
use chrono::NaiveDate;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A place in a list by day and id.
#[derive(Clone, Copy, Debug)]
pub struct DayKey(pub NaiveDate, pub Uuid);
impl fmt::Display for DayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}
impl FromStr for DayKey {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (day, id) = text.split_once('/').ok_or(())?;
        Ok(Self(day.parse().map_err(|_| ())?, id.parse().map_err(|_| ())?))
    }
}
