//! What a notice of a leave makes of the leaves that are known: pure, and the same for a dry run, the intake and the decision.
use super::{
    super::rules::{
        self, ExemptionInput, ExemptionMonths, ExemptionOutcome, Leave, LeaveKind, Refusal, Trace,
        maternity_window,
    },
    model::LeaveRow,
};
use crate::{kernel::Problem, values::month::Month};
use chrono::NaiveDate;
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
}
/// Why a notice does not fit what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveFault {
    /// No such leave began that day.
    Unknown,
    /// Another leave has a day of it.
    Overlaps,
    /// It begins before the cover.
    OutsideCover,
    /// Its end was notified already.
    Ended,
    /// An extension that does not end later.
    NotLater,
    /// An extension for another child than that of the leave.
    OtherChild,
    /// More than 28 days or two parts of birth-time leaves for a child (育児・介護休業法9条の2).
    BirthTime,
    /// The end lies after the planned one.
    AfterPlanned,
    /// It ends before it starts.
    EndsBeforeStart,
    /// A maternity leave outside the days around the birth.
    OutsideWindow,
    /// The days without work are not those between the childcare leave before and this one.
    NoWorkDays,
    /// More days worked than the leave has, or days worked in a leave that knows none.
    WorkedDays,
    /// The rule of exemption can't decide on it.
    Rule(Refusal),
}
impl LeaveFault {
    /// The refusal of a decision.
    pub fn problem(self) -> Problem {
        let (code, ja, en) = match self {
            Self::Unknown => (
                "leave-not-found",
                "この日に始まる休業は登録されていません",
                "No leave that began on this day is known",
            ),
            Self::Overlaps => (
                "leave-overlaps",
                "他の休業と期間が重なっています。先に他の休業の終了届を処理してください",
                "Another leave has days of it: decide the end of that leave first",
            ),
            Self::OutsideCover => (
                "leave-outside-cover",
                "休業の開始日が資格取得日より前です",
                "The leave begins before the person's cover",
            ),
            Self::Ended => ("leave-ended", "この休業は終了済みです", "The leave has ended already"),
            Self::NotLater => (
                "extension-not-later",
                "延長後の終了予定日が現在の終了予定日より後ではありません",
                "The extension does not end after the planned end",
            ),
            Self::OtherChild => (
                "leave-of-another-child",
                "この休業の子の生年月日と異なります",
                "The child of this leave was born on another day",
            ),
            Self::BirthTime => (
                "birth-time-leave-used-up",
                "出生時育児休業は、一人の子について合わせて28日、2回までです",
                "Birth-time leaves for a child have 28 days in all, in two parts at most",
            ),
            Self::AfterPlanned => (
                "leave-ends-after-plan",
                "終了日が終了予定日より後です。先に延長または変更の届を処理してください",
                "The leave ends after its planned end: decide the extension or change first",
            ),
            Self::EndsBeforeStart => {
                ("leave-ends-before-start", "終了日が開始日より前です", "The leave ends before it starts")
            }
            Self::OutsideWindow => (
                "leave-outside-window",
                "産前42日(多胎98日)から産後56日までの期間の外の日があります",
                "Days lie outside the 42 (98) days before and the 56 days after the birth",
            ),
            Self::NoWorkDays => (
                "no-work-days-differ",
                "前の育児休業等の終了日の翌日から開始日の前日までの日と一致しません",
                "These are not the days between the end of the childcare leave before and the start",
            ),
            Self::WorkedDays => (
                "worked-days-differ",
                "就業日数が休業の種類または日数に合いません",
                "The days worked don't fit the kind or the length of the leave",
            ),
            Self::Rule(refusal) => {
                let (ja, en) = refusal.detail.split_once(" / ").unwrap_or((refusal.detail, refusal.detail));
                ("not-decidable", ja, en)
            }
        };
        Problem::conflict(code, ja, en)
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
    /// The leave after.
    pub after: LeaveFacts,
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
            PlannedLeave { leave_id: None, before: None, months_before: None, after: facts.clone() }
        }
        LeaveNotice::Move { starts_on, moved_to, planned_ends_on, expected_on, born_on, is_multiple } => {
            let (id, before) = open(known, LeaveKind::Maternity, *starts_on)?;
            let mut after = before.clone();
            after.starts_on = moved_to.unwrap_or(*starts_on);
            after.planned_ends_on = *planned_ends_on;
            after.child.expected_on = expected_on.or(before.child.expected_on);
            after.child.born_on = born_on.or(before.child.born_on);
            after.child.is_multiple = is_multiple.unwrap_or(before.child.is_multiple);
            PlannedLeave { leave_id: Some(id), before: Some(before), months_before: None, after }
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
            PlannedLeave { leave_id: Some(id), before: Some(before), months_before: None, after }
        }
        LeaveNotice::End { kind, starts_on, ended_on, worked_days } => {
            let (id, before) = open(known, *kind, *starts_on)?;
            if *ended_on > before.planned_ends_on {
                return Err(LeaveFault::AfterPlanned);
            }
            let worked_days = worked_days.unwrap_or(before.worked_days);
            let after = LeaveFacts { ended_on: Some(*ended_on), worked_days, ..before.clone() };
            PlannedLeave { leave_id: Some(id), before: Some(before), months_before: None, after }
        }
    };
    check(known, acquired_on, &planned)?;
    if let Some(before) = &planned.before {
        let all: Vec<LeaveFacts> = known.iter().map(|(_, f)| f.clone()).collect();
        let (_, outcome, _) = exemption(before, &all).map_err(LeaveFault::Rule)?;
        planned.months_before = Some(outcome.monthly_months);
    }
    Ok(planned)
}
/// The leave of this kind that began on a day and has no end yet.
fn open(
    known: &[(Uuid, LeaveFacts)],
    kind: LeaveKind,
    starts_on: NaiveDate,
) -> Result<(Uuid, LeaveFacts), LeaveFault> {
    let found = known.iter().find(|(_, f)| f.leave_type.kind() == kind && f.starts_on == starts_on);
    let (id, facts) = found.ok_or(LeaveFault::Unknown)?;
    if facts.ended_on.is_some() { Err(LeaveFault::Ended) } else { Ok((*id, facts.clone())) }
}
fn check(known: &[(Uuid, LeaveFacts)], acquired_on: NaiveDate, p: &PlannedLeave) -> Result<(), LeaveFault> {
    let after = &p.after;
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
