//! Where the facts of a recognition come from: the relation of the register or the form, what somebody states, what was found before.
use super::super::{
    rules::{BothSupport, DependentResidence, EvidenceDocument, Kinship, RecognitionInput, TemporaryRise},
    settings,
};
use crate::{
    domain::remuneration,
    kernel::{Problem, Tx},
    values::yen::Yen,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Facts of a recognition that somebody states, and the documents seen. What is stated here counts before what a form or the register says.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionFacts {
    /// Documents seen, in whatever way they came: attached, shown, or obtained by inquiry in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub documents: Vec<EvidenceDocument>,
    /// Relation to the insured person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kinship: Option<Kinship>,
    /// Belongs to the household of the insured person (同一世帯).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lives_together: Option<bool>,
    /// Where the person lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub residence: Option<DependentResidence>,
    /// Disabled in the sense of the higher limit of income.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub is_disabled: Option<bool>,
    /// Pupil or student.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub is_student: Option<bool>,
    /// Insured in the scheme for elderly people by certified disability before 75.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub in_elderly_scheme: Option<bool>,
    /// Income of every kind expected in the year to come, as determined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub annual_income_yen: Option<Yen>,
    /// Income of a year by the labour contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contract_income_yen: Option<Yen>,
    /// The person states that there is no income but wages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub is_wages_only: Option<bool>,
    /// The income rose for a time, as the employer certifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub temporary_rise: Option<TemporaryRise>,
    /// Income of the insured person in the year to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub insured_income_yen: Option<Yen>,
    /// What the insured person sends in a year to somebody who lives apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub support_yen: Option<Yen>,
    /// Another one supports too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    #[schema(nullable = false)]
    pub both_support: Option<BothSupport>,
    /// What a form, an answer or an earlier finding says and what does not hold: it is left out, unless it is stated here anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 7))]
    #[schema(max_items = 7)]
    pub struck: Vec<StruckFact>,
}
/// A fact that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StruckFact {
    /// Income expected in the year to come.
    AnnualIncome,
    /// Income by the labour contract, and that there are wages only.
    ContractIncome,
    /// A temporary rise of the income.
    TemporaryRise,
    /// Income of the insured person.
    InsuredIncome,
    /// What the insured person sends.
    Support,
    /// Nobody else supports.
    BothSupport,
    /// Disability.
    Disability,
}
impl RecognitionFacts {
    /// These facts, and where they say nothing those of another statement; of documents these alone.
    #[must_use]
    pub fn before(self, mut other: Self) -> Self {
        let is_struck = |fact| self.struck.contains(&fact);
        if is_struck(StruckFact::AnnualIncome) {
            other.annual_income_yen = None;
        }
        if is_struck(StruckFact::ContractIncome) {
            (other.contract_income_yen, other.is_wages_only) = (None, None);
        }
        if is_struck(StruckFact::TemporaryRise) {
            other.temporary_rise = None;
        }
        if is_struck(StruckFact::InsuredIncome) {
            other.insured_income_yen = None;
        }
        if is_struck(StruckFact::Support) {
            other.support_yen = None;
        }
        if is_struck(StruckFact::BothSupport) {
            other.both_support = None;
        }
        if is_struck(StruckFact::Disability) {
            other.is_disabled = None;
        }
        let mut struck = self.struck;
        struck.extend(other.struck);
        Self {
            struck,
            documents: self.documents,
            kinship: self.kinship.or(other.kinship),
            lives_together: self.lives_together.or(other.lives_together),
            residence: self.residence.or(other.residence),
            is_disabled: self.is_disabled.or(other.is_disabled),
            is_student: self.is_student.or(other.is_student),
            in_elderly_scheme: self.in_elderly_scheme.or(other.in_elderly_scheme),
            annual_income_yen: self.annual_income_yen.or(other.annual_income_yen),
            contract_income_yen: self.contract_income_yen.or(other.contract_income_yen),
            is_wages_only: self.is_wages_only.or(other.is_wages_only),
            temporary_rise: self.temporary_rise.or(other.temporary_rise),
            insured_income_yen: self.insured_income_yen.or(other.insured_income_yen),
            support_yen: self.support_yen.or(other.support_yen),
            both_support: self.both_support.or(other.both_support),
        }
    }
    /// What was known, with what is stated in its place and the documents seen beside those at hand.
    #[must_use]
    pub fn over(&self, mut known: RecognitionInput, relation: Relation) -> RecognitionInput {
        for fact in &self.struck {
            match fact {
                StruckFact::AnnualIncome => known.annual_income_yen = None,
                StruckFact::ContractIncome => {
                    (known.contract_income_yen, known.is_wages_only) = (None, false);
                }
                // a certificate never counts unless it is stated
                StruckFact::TemporaryRise => {}
                StruckFact::InsuredIncome => {
                    (known.insured_income_yen, known.insured_income_is_least) = (None, false);
                }
                StruckFact::Support => known.support_yen = None,
                StruckFact::BothSupport => known.both_support = None,
                StruckFact::Disability => known.is_disabled = false,
            }
        }
        known.kinship = self.kinship.unwrap_or(known.kinship);
        known.lives_together = self.lives_together.or(known.lives_together);
        known.residence = self.residence.unwrap_or(known.residence);
        known.is_disabled = self.is_disabled.unwrap_or(known.is_disabled);
        known.is_student = self.is_student.unwrap_or(known.is_student);
        known.in_elderly_scheme = self.in_elderly_scheme.unwrap_or(known.in_elderly_scheme);
        known.annual_income_yen = self.annual_income_yen.or(known.annual_income_yen);
        known.contract_income_yen = self.contract_income_yen.or(known.contract_income_yen);
        known.is_wages_only = self.is_wages_only.unwrap_or(known.is_wages_only);
        known.insured_income_is_least &= self.insured_income_yen.is_none();
        known.insured_income_yen = self.insured_income_yen.or(known.insured_income_yen);
        known.support_yen = self.support_yen.or(known.support_yen);
        known.both_support = self.both_support.clone().or(known.both_support);
        if let Some(rise) = &self.temporary_rise {
            // a certificate that follows another one counts after it, whatever is stated
            let before = known.temporary_rise.as_ref().map_or(0, |r| r.consecutive_times);
            let consecutive_times = rise.consecutive_times.max(before.saturating_add(1));
            known.temporary_rise = Some(TemporaryRise { consecutive_times, ..rise.clone() });
        } else {
            known.temporary_rise = None;
        }
        for document in &self.documents {
            if !known.documents.contains(document) {
                known.documents.push(*document);
            }
        }
        if relation.is_open && self.kinship.is_none() {
            // a document proves no relation that nobody has named
            known.documents.retain(|d| *d != EvidenceDocument::KinshipProof);
        }
        known
    }
}
/// A 続柄 as the rule knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Relation by the Act.
    pub kinship: Kinship,
    /// The code does not tell which: staff names it before a document can prove it.
    pub is_open: bool,
}
/// The relation of a 続柄 code of forms and register. 02 (a child who is neither natural nor adopted) and 04 (parents-in-law) are relatives
/// by marriage who must belong to the household (健康保険法3条7項2号).
pub fn relation_of(code: &str) -> Relation {
    let (kinship, is_open) = match code {
        "husband" | "wife" => (Kinship::Spouse, false),
        "husband_unregistered" | "wife_unregistered" => (Kinship::Partner, false),
        "child" => (Kinship::Child, false),
        "grandchild" => (Kinship::Grandchild, false),
        "parent" | "grandparent" | "great_grandparent" => (Kinship::Ascendant, false),
        "younger_sibling" | "older_sibling" => (Kinship::Sibling, false),
        "other_child" | "parent_in_law" => (Kinship::RelativeWithinThirdDegree, false),
        _ => (Kinship::RelativeWithinThirdDegree, true),
    };
    Relation { kinship, is_open }
}
/// The facts of an earlier finding as far as they hold for a confirmation on a day: who the person is and how it lives, and the proof of
/// the relation. Incomes, what is sent and other documents are asked for anew.
/// # Errors
/// 503 for stored facts that can't be read.
pub fn confirmed_anew(
    stored: Option<Value>,
    on: NaiveDate,
    birth_on: NaiveDate,
    relation: Relation,
) -> Result<RecognitionInput, Problem> {
    let stored = stored.map(serde_json::from_value::<RecognitionInput>).transpose();
    let stored = stored.map_err(|_| Problem::unavailable("stored-facts-unreadable"))?;
    let Some(old) = stored else { return Ok(RecognitionInput::of(on, birth_on, relation.kinship)) };
    let lasting = [EvidenceDocument::KinshipProof, EvidenceDocument::PartnershipProof];
    // that another one supports too lasts; the income, and whom the two named, are asked for anew
    let both_support = old.both_support.map(|b| BothSupport { other_income_yen: None, named: None, ..b });
    Ok(RecognitionInput {
        lives_together: old.lives_together,
        residence: old.residence,
        is_disabled: old.is_disabled,
        is_student: old.is_student,
        in_elderly_scheme: old.in_elderly_scheme,
        temporary_rise: old.temporary_rise,
        both_support,
        documents: old.documents.into_iter().filter(|d| lasting.contains(d)).collect(),
        ..RecognitionInput::of(on, birth_on, old.kinship)
    })
}
/// The same, as far as an employer is told what becomes of its answer: the relation and its proof. What the society knows of health, of
/// the household and of what others earn is not for it.
#[must_use]
pub fn for_employer(known: &RecognitionInput) -> RecognitionInput {
    RecognitionInput {
        documents: known.documents.clone(),
        insured_income_yen: known.insured_income_yen,
        insured_income_is_least: known.insured_income_is_least,
        contract_income_from: known.contract_income_from,
        legal_values: known.legal_values.clone(),
        ..RecognitionInput::of(known.recognised_on, known.birth_on, known.kinship)
    }
}
/// Months of a year.
const MONTHS: i64 = 12;
/// Puts what the register tells of the insured person's income into a case that states none: twelve times the standard remuneration of the
/// month at an employer that employs the person on the day, which is the least of it; and what the society set in the place of the law
/// that the program brings, as known now.
/// # Errors
/// Database errors.
pub fn complete(
    tx: &mut Tx<'_>,
    case: &mut RecognitionInput,
    (insured, employer): (Option<Uuid>, Uuid),
) -> Result<(), Problem> {
    settings::put(tx, case)?;
    let (None, Some(insured)) = (case.insured_income_yen, insured) else { return Ok(()) };
    let monthly = remuneration::standard_on(tx.conn(), (insured, employer), case.recognised_on)?;
    case.insured_income_yen = monthly.and_then(|monthly| Yen::new(monthly * MONTHS));
    case.insured_income_is_least = case.insured_income_yen.is_some();
    if case.insured_income_is_least {
        tx.note(|n| n.left([insured], &["remuneration"]));
    }
    Ok(())
}
