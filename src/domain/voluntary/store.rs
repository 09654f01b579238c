//! SQL of the settings of 任意継続, and of those whose two years are over.
use super::model::{SettingRow, told};
use crate::{
    domain::approvals,
    kernel::{Guarded, Operation, Permit, Problem, Tx, asked::NOW},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Settings as known at the instant that `at` is bound to; now where that is null.
fn setting(at: &str) -> String {
    let standing = approvals::standing(at);
    format!(
        "select s.id, s.valid_from, s.office_id, s.average_remuneration_yen, s.ceiling_rule, s.rule_amount_yen, \
           s.special_retiree_yen, s.requested_at, {standing} from voluntary_setting s \
         join approval a on a.kind = 'voluntary_setting' and a.subject_id = s.id and ({at} is null or s.requested_at <= {at})"
    )
}

/// Settings to be asked for.
pub struct NewSetting<'a> {
    /// Id.
    pub id: Uuid,
    /// First day.
    pub valid_from: NaiveDate,
    /// The society's own office.
    pub office: Uuid,
    /// Average of all insured, yen.
    pub average_yen: i64,
    /// Which ceiling, and its amount in yen.
    pub ceiling: (&'a str, Option<i64>),
    /// 標準報酬月額 of 特例退職, yen.
    pub special_retiree_yen: Option<i64>,
}
/// Writes settings; they count once they are approved. Gives what the second person is asked about.
/// # Errors
/// Database errors.
pub fn insert<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, s: &NewSetting<'_>) -> Result<String, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into voluntary_setting (id, valid_from, office_id, average_remuneration_yen, ceiling_rule, rule_amount_yen, \
           special_retiree_yen, requested_at, requested_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<t::Uuid, _>(s.id)
    .bind::<t::Date, _>(s.valid_from)
    .bind::<t::Uuid, _>(s.office)
    .bind::<t::BigInt, _>(s.average_yen)
    .bind::<t::Text, _>(s.ceiling.0)
    .bind::<t::Nullable<t::BigInt>, _>(s.ceiling.1)
    .bind::<t::Nullable<t::BigInt>, _>(s.special_retiree_yen)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(told(s.valid_from, s.office, s.average_yen, s.ceiling, s.special_retiree_yen))
}
/// Settings.
/// # Errors
/// 404 when there are none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<SettingRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{} where s.id = $1", setting(NOW)))
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?,
    ))
}
/// Settings as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<SettingRow, Problem> {
    Ok(sql_query(format!("{} where s.id = $1", setting(NOW))).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
/// All settings, newest first, or those alone that hold on a day; as known now or at an instant.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    as_of: Option<NaiveDate>,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<Vec<SettingRow>>, Problem> {
    let settings = setting("$2");
    let rows = sql_query(format!(
        "select * from ({settings}) s where $1::date is null or s.state = 'approved' and s.valid_from <= $1 \
         order by s.valid_from desc, s.requested_at desc, s.id desc limit case when $1 is null then 500 else 1 end"
    ))
    .bind::<t::Nullable<t::Date>, _>(as_of)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// The approved settings that hold on a day.
/// # Errors
/// Database errors.
pub fn in_force(tx: &mut Tx<'_>, day: NaiveDate) -> Result<Option<SettingRow>, Problem> {
    Ok(sql_query(format!(
        "{} where a.state = 'approved' and s.valid_from <= $1 \
         order by s.valid_from desc, s.requested_at desc, s.id desc limit 1",
        setting(NOW)
    ))
    .bind::<t::Date, _>(day)
    .get_result(tx.conn())
    .optional()?)
}
/// The approved settings that begin after a day, by their first day; of one day those that were asked for last.
/// # Errors
/// Database errors.
pub fn approved_after(conn: &mut PgConnection, day: NaiveDate) -> Result<Vec<SettingRow>, Problem> {
    Ok(sql_query(format!(
        "select * from (select distinct on (s.valid_from) {} where a.state = 'approved' and s.valid_from > $1 \
           order by s.valid_from, s.requested_at desc, s.id desc) r order by valid_from limit 500",
        setting(NOW).trim_start_matches("select ")
    ))
    .bind::<t::Date, _>(day)
    .load(conn)?)
}
/// Those after a person, by person, whose 任意継続 or 特例退職 began before a day and runs on it; at most 200.
/// # Errors
/// Database errors.
pub fn continuing_on(conn: &mut PgConnection, day: NaiveDate, after: Uuid) -> Result<Vec<Uuid>, Problem> {
    let found: Vec<Who> = sql_query(
        "select person_id from enrolment where superseded_at is null and enrolment_type <> 'compulsory' \
           and acquired_on < $1 and (lost_on is null or lost_on > $1) and person_id > $2 order by person_id limit 200",
    )
    .bind::<t::Date, _>(day)
    .bind::<t::Uuid, _>(after)
    .load(conn)?;
    Ok(found.into_iter().map(|w| w.person_id).collect())
}
crate::row! {
    /// Yes or no.
    pub struct Is {
        /// It is so.
        is_so: t::Bool => bool,
    }
}
/// Is it an office of the society's own, now or at any time?
/// # Errors
/// Database errors.
pub fn is_own_office(tx: &mut Tx<'_>, employer: Uuid) -> Result<bool, Problem> {
    let found: Is = sql_query(
        "select exists (select from voluntary_setting s join approval a on a.kind = 'voluntary_setting' and a.subject_id = s.id \
           where s.office_id = $1 and a.state = 'approved') as is_so",
    )
    .bind::<t::Uuid, _>(employer)
    .get_result(tx.conn())?;
    Ok(found.is_so)
}
/// Is an employer's system bound to it, or was one?
/// # Errors
/// Database errors.
pub fn has_systems(tx: &mut Tx<'_>, employer: Uuid) -> Result<bool, Problem> {
    let found: Is = sql_query("select exists (select from client_employer where employer_id = $1) as is_so")
        .bind::<t::Uuid, _>(employer)
        .get_result(tx.conn())?;
    Ok(found.is_so)
}
/// Does or did it have insured persons of its own (強制)?
/// # Errors
/// Database errors.
pub fn has_employees(tx: &mut Tx<'_>, employer: Uuid) -> Result<bool, Problem> {
    let found: Is = sql_query(
        "select exists (select from enrolment where employer_id = $1 and enrolment_type = 'compulsory' \
           and superseded_at is null) \
         or exists (select from notification where employer_id = $1 and kind = 'qualification_acquisition' \
           and state in ('accepted', 'review', 'precheck')) as is_so",
    )
    .bind::<t::Uuid, _>(employer)
    .get_result(tx.conn())?;
    Ok(found.is_so)
}
crate::row! {
    /// Somebody.
    pub struct Who {
        /// Who.
        person_id: t::Uuid => Uuid,
    }
}
/// Those after a person, by person, whose 任意継続 began two years before a day or earlier and still runs on it; at most 200.
/// # Errors
/// Database errors.
pub fn term_candidates(conn: &mut PgConnection, day: NaiveDate, after: Uuid) -> Result<Vec<Uuid>, Problem> {
    let found: Vec<Who> = sql_query(
        "select person_id from enrolment where superseded_at is null \
           and employer_id in (select office_id from voluntary_setting) and enrolment_type = 'voluntary_continuation' \
           and acquired_on <= $1::date - interval '2 years' and (lost_on is null or lost_on > acquired_on + interval '2 years') \
           and person_id > $2 order by person_id limit 200",
    )
    .bind::<t::Date, _>(day)
    .bind::<t::Uuid, _>(after)
    .load(conn)?;
    Ok(found.into_iter().map(|w| w.person_id).collect())
}
/// Settings are approved by nobody else until the transaction ends, and nobody begins to continue meanwhile: so that each is decided by
/// the other.
/// # Errors
/// Database errors.
pub fn settings_change(conn: &mut PgConnection) -> Result<(), Problem> {
    sql_query("select pg_advisory_xact_lock(hashtextextended('voluntary-settings', 0))").execute(conn)?;
    Ok(())
}
/// No settings are approved until the transaction ends.
/// # Errors
/// Database errors.
pub fn settings_stand(conn: &mut PgConnection) -> Result<(), Problem> {
    sql_query("select pg_advisory_xact_lock_shared(hashtextextended('voluntary-settings', 0))")
        .execute(conn)?;
    Ok(())
}
