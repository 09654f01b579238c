//! What was known stays known: versions follow one another, and none ends without what took its place or why.
use super::Rule;

/// What changes records without a form, by whom it is named in the log.
pub const RECORDED: &str = "array['runCalendarDay', 'decideVoluntaryDefault', 'decidePersonMerge', 'decideConfirmation', \
  'decideRemunerationWithdrawal', \
  'recordPublicExpense', 'correctPublicExpense', 'setProtection', 'prolongProtection', 'liftProtection']";

/// A rule for every table of versions: what a thing is, its table, and the person whose forms may end it, under this id or the one that it
/// became.
macro_rules! of_versions {
    ($($thing:literal in $table:literal by $id:literal of $person:literal;)+) => {
        &[$(
            (
                concat!($thing, " is known in two versions at once"),
                concat!("select a.", $id, " from ", $table, " a join ", $table, " b on a.", $id, " = b.", $id,
                    " and a.row_id < b.row_id and tstzrange(a.recorded_at, a.superseded_at) && tstzrange(b.recorded_at, b.superseded_at)"),
            ),
            (
                concat!($thing, " ended with neither a successor nor a reason"),
                concat!("select x.", $id, ", x.superseded_at from ", $table, " x where x.superseded_at is not null \
                    and not exists (select from ", $table, " y where y.", $id, " = x.", $id, " and y.recorded_at = x.superseded_at) \
                    and not exists (select from notification n where n.state = 'applied' and n.decided_at = x.superseded_at \
                      and n.person_id in (", $person, ", (select merged_into from person p where p.id = ", $person, "))) \
                    and not exists (select from audit_entry e where e.operation = any ($recorded) \
                      and e.outcome = 'allowed' and e.at = x.superseded_at)"),
            ),
            (
                concat!($thing, " came without a form and without a reason"),
                concat!("select x.", $id, ", x.recorded_at from ", $table, " x where not exists ( \
                      select from notification n where n.state = 'applied' and n.decided_at = x.recorded_at \
                        and n.person_id in (", $person, ", (select merged_into from person p where p.id = ", $person, "))) \
                    and not exists (select from audit_entry e where e.operation = any ($recorded) \
                      and e.outcome = 'allowed' and e.at = x.recorded_at)"),
            ),
        )+]
    };
}
/// What was not accepted does nothing, and what was returned comes back once.
pub const FORMS: &[Rule] = &[
    (
        "a form that was returned or taken back did something",
        "select n.id, n.kind, n.person_id from notification n where n.state in ('returned', 'withdrawn') and (n.result is not null \
           or exists (select from enrolment x where x.source = n.id) \
           or exists (select from dependency x where x.source = n.id) \
           or exists (select from standard_remuneration x where x.source = n.id) \
           or exists (select from bonus_payment x where x.source = n.id) \
           or exists (select from leave_period x where x.source = n.id) \
           or exists (select from concurrent_office x where x.source = n.id))",
    ),
    (
        "a form came back that was not returned, or came back twice",
        "select o.id, o.kind, o.person_id from notification n join notification o on o.id = n.resubmission_of \
         where n.state <> 'withdrawn' group by o.id having bool_or(o.state <> 'returned' or n.kind <> o.kind) or count(*) > 1",
    ),
];
pub const RULES: &[Rule] = of_versions! {
    "a cover" in "enrolment" by "enrolment_id" of "x.person_id";
    "a dependency" in "dependency" by "dependent_id" of "x.insured_id";
    "a decision" in "standard_remuneration" by "decision_id" of "x.person_id";
    "a 標準賞与額" in "standard_bonus" by "bonus_id" of "x.person_id";
    "a payment" in "bonus_payment" by "payment_id" of "x.person_id";
    "a leave" in "leave_period" by "leave_id" of "x.person_id";
    "another office" in "concurrent_office" by "office_id" of "x.person_id";
    "a public expense" in "public_expense" by "public_expense_id" of "x.person_id";
    "a protection" in "protection" by "protection_id" of "x.person_id";
};
