//! The rules of eligibility as operations. Nothing is kept but the entry in the log.
use super::rules;
use crate::domain::remuneration::{CalculationTrace, calculate, calculations};
use crate::kernel::{Gate, Routes, input::Input};
use serde::Serialize;
use utoipa::ToSchema;

calculations! {
    /// 被扶養者の認定
    /// Tells whether somebody is a dependent, is not, or which documents are still needed.
    CalculateDependentRecognition = "calculateDependentRecognition" "/v1/calculations/dependent-recognition",
        "健康保険法3条7項": DependentRecognition(RecognitionInput) -> RecognitionOutcome, DependentRecognitionResult;
    /// 短時間労働者の資格
    /// Tells whether somebody who works short hours is insured, and as what.
    CalculateShortTimeEligibility = "calculateShortTimeEligibility" "/v1/calculations/short-time-eligibility",
        "健康保険法3条1項": ShortTimeEligibility(ShortTimeInput) -> ShortTimeOutcome, ShortTimeResult;
}
