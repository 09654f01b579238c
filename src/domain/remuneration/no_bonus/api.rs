//! Operations on reports that no bonus was paid.
use super::{
    super::decisions::has_paid,
    store::{self, NoBonusRow},
};
use crate::{
    domain::employers,
    kernel::{
        Gate, Kind, Operation, Problem, Reply, Routes,
        input::{Id, IdempotencyKey, Input, Query, plain_text},
    },
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 賞与不支給報告書の提出
    ///
    /// Reports that the employer paid nobody a bonus in the month for which one was planned. 409 `bonus-paid` when a bonus of that month
    /// is registered, `no-bonus-reported` when the month was reported before. A bonus that is reported later for the month is taken all the same.
    pub CreateNoBonusReport: Post "/v1/employers/{employer_id}/no-bonus-reports" = "createNoBonusReport", scope "notifications:submit", on "Employer", status 201, law "健康保険法48条、同施行規則27条", makes "NoBonusReport";
    /// 賞与不支給報告書の一覧
    ///
    /// Lists the reports of an employer that no bonus was paid, the newest month first; with `as_of` the one about the month of that day; with
    /// `known_at` as known at an instant.
    pub ListNoBonusReports: Get "/v1/employers/{employer_id}/no-bonus-reports" = "listNoBonusReports", scope "employers:read", on "Employer", status 200, law "健康保険法48条、同施行規則27条";
}

/// 賞与不支給報告書.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NoBonusReportCreate {
    /// 賞与支払予定年月: the month in which no bonus was paid.
    planned_month: Month,
    /// 変更後の賞与支払予定月: the month for which one is planned instead.
    #[serde(default)]
    next_planned_month: Option<Month>,
    /// 届出書の作成者氏名.
    #[validate(length(min = 1, max = 50), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 50)]
    preparer_name: String,
}
crate::json_body!("application/json": NoBonusReportCreate);
/// A report that no bonus was paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoBonusReport {
    /// Report.
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
impl NoBonusReportCreate {
    fn check(&self, today: Month) -> Result<(), Problem> {
        let at =
            |pointer: &str, code: &str, said: &str| Err(Problem::new(Kind::Invalid).at(pointer, code, said));
        if self.planned_month > today {
            return at(
                "/planned_month",
                "E-FUTURE-DATE",
                "まだ来ていない月です / the month is still to come",
            );
        }
        if self.next_planned_month.is_some_and(|next| next <= self.planned_month) {
            let said = "予定月より後の月を記載してください / a month after the planned one";
            return at("/next_planned_month", "E-DATE-RELATION", said);
        }
        Ok(())
    }
}

async fn create(
    gate: Gate<CreateNoBonusReport>,
    id: Id,
    key: IdempotencyKey,
    input: Input<NoBonusReportCreate>,
) -> Reply<CreateNoBonusReport, NoBonusReport> {
    let b = input.value;
    gate.once(key, input.digest, move |tx| {
        let today = tx.today();
        let employer = employers::find(tx, id.0, today)?;
        let (employer, permit) = tx.admit::<CreateNoBonusReport, _>(employer)?;
        b.check(Month::of(today))?;
        if has_paid(tx.conn(), employer.employer_id, b.planned_month)? {
            return Err(Problem::conflict(
                "bonus-paid",
                "この月の賞与が登録されています",
                "A bonus of this month is registered",
            ));
        }
        let report = (b.planned_month, b.next_planned_month, b.preparer_name.as_str());
        let row = store::keep(tx, &permit, employer.employer_id, report)?.ok_or_else(|| {
            Problem::conflict(
                "no-bonus-reported",
                "この月はすでに報告されています",
                "The month was reported before",
            )
        })?;
        tx.note(|n| n.subject = Some((CreateNoBonusReport::MAKES, Some(row.id))));
        Ok(permit.answer(row.into()))
    })
    .await
}
/// Day and instant of the list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoBonusReportQuery {
    /// About the month of this day (JST); all months when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
async fn list(
    gate: Gate<ListNoBonusReports>,
    id: Id,
    q: Query<NoBonusReportQuery>,
) -> Reply<ListNoBonusReports, NoBonusReportList> {
    gate.read(move |tx| {
        let today = tx.today();
        let employer = employers::find(tx, id.0, today)?;
        let (employer, permit) = tx.admit::<ListNoBonusReports, _>(employer)?;
        let items = store::of_employer(tx, &employer, (q.0.as_of.map(Month::of), q.0.known_at))?
            .into_iter()
            .map(Into::into)
            .collect();
        Ok(permit.answer(NoBonusReportList { items }))
    })
    .await
}

/// Routes of these reports.
pub fn routes(r: &mut Routes) {
    r.group("NoBonusReports");
    r.add::<CreateNoBonusReport, _, _, _>(create);
    r.add::<ListNoBonusReports, _, _, _>(list);
}
