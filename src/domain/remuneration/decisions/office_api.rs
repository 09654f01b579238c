//! Where an insured person works beside the office of the cover.
use crate::{
    domain::members::{self, OfficeRow},
    kernel::{
        Gate, Reply, Routes,
        input::{Id, Query},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{PAY, RemunerationQuery};

crate::operation! {
    /// 二以上事業所勤務の一覧
    ///
    /// Lists the offices at which an insured person works beside the one that the cover is of; with `as_of` those of that day, with
    /// `known_at` as known at an instant.
    pub ListConcurrentOffices: Get "/v1/members/{member_id}/concurrent-offices" = "listConcurrentOffices", scope "remuneration:read", on "Member", status 200, law "健康保険法44条3項, R-040";
}

/// An office beside the one that the cover is of.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcurrentOffice {
    /// The same over all versions of the employment.
    pub office_id: Uuid,
    /// Employer of this society.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub employer_id: Option<Uuid>,
    /// Name of an office outside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub name: Option<String>,
    /// First day on which the person works there too.
    pub from_on: NaiveDate,
    /// First day on which the person does not any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub until_on: Option<NaiveDate>,
    /// 報酬月額 there as first reported; later reports stand in the decisions.
    pub monthly_yen: i64,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Known since.
    pub recorded_at: DateTime<Utc>,
    /// Notification it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notification_id: Option<Uuid>,
}
impl From<OfficeRow> for ConcurrentOffice {
    fn from(r: OfficeRow) -> Self {
        Self {
            office_id: r.office_id,
            employer_id: r.employer_id,
            name: r.name,
            from_on: r.from_on,
            until_on: r.until_on,
            monthly_yen: r.monthly_yen,
            received_on: r.received_on,
            recorded_at: r.recorded_at,
            notification_id: r.source,
        }
    }
}
/// Offices of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcurrentOfficeList {
    /// In the order in which they began.
    #[schema(max_items = 1000)]
    items: Vec<ConcurrentOffice>,
}

async fn list(
    gate: Gate<ListConcurrentOffices>,
    id: Id,
    q: Query<RemunerationQuery>,
) -> Reply<ListConcurrentOffices, ConcurrentOfficeList> {
    gate.read(move |tx| {
        let RemunerationQuery { as_of, known_at } = q.0;
        let day = as_of.unwrap_or_else(|| tx.today());
        let (member, permit) = members::admitted::<ListConcurrentOffices>(tx, id.0, day, known_at)?;
        let has = |o: &OfficeRow| {
            as_of.is_none_or(|day| o.from_on <= day && o.until_on.is_none_or(|until| until > day))
        };
        let rows = members::offices_of(tx, &member, known_at)?;
        let items: Vec<ConcurrentOffice> = rows.into_iter().filter(has).map(Into::into).collect();
        tx.note_beneath(items.len(), PAY);
        Ok(permit.answer(ConcurrentOfficeList { items }))
    })
    .await
}

/// Routes of offices.
pub fn routes(r: &mut Routes) {
    r.add::<ListConcurrentOffices, _, _, _>(list);
}
