//! What accepting a notification does to members and dependents, in the transaction of the decision.
use super::{
    Acquisition, Change, DependentChange, Form, Loss, OtherEntry, Slot, SpouseEntry, model::NotificationRow,
};
use crate::{
    domain::{dependents, employers, members},
    kernel::{Kind, Operation, Permit, Problem, Tx, clock, vault::Registration},
};
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where a decision acts.
pub struct Case<'a> {
    /// The notification.
    pub row: &'a NotificationRow,
    /// Person that staff named (名寄せ), for an acquisition.
    pub person: Option<Uuid>,
}
/// Who was concerned, and the result that payroll needs.
pub struct Applied {
    /// Insured person.
    pub person: Uuid,
    /// 記号・番号・枝番, dates.
    pub result: Value,
}

/// Applies a form.
/// # Errors
/// 409 when the state of the society does not allow it.
pub fn apply<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    form: &Form,
) -> Result<Applied, Problem> {
    match form {
        Form::QualificationAcquisition(f) => acquire(tx, permit, case, f),
        Form::QualificationLoss(f) => lose(tx, permit, case, f),
        Form::DependentChange(f) => change_dependents(tx, permit, case, f),
    }
}
fn received_on(row: &NotificationRow) -> NaiveDate {
    clock::jst_date(row.received_at)
}
/// 種別 as the sex of a person; a class that does not tell it is unset.
pub fn person_sex(s: super::Sex) -> &'static str {
    s.person_sex().map_or("unset", |s| s.as_str())
}
fn spouse_sex(r: super::SpouseRelationship) -> &'static str {
    match r {
        super::SpouseRelationship::Husband | super::SpouseRelationship::HusbandUnregistered => "male",
        _ => "female",
    }
}
/// 75th birthday: cover ends on the day itself (高齢者の医療の確保に関する法律50条; the birthday, not the eve).
pub fn birthday_75(birth_on: NaiveDate) -> Option<NaiveDate> {
    let year = birth_on.year() + 75;
    NaiveDate::from_ymd_opt(year, birth_on.month(), birth_on.day())
        .or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
}

/// What was filed ahead is decided from the day of its event on.
fn wait_for(tx: &Tx<'_>, day: NaiveDate) -> Result<(), Problem> {
    if day <= tx.today() {
        return Ok(());
    }
    Err(Problem::conflict(
        "not-yet",
        "資格取得日・認定日がまだ到来していません",
        "The day of the event is still to come",
    ))
}
fn acquire<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    f: &Acquisition,
) -> Result<Applied, Problem> {
    wait_for(tx, f.acquired_on)?;
    let row = case.row;
    let address = f.resident_address.clone().unwrap_or_default();
    let identity = members::IdentityFacts {
        name: f.name.clone().unwrap_or_else(|| f.name_kana.clone()),
        name_kana: f.name_kana.clone(),
        birth_on: f.birth_on,
        sex: f.sex.map_or("unset", person_sex),
        resident: (address.postal_code, address.text, address.kana),
        valid_from: f.acquired_on,
        reason: "acquisition",
        received_on: received_on(row),
        source: Some(row.id),
    };
    let person = match case.person {
        Some(person) => {
            let person = known(tx, person)?;
            require_same(tx, person, &f.name_kana, f.birth_on)?;
            person
        }
        None => members::new_person(tx, permit, &identity, missing_reason(f))?,
    };
    move_number(tx, row.id, Slot::Insured, person)?;
    let symbol = employers::symbol_of(tx, row.employer_id, f.acquired_on)?;
    let number = match &f.insured_number {
        Some(n) => employers::take_number(tx.conn(), &symbol, n)?,
        None => employers::next_number(tx.conn(), &symbol)?,
    };
    members::enrol(
        tx,
        permit,
        &members::Enrol {
            person,
            employer: row.employer_id,
            number: (symbol.clone(), number.clone()),
            office_number: f.office_number.clone(),
            acquired_on: f.acquired_on,
            reason: if case.person.is_some() { "rejoined" } else { "new" },
            received_on: received_on(row),
            planned_loss_on: birthday_75(f.birth_on),
            short_time_worker: f.short_time_worker,
            remuneration_yen: Some(f.total_yen),
            source: Some(row.id),
        },
    )?;
    let result = json!({ "member_id": person, "symbol": symbol, "number": number, "branch": "00",
                         "acquired_on": f.acquired_on, "dependents": [] });
    Ok(Applied { person, result })
}
/// The person that staff named exists.
fn known(tx: &mut Tx<'_>, person: Uuid) -> Result<Uuid, Problem> {
    match members::current_name(tx, person)? {
        Some(_) => Ok(person),
        None => Err(Problem::new(Kind::Invalid).at(
            "/person_id",
            "unknown-person",
            "該当する方がいません / there is no such person",
        )),
    }
}
/// 名寄せ: the person that staff named has the reading and the birth day of the form; a slip must not move a number to a stranger.
fn require_same(tx: &mut Tx<'_>, person: Uuid, kana: &str, birth_on: NaiveDate) -> Result<(), Problem> {
    if members::is_same(tx, person, kana, birth_on)? {
        return Ok(());
    }
    Err(Problem::conflict(
        "person-differs",
        "指定された人と届書の氏名の振り仮名・生年月日が一致しません",
        "The person named has another reading or birth day than the form",
    ))
}
fn missing_reason(f: &Acquisition) -> &'static str {
    if f.no_resident_address_reason.is_some() { "no_resident_record" } else { "not_notified" }
}
/// Moves a number that waited with the notification into the register, if one waited.
fn move_number(tx: &mut Tx<'_>, notification: Uuid, slot: Slot, person: Uuid) -> Result<(), Problem> {
    let kernel = tx.kernel();
    let by = tx.actor()?.id;
    let Some(number) = kernel.vault.take_pending(tx.conn(), notification, slot.as_str())? else {
        return Ok(());
    };
    kernel.vault.register(
        tx.conn(),
        &kernel.clock,
        Registration { person, number: &number, reason: "notified", by },
    )
}

fn lose<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    f: &Loss,
) -> Result<Applied, Problem> {
    let row = case.row;
    let person = insured_of(tx, row, f.office_number.as_deref(), &f.name_kana, f.birth_on)?;
    if !row.carries_number {
        // the form names a person that the society knows; its number, if any, stays where it is
        tx.note(|n| n.persons.push(person));
    }
    // A loss never registers a number: it named the person, and is forgotten with the decision.
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    members::lose(
        tx,
        permit,
        (person, row.employer_id),
        f.lost_on,
        f.cause.as_str(),
        received_on(row),
        Some(row.id),
    )?;
    let ended = dependents::end_all(tx, permit, person, f.lost_on, Some(row.id))?;
    let member = members::written(tx, permit, person)?;
    let result = json!({ "member_id": person, "symbol": member.symbol, "number": member.number, "branch": member.branch,
                         "acquired_on": member.acquired_on, "lost_on": f.lost_on, "dependents_ended": ended, "dependents": [] });
    Ok(Applied { person, result })
}
/// The insured person that a form names: by 整理番号 with reading and birth day, else by reading and birth day alone.
/// # Errors
/// 409 `person-not-found`.
pub fn insured_of(
    tx: &mut Tx<'_>,
    row: &NotificationRow,
    office_number: Option<&str>,
    kana: &str,
    birth_on: NaiveDate,
) -> Result<Uuid, Problem> {
    if let Some(person) = row.person_id {
        // since the notification came, the person may have left for another employer
        let stays = members::is_insured_at(tx, person, row.employer_id)?;
        return if stays { Ok(person) } else { Err(person_not_found()) };
    }
    let named = members::Named { office_number, name_kana: kana, birth_on };
    let found = members::find_named(tx, row.employer_id, &[named])?;
    found.into_iter().next().flatten().ok_or_else(person_not_found)
}
fn person_not_found() -> Problem {
    Problem::conflict(
        "person-not-found",
        "該当する被保険者がいません",
        "No insured person of this employer is named by the form",
    )
}

fn change_dependents<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    f: &DependentChange,
) -> Result<Applied, Problem> {
    let row = case.row;
    let insured = insured_of(tx, row, f.office_number.as_deref(), &f.name_kana, f.birth_on)?;
    let mut done = Vec::new();
    if let Some(s) = &f.spouse {
        done.push(one(tx, permit, row, insured, f.change, &Entry::of_spouse(s))?);
    }
    for (slot, o) in [Slot::Other1, Slot::Other2].into_iter().zip(&f.others) {
        done.push(one(tx, permit, row, insured, f.change, &Entry::of_other(slot, o))?);
    }
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    let member = members::written(tx, permit, insured)?;
    let result = json!({ "member_id": insured, "symbol": member.symbol, "number": member.number, "branch": member.branch,
                         "acquired_on": member.acquired_on, "dependents": done });
    Ok(Applied { person: insured, result })
}

/// What both kinds of entry have in common.
struct Entry<'a> {
    slot: Slot,
    kana: &'a str,
    name: Option<&'a str>,
    birth_on: NaiveDate,
    sex: &'static str,
    relationship: &'static str,
    lives_together: Option<bool>,
    occupation: Option<&'static str>,
    income_yen: Option<i64>,
    address: super::Address,
    became: (Option<NaiveDate>, Option<&'static str>),
    ceased: (Option<NaiveDate>, Option<&'static str>),
}
impl<'a> Entry<'a> {
    fn of_spouse(s: &'a SpouseEntry) -> Self {
        Self {
            slot: Slot::Spouse,
            kana: &s.name_kana,
            name: s.name.as_deref(),
            birth_on: s.birth_on,
            sex: spouse_sex(s.relationship),
            relationship: s.relationship.as_str(),
            lives_together: s.living.map(|l| l == super::Living::Together),
            occupation: s.occupation.map(|o| o.as_str()),
            income_yen: s.income_yen,
            address: s.address.clone().unwrap_or_default(),
            became: (s.became_on, s.reason.map(|r| r.as_str())),
            ceased: (s.ceased_on, s.removal_reason.map(|r| r.as_str())),
        }
    }
    fn of_other(slot: Slot, o: &'a OtherEntry) -> Self {
        Self {
            slot,
            kana: &o.name_kana,
            name: o.name.as_deref(),
            birth_on: o.birth_on,
            sex: o.sex.map_or("unset", |s| s.as_str()),
            relationship: o.relationship.as_str(),
            lives_together: o.living.map(|l| l == super::Living::Together),
            occupation: o.occupation.map(|o| o.as_str()),
            income_yen: o.income_yen,
            address: o.address.clone().unwrap_or_default(),
            became: (o.became_on, o.reason.map(|r| r.as_str())),
            ceased: (o.ceased_on, o.removal_reason.map(|r| r.as_str())),
        }
    }
}
fn one<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    insured: Uuid,
    change: Change,
    e: &Entry<'_>,
) -> Result<Value, Problem> {
    let missing =
        || Problem::new(Kind::Conflict).because("date-missing", "年月日がありません", "A date is missing");
    match change {
        Change::Added => recognise(tx, permit, row, insured, e, e.became.0.ok_or_else(missing)?),
        Change::Removed => {
            let on = e.ceased.0.ok_or_else(missing)?;
            let d = found(tx, insured, e)?;
            dependents::remove(tx, permit, d.dependent_id, on, e.ceased.1.unwrap_or("other"), Some(row.id))?;
            Ok(
                json!({ "slot": e.slot.as_str(), "dependent_id": d.dependent_id, "person_id": d.person_id, "branch": d.branch,
                       "removed_on": on }),
            )
        }
        Change::Changed => {
            let d = found(tx, insured, e)?;
            members::correct_name(tx, permit, d.person_id, (e.name, e.kana), row.id)?;
            Ok(
                json!({ "slot": e.slot.as_str(), "dependent_id": d.dependent_id, "person_id": d.person_id, "branch": d.branch }),
            )
        }
    }
}
fn found(tx: &mut Tx<'_>, insured: Uuid, e: &Entry<'_>) -> Result<dependents::Made, Problem> {
    dependents::find_under(tx, insured, e.kana, e.birth_on)?.ok_or_else(|| {
        Problem::conflict(
            "dependent-not-found",
            "該当する被扶養者がいません",
            "No dependent of this insured person is named by the form",
        )
    })
}
fn recognise<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    insured: Uuid,
    e: &Entry<'_>,
    on: NaiveDate,
) -> Result<Value, Problem> {
    wait_for(tx, on)?;
    let identity = members::IdentityFacts {
        name: e.name.unwrap_or(e.kana).to_owned(),
        name_kana: e.kana.to_owned(),
        birth_on: e.birth_on,
        sex: e.sex,
        resident: (e.address.postal_code.clone(), e.address.text.clone(), e.address.kana.clone()),
        valid_from: on,
        reason: "recognition",
        received_on: received_on(row),
        source: Some(row.id),
    };
    // Who was recognised under this insured person before is the same human being.
    let person = match dependents::former(tx, insured, e.kana, e.birth_on)? {
        Some(person) => person,
        None => members::new_person(tx, permit, &identity, "not_notified")?,
    };
    move_number(tx, row.id, e.slot, person)?;
    let made = dependents::recognise(
        tx,
        permit,
        &dependents::Recognise {
            person,
            insured,
            employer: row.employer_id,
            relationship: e.relationship.to_owned(),
            lives_together: e.lives_together,
            occupation: e.occupation.map(Into::into),
            income_yen: e.income_yen,
            recognised_on: on,
            reason: e.became.1.unwrap_or("other").to_owned(),
            received_on: received_on(row),
            source: Some(row.id),
        },
    )?;
    Ok(
        json!({ "slot": e.slot.as_str(), "dependent_id": made.dependent_id, "person_id": person, "branch": made.branch,
               "recognised_on": on }),
    )
}
