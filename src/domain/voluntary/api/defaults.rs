//! 保険料未納による資格喪失 (健康保険法38条3号, 37条2項), as 徴収 finds it.
use super::super::ends::{End, end, latest};
use crate::{
    domain::{
        dependents,
        members::{self, Member, Seen, member_view},
        remuneration::{ContinuationCause, in_reach},
    },
    kernel::{
        Gate, Kind, Problem, Reply, Routes, Subject,
        errand::Act,
        input::{Id, Input},
    },
    values::{holidays::next_business_day, month::Month},
};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 任意継続の保険料未納の登録
    ///
    /// Ends 任意継続 or 特例退職 because a premium was not paid by its due day: cover is lost on the day after it. When the first premium
    /// was not paid, the cover never was. A later end that is recorded gives way. 409: `not-continued`, `ended-already` when the cover
    /// ended on that day or before, `not-yet` until the due day is over.
    pub RecordVoluntaryDefault: Post "/v1/members/{member_id}/voluntary-default" = "recordVoluntaryDefault", scope "voluntary:collect", on "Member", status 200, law "健康保険法37条2項, 38条3号, 164条1項, R-045";
}

/// Which premium was not paid.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum UnpaidPremium {
    /// 初めて納付すべき保険料; its due day is set by the society.
    First,
    /// That of a later month, due on its 10th.
    Monthly,
}
/// 保険料未納.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntaryDefault {
    /// Which premium.
    premium: UnpaidPremium,
    /// 納付期日; of a month its 10th, or the first open day after it.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    due_on: NaiveDate,
}
crate::json_body!("application/json": VoluntaryDefault);

impl VoluntaryDefault {
    /// The end that it makes of cover that began on a day.
    fn end(&self, acquired_on: NaiveDate, today: NaiveDate) -> Result<End, Problem> {
        let wrong = |code, said| Err(Problem::new(Kind::Invalid).at("/due_on", code, said));
        if self.due_on < acquired_on {
            return wrong("E-DATE-RELATION", "資格取得日より前です / before the acquisition");
        }
        let month = Month::of(self.due_on);
        if self.premium == UnpaidPremium::Monthly {
            let tenth = month.first_day().with_day(DUE_DAY);
            if tenth.map(|day| next_business_day(day, &[])) != Some(self.due_on) {
                return wrong(
                    "not-a-due-day",
                    "その月の納付期日ではありません / not the due day of the month",
                );
            }
            if month <= Month::of(acquired_on) {
                return wrong(
                    "E-DATE-RELATION",
                    "初回の保険料の月です / the premium of that month is the first",
                );
            }
        }
        if self.due_on >= today {
            return Err(Problem::conflict(
                "not-yet",
                "納付期日がまだ過ぎていません",
                "The due day is not over yet",
            ));
        }
        let cause = match self.premium {
            UnpaidPremium::First => ContinuationCause::FirstPremiumUnpaid,
            UnpaidPremium::Monthly => ContinuationCause::PremiumUnpaid,
        };
        End::by(cause, (acquired_on, self.due_on), today)
    }
}
/// 健康保険法164条1項: the 10th of the month.
const DUE_DAY: u32 = 10;

async fn record_default(
    gate: Gate<RecordVoluntaryDefault>,
    id: Id,
    input: Input<VoluntaryDefault>,
) -> Reply<RecordVoluntaryDefault, Member> {
    gate.run(move |tx| {
        let today = tx.today();
        let known = dependents::hold_families(tx.conn(), &[id.0], &[])?;
        tx.record_at_once(known);
        let (row, permit) = members::admitted::<RecordVoluntaryDefault>(tx, id.0, today, None)?;
        let cover = latest(tx.conn(), row.person_id)?.ok_or_else(|| {
            Problem::conflict(
                "not-continued",
                "任意継続被保険者・特例退職被保険者ではありません",
                "The person does not continue voluntarily",
            )
        })?;
        let over = input.value.end(cover.acquired_on, today)?;
        let act = Act::permitted(tx, &permit, None)?;
        let ended = end(tx.conn(), &act, &cover, &over)?;
        tx.note(|n| n.left(ended.iter().map(|d| d.person_id).chain([row.person_id]), &[]));
        let row = members::written(tx, &permit, row.person_id)?;
        let seen = Seen::of(tx, &row.facts())?;
        Ok(permit.answer(member_view(row, None, seen)))
    })
    .await
}

/// Routes of premiums that were not paid.
pub fn routes(r: &mut Routes) {
    r.add::<RecordVoluntaryDefault, _, _, _>(record_default);
}
