//! SQL of the settings of recognition: rows are only added, and count once they are approved.
use crate::{
    domain::approvals::{self, SettingState},
    kernel::{Facts, Guarded, Operation, Permit, Problem, Subject, Tx, asked::NOW},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Settings as known at the instant that `at` is bound to; now where that is null.
fn setting(at: &str) -> String {
    let standing = approvals::standing(at);
    format!(
        "select s.id, s.contract_income_from, s.requested_at, {standing} from recognition_setting s \
         join approval a on a.kind = 'recognition_setting' and a.subject_id = s.id and ({at} is null or s.requested_at <= {at})"
    )
}

crate::row! {
    /// What the society sets.
    pub struct SettingRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// First day of recognition for which the income by the labour contract counts.
        contract_income_from: t::Date => NaiveDate,
        /// When it was asked for.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// requested, approved or rejected.
        state: t::Text => String,
        /// When the second person looked.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl Subject for SettingRow {
    fn facts(&self) -> Facts {
        Facts::of("RecognitionSetting", self.id)
    }
}
impl SettingRow {
    /// Where it stands.
    pub fn state(&self) -> SettingState {
        SettingState::of(&self.state)
    }
    /// What is asked for, as the digest of the second person takes it.
    pub fn told(&self) -> String {
        told(self.contract_income_from)
    }
}
/// What settings say.
pub fn told(contract_income_from: NaiveDate) -> String {
    contract_income_from.to_string()
}
/// Writes settings; they count once they are approved.
/// # Errors
/// Database errors.
pub fn insert<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    contract_income_from: NaiveDate,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into recognition_setting (id, contract_income_from, requested_at, requested_by) values ($1, $2, $3, $4)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Date, _>(contract_income_from)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(())
}
fn one(tx: &mut Tx<'_>, id: Uuid) -> Result<SettingRow, Problem> {
    Ok(sql_query(format!("{} where s.id = $1", setting(NOW))).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
/// Settings.
/// # Errors
/// 404 when there are none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<SettingRow>, Problem> {
    one(tx, id).map(Guarded::new)
}
/// Settings as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<SettingRow, Problem> {
    one(tx, id)
}
/// All settings, newest first, at most 500; as known now or at an instant.
/// # Errors
/// Database errors.
pub fn list(tx: &mut Tx<'_>, known_at: Option<DateTime<Utc>>) -> Result<Guarded<Vec<SettingRow>>, Problem> {
    let rows = sql_query(format!("{} order by s.requested_at desc, s.id desc limit 500", setting("$1")))
        .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
        .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
crate::row! {
    /// A day.
    pub struct Start {
        /// It.
        day: t::Date => NaiveDate,
    }
}
/// First day of recognition for which the income by the labour contract counts, by the settings that were approved last; nothing where none
/// were: the day of the notice counts then.
/// # Errors
/// Database errors.
pub fn contract_income_from(tx: &mut Tx<'_>) -> Result<Option<NaiveDate>, Problem> {
    let found: Option<Start> = sql_query(
        "select s.contract_income_from as day from recognition_setting s \
         join approval a on a.kind = 'recognition_setting' and a.subject_id = s.id \
         where a.state = 'approved' order by a.decided_at desc, s.id desc limit 1",
    )
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|s| s.day))
}
