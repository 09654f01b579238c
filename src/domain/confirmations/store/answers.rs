//! SQL of answers. Nothing is overwritten: a corrected answer closes the earlier one. Whoever writes holds the confirmation.
use crate::{
    domain::dependents::Proposed,
    kernel::{Operation, Permit, Problem, Tx},
};
use chrono::NaiveDate;
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

/// An answer to be kept.
pub struct NewAnswer<'a> {
    /// Which confirmation.
    pub confirmation: Uuid,
    /// What it states.
    pub facts: Value,
    /// First day not a dependent any more, and why; nothing for somebody who still is one.
    pub ceased: Option<(NaiveDate, &'static str)>,
    /// What the rule makes of it.
    pub proposed: &'a Proposed,
    /// Filed by the employer, which is told this of it; nothing for what staff filed.
    pub employer_finding: Option<Value>,
    /// When it came.
    pub received_on: NaiveDate,
}
/// Keeps an answer in the place of the earlier one.
/// # Errors
/// Database errors.
pub fn keep<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, new: &NewAnswer<'_>) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update confirmation_answer set superseded_at = greatest($2, recorded_at) \
         where confirmation_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(new.confirmation)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    let p = new.proposed;
    sql_query(
        "insert into confirmation_answer (row_id, confirmation_id, still_qualifies, facts, ceased_on, removal_reason, answer, \
           failed_test, documents_needed, counted_income_yen, income_limit_yen, rule_version, inputs, trace, by_employer, \
           received_on, recorded_at, recorded_by, employer_finding) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(new.confirmation)
    .bind::<t::Bool, _>(new.ceased.is_none())
    .bind::<t::Jsonb, _>(&new.facts)
    .bind::<t::Nullable<t::Date>, _>(new.ceased.map(|c| c.0))
    .bind::<t::Nullable<t::Text>, _>(new.ceased.map(|c| c.1))
    .bind::<t::Nullable<t::Text>, _>(p.answer)
    .bind::<t::Nullable<t::Text>, _>(p.failed_test.as_deref())
    .bind::<t::Array<t::Text>, _>(&p.documents_needed)
    .bind::<t::Nullable<t::BigInt>, _>(p.counted_income_yen)
    .bind::<t::Nullable<t::BigInt>, _>(p.income_limit_yen)
    .bind::<t::Text, _>(p.rule.1)
    .bind::<t::Jsonb, _>(&p.told.0)
    .bind::<t::Jsonb, _>(&p.told.1)
    .bind::<t::Bool, _>(new.employer_finding.is_some())
    .bind::<t::Date, _>(new.received_on)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Jsonb>, _>(&new.employer_finding)
    .execute(tx.conn())?;
    sql_query(
        "update confirmation set state = 'answered', changed_at = $2, version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(new.confirmation)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(())
}
