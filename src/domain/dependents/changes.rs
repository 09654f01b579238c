//! SQL that changes dependents. Nothing is overwritten.
use crate::{
    domain::members::{self, CoverPeriod},
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::{kana, yen::Yen},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// A dependency to be recorded.
#[derive(Clone, Debug)]
pub struct Recognise {
    /// Who.
    pub person: Uuid,
    /// Under whom.
    pub insured: Uuid,
    /// In whose affairs.
    pub employer: Uuid,
    /// 続柄 as a code.
    pub relationship: String,
    /// 同居.
    pub lives_together: Option<bool>,
    /// Occupation as a code.
    pub occupation: Option<String>,
    /// Yearly income.
    pub income_yen: Option<i64>,
    /// 認定年月日.
    pub recognised_on: NaiveDate,
    /// Why, as a code.
    pub reason: String,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Notification it came with.
    pub source: Option<Uuid>,
}
crate::row! {
    /// A dependency that was made or found.
    pub struct Made {
        /// Dependency.
        dependent_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// 枝番.
        branch: t::Text => String,
    }
}
/// Recognises a dependent under an insured person; gives the next 枝番 under the 記号・番号 that the insured person has now. A
/// 枝番 is never given twice under one number, and begins anew under another.
/// # Errors
/// 409 when the person is recognised somewhere already, when the insured person is not insured any more (`not-insured`), and
/// when the two digits are used up (`branch-numbers-used-up`).
pub fn recognise<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, r: &Recognise) -> Result<Made, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    members::lock_person(tx.conn(), r.insured)?;
    let (enrolment, branch) = next_branch(tx, r.insured)?;
    let made: Made = sql_query(
        "insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, \
         lives_together, occupation, income_yen, recognised_on, recognition_reason, received_on, recorded_at, recorded_by, \
         source, enrolment_id) \
         values ($1, $2, $3, $4, $5, $16, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17) \
         returning dependent_id, person_id, branch",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(r.person)
    .bind::<t::Uuid, _>(r.insured)
    .bind::<t::Uuid, _>(r.employer)
    .bind::<t::Text, _>(&r.relationship)
    .bind::<t::Nullable<t::Bool>, _>(r.lives_together)
    .bind::<t::Nullable<t::Text>, _>(&r.occupation)
    .bind::<t::Nullable<t::BigInt>, _>(r.income_yen)
    .bind::<t::Date, _>(r.recognised_on)
    .bind::<t::Text, _>(&r.reason)
    .bind::<t::Date, _>(r.received_on)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Uuid>, _>(r.source)
    .bind::<t::Text, _>(branch)
    .bind::<t::Uuid, _>(enrolment)
    .get_result(tx.conn())?;
    members::touch(tx, r.person)?;
    Ok(made)
}
crate::row! {
    /// The enrolment of now and the highest 枝番 under its number.
    pub struct Branches {
        /// Enrolment.
        enrolment_id: t::Uuid => Uuid,
        /// Highest 枝番, 0 for the insured person alone.
        highest: t::Integer => i32,
    }
}
/// The next 枝番, and the enrolment whose number it belongs to. Dependencies of which it is not kept under which enrolment they
/// were recognised count under any.
fn next_branch(tx: &mut Tx<'_>, insured: Uuid) -> Result<(Uuid, String), Problem> {
    let found: Option<Branches> = sql_query(
        "select e.enrolment_id, coalesce((select max(d.branch::int) from dependency d where d.insured_id = $1 \
           and coalesce(d.enrolment_id, e.enrolment_id) = e.enrolment_id), 0) as highest \
         from enrolment e where e.person_id = $1 and e.superseded_at is null and e.lost_on is null",
    )
    .bind::<t::Uuid, _>(insured)
    .get_result(tx.conn())
    .optional()?;
    let found = found.ok_or_else(|| {
        Problem::conflict("not-insured", "資格がありません", "The person is not insured any more")
    })?;
    match found.highest + 1 {
        next @ ..=99 => Ok((found.enrolment_id, format!("{next:02}"))),
        _ => Err(Problem::conflict(
            "branch-numbers-used-up",
            "この記号・番号では枝番(2桁)をこれ以上付番できません",
            "The two digits of the 枝番 are used up under this number",
        )),
    }
}
/// Ends a dependency.
/// # Errors
/// 409 when it has ended already.
pub fn remove<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    dependent: Uuid,
    removed_on: NaiveDate,
    reason: &str,
    source: Option<Uuid>,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, source)?;
    let ended = end(tx.conn(), &act, Which::Open(dependent), removed_on, reason)?;
    tx.note(|n| n.left(ended.iter().map(|d| d.person_id), &[]));
    if ended.len() == 1 {
        Ok(())
    } else {
        Err(Problem::conflict(
            "not-a-dependent",
            "被扶養者ではありません",
            "The person is no dependent there",
        ))
    }
}
/// Ends every dependency under an insured person: cover of dependents ends with the insured person's. A removal that is recorded
/// for a later day gives way.
/// # Errors
/// Database errors.
pub fn end_all<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    insured: Uuid,
    removed_on: NaiveDate,
    source: Option<Uuid>,
) -> Result<usize, Problem> {
    let act = Act::permitted(tx, permit, source)?;
    let ended = end_under(tx.conn(), &act, insured, removed_on)?;
    tx.note(|n| n.left(ended.iter().map(|d| d.person_id), &[]));
    Ok(ended.len())
}
/// As [`end_all`], for an act of the product too; gives whom it ended.
/// # Errors
/// Database errors.
pub fn end_under(
    conn: &mut PgConnection,
    act: &Act,
    insured: Uuid,
    removed_on: NaiveDate,
) -> Result<Vec<Made>, Problem> {
    end(conn, act, Which::Under(insured), removed_on, "insured_lost")
}
/// Ends one dependency, also one that is recorded to end on a later day; gives whether it did.
/// # Errors
/// Database errors.
pub fn end_earlier(
    conn: &mut PgConnection,
    act: &Act,
    dependent: Uuid,
    removed_on: NaiveDate,
    reason: &str,
) -> Result<bool, Problem> {
    Ok(!end(conn, act, Which::Running(dependent), removed_on, reason)?.is_empty())
}
/// Which dependencies end.
enum Which {
    /// This one, when it has no end yet.
    Open(Uuid),
    /// This one, when it ends later or not yet.
    Running(Uuid),
    /// All under this insured person that end later or not yet.
    Under(Uuid),
}
fn end(
    conn: &mut PgConnection,
    act: &Act,
    which: Which,
    removed_on: NaiveDate,
    reason: &str,
) -> Result<Vec<Made>, Problem> {
    let running = "(removed_on is null or removed_on > greatest($3, recognised_on))";
    let (id, which) = match which {
        Which::Open(id) => (id, "dependent_id = $1 and removed_on is null".to_owned()),
        Which::Running(id) => (id, format!("dependent_id = $1 and {running}")),
        Which::Under(id) => (id, format!("insured_id = $1 and {running}")),
    };
    let ended: Vec<Made> = sql_query(format!(
        "with old as (update dependency set superseded_at = $2 where {which} and superseded_at is null returning *) \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, \
           occupation, income_yen, recognised_on, recognition_reason, removed_on, removal_reason, received_on, recorded_at, \
           recorded_by, source, enrolment_id) \
         select gen_random_uuid(), dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, \
           occupation, income_yen, recognised_on, recognition_reason, greatest($3, recognised_on), $4, received_on, $2, $5, $6, enrolment_id \
         from old returning dependent_id, person_id, branch"
    ))
    .bind::<t::Uuid, _>(id)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Date, _>(removed_on)
    .bind::<t::Text, _>(reason)
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .load(conn)?;
    for d in &ended {
        members::count_change(conn, d.person_id)?;
    }
    Ok(ended)
}
/// Records how somebody lives and earns by what was found, where that differs from what is recorded; nothing stated leaves it. Whoever
/// calls holds the person.
/// # Errors
/// Database errors.
pub fn restate_facts(
    conn: &mut PgConnection,
    act: &Act,
    dependent: Uuid,
    (lives_together, income): (Option<bool>, Option<Yen>),
) -> Result<(), Problem> {
    sql_query(
        "with old as (update dependency set superseded_at = $2 where dependent_id = $1 and superseded_at is null \
           and (coalesce($3, lives_together) is distinct from lives_together or coalesce($4, income_yen) is distinct from income_yen) \
           returning *) \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, \
           occupation, income_yen, recognised_on, recognition_reason, removed_on, removal_reason, received_on, recorded_at, \
           recorded_by, source, enrolment_id) \
         select gen_random_uuid(), dependent_id, person_id, insured_id, employer_id, branch, relationship, \
           coalesce($3, lives_together), occupation, coalesce($4, income_yen), recognised_on, recognition_reason, removed_on, \
           removal_reason, received_on, $2, $5, $6, enrolment_id from old",
    )
    .bind::<t::Uuid, _>(dependent)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Nullable<t::Bool>, _>(lives_together)
    .bind::<t::Nullable<t::BigInt>, _>(income.map(Yen::get))
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .execute(conn)?;
    Ok(())
}
/// The dependent under an insured person with that reading and birth day.
/// # Errors
/// Database errors.
pub fn find_under(
    tx: &mut Tx<'_>,
    insured: Uuid,
    kana_text: &str,
    birth_on: NaiveDate,
) -> Result<Option<Made>, Problem> {
    Ok(sql_query(
        "select d.dependent_id, d.person_id, d.branch from dependency d \
         join person_identity i on i.person_id = d.person_id and i.superseded_at is null and i.valid_to is null \
         where d.insured_id = $1 and d.superseded_at is null and d.removed_on is null and i.kana_search = $2 and i.birth_on = $3 \
         limit 1",
    )
    .bind::<t::Uuid, _>(insured)
    .bind::<t::Text, _>(kana::search_fold(kana_text))
    .bind::<t::Date, _>(birth_on)
    .get_result(tx.conn())
    .optional()?)
}
crate::row! {
    /// A count.
    pub struct Count {
        /// It.
        n: t::BigInt => i64,
    }
}
/// How many dependents an insured person has on a day.
/// # Errors
/// Database errors.
pub fn count_under(tx: &mut Tx<'_>, insured: Uuid, on: NaiveDate) -> Result<i64, Problem> {
    let count: Count = sql_query(
        "select count(*) as n from dependency where insured_id = $1 and superseded_at is null and recognised_on <= $2 \
         and (removed_on is null or removed_on > $2)",
    )
    .bind::<t::Uuid, _>(insured)
    .bind::<t::Date, _>(on)
    .get_result(tx.conn())?;
    Ok(count.n)
}
/// Holds insured persons with everybody who is or ever was recognised under them, and others, until the end of the transaction: all in
/// one order, so that two changes of crossing families wait for one another and never in a ring. Gives the latest instant at which
/// anything was recorded of them: what follows is not recorded before it.
/// # Errors
/// 409 when those before it take too long; 503 `lost-race`.
pub fn hold_families(
    conn: &mut PgConnection,
    insured: &[Uuid],
    others: &[Uuid],
) -> Result<Option<DateTime<Utc>>, Problem> {
    let mut all: Vec<Uuid> = [insured, others, &ever_under(conn, insured)?].concat();
    members::hold(conn, &all)?;
    // somebody may have been recognised while this waited; nobody is any more, now that the insured persons are held
    let come = ever_under(conn, insured)?;
    all.sort_unstable();
    let come: Vec<Uuid> = come.into_iter().filter(|person| all.binary_search(person).is_err()).collect();
    if !come.is_empty() {
        members::hold(conn, &come)?;
        all.extend(come);
    }
    members::recorded_last(conn, &all)
}
/// Every person who is or ever was recognised under one of these insured persons, as far as it is or was known.
/// # Errors
/// Database errors.
pub fn ever_under(conn: &mut PgConnection, insured: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let found: Vec<Made> =
        sql_query("select dependent_id, person_id, branch from dependency where insured_id = any($1)")
            .bind::<t::Array<t::Uuid>, _>(insured)
            .load(conn)?;
    Ok(found.into_iter().map(|d| d.person_id).collect())
}
/// The persons that were recognised under this insured person before.
/// # Errors
/// Database errors.
pub fn former(tx: &mut Tx<'_>, insured: Uuid) -> Result<Vec<Uuid>, Problem> {
    let found: Vec<Made> = sql_query(
        "select dependent_id, person_id, branch from dependency where insured_id = $1 and superseded_at is null \
         and removed_on is not null",
    )
    .bind::<t::Uuid, _>(insured)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|d| d.person_id).collect())
}
crate::row! {
    /// Somebody who lost cover together with the insured person.
    pub struct FormerDependent {
        /// Dependency.
        dependent_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// 枝番 under the former number.
        branch: t::Text => String,
        /// 続柄.
        relationship: t::Text => String,
        /// 同居.
        lives_together: t::Nullable<t::Bool> => Option<bool>,
        /// Occupation as a code.
        occupation: t::Nullable<t::Text> => Option<String>,
        /// Yearly income.
        income_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// Name as shown.
        name: t::Text => String,
        /// Reading.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
    }
}
/// Those who lost cover on a day because the insured person did, by 枝番.
/// # Errors
/// Database errors.
pub fn former_under(
    tx: &mut Tx<'_>,
    (insured, enrolment): (Uuid, Uuid),
    lost_on: NaiveDate,
) -> Result<Vec<FormerDependent>, Problem> {
    Ok(sql_query(
        "select d.dependent_id, d.person_id, d.branch, d.relationship, d.lives_together, d.occupation, d.income_yen, i.name, \
           i.name_kana, i.birth_on from dependency d \
         join lateral (select * from person_identity where person_id = d.person_id and superseded_at is null \
           order by valid_to desc nulls first limit 1) i on true \
         where d.insured_id = $1 and coalesce(d.enrolment_id, $2) = $2 and d.superseded_at is null and d.removed_on = $3 \
           and d.removal_reason = 'insured_lost' and d.removed_on > d.recognised_on order by d.branch limit 100",
    )
    .bind::<t::Uuid, _>(insured)
    .bind::<t::Uuid, _>(enrolment)
    .bind::<t::Date, _>(lost_on)
    .load(tx.conn())?)
}
/// The periods in which a person was or is somebody's dependent, as known now: first day, and first day not recognised any more.
/// # Errors
/// Database errors.
pub fn periods(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<(NaiveDate, Option<NaiveDate>)>, Problem> {
    periods_but(tx, person, &[])
}
/// As [`periods`], without those of some dependencies.
/// # Errors
/// Database errors.
pub fn periods_but(
    tx: &mut Tx<'_>,
    person: Uuid,
    but: &[Uuid],
) -> Result<Vec<(NaiveDate, Option<NaiveDate>)>, Problem> {
    let found: Vec<CoverPeriod> = sql_query(
        "select recognised_on as first_on, removed_on as until_on from dependency where person_id = $1 and superseded_at is null \
         and dependent_id <> all($2)",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Array<t::Uuid>, _>(but)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|p| (p.first_on, p.until_on)).collect())
}
