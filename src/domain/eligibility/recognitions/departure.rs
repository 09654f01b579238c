//! When staff recognises although the rule does not say yes: the reason, as a code.
use super::{
    super::rules::{RecognitionAnswer, RecognitionTest},
    Examined,
};
use crate::kernel::{Kind, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// 規則の判定と異なる認定の理由.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepartureReason {
    /// 書類は後日提出: the facts are plain, a document follows.
    DocumentsFollow,
    /// 他の資料・情報で確認: what the document would prove is known otherwise.
    KnownOtherwise,
    /// 生計の実態: the actual livelihood decides (昭和52年保発第9号・庁保発第9号).
    ActualLivelihood,
    /// 主として生計を維持する者の育児休業等 (令和3年保保発0430第2号).
    SupporterOnLeave,
    /// 保険者の判断: another reason, which the note tells.
    InsurersJudgement,
}
impl DepartureReason {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::DocumentsFollow => "documents_follow",
            Self::KnownOtherwise => "known_otherwise",
            Self::ActualLivelihood => "actual_livelihood",
            Self::SupporterOnLeave => "supporter_on_leave",
            Self::InsurersJudgement => "insurers_judgement",
        }
    }
}
/// Why somebody is recognised although the rule does not answer yes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionDeparture {
    /// The reason.
    pub reason: DepartureReason,
    /// In words.
    #[serde(default)]
    #[validate(length(min = 1, max = 100), custom(function = "crate::kernel::input::plain_text"))]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    pub note: Option<String>,
}
impl RecognitionDeparture {
    /// Code and words as they are kept.
    pub fn kept(&self) -> (&str, Option<&str>) {
        (self.reason.word(), self.note.as_deref())
    }
}
/// Does a reason speak to what the rule found? Documents help where documents were asked for; a leave of the main supporter where two
/// support.
fn fits(reason: DepartureReason, examined: &Examined) -> bool {
    match reason {
        DepartureReason::DocumentsFollow | DepartureReason::KnownOtherwise => {
            examined.answer() != Some(RecognitionAnswer::No)
        }
        DepartureReason::SupporterOnLeave => {
            examined.answer() != Some(RecognitionAnswer::No)
                || examined.failed_test() == Some(RecognitionTest::PrincipalSupporter)
        }
        DepartureReason::ActualLivelihood | DepartureReason::InsurersJudgement => true,
    }
}
/// A recognition without a yes of the rule says why, and one with it does not; one against a no says it in words. `at` is where the reason
/// stands in the request.
/// # Errors
/// 409 `recognition-reason-needed`; 422 for a reason that is not needed or does not fit, or lacks its note.
pub fn require_reason(
    examined: &Examined,
    departure: Option<&RecognitionDeparture>,
    at: &str,
) -> Result<(), Problem> {
    let answer = examined.answer();
    match (answer, departure) {
        (Some(RecognitionAnswer::Yes), None) => Ok(()),
        (Some(RecognitionAnswer::Yes), Some(_)) => {
            let said = ("規則の判定どおりのため指定できません", "not where the rule says yes");
            Err(Problem::new(Kind::Invalid).at(at, "must-be-absent", said))
        }
        (_, Some(d)) if !fits(d.reason, examined) => {
            let said = ("規則の判定に合わない理由です", "the reason does not fit what the rule found");
            Err(Problem::new(Kind::Invalid).at(&format!("{at}/reason"), "reason-does-not-fit", said))
        }
        (_, Some(d))
            if d.note.is_none()
                && (d.reason == DepartureReason::InsurersJudgement
                    || answer == Some(RecognitionAnswer::No)) =>
        {
            let said = ("理由を記入してください", "give the reason in words");
            Err(Problem::new(Kind::Invalid).at(&format!("{at}/note"), "missing-field", said))
        }
        (_, Some(_)) => Ok(()),
        (_, None) => Err(Problem::conflict(
            "recognition-reason-needed",
            "規則の判定は認定ではありません。確認した書類・事実、または認定する理由を指定してください",
            "The rule does not answer yes: state the evidence that was seen, or the reason for recognising",
        )
        .at(
            at,
            "missing-field",
            ("確認した書類又は理由が必要です", "evidence or a reason is needed"),
        )),
    }
}
