//! SQL of corrections of a cover: which one a form is about, when its loss became known, and its new version. Nothing is overwritten.
use crate::{
    domain::members::{
        changes::count_change,
        named::{CoverNamed, is_named},
        rules::cover::CoverDays,
    },
    kernel::{Kind, Problem, Tx, errand::Act},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A cover as it is known now.
    pub struct RecordedCover {
        /// Row.
        row_id: t::Uuid => Uuid,
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
        /// 枝番.
        branch: t::Text => String,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 喪失予定年月日.
        planned_loss_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 資格喪失年月日.
        lost_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 喪失理由.
        loss_reason: t::Nullable<t::Text> => Option<String>,
        /// The loss came with a form.
        is_lost_by_form: t::Bool => bool,
        /// When a loss of it was recorded: first when it became known that it was lost, then when the loss was corrected. Since the first
        /// of them it was known as lost all the time.
        lost_known: t::Array<t::Timestamptz> => Vec<DateTime<Utc>>,
    }
}
impl RecordedCover {
    /// Its days.
    pub fn days(&self) -> CoverDays {
        CoverDays { acquired_on: self.acquired_on, lost_on: self.lost_on }
    }
}
/// The covers of a person as they are known now.
macro_rules! recorded {
    () => {
        "select e.row_id, e.enrolment_id, e.person_id, e.employer_id, e.enrolment_type, e.symbol, e.number, e.branch, \
           e.acquired_on, e.planned_loss_on, e.lost_on, e.loss_reason, \
           (e.lost_on is not null and e.source is not null) as is_lost_by_form, \
           array(select x.recorded_at from enrolment x where x.person_id in (select id from person where id = e.person_id or merged_into = e.person_id) \
             and x.enrolment_id = e.enrolment_id \
             and x.lost_on is not null and e.lost_on is not null and x.recorded_at >= (select max(y.superseded_at) from enrolment y \
               where y.person_id in (select id from person where id = e.person_id or merged_into = e.person_id) and y.enrolment_id = e.enrolment_id and y.lost_on is null) \
             order by x.recorded_at) as lost_known \
         from enrolment e where e.person_id = $1 and e.superseded_at is null"
    };
}
/// The cover of a person at an employer that a form names.
/// # Errors
/// Database errors.
pub fn recorded_cover(
    tx: &mut Tx<'_>,
    (person, employer): (Uuid, Uuid),
    named: CoverNamed,
) -> Result<Option<RecordedCover>, Problem> {
    let (acquired, ended, at_75, stated) = named.asked();
    Ok(sql_query(concat!(
        recorded!(),
        " and e.employer_id = $2 and ",
        is_named!("$3", "$4", "$5", "$6"),
        " order by coalesce(e.lost_on = e.acquired_on, false), e.acquired_on desc limit 1",
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Nullable<t::Date>, _>(acquired)
    .bind::<t::Nullable<t::Date>, _>(ended)
    .bind::<t::Bool, _>(at_75)
    .bind::<t::Nullable<t::Date>, _>(stated)
    .get_result(tx.conn())
    .optional()?)
}
crate::row! {
    /// Another cover of the same person.
    pub struct OtherCover {
        /// Enrolment.
        enrolment_id: t::Uuid => Uuid,
        /// Where.
        employer_id: t::Uuid => Uuid,
        /// 加入区分.
        enrolment_type: t::Text => String,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 資格喪失年月日.
        lost_on: t::Nullable<t::Date> => Option<NaiveDate>,
    }
}
impl OtherCover {
    /// Its days.
    pub fn days(&self) -> CoverDays {
        CoverDays { acquired_on: self.acquired_on, lost_on: self.lost_on }
    }
}
/// The other covers of the person of a cover as known now, by their first day.
/// # Errors
/// Database errors.
pub fn other_covers(tx: &mut Tx<'_>, of: &RecordedCover) -> Result<Vec<OtherCover>, Problem> {
    Ok(sql_query(
        "select enrolment_id, employer_id, enrolment_type, acquired_on, lost_on from enrolment \
         where person_id = $1 and enrolment_id <> $2 and superseded_at is null order by acquired_on",
    )
    .bind::<t::Uuid, _>(of.person_id)
    .bind::<t::Uuid, _>(of.enrolment_id)
    .load(tx.conn())?)
}
crate::row! {
    /// Why a 任意継続 or 特例退職 ends, and the end that it had before.
    pub struct ContinuedEnd {
        /// It ended because the cover in question began.
        is_by_cover: t::Bool => bool,
        /// 資格喪失年月日 before.
        before_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 喪失理由 before.
        before_reason: t::Nullable<t::Text> => Option<String>,
        /// 喪失受付年月日 before.
        before_received_on: t::Nullable<t::Date> => Option<NaiveDate>,
    }
}
/// The latest 任意継続 or 特例退職 that began before a cover or on its first day, and why it ends.
/// # Errors
/// Database errors.
pub fn continued_before(
    tx: &mut Tx<'_>,
    of: &RecordedCover,
) -> Result<Option<(RecordedCover, ContinuedEnd)>, Problem> {
    let found: Option<RecordedCover> = sql_query(concat!(
        recorded!(),
        " and e.enrolment_type <> 'compulsory' and e.acquired_on <= $2 order by e.acquired_on desc, e.recorded_at desc limit 1",
    ))
    .bind::<t::Uuid, _>(of.person_id)
    .bind::<t::Date, _>(of.acquired_on)
    .get_result(tx.conn())
    .optional()?;
    let Some(continued) = found else { return Ok(None) };
    // what was known before a merge stands under the id of then
    let ids = super::ids_of("$2");
    let end = sql_query(format!(
        "select coalesce(l.loss_reason = 'other_insurance' and l.lost_on = $4 and exists (select from enrolment c \
             where c.person_id in {ids} and c.enrolment_id = $3 and c.source = l.source), false) as is_by_cover, \
           b.lost_on as before_on, b.loss_reason as before_reason, b.loss_received_on as before_received_on \
         from enrolment l left join lateral (select x.lost_on, x.loss_reason, x.loss_received_on from enrolment x \
             where x.person_id in {ids} and x.enrolment_id = l.enrolment_id and x.superseded_at is not null \
               and (x.lost_on is null or x.lost_on > l.lost_on and not (x.loss_reason = 'other_insurance' and exists ( \
                 select from enrolment c where c.person_id in {ids} and c.enrolment_id = $3 and c.source = x.source))) \
             order by x.recorded_at desc, x.superseded_at desc limit 1) b on true \
         where l.row_id = $1"
    ))
    .bind::<t::Uuid, _>(continued.row_id)
    .bind::<t::Uuid, _>(of.person_id)
    .bind::<t::Uuid, _>(of.enrolment_id)
    .bind::<t::Date, _>(of.acquired_on)
    .get_result(tx.conn())?;
    Ok(Some((continued, end)))
}
/// Writes another end of a cover, with its reason and its receipt, or that it has none.
/// # Errors
/// 412 when it is not known as it was read; 409 when the days meet another cover.
pub fn rewrite_end(
    conn: &mut PgConnection,
    act: &Act,
    cover: &RecordedCover,
    end: Option<(NaiveDate, &str, NaiveDate)>,
) -> Result<(), Problem> {
    let written = sql_query(
        "with old as (update enrolment set superseded_at = $2 where row_id = $1 and superseded_at is null returning *) \
         insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, \
           office_number, acquired_on, acquisition_reason, acquisition_received_on, planned_loss_on, lost_on, loss_reason, \
           loss_received_on, short_time_worker, remuneration_yen, prepayment_code, recorded_at, recorded_by, source) \
         select $3, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, office_number, acquired_on, \
           acquisition_reason, acquisition_received_on, planned_loss_on, $4, $5, $6, short_time_worker, remuneration_yen, \
           prepayment_code, $2, $7, $8 from old",
    )
    .bind::<t::Uuid, _>(cover.row_id)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Nullable<t::Date>, _>(end.map(|e| e.0))
    .bind::<t::Nullable<t::Text>, _>(end.map(|e| e.1))
    .bind::<t::Nullable<t::Date>, _>(end.map(|e| e.2))
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .execute(conn)?;
    changed_one(conn, written, cover.person_id)
}
/// Takes a cover back: it never was. What was known of it stays in the history.
/// # Errors
/// 412 when it is not known as it was read.
pub fn take_back_cover(conn: &mut PgConnection, act: &Act, cover: &RecordedCover) -> Result<(), Problem> {
    let closed =
        sql_query("update enrolment set superseded_at = $2 where row_id = $1 and superseded_at is null")
            .bind::<t::Uuid, _>(cover.row_id)
            .bind::<t::Timestamptz, _>(act.at())
            .execute(conn)?;
    changed_one(conn, closed, cover.person_id)
}
/// Writes the right days of a cover; the reason and the receipt of a loss stay as long as there is one, and a loss that the calendar
/// recorded stays one of the calendar (without a notification), so that a loss by form still takes its place.
/// # Errors
/// 412 when it is not known as it was read; 409 when the days meet another cover.
pub fn rewrite_cover(
    conn: &mut PgConnection,
    act: &Act,
    cover: &RecordedCover,
    days: CoverDays,
    planned_loss_on: Option<NaiveDate>,
) -> Result<(), Problem> {
    let written = sql_query(
        "with old as (update enrolment set superseded_at = $2 where row_id = $1 and superseded_at is null returning *) \
         insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, \
           office_number, acquired_on, acquisition_reason, acquisition_received_on, planned_loss_on, lost_on, loss_reason, \
           loss_received_on, short_time_worker, remuneration_yen, prepayment_code, recorded_at, recorded_by, source) \
         select $3, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, office_number, $4, \
           acquisition_reason, acquisition_received_on, $5, $6, case when $6 is not null then loss_reason end, \
           case when $6 is not null then loss_received_on end, short_time_worker, remuneration_yen, prepayment_code, $2, $7, \
           case when $6 is null or loss_reason is distinct from 'age_75' or source is not null then $8 end from old",
    )
    .bind::<t::Uuid, _>(cover.row_id)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Date, _>(days.acquired_on)
    .bind::<t::Nullable<t::Date>, _>(planned_loss_on)
    .bind::<t::Nullable<t::Date>, _>(days.lost_on)
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .execute(conn)?;
    changed_one(conn, written, cover.person_id)
}
fn changed_one(conn: &mut PgConnection, changed: usize, person: Uuid) -> Result<(), Problem> {
    if changed != 1 {
        return Err(Problem::new(Kind::Stale));
    }
    count_change(conn, person)
}
