//! Leaves of a cover whose days are corrected.
use super::{
    super::corrections::{CorrectedCover, CoverChange, PayFault},
    changes::{Wanted, keep},
    model::LeaveRow,
    plan::{LeaveFacts, cut, known},
    store,
};
use crate::kernel::{Operation, Permit, Problem, Tx, errand::Act};
use uuid::Uuid;

/// What a correction makes of leaves.
#[derive(Debug)]
pub struct CorrectedLeaves {
    rows: Vec<LeaveRow>,
    /// The leaves as they are stored.
    stored: Vec<(Uuid, LeaveFacts)>,
    wanted: Vec<Wanted>,
}
impl CorrectedLeaves {
    /// What changes, by leave.
    pub fn changes(&self) -> Vec<CoverChange> {
        let days = |f: &LeaveFacts| format!("{} - {}", f.starts_on, f.last_day());
        let before = |id: Uuid| self.stored.iter().find(|(of, _)| *of == id).map(|(_, facts)| days(facts));
        let mut all = Vec::new();
        for w in &self.wanted {
            let (old, new) = (before(w.leave_id), Some(days(&w.facts)));
            if old != new {
                all.push(CoverChange { subject: "leave", field: "days", before: old, after: new });
            }
        }
        let is_gone = |r: &&LeaveRow| self.wanted.iter().all(|w| w.leave_id != r.leave_id);
        for gone in self.rows.iter().filter(is_gone) {
            let old = before(gone.leave_id);
            all.push(CoverChange { subject: "leave", field: "days", before: old, after: None });
        }
        all
    }
}
/// What a correction makes of the leaves of the cover; those of other covers stay as they are and are not counted with them.
/// # Errors
/// Database errors; the inner one tells what stands against it.
pub fn plan_corrected(
    tx: &mut Tx<'_>,
    cover: &CorrectedCover<'_>,
) -> Result<Result<CorrectedLeaves, PayFault>, Problem> {
    let mut rows = store::live(tx.conn(), cover.person)?;
    rows.retain(|r| r.employer_id == cover.employer && cover.old.has(r.starts_on));
    let stored = known(&rows)?;
    let mut before = match cover.old.lost_on.and_then(|lost| lost.pred_opt()) {
        Some(last) => store::before(tx.conn(), cover.person, cover.lost_known, last)?,
        None => Vec::new(),
    };
    before.retain(|r| r.employer_id == cover.employer && r.starts_on >= cover.old.acquired_on);
    let mut wanted = Vec::with_capacity(rows.len() + before.len());
    if let Some(new) = cover.new {
        for row in as_before_the_loss(cover, &rows, &before) {
            let facts = row.facts_of_leave()?;
            if facts.starts_on < new.acquired_on {
                return Ok(Err(PayFault::Leave));
            }
            let last = new.lost_on.map(|lost| lost.pred_opt().unwrap_or(lost));
            if let Some(facts) = last.map_or(Some(facts.clone()), |last| cut(facts, last)) {
                wanted.push(Wanted::kept(row, facts));
            }
        }
    }
    Ok(Ok(CorrectedLeaves { rows, stored, wanted }))
}
/// The leaves of the cover as they were before its loss: those that the loss ended or took back, and those that it left.
fn as_before_the_loss<'a>(
    cover: &CorrectedCover<'_>,
    own: &'a [LeaveRow],
    before: &'a [LeaveRow],
) -> Vec<&'a LeaveRow> {
    let last = cover.old.lost_on.and_then(|lost| lost.pred_opt());
    let earlier = |id: Uuid| before.iter().find(|b| b.leave_id == id);
    let is_cut = |r: &LeaveRow| last.is_some() && r.ended_on == last;
    let mut all: Vec<&LeaveRow> =
        own.iter().map(|r| if is_cut(r) { earlier(r.leave_id).unwrap_or(r) } else { r }).collect();
    for b in before {
        let is_after = cover.old.lost_on.is_some_and(|lost| b.starts_on >= lost);
        if is_after && all.iter().all(|r| r.leave_id != b.leave_id) {
            all.push(b);
        }
    }
    all
}
/// Writes what was planned.
/// # Errors
/// 409 when leaves do not fit one another.
pub fn write_corrected<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, source): (Uuid, Uuid),
    plan: CorrectedLeaves,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, Some(source))?;
    keep(tx.conn(), &act, person, &plan.rows, plan.wanted).map(|_| ())
}
