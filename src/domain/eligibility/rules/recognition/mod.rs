//! 被扶養者の認定 — whether somebody is a dependent of an insured person (健康保険法3条7項 and the notices on it). The answer is a proposal with its
//! reasons: staff decide.
mod facts;
mod kinship;
mod livelihood;
mod supporters;

pub use facts::{
    BothSupport, DependentResidence, EvidenceDocument, Kinship, OtherSupporterScheme, PrincipalSupporter,
    RecognitionAnswer, RecognitionInput, RecognitionOutcome, RecognitionTest, TemporaryRise,
};

use super::parameters::{Law, OF_DEPENDENTS, Parameter};
use crate::domain::remuneration::{Refusal, Rule, Trace, Value, refuse, steps};

steps! {
    YES = "recognised", "健康保険法3条7項":
        "全ての要件を満たし、書類もそろっているため、被扶養者に当たります。" /
        "Every condition is met and every document is at hand: a dependent.";
    NO = "not_recognised", "健康保険法3条7項":
        "要件を満たさないため、被扶養者に当たりません。" / "A condition is not met: not a dependent.";
    OPEN = "needs_evidence", "健康保険法3条7項":
        "判定には、あと{count}種類の書類が必要です。" / "Kinds of documents still needed to decide: {count}.";
}

/// A case under examination: what is given, what is told, and what is still to be asked for.
struct Case<'a> {
    input: &'a RecognitionInput,
    law: Law<'a>,
    trace: &'a mut Trace,
    documents: Vec<EvidenceDocument>,
    limit: Option<i64>,
    income: Option<i64>,
}
impl Case<'_> {
    /// Asks for a document that proves what is stated, unless it is at hand.
    fn prove(&mut self, document: EvidenceDocument) {
        if !self.input.documents.contains(&document) {
            self.lack(document);
        }
    }
    /// Asks for a document that tells what is not stated.
    fn lack(&mut self, document: EvidenceDocument) {
        if !self.documents.contains(&document) {
            self.documents.push(document);
        }
    }
}
/// A test of a case: false when the person fails it; what stays open asks for its documents and holds for now.
type Test = fn(&mut Case<'_>) -> Result<bool, Refusal>;
/// The tests in their order.
const TESTS: [(RecognitionTest, Test); 6] = [
    (RecognitionTest::OtherScheme, kinship::other_scheme),
    (RecognitionTest::Kinship, kinship::kinship),
    (RecognitionTest::Residence, kinship::residence),
    (RecognitionTest::IncomeLimit, livelihood::income_limit),
    (RecognitionTest::MainlySupported, livelihood::mainly_supported),
    (RecognitionTest::PrincipalSupporter, supporters::principal),
];

/// 被扶養者の認定 (健康保険法3条7項).
pub struct DependentRecognition;
impl Rule for DependentRecognition {
    type Input = RecognitionInput;
    type Outcome = RecognitionOutcome;
    const ID: &'static str = "dependent_recognition";
    const VERSION: &'static str = "2026-04";
    fn decide(input: &RecognitionInput, trace: &mut Trace) -> Result<RecognitionOutcome, Refusal> {
        let law = Law::with(input.legal_values.as_ref())?;
        law.needed(Parameter::IncomeLimit, input.recognised_on, "/recognised_on")?;
        if input.birth_on > input.recognised_on {
            return Err(refuse(
                "/birth_on",
                "born-after-recognition",
                ("認定日より後の生年月日です", "born after the day of recognition"),
            ));
        }
        let mut case = Case { input, law, trace, documents: Vec::new(), limit: None, income: None };
        let mut failed = None;
        for (name, test) in TESTS {
            if !test(&mut case)? {
                failed = Some(name);
                break;
            }
        }
        let Case { documents, limit, income, .. } = case;
        let answer = if failed.is_some() {
            trace.step(&NO, []);
            RecognitionAnswer::No
        } else if documents.is_empty() {
            trace.step(&YES, []);
            RecognitionAnswer::Yes
        } else {
            trace.step(&OPEN, [("count", Value::Count(i64::try_from(documents.len()).unwrap_or(i64::MAX)))]);
            RecognitionAnswer::NeedsEvidence
        };
        Ok(RecognitionOutcome {
            answer,
            failed_test: failed,
            documents_needed: if failed.is_some() { Vec::new() } else { documents },
            income_limit_yen: limit,
            counted_income_yen: income,
            settings: law.in_force(&OF_DEPENDENTS, input.recognised_on),
        })
    }
}
