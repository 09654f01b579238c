//! SQL of campaigns: made, started with everybody whom they ask about, ended, counted.
use super::{
    super::{
        model::{CampaignRow, CampaignState, CountRow},
        rules,
    },
    Asked, Texts, state,
};
use crate::kernel::{Guarded, Operation, Permit, Problem, RowScope, Tx};
use chrono::NaiveDate;
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "id, name, as_of, due_on, remind_on, employer_ids, age_from, age_below, recognised_before, takes_late_answers, state, \
     member_count, created_at, started_at, ended_at, cancel_reason";
fn text() -> String {
    format!("select {COLUMNS} from confirmation_campaign")
}

/// A campaign to be made.
#[derive(Clone, Debug)]
pub struct NewCampaign {
    /// Name.
    pub name: String,
    /// Day on which the dependents are covered.
    pub as_of: NaiveDate,
    /// Last day for answers.
    pub due_on: NaiveDate,
    /// Days of reminders, in order.
    pub remind_on: Vec<NaiveDate>,
    /// Only in the affairs of these employers.
    pub employer_ids: Option<Vec<Uuid>>,
    /// Only from this age on, and below this one.
    pub ages: (Option<i16>, Option<i16>),
    /// Only recognised before this day.
    pub recognised_before: Option<NaiveDate>,
    /// Employers may answer after the due day.
    pub takes_late_answers: bool,
}
/// Makes a campaign.
/// # Errors
/// Database errors.
pub fn insert<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    new: &NewCampaign,
) -> Result<CampaignRow, Problem> {
    let (id, by, now) = (Uuid::now_v7(), tx.actor()?.id, tx.now());
    sql_query(
        "insert into confirmation_campaign (id, name, as_of, due_on, remind_on, employer_ids, age_from, age_below, \
           recognised_before, takes_late_answers, state, created_at, created_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'planned', $11, $12)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(&new.name)
    .bind::<t::Date, _>(new.as_of)
    .bind::<t::Date, _>(new.due_on)
    .bind::<t::Array<t::Date>, _>(&new.remind_on)
    .bind::<t::Nullable<t::Array<t::Uuid>>, _>(&new.employer_ids)
    .bind::<t::Nullable<t::SmallInt>, _>(new.ages.0)
    .bind::<t::Nullable<t::SmallInt>, _>(new.ages.1)
    .bind::<t::Nullable<t::Date>, _>(new.recognised_before)
    .bind::<t::Bool, _>(new.takes_late_answers)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(sql_query(format!("{} where id = $1", text())).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
crate::row! {
    /// A count.
    pub struct Number {
        /// It.
        n: t::BigInt => i64,
    }
}
/// How many of these employers the society has.
/// # Errors
/// Database errors.
pub fn known_employers<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, ids: &[Uuid]) -> Result<i64, Problem> {
    let found: Number = sql_query("select count(*) as n from employer where id = any($1)")
        .bind::<t::Array<t::Uuid>, _>(ids)
        .get_result(tx.conn())?;
    Ok(found.n)
}
/// A campaign, as known now or at an instant.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid, asked: &Asked) -> Result<Guarded<CampaignRow>, Problem> {
    let from = Texts::of(asked).campaign;
    Ok(Guarded::new(
        sql_query(format!("select {COLUMNS} from {from} where id = $2"))
            .bind::<t::Date, _>(asked.as_of)
            .bind::<t::Uuid, _>(id)
            .bind::<t::Nullable<t::Timestamptz>, _>(asked.known_at)
            .get_result(tx.conn())?,
    ))
}
/// A campaign, held until the end of the transaction.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<CampaignRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{} where id = $1 for no key update", text()))
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?,
    ))
}
/// One page of campaigns, newest first (ids run with time; `before` is the last one seen, nil at the start).
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    asked: &Asked,
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<CampaignRow>>, Problem> {
    let from = Texts::of(asked).campaign;
    Ok(Guarded::new(
        sql_query(format!(
            "select {COLUMNS} from {from} where ($1 = '00000000-0000-0000-0000-000000000000' or id < $1) order by id desc limit $2"
        ))
        .bind::<t::Uuid, _>(before)
        .bind::<t::BigInt, _>(limit)
        .bind::<t::Nullable<t::Timestamptz>, _>(asked.known_at)
        .load(tx.conn())?,
    ))
}
/// Dependents looked at by one statement of a start: what a statement keeps until its end stays small, however many there are.
const AT_ONCE: i64 = 5_000;
crate::row! {
    /// What a statement of a start did.
    pub struct Taken {
        /// People whose confirmations it made.
        made: t::Array<t::Uuid> => Vec<Uuid>,
        /// The last dependency that it looked at; none when there was none left.
        last: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
/// Starts a campaign: takes everybody who is a dependent on its as-of day and still today, whom it asks about, and whom no other one that
/// runs or was closed asks for the same day; for the whole society in one transaction, a few thousand at a time by the id of the
/// dependency. Gives the campaign as it is then, and the people.
/// # Errors
/// Database errors.
pub fn start<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    g: &CampaignRow,
) -> Result<(CampaignRow, Vec<Uuid>), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let (mut taken, mut after) = (Vec::new(), Some(Uuid::nil()));
    while let Some(from) = after {
        let some = take(tx, permit, g, from)?;
        taken.extend(some.made);
        after = some.last;
    }
    sql_query(
        "update confirmation_campaign set state = 'running', member_count = $2, started_at = $3, started_by = $4, \
         version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(g.id)
    .bind::<t::Integer, _>(i32::try_from(taken.len()).unwrap_or(i32::MAX))
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    let row =
        sql_query(format!("{} where id = $1", text())).bind::<t::Uuid, _>(g.id).get_result(tx.conn())?;
    Ok((row, taken))
}
/// Takes the next of them after a dependency.
fn take<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    g: &CampaignRow,
    after: Uuid,
) -> Result<Taken, Problem> {
    let (now, today) = (tx.now(), tx.today());
    let born_by = |age: Option<i16>| {
        let known = |age| rules::born_by(age, g.as_of).ok_or_else(|| Problem::unavailable("age-unknown"));
        age.map(known).transpose()
    };
    Ok(sql_query(
        "with next as materialized (select dependent_id, person_id, insured_id, employer_id, recognised_on, removed_on from dependency \
             where superseded_at is null and dependent_id > $9 order by dependent_id limit $10), \
         made as (insert into confirmation (id, campaign_id, dependent_id, person_id, insured_id, employer_id, state, created_at) \
           select gen_random_uuid(), $1, d.dependent_id, d.person_id, d.insured_id, d.employer_id, 'open', $2 \
           from next d where d.recognised_on <= $3 and (d.removed_on is null or d.removed_on > greatest($3, $4)) \
             and ($5::uuid[] is null or d.employer_id = any($5)) and ($6::date is null or d.recognised_on < $6) \
             and (($7::date is null and $8::date is null) or exists (select from person_identity i \
               where i.person_id = d.person_id and i.superseded_at is null and i.valid_from <= $3 \
                 and (i.valid_to is null or i.valid_to > $3) and ($7 is null or i.birth_on <= $7) \
                 and ($8 is null or i.birth_on > $8))) \
             and not exists (select from confirmation x join confirmation_campaign y on y.id = x.campaign_id \
               where x.dependent_id = d.dependent_id and y.as_of = $3 and y.state in ('running', 'closed')) returning person_id) \
         select (select coalesce(array_agg(person_id), '{}') from made) as made, (select dependent_id from next order by dependent_id desc limit 1) as last",
    )
    .bind::<t::Uuid, _>(g.id)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Date, _>(g.as_of)
    .bind::<t::Date, _>(today)
    .bind::<t::Nullable<t::Array<t::Uuid>>, _>(&g.employer_ids)
    .bind::<t::Nullable<t::Date>, _>(g.recognised_before)
    .bind::<t::Nullable<t::Date>, _>(born_by(g.age_from)?)
    .bind::<t::Nullable<t::Date>, _>(born_by(g.age_below)?)
    .bind::<t::Uuid, _>(after)
    .bind::<t::BigInt, _>(AT_ONCE)
    .get_result(tx.conn())?)
}
/// Ends a campaign, for a reason when it is cancelled. Gives the campaign as it is then.
/// # Errors
/// Database errors.
pub fn end<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    campaign: &CampaignRow,
    state: CampaignState,
    cancel_reason: Option<&str>,
) -> Result<CampaignRow, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update confirmation_campaign set state = $2, cancel_reason = $3, ended_at = $4, ended_by = $5, version = version + 1 \
         where id = $1",
    )
    .bind::<t::Uuid, _>(campaign.id)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Nullable<t::Text>, _>(cancel_reason)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(sql_query(format!("{} where id = $1", text()))
        .bind::<t::Uuid, _>(campaign.id)
        .get_result(tx.conn())?)
}
fn counted(state: &str) -> String {
    ["open", "answered", "overdue", "confirmed", "removal_found", "ended", "cancelled"]
        .map(|word| format!("count(*) filter (where {state} = '{word}') as {word}"))
        .join(", ")
}
/// Reminders of a campaign (`$2`) that were given by the instant `$3`, and of one employer.
const REMINDERS: &str = "from confirmation_reminder m where m.campaign_id = $2 and ($3::timestamptz is null or m.recorded_at <= $3)";
/// How many confirmations of a campaign stand where, on a day and by what was known.
/// # Errors
/// Database errors.
pub fn counts(tx: &mut Tx<'_>, campaign: &CampaignRow, asked: &Asked) -> Result<CountRow, Problem> {
    let (counted, joined) = (counted(&state()), Texts::of(asked).joined());
    Ok(sql_query(format!(
        "select '00000000-0000-0000-0000-000000000000'::uuid as employer_id, '' as employer_name, {counted}, \
           (select count(*) {REMINDERS}) as reminders, (select max(remind_on) {REMINDERS}) as reminded_on \
         from {joined} where c.campaign_id = $2"
    ))
    .bind::<t::Date, _>(asked.as_of)
    .bind::<t::Uuid, _>(campaign.id)
    .bind::<t::Nullable<t::Timestamptz>, _>(asked.known_at)
    .get_result(tx.conn())?)
}
/// The same for each employer, one page by employer; with its name of the day.
/// # Errors
/// Database errors.
pub fn progress(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    (campaign, asked): (&CampaignRow, &Asked),
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<CountRow>>, Problem> {
    let (texts, counted, state) = (Texts::of(asked), counted("x.state"), state());
    let (joined, known) = (texts.joined(), texts.rows);
    Ok(Guarded::new(
        sql_query(format!(
            "with x as (select c.employer_id, {state} as state from {joined} \
               where c.campaign_id = $2 and c.employer_id > $4 and ($5::uuid[] is null or c.employer_id = any($5))) \
             select x.employer_id, coalesce((select r.name from employer_record r where r.employer_id = x.employer_id \
                 and {known} and r.valid_from <= $1 order by r.valid_from desc limit 1), '') as employer_name, \
               {counted}, (select count(*) {REMINDERS} and m.employer_id = x.employer_id) as reminders, \
               (select max(remind_on) {REMINDERS} and m.employer_id = x.employer_id) as reminded_on \
             from x group by x.employer_id order by x.employer_id limit $6"
        ))
        .bind::<t::Date, _>(asked.as_of)
        .bind::<t::Uuid, _>(campaign.id)
        .bind::<t::Nullable<t::Timestamptz>, _>(asked.known_at)
        .bind::<t::Uuid, _>(after)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
        .bind::<t::BigInt, _>(limit)
        .load(tx.conn())?,
    ))
}
