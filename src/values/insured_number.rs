//! 被保険者等記号・番号・枝番 — what a certificate shows of an insured person.
//!
//! Two things are called 枝番: the two digits behind 記号・番号 ([`BranchNumber`]) and the person id that the
//! intermediate server issues ([`SubscriberBranch`]). They differ in length, use and protection, so in type.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_value {
    ($(#[$meta:meta])* $name:ident, $refusal:literal, $valid:expr) => {
        $(#[$meta])*
        #[derive(
            Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as received; the refusal never quotes it.
            pub fn parse(text: &str) -> Result<Self, InvalidInsuredNumber> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidInsuredNumber($refusal)) }
            }

            /// The text as received.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidInsuredNumber;

            fn try_from(text: String) -> Result<Self, InvalidInsuredNumber> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A part of 記号・番号・枝番 that is not of its form; names the part, never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidInsuredNumber(&'static str);

impl fmt::Display for InvalidInsuredNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidInsuredNumber {}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

text_value!(
    /// 記号: one to twenty characters without spaces.
    Symbol,
    "insured-number:symbol",
    |text| is_word(text, 20)
);
text_value!(
    /// 番号: one to seven digits; leading zeros are part of it.
    CertificateNumber,
    "insured-number:number",
    |text| digits(text, 1..=7)
);
text_value!(
    /// 枝番: exactly two digits, told apart within a family.
    BranchNumber,
    "insured-number:branch",
    |text| digits(text, 2..=2)
);
text_value!(
    /// 被保険者枝番: the person id of the intermediate server, used there in place of the personal number.
    /// Its form is not public; never shown on a certificate.
    SubscriberBranch,
    "insured-number:subscriber-branch",
    |text| is_word(text, 40)
);

/// 記号・番号・枝番 of one person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InsuredNumber {
    /// 記号.
    pub symbol: Symbol,
    /// 番号.
    pub number: CertificateNumber,
    /// 枝番.
    pub branch: BranchNumber,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn parts_keep_their_form() {
        assert_eq!(CertificateNumber::parse("0012").unwrap().as_str(), "0012");
        for bad in ["", "12345678", "１２", "1a", "-1"] {
            assert!(CertificateNumber::parse(bad).is_err(), "{bad}");
        }
        assert!(BranchNumber::parse("00").is_ok());
        for bad in ["", "0", "000", "0a"] {
            assert!(BranchNumber::parse(bad).is_err(), "{bad}");
        }
        assert!(Symbol::parse("見本12").is_ok());
        assert!(Symbol::parse("").is_err() && Symbol::parse("a b").is_err());
        assert!(SubscriberBranch::parse("A123").is_ok());
    }

    #[test]
    fn json_reads_back_and_refuses_without_quoting() {
        let text = r#"{"symbol":"21","number":"0012","branch":"01"}"#;
        let read: InsuredNumber = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let error = serde_json::from_str::<CertificateNumber>("\"999900000011\"").unwrap_err().to_string();
        assert_eq!(error, "insured-number:number");
    }
}
