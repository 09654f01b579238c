//! The rules of eligibility as operations. Nothing is kept but the entry in the log.
use super::{rules, settings};
use crate::domain::remuneration::{CalculationTrace, calculate, calculations};
use crate::kernel::{Gate, Routes, input::Input};
use serde::Serialize;
use utoipa::ToSchema;

calculations! {
    /// 被扶養者の認定
    /// Tells whether somebody is a dependent, is not, or which documents are still needed.
    CalculateDependentRecognition = "calculateDependentRecognition" "/v1/calculations/dependent-recognition",
        "健康保険法3条7項": DependentRecognition(RecognitionInput) -> RecognitionOutcome, DependentRecognitionResult, by settings::put;
    /// 短時間労働者の資格
    /// Tells whether somebody who works short hours is insured, and as what.
    CalculateShortTimeEligibility = "calculateShortTimeEligibility" "/v1/calculations/short-time-eligibility",
        "健康保険法3条1項": ShortTimeEligibility(ShortTimeInput) -> ShortTimeOutcome, ShortTimeResult, by settings::put;
    /// 一部負担金の割合
    /// Tells how many tenths of the cost of care somebody bears, from 70 to 74 by the insured person's standard remuneration and income.
    CalculateElderlyBurdenRatio = "calculateElderlyBurdenRatio" "/v1/calculations/elderly-burden-ratio",
        "健康保険法74条1項、110条2項1号、同施行令34条": ElderlyBurden(ElderlyBurdenInput) -> ElderlyBurdenOutcome, ElderlyBurdenResult, by settings::put;
}
