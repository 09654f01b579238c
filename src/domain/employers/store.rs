//! SQL of employers.
use super::model::{EmployerFacts, EmployerRow};
use crate::kernel::{Guarded, Operation, Permit, Problem, RowScope, Tx, asked};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "r.employer_id, e.version, r.valid_from, r.valid_to, r.symbol, r.society_number, r.prefecture_code, \
     r.district_code, r.office_symbol, r.office_number, r.name, r.name_kana, r.postal_code, r.address, r.owner_name, \
     r.phone, r.accepts_pension_layout, r.early_filing_days, r.branch_office_code, r.recorded_at, r.superseded_at \
     from employer e join employer_record r on r.employer_id = e.id";
const VALID: &str =
    "r.superseded_at is null and r.valid_from <= $1 and (r.valid_to is null or r.valid_to > $1)";

/// The employer as of a day.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid, as_of: NaiveDate) -> Result<Guarded<EmployerRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("select {COLUMNS} where {VALID} and e.id = $2"))
            .bind::<t::Date, _>(as_of)
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?,
    ))
}
/// The employer, locked for a change.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid, as_of: NaiveDate) -> Result<Guarded<EmployerRow>, Problem> {
    sql_query("select id from employer where id = $1 for update")
        .bind::<t::Uuid, _>(id)
        .execute(tx.conn())?;
    find(tx, id, as_of)
}
/// Every version of the employer, newest knowledge first.
/// # Errors
/// 404 when there is none.
pub fn history(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<Vec<EmployerRow>>, Problem> {
    let rows: Vec<EmployerRow> = sql_query(format!(
        "select {COLUMNS} where e.id = $1 order by r.valid_from desc, r.recorded_at desc limit 500"
    ))
    .bind::<t::Uuid, _>(id)
    .load(tx.conn())?;
    if rows.is_empty() { Err(Problem::not_found()) } else { Ok(Guarded::new(rows)) }
}
/// Filters of the list.
pub struct Filter<'a> {
    /// As of this day.
    pub as_of: NaiveDate,
    /// In the name or its reading, whatever the width and case.
    pub name: Option<&'a str>,
    /// 記号.
    pub symbol: Option<&'a str>,
    /// 健保組合の事業所番号.
    pub society_number: Option<&'a str>,
}
/// One page of employers as of a day, by id. There are some ten thousand: those of a name are looked for among all.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    f: &Filter<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<EmployerRow>>, Problem> {
    let [name, kana, wanted] =
        ["r.name", "coalesce(r.name_kana, '')", "$5"].map(|text| format!("lower(normalize({text}, nfkc))"));
    Ok(Guarded::new(
        sql_query(format!(
            "select {COLUMNS} where {VALID} and e.id > $2 and ($3::uuid[] is null or e.id = any($3)) \
               and ($5::text is null or position({wanted} in {name}) > 0 or position({wanted} in {kana}) > 0) \
               and ($6::text is null or r.symbol = $6) and ($7::text is null or r.society_number = $7) \
             order by e.id limit $4"
        ))
        .bind::<t::Date, _>(f.as_of)
        .bind::<t::Uuid, _>(after)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
        .bind::<t::BigInt, _>(limit)
        .bind::<t::Nullable<t::Text>, _>(f.name)
        .bind::<t::Nullable<t::Text>, _>(f.symbol)
        .bind::<t::Nullable<t::Text>, _>(f.society_number)
        .load(tx.conn())?,
    ))
}
crate::row! {
    /// 記号 of an employer.
    pub struct Symbol {
        /// It.
        symbol: t::Text => String,
    }
}
/// 記号 under which an employer's people are numbered on a day.
/// # Errors
/// 404 when there is no such employer on that day.
pub fn symbol_of(tx: &mut Tx<'_>, id: Uuid, as_of: NaiveDate) -> Result<String, Problem> {
    let row: Symbol =
        sql_query(format!("select r.symbol from employer_record r where {VALID} and r.employer_id = $2"))
            .bind::<t::Date, _>(as_of)
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?;
    Ok(row.symbol)
}
crate::row! {
    /// What an employer is called.
    pub struct Called {
        /// 名称.
        name: t::Text => String,
        /// 記号.
        symbol: t::Text => String,
    }
}
/// What an employer is called on a day, or on the nearest one of which something is known, as known at an instant or now.
/// # Errors
/// 404 when there is no such employer.
pub fn called(
    tx: &mut Tx<'_>,
    id: Uuid,
    (on, known_at): (NaiveDate, Option<DateTime<Utc>>),
) -> Result<Called, Problem> {
    let known = asked::known("r", known_at, "$3");
    Ok(sql_query(format!(
        "select r.name, r.symbol from employer_record r where r.employer_id = $1 and {known} \
         order by r.valid_from > $2, abs(r.valid_from - $2) limit 1"
    ))
    .bind::<t::Uuid, _>(id)
    .bind::<t::Date, _>(on)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())?)
}
crate::row! {
    /// An employer found by its number.
    pub struct Numbered {
        /// It.
        employer_id: t::Uuid => Uuid,
    }
}
/// The employer of a 健保組合の事業所番号 on a day.
/// # Errors
/// Database errors.
pub fn by_society_number(tx: &mut Tx<'_>, number: &str, as_of: NaiveDate) -> Result<Option<Uuid>, Problem> {
    let found: Option<Numbered> = sql_query(format!(
        "select r.employer_id from employer_record r where {VALID} and r.society_number = $2"
    ))
    .bind::<t::Date, _>(as_of)
    .bind::<t::Text, _>(number)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|f| f.employer_id))
}
/// Registers a new employer.
/// # Errors
/// 409 when its society number is in use.
pub fn create<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    facts: &EmployerFacts,
) -> Result<Uuid, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    insert(tx.conn(), facts, by, now)
}
/// Inserts an employer and its first version (also for seeding).
/// # Errors
/// 409 when its society number is in use.
pub fn insert(
    conn: &mut PgConnection,
    facts: &EmployerFacts,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<Uuid, Problem> {
    let id = Uuid::now_v7();
    sql_query("insert into employer (id, created_at) values ($1, $2)")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Timestamptz, _>(now)
        .execute(conn)?;
    record(conn, id, facts, by, now)?;
    Ok(id)
}
/// The employer as it was just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    as_of: NaiveDate,
) -> Result<EmployerRow, Problem> {
    Ok(sql_query(format!("select {COLUMNS} where {VALID} and e.id = $2"))
        .bind::<t::Date, _>(as_of)
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?)
}
/// Records new facts from `facts.valid_from` on: what was known stays, its validity is cut at that day by a new row.
/// # Errors
/// Database errors.
pub fn change<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    old: &EmployerRow,
    facts: &EmployerFacts,
) -> Result<(), Problem> {
    let (by, now, id) = (tx.actor()?.id, tx.now(), old.employer_id);
    let conn = tx.conn();
    sql_query("update employer_record set superseded_at = $2 where employer_id = $1 and superseded_at is null and valid_from = $3")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Timestamptz, _>(now)
        .bind::<t::Date, _>(old.valid_from)
        .execute(conn)?;
    if old.valid_from < facts.valid_from {
        let until = Some(facts.valid_from);
        insert_record(conn, id, &EmployerFacts::from(old.clone()), until, by, now)?;
    }
    record(conn, id, facts, by, now)?;
    sql_query("update employer set version = version + 1 where id = $1")
        .bind::<t::Uuid, _>(id)
        .execute(conn)?;
    Ok(())
}
fn record(
    conn: &mut PgConnection,
    id: Uuid,
    f: &EmployerFacts,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    insert_record(conn, id, f, None, by, now)
}
fn insert_record(
    conn: &mut PgConnection,
    id: Uuid,
    f: &EmployerFacts,
    valid_to: Option<NaiveDate>,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let [prefecture, district, symbol, number] = &f.office;
    sql_query(
        "insert into employer_record (row_id, employer_id, valid_from, valid_to, symbol, society_number, prefecture_code, \
         district_code, office_symbol, office_number, name, name_kana, postal_code, address, owner_name, phone, \
         accepts_pension_layout, early_filing_days, recorded_at, recorded_by, branch_office_code) \
         values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(id)
    .bind::<t::Date, _>(f.valid_from)
    .bind::<t::Nullable<t::Date>, _>(valid_to)
    .bind::<t::Text, _>(&f.symbol)
    .bind::<t::Text, _>(&f.society_number)
    .bind::<t::Nullable<t::Text>, _>(prefecture)
    .bind::<t::Nullable<t::Text>, _>(district)
    .bind::<t::Nullable<t::Text>, _>(symbol)
    .bind::<t::Nullable<t::Text>, _>(number)
    .bind::<t::Text, _>(&f.name)
    .bind::<t::Nullable<t::Text>, _>(&f.name_kana)
    .bind::<t::Nullable<t::Text>, _>(&f.postal_code)
    .bind::<t::Nullable<t::Text>, _>(&f.address)
    .bind::<t::Nullable<t::Text>, _>(&f.owner_name)
    .bind::<t::Nullable<t::Text>, _>(&f.phone)
    .bind::<t::Bool, _>(f.accepts_pension_layout)
    .bind::<t::SmallInt, _>(f.early_filing_days)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Text>, _>(&f.branch_office_code)
    .execute(conn)?;
    Ok(())
}
crate::row! {
    /// A number that was given.
    pub struct Given {
        /// The number.
        last_number: t::Integer => i32,
    }
}
/// 番号 have at most seven digits.
const NUMBER_MOST: i32 = 9_999_999;
/// A 番号 on a form that is further ahead than that is not counted on from: one slip must not use up the numbers of a 記号.
const AHEAD: i32 = 10_000;

/// Gives the next 番号 under a 記号: never one that was used before, live or lost.
/// # Errors
/// 409 when all seven-digit numbers are used up.
pub fn next_number(conn: &mut PgConnection, symbol: &str) -> Result<String, Problem> {
    loop {
        let given: Given = sql_query(
            "insert into insured_number_counter (symbol, last_number) values ($1, 1) \
             on conflict (symbol) do update set last_number = insured_number_counter.last_number + 1 returning last_number",
        )
        .bind::<t::Text, _>(symbol)
        .get_result(conn)?;
        if given.last_number > NUMBER_MOST {
            return Err(Problem::conflict(
                "numbers-used-up",
                "この記号の番号は使い切られました",
                "The numbers under this symbol are used up",
            ));
        }
        let number = given.last_number.to_string();
        if !is_used(conn, symbol, &number)? {
            return Ok(number);
        }
    }
}
/// Takes a 番号 that a form brought, as it is written: leading zeros are part of it, but make no other number.
/// # Errors
/// 409 when it was used before, live or lost; 422 when it is no number of one to seven digits above zero.
pub fn take_number(conn: &mut PgConnection, symbol: &str, number: &str) -> Result<String, Problem> {
    let value = number.parse().ok().filter(|n| (1..=NUMBER_MOST).contains(n) && number.len() <= 7);
    let Some(value) = value else {
        return Err(Problem::invalid(
            "number-malformed",
            "番号は1〜7桁の数字です(0を除く)",
            "A number has one to seven digits and is not zero",
        ));
    };
    // The row of the counter is held until the end of the transaction: numbers of a 記号 are given one after the other.
    sql_query(
        "insert into insured_number_counter as c (symbol, last_number) values ($1, case when $2 <= $3 then $2 else 0 end) \
         on conflict (symbol) do update set last_number = \
           case when $2 between c.last_number + 1 and c.last_number + $3 then $2 else c.last_number end",
    )
    .bind::<t::Text, _>(symbol)
    .bind::<t::Integer, _>(value)
    .bind::<t::Integer, _>(AHEAD)
    .execute(conn)?;
    if is_used(conn, symbol, &value.to_string())? {
        return Err(Problem::conflict(
            "number-in-use",
            "この番号は使われています",
            "The number was used before",
        ));
    }
    Ok(number.to_owned())
}
/// Was the number, with however many zeros before it, ever given under the 記号?
fn is_used(conn: &mut PgConnection, symbol: &str, plain: &str) -> Result<bool, Problem> {
    let written: Vec<String> = (plain.len()..=7).map(|width| format!("{plain:0>width$}")).collect();
    let used: Used =
        sql_query("select exists (select from enrolment where symbol = $1 and number = any($2)) as is_used")
            .bind::<t::Text, _>(symbol)
            .bind::<t::Array<t::Text>, _>(written)
            .get_result(conn)?;
    Ok(used.is_used)
}
crate::row! {
    /// Was it used?
    pub struct Used {
        /// It was.
        is_used: t::Bool => bool,
    }
}
