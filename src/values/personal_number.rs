//! 個人番号 — the personal number (My Number) of a person.
//!
//! The only type of the system that holds the digits. It has no `Serialize` and no `Display`; `Debug` shows
//! a placeholder, and no error built here carries any part of the input.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as DeError, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroize;

pub use super::number_run::{contains_number_digits, contains_number_run};

/// Twelve digits whose last is the right check digit, wiped when dropped.
#[derive(Clone)]
pub struct PersonalNumber([u8; 12]);

/// Why a text is no personal number. Never says what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonalNumberError {
    /// Not exactly twelve ASCII digits.
    Malformed,
    /// Twelve digits, but the last does not follow from the first eleven.
    CheckDigit,
}

impl PersonalNumberError {
    /// The stable text of the error; also what the JSON reader reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "personal-number:malformed",
            Self::CheckDigit => "personal-number:check-digit",
        }
    }
}

impl fmt::Display for PersonalNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for PersonalNumberError {}

impl PersonalNumber {
    /// Takes exactly twelve ASCII digits with a right check digit.
    ///
    /// Errors: `Malformed` for any other text, `CheckDigit` when the last digit is wrong
    /// (個人番号の指定等に関する省令 第5条).
    pub fn parse(text: &str) -> Result<Self, PersonalNumberError> {
        Self::from_ascii(text.as_bytes())
    }

    /// Like [`PersonalNumber::parse`], from the bytes of a file, so that no second text of the digits arises.
    pub fn from_ascii(bytes: &[u8]) -> Result<Self, PersonalNumberError> {
        let digits: [u8; 12] = bytes.try_into().map_err(|_| PersonalNumberError::Malformed)?;
        let number = Self(digits);
        if !number.0.iter().all(u8::is_ascii_digit) {
            return Err(PersonalNumberError::Malformed);
        }
        let [first @ .., last] = &number.0;
        if check_digit(first) == *last { Ok(number) } else { Err(PersonalNumberError::CheckDigit) }
    }

    /// The twelve ASCII digits, for the strongroom and for duplicate checks only.
    pub const fn digits(&self) -> &[u8; 12] {
        &self.0
    }
}

/// The check digit (ASCII) of eleven ASCII digits: counted from the right the weights are 2–7 and again 2–6;
/// 0 when the remainder by 11 is 0 or 1, else 11 less the remainder (同省令 第5条).
pub fn check_digit(first_eleven: &[u8; 11]) -> u8 {
    const WEIGHTS: [u16; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u16 = first_eleven
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u16::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    match sum % 11 {
        0 | 1 => b'0',
        remainder => b'0' + u8::try_from(11 - remainder).unwrap_or(0),
    }
}

impl Drop for PersonalNumber {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PartialEq for PersonalNumber {
    /// Looks at every digit whatever the first difference, so that time tells nothing.
    fn eq(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(other.0.iter()).fold(0u8, |seen, (a, b)| seen | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

impl Eq for PersonalNumber {}

impl fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalNumber(…)")
    }
}

impl<'de> Deserialize<'de> for PersonalNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // `deserialize_str` would let the reader quote a number it found instead of a string.
        deserializer.deserialize_any(DigitsVisitor)
    }
}

struct DigitsVisitor;

/// Visits for every shape, because the provided ones quote the value they refuse.
macro_rules! refuse {
    ($($visit:ident: $input:ty),* $(,)?) => {
        $(fn $visit<E: DeError>(self, _: $input) -> Result<PersonalNumber, E> { malformed() })*
    };
}

fn malformed<T, E: DeError>() -> Result<T, E> {
    Err(E::custom(PersonalNumberError::Malformed.as_str()))
}

impl<'de> Visitor<'de> for DigitsVisitor {
    type Value = PersonalNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of twelve digits")
    }

    fn visit_str<E: DeError>(self, text: &str) -> Result<PersonalNumber, E> {
        PersonalNumber::parse(text).map_err(|error| E::custom(error.as_str()))
    }

    fn visit_string<E: DeError>(self, mut text: String) -> Result<PersonalNumber, E> {
        let parsed = self.visit_str(&text);
        text.zeroize();
        parsed
    }

    refuse!(
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64,
        visit_char: char, visit_bytes: &[u8],
    );

    fn visit_none<E: DeError>(self) -> Result<PersonalNumber, E> {
        malformed()
    }

    fn visit_unit<E: DeError>(self) -> Result<PersonalNumber, E> {
        malformed()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<PersonalNumber, A::Error> {
        malformed()
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<PersonalNumber, A::Error> {
        malformed()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    const VECTORS: &str = include_str!("../../vectors/personal_number_check_digit.csv");

    #[test]
    fn published_vectors_hold() {
        let mut seen = 0;
        for line in VECTORS.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let (number, valid, digit) = (columns[1], columns[2], columns[3]);
            assert_eq!(PersonalNumber::parse(number).is_ok(), valid == "Y", "{}", columns[0]);
            match PersonalNumber::parse(number) {
                Err(PersonalNumberError::Malformed) => assert!(digit.is_empty(), "{}", columns[0]),
                _ => assert_eq!(
                    check_digit(number.as_bytes()[..11].try_into().unwrap()),
                    digit.as_bytes()[0],
                    "{}",
                    columns[0]
                ),
            }
            seen += 1;
        }
        assert!(seen >= 100);
    }

    #[test]
    fn debug_and_errors_hold_no_digit() {
        let number = PersonalNumber::parse("999900000011").unwrap();
        assert_eq!(format!("{number:?}"), "PersonalNumber(…)");
        let inputs = [
            "\"999900000012\"",
            "999900000011",
            "9999000000.11",
            "-99990000001",
            "[999900000011]",
            "{\"999900000011\":1}",
            "\"９９９９００００００１１\"",
            "99990000001199990000001199990000001199990000",
            "null",
            "true",
        ];
        for input in inputs {
            let error = serde_json::from_str::<PersonalNumber>(input).unwrap_err().to_string();
            assert!(error.starts_with("personal-number:"), "{error}");
            assert!(!error.contains("9999"), "{error}");
        }
        assert!(serde_json::from_str::<PersonalNumber>("\"999900000011\"").unwrap() == number);
    }

    #[test]
    fn equality_looks_at_every_digit() {
        let one = PersonalNumber::parse("999900000011").unwrap();
        assert_eq!(one, one.clone());
        assert_ne!(one, PersonalNumber::parse("999900000020").unwrap());
    }

    proptest! {
        /// The digit as the ordinance words it (n counted from the right), written a second, plain way.
        #[test]
        fn agrees_with_the_ordinance(digits in proptest::array::uniform11(0u32..10)) {
            let sum: u32 = (1u32..=11)
                .map(|n| digits[usize::try_from(11 - n).unwrap()] * if n <= 6 { n + 1 } else { n - 5 })
                .sum();
            let expected = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
            let ascii = digits.map(|digit| b'0' + u8::try_from(digit).unwrap());
            prop_assert_eq!(u32::from(check_digit(&ascii) - b'0'), expected);
        }
    }
}
