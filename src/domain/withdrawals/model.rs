//! Rows and words of withdrawals.
use crate::kernel::{Facts, Problem, Subject};
use chrono::{DateTime, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a withdrawal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalState {
    /// Waits for another person.
    Requested,
    /// The decision is withdrawn.
    Withdrawn,
    /// The decision stays.
    Rejected,
}
impl WithdrawalState {
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
        }
    }
    /// Out of the stored word.
    /// # Errors
    /// 503 for a word that is none.
    pub fn of(word: &str) -> Result<Self, Problem> {
        let known = [Self::Requested, Self::Withdrawn, Self::Rejected].into_iter().find(|s| s.word() == word);
        known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
    }
}
crate::row! {
    /// A withdrawal.
    pub struct WithdrawalRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Decision.
        decision_id: t::Uuid => Uuid,
        /// Insured person of the decision.
        person_id: t::Uuid => Uuid,
        /// Why, in words.
        reason: t::Text => String,
        /// Where it stands.
        state: t::Text => String,
        /// When it was asked for.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// When it was decided.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl WithdrawalRow {
    /// A withdrawal is decided once.
    /// # Errors
    /// 409 `withdrawal-decided`; 503 for a stored state that is none.
    pub fn require_open(&self) -> Result<(), Problem> {
        if WithdrawalState::of(&self.state)? == WithdrawalState::Requested {
            return Ok(());
        }
        Err(Problem::conflict(
            "withdrawal-decided",
            "この取消は処理済みです",
            "The withdrawal is decided already",
        ))
    }
}
impl Subject for WithdrawalRow {
    fn facts(&self) -> Facts {
        Facts::of("RemunerationWithdrawal", self.id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["remuneration"]
    }
}
