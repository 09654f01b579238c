//! Rows and words of protections.
use super::rules::Letter;
use crate::kernel::{Facts, Problem, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! words {
    ($(#[$m:meta])* pub enum $name:ident { $($(#[$vm:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vm])* $variant),+ }
        impl $name {
            /// The word as it is stored.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// Out of the stored word.
            /// # Errors
            /// 503 for a word that is none.
            pub fn of(word: &str) -> Result<Self, Problem> {
                let known = [$(Self::$variant),+].into_iter().find(|v| v.word() == word);
                known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
            }
        }
    };
}
words! {
    /// 支援措置の事由.
    pub enum ProtectionReason {
        /// 配偶者からの暴力.
        DomesticViolence = "domestic_violence",
        /// ストーカー行為等.
        Stalking = "stalking",
        /// 児童虐待.
        ChildAbuse = "child_abuse",
        /// これらに準ずるもの.
        OtherAbuse = "other_abuse",
    }
}
words! {
    /// 支援を求めた機関.
    pub enum ProtectionAuthority {
        /// 市区町村.
        Municipality = "municipality",
        /// 警察.
        Police = "police",
        /// 女性相談支援センター・配偶者暴力相談支援センター.
        WomenSupportCentre = "women_support_centre",
        /// 児童相談所.
        ChildGuidanceCentre = "child_guidance_centre",
        /// 裁判所.
        Court = "court",
        /// その他.
        Other = "other",
    }
}
words! {
    /// What made a version.
    pub enum ProtectionChange {
        /// 開始.
        Set = "set",
        /// 延長.
        Prolonged = "prolonged",
        /// 終了.
        Lifted = "lifted",
        /// 終了の申請の却下.
        LiftRefused = "lift_refused",
        /// 名寄せ.
        Merged = "merged",
    }
}

crate::row! {
    /// A version of a protection.
    pub struct ProtectionRow {
        /// Version.
        row_id: t::Uuid => Uuid,
        /// Stays the same over all versions.
        protection_id: t::Uuid => Uuid,
        /// Who is protected.
        person_id: t::Uuid => Uuid,
        /// Why.
        reason: t::Text => String,
        /// Kind of the office that asked for it.
        authority: t::Text => String,
        /// Which one.
        authority_name: t::Text => String,
        /// First day.
        valid_from: t::Date => NaiveDate,
        /// First day on which it does not hold any more.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// When the society received the request.
        received_on: t::Date => NaiveDate,
        /// Name on letters.
        letter_name: t::Nullable<t::Text> => Option<String>,
        /// 郵便番号 of letters.
        letter_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 住所 of letters.
        letter_address: t::Text => String,
        /// What made the version.
        change: t::Text => String,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Its end was asked for and waits for a second person.
        is_lift_requested: t::Bool => bool,
        /// Counts changes of the person; the ETag.
        version: t::Integer => i32,
    }
}
impl ProtectionRow {
    /// Where letters go while it holds.
    pub fn letter(&self) -> Letter {
        Letter {
            name: self.letter_name.clone(),
            postal_code: self.letter_postal_code.clone(),
            text: self.letter_address.clone(),
        }
    }
}
impl Subject for ProtectionRow {
    fn facts(&self) -> Facts {
        Facts::of("Protection", self.protection_id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["protected_whereabouts"]
    }
}
crate::row! {
    /// A protection with an end.
    pub struct EndingRow {
        /// Stays the same over all versions.
        protection_id: t::Uuid => Uuid,
        /// Who is protected.
        person_id: t::Uuid => Uuid,
        /// The office that asked for it.
        authority_name: t::Text => String,
        /// First day.
        valid_from: t::Date => NaiveDate,
        /// First day on which it does not hold any more.
        valid_to: t::Date => NaiveDate,
    }
}
impl Subject for EndingRow {
    fn facts(&self) -> Facts {
        Facts::of("Protection", self.protection_id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["protected_whereabouts"]
    }
}
