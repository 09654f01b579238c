//! 任意継続・特例退職 before a cover: it ends when the cover begins (健康保険法38条4号). When the cover never was it goes on as before, and with
//! another first day it ends on that one.
use crate::{
    domain::{
        dependents::{self, UnderRow},
        losses::{self, Basis},
        members::{self, CoverDays, RecordedCover},
        remuneration::{ContinuationCause, ContinuationLoss, ContinuationLossInput},
        voluntary,
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
};
use chrono::NaiveDate;
use diesel::PgConnection;
use uuid::Uuid;

/// 喪失理由: insured by virtue of an employment.
const OTHER_INSURANCE: &str = "other_insurance";

/// An end: first day not covered, why, when the society received it.
type End = (NaiveDate, String, NaiveDate);
/// The cover before, and its right end.
pub struct Continued {
    /// As it is recorded.
    pub cover: RecordedCover,
    end: Option<End>,
    /// The end is another one than before, by the cover that follows.
    is_new: bool,
    /// Dependents under it.
    pub dependents: Vec<UnderRow>,
}
impl Continued {
    /// Its right days.
    pub fn days(&self) -> CoverDays {
        CoverDays { lost_on: self.end.as_ref().map(|e| e.0), ..self.cover.days() }
    }
    /// Writes the end.
    /// # Errors
    /// 412 when it is not as it was read; 409 when the days meet another cover.
    pub fn write(&self, conn: &mut PgConnection, act: &Act) -> Result<(), Problem> {
        let end = self.end.as_ref().map(|(on, why, received)| (*on, why.as_str(), *received));
        members::rewrite_end(conn, act, &self.cover, end)?;
        let Some((on, why, _)) = end.filter(|_| self.is_new) else { return Ok(()) };
        let facts = ContinuationLossInput {
            cause: ContinuationCause::OtherInsurance,
            acquired_on: self.cover.acquired_on,
            happened_on: on,
        };
        let (_, basis) = Basis::decided::<ContinuationLoss>(&facts)?;
        losses::keep(conn, act, self.cover.enrolment_id, (on, why), &basis)
    }
    /// Decides its months by the averages that were approved while it was over, once it goes on as it should.
    /// # Errors
    /// 409 `not-decidable`; database errors.
    pub fn averages<Op: Operation>(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        source: Uuid,
    ) -> Result<(), Problem> {
        let of_this = |c: &members::CoverRow| c.enrolment_id == self.cover.enrolment_id;
        if let Some(cover) = voluntary::latest(tx.conn(), self.cover.person_id)?.filter(of_this) {
            voluntary::decide_averages(tx, permit, &cover, Some(source))?;
        }
        Ok(())
    }
}
/// What becomes of 任意継続 or 特例退職 before a cover that is to have `new` days; nothing where it stays as it is.
/// # Errors
/// Database errors.
pub fn plan(
    tx: &mut Tx<'_>,
    cover: &RecordedCover,
    new: Option<CoverDays>,
) -> Result<Option<Continued>, Problem> {
    if new.is_some_and(|n| n.acquired_on == cover.acquired_on) {
        return Ok(None);
    }
    let Some((was, known)) = members::continued_before(tx, cover)? else { return Ok(None) };
    let before = || Some((known.before_on?, known.before_reason?, known.before_received_on?));
    let other: Option<NaiveDate> = if known.is_by_cover { known.before_on } else { was.lost_on };
    let begins = new.map(|n| n.acquired_on);
    let is_over = |on: &NaiveDate| was.acquired_on <= *on && other.is_none_or(|end| end > *on);
    let begins = begins.filter(is_over);
    let end = match begins {
        Some(on) => Some((on, OTHER_INSURANCE.to_owned(), tx.today())),
        None if known.is_by_cover => before(),
        None => return Ok(None),
    };
    let dependents = dependents::under_cover(tx, &was)?;
    Ok(Some(Continued { cover: was, end, is_new: begins.is_some(), dependents }))
}
