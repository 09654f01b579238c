//! SQL of what a day brings, for all campaigns at once.
use super::{COVERED, DEPENDENCY};
use crate::kernel::Problem;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use std::collections::BTreeMap;
use uuid::Uuid;

crate::row! {
    /// The rows of a campaign that became overdue.
    pub struct Overdue {
        /// Campaign.
        campaign_id: t::Uuid => Uuid,
        /// Whose.
        persons: t::Array<t::Uuid> => Vec<Uuid>,
    }
}
/// Rows marked by one statement.
const AT_ONCE: i64 = 5_000;
/// Marks what is still open in a running campaign on a day after the due day, of those who are covered; a few thousand at a time.
/// # Errors
/// Database errors.
pub fn mark_overdue(
    conn: &mut PgConnection,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Overdue>, Problem> {
    let mut all: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    loop {
        let some = mark_some(conn, day, now)?;
        if some.is_empty() {
            return Ok(all
                .into_iter()
                .map(|(campaign_id, persons)| Overdue { campaign_id, persons })
                .collect());
        }
        for done in some {
            all.entry(done.campaign_id).or_default().extend(done.persons);
        }
    }
}
fn mark_some(conn: &mut PgConnection, day: NaiveDate, now: DateTime<Utc>) -> Result<Vec<Overdue>, Problem> {
    Ok(sql_query(format!(
        "with late as (select c.id from confirmation_campaign g join confirmation c on c.campaign_id = g.id and c.state = 'open' \
             {DEPENDENCY} where g.state = 'running' and g.due_on < $1 and {COVERED} order by c.id limit $3 for no key update of c), \
           marked as (update confirmation c set state = 'overdue', changed_at = $2, version = c.version + 1 from late \
             where c.id = late.id and c.state = 'open' returning c.campaign_id, c.person_id) \
         select campaign_id, array_agg(person_id order by person_id) as persons from marked group by campaign_id order by campaign_id"
    ))
    .bind::<t::Date, _>(day)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::BigInt, _>(AT_ONCE)
    .load(conn)?)
}
crate::row! {
    /// An employer that was reminded.
    pub struct Reminded {
        /// Campaign.
        campaign_id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// Whose rows are open.
        persons: t::Array<t::Uuid> => Vec<Uuid>,
    }
}
/// Reminds the employers that have open rows in the campaigns that remind on a day; none twice for one day.
/// # Errors
/// Database errors.
pub fn remind(conn: &mut PgConnection, day: NaiveDate, now: DateTime<Utc>) -> Result<Vec<Reminded>, Problem> {
    Ok(sql_query(format!(
        "with waiting as (select c.campaign_id, c.employer_id, array_agg(c.person_id order by c.person_id) as persons \
             from confirmation_campaign g join confirmation c on c.campaign_id = g.id and c.state = 'open' \
             join dependency d on d.dependent_id = c.dependent_id and d.superseded_at is null and {COVERED} \
             where g.state = 'running' and $1 = any(g.remind_on) group by c.campaign_id, c.employer_id), \
           reminded as (insert into confirmation_reminder (id, campaign_id, employer_id, remind_on, open_count, recorded_at) \
             select gen_random_uuid(), campaign_id, employer_id, $1, cardinality(persons), $2 from waiting \
             on conflict (campaign_id, employer_id, remind_on) do nothing returning campaign_id, employer_id) \
         select campaign_id, employer_id, persons from reminded join waiting using (campaign_id, employer_id) \
         order by campaign_id, employer_id"
    ))
    .bind::<t::Date, _>(day)
    .bind::<t::Timestamptz, _>(now)
    .load(conn)?)
}
