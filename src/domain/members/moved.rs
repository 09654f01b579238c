//! Ids that were merged into another one (名寄せ, R-008): who may see the surviving person is told where the records go on.
use super::{
    model::{MemberRow, PersonRow},
    store,
};
use crate::kernel::{Kind, Operation, Permit, Problem, Tx};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// The id was merged into that one.
pub fn merged_into(surviving: Uuid) -> Problem {
    let mut p = Problem::conflict(
        "person-merged",
        "この識別子は名寄せにより別の識別子に統合されました",
        "This id was merged into another one: ask about that",
    );
    p.merged_into = Some(surviving);
    p
}
impl PersonRow {
    /// The id was not merged into another one.
    /// # Errors
    /// 409 `person-merged`.
    pub fn require_current(&self) -> Result<(), Problem> {
        self.merged_into.map_or(Ok(()), |to| Err(merged_into(to)))
    }
    /// The id was not merged into another one as known at an instant, or now.
    /// # Errors
    /// 409 `person-merged`.
    pub fn require_known_as_own(&self, known_at: Option<DateTime<Utc>>) -> Result<(), Problem> {
        if known_at.zip(self.merged_at).is_some_and(|(at, since)| at < since) {
            return Ok(());
        }
        self.require_current()
    }
}
/// The insured person as of a day, admitted; as [`store::find`].
/// # Errors
/// 404 when there is none or not for this caller, 403 for people; 409 `person-merged` for an id that was merged (by the instant that is asked
/// about), to whoever may see the surviving person.
pub fn admitted<Op: Operation>(
    tx: &mut Tx<'_>,
    id: Uuid,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<(MemberRow, Permit<Op>), Problem> {
    match store::find(tx, id, as_of, known_at) {
        Ok(row) => tx.admit(row),
        // before the merge the id answers as it did then, also that there is nobody
        Err(p) if p.kind == Kind::NotFound => match store::survivor(tx, id)? {
            Some(to) if known_at.is_none_or(|at| at >= to.since) => {
                let row = store::find(tx, to.id, as_of, known_at)?;
                tx.admit::<Op, _>(row)?;
                Err(merged_into(to.id))
            }
            _ => Err(p),
        },
        Err(p) => Err(p),
    }
}
/// As [`admitted`], for a history. As known at an instant before the merge, a merged id still has the history of then:
/// whoever may see the surviving person gets the row of the merged id.
/// # Errors
/// As [`admitted`].
pub fn admitted_for_history<Op: Operation>(
    tx: &mut Tx<'_>,
    id: Uuid,
    today: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<(MemberRow, Permit<Op>), Problem> {
    match (known_at, store::survivor(tx, id)?) {
        (Some(at), Some(to)) if at < to.since => {
            store::find(tx, id, today, known_at)?; // 404 as then, for an id that was no member's
            let row = store::find(tx, to.id, today, None)?;
            let (row, permit) = tx.admit(row)?;
            Ok((MemberRow { person_id: id, ..row }, permit))
        }
        _ => admitted(tx, id, today, known_at),
    }
}
