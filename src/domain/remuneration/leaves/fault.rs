//! Why what a form says of a leave does not fit, and how a decision refuses it.
use super::super::rules::Refusal;
use crate::kernel::Problem;

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
    /// A childcare leave before the birth, or after the child's third birthday; a birth-time leave after its eight weeks.
    OutsideChild,
    /// An end that is still to come.
    EndsAhead,
    /// It is recorded like that already.
    NothingChanges,
    /// A revision after this leave, or after the one before it, rests on how it is recorded.
    Rests,
    /// The rule of exemption can't decide on it.
    Rule(Refusal),
}
impl LeaveFault {
    /// The refusal of a decision.
    // one table of words
    #[allow(clippy::too_many_lines)]
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
            Self::OutsideChild => (
                "leave-outside-child",
                "子の生年月日から見て、休業できる期間の外の日があります",
                "Days lie outside the time in which there is a leave for this child",
            ),
            Self::EndsAhead => (
                "leave-not-ended-yet",
                "終了した休業の終了日が将来の日です",
                "A leave that has ended can't have ended on a day to come",
            ),
            Self::NothingChanges => {
                ("nothing-changes", "記録と変わりません", "It is recorded like that already")
            }
            Self::Rests => (
                "later-decision-rests",
                "休業終了時の改定がこの休業を前提としており、成り立たなくなります。先にその改定を取り消してください",
                "A revision after a leave rests on this one and would not stand: withdraw it first",
            ),
            Self::Rule(refusal) => ("not-decidable", refusal.said.0, refusal.said.1),
        };
        Problem::conflict(code, ja, en)
    }
}
