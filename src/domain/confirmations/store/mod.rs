//! SQL of confirmations.
pub mod answers;
pub mod campaigns;
pub mod due;

use super::model::{ConfirmationRow, ConfirmationState};
use crate::domain::members;
use crate::kernel::{Guarded, Operation, Permit, Problem, RowScope, Tx};
use chrono::NaiveDate;
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// The dependency `d` of a confirmation `c`, as known now, is covered on the day `$1`, in the affairs of the employer that is asked.
pub const COVERED: &str = "coalesce(d.employer_id = c.employer_id and d.recognised_on <= $1 and (d.removed_on is null or d.removed_on > $1), false)";
/// Joins the dependency.
pub const DEPENDENCY: &str =
    "left join dependency d on d.dependent_id = c.dependent_id and d.superseded_at is null";

/// The state as it is shown, of a row `c` in a campaign `g`: what nobody decided is over with the campaign or the cover.
pub fn state() -> String {
    format!(
        "case when c.state not in ('open', 'answered', 'overdue') then c.state when g.state = 'cancelled' then 'cancelled' \
         when g.state = 'closed' or not {COVERED} then 'ended' else c.state end"
    )
}
/// An employer may look at a row on the day `$1`: for the time that the dependent is covered in its affairs, and at a removal that it was
/// asked about as long as the insured person is its own.
fn is_shown() -> String {
    format!(
        "({COVERED} or c.state = 'removal_found' and exists (select from enrolment e where e.person_id = coalesce(d.insured_id, c.insured_id) \
           and e.employer_id = c.employer_id and e.superseded_at is null and e.acquired_on <= $1 \
           and (e.lost_on is null or e.lost_on > $1)))"
    )
}
/// Joins, as `i`, who the dependent is: as known now, today; of a row that was decided as known then, on the last day of cover of somebody
/// who was removed, so that nothing shows of what came after.
const IDENTITY: &str = "join lateral (select x.* from person_identity x, \
       (select coalesce(c.removed_on - 1, (c.decided_at at time zone 'Asia/Tokyo')::date, $1) as day) o \
     where x.person_id = coalesce(d.person_id, c.person_id) and x.recorded_at <= coalesce(c.decided_at, 'infinity') \
       and (x.superseded_at is null or x.superseded_at > c.decided_at) \
     order by (x.valid_from <= o.day and (x.valid_to is null or x.valid_to > o.day)) desc, x.valid_from limit 1) i on true";
fn rows() -> String {
    let (state, is_shown) = (state(), is_shown());
    let is_sheltered = members::sheltered_on("coalesce(d.person_id, c.person_id)", "$1");
    format!(
        "select c.id, c.campaign_id, g.as_of, g.due_on, g.takes_late_answers, g.state as campaign_state, c.dependent_id, \
           coalesce(d.person_id, c.person_id) as person_id, coalesce(d.insured_id, c.insured_id) as insured_id, c.employer_id, \
           i.name, i.name_kana, i.birth_on, coalesce(d.relationship, 'other') as relationship, d.recognised_on, {state} as state, \
           c.version, c.decided_at, c.removed_on, c.removal_reason, {is_shown} as is_shown, {is_sheltered} as is_sheltered, a.still_qualifies, a.facts, \
           a.ceased_on, a.removal_reason as stated_reason, a.answer, a.failed_test, a.documents_needed, a.counted_income_yen, \
           a.income_limit_yen, a.trace, a.by_employer, a.received_on, a.recorded_by as answered_by, a.employer_finding \
         from confirmation c join confirmation_campaign g on g.id = c.campaign_id {DEPENDENCY} \
         left join confirmation_answer a on a.confirmation_id = c.id and a.superseded_at is null {IDENTITY}"
    )
}
/// A confirmation.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<ConfirmationRow>, Problem> {
    let today = tx.today();
    Ok(Guarded::new(
        sql_query(format!("{} where c.id = $2", rows()))
            .bind::<t::Date, _>(today)
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?,
    ))
}
/// A confirmation, held until the end of the transaction; its campaign is neither closed nor cancelled meanwhile.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<ConfirmationRow>, Problem> {
    sql_query(
        "select from confirmation c join confirmation_campaign g on g.id = c.campaign_id where c.id = $1 \
         for update of c for share of g",
    )
    .bind::<t::Uuid, _>(id)
    .execute(tx.conn())?;
    find(tx, id)
}
/// The confirmation as it is now: just written, or looked at again after its people were held.
/// # Errors
/// Database errors.
pub fn now<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<ConfirmationRow, Problem> {
    let today = tx.today();
    Ok(sql_query(format!("{} where c.id = $2", rows()))
        .bind::<t::Date, _>(today)
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?)
}
/// What a list of confirmations is cut to.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Of this campaign.
    pub campaign: Option<Uuid>,
    /// Of this employer.
    pub employer: Option<Uuid>,
    /// Under this insured person.
    pub insured: Option<Uuid>,
    /// In this state.
    pub state: Option<ConfirmationState>,
}
/// One page of confirmations by id; for employers those alone at which they may look today.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    f: &Filter,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<ConfirmationRow>>, Problem> {
    let today = tx.today();
    let (state, is_shown) = (state(), is_shown());
    Ok(Guarded::new(
        sql_query(format!(
            "{} where c.id > $2 and ($3::uuid[] is null or c.employer_id = any($3) and {is_shown}) \
             and ($4::uuid is null or c.campaign_id = $4) and ($5::uuid is null or c.employer_id = $5) \
             and ($6::uuid is null or c.insured_id = $6) and ($7::text is null or {state} = $7) \
             order by c.id limit $8",
            rows()
        ))
        .bind::<t::Date, _>(today)
        .bind::<t::Uuid, _>(after)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
        .bind::<t::Nullable<t::Uuid>, _>(f.campaign)
        .bind::<t::Nullable<t::Uuid>, _>(f.employer)
        .bind::<t::Nullable<t::Uuid>, _>(f.insured)
        .bind::<t::Nullable<t::Text>, _>(f.state.map(ConfirmationState::word))
        .bind::<t::BigInt, _>(limit)
        .load(tx.conn())?,
    ))
}
/// Writes a decision; for a removal the first day without recognition and why.
/// # Errors
/// Database errors.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    state: ConfirmationState,
    removal: Option<(NaiveDate, &str)>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update confirmation set state = $2, removed_on = $3, removal_reason = $4, decided_at = $5, decided_by = $6, \
         version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Nullable<t::Date>, _>(removal.map(|r| r.0))
    .bind::<t::Nullable<t::Text>, _>(removal.map(|r| r.1))
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(())
}
