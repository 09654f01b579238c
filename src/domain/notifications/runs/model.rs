//! Rows and words of bulk determination.
use crate::{
    kernel::{Facts, Problem, Subject},
    values::month::Month,
};
use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    sql_types as t,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeterminationRunState {
    /// Ordered; no chunk is done yet.
    Waiting,
    /// Some chunks are done.
    Running,
    /// Every form was looked at.
    Done,
    /// Staff ended it between two chunks; what was decided by then stays.
    Cancelled,
    /// A chunk failed for good; what was decided by then stays.
    Failed,
}
impl DeterminationRunState {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Waiting, "waiting"),
        (Self::Running, "running"),
        (Self::Done, "done"),
        (Self::Cancelled, "cancelled"),
        (Self::Failed, "failed"),
    ];
    /// The stored word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|s| s.0 == self).map_or("failed", |s| s.1)
    }
    /// Nothing of it follows any more.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}
impl FromSql<t::Text, Pg> for DeterminationRunState {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<t::Text, Pg>>::from_sql(value)?;
        let found = Self::ALL.iter().find(|s| s.1 == word).map(|s| s.0);
        found.ok_or_else(|| "no such word".into())
    }
}
crate::row! {
    /// An order to decide the waiting forms of a year.
    pub struct RunRow {
        /// Its id; forms that came after it have a higher one.
        id: t::Uuid => Uuid,
        /// Year of the determination.
        year: t::SmallInt => i16,
        /// Only forms of this employer.
        employer_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Foreseen only.
        is_dry: t::Bool => bool,
        /// How far it is.
        state: t::Text => DeterminationRunState,
        /// Lanes in which its forms are worked off.
        lanes: t::SmallInt => i16,
        /// Forms that waited at the beginning.
        total_count: t::Nullable<t::Integer> => Option<i32>,
        /// Decided.
        decided_count: t::Integer => i32,
        /// Left waiting.
        left_count: t::Integer => i32,
        /// Decided for whom nothing was stored before.
        first_count: t::Integer => i32,
        /// Forms of the year that it does not look at, when it is done.
        not_looked_at_count: t::Nullable<t::Integer> => Option<i32>,
        /// How many by how many grades.
        grade_changes: t::Jsonb => serde_json::Value,
        /// Who ordered it.
        requested_by: t::Uuid => Uuid,
        /// When.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// When the last chunk was done or tried.
        worked_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// When it ended.
        ended_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Code of the problem of the last chunk.
        problem: t::Nullable<t::Text> => Option<String>,
    }
}
impl RunRow {
    /// The month from which what it decides applies.
    pub fn september(&self) -> Month {
        Month::in_year(self.year.into(), 9)
    }
    /// How many rise or fall by how many grades.
    /// # Errors
    /// 503 `stored-run-unreadable`.
    pub fn changes(&self) -> Result<BTreeMap<i16, i32>, Problem> {
        stored_changes(&self.grade_changes)
    }
}
crate::row! {
    /// How far a lane is.
    pub struct LaneRow {
        /// Which.
        lane: t::SmallInt => i16,
        /// Last form looked at.
        position: t::Uuid => Uuid,
        /// Chunks done.
        chunks: t::Integer => i32,
        /// How many by how many grades.
        grade_changes: t::Jsonb => serde_json::Value,
    }
}
impl LaneRow {
    /// How many rise or fall by how many grades.
    /// # Errors
    /// 503 `stored-run-unreadable`.
    pub fn changes(&self) -> Result<BTreeMap<i16, i32>, Problem> {
        stored_changes(&self.grade_changes)
    }
}
/// Counts by grades as they are stored: what can't be read is told, and not counted on from nothing.
fn stored_changes(stored: &serde_json::Value) -> Result<BTreeMap<i16, i32>, Problem> {
    serde_json::from_value(stored.clone()).map_err(|_| Problem::unavailable("stored-run-unreadable"))
}
impl Subject for RunRow {
    fn facts(&self) -> Facts {
        Facts::of("DeterminationRun", self.id)
    }
}
crate::row! {
    /// A waiting form as the run looks at it.
    pub struct FormRow {
        /// The notification.
        id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// Submission it came with.
        submission_id: t::Uuid => Uuid,
        /// What the form states.
        form: t::Nullable<t::Jsonb> => Option<serde_json::Value>,
        /// A personal number waits with it.
        carries_number: t::Bool => bool,
        /// Person it is about, as far as known.
        person_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When it came.
        received_at: t::Timestamptz => DateTime<Utc>,
    }
}
crate::row! {
    /// A report of a revision that waits.
    pub struct RevisionRow {
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// 被保険者整理番号.
        office_number: t::Nullable<t::Text> => Option<String>,
        /// Person it is about, as far as known.
        person_id: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
crate::row! {
    /// A form that was left waiting.
    pub struct LeftRow {
        /// The notification.
        notification_id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// Insured person, as far as known.
        person_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Code.
        reason: t::Text => String,
        /// In words.
        reason_ja: t::Text => String,
        /// In words.
        reason_en: t::Text => String,
    }
}
crate::row! {
    /// Somebody for whom a dry run foresaw a decision.
    pub struct ForeseenRow {
        /// Who.
        person_id: t::Uuid => Uuid,
        /// By whose form.
        employer_id: t::Uuid => Uuid,
    }
}
crate::row! {
    /// An id.
    pub struct IdRow {
        /// It.
        id: t::Uuid => Uuid,
    }
}
/// What is written of a new run.
pub struct NewRun {
    /// Id.
    pub id: Uuid,
    /// Year.
    pub year: i16,
    /// Only forms of this employer.
    pub employer: Option<Uuid>,
    /// Foreseen only.
    pub is_dry: bool,
}
/// A form that was decided, and what payroll is told.
pub struct Settled {
    /// The notification.
    pub notification: Uuid,
    /// Insured person.
    pub person: Uuid,
    /// The result.
    pub result: serde_json::Value,
}
/// By how far a chunk moves its lane on.
pub struct Progress {
    /// Last form looked at.
    pub position: Uuid,
    /// Decided in it.
    pub decided: usize,
    /// Left in it.
    pub left: usize,
    /// Decided in it for whom nothing was stored before.
    pub first: usize,
    /// By how many grades, over all chunks of the lane.
    pub changes: BTreeMap<i16, i32>,
}
