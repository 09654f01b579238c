//! What accepting a form of pay would change, before and after.
use super::{
    super::{
        Form,
        apply::{plan_pay, preview_case},
    },
    dry_run::Consequence,
    leave_lines::told,
};
use crate::{
    domain::remuneration::Determination,
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
    determination: Option<&Determination>,
) -> Result<Vec<Consequence>, Problem> {
    let Some(case) = preview_case(tx, (person, employer), (form, received_on))? else {
        return Ok(Vec::new());
    };
    let Some(plan) = plan_pay(tx, permit, &case, (form, determination))? else { return Ok(Vec::new()) };
    tx.note(|n| n.left([person], &["remuneration"]));
    let (pay, bonuses) = plan.changes();
    let mut all = Vec::new();
    for c in pay {
        let (subject, before) = ("standard_remuneration", c.before_yen.map(|yen| yen.to_string()));
        all.push(told(subject, "standard_yen", before, c.after_yen.to_string()));
        all.push(told(subject, "applies_from", None, c.applies_from.to_string()));
    }
    for c in bonuses {
        let subject = "standard_bonus";
        all.push(told(
            subject,
            "standard_bonus_yen",
            Some(c.before_yen.to_string()),
            c.after_yen.to_string(),
        ));
        all.push(told(subject, "month", None, c.month.to_string()));
    }
    all.truncate(LINES_MOST);
    Ok(all)
}
/// Most lines of a form.
const LINES_MOST: usize = 20;
