//! What the society sets of 任意継続 and 特例退職, with a second person's check.
use super::super::{
    averages,
    model::SettingRow,
    store::{self, NewSetting},
};
use crate::{
    domain::{
        approvals::{self, ApprovalKind, SettingRuling, SettingState},
        employers,
        remuneration::{in_reach, rules},
    },
    kernel::{
        Facts, Gate, Kind, Operation, Permit, Problem, Reply, Routes, Tx,
        input::{Id, IdempotencyKey, Input, Query},
    },
    values::{month::Month, yen::Yen},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 任意継続の設定の一覧
    ///
    /// Lists what the society set of 任意継続 and 特例退職, newest first. Of the approved ones the latest that has begun holds on a day:
    /// with `as_of` that one alone; with `known_at` as known at an instant.
    pub ListVoluntarySettings: Get "/v1/voluntary-settings" = "listVoluntarySettings", scope "voluntary:read", on "Society", status 200, law "健康保険法47条, R-044";
    /// 任意継続の設定の登録
    ///
    /// Asks for settings that hold from a day on: the society's own office, the average of all insured, the ceiling of the society's rules, and
    /// the amount for 特例退職 where the society enrols such persons. They count once a second person approved them
    /// (checkVoluntarySetting). What was decided before stays. 409: `office-has-systems`, `office-has-employees` when the office is
    /// an employer's.
    pub RequestVoluntarySetting: Post "/v1/voluntary-settings" = "requestVoluntarySetting", scope "voluntary:write", on "Society", status 201, law "健康保険法47条, R-044, R-096", makes "VoluntarySetting";
    /// 任意継続の設定の承認・却下
    ///
    /// Approves or rejects, as the second person, settings that were asked for. Approved ones decide the standard remuneration of those who
    /// continue already, from their first month on. 409: `same-person` for whoever asked, `no-open-check`
    /// when nothing waits.
    pub CheckVoluntarySetting: Post "/v1/voluntary-settings/{setting_id}/check" = "checkVoluntarySetting", scope "voluntary:write", on "VoluntarySetting", status 200, law "R-096";
}

/// Settings to be asked for.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntarySettingCreate {
    /// First day on which they hold: for the average the 1 April after the 30 September on which it was taken.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    valid_from: NaiveDate,
    /// The society's own 事業所, under whose 記号 these persons are numbered.
    office_id: Uuid,
    /// Average of all insured on the 30 September that counts (not its grade), above zero.
    average_remuneration_yen: Yen,
    /// Which ceiling the society's rules set.
    ceiling_rule: rules::CeilingRule,
    /// 標準報酬月額 that the rules set, for `below_average` and `above_average`.
    #[schema(nullable = false)]
    rule_amount_yen: Option<Yen>,
    /// 標準報酬月額 of 特例退職被保険者; absent unless the society is a 特定健康保険組合.
    #[schema(nullable = false)]
    special_retiree_yen: Option<Yen>,
}
crate::json_body!("application/json": VoluntarySettingCreate);
/// 承認・却下.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoluntarySettingCheck {
    /// Approve or reject.
    ruling: SettingRuling,
}
crate::json_body!("application/json": VoluntarySettingCheck);
/// What the society set from a day on.
#[derive(Serialize, ToSchema)]
pub struct VoluntarySetting {
    /// Id.
    id: Uuid,
    /// Where it stands.
    state: SettingState,
    /// First day on which it holds.
    valid_from: NaiveDate,
    /// The society's own 事業所.
    office_id: Uuid,
    /// Average of all insured.
    average_remuneration_yen: i64,
    /// Which ceiling the society's rules set.
    ceiling_rule: rules::CeilingRule,
    /// 標準報酬月額 that the rules set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rule_amount_yen: Option<i64>,
    /// 標準報酬月額 of 特例退職被保険者.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    special_retiree_yen: Option<i64>,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When the second person looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_at: Option<DateTime<Utc>>,
}
impl TryFrom<SettingRow> for VoluntarySetting {
    type Error = Problem;
    fn try_from(r: SettingRow) -> Result<Self, Problem> {
        Ok(Self {
            id: r.id,
            state: r.state(),
            valid_from: r.valid_from,
            office_id: r.office_id,
            average_remuneration_yen: r.average_remuneration_yen,
            ceiling_rule: r.ceiling()?,
            rule_amount_yen: r.rule_amount_yen,
            special_retiree_yen: r.special_retiree_yen,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
        })
    }
}
/// Settings.
#[derive(Serialize, ToSchema)]
pub struct VoluntarySettingList {
    /// Newest first.
    #[schema(max_items = 500)]
    items: Vec<VoluntarySetting>,
}

impl VoluntarySettingCreate {
    /// An amount of the rules goes with a ceiling that needs one, and is one of the table of grades.
    fn checked(&self) -> Result<(), Problem> {
        let wrong = |pointer, code, said| Err(Problem::new(Kind::Invalid).at(pointer, code, said));
        if self.average_remuneration_yen.get() == 0 {
            return wrong("/average_remuneration_yen", "range", ("0円です", "it is zero"));
        }
        let needs =
            matches!(self.ceiling_rule, rules::CeilingRule::BelowAverage | rules::CeilingRule::AboveAverage);
        match (needs, self.rule_amount_yen) {
            (true, None) => {
                return wrong(
                    "/rule_amount_yen",
                    "missing-field",
                    ("規約で定めた額が必要です", "the amount is needed"),
                );
            }
            (false, Some(_)) => {
                return wrong(
                    "/rule_amount_yen",
                    "must-be-absent",
                    ("この上限では指定できません", "not with this ceiling"),
                );
            }
            _ => {}
        }
        let given =
            [("/rule_amount_yen", self.rule_amount_yen), ("/special_retiree_yen", self.special_retiree_yen)];
        for (pointer, yen) in given.into_iter().filter_map(|(p, yen)| Some((p, yen?))) {
            let table = rules::GradeTable::in_force(Month::of(self.valid_from));
            if let Err(r) = table.and_then(|table| table.with_standard(yen, pointer)) {
                return wrong(pointer, r.code, r.said);
            }
        }
        self.check_special()
    }
    /// The amount of 特例退職 lies within the average of all insured (健康保険法附則3条4項), as standard remuneration.
    fn check_special(&self) -> Result<(), Problem> {
        let Some(special) = self.special_retiree_yen else { return Ok(()) };
        let facts = rules::GradeInput {
            remuneration_yen: self.average_remuneration_yen,
            month: Month::of(self.valid_from),
        };
        let wrong = |code, said| Err(Problem::new(Kind::Invalid).at("/special_retiree_yen", code, said));
        match rules::apply::<rules::StandardRemunerationGrade>(&facts) {
            Ok((average, _)) if special.get() > average.standard_yen => {
                wrong("above-average", ("全被保険者の平均を超えます", "above the average of all insured"))
            }
            Ok(_) => Ok(()),
            Err(r) => wrong(r.code, r.said),
        }
    }
}
/// The office is the society's own: it has no people, none who are about to come, and no system of an employer.
fn check_office<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, office: Uuid) -> Result<(), Problem> {
    let today = tx.today();
    if employers::find(tx, office, today).is_err_and(|p| p.kind == Kind::NotFound) {
        let said = ("該当する事業所がありません", "there is no such office");
        return Err(Problem::new(Kind::Invalid).at("/office_id", "unknown-value", said));
    }
    if store::has_systems(tx, office)? {
        return Err(Problem::conflict(
            "office-has-systems",
            "事業主のシステムが利用する事業所は指定できません",
            "A system of an employer is bound to the office",
        ));
    }
    if store::has_employees(tx, office)? {
        return Err(Problem::conflict(
            "office-has-employees",
            "強制被保険者のいる事業所は指定できません",
            "The office has insured persons of its own",
        ));
    }
    Ok(())
}

/// Day and instant of the list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VoluntarySettingQuery {
    /// The settings that hold on this day (JST); all when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
async fn list_settings(
    gate: Gate<ListVoluntarySettings>,
    q: Query<VoluntarySettingQuery>,
) -> Reply<ListVoluntarySettings, VoluntarySettingList> {
    gate.read(move |tx| {
        let rows = store::list(tx, q.0.as_of, q.0.known_at)?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, permit) =
            tx.admit_rows::<ListVoluntarySettings, _>(&society, ListVoluntarySettings::ID, rows)?;
        let items = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(permit.answer(VoluntarySettingList { items }))
    })
    .await
}
async fn request_setting(
    gate: Gate<RequestVoluntarySetting>,
    key: IdempotencyKey,
    input: Input<VoluntarySettingCreate>,
) -> Reply<RequestVoluntarySetting, VoluntarySetting> {
    gate.once(key, input.digest, move |tx| {
        let permit = tx.admit_facts(&Facts::of("Society", Uuid::nil()))?;
        let b = input.value;
        b.checked()?;
        check_office(tx, &permit, b.office_id)?;
        let id = Uuid::now_v7();
        let unwritable = || Problem::unavailable("setting-unwritable");
        let ceiling = serde_json::to_value(b.ceiling_rule).map_err(|_| unwritable())?;
        let new = NewSetting {
            id,
            valid_from: b.valid_from,
            office: b.office_id,
            average_yen: b.average_remuneration_yen.get(),
            ceiling: (ceiling.as_str().ok_or_else(unwritable)?, b.rule_amount_yen.map(Yen::get)),
            special_retiree_yen: b.special_retiree_yen.map(Yen::get),
        };
        let told = store::insert(tx, &permit, &new)?;
        approvals::request(tx, &permit, ApprovalKind::VoluntarySetting, id, &[told.as_bytes()])?;
        tx.note(|n| n.subject = Some(("VoluntarySetting", Some(id))));
        let row = store::written(tx, &permit, id)?;
        Ok(permit.answer(row.try_into()?))
    })
    .await
}
async fn check_setting(
    gate: Gate<CheckVoluntarySetting>,
    id: Id,
    input: Input<VoluntarySettingCheck>,
) -> Reply<CheckVoluntarySetting, VoluntarySetting> {
    gate.run(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<CheckVoluntarySetting, _>(row)?;
        if input.value.ruling == SettingRuling::Approve {
            store::settings_change(tx.conn())?;
            check_office(tx, &permit, row.office_id)?; // people may have come since it was asked for
        }
        let ruling = input.value.ruling.into();
        let told = row.told();
        approvals::settle(tx, &permit, ApprovalKind::VoluntarySetting, row.id, &[told.as_bytes()], &ruling)?;
        if input.value.ruling == SettingRuling::Approve {
            averages::decide_all(tx, &permit, row.valid_from)?;
        }
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(row.try_into()?))
    })
    .await
}

/// Routes of settings.
pub fn routes(r: &mut Routes) {
    r.add::<ListVoluntarySettings, _, _, _>(list_settings);
    r.add::<RequestVoluntarySetting, _, _, _>(request_setting);
    r.add::<CheckVoluntarySetting, _, _, _>(check_setting);
}
