//! What happened by the calendar, for those who run the system and those who answer for the records.
use super::{
    ages,
    model::{CalendarEffectKind, CalendarState, CalendarWork, EffectRow, RunRow},
    store::{self, RunFilter},
};
use crate::kernel::{
    Facts, Gate, Operation, Reply, Routes,
    input::{Id, Query},
    page::{self, PageMeta},
};
use crate::values::day_key::DayKey;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 暦による処理の一覧
    ///
    /// Lists the days on which something is done by the calendar, newest first: what is due, what was done by which worker and what failed. A
    /// day that fails holds the later ones of its kind until it is done. It names nobody.
    pub ListCalendarRuns: Get "/v1/calendar-runs" = "listCalendarRuns", scope "calendar:read", on "Society", status 200, law "R-010", sends Link;
    /// 暦による処理の参照
    ///
    /// Reads one day of one kind of work with the persons whose records it changed, a page at a time.
    pub GetCalendarRun: Get "/v1/calendar-runs/{calendar_run_id}" = "getCalendarRun", scope "calendar:read", on "CalendarRun", status 200, law "R-010", sends Link;
}

/// Filters and page of the list.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarRunListQuery {
    /// Which work.
    #[param(inline = false)]
    kind: Option<CalendarWork>,
    /// How far it is.
    #[param(inline = false)]
    state: Option<CalendarState>,
    /// From this day on (JST).
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    from: Option<NaiveDate>,
    /// Up to this day (JST), included.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    to: Option<NaiveDate>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// Page of the persons of a day.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarRunQuery {
    /// Persons per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// One day of one kind of work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarRun {
    /// Id of the day of this work.
    pub id: Uuid,
    /// Which work.
    pub kind: CalendarWork,
    /// Which day (JST).
    pub due_on: NaiveDate,
    /// How far it is.
    pub state: CalendarState,
    /// How often it was tried.
    #[schema(minimum = 0)]
    pub attempts: i32,
    /// Changes that it made; absent until it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub affected_count: Option<i32>,
    /// Id that the worker of the last attempt drew at its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_id: Option<Uuid>,
    /// When it was done, or tried last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<DateTime<Utc>>,
    /// When it is tried again, after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub try_again_at: Option<DateTime<Utc>>,
    /// Code of the problem of the last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub problem: Option<String>,
}
impl From<RunRow> for CalendarRun {
    fn from(r: RunRow) -> Self {
        Self {
            id: r.id,
            kind: r.kind,
            due_on: r.due_on,
            state: r.state,
            attempts: r.attempts,
            affected_count: r.affected_count,
            worker_id: r.worker,
            tried_at: r.tried_at,
            try_again_at: r.try_again_at,
            problem: r.problem,
        }
    }
}
/// A change that a day made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarEffect {
    /// What it was.
    pub effect: CalendarEffectKind,
    /// Whose record.
    pub person_id: Uuid,
    /// The insured person: the person itself, or under whom it was a dependent.
    pub member_id: Uuid,
    /// In whose affairs.
    pub employer_id: Uuid,
    /// First day not covered.
    pub effective_on: NaiveDate,
}
impl From<EffectRow> for CalendarEffect {
    fn from(r: EffectRow) -> Self {
        Self {
            effect: r.effect,
            person_id: r.person_id,
            member_id: r.insured_id,
            employer_id: r.employer_id,
            effective_on: r.effective_on,
        }
    }
}
/// One day of one kind of work, with a page of the persons whose records it changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarRunDetail {
    /// The day.
    pub run: CalendarRun,
    /// What it changed, in the order of the work.
    #[schema(max_items = 500)]
    pub effects: Vec<CalendarEffect>,
    /// Where the page stands.
    pub page: PageMeta,
}
crate::page_of!(CalendarRunPage, CalendarRun);

async fn list_calendar_runs(
    gate: Gate<ListCalendarRuns>,
    q: Query<CalendarRunListQuery>,
) -> Reply<ListCalendarRuns, CalendarRunPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListCalendarRuns>::new(tx.kernel(), &q);
        let before = list.after::<DayKey>(cursor.as_deref())?.map(|k| (k.0, k.1));
        let filter = RunFilter { kind: q.kind, state: q.state, from: q.from, to: q.to };
        let rows = store::list(tx, &filter, before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, ListCalendarRuns::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| DayKey(r.due_on, r.id)));
        let items = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(CalendarRunPage { items, page }).next(link))
    })
    .await
}
async fn get_calendar_run(
    gate: Gate<GetCalendarRun>,
    id: Id,
    q: Query<CalendarRunQuery>,
) -> Reply<GetCalendarRun, CalendarRunDetail> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let run = store::find(tx, id.0)?;
        let (run, permit) = tx.admit::<GetCalendarRun, _>(run)?;
        let list = page::List::<GetCalendarRun>::beneath(tx.kernel(), id.0, &q);
        let after = list.id_after(cursor.as_deref())?;
        let rows = store::effects(tx, &run, after, page::one_more(limit))?;
        let (rows, has_more) = tx.page_beneath(rows, limit, ("enrolment", |r| Some(r.person_id)));
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let effects = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(CalendarRunDetail { run: run.into(), effects, page }).next(link))
    })
    .await
}
/// Routes of the calendar.
pub fn routes(r: &mut Routes) {
    r.group("Calendar").schema::<CalendarWork>().schema::<CalendarState>();
    r.add::<ListCalendarRuns, _, _, _>(list_calendar_runs);
    r.add::<GetCalendarRun, _, _, _>(get_calendar_run);
    ages::routes(r);
}
