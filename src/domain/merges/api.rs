//! Operations on merges.
use super::{
    model::{MergeReason, MergeRow, MergeState},
    rules::{self, Refusal},
    store,
};
use crate::{
    domain::{
        approvals::{self, ApprovalKind, Ruling},
        dependents, members,
    },
    kernel::{
        Facts, Gate, Kind, Operation, Permit, Problem, Reply, Routes, Tx, Zone,
        input::{Id, IfMatch, Input, Query},
        page,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 名寄せの候補
    ///
    /// Persons of the register who may be the same human being, with the reasons; at most 20. Personal numbers are looked at for
    /// people with the privilege on the closed network alone: `same_number` names who holds the number that waits with a notification of
    /// this person. With `known_at` by the records that were known at an instant; of personal numbers no history is kept, so that they are
    /// left out then.
    pub ListSamePersonProposals: Get "/v1/persons/{person_id}/same-person-proposals" = "listSamePersonProposals", scope "persons:merge", on "Person", status 200, law "R-008, R-009";
    /// 名寄せの申請
    ///
    /// Asks to join another id to this one, which survives (If-Match: its version). Another person decides. 409 `person-merged` (with
    /// `merged_into`), `birth-day-differs`, `sex-differs`, `names-differ`, `numbers-differ`, `cover-overlaps`, `one-family`, `already-exists`
    /// tell what stands against it.
    pub RequestPersonMerge: Post "/v1/persons/{person_id}/merges" = "requestPersonMerge", scope "persons:merge", on "Person", status 201, law "R-008, R-009", makes "PersonMerge";
    /// 名寄せの一覧
    ///
    /// Merges that were asked for, newest first: `requested` is the work of the second person. With `known_at` as they stood at an instant.
    pub ListPersonMerges: Get "/v1/person-merges" = "listPersonMerges", scope "persons:merge", on "Society", status 200, law "R-008", sends Link;
    /// 名寄せの決定
    ///
    /// Joins the two ids, or rejects. Whoever asked can't decide (409 `same-person`). The records of the merged id (identity, enrolments, dependencies
    /// of both kinds, remuneration, bonuses, leaves, protections, public expenses, notifications) go on under the surviving one; what was
    /// known before is read as before; reads of the merged id answer 409 `person-merged` with `merged_into`. A merge can't be undone. Where a
    /// personal number is registered for one of the two, it is handed over: the privilege and the closed listener are needed. 409
    /// `merge-decided`, `entry-changed` (a record of the two changed since: reject and ask anew), `records-overlap`, `letter-addresses-differ`,
    /// and those of the request.
    pub DecidePersonMerge: Post "/v1/person-merges/{merge_id}/decision" = "decidePersonMerge", scope "persons:merge", on "PersonMerge", status 200, law "R-008, R-009";
}

/// Why somebody is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SamePersonReason {
    /// 生年月日が同じ.
    SameBirthDay,
    /// 性別が同じ.
    SameSex,
    /// 氏名の振り仮名が同じ.
    SameReading,
    /// 氏名の表記が同じ.
    SameName,
    /// 住民票住所が同じ.
    SameAddress,
    /// 同じ家族の被扶養者だった.
    FormerFamily,
    /// 届出の個人番号がこの人に登録されている.
    SameNumber,
}
impl SamePersonReason {
    /// Field class of what it tells of both.
    fn class(self) -> &'static str {
        match self {
            Self::SameBirthDay | Self::SameSex | Self::SameReading | Self::SameName => "identity",
            Self::SameAddress => "contact",
            Self::FormerFamily => "family",
            Self::SameNumber => "personal_number_match",
        }
    }
}
/// 名寄せ: a person who may be the same human being.
#[derive(Serialize, ToSchema)]
pub struct PersonProposal {
    /// The person.
    person_id: Uuid,
    /// Why.
    #[schema(max_items = 7)]
    reasons: Vec<SamePersonReason>,
}
/// 名寄せの候補.
#[derive(Serialize, ToSchema)]
pub struct PersonProposals {
    /// Proposals.
    #[schema(max_items = 40)]
    items: Vec<PersonProposal>,
}
/// Another id of the person.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PersonMergeRequest {
    /// The id that is joined to the one in the path.
    merged_person_id: Uuid,
    /// Why.
    reason: MergeReason,
}
/// What the second person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeVerdict {
    /// One person: they are joined.
    Approve,
    /// They are not joined.
    Reject,
}
/// A decision on a merge.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PersonMergeDecision {
    /// Join or reject.
    decision: MergeVerdict,
}
crate::json_body!("application/json": PersonMergeRequest);
crate::json_body!("application/json": PersonMergeDecision);
/// Instant of the proposals.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SamePersonQuery {
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// Filter and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PersonMergeQuery {
    /// Standing so.
    #[param(inline = false)]
    state: Option<MergeState>,
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
/// 名寄せ of two ids.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonMerge {
    /// Id.
    id: Uuid,
    /// The id under which the records go on.
    surviving_person_id: Uuid,
    /// The other one.
    merged_person_id: Uuid,
    /// Why.
    reason: MergeReason,
    /// Where it stands.
    state: MergeState,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<DateTime<Utc>>,
}
impl TryFrom<MergeRow> for PersonMerge {
    type Error = Problem;
    fn try_from(r: MergeRow) -> Result<Self, Problem> {
        Ok(Self {
            id: r.id,
            surviving_person_id: r.surviving_id,
            merged_person_id: r.merged_id,
            reason: MergeReason::of(&r.reason)?,
            state: MergeState::of(&r.state)?,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
        })
    }
}
crate::page_of!(PersonMergePage, PersonMerge);

/// What stands against a merge, at the place of the request that asks for it.
fn refused(r: Refusal, pointer: &str) -> Problem {
    let (code, ja, en) = match r {
        Refusal::BirthDiffers => (
            "birth-day-differs",
            "生年月日が異なります。誤りなら先に訂正してください",
            "The days of birth differ: correct them first",
        ),
        Refusal::SexDiffers => (
            "sex-differs",
            "性別が異なります。誤りなら先に訂正してください",
            "The sexes differ: correct them first",
        ),
        Refusal::NamesDiffer => (
            "names-differ",
            "氏名も振り仮名も異なります。誤りなら先に訂正してください",
            "Neither names nor readings are alike: correct them first",
        ),
        Refusal::NumbersDiffer => (
            "numbers-differ",
            "両者に異なる個人番号が登録されています。番号が変更された場合は古い番号の登録を先に取り消してください",
            "Different personal numbers are registered for the two; where the number was changed, withdraw the old one first",
        ),
        Refusal::CoverOverlaps => (
            "cover-overlaps",
            "両者の資格期間が重なっています。先に喪失・非該当の届出か訂正を処理してください",
            "The covers of the two overlap: decide the loss or correct it first",
        ),
        Refusal::OneFamily => {
            ("one-family", "一方が他方の被扶養者です", "One is or was the other's dependent")
        }
    };
    Problem::conflict(code, ja, en).placed(pointer)
}
/// Examines the two as they are known now; gives their versions. `pointer` is the place of the request that joins them.
fn examined(
    tx: &mut Tx<'_>,
    (surviving, merged): (Uuid, Uuid),
    pointer: &str,
) -> Result<(i32, i32), Problem> {
    let (a, surviving_version) = store::side(tx, surviving)?;
    let (b, merged_version) = store::side(tx, merged)?;
    rules::examine(&a, &b).map_err(|r| refused(r, pointer))?;
    Ok((surviving_version, merged_version))
}
/// What the second person approves: these two, as they were when it was asked for.
fn asked(m: &MergeRow, versions: (i32, i32), records: &str) -> [Vec<u8>; 5] {
    [
        m.surviving_id.as_bytes().to_vec(),
        m.merged_id.as_bytes().to_vec(),
        versions.0.to_be_bytes().to_vec(),
        versions.1.to_be_bytes().to_vec(),
        records.as_bytes().to_vec(),
    ]
}

async fn list_proposals(
    gate: Gate<ListSamePersonProposals>,
    id: Id,
    q: Query<SamePersonQuery>,
) -> Reply<ListSamePersonProposals, PersonProposals> {
    gate.read(move |tx| {
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<ListSamePersonProposals, _>(row)?;
        let known_at = q.0.known_at;
        row.require_known_as_own(known_at)?;
        let mut items = Vec::new();
        for l in store::alike(tx, &permit, row.id, known_at)? {
            let reasons = [
                (true, SamePersonReason::SameBirthDay),
                (l.same_sex, SamePersonReason::SameSex),
                (l.same_reading, SamePersonReason::SameReading),
                (l.same_name, SamePersonReason::SameName),
                (l.same_address, SamePersonReason::SameAddress),
                (l.former_family, SamePersonReason::FormerFamily),
            ];
            let reasons = reasons.into_iter().filter(|r| r.0).map(|r| r.1).collect();
            items.push(PersonProposal { person_id: l.person_id, reasons });
        }
        if known_at.is_none() && tx.actor()?.has_number_privilege && tx.zone() == Zone::Closed {
            add_holders(tx, &permit, row.id, &mut items)?;
        }
        let shown: Vec<Uuid> = items.iter().map(|p| p.person_id).collect();
        let classes: Vec<&'static str> = items.iter().flat_map(|p| &p.reasons).map(|r| r.class()).collect();
        tx.note(|n| n.left(shown, &classes));
        Ok(permit.answer(PersonProposals { items }))
    })
    .await
}
/// Who holds the number that waits with a notification of the person: for the privileged alone.
fn add_holders(
    tx: &mut Tx<'_>,
    permit: &Permit<ListSamePersonProposals>,
    person: Uuid,
    items: &mut Vec<PersonProposal>,
) -> Result<(), Problem> {
    let kernel = tx.kernel();
    for notification in store::waiting_with_number(tx, permit, person)? {
        for (slot, holder) in kernel.vault.clashes(tx.conn(), notification)? {
            if slot != "insured" || holder == person {
                continue;
            }
            match items.iter_mut().find(|p| p.person_id == holder) {
                Some(p) => p.reasons.push(SamePersonReason::SameNumber),
                None => items
                    .push(PersonProposal { person_id: holder, reasons: vec![SamePersonReason::SameNumber] }),
            }
        }
    }
    Ok(())
}
async fn request_merge(
    gate: Gate<RequestPersonMerge>,
    id: Id,
    tag: IfMatch,
    input: Input<PersonMergeRequest>,
) -> Reply<RequestPersonMerge, PersonMerge> {
    gate.run(move |tx| {
        let row = members::find_person(tx, id.0)?;
        let (row, permit) = tx.admit::<RequestPersonMerge, _>(row)?;
        row.require_current()?;
        let b = input.value;
        if b.merged_person_id == row.id {
            let said = ("同じ識別子です", "it is the same id");
            return Err(Problem::new(Kind::Invalid).at("/merged_person_id", "same-id", said));
        }
        members::hold(tx.conn(), &[row.id, b.merged_person_id])?;
        let (surviving_version, merged_version) =
            examined(tx, (row.id, b.merged_person_id), "/merged_person_id").map_err(unknown)?;
        tag.require(&surviving_version.to_string())?;
        let records = store::records(tx, &permit, [row.id, b.merged_person_id])?;
        let merge = MergeRow {
            id: Uuid::now_v7(),
            surviving_id: row.id,
            merged_id: b.merged_person_id,
            reason: b.reason.word().into(),
            state: MergeState::Requested.word().into(),
            surviving_version,
            merged_version,
            requested_at: tx.now(),
            decided_at: None,
            records,
            carries_number: false,
        };
        store::request(tx, &permit, &merge)?;
        let asked = asked(&merge, (surviving_version, merged_version), &merge.records);
        let parts: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
        approvals::request(tx, &permit, ApprovalKind::PersonMerge, merge.id, &parts)?;
        tx.note(|n| {
            n.subject = Some(("PersonMerge", Some(merge.id)));
            n.left([merge.surviving_id, merge.merged_id], &[]);
        });
        Ok(permit.answer(merge.try_into()?))
    })
    .await
}
/// A person who is not known is a wrong place of the body.
fn unknown(p: Problem) -> Problem {
    if p.kind != Kind::NotFound {
        return p;
    }
    let said = ("該当する人がいません", "there is no such person");
    Problem::new(Kind::Invalid).at("/merged_person_id", "unknown-person", said)
}
async fn list_merges(
    gate: Gate<ListPersonMerges>,
    q: Query<PersonMergeQuery>,
) -> Reply<ListPersonMerges, PersonMergePage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListPersonMerges>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let rows = store::list(tx, (q.state, q.known_at), before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, DecidePersonMerge::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(permit.answer(PersonMergePage { items, page }).next(link))
    })
    .await
}
async fn decide_merge(
    gate: Gate<DecidePersonMerge>,
    id: Id,
    input: Input<PersonMergeDecision>,
) -> Reply<DecidePersonMerge, PersonMerge> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<DecidePersonMerge, _>(row)?;
        row.require_open()?;
        let is_approved = input.value.decision == MergeVerdict::Approve;
        let mut versions = (row.surviving_version, row.merged_version);
        let (mut records, mut held) = (row.records.clone(), Vec::new());
        if is_approved {
            held = hold(tx, &permit, &row)?;
            versions = examined(tx, (row.surviving_id, row.merged_id), "/decision")?;
            records = store::records(tx, &permit, [row.surviving_id, row.merged_id])?;
        }
        let asked = asked(&row, versions, &records);
        let parts: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
        let ruling = if is_approved { Ruling::Approve } else { Ruling::Reject(serde_json::json!([])) };
        approvals::settle(tx, &permit, ApprovalKind::PersonMerge, row.id, &parts, &ruling)?;
        if is_approved {
            let (kernel, by) = (tx.kernel(), tx.actor()?.id);
            kernel.vault.hand_over(tx.conn(), &kernel.clock, (row.merged_id, row.surviving_id), by)?;
            store::carry(tx, &permit, &row, &held)?;
            if row.carries_number {
                tx.note(|n| n.detail = Some(serde_json::json!({ "personal_number": "handed_over" })));
            }
        }
        let state = if is_approved { MergeState::Merged } else { MergeState::Rejected };
        store::settle(tx, &permit, row.id, state)?;
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(row.try_into()?))
    })
    .await
}
/// Notifications first, then persons, as a decision holds them; with everybody whose records name one of the two.
fn hold(tx: &mut Tx<'_>, permit: &Permit<DecidePersonMerge>, row: &MergeRow) -> Result<Vec<Uuid>, Problem> {
    let pair = [row.surviving_id, row.merged_id];
    let held = store::hold_waiting(tx, permit, pair)?;
    let known = dependents::hold_families(tx.conn(), &pair, &[])?;
    tx.record_at_once(known);
    Ok(held)
}

/// Routes of merges.
pub fn routes(r: &mut Routes) {
    r.group("PersonMerges");
    r.schema::<MergeState>();
    r.add::<ListSamePersonProposals, _, _, _>(list_proposals);
    r.add::<RequestPersonMerge, _, _, _>(request_merge);
    r.add::<ListPersonMerges, _, _, _>(list_merges);
    r.add::<DecidePersonMerge, _, _, _>(decide_merge);
}
