//! 資格取得時決定 — the first standard remuneration (健康保険法42条).
use super::{
    Refusal, Rule,
    grades::{GradeTable, look_up},
    in_reach, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Pay fixed by the week or another period (健康保険法42条1項1号).
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PeriodPay {
    /// Pay of the period.
    pub pay_yen: Yen,
    /// Days of the period.
    #[validate(range(min = 1, max = 366))]
    #[schema(minimum = 1, maximum = 366)]
    pub days: u16,
}
/// Facts of the first determination: what is paid in each way; the ways add up.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AcquisitionInput {
    /// 資格取得日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub acquired_on: NaiveDate,
    /// Pay by the month, pay in kind among it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub monthly_yen: Option<Yen>,
    /// Pay by other periods.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub periods: Vec<PeriodPay>,
    /// Pay by the day, the hour or the piece: what people in the same work with the same pay got on average in the month before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub comparable_average_yen: Option<Yen>,
}
/// The first standard remuneration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AcquisitionOutcome {
    /// 報酬月額.
    pub remuneration_yen: i64,
    /// Grade.
    #[schema(minimum = 1, maximum = 50)]
    pub grade: u8,
    /// 標準報酬月額.
    #[schema(value_type = Yen)]
    pub standard_yen: i64,
    /// First month.
    pub effective_month: Month,
    /// Last month unless revised earlier.
    pub valid_until_month: Month,
}

steps! {
    MONTHLY = "monthly_pay", "健康保険法42条1項1号":
        "月によって定められた報酬は{pay}です。" / "Pay by the month is {pay}.";
    PERIOD = "period_pay", "健康保険法42条1項1号", YenDown:
        "{days}で{pay}の報酬を{thirty}分に換算した額は{result}です。" /
        "{pay} for {days} make {result} for {thirty}.";
    COMPARABLE = "comparable_pay", "健康保険法42条1項2号":
        "日・時間・出来高による報酬は、同様の業務の人の前月の平均{pay}によります。" /
        "Pay by day, hour or piece is taken as what others in the same work got in the month before: {pay}.";
    TOTAL = "total", "健康保険法42条1項4号":
        "報酬月額は合計{total}です。" / "The monthly remuneration is {total} in all.";
    HOLDS = "holds", "健康保険法42条2項":
        "{acquired}取得のため、{effective}から{until}まで適用します。" /
        "Acquired on {acquired}: it holds from {effective} to {until}.";
}
/// Days of a month by this rule.
const THIRTY: i64 = 30;

/// 資格取得時決定 (健康保険法42条).
pub struct AcquisitionDetermination;
impl Rule for AcquisitionDetermination {
    type Input = AcquisitionInput;
    type Outcome = AcquisitionOutcome;
    const ID: &'static str = "acquisition_determination";
    const VERSION: &'static str = "2016-04";
    fn decide(input: &AcquisitionInput, trace: &mut Trace) -> Result<AcquisitionOutcome, Refusal> {
        let effective = Month::of(input.acquired_on);
        let table = GradeTable::in_force(effective)?;
        let mut parts = Vec::new();
        if let Some(pay) = input.monthly_yen {
            trace.step(&MONTHLY, [("pay", pay.into())]);
            parts.push(pay.get());
        }
        for period in &input.periods {
            parts.push(for_thirty_days(*period, trace));
        }
        if let Some(pay) = input.comparable_average_yen {
            trace.step(&COMPARABLE, [("pay", pay.into())]);
            parts.push(pay.get());
        }
        if parts.is_empty() {
            return Err(refuse(
                "/monthly_yen",
                "missing-field",
                ("報酬が一つも示されていません", "no pay is given in any way"),
            ));
        }
        let total = parts.iter().sum();
        trace.step(&TOTAL, [("total", Value::Yen(total))]);
        let grade = look_up(&table, total, trace);
        // January to May: to August of the year; June to December: to August of the next.
        let until = Month::in_year(effective.year() + i32::from(effective.number() > 5), 8);
        trace.step(
            &HOLDS,
            [
                ("acquired", Value::Date(input.acquired_on)),
                ("effective", Value::Month(effective)),
                ("until", Value::Month(until)),
            ],
        );
        Ok(AcquisitionOutcome {
            remuneration_yen: total,
            grade: grade.number,
            standard_yen: grade.standard,
            effective_month: effective,
            valid_until_month: until,
        })
    }
}
fn for_thirty_days(period: PeriodPay, trace: &mut Trace) -> i64 {
    let (pay, days) = (period.pay_yen.get(), i64::from(period.days.max(1)));
    let result = pay * THIRTY / days;
    trace.step(
        &PERIOD,
        [
            ("days", Value::Days(days)),
            ("pay", Value::Yen(pay)),
            ("thirty", Value::Days(THIRTY)),
            ("result", Value::Yen(result)),
        ],
    );
    result
}
