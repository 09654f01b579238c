//! What a chunk of a run makes of its forms: read, each of another person, and decided by what is stored. Nothing is written here.
use super::{
    super::{Form, RegularReport, apply},
    model::{FormRow, LaneRow, LeftRow, Progress, RevisionRow, RunRow},
    store,
};
use crate::{
    domain::{
        members::{self, Cover},
        remuneration::{self, Many, Plan},
    },
    kernel::{
        Kind, Problem, clock,
        errand::{Act, Errand},
    },
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use std::collections::HashSet;
use uuid::Uuid;

/// A form of a chunk, read, and whom it is about by what is known now: found at intake, or by name.
pub struct Waiting {
    row: FormRow,
    form: Option<Form>,
    person: Option<Uuid>,
}
/// Reads forms and finds whom they are about.
/// # Errors
/// Database errors.
pub fn read(conn: &mut PgConnection, rows: Vec<FormRow>) -> Result<Vec<Waiting>, Problem> {
    let mut forms: Vec<Waiting> = rows
        .into_iter()
        .map(|mut row| Waiting {
            form: row.form.take().and_then(|form| serde_json::from_value(form).ok()), // else it is left with an alarm
            person: row.person_id,
            row,
        })
        .collect();
    let unknown = |f: &Waiting| f.person.is_none() && f.form.as_ref().and_then(apply::named).is_some();
    let names: Vec<(Uuid, members::Named<'_>)> = forms
        .iter()
        .filter(|f| unknown(f))
        .filter_map(|f| Some((f.row.employer_id, apply::named(f.form.as_ref()?)?)))
        .collect();
    let found = members::find_named_at(conn, &names)?;
    for (form, person) in forms.iter_mut().filter(|f| unknown(f)).zip(found) {
        form.person = person;
    }
    Ok(forms)
}
/// The forms up to the first one of somebody whom an earlier one is about, which the next chunk decides on what this one did; and the
/// last of them, or the last that was looked for.
pub fn each_once(mut forms: Vec<Waiting>, last: Uuid) -> (Vec<Waiting>, Uuid) {
    let mut people = HashSet::new();
    let again = forms.iter().position(|f| f.person.is_some_and(|p| !people.insert(p)));
    forms.truncate(again.unwrap_or(forms.len()));
    let position = again.and_then(|_| forms.last()).map_or(last, |f| f.row.id);
    (forms, position)
}

/// What came of the forms of a chunk.
pub struct Seen<'a> {
    /// Who decides, when.
    pub act: Act,
    /// Decided.
    pub decided: Vec<Decided<'a>>,
    /// Left.
    pub left: Vec<LeftRow>,
}
/// A form that is decided: for which cover, and what that does.
pub struct Decided<'a> {
    /// The form.
    pub row: &'a FormRow,
    /// Insured person.
    pub person: Uuid,
    /// For which cover.
    pub cover: Cover,
    /// What that does.
    pub plan: Plan,
}
impl Seen<'_> {
    /// For whom, by whose form.
    pub fn foreseen(&self) -> Vec<(Uuid, Uuid)> {
        self.decided.iter().map(|d| (d.person, d.row.employer_id)).collect()
    }
    /// Whose remuneration is decided, and who was only looked at.
    pub fn people(&self) -> (Vec<Uuid>, Vec<Uuid>) {
        let decided = self.decided.iter().map(|d| d.person).collect();
        (decided, self.left.iter().filter_map(|l| l.person_id).collect())
    }
    /// By how far the chunk moves its lane on.
    /// # Errors
    /// 503 when what is stored of the lane can't be read.
    pub fn progress(&self, lane: &LaneRow, position: Uuid) -> Result<Progress, Problem> {
        let mut changes = lane.changes()?;
        for up in self.decided.iter().filter_map(|d| d.plan.grades_up()) {
            *changes.entry(up).or_default() += 1;
        }
        let first = self.decided.iter().filter(|d| d.plan.grades_up().is_none()).count();
        Ok(Progress { position, decided: self.decided.len(), left: self.left.len(), first, changes })
    }
}
/// Decides every form that the rule can decide. The people are held before anything is read of them, but for a dry run, which holds
/// nobody.
/// # Errors
/// Database errors; 409 when those before it take too long; 409 `person-merged` when somebody was merged into another id since the forms were
/// read, so that they are read once more.
pub fn look<'a>(
    conn: &mut PgConnection,
    errand: &Errand,
    run: &RunRow,
    forms: &'a [Waiting],
) -> Result<Seen<'a>, Problem> {
    let all: Vec<Uuid> = forms.iter().filter_map(|f| f.person).collect();
    let recorded = if run.is_dry {
        None
    } else {
        members::hold(conn, &all)?;
        members::require_all_current(conn, &all)?;
        members::recorded_last(conn, &all)?
    };
    let act = Act::ordered(errand, run.requested_by, recorded);
    let known = Known {
        today: errand.today(),
        foreseen: store::foreseen(conn, run, &all)?.into_iter().collect(),
        many: Many::of(conn, &act, &all, run.september())?,
        revisions: revisions(conn, run, forms)?,
        september: run.september(),
    };
    let mut seen = Seen { act, decided: Vec::with_capacity(forms.len()), left: Vec::new() };
    for waiting in forms {
        match known.decide(waiting) {
            Ok(decided) => seen.decided.push(decided),
            Err(problem) => seen.left.push(left(waiting, problem)),
        }
    }
    Ok(seen)
}
/// The reports of revisions that wait for the people of a chunk.
fn revisions(
    conn: &mut PgConnection,
    run: &RunRow,
    forms: &[Waiting],
) -> Result<HashSet<(Uuid, Whose)>, Problem> {
    let employers: HashSet<Uuid> = forms.iter().map(|f| f.row.employer_id).collect();
    let employers: Vec<Uuid> = employers.into_iter().collect();
    let people: Vec<Uuid> = forms.iter().filter_map(|f| f.person).collect();
    let numbers: Vec<&str> = forms.iter().filter_map(|f| f.form.as_ref()?.office_number()).collect();
    let found = store::revisions_waiting(conn, run, (&employers, &people, &numbers))?;
    let of = |r: RevisionRow| {
        let person = r.person_id.map(Whose::Person).into_iter();
        person.chain(r.office_number.map(Whose::Number)).map(move |whose| (r.employer_id, whose))
    };
    Ok(found.into_iter().flat_map(of).collect())
}
/// Whom a form names.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Whose {
    Person(Uuid),
    Number(String),
}
/// What is stored of the people of a chunk.
struct Known {
    today: NaiveDate,
    /// For whom, by whose form, an earlier chunk of this dry run foresaw a decision.
    foreseen: HashSet<(Uuid, Uuid)>,
    many: Many,
    /// Of whom a report of a revision waits, by employer.
    revisions: HashSet<(Uuid, Whose)>,
    september: Month,
}
impl Known {
    /// What accepting the form alone would do, or refuse.
    fn decide<'a>(&self, waiting: &'a Waiting) -> Result<Decided<'a>, Problem> {
        let row = &waiting.row;
        let Some(Form::RegularReport(f)) = &waiting.form else {
            return Err(Problem::unavailable("stored-form-unreadable"));
        };
        if row.carries_number {
            return Err(number_waits());
        }
        let there = |person: Uuid, day| self.many.cover_at(person, row.employer_id, day);
        let person = waiting.person.filter(|p| there(*p, self.today).is_some());
        let person = person.ok_or_else(apply::person_not_found)?;
        let cover = there(person, f.applies_from.first_day()).ok_or_else(apply::person_not_found)?;
        let case = remuneration::Case {
            person,
            employer: row.employer_id,
            acquired_on: cover.acquired_on,
            received_on: clock::jst_date(row.received_at),
            source: Some(row.id),
        };
        if f.two_or_more_offices {
            self.many.require_offices(person, f.applies_from)?;
        }
        let pay = apply::regular(f, None)?;
        if self.foreseen.contains(&(person, row.employer_id)) {
            return Err(remuneration::already_determined());
        }
        let plan = self.many.plan(&case, pay, f.changed_in_april())?;
        self.require_no_revision(&case, f)?;
        Ok(Decided { row, person, cover, plan })
    }
    /// No revision from July to September is told of that is not decided: it would take the place of the determination (健康保険法41条3項). Of one
    /// form alone a clerk looks for that.
    fn require_no_revision(&self, case: &remuneration::Case, f: &RegularReport) -> Result<(), Problem> {
        let waits = |whose: Whose| self.revisions.contains(&(case.employer, whose));
        let by_number = f.office_number.as_ref().is_some_and(|n| waits(Whose::Number(n.clone())));
        if by_number || waits(Whose::Person(case.person)) {
            return Err(revision_waits());
        }
        let barring = self.september.plus(-2)..=self.september;
        if barring.contains(&f.previous_revised_in) && !self.many.begins_in(case.person, barring) {
            return Err(previous_differs());
        }
        Ok(())
    }
}
fn revision_waits() -> Problem {
    Problem::conflict(
        "revision-waits",
        "7月から9月までの改定の届書が審査を待っています。先にその届書を審査してください",
        "A report of a revision from July to September waits: decide it first",
    )
}
fn previous_differs() -> Problem {
    Problem::conflict(
        "previous-differs",
        "従前改定月が7月から9月ですが、その月からの標準報酬月額が登録されていません。月額変更届を確認してください",
        "The form names a revision from July to September, and none is stored: look for its report",
    )
}
/// Using a number needs the privilege of a person who decides.
fn number_waits() -> Problem {
    Problem::conflict(
        "number-waits",
        "個人番号が記載された届です。個人番号を扱える職員が審査してください",
        "A personal number waits with the form: somebody with the privilege decides it",
    )
}
/// A form that is left, with the words of the refusal. Nothing but what is stored was looked at: what is neither a conflict nor wrong input is
/// a record that can't be read, which no further try mends. It alarms, and does not keep the others waiting.
fn left(waiting: &Waiting, problem: Problem) -> LeftRow {
    if matches!(problem.kind, Kind::Conflict | Kind::Invalid) {
        return left_with(&waiting.row, waiting.person, problem);
    }
    let (notification, code) = (waiting.row.id, problem.code);
    tracing::error!(%notification, code, "ALARM: what is stored of a form can't be read: it is left");
    let told = problem.because(
        code,
        "保存された記録を読み取れません。システム管理者に連絡してください",
        "What is stored can't be read: tell the operators",
    );
    left_with(&waiting.row, waiting.person, told)
}
/// A form that is left, with the code and the words of a problem.
pub fn left_with(row: &FormRow, person: Option<Uuid>, problem: Problem) -> LeftRow {
    let wrong = problem.errors.into_iter().next();
    let words = problem.detail.or_else(|| Some(wrong?.said));
    let (reason_ja, reason_en) = words.unwrap_or_default();
    LeftRow {
        notification_id: row.id,
        employer_id: row.employer_id,
        person_id: person,
        reason: problem.code.into(),
        reason_ja,
        reason_en,
    }
}
