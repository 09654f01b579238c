//! Operations on changes of names and contact details: asked for by one person, registered by another.
use super::{
    super::{
        model::PersonRow,
        moved,
        name_api::NameChange,
        store::{find_person, lock_person, person_written, written},
    },
    model::{ContactChange, IdentityChange, Stated, require_stated},
    store,
};
use crate::{
    domain::approvals::{self, ApprovalKind, RegistrationDecision, RegistrationQuery, RegistrationRuling},
    kernel::{
        Facts, Gate, Operation, Permit, Problem, Reply, Routes, Subject, Tx,
        input::{Id, IdempotencyKey, IfMatch, Input, Query},
        page,
    },
};
use uuid::Uuid;

crate::operation! {
    /// 氏名変更・氏名訂正の登録の申請
    ///
    /// Asks to register another name or reading (フリガナ) of an insured person or a dependent; a second person decides
    /// (decideIdentityChange). A change holds from `valid_from` on. A correction says that the name was wrong: it holds from `valid_from` on, or
    /// for the whole period in which the wrong name stood. 409 `no-name-then`: no name is recorded for that day; `nothing-new`: it is recorded
    /// like that already; `already-exists`: another change of the name waits.
    pub RequestNameChange: Post "/v1/persons/{person_id}/name-changes" = "requestNameChange", scope "members:write", on "Person", status 201, law "R-007, R-011, R-096", makes "IdentityChange";
    /// 連絡先の変更の登録の申請
    ///
    /// Asks to register other contact details (連絡先住所, 電話番号) of an insured person, from today on; a second person decides
    /// (decideIdentityChange). What is absent stays, null clears. 409 `nothing-new`, `already-exists` when another change of them waits.
    pub RequestContactChange: Post "/v1/members/{member_id}/contact-changes" = "requestContactChange", scope "members:write", on "Member", status 201, law "R-012, R-096", makes "IdentityChange";
    /// 氏名・連絡先の変更の登録の一覧
    ///
    /// Changes that were asked for, newest first: `requested` is the work of the second person.
    pub ListIdentityChanges: Get "/v1/identity-changes" = "listIdentityChanges", scope "members:write", on "Society", status 200, law "R-096", sends Link;
    /// 氏名・連絡先の変更の登録の承認・却下
    ///
    /// Registers the change, or turns it down, as the second person. What was known before stays in the history. 409: `same-person` for
    /// whoever asked, `no-open-check` when it is decided, `entry-changed` when anything of the person changed since it was asked for (turn it
    /// down and ask anew), and those of the request.
    pub DecideIdentityChange: Post "/v1/identity-changes/{identity_change_id}/decision" = "decideIdentityChange", scope "members:write", on "IdentityChange", status 200, law "R-007, R-011, R-012, R-096";
}

crate::page_of!(IdentityChangePage, IdentityChange);

/// Writes what is asked for and asks for the second person; gives it as it is answered.
fn ask<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, version): (Uuid, i32),
    stated: &Stated,
) -> Result<IdentityChange, Problem> {
    let id = Uuid::now_v7();
    store::insert(tx, permit, (id, person, version), stated)?;
    let told = stated.told(person, version)?;
    let parts: Vec<&[u8]> = told.iter().map(Vec::as_slice).collect();
    approvals::request(tx, permit, ApprovalKind::IdentityChange, id, &parts)?;
    let row = store::written(tx, permit, id)?;
    // what leaves is the change, not the person who was admitted for it
    tx.note_beneath(1, row.classes());
    tx.note(|n| {
        n.subject = Some(("IdentityChange", Some(id)));
        n.left([person], &[]);
    });
    IdentityChange::of(tx, row)
}
async fn request_name(
    gate: Gate<RequestNameChange>,
    id: Id,
    tag: IfMatch,
    key: IdempotencyKey,
    input: Input<NameChange>,
) -> Reply<RequestNameChange, IdentityChange> {
    gate.once(key, input.digest, move |tx| {
        lock_person(tx.conn(), id.0)?;
        let row = find_person(tx, id.0)?;
        let (person, permit) = tx.admit::<RequestNameChange, _>(row)?;
        person.require_current()?;
        tag.require(&person.version.to_string())?;
        let (b, today) = (input.value, tx.today());
        b.checked(today)?;
        tx.rehearse(|tx| b.record(tx, &permit, (person.id, today)))?;
        let told = ask(tx, &permit, (person.id, person.version), &Stated::Name(b))?;
        Ok(permit.answer(told))
    })
    .await
}
async fn request_contact(
    gate: Gate<RequestContactChange>,
    id: Id,
    tag: IfMatch,
    key: IdempotencyKey,
    input: Input<ContactChange>,
) -> Reply<RequestContactChange, IdentityChange> {
    gate.once(key, input.digest, move |tx| {
        let today = tx.today();
        lock_person(tx.conn(), id.0)?;
        let (member, permit) = moved::admitted::<RequestContactChange>(tx, id.0, today, None)?;
        tag.require(&member.version.to_string())?;
        let b = input.value;
        require_stated(&b)?;
        tx.rehearse(|tx| b.record(tx, &permit, (&member, today)))?;
        let told = ask(tx, &permit, (member.person_id, member.version), &Stated::Contact(b))?;
        Ok(permit.answer(told))
    })
    .await
}
async fn list_changes(
    gate: Gate<ListIdentityChanges>,
    q: Query<RegistrationQuery>,
) -> Reply<ListIdentityChanges, IdentityChangePage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListIdentityChanges>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let rows = store::list(tx, (q.state, q.known_at), before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, DecideIdentityChange::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(|r| IdentityChange::of(tx, r)).collect::<Result<_, _>>()?;
        Ok(permit.answer(IdentityChangePage { items, page }).next(link))
    })
    .await
}
async fn decide_change(
    gate: Gate<DecideIdentityChange>,
    id: Id,
    input: Input<RegistrationDecision>,
) -> Reply<DecideIdentityChange, IdentityChange> {
    gate.run(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<DecideIdentityChange, _>(row)?;
        let is_approved = input.value.ruling == RegistrationRuling::Approve;
        // of what is turned down nothing is looked at but the request
        let person = if is_approved { Some(held(tx, &permit, row.person_id)?) } else { None };
        let (stated, version) = (row.stated()?, person.as_ref().map_or(row.person_version, |p| p.version));
        let told = stated.told(row.person_id, version)?;
        let parts: Vec<&[u8]> = told.iter().map(Vec::as_slice).collect();
        let ruling = input.value.ruling.into();
        approvals::settle(tx, &permit, ApprovalKind::IdentityChange, row.id, &parts, &ruling)?;
        if let Some(person) = person {
            person.require_current()?;
            match stated {
                Stated::Name(name) => name.record(tx, &permit, (person.id, row.asked_on))?,
                Stated::Contact(contact) => {
                    let member = written(tx, &permit, person.id)?;
                    contact.record(tx, &permit, (&member, row.asked_on))?;
                }
            }
        }
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(IdentityChange::of(tx, row)?))
    })
    .await
}
/// The person, held until the end of the transaction.
fn held<Op: Operation>(tx: &mut Tx<'_>, permit: &Permit<Op>, person: Uuid) -> Result<PersonRow, Problem> {
    lock_person(tx.conn(), person)?;
    person_written(tx, permit, person)
}

/// Routes of these changes.
pub fn routes(r: &mut Routes) {
    r.add::<RequestNameChange, _, _, _>(request_name);
    r.add::<RequestContactChange, _, _, _>(request_contact);
    r.add::<ListIdentityChanges, _, _, _>(list_changes);
    r.add::<DecideIdentityChange, _, _, _>(decide_change);
}
