//! What a decision of 標準報酬月額 was made on, as it is stored, and what the law makes of it: pure.
use super::super::{
    rules::{
        self, AcquisitionDetermination, AcquisitionInput, GradeInput, LeaveEndInput, LeaveEndOutcome,
        LeaveEndReason, LeaveEndRevision, LeaveKind, OccasionalAnnualInput, OccasionalInput,
        OccasionalOutcome, OccasionalRevision, OccasionalRevisionAnnual, Refusal, RegularAnnualInput,
        RegularDetermination, RegularDeterminationAnnual, RegularInput, RegularReason, Rule,
        StandardRemunerationGrade, Trace, TwoOffices,
    },
    told::CalculationTrace,
};
use super::offices::OFFICES;
use crate::{
    kernel::Problem,
    values::{month::Month, yen::Yen},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// 改定区分 after a leave, as it is stored.
pub const MATERNITY_END: &str = "maternity_leave_end_revision";
/// 改定区分 after a leave, as it is stored.
pub const CHILDCARE_END: &str = "childcare_leave_end_revision";
/// Revisions that take the place of a regular determination (健康保険法41条3項).
pub const REVISIONS: [&str; 3] = [OccasionalRevision::ID, MATERNITY_END, CHILDCARE_END];
/// A revision after a childcare leave whose child was three: told without the day of birth.
const CHILD_IS_THREE: &str = "child-is-three";
/// Under this key the facts of the average of a year stand beside those of the usual rule.
const ANNUAL: &str = "annual";

/// Facts by kind of decision.
#[derive(Clone, Debug)]
pub enum Facts {
    /// 資格取得時決定.
    Acquisition(AcquisitionInput),
    /// 定時決定, with the year's pay where the average of a year was asked for.
    Regular(RegularInput, Option<RegularAnnualInput>),
    /// 随時改定.
    Occasional(OccasionalInput),
    /// 随時改定 where the average of a year was asked for.
    OccasionalAnnual(OccasionalAnnualInput),
    /// 産休・育休終了時改定.
    LeaveEnd(LeaveEndInput),
    /// Another office begins or ends in the month (二以上事業所勤務).
    Offices(Month),
}
/// What the law makes of the facts.
pub struct Made {
    /// First month.
    pub from: Month,
    /// Grade, 標準報酬月額, 報酬月額.
    pub amounts: (u8, i64, i64),
    /// Id and version of the rule that decided.
    pub by: (&'static str, &'static str),
    /// Steps.
    pub trace: Trace,
    /// 従前の報酬月額 stays behind it: no month counted.
    pub is_carried: bool,
}
/// Why nothing is decided.
pub enum Undecided {
    /// The law has no decision for these facts: in the words of the last step.
    None(&'static str, Trace),
    /// Another revision takes the place of a regular determination.
    Displaced(Trace),
    /// The employer has no office of this person in the month, or nothing is known of the principal one.
    NotThere,
    /// The facts do not fit the rule.
    Unfit(Refusal),
}
impl From<Refusal> for Undecided {
    fn from(r: Refusal) -> Self {
        Self::Unfit(r)
    }
}
impl From<Undecided> for Problem {
    fn from(u: Undecided) -> Self {
        match u {
            Undecided::None(CHILD_IS_THREE, _) => Self::conflict(
                CHILD_IS_THREE,
                "登録されている休業の子は、休業の終了日に3歳に達しています",
                "The child of the stored leave was three when it ended",
            ),
            Undecided::None(code, trace) => reasoned(code, &trace),
            Undecided::Displaced(trace) => reasoned("no-determination", &trace),
            Undecided::NotThere => Self::conflict(
                "no-second-office",
                "この月に二以上事業所勤務として登録された事業所ではないか、主たる事業所の標準報酬月額が登録されていません",
                "The office is not known as one of several in this month, or the principal one has no standard remuneration",
            ),
            Undecided::Unfit(r) => Self::conflict("not-decidable", r.said.0, r.said.1),
        }
    }
}
/// A refusal in the words of the last step.
fn reasoned(code: &'static str, trace: &Trace) -> Problem {
    let (ja, en) = trace.steps.last().map(|s| (s.ja(), s.en())).unwrap_or_default();
    Problem::conflict(code, &ja, &en)
}
/// An amount that a rule can count with.
/// # Errors
/// 409 `not-decidable` for one out of range.
pub fn amount(yen: i64) -> Result<Yen, Problem> {
    Yen::new(yen)
        .ok_or_else(|| Problem::conflict("not-decidable", "金額が範囲外です", "An amount is out of range"))
}

impl Facts {
    /// The facts of a stored decision; `None` where another module decided.
    /// # Errors
    /// 503 when they can't be read.
    pub fn read(rule: &str, inputs: &Value) -> Result<Option<Self>, Problem> {
        let mut plain = inputs.clone();
        if let Some(all) = plain.as_object_mut() {
            all.remove(OFFICES);
        }
        let inputs = &plain;
        Ok(Some(match rule {
            AcquisitionDetermination::ID => Self::Acquisition(typed(inputs.clone())?),
            RegularDetermination::ID => {
                let (usual, annual) = parted(inputs);
                Self::Regular(typed(usual)?, annual.map(typed).transpose()?)
            }
            OccasionalRevision::ID => match parted(inputs) {
                (_, Some(annual)) => Self::OccasionalAnnual(typed(annual)?),
                (usual, None) => Self::Occasional(typed(usual)?),
            },
            MATERNITY_END | CHILDCARE_END => Self::LeaveEnd(typed(inputs.clone())?),
            TwoOffices::ID => Self::Offices(typed(inputs["month"].clone())?),
            _ => return Ok(None),
        }))
    }
    /// As they are stored.
    /// # Errors
    /// 503 when they can't be written.
    pub fn written(&self) -> Result<Value, Problem> {
        Ok(match self {
            Self::Acquisition(f) => plain(f)?,
            Self::Regular(f, annual) => {
                let mut all = plain(f)?;
                if let (Value::Object(all), Some(annual)) = (&mut all, annual) {
                    all.insert(ANNUAL.into(), plain(annual)?);
                }
                all
            }
            Self::Occasional(f) => plain(f)?,
            Self::OccasionalAnnual(f) => json!({ ANNUAL: plain(f)? }),
            Self::LeaveEnd(f) => plain(f)?,
            Self::Offices(month) => json!({ "month": month }),
        })
    }
    /// 改定区分, as it is stored.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Acquisition(_) => AcquisitionDetermination::ID,
            Self::Regular(..) => RegularDetermination::ID,
            Self::Occasional(_) | Self::OccasionalAnnual(_) => OccasionalRevision::ID,
            Self::LeaveEnd(f) => match f.leave {
                LeaveKind::Maternity => MATERNITY_END,
                LeaveKind::Childcare => CHILDCARE_END,
            },
            Self::Offices(_) => TwoOffices::ID,
        }
    }
    /// Version of the rule that bears this word. Another rule may have decided beside it (the average of a year, several offices): the trace
    /// names that one with its own version.
    pub const fn version(&self) -> &'static str {
        match self {
            Self::Acquisition(_) => AcquisitionDetermination::VERSION,
            Self::Regular(..) => RegularDetermination::VERSION,
            Self::Occasional(_) | Self::OccasionalAnnual(_) => OccasionalRevision::VERSION,
            Self::LeaveEnd(_) => LeaveEndRevision::VERSION,
            Self::Offices(_) => TwoOffices::VERSION,
        }
    }
    /// The same facts on another standard remuneration before (標準報酬月額, 報酬月額), and with the revision of July to September that
    /// bars a regular determination.
    #[must_use]
    pub fn on(mut self, before: Option<(i64, i64)>, revised: Option<Month>) -> Self {
        let standard = before.and_then(|b| Yen::new(b.0));
        let base = before.and_then(|b| Yen::new(b.1));
        match &mut self {
            Self::Acquisition(_) | Self::Offices(_) => {}
            Self::Regular(f, _) => {
                f.previous_standard_yen = standard;
                f.revision_month = revised.and_then(|m| u8::try_from(m.number()).ok());
            }
            Self::Occasional(f) => {
                f.current_standard_yen = standard.unwrap_or(f.current_standard_yen);
                f.current_base_yen = base;
            }
            Self::OccasionalAnnual(f) => {
                f.current_standard_yen = standard.unwrap_or(f.current_standard_yen);
                f.current_base_yen = base;
            }
            Self::LeaveEnd(f) => f.current_standard_yen = standard.unwrap_or(f.current_standard_yen),
        }
        self
    }
    /// What the law makes of them.
    /// # Errors
    /// Why it decides nothing.
    pub fn decide(&self) -> Result<Made, Undecided> {
        match self {
            Self::Acquisition(f) => {
                let (out, trace) = rules::apply::<AcquisitionDetermination>(f)?;
                let amounts = (out.grade, out.standard_yen, out.remuneration_yen);
                Ok(made::<AcquisitionDetermination>(out.effective_month, amounts, trace))
            }
            Self::Regular(f, annual) => regular(f, annual.as_ref()),
            Self::Occasional(f) => {
                let (out, trace) = rules::apply::<OccasionalRevision>(f)?;
                revision::<OccasionalRevision>(&out, trace)
            }
            Self::OccasionalAnnual(f) => {
                let (out, trace) = rules::apply::<OccasionalRevisionAnnual>(f)?;
                revision::<OccasionalRevisionAnnual>(&out.revision, trace)
            }
            Self::LeaveEnd(f) => leave_end(f),
            // Decided by the offices alone, which only the history knows.
            Self::Offices(_) => Err(Undecided::None("no-determination", Trace::default())),
        }
    }
}
fn made<R: Rule>(from: Month, amounts: (u8, i64, i64), trace: Trace) -> Made {
    Made { from, amounts, by: (R::ID, R::VERSION), trace, is_carried: false }
}
fn regular(f: &RegularInput, annual: Option<&RegularAnnualInput>) -> Result<Made, Undecided> {
    let from = Month::in_year(f.year, 9);
    let (out, mut trace) = rules::apply::<RegularDetermination>(f)?;
    let (Some(grade), Some(standard)) = (out.grade, out.determined.standard_yen) else {
        return Err(match out.reason {
            RegularReason::RevisedJulToSep => Undecided::Displaced(trace),
            _ => Undecided::None("no-determination", trace),
        });
    };
    let (monthly, is_carried) =
        (out.determined.average_yen.unwrap_or(standard), out.determined.average_yen.is_none());
    let Some(annual) = annual else {
        let usual = made::<RegularDetermination>(from, (grade, standard, monthly), trace);
        return Ok(Made { is_carried, ..usual });
    };
    let (out, more) = rules::apply::<RegularDeterminationAnnual>(annual)?;
    trace.steps.extend(more.steps);
    if let (true, Some(average), Some(yearly)) = (out.uses_annual, out.annual_average_yen, out.standard_yen) {
        let amounts = (grade_of(yearly, from)?, yearly, average);
        return Ok(made::<RegularDeterminationAnnual>(from, amounts, trace));
    }
    let usual = made::<RegularDeterminationAnnual>(from, (grade, standard, monthly), trace);
    Ok(Made { is_carried, ..usual })
}
fn revision<R: Rule>(out: &OccasionalOutcome, trace: Trace) -> Result<Made, Undecided> {
    let d = &out.determined;
    let (true, Some(grade), Some(standard), Some(from)) =
        (out.revises, out.grade, d.standard_yen, d.effective_month)
    else {
        return Err(Undecided::None("no-revision", trace));
    };
    Ok(made::<R>(from, (grade, standard, d.average_yen.unwrap_or(standard)), trace))
}
fn leave_end(f: &LeaveEndInput) -> Result<Made, Undecided> {
    let (out, trace) = rules::apply::<LeaveEndRevision>(f)?;
    let LeaveEndOutcome { revises: true, determined, .. } = &out else {
        let is_three = out.reason == LeaveEndReason::ChildIsThree;
        return Err(Undecided::None(if is_three { CHILD_IS_THREE } else { "no-revision" }, trace));
    };
    let (Some(standard), Some(from)) = (determined.standard_yen, determined.effective_month) else {
        return Err(Undecided::None("no-revision", trace));
    };
    let amounts = (grade_of(standard, from)?, standard, determined.average_yen.unwrap_or(standard));
    Ok(made::<LeaveEndRevision>(from, amounts, trace))
}
/// An amount that the rules gave.
/// # Errors
/// One out of range.
pub fn known_yen(yen: i64) -> Result<Yen, Refusal> {
    Yen::new(yen).ok_or(rules::refuse(
        "",
        "amount-out-of-range",
        ("金額が範囲外です", "an amount is out of range"),
    ))
}
/// The grade of a 標準報酬月額.
fn grade_of(standard: i64, month: Month) -> Result<u8, Refusal> {
    let remuneration_yen = known_yen(standard)?;
    let (out, _) = rules::apply::<StandardRemunerationGrade>(&GradeInput { remuneration_yen, month })?;
    Ok(out.grade)
}
/// The stored facts without those of a year, and those of a year.
fn parted(inputs: &Value) -> (Value, Option<Value>) {
    let mut usual = inputs.clone();
    let annual = usual.as_object_mut().and_then(|all| all.remove(ANNUAL));
    (usual, annual)
}
fn typed<T: DeserializeOwned>(inputs: Value) -> Result<T, Problem> {
    serde_json::from_value(inputs).map_err(|_| Problem::unavailable("stored-facts-unreadable"))
}
fn plain<T: Serialize>(facts: &T) -> Result<Value, Problem> {
    serde_json::to_value(facts).map_err(|_| Problem::unavailable("facts-unwritable"))
}
/// A trace as it is stored.
/// # Errors
/// 503 when it can't be written.
pub fn stored_trace(by: (&str, &str), trace: &Trace) -> Result<Value, Problem> {
    plain(&CalculationTrace::named(by, trace))
}
