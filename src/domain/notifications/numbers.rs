//! Personal numbers cut out of a notification at parse time, each with the place it stood in.

use serde::{Deserialize, Serialize};

use crate::values::personal_number::PersonalNumber;

/// The field key of an item of one of the two other dependents.
macro_rules! other_key {
    ($index:expr, $field:literal) => {
        if $index == 0 { concat!("others.0.", $field) } else { concat!("others.1.", $field) }
    };
}
pub(super) use other_key;

/// Whose number a form carries.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// 被保険者 — the insured person the notification is about.
    Insured,
    /// 配偶者 — the spouse entry of a dependent change.
    Spouse,
    /// その他の被扶養者 1 — the first other dependent.
    #[serde(rename = "other_1")]
    Other1,
    /// その他の被扶養者 2 — the second.
    #[serde(rename = "other_2")]
    Other2,
}

impl Slot {
    /// Every slot, in the order of the forms.
    pub const ALL: [Self; 4] = [Self::Insured, Self::Spouse, Self::Other1, Self::Other2];

    /// The field key of the number, as findings name it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Insured => "personal_number",
            Self::Spouse => "spouse.personal_number",
            Self::Other1 => "others.0.personal_number",
            Self::Other2 => "others.1.personal_number",
        }
    }

    /// The slot of a field key of a layout.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.key() == key)
    }

    /// The name stored and sent: insured, spouse, other_1, other_2.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insured => "insured",
            Self::Spouse => "spouse",
            Self::Other1 => "other_1",
            Self::Other2 => "other_2",
        }
    }

    /// Whether the number is a dependent's.
    pub const fn is_dependent(self) -> bool {
        !matches!(self, Self::Insured)
    }
}

/// The numbers of one form, on their way to the strongroom.
pub type CutNumbers = Vec<(Slot, PersonalNumber)>;
