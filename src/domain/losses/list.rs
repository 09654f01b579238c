//! Who lost cover in a period, and why: among them whoever did not pay, whom 徴収 follows.
use super::store::{self, EndedRow};
use crate::{
    domain::members::EnrolmentType,
    kernel::{
        Facts, Gate, Kind, Operation, Problem, Reply, Routes, Said,
        input::{Query, plain_text},
        page,
    },
    values::day_key::DayKey,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 資格喪失者の一覧
    ///
    /// Lists the covers of insured persons that end in a period, by day of the loss; of one reason and one 加入区分 where asked: with
    /// `premium_unpaid` and `first_premium_unpaid` those whom 徴収 follows. Whoever is covered again since stays on the list. With `known_at` as
    /// known at an instant. Why a cover ended tells explainLoss.
    pub ListLosses: Get "/v1/losses" = "listLosses", scope "members:read", on "Society", status 200, law "健康保険法36条・38条, R-010, R-045", sends Link;
}
/// The longest period that is asked for at once, days.
const LONGEST: i64 = 366;

/// Which losses, which page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LossListQuery {
    /// First day of the period in which cover is lost (JST).
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    lost_from: NaiveDate,
    /// Last day of the period, at most 366 days from the first.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    lost_to: NaiveDate,
    /// 喪失理由 as a code, as members show it.
    #[validate(length(min = 1, max = 40), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 40)]
    loss_reason: Option<String>,
    /// 加入区分.
    #[param(inline = false)]
    enrolment_type: Option<EnrolmentType>,
    /// As known at this instant; now when absent.
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
impl LossListQuery {
    fn filter(&self) -> Result<store::LossFilter<'_>, Problem> {
        let wrong = |code: &str, said: Said<'_>| Err(Problem::new(Kind::Invalid).at("/lost_to", code, said));
        if self.lost_to < self.lost_from {
            return wrong("E-DATE-RELATION", ("開始日より前です", "before the first day"));
        }
        if (self.lost_to - self.lost_from).num_days() >= LONGEST {
            return wrong("period-too-long", ("期間は366日までです", "at most 366 days"));
        }
        Ok(store::LossFilter {
            period: (self.lost_from, self.lost_to),
            reason: self.loss_reason.as_deref(),
            enrolment_type: self.enrolment_type.map(EnrolmentType::word),
            known_at: self.known_at,
        })
    }
}
/// A cover of an insured person that ends.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LossItem {
    /// The insured person.
    pub member_id: Uuid,
    /// Employer of the cover.
    pub employer_id: Uuid,
    /// 加入区分.
    pub enrolment_type: EnrolmentType,
    /// 記号.
    #[schema(max_length = 20)]
    pub symbol: String,
    /// 番号.
    #[schema(max_length = 20)]
    pub number: String,
    /// 資格取得年月日.
    pub acquired_on: NaiveDate,
    /// 資格喪失年月日: first day not covered.
    pub lost_on: NaiveDate,
    /// 喪失理由 as a code.
    #[schema(max_length = 40)]
    pub loss_reason: String,
    /// 喪失受付年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub loss_received_on: Option<NaiveDate>,
}
impl From<EndedRow> for LossItem {
    fn from(r: EndedRow) -> Self {
        Self {
            member_id: r.person_id,
            employer_id: r.employer_id,
            enrolment_type: EnrolmentType::of(&r.enrolment_type),
            symbol: r.symbol,
            number: r.number,
            acquired_on: r.acquired_on,
            lost_on: r.lost_on,
            loss_reason: r.loss_reason,
            loss_received_on: r.loss_received_on,
        }
    }
}
crate::page_of!(LossPage, LossItem);

async fn list(gate: Gate<ListLosses>, q: Query<LossListQuery>) -> Reply<ListLosses, LossPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListLosses>::new(tx.kernel(), &q);
        let after = list.after::<DayKey>(cursor.as_deref())?;
        let rows = store::ended(tx, &q.filter()?, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, ListLosses::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| DayKey(r.lost_on, r.enrolment_id)));
        let items = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(LossPage { items, page }).next(link))
    })
    .await
}

/// Routes of the list of losses.
pub fn routes(r: &mut Routes) {
    r.add::<ListLosses, _, _, _>(list);
}
