//! 任意継続・特例退職の標準報酬月額 as it goes on: of a new fiscal year by its average (健康保険法47条1項2号, 附則3条), and where what held at the loss
//! turns out to be another one (47条1項1号). Each is a decision of its own, with its facts.
use super::{
    super::{
        rules::{
            self, CeilingRule, GradeTable, Rule, SpecialRetireeInput, SpecialRetireeStandard, Trace,
            Value as Figure, VoluntaryStandard, VoluntaryStandardInput, trace::steps,
        },
        told::stored,
    },
    changes::Case,
    facts::{Undecided, amount},
    history::{Entry, History},
    keep, store,
};
use crate::{
    kernel::{Problem, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde::Serialize;
use uuid::Uuid;

steps! {
    NEW_YEAR = "new_average", "健康保険法47条1項、附則3条":
        "{month}からは、その年度の任意継続の設定により決定します。" / "From {month} the settings of the new year decide.";
    AT_LOSS = "other_standard_at_loss", "健康保険法47条1項":
        "資格喪失時の標準報酬月額が{before}から{after}に改められたため、次のとおり決定します。" /
        "The standard remuneration at loss turned out to be {after} and not {before}: it is decided as follows.";
}

/// What the society set from a month on, in yen.
#[derive(Clone, Copy, Debug)]
pub struct NewAverage {
    /// First month.
    pub from: Month,
    /// Average of all insured.
    pub average_yen: i64,
    /// Which ceiling, and its amount.
    pub ceiling: (CeilingRule, Option<i64>),
    /// 標準報酬月額 of 特例退職.
    pub special_yen: Option<i64>,
}
/// Decides the standard remuneration of cover as 任意継続 or 特例退職 from a month on by what the society set for it; gives whether anything is
/// otherwise. Nothing where the cover has no month from then on.
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn decide_new_average(
    conn: &mut PgConnection,
    act: &Act,
    (person, acquired_on): (Uuid, NaiveDate),
    set: NewAverage,
) -> Result<bool, Problem> {
    let known = keep::entries(store::known(conn, person)?)?;
    let first = Month::of(acquired_on);
    let holds = |e: &&Entry| e.from <= set.from && e.until.is_none_or(|until| set.from < until);
    let Some(old) = known.iter().find(holds).filter(|_| set.from > first) else { return Ok(false) };
    let mut said = Trace::default();
    said.step(&NEW_YEAR, [("month", Figure::Month(set.from))]);
    let new = if old.rule.0 == VoluntaryStandard::ID {
        let mut facts = voluntary(old)?;
        facts.month = set.from;
        facts.average_remuneration_yen = amount(set.average_yen)?;
        facts.rule = set.ceiling.0;
        facts.rule_amount_yen = set.ceiling.1.map(amount).transpose()?;
        decided::<VoluntaryStandard>(old, (set.from, &facts), said, |out| out.standard_yen)?
    } else if let (SpecialRetireeStandard::ID, Some(yen)) = (old.rule.0.as_str(), set.special_yen) {
        let facts = SpecialRetireeInput { month: set.from, rule_amount_yen: amount(yen)? };
        decided::<SpecialRetireeStandard>(old, (set.from, &facts), said, |out| out.standard_yen)?
    } else {
        return Ok(false);
    };
    if old.from == set.from && old.told.0 == new.told.0 {
        return Ok(false);
    }
    store::cut(conn, act, person, set.from)?;
    store::insert(conn, act, person, (&new, old.until))?;
    Ok(true)
}
/// 任意継続 that began where the decisions of a cover end, where another standard remuneration held at the loss than it was decided by.
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn follow(
    conn: &mut PgConnection,
    act: &Act,
    case: &Case,
    (was, is): (&History, &History),
) -> Result<(), Problem> {
    let Some(until) = is.until else { return Ok(()) };
    let at_loss = |h: &History| h.holding(until.plus(-1)).map(|e| e.amounts.1);
    let Some((before, after)) = at_loss(was).zip(at_loss(is)).filter(|(before, after)| before != after)
    else {
        return Ok(());
    };
    let mut from = until;
    for old in keep::entries(store::known(conn, case.person)?)? {
        if old.from != from || old.rule.0 != VoluntaryStandard::ID {
            continue;
        }
        let mut facts = voluntary(&old)?;
        if facts.at_loss_yen.get() == before {
            facts.at_loss_yen = amount(after)?;
            let mut said = Trace::default();
            said.step(&AT_LOSS, [("before", Figure::Yen(before)), ("after", Figure::Yen(after))]);
            let new = decided::<VoluntaryStandard>(&old, (old.from, &facts), said, |out| out.standard_yen)?;
            store::close(conn, act, old.decision_id)?;
            store::insert(conn, act, case.person, (&new, old.until))?;
        }
        let Some(next) = old.until else { break };
        from = next;
    }
    Ok(())
}
fn voluntary(e: &Entry) -> Result<VoluntaryStandardInput, Problem> {
    serde_json::from_value(e.told.0.clone()).map_err(|_| Problem::unavailable("stored-facts-unreadable"))
}
/// What the rule makes of facts, in the place of a decision.
fn decided<R: Rule>(
    old: &Entry,
    (from, facts): (Month, &R::Input),
    mut said: Trace,
    yen: impl Fn(&R::Outcome) -> i64,
) -> Result<Entry, Problem>
where
    R::Input: Serialize,
{
    let (out, trace) = rules::apply::<R>(facts).map_err(Undecided::from)?;
    said.steps.extend(trace.steps);
    let standard_yen = yen(&out);
    let table = GradeTable::in_force(from).map_err(Undecided::from)?;
    let grade = table.with_standard(amount(standard_yen)?, "").map_err(Undecided::from)?.number;
    Ok(Entry {
        decision_id: Uuid::now_v7(),
        rule: (R::ID.into(), R::VERSION.into()),
        from,
        until: None,
        amounts: (grade, standard_yen, standard_yen),
        told: stored::<R>(facts, &said)?,
        ..old.clone()
    })
}
