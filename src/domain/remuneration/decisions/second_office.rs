//! How another office begins and ends beside the cover (二以上事業所勤務, 健康保険法44条3項): the employment is kept, and standard remuneration is
//! decided on the sum from the month in which it begins, on the remaining office from the month in which it ends.
use super::{
    bonus_months,
    changes::{Case, Decided, PayChange, Plan, before_acquisition},
    facts::Facts,
    history::{History, Occasion, Origin, after_loss},
    keep,
    offices::is_active,
};
use crate::{
    domain::{
        members::{self, Cover, OfficeRow, cover_by},
        remuneration::rules::{Rule, TwoOffices},
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use uuid::Uuid;

/// The other office.
#[derive(Clone, Debug)]
pub struct SecondOffice {
    /// Employer of this society, or none.
    pub employer: Option<Uuid>,
    /// Name of an office outside it.
    pub name: Option<String>,
    /// 整理番号 at an employer of this society.
    pub office_number: Option<String>,
    /// First day on which the person works there too.
    pub from_on: NaiveDate,
}
impl SecondOffice {
    fn is(&self, row: &OfficeRow) -> bool {
        (self.employer, &self.name) == (row.employer_id, &row.name)
    }
}
/// What beginning or ending another office would do.
pub struct OfficePlan {
    plan: Plan,
    person: Uuid,
    office: OfficeRow,
    is_gone: bool,
}
/// The cover by which pay at an employer is decided, by a day: the cover of that employer that has the day, else the cover beside which
/// the person works there that day; else, to say why nothing is decided, the nearest of either.
/// # Errors
/// Database errors.
pub fn case_at(
    conn: &mut PgConnection,
    person: Uuid,
    employer: Uuid,
    day: NaiveDate,
) -> Result<Option<Cover>, Problem> {
    let covers = members::covers(conn, person)?;
    let offices = members::offices(conn, person, None)?;
    Ok(cover_at(&covers, &offices, employer, day))
}
/// As `case_at`, among what is known of a person.
pub(super) fn cover_at(
    covers: &[Cover],
    offices: &[OfficeRow],
    employer: Uuid,
    day: NaiveDate,
) -> Option<Cover> {
    let nearest = cover_by(covers, employer, day);
    if let Some(cover) = nearest.filter(|c| c.has(day)) {
        return Some(cover.clone());
    }
    let there = || offices.iter().filter(|o| o.employer_id == Some(employer));
    let beside = |o: &OfficeRow| covers.iter().rfind(|c| c.acquired_on <= o.from_on).cloned();
    if let Some(office) = there().rfind(|o| o.has(day) || is_active(o, Month::of(day)) && o.from_on > day) {
        return beside(office);
    }
    if let Some(cover) = nearest {
        return Some(cover.clone());
    }
    there().rfind(|o| o.from_on <= day).or_else(|| there().next()).and_then(beside)
}
/// The person works at the employer on that day beside cover at another one.
/// # Errors
/// Database errors.
pub fn works_beside(
    conn: &mut PgConnection,
    person: Uuid,
    employer: Uuid,
    day: NaiveDate,
) -> Result<bool, Problem> {
    let covers = members::covers(conn, person)?;
    let found = case_at(conn, person, employer, day)?;
    Ok(found.is_some_and(|c| c.employer_id != employer) && covers.iter().any(|c| c.has(day)))
}
/// The cover is of the employer that files: 二以上事業所勤務届 is the principal office's to file.
/// # Errors
/// 409 `not-principal-office`.
pub fn require_principal(conn: &mut PgConnection, case: &Case) -> Result<(), Problem> {
    let covers = members::covers(conn, case.person)?;
    if covers.iter().any(|c| c.acquired_on == case.acquired_on && c.employer_id == case.employer) {
        return Ok(());
    }
    Err(Problem::conflict(
        "not-principal-office",
        "二以上事業所勤務届は主たる事業所が提出してください",
        "The report of other offices is filed by the principal one",
    ))
}
/// The person works at another office in the month.
/// # Errors
/// 409 `no-second-office`.
pub fn require_offices(conn: &mut PgConnection, case: &Case, month: Month) -> Result<(), Problem> {
    require_active(&members::offices(conn, case.person, None)?, month)
}
/// As `require_offices`, among those that are known.
pub(super) fn require_active(offices: &[OfficeRow], month: Month) -> Result<(), Problem> {
    if offices.iter().any(|o| is_active(o, month)) {
        return Ok(());
    }
    Err(super::facts::Undecided::NotThere.into())
}
/// What the beginning of another office would do: its 報酬月額 in yen is added from the month in which it begins.
/// # Errors
/// 409 `before-acquisition`, `after-loss`, `same-office` for the office of the cover, `office-known` for one that is known then,
/// `no-second-office` where the cover has no standard remuneration, `later-decision-rests`.
pub fn plan_second_office<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    case: &Case,
    (other, monthly_yen): (SecondOffice, i64),
) -> Result<OfficePlan, Problem> {
    let stored = keep::history(tx.conn(), case)?;
    if other.employer == Some(stored.principal) {
        return Err(Problem::conflict(
            "same-office",
            "主たる事業所と同じ事業所です",
            "It is the office that the cover is of",
        ));
    }
    require_day(tx.conn(), case, other.from_on)?;
    let is_known = |o: &&OfficeRow| other.is(o) && o.until_on.is_none_or(|until| until > other.from_on);
    if members::offices(tx.conn(), case.person, None)?.iter().any(|o| is_known(&o)) {
        return Err(Problem::conflict(
            "office-known",
            "この事業所はすでに二以上事業所勤務として登録されています",
            "This office is known as another one already",
        ));
    }
    let office = OfficeRow {
        office_id: Uuid::now_v7(),
        employer_id: other.employer,
        name: other.name,
        office_number: other.office_number,
        from_on: other.from_on,
        until_on: None,
        monthly_yen,
        received_on: case.received_on,
        recorded_at: tx.now(),
        source: case.source,
    };
    let mut wanted = stored.clone();
    wanted.offices.push(office.clone());
    let month = Month::of(office.from_on);
    let decision = settle(&mut wanted, case, month)?;
    let plan = Plan::new((*case, false), (stored, wanted), month, decision);
    Ok(OfficePlan { plan, person: case.person, office, is_gone: false })
}
/// What the end of another office would do; `until_on` is the first day on which the person does not work there any more.
/// # Errors
/// 409 `office-not-found` when the person does not work there, `before-acquisition`, `after-loss`, `later-decision-rests`.
pub fn end_second_office<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    case: &Case,
    (other, until_on): (SecondOffice, NaiveDate),
) -> Result<OfficePlan, Problem> {
    let stored = keep::history(tx.conn(), case)?;
    let runs = |o: &&OfficeRow| other.is(o) && o.until_on.is_none() && o.from_on <= until_on;
    let mut office = stored.offices.iter().rfind(runs).cloned().ok_or_else(|| {
        Problem::conflict(
            "office-not-found",
            "この事業所は二以上事業所勤務として登録されていません",
            "The person is not known to work at this office too",
        )
    })?;
    let is_gone = office.from_on == until_on;
    office.until_on = Some(until_on);
    office.received_on = case.received_on;
    office.source = case.source;
    let mut wanted = stored.clone();
    wanted.offices.retain(|o| o.office_id != office.office_id);
    if !is_gone {
        wanted.offices.push(office.clone());
    }
    let month = Month::of(until_on);
    let decision = settle(&mut wanted, case, month)?;
    let plan = Plan::new((*case, false), (stored, wanted), month, decision);
    Ok(OfficePlan { plan, person: case.person, office, is_gone })
}
/// Other offices end with the cover: whoever goes on working there acquires cover there. One that was to begin on the day of the loss or
/// later is none, and has no part in the month of the loss.
/// # Errors
/// 409 `later-decision-rests`; database errors.
pub fn end_on_loss(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (acquired_on, lost_on): (NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    let (gone, others): (Vec<OfficeRow>, Vec<OfficeRow>) =
        members::offices(conn, person, None)?.into_iter().partition(|o| o.from_on >= lost_on);
    if !gone.is_empty() {
        take_back(conn, act, person, (acquired_on, &gone))?;
    }
    for office in others.into_iter().filter(|o| o.until_on.is_none_or(|until| until > lost_on)) {
        let ended = OfficeRow { until_on: Some(lost_on), source: act.source(), ..office };
        members::put_office(conn, act, person, &ended)?;
    }
    Ok(())
}
/// These offices never were: they have no part in any month.
fn take_back(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (acquired_on, gone): (NaiveDate, &[OfficeRow]),
) -> Result<(), Problem> {
    let covers = members::covers(conn, person)?;
    if let Some(cover) = keep::begun_on(&covers, acquired_on) {
        let (employer, source) = (cover.employer_id, act.source());
        let case = |received_on| Case { person, employer, acquired_on, received_on, source };
        let of_cover = case(acquired_on);
        let stored = keep::history(conn, &of_cover)?;
        let mut wanted = stored.clone();
        for office in gone {
            wanted.offices.retain(|o| o.office_id != office.office_id);
            settle_without(&mut wanted, &case(office.received_on), office)?;
        }
        keep::keep(conn, act, &of_cover, (&stored, &wanted))?;
    }
    for office in gone {
        members::close_office(conn, act, office.office_id)?;
    }
    Ok(())
}
fn require_day(conn: &mut PgConnection, case: &Case, day: NaiveDate) -> Result<(), Problem> {
    let covers = members::covers(conn, case.person)?;
    match keep::begun_on(&covers, case.acquired_on) {
        Some(cover) if cover.has(day) => Ok(()),
        Some(cover) if day < cover.acquired_on => Err(before_acquisition("/starts_on")),
        _ => Err(after_loss().placed("/starts_on")),
    }
}
/// The month in which an office was to begin that never was, decided without it, where a decision begins there.
/// # Errors
/// As of `decide`.
pub fn settle_without(wanted: &mut History, case: &Case, gone: &OfficeRow) -> Result<(), Problem> {
    let month = Month::of(gone.from_on);
    if wanted.entries.iter().any(|e| e.from == month) {
        settle(wanted, case, month)?;
    }
    Ok(())
}
/// The month in which an office begins that comes back, decided with it, where it is a month of the cover.
/// # Errors
/// As of `decide`.
pub fn settle_with(wanted: &mut History, case: &Case, back: &OfficeRow) -> Result<(), Problem> {
    let month = Month::of(back.from_on);
    if wanted.until.is_none_or(|until| month < until) {
        settle(wanted, case, month)?;
    }
    Ok(())
}
/// Decides the month in which the offices change: a decision that begins there is made anew with them, else they make one.
fn settle(wanted: &mut History, case: &Case, month: Month) -> Result<Option<Uuid>, Problem> {
    let origin = Origin { employer: wanted.principal, ..case.origin() };
    let there = wanted.entries.iter().find(|e| e.from == month).cloned();
    if let Some(there) = there.as_ref().filter(|e| e.rule.0 != TwoOffices::ID)
        && let Some(facts) = Facts::read(&there.rule.0, &there.told.0)?
    {
        let facts = wanted.rest(facts, month, there.employer);
        return match wanted.decide(&facts, there.origin(), Occasion::Redecided) {
            // the office that reported it ends
            Err(refused) if refused.code == "no-second-office" => {
                wanted.take_back(&there.rule.0, month)?;
                Ok(wanted.entries.iter().find(|e| e.from == month).map(|e| e.decision_id))
            }
            decided => decided.map(Some),
        };
    }
    if there.is_some() && !wanted.has_several(month) {
        wanted.take_back(TwoOffices::ID, month)?;
        return Ok(None);
    }
    wanted.decide(&Facts::Offices(month), origin, Occasion::Form).map(Some)
}
impl OfficePlan {
    /// The months from which other decisions hold.
    pub fn changes(&self) -> Vec<PayChange> {
        self.plan.changes()
    }
    /// Keeps it.
    /// # Errors
    /// Database errors.
    pub fn keep<Op: Operation>(self, tx: &mut Tx<'_>, permit: &Permit<Op>) -> Result<Decided, Problem> {
        let act = Act::permitted(tx, permit, self.office.source)?;
        if self.is_gone {
            members::close_office(tx.conn(), &act, self.office.office_id)?;
        } else {
            members::put_office(tx.conn(), &act, self.person, &self.office)?;
        }
        if let (Some(employer), Some(until_on)) = (self.office.employer_id, self.office.until_on) {
            bonus_months::end_of_office(tx.conn(), &act, (self.person, employer), until_on)?;
        }
        self.plan.keep(tx, permit)
    }
}
