//! SQL of what the rules decided about the end of a cover. Rows are only added, by whoever holds the person.
use crate::{
    domain::{
        dependents::DependentRow,
        members::MemberRow,
        remuneration::{CalculationTrace, Rule, Trace, apply, stored},
    },
    kernel::{Facts, Guarded, Problem, Subject, Tx, asked, errand::Act},
    values::day_key::DayKey,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// By which rule and facts a cover ends.
#[derive(Clone, Debug)]
pub struct Basis {
    rule: (&'static str, &'static str),
    told: (Value, Value),
}
impl Basis {
    /// What a rule made of its facts.
    /// # Errors
    /// 503 when they can't be written.
    pub fn of<R: Rule>(facts: &R::Input, trace: &Trace) -> Result<Self, Problem>
    where
        R::Input: Serialize,
    {
        Ok(Self { rule: (R::ID, R::VERSION), told: stored::<R>(facts, trace)? })
    }
    /// Applies a rule; gives its outcome, and how it came to it.
    /// # Errors
    /// 409 `not-decidable` when the rule can't decide.
    pub fn decided<R: Rule>(facts: &R::Input) -> Result<(R::Outcome, Self), Problem>
    where
        R::Input: Serialize,
    {
        let (outcome, trace) =
            apply::<R>(facts).map_err(|r| Problem::conflict("not-decidable", r.said.0, r.said.1))?;
        Ok((outcome, Self::of::<R>(facts, &trace)?))
    }
}
/// Keeps why a cover (enrolment or dependency) ends on a day, for a reason.
/// # Errors
/// Database errors.
pub fn keep(
    conn: &mut PgConnection,
    act: &Act,
    cover: Uuid,
    (lost_on, reason): (NaiveDate, &str),
    basis: &Basis,
) -> Result<(), Problem> {
    sql_query(
        "insert into loss_decision (id, cover_id, lost_on, reason, rule, rule_version, inputs, trace, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(cover)
    .bind::<t::Date, _>(lost_on)
    .bind::<t::Text, _>(reason)
    .bind::<t::Text, _>(basis.rule.0)
    .bind::<t::Text, _>(basis.rule.1)
    .bind::<t::Jsonb, _>(&basis.told.0)
    .bind::<t::Jsonb, _>(&basis.told.1)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .execute(conn)?;
    Ok(())
}
crate::row! {
    /// What was decided about the end of a cover.
    pub struct LossRow {
        /// Steps.
        trace: t::Jsonb => Value,
    }
}
impl LossRow {
    /// Its steps.
    /// # Errors
    /// 503 when they can't be read.
    pub fn trace(self) -> Result<CalculationTrace, Problem> {
        CalculationTrace::read(self.trace)
    }
}
const NEWEST: &str = "select d.trace from loss_decision d join";
/// What was decided about the end of an insured person's cover, as known at an instant or now; nothing where no rule decided it. Asked for
/// after the person was admitted.
/// # Errors
/// Database errors.
pub fn of_member(
    tx: &mut Tx<'_>,
    m: &MemberRow,
    known_at: Option<DateTime<Utc>>,
) -> Result<Option<LossRow>, Problem> {
    let known = asked::known("e", known_at, "$6");
    Ok(sql_query(format!(
        "{NEWEST} enrolment e on e.enrolment_id = d.cover_id and e.lost_on = d.lost_on and e.loss_reason = d.reason \
         where e.person_id = $1 and e.symbol = $2 and e.number = $3 and e.acquired_on = $4 and e.lost_on = $5 and {known} \
           and ($6::timestamptz is null or d.recorded_at <= $6) order by d.recorded_at desc, d.id desc limit 1"
    ))
    .bind::<t::Uuid, _>(m.person_id)
    .bind::<t::Text, _>(&m.symbol)
    .bind::<t::Text, _>(&m.number)
    .bind::<t::Date, _>(m.acquired_on)
    .bind::<t::Nullable<t::Date>, _>(m.lost_on)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())
    .optional()?)
}
/// As [`of_member`], about a dependent.
/// # Errors
/// Database errors.
pub fn of_dependent(
    tx: &mut Tx<'_>,
    d: &DependentRow,
    known_at: Option<DateTime<Utc>>,
) -> Result<Option<LossRow>, Problem> {
    let known = asked::known("e", known_at, "$3");
    Ok(sql_query(format!(
        "{NEWEST} dependency e on e.dependent_id = d.cover_id and e.removed_on = d.lost_on and e.removal_reason = d.reason \
         where e.dependent_id = $1 and e.removed_on = $2 and {known} \
           and ($3::timestamptz is null or d.recorded_at <= $3) order by d.recorded_at desc, d.id desc limit 1"
    ))
    .bind::<t::Uuid, _>(d.dependent_id)
    .bind::<t::Nullable<t::Date>, _>(d.removed_on)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())
    .optional()?)
}
crate::row! {
    /// A cover that ends.
    pub struct EndedRow {
        /// Enrolment.
        enrolment_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// Where.
        employer_id: t::Uuid => Uuid,
        /// 加入区分.
        enrolment_type: t::Text => String,
        /// 記号.
        symbol: t::Text => String,
        /// 番号.
        number: t::Text => String,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 資格喪失年月日.
        lost_on: t::Date => NaiveDate,
        /// 喪失理由.
        loss_reason: t::Text => String,
        /// 喪失受付年月日.
        loss_received_on: t::Nullable<t::Date> => Option<NaiveDate>,
    }
}
impl Subject for EndedRow {
    fn facts(&self) -> Facts {
        Facts::of("Person", self.person_id).about(self.person_id).in_employer(self.employer_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["enrolment"]
    }
}
/// Which covers are asked for.
pub struct LossFilter<'a> {
    /// First and last day on which cover is lost.
    pub period: (NaiveDate, NaiveDate),
    /// 喪失理由.
    pub reason: Option<&'a str>,
    /// 加入区分.
    pub enrolment_type: Option<&'static str>,
    /// As known at this instant; now when absent.
    pub known_at: Option<DateTime<Utc>>,
}
/// One page of the covers that end in a period, by day of the loss and cover.
/// # Errors
/// Database errors.
pub fn ended(
    tx: &mut Tx<'_>,
    f: &LossFilter<'_>,
    after: Option<DayKey>,
    limit: i64,
) -> Result<Guarded<Vec<EndedRow>>, Problem> {
    let known = asked::known("enrolment", f.known_at, "$7");
    let rows = sql_query(format!(
        "select enrolment_id, person_id, employer_id, enrolment_type, symbol, number, acquired_on, lost_on, loss_reason, loss_received_on \
         from enrolment where {known} and lost_on between $1 and $2 and ($3::text is null or loss_reason = $3) \
           and ($4::text is null or enrolment_type = $4) and ($5::date is null or (lost_on, enrolment_id) > ($5, $6)) \
         order by lost_on, enrolment_id limit $8"
    ))
    .bind::<t::Date, _>(f.period.0)
    .bind::<t::Date, _>(f.period.1)
    .bind::<t::Nullable<t::Text>, _>(f.reason)
    .bind::<t::Nullable<t::Text>, _>(f.enrolment_type)
    .bind::<t::Nullable<t::Date>, _>(after.map(|k| k.0))
    .bind::<t::Nullable<t::Uuid>, _>(after.map(|k| k.1))
    .bind::<t::Nullable<t::Timestamptz>, _>(f.known_at)
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
