//! Rows and words of the ledger of days.
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    sql_types as t,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The words under which the database keeps an enum.
macro_rules! stored {
    ($enum:ident: $($variant:ident = $word:literal),+) => {
        impl $enum {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stored word.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl FromSql<t::Text, Pg> for $enum {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                let word = <String as FromSql<t::Text, Pg>>::from_sql(value)?;
                Self::ALL.iter().copied().find(|v| v.name() == word).ok_or_else(|| "no such word".into())
            }
        }
    };
}

/// A kind of work that the calendar brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalendarWork {
    /// 75歳到達による資格喪失.
    #[serde(rename = "loss_at_75")]
    LossAt75,
    /// 任意継続の2年満了による資格喪失.
    VoluntaryTermEnd,
    /// 被扶養者の現況確認: reminders, and what is overdue.
    Confirmations,
    /// 支援措置: those that end in thirty days.
    Protections,
}
stored!(CalendarWork: LossAt75 = "loss_at_75", VoluntaryTermEnd = "voluntary_term_end", Confirmations = "confirmations",
    Protections = "protections");
/// How far a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalendarState {
    /// It waits, for its time or for a day before it.
    Due,
    /// Done.
    Done,
    /// It failed; it is tried again, and holds the days after it.
    Failed,
}
stored!(CalendarState: Due = "due", Done = "done", Failed = "failed");
crate::row! {
    /// One day of one kind of work.
    pub struct RunRow {
        /// Its id.
        id: t::Uuid => Uuid,
        /// Which work.
        kind: t::Text => CalendarWork,
        /// Which day (JST).
        due_on: t::Date => NaiveDate,
        /// How far it is.
        state: t::Text => CalendarState,
        /// How often it was tried.
        attempts: t::Integer => i32,
        /// Changes that it made; absent until done.
        affected_count: t::Nullable<t::Integer> => Option<i32>,
        /// Worker of the last attempt.
        worker: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When it was tried last, or done.
        tried_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// When it is tried again.
        try_again_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Code of the problem.
        problem: t::Nullable<t::Text> => Option<String>,
    }
}
impl Subject for RunRow {
    fn facts(&self) -> Facts {
        Facts::of("CalendarRun", self.id)
    }
}
crate::row! {
    /// A change that a day made.
    pub struct EffectRow {
        /// Its id, in the order of the work.
        id: t::Uuid => Uuid,
        /// What it was.
        effect: t::Text => CalendarEffectKind,
        /// Whose record.
        person_id: t::Uuid => Uuid,
        /// The insured person.
        insured_id: t::Uuid => Uuid,
        /// In whose affairs.
        employer_id: t::Uuid => Uuid,
        /// From which day it holds.
        effective_on: t::Date => NaiveDate,
    }
}
/// What a change was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalendarEffectKind {
    /// An insured person lost cover.
    InsuredLost,
    /// A dependent lost cover with the insured person.
    DependentLostWithInsured,
    /// A dependent lost cover alone.
    DependentLost,
}
stored!(
    CalendarEffectKind: InsuredLost = "insured_lost",
    DependentLostWithInsured = "dependent_lost_with_insured",
    DependentLost = "dependent_lost"
);
/// A change to be kept with its day.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    /// What it is.
    pub kind: CalendarEffectKind,
    /// Whose record.
    pub person: Uuid,
    /// The insured person.
    pub insured: Uuid,
    /// In whose affairs.
    pub employer: Uuid,
    /// From which day it holds.
    pub on: NaiveDate,
}
crate::row! {
    /// Days of a kind that are not done.
    pub struct Unfinished {
        /// Which work.
        kind: t::Text => String,
        /// due or failed.
        state: t::Text => String,
        /// How many.
        days: t::BigInt => i64,
    }
}
crate::row! {
    /// Somebody who is to lose cover at 75.
    pub struct OldRow {
        /// Who.
        person_id: t::Uuid => Uuid,
        /// The insured person.
        insured_id: t::Uuid => Uuid,
        /// In whose affairs.
        employer_id: t::Uuid => Uuid,
        /// The dependency; the enrolment for an insured person.
        cover_id: t::Uuid => Uuid,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
        /// First day of the cover.
        began_on: t::Date => NaiveDate,
        /// 任意継続 or 特例退職.
        is_continuing: t::Bool => bool,
    }
}
crate::row! {
    /// Somebody who comes to an age.
    pub struct AgeRow {
        /// Who.
        person_id: t::Uuid => Uuid,
        /// The insured person.
        insured_id: t::Uuid => Uuid,
        /// In whose affairs.
        employer_id: t::Uuid => Uuid,
        /// Is a dependent.
        is_dependent: t::Bool => bool,
        /// Name as shown.
        name: t::Text => String,
        /// Reading.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
    }
}
impl Subject for AgeRow {
    fn facts(&self) -> Facts {
        Facts::of("Person", self.person_id).about(self.person_id).in_employer(self.employer_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["identity"]
    }
}
/// Who is asked for: the days of birth, and the period in which people must have been covered.
#[derive(Clone, Copy, Debug)]
pub struct AgeFilter {
    /// First and last day of birth.
    pub births: (NaiveDate, NaiveDate),
    /// First and last day of the period.
    pub period: (NaiveDate, NaiveDate),
    /// The day whose names and days of birth count.
    pub as_of: NaiveDate,
    /// As known at this instant; now when absent.
    pub known_at: Option<DateTime<Utc>>,
}
