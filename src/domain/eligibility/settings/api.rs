//! Operations on the settings of recognition.
use super::store::{self, SettingRow};
use crate::{
    domain::approvals::{self, ApprovalKind, SettingRuling, SettingState},
    kernel::{
        Facts, Gate, Kind, Operation, Problem, Reply, Routes,
        input::{Id, IdempotencyKey, Input, Query},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 被扶養者認定の設定の一覧
    ///
    /// Lists what the society set of the recognition of dependents, newest first. The one that was approved last counts; with
    /// `known_at` as known at an instant.
    pub ListRecognitionSettings: Get "/v1/recognition-settings" = "listRecognitionSettings", scope "confirmations:read", on "Society", status 200, law "令和7年保保発1001第3号, R-006";
    /// 被扶養者認定の設定の登録
    ///
    /// Asks for settings: from which day of recognition on the society looks at the income by the labour contract. They count once a second person approved them (checkRecognitionSetting). What was decided before stays.
    pub RequestRecognitionSetting: Post "/v1/recognition-settings" = "requestRecognitionSetting", scope "confirmations:manage", on "Society", status 201, law "令和7年保保発1001第3号, R-006, R-096", makes "RecognitionSetting";
    /// 被扶養者認定の設定の承認・却下
    ///
    /// Approves or rejects, as the second person, settings that were asked for. 409: `same-person` for whoever asked, `no-open-check`
    /// when nothing waits.
    pub CheckRecognitionSetting: Post "/v1/recognition-settings/{recognition_setting_id}/check" = "checkRecognitionSetting", scope "confirmations:manage", on "RecognitionSetting", status 200, law "R-096";
}

/// Settings to be asked for.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionSettingCreate {
    /// First day of recognition for which the income by the labour contract counts: 2026-04-01 or later.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    contract_income_from: NaiveDate,
}
crate::json_body!("application/json": RecognitionSettingCreate);
/// 承認・却下.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionSettingCheck {
    /// Approve or reject.
    ruling: SettingRuling,
}
crate::json_body!("application/json": RecognitionSettingCheck);
/// What the society set of the recognition of dependents.
#[derive(Serialize, ToSchema)]
pub struct RecognitionSetting {
    /// Id.
    id: Uuid,
    /// Where it stands.
    state: SettingState,
    /// First day of recognition for which the income by the labour contract counts.
    contract_income_from: NaiveDate,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When the second person looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_at: Option<DateTime<Utc>>,
}
impl From<SettingRow> for RecognitionSetting {
    fn from(r: SettingRow) -> Self {
        Self {
            id: r.id,
            state: r.state(),
            contract_income_from: r.contract_income_from,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
        }
    }
}
/// Settings of the recognition of dependents.
#[derive(Serialize, ToSchema)]
pub struct RecognitionSettingList {
    /// Newest first.
    #[schema(max_items = 500)]
    items: Vec<RecognitionSetting>,
}
impl RecognitionSettingCreate {
    /// The notice holds from 2026-04-01: no society begins earlier.
    fn checked(&self) -> Result<NaiveDate, Problem> {
        if NaiveDate::from_ymd_opt(2026, 4, 1).is_some_and(|first| self.contract_income_from < first) {
            let said = "2026年4月1日より前の日は指定できません / not before 2026-04-01";
            return Err(Problem::new(Kind::Invalid).at("/contract_income_from", "E-DATE-RELATION", said));
        }
        Ok(self.contract_income_from)
    }
}

/// Instant of the list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecognitionSettingQuery {
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
async fn list_settings(
    gate: Gate<ListRecognitionSettings>,
    q: Query<RecognitionSettingQuery>,
) -> Reply<ListRecognitionSettings, RecognitionSettingList> {
    gate.read(move |tx| {
        let rows = store::list(tx, q.0.known_at)?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, permit) =
            tx.admit_rows::<ListRecognitionSettings, _>(&society, ListRecognitionSettings::ID, rows)?;
        Ok(permit.answer(RecognitionSettingList { items: rows.into_iter().map(Into::into).collect() }))
    })
    .await
}
async fn request_setting(
    gate: Gate<RequestRecognitionSetting>,
    key: IdempotencyKey,
    input: Input<RecognitionSettingCreate>,
) -> Reply<RequestRecognitionSetting, RecognitionSetting> {
    gate.once(key, input.digest, move |tx| {
        let permit = tx.admit_facts(&Facts::of("Society", Uuid::nil()))?;
        let (from, id) = (input.value.checked()?, Uuid::now_v7());
        store::insert(tx, &permit, id, from)?;
        let told = store::told(from);
        approvals::request(tx, &permit, ApprovalKind::RecognitionSetting, id, &[told.as_bytes()])?;
        tx.note(|n| n.subject = Some(("RecognitionSetting", Some(id))));
        let row = store::written(tx, &permit, id)?;
        Ok(permit.answer(row.into()))
    })
    .await
}
async fn check_setting(
    gate: Gate<CheckRecognitionSetting>,
    id: Id,
    input: Input<RecognitionSettingCheck>,
) -> Reply<CheckRecognitionSetting, RecognitionSetting> {
    gate.run(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<CheckRecognitionSetting, _>(row)?;
        let (told, ruling) = (row.told(), input.value.ruling.into());
        approvals::settle(
            tx,
            &permit,
            ApprovalKind::RecognitionSetting,
            row.id,
            &[told.as_bytes()],
            &ruling,
        )?;
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(row.into()))
    })
    .await
}

/// Routes of the settings of recognition.
pub fn routes(r: &mut Routes) {
    r.group("Dependents");
    r.add::<ListRecognitionSettings, _, _, _>(list_settings);
    r.add::<RequestRecognitionSetting, _, _, _>(request_setting);
    r.add::<CheckRecognitionSetting, _, _, _>(check_setting);
}
