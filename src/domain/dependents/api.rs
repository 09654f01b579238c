//! Operations on dependents.
use super::{model::DependentRow, store};
use crate::{
    domain::members::{self, Address, HistoryQuery, Identity, MemberQuery, NumberState, PersonSex, Seen},
    kernel::{
        Facts, Gate, Operation, Problem, Reply, Routes, Subject, Tx, clock,
        input::{Id, Query, plain_text},
        page::{self, PageMeta},
        vault::DisclosedNumber,
    },
    values::kana,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 被扶養者の検索
    ///
    /// Lists recognitions of dependents that had begun by a day, optionally as known at an instant, by id; searches by reading, employer, the card of the
    /// insured person and state. Never by personal number. An employer's system sees those that hold on the day in its affairs.
    pub SearchDependents: Get "/v1/dependents" = "searchDependents", scope "dependents:read", on "Society", status 200, law "R-002, R-006", sends Link;
    /// 被扶養者の一覧
    ///
    /// Lists the dependents recognised under an insured person on a day, optionally as known at an instant. For an employer at which the insured person
    /// works beside the one of the cover (二以上事業所勤務) the list is empty: dependents are the affair of the employer of the cover.
    pub ListDependents: Get "/v1/members/{member_id}/dependents" = "listDependents", scope "dependents:read", on "Member", status 200, law "R-006";
    /// 被扶養者の参照
    ///
    /// Reads one dependent as of a day, optionally as known at an instant. With a scoped token for this person the answer carries
    /// `personal_number`; otherwise the field is absent. As known at an instant, the answer says nothing of the personal number.
    /// Only the present (of today, known now) has an ETag.
    pub GetDependent: Get "/v1/dependents/{dependent_id}" = "getDependent", scope "dependents:read" or "personal-number:read", on "Dependent", status 200, law "R-006, R-111", sends Etag;
    /// 被扶養者の履歴
    ///
    /// Every version of the dependency and of the identity: what was valid when, and what was known when; optionally as known at
    /// an instant.
    pub GetDependentHistory: Get "/v1/dependents/{dependent_id}/history" = "getDependentHistory", scope "dependents:read", on "Dependent", status 200, law "R-006";
}

/// A dependent (被扶養者) as of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dependent {
    /// Id of the dependency.
    pub id: Uuid,
    /// Immutable id of the person.
    pub person_id: Uuid,
    /// Insured person.
    pub member_id: Uuid,
    /// 枝番, two digits.
    #[schema(max_length = 2)]
    pub branch: String,
    /// 氏名.
    #[schema(max_length = 100)]
    pub name: String,
    /// 振り仮名.
    #[schema(max_length = 100)]
    pub name_kana: String,
    /// 生年月日.
    pub birth_on: NaiveDate,
    /// 性別.
    pub sex: PersonSex,
    /// 住民票住所.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_address: Option<Address>,
    /// 支援措置: the person, or somebody of the household, is protected today; address and living together are shown to 適用 and 給付
    /// alone. Told to people of the society only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// 続柄 as a code.
    #[schema(max_length = 40)]
    pub relationship: String,
    /// 同居.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lives_together: Option<bool>,
    /// 認定年月日.
    pub recognised_on: NaiveDate,
    /// Why recognised, as a code.
    #[schema(max_length = 40)]
    pub recognition_reason: String,
    /// First day not recognised any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_on: Option<NaiveDate>,
    /// Why removed, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub removal_reason: Option<String>,
    /// 現況確認: the as-of day of the last confirmation, by the day asked for, that found the person still a dependent; absent in
    /// histories.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Known since.
    pub recorded_at: DateTime<Utc>,
    /// Known until.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_at: Option<DateTime<Utc>>,
    /// Whether a personal number is registered now, and if not, why; absent with `known_at` and in histories: replay leaves
    /// personal numbers out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_number_state: Option<NumberState>,
    /// 個人番号: present only with a scoped token for this person; else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{12}$", max_length = 12, nullable = false)]
    pub personal_number: Option<DisclosedNumber>,
}
fn view(r: DependentRow, personal_number: Option<DisclosedNumber>, seen: Seen) -> Dependent {
    Dependent {
        id: r.dependent_id,
        person_id: r.person_id,
        member_id: r.insured_id,
        branch: r.branch,
        name: r.name,
        name_kana: r.name_kana,
        birth_on: r.birth_on,
        sex: PersonSex::of(&r.sex),
        resident_address: members::address(seen, r.resident_postal_code, r.resident_address),
        protected: seen.flag(),
        relationship: r.relationship,
        lives_together: seen.shown(r.lives_together),
        recognised_on: r.recognised_on,
        recognition_reason: seen.reason(r.recognition_reason),
        removed_on: r.removed_on,
        removal_reason: r.removal_reason.map(|why| seen.reason(why)),
        last_confirmed_on: r.last_confirmed_on,
        received_on: r.received_on,
        recorded_at: r.recorded_at,
        superseded_at: r.superseded_at,
        personal_number_state: seen.number_state((r.number_state, r.number_reason), r.removed_on),
        personal_number,
    }
}
/// Dependents of an insured person.
#[derive(Serialize, ToSchema)]
pub struct DependentList {
    /// By 枝番.
    #[schema(max_items = 100)]
    items: Vec<Dependent>,
}
/// One page of recognitions, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependentPage {
    /// Rows of this page.
    #[schema(max_items = 500)]
    items: Vec<Dependent>,
    /// Where the page stands.
    page: PageMeta,
}
/// Every version of a dependency.
#[derive(Serialize, ToSchema)]
pub struct DependentHistory {
    /// Newest knowledge first; each with the identity as it was known last while the version stood.
    #[schema(max_items = 500)]
    versions: Vec<Dependent>,
    /// Identities of the person, newest validity first.
    #[schema(max_items = 500)]
    identities: Vec<Identity>,
}
/// Day and knowledge of a list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DependentListQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent. Employers' systems see only whom they may look at by what is known now.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// Recognised or not any more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum DependentState {
    /// A dependent on the day.
    Recognised,
    /// Not any more.
    Removed,
}
/// Filters and page of the search.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DependentSearchQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent. Employers' systems see only whom they may look at by what is known now.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// Recognised in the affairs of this employer.
    employer_id: Option<Uuid>,
    /// The reading starts with this (any width, hiragana too).
    #[validate(length(min = 1, max = 50), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 50)]
    name_kana: Option<String>,
    /// 記号 of the insured person, under a cover that has a day in common with the recognition.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 10)]
    symbol: Option<String>,
    /// 番号 of the insured person, likewise.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 10)]
    number: Option<String>,
    /// Recognised or removed.
    #[param(inline = false)]
    state: Option<DependentState>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

async fn search_dependents(
    gate: Gate<SearchDependents>,
    q: Query<DependentSearchQuery>,
) -> Reply<SearchDependents, DependentPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<SearchDependents>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let filter = store::Filter {
            as_of: q.as_of.unwrap_or_else(|| tx.today()),
            known_at: q.known_at,
            employer: q.employer_id,
            kana: q.name_kana.as_deref().map(kana::search_fold),
            symbol: q.symbol.as_deref(),
            number: q.number.as_deref(),
            is_recognised: q.state.map(|s| s == DependentState::Recognised),
        };
        let scope = tx.row_scope()?;
        let rows = store::search(tx, &scope, &filter, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetDependent::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.dependent_id));
        Ok(permit.answer(DependentPage { items: views(tx, rows)?, page }).next(link))
    })
    .await
}
fn views(tx: &mut Tx<'_>, rows: Vec<DependentRow>) -> Result<Vec<Dependent>, Problem> {
    let shown = rows.into_iter().map(|r| {
        let seen = Seen::of(tx, &r.facts())?;
        Ok(view(r, None, seen))
    });
    shown.collect()
}
async fn list_dependents(
    gate: Gate<ListDependents>,
    id: Id,
    q: Query<DependentListQuery>,
) -> Reply<ListDependents, DependentList> {
    gate.read(move |tx| {
        let as_of = q.0.as_of.unwrap_or_else(|| tx.today());
        let (insured, _) = members::admitted::<ListDependents>(tx, id.0, as_of, q.0.known_at)?;
        let scope = tx.row_scope()?;
        let rows = store::under(tx, &scope, id.0, as_of, q.0.known_at)?;
        let (rows, permit) = tx.admit_rows::<ListDependents, _>(&insured.facts(), GetDependent::ID, rows)?;
        Ok(permit.answer(DependentList { items: views(tx, rows)? }))
    })
    .await
}
async fn get_dependent(
    gate: Gate<GetDependent>,
    id: Id,
    q: Query<MemberQuery>,
) -> Reply<GetDependent, Dependent> {
    gate.read(move |tx| {
        let (q, today) = (q.0, tx.today());
        let row = store::find(tx, id.0, q.day(today), q.known_at)?;
        let (row, permit) = tx.admit::<GetDependent, _>(row)?;
        let number = q.number(tx, &row.facts())?;
        let (version, seen) = ((row.version, number.is_some()), Seen::of(tx, &row.facts())?);
        Ok(q.tagged(permit.answer(view(row, number, seen)), today, version))
    })
    .await
}
async fn get_dependent_history(
    gate: Gate<GetDependentHistory>,
    id: Id,
    q: Query<HistoryQuery>,
) -> Reply<GetDependentHistory, DependentHistory> {
    gate.read(move |tx| {
        let (today, known_at) = (tx.today(), q.0.known_at);
        let row = store::find(tx, id.0, today, known_at)?;
        let (row, permit) = tx.admit::<GetDependentHistory, _>(row)?;
        let versions = store::versions(tx, &row, known_at.map_or(today, clock::jst_date), known_at)?;
        if versions.is_empty() {
            return Err(Problem::not_found()); // nothing was known then
        }
        let seen = Seen::of(tx, &row.facts())?;
        let versions = versions.into_iter().map(|r| view(r, None, seen)).collect();
        let identities = members::identities(tx, &row, known_at)?;
        let identities = members::identities_view(tx, identities, seen);
        Ok(permit.answer(DependentHistory { versions, identities }))
    })
    .await
}

/// Routes of dependents.
pub fn routes(r: &mut Routes) {
    r.group("Dependents").schema::<DependentState>();
    r.add::<SearchDependents, _, _, _>(search_dependents);
    r.add::<ListDependents, _, _, _>(list_dependents);
    r.add::<GetDependent, _, _, _>(get_dependent);
    r.add::<GetDependentHistory, _, _, _>(get_dependent_history);
}
