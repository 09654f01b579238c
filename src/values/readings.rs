//! How a society reads what the law leaves open: settings of the program, kept with every decision that they bear on.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How "the month after the month in which two months have passed from the day after the end" is read when that day is the last of a month that
/// the third month lacks. Both readings agree otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveEndReading {
    /// The fourth month always, as offices practise it.
    #[default]
    Practice,
    /// The words of the Act: the fifth month after an end on 30 July or 28 to 30 December.
    Literal,
}
/// Where fractions are dropped; the notice does not say, so a society chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnualPartRounding {
    /// Each of the two averages is cut, then they are added.
    #[default]
    EachPart,
    /// The exact averages are added, then the sum is cut.
    Sum,
}
/// What a society has set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// First month of a revision after a leave (健康保険法43条の2第2項, 43条の3第2項).
    pub leave_end: LeaveEndReading,
    /// Fractions in the average of a year of an occasional revision (平成30年保発0301第8号).
    pub annual_parts: AnnualPartRounding,
}
