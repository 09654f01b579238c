//! SQL of submissions and notifications.
pub mod standing;
mod waiting;

use super::{
    Disposition, ParsedRow, Slot,
    model::{NewSubmission, NotificationRow, State, SubmissionRow, result_word},
};
use crate::kernel::{Guarded, Operation, Permit, Problem, RowScope, Tx, vault::Clash};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;
pub use waiting::{
    Earlier, WaitingKey, acquisitions_waiting, is_month_waiting, is_waiting, own, own_waiting, protected,
    returned, waiting_numbers,
};

const SUBMISSION: &str = "select id, receipt_number, employer_id, channel, preparer_name, file_name, profile, declared_count, \
     read_count, confirmed_count, confirmed_at, file_result, findings, received_at from submission";
const NOTIFICATION: &str = "select id, submission_id, row_number, employer_id, kind, state, office_number, form, carries_number, \
     findings, coalesce((select p.merged_into from person p where p.id = notification.person_id), person_id) as person_id, \
     result, reasons, decided_at, version, received_at, intake_state, resubmission_of, \
     (select r.id from notification r where r.resubmission_of = notification.id and r.state <> 'withdrawn') as resubmitted_as, \
     entry_check, entry_differences \
     from notification left join (select subject_id, state as entry_check, differences as entry_differences \
     from approval where kind = 'keyed_notification') a on a.subject_id = notification.id";

crate::row! {
    /// A number that was given or counted.
    pub struct Number {
        /// It.
        n: t::BigInt => i64,
    }
}
/// Writes the receipt: number `R` + day + running number.
/// # Errors
/// 409 `duplicate-file` when the same file, or the same 媒体通番 of that day, was received before.
pub fn receive<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    s: &NewSubmission<'_>,
) -> Result<String, Problem> {
    let (client, today) = (tx.actor()?.id, tx.today());
    let n: Number = sql_query("select nextval('receipt_number') as n").get_result(tx.conn())?;
    let number = format!("R{}-{:06}", today.format("%Y%m%d"), n.n);
    sql_query(
        "insert into submission (id, receipt_number, employer_id, client_id, channel, preparer_name, file_name, profile, \
         media_sequence, made_on, file_digest, declared_count, read_count, file_result, findings, received_at) \
         values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
    )
    .bind::<t::Uuid, _>(s.id)
    .bind::<t::Text, _>(&number)
    .bind::<t::Uuid, _>(s.employer)
    .bind::<t::Uuid, _>(client)
    .bind::<t::Text, _>(s.channel)
    .bind::<t::Text, _>(s.preparer)
    .bind::<t::Nullable<t::Text>, _>(s.file_name)
    .bind::<t::Nullable<t::Text>, _>(s.media.map(|m| m.0))
    .bind::<t::Nullable<t::Text>, _>(s.media.map(|m| format!("{:03}", m.1)))
    .bind::<t::Nullable<t::Date>, _>(s.media.map(|m| m.2))
    .bind::<t::Nullable<t::Binary>, _>(s.digest.map(|d| d.to_vec()))
    .bind::<t::Nullable<t::Integer>, _>(s.declared)
    .bind::<t::Integer, _>(s.read)
    .bind::<t::Text, _>(result_word(s.result))
    .bind::<t::Jsonb, _>(&s.findings)
    .bind::<t::Timestamptz, _>(s.received_at)
    .execute(tx.conn())
    .map_err(same_file)?;
    Ok(number)
}
fn same_file(e: diesel::result::Error) -> Problem {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match &e {
        DatabaseError(UniqueViolation, _) => super::api::duplicate_file(),
        _ => e.into(),
    }
}
/// The same bytes, or the same 媒体通番 of that day, were received from this employer before.
/// # Errors
/// Database errors.
pub fn is_known_file(
    tx: &mut Tx<'_>,
    employer: Uuid,
    digest: &[u8; 32],
    media: (&str, u16, chrono::NaiveDate),
) -> Result<bool, Problem> {
    let n: Number = sql_query(
        "select count(*) as n from submission where employer_id = $1 and file_result <> 'rejected' \
         and (file_digest = $2 or (profile = $3 and media_sequence = $4 and made_on = $5))",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Binary, _>(digest.to_vec())
    .bind::<t::Text, _>(media.0)
    .bind::<t::Text, _>(format!("{:03}", media.1))
    .bind::<t::Date, _>(media.2)
    .get_result(tx.conn())?;
    Ok(n.n > 0)
}
/// Writes the notifications of a submission in one statement. Refused ones leave findings only.
/// # Errors
/// Database errors.
pub fn keep<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    submission: &NewSubmission<'_>,
    rows: &[(Uuid, &ParsedRow, Option<Uuid>)],
) -> Result<(), Problem> {
    let list: Vec<serde_json::Value> = rows
        .iter()
        .map(|(id, row, person)| {
            let resubmits = row.resubmission_of.filter(|_| row.disposition != Disposition::Rejected);
            serde_json::json!({
                "id": id, "row_number": row.row, "kind": super::api::kind_of(row), "state": State::from(row.disposition).word(),
                "office_number": row.office_number, "form": row.form, "carries_number": !row.numbers.is_empty(),
                "findings": super::api::findings_json(&row.findings), "person_id": person,
                "resubmission_of": resubmits,
            })
        })
        .collect();
    sql_query(
        "insert into notification (id, submission_id, row_number, employer_id, kind, state, office_number, form, carries_number, \
         findings, person_id, received_at, resubmission_of) \
         select id, $2, row_number, $3, kind, state, office_number, nullif(form, 'null'::jsonb), carries_number, findings, \
                person_id, $4, resubmission_of \
         from jsonb_to_recordset($1) as r(id uuid, row_number integer, kind text, state text, office_number text, form jsonb, \
              carries_number boolean, findings jsonb, person_id uuid, resubmission_of uuid)",
    )
    .bind::<t::Jsonb, _>(serde_json::Value::Array(list))
    .bind::<t::Uuid, _>(submission.id)
    .bind::<t::Uuid, _>(submission.employer)
    .bind::<t::Timestamptz, _>(submission.received_at)
    .execute(tx.conn())?;
    Ok(())
}
/// Lets filings of one employer take turns until the end of the transaction.
/// # Errors
/// 409 when those before it take too long.
pub fn take_turns<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, employer: Uuid) -> Result<(), Problem> {
    sql_query("select pg_advisory_xact_lock(hashtextextended('filing/' || $1::text, 0))")
        .bind::<t::Uuid, _>(employer)
        .execute(tx.conn())?;
    Ok(())
}
/// A submission.
/// # Errors
/// 404.
pub fn submission(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<SubmissionRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{SUBMISSION} where id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?,
    ))
}
/// A submission, locked.
/// # Errors
/// 404.
pub fn lock_submission(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<SubmissionRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{SUBMISSION} where id = $1 for update"))
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?,
    ))
}
/// The submission as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<SubmissionRow, Problem> {
    Ok(sql_query(format!("{SUBMISSION} where id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
/// One page of submissions, newest first (ids run with time; `after` is the last one seen).
/// # Errors
/// Database errors.
pub fn submissions(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    employer: Option<Uuid>,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<SubmissionRow>>, Problem> {
    Ok(Guarded::new(
        sql_query(format!(
            "{SUBMISSION} where ($1 = '00000000-0000-0000-0000-000000000000' or id < $1) \
             and ($2::uuid[] is null or employer_id = any($2)) and ($3::uuid is null or employer_id = $3) order by id desc limit $4"
        ))
        .bind::<t::Uuid, _>(after)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
        .bind::<t::Nullable<t::Uuid>, _>(employer)
        .bind::<t::BigInt, _>(limit)
        .load(tx.conn())?,
    ))
}
/// The notifications of a submission that was admitted.
/// # Errors
/// Database errors.
pub fn of_submission(tx: &mut Tx<'_>, s: &SubmissionRow) -> Result<Vec<NotificationRow>, Problem> {
    Ok(sql_query(format!("{NOTIFICATION} where submission_id = $1 order by row_number"))
        .bind::<t::Uuid, _>(s.id)
        .load(tx.conn())?)
}
/// Notes the count that the employer confirmed.
/// # Errors
/// Database errors.
pub fn confirm<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid, count: i32) -> Result<(), Problem> {
    let now = tx.now();
    sql_query(
        "update submission set confirmed_count = $2, confirmed_at = $3, version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Integer, _>(count)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(())
}
/// A notification.
/// # Errors
/// 404.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<NotificationRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{NOTIFICATION} where id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?,
    ))
}
/// A notification that may be the case of a linkage: one that names a person of the register, or that waits. For the exchange of
/// tokens, which tells nothing of it but whether it stands for the people named.
/// # Errors
/// Database errors.
pub fn case(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<NotificationRow>, Problem> {
    Ok(sql_query(format!(
        "{NOTIFICATION} where id = $1 and (person_id is not null or state in ('accepted', 'review', 'precheck'))"
    ))
    .bind::<t::Uuid, _>(id)
    .get_result(tx.conn())
    .optional()?)
}
/// A notification, locked.
/// # Errors
/// 404.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<NotificationRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{NOTIFICATION} where id = $1 for update of notification"))
            .bind::<t::Uuid, _>(id)
            .get_result(tx.conn())?,
    ))
}
/// What a list of notifications is cut to.
#[derive(Default)]
pub struct Filter<'a> {
    /// In this state.
    pub state: Option<State>,
    /// Of this employer.
    pub employer: Option<Uuid>,
    /// Of this kind.
    pub kind: Option<&'a str>,
    /// Those with a number that clashes with the register (true), or the others, and the clashes to tell by.
    pub clash: Option<(bool, Vec<Clash>)>,
    /// Keyed from paper, and the second person's check stands so.
    pub entry_check: Option<&'a str>,
}
/// One page of notifications by id: the work list of staff. The insured person's own number, sent once more, is no clash.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    filter: Filter<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<NotificationRow>>, Problem> {
    let (wanted, clashes) = filter.clash.map_or((None, Vec::new()), |(wanted, found)| (Some(wanted), found));
    let own = |c: &Clash| c.holder.filter(|_| c.slot == Slot::Insured.as_str());
    Ok(Guarded::new(
        sql_query(format!(
            "{NOTIFICATION} where id > $1 and ($2::uuid[] is null or employer_id = any($2)) \
             and ($3::text is null or state = $3) and ($4::uuid is null or employer_id = $4) \
             and ($5::text is null or kind = $5) and ($10::text is null or entry_check = $10) \
             and ($7::boolean is null or $7 = exists (select 1 from unnest($8::uuid[], $9::uuid[]) as c(id, own) \
                  where c.id = notification.id and (c.own is null or c.own is distinct from person_id))) \
             order by id limit $6"
        ))
        .bind::<t::Uuid, _>(after)
        .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
        .bind::<t::Nullable<t::Text>, _>(filter.state.map(State::word))
        .bind::<t::Nullable<t::Uuid>, _>(filter.employer)
        .bind::<t::Nullable<t::Text>, _>(filter.kind)
        .bind::<t::BigInt, _>(limit)
        .bind::<t::Nullable<t::Bool>, _>(wanted)
        .bind::<t::Array<t::Uuid>, _>(clashes.iter().map(|c| c.notification).collect::<Vec<_>>())
        .bind::<t::Array<t::Nullable<t::Uuid>>, _>(clashes.iter().map(own).collect::<Vec<_>>())
        .bind::<t::Nullable<t::Text>, _>(filter.entry_check)
        .load(tx.conn())?,
    ))
}
/// Writes a decision or a withdrawal.
/// # Errors
/// Database errors.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    n: &NotificationRow,
    state: State,
    (person, result, reasons): (Option<Uuid>, Option<serde_json::Value>, serde_json::Value),
) -> Result<NotificationRow, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update notification set state = $2, person_id = coalesce($3, person_id), result = $4, reasons = $5, decided_at = $6, \
         decided_by = $7, version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(n.id)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Nullable<t::Uuid>, _>(person)
    .bind::<t::Nullable<t::Jsonb>, _>(result)
    .bind::<t::Jsonb, _>(reasons)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(sql_query(format!("{NOTIFICATION} where id = $1")).bind::<t::Uuid, _>(n.id).get_result(tx.conn())?)
}
/// Counts the check of a keyed entry as a change, and gives the notification with it.
/// # Errors
/// Database errors.
pub fn checked<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    n: &NotificationRow,
) -> Result<NotificationRow, Problem> {
    sql_query("update notification set version = version + 1 where id = $1")
        .bind::<t::Uuid, _>(n.id)
        .execute(tx.conn())?;
    Ok(sql_query(format!("{NOTIFICATION} where id = $1")).bind::<t::Uuid, _>(n.id).get_result(tx.conn())?)
}
/// No notification of the submission waits any more.
/// # Errors
/// Database errors.
pub fn all_settled(tx: &mut Tx<'_>, submission: Uuid) -> Result<bool, Problem> {
    // Two last decisions at once must see each other: whoever comes second waits here.
    sql_query("select id from submission where id = $1 for update")
        .bind::<t::Uuid, _>(submission)
        .execute(tx.conn())?;
    let n: Option<Number> = sql_query(
        "select count(*) as n from notification where submission_id = $1 and state in ('accepted', 'review', 'precheck')",
    )
    .bind::<t::Uuid, _>(submission)
    .get_result(tx.conn())
    .optional()?;
    Ok(n.is_none_or(|n| n.n == 0))
}
