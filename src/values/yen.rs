//! 円 — amounts of money as whole yen. No float comes near money, and no fraction is kept in an amount.
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// An amount a caller may name: 0 to 9,999,999,999 yen. Ten digits are more than anybody is paid, leave every sum of a few hundred
/// amounts far from the end of 64 bits, and can't hold a personal number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, minimum = 0, maximum = 9_999_999_999_i64)]
pub struct Yen(i64);

impl Yen {
    /// The largest amount a caller may name.
    pub const MOST: i64 = 9_999_999_999;

    /// An amount of whole yen; nothing when it is negative or above [`Yen::MOST`].
    pub fn new(yen: i64) -> Option<Self> {
        (0..=Self::MOST).contains(&yen).then_some(Self(yen))
    }

    /// An amount as a file writes it: ASCII digits only, no sign, no space, no comma; nothing for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        is_digits.then(|| text.parse().ok()).flatten().and_then(Self::new)
    }

    /// Whole yen.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Yen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let yen = i64::deserialize(deserializer)?;
        Self::new(yen).ok_or_else(|| D::Error::custom("an amount is 0 to 9999999999 yen"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_are_whole_and_in_range() {
        for wrong in
            ["", "-1", "+1", "1.0", "1e3", "1,000", " 1", "１", "10000000000", "99999999999999999999"]
        {
            assert_eq!(Yen::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Yen::parse("9999999999").unwrap().get(), Yen::MOST);
        assert_eq!(Yen::parse("0"), Yen::new(0));
        for wrong in ["-1", "10000000000", "1.5", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Yen>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(serde_json::from_str::<Yen>("12").unwrap(), Yen::new(12).unwrap());
    }
}
