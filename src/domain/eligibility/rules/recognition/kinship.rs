//! Who may be a dependent at all: other scheme, kinship and household, residence (健康保険法3条7項).
use super::{Case, DependentResidence as Residence, EvidenceDocument as Document, Kinship};
use crate::domain::remuneration::{Refusal, StepWords, Value, steps};
use crate::values::period;

steps! {
    ELDERLY = "elderly_scheme", "健康保険法3条7項ただし書":
        "後期高齢者医療の被保険者であるため、対象になりません。" / "Insured in the scheme for elderly people: not possible.";
    SEVENTY_FIVE = "seventy_five", "健康保険法3条7項ただし書、高齢者の医療の確保に関する法律50条1号":
        "{birthday}に75歳となり後期高齢者医療に移るため、対象になりません。" /
        "The scheme for elderly people took over on the 75th birthday, {birthday}: not possible.";
    CLOSE = "close_kin", "健康保険法3条7項1号":
        "配偶者、子、孫、直系尊属又は兄弟姉妹のため、同居を要しません。" /
        "A spouse, child, grandchild, ascendant or sibling: living together is not required.";
    HOUSEHOLD = "same_household", "健康保険法3条7項2号–4号":
        "同一の世帯に属することを要する続柄で、同居しています。" /
        "A relation that must belong to the same household, and does.";
    APART = "other_household", "健康保険法3条7項2号–4号":
        "同一の世帯に属することを要する続柄ですが、同居していません。" /
        "A relation that must belong to the same household, and does not.";
    UNKNOWN = "household_unknown", "健康保険法3条7項2号–4号":
        "同一の世帯に属することを要する続柄ですが、同居かどうか分かりません。" /
        "A relation that must belong to the same household; whether it does is not known.";
    STRANGER = "no_kin", "健康保険法3条7項": "三親等内の親族等に当たりません。" / "No kin within the degrees of the Act.";
    IN_JAPAN = "in_japan", "健康保険法3条7項": "日本国内に住所を有します。" / "Resident in Japan.";
    EXCEPTION = "stay_abroad_excepted", "健康保険法施行規則37条の2":
        "国内に住所がありませんが、例外に当たり、国内に生活の基礎があると認められます。" /
        "Not resident in Japan, but an exception: life is held to be based there.";
    EACH_CASE = "base_in_japan", "健康保険法施行規則37条の2第5号":
        "国内に生活の基礎があるかどうかを個別に判断します。" / "Whether life is based in Japan is judged case by case.";
    ABROAD = "abroad", "健康保険法3条7項":
        "国内に住所がなく、例外にも当たりません。" / "Neither resident in Japan nor an exception.";
    EXCLUDED = "stay_excluded", "健康保険法施行規則37条の3":
        "医療又は長期の観光・保養のための滞在であるため、対象になりません。" /
        "In Japan for medical treatment or a long stay of leisure: not possible.";
}

/// Not in the scheme for elderly people.
pub fn other_scheme(case: &mut Case<'_>) -> Result<bool, Refusal> {
    let birthday = period::birthday(case.input.birth_on, 75);
    if birthday <= case.input.recognised_on {
        case.trace.step(&SEVENTY_FIVE, [("birthday", Value::Date(birthday))]);
        return Ok(false);
    }
    if case.input.in_elderly_scheme {
        case.trace.step(&ELDERLY, []);
    }
    Ok(!case.input.in_elderly_scheme)
}
/// Kin, and of the same household where that is required.
pub fn kinship(case: &mut Case<'_>) -> Result<bool, Refusal> {
    let (words, holds): (&'static StepWords, bool) = match (case.input.kinship, case.input.lives_together) {
        (Kinship::Other, _) => (&STRANGER, false),
        (
            Kinship::Spouse
            | Kinship::Partner
            | Kinship::Child
            | Kinship::Grandchild
            | Kinship::Ascendant
            | Kinship::Sibling,
            _,
        ) => (&CLOSE, true),
        (_, Some(true)) => (&HOUSEHOLD, true),
        (_, Some(false)) => (&APART, false),
        (_, None) => (&UNKNOWN, true),
    };
    case.trace.step(words, []);
    match case.input.kinship {
        Kinship::Partner | Kinship::PartnersParentOrChild | Kinship::LatePartnersParentOrChild => {
            case.prove(Document::PartnershipProof);
        }
        _ => case.prove(Document::KinshipProof),
    }
    match case.input.lives_together {
        Some(true) => case.prove(Document::HouseholdProof),
        Some(false) => {}
        None => case.lack(Document::HouseholdProof),
    }
    Ok(holds)
}
/// Resident in Japan, or excepted.
pub fn residence(case: &mut Case<'_>) -> Result<bool, Refusal> {
    let (words, holds): (&'static StepWords, bool) = match case.input.residence {
        Residence::InJapan => (&IN_JAPAN, true),
        Residence::StudentAbroad
        | Residence::WithPostedInsured
        | Residence::TemporarilyAbroad
        | Residence::FamilySincePosting => {
            case.prove(Document::StayAbroadProof);
            (&EXCEPTION, true)
        }
        Residence::OtherwiseBasedInJapan => {
            case.prove(Document::BaseInJapanProof);
            (&EACH_CASE, true)
        }
        Residence::Abroad => (&ABROAD, false),
        Residence::MedicalStay | Residence::LeisureStay => (&EXCLUDED, false),
    };
    case.trace.step(words, []);
    Ok(holds)
}
