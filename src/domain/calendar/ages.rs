//! 年齢到達予定者 — who comes to an age of the law in a period, before and after it has come.
use super::{
    model::{AgeFilter, AgeRow},
    rules::AgeEvent,
    store,
};
use crate::kernel::{Facts, Gate, Kind, Operation, Problem, Reply, Routes, Said, input::Query, page};
use crate::values::day_key::DayKey;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 年齢到達者の一覧
    ///
    /// Lists insured persons and dependents for whom an age of the law takes effect in a period, by day of birth: 40 and 65 (介護保険第2号被保険者),
    /// 70 (高齢受給者), 75 (後期高齢者医療). Everybody who was covered on a day of the period, or lost cover on one, by the name and day of birth
    /// of the day `as_of`; with `known_at` as known at an instant.
    pub ListAgeEvents: Get "/v1/age-events" = "listAgeEvents", scope "members:read", on "Society", status 200, law "R-010, 介護保険法9条, 健康保険法74条, 高齢者の医療の確保に関する法律50条", sends Link;
}
/// The longest period that is asked for at once, days.
const LONGEST: i64 = 366;

/// Which age, which period, which page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgeEventQuery {
    /// Which age of the law.
    #[param(inline = false)]
    event: AgeEvent,
    /// First day of the period in which it takes effect (JST).
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    from: NaiveDate,
    /// Last day of the period, at most 366 days from the first.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    to: NaiveDate,
    /// Name and day of birth as of this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
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
impl AgeEventQuery {
    /// What the store is asked for.
    fn filter(&self, today: NaiveDate) -> Result<AgeFilter, Problem> {
        let wrong = |name: &str, code: &str, said: Said<'_>| Problem::new(Kind::Invalid).at(name, code, said);
        if self.to < self.from {
            return Err(wrong("to", "E-DATE-RELATION", ("開始日より前です", "before the first day")));
        }
        if (self.to - self.from).num_days() >= LONGEST {
            return Err(wrong("to", "period-too-long", ("期間は366日までです", "at most 366 days")));
        }
        let births = self.event.births(self.from, self.to).ok_or_else(|| {
            wrong("from", "date-out-of-range", ("日付が範囲外です", "the date is out of range"))
        });
        Ok(AgeFilter {
            births: births?,
            period: (self.from, self.to),
            as_of: self.as_of.unwrap_or(today),
            known_at: self.known_at,
        })
    }
}
/// Insured or a dependent.
#[derive(Clone, Copy, Debug, Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum CoveredAs {
    /// 被保険者.
    Insured,
    /// 被扶養者.
    Dependent,
}
/// Somebody for whom an age takes effect.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgeEventItem {
    /// Who.
    pub person_id: Uuid,
    /// Insured or a dependent, in the latest cover of the period.
    pub covered_as: CoveredAs,
    /// The insured person: the person itself, or under whom it is a dependent.
    pub member_id: Uuid,
    /// In whose affairs.
    pub employer_id: Uuid,
    /// 氏名.
    #[schema(max_length = 200)]
    pub name: String,
    /// 振り仮名.
    #[schema(max_length = 200)]
    pub name_kana: String,
    /// 生年月日.
    pub birth_on: NaiveDate,
    /// Which age of the law.
    pub event: AgeEvent,
    /// The day on which the age is reached: the day before the birthday.
    pub reached_on: NaiveDate,
    /// The day from which it takes effect.
    pub effective_on: NaiveDate,
}
crate::page_of!(AgeEventPage, AgeEventItem);

fn item(event: AgeEvent, r: AgeRow) -> AgeEventItem {
    AgeEventItem {
        person_id: r.person_id,
        covered_as: if r.is_dependent { CoveredAs::Dependent } else { CoveredAs::Insured },
        member_id: r.insured_id,
        employer_id: r.employer_id,
        name: r.name,
        name_kana: r.name_kana,
        birth_on: r.birth_on,
        event,
        reached_on: event.reached_on(r.birth_on),
        effective_on: event.effective_on(r.birth_on),
    }
}
async fn list_age_events(
    gate: Gate<ListAgeEvents>,
    q: Query<AgeEventQuery>,
) -> Reply<ListAgeEvents, AgeEventPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListAgeEvents>::new(tx.kernel(), &q);
        let after = list.after::<DayKey>(cursor.as_deref())?.map(|k| (k.0, k.1));
        let rows = store::people(tx, &q.filter(tx.today())?, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, ListAgeEvents::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| DayKey(r.birth_on, r.person_id)));
        let items = rows.into_iter().map(|r| item(q.event, r)).collect();
        Ok(permit.answer(AgeEventPage { items, page }).next(link))
    })
    .await
}
/// Routes of ages.
pub fn routes(r: &mut Routes) {
    r.schema::<AgeEvent>();
    r.add::<ListAgeEvents, _, _, _>(list_age_events);
}
