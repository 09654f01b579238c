//! What accepting a form of pay would change, before and after.
use super::{
    super::{
        Form,
        apply::{pay_told, plan_pay, preview_case},
    },
    dry_run::{Ahead, of_told},
    leave_lines::told,
};
use crate::{
    domain::remuneration,
    kernel::{Operation, Permit, Problem, Tx},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// Lines of a form of pay, as deciding it would make them; none for the other forms.
/// # Errors
/// As of the decision.
pub fn lines<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer): (Uuid, Uuid),
    (form, received_on): (&Form, NaiveDate),
) -> Result<Ahead, Problem> {
    let Some(case) = preview_case(tx, (person, employer), (form, received_on))? else {
        return Ok(Ahead::default());
    };
    let Some(plan) = plan_pay(tx, permit, &case, (form, None))? else { return Ok(Ahead::default()) };
    tx.note(|n| n.left([person], &["remuneration"]));
    let (pay, bonuses) = plan.changes();
    let mut all = Vec::new();
    all.extend(pay.iter().flat_map(pay_told).map(of_told));
    for c in bonuses.into_iter().filter(|c| c.before_yen != c.after_yen) {
        let subject = "standard_bonus";
        all.push(told(
            subject,
            "standard_bonus_yen",
            Some(c.before_yen.to_string()),
            c.after_yen.to_string(),
        ));
        all.push(told(subject, "month", None, c.month.to_string()));
    }
    for (field, before, after) in remuneration::no_bonus_ends(tx.conn(), employer, &plan.paid_in())? {
        all.push(told("no_bonus_report", field, before, after));
    }
    all.truncate(LINES_MOST);
    Ok(Ahead { lines: all, grades: plan.grades_up() })
}
/// Most lines of a form.
const LINES_MOST: usize = 20;
