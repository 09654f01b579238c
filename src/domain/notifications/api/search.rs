//! Following: submissions and notifications as employers and staff read them.
use super::{
    super::{
        NotificationKind, apply,
        model::{NotificationRow, State},
        store,
    },
    keyed::EntryCheckState,
    views::{NotificationPage, NotificationView, Submission, SubmissionPage, submission_view},
    whereabouts,
};
use crate::kernel::{
    ActorKind, Facts, Gate, Kind, Operation, Problem, Reply, Routes, Subject, Tx, Zone,
    input::{Id, Input, Query},
    page,
    vault::Clash,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 受領管理簿の一覧
    ///
    /// Lists submissions, newest first. An employer's own system sees its own.
    pub ListSubmissions: Get "/v1/submissions" = "listSubmissions", scope "notifications:read", on "Society", status 200, law "R-087, R-091", sends Link;
    /// 受領と結果の参照
    ///
    /// Reads a receipt with the results of its records: poll this for decisions.
    pub GetSubmission: Get "/v1/submissions/{submission_id}" = "getSubmission", scope "notifications:read", on "Submission", status 200, law "R-090, R-091";
    /// 読込件数の確認
    ///
    /// Confirms that the count that was read is right.
    pub ConfirmSubmission: Post "/v1/submissions/{submission_id}/confirmation" = "confirmSubmission", scope "notifications:submit", on "Submission", status 200, law "R-088";
    /// 届出の一覧(審査待ち)
    ///
    /// Lists notifications by arrival: the work list of staff, or an employer's own.
    pub ListNotifications: Get "/v1/notifications" = "listNotifications", scope "notifications:read", on "Society", status 200, law "R-001, R-091", sends Link;
    /// 届出の参照
    ///
    /// Reads one notification. The personal number on it is not shown here; it waits apart from the form.
    pub GetNotification: Get "/v1/notifications/{notification_id}" = "getNotification", scope "notifications:read", on "Notification", status 200, law "R-091, R-111", sends Etag;
}

/// Filters and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmissionListQuery {
    /// Of this employer.
    employer_id: Option<Uuid>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// Filters and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationListQuery {
    /// In this state.
    #[param(inline = false)]
    state: Option<State>,
    /// Of this employer.
    employer_id: Option<Uuid>,
    /// Of this kind.
    #[param(inline = false)]
    kind: Option<NotificationKind>,
    /// With a personal number that is registered for somebody else (true), or without (false). Only for people who hold the
    /// personal-number privilege, on the closed network: others get 403, whatever there is.
    number_clash: Option<bool>,
    /// Keyed from paper, and the second person's check stands so: `requested` is the work of the second person.
    #[param(inline = false)]
    entry_check: Option<EntryCheckState>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// The count that the employer sent.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SubmissionConfirmation {
    /// Number of records in the submission.
    #[validate(range(min = 0, max = 100_000))]
    #[schema(minimum = 0, maximum = 100_000)]
    read_count: i32,
}
crate::json_body!("application/json": SubmissionConfirmation);

async fn list_submissions(
    gate: Gate<ListSubmissions>,
    q: Query<SubmissionListQuery>,
) -> Reply<ListSubmissions, SubmissionPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(50)), q.cursor.take());
        let list = page::List::<ListSubmissions>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let scope = tx.row_scope()?;
        let rows = store::submissions(tx, &scope, q.employer_id, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetSubmission::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        Ok(permit
            .answer(SubmissionPage { items: rows.into_iter().map(Into::into).collect(), page })
            .next(link))
    })
    .await
}
async fn get_submission(gate: Gate<GetSubmission>, id: Id) -> Reply<GetSubmission, Submission> {
    gate.read(move |tx| {
        let row = store::submission(tx, id.0)?;
        let (row, permit) = tx.admit::<GetSubmission, _>(row)?;
        let records = store::of_submission(tx, &row)?;
        note_records(tx, &records);
        Ok(permit.answer(submission_view(row, records)?))
    })
    .await
}
/// What a receipt tells of its records: their results without the forms, so no identity.
fn note_records(tx: &Tx<'_>, records: &[NotificationRow]) {
    tx.note(|n| {
        n.left(records.iter().flat_map(Subject::people), &[]);
        for r in records {
            n.left([], r.classes());
        }
        n.disclosed.retain(|class| class != "identity");
        n.rows = i32::try_from(records.len()).ok();
    });
}
async fn confirm_submission(
    gate: Gate<ConfirmSubmission>,
    id: Id,
    input: Input<SubmissionConfirmation>,
) -> Reply<ConfirmSubmission, Submission> {
    gate.run(move |tx| {
        let row = store::lock_submission(tx, id.0)?;
        let (row, permit) = tx.admit::<ConfirmSubmission, _>(row)?;
        let records = store::of_submission(tx, &row)?;
        note_records(tx, &records);
        if row.read_count != input.value.read_count {
            return Err(Problem::conflict(
                "count-differs",
                "読み込んだ件数と異なります。届出を取り下げて再提出してください",
                "Another number was read: withdraw and file again",
            ));
        }
        if row.confirmed_count.is_none() {
            store::confirm(tx, &permit, id.0, row.read_count)?;
        }
        let row = store::written(tx, &permit, id.0)?;
        Ok(permit.answer(submission_view(row, records)?))
    })
    .await
}
async fn list_notifications(
    gate: Gate<ListNotifications>,
    q: Query<NotificationListQuery>,
) -> Reply<ListNotifications, NotificationPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(50)), q.cursor.take());
        let list = page::List::<ListNotifications>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let scope = tx.row_scope()?;
        let filter = store::Filter {
            state: q.state,
            employer: q.employer_id,
            kind: q.kind.map(NotificationKind::word),
            clash: q.number_clash.map(|wanted| Ok::<_, Problem>((wanted, all_clashes(tx)?))).transpose()?,
            entry_check: q.entry_check.map(EntryCheckState::word),
        };
        let rows = store::list(tx, &scope, filter, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetNotification::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = whereabouts::views(tx, rows)?;
        Ok(permit.answer(NotificationPage { items, page }).next(link))
    })
    .await
}
async fn get_notification(gate: Gate<GetNotification>, id: Id) -> Reply<GetNotification, NotificationView> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<GetNotification, _>(row)?;
        let tag = row.version.to_string();
        let mut view = whereabouts::view(tx, row.clone())?;
        if tx.actor()?.kind == ActorKind::User && row.decided_at.is_none() {
            for_staff(tx, &row, &mut view)?;
        }
        Ok(permit.answer(view).tagged(tag))
    })
    .await
}
/// Whether a number is registered is told to the privileged, on the closed network.
fn may_know_clashes(tx: &Tx<'_>) -> Result<bool, Problem> {
    Ok(tx.actor()?.has_number_privilege && tx.zone() == Zone::Closed)
}
/// The clashes to filter by; the entry says that they were asked for.
fn all_clashes(tx: &mut Tx<'_>) -> Result<Vec<Clash>, Problem> {
    tx.note(|n| n.detail = Some(serde_json::json!({ "filters": ["number_clash"] })));
    if !may_know_clashes(tx)? {
        return Err(Problem::new(Kind::Forbidden));
    }
    let kernel = tx.kernel();
    kernel.vault.all_clashes(tx.conn())
}
/// Proposals for staff; who holds the number, for the privileged only.
fn for_staff(tx: &mut Tx<'_>, row: &NotificationRow, view: &mut NotificationView) -> Result<(), Problem> {
    if let Some(form) = &view.form {
        view.same_person_proposals = apply::proposals(tx, row, &form.0)?;
        let insured = match row.person_id {
            Some(person) => Some(person),
            None => apply::insured_named(tx, row, &form.0)?,
        };
        view.recognitions = apply::recognitions(tx, &form.0, (insured, row.employer_id), &[])?;
    }
    if view.carries_number && may_know_clashes(tx)? {
        let kernel = tx.kernel();
        let held = kernel.vault.clashes(tx.conn(), view.id)?;
        view.number_held_by = held.into_iter().map(|(_, person)| person).collect();
    }
    let shown: Vec<Uuid> =
        view.same_person_proposals.iter().map(|p| p.person_id).chain(view.number_held_by.clone()).collect();
    let of_number: &[&str] = if view.number_held_by.is_empty() { &[] } else { &["personal_number_match"] };
    tx.note(|n| n.left(shown, of_number));
    Ok(())
}

/// Routes of following.
pub fn routes(r: &mut Routes) {
    r.schema::<NotificationKind>();
    r.add::<ListSubmissions, _, _, _>(list_submissions);
    r.add::<GetSubmission, _, _, _>(get_submission);
    r.add::<ConfirmSubmission, _, _, _>(confirm_submission);
    r.add::<ListNotifications, _, _, _>(list_notifications);
    r.add::<GetNotification, _, _, _>(get_notification);
}
