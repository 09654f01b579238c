//! What a chunk of a run writes: decisions, the states and outcomes of their notifications, and files of which nothing waits any more.
use super::{
    super::apply,
    chunk::DropFiles,
    look::{Decided, Seen, left_with},
    model::Settled,
    store,
};
use crate::{
    domain::remuneration::{self, Plan},
    kernel::{Kind, Problem, errand::Act},
};
use diesel::{Connection, PgConnection};
use std::collections::HashSet;
use uuid::Uuid;

/// How many forms of a chunk may be refused by the database: of more it is not the forms that are at fault.
const REFUSED_MOST: usize = 10;

/// Writes what is decided, all with one statement for each kind of row. Where the database refuses that for good, each form is written alone,
/// and the ones that it refuses are left: one of them does not keep everybody behind it waiting.
/// # Errors
/// Database errors that another try may not meet, or that meet more than [`REFUSED_MOST`].
pub fn keep(conn: &mut PgConnection, seen: &mut Seen<'_>, drop_files: DropFiles<'_>) -> Result<(), Problem> {
    let act = seen.act;
    match conn.transaction(|conn| write(conn, &act, &seen.decided, drop_files)) {
        Err(problem) if is_for_good(&problem) => {}
        other => return other,
    }
    // all at once, in the one order that everybody holds them in: form by form two lanes could wait for one another
    store::hold_files(conn, &submissions_of(&seen.decided))?;
    let mut refused = 0;
    for decided in std::mem::take(&mut seen.decided) {
        match conn.transaction(|conn| write(conn, &act, std::slice::from_ref(&decided), drop_files)) {
            Ok(()) => seen.decided.push(decided),
            Err(problem) if is_for_good(&problem) && refused < REFUSED_MOST => {
                refused += 1;
                let (notification, code) = (decided.row.id, problem.code);
                tracing::error!(%notification, code, "ALARM: the database refuses the decision of a form: it is left");
                seen.left.push(left_with(decided.row, Some(decided.person), not_kept()));
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}
fn is_for_good(problem: &Problem) -> bool {
    matches!(problem.kind, Kind::Internal | Kind::Conflict)
}
fn not_kept() -> Problem {
    Problem::conflict(
        "not-kept",
        "決定を保存できませんでした。システム管理者に連絡してください",
        "The decision could not be stored: tell the operators",
    )
}
fn write(
    conn: &mut PgConnection,
    act: &Act,
    decided: &[Decided<'_>],
    drop_files: DropFiles<'_>,
) -> Result<(), Problem> {
    let plans: Vec<&Plan> = decided.iter().map(|d| &d.plan).collect();
    remuneration::keep_all(conn, act, &plans)?;
    let settled: Vec<Settled> = decided
        .iter()
        .map(|d| {
            Ok(Settled {
                notification: d.row.id,
                person: d.person,
                result: apply::pay_result(conn, d.row.employer_id, (d.person, &d.cover), d.plan.decided())?,
            })
        })
        .collect::<Result<_, Problem>>()?;
    store::settle(conn, act, &settled)?;
    let settled = store::settled_files(conn, &submissions_of(decided))?;
    if settled.is_empty() { Ok(()) } else { drop_files(conn, &settled) }
}
fn submissions_of(decided: &[Decided<'_>]) -> Vec<Uuid> {
    let submissions: HashSet<Uuid> = decided.iter().map(|d| d.row.submission_id).collect();
    submissions.into_iter().collect()
}
