//! SQL of periods of being insured with their 加入区分, found by person or by 記号・番号.
use crate::{
    domain::members::model::CoverRow,
    kernel::{Problem, Tx},
    values::kana,
};
use chrono::NaiveDate;
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COVER: &str = "select e.enrolment_id, e.person_id, e.employer_id, e.enrolment_type, e.symbol, e.number, e.acquired_on, \
     e.lost_on, e.loss_reason from enrolment e where e.superseded_at is null";

/// The periods in which a person was or is insured, as known now, latest first.
/// # Errors
/// Database errors.
pub fn enrolled(conn: &mut PgConnection, person: Uuid) -> Result<Vec<CoverRow>, Problem> {
    Ok(sql_query(format!("{COVER} and e.person_id = $1 order by e.acquired_on desc, e.recorded_at desc"))
        .bind::<t::Uuid, _>(person)
        .load(conn)?)
}
/// The latest period under a 記号・番号 (leading zeros aside) of a person with that reading and birth day at some time.
/// # Errors
/// Database errors.
pub fn by_card(
    tx: &mut Tx<'_>,
    (symbol, number): (&str, &str),
    name_kana: &str,
    birth_on: NaiveDate,
) -> Result<Option<CoverRow>, Problem> {
    Ok(sql_query(format!(
        "{COVER} and e.symbol = $1 and ltrim(e.number, '0') = ltrim($2, '0') and exists ( \
           select from person_identity i where i.person_id = e.person_id and i.superseded_at is null and i.birth_on = $4 \
             and i.kana_search = $3) order by e.acquired_on desc limit 1"
    ))
    .bind::<t::Text, _>(symbol)
    .bind::<t::Text, _>(number)
    .bind::<t::Text, _>(kana::search_fold(name_kana))
    .bind::<t::Date, _>(birth_on)
    .get_result(tx.conn())
    .optional()?)
}
