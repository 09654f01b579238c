//! How a row of each family is worked: its columns become the facts of a rule, the outcome its cells.
use super::row::{Fault, Row, date, fault, number, yen};
use crate::{
    domain::{
        eligibility::rules::{ElderlyBurden, ElderlyBurdenInput, PatientRole},
        remuneration::rules::{
            self, ExemptionInput, ExemptionMonths, GradeInput, Leave, LeaveEndInput, LeaveEndReading,
            LeaveEndRevision, OccasionalInput, OccasionalRevision, PaidMonth, RegularAnnualInput,
            RegularDetermination, RegularDeterminationAnnual, RegularInput, Rule, StandardRemunerationGrade,
            TABLE_OF_2016, VoluntaryDeadline, VoluntaryDeadlineInput, VoluntaryEnd, VoluntaryEndInput,
            VoluntaryStandard, VoluntaryStandardInput,
        },
    },
    values::{check_digits, month::Month, personal_number::check_digit},
};
use serde::Serialize;
use validator::Validate;

/// Checks the facts as the API does, then asks the rule.
fn decide<R: Rule>(input: &R::Input) -> Result<R::Outcome, Fault>
where
    R::Input: Validate,
{
    input.validate().map_err(|e| {
        let mut places: Vec<String> = e.errors().keys().map(ToString::to_string).collect();
        places.sort();
        Fault(format!("{}: out of range", places.join(" ")))
    })?;
    rules::apply::<R>(input).map(|(outcome, _)| outcome).map_err(|r| Fault(r.code.into()))
}
/// Y or N.
fn yn(is_so: bool) -> String {
    if is_so { "Y" } else { "N" }.into()
}
/// What is there, or nothing.
fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}
/// The word of an enum.
fn word<T: Serialize>(value: T) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}
fn months(all: &[Month]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("|")
}
/// The month in which the table in force began: what rows that name no month are decided by.
fn table_month() -> Month {
    Month::in_year(TABLE_OF_2016.0, TABLE_OF_2016.1)
}

/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn grade(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let input = GradeInput { remuneration_yen: row.yen("remuneration")?, month: table_month() };
    let o = decide::<StandardRemunerationGrade>(&input)?;
    Ok(vec![o.grade.to_string(), o.standard_yen.to_string()])
}
/// A month of pay from the columns `{prefix}_pay` and `{prefix}_days`.
fn paid(row: Row<'_>, prefix: &str, month: Month, is_excluded: bool) -> Result<PaidMonth, Fault> {
    let (pay_yen, base_days) = (row.yen(&format!("{prefix}_pay"))?, row.number(&format!("{prefix}_days"))?);
    Ok(PaidMonth { month, pay_yen, base_days, is_excluded, back_pay_yen: 0 })
}
fn three_from(row: Row<'_>, first: Month) -> Result<Vec<PaidMonth>, Fault> {
    ["m1", "m2", "m3"].iter().zip(0..).map(|(prefix, n)| paid(row, prefix, first.plus(n), false)).collect()
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn regular(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let year: i32 = row.number("year")?;
    let month = |(prefix, n): (&&str, i32)| {
        let is_excluded = row.flag(&format!("{prefix}_excluded"))?;
        paid(row, prefix, Month::in_year(year.min(9999), n), is_excluded)
    };
    let o = decide::<RegularDetermination>(&RegularInput {
        year,
        kind: row.word("kind")?,
        months: ["apr", "may", "jun"].iter().zip(4..).map(month).collect::<Result<_, _>>()?,
        previous_standard_yen: row.maybe("previous_standard", Row::yen)?,
        acquired_on: row.date("acquired")?,
        lost_on: row.maybe("lost", Row::date)?,
        revision_month: row.maybe("revision_month", Row::number)?,
        frequent_bonus_total_yen: None,
    })?;
    Ok(vec![
        yn(o.applies),
        word(o.reason),
        cell(o.months_used),
        cell(o.determined.average_yen),
        cell(o.grade),
        cell(o.determined.standard_yen),
        cell(o.determined.effective_month),
        cell(o.determined.valid_until_month),
    ])
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn annual(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let pays = row.list("pay_jul_to_jun", '|', yen)?;
    let days: Vec<u8> = row.list("days_jul_to_jun", '|', number)?;
    if pays.len() != 12 || days.len() != 12 {
        return Err(fault("pay_jul_to_jun", "not twelve months"));
    }
    let year = table_month().year() + 1;
    let paid = |((pay_yen, base_days), n)| PaidMonth {
        month: Month::in_year(year - 1, n),
        pay_yen,
        base_days,
        is_excluded: false,
        back_pay_yen: 0,
    };
    let o = decide::<RegularDeterminationAnnual>(&RegularAnnualInput {
        year,
        kind: row.word("kind")?,
        months: pays.into_iter().zip(days).zip(7..).map(paid).collect(),
        is_recurring: row.flag("recurring")?,
        has_consent: row.flag("consent")?,
        frequent_bonus_total_yen: None,
    })?;
    Ok(vec![cell(o.spring_average_yen), cell(o.annual_average_yen), yn(o.uses_annual), cell(o.standard_yen)])
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn occasional(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let change_month = row.month("change_month")?;
    let o = decide::<OccasionalRevision>(&OccasionalInput {
        kind: row.word("kind")?,
        fixed_change: row.word("fixed_change")?,
        change_month,
        months: three_from(row, change_month)?,
        current_standard_yen: row.yen("current_standard")?,
        current_base_yen: row.maybe("current_base", Row::yen)?,
        frequent_bonus_total_yen: None,
    })?;
    Ok(vec![
        yn(o.revises),
        word(o.reason),
        cell(o.determined.average_yen),
        cell(o.grade),
        cell(o.determined.standard_yen),
        cell(o.determined.effective_month),
        cell(o.determined.valid_until_month),
    ])
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn leave_end(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let ended_on = row.date("leave_end")?;
    let first = ended_on.succ_opt().map(Month::of).ok_or_else(|| fault("leave_end", "out of range"))?;
    let o = decide::<LeaveEndRevision>(&LeaveEndInput {
        leave: row.word("leave")?,
        kind: row.word("kind")?,
        ended_on,
        months: three_from(row, first)?,
        current_standard_yen: row.yen("current_standard")?,
        is_requested: row.flag("requested")?,
        next_maternity_starts_on: row.maybe("next_maternity_start", Row::date)?,
        child_born_on: None,
        next_childcare_starts_on: None,
        frequent_bonus_total_yen: None,
        reading: Some(LeaveEndReading::Practice),
    })?;
    Ok(vec![
        yn(o.revises),
        word(o.reason),
        cell(o.determined.average_yen),
        cell(o.determined.standard_yen),
        cell(o.determined.effective_month),
        cell(o.determined.valid_until_month),
    ])
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn exemption(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let leave = |column: &str, text: &str| match *text.split('/').collect::<Vec<_>>() {
        [start, end, worked] => Ok(Leave {
            starts_on: date(column, start)?,
            ends_on: date(column, end)?,
            worked_days: if worked.is_empty() { 0 } else { number(column, worked)? },
        }),
        _ => Err(fault(column, "not start/end/working_days")),
    };
    let o = decide::<ExemptionMonths>(&ExemptionInput {
        kind: row.word("kind")?,
        leaves: row.list("leaves", ';', leave)?,
        non_working_days: Vec::new(),
    })?;
    Ok(vec![months(&o.monthly_months), months(&o.bonus_months)])
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn voluntary(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let cell = match row.text("op") {
        "standard" => {
            let input = VoluntaryStandardInput {
                month: table_month(),
                at_loss_yen: row.yen("at_loss")?,
                average_remuneration_yen: row.yen("average_remuneration")?,
                rule: row.word("rule")?,
                rule_amount_yen: row.maybe("rule_amount", Row::yen)?,
            };
            decide::<VoluntaryStandard>(&input)?.standard_yen.to_string()
        }
        "term" => end_of_cover(VoluntaryEndInput {
            acquired_on: row.date("date_in")?,
            withdrawal_received_on: None,
        })?,
        "withdrawal" => {
            // Two years end later than any wish of their first day, so the wish alone decides.
            let received = row.date("date_in")?;
            end_of_cover(VoluntaryEndInput { acquired_on: received, withdrawal_received_on: Some(received) })?
        }
        "eligible" => {
            let input = VoluntaryDeadlineInput {
                months_before: row.number("months_before")?,
                lost_on: row.date("loss_date")?,
                applied_on: row.date("applied")?,
                closed_days: Vec::new(),
            };
            yn(decide::<VoluntaryDeadline>(&input)?.is_eligible)
        }
        _ => return Err(fault("op", "not one of the words")),
    };
    Ok(vec![cell])
}
/// Cells of a row of this family.
/// # Errors
/// A row that can't be worked.
pub fn elderly_burden(row: Row<'_>) -> Result<Vec<String>, Fault> {
    let role = match row.text("role") {
        "insured" => PatientRole::Insured,
        "dependant" => PatientRole::Dependent,
        _ => return Err(fault("role", "not one of the words")),
    };
    let sum = |has: &str, column: &str| {
        if row.flag(has)? { row.yen(column).map(Some) } else { Ok(None) }
    };
    let o = decide::<ElderlyBurden>(&ElderlyBurdenInput {
        care_on: row.date("care_date")?,
        patient_birth_on: row.date("patient_birth")?,
        role,
        insured_birth_on: row.maybe("insured_birth", Row::date)?,
        insured_standard_yen: row.yen("insured_standard")?,
        income_yen: row.maybe("income_alone", Row::yen)?,
        income_with_dependents_yen: sum("has_70plus_dependant", "income_with_70plus_dependants")?,
        income_with_former_dependent_yen: sum("has_former_dependant", "income_with_former_dependant")?,
        legal_values: None,
    })?;
    let tenths = o.tenths.map_or_else(|| word(o.band), |tenths| tenths.to_string());
    Ok(vec![tenths, o.elderly_from.to_string(), o.transfer_on.to_string()])
}
fn end_of_cover(input: VoluntaryEndInput) -> Result<String, Fault> {
    Ok(decide::<VoluntaryEnd>(&input)?.lost_on.to_string())
}

/// Whether the text is valid, and the digit that would be right at `place`; a malformed text is a case like another.
fn digit_cells(row: Row<'_>, rule: fn(&str) -> Option<u8>, place: usize) -> Vec<String> {
    let text = row.text("number");
    let right = rule(text);
    let is_valid = right.is_some_and(|d| text.as_bytes().get(place) == Some(&(b'0' + d)));
    vec![yn(is_valid), cell(right)]
}
fn personal_digit(text: &str) -> Option<u8> {
    let digits: &[u8; 12] = text.as_bytes().try_into().ok()?;
    let (_, first) = digits.split_last()?;
    let is_digits = digits.iter().all(u8::is_ascii_digit);
    is_digits.then(|| check_digit(first.first_chunk::<11>().unwrap_or(&[b'0'; 11])) - b'0')
}

/// Cells of a row of this family: a malformed number is a case like another.
/// # Errors
/// None.
pub fn personal_number(row: Row<'_>) -> Result<Vec<String>, Fault> {
    Ok(digit_cells(row, personal_digit, 11))
}
/// Cells of a row of this family: a malformed number is a case like another.
/// # Errors
/// None.
pub fn insurer_number(row: Row<'_>) -> Result<Vec<String>, Fault> {
    Ok(digit_cells(row, check_digits::insurer_number, 7))
}
/// Cells of a row of this family: a malformed number is a case like another.
/// # Errors
/// None.
pub fn corporate_number(row: Row<'_>) -> Result<Vec<String>, Fault> {
    Ok(digit_cells(row, check_digits::corporate_number, 0))
}
