//! Calculations: each rule as an operation of its own, so that generated clients are typed. Nothing is kept but the entry in the log.
use super::{
    rules::{self, Refusal, Rule},
    told::CalculationTrace,
};
use crate::kernel::{Facts, FieldError, Gate, Kind, Operation, Problem, Reply, Routes, Tx, input::Input};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

impl From<Refusal> for Problem {
    fn from(r: Refusal) -> Self {
        Self { errors: vec![FieldError::at(r.pointer, r.code, r.said)], ..Self::new(Kind::Invalid) }
    }
}

/// Completes stated facts with what the society has set; nothing where the rule asks for nothing.
pub type Complete<I> = fn(&mut Tx<'_>, &mut I) -> Result<(), Problem>;
/// The facts as they are stated.
/// # Errors
/// None.
pub fn as_stated<I>(_: &mut Tx<'_>, _: &mut I) -> Result<(), Problem> {
    Ok(())
}
/// A revision after a leave takes effect as the society reads the law, unless the caller names a reading: so a preview equals the decision.
fn read_as_set(tx: &mut Tx<'_>, facts: &mut rules::LeaveEndInput) -> Result<(), Problem> {
    facts.reading.get_or_insert(tx.kernel().readings.leave_end);
    Ok(())
}
/// As `read_as_set`, of the fractions in the average of a year.
fn rounded_as_set(tx: &mut Tx<'_>, facts: &mut rules::OccasionalAnnualInput) -> Result<(), Problem> {
    facts.rounding.get_or_insert(tx.kernel().readings.annual_parts);
    Ok(())
}
/// Applies a rule for whoever may ask to facts that `complete` completes, and answers with what `result` makes of its outcome and trace.
/// # Errors
/// 403 where no policy permits; 422 `invalid` for facts that the rule can't decide on.
pub async fn calculate<Op: Operation, R: Rule, T: Serialize + Send + 'static>(
    gate: Gate<Op>,
    mut facts: R::Input,
    complete: Complete<R::Input>,
    result: fn(R::Outcome, CalculationTrace) -> T,
) -> Reply<Op, T>
where
    R::Input: Send,
{
    gate.read(move |tx| {
        let permit = tx.admit_facts::<Op>(&Facts::of("Society", Uuid::nil()))?;
        complete(tx, &mut facts)?;
        let (outcome, trace) = rules::apply::<R>(&facts)?;
        Ok(permit.answer(result(outcome, CalculationTrace::of::<R>(&trace))))
    })
    .await
}

/// Declares calculations: words, operation, id, path, law; rule, its facts, its outcome, the result; what completes
/// the facts.
macro_rules! calculations {
    ($($(#[doc = $doc:literal])+ $op:ident = $id:literal $path:literal, $law:literal: $rule:ident($input:ident) -> $outcome:ident, $result:ident $(, by $complete:path)?;)+) => {
        $(
            crate::operation! {
                $(#[doc = $doc])+
                pub $op: Post $path = $id, scope "calculations:run", on "Society", status 200, law $law;
            }
            #[doc = "What came out, and why."]
            #[derive(Clone, Debug, Serialize, ToSchema)]
            pub struct $result {
                #[doc = "What came out."]
                pub outcome: rules::$outcome,
                #[doc = "Why."]
                pub trace: CalculationTrace,
            }
            crate::json_body!("application/json": rules::$input);
        )+
        /// Operations of this module.
        pub fn routes(r: &mut Routes) {
            r.group("Calculations");
            $(r.add::<$op, _, _, _>(|gate: Gate<$op>, facts: Input<rules::$input>| {
                let complete = $crate::domain::remuneration::calculations!(@ $($complete)?);
                calculate::<$op, rules::$rule, _>(gate, facts.value, complete, |outcome, trace| $result { outcome, trace })
            });)+
        }
    };
    (@) => { $crate::domain::remuneration::as_stated };
    (@ $complete:path) => { $complete };
}
pub(crate) use calculations;

calculations! {
    /// 標準報酬月額の等級
    /// Looks up grade and standard remuneration.
    CalculateStandardRemunerationGrade = "calculateStandardRemunerationGrade" "/v1/calculations/standard-remuneration-grade",
        "健康保険法40条1項": StandardRemunerationGrade(GradeInput) -> GradeOutcome, GradeResult;
    /// 資格取得時決定
    /// Determines the first standard remuneration of somebody newly insured.
    CalculateAcquisitionDetermination = "calculateAcquisitionDetermination" "/v1/calculations/acquisition-determination",
        "健康保険法42条": AcquisitionDetermination(AcquisitionInput) -> AcquisitionOutcome, AcquisitionResult;
    /// 定時決定
    /// Determines the standard remuneration from April, May and June.
    CalculateRegularDetermination = "calculateRegularDetermination" "/v1/calculations/regular-determination",
        "健康保険法41条": RegularDetermination(RegularInput) -> RegularOutcome, RegularResult;
    /// 年間平均による定時決定
    /// Compares the average of April to June with that of a year, and tells which decides.
    CalculateRegularDeterminationAnnual = "calculateRegularDeterminationAnnual" "/v1/calculations/regular-determination-annual",
        "健康保険法44条1項": RegularDeterminationAnnual(RegularAnnualInput) -> RegularAnnualOutcome, RegularAnnualResult;
    /// 随時改定
    /// Tells whether a change of fixed pay revises the standard remuneration.
    CalculateOccasionalRevision = "calculateOccasionalRevision" "/v1/calculations/occasional-revision",
        "健康保険法43条": OccasionalRevision(OccasionalInput) -> OccasionalOutcome, OccasionalResult;
    /// 年間平均による随時改定
    /// Tells whether the average of a year may be used for an occasional revision, and what it gives.
    CalculateOccasionalRevisionAnnual = "calculateOccasionalRevisionAnnual" "/v1/calculations/occasional-revision-annual",
        "健康保険法44条1項": OccasionalRevisionAnnual(OccasionalAnnualInput) -> OccasionalAnnualOutcome, OccasionalAnnualResult, by rounded_as_set;
    /// 産休・育休終了時改定
    /// Tells whether the standard remuneration is revised after a maternity or childcare leave.
    CalculateLeaveEndRevision = "calculateLeaveEndRevision" "/v1/calculations/leave-end-revision",
        "健康保険法43条の2、43条の3": LeaveEndRevision(LeaveEndInput) -> LeaveEndOutcome, LeaveEndResult, by read_as_set;
    /// 休業中の保険料免除月
    /// Lists the months of leaves in which premiums, and premiums of bonuses, are not charged.
    CalculateExemptionMonths = "calculateExemptionMonths" "/v1/calculations/exemption-months",
        "健康保険法159条、159条の3": ExemptionMonths(ExemptionInput) -> ExemptionOutcome, ExemptionResult;
    /// 標準賞与額
    /// Adds the bonuses of a month up, cuts below 1,000 yen and caps the fiscal year.
    CalculateStandardBonus = "calculateStandardBonus" "/v1/calculations/standard-bonus",
        "健康保険法45条": StandardBonus(BonusInput) -> BonusOutcome, BonusResult;
    /// 二以上事業所の標準報酬月額
    /// Adds the remunerations of several offices and looks the sum up once.
    CalculateTwoOffices = "calculateTwoOffices" "/v1/calculations/two-offices",
        "健康保険法44条3項": TwoOffices(TwoOfficesInput) -> TwoOfficesOutcome, TwoOfficesResult;
    /// 任意継続の標準報酬月額
    /// Determines the standard remuneration of voluntary continuation by the society's rules.
    CalculateVoluntaryStandard = "calculateVoluntaryStandard" "/v1/calculations/voluntary-continuation-standard",
        "健康保険法47条": VoluntaryStandard(VoluntaryStandardInput) -> VoluntaryStandardOutcome, VoluntaryStandardResult;
    /// 任意継続の申出期限
    /// Tells whether voluntary continuation may be applied for, and until when.
    CalculateVoluntaryDeadline = "calculateVoluntaryDeadline" "/v1/calculations/voluntary-continuation-deadline",
        "健康保険法3条4項、37条1項": VoluntaryDeadline(VoluntaryDeadlineInput) -> VoluntaryDeadlineOutcome, VoluntaryDeadlineResult;
    /// 任意継続の資格喪失日
    /// Tells when voluntary continuation ends by time or by wish.
    CalculateVoluntaryEnd = "calculateVoluntaryEnd" "/v1/calculations/voluntary-continuation-end",
        "健康保険法38条": VoluntaryEnd(VoluntaryEndInput) -> VoluntaryEndOutcome, VoluntaryEndResult;
    /// 年齢による資格の変わる日
    /// Tells when 40, 65, 70 and 75 years change cover.
    CalculateAgeDates = "calculateAgeDates" "/v1/calculations/age-dates",
        "年齢計算ニ関スル法律": AgeDates(AgeDatesInput) -> AgeDatesOutcome, AgeDatesResult;
    /// 75歳到達による資格喪失日
    /// Tells when cover ends at 75.
    CalculateLossAtSeventyFive = "calculateLossAtSeventyFive" "/v1/calculations/loss-at-seventy-five",
        "健康保険法3条1項7号、36条": LossAtSeventyFive(LossAtSeventyFiveInput) -> LossAtSeventyFiveOutcome, LossAtSeventyFiveResult;
    /// 任意継続の資格喪失日(死亡、未納、他の資格)
    /// Tells when voluntary continuation ends by what happened.
    CalculateContinuationLoss = "calculateContinuationLoss" "/v1/calculations/continuation-loss",
        "健康保険法37条2項、38条": ContinuationLoss(ContinuationLossInput) -> ContinuationLossOutcome, ContinuationLossResult;
    /// 産前産後休業の期間
    /// Tells the days in which a maternity leave may lie.
    CalculateMaternityWindow = "calculateMaternityWindow" "/v1/calculations/maternity-window",
        "健康保険法43条の3第1項": MaternityWindow(MaternityWindowInput) -> MaternityWindowOutcome, MaternityWindowResult;
    /// 特例退職の標準報酬月額
    /// Determines the standard remuneration of special retirees by the amount that the society's rules set.
    CalculateSpecialRetireeStandard = "calculateSpecialRetireeStandard" "/v1/calculations/special-retiree-standard",
        "健康保険法附則3条": SpecialRetireeStandard(SpecialRetireeInput) -> SpecialRetireeOutcome, SpecialRetireeResult;
    /// 法人番号の検査用数字
    /// Checks the check digit of a corporate number.
    CalculateCorporateNumberCheckDigit = "calculateCorporateNumberCheckDigit" "/v1/calculations/corporate-number-check-digit",
        "法人番号の指定等に関する省令2条": CorporateNumber(CorporateNumberInput) -> CheckDigitOutcome, CorporateNumberResult;
    /// 保険者番号の検証番号
    /// Checks the check digit of an insurer's number.
    CalculateInsurerNumberCheckDigit = "calculateInsurerNumberCheckDigit" "/v1/calculations/insurer-number-check-digit",
        "保険者番号等の設定要領": InsurerNumber(InsurerNumberInput) -> CheckDigitOutcome, InsurerNumberResult;
}
