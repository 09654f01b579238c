//! What the forms of pay and their corrections do: a decision by the law, from what is stored (健康保険法41条, 43条, 43条の2, 43条の3, 45条). A
//! form may come after the loss: it is decided for the cover that its month or day lies in, and never beyond it.
use super::{
    super::{
        Code, Finding, Form, RegularReport, RevisionReport, TwoOfficeReport, kinds::PayTime,
        model::NotificationRow,
    },
    Applied, received_on,
};
use crate::{
    domain::{
        employers,
        members::{self, Cover},
        remuneration::{self, Determination, OccasionalPay, PayReport, RegularPay, rules},
    },
    kernel::{Kind, Operation, Permit, Problem, Said, Tx},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What deciding a form of pay would do.
pub enum PayPlan {
    /// Standard remuneration.
    Remuneration(Box<remuneration::Plan>),
    /// Standard bonus.
    Bonus(Box<remuneration::BonusPlan>),
    /// Another office begins or ends.
    Office(Box<remuneration::OfficePlan>),
}
impl PayPlan {
    /// The months for which a bonus of the employer becomes known.
    pub fn paid_in(&self) -> BTreeSet<Month> {
        match self {
            Self::Bonus(plan) => plan.paid_in(),
            Self::Remuneration(_) | Self::Office(_) => BTreeSet::new(),
        }
    }
}
/// Decides a form of pay.
/// # Errors
/// 409 when the person was not insured there then, when the insurer has to determine (保険者算定), or by the law; 422 for a determination
/// that the form does not call for.
pub fn decide<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, insured): (&NotificationRow, Uuid),
    (form, determination): (&Form, Option<&Determination>),
) -> Result<Applied, Problem> {
    let time = form.body().pay_time().ok_or_else(|| Problem::unavailable("no-pay"))?;
    let cover = remuneration::case_at(tx.conn(), insured, row.employer_id, time.day())?;
    let cover = &cover.ok_or_else(super::person_not_found)?;
    let case = case(row, insured, cover.acquired_on);
    match plan(tx, permit, &case, (form, determination))? {
        Some(PayPlan::Remuneration(plan)) => {
            let decided = plan.keep(tx, permit)?;
            applied(tx, permit, (row, insured, cover), decided)
        }
        Some(PayPlan::Bonus(plan)) => {
            let decided = plan.keep(tx, permit)?;
            applied(tx, permit, (row, insured, cover), decided)
        }
        Some(PayPlan::Office(plan)) => {
            let decided = plan.keep(tx, permit)?;
            applied(tx, permit, (row, insured, cover), decided)
        }
        None => Err(Problem::unavailable("no-pay")),
    }
}
/// What deciding a form of pay would do; nothing for the other forms.
/// # Errors
/// As of `decide`.
pub fn plan<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &remuneration::Case,
    (form, determination): (&Form, Option<&Determination>),
) -> Result<Option<PayPlan>, Problem> {
    let of_pay = |plan: remuneration::Plan| Some(PayPlan::Remuneration(Box::new(plan)));
    let of_bonus = |plan: remuneration::BonusPlan| Some(PayPlan::Bonus(Box::new(plan)));
    Ok(match form {
        Form::RegularReport(f) => {
            require_offices(tx, case, (f.two_or_more_offices, f.applies_from))?;
            let report = PayReport::Regular(regular(f, determination)?);
            of_pay(remuneration::plan_pay(tx, permit, case, report)?)
        }
        Form::RevisionReport(f) => {
            require_offices(tx, case, (f.two_or_more_offices, f.applies_from))?;
            let report = revision(f, determination)?;
            of_pay(remuneration::plan_pay(tx, permit, case, report)?)
        }
        Form::RemunerationCorrection(f) => {
            if f.is_of_acquisition() {
                refuse_determination(determination)?;
            }
            // the averages of a year are of these two only
            match (f.decision, determination) {
                (remuneration::DecisionRule::RegularDetermination, Some(d)) => regular_shape(d)?,
                (remuneration::DecisionRule::OccasionalRevision, Some(d)) => occasional_shape(d)?,
                _ => {}
            }
            let correction = f.correction(determination.cloned())?;
            of_pay(remuneration::plan_pay_correction(tx, permit, case, correction)?)
        }
        Form::LeaveEndRevisionReport(f) => {
            refuse_determination(determination)?;
            require_offices(tx, case, (f.two_or_more_offices, f.applies_from))?;
            let plan = remuneration::plan_pay(tx, permit, case, PayReport::LeaveEnd(f.leave_end()?))?;
            if plan.month() != f.applies_from {
                return Err(Problem::conflict(
                    "effect-month-differs",
                    "改定年月が、健保組合の現在の取扱いによるものと異なります",
                    "The month of the revision is not that of the society's present reading",
                )
                .placed("/applies_from"));
            }
            of_pay(plan)
        }
        Form::BonusReport(f) => {
            refuse_determination(determination)?;
            require_offices(tx, case, (f.two_or_more_offices, Month::of(f.paid_on)))?;
            let paid = (f.paid_on, f.cash_yen.saturating_add(f.in_kind_yen));
            of_bonus(remuneration::plan_bonus(tx, permit, case, paid)?)
        }
        Form::BonusCorrection(f) => {
            refuse_determination(determination)?;
            of_bonus(remuneration::plan_correction(tx, permit, case, f.correction()?)?)
        }
        Form::TwoOfficeReport(f) => {
            refuse_determination(determination)?;
            Some(PayPlan::Office(Box::new(office(tx, permit, case, f)?)))
        }
        _ => {
            refuse_determination(determination)?;
            None
        }
    })
}
/// What a 算定基礎届 states, with what staff determined.
/// # Errors
/// 409 `revision-planned`, `determination-needed`; 422 for a determination of another shape.
pub fn regular(f: &RegularReport, determination: Option<&Determination>) -> Result<RegularPay, Problem> {
    if f.revision_planned {
        return Err(Problem::conflict(
            "revision-planned",
            "月額変更予定の届です。月額変更届を処理するか、返戻してください",
            "A revision is planned: decide the revision, or return the form",
        ));
    }
    let is_asked =
        f.joined_mid_month || f.on_leave || f.back_pay_yen.is_some() || f.corrected_average_yen.is_some();
    let determined = required(determination, is_asked, f.annual_average)?;
    regular_shape(&determined)?;
    let months = f.paid_months()?;
    Ok(RegularPay { year: f.applies_from.year(), kind: f.work_kind(), months, determined })
}
fn revision(f: &RevisionReport, determination: Option<&Determination>) -> Result<PayReport, Problem> {
    let is_asked = f.back_pay_yen.is_some() || f.corrected_average_yen.is_some();
    let determined = required(determination, is_asked, false)?;
    occasional_shape(&determined)?;
    let change = f.pay_change_direction.map_or(rules::FixedPayChange::None, |d| d.of_fixed_pay());
    Ok(PayReport::Occasional(OccasionalPay {
        change_month: f.change_month(),
        change,
        kind: f.work_kind(),
        months: f.paid_months()?,
        determined,
    }))
}
/// What the insurer determines, where the form leads to it (健康保険法44条1項): a form that says so alone is not decided.
fn required(
    determination: Option<&Determination>,
    is_asked: bool,
    is_annual: bool,
) -> Result<Determination, Problem> {
    let needed = |ja: &str, en: &str| Err(Problem::conflict("determination-needed", ja, en));
    match determination {
        None if is_annual => needed(
            "年間平均の届です。年間の報酬・業務の性質・同意(/determination/annual)を指定してください",
            "The average of a year is asked for: state the year's pay, its recurrence and the consent (/determination/annual)",
        ),
        None if is_asked => needed(
            "保険者算定が必要な届です。除く月(/determination/excluded_months)と遡及支払額(/determination/back_pay)を、ないときは空で指定してください",
            "The insurer determines: state the months left out (/determination/excluded_months) and the back pay (/determination/back_pay), empty for none",
        ),
        Some(d) if is_annual && d.annual.is_none() => needed(
            "年間平均の届です。年間の報酬・業務の性質・同意(/determination/annual)を指定してください",
            "The average of a year is asked for: state the year's pay, its recurrence and the consent (/determination/annual)",
        ),
        given => Ok(given.cloned().unwrap_or_default()),
    }
}
/// The year's pay of a regular determination: nine months.
fn regular_shape(determined: &Determination) -> Result<(), Problem> {
    let Some(year) = &determined.annual else { return Ok(()) };
    let is_regular = year.fixed_pay_total_yen.is_none() && year.variable_pay_total_yen.is_none();
    let told = (
        "前年7月から3月までの9か月だけを指定してください",
        "the nine months from July to March, and nothing else",
    );
    refuse_shape(is_regular && year.months.len() == 9, "/determination/annual/months", told)
}
/// The year's pay of an occasional revision: two totals.
fn occasional_shape(determined: &Determination) -> Result<(), Problem> {
    let Some(year) = &determined.annual else { return Ok(()) };
    let has_totals = year.fixed_pay_total_yen.is_some() && year.variable_pay_total_yen.is_some();
    let told = (
        "固定的賃金と非固定的賃金の合計だけを指定してください",
        "the totals of fixed and of other pay, and nothing else",
    );
    refuse_shape(has_totals && year.months.is_empty(), "/determination/annual", told)
}
fn refuse_shape(is_right: bool, pointer: &str, said: Said<'_>) -> Result<(), Problem> {
    if is_right { Ok(()) } else { Err(Problem::new(Kind::Invalid).at(pointer, "wrong-shape", said)) }
}
/// A determination is for the forms that the law lets the insurer determine.
/// # Errors
/// 422 `must-be-absent`.
pub fn refuse_determination(determination: Option<&Determination>) -> Result<(), Problem> {
    if determination.is_none() {
        return Ok(());
    }
    let said = ("この届書では指定できません", "not with this form");
    Err(Problem::new(Kind::Invalid).at("/determination", "must-be-absent", said))
}
/// A form that says 二以上事業所勤務 is decided with the offices that are known of its month.
fn require_offices(
    tx: &mut Tx<'_>,
    case: &remuneration::Case,
    (has_offices, month): (bool, Month),
) -> Result<(), Problem> {
    if has_offices { remuneration::require_offices(tx.conn(), case, month) } else { Ok(()) }
}
fn office<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &remuneration::Case,
    f: &TwoOfficeReport,
) -> Result<remuneration::OfficePlan, Problem> {
    remuneration::require_principal(tx.conn(), case)?;
    let employer = match &f.other_society_number {
        Some(number) => Some(employers::by_society_number(tx, number, f.starts_on)?.ok_or_else(|| {
            Problem::conflict(
                "employer-not-found",
                "この事業所番号の事業所はありません",
                "The society has no employer of this number",
            )
        })?),
        None => None,
    };
    let other = remuneration::SecondOffice {
        employer,
        name: f.other_office_name.clone(),
        office_number: None,
        from_on: f.starts_on,
    };
    match f.ceased_on {
        Some(until_on) => remuneration::end_second_office(tx, permit, case, (other, until_on)),
        None => {
            let monthly = f.other_monthly_yen.ok_or_else(|| {
                Problem::conflict(
                    "not-decidable",
                    "他の事業所の報酬月額がありません",
                    "The remuneration of the other office is missing",
                )
            })?;
            remuneration::plan_second_office(tx, permit, case, (other, monthly))
        }
    }
}
/// The finding of a form about pay whose day or month lies after the cover of the person, with these periods, at that employer.
pub fn after_loss(covers: &[Cover], employer: Uuid, form: &Form) -> Option<Finding> {
    let time = form.body().pay_time()?;
    let cover = members::cover_by(covers, employer, time.day())?;
    let is_after = match time {
        PayTime::Paid(day) | PayTime::Began(day) => cover.lost_on.is_some_and(|lost| day >= lost),
        PayTime::From(month) | PayTime::Acquired(month) => {
            remuneration::covered_until(covers, cover.acquired_on).is_some_and(|until| month >= until)
        }
    };
    is_after.then(|| Finding::at(Code::AfterLoss, [time.key()]))
}
/// The form is about a time at which the person works at the employer beside cover at another one.
/// # Errors
/// Database errors.
pub fn is_beside(tx: &mut Tx<'_>, (person, employer): (Uuid, Uuid), form: &Form) -> Result<bool, Problem> {
    let Some(time) = form.body().pay_time() else { return Ok(false) };
    remuneration::works_beside(tx.conn(), person, employer, time.day())
}
/// Whose remuneration a dry run would decide, of the cover that the form is about.
/// # Errors
/// Database errors.
pub fn preview_case(
    tx: &mut Tx<'_>,
    (person, employer): (Uuid, Uuid),
    (form, received_on): (&Form, NaiveDate),
) -> Result<Option<remuneration::Case>, Problem> {
    let Some(time) = form.body().pay_time() else { return Ok(None) };
    let cover = remuneration::case_at(tx.conn(), person, employer, time.day())?;
    Ok(cover.map(|cover| remuneration::Case {
        person,
        employer,
        acquired_on: cover.acquired_on,
        received_on,
        source: None,
    }))
}
/// The cover that runs of the insured person whom the form is about, who is held, and whose case it is.
/// # Errors
/// 409 `person-not-found`.
pub(super) fn still_insured(
    tx: &mut Tx<'_>,
    row: &NotificationRow,
    person: Uuid,
) -> Result<(Cover, remuneration::Case), Problem> {
    // A loss that was decided while this waited for its turn.
    let covers = members::covers(tx.conn(), person)?;
    let runs = |c: &Cover| c.employer_id == row.employer_id && c.lost_on.is_none();
    let cover = covers.into_iter().rfind(runs).ok_or_else(super::person_not_found)?;
    let case = case(row, person, cover.acquired_on);
    Ok((cover, case))
}
/// Whose remuneration the notification decides.
pub fn case(row: &NotificationRow, person: Uuid, acquired_on: NaiveDate) -> remuneration::Case {
    remuneration::Case {
        person,
        employer: row.employer_id,
        acquired_on,
        received_on: received_on(row),
        source: Some(row.id),
    }
}
/// The result, with what was decided or kept, under the number of the cover that it is about; a number that came with the form is
/// forgotten.
/// # Errors
/// Database errors.
pub(super) fn applied<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (row, person, cover): (&NotificationRow, Uuid, &Cover),
    decided: impl Serialize,
) -> Result<Applied, Problem> {
    // These forms name a known person: a number that came with them is forgotten with the decision.
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    tx.note(|n| n.left([person], &[]));
    let result = result(tx.conn(), row.employer_id, (person, cover), decided)?;
    Ok(Applied::of(person, result))
}
/// What payroll is told: under which number of which cover, from when until when the person works at the employer that filed, and what was
/// decided or kept. Of an employer beside the one of the cover the days of the cover are not its own.
/// # Errors
/// As of [`with`]; database errors.
pub fn result(
    conn: &mut PgConnection,
    employer: Uuid,
    (person, cover): (Uuid, &Cover),
    decided: impl Serialize,
) -> Result<Value, Problem> {
    let (mut first, mut after) = (cover.acquired_on, cover.lost_on);
    if employer != cover.employer_id {
        let there = members::last_office(conn, person, employer, (first, after))?;
        let there = there.ok_or_else(super::person_not_found)?;
        (first, after) = (there.from_on, there.until_on);
    }
    let mut result = json!({ "member_id": person, "symbol": cover.symbol, "number": cover.number, "branch": cover.branch,
                             "acquired_on": first, "dependents": [] });
    if let (Some(lost_on), Some(all)) = (after, result.as_object_mut()) {
        all.insert("lost_on".into(), json!(lost_on));
    }
    with(result, decided)
}
/// A result with what was decided, where anything was.
/// # Errors
/// 503 when it can't be written.
pub fn with(mut result: Value, decided: impl Serialize) -> Result<Value, Problem> {
    let unwritable = || Problem::unavailable("result-unwritable");
    match (&mut result, serde_json::to_value(decided).map_err(|_| unwritable())?) {
        (Value::Object(all), Value::Object(more)) => all.extend(more),
        (_, Value::Null) => {}
        _ => return Err(unwritable()),
    }
    Ok(result)
}
/// First months whose standard remuneration a plan changes, and months whose bonus does.
pub type Changes = (Vec<remuneration::PayChange>, Vec<remuneration::BonusChange>);
impl PayPlan {
    /// What would change.
    pub fn changes(&self) -> Changes {
        match self {
            Self::Remuneration(plan) => (plan.changes(), Vec::new()),
            Self::Bonus(plan) => (Vec::new(), plan.changes()),
            Self::Office(plan) => (plan.changes(), Vec::new()),
        }
    }
    /// By how many grades the standard remuneration of a form of pay rises (negative: falls) against the month before.
    pub fn grades_up(&self) -> Option<i16> {
        match self {
            Self::Remuneration(plan) => plan.grades_up(),
            Self::Bonus(_) | Self::Office(_) => None,
        }
    }
}
