//! Operations on insured persons.
use super::{
    identity_changes, moved,
    reader::MemberReader,
    store,
    views::{EnrolmentType, Member, MemberHistory, MemberPage, Seen, identities_view, member_view},
};
use crate::{
    kernel::{
        Answer, Facts, Gate, Kind, Operation, Problem, Reply, Routes, Subject, Tx,
        headers::{Sends, sent},
        input::{Id, Query, plain_text},
        page,
        vault::DisclosedNumber,
    },
    values::kana,
};
use actix_web::web::Data;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::future::ready;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 被保険者の一覧・検索
    ///
    /// Lists insured persons as of a day, optionally as known at an instant, by id; searches by reading, number, employer, 加入区分 and state. Never by personal number.
    pub ListMembers: Get "/v1/members" = "listMembers", scope "members:read", on "Society", status 200, law "R-002", sends Link;
    /// 被保険者の参照
    ///
    /// Reads one insured person as of a day, optionally as known at an instant. With a scoped token for this person the answer
    /// carries `personal_number`; otherwise the field is absent. As known at an instant, the answer says nothing of the personal
    /// number. Only the present (of today, known now) has an ETag. 409 `person-merged` with `merged_into`: the id was merged into another one.
    pub GetMember: Get "/v1/members/{member_id}" = "getMember", scope "members:read" or "personal-number:read", on "Member", status 200, law "R-002, R-111, R-201", sends Etag;
    /// 被保険者の履歴
    ///
    /// Every version of identity and enrolments: what was valid when, and what was known when; optionally as known at an instant.
    pub GetMemberHistory: Get "/v1/members/{member_id}/history" = "getMemberHistory", scope "members:read", on "Member", status 200, law "R-007, R-008";
}

/// Insured or not any more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Covered on the day.
    Insured,
    /// Not covered any more.
    Lost,
}
/// Filters and page of the list.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MemberListQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent. Employers' systems see only whom they may look at by what is known now.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// Of this employer: whose cover is there, and who works there beside it (二以上事業所勤務).
    employer_id: Option<Uuid>,
    /// The reading starts with this (any width, hiragana too).
    #[validate(length(min = 1, max = 50), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 50)]
    name_kana: Option<String>,
    /// 記号.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[param(max_length = 10)]
    symbol: Option<String>,
    /// 番号.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[param(max_length = 10)]
    number: Option<String>,
    /// 加入区分.
    #[param(inline = false)]
    enrolment_type: Option<EnrolmentType>,
    /// Insured or lost.
    #[param(inline = false)]
    state: Option<MemberState>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// What to show beside the fields.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Expand {
    /// The personal number: needs a scoped token.
    PersonalNumber,
}
/// Day, knowledge and extras of a read.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MemberQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub known_at: Option<DateTime<Utc>>,
    /// Asks for the personal number expressly; not with `known_at`.
    #[param(inline = false)]
    expand: Option<Expand>,
}
impl MemberQuery {
    /// The day asked for.
    pub fn day(&self, today: NaiveDate) -> NaiveDate {
        self.as_of.unwrap_or(today)
    }
    /// The personal number of the person that was admitted, if this answer may carry it. Replay leaves it out.
    /// # Errors
    /// 422 when it is asked for as known at an instant; else as [`Tx::show_number`].
    pub fn number(&self, tx: &mut Tx<'_>, facts: &Facts) -> Result<Option<DisclosedNumber>, Problem> {
        let expressly = self.expand.is_some();
        match self.known_at {
            None => tx.show_number(facts, expressly),
            Some(_) if !expressly => Ok(None),
            Some(_) => Err(Problem::new(Kind::Invalid).at(
                "/expand",
                "not-with-known-at",
                (
                    "known_at では個人番号を表示できません",
                    "a personal number is not shown as known at an instant",
                ),
            )),
        }
    }
    /// The answer with the ETag of a person's version, if it shows the present; what was is nothing to be changed. With and
    /// without a number are two representations.
    pub fn tagged<Op: Operation + Sends<sent::Etag>, T>(
        &self,
        answer: Answer<Op, T>,
        today: NaiveDate,
        (version, has_number): (i32, bool),
    ) -> Answer<Op, T> {
        if self.known_at.is_some() || self.day(today) != today {
            return answer;
        }
        answer.tagged(format!("{version}{}", if has_number { "-n" } else { "" }))
    }
}
/// Knowledge of a history.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// As it was known at this instant; now when absent. The right to look is judged by what is known now.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub known_at: Option<DateTime<Utc>>,
}
async fn list_members(gate: Gate<ListMembers>, q: Query<MemberListQuery>) -> Reply<ListMembers, MemberPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListMembers>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let filter = store::Filter {
            as_of: q.as_of.unwrap_or_else(|| tx.today()),
            known_at: q.known_at,
            employer: q.employer_id,
            kana: q.name_kana.as_deref().map(kana::search_fold),
            symbol: q.symbol.clone(),
            number: q.number.clone(),
            enrolment_type: q.enrolment_type,
            is_insured: q.state.map(|s| s == MemberState::Insured),
        };
        let scope = tx.row_scope()?;
        let rows = store::list(tx, &scope, &filter, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetMember::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.person_id));
        let items = rows
            .into_iter()
            .map(|r| {
                let seen = Seen::of(tx, &r.facts())?;
                Ok(member_view(r, None, seen))
            })
            .collect::<Result<_, Problem>>()?;
        Ok(permit.answer(MemberPage { items, page }).next(link))
    })
    .await
}
async fn get_member(
    gate: Gate<GetMember>,
    id: Id,
    q: Query<MemberQuery>,
    reader: Data<MemberReader>,
) -> Reply<GetMember, Member> {
    let q = q.0;
    let is_plain = q.as_of.is_none() && q.known_at.is_none() && q.expand.is_none() && gate.has_no_grant();
    // an id without a row may be one that was merged: the longer way tells
    let found = if is_plain { Some(reader.find(id.0).await) } else { None };
    if let Some(found) = found.filter(|f| !f.as_ref().is_err_and(|p| p.kind == Kind::NotFound)) {
        return gate
            .point(ready(found), |desk, row| {
                let (row, permit) = desk.admit::<GetMember, _>(row)?;
                let (tag, seen) = (row.version.to_string(), Seen::of(desk, &row.facts())?);
                Ok(permit.answer(member_view(row, None, seen)).tagged(tag))
            })
            .await;
    }
    gate.read(move |tx| {
        let today = tx.today();
        let (row, permit) = moved::admitted::<GetMember>(tx, id.0, q.day(today), q.known_at)?;
        let number = q.number(tx, &row.facts())?;
        let (version, seen) = ((row.version, number.is_some()), Seen::of(tx, &row.facts())?);
        Ok(q.tagged(permit.answer(member_view(row, number, seen)), today, version))
    })
    .await
}
async fn get_member_history(
    gate: Gate<GetMemberHistory>,
    id: Id,
    q: Query<HistoryQuery>,
) -> Reply<GetMemberHistory, MemberHistory> {
    gate.read(move |tx| {
        let (today, known_at) = (tx.today(), q.0.known_at);
        let (row, permit) = moved::admitted_for_history::<GetMemberHistory>(tx, id.0, today, known_at)?;
        let identities = store::identities(tx, &row, known_at)?;
        if identities.is_empty() {
            return Err(Problem::not_found()); // nothing was known then
        }
        let seen = Seen::of(tx, &row.facts())?;
        let identities = identities_view(tx, identities, seen);
        let enrolments = store::enrolments(tx, &row, known_at)?.into_iter().map(Into::into).collect();
        Ok(permit.answer(MemberHistory { protected: seen.flag(), identities, enrolments }))
    })
    .await
}

/// Routes of insured persons.
pub fn routes(r: &mut Routes) {
    r.group("Members").schema::<MemberState>().schema::<EnrolmentType>().schema::<Expand>();
    r.add::<ListMembers, _, _, _>(list_members);
    r.add::<GetMember, _, _, _>(get_member);
    r.add::<GetMemberHistory, _, _, _>(get_member_history);
    identity_changes::routes(r);
}
