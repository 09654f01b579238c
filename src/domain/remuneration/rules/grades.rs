//! 標準報酬月額 — the table of grades by date (健康保険法40条1項).
use super::{
    Refusal, Rule, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Standard remuneration of each grade and the remuneration from which it holds. A bound lies half-way between its neighbours, from grade 45
/// (1,055,000 yen) on 5,000 yen lower: it is copied from the Act, never reckoned.
const GRADES: [(i64, i64); 50] = [
    (58_000, 0),
    (68_000, 63_000),
    (78_000, 73_000),
    (88_000, 83_000),
    (98_000, 93_000),
    (104_000, 101_000),
    (110_000, 107_000),
    (118_000, 114_000),
    (126_000, 122_000),
    (134_000, 130_000),
    (142_000, 138_000),
    (150_000, 146_000),
    (160_000, 155_000),
    (170_000, 165_000),
    (180_000, 175_000),
    (190_000, 185_000),
    (200_000, 195_000),
    (220_000, 210_000),
    (240_000, 230_000),
    (260_000, 250_000),
    (280_000, 270_000),
    (300_000, 290_000),
    (320_000, 310_000),
    (340_000, 330_000),
    (360_000, 350_000),
    (380_000, 370_000),
    (410_000, 395_000),
    (440_000, 425_000),
    (470_000, 455_000),
    (500_000, 485_000),
    (530_000, 515_000),
    (560_000, 545_000),
    (590_000, 575_000),
    (620_000, 605_000),
    (650_000, 635_000),
    (680_000, 665_000),
    (710_000, 695_000),
    (750_000, 730_000),
    (790_000, 770_000),
    (830_000, 810_000),
    (880_000, 855_000),
    (930_000, 905_000),
    (980_000, 955_000),
    (1_030_000, 1_005_000),
    (1_090_000, 1_055_000),
    (1_150_000, 1_115_000),
    (1_210_000, 1_175_000),
    (1_270_000, 1_235_000),
    (1_330_000, 1_295_000),
    (1_390_000, 1_355_000),
];
/// Grades in force by the month from which they are, newest first: number of grades, and the remuneration at which the highest grade counts
/// as risen twice (昭和36年保発4号). What stood before April 2016 there is not known to this table.
const TABLES: [(i32, i32, usize, Option<i64>); 2] = [(2016, 4, 50, Some(1_415_000)), (2007, 4, 47, None)];
/// First month of the table in force, for questions that name no month: April 2016.
pub const TABLE_OF_2016: (i32, i32) = (2016, 4);

/// The grades in force in a month.
#[derive(Clone, Copy, Debug)]
pub struct GradeTable {
    grades: &'static [(i64, i64)],
    /// Remuneration at which the highest grade counts as risen twice.
    pub second_rise: Option<i64>,
}
/// One grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Number from 1.
    pub number: u8,
    /// 標準報酬月額, yen.
    pub standard: i64,
    /// Remuneration from which it holds, yen.
    pub from: i64,
}
impl GradeTable {
    /// The table in force in a month (平成27年法律31号による改正前後).
    /// # Errors
    /// Months before April 2007.
    pub fn in_force(month: Month) -> Result<Self, Refusal> {
        let found = TABLES.iter().find(|(year, first, ..)| month >= Month::in_year(*year, *first));
        let (_, _, count, second_rise) = found.ok_or(refuse(
            "",
            "no-grade-table",
            ("2007年4月より前の等級表はありません", "there is no table of grades before April 2007"),
        ))?;
        Ok(Self { grades: GRADES.get(..*count).unwrap_or(&GRADES), second_rise: *second_rise })
    }
    /// The grade of a monthly remuneration in yen (健康保険法40条1項).
    pub fn of(&self, remuneration: i64) -> Grade {
        let below = self.grades.partition_point(|(_, from)| *from <= remuneration);
        self.at(below.saturating_sub(1))
    }
    /// The grade whose standard remuneration this is.
    /// # Errors
    /// An amount that is none, told at `pointer`.
    pub fn with_standard(&self, standard: Yen, pointer: &'static str) -> Result<Grade, Refusal> {
        let found = self.grades.iter().position(|(amount, _)| *amount == standard.get());
        found.map(|i| self.at(i)).ok_or(refuse(
            pointer,
            "not-a-standard-remuneration",
            ("等級表にない標準報酬月額です", "the table of grades has no such standard remuneration"),
        ))
    }
    /// Number of the highest grade.
    pub fn highest(&self) -> u8 {
        u8::try_from(self.grades.len()).unwrap_or(u8::MAX)
    }
    fn at(&self, index: usize) -> Grade {
        let (standard, from) = self.grades.get(index).copied().unwrap_or_default();
        Grade { number: u8::try_from(index + 1).unwrap_or(u8::MAX), standard, from }
    }
}

steps! {
    GRADE = "grade", "健康保険法40条1項":
        "{remuneration}は{from}以上の{grade}にあたり、標準報酬月額は{standard}です。" /
        "{remuneration} lies in {grade}, which begins at {from}: the standard remuneration is {standard}.";
}
/// Looks an amount up and notes the step.
pub fn look_up(table: &GradeTable, remuneration: i64, trace: &mut Trace) -> Grade {
    let grade = table.of(remuneration);
    trace.step(
        &GRADE,
        [
            ("remuneration", Value::Yen(remuneration)),
            ("from", Value::Yen(grade.from)),
            ("grade", Value::Grade(grade.number)),
            ("standard", Value::Yen(grade.standard)),
        ],
    );
    grade
}

/// A remuneration to be looked up.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct GradeInput {
    /// 報酬月額.
    pub remuneration_yen: Yen,
    /// Month from which the standard remuneration is to hold: tells which table is in force.
    pub month: Month,
}
/// 等級 and 標準報酬月額.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradeOutcome {
    /// Grade, from 1.
    #[schema(minimum = 1, maximum = 50)]
    pub grade: u8,
    /// 標準報酬月額.
    #[schema(value_type = Yen)]
    pub standard_yen: i64,
}
/// 標準報酬月額の等級 (健康保険法40条1項).
pub struct StandardRemunerationGrade;
impl Rule for StandardRemunerationGrade {
    type Input = GradeInput;
    type Outcome = GradeOutcome;
    const ID: &'static str = "standard_remuneration_grade";
    const VERSION: &'static str = "2016-04";
    fn decide(input: &GradeInput, trace: &mut Trace) -> Result<GradeOutcome, Refusal> {
        let table = GradeTable::in_force(input.month)?;
        let grade = look_up(&table, input.remuneration_yen.get(), trace);
        Ok(GradeOutcome { grade: grade.number, standard_yen: grade.standard })
    }
}
