//! What the recognition of a dependent takes and gives.
use super::super::parameters::{LegalSetting, OF_DEPENDENTS, Parameter, SocietyValue, UnderLaw};
use crate::domain::remuneration::in_reach;
use crate::values::yen::Yen;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// How somebody is related to the insured person (健康保険法3条7項1号–4号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kinship {
    /// 配偶者.
    Spouse,
    /// 届出をしていないが事実上婚姻関係と同様の事情にある者.
    Partner,
    /// 子 (養子 among them).
    Child,
    /// 孫.
    Grandchild,
    /// 直系尊属: parents, grandparents and so on.
    Ascendant,
    /// 兄弟姉妹.
    Sibling,
    /// Another relative by blood or marriage within the third degree.
    RelativeWithinThirdDegree,
    /// Parent or child of the partner.
    PartnersParentOrChild,
    /// Parent or child of a partner who died.
    LatePartnersParentOrChild,
    /// Anybody else.
    Other,
}
/// Where somebody lives (健康保険法3条7項、同施行規則37条の2・37条の3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependentResidence {
    /// Registered as a resident in Japan.
    InJapan,
    /// 外国において留学をする学生 (37条の2第1号).
    StudentAbroad,
    /// Goes with an insured person who is posted abroad (2号).
    WithPostedInsured,
    /// Abroad for a time for leisure, volunteering or another purpose that is not work (3号).
    TemporarilyAbroad,
    /// Became family while the insured person was posted abroad, as those who went along (4号).
    FamilySincePosting,
    /// Based in Japan for other reasons: each case for itself (5号).
    OtherwiseBasedInJapan,
    /// Lives abroad, none of these.
    Abroad,
    /// In Japan for medical treatment, or to care for such a person (37条の3).
    MedicalStay,
    /// In Japan for a long stay of leisure (37条の3).
    LeisureStay,
}
/// A document to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceDocument {
    /// 戸籍謄抄本・住民票, or the employer's confirmation with both personal numbers.
    KinshipProof,
    /// Both family registers and the residence record that show a partnership.
    PartnershipProof,
    /// 住民票 of the household.
    HouseholdProof,
    /// Visa, certificate of enrolment, posting order and the like, by the kind of stay.
    StayAbroadProof,
    /// What shows that life is based in Japan.
    BaseInJapanProof,
    /// 課税証明書, 年金額改定通知書, 確定申告書 and the like.
    IncomeProof,
    /// 労働条件通知書 or another paper of the labour contract.
    LabourContract,
    /// 給与収入のみである旨の申立て.
    WagesOnlyStatement,
    /// 事業主の証明 of a temporary rise of income.
    TemporaryRiseCertificate,
    /// 障害者手帳, 障害年金証書 and the like.
    DisabilityProof,
    /// Income of the insured person.
    InsuredIncomeProof,
    /// 送金の控え・預金通帳.
    SupportProof,
    /// How the household lives, when the income is half of the insured person's or more.
    HouseholdLivelihoodStatement,
    /// Income of the other supporter.
    OtherSupporterIncomeProof,
    /// Which of two supporters mainly supports (届出).
    PrincipalSupporterStatement,
}
/// An income that rose for a time, certified by the employer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TemporaryRise {
    /// Income of the year without the temporary rise.
    pub usual_income_yen: Yen,
    /// Which confirmation in a row uses a certificate, this one counted: 1 is the first.
    #[validate(range(min = 1, max = 99))]
    #[schema(minimum = 1, maximum = 99)]
    pub consecutive_times: u8,
}
/// Which insurance the other supporter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OtherSupporterScheme {
    /// 被用者保険.
    Employees,
    /// 国民健康保険.
    National,
}
/// Who mainly supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalSupporter {
    /// The insured person.
    Insured,
    /// The other one.
    Other,
}
/// 夫婦共同扶養: somebody whom two people support together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BothSupport {
    /// Insurance of the other supporter.
    pub other_scheme: OtherSupporterScheme,
    /// Income of the other supporter in the year to come; for 国民健康保険, as expected from the latest income. Left out when it is not
    /// known: a document tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub other_income_yen: Option<Yen>,
    /// Whom the two named as mainly supporting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub named: Option<PrincipalSupporter>,
}
/// Facts of a recognition. What is not known is left out: the answer then names the document that tells it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecognitionInput {
    /// Day from which the person is to be a dependent.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub recognised_on: NaiveDate,
    /// 生年月日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub birth_on: NaiveDate,
    /// Relation to the insured person.
    pub kinship: Kinship,
    /// Belongs to the household of the insured person (同一世帯).
    #[schema(nullable = false)]
    pub lives_together: Option<bool>,
    /// Where the person lives.
    pub residence: DependentResidence,
    /// Disabled in the sense of the higher limit of income.
    #[serde(default)]
    #[schema(nullable = false)]
    pub is_disabled: bool,
    /// Pupil or student.
    #[serde(default)]
    #[schema(nullable = false)]
    pub is_student: bool,
    /// Insured in the scheme for elderly people by certified disability before 75.
    #[serde(default)]
    #[schema(nullable = false)]
    pub in_elderly_scheme: bool,
    /// Income of every kind expected in the year to come.
    #[schema(nullable = false)]
    pub annual_income_yen: Option<Yen>,
    /// Income of a year by the labour contract.
    #[schema(nullable = false)]
    pub contract_income_yen: Option<Yen>,
    /// The person states that there is no income but wages.
    #[serde(default)]
    #[schema(nullable = false)]
    pub is_wages_only: bool,
    /// First day on which the society takes the income by the labour contract, to try a later one; left out, what is in force counts.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub contract_income_from: Option<NaiveDate>,
    /// The income rose for a time.
    #[validate(nested)]
    #[schema(nullable = false)]
    pub temporary_rise: Option<TemporaryRise>,
    /// Income of the insured person in the year to come.
    #[schema(nullable = false)]
    pub insured_income_yen: Option<Yen>,
    /// That income is no more than the standard remuneration of twelve months, without bonuses and whatever else there is: it can speak for
    /// the person and never against; where it would, a document is asked for.
    #[serde(default)]
    #[schema(nullable = false)]
    pub insured_income_is_least: bool,
    /// What the insured person sends in a year to somebody who lives apart.
    #[schema(nullable = false)]
    pub support_yen: Option<Yen>,
    /// Another one supports too.
    #[validate(nested)]
    #[schema(nullable = false)]
    pub both_support: Option<BothSupport>,
    /// Documents at hand.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub documents: Vec<EvidenceDocument>,
    /// What is set in the place of the law that the program brings, to try a value; left out, what the society set counts.
    #[validate(nested, length(max = 40))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 40)]
    pub legal_values: Option<Vec<SocietyValue>>,
}
impl UnderLaw for RecognitionInput {
    const NAMES: &'static [Parameter] = &OF_DEPENDENTS;
    fn values(&mut self) -> &mut Option<Vec<SocietyValue>> {
        &mut self.legal_values
    }
}
impl RecognitionInput {
    /// Nothing but the day, the day of birth and the relation is known: resident in Japan, nothing proved.
    pub fn of(recognised_on: NaiveDate, birth_on: NaiveDate, kinship: Kinship) -> Self {
        Self {
            recognised_on,
            birth_on,
            kinship,
            lives_together: None,
            residence: DependentResidence::InJapan,
            is_disabled: false,
            is_student: false,
            in_elderly_scheme: false,
            annual_income_yen: None,
            contract_income_yen: None,
            is_wages_only: false,
            contract_income_from: None,
            temporary_rise: None,
            insured_income_yen: None,
            insured_income_is_least: false,
            support_yen: None,
            both_support: None,
            documents: Vec::new(),
            legal_values: None,
        }
    }
}
/// Whether somebody is a dependent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecognitionAnswer {
    /// A dependent.
    Yes,
    /// Not a dependent.
    No,
    /// Documents decide.
    NeedsEvidence,
}
/// A condition of being a dependent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecognitionTest {
    /// Not in the scheme for elderly people.
    OtherScheme,
    /// Kinship and household.
    Kinship,
    /// Residence in Japan.
    Residence,
    /// Income below the limit.
    IncomeLimit,
    /// Mainly supported by the insured person.
    MainlySupported,
    /// The insured person is the one of two supporters who mainly supports.
    PrincipalSupporter,
}
/// What a recognition gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecognitionOutcome {
    /// Yes, no, or documents first.
    pub answer: RecognitionAnswer,
    /// The first condition that is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub failed_test: Option<RecognitionTest>,
    /// Documents to ask for; none when the answer is no.
    #[schema(max_items = 20)]
    pub documents_needed: Vec<EvidenceDocument>,
    /// The limit of income that holds, as far as it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub income_limit_yen: Option<i64>,
    /// The income that was held against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub counted_income_yen: Option<i64>,
    /// What law and notices set on the day.
    #[schema(max_items = 40)]
    pub settings: Vec<LegalSetting>,
}
