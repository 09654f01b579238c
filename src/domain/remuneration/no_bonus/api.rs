//! The operation on reports that no bonus was paid.
use super::store::{self, NoBonusRow};
use crate::{
    domain::employers,
    kernel::{
        Gate, Reply, Routes,
        input::{Id, Query},
    },
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 賞与不支給報告書の一覧
    ///
    /// Lists the accepted reports of an employer that no bonus was paid (notifications of kind `no_bonus_report`), the newest month first; with
    /// `as_of` the one about the month of that day, with `known_at` as known at an instant. A bonus that is reported later for such a month is
    /// taken all the same.
    pub ListNoBonusReports: Get "/v1/employers/{employer_id}/no-bonus-reports" = "listNoBonusReports", scope "employers:read", on "Employer", status 200, law "健康保険法48条、同施行規則27条";
}

/// Day and instant of the list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoBonusQuery {
    /// About the month of this day (JST); all months when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// A report that no bonus was paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoBonusReport {
    /// Report; one that corrects it is another.
    pub id: Uuid,
    /// Employer.
    pub employer_id: Uuid,
    /// 賞与支払予定年月.
    pub planned_month: Month,
    /// 変更後の賞与支払予定月.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_planned_month: Option<Month>,
    /// 作成者氏名.
    #[schema(max_length = 50)]
    pub preparer_name: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The notification; absent for those from before they were notified.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notification_id: Option<Uuid>,
}
impl From<NoBonusRow> for NoBonusReport {
    fn from(r: NoBonusRow) -> Self {
        Self {
            id: r.id,
            employer_id: r.employer_id,
            planned_month: Month::of(r.planned_month),
            next_planned_month: r.next_planned_month.map(Month::of),
            preparer_name: r.preparer_name,
            received_at: r.received_at,
            notification_id: r.source,
        }
    }
}
/// Reports that no bonus was paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoBonusReportList {
    /// The newest month first.
    #[schema(max_items = 1000)]
    items: Vec<NoBonusReport>,
}

async fn list(
    gate: Gate<ListNoBonusReports>,
    id: Id,
    q: Query<NoBonusQuery>,
) -> Reply<ListNoBonusReports, NoBonusReportList> {
    gate.read(move |tx| {
        let today = tx.today();
        let employer = employers::find(tx, id.0, today)?;
        let (employer, permit) = tx.admit::<ListNoBonusReports, _>(employer)?;
        let rows = store::of_employer(tx, &employer, (q.0.as_of.map(Month::of), q.0.known_at))?;
        Ok(permit.answer(NoBonusReportList { items: rows.into_iter().map(Into::into).collect() }))
    })
    .await
}

/// Routes of these reports.
pub fn routes(r: &mut Routes) {
    r.group("NoBonusReports");
    r.add::<ListNoBonusReports, _, _, _>(list);
}
