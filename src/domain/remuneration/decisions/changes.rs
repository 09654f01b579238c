//! How an accepted form becomes a decision: the stored state and the form's facts go into the pure rule, what it decides is kept with
//! its facts and its trace. Whoever decides holds the person, so that two decisions take turns.
use super::{
    super::{
        leaves,
        rules::{
            self, AcquisitionDetermination, AcquisitionInput, BonusInput, FixedPayChange, OccasionalInput,
            OccasionalRevision, PaidMonth, Refusal, RegularDetermination, Rule, StandardBonus, Trace,
            WorkKind,
        },
        told::stored,
    },
    model::{BonusRow, DecisionRow},
    store::{self, NewBonus, NewDecision},
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::{month::Month, yen::Yen},
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// 改定区分 after a leave, as it is stored.
pub(super) const MATERNITY_END: &str = "maternity_leave_end_revision";
/// 改定区分 after a leave, as it is stored.
pub(super) const CHILDCARE_END: &str = "childcare_leave_end_revision";

/// Whose remuneration is decided, and by which form.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Insured person.
    pub person: Uuid,
    /// Employer that filed.
    pub employer: Uuid,
    /// 資格取得年月日 of the present cover.
    pub acquired_on: NaiveDate,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// A decision of 標準報酬月額.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Decided {
    /// Decision.
    pub decision_id: Uuid,
    /// Grade.
    pub grade: u8,
    /// 標準報酬月額, yen.
    pub standard_yen: i64,
    /// First month.
    pub applies_from: Month,
}
/// The 標準賞与額 of a month.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DecidedBonus {
    /// 標準賞与額 of the month, yen.
    pub standard_bonus_yen: i64,
}

/// 取得時決定 (健康保険法42条) from 報酬月額 in yen. Before April 2007 no table of grades is known: nothing is decided then.
/// # Errors
/// Database errors.
pub fn decide_acquisition<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    monthly_yen: i64,
) -> Result<Option<Decided>, Problem> {
    let facts = AcquisitionInput {
        acquired_on: case.acquired_on,
        monthly_yen: Yen::new(monthly_yen),
        periods: Vec::new(),
        comparable_average_yen: None,
    };
    let Ok((out, trace)) = rules::apply::<AcquisitionDetermination>(&facts) else { return Ok(None) };
    let told = stored::<AcquisitionDetermination>(&facts, &trace)?;
    let amounts = (out.grade, out.standard_yen, out.remuneration_yen);
    keep::<AcquisitionDetermination, _>(tx, permit, case, out.effective_month, amounts, told).map(Some)
}
/// 随時改定 (健康保険法43条) after a change of fixed pay, from the stored standard remuneration. One that takes effect from July to
/// September takes the place of that September's regular determination (41条3項).
/// # Errors
/// 409 `before-acquisition`, `already-determined`, `nothing-to-revise` without a stored standard remuneration, `no-revision` with
/// the law's reason, `not-decidable`.
pub fn decide_occasional<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    (change_month, fixed_change, kind): (Month, FixedPayChange, WorkKind),
    months: Vec<PaidMonth>,
) -> Result<Decided, Problem> {
    let from = change_month.plus(3);
    require_cover(case, change_month)?;
    let live = store::live(tx, permit, case.person)?;
    require_first(&live, OccasionalRevision::ID, from)?;
    let current = revisable(&live, from)?;
    let facts = OccasionalInput {
        kind,
        fixed_change,
        change_month,
        months,
        current_standard_yen: amount(current.standard_yen)?,
        current_base_yen: Yen::new(current.monthly_yen),
    };
    let (out, trace) = rules::apply::<OccasionalRevision>(&facts).map_err(undecidable)?;
    let (true, Some(grade), Some(standard)) = (out.revises, out.grade, out.determined.standard_yen) else {
        return Err(reasoned("no-revision", &trace));
    };
    displace_regular(tx, permit, case, from)?;
    let told = stored::<OccasionalRevision>(&facts, &trace)?;
    let monthly = out.determined.average_yen.unwrap_or(standard);
    keep::<OccasionalRevision, _>(tx, permit, case, from, (grade, standard, monthly), told)
}
/// A revision from July to September takes the place of that September's regular determination (健康保険法41条3項).
/// # Errors
/// Database errors.
pub(super) fn displace_regular<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    from: Month,
) -> Result<(), Problem> {
    if !(7..=9).contains(&from.number()) {
        return Ok(());
    }
    let september = Month::in_year(from.year(), 9);
    let (act, regular) = (Act::permitted(tx, permit, case.source)?, Some(RegularDetermination::ID));
    store::take_back(tx.conn(), &act, case.person, (september, Some(september)), regular)
}
/// 標準賞与額 (健康保険法45条) of a month with one more bonus in yen; the later months of the fiscal year are counted anew.
/// # Errors
/// 409 `before-acquisition`, `not-decidable`.
pub fn decide_bonus<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    (paid_on, paid_yen): (NaiveDate, i64),
) -> Result<DecidedBonus, Problem> {
    if paid_on < case.acquired_on {
        return Err(before_acquisition());
    }
    let month = Month::of(paid_on);
    let first = Month::in_year(month.year() - i32::from(month.number() < 4), 4);
    let year: Vec<BonusRow> = store::live_bonuses(tx, permit, case.person)?
        .into_iter()
        .filter(|b| (first..first.plus(12)).contains(&Month::of(b.month)))
        .collect();
    let mut sum: i64 = year.iter().filter(|b| Month::of(b.month) < month).map(|b| b.standard_yen).sum();
    let known = year.iter().find(|b| Month::of(b.month) == month);
    let mut amounts = known.map(amounts_of).transpose()?.unwrap_or_default();
    amounts.push(amount(paid_yen)?);
    let standard = put(tx, permit, case, (known.map(|b| b.bonus_id), month, amounts), sum)?;
    sum += standard;
    for later in year.iter().filter(|b| Month::of(b.month) > month) {
        let of = Case {
            employer: later.employer_id,
            received_on: later.received_on,
            source: later.source,
            ..*case
        };
        sum += put(tx, permit, &of, (Some(later.bonus_id), Month::of(later.month), amounts_of(later)?), sum)?;
    }
    Ok(DecidedBonus { standard_bonus_yen: standard })
}
/// What is decided ends with the cover, and so do leaves: standard remuneration holds in every month that has a day of the cover (that
/// of the loss bears no premium by 健康保険法156条3項, which is for the assessment to say), bonuses of later months are none, and of cover
/// that never was nothing stays.
/// # Errors
/// Database errors.
pub fn end_on_loss(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (acquired_on, lost_on): (NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    let last_day = lost_on.pred_opt().filter(|last| *last >= acquired_on);
    let until = last_day.map_or(Month::of(acquired_on), |last| Month::of(last).plus(1));
    store::cut(conn, act, person, until)?;
    store::take_back(conn, act, person, (until, None), None)?;
    store::take_back_bonuses(conn, act, person, until)?;
    leaves::end_on_loss(conn, act, person, (acquired_on, lost_on))
}

/// Decides a month of bonuses and writes it; gives its 標準賞与額.
fn put<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    (bonus_id, month, amounts): (Option<Uuid>, Month, Vec<Yen>),
    before: i64,
) -> Result<i64, Problem> {
    let reported = amounts.iter().map(|a| a.get()).sum();
    let cumulative_before_yen = amount(before)?;
    let facts = BonusInput { month, amounts_yen: amounts, cumulative_before_yen };
    let (out, trace) = rules::apply::<StandardBonus>(&facts).map_err(undecidable)?;
    let new = NewBonus {
        bonus_id,
        person: (case.person, case.employer),
        rule: (StandardBonus::ID, StandardBonus::VERSION),
        month,
        amounts: (reported, out.standard_bonus_yen),
        told: stored::<StandardBonus>(&facts, &trace)?,
        received_on: case.received_on,
        source: case.source,
    };
    store::put_bonus(tx, permit, new)?;
    Ok(out.standard_bonus_yen)
}
/// The bonuses that a month was decided on.
fn amounts_of(b: &BonusRow) -> Result<Vec<Yen>, Problem> {
    serde_json::from_value::<BonusInput>(b.inputs.clone())
        .map(|facts| facts.amounts_yen)
        .map_err(|_| Problem::unavailable("stored-facts-unreadable"))
}
pub(super) fn keep<R: Rule, Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    applies_from: Month,
    amounts: (u8, i64, i64),
    told: (Value, Value),
) -> Result<Decided, Problem> {
    keep_as(tx, permit, case, (R::ID, R::VERSION), applies_from, amounts, told)
}
/// Keeps a decision under a word of its own: 改定区分, where one rule decides several.
pub(super) fn keep_as<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    rule: (&'static str, &'static str),
    applies_from: Month,
    amounts: (u8, i64, i64),
    told: (Value, Value),
) -> Result<Decided, Problem> {
    let act = Act::permitted(tx, permit, case.source)?;
    store::cut(tx.conn(), &act, case.person, applies_from)?;
    let new = NewDecision {
        person: (case.person, case.employer),
        rule,
        applies_from,
        amounts,
        told,
        received_on: case.received_on,
        source: case.source,
    };
    let decision_id = store::insert(tx.conn(), &act, new)?;
    Ok(Decided { decision_id, grade: amounts.0, standard_yen: amounts.1, applies_from })
}
/// An amount that a rule can count with.
pub(super) fn amount(yen: i64) -> Result<Yen, Problem> {
    Yen::new(yen)
        .ok_or_else(|| Problem::conflict("not-decidable", "金額が範囲外です", "An amount is out of range"))
}
/// The decision that holds in a month.
pub(super) fn holding(live: &[DecisionRow], month: Month) -> Option<&DecisionRow> {
    let day = month.first_day();
    live.iter().find(|d| d.applies_from <= day && d.applies_until.is_none_or(|until| until > day))
}
/// The decision that a revision from a month on revises.
pub(super) fn revisable(live: &[DecisionRow], from: Month) -> Result<&DecisionRow, Problem> {
    holding(live, from.plus(-1)).ok_or_else(|| {
        Problem::conflict(
            "nothing-to-revise",
            "改定の前月に適用される標準報酬月額が登録されていません",
            "No standard remuneration is stored for the month before the revision",
        )
    })
}
/// A month of the present cover.
pub(super) fn require_cover(case: &Case, month: Month) -> Result<(), Problem> {
    if month < Month::of(case.acquired_on) { Err(before_acquisition()) } else { Ok(()) }
}
fn before_acquisition() -> Problem {
    Problem::conflict(
        "before-acquisition",
        "資格取得より前の月については決定できません",
        "Nothing is decided for a month before the acquisition",
    )
}
/// A rule decides a month once; another form for it is a correction.
pub(super) fn require_first(live: &[DecisionRow], rule: &str, from: Month) -> Result<(), Problem> {
    if live.iter().any(|d| d.rule == rule && Month::of(d.applies_from) == from) {
        return Err(already_determined());
    }
    Ok(())
}
/// 409 for a second form of one kind for one month.
pub fn already_determined() -> Problem {
    Problem::conflict(
        "already-determined",
        "この月からの標準報酬月額は同じ届書により決定済みです",
        "The standard remuneration from this month on is decided by such a form already",
    )
}
pub(super) fn undecidable(r: Refusal) -> Problem {
    let (ja, en) = r.detail.split_once(" / ").unwrap_or((r.detail, r.detail));
    Problem::conflict("not-decidable", ja, en)
}
/// A refusal in the words of the last step.
pub(super) fn reasoned(code: &'static str, trace: &Trace) -> Problem {
    let (ja, en) = trace.steps.last().map(|s| (s.ja(), s.en())).unwrap_or_default();
    Problem::conflict(code, &ja, &en)
}
