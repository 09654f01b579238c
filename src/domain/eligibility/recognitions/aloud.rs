//! What is read aloud beside the steps of the rule: the documents that were still open, and what staff decided, also where it is not what the
//! rule answered.
use super::{
    super::rules::{EvidenceDocument, RecognitionAnswer},
    departure::DepartureReason,
    examined::RecognitionFinding,
};

/// A text in Japanese and in English.
type Words = (&'static str, &'static str);

/// What the decision was, beside the rule's answer.
pub struct Decided<'a> {
    /// Recognised, or not any more.
    pub is_recognised: bool,
    /// Why, where it is not what the rule answered.
    pub departure: Option<DepartureReason>,
    /// The same in staff's words.
    pub note: Option<&'a str>,
}
/// The sentences of an explanation in Japanese and in English: the rule's steps, what was still to be proved, and the decision.
pub fn aloud(finding: &RecognitionFinding, decided: &Decided<'_>) -> (String, String) {
    let (mut ja, mut en) = finding.trace.aloud();
    if finding.answer.is_none() {
        ja.push_str("この日に適用する基準が登録されていないため、規則による判定は行っていません。");
        en.push_str("No law of that day is known to the rule: it answered nothing.");
    }
    if !finding.documents_needed.is_empty() {
        let names: Vec<Words> = finding.documents_needed.iter().copied().map(document).collect();
        let of =
            |pick: fn(&Words) -> &'static str, by: &str| names.iter().map(pick).collect::<Vec<_>>().join(by);
        ja.push_str(&format!("その書類は、{}です。", of(|w| w.0, "、")));
        en.push_str(&format!(" These are: {}.", of(|w| w.1, ", ")));
    }
    let (said, told) = decision(finding.answer, decided);
    (ja + &said, format!("{en} {told}").trim_start().to_owned())
}
/// The sentence of the decision.
fn decision(answer: Option<RecognitionAnswer>, decided: &Decided<'_>) -> (String, String) {
    let (is, was) = if decided.is_recognised {
        ("被扶養者として認定されました。", "was recognised as a dependent.")
    } else {
        ("被扶養者ではなくなりました。", "is no dependent any more.")
    };
    let is_as_answered = match answer {
        Some(RecognitionAnswer::Yes) => decided.is_recognised,
        Some(RecognitionAnswer::No) => !decided.is_recognised,
        Some(RecognitionAnswer::NeedsEvidence) | None => false,
    };
    if is_as_answered {
        return (format!("以上により、{is}"), format!("So the person {was}"));
    }
    let note =
        |open: &str, close: &str| decided.note.map(|n| format!("{open}{n}{close}")).unwrap_or_default();
    let (ja, en) = decided.departure.map_or(("届け出られた事実", "by the facts that were notified"), why);
    let (ja_note, en_note) = (note("（", "）"), note(" (", ")"));
    // where the rule answered nothing there is nothing to depart from
    let (ja_lead, en_lead) = match answer {
        Some(_) => ("この判定にかかわらず、", "Whatever the rule answered: "),
        None => ("", "It was decided: "),
    };
    (format!("{ja_lead}{ja}{ja_note}により、{is}"), format!("{en_lead}{en}{en_note}, the person {was}"))
}
fn why(reason: DepartureReason) -> Words {
    match reason {
        DepartureReason::DocumentsFollow => ("書類が後日提出されること", "as the documents follow later"),
        DepartureReason::KnownOtherwise => {
            ("書類以外の資料で事実を確認したこと", "as the facts are known otherwise")
        }
        DepartureReason::ActualLivelihood => {
            ("生計の実態（昭和52年保発第9号・庁保発第9号）", "by the actual livelihood")
        }
        DepartureReason::SupporterOnLeave => (
            "主として生計を維持する方の育児休業等（令和3年保保発0430第2号）",
            "as the main supporter is on leave",
        ),
        DepartureReason::InsurersJudgement => ("保険者の判断", "by the insurer's judgement"),
    }
}
fn document(document: EvidenceDocument) -> Words {
    match document {
        EvidenceDocument::KinshipProof => ("続柄の確認書類（戸籍謄本、住民票など）", "proof of kinship"),
        EvidenceDocument::PartnershipProof => {
            ("内縁関係の確認書類（双方の戸籍謄本及び住民票）", "proof of the partnership")
        }
        EvidenceDocument::HouseholdProof => ("世帯全員の住民票", "proof of the household"),
        EvidenceDocument::StayAbroadProof => {
            ("海外滞在の理由の確認書類（査証、在学証明書、辞令など）", "proof of the stay abroad")
        }
        EvidenceDocument::BaseInJapanProof => {
            ("生活の基礎が国内にあることの確認書類", "proof that life is based in Japan")
        }
        EvidenceDocument::IncomeProof => ("収入の確認書類（課税証明書など）", "proof of income"),
        EvidenceDocument::LabourContract => ("労働条件通知書", "the labour contract"),
        EvidenceDocument::WagesOnlyStatement => {
            ("給与収入のみである旨の申立書", "the statement that wages are the only income")
        }
        EvidenceDocument::TemporaryRiseCertificate => {
            ("一時的な収入変動である旨の事業主の証明", "the employer's certificate of a temporary rise")
        }
        EvidenceDocument::DisabilityProof => ("障害の確認書類（障害者手帳など）", "proof of disability"),
        EvidenceDocument::InsuredIncomeProof => {
            ("被保険者の収入の確認書類", "proof of the insured person's income")
        }
        EvidenceDocument::SupportProof => ("仕送りの確認書類（送金の控えなど）", "proof of support sent"),
        EvidenceDocument::HouseholdLivelihoodStatement => {
            ("世帯の生計状況の申立書", "the statement of how the household lives")
        }
        EvidenceDocument::OtherSupporterIncomeProof => {
            ("もう一方の扶養者の収入の確認書類", "proof of the other supporter's income")
        }
        EvidenceDocument::PrincipalSupporterStatement => {
            ("主として生計を維持する方の届出", "the statement of who mainly supports")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::remuneration::CalculationTrace;

    fn told(answer: Option<RecognitionAnswer>, is_recognised: bool, note: Option<&str>) -> (String, String) {
        let trace = CalculationTrace { rule: "r".into(), rule_version: "1".into(), steps: Vec::new() };
        let finding = RecognitionFinding {
            answer,
            failed_test: None,
            documents_needed: Vec::new(),
            income_limit_yen: None,
            counted_income_yen: None,
            trace,
        };
        let departure = note.map(|_| DepartureReason::InsurersJudgement);
        aloud(&finding, &Decided { is_recognised, departure, note })
    }
    #[test]
    fn what_is_read_aloud_ends_with_what_was_decided() {
        let (yes, no) = (Some(RecognitionAnswer::Yes), Some(RecognitionAnswer::No));
        assert_eq!(told(yes, true, None).0, "以上により、被扶養者として認定されました。");
        assert_eq!(told(no, false, None).0, "以上により、被扶養者ではなくなりました。");
        let by_judgement = "この判定にかかわらず、保険者の判断（実態）により、被扶養者として認定されました。";
        assert_eq!(told(no, true, Some("実態")).0, by_judgement);
        let removed = "この判定にかかわらず、届け出られた事実により、被扶養者ではなくなりました。";
        assert_eq!(told(yes, false, None).0, removed);
        let unknown = told(None, true, Some("実態"));
        assert!(
            unknown.0.ends_with("行っていません。保険者の判断（実態）により、被扶養者として認定されました。")
        );
        assert!(unknown.1.ends_with(
            "It was decided: by the insurer's judgement (実態), the person was recognised as a dependent."
        ));
    }
}
