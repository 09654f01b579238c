//! How an accepted form becomes a decision: the stored state and the form's facts go into the pure rule, what it decides is kept with
//! its facts and its trace. Whoever decides holds the person, so that two decisions take turns. A plan is what a decision would do:
//! a dry run tells it, a decision keeps it.
use super::{
    super::{
        leaves,
        rules::{AcquisitionInput, OccasionalRevision, RegularDetermination, Rule},
    },
    bonus_months,
    determination::{OccasionalPay, RegularPay},
    facts::{Facts, Undecided, amount},
    history::{AFTER_LOSS, Entry, History, Occasion},
    keep::{self, Known},
    leave_end::{self, LeaveEnd},
    second_office, store,
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whose remuneration is decided, and by which form.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Insured person.
    pub person: Uuid,
    /// Employer that filed.
    pub employer: Uuid,
    /// 資格取得年月日 of the cover that it is decided for.
    pub acquired_on: NaiveDate,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// A report of pay.
#[derive(Clone, Debug)]
pub enum PayReport {
    /// 算定基礎届.
    Regular(RegularPay),
    /// 月額変更届.
    Occasional(OccasionalPay),
    /// 産休・育休終了時報酬月額変更届.
    LeaveEnd(LeaveEnd),
}
/// A month from which another standard remuneration holds than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayChange {
    /// First month.
    pub applies_from: Month,
    /// 標準報酬月額 of that month as it was, yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub before_yen: Option<i64>,
    /// 標準報酬月額 of that month as it is, yen.
    pub after_yen: i64,
}
/// A decision of 標準報酬月額.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Decided {
    /// Decision; none where a correction took one back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_id: Option<Uuid>,
    /// Grade of what holds now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<u8>,
    /// 標準報酬月額, yen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard_yen: Option<i64>,
    /// First month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_from: Option<Month>,
    /// 標準報酬月額 before a correction, yen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard_before_yen: Option<i64>,
    /// Later months that were decided anew because they rest on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided_anew: Vec<PayChange>,
}
/// What a decision would do.
#[derive(Clone, Debug)]
pub struct Plan {
    case: Case,
    stored: History,
    wanted: History,
    month: Month,
    decision: Option<Uuid>,
    is_correction: bool,
}
impl Plan {
    /// A plan from what is stored to what is wanted; `decision` begins in `month`, or what began there is taken back.
    pub(super) fn new(
        (case, is_correction): (Case, bool),
        (stored, wanted): (History, History),
        month: Month,
        decision: Option<Uuid>,
    ) -> Self {
        Self { case, stored, wanted, month, decision, is_correction }
    }
    /// The months from which other decisions hold, in their order.
    pub fn changes(&self) -> Vec<PayChange> {
        let is_new = |e: &&Entry| self.stored.entries.iter().all(|s| s.decision_id != e.decision_id);
        let is_gone = |e: &&Entry| self.wanted.entries.iter().all(|w| w.from != e.from);
        let new = self.wanted.entries.iter().filter(is_new);
        let gone = self.stored.entries.iter().filter(is_gone);
        let months: BTreeSet<Month> = new.chain(gone).map(|e| e.from).collect();
        months.into_iter().filter_map(|month| self.change(month)).collect()
    }
    fn change(&self, month: Month) -> Option<PayChange> {
        let before_yen = self.stored.holding(month).map(|s| s.amounts.1);
        let after_yen = self.wanted.holding(month)?.amounts.1;
        Some(PayChange { applies_from: month, before_yen, after_yen })
    }
    /// Keeps it.
    /// # Errors
    /// Database errors.
    pub fn keep<Op: Operation>(self, tx: &mut Tx<'_>, permit: &Permit<Op>) -> Result<Decided, Problem> {
        let act = Act::permitted(tx, permit, self.case.source)?;
        keep::keep(tx.conn(), &act, &self.case, (&self.stored, &self.wanted))?;
        Ok(self.decided())
    }
    /// What payroll is told of it.
    pub fn decided(&self) -> Decided {
        let holds = self.wanted.holding(self.month);
        let before = self.stored.holding(self.month).map(|e| e.amounts.1);
        let anew = self.changes().into_iter().filter(|c| c.applies_from != self.month).collect();
        Decided {
            decision_id: self.decision,
            grade: holds.map(|e| e.amounts.0),
            standard_yen: holds.map(|e| e.amounts.1),
            applies_from: Some(self.month),
            standard_before_yen: before.filter(|_| self.is_correction),
            decided_anew: anew,
        }
    }
    /// By how many grades the standard remuneration rises in its month (falls, when negative) against the month before; `None` where
    /// nothing is known of that.
    pub fn grades_up(&self) -> Option<i16> {
        let before = self.stored.holding(self.month.plus(-1))?.amounts.0;
        let after = self.wanted.holding(self.month)?.amounts.0;
        Some(i16::from(after) - i16::from(before))
    }
    /// The month in which what is decided begins.
    pub fn month(&self) -> Month {
        self.month
    }
    /// Whose decisions, as they are stored and as they are to be.
    pub(super) fn parts(&self) -> (&Case, &History, &History) {
        (&self.case, &self.stored, &self.wanted)
    }
}

/// 取得時決定 (健康保険法42条) from 報酬月額 in yen. Before April 2007 no table of grades is known: nothing is decided then.
/// # Errors
/// 409 `not-decidable` for an amount out of range; database errors.
pub fn decide_acquisition<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    monthly_yen: i64,
) -> Result<Option<Decided>, Problem> {
    if acquisition_ahead((case.acquired_on, monthly_yen))?.is_none() {
        return Ok(None);
    }
    let facts = acquired(case.acquired_on, monthly_yen)?;
    let month = Month::of(case.acquired_on);
    let act = Act::permitted(tx, permit, case.source)?;
    // What holds of a former cover ends where this one begins.
    store::cut(tx.conn(), &act, case.person, month)?;
    let stored = keep::history(tx.conn(), case)?;
    let mut wanted = stored.clone();
    let id = wanted.decide(&facts, case.origin(), Occasion::Form)?;
    let decided = Plan::new((*case, false), (stored, wanted), month, Some(id)).keep(tx, permit)?;
    bonus_months::covered_again(tx.conn(), &act, case.person, case.acquired_on)?;
    Ok(Some(decided))
}
/// The standard remuneration that an acquisition on a day with 報酬月額 in yen would begin with; `None` before the first table of grades.
/// # Errors
/// 409 `not-decidable` for an amount out of range.
pub fn acquisition_ahead((acquired_on, monthly_yen): (NaiveDate, i64)) -> Result<Option<PayChange>, Problem> {
    match acquired(acquired_on, monthly_yen)?.decide() {
        Err(Undecided::Unfit(refused)) if refused.code == "no-grade-table" => Ok(None),
        decided => {
            let made = decided?;
            Ok(Some(PayChange { applies_from: made.from, before_yen: None, after_yen: made.amounts.1 }))
        }
    }
}
fn acquired(acquired_on: NaiveDate, monthly_yen: i64) -> Result<Facts, Problem> {
    Ok(Facts::Acquisition(AcquisitionInput {
        acquired_on,
        monthly_yen: Some(amount(monthly_yen)?),
        periods: Vec::new(),
        comparable_average_yen: None,
    }))
}
/// What a report of pay would decide: 定時決定 (健康保険法41条), 随時改定 (43条), from the stored standard remuneration, or a revision after a
/// leave. A revision from July to September takes the place of that September's regular determination (41条3項).
/// # Errors
/// 409 `before-acquisition`, `after-loss`, `already-determined` when this month is decided so already, `nothing-to-revise` without a stored
/// standard remuneration, `leave-not-found`, `no-determination`, `no-revision` and `child-is-three` with the law's reason, `later-decision-rests`,
/// `not-decidable` when the facts do not fit the rule.
pub fn plan_pay<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    case: &Case,
    report: PayReport,
) -> Result<Plan, Problem> {
    let known = Known::of(tx.conn(), case.person)?;
    let stored = known.history(case)?;
    let facts = match report {
        PayReport::Regular(pay) => return plan_regular(case, &known, pay),
        PayReport::Occasional(pay) => {
            require_cover(case, pay.change_month, "/applies_from")?;
            require_first(&stored, case, OccasionalRevision::ID, pay.from())?;
            pay.facts(&stored, case.employer)?
        }
        PayReport::LeaveEnd(end) => {
            let reading = tx.kernel().readings.leave_end;
            leave_end::facts(tx.conn(), case, &stored, (end, reading))?
        }
    };
    planned(case, stored, facts)
}
/// What 定時決定 would do, by what is stored: pure, and the same for one form and for many.
/// # Errors
/// As of `plan_pay`.
pub(super) fn plan_regular(case: &Case, known: &Known, pay: RegularPay) -> Result<Plan, Problem> {
    let stored = known.history(case)?;
    require_cover(case, pay.from(), "/applies_from")?;
    require_first(&stored, case, RegularDetermination::ID, pay.from())?;
    let facts = pay.facts(case.acquired_on, known.lost_on(case))?;
    planned(case, stored, facts)
}
/// What deciding on these facts would do.
/// # Errors
/// As of `plan_pay`.
pub(super) fn planned(case: &Case, stored: History, facts: Facts) -> Result<Plan, Problem> {
    let mut wanted = stored.clone();
    let month = month_of(&facts);
    let pointer = if matches!(facts, Facts::LeaveEnd(_)) { "/ends_on" } else { "/applies_from" };
    let facts = month.map_or(facts.clone(), |month| stored.rest(facts, month, case.employer));
    let decided = wanted.decide(&facts, case.origin(), Occasion::Form);
    let id = decided.map_err(|p| if p.code == AFTER_LOSS { p.placed(pointer) } else { p })?;
    let month = wanted.entries.iter().find(|e| e.decision_id == id).map_or(stored.first, |e| e.from);
    Ok(Plan::new((*case, false), (stored, wanted), month, Some(id)))
}
/// The month whose state before a regular determination rests on; the others carry theirs.
fn month_of(facts: &Facts) -> Option<Month> {
    if let Facts::Regular(f, _) = facts { Some(Month::in_year(f.year, 9)) } else { None }
}
/// What is decided ends with the cover, and so do leaves: standard remuneration holds in every month that has a day of the cover (that
/// of the loss bears no premium by 健康保険法156条3項, which is for the assessment to say), bonuses paid from the day of the loss on are none,
/// those of the month of the loss before it are marked (they bear no premium and count for the cap), and of cover that never was
/// nothing stays.
/// # Errors
/// Database errors.
pub fn end_on_loss(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (acquired_on, lost_on): (NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    let until = keep::after(acquired_on, lost_on);
    store::cut(conn, act, person, until)?;
    store::take_back(conn, act, person, until)?;
    if acquired_on == lost_on {
        keep::give_back(conn, act, person, acquired_on)?;
    }
    bonus_months::end_on_loss(conn, act, person, lost_on)?;
    second_office::end_on_loss(conn, act, person, (acquired_on, lost_on))?;
    leaves::end_on_loss(conn, act, person, (acquired_on, lost_on))
}
/// A month of the cover, which stands at that place of the form.
pub(super) fn require_cover(case: &Case, month: Month, pointer: &str) -> Result<(), Problem> {
    if month < Month::of(case.acquired_on) { Err(before_acquisition(pointer)) } else { Ok(()) }
}
pub(super) fn before_acquisition(pointer: &str) -> Problem {
    Problem::conflict(
        "before-acquisition",
        "資格取得より前の月については決定できません",
        "Nothing is decided for a month before the acquisition",
    )
    .placed(pointer)
}
/// A rule decides a month once; another form for it is a correction.
pub(super) fn require_first(history: &History, case: &Case, word: &str, from: Month) -> Result<(), Problem> {
    if history.is_decided(word, from, case.employer) {
        return Err(already_determined());
    }
    Ok(())
}
/// 409 for a second form of one kind, month and employer.
pub fn already_determined() -> Problem {
    Problem::conflict(
        "already-determined",
        "この月からの標準報酬月額は同じ届書により決定済みです。訂正は訂正届によります",
        "The standard remuneration from this month on is decided by such a form already: a correction is filed as one",
    )
}
