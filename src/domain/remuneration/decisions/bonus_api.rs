//! The explanation of a 標準賞与額. For staff: it is read aloud to whoever asks.
use super::{
    super::told::{ExplanationQuery, held},
    api::{NoPremium, StandardBonusOfMonth, bonus_view},
    store::bonuses as store,
};
use crate::kernel::{
    Gate, Reply, Routes,
    input::{Id, Query},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

crate::operation! {
    /// 標準賞与額の説明
    ///
    /// Explains the standard bonus of a month in sentences to be read aloud, with articles and figures, as it was decided: what was added up, what
    /// was cut off, what was left of the fiscal year's cap, and whether it bears a premium.
    pub ExplainStandardBonus: Get "/v1/standard-bonuses/{bonus_id}/explanation" = "explainStandardBonus", scope "remuneration:read", on "Member", status 200, law "健康保険法45条, R-040, R-047";
}

/// Why a standard bonus was decided so.
#[derive(Serialize, ToSchema)]
pub struct StandardBonusExplanation {
    /// Insured person.
    member_id: Uuid,
    /// The bonus of the month in its newest version, with what was paid and the steps.
    bonus: StandardBonusOfMonth,
    /// It is known to hold; otherwise what was paid was taken back, or corrected to another month.
    holds: bool,
    /// To be read aloud, in Japanese.
    #[schema(max_length = 20000)]
    ja: String,
    /// To be read aloud, in English.
    #[schema(max_length = 20000)]
    en: String,
}
/// What is said of a bonus that bears no premium.
fn no_premium(why: NoPremium) -> (&'static str, &'static str) {
    match why {
        NoPremium::LossMonth => (
            "資格を喪失した月に支払われた賞与のため、保険料はかかりません(健康保険法156条3項)。年度の累計には含みます。",
            "It was paid in the month of the loss of cover and bears no premium (Health Insurance Act, art. 156(3)); it counts for the cap of the year.",
        ),
    }
}

async fn explain(
    gate: Gate<ExplainStandardBonus>,
    id: Id,
    q: Query<ExplanationQuery>,
) -> Reply<ExplainStandardBonus, StandardBonusExplanation> {
    gate.read(move |tx| {
        let known_at = q.0.known_at;
        let row = store::find(tx, id.0, known_at)?;
        let (row, permit) = tx.admit::<ExplainStandardBonus, _>(row)?;
        let (member_id, holds) = (row.person_id, held(row.superseded_at, known_at));
        // of one that holds no more, what had been paid as it was decided
        let paid_at = if holds { known_at } else { Some(row.recorded_at) };
        let payments = store::payments(tx.conn(), member_id, paid_at)?;
        let bonus = bonus_view(row, &payments)?;
        let (mut ja, mut en) = bonus.trace.aloud_now(holds);
        if let Some((more_ja, more_en)) = bonus.no_premium.map(no_premium) {
            ja.push_str(more_ja);
            en = format!("{en} {more_en}");
        }
        Ok(permit.answer(StandardBonusExplanation { member_id, bonus, holds, ja, en }))
    })
    .await
}

/// Routes of the explanation of bonuses.
pub fn routes(r: &mut Routes) {
    r.add::<ExplainStandardBonus, _, _, _>(explain);
}
