//! Operations on protections.
use super::{
    ending, mailing,
    model::{ProtectionAuthority, ProtectionChange, ProtectionReason, ProtectionRow},
    rules::prolonged,
    store,
};
use crate::{
    domain::{
        approvals::{self, ApprovalKind, Ruling},
        members,
    },
    kernel::{
        Gate, Kind, Operation, Permit, Problem, Reply, Routes, Said, Tx,
        input::{Id, IfMatch, Input, Query, plain_text},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 支援措置の一覧
    ///
    /// Every version of the protections (支援措置) of a person, with the letter address; with `as_of` those alone that hold on that day, with
    /// `known_at` as known at an instant. Its ETag is what a change takes.
    pub ListProtections: Get "/v1/persons/{person_id}/protections" = "listProtections", scope "protections:read", on "Person", status 200, law "配偶者からの暴力の防止及び被害者の保護等に関する法律23条", sends Etag;
    /// 支援措置の開始
    ///
    /// Protects a person. From now on, for reads as of any day and known at any instant, addresses, phone and living together are shown to
    /// 適用 and 給付 alone; forms filed about the person or the family show no address any more, not even to who filed them. Whoever lives
    /// with the person (as insured person or dependent who does not live apart) is not told either. 409 `protection-runs`: one holds already; it is
    /// prolonged, with the letter address of the new request.
    pub SetProtection: Post "/v1/persons/{person_id}/protections" = "setProtection", scope "protections:write", on "Person", status 200, law "配偶者からの暴力の防止及び被害者の保護等に関する法律23条", sends Etag;
    /// 支援措置の延長
    ///
    /// Moves the end of a protection to a later day, or takes it away; the letter address may change with it, or alone (then the end stays). 409
    /// `not-later`: it holds until then already; to end it earlier is liftProtection, which takes two. 409 `protection-over`: it was lifted, or its end has passed: set a new one.
    pub ProlongProtection: Post "/v1/protections/{protection_id}/prolongation" = "prolongProtection", scope "protections:write", on "Protection", status 200, law "配偶者からの暴力の防止及び被害者の保護等に関する法律23条", sends Etag;
    /// 支援措置の終了
    ///
    /// Ends a protection before its day. One person asks (`step` `request`), another confirms with the same body (`step` `approve`), or says no
    /// (`refuse`, with the same body): until then it holds. 409 `same-person`, `no-open-check`, `entry-changed` (another day than was asked for), `already-exists` (asked for already).
    pub LiftProtection: Post "/v1/protections/{protection_id}/lifting" = "liftProtection", scope "protections:write", on "Protection", status 200, law "配偶者からの暴力の防止及び被害者の保護等に関する法律23条", sends Etag;
}

/// Where letters to a protected person go.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LetterAddress {
    /// 宛名, where it is not the person's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name: Option<String>,
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 8), custom(function = "plain_text"))]
    #[schema(max_length = 8, nullable = false)]
    postal_code: Option<String>,
    /// 住所.
    #[validate(length(min = 1, max = 300), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 300)]
    text: String,
}
/// A protection to be set.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProtectionCreate {
    /// 事由.
    reason: ProtectionReason,
    /// 支援を求めた機関.
    authority: ProtectionAuthority,
    /// Its name.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100)]
    authority_name: String,
    /// First day, not after today.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    valid_from: NaiveDate,
    /// First day on which it does not hold any more, after today; until it is lifted when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[schema(nullable = false)]
    valid_to: Option<NaiveDate>,
    /// 受付年月日.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    received_on: NaiveDate,
    /// Where letters to the person go while it holds.
    #[validate(nested)]
    letter_address: LetterAddress,
}
/// A protection to be prolonged.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProtectionProlongation {
    /// First day on which it does not hold any more, later than recorded. When absent: until it is lifted; with a letter address, as recorded.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[schema(nullable = false)]
    valid_to: Option<NaiveDate>,
    /// 受付年月日.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    received_on: NaiveDate,
    /// Where letters go from now on; as before when absent.
    #[serde(default)]
    #[validate(nested)]
    #[schema(nullable = false)]
    letter_address: Option<LetterAddress>,
}
/// Asking for the end, or confirming it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LiftStep {
    /// 申請.
    Request,
    /// 確認 by another person.
    Approve,
    /// 却下 by another person: it holds on, and its end can be asked for anew.
    Refuse,
}
/// The end of a protection.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProtectionLifting {
    /// Asking or confirming.
    step: LiftStep,
    /// First day on which it does not hold any more: when it is asked for today or later; before the end that is recorded.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    valid_to: NaiveDate,
    /// 受付年月日.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    received_on: NaiveDate,
}
crate::json_body!("application/json": ProtectionCreate);
crate::json_body!("application/json": ProtectionProlongation);
crate::json_body!("application/json": ProtectionLifting);

/// A version of a protection (支援措置).
#[derive(Serialize, ToSchema)]
pub struct ProtectionVersion {
    /// Stays the same over all versions.
    protection_id: Uuid,
    /// What made this version.
    change: ProtectionChange,
    /// 事由.
    reason: ProtectionReason,
    /// 支援を求めた機関.
    authority: ProtectionAuthority,
    /// Its name.
    #[schema(max_length = 100)]
    authority_name: String,
    /// First day.
    valid_from: NaiveDate,
    /// First day on which it does not hold any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<NaiveDate>,
    /// 受付年月日.
    received_on: NaiveDate,
    /// Where letters to the person go while it holds.
    letter_address: LetterAddress,
    /// Its end was asked for and waits for a second person.
    lift_requested: bool,
    /// Known since.
    recorded_at: DateTime<Utc>,
    /// Known until.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_at: Option<DateTime<Utc>>,
}
impl TryFrom<ProtectionRow> for ProtectionVersion {
    type Error = Problem;
    fn try_from(r: ProtectionRow) -> Result<Self, Problem> {
        let letter = r.letter();
        Ok(Self {
            protection_id: r.protection_id,
            change: ProtectionChange::of(&r.change)?,
            reason: ProtectionReason::of(&r.reason)?,
            authority: ProtectionAuthority::of(&r.authority)?,
            authority_name: r.authority_name,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            received_on: r.received_on,
            letter_address: LetterAddress {
                name: letter.name,
                postal_code: letter.postal_code,
                text: letter.text,
            },
            lift_requested: r.is_lift_requested,
            recorded_at: r.recorded_at,
            superseded_at: r.superseded_at,
        })
    }
}
/// Day and instant of a read of protections.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProtectionQuery {
    /// Those that hold on this day (JST); all when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// The protections of a person.
#[derive(Serialize, ToSchema)]
pub struct PersonProtections {
    /// Person id.
    person_id: Uuid,
    /// The person is protected today; on the day and by the knowledge that were asked for, where they were.
    protected: bool,
    /// Every version, newest knowledge first.
    #[schema(max_items = 500)]
    versions: Vec<ProtectionVersion>,
}
fn wrong<T>(pointer: &str, code: &str, said: Said<'_>) -> Result<T, Problem> {
    Err(Problem::new(Kind::Invalid).at(pointer, code, said))
}
fn not_to_come(pointer: &str, day: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    if day <= today {
        Ok(())
    } else {
        wrong(pointer, "future-date", ("未来の日付です", "the day is still to come"))
    }
}
impl ProtectionCreate {
    fn checked(&self, today: NaiveDate) -> Result<(), Problem> {
        not_to_come("/valid_from", self.valid_from, today)?;
        not_to_come("/received_on", self.received_on, today)?;
        if self.valid_to.is_some_and(|to| to <= today) {
            return wrong(
                "/valid_to",
                "past-date",
                ("終了日は今日より後の日付にしてください", "the end must be after today"),
            );
        }
        Ok(())
    }
}
/// All that is known of a person's protections as just written, and the tag of the person.
fn told<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
) -> Result<(PersonProtections, String), Problem> {
    let p = members::person_written(tx, permit, person)?;
    tx.note(|n| n.left([person], &["protected_whereabouts"]));
    let versions = store::versions(tx, &p, (None, None))?
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?;
    Ok((PersonProtections { person_id: p.id, protected: p.is_protected, versions }, p.version.to_string()))
}

async fn list_protections(
    gate: Gate<ListProtections>,
    id: Id,
    q: Query<ProtectionQuery>,
) -> Reply<ListProtections, PersonProtections> {
    gate.read(move |tx| {
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<ListProtections, _>(row)?;
        let ProtectionQuery { as_of, known_at } = q.0;
        row.require_known_as_own(known_at)?;
        let rows = store::versions(tx, &row, (as_of, known_at))?;
        let day = as_of.unwrap_or_else(|| tx.today());
        let protected = store::holding(tx, &row, (day, known_at))?.is_some();
        tx.note_beneath(rows.len(), &["protected_whereabouts"]);
        let versions = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        let told = PersonProtections { person_id: row.id, protected, versions };
        Ok(permit.answer(told).tagged(row.version.to_string()))
    })
    .await
}
async fn set_protection(
    gate: Gate<SetProtection>,
    id: Id,
    tag: IfMatch,
    input: Input<ProtectionCreate>,
) -> Reply<SetProtection, PersonProtections> {
    gate.run(move |tx| {
        members::lock_person(tx.conn(), id.0)?;
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<SetProtection, _>(row)?;
        row.require_current()?;
        tag.require(&row.version.to_string())?;
        let b = input.value;
        b.checked(tx.today())?;
        if store::runs(tx, &row, b.valid_from)? {
            return Err(Problem::conflict(
                "protection-runs",
                "支援措置が継続中です。延長するか送付先を変更してください",
                "A protection of the person runs: prolong it, or change its letter address",
            ));
        }
        let (protection, now) = (Uuid::now_v7(), tx.now());
        let first = ProtectionRow {
            row_id: protection,
            protection_id: protection,
            person_id: row.id,
            reason: b.reason.word().into(),
            authority: b.authority.word().into(),
            authority_name: b.authority_name,
            valid_from: b.valid_from,
            valid_to: b.valid_to,
            received_on: b.received_on,
            letter_name: b.letter_address.name,
            letter_postal_code: b.letter_address.postal_code,
            letter_address: b.letter_address.text,
            change: String::new(),
            recorded_at: now,
            superseded_at: None,
            is_lift_requested: false,
            version: row.version,
        };
        write(tx, &permit, &first, ProtectionChange::Set)?;
        let (told, tag) = told(tx, &permit, row.id)?;
        Ok(permit.answer(told).tagged(tag))
    })
    .await
}
fn write<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    r: &ProtectionRow,
    change: ProtectionChange,
) -> Result<(), Problem> {
    store::write(tx, permit, r, change)?;
    members::touch(tx, r.person_id)
}
/// A protection that has ended is not changed any more.
fn require_running(r: &ProtectionRow, today: NaiveDate) -> Result<(), Problem> {
    if r.valid_to.is_none_or(|to| to > today) {
        return Ok(());
    }
    Err(Problem::conflict("protection-over", "この支援措置は終了しています", "The protection has ended"))
}
async fn prolong_protection(
    gate: Gate<ProlongProtection>,
    id: Id,
    tag: IfMatch,
    input: Input<ProtectionProlongation>,
) -> Reply<ProlongProtection, PersonProtections> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (mut row, permit) = tx.admit::<ProlongProtection, _>(row)?;
        tag.require(&row.version.to_string())?;
        let (b, today) = (input.value, tx.today());
        not_to_come("/received_on", b.received_on, today)?;
        require_running(&row, today)?;
        row.valid_to = prolonged(row.valid_to, b.valid_to, b.letter_address.is_some()).ok_or_else(|| {
            Problem::conflict("not-later", "終了日が後になりません", "It holds until then already")
        })?;
        row.received_on = b.received_on;
        if let Some(letter) = b.letter_address {
            row.letter_name = letter.name;
            row.letter_postal_code = letter.postal_code;
            row.letter_address = letter.text;
        }
        write(tx, &permit, &row, ProtectionChange::Prolonged)?;
        let (told, tag) = told(tx, &permit, row.person_id)?;
        Ok(permit.answer(told).tagged(tag))
    })
    .await
}
async fn lift_protection(
    gate: Gate<LiftProtection>,
    id: Id,
    tag: IfMatch,
    input: Input<ProtectionLifting>,
) -> Reply<LiftProtection, PersonProtections> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (mut row, permit) = tx.admit::<LiftProtection, _>(row)?;
        tag.require(&row.version.to_string())?;
        let (b, today) = (input.value, tx.today());
        not_to_come("/received_on", b.received_on, today)?;
        require_running(&row, today)?;
        // the second person may come on a later day: then it held until that day, and its end is the one that was asked for
        let is_over = b.step == LiftStep::Request && b.valid_to < today;
        if is_over || row.valid_to.is_some_and(|was| b.valid_to >= was) {
            let said = (
                "今日以後、記録された終了日より前の日付にしてください",
                "today or later, before the recorded end",
            );
            return wrong("/valid_to", "not-earlier", said);
        }
        let asked = [b.valid_to.to_string(), b.received_on.to_string()];
        let parts: Vec<&[u8]> = asked.iter().map(String::as_bytes).collect();
        let kind = ApprovalKind::ProtectionLift;
        match b.step {
            // about this version: whatever changes it ends the request
            LiftStep::Request => approvals::request(tx, &permit, kind, row.row_id, &parts)?,
            LiftStep::Approve => {
                approvals::settle(tx, &permit, kind, row.row_id, &parts, &Ruling::Approve)?;
                row.valid_to = Some(b.valid_to);
                row.received_on = b.received_on;
                write(tx, &permit, &row, ProtectionChange::Lifted)?;
            }
            LiftStep::Refuse => {
                let no = Ruling::Reject(serde_json::json!([]));
                approvals::settle(tx, &permit, kind, row.row_id, &parts, &no)?;
                write(tx, &permit, &row, ProtectionChange::LiftRefused)?;
            }
        }
        let (told, tag) = told(tx, &permit, row.person_id)?;
        Ok(permit.answer(told).tagged(tag))
    })
    .await
}
/// Routes of protections.
pub fn routes(r: &mut Routes) {
    r.group("Protections");
    r.add::<ListProtections, _, _, _>(list_protections);
    r.add::<SetProtection, _, _, _>(set_protection);
    r.add::<ProlongProtection, _, _, _>(prolong_protection);
    r.add::<LiftProtection, _, _, _>(lift_protection);
    mailing::routes(r);
    ending::routes(r);
}
