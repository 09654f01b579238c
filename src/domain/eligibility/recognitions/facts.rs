//! Where the facts of a recognition come from: the relation of the register or the form, what somebody states, what was found before.
use super::super::rules::{
    BothSupport, DependentResidence, EvidenceDocument, Kinship, RecognitionInput, TemporaryRise,
};
use crate::{domain::remuneration, kernel::Problem, values::yen::Yen};
use chrono::NaiveDate;
use diesel::PgConnection;
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
}
impl RecognitionFacts {
    /// These facts, and where they say nothing those of another statement; of documents these alone.
    #[must_use]
    pub fn before(self, other: Self) -> Self {
        Self {
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
        known.kinship = self.kinship.unwrap_or(known.kinship);
        known.lives_together = self.lives_together.or(known.lives_together);
        known.residence = self.residence.unwrap_or(known.residence);
        known.is_disabled = self.is_disabled.unwrap_or(known.is_disabled);
        known.is_student = self.is_student.unwrap_or(known.is_student);
        known.in_elderly_scheme = self.in_elderly_scheme.unwrap_or(known.in_elderly_scheme);
        known.annual_income_yen = self.annual_income_yen.or(known.annual_income_yen);
        known.contract_income_yen = self.contract_income_yen.or(known.contract_income_yen);
        known.is_wages_only = self.is_wages_only.unwrap_or(known.is_wages_only);
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
pub fn confirmed_anew(
    stored: Option<Value>,
    on: NaiveDate,
    birth_on: NaiveDate,
    relation: Relation,
) -> RecognitionInput {
    let stored: Option<RecognitionInput> = stored.and_then(|v| serde_json::from_value(v).ok());
    let Some(old) = stored else { return RecognitionInput::of(on, birth_on, relation.kinship) };
    let lasting = [EvidenceDocument::KinshipProof, EvidenceDocument::PartnershipProof];
    RecognitionInput {
        lives_together: old.lives_together,
        residence: old.residence,
        is_disabled: old.is_disabled,
        is_student: old.is_student,
        in_elderly_scheme: old.in_elderly_scheme,
        temporary_rise: old.temporary_rise,
        both_support: old.both_support,
        documents: old.documents.into_iter().filter(|d| lasting.contains(d)).collect(),
        ..RecognitionInput::of(on, birth_on, old.kinship)
    }
}
/// Months of a year.
const MONTHS: i64 = 12;
/// Income of a year of an insured person as far as the register tells it: twelve times the standard remuneration of the month; nothing
/// where none is known.
/// # Errors
/// Database errors.
pub fn insured_income(conn: &mut PgConnection, insured: Uuid, on: NaiveDate) -> Result<Option<Yen>, Problem> {
    Ok(remuneration::standard_on(conn, insured, on)?.and_then(|monthly| Yen::new(monthly * MONTHS)))
}
