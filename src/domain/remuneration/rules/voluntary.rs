//! 任意継続被保険者 — standard remuneration, time to apply, end of cover (健康保険法3条4項, 37条, 38条, 47条).
use super::{
    Refusal, Rule,
    grades::{GradeTable, look_up},
    in_reach, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{holidays::next_business_day, month::Month, period, yen::Yen};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Which ceiling the society's rules (規約) set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CeilingRule {
    /// 法47条1項: the grade of the average of all insured.
    Statutory,
    /// 法47条1項: a lower amount set by the society.
    BelowAverage,
    /// 法47条2項: the standard remuneration at loss.
    AtLoss,
    /// 法47条2項: an amount set by the society between the average and the own one.
    AboveAverage,
}
/// Facts of the standard remuneration of voluntary continuation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntaryStandardInput {
    /// Month from which it is to hold.
    pub month: Month,
    /// 資格喪失時の標準報酬月額.
    pub at_loss_yen: Yen,
    /// Average of all insured of the society on the 30 September that counts for the month (not its grade).
    pub average_remuneration_yen: Yen,
    /// Which ceiling the society's rules set.
    pub rule: CeilingRule,
    /// The standard remuneration that the society set, for `below_average` and `above_average`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rule_amount_yen: Option<Yen>,
}
/// Standard remuneration of voluntary continuation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoluntaryStandardOutcome {
    /// 標準報酬月額.
    #[schema(value_type = Yen)]
    pub standard_yen: i64,
}

steps! {
    OWN = "own_standard", "健康保険法47条1項":
        "資格喪失時の標準報酬月額は{own}です。" / "The standard remuneration at loss is {own}.";
    SET = "amount_by_rules", "健康保険法47条":
        "規約で定めた標準報酬月額は{amount}です。" / "The society's rules set {amount}.";
    LOWER = "lower_of", "健康保険法47条1項":
        "{own}と上限{ceiling}のうち少ない額、{standard}です。" /
        "The lower of {own} and the ceiling {ceiling} is {standard}.";
    STAYS = "own_at_loss", "健康保険法47条2項":
        "規約により、資格喪失時の標準報酬月額{standard}によります。" /
        "By the society's rules the one at loss, {standard}, stays.";
    BETWEEN = "between", "健康保険法47条2項":
        "平均による{ceiling}を下限、資格喪失時の{own}を上限として、{standard}です。" /
        "Not below {ceiling} by the average and not above the own {own}: {standard}.";
}

/// 任意継続被保険者の標準報酬月額 (健康保険法47条).
pub struct VoluntaryStandard;
impl Rule for VoluntaryStandard {
    type Input = VoluntaryStandardInput;
    type Outcome = VoluntaryStandardOutcome;
    const ID: &'static str = "voluntary_continuation_standard";
    const VERSION: &'static str = "2022-01";
    fn decide(
        input: &VoluntaryStandardInput,
        trace: &mut Trace,
    ) -> Result<VoluntaryStandardOutcome, Refusal> {
        let table = GradeTable::in_force(input.month)?;
        let own = table.with_standard(input.at_loss_yen, "/at_loss_yen")?.standard;
        trace.step(&OWN, [("own", Value::Yen(own))]);
        let of_average = look_up(&table, input.average_remuneration_yen.get(), trace).standard;
        let standard = match input.rule {
            CeilingRule::Statutory => lower(own, of_average, trace),
            CeilingRule::BelowAverage => {
                let amount = amount_by_rules(input, &table, trace)?;
                lower(own, of_average.min(amount), trace)
            }
            CeilingRule::AtLoss => {
                trace.step(&STAYS, [("standard", Value::Yen(own))]);
                own
            }
            CeilingRule::AboveAverage => {
                let amount = amount_by_rules(input, &table, trace)?;
                let standard = own.min(amount.max(of_average));
                let figures = [
                    ("ceiling", Value::Yen(of_average)),
                    ("own", Value::Yen(own)),
                    ("standard", Value::Yen(standard)),
                ];
                trace.step(&BETWEEN, figures);
                standard
            }
        };
        Ok(VoluntaryStandardOutcome { standard_yen: standard })
    }
}
fn lower(own: i64, ceiling: i64, trace: &mut Trace) -> i64 {
    let standard = own.min(ceiling);
    trace.step(
        &LOWER,
        [("own", Value::Yen(own)), ("ceiling", Value::Yen(ceiling)), ("standard", Value::Yen(standard))],
    );
    standard
}
fn amount_by_rules(
    input: &VoluntaryStandardInput,
    table: &GradeTable,
    trace: &mut Trace,
) -> Result<i64, Refusal> {
    let amount = input.rule_amount_yen.ok_or(refuse(
        "/rule_amount_yen",
        "missing-field",
        ("規約で定めた額が必要です", "the amount that the society set is needed"),
    ))?;
    let amount = table.with_standard(amount, "/rule_amount_yen")?.standard;
    trace.step(&SET, [("amount", Value::Yen(amount))]);
    Ok(amount)
}

/// Facts of an application for voluntary continuation.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntaryDeadlineInput {
    /// Months insured without a break before the loss.
    #[validate(range(max = 1200))]
    #[schema(maximum = 1200)]
    pub months_before: u16,
    /// 資格喪失日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub lost_on: NaiveDate,
    /// Day on which the application reached the society.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub applied_on: NaiveDate,
    /// The society's own closed days, beside Saturdays, Sundays and holidays.
    #[serde(default)]
    #[validate(length(max = 60))]
    #[schema(max_items = 60)]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub closed_days: Vec<NaiveDate>,
}
/// Why one may, or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VoluntaryDeadlineReason {
    /// In time.
    Eligible,
    /// Insured for less than two months.
    TooFewMonths,
    /// Before the loss of cover.
    BeforeLoss,
    /// After the twenty days; only a good reason helps.
    TooLate,
}
/// Whether one may continue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoluntaryDeadlineOutcome {
    /// One may.
    pub is_eligible: bool,
    /// Why, or why not.
    pub reason: VoluntaryDeadlineReason,
    /// Last day for the application: the twentieth, or the first open day after it.
    pub last_day: NaiveDate,
    /// The twentieth day, counted from the day of loss.
    pub twentieth_day: NaiveDate,
}

steps! {
    MONTHS = "months_insured", "健康保険法3条4項":
        "喪失日の前日まで継続した被保険者期間は{months}で、{needed}以上が要ります。" /
        "Insured for {months} without a break; {needed} or more are needed.";
    TWENTY = "twenty_days", "健康保険法37条1項":
        "喪失日{lost}から数えて{days}以内、{last}までに申し出ます(申出日{applied})。" /
        "The application is due within {days} counted from the loss on {lost}: by {last} (applied on {applied}).";
}
steps! {
    MOVED = "closed_day", "民法142条、国民の祝日に関する法律3条":
        "20日目の{twentieth}は休業日のため、期間は次の営業日{last}に満了します。" /
        "The twentieth day, {twentieth}, is a closed day: the period ends on the next open one, {last}.";
}
/// Whole months from the acquisition to the day before a loss (民法143条).
pub fn months_of(acquired_on: NaiveDate, lost_on: NaiveDate) -> u16 {
    let ends_before = |n: &u16| period::last_day(acquired_on, i32::from(*n)) < lost_on;
    (1..=MOST_MONTHS).take_while(ends_before).last().unwrap_or(0)
}
const MOST_MONTHS: u16 = 1200;
const MONTHS_NEEDED: u16 = 2;
const DAYS_TO_APPLY: u8 = 20;

/// 任意継続の申出 (健康保険法3条4項, 37条1項).
pub struct VoluntaryDeadline;
impl Rule for VoluntaryDeadline {
    type Input = VoluntaryDeadlineInput;
    type Outcome = VoluntaryDeadlineOutcome;
    const ID: &'static str = "voluntary_continuation_deadline";
    const VERSION: &'static str = "1984-10.2";
    fn decide(
        input: &VoluntaryDeadlineInput,
        trace: &mut Trace,
    ) -> Result<VoluntaryDeadlineOutcome, Refusal> {
        let figures = [
            ("months", Value::Months(input.months_before.into())),
            ("needed", Value::Months(MONTHS_NEEDED.into())),
        ];
        trace.step(&MONTHS, figures);
        let twentieth = input.lost_on + Days::new(u64::from(DAYS_TO_APPLY) - 1);
        let last_day = next_business_day(twentieth, &input.closed_days);
        if last_day != twentieth {
            trace.step(&MOVED, [("twentieth", Value::Date(twentieth)), ("last", Value::Date(last_day))]);
        }
        trace.step(
            &TWENTY,
            [
                ("lost", Value::Date(input.lost_on)),
                ("days", Value::Days(DAYS_TO_APPLY.into())),
                ("last", Value::Date(last_day)),
                ("applied", Value::Date(input.applied_on)),
            ],
        );
        let reason = if input.months_before < MONTHS_NEEDED {
            VoluntaryDeadlineReason::TooFewMonths
        } else if input.applied_on < input.lost_on {
            VoluntaryDeadlineReason::BeforeLoss
        } else if input.applied_on > last_day {
            VoluntaryDeadlineReason::TooLate
        } else {
            VoluntaryDeadlineReason::Eligible
        };
        let is_eligible = reason == VoluntaryDeadlineReason::Eligible;
        Ok(VoluntaryDeadlineOutcome { is_eligible, reason, last_day, twentieth_day: twentieth })
    }
}

/// Facts of the end of voluntary continuation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntaryEndInput {
    /// Day on which voluntary continuation began.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub acquired_on: NaiveDate,
    /// Day on which the society received the wish to end it.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(
        default,
        deserialize_with = "crate::kernel::input::dated",
        skip_serializing_if = "Option::is_none"
    )]
    pub withdrawal_received_on: Option<NaiveDate>,
}
/// When cover is lost, unless another reason comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoluntaryEndOutcome {
    /// First day without cover.
    pub lost_on: NaiveDate,
    /// By the wish, not by the end of two years.
    pub by_withdrawal: bool,
}

steps! {
    TERM = "two_years", "健康保険法38条1号":
        "{acquired}から起算して{months}(2年)が{last}に満了し、翌日{lost}に資格を喪失します。" /
        "{months} (two years) counted from {acquired} end on {last}: cover is lost the day after, {lost}.";
    WITHDRAWN = "withdrawal", "健康保険法38条7号":
        "申出を{received}に受理したため、その翌月の初日{lost}に資格を喪失します。" /
        "The wish was received on {received}: cover is lost on the first day of the next month, {lost}.";
}
const TERM_MONTHS: i32 = 24;

/// The day on which a wish to end cover takes effect (健康保険法38条7号).
pub fn withdrawal_effect(received: NaiveDate) -> NaiveDate {
    Month::of(received).plus(1).first_day()
}
/// 任意継続被保険者の資格喪失 by time or wish (健康保険法38条1号, 7号).
pub struct VoluntaryEnd;
impl Rule for VoluntaryEnd {
    type Input = VoluntaryEndInput;
    type Outcome = VoluntaryEndOutcome;
    const ID: &'static str = "voluntary_continuation_end";
    const VERSION: &'static str = "2022-01";
    fn decide(input: &VoluntaryEndInput, trace: &mut Trace) -> Result<VoluntaryEndOutcome, Refusal> {
        let last = period::last_day(input.acquired_on, TERM_MONTHS);
        let term = last.succ_opt().unwrap_or(last);
        trace.step(
            &TERM,
            [
                ("acquired", Value::Date(input.acquired_on)),
                ("months", Value::Months(TERM_MONTHS.into())),
                ("last", Value::Date(last)),
                ("lost", Value::Date(term)),
            ],
        );
        let Some(received) = input.withdrawal_received_on else {
            return Ok(VoluntaryEndOutcome { lost_on: term, by_withdrawal: false });
        };
        if received < input.acquired_on {
            return Err(refuse(
                "/withdrawal_received_on",
                "before-acquisition",
                ("資格取得日より前の申出です", "received before the cover began"),
            ));
        }
        let wished = withdrawal_effect(received);
        trace.step(&WITHDRAWN, [("received", Value::Date(received)), ("lost", Value::Date(wished))]);
        let by_withdrawal = wished < term;
        Ok(VoluntaryEndOutcome { lost_on: wished.min(term), by_withdrawal })
    }
}
