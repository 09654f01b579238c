//! What the rule makes of a case, to be shown and to be kept.
use super::super::rules::{
    DependentRecognition, EvidenceDocument, RecognitionAnswer, RecognitionInput, RecognitionOutcome,
    RecognitionTest,
};
use crate::{
    domain::{
        dependents::Proposed,
        remuneration::{self, CalculationTrace, Refusal, Rule, Trace},
    },
    kernel::{Kind, Problem},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

/// A case that the rule looked at.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Its facts.
    pub facts: RecognitionInput,
    /// What came out; a refusal where the rule can't decide on them.
    pub outcome: Result<RecognitionOutcome, Refusal>,
    trace: Trace,
}
/// Asks the rule. Support by both parents before the notice on it is left out: the rule knows none then.
pub fn examine(mut facts: RecognitionInput) -> Examined {
    let mut told = remuneration::apply::<DependentRecognition>(&facts);
    if told.as_ref().is_err_and(|r| r.code == NO_RULE && r.pointer == "/both_support") {
        facts.both_support = None;
        told = remuneration::apply::<DependentRecognition>(&facts);
    }
    match told {
        Ok((outcome, trace)) => Examined { facts, outcome: Ok(outcome), trace },
        Err(refusal) => Examined { facts, outcome: Err(refusal), trace: Trace::default() },
    }
}
/// The rule knows no law for the day.
const NO_RULE: &str = "no-rule-for-day";

impl Examined {
    /// What the rule answered; nothing where it knows no law for the day.
    pub fn answer(&self) -> Option<RecognitionAnswer> {
        self.outcome.as_ref().ok().map(|o| o.answer)
    }
    /// The first condition that is not met.
    pub fn failed_test(&self) -> Option<RecognitionTest> {
        self.outcome.as_ref().ok().and_then(|o| o.failed_test)
    }
    /// The rule says yes: nobody needs a reason.
    pub fn is_yes(&self) -> bool {
        self.answer() == Some(RecognitionAnswer::Yes)
    }
    /// The facts fit together; that the law of the day is not known is nobody's fault. `at` is where they stand in the request.
    /// # Errors
    /// 422 with the rule's refusal; 409 `facts-contradict` where it is the register's.
    pub fn require_consistent(&self, at: &str) -> Result<(), Problem> {
        match &self.outcome {
            Err(r) if r.pointer == "/birth_on" => Err(Problem::conflict(
                "facts-contradict",
                "登録されている生年月日は、この日より後です。先に訂正してください",
                "The recorded day of birth is after the day that is looked at: correct it first",
            )),
            Err(r) if r.code != NO_RULE => {
                Err(Problem::new(Kind::Invalid).at(&format!("{at}{}", r.pointer), r.code, r.said))
            }
            _ => Ok(()),
        }
    }
    /// In stored words.
    /// # Errors
    /// 503 when they can't be written.
    pub fn proposed(&self) -> Result<Proposed, Problem> {
        let outcome = self.outcome.as_ref().ok();
        let trace = CalculationTrace::of::<DependentRecognition>(&self.trace);
        let documents = outcome.map(|o| o.documents_needed.iter().map(word).collect());
        Ok(Proposed {
            answer: outcome.map(|o| answer_word(o.answer)),
            failed_test: outcome.and_then(|o| o.failed_test).map(|t| word(&t)).transpose()?,
            documents_needed: documents.unwrap_or(Ok(Vec::new()))?,
            counted_income_yen: outcome.and_then(|o| o.counted_income_yen),
            income_limit_yen: outcome.and_then(|o| o.income_limit_yen),
            rule: (DependentRecognition::ID, DependentRecognition::VERSION),
            told: (json(&self.facts)?, json(&trace)?),
        })
    }
    /// As it is shown.
    pub fn finding(&self) -> RecognitionFinding {
        let outcome = self.outcome.as_ref().ok();
        RecognitionFinding {
            answer: self.answer(),
            failed_test: outcome.and_then(|o| o.failed_test),
            documents_needed: outcome.map(|o| o.documents_needed.clone()).unwrap_or_default(),
            income_limit_yen: outcome.and_then(|o| o.income_limit_yen),
            counted_income_yen: outcome.and_then(|o| o.counted_income_yen),
            trace: CalculationTrace::of::<DependentRecognition>(&self.trace),
        }
    }
}
fn json<T: Serialize>(value: &T) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|_| Problem::unavailable("facts-unwritable"))
}
fn answer_word(answer: RecognitionAnswer) -> &'static str {
    match answer {
        RecognitionAnswer::Yes => "yes",
        RecognitionAnswer::No => "no",
        RecognitionAnswer::NeedsEvidence => "needs_evidence",
    }
}
/// The word of a value that serialises as one.
pub fn word<T: Serialize>(value: &T) -> Result<String, Problem> {
    let Value::String(word) = json(value)? else { return Err(Problem::unavailable("facts-unwritable")) };
    Ok(word)
}
/// The value of a stored word.
/// # Errors
/// 503 for a word that is none.
pub fn of_word<T: DeserializeOwned>(word: &str) -> Result<T, Problem> {
    serde_json::from_value(word.into()).map_err(|_| Problem::unavailable("stored-word-unknown"))
}

/// 認定の判定: what the rule answers, the documents to bring, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecognitionFinding {
    /// Yes, no, or documents first; absent where the rule knows no law for the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answer: Option<RecognitionAnswer>,
    /// The first condition that is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub failed_test: Option<RecognitionTest>,
    /// Documents to ask for; none when the answer is no.
    #[schema(max_items = 20)]
    pub documents_needed: Vec<EvidenceDocument>,
    /// The limit of income that holds, as far as it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub income_limit_yen: Option<i64>,
    /// The income that was held against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub counted_income_yen: Option<i64>,
    /// Steps with articles and figures.
    pub trace: CalculationTrace,
}
impl RecognitionFinding {
    /// Out of its stored words.
    /// # Errors
    /// 503 for words that can't be read.
    pub fn stored(
        (answer, failed_test): (Option<&str>, Option<&str>),
        documents_needed: &[String],
        (counted_income_yen, income_limit_yen): (Option<i64>, Option<i64>),
        trace: Value,
    ) -> Result<Self, Problem> {
        Ok(Self {
            answer: answer.map(of_word).transpose()?,
            failed_test: failed_test.map(of_word).transpose()?,
            documents_needed: documents_needed.iter().map(|d| of_word(d)).collect::<Result<_, _>>()?,
            income_limit_yen,
            counted_income_yen,
            trace: CalculationTrace::read(trace)?,
        })
    }
}
