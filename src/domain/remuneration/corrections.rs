//! What becomes of standard remuneration, bonuses and leaves when the days of a cover are corrected or it never was: planned first, for the
//! intake and a dry run as for the decision, then written.
use super::{
    decisions::{self, CorrectedDecisions},
    leaves::{self, CorrectedLeaves},
};
use crate::{
    domain::members::CoverDays,
    kernel::{Operation, Permit, Problem, Tx},
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// In SQL: the version was closed by a loss that was recorded at one of the instants `$2`, in their order, and does not come from one;
/// or it was known before the first of them and closed later.
pub(super) const CLOSED_BY: &str = "(superseded_at = any($2) and recorded_at <> all($2) \
     or recorded_at < ($2::timestamptz[])[1] and superseded_at > ($2::timestamptz[])[1])";

/// A cover whose days are corrected.
#[derive(Clone, Copy, Debug)]
pub struct CorrectedCover<'a> {
    /// Insured person.
    pub person: Uuid,
    /// Employer.
    pub employer: Uuid,
    /// Enrolment.
    pub enrolment: Uuid,
    /// As recorded.
    pub old: CoverDays,
    /// As it is right; `None`: there was no cover.
    pub new: Option<CoverDays>,
    /// When a loss of it was recorded, since it was last known without one.
    pub lost_known: &'a [DateTime<Utc>],
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// 任意継続 or 特例退職 whose end follows the first day of the cover: its office, as recorded and as it is right.
    pub continued: Option<(Uuid, CoverDays, CoverDays)>,
    /// What is told is for the employer: nothing of what is recorded elsewhere.
    pub is_own_only: bool,
}
/// What stands against the correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayFault {
    /// A determination or revision that the law would not make so for the right cover.
    Decision,
    /// A bonus that was paid before the right cover.
    Bonus,
    /// A leave that began before the right cover.
    Leave,
}
/// A record before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverChange {
    /// leave, standard_remuneration or standard_bonus.
    pub subject: &'static str,
    /// Field.
    pub field: &'static str,
    /// Before.
    pub before: Option<String>,
    /// After; `None`: it is taken back.
    pub after: Option<String>,
}
/// What the correction makes of all that was decided.
pub struct CorrectedPay {
    decisions: CorrectedDecisions,
    leaves: CorrectedLeaves,
}
impl CorrectedPay {
    /// What changes, by record; of a former cover at another employer for staff alone.
    pub fn changes(&self, is_for_staff: bool) -> Vec<CoverChange> {
        let mut all = self.decisions.changes(is_for_staff);
        all.extend(self.leaves.changes());
        all
    }
}
/// Plans a correction.
/// # Errors
/// Database errors; the inner one tells what stands against it.
pub fn plan_corrected(
    tx: &mut Tx<'_>,
    cover: &CorrectedCover<'_>,
) -> Result<Result<CorrectedPay, PayFault>, Problem> {
    let decisions = match decisions::plan_corrected(tx.conn(), cover)? {
        Ok(decisions) => decisions,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(leaves::plan_corrected(tx, cover)?.map(|leaves| CorrectedPay { decisions, leaves }))
}
/// Writes what was planned. Whoever writes holds the person.
/// # Errors
/// 409 when what is stored does not allow it.
pub fn write_corrected<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, source): (Uuid, Uuid),
    pay: CorrectedPay,
) -> Result<(), Problem> {
    decisions::write_corrected(tx, permit, (person, source), pay.decisions)?;
    leaves::write_corrected(tx, permit, (person, source), pay.leaves)
}
