//! Operations on employers.
use super::{
    model::{EmployerFacts, EmployerRow},
    store,
};
use crate::kernel::{
    Facts, Gate, Operation, Problem, Reply, Routes,
    input::{Id, IdempotencyKey, IfMatch, Input, Query, plain_text},
    page,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 事業所の一覧
    ///
    /// Lists employers as of a day, by id; searches by name or reading, 記号 and number. An employer's own system sees its own.
    pub ListEmployers: Get "/v1/employers" = "listEmployers", scope "employers:read", on "Society", status 200, law "R-002", sends Link;
    /// 事業所の参照
    ///
    /// Reads one employer as of a day.
    pub GetEmployer: Get "/v1/employers/{employer_id}" = "getEmployer", scope "employers:read", on "Employer", status 200, law "R-002", sends Etag;
    /// 事業所の履歴
    ///
    /// Every version: what was valid when, and what was known when.
    pub GetEmployerHistory: Get "/v1/employers/{employer_id}/history" = "getEmployerHistory", scope "employers:read", on "Employer", status 200, law "R-007";
    /// 事業所の登録
    ///
    /// Registers an employer.
    pub CreateEmployer: Post "/v1/employers" = "createEmployer", scope "employers:write", on "Society", status 201, law "健康保険法3条3項", makes "Employer", sends Location;
    /// 事業所の変更
    ///
    /// Changes what is given (merge patch), from a day on; what was known before stays readable.
    pub UpdateEmployer: Patch "/v1/employers/{employer_id}" = "updateEmployer", scope "employers:write", on "Employer", status 200, law "健康保険法施行規則30条", sends Etag;
}

/// What an employer may file and how.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EmployerSettings {
    /// Files in the pension office's layout (SHFD) are taken.
    pub accepts_pension_layout: bool,
    /// Days before the event at which a notification is taken as a pre-check: 0 or 14.
    #[validate(custom(function = "zero_or_fourteen"))]
    #[schema(minimum = 0, maximum = 14)]
    pub early_filing_days: i16,
}
fn zero_or_fourteen(days: i16) -> Result<(), validator::ValidationError> {
    if days == 0 || days == 14 { Ok(()) } else { Err(validator::ValidationError::new("zero-or-fourteen")) }
}

/// An employer as of a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Employer {
    /// Immutable id.
    pub id: Uuid,
    /// 記号 of its insured persons.
    #[schema(max_length = 10)]
    pub symbol: String,
    /// 健保組合の事業所番号.
    #[schema(max_length = 10)]
    pub society_number: String,
    /// Pension-office prefecture code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2)]
    pub prefecture_code: Option<String>,
    /// 郡市区符号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2)]
    pub district_code: Option<String>,
    /// 事業所記号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub office_symbol: Option<String>,
    /// 事業所番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub office_number: Option<String>,
    /// Name.
    #[schema(max_length = 100)]
    pub name: String,
    /// Reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub name_kana: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8)]
    pub postal_code: Option<String>,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300)]
    pub address: Option<String>,
    /// 事業主氏名.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub owner_name: Option<String>,
    /// Phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20)]
    pub phone: Option<String>,
    /// 本支部コード: the branch of the society that looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub branch_office_code: Option<String>,
    /// What it may file and how.
    pub settings: EmployerSettings,
    /// Valid from.
    pub valid_from: NaiveDate,
    /// Valid until, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// Known since.
    pub recorded_at: DateTime<Utc>,
    /// Known until.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_at: Option<DateTime<Utc>>,
}
impl From<EmployerRow> for Employer {
    fn from(r: EmployerRow) -> Self {
        Self {
            id: r.employer_id,
            symbol: r.symbol,
            society_number: r.society_number,
            prefecture_code: r.prefecture_code,
            district_code: r.district_code,
            office_symbol: r.office_symbol,
            office_number: r.office_number,
            name: r.name,
            name_kana: r.name_kana,
            postal_code: r.postal_code,
            address: r.address,
            owner_name: r.owner_name,
            phone: r.phone,
            branch_office_code: r.branch_office_code,
            settings: EmployerSettings {
                accepts_pension_layout: r.accepts_pension_layout,
                early_filing_days: r.early_filing_days,
            },
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            recorded_at: r.recorded_at,
            superseded_at: r.superseded_at,
        }
    }
}
crate::page_of!(EmployerPage, Employer);
/// Every version of an employer.
#[derive(Serialize, ToSchema)]
pub struct EmployerHistory {
    /// Versions, newest validity first.
    #[schema(max_items = 500)]
    pub versions: Vec<Employer>,
}

/// An employer to be registered.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EmployerCreate {
    /// Valid from.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    valid_from: NaiveDate,
    /// 記号.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 10)]
    symbol: String,
    /// 健保組合の事業所番号.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 10)]
    society_number: String,
    /// Pension-office prefecture code.
    #[serde(default)]
    #[validate(length(max = 2), custom(function = "plain_text"))]
    #[schema(max_length = 2)]
    prefecture_code: Option<String>,
    /// 郡市区符号.
    #[serde(default)]
    #[validate(length(max = 2), custom(function = "plain_text"))]
    #[schema(max_length = 2)]
    district_code: Option<String>,
    /// 事業所記号.
    #[serde(default)]
    #[validate(length(max = 10), custom(function = "plain_text"))]
    #[schema(max_length = 10)]
    office_symbol: Option<String>,
    /// 事業所番号.
    #[serde(default)]
    #[validate(length(max = 10), custom(function = "plain_text"))]
    #[schema(max_length = 10)]
    office_number: Option<String>,
    /// Name.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Address.
    #[serde(default)]
    #[validate(length(max = 300), custom(function = "plain_text"))]
    #[schema(max_length = 300)]
    address: Option<String>,
    /// 本支部コード.
    #[serde(default)]
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 10, nullable = false)]
    branch_office_code: Option<String>,
    /// What it may file and how.
    #[validate(nested)]
    settings: EmployerSettings,
}
/// What is to change of an employer; what is absent stays.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EmployerPatch {
    /// Day from which the change is valid.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    valid_from: NaiveDate,
    /// Name.
    #[serde(default)]
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Address.
    #[serde(default)]
    #[validate(length(max = 300), custom(function = "plain_text"))]
    #[schema(max_length = 300)]
    address: Option<String>,
    /// 本支部コード.
    #[serde(default)]
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 10, nullable = false)]
    branch_office_code: Option<String>,
    /// What it may file and how.
    #[serde(default)]
    #[validate(nested)]
    settings: Option<EmployerSettings>,
}
crate::json_body!("application/json": EmployerCreate);
crate::json_body!("application/merge-patch+json": EmployerPatch);

/// Day, filters and page of a list.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EmployerListQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// The name or its reading has this in it (any width and case).
    #[validate(length(min = 1, max = 50), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 50)]
    name: Option<String>,
    /// 記号.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 10)]
    symbol: Option<String>,
    /// 健保組合の事業所番号.
    #[validate(length(min = 1, max = 10), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 10)]
    society_number: Option<String>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// Day of a read.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
}

async fn list_employers(
    gate: Gate<ListEmployers>,
    q: Query<EmployerListQuery>,
) -> Reply<ListEmployers, EmployerPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListEmployers>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let scope = tx.row_scope()?;
        let filter = store::Filter {
            as_of: q.as_of.unwrap_or_else(|| tx.today()),
            name: q.name.as_deref(),
            symbol: q.symbol.as_deref(),
            society_number: q.society_number.as_deref(),
        };
        let rows = store::list(tx, &scope, &filter, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetEmployer::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.employer_id));
        Ok(permit.answer(EmployerPage { items: rows.into_iter().map(Into::into).collect(), page }).next(link))
    })
    .await
}
async fn get_employer(gate: Gate<GetEmployer>, id: Id, q: Query<AsOfQuery>) -> Reply<GetEmployer, Employer> {
    gate.read(move |tx| {
        let as_of = q.0.as_of.unwrap_or_else(|| tx.today());
        let row = store::find(tx, id.0, as_of)?;
        let (row, permit) = tx.admit(row)?;
        let tag = row.version.to_string();
        Ok(permit.answer(row.into()).tagged(tag))
    })
    .await
}
async fn get_employer_history(
    gate: Gate<GetEmployerHistory>,
    id: Id,
) -> Reply<GetEmployerHistory, EmployerHistory> {
    gate.read(move |tx| {
        let rows = store::history(tx, id.0)?;
        let (rows, permit) = tx.admit(rows)?;
        Ok(permit.answer(EmployerHistory { versions: rows.into_iter().map(Into::into).collect() }))
    })
    .await
}
async fn create_employer(
    gate: Gate<CreateEmployer>,
    key: IdempotencyKey,
    input: Input<EmployerCreate>,
) -> Reply<CreateEmployer, Employer> {
    let b = input.value;
    let facts = EmployerFacts {
        valid_from: b.valid_from,
        symbol: b.symbol,
        society_number: b.society_number,
        office: [b.prefecture_code, b.district_code, b.office_symbol, b.office_number],
        name: b.name,
        name_kana: None,
        postal_code: None,
        address: b.address,
        owner_name: None,
        phone: None,
        accepts_pension_layout: b.settings.accepts_pension_layout,
        early_filing_days: b.settings.early_filing_days,
        branch_office_code: b.branch_office_code,
    };
    gate.once(key, input.digest, move |tx| {
        let permit = tx.admit_facts::<CreateEmployer>(&Facts::of("Society", Uuid::nil()))?;
        let id = store::create(tx, &permit, &facts)?;
        tx.note(|n| {
            n.subject = Some((CreateEmployer::MAKES, Some(id)));
            n.employer = Some(id);
        });
        let row = store::written(tx, &permit, id, facts.valid_from)?;
        Ok(permit.answer(row.into()).located(format!("/v1/employers/{id}")))
    })
    .await
}
async fn update_employer(
    gate: Gate<UpdateEmployer>,
    id: Id,
    tag: IfMatch,
    input: Input<EmployerPatch>,
) -> Reply<UpdateEmployer, Employer> {
    gate.run(move |tx| {
        let b = input.value;
        let row = store::lock(tx, id.0, b.valid_from)?;
        let (old, permit) = tx.admit::<UpdateEmployer, _>(row)?;
        tag.require(&old.version.to_string())?;
        if old.valid_to.is_some() {
            return Err(Problem::conflict(
                "later-version-exists",
                "より新しい版があります",
                "A later version exists: change that one",
            ));
        }
        let mut facts = EmployerFacts { valid_from: b.valid_from, ..EmployerFacts::from(old.clone()) };
        facts.name = b.name.unwrap_or(facts.name);
        facts.address = b.address.or(facts.address);
        facts.branch_office_code = b.branch_office_code.or(facts.branch_office_code);
        if let Some(s) = b.settings {
            facts.accepts_pension_layout = s.accepts_pension_layout;
            facts.early_filing_days = s.early_filing_days;
        }
        store::change(tx, &permit, &old, &facts)?;
        let row = store::written(tx, &permit, id.0, facts.valid_from)?;
        let tag = row.version.to_string();
        Ok(permit.answer(row.into()).tagged(tag))
    })
    .await
}

/// Routes of employers.
pub fn routes(r: &mut Routes) {
    r.group("Employers");
    r.add::<ListEmployers, _, _, _>(list_employers);
    r.add::<GetEmployer, _, _, _>(get_employer);
    r.add::<GetEmployerHistory, _, _, _>(get_employer_history);
    r.add::<CreateEmployer, _, _, _>(create_employer);
    r.add::<UpdateEmployer, _, _, _>(update_employer);
}
