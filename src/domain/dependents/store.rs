//! SQL that reads dependents.
mod under;

use super::model::DependentRow;
use crate::{
    domain::members::{self, Knowledge},
    kernel::{Guarded, Problem, RowScope, Tx, db},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
pub use under::{UnderRow, facts_of, under_cover, write_fate};
use uuid::Uuid;

const COLUMNS: &str = "d.dependent_id, d.person_id, p.version, d.insured_id, d.employer_id, i.name, i.name_kana, i.birth_on, i.sex, \
     i.resident_postal_code, i.resident_address, d.branch, d.relationship, d.lives_together, d.recognised_on, \
     d.recognition_reason, d.removed_on, d.removal_reason, d.received_on, d.recorded_at";

/// Dependents with their identity. A version that is known, now or at the instant, is not known until some day yet. An employer may look at what was known of cover that is known now.
fn dependents(known: &Knowledge, today: &str) -> String {
    let (rows, number) = (known.rows, known.number);
    let identity = members::identity_join("d.person_id", known);
    let (is_covered, is_protected) = (is_covered(known), members::sheltered_on("p.id", today));
    format!(
        "select {COLUMNS}, null::timestamptz as superseded_at, {number}, {is_covered} as is_covered, \
           {is_protected} as is_protected, \
         (select max(examined_on) from dependent_recognition where dependent_id = d.dependent_id and occasion = 'confirmation' \
            and is_recognised and examined_on <= $1 and {rows}) as last_confirmed_on \
         from (select * from dependency where {rows}) d join person p on p.id = d.person_id {identity}"
    )
}
fn is_covered(known: &Knowledge) -> &'static str {
    if known.is_now {
        "(d.removed_on is null or d.removed_on > $1)"
    } else {
        "exists (select from dependency x where x.dependent_id = d.dependent_id and x.superseded_at is null \
                 and x.recognised_on <= $1 and (x.removed_on is null or x.removed_on > $1))"
    }
}
/// The dependent as of a day; `known_at` answers what was known then.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    id: Uuid,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<DependentRow>, Problem> {
    let text = |known: &Knowledge| {
        format!("{} where d.dependent_id = $2 and d.recognised_on <= $1 limit 1", dependents(known, "$4"))
    };
    members::one_as_known(tx, text, (id, as_of), known_at)
}
/// Dependents recognised under an insured person on a day, as known at an instant or now; for employers those alone whom they may
/// look at by what is known now.
/// # Errors
/// Database errors.
pub fn under(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    insured: Uuid,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<Vec<DependentRow>>, Problem> {
    let (known, today) = (Knowledge::at(known_at), tx.today());
    let is_covered = is_covered(known);
    Ok(Guarded::new(
        sql_query(format!(
            "{} where d.insured_id = $2 and d.recognised_on <= $1 and (d.removed_on is null or d.removed_on > $1) \
             and ($4::uuid[] is null or {is_covered} and d.employer_id = any($4)) order by d.branch, d.dependent_id limit 100",
            dependents(known, "$5")
        ))
        .bind::<t::Date, _>(as_of)
        .bind::<t::Uuid, _>(insured)
        .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
        .bind::<t::Date, _>(today)
        .load(tx.conn())?,
    ))
}
/// Filters of the search.
pub struct Filter<'a> {
    /// As of this day.
    pub as_of: NaiveDate,
    /// As it was known at this instant; now when absent.
    pub known_at: Option<DateTime<Utc>>,
    /// In the affairs of this employer.
    pub employer: Option<Uuid>,
    /// Reading starts with (folded).
    pub kana: Option<String>,
    /// 記号 of the insured person.
    pub symbol: Option<&'a str>,
    /// 番号 of the insured person.
    pub number: Option<&'a str>,
    /// Recognised or not any more.
    pub is_recognised: Option<bool>,
}
impl Filter<'_> {
    /// Who can be on the page at all, found by the name or by the card through an index of its own; what is left is asked of each.
    fn candidates(&self, rows: &str) -> String {
        // each of the people who are found is looked up (`offset 0`), whatever the planner takes a name to find
        let of = |column: &str, people: String| {
            format!(
                " and d.dependent_id in (select x.dependent_id from ({people}) c, \
                   lateral (select dependent_id from dependency where {column} = c.person_id and {rows} offset 0) x)"
            )
        };
        let card = [(self.symbol, "symbol = $7"), (self.number, "number = $8")];
        let card: Vec<_> = card.into_iter().filter_map(|(given, text)| given.map(|_| text)).collect();
        let mut found = String::new();
        if self.kana.is_some() {
            let named = format!("select person_id from person_identity where {rows} and kana_search like $6");
            found += &of("person_id", named);
        }
        if !card.is_empty() {
            let insured = format!("select person_id from enrolment where {rows} and {}", card.join(" and "));
            found += &of("insured_id", insured);
        }
        found
    }
}
/// One page of recognitions by id, as [`under`] of one insured person.
/// # Errors
/// Database errors.
pub fn search(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    f: &Filter<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<DependentRow>>, Problem> {
    let (known, today) = (Knowledge::at(f.known_at), tx.today());
    let (rows, is_covered, candidates) = (known.rows, is_covered(known), f.candidates(known.rows));
    let employers = members::employers_of(scope, f.employer);
    let theirs =
        employers.as_deref().map_or(String::new(), |of| format!(" and {}", members::at_employers(of)));
    let found = sql_query(format!(
        "{} where d.dependent_id > $2 and d.recognised_on <= $1{theirs}{candidates} and ($4::uuid[] is null or not $5 or {is_covered}) \
           and ($6::text is null or i.kana_search like $6) \
           and ($7::text is null and $8::text is null or exists ( \
             select from (select * from enrolment where {rows}) e where e.person_id = d.insured_id and e.employer_id = d.employer_id \
               and ($7 is null or e.symbol = $7) and ($8 is null or e.number = $8) \
               and daterange(e.acquired_on, e.lost_on) && daterange(d.recognised_on, d.removed_on))) \
           and ($9::boolean is null or (d.removed_on is null or d.removed_on > $1) = $9) \
         order by d.dependent_id limit $10",
        dependents(known, "$11")
    ))
    .bind::<t::Date, _>(f.as_of)
    .bind::<t::Uuid, _>(after)
    .bind::<t::Nullable<t::Timestamptz>, _>(f.known_at)
    .bind::<t::Nullable<t::Array<t::Uuid>>, _>(employers)
    .bind::<t::Bool, _>(scope.employers().is_some())
    .bind::<t::Nullable<t::Text>, _>(f.kana.as_deref().map(db::starts_with))
    .bind::<t::Nullable<t::Text>, _>(f.symbol)
    .bind::<t::Nullable<t::Text>, _>(f.number)
    .bind::<t::Nullable<t::Bool>, _>(f.is_recognised)
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Date, _>(today)
    .load(tx.conn())?;
    Ok(Guarded::new(found))
}
/// Every version of a dependency, newest knowledge first; asked for after it was admitted. Each shows the identity as it was
/// known last while the version stood, valid on the day of that knowledge (`today` for what is known now) and not before the
/// recognition; and no state of the personal number, whose history is not kept. As known at an instant, what was recorded by
/// then, and `today` is the day of that instant.
/// # Errors
/// Database errors.
pub fn versions(
    tx: &mut Tx<'_>,
    d: &DependentRow,
    today: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<DependentRow>, Problem> {
    Ok(sql_query(format!(
        "select {COLUMNS}, d.known_until as superseded_at, null::text as number_state, null::text as number_reason, \
           false as is_covered, $4 as is_protected, null::date as last_confirmed_on \
         from (select v.*, greatest(recognised_on, coalesce((known_until at time zone 'Asia/Tokyo')::date, $1)) as day \
               from (select *, case when $3 is null or superseded_at <= $3 then superseded_at end as known_until \
                     from dependency where dependent_id = $2 and ($3 is null or recorded_at <= $3)) v) d \
         join person p on p.id = d.person_id \
         join lateral ( \
           select * from person_identity \
           where person_id = d.person_id and ($3 is null or recorded_at <= $3) \
             and (superseded_at is null or superseded_at > $3 or superseded_at >= d.known_until) \
             and (d.known_until is null or recorded_at < d.known_until or recorded_at = d.recorded_at) \
           order by (valid_from <= d.day and (valid_to is null or valid_to > d.day)) desc, recorded_at, valid_from desc \
           limit 1) i on true \
         order by d.recorded_at desc, d.known_until desc nulls first limit 500"
    ))
    .bind::<t::Date, _>(today)
    .bind::<t::Uuid, _>(d.dependent_id)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .bind::<t::Bool, _>(d.is_protected)
    .load(tx.conn())?)
}
