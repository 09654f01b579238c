//! SQL that reads insured persons, and what reads of dependents share with it. One text, by which knowledge it uses.
mod covers;
mod enrolled;
mod offices;
mod pieces;
mod recorded;

use super::{
    model::{EnrolmentVersion, IdentityVersion, MemberRow, PersonRow},
    views::EnrolmentType,
};
use crate::kernel::{
    Guarded, Operation, Permit, Problem, RowScope, Subject, Tx,
    db::{self, Bind, Fixed},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    OptionalExtension, PgConnection, QueryResult, QueryableByName, RunQueryDsl, pg::Pg, sql_query,
    sql_types as t,
};
use std::sync::LazyLock;
use uuid::Uuid;

pub use covers::{Cover, cover_by, covers, covers_of};
pub use enrolled::{by_card, enrolled};
pub use offices::{OfficeRow, close_office, last_office, offices, offices_of, put_office, with_offices};
pub use pieces::{Known, known_pieces, pieces_of, write_pieces};
pub use recorded::{
    ContinuedEnd, OtherCover, RecordedCover, continued_before, other_covers, recorded_cover, rewrite_cover,
    rewrite_end, take_back_cover,
};

const COLUMNS: &str = "p.id as person_id, p.version, i.name, i.name_kana, i.birth_on, i.sex, i.resident_postal_code, \
     i.resident_address, i.contact_postal_code, i.contact_address, i.phone, e.employer_id, e.enrolment_type, e.symbol, e.number, \
     e.branch, e.office_number, e.acquired_on, e.acquisition_reason, e.acquisition_received_on, e.planned_loss_on, e.lost_on, \
     e.loss_reason, e.loss_received_on, e.short_time_worker, e.prepayment_code";

/// What a read says about knowledge. In its text `$1` is the day and, as known at an instant, `$3` the instant.
pub struct Knowledge {
    /// Which rows of history were known.
    pub rows: &'static str,
    /// The columns of the personal number's state: its history is not kept, so that it has none as known at an instant.
    pub number: &'static str,
    /// The rows are those that are known now.
    pub is_now: bool,
}
impl Knowledge {
    /// What is known now.
    pub const NOW: Self =
        Self { rows: "superseded_at is null", number: "p.number_state, p.number_reason", is_now: true };
    /// What was known at the instant.
    const THEN: Self = Self {
        rows: "recorded_at <= $3 and (superseded_at is null or superseded_at > $3)",
        number: "null::text as number_state, null::text as number_reason",
        is_now: false,
    };
}
impl Knowledge {
    /// By the instant that a read asks for.
    pub fn at(known_at: Option<DateTime<Utc>>) -> &'static Self {
        if known_at.is_some() { &Self::THEN } else { &Self::NOW }
    }
}
/// Joins, as `i`, the identity of the person that `person` names, valid on the day `$1` as it was known.
pub fn identity_join(person: &str, known: &Knowledge) -> String {
    let rows = known.rows;
    format!(
        "join lateral (select * from person_identity where person_id = {person} and {rows} and valid_from <= $1 \
                       and (valid_to is null or valid_to > $1) order by valid_from desc limit 1) i on true"
    )
}
/// Whether the person that `person` names is protected (支援措置) on the day `today`, as known now: as of whatever day and known at
/// whatever instant a read asks, the flag of today counts; of an id that was merged, that of the person under whom it goes on.
pub fn protected_on(person: &str, today: &str) -> String {
    format!(
        "exists (select from protection x \
                 where x.person_id = coalesce((select q.merged_into from person q where q.id = {person}), {person}) \
                   and x.superseded_at is null and x.valid_from <= {today} and (x.valid_to is null or x.valid_to > {today}))"
    )
}
/// Whether where the person that `person` names is would tell where somebody is who is protected: the person, or somebody of the household,
/// which are an insured person and the dependents who do not live apart, as known now.
pub fn sheltered_on(person: &str, today: &str) -> String {
    let lives = |f: &str| {
        format!(
            "{f}.superseded_at is null and ({f}.removed_on is null or {f}.removed_on > {today}) and {f}.lives_together is distinct from false"
        )
    };
    let (f, g) = (lives("f"), lives("g"));
    format!(
        "exists (select from (select coalesce((select q.merged_into from person q where q.id = {person}), {person}) as id) o \
                 join protection x on x.person_id in (select o.id \
                   union all select f.person_id from dependency f where f.insured_id = o.id and {f} \
                   union all select f.insured_id from dependency f where f.person_id = o.id and {f} \
                   union all select g.person_id from dependency f join dependency g on g.insured_id = f.insured_id \
                     where f.person_id = o.id and {f} and {g}) \
                 where x.superseded_at is null and x.valid_from <= {today} and (x.valid_to is null or x.valid_to > {today}))"
    )
}
/// Reads one row as of a day (`$1`) by an id (`$2`), as known at an instant (`$3`) or now; `$4` is today. `text` makes the statement.
/// # Errors
/// 404 when there is none.
pub fn one_as_known<T: QueryableByName<Pg> + 'static>(
    tx: &mut Tx<'_>,
    text: impl Fn(&Knowledge) -> String,
    (id, as_of): (Uuid, NaiveDate),
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<T>, Problem> {
    let today = tx.today();
    let row = sql_query(text(Knowledge::at(known_at)))
        .bind::<t::Date, _>(as_of)
        .bind::<t::Uuid, _>(id)
        .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
        .bind::<t::Date, _>(today)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// Insured persons out of `people` (which gives `p`), with their latest enrolment `e` and their identity `i`; one that never was does not
/// stand before the one that runs. An employer may look
/// at what was known of cover that is known now; a loss that came later ends it.
fn members(people: &str, known: &Knowledge, today: &str) -> String {
    let (rows, number, identity) = (known.rows, known.number, identity_join("p.id", known));
    let (is_covered, is_protected) = (is_covered(known), sheltered_on("p.id", today));
    format!(
        "select {COLUMNS}, {number}, {is_covered} as is_covered, {}, {is_protected} as is_protected from {people} \
         join lateral (select * from enrolment where person_id = p.id and {rows} and acquired_on <= $1 \
                       order by lost_on is null desc, acquired_on desc limit 1) e on true {identity}",
        offices::beside_column(known)
    )
}
fn is_covered(known: &Knowledge) -> &'static str {
    if known.is_now {
        "(e.lost_on is null or e.lost_on > $1)"
    } else {
        "exists (select from enrolment x where x.enrolment_id = e.enrolment_id and x.superseded_at is null \
                 and x.acquired_on <= $1 and (x.lost_on is null or x.lost_on > $1))"
    }
}

/// The insured person as of a day; `known_at` answers what was known then.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    id: Uuid,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<MemberRow>, Problem> {
    let text = |known: &Knowledge| format!("{} where p.id = $2", members("person p", known, "$4"));
    one_as_known(tx, text, (id, as_of), known_at)
}
/// Holds a person until the end of the transaction, so that two changes don't cross.
/// # Errors
/// 404 when there is none.
pub fn lock_person(conn: &mut PgConnection, person: Uuid) -> Result<(), Problem> {
    let held = sql_query("select from person where id = $1 for no key update")
        .bind::<t::Uuid, _>(person)
        .execute(conn)?;
    if held == 1 { Ok(()) } else { Err(Problem::not_found()) }
}
/// The ids of one human being, as a list for `in`: the one that `person` names, and those that were merged into it (名寄せ). What was
/// known before a merge stands under the id of then.
pub fn ids_of(person: &str) -> String {
    format!("(select id from person where id = {person} or merged_into = {person})")
}
/// The id under which the records of a merged one go on, and since when; `None` for an id that was not merged.
/// # Errors
/// Database errors.
pub fn survivor(tx: &mut Tx<'_>, person: Uuid) -> Result<Option<Survivor>, Problem> {
    let found = sql_query(
        "select p.merged_into as id, m.decided_at as since from person p join person_merge m on m.merged_id = p.id and m.state = 'merged' \
         where p.id = $1 and p.merged_into is not null",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(tx.conn())
    .optional()?;
    Ok(found)
}
crate::row! {
    /// The person under whom the records of a merged id go on.
    pub struct Survivor {
        /// Id.
        id: t::Uuid => Uuid,
        /// When the two were merged.
        since: t::Timestamptz => DateTime<Utc>,
    }
}
/// A person, insured or not, and the employers of today.
/// # Errors
/// 404 when there is none.
pub fn find_person(tx: &mut Tx<'_>, person: Uuid) -> Result<Guarded<PersonRow>, Problem> {
    Ok(Guarded::new(person_now(tx, person)?))
}
/// The person as just written.
/// # Errors
/// Database errors.
pub fn person_written<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
) -> Result<PersonRow, Problem> {
    Ok(person_now(tx, person)?)
}
fn person_now(tx: &mut Tx<'_>, person: Uuid) -> QueryResult<PersonRow> {
    let today = tx.today();
    sql_query(format!(
        "select p.id, p.version, p.merged_into, \
           (select m.decided_at from person_merge m where m.merged_id = p.id and m.state = 'merged') as merged_at, array( \
           select employer_id from enrolment where person_id = p.id and superseded_at is null \
             and (lost_on is null or lost_on > $2) \
           union select employer_id from dependency where person_id = p.id and superseded_at is null \
             and (removed_on is null or removed_on > $2)) as employers, {} as is_protected, {} as is_sheltered \
         from person p where p.id = $1",
        protected_on("p.id", "$2"),
        sheltered_on("p.id", "$2")
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(today)
    .get_result(tx.conn())
}
/// The insured person as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<MemberRow, Problem> {
    let today = tx.today();
    find_many(tx.conn(), &[id], today)?.pop().ok_or_else(Problem::not_found)
}
/// As of a day, as known now, many at once: for the coalescing reader.
pub(super) fn find_many(
    conn: &mut PgConnection,
    ids: &[Uuid],
    as_of: NaiveDate,
) -> QueryResult<Vec<MemberRow>> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!("{} where p.id = any(?)", members("person p", &Knowledge::NOW, "$1")).replace("$1", "?")
    });
    let days = TEXT.matches('?').count().saturating_sub(1);
    let mut binds: Vec<Bind> = (0..days).map(|_| Bind::Day(as_of)).collect();
    binds.push(Bind::Ids(ids.to_vec()));
    Fixed::new(&TEXT, binds).load(conn)
}

/// The statements of the two reads that are asked for most, as staff asks, for who measures the database alone with the same: of one insured
/// person (`$1` the day, `$2` the id), and of a page of all (`$1` the day, `$2` the id before it, `$10` the rows, `$12` today; the other
/// parameters are null).
pub fn statements() -> (String, String) {
    let one = format!("{} where p.id = $2", members("person p", &Knowledge::NOW, "$1"));
    (one, Filter::default().text(None))
}
/// Filters of the list.
#[derive(Default)]
pub struct Filter {
    /// As of this day.
    pub as_of: NaiveDate,
    /// As it was known at this instant; now when absent.
    pub known_at: Option<DateTime<Utc>>,
    /// Of this employer.
    pub employer: Option<Uuid>,
    /// Reading starts with (folded).
    pub kana: Option<String>,
    /// 記号.
    pub symbol: Option<String>,
    /// 番号.
    pub number: Option<String>,
    /// 加入区分.
    pub enrolment_type: Option<EnrolmentType>,
    /// Insured or not any more.
    pub is_insured: Option<bool>,
}
impl Filter {
    /// Who can be on the page at all, in the order of the page and through an index of its own: so a page reads the rows of
    /// those people, and not of the society. What is left is asked of each (it may have been long ago).
    fn candidates(&self, employers: Option<&[Uuid]>) -> String {
        let rows = Knowledge::at(self.known_at).rows;
        let mut enrolled = Vec::new();
        enrolled.extend(employers.map(at_employers));
        enrolled.extend(self.symbol.is_some().then_some("symbol = $7"));
        enrolled.extend(self.number.is_some().then_some("number = $8"));
        // those are at the society's own offices, and found by the index on employers
        let is_own = self.enrolment_type.is_some_and(|t| t != EnrolmentType::Compulsory);
        enrolled.extend(is_own.then_some("employer_id in (select office_id from voluntary_setting)"));
        let named = format!("select person_id from person_identity where {rows} and kana_search like $6");
        let of = match (enrolled.is_empty(), self.kana.is_some()) {
            (true, false) => return "person p".into(),
            (true, true) => format!("{named} and person_id > $2"),
            (false, is_named) => {
                let named = if is_named { format!(" and person_id in ({named})") } else { String::new() };
                let enrolled = enrolled.join(" and ");
                format!(
                    "select person_id from enrolment where {rows} and person_id > $2 and {enrolled}{named}"
                )
            }
        };
        people_of(&of)
    }
    /// One page: those whose cover is at the employers, and those who work there beside it, each in the order of the page and no longer than it.
    fn text(&self, employers: Option<&[Uuid]>) -> String {
        let known = Knowledge::at(self.known_at);
        let page = |people: &str, theirs: &str| {
            format!(
                "{} where p.id > $2{theirs} \
                   and ($6::text is null or i.kana_search like $6) and ($7::text is null or e.symbol = $7) \
                   and ($8::text is null or e.number = $8) \
                   and ($9::boolean is null or (e.lost_on is null or e.lost_on > $1) = $9) \
                   and ($11::text is null or e.enrolment_type = $11) \
                 order by p.id limit $10",
                members(people, known, "$12")
            )
        };
        let Some(of) = employers else { return page(&self.candidates(None), "") };
        let (is_covered, is_beside) = (is_covered(known), offices::is_beside(known));
        let here = page(
            &self.candidates(Some(of)),
            &format!(" and e.employer_id = any($4) and (not $5 or {is_covered})"),
        );
        let rows = known.rows;
        let there = at_employers(of);
        let there =
            format!("select person_id from concurrent_office where {rows} and person_id > $2 and {there}");
        let beside = page(
            &people_of(&there),
            &format!(" and e.employer_id <> all($4) and (not $5 or {is_covered}) and {is_beside}"),
        );
        format!("select * from (({here}) union all ({beside})) x order by person_id limit $10")
    }
}
/// The employers whose people are asked for: of this scope and of the one that is asked for; `None` for all of the society. Theirs is who works
/// there beside the office that the cover is of, too.
pub fn employers_of(scope: &RowScope, one: Option<Uuid>) -> Option<Vec<Uuid>> {
    match (scope.employers(), one) {
        (Some(mut own), Some(one)) => {
            own.retain(|e| *e == one);
            Some(own)
        }
        (own, one) => own.or_else(|| one.map(|e| vec![e])),
    }
}
/// Rows at these employers (`$4`); those of one are read in the order of their people, so that a page ends early.
pub fn at_employers(employers: &[Uuid]) -> &'static str {
    if employers.len() == 1 { "employer_id = ($4::uuid[])[1]" } else { "employer_id = any($4)" }
}
/// The people (`p`) of a query that gives their ids.
fn people_of(ids: &str) -> String {
    format!("(select distinct person_id from ({ids}) x) c join person p on p.id = c.person_id")
}
/// One page of insured persons by id.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    f: &Filter,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<MemberRow>>, Problem> {
    let (employers, today) = (employers_of(scope, f.employer), tx.today());
    let rows = sql_query(f.text(employers.as_deref()))
        .bind::<t::Date, _>(f.as_of)
        .bind::<t::Uuid, _>(after)
        .bind::<t::Nullable<t::Timestamptz>, _>(f.known_at)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(employers)
        .bind::<t::Bool, _>(scope.employers().is_some())
        .bind::<t::Nullable<t::Text>, _>(f.kana.as_deref().map(db::starts_with))
        .bind::<t::Nullable<t::Text>, _>(f.symbol.as_deref())
        .bind::<t::Nullable<t::Text>, _>(f.number.as_deref())
        .bind::<t::Nullable<t::Bool>, _>(f.is_insured)
        .bind::<t::BigInt, _>(limit)
        .bind::<t::Nullable<t::Text>, _>(f.enrolment_type.map(EnrolmentType::word))
        .bind::<t::Date, _>(today)
        .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// Which versions a history shows as known at an instant (`$2`, now when null): what was recorded by then.
const RECORDED: &str = "($2 is null or recorded_at <= $2)";
/// Until when a version was known, as known at that instant.
const UNTIL: &str = "case when $2 is null or superseded_at <= $2 then superseded_at end as superseded_at";

/// Every version of the identity of the person whom an admitted row is about, as known at an instant or now.
/// # Errors
/// 404 when it is about nobody; database errors.
pub fn identities(
    tx: &mut Tx<'_>,
    person: &impl Subject,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<IdentityVersion>, Problem> {
    let person = person.facts().person.ok_or_else(Problem::not_found)?;
    Ok(sql_query(format!(
        "select name, name_kana, birth_on, sex, resident_postal_code, resident_address, contact_postal_code, contact_address, \
         phone, change_reason, received_on, valid_from, valid_to, recorded_at, {UNTIL} \
         from person_identity where person_id = $1 and {RECORDED} order by valid_from desc, recorded_at desc, row_id limit 500"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
/// Every version of the enrolments, as known at an instant or now; asked for after the member was admitted.
/// # Errors
/// Database errors.
pub fn enrolments(
    tx: &mut Tx<'_>,
    m: &MemberRow,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<EnrolmentVersion>, Problem> {
    Ok(sql_query(format!(
        "select enrolment_id, employer_id, enrolment_type, symbol, number, branch, acquired_on, acquisition_reason, lost_on, \
         loss_reason, prepayment_code, recorded_at, {UNTIL} \
         from enrolment where person_id = $1 and {RECORDED} order by acquired_on desc, recorded_at desc, row_id limit 500"
    ))
    .bind::<t::Uuid, _>(m.person_id)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
