//! Whom a campaign asks about: ages as the law counts them (年齢計算ニ関スル法律); and what an answer, or its absence, proposes.
use super::model::ConfirmationState;
use crate::{domain::eligibility::RecognitionAnswer, values::period};
use chrono::{Days, Months, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

/// 決定の案: what is proposed to staff. Nothing of it happens without their decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationProposal {
    /// 継続: still a dependent by answer and rule, should the documents come as announced.
    Confirm,
    /// 書類の確認: the rule wants documents first, or knows no law for the day.
    ExamineDocuments,
    /// 非該当: no dependent by the answer or by the rule.
    Remove,
    /// 回答の督促又は非該当: nobody answered by the due day.
    RemindOrRemove,
}
/// What is proposed of a confirmation in a state; `answered`: still a dependent by the answer, and what the rule says.
pub fn proposal(
    state: ConfirmationState,
    answered: Option<(bool, Option<RecognitionAnswer>)>,
) -> Option<ConfirmationProposal> {
    use ConfirmationProposal as P;
    match (state, answered) {
        (ConfirmationState::Overdue, _) => Some(P::RemindOrRemove),
        (ConfirmationState::Answered, Some((false, _) | (true, Some(RecognitionAnswer::No)))) => {
            Some(P::Remove)
        }
        (ConfirmationState::Answered, Some((true, Some(RecognitionAnswer::Yes)))) => Some(P::Confirm),
        (ConfirmationState::Answered, _) => Some(P::ExamineDocuments),
        _ => None,
    }
}

/// The last day of birth of those who have reached an age on a day; nothing where the calendar has no such day.
pub fn born_by(age: i16, on: NaiveDate) -> Option<NaiveDate> {
    let years = u32::try_from(age).ok()?;
    // the age is reached the day before the birthday, at most two days from the same day of that year
    let latest = on.checked_sub_months(Months::new(12 * years))?.checked_add_days(Days::new(3))?;
    latest.iter_days().rev().take(8).find(|birth| period::reaches_age(*birth, i32::from(age)) <= on)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_proposes_and_the_rule_stands_against_it() {
        use {ConfirmationProposal as P, ConfirmationState as S, RecognitionAnswer as A};
        for (state, answered, proposed) in [
            (S::Open, None, None),
            (S::Overdue, None, Some(P::RemindOrRemove)),
            (S::Answered, Some((true, Some(A::Yes))), Some(P::Confirm)),
            (S::Answered, Some((true, Some(A::NeedsEvidence))), Some(P::ExamineDocuments)),
            (S::Answered, Some((true, None)), Some(P::ExamineDocuments)),
            (S::Answered, Some((true, Some(A::No))), Some(P::Remove)),
            (S::Answered, Some((false, Some(A::Yes))), Some(P::Remove)),
            (S::Confirmed, Some((true, Some(A::No))), None),
            (S::RemovalFound, Some((false, None)), None),
            (S::Ended, Some((true, Some(A::Yes))), None),
            (S::Cancelled, Some((true, Some(A::Yes))), None),
        ] {
            assert_eq!(proposal(state, answered), proposed, "{state:?} {answered:?}");
        }
    }
    #[test]
    fn an_age_is_reached_the_day_before_the_birthday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(born_by(18, day("2026-11-22")), Some(day("2008-11-23")));
        assert_eq!(born_by(0, day("2026-11-22")), Some(day("2026-11-23")), "everybody who is born");
        assert_eq!(born_by(60, day("2026-02-28")), Some(day("1966-03-01")));
        for on in day("2023-12-20").iter_days().take(800) {
            for age in [0, 16, 19, 23, 60, 74] {
                let last = born_by(age, on).unwrap();
                let reached = |birth| period::reaches_age(birth, i32::from(age)) <= on;
                assert!(reached(last) && !reached(last + Days::new(1)), "{age} on {on}: {last}");
            }
        }
    }
}
