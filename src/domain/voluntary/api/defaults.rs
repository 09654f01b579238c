//! 保険料未納による資格喪失 (健康保険法38条3号, 37条2項), as 徴収 finds it, with a second person.
use super::super::{
    defaults::{self, DefaultRow},
    ends::{End, end, latest},
};
use crate::{
    domain::{
        approvals::{
            self, ApprovalKind, RegistrationDecision, RegistrationQuery, RegistrationRuling,
            RegistrationState,
        },
        dependents,
        members::{self, CoverRow},
        remuneration::{ContinuationCause, in_reach},
    },
    kernel::{
        Facts, Gate, Kind, Operation, Permit, Problem, Reply, Routes, Tx,
        errand::Act,
        input::{Id, IdempotencyKey, Input, Query},
        page,
    },
    values::{holidays::next_business_day, month::Month},
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 任意継続の保険料未納の登録の申請
    ///
    /// Asks to end 任意継続 or 特例退職 because a premium was not paid by its due day: cover is lost on the day after it, and when the first
    /// premium was not paid, the cover never was. A second person decides (decideVoluntaryDefault). 409: `not-continued`, `ended-already` when
    /// the cover ended on that day or before, `later-cover`, `not-yet` until the due day is over, `already-exists` when one waits.
    pub RequestVoluntaryDefault: Post "/v1/members/{member_id}/voluntary-defaults" = "requestVoluntaryDefault", scope "voluntary:collect", on "Member", status 201, law "健康保険法37条2項, 38条3号, 164条1項, R-045, R-096", makes "VoluntaryDefault";
    /// 任意継続の保険料未納の登録の一覧
    ///
    /// Those that were asked for, newest first: `requested` is the work of the second person.
    pub ListVoluntaryDefaults: Get "/v1/voluntary-defaults" = "listVoluntaryDefaults", scope "voluntary:collect", on "Society", status 200, law "R-096", sends Link;
    /// 任意継続の保険料未納の登録の承認・却下
    ///
    /// Ends the cover, or lets it stand, as the second person. A later end that is recorded gives way. 409: `same-person` for whoever asked,
    /// `no-open-check` when it is decided, `entry-changed` when the person has another cover by now, and those of the request.
    pub DecideVoluntaryDefault: Post "/v1/voluntary-defaults/{voluntary_default_id}/decision" = "decideVoluntaryDefault", scope "voluntary:collect", on "VoluntaryDefault", status 200, law "健康保険法37条2項, 38条3号, 164条1項, R-045, R-096";
}

/// Which premium was not paid.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum UnpaidPremium {
    /// 初めて納付すべき保険料; its due day is set by the society.
    First,
    /// That of a later month, due on its 10th.
    Monthly,
}
impl UnpaidPremium {
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Monthly => "monthly",
        }
    }
    /// What ends the cover.
    fn cause(self) -> ContinuationCause {
        match self {
            Self::First => ContinuationCause::FirstPremiumUnpaid,
            Self::Monthly => ContinuationCause::PremiumUnpaid,
        }
    }
    /// Out of the stored word.
    /// # Errors
    /// 503 for a word that is none.
    fn of(word: &str) -> Result<Self, Problem> {
        let known = [Self::First, Self::Monthly].into_iter().find(|p| p.word() == word);
        known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
    }
}
/// 保険料未納.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntaryDefaultCreate {
    /// Which premium.
    premium: UnpaidPremium,
    /// 納付期日; of a month its 10th, or the first open day after it.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    due_on: NaiveDate,
}
crate::json_body!("application/json": VoluntaryDefaultCreate);
/// 保険料未納の登録.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VoluntaryDefault {
    /// Id.
    id: Uuid,
    /// Insured person.
    member_id: Uuid,
    /// Which premium.
    premium: UnpaidPremium,
    /// 納付期日.
    due_on: NaiveDate,
    /// 資格取得年月日 of the cover.
    acquired_on: NaiveDate,
    /// 資格喪失年月日 that it makes.
    lost_on: NaiveDate,
    /// Where it stands.
    state: RegistrationState,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When the second person looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_at: Option<DateTime<Utc>>,
}
impl TryFrom<DefaultRow> for VoluntaryDefault {
    type Error = Problem;
    fn try_from(r: DefaultRow) -> Result<Self, Problem> {
        let premium = UnpaidPremium::of(&r.premium)?;
        Ok(Self {
            id: r.id,
            member_id: r.person_id,
            premium,
            due_on: r.due_on,
            acquired_on: r.acquired_on,
            lost_on: End::by(premium.cause(), (r.acquired_on, r.due_on), r.due_on)?.lost_on,
            state: RegistrationState::of(&r.state)?,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
        })
    }
}
crate::page_of!(VoluntaryDefaultPage, VoluntaryDefault);

impl VoluntaryDefaultCreate {
    /// The end that it makes of cover that began on a day, asked for on another.
    fn end(&self, acquired_on: NaiveDate, asked_on: NaiveDate) -> Result<End, Problem> {
        let wrong = |code, said| Err(Problem::new(Kind::Invalid).at("/due_on", code, said));
        if self.due_on < acquired_on {
            return wrong("E-DATE-RELATION", ("資格取得日より前です", "before the acquisition"));
        }
        let month = Month::of(self.due_on);
        if self.premium == UnpaidPremium::Monthly {
            let tenth = month.first_day().with_day(DUE_DAY);
            if tenth.map(|day| next_business_day(day, &[])) != Some(self.due_on) {
                return wrong(
                    "not-a-due-day",
                    ("その月の納付期日ではありません", "not the due day of the month"),
                );
            }
            if month <= Month::of(acquired_on) {
                return wrong(
                    "E-DATE-RELATION",
                    ("初回の保険料の月です", "the premium of that month is the first"),
                );
            }
        }
        if self.due_on >= asked_on {
            return Err(Problem::conflict(
                "not-yet",
                "納付期日がまだ過ぎていません",
                "The due day is not over yet",
            ));
        }
        End::by(self.premium.cause(), (acquired_on, self.due_on), asked_on)
    }
}
/// 健康保険法164条1項: the 10th of the month.
const DUE_DAY: u32 = 10;

/// What the second person is asked about.
fn told((person, acquired_on): (Uuid, NaiveDate), premium: &str, due_on: NaiveDate) -> String {
    format!("{person} {premium} {due_on} {acquired_on}")
}
/// The latest cover of a person who is held, as 任意継続 or 特例退職.
/// # Errors
/// 409 `not-continued`.
fn cover_of(tx: &mut Tx<'_>, person: Uuid) -> Result<CoverRow, Problem> {
    latest(tx.conn(), person)?.ok_or_else(|| {
        Problem::conflict(
            "not-continued",
            "任意継続被保険者・特例退職被保険者ではありません",
            "The person does not continue voluntarily",
        )
    })
}
/// Ends the cover.
fn over<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    cover: &CoverRow,
    (b, asked_on): (VoluntaryDefaultCreate, NaiveDate),
) -> Result<(), Problem> {
    let over = b.end(cover.acquired_on, asked_on)?;
    let act = Act::permitted(tx, permit, None)?;
    let ended = end(tx.conn(), &act, cover, &over)?;
    tx.note(|n| n.left(ended.iter().map(|d| d.person_id).chain([cover.person_id]), &[]));
    Ok(())
}
async fn request_default(
    gate: Gate<RequestVoluntaryDefault>,
    id: Id,
    key: IdempotencyKey,
    input: Input<VoluntaryDefaultCreate>,
) -> Reply<RequestVoluntaryDefault, VoluntaryDefault> {
    gate.once(key, input.digest, move |tx| {
        let (today, b) = (tx.today(), input.value);
        let known = dependents::hold_families(tx.conn(), &[id.0], &[])?;
        tx.record_at_once(known);
        let (member, permit) = members::admitted::<RequestVoluntaryDefault>(tx, id.0, today, None)?;
        let cover = cover_of(tx, member.person_id)?;
        tx.rehearse(|tx| over(tx, &permit, &cover, (b, today)))?;
        let default = Uuid::now_v7();
        let asked = (b.premium.word(), b.due_on, cover.acquired_on);
        defaults::insert(tx, &permit, (default, cover.person_id), asked)?;
        let said = told((cover.person_id, cover.acquired_on), b.premium.word(), b.due_on);
        approvals::request(tx, &permit, ApprovalKind::VoluntaryDefault, default, &[said.as_bytes()])?;
        // what leaves is the request, not the member who was admitted for it
        tx.note_beneath(1, &["enrolment"]);
        tx.note(|n| n.subject = Some(("VoluntaryDefault", Some(default))));
        let row = defaults::written(tx, &permit, default)?;
        Ok(permit.answer(row.try_into()?))
    })
    .await
}
async fn list_defaults(
    gate: Gate<ListVoluntaryDefaults>,
    q: Query<RegistrationQuery>,
) -> Reply<ListVoluntaryDefaults, VoluntaryDefaultPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListVoluntaryDefaults>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let rows = defaults::list(tx, (q.state, q.known_at), before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, DecideVoluntaryDefault::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(permit.answer(VoluntaryDefaultPage { items, page }).next(link))
    })
    .await
}
async fn decide_default(
    gate: Gate<DecideVoluntaryDefault>,
    id: Id,
    input: Input<RegistrationDecision>,
) -> Reply<DecideVoluntaryDefault, VoluntaryDefault> {
    gate.run(move |tx| {
        let row = defaults::find(tx, id.0)?;
        let (row, permit) = tx.admit::<DecideVoluntaryDefault, _>(row)?;
        // of what is turned down nothing is looked at but the request
        let cover = match input.value.ruling {
            RegistrationRuling::Reject => None,
            RegistrationRuling::Approve => {
                let known = dependents::hold_families(tx.conn(), &[row.person_id], &[])?;
                tx.record_at_once(known);
                members::require_current(tx, &permit, &[row.person_id])?;
                Some(cover_of(tx, row.person_id)?)
            }
        };
        let acquired_on = cover.as_ref().map_or(row.acquired_on, |c| c.acquired_on);
        let said = told((row.person_id, acquired_on), &row.premium, row.due_on);
        let ruling = input.value.ruling.into();
        approvals::settle(tx, &permit, ApprovalKind::VoluntaryDefault, row.id, &[said.as_bytes()], &ruling)?;
        if let Some(cover) = cover {
            let b = VoluntaryDefaultCreate { premium: UnpaidPremium::of(&row.premium)?, due_on: row.due_on };
            over(tx, &permit, &cover, (b, row.asked_on))?;
        }
        let row = defaults::written(tx, &permit, row.id)?;
        Ok(permit.answer(row.try_into()?))
    })
    .await
}

/// Routes of premiums that were not paid.
pub fn routes(r: &mut Routes) {
    r.add::<RequestVoluntaryDefault, _, _, _>(request_default);
    r.add::<ListVoluntaryDefaults, _, _, _>(list_defaults);
    r.add::<DecideVoluntaryDefault, _, _, _>(decide_default);
}
