//! 75歳到達による資格喪失: the day, and what is kept of how the rule came to it.
use super::store::{self, Basis};
use crate::{
    domain::remuneration::{self, LossAtSeventyFive, LossAtSeventyFiveInput},
    kernel::{Problem, errand::Act},
};
use chrono::NaiveDate;
use diesel::PgConnection;
use uuid::Uuid;

/// 喪失理由, as the forms call it too.
pub const AT_75: &str = "age_75";

/// A cover that ends at 75, and by which facts.
#[derive(Clone, Debug)]
pub struct Aged {
    /// Enrolment or dependency.
    pub cover: Uuid,
    /// Facts of the rule.
    pub facts: LossAtSeventyFiveInput,
}
impl Aged {
    /// First day not covered (高齢者の医療の確保に関する法律50条1号).
    pub fn lost_on(&self) -> NaiveDate {
        remuneration::loss_at_75(self.facts.birth_on, self.facts.acquired_on)
    }
    /// Keeps why the cover ends on that day. Of days outside the years that the rule can tell nothing is kept; the cover ends all the same.
    /// # Errors
    /// Database errors.
    pub fn keep(&self, conn: &mut PgConnection, act: &Act) -> Result<(), Problem> {
        match remuneration::apply::<LossAtSeventyFive>(&self.facts) {
            Ok((_, trace)) => {
                let basis = Basis::of::<LossAtSeventyFive>(&self.facts, &trace)?;
                store::keep(conn, act, self.cover, (self.lost_on(), AT_75), &basis)
            }
            Err(refused) => {
                tracing::warn!(cover = %self.cover, code = refused.code, "a loss at 75 is kept without its reckoning");
                Ok(())
            }
        }
    }
}
