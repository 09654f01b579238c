//! 被扶養者の認定: what the rule says of those whom a form would have recognised, what staff states beside it, and what is kept (健康保険法
//! 3条7項, R-006). The form, the register and the evidence give the facts; nothing is a yes by default.
use super::{
    super::{DependentChange, Form, Overseas, OverseasReason, OverseasStatus, Slot, model::NotificationRow},
    family::{Entry, newcomer_entries},
    received_on,
};
use crate::{
    domain::{
        dependents::{self, NewExamination},
        eligibility::{
            self, BothSupport, DependentResidence, Examined, Kinship, OtherSupporterScheme,
            RecognitionDeparture, RecognitionFacts, RecognitionFinding, RecognitionInput, Relation,
        },
    },
    kernel::{Kind, Operation, Permit, Problem, Tx, errand::Act},
    values::yen::Yen,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// 認定: what staff states of a person who is to be recognised.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionStatement {
    /// Place on the form: spouse, other_1, other_2.
    pub slot: Slot,
    /// Documents that were seen, and what was determined; counts before the form and the register.
    #[serde(default)]
    #[validate(nested)]
    pub evidence: RecognitionFacts,
    /// Why the person is recognised although the rule does not answer yes.
    #[serde(default)]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub departure: Option<RecognitionDeparture>,
}
/// 認定の判定 of a person whom a form would have recognised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecognitionProposal {
    /// Place on the form.
    pub slot: Slot,
    /// What the rule answers, and the documents to bring.
    pub finding: RecognitionFinding,
}

/// What the rule says of everybody whom a form of an employer would have recognised under an insured person, with what staff states.
/// # Errors
/// 422 for facts that contradict one another; database errors.
pub fn recognitions(
    tx: &mut Tx<'_>,
    form: &Form,
    (insured, employer): (Option<Uuid>, Uuid),
    stated: &[RecognitionStatement],
) -> Result<Vec<RecognitionProposal>, Problem> {
    let Form::DependentChange(f) = form else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (entry, on) in newcomer_entries(f) {
        let found = stated.iter().enumerate().find(|(_, s)| s.slot == entry.slot);
        let evidence = found.map(|(_, s)| s.evidence.clone()).unwrap_or_default();
        let examined = examine(tx, (f, insured, employer), (&entry, on), &evidence)?;
        if let Some((i, _)) = found {
            examined.require_consistent(&format!("/recognitions/{i}/evidence"))?;
        }
        all.push(RecognitionProposal { slot: entry.slot, finding: examined.finding() });
    }
    Ok(all)
}
/// Statements are of people whom the form would have recognised, one of each.
/// # Errors
/// 422 `recognition-not-expected`, `duplicate`.
pub fn require_expected(form: &Form, stated: &[RecognitionStatement]) -> Result<(), Problem> {
    let expected: Vec<Slot> = match form {
        Form::DependentChange(f) => newcomer_entries(f).map(|(e, _)| e.slot).collect(),
        _ => Vec::new(),
    };
    for (i, s) in stated.iter().enumerate() {
        let at = format!("/recognitions/{i}/slot");
        let wrong = |code, said| Err(Problem::new(Kind::Invalid).at(&at, code, said));
        if !expected.contains(&s.slot) {
            return wrong(
                "recognition-not-expected",
                ("この欄の方は認定の対象ではありません", "nobody is to be recognised here"),
            );
        }
        if stated.iter().take(i).any(|earlier| earlier.slot == s.slot) {
            return wrong("duplicate", ("同じ欄が2回あります", "named twice"));
        }
    }
    Ok(())
}
/// Keeps on which facts somebody was recognised, with what staff stated.
/// # Errors
/// 409 `recognition-reason-needed`; 422 for facts that contradict one another and a reason that is not needed.
pub fn keep<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, f, insured): (&NotificationRow, &DependentChange, Uuid),
    (entry, on): (&Entry<'_>, NaiveDate),
    stated: &[RecognitionStatement],
    dependent: Uuid,
) -> Result<(), Problem> {
    let found = stated.iter().enumerate().find(|(_, s)| s.slot == entry.slot);
    let evidence = found.map(|(_, s)| s.evidence.clone()).unwrap_or_default();
    let at = found.map_or_else(|| "/recognitions".to_owned(), |(i, _)| format!("/recognitions/{i}"));
    let examined = examine(tx, (f, Some(insured), row.employer_id), (entry, on), &evidence)?;
    examined.require_consistent(&format!("{at}/evidence"))?;
    let departure = found.and_then(|(_, s)| s.departure.as_ref());
    let place = if found.is_some() { format!("{at}/departure") } else { at };
    eligibility::require_reason(&examined, departure, &place)?;
    let act = Act::permitted(tx, permit, Some(row.id))?;
    let new = NewExamination {
        dependent,
        occasion: "recognition",
        examined_on: on,
        is_recognised: true,
        proposed: &examined.proposed()?,
        departure: departure.map(RecognitionDeparture::kept),
        received_on: received_on(row),
    };
    dependents::keep_examination(tx.conn(), &act, &new)
}
fn examine(
    tx: &mut Tx<'_>,
    (f, insured, employer): (&DependentChange, Option<Uuid>, Uuid),
    (entry, on): (&Entry<'_>, NaiveDate),
    evidence: &RecognitionFacts,
) -> Result<Examined, Problem> {
    let relation = eligibility::relation_of(entry.relationship);
    let mut known = stated_by(f, entry, on, relation);
    let asked = insured.filter(|_| evidence.insured_income_yen.is_none());
    eligibility::complete(tx, &mut known, (asked, employer))?;
    Ok(eligibility::examine(evidence.over(known, relation)))
}
/// The facts that a form states of an entry.
fn stated_by(f: &DependentChange, e: &Entry<'_>, on: NaiveDate, relation: Relation) -> RecognitionInput {
    RecognitionInput {
        lives_together: e.lives_together,
        residence: residence(e.overseas),
        is_student: matches!(e.occupation, Some("school_child" | "student")),
        annual_income_yen: e.income_yen.and_then(Yen::new),
        insured_income_yen: f.income_yen.and_then(Yen::new),
        both_support: both_support(f, relation),
        ..RecognitionInput::of(on, e.birth_on, relation.kinship)
    }
}
/// 海外特例要件 as the rule knows it (健康保険法施行規則37条の2).
fn residence(overseas: Option<&Overseas>) -> DependentResidence {
    let Some(o) = overseas.filter(|o| o.status == Some(OverseasStatus::Starts)) else {
        return DependentResidence::InJapan;
    };
    match o.reason {
        Some(OverseasReason::StudyAbroad) => DependentResidence::StudentAbroad,
        Some(OverseasReason::AccompanyingFamily) => DependentResidence::WithPostedInsured,
        Some(OverseasReason::SpecifiedActivity) => DependentResidence::TemporarilyAbroad,
        Some(OverseasReason::MarriedAbroad) => DependentResidence::FamilySincePosting,
        Some(OverseasReason::Other) | None => DependentResidence::OtherwiseBasedInJapan,
    }
}
/// 夫婦共同扶養: the form states what a spouse earns who is no dependent. It does not state the spouse's insurance: until staff does, the
/// one under which near incomes are asked about is taken.
fn both_support(f: &DependentChange, relation: Relation) -> Option<BothSupport> {
    let earned = f.spouse_yearly_income_yen.filter(|yen| *yen > 0 && f.spouse.is_none())?;
    let is_of_both = relation.kinship == Kinship::Child;
    let other_income_yen = Yen::new(earned).filter(|_| is_of_both)?;
    Some(BothSupport {
        other_scheme: OtherSupporterScheme::Employees,
        other_income_yen: Some(other_income_yen),
        named: None,
    })
}
