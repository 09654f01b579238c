//! Rows and words of merges.
use crate::kernel::{Facts, Problem, Subject};
use chrono::{DateTime, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why two ids are held for one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeReason {
    /// 事業所を移った: a new id was made for somebody who was insured before.
    EmployerMove,
    /// 被扶養者だった人が被保険者になった, or the other way round.
    DependentBecameInsured,
    /// 二重登録.
    DoubleEntry,
}
impl MergeReason {
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::EmployerMove => "employer_move",
            Self::DependentBecameInsured => "dependent_became_insured",
            Self::DoubleEntry => "double_entry",
        }
    }
    /// Out of the stored word.
    /// # Errors
    /// 503 for a word that is none.
    pub fn of(word: &str) -> Result<Self, Problem> {
        let all = [Self::EmployerMove, Self::DependentBecameInsured, Self::DoubleEntry];
        let known = all.into_iter().find(|r| r.word() == word);
        known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
    }
}
/// Where a merge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeState {
    /// Waits for another person.
    Requested,
    /// Done.
    Merged,
    /// Not one person, or asked for wrongly.
    Rejected,
}
impl MergeState {
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Merged => "merged",
            Self::Rejected => "rejected",
        }
    }
    /// Out of the stored word.
    /// # Errors
    /// 503 for a word that is none.
    pub fn of(word: &str) -> Result<Self, Problem> {
        let known = [Self::Requested, Self::Merged, Self::Rejected].into_iter().find(|s| s.word() == word);
        known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
    }
}
crate::row! {
    /// A merge.
    pub struct MergeRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Under which the records go on.
        surviving_id: t::Uuid => Uuid,
        /// Which answers with the other one.
        merged_id: t::Uuid => Uuid,
        /// Why.
        reason: t::Text => String,
        /// Where it stands.
        state: t::Text => String,
        /// Version of the surviving person when it was asked for.
        surviving_version: t::Integer => i32,
        /// As that, of the other.
        merged_version: t::Integer => i32,
        /// When it was asked for.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// When it was decided.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Digest of the records of both when it was asked for.
        records: t::Text => String,
        /// A personal number is registered for one of the two, as far as it was looked at: it is handed over.
        carries_number: t::Bool => bool,
    }
}
impl MergeRow {
    /// A merge is decided once.
    /// # Errors
    /// 409 `merge-decided`; 503 for a stored state that is none.
    pub fn require_open(&self) -> Result<(), Problem> {
        if MergeState::of(&self.state)? == MergeState::Requested {
            return Ok(());
        }
        Err(Problem::conflict("merge-decided", "この名寄せは処理済みです", "The merge is decided already"))
    }
}
impl Subject for MergeRow {
    fn facts(&self) -> Facts {
        let facts = Facts::of("PersonMerge", self.id).about(self.surviving_id);
        Facts { carries_number: self.carries_number, ..facts }
    }
    fn people(&self) -> Vec<Uuid> {
        vec![self.surviving_id, self.merged_id]
    }
}
crate::row! {
    /// What is known now of one of two ids.
    pub struct SideRow {
        /// The id that it was merged into.
        merged_into: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Version.
        version: t::Integer => i32,
        /// Days of birth.
        births: t::Array<t::Date> => Vec<chrono::NaiveDate>,
        /// Sex recorded last, if it is known.
        sex: t::Nullable<t::Text> => Option<String>,
        /// Readings of names.
        readings: t::Array<t::Text> => Vec<String>,
        /// Names.
        names: t::Array<t::Text> => Vec<String>,
        /// A number is registered.
        has_number: t::Bool => bool,
        /// Whose dependent it is or was, and its own dependents.
        family: t::Array<t::Uuid> => Vec<Uuid>,
    }
}
crate::row! {
    /// A person who may be the same one.
    pub struct LikeRow {
        /// The person.
        person_id: t::Uuid => Uuid,
        /// The same sex, male or female.
        same_sex: t::Bool => bool,
        /// The same reading.
        same_reading: t::Bool => bool,
        /// The same name.
        same_name: t::Bool => bool,
        /// The same 住民票住所.
        same_address: t::Bool => bool,
        /// One was a dependent of somebody of whom the other was one, too.
        former_family: t::Bool => bool,
    }
}
