//! Ordering a bulk determination, following it, and what it left for staff to look at.
use super::{
    chunk::{self, Next},
    model::{DeterminationRunState, LeftRow, NewRun, RunRow},
    store,
};
use crate::{
    domain::employers,
    kernel::{
        Facts, Gate, Kind, Operation, Problem, Reply, Routes,
        input::{Id, IdempotencyKey, Input, Query},
        page::{self, PageMeta},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 定時決定の一括処理の開始
    ///
    /// Orders the decision of every waiting 算定基礎届 of a year that was filed by now and needs no clerk; the worker does it in chunks,
    /// each by the same rule as decideNotification. Forms that the rule can't decide stay waiting and are listed with the reason.
    /// With `validate_only` nothing is decided: the run tells how many would be, and by how many grades they rise and fall. One run
    /// at a time: 409 `run-under-way`.
    pub CreateRegularDeterminationRun: Post "/v1/regular-determination-runs" = "createRegularDeterminationRun", scope "notifications:decide", on "Society", status 202, law "健康保険法41条, R-040", makes "DeterminationRun", sends Location;
    /// 定時決定の一括処理の一覧
    ///
    /// Lists the runs, newest first.
    pub ListRegularDeterminationRuns: Get "/v1/regular-determination-runs" = "listRegularDeterminationRuns", scope "notifications:decide", on "Society", status 200, law "R-040", sends Link;
    /// 定時決定の一括処理の参照
    ///
    /// Reads how far a run is, what it decided and left, and by how many grades standard remuneration rises and falls.
    pub GetRegularDeterminationRun: Get "/v1/regular-determination-runs/{determination_run_id}" = "getRegularDeterminationRun", scope "notifications:decide", on "DeterminationRun", status 200, law "R-040";
    /// 定時決定の一括処理で残った届
    ///
    /// Lists the forms that a run left waiting, each with the reason that decideNotification would give.
    pub ListRegularDeterminationLeft: Get "/v1/regular-determination-runs/{determination_run_id}/left-waiting" = "listRegularDeterminationLeft", scope "notifications:decide", on "DeterminationRun", status 200, law "R-040", sends Link;
    /// 定時決定の一括処理の取消し
    ///
    /// Ends a run between two chunks; what was decided by then stays. 409 `already-ended`.
    pub CancelRegularDeterminationRun: Post "/v1/regular-determination-runs/{determination_run_id}/cancellation" = "cancelRegularDeterminationRun", scope "notifications:decide", on "DeterminationRun", status 200, law "R-040";
}

/// An order to decide the waiting 算定基礎届 of a year.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegularDeterminationRunCreate {
    /// Year of the determination.
    #[validate(range(min = 2007, max = 2198))]
    #[schema(minimum = 2007, maximum = 2198)]
    year: i16,
    /// Only forms of this employer; of all when absent.
    #[serde(default)]
    employer_id: Option<Uuid>,
    /// Decide nothing, tell what would be decided.
    #[serde(default)]
    validate_only: bool,
}
crate::json_body!("application/json": RegularDeterminationRunCreate);

/// Page of the list of runs.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeterminationRunQuery {
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// How many rise or fall by so many grades.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct GradeChange {
    /// Grades: negative for a fall, 0 where the grade stays.
    #[schema(minimum = -49, maximum = 49)]
    pub grades: i16,
    /// Persons.
    #[schema(minimum = 0)]
    pub persons: i32,
}
/// A bulk determination.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegularDeterminationRun {
    /// Id.
    pub id: Uuid,
    /// Year of the determination.
    #[schema(minimum = 2007, maximum = 2198)]
    pub year: i16,
    /// Only forms of this employer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employer_id: Option<Uuid>,
    /// Nothing is decided.
    pub validate_only: bool,
    /// How far it is.
    pub state: DeterminationRunState,
    /// Forms that waited at the beginning; absent until it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub total_count: Option<i32>,
    /// Forms decided so far, or that would be.
    #[schema(minimum = 0)]
    pub decided_count: i32,
    /// Forms looked at so far and left waiting.
    #[schema(minimum = 0)]
    pub left_count: i32,
    /// Of those decided: the grade rises.
    #[schema(minimum = 0)]
    pub rise_count: i32,
    /// The grade falls.
    #[schema(minimum = 0)]
    pub fall_count: i32,
    /// The grade stays.
    #[schema(minimum = 0)]
    pub unchanged_count: i32,
    /// No standard remuneration was stored for the month before.
    #[schema(minimum = 0)]
    pub first_count: i32,
    /// Forms of the year that it did not look at: in review, keyed and not yet checked, or filed after the order; absent until it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub not_looked_at_count: Option<i32>,
    /// By how many grades, from the largest fall to the largest rise.
    #[schema(max_items = 99)]
    pub grade_changes: Vec<GradeChange>,
    /// Who ordered it.
    pub requested_by: Uuid,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// When its last chunk was done or tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worked_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Code of the problem of the last chunk, while it is tried again or when it failed for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub problem: Option<String>,
}
impl TryFrom<RunRow> for RegularDeterminationRun {
    type Error = Problem;
    fn try_from(r: RunRow) -> Result<Self, Problem> {
        let changes = r.changes()?;
        let count = |is: fn(i16) -> bool| changes.iter().filter(|c| is(*c.0)).map(|c| c.1).sum();
        Ok(Self {
            rise_count: count(|grades| grades > 0),
            fall_count: count(|grades| grades < 0),
            unchanged_count: count(|grades| grades == 0),
            grade_changes: changes
                .iter()
                .map(|(grades, persons)| GradeChange { grades: *grades, persons: *persons })
                .collect(),
            id: r.id,
            year: r.year,
            employer_id: r.employer_id,
            validate_only: r.is_dry,
            state: r.state,
            total_count: r.total_count,
            decided_count: r.decided_count,
            left_count: r.left_count,
            first_count: r.first_count,
            not_looked_at_count: r.not_looked_at_count,
            requested_by: r.requested_by,
            requested_at: r.requested_at,
            worked_at: r.worked_at,
            ended_at: r.ended_at,
            problem: r.problem,
        })
    }
}
crate::page_of!(RegularDeterminationRunPage, RegularDeterminationRun);

/// A form that a run left waiting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeftWaiting {
    /// The notification.
    pub notification_id: Uuid,
    /// Employer.
    pub employer_id: Uuid,
    /// Insured person, as far as known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_id: Option<Uuid>,
    /// Code: of the problem that the decision of this form alone would answer, or of what only a clerk may pass over.
    #[schema(max_length = 60)]
    pub reason: String,
    /// In Japanese.
    #[schema(max_length = 1000)]
    pub ja: String,
    /// In English.
    #[schema(max_length = 1000)]
    pub en: String,
}
impl From<LeftRow> for LeftWaiting {
    fn from(r: LeftRow) -> Self {
        Self {
            notification_id: r.notification_id,
            employer_id: r.employer_id,
            member_id: r.person_id,
            reason: r.reason,
            ja: r.reason_ja,
            en: r.reason_en,
        }
    }
}
/// Forms that a run left waiting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeftWaitingPage {
    /// Forms by id.
    #[schema(max_items = 500)]
    pub items: Vec<LeftWaiting>,
    /// Where the page stands.
    pub page: PageMeta,
}

async fn create_run(
    gate: Gate<CreateRegularDeterminationRun>,
    key: IdempotencyKey,
    input: Input<RegularDeterminationRunCreate>,
) -> Reply<CreateRegularDeterminationRun, RegularDeterminationRun> {
    let body = input.value;
    gate.once(key, input.digest, move |tx| {
        let permit = match body.employer_id {
            Some(employer) => {
                let today = tx.today();
                let employer = employers::find(tx, employer, today).map_err(unknown_employer)?;
                tx.admit::<CreateRegularDeterminationRun, _>(employer)?.1
            }
            None => tx.admit_facts::<CreateRegularDeterminationRun>(&Facts::of("Society", Uuid::nil()))?,
        };
        let id = Uuid::now_v7();
        let new = NewRun { id, year: body.year, employer: body.employer_id, is_dry: body.validate_only };
        let run = store::order(tx, &permit, &new)?;
        let clock = tx.kernel().clock.clone();
        chunk::enqueue(tx.conn(), &clock, Next { run: id, lane: 0, chunk: 0 })?;
        tx.note(|n| {
            n.subject = Some((CreateRegularDeterminationRun::MAKES, Some(id)));
            n.disclosed.clear();
        });
        Ok(permit.answer(run.try_into()?).located(format!("/v1/regular-determination-runs/{id}")))
    })
    .await
}
fn unknown_employer(p: Problem) -> Problem {
    if p.status() != 404 {
        return p;
    }
    Problem::new(Kind::Invalid).at(
        "/employer_id",
        "unknown-employer",
        ("この事業所は登録されていません", "no such employer"),
    )
}
async fn list_runs(
    gate: Gate<ListRegularDeterminationRuns>,
    q: Query<DeterminationRunQuery>,
) -> Reply<ListRegularDeterminationRuns, RegularDeterminationRunPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListRegularDeterminationRuns>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let rows = store::list(tx, before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) =
            tx.admit_page(&society, GetRegularDeterminationRun::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(permit.answer(RegularDeterminationRunPage { items, page }).next(link))
    })
    .await
}
async fn get_run(
    gate: Gate<GetRegularDeterminationRun>,
    id: Id,
) -> Reply<GetRegularDeterminationRun, RegularDeterminationRun> {
    gate.read(move |tx| {
        let run = store::find(tx, id.0)?;
        let (run, permit) = tx.admit::<GetRegularDeterminationRun, _>(run)?;
        Ok(permit.answer(run.try_into()?))
    })
    .await
}
async fn list_left(
    gate: Gate<ListRegularDeterminationLeft>,
    id: Id,
    q: Query<DeterminationRunQuery>,
) -> Reply<ListRegularDeterminationLeft, LeftWaitingPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let run = store::find(tx, id.0)?;
        let (run, permit) = tx.admit::<ListRegularDeterminationLeft, _>(run)?;
        let list = page::List::<ListRegularDeterminationLeft>::beneath(tx.kernel(), id.0, &q);
        let after = list.id_after(cursor.as_deref())?;
        let rows = store::left(tx, &run, after, page::one_more(limit))?;
        let (rows, has_more) = tx.page_beneath(rows, limit, ("notification", |r| r.person_id));
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.notification_id));
        let items = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(LeftWaitingPage { items, page }).next(link))
    })
    .await
}
async fn cancel_run(
    gate: Gate<CancelRegularDeterminationRun>,
    id: Id,
) -> Reply<CancelRegularDeterminationRun, RegularDeterminationRun> {
    gate.run(move |tx| {
        let run = store::lock(tx, id.0)?;
        let (run, permit) = tx.admit::<CancelRegularDeterminationRun, _>(run)?;
        if run.state.has_ended() {
            return Err(Problem::conflict(
                "already-ended",
                "この一括処理はすでに終わっています",
                "The run has ended already",
            ));
        }
        let run = store::cancel(tx, &permit, &run)?;
        Ok(permit.answer(run.try_into()?))
    })
    .await
}

/// Routes of bulk determination.
pub fn routes(r: &mut Routes) {
    r.group("RegularDeterminationRuns");
    r.add::<CreateRegularDeterminationRun, _, _, _>(create_run);
    r.add::<ListRegularDeterminationRuns, _, _, _>(list_runs);
    r.add::<GetRegularDeterminationRun, _, _, _>(get_run);
    r.add::<ListRegularDeterminationLeft, _, _, _>(list_left);
    r.add::<CancelRegularDeterminationRun, _, _, _>(cancel_run);
}
