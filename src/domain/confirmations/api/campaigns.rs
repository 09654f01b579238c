//! Campaigns: made, started, followed.
use super::{
    super::{
        model::{CampaignRow, CampaignState},
        store::{
            Asked,
            campaigns::{self as store, NewCampaign},
        },
    },
    list::ConfirmationQuery,
    views::{
        ConfirmationCampaign, ConfirmationCampaignDetail, ConfirmationCampaignPage, ConfirmationProgress,
        ConfirmationProgressPage, ConfirmationSelection,
    },
};
use crate::kernel::{
    Facts, Gate, Kind, Operation, Permit, Problem, Reply, Routes, Said, Tx,
    input::{Id, IdempotencyKey, Input, Query},
    page,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 現況確認の実施単位の登録
    ///
    /// Makes a campaign of 現況確認: whom it asks about, as of which day, by when, and when it reminds. It asks nobody until it is started.
    pub CreateConfirmationCampaign: Post "/v1/confirmation-campaigns" = "createConfirmationCampaign", scope "confirmations:manage", on "Society", status 201, law "健康保険法施行規則50条, R-016", makes "ConfirmationCampaign", sends Location;
    /// 現況確認の開始
    ///
    /// Starts a campaign: everybody who is a dependent on its as-of day and still today, and whom it asks about, gets a row, unless another
    /// campaign that runs or was closed asks for the same day. 409 `already-started`, `campaign-closed`, `campaign-cancelled`, `as-of-ahead` while the as-of day is to come, `due-day-passed` when no day for answers is left, `reminder-day-passed` when a day of
    /// reminders has come already.
    pub StartConfirmationCampaign: Post "/v1/confirmation-campaigns/{confirmation_campaign_id}/start" = "startConfirmationCampaign", scope "confirmations:manage", on "ConfirmationCampaign", status 200, law "R-016";
    /// 現況確認の実施単位の一覧
    ///
    /// Lists campaigns, newest first; as known now or at an instant.
    pub ListConfirmationCampaigns: Get "/v1/confirmation-campaigns" = "listConfirmationCampaigns", scope "confirmations:read", on "Society", status 200, law "R-016", sends Link;
    /// 現況確認の実施単位の参照
    ///
    /// Reads a campaign with how many of its rows stand where today; or on a day, as known at an instant.
    pub GetConfirmationCampaign: Get "/v1/confirmation-campaigns/{confirmation_campaign_id}" = "getConfirmationCampaign", scope "confirmations:read", on "ConfirmationCampaign", status 200, law "R-016";
    /// 現況確認の進み具合(事業所別)
    ///
    /// Lists the employers of a campaign with its days, how many of their rows stand where today, and when they were reminded. An
    /// employer's own system sees its own. As of a day and as known at an instant, where that is asked for.
    pub ListConfirmationProgress: Get "/v1/confirmation-campaigns/{confirmation_campaign_id}/progress" = "listConfirmationProgress", scope "confirmations:read", on "ConfirmationCampaign", status 200, law "R-016", sends Link;
}
/// Most days of reminders.
const REMINDERS_MOST: usize = 10;

/// A campaign to be made.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationCampaignCreate {
    /// Name.
    #[validate(length(min = 1, max = 60), custom(function = "crate::kernel::input::plain_text"))]
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Day on which the dependents are covered, and for which the rule is asked; not after the due day.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    as_of: NaiveDate,
    /// Last day for answers, after today.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    due_on: NaiveDate,
    /// Days on which employers with open rows are reminded: after today, not after the due day.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[validate(length(max = 10))]
    #[schema(max_items = 10)]
    remind_on: Vec<NaiveDate>,
    /// Whom it asks about; everybody when absent.
    #[serde(default)]
    #[validate(nested)]
    selection: ConfirmationSelection,
    /// Employers may still answer after the due day; otherwise staff alone files answers then.
    #[serde(default = "yes")]
    #[schema(default = true)]
    takes_late_answers: bool,
}
fn yes() -> bool {
    true
}
crate::json_body!("application/json": ConfirmationCampaignCreate);
fn wrong(pointer: &str, code: &str, said: Said<'_>) -> Problem {
    Problem::new(Kind::Invalid).at(pointer, code, said)
}
impl ConfirmationCampaignCreate {
    /// What is kept, when the days fit one another and today.
    fn checked(mut self, today: NaiveDate) -> Result<NewCampaign, Problem> {
        if self.due_on <= today {
            return Err(wrong(
                "/due_on",
                "E-DATE-RELATION",
                ("本日より後の日を指定してください", "after today"),
            ));
        }
        if self.as_of > self.due_on {
            return Err(wrong("/as_of", "E-DATE-RELATION", ("回答期限より後です", "after the due day")));
        }
        self.remind_on.sort_unstable();
        self.remind_on.dedup();
        if self.remind_on.len() > REMINDERS_MOST
            || self.remind_on.iter().any(|d| *d <= today || *d > self.due_on)
        {
            let said = ("本日より後、回答期限までの日を指定してください", "after today, up to the due day");
            return Err(wrong("/remind_on", "E-DATE-RELATION", said));
        }
        let s = self.selection;
        if let (Some(from), Some(below)) = (s.age_from, s.age_below)
            && from >= below
        {
            let said = ("下限の年齢以下です", "not above the lower age");
            return Err(wrong("/selection/age_below", "E-RELATION", said));
        }
        Ok(NewCampaign {
            name: self.name,
            as_of: self.as_of,
            due_on: self.due_on,
            remind_on: self.remind_on,
            employer_ids: s.employer_ids.map(|mut ids| {
                ids.sort_unstable();
                ids.dedup();
                ids
            }),
            ages: (s.age_from, s.age_below),
            recognised_before: s.recognised_before,
            takes_late_answers: self.takes_late_answers,
        })
    }
}
/// Knowledge, rows per page and where to go on.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CampaignListQuery {
    /// As it was known at this instant; now when absent. Campaigns have no validity beside their days: there is no `as_of`.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// Day, knowledge, rows per page and where to go on.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProgressListQuery {
    /// Cover as of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

fn society() -> Facts {
    Facts::of("Society", Uuid::nil())
}
async fn create(
    gate: Gate<CreateConfirmationCampaign>,
    key: IdempotencyKey,
    input: Input<ConfirmationCampaignCreate>,
) -> Reply<CreateConfirmationCampaign, ConfirmationCampaign> {
    gate.once(key, input.digest, move |tx| {
        let permit = tx.admit_facts::<CreateConfirmationCampaign>(&society())?;
        let new = input.value.checked(tx.today())?;
        require_employers(tx, &permit, new.employer_ids.as_deref())?;
        let row = store::insert(tx, &permit, &new)?;
        tx.note(|n| n.subject = Some((CreateConfirmationCampaign::MAKES, Some(row.id))));
        let path = format!("/v1/confirmation-campaigns/{}", row.id);
        Ok(permit.answer(row.into()).located(path))
    })
    .await
}
fn require_employers<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    ids: Option<&[Uuid]>,
) -> Result<(), Problem> {
    let Some(ids) = ids else { return Ok(()) };
    let known = store::known_employers(tx, permit, ids)?;
    if usize::try_from(known).is_ok_and(|known| known == ids.len()) {
        return Ok(());
    }
    let said = ("登録のない事業所があります", "there is no such employer");
    Err(wrong("/selection/employer_ids", "unknown-employer", said))
}
async fn start(
    gate: Gate<StartConfirmationCampaign>,
    id: Id,
) -> Reply<StartConfirmationCampaign, ConfirmationCampaign> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<StartConfirmationCampaign, _>(row)?;
        require_startable(&row, tx.today())?;
        let (row, persons) = store::start(tx, &permit, &row)?;
        tx.note_people(&persons);
        tx.note(|n| n.rows = row.member_count);
        Ok(permit.answer(row.into()))
    })
    .await
}
fn require_startable(row: &CampaignRow, today: NaiveDate) -> Result<(), Problem> {
    let (code, ja, en) = if row.state != CampaignState::Planned {
        return Err(row.state.refused());
    } else if row.as_of > today {
        ("as-of-ahead", "基準日がまだ到来していません", "The as-of day is still to come")
    } else if row.due_on <= today {
        ("due-day-passed", "回答期限を過ぎています", "No day for answers is left")
    } else if row.remind_on.iter().any(|day| *day <= today) {
        ("reminder-day-passed", "督促日を過ぎています", "A day of reminders has come: make the campaign anew")
    } else {
        return Ok(());
    };
    Err(Problem::conflict(code, ja, en))
}
async fn list(
    gate: Gate<ListConfirmationCampaigns>,
    q: Query<CampaignListQuery>,
) -> Reply<ListConfirmationCampaigns, ConfirmationCampaignPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(50)), q.cursor.take());
        let list = page::List::<ListConfirmationCampaigns>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let asked = Asked { as_of: tx.today(), known_at: q.known_at };
        let rows = store::list(tx, &asked, before, page::one_more(limit))?;
        let (rows, has_more, permit) = tx.admit_page(&society(), GetConfirmationCampaign::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(ConfirmationCampaignPage { items, page }).next(link))
    })
    .await
}
async fn get(
    gate: Gate<GetConfirmationCampaign>,
    id: Id,
    q: Query<ConfirmationQuery>,
) -> Reply<GetConfirmationCampaign, ConfirmationCampaignDetail> {
    gate.read(move |tx| {
        let asked = q.0.asked(tx.today());
        let row = store::find(tx, id.0, &asked)?;
        let (row, permit) = tx.admit::<GetConfirmationCampaign, _>(row)?;
        let counts = store::counts(tx, &row, &asked)?;
        Ok(permit.answer(ConfirmationCampaignDetail {
            counts: (&counts).into(),
            reminder_count: counts.reminders,
            reminded_on: counts.reminded_on,
            campaign: row.into(),
        }))
    })
    .await
}
async fn progress(
    gate: Gate<ListConfirmationProgress>,
    id: Id,
    q: Query<ProgressListQuery>,
) -> Reply<ListConfirmationProgress, ConfirmationProgressPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let asked = Asked { as_of: q.as_of.unwrap_or_else(|| tx.today()), known_at: q.known_at };
        let row = store::find(tx, id.0, &asked)?;
        let (row, _) = tx.admit::<ListConfirmationProgress, _>(row)?;
        let list = page::List::<ListConfirmationProgress>::beneath(tx.kernel(), id.0, &q);
        let after = list.id_after(cursor.as_deref())?;
        let scope = tx.row_scope()?;
        let rows = store::progress(tx, &scope, (&row, &asked), after, page::one_more(limit))?;
        let of = Facts::of("ConfirmationCampaign", row.id);
        let (rows, has_more, permit) = tx.admit_page(&of, ListConfirmationProgress::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.employer_id));
        let items = rows.into_iter().map(|r| ConfirmationProgress::of(r, &row)).collect();
        Ok(permit.answer(ConfirmationProgressPage { items, page }).next(link))
    })
    .await
}

/// Routes of campaigns.
pub fn routes(r: &mut Routes) {
    r.add::<CreateConfirmationCampaign, _, _, _>(create);
    r.add::<ListConfirmationCampaigns, _, _, _>(list);
    r.add::<GetConfirmationCampaign, _, _, _>(get);
    r.add::<StartConfirmationCampaign, _, _, _>(start);
    r.add::<ListConfirmationProgress, _, _, _>(progress);
}
