//! SQL of confirmations.
pub mod answers;
pub mod campaigns;
pub mod due;

use super::model::{ConfirmationRow, ConfirmationState};
use crate::domain::members;
use crate::kernel::{Guarded, Operation, Permit, Problem, RowScope, Tx};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// A dependency is covered on a day, in the affairs of the employer that a confirmation asks.
macro_rules! covered {
    ($c:literal, $d:literal, $day:literal) => {
        concat!(
            "coalesce(",
            $d,
            ".employer_id = ",
            $c,
            ".employer_id and ",
            $d,
            ".recognised_on <= ",
            $day,
            " and (",
            $d,
            ".removed_on is null or ",
            $d,
            ".removed_on > ",
            $day,
            "), false)"
        )
    };
}
/// The dependency `d` of a confirmation `c` is covered on the day `$1`, in the affairs of the employer that is asked.
pub const COVERED: &str = covered!("c", "d", "$1");
/// Joins the dependency as known now.
pub const DEPENDENCY: &str =
    "left join dependency d on d.dependent_id = c.dependent_id and d.superseded_at is null";

/// Day and knowledge of a read: cover and who somebody is are those of the day; what was known, now or at the instant.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// As of this day.
    pub as_of: NaiveDate,
    /// As known at this instant; now when absent.
    pub known_at: Option<DateTime<Utc>>,
}
impl Asked {
    /// Today, as known now.
    pub fn now(tx: &Tx<'_>) -> Self {
        Self { as_of: tx.today(), known_at: None }
    }
}
/// Texts of SQL by the knowledge that a read uses. `$1` is the day, `$2` today, `$3` the instant.
struct Texts {
    confirmation: &'static str,
    campaign: &'static str,
    rows: &'static str,
}
const NOW: Texts = Texts {
    confirmation: "confirmation c",
    campaign: "confirmation_campaign g",
    rows: "superseded_at is null",
};
const THEN: Texts = Texts {
    confirmation: "(select o.id, o.campaign_id, o.dependent_id, o.person_id, o.insured_id, o.employer_id, \
         coalesce(h.state, o.state) as state, coalesce(h.version, o.version) as version, \
         case when h.row_id is null then o.decided_at else h.decided_at end as decided_at, \
         case when h.row_id is null then o.removed_on else h.removed_on end as removed_on, \
         case when h.row_id is null then o.removal_reason else h.removal_reason end as removal_reason, \
         case when h.row_id is null then o.removal_note else h.removal_note end as removal_note \
       from confirmation o left join lateral (select * from confirmation_past p where p.confirmation_id = o.id \
         and p.recorded_at <= $3 and p.superseded_at > $3 limit 1) h on true where o.created_at <= $3) c",
    campaign: "(select id, name, as_of, due_on, remind_on, employer_ids, age_from, age_below, recognised_before, takes_late_answers, \
         case when ended_at <= $3 then state when started_at <= $3 then 'running' else 'planned' end as state, \
         case when started_at <= $3 then member_count end as member_count, created_at, \
         case when started_at <= $3 then started_at end as started_at, case when ended_at <= $3 then ended_at end as ended_at, \
         case when ended_at <= $3 then cancel_reason end as cancel_reason \
       from confirmation_campaign where created_at <= $3) g",
    rows: "recorded_at <= $3 and (superseded_at is null or superseded_at > $3)",
};
impl Texts {
    fn of(asked: &Asked) -> &'static Self {
        if asked.known_at.is_some() { &THEN } else { &NOW }
    }
    /// Confirmations `c` with their campaigns `g` and dependencies `d`.
    fn joined(&self) -> String {
        let Self { confirmation, campaign, rows } = self;
        format!(
            "{confirmation} join {campaign} on g.id = c.campaign_id \
             left join (select * from dependency where {rows}) d on d.dependent_id = c.dependent_id"
        )
    }
}
/// The state as it is shown, of a row `c` in a campaign `g`: what nobody decided is over with the campaign or the cover.
pub fn state() -> String {
    format!(
        "case when c.state not in ('open', 'answered', 'overdue') then c.state when g.state = 'cancelled' then 'cancelled' \
         when g.state = 'closed' or not {COVERED} then 'ended' else c.state end"
    )
}
/// An employer may look at a row today, as known now: for the time that the dependent is covered in its affairs, of which the day asked for is
/// no earlier one, and at a removal that it was asked about as long as the insured person is its own (R-202).
fn is_shown() -> String {
    format!(
        "exists (select from confirmation r left join dependency f on f.dependent_id = r.dependent_id and f.superseded_at is null \
           where r.id = c.id and ({} and f.recognised_on <= $1 or r.state = 'removal_found' and exists (select from enrolment e \
             where e.person_id = coalesce(f.insured_id, r.insured_id) and e.employer_id = r.employer_id and e.superseded_at is null \
               and e.acquired_on <= $2 and (e.lost_on is null or e.lost_on > $2))))",
        covered!("r", "f", "$2")
    )
}
/// Joins, as `i`, who the dependent is on the day, as it was known; of a row that was decided as known then, on the last day of cover of
/// somebody who was removed, so that nothing shows of what came after.
const IDENTITY: &str = "join lateral (select x.* from person_identity x, \
       (select coalesce(c.removed_on - 1, (c.decided_at at time zone 'Asia/Tokyo')::date, $1) as day, least(c.decided_at, $3) as at) o \
     where x.person_id = coalesce(d.person_id, c.person_id) and x.recorded_at <= coalesce(o.at, 'infinity') \
       and (x.superseded_at is null or x.superseded_at > o.at) \
     order by (x.valid_from <= o.day and (x.valid_to is null or x.valid_to > o.day)) desc, x.valid_from limit 1) i on true";
fn rows(texts: &Texts) -> String {
    let (state, is_shown, joined, known) = (state(), is_shown(), texts.joined(), texts.rows);
    let is_sheltered = members::sheltered_on("coalesce(d.person_id, c.person_id)", "$2");
    format!(
        "select c.id, c.campaign_id, g.as_of, g.due_on, g.takes_late_answers, g.state as campaign_state, c.dependent_id, \
           coalesce(d.person_id, c.person_id) as person_id, coalesce(d.insured_id, c.insured_id) as insured_id, c.employer_id, \
           i.name, i.name_kana, i.birth_on, coalesce(d.relationship, 'other') as relationship, d.recognised_on, {state} as state, \
           c.version, c.decided_at, c.removed_on, c.removal_reason, c.removal_note, {is_shown} as is_shown, {is_sheltered} as is_sheltered, \
           a.still_qualifies, a.facts, \
           a.ceased_on, a.removal_reason as stated_reason, a.answer, a.failed_test, a.documents_needed, a.counted_income_yen, \
           a.income_limit_yen, a.trace, a.by_employer, a.received_on, a.recorded_by as answered_by, a.employer_finding \
         from {joined} \
         left join (select * from confirmation_answer where {known}) a on a.confirmation_id = c.id {IDENTITY}"
    )
}
fn one(tx: &mut Tx<'_>, id: Uuid, asked: &Asked) -> Result<ConfirmationRow, Problem> {
    let today = tx.today();
    Ok(sql_query(format!("{} where c.id = $4", rows(Texts::of(asked))))
        .bind::<t::Date, _>(asked.as_of)
        .bind::<t::Date, _>(today)
        .bind::<t::Nullable<t::Timestamptz>, _>(asked.known_at)
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?)
}
/// A confirmation as of a day, as known now or at an instant.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid, asked: &Asked) -> Result<Guarded<ConfirmationRow>, Problem> {
    one(tx, id, asked).map(Guarded::new)
}
/// A confirmation, held until the end of the transaction; its campaign is neither closed nor cancelled meanwhile.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<ConfirmationRow>, Problem> {
    sql_query(
        "select from confirmation c join confirmation_campaign g on g.id = c.campaign_id where c.id = $1 \
         for no key update of c for share of g",
    )
    .bind::<t::Uuid, _>(id)
    .execute(tx.conn())?;
    find(tx, id, &Asked::now(tx))
}
/// The confirmation as it is now: just written, or looked at again after its people were held.
/// # Errors
/// Database errors.
pub fn now<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<ConfirmationRow, Problem> {
    one(tx, id, &Asked::now(tx))
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
/// One page of confirmations by id; for employers those alone at which they may look today. An insured person's are those of the ids that
/// were merged into that id, too (名寄せ).
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    (f, asked): (&Filter, &Asked),
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<ConfirmationRow>>, Problem> {
    let today = tx.today();
    let (state, is_shown, ids) = (state(), is_shown(), members::ids_of("$8"));
    Ok(Guarded::new(
        sql_query(format!(
            "{} where c.id > $4 and ($5::uuid[] is null or c.employer_id = any($5) and {is_shown}) \
             and ($6::uuid is null or c.campaign_id = $6) and ($7::uuid is null or c.employer_id = $7) \
             and ($8::uuid is null or c.insured_id in {ids} and coalesce(d.insured_id, c.insured_id) = $8) \
             and ($9::text is null or {state} = $9) order by c.id limit $10",
            rows(Texts::of(asked))
        ))
        .bind::<t::Date, _>(asked.as_of)
        .bind::<t::Date, _>(today)
        .bind::<t::Nullable<t::Timestamptz>, _>(asked.known_at)
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
/// A removal as it was decided: first day without recognition, why, and why in words where that is needed.
pub type Removed<'a> = (NaiveDate, &'a str, Option<&'a str>);
/// Writes a decision; for a removal the first day without recognition and why.
/// # Errors
/// Database errors.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    state: ConfirmationState,
    removal: Option<Removed<'_>>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update confirmation set state = $2, removed_on = $3, removal_reason = $4, decided_at = $5, changed_at = $5, decided_by = $6, \
         removal_note = $7, version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Nullable<t::Date>, _>(removal.map(|r| r.0))
    .bind::<t::Nullable<t::Text>, _>(removal.map(|r| r.1))
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Text>, _>(removal.and_then(|r| r.2))
    .execute(tx.conn())?;
    Ok(())
}
