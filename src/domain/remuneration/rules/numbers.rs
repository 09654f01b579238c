//! 検査用数字 of numbers that are no secret. Personal numbers have no such rule here: their check stands in `values::personal_number` and is
//! open to no caller.
use super::{
    Refusal, Rule,
    trace::{Trace, Value, steps},
};
use crate::{
    kernel::{Said, input::fault},
    values::check_digits,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

/// A corporate number.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CorporateNumberInput {
    /// 法人番号: 13 digits.
    #[validate(custom(function = "corporate"))]
    #[schema(pattern = "^[0-9]{13}$", max_length = 13)]
    pub corporate_number: String,
}
/// An insurer's number.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InsurerNumberInput {
    /// 保険者番号: 8 digits.
    #[validate(custom(function = "insurer"))]
    #[schema(pattern = "^[0-9]{8}$", max_length = 8)]
    pub insurer_number: String,
}
/// Whether the check digit is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckDigitOutcome {
    /// The number is valid.
    pub is_valid: bool,
    /// The digit that would be right.
    #[schema(maximum = 9)]
    pub check_digit: u8,
}
fn corporate(text: &str) -> Result<(), ValidationError> {
    shaped(
        check_digits::corporate_number(text),
        ("法人番号は13桁の半角数字です", "a corporate number has 13 digits"),
    )
}
fn insurer(text: &str) -> Result<(), ValidationError> {
    shaped(
        check_digits::insurer_number(text),
        ("保険者番号は8桁の半角数字です", "an insurer's number has 8 digits"),
    )
}
fn shaped(digit: Option<u8>, said: Said<'static>) -> Result<(), ValidationError> {
    digit.map(|_| ()).ok_or_else(|| fault("not-these-digits", said))
}
steps! {
    CORPORATE = "corporate_check_digit", "法人番号の指定等に関する省令2条":
        "検査用数字(先頭)は{right}が正しく、記載は{given}です。" /
        "The check digit, the first, should be {right}; {given} is given.";
    INSURER = "insurer_check_digit", "保険者番号等の設定要領":
        "検証番号(末尾)は{right}が正しく、記載は{given}です。" /
        "The check digit, the last, should be {right}; {given} is given.";
}
const MALFORMED: Refusal = Refusal {
    pointer: "",
    code: "not-these-digits",
    said: ("桁数または文字が違います", "wrong length or characters"),
};
/// 法人番号の検査用数字 (法人番号の指定等に関する省令2条).
pub struct CorporateNumber;
impl Rule for CorporateNumber {
    type Input = CorporateNumberInput;
    type Outcome = CheckDigitOutcome;
    const ID: &'static str = "corporate_number_check_digit";
    const VERSION: &'static str = "2015-10";
    fn decide(input: &CorporateNumberInput, trace: &mut Trace) -> Result<CheckDigitOutcome, Refusal> {
        let right = check_digits::corporate_number(&input.corporate_number).ok_or(MALFORMED)?;
        Ok(compare(&CORPORATE, right, input.corporate_number.bytes().next(), trace))
    }
}
/// 保険者番号の検証番号 (保険者番号等の設定要領).
pub struct InsurerNumber;
impl Rule for InsurerNumber {
    type Input = InsurerNumberInput;
    type Outcome = CheckDigitOutcome;
    const ID: &'static str = "insurer_number_check_digit";
    const VERSION: &'static str = "2008-04";
    fn decide(input: &InsurerNumberInput, trace: &mut Trace) -> Result<CheckDigitOutcome, Refusal> {
        let right = check_digits::insurer_number(&input.insurer_number).ok_or(MALFORMED)?;
        Ok(compare(&INSURER, right, input.insurer_number.bytes().last(), trace))
    }
}
fn compare(
    words: &'static super::trace::StepWords,
    right: u8,
    given: Option<u8>,
    trace: &mut Trace,
) -> CheckDigitOutcome {
    let given = given.map_or(0, |b| b.wrapping_sub(b'0'));
    trace.step(words, [("right", Value::Count(right.into())), ("given", Value::Count(given.into()))]);
    CheckDigitOutcome { is_valid: right == given, check_digit: right }
}
