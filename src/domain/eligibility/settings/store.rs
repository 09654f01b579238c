//! SQL of the settings of law: rows are only added, and count once they are approved.
use super::super::{recognitions::of_word, rules::SocietyValue};
use crate::{
    domain::approvals::{self, SettingState},
    kernel::{Facts, Guarded, Operation, Permit, Problem, Subject, Tx, asked::NOW},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Settings as known at the instant that `at` is bound to; now where that is null.
fn setting(at: &str) -> String {
    let standing = approvals::standing(at);
    format!(
        "select s.id, s.contract_income_from, s.name, s.valid_from, s.value, s.source, s.requested_at, {standing} \
         from recognition_setting s join approval a on a.kind = 'recognition_setting' and a.subject_id = s.id \
           and ({at} is null or s.requested_at <= {at})"
    )
}

crate::row! {
    /// What the society sets.
    pub struct SettingRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Of a row that was asked for before any value could be: the start of income by the labour contract.
        contract_income_from: t::Nullable<t::Date> => Option<NaiveDate>,
        /// What is set.
        name: t::Nullable<t::Text> => Option<String>,
        /// First day.
        valid_from: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Value.
        value: t::Nullable<t::BigInt> => Option<i64>,
        /// Where it is set.
        source: t::Nullable<t::Text> => Option<String>,
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
    /// The value that it sets; of an old row the start of income by the labour contract.
    /// # Errors
    /// 503 for a stored word that is none.
    pub fn set(&self) -> Result<SocietyValue, Problem> {
        let told = (&self.name, self.valid_from, self.value, &self.source);
        let (Some(name), Some(valid_from), Some(value), Some(source)) = told else {
            let start = self.contract_income_from.ok_or(Problem::unavailable("stored-setting-unreadable"))?;
            return Ok(SocietyValue::contract_income(start, 1));
        };
        Ok(SocietyValue { name: of_word(name)?, valid_from, value, source: source.clone() })
    }
    /// What is asked for, as the digest of the second person takes it.
    /// # Errors
    /// 503 for a stored word that is none.
    pub fn told(&self) -> Result<String, Problem> {
        self.contract_income_from.map_or_else(|| told(&self.set()?), |start| Ok(start.to_string()))
    }
}
/// What settings say.
/// # Errors
/// 503 where they can't be written.
pub fn told(set: &SocietyValue) -> Result<String, Problem> {
    serde_json::to_string(set).map_err(|_| Problem::unavailable("facts-unwritable"))
}
/// Writes a value under the word of its name; it counts once it is approved.
/// # Errors
/// Database errors.
pub fn insert<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (id, name): (Uuid, &str),
    set: &SocietyValue,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into recognition_setting (id, name, valid_from, value, source, requested_at, requested_by) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(name)
    .bind::<t::Date, _>(set.valid_from)
    .bind::<t::BigInt, _>(set.value)
    .bind::<t::Text, _>(&set.source)
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
/// What the society set in the place of the table's values, as approved by an instant or by now, in the order of approval. Of the rows that set
/// the start of income by the labour contract alone, the one approved last counts, as it always did: nothing before that day.
/// # Errors
/// Database errors.
pub fn values(tx: &mut Tx<'_>, known_at: Option<DateTime<Utc>>) -> Result<Vec<SocietyValue>, Problem> {
    let rows: Vec<SettingRow> = sql_query(format!(
        "select * from ({}) x where state = 'approved' order by decided_at, id",
        setting("$1")
    ))
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    let last = rows.iter().rposition(|row| row.contract_income_from.is_some());
    let mut all = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        if row.contract_income_from.is_some() {
            if last != Some(i) {
                continue;
            }
            all.extend(
                NaiveDate::from_ymd_opt(2026, 4, 1).map(|from| SocietyValue::contract_income(from, 0)),
            );
        }
        all.push(row.set()?);
    }
    Ok(all)
}
