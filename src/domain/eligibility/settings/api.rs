//! Operations on the settings of law.
use super::{
    super::{
        recognitions::word,
        rules::{
            Law, LegalSetting, OF_BURDEN, OF_DEPENDENTS, OF_SHORT_TIME, SocietyValue, UnderLaw, settable_from,
        },
    },
    store::{self, SettingRow},
};
use crate::{
    domain::approvals::{self, ApprovalKind, SettingRuling, SettingState},
    kernel::{
        Facts, Gate, Kind, Operation, Problem, Reply, Routes, Tx,
        input::{Id, IdempotencyKey, Input, Query},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 法定値の設定の一覧
    ///
    /// Lists what the society set in the place of values of law that the program brings, newest first, and what is in force on a day: of dependents, short-time workers and the share of the cost of care.
    pub ListRecognitionSettings: Get "/v1/recognition-settings" = "listRecognitionSettings", scope "confirmations:read", on "Society", status 200, law "健康保険法3条1項9号・7項, R-006";
    /// 法定値の設定の登録
    ///
    /// Asks for a value of law from a day on, in the place of the one that the program brings: what is set by law or notice after the release, or later than announced. It counts once a second person approved it (checkRecognitionSetting), for every question that is asked afterwards about a day from `valid_from` on, until the next value or the next row of the program; of two for one day the one approved last.
    /// What was decided before stays, with the values that it was decided by. A value begins with the row of the program that is in force today at the earliest; from there on it may reach back, for what is asked anew.
    pub RequestRecognitionSetting: Post "/v1/recognition-settings" = "requestRecognitionSetting", scope "confirmations:manage", on "Society", status 201, law "健康保険法3条1項9号・7項, R-006, R-096", makes "RecognitionSetting";
    /// 法定値の設定の承認・却下
    ///
    /// Approves or rejects, as the second person, a value that was asked for. 409: `same-person` for whoever asked, `no-open-check`
    /// when nothing waits, `not-settable` where it could not be asked for any more.
    pub CheckRecognitionSetting: Post "/v1/recognition-settings/{recognition_setting_id}/check" = "checkRecognitionSetting", scope "confirmations:manage", on "RecognitionSetting", status 200, law "R-096";
}
crate::json_body!("application/json": SocietyValue);
/// Day and instant that are asked about.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SettingListQuery {
    /// What is in force on this day (JST); today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// 承認・却下.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionSettingCheck {
    /// Approve or reject.
    ruling: SettingRuling,
}
crate::json_body!("application/json": RecognitionSettingCheck);
/// A value that the society set in the place of one that the program brings.
#[derive(Serialize, ToSchema)]
pub struct RecognitionSetting {
    /// Id.
    id: Uuid,
    /// Where it stands.
    state: SettingState,
    /// What is set.
    set: SocietyValue,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When the second person looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_at: Option<DateTime<Utc>>,
}
impl RecognitionSetting {
    fn of(r: &SettingRow) -> Result<Self, Problem> {
        Ok(Self {
            id: r.id,
            state: r.state(),
            set: r.set()?,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
        })
    }
}
/// What the society set, and what is in force.
#[derive(Serialize, ToSchema)]
pub struct RecognitionSettingList {
    /// Newest first.
    #[schema(max_items = 500)]
    items: Vec<RecognitionSetting>,
    /// What is in force on the day.
    #[schema(max_items = 100)]
    in_force: Vec<LegalSetting>,
}
/// The value is one that its name can have, and begins no earlier than the row of the program that is in force.
fn require_settable(set: &SocietyValue, today: NaiveDate) -> Result<(), Problem> {
    let wrong = |at, code, said| Err(Problem::new(Kind::Invalid).at(at, code, said));
    if !set.name.bounds().contains(&set.value) {
        return wrong(
            "/value",
            "value-out-of-bounds",
            ("この項目の値の範囲外です", "not a value that this may have"),
        );
    }
    if settable_from(set.name, today).is_none_or(|first| set.valid_from < first) {
        let said = (
            "本日適用されている基準の適用開始日より前の日は指定できません",
            "not before the first day of what is in force today",
        );
        return wrong("/valid_from", "E-DATE-RELATION", said);
    }
    Ok(())
}
/// What was asked for can be set still.
fn require_approvable(set: &SocietyValue, today: NaiveDate) -> Result<(), Problem> {
    require_settable(set, today).map_err(|_| {
        Problem::conflict(
            "not-settable",
            "申請の後に基準が変わり、この日からは設定できません。却下して申請し直してください",
            "The law's own value changed since it was asked for: reject it and ask anew",
        )
    })
}
/// Puts what the society set in the place of the table's values, as known now, into facts that state none: of the names that their rule looks
/// at, and of two values for one day the one that counts.
/// # Errors
/// Database errors.
pub fn put<F: UnderLaw>(tx: &mut Tx<'_>, facts: &mut F) -> Result<(), Problem> {
    let place = facts.values();
    if place.is_none() {
        let mut all = store::values(tx, None)?;
        all.retain(|v| F::NAMES.contains(&v.name));
        let of = |v: &SocietyValue| (v.name, v.valid_from);
        let last = |n: usize, v: &SocietyValue| all.iter().rposition(|other| of(other) == of(v)) == Some(n);
        let counting: Vec<SocietyValue> =
            all.iter().enumerate().filter(|(n, v)| last(*n, v)).map(|(_, v)| v.clone()).collect();
        *place = Some(counting).filter(|all| !all.is_empty());
    }
    Ok(())
}

async fn list_settings(
    gate: Gate<ListRecognitionSettings>,
    q: Query<SettingListQuery>,
) -> Reply<ListRecognitionSettings, RecognitionSettingList> {
    gate.read(move |tx| {
        let (day, known_at) = (q.0.as_of.unwrap_or_else(|| tx.today()), q.0.known_at);
        let rows = store::list(tx, known_at)?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, permit) =
            tx.admit_rows::<ListRecognitionSettings, _>(&society, ListRecognitionSettings::ID, rows)?;
        let set = store::values(tx, known_at)?;
        let names = [OF_DEPENDENTS.as_slice(), &OF_SHORT_TIME, &OF_BURDEN].concat();
        let in_force = Law::with(Some(&set))?.in_force(&names, day);
        let items = rows.iter().map(RecognitionSetting::of).collect::<Result<_, _>>()?;
        Ok(permit.answer(RecognitionSettingList { items, in_force }))
    })
    .await
}
async fn request_setting(
    gate: Gate<RequestRecognitionSetting>,
    key: IdempotencyKey,
    input: Input<SocietyValue>,
) -> Reply<RequestRecognitionSetting, RecognitionSetting> {
    gate.once(key, input.digest, move |tx| {
        let permit = tx.admit_facts(&Facts::of("Society", Uuid::nil()))?;
        let (set, id) = (input.value, Uuid::now_v7());
        require_settable(&set, tx.today())?;
        store::insert(tx, &permit, (id, &word(&set.name)?), &set)?;
        let told = store::told(&set)?;
        approvals::request(tx, &permit, ApprovalKind::RecognitionSetting, id, &[told.as_bytes()])?;
        tx.note(|n| n.subject = Some(("RecognitionSetting", Some(id))));
        let row = store::written(tx, &permit, id)?;
        Ok(permit.answer(RecognitionSetting::of(&row)?))
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
        if input.value.ruling == SettingRuling::Approve {
            // the program may have another row by now
            require_approvable(&row.set()?, tx.today())?;
        }
        let (told, ruling) = (row.told()?, input.value.ruling.into());
        approvals::settle(
            tx,
            &permit,
            ApprovalKind::RecognitionSetting,
            row.id,
            &[told.as_bytes()],
            &ruling,
        )?;
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(RecognitionSetting::of(&row)?))
    })
    .await
}

/// Routes of the settings of law.
pub fn routes(r: &mut Routes) {
    r.group("Dependents");
    r.add::<ListRecognitionSettings, _, _, _>(list_settings);
    r.add::<RequestRecognitionSetting, _, _, _>(request_setting);
    r.add::<CheckRecognitionSetting, _, _, _>(check_setting);
}
