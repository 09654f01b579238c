//! What a notice of a leave makes of the leaves that are known: pure, and the same for a dry run, the intake and the decision.
use super::{
    super::rules::{
        self, ExemptionInput, ExemptionMonths, ExemptionOutcome, Leave, LeaveKind, Refusal, Trace,
        maternity_window,
    },
    fault::LeaveFault,
    model::LeaveRow,
};
use crate::{kernel::Problem, values::month::Month};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Kind of a leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveType {
    /// 産前産後休業.
    Maternity,
    /// 育児休業.
    Childcare,
    /// 出生時育児休業 (産後パパ育休).
    BirthTime,
}
impl LeaveType {
    /// The word that is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Maternity => "maternity",
            Self::Childcare => "childcare",
            Self::BirthTime => "birth_time",
        }
    }
    /// The type of a stored word.
    /// # Errors
    /// 503 for a word that is none.
    pub fn of(word: &str) -> Result<Self, Problem> {
        [Self::Maternity, Self::Childcare, Self::BirthTime]
            .into_iter()
            .find(|t| t.word() == word)
            .ok_or_else(|| Problem::unavailable("stored-leave-unknown"))
    }
    /// As the law of exemption counts it: a birth-time leave is a childcare leave.
    pub const fn kind(self) -> LeaveKind {
        match self {
            Self::Maternity => LeaveKind::Maternity,
            Self::Childcare | Self::BirthTime => LeaveKind::Childcare,
        }
    }
}
/// The child that a leave is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChildFacts {
    /// 出産予定日.
    pub expected_on: Option<NaiveDate>,
    /// Day of birth, once known.
    pub born_on: Option<NaiveDate>,
    /// 多胎妊娠.
    pub is_multiple: bool,
    /// Reading.
    pub name_kana: Option<String>,
    /// Name.
    pub name: Option<String>,
}
/// What is known of a leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveFacts {
    /// Kind.
    pub leave_type: LeaveType,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day as planned.
    pub planned_ends_on: NaiveDate,
    /// Last day, once the end was notified.
    pub ended_on: Option<NaiveDate>,
    /// Child.
    pub child: ChildFacts,
    /// 就業(予定)日数.
    pub worked_days: u16,
    /// Days without work between the childcare leave before and this one: with them the two count as one (健康保険法159条2項).
    pub no_work_days: Vec<NaiveDate>,
}
/// Days of all birth-time leaves for a child (育児・介護休業法9条の2).
pub const BIRTH_TIME_MOST: i64 = 28;
/// 出生時育児休業: within so many days after the birth (育児・介護休業法9条の2第1項).
pub const BIRTH_TIME_WITHIN: u64 = 56;
/// Parts in which they are taken.
const BIRTH_TIME_PARTS: usize = 2;

impl LeaveFacts {
    /// Last day as far as known.
    pub fn last_day(&self) -> NaiveDate {
        self.ended_on.unwrap_or(self.planned_ends_on)
    }
    fn days(&self) -> i64 {
        (self.last_day() - self.starts_on).num_days() + 1
    }
    fn overlaps(&self, other: &Self) -> bool {
        self.starts_on <= other.last_day() && other.starts_on <= self.last_day()
    }
    /// Is it counted together with the other one? Childcare leaves of one child are, and, whatever child they are for, those that have
    /// a month in common, whose days the law adds, and those that follow one another (健康保険法159条1項2号, 2項).
    fn counts_with(&self, other: &Self) -> bool {
        let is_childcare = |f: &Self| f.leave_type.kind() == LeaveKind::Childcare;
        let (first, second) = if self.starts_on <= other.starts_on { (self, other) } else { (other, self) };
        let after = first.last_day().succ_opt().unwrap_or(first.last_day());
        is_childcare(self)
            && is_childcare(other)
            && (self.child.born_on == other.child.born_on
                || second.starts_on == after
                || Month::of(second.starts_on) <= Month::of(first.last_day())
                || second.no_work_days.contains(&after))
    }
}
/// What a form says of a leave.
#[derive(Clone, Debug)]
pub enum LeaveNotice {
    /// 申出書(新規): a leave begins.
    Begin(LeaveFacts),
    /// 産前産後休業取得者変更届: of the leave that began on `starts_on`.
    Move {
        /// First day as notified before.
        starts_on: NaiveDate,
        /// First day, where it changes.
        moved_to: Option<NaiveDate>,
        /// Last day as planned.
        planned_ends_on: NaiveDate,
        /// 出産予定日, where it changes.
        expected_on: Option<NaiveDate>,
        /// Day of birth, where it is new.
        born_on: Option<NaiveDate>,
        /// 多胎妊娠, where it changes.
        is_multiple: Option<bool>,
    },
    /// 申出書(延長): the childcare leave that began on `starts_on` ends later.
    Extend {
        /// First day.
        starts_on: NaiveDate,
        /// New last day as planned.
        planned_ends_on: NaiveDate,
        /// Day of birth of the child, which is that of the leave.
        child_born_on: NaiveDate,
    },
    /// 終了届.
    End {
        /// Which leave.
        kind: LeaveKind,
        /// First day.
        starts_on: NaiveDate,
        /// Last day.
        ended_on: NaiveDate,
        /// Days worked in a birth-time leave, where they differ from those planned.
        worked_days: Option<u16>,
    },
    /// 訂正・取消届: of the leave that began on `starts_on`, ended or not.
    Correct {
        /// Which leave.
        kind: LeaveKind,
        /// First day as recorded.
        starts_on: NaiveDate,
        /// What is right; none when the leave never was.
        right: Option<RightLeave>,
    },
}
/// What of a leave was otherwise than notified.
#[derive(Clone, Copy, Debug)]
pub struct RightLeave {
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// Last day: the planned one of a leave that has not ended.
    pub ends_on: Option<NaiveDate>,
    /// Day of birth of the child.
    pub child_born_on: Option<NaiveDate>,
}
impl RightLeave {
    /// The leave as it is right.
    fn of(&self, before: &LeaveFacts) -> LeaveFacts {
        let mut after = before.clone();
        after.starts_on = self.starts_on.unwrap_or(before.starts_on);
        if let Some(last) = self.ends_on {
            // an end that was notified is never later than the plan
            match before.ended_on {
                Some(_) => {
                    after.ended_on = Some(last);
                    after.planned_ends_on = before.planned_ends_on.max(last);
                }
                None => after.planned_ends_on = last,
            }
        }
        after.child.born_on = self.child_born_on.or(before.child.born_on);
        after
    }
}
/// What the notice makes of a leave.
#[derive(Clone, Debug)]
pub struct PlannedLeave {
    /// The known leave that it changes.
    pub leave_id: Option<Uuid>,
    /// The leave before, for a change.
    pub before: Option<LeaveFacts>,
    /// Months that it exempted before, with those that count with it.
    pub months_before: Option<Vec<Month>>,
    /// The leave after; none when it never was.
    pub after: Option<LeaveFacts>,
}

/// Holds a notice against the leaves known of a person and the first day of the present cover.
/// # Errors
/// What does not fit.
pub fn plan(
    known: &[(Uuid, LeaveFacts)],
    acquired_on: NaiveDate,
    notice: &LeaveNotice,
) -> Result<PlannedLeave, LeaveFault> {
    let mut planned = match notice {
        LeaveNotice::Begin(facts) => {
            PlannedLeave { leave_id: None, before: None, months_before: None, after: Some(facts.clone()) }
        }
        LeaveNotice::Move { starts_on, moved_to, planned_ends_on, expected_on, born_on, is_multiple } => {
            let (id, before) = open(known, LeaveKind::Maternity, *starts_on)?;
            let mut after = before.clone();
            after.starts_on = moved_to.unwrap_or(*starts_on);
            after.planned_ends_on = *planned_ends_on;
            after.child.expected_on = expected_on.or(before.child.expected_on);
            after.child.born_on = born_on.or(before.child.born_on);
            after.child.is_multiple = is_multiple.unwrap_or(before.child.is_multiple);
            changed(id, before, after)
        }
        LeaveNotice::Extend { starts_on, planned_ends_on, child_born_on } => {
            let (id, before) = open(known, LeaveKind::Childcare, *starts_on)?;
            if before.leave_type != LeaveType::Childcare {
                return Err(LeaveFault::Unknown);
            }
            if before.child.born_on != Some(*child_born_on) {
                return Err(LeaveFault::OtherChild);
            }
            if *planned_ends_on <= before.planned_ends_on {
                return Err(LeaveFault::NotLater);
            }
            let after = LeaveFacts { planned_ends_on: *planned_ends_on, ..before.clone() };
            changed(id, before, after)
        }
        LeaveNotice::End { kind, starts_on, ended_on, worked_days } => {
            let (id, before) = open(known, *kind, *starts_on)?;
            if *ended_on > before.planned_ends_on {
                return Err(LeaveFault::AfterPlanned);
            }
            let worked_days = worked_days.unwrap_or(before.worked_days);
            let after = LeaveFacts { ended_on: Some(*ended_on), worked_days, ..before.clone() };
            changed(id, before, after)
        }
        LeaveNotice::Correct { kind, starts_on, right } => {
            let (id, before) = begun(known, *kind, *starts_on)?;
            let after = right.map(|right| right.of(&before));
            if after.as_ref() == Some(&before) {
                return Err(LeaveFault::NothingChanges);
            }
            if let Some(after) = &after {
                check_child(after)?;
                check_gap(known, (id, &before), after)?;
            }
            PlannedLeave { leave_id: Some(id), before: Some(before), months_before: None, after }
        }
    };
    if let Some(after) = &planned.after {
        check(known, acquired_on, (&planned, after))?;
    }
    if let Some(before) = &planned.before {
        let all: Vec<LeaveFacts> = known.iter().map(|(_, f)| f.clone()).collect();
        let (_, outcome, _) = exemption(before, &all).map_err(LeaveFault::Rule)?;
        planned.months_before = Some(outcome.monthly_months);
    }
    Ok(planned)
}
/// A leave that changes.
const fn changed(id: Uuid, before: LeaveFacts, after: LeaveFacts) -> PlannedLeave {
    PlannedLeave { leave_id: Some(id), before: Some(before), months_before: None, after: Some(after) }
}
/// The leave of this kind that began on a day.
fn begun(
    known: &[(Uuid, LeaveFacts)],
    kind: LeaveKind,
    starts_on: NaiveDate,
) -> Result<(Uuid, LeaveFacts), LeaveFault> {
    let found = known.iter().find(|(_, f)| f.leave_type.kind() == kind && f.starts_on == starts_on);
    found.cloned().ok_or(LeaveFault::Unknown)
}
/// The leave of this kind that began on a day and has no end yet.
fn open(
    known: &[(Uuid, LeaveFacts)],
    kind: LeaveKind,
    starts_on: NaiveDate,
) -> Result<(Uuid, LeaveFacts), LeaveFault> {
    let (id, facts) = begun(known, kind, starts_on)?;
    if facts.ended_on.is_some() { Err(LeaveFault::Ended) } else { Ok((id, facts)) }
}
/// A childcare leave lies between the birth, or the expected one before it, and the child's third birthday (健康保険法43条の2); a birth-time
/// leave in the eight weeks after the birth, or after the expected one when that is later (育児・介護休業法9条の2第1項).
fn check_child(after: &LeaveFacts) -> Result<(), LeaveFault> {
    let Some(born) = after.child.born_on.filter(|_| after.leave_type.kind() == LeaveKind::Childcare) else {
        return Ok(());
    };
    let expected = after.child.expected_on.unwrap_or(born);
    let last = match after.leave_type {
        LeaveType::BirthTime => born.max(expected).checked_add_days(Days::new(BIRTH_TIME_WITHIN)),
        _ => Some(rules::last_day_under_three(born)),
    };
    let is_late = last.is_none_or(|last| after.last_day() > last);
    if after.starts_on < born.min(expected) || is_late { Err(LeaveFault::OutsideChild) } else { Ok(()) }
}
/// Days without work before a leave whose first day is corrected are still all the days between.
fn check_gap(
    known: &[(Uuid, LeaveFacts)],
    (id, before): (Uuid, &LeaveFacts),
    after: &LeaveFacts,
) -> Result<(), LeaveFault> {
    let others: Vec<LeaveFacts> =
        known.iter().filter(|(other, _)| *other != id).map(|(_, f)| f.clone()).collect();
    let is_asked = after.starts_on != before.starts_on && !after.no_work_days.is_empty();
    if is_asked && !is_gap(&others, after) { Err(LeaveFault::NoWorkDays) } else { Ok(()) }
}
fn check(
    known: &[(Uuid, LeaveFacts)],
    acquired_on: NaiveDate,
    (p, after): (&PlannedLeave, &LeaveFacts),
) -> Result<(), LeaveFault> {
    if after.last_day() < after.starts_on {
        return Err(LeaveFault::EndsBeforeStart);
    }
    if after.starts_on < acquired_on {
        return Err(LeaveFault::OutsideCover);
    }
    if let (LeaveType::Maternity, Some(expected)) = (after.leave_type, after.child.expected_on) {
        let (first, last) = maternity_window(expected, after.child.born_on, after.child.is_multiple);
        if after.starts_on < first || after.last_day() > last {
            return Err(LeaveFault::OutsideWindow);
        }
    }
    let may_work = after.leave_type == LeaveType::BirthTime && i64::from(after.worked_days) <= after.days();
    if after.worked_days > 0 && !may_work {
        return Err(LeaveFault::WorkedDays);
    }
    let mut all: Vec<LeaveFacts> =
        known.iter().filter(|(id, _)| p.leave_id != Some(*id)).map(|(_, f)| f.clone()).collect();
    if all.iter().any(|f| f.overlaps(after)) {
        return Err(LeaveFault::Overlaps);
    }
    if p.before.is_none() && !after.no_work_days.is_empty() && !is_gap(&all, after) {
        return Err(LeaveFault::NoWorkDays);
    }
    all.push(after.clone());
    if after.leave_type == LeaveType::BirthTime {
        let of_child =
            |f: &&LeaveFacts| f.leave_type == LeaveType::BirthTime && f.child.born_on == after.child.born_on;
        let (parts, days) = all.iter().filter(of_child).fold((0, 0), |(n, sum), f| (n + 1, sum + f.days()));
        if parts > BIRTH_TIME_PARTS || days > BIRTH_TIME_MOST {
            return Err(LeaveFault::BirthTime);
        }
    }
    exemption(after, &all).map(|_| ()).map_err(LeaveFault::Rule)
}
/// Are the days without work of a leave all the days between the childcare leave before and it?
fn is_gap(known: &[LeaveFacts], of: &LeaveFacts) -> bool {
    let before =
        known.iter().filter(|f| f.leave_type.kind() == of.leave_type.kind() && f.starts_on < of.starts_on);
    let Some(last) = before.map(LeaveFacts::last_day).max() else { return false };
    let mut days = of.no_work_days.clone();
    days.sort();
    last.iter_days().skip(1).take_while(|day| *day < of.starts_on).eq(days)
}
/// Those of `all` that count with a leave, itself among them: those that count with one of them do, too.
fn counted_together(of: &LeaveFacts, all: &[LeaveFacts]) -> Vec<LeaveFacts> {
    let (mut group, mut rest): (Vec<LeaveFacts>, Vec<LeaveFacts>) =
        all.iter().cloned().partition(|f| f == of);
    while let Some(at) = rest.iter().position(|f| group.iter().any(|g| f.counts_with(g))) {
        group.push(rest.swap_remove(at));
    }
    group
}
/// A leave that lasts until the last day of a cover at most; none of it when it begins later (健康保険法36条).
pub fn cut(mut facts: LeaveFacts, last: NaiveDate) -> Option<LeaveFacts> {
    if facts.starts_on > last {
        return None;
    }
    if facts.last_day() > last {
        facts.ended_on = Some(last);
        facts.worked_days = facts.worked_days.min(u16::try_from(facts.days()).unwrap_or(u16::MAX));
    }
    Some(facts)
}
/// The months that a leave exempts, together with those of `all` that count with it: facts, outcome, trace.
/// # Errors
/// Leaves that the rule can't decide on.
pub fn exemption(
    of: &LeaveFacts,
    all: &[LeaveFacts],
) -> Result<(ExemptionInput, ExemptionOutcome, Trace), Refusal> {
    let together = counted_together(of, all);
    let mut leaves: Vec<Leave> = together
        .iter()
        .map(|f| Leave { starts_on: f.starts_on, ends_on: f.last_day(), worked_days: f.worked_days })
        .collect();
    leaves.sort_by_key(|l| l.starts_on);
    let mut non_working_days: Vec<NaiveDate> = together.into_iter().flat_map(|f| f.no_work_days).collect();
    non_working_days.sort();
    let facts = ExemptionInput { kind: of.leave_type.kind(), leaves, non_working_days };
    let (outcome, trace) = rules::apply::<ExemptionMonths>(&facts)?;
    Ok((facts, outcome, trace))
}
/// Stored leaves as facts by id.
/// # Errors
/// 503 for a stored word that is none.
pub fn known(rows: &[LeaveRow]) -> Result<Vec<(Uuid, LeaveFacts)>, Problem> {
    rows.iter().map(|r| Ok((r.leave_id, r.facts_of_leave()?))).collect()
}
