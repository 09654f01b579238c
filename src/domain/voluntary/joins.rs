//! 資格の取得 (健康保険法3条4項, 37条1項; 附則3条): the same person's earlier cover and dependents are looked up, the law is asked,
//! and cover begins under a number of the society's own office with the standard remuneration of 47条.
use super::{
    averages,
    ends::{latest, term_end},
    model::{ContinuedType, SettingRow},
    store,
};
use crate::{
    domain::{
        dependents::{self, FormerDependent},
        employers,
        members::{self, CoverRow, EnrolmentType, Prepayment},
        remuneration::{self, CalculationTrace, Continued, ContinuedBy, Decided, rules},
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::period,
};
use chrono::NaiveDate;
use uuid::Uuid;

/// An application, as far as the law looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    /// The society's own office for which it was filed.
    pub office: Uuid,
    /// What one asks to become.
    pub wanted: ContinuedType,
    /// 記号 and 番号 of the cover before.
    pub card: (&'a str, &'a str),
    /// Reading.
    pub name_kana: &'a str,
    /// Day of birth.
    pub birth_on: NaiveDate,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Insured without a break since then, elsewhere before the society.
    pub covered_elsewhere_since: Option<NaiveDate>,
    /// 枝番 of the dependents who continue.
    pub continuing: &'a [String],
    /// 前納区分.
    pub prepayment: Prepayment,
    /// Notification.
    pub source: Option<Uuid>,
}
/// What accepting an application would do.
pub struct Plan {
    /// The cover before.
    pub former: CoverRow,
    /// Insured without a break since.
    pub covered_since: NaiveDate,
    /// Whole months since then.
    pub months_before: u16,
    /// Who lost cover with the person.
    pub dependents: Vec<FormerDependent>,
    /// Whether the time to apply was kept, and why; nothing of 特例退職.
    pub deadline: Option<(rules::VoluntaryDeadlineOutcome, CalculationTrace)>,
    /// 資格取得年月日.
    pub acquired_on: NaiveDate,
    /// 喪失予定年月日: the end of the two years, or the 75th birthday when that comes first.
    pub planned_loss_on: NaiveDate,
    /// 標準報酬月額.
    pub standard: Continued,
    case: remuneration::Case,
}
/// Does the society recognise the reason for an application that came late (37条1項ただし書)?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateReason {
    /// It does.
    Recognised,
    /// It was not asked, or does not.
    NotRecognised,
}
/// Cover that began.
pub struct Joined {
    /// 記号, 番号.
    pub number: (String, String),
    /// Decision of the standard remuneration.
    pub decided: Decided,
    /// Dependents who continue.
    pub dependents: Vec<dependents::Made>,
}

/// Looks everything up; writes nothing. The application may still be too late.
/// # Errors
/// 409 `person-not-found`, `loss-not-decided` while the cover before runs, `not-from-employment` when the cover before was no 強制,
/// `not-by-leaving` when it was lost otherwise than by leaving,
/// `settings-missing` and `other-office` by what the society set, `no-special-retirees`, `aged-75`, `dependent-not-found`, and what
/// the standard remuneration may be refused with.
pub fn plan<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    a: &Application<'_>,
) -> Result<Plan, Problem> {
    let former = members::by_card(tx, a.card, a.name_kana, a.birth_on)?.ok_or_else(|| {
        refused(
            "person-not-found",
            "該当する被保険者がいません",
            "No insured person is named by the application",
        )
    })?;
    let lost_on = former.lost_on.ok_or_else(|| {
        refused(
            "loss-not-decided",
            "従前の資格の喪失が処理されていません。先に資格喪失届を処理してください",
            "The cover before runs still: decide the loss first",
        )
    })?;
    let is_special = a.wanted == ContinuedType::SpecialRetiree;
    if EnrolmentType::of(&former.enrolment_type) != EnrolmentType::Compulsory && !is_special {
        return Err(refused(
            "not-from-employment",
            "従前の資格が任意継続・特例退職です",
            "The cover before was none of an employment",
        ));
    }
    let acquired_on = if is_special { a.received_on.max(lost_on) } else { lost_on };
    let setting = setting(tx, a, acquired_on)?;
    let birthday = period::birthday(a.birth_on, 75);
    if acquired_on >= birthday {
        return Err(refused(
            "aged-75",
            "75歳以上の方は被保険者になれません",
            "Nobody becomes insured from the age of 75 on",
        ));
    }
    by_leaving(former.loss_reason.as_deref(), is_special)?;
    let (covered_since, months_before) = months(tx, &former, a.covered_elsewhere_since)?;
    let deadline = if is_special { None } else { Some(deadline(months_before, lost_on, a.received_on)?) };
    let case = remuneration::Case {
        person: former.person_id,
        employer: a.office,
        acquired_on,
        received_on: a.received_on,
        source: a.source,
    };
    let by = match (is_special, setting.special_retiree_yen) {
        (true, Some(yen)) => ContinuedBy::SpecialRetiree(yen),
        (true, None) => {
            return Err(refused(
                "no-special-retirees",
                "特例退職被保険者の制度はありません",
                "The society enrols no special retirees",
            ));
        }
        (false, _) => ContinuedBy::Voluntary(
            lost_on,
            setting.average_remuneration_yen,
            setting.ceiling()?,
            setting.rule_amount_yen,
        ),
    };
    let standard = remuneration::plan_continued(tx, permit, &case, by)?;
    let dependents = dependents::former_under(tx, (former.person_id, former.enrolment_id), lost_on)?;
    if a.continuing.iter().any(|branch| dependents.iter().all(|d| d.branch != *branch)) {
        return Err(refused(
            "dependent-not-found",
            "申出の枝番の被扶養者は、被保険者とともに資格を喪失していません",
            "No dependent with that 枝番 lost cover together with the person",
        )
        .at(
            "/continuing_branches",
            "unknown-value",
            ("該当する被扶養者がいません", "no such dependent"),
        ));
    }
    let planned_loss_on = if is_special { birthday } else { term_end(acquired_on)?.min(birthday) };
    Ok(Plan {
        former,
        covered_since,
        months_before,
        dependents,
        deadline,
        acquired_on,
        planned_loss_on,
        standard,
        case,
    })
}
/// Only who is not employed any more, or falls under 3条1項ただし書, goes on, and nobody who is insured by 後期高齢者医療 (健康保険法3条4項): nobody
/// after death, nor at 75 or by 障害認定. Who left for the insurance of another country by an agreement is employed still; special retirees are not
/// asked for that.
fn by_leaving(loss_reason: Option<&str>, is_special: bool) -> Result<(), Problem> {
    let is_otherwise = match loss_reason {
        Some("death" | "age_75" | "disability" | "elderly_care") => true,
        Some("social_security_agreement") => !is_special,
        _ => false,
    };
    if is_otherwise {
        return Err(refused(
            "not-by-leaving",
            "従前の資格は退職等によらず喪失しています",
            "The cover before was lost otherwise than by leaving",
        ));
    }
    Ok(())
}
/// What the society set for the day, when it set the office of the application.
fn setting(tx: &mut Tx<'_>, a: &Application<'_>, day: NaiveDate) -> Result<SettingRow, Problem> {
    let setting = store::in_force(tx, day)?.ok_or_else(|| {
        refused(
            "settings-missing",
            "資格取得日に有効な任意継続の設定がありません",
            "No approved settings hold on the day of acquisition",
        )
    })?;
    if setting.office_id != a.office {
        return Err(refused(
            "other-office",
            "資格取得日の任意継続の事業所は別の事業所です",
            "Another office is set for the day of acquisition",
        ));
    }
    Ok(setting)
}
/// Since when somebody was insured by employment without a break before a loss, and for how many whole months (3条4項).
fn months(
    tx: &mut Tx<'_>,
    former: &CoverRow,
    elsewhere_since: Option<NaiveDate>,
) -> Result<(NaiveDate, u16), Problem> {
    let mut since = former.acquired_on;
    for cover in members::enrolled(tx.conn(), former.person_id)? {
        let joins = cover.lost_on == Some(since) && cover.acquired_on < since;
        if joins && EnrolmentType::of(&cover.enrolment_type) == EnrolmentType::Compulsory {
            since = cover.acquired_on;
        }
    }
    let since = elsewhere_since.map_or(since, |day| day.min(since));
    Ok((since, rules::months_of(since, former.lost_on.unwrap_or(since))))
}
fn deadline(
    months_before: u16,
    lost_on: NaiveDate,
    applied_on: NaiveDate,
) -> Result<(rules::VoluntaryDeadlineOutcome, CalculationTrace), Problem> {
    let facts = rules::VoluntaryDeadlineInput { months_before, lost_on, applied_on, closed_days: Vec::new() };
    let (outcome, trace) = rules::apply::<rules::VoluntaryDeadline>(&facts)
        .map_err(|r| refused("not-decidable", r.said.0, r.said.1))?;
    Ok((outcome, CalculationTrace::of::<rules::VoluntaryDeadline>(&trace)))
}
/// Begins the cover that was planned. Everybody in it is held.
/// # Errors
/// 409 `too-few-months`, `applied-before-loss`, `applied-too-late` with the law's sentence, `cover-overlaps` and `still-dependent` when
/// the person is covered then or later, `person-died`, `dependent-is-insured` and `already-dependent` for those who continue.
pub fn join<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    a: &Application<'_>,
    plan: Plan,
    late: LateReason,
) -> Result<Joined, Problem> {
    if let Some((outcome, trace)) = &plan.deadline {
        require_eligible(outcome.reason, trace, late)?;
    } else if plan.former.lost_on.is_some_and(|lost| a.received_on < lost) {
        return Err(refused("applied-before-loss", "資格喪失日より前の申出です", "Applied before the loss"));
    }
    let (person, on) = (plan.former.person_id, plan.acquired_on);
    dependents::admit_insured(tx, person, on)?;
    let symbol = employers::symbol_of(tx, a.office, on)?;
    let number = employers::next_number(tx.conn(), &symbol)?;
    let enrol = members::Enrol {
        person,
        employer: a.office,
        enrolment_type: a.wanted.into(),
        prepayment: Some(a.prepayment),
        number: (symbol, number),
        office_number: None,
        acquired_on: on,
        reason: match a.wanted {
            ContinuedType::VoluntaryContinuation => "voluntary_continuation",
            ContinuedType::SpecialRetiree => "special_retiree",
        },
        received_on: a.received_on,
        planned_loss_on: Some(plan.planned_loss_on),
        short_time_worker: false,
        remuneration_yen: None,
        source: a.source,
    };
    members::enrol(tx, permit, &enrol)?;
    let decided = remuneration::decide_continued(tx, permit, &plan.case, plan.standard)?;
    store::settings_stand(tx.conn())?;
    if let Some(cover) = latest(tx.conn(), person)? {
        averages::decide(tx, permit, &cover, a.source)?;
    }
    let mut continuing = Vec::new();
    for d in plan.dependents.into_iter().filter(|d| a.continuing.contains(&d.branch)) {
        dependents::admit_dependent(tx, d.person_id, on)?;
        let former = d.dependent_id;
        let again = dependents::Recognise {
            person: d.person_id,
            insured: person,
            employer: a.office,
            relationship: d.relationship,
            lives_together: d.lives_together,
            occupation: d.occupation,
            income_yen: d.income_yen,
            recognised_on: on,
            reason: "insured_continues".into(),
            received_on: a.received_on,
            source: a.source,
        };
        let made = dependents::recognise(tx, permit, &again)?;
        let act = Act::permitted(tx, permit, a.source)?;
        dependents::carry_examinations(tx.conn(), &act, (former, made.dependent_id))?;
        continuing.push(made);
    }
    Ok(Joined { number: enrol.number, decided, dependents: continuing })
}
fn require_eligible(
    reason: rules::VoluntaryDeadlineReason,
    trace: &CalculationTrace,
    late: LateReason,
) -> Result<(), Problem> {
    let code = match reason {
        rules::VoluntaryDeadlineReason::Eligible => return Ok(()),
        rules::VoluntaryDeadlineReason::TooLate if late == LateReason::Recognised => return Ok(()),
        rules::VoluntaryDeadlineReason::TooLate => "applied-too-late",
        rules::VoluntaryDeadlineReason::BeforeLoss => "applied-before-loss",
        rules::VoluntaryDeadlineReason::TooFewMonths => "too-few-months",
    };
    let (ja, en) = trace.aloud();
    Err(refused(code, &ja, &en))
}
fn refused(code: &'static str, ja: &str, en: &str) -> Problem {
    Problem::conflict(code, ja, en)
}
