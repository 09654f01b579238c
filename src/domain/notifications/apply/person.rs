//! 名寄せ: is the person on the form one that the society knows? The register proposes, staff chooses.
use super::{
    super::{Change, Form, Slot, model::NotificationRow},
    Case, acquisition_facts, family,
};
use crate::{
    domain::{
        dependents,
        members::{self, IdentityFacts},
    },
    kernel::{Kind, Operation, Permit, Problem, Tx},
};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// What staff chose for a place of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This person, whom the society knows.
    Same(Uuid),
    /// Somebody new, whatever is proposed.
    New,
}
/// 名寄せ: why a person is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalReason {
    /// 振り仮名と生年月日が同じ.
    SameReadingAndBirthDay,
    /// 性別が同じ.
    SameSex,
    /// 氏名の表記が同じ.
    SameName,
    /// 住民票住所が同じ.
    SameAddress,
    /// この被保険者の元の被扶養者.
    FormerDependent,
}
/// 名寄せ: a person whom the society knows and who may be the one on the form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SamePersonProposal {
    /// Place on the form.
    pub slot: Slot,
    /// The person.
    pub person_id: Uuid,
    /// Why.
    #[schema(max_items = 5)]
    pub reasons: Vec<ProposalReason>,
}

/// The places of a form that need a person, with what the form states of each.
fn newcomers(row: &NotificationRow, form: &Form) -> Vec<(Slot, IdentityFacts)> {
    match form {
        Form::QualificationAcquisition(f) => vec![(Slot::Insured, acquisition_facts(row, f))],
        Form::DependentChange(f) => family::newcomers(row, f),
        _ => Vec::new(),
    }
}
/// Persons with the same reading and birth day as somebody on the form, unless the sexes differ; at most 10 for a place. Never
/// looks at personal numbers.
/// # Errors
/// Database errors.
pub fn proposals(
    tx: &mut Tx<'_>,
    row: &NotificationRow,
    form: &Form,
) -> Result<Vec<SamePersonProposal>, Problem> {
    let family: HashSet<Uuid> = match (form, row.person_id) {
        (Form::DependentChange(f), Some(insured)) if f.change == Change::Added => {
            dependents::former(tx, insured)?.into_iter().collect()
        }
        _ => HashSet::new(),
    };
    let mut all = Vec::new();
    for (slot, facts) in newcomers(row, form) {
        for n in members::namesakes(tx, &facts)? {
            let reasons = [
                (true, ProposalReason::SameReadingAndBirthDay),
                (n.same_sex, ProposalReason::SameSex),
                (n.same_name, ProposalReason::SameName),
                (n.same_address, ProposalReason::SameAddress),
                (family.contains(&n.person_id), ProposalReason::FormerDependent),
            ];
            let reasons = reasons.into_iter().filter(|r| r.0).map(|r| r.1).collect();
            all.push(SamePersonProposal { slot, person_id: n.person_id, reasons });
        }
    }
    Ok(all)
}
/// Holds the choices of staff against the form: gives the known persons by place; the other places get new ones.
/// # Errors
/// 422 `person-not-expected` for a place that takes no person, `unknown-person`; 409 `person-choice-needed` where persons are
/// proposed and nothing was chosen, `person-differs` where the person can't be the one on the form, `person-merged`.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    form: &Form,
) -> Result<BTreeMap<Slot, Uuid>, Problem> {
    let newcomers = newcomers(case.row, form);
    let mut same = BTreeMap::new();
    for (i, (slot, choice)) in case.choices.iter().enumerate() {
        let Some((_, facts)) = newcomers.iter().find(|n| n.0 == *slot) else {
            return Err(not_expected(i));
        };
        if let Choice::Same(person) = choice {
            if let Err(p) = require_same(tx, case.row, (*slot, *person), facts) {
                return Err(if p.kind == Kind::NotFound { gone(tx, i, *person)? } else { p });
            }
            same.insert(*slot, *person);
        }
    }
    // Two forms about one human being, decided at once: the second sees whom the first made.
    let names: Vec<_> = newcomers.iter().map(|(_, f)| (f.name_kana.as_str(), f.birth_on)).collect();
    members::hold_names(tx, permit, &names)?;
    let open = |slot: Slot| case.choices.iter().all(|c| c.0 != slot);
    let mut missing: Vec<Slot> = proposals(tx, case.row, form)?.into_iter().map(|p| p.slot).collect();
    missing.retain(|slot| open(*slot));
    missing.dedup();
    if !missing.is_empty() {
        return Err(choice_needed(&missing));
    }
    Ok(same)
}
/// The person can be the one on the form: the birth day is the same, and the reading, or the given name alone (氏 changes), or the
/// number that came with the form and is this person's. A slip must not move a number to a stranger.
fn require_same(
    tx: &mut Tx<'_>,
    row: &NotificationRow,
    (slot, person): (Slot, Uuid),
    facts: &IdentityFacts,
) -> Result<(), Problem> {
    let like = members::likeness(tx, person, facts)?;
    if like.same_birth_day && (like.same_reading || like.same_given_name) {
        return Ok(());
    }
    if like.same_birth_day && row.carries_number {
        let kernel = tx.kernel();
        let held = kernel.vault.clashes(tx.conn(), row.id)?;
        if held.iter().any(|(place, holder)| place == slot.as_str() && *holder == person) {
            return Ok(());
        }
    }
    Err(Problem::conflict(
        "person-differs",
        "指定された人と届書の氏名の振り仮名・生年月日が一致しません",
        "The person named has another reading or birth day than the form",
    ))
}
fn not_expected(i: usize) -> Problem {
    Problem::invalid(
        "person-not-expected",
        "この届書のこの欄には人を指定できません",
        "This place of the form takes no choice of a person",
    )
    .at(&format!("/persons/{i}/slot"), "must-be-absent", ("指定できません", "not accepted here"))
}
/// The chosen id has no identity: it was merged into another one, before or while this waited, or there never was one.
fn gone(tx: &mut Tx<'_>, i: usize, person: Uuid) -> Result<Problem, Problem> {
    let place = format!("/persons/{i}/person_id");
    Ok(match members::survivor(tx, person)? {
        Some(to) => members::merged_into(to.id).placed(&place),
        None => Problem::new(Kind::Invalid).at(
            &place,
            "unknown-person",
            ("該当する方がいません", "there is no such person"),
        ),
    })
}
fn choice_needed(slots: &[Slot]) -> Problem {
    let needed = Problem::conflict(
        "person-choice-needed",
        "同一人の可能性がある方が登録されています。同一人か新しい人かを指定してください",
        "The society knows somebody who may be the person on the form: say whether it is the same person or a new one",
    );
    slots.iter().fold(needed, |p, slot| {
        let slot = slot.as_str();
        let said = (format!("{slot}: 指定が必要です"), format!("{slot}: a choice is needed"));
        p.at("/persons", "person-choice-needed", (&said.0, &said.1))
    })
}
