//! Fictional societies for the demo, the tests and the benchmarks. Written as the owner; nobody here exists.
pub mod reports;

use crate::{
    domain::employers::{self, EmployerFacts},
    kernel::{
        clock::Clock,
        vault::{NumberVault, Registration},
    },
    values::{kana, personal_number::PersonalNumber},
};
use chrono::NaiveDate;
use diesel::{
    Connection, OptionalExtension, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types as t,
};
use uuid::Uuid;

/// The employer of the sample files: office 21-97-ｱｵｲ-90001 and society number 0123.
pub fn sample_employer(conn: &mut PgConnection, clock: &Clock) -> anyhow::Result<Uuid> {
    let facts = EmployerFacts {
        valid_from: day(2010, 4, 1),
        symbol: "101".into(),
        society_number: "0123".into(),
        office: [Some("21".into()), Some("97".into()), Some("ｱｵｲ".into()), Some("90001".into())],
        name: "株式会社あおい見本製作所".into(),
        name_kana: Some("アオイミホンセイサクショ".into()),
        postal_code: Some("9990001".into()),
        address: Some("東京都架空区見本町１－２－３".into()),
        owner_name: Some("見本　太郎".into()),
        phone: Some("03-0000-0001".into()),
        accepts_pension_layout: true,
        early_filing_days: 0,
        branch_office_code: None,
    };
    Ok(employers::insert(conn, &facts, Uuid::nil(), clock.now())?)
}
/// A further employer, the `n`-th.
pub fn employer(conn: &mut PgConnection, clock: &Clock, n: u16) -> anyhow::Result<Uuid> {
    const NAMES: [&str; 5] = ["架空商事", "見本電機", "試作工業", "例示物流", "仮名食品"];
    let name = NAMES[usize::from(n) % NAMES.len()];
    let facts = EmployerFacts {
        valid_from: day(2010, 4, 1),
        symbol: (101 + n).to_string(),
        society_number: format!("{:04}", 1000 + n),
        office: [
            Some("21".into()),
            Some("98".into()),
            Some(format!("K{n:02}")),
            Some(format!("{:05}", 91000 + u32::from(n))),
        ],
        name: format!("{name}株式会社 {n}"),
        name_kana: None,
        postal_code: Some("9990003".into()),
        address: Some(format!("東京都架空区例示町{n}番地")),
        owner_name: None,
        phone: None,
        accepts_pension_layout: n.is_multiple_of(3),
        early_filing_days: if n.is_multiple_of(2) { 14 } else { 0 },
        branch_office_code: None,
    };
    Ok(employers::insert(conn, &facts, Uuid::nil(), clock.now())?)
}
fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default()
}

/// Fills employers with people, by the database alone: `members` insured persons spread over `employers`, the first
/// `dependents` of them with a child each. Their ids run with their number, as if registered one after the other.
/// # Errors
/// Database errors.
pub fn people(
    conn: &mut PgConnection,
    clock: &Clock,
    employers: &[Uuid],
    (members, dependents): (i32, i32),
) -> anyhow::Result<()> {
    conn.batch_execute("create temp table seed_employer (n integer, id uuid, symbol text)")?;
    for (n, id) in employers.iter().enumerate() {
        sql_query(
            "insert into seed_employer select $1, $2, symbol from employer_record where employer_id = $2",
        )
        .bind::<t::Integer, _>(i32::try_from(n)?)
        .bind::<t::Uuid, _>(*id)
        .execute(conn)?;
    }
    let names = "(array['佐藤','鈴木','高橋','田中','伊藤','渡辺','山本','中村','小林','加藤'])[1 + g % 10] as family, \
         (array['サトウ','スズキ','タカハシ','タナカ','イトウ','ワタナベ','ヤマモト','ナカムラ','コバヤシ','カトウ'])[1 + g % 10] as family_kana, \
         (array['翔','陽菜','蓮','結衣','大翔','葵','颯太','さくら','悠真','凛','湊'])[1 + g % 11] as given, \
         (array['ショウ','ヒナ','レン','ユイ','ヒロト','アオイ','ソウタ','サクラ','ユウマ','リン','ミナト'])[1 + g % 11] as given_kana";
    let id = |base: i64| {
        format!(
            "(lpad(to_hex({base} + g), 12, '0') || '7' || substr(md5('a' || g), 1, 3) || '8' || substr(md5('b' || g), 1, 15))::uuid"
        )
    };
    let count = i32::try_from(employers.len())?;
    let sql = format!(
        "create temp table seed_person as \
           select g, {member_id} as id, e.id as employer, e.symbol, {names}, \
                  date '1962-01-01' + (g * 37 % 14000) as birth_on, \
                  (date '2012-04-01' + (g * 13 % 4700)) as acquired_on, case when g % 2 = 0 then 'female' else 'male' end as sex \
           from generate_series(1, {members}) g join seed_employer e on e.n = g % {count}; \
         create temp table seed_child as \
           select g, {child_id} as id, p.id as insured, p.employer, p.family, p.family_kana, \
                  (array['一郎','二葉','三奈','四季'])[1 + g % 4] as given, (array['イチロウ','フタバ','ミナ','シキ'])[1 + g % 4] as given_kana, \
                  date '2008-01-01' + (g * 7 % 5000) as birth_on, case when g % 2 = 0 then 'female' else 'male' end as sex \
           from seed_person p where g <= {dependents}; \
         insert into person (id, number_state, number_reason, created_at) \
           select id, 'not_registered', 'not_notified', timestamptz '{now}' from (select id from seed_person union all select id from seed_child) x; \
         insert into person_identity (row_id, person_id, valid_from, name, name_raw, name_search, name_kana, kana_search, birth_on, sex, \
             resident_postal_code, resident_address, states, change_reason, received_on, recorded_at, recorded_by) \
           select gen_random_uuid(), id, since, family || '　' || given, family || '　' || given, family || given, \
                  family_kana || '　' || given_kana, family_kana || given_kana, birth_on, sex, '9990002', \
                  '東京都架空区見本町' || g || '番地', array['name', 'sex', 'resident_address'], reason, since, timestamptz '{now}', '00000000-0000-0000-0000-000000000000' \
           from (select g, id, acquired_on as since, family, given, family_kana, given_kana, birth_on, sex, 'acquisition' as reason from seed_person \
                 union all select g, id, birth_on, family, given, family_kana, given_kana, birth_on, sex, 'recognition' from seed_child) x; \
         insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, office_number, acquired_on, \
             acquisition_reason, acquisition_received_on, planned_loss_on, recorded_at, recorded_by) \
           select gen_random_uuid(), gen_random_uuid(), id, employer, 'compulsory', symbol, (100 + g)::text, '00', (100 + g)::text, acquired_on, \
                  'new', acquired_on, (birth_on + interval '75 years')::date + (to_char(birth_on, 'MMDD') = '0229')::int, timestamptz '{now}', '00000000-0000-0000-0000-000000000000' \
           from seed_person; \
         insert into insured_number_counter select symbol, {next} from seed_employer on conflict do nothing; \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, recognised_on, \
             recognition_reason, received_on, recorded_at, recorded_by) \
           select gen_random_uuid(), {dependent_id}, id, insured, employer, '01', 'child', true, birth_on, 'birth', birth_on, timestamptz '{now}', \
                  '00000000-0000-0000-0000-000000000000' from seed_child; \
         drop table seed_person, seed_child, seed_employer",
        member_id = id(1_600_000_000_000),
        child_id = id(1_650_000_000_000),
        dependent_id = id(1_660_000_000_000),
        next = 100 + members,
        now = clock.now().to_rfc3339(),
    );
    conn.batch_execute(&sql)?;
    conn.batch_execute("analyze person; analyze person_identity; analyze enrolment; analyze dependency")?;
    Ok(())
}
crate::row! {
    /// An id.
    pub struct Known {
        /// It.
        id: t::Uuid => Uuid,
    }
}
/// The `n`-th number of the invented block 99990000nnn with its check digit; `n` below 1000.
pub fn fictitious_number(n: u16) -> String {
    let base = format!("99990000{:03}", n % 1000);
    let digits: Vec<u32> = base.chars().rev().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = (1..).zip(&digits).map(|(i, d)| d * if i <= 6 { i + 1 } else { i - 5 }).sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        r => 11 - r,
    };
    format!("{base}{check}")
}
/// Registers fictitious numbers, `from` and up, for these persons.
/// # Errors
/// When a number is registered for somebody else.
pub fn numbers(
    conn: &mut PgConnection,
    clock: &Clock,
    vault: &dyn NumberVault,
    persons: &[Uuid],
    from: u16,
) -> anyhow::Result<()> {
    for (n, person) in (from..).zip(persons) {
        number(conn, clock, vault, *person, &fictitious_number(n))?;
    }
    Ok(())
}
/// Registers one number.
/// # Errors
/// As `numbers`.
pub fn number(
    conn: &mut PgConnection,
    clock: &Clock,
    vault: &dyn NumberVault,
    person: Uuid,
    digits: &str,
) -> anyhow::Result<()> {
    let number = PersonalNumber::parse(digits).map_err(|_| anyhow::anyhow!("not a fictitious number"))?;
    conn.transaction(|conn| {
        vault.register(
            conn,
            clock,
            Registration { person, number: &number, reason: "notified", by: Uuid::nil() },
        )
    })?;
    Ok(())
}
/// One insured person, as the worlds of the samples name them.
pub struct Insured<'a> {
    /// 被保険者整理番号.
    pub office_number: &'a str,
    /// Reading, any width.
    pub name_kana: &'a str,
    /// Name.
    pub name: &'a str,
    /// Day of birth.
    pub birth_on: NaiveDate,
    /// male or female.
    pub sex: &'a str,
    /// Insured since.
    pub since: NaiveDate,
}
fn person(
    conn: &mut PgConnection,
    clock: &Clock,
    (name, reading, birth_on, sex): (&str, &str, NaiveDate, &str),
    since: NaiveDate,
) -> anyhow::Result<Uuid> {
    let id = Uuid::now_v7();
    sql_query("insert into person (id, number_state, number_reason, created_at) values ($1, 'not_registered', 'not_notified', $2)")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Timestamptz, _>(clock.now())
        .execute(conn)?;
    sql_query(
        "insert into person_identity (row_id, person_id, valid_from, name, name_raw, name_search, name_kana, kana_search, birth_on, sex, \
         states, change_reason, received_on, recorded_at, recorded_by) \
         values (gen_random_uuid(), $1, $2, $3, $3, $4, $5, $6, $7, $8, array_remove(array['name', case when $8 <> 'unset' then 'sex' end], null), 'acquisition', $2, $9, $10)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Date, _>(since)
    .bind::<t::Text, _>(name)
    .bind::<t::Text, _>(kana::search_fold(name))
    .bind::<t::Text, _>(kana::canonical_kana(reading))
    .bind::<t::Text, _>(kana::search_fold(reading))
    .bind::<t::Date, _>(birth_on)
    .bind::<t::Text, _>(sex)
    .bind::<t::Timestamptz, _>(clock.now())
    .bind::<t::Uuid, _>(Uuid::nil())
    .execute(conn)?;
    Ok(id)
}
/// Enters one insured person at an employer.
/// # Errors
/// Database errors.
pub fn insured(
    conn: &mut PgConnection,
    clock: &Clock,
    employer: Uuid,
    p: &Insured<'_>,
) -> anyhow::Result<Uuid> {
    let id = person(conn, clock, (p.name, p.name_kana, p.birth_on, p.sex), p.since)?;
    sql_query(
        "insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, office_number, \
         acquired_on, acquisition_reason, acquisition_received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), $1, $2, 'compulsory', symbol, '9' || $3, '00', $3, $4, 'new', $4, $5, $6 \
         from employer_record where employer_id = $2 and superseded_at is null limit 1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Text, _>(p.office_number)
    .bind::<t::Date, _>(p.since)
    .bind::<t::Timestamptz, _>(clock.now())
    .bind::<t::Uuid, _>(Uuid::nil())
    .execute(conn)?;
    Ok(id)
}
/// Enters one dependent under an insured person.
/// # Errors
/// Database errors.
pub fn dependent(
    conn: &mut PgConnection,
    clock: &Clock,
    (employer, insured): (Uuid, Uuid),
    (name, reading, birth_on, relationship): (&str, &str, NaiveDate, &str),
    since: NaiveDate,
) -> anyhow::Result<Uuid> {
    let id = person(conn, clock, (name, reading, birth_on, "unset"), since)?;
    sql_query(
        "insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, recognised_on, \
         recognition_reason, received_on, recorded_at, recorded_by) \
         values (gen_random_uuid(), gen_random_uuid(), $1, $2, $3, '01', $4, $5, 'birth', $5, $6, $7)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(insured)
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Text, _>(relationship)
    .bind::<t::Date, _>(since)
    .bind::<t::Timestamptz, _>(clock.now())
    .bind::<t::Uuid, _>(Uuid::nil())
    .execute(conn)?;
    Ok(id)
}
/// Is there an employer already?
/// # Errors
/// Database errors.
pub fn has_employers(conn: &mut PgConnection) -> anyhow::Result<bool> {
    let first: Option<Known> = sql_query("select id from employer limit 1").get_result(conn).optional()?;
    Ok(first.is_some())
}
/// Ids of insured persons of an employer, in their order.
/// # Errors
/// Database errors.
pub fn members_of(conn: &mut PgConnection, employer: Uuid, most: i64) -> anyhow::Result<Vec<Uuid>> {
    let rows: Vec<Known> =
        sql_query("select person_id as id from enrolment where employer_id = $1 and superseded_at is null order by 1 limit $2")
            .bind::<t::Uuid, _>(employer)
            .bind::<t::BigInt, _>(most)
            .load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}
