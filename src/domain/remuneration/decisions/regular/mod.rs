//! 定時決定 from a form (健康保険法41条): of one person, or of many at once. Both ask one function, so that they decide alike.
mod store;

use super::{
    super::{
        rules::{self, OccasionalRevision, PaidMonth, RegularDetermination, RegularInput, Rule, WorkKind},
        told::stored,
    },
    changes::{
        CHILDCARE_END, Case, Decided, MATERNITY_END, holding, keep, reasoned, require_cover, require_first,
        undecidable,
    },
    model::DecisionRow,
    store as decisions,
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::{month::Month, yen::Yen},
};
use diesel::PgConnection;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Revisions that take the place of a regular determination (健康保険法41条3項).
const REVISIONS: [&str; 3] = [OccasionalRevision::ID, MATERNITY_END, CHILDCARE_END];

/// A regular determination that is to be kept.
#[derive(Clone, Debug)]
pub struct Determination {
    /// Its id.
    decision_id: Uuid,
    case: Case,
    from: Month,
    /// Month of the next decision that is known, if there is one.
    until: Option<Month>,
    /// Grade, 標準報酬月額, 報酬月額.
    amounts: (u8, i64, i64),
    /// Facts and trace.
    told: (Value, Value),
    /// Grade of the standard remuneration of the month before, if one is known.
    grade_before: Option<i16>,
}
impl Determination {
    /// Whom it is about.
    pub fn person(&self) -> Uuid {
        self.case.person
    }
    /// What payroll is told of it.
    pub fn decided(&self) -> Decided {
        Decided {
            decision_id: self.decision_id,
            grade: self.amounts.0,
            standard_yen: self.amounts.1,
            applies_from: self.from,
        }
    }
    /// By how many grades it rises (falls, when negative) against the month before; `None` where nothing is stored of that.
    pub fn grades_up(&self) -> Option<i16> {
        self.grade_before.map(|before| i16::from(self.amounts.0) - before)
    }
}

/// 定時決定 (健康保険法41条) of a year from April, May and June.
/// # Errors
/// As of `determine`.
pub fn decide_regular<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    of: (i32, WorkKind),
    months: Vec<PaidMonth>,
) -> Result<Decided, Problem> {
    let live = decisions::live(tx, permit, case.person)?;
    let d = determine(&live, case, of, months)?;
    keep::<RegularDetermination, _>(tx, permit, case, d.from, d.amounts, d.told)
}
/// What the law makes of a form, from what is stored of the person: `live`, the decisions known now.
/// # Errors
/// 409 `before-acquisition`, `already-determined` when this September is decided so already, `no-determination` when the law has
/// none, `not-decidable` when the facts do not fit the rule.
fn determine(
    live: &[DecisionRow],
    case: &Case,
    (year, kind): (i32, WorkKind),
    months: Vec<PaidMonth>,
) -> Result<Determination, Problem> {
    let from = Month::in_year(year, 9);
    require_cover(case, from)?;
    require_first(live, RegularDetermination::ID, from)?;
    let previous = holding(live, from.plus(-1));
    let revised = live
        .iter()
        .filter(|d| REVISIONS.contains(&d.rule.as_str()))
        .map(|d| Month::of(d.applies_from))
        .find(|m| (Month::in_year(year, 7)..=from).contains(m));
    let facts = RegularInput {
        year,
        kind,
        months,
        previous_standard_yen: previous.and_then(|d| Yen::new(d.standard_yen)),
        acquired_on: case.acquired_on,
        lost_on: None,
        revision_month: revised.and_then(|m| u8::try_from(m.number()).ok()),
    };
    let (out, trace) = rules::apply::<RegularDetermination>(&facts).map_err(undecidable)?;
    let (Some(grade), Some(standard)) = (out.grade, out.determined.standard_yen) else {
        return Err(reasoned("no-determination", &trace));
    };
    let monthly = out.determined.average_yen.or(previous.map(|d| d.monthly_yen)).unwrap_or(standard);
    Ok(Determination {
        decision_id: Uuid::now_v7(),
        case: *case,
        from,
        until: live.iter().map(|d| Month::of(d.applies_from)).filter(|m| *m > from).min(),
        amounts: (grade, standard, monthly),
        told: stored::<RegularDetermination>(&facts, &trace)?,
        grade_before: previous.map(|d| d.grade),
    })
}

/// What is stored of many people, who are held while anything is decided by it.
pub struct Standing {
    live: HashMap<Uuid, Vec<DecisionRow>>,
}
impl Standing {
    /// Reads it, one query for all.
    /// # Errors
    /// Database errors.
    pub fn of(conn: &mut PgConnection, act: &Act, persons: &[Uuid]) -> Result<Self, Problem> {
        let mut live: HashMap<Uuid, Vec<DecisionRow>> = HashMap::with_capacity(persons.len());
        for row in store::live(conn, act, persons)? {
            live.entry(row.person_id).or_default().push(row);
        }
        Ok(Self { live })
    }
    /// 定時決定 of one of them, noted, so that a second form for the same September finds it decided.
    /// # Errors
    /// As of `decide_regular`.
    pub fn decide(
        &mut self,
        case: &Case,
        of: (i32, WorkKind),
        months: Vec<PaidMonth>,
        act: &Act,
    ) -> Result<Determination, Problem> {
        let live = self.live.entry(case.person).or_default();
        let decided = determine(live, case, of, months)?;
        live.push(DecisionRow {
            decision_id: decided.decision_id,
            person_id: case.person,
            employer_id: case.employer,
            rule: RegularDetermination::ID.into(),
            applies_from: decided.from.first_day(),
            applies_until: decided.until.map(Month::first_day),
            grade: decided.amounts.0.into(),
            standard_yen: decided.amounts.1,
            monthly_yen: decided.amounts.2,
            trace: Value::Null,
            received_on: case.received_on,
            recorded_at: act.at(),
            superseded_at: None,
            source: case.source,
        });
        Ok(decided)
    }
}
/// Keeps what was decided of many people, as `decide_regular` does of one.
/// # Errors
/// Database errors.
pub fn keep_regular(conn: &mut PgConnection, act: &Act, decided: &[&Determination]) -> Result<(), Problem> {
    store::cut(conn, act, decided)?;
    store::insert(conn, act, decided)
}
