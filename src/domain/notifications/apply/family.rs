//! What a 被扶養者(異動)届 does (健康保険法3条7項, 施行規則38条).
use super::{
    super::{
        Address, Change, DependentChange, Living, OtherEntry, Overseas, Slot, SpouseEntry,
        SpouseRelationship, model::NotificationRow,
    },
    Applied, move_number, received_on,
    recognition::{self, RecognitionStatement},
    wait_for,
};
use crate::{
    domain::{dependents, members},
    kernel::{Kind, Operation, Permit, Problem, Tx},
};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The entries that recognise somebody, each with its day; without those that lack it.
pub fn newcomer_entries(f: &DependentChange) -> impl Iterator<Item = (Entry<'_>, NaiveDate)> {
    let added = f.change == Change::Added;
    Entry::all(f).filter(move |_| added).filter_map(|e| e.became.0.map(|on| (e, on)))
}
/// The same as statements about persons.
pub fn newcomers(row: &NotificationRow, f: &DependentChange) -> Vec<(Slot, members::IdentityFacts)> {
    newcomer_entries(f).map(|(e, on)| (e.slot, e.facts(row, on))).collect()
}
/// Where entries are applied. Everybody in it is held.
pub struct Family<'a> {
    /// The notification.
    pub row: &'a NotificationRow,
    /// Insured person.
    pub insured: Uuid,
    /// Those that staff named as known, by place.
    pub persons: &'a BTreeMap<Slot, Uuid>,
    /// What staff states of those who are to be recognised.
    pub stated: &'a [RecognitionStatement],
}
/// Applies a 被扶養者(異動)届.
/// # Errors
/// 409 when a dependent is not found, or the cover does not allow it.
pub fn change<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Family<'_>,
    f: &DependentChange,
) -> Result<Applied, Problem> {
    let (row, insured) = (case.row, case.insured);
    let mut done = Vec::new();
    for entry in Entry::all(f) {
        done.push(one(tx, permit, case, f, &entry)?);
    }
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    let member = members::written(tx, permit, insured)?;
    let result = json!({ "member_id": insured, "symbol": member.symbol, "number": member.number, "branch": member.branch,
                         "acquired_on": member.acquired_on, "dependents": done });
    Ok(Applied::of(insured, result))
}

/// What both kinds of entry have in common.
pub struct Entry<'a> {
    /// Place on the form.
    pub slot: Slot,
    kana: &'a str,
    name: Option<&'a str>,
    /// Day of birth.
    pub birth_on: NaiveDate,
    sex: &'static str,
    /// 続柄, as a code.
    pub relationship: &'static str,
    /// 同居.
    pub lives_together: Option<bool>,
    /// 職業, as a code.
    pub occupation: Option<&'static str>,
    /// 収入(年収).
    pub income_yen: Option<i64>,
    /// 海外特例要件.
    pub overseas: Option<&'a Overseas>,
    address: Address,
    became: (Option<NaiveDate>, Option<&'static str>),
    ceased: (Option<NaiveDate>, Option<&'static str>),
}
impl<'a> Entry<'a> {
    fn all(f: &'a DependentChange) -> impl Iterator<Item = Self> {
        let others = [Slot::Other1, Slot::Other2].into_iter().zip(&f.others);
        f.spouse.iter().map(Self::of_spouse).chain(others.map(|(slot, o)| Self::of_other(slot, o)))
    }
    /// What the entry states of the person, from a day on.
    fn facts(&self, row: &NotificationRow, on: NaiveDate) -> members::IdentityFacts {
        members::IdentityFacts {
            name: self.name.map(str::to_owned),
            name_kana: self.kana.to_owned(),
            birth_on: self.birth_on,
            sex: self.sex,
            resident: (
                self.address.postal_code.clone(),
                self.address.text.clone(),
                self.address.kana.clone(),
            ),
            valid_from: on,
            reason: "recognition",
            received_on: received_on(row),
            source: Some(row.id),
        }
    }
    fn of_spouse(s: &'a SpouseEntry) -> Self {
        Self {
            slot: Slot::Spouse,
            kana: &s.name_kana,
            name: s.name.as_deref(),
            birth_on: s.birth_on,
            sex: spouse_sex(s.relationship),
            relationship: s.relationship.as_str(),
            lives_together: s.living.map(|l| l == Living::Together),
            occupation: s.occupation.map(|o| o.as_str()),
            income_yen: s.income_yen,
            overseas: s.overseas.as_ref(),
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
            lives_together: o.living.map(|l| l == Living::Together),
            occupation: o.occupation.map(|o| o.as_str()),
            income_yen: o.income_yen,
            overseas: o.overseas.as_ref(),
            address: o.address.clone().unwrap_or_default(),
            became: (o.became_on, o.reason.map(|r| r.as_str())),
            ceased: (o.ceased_on, o.removal_reason.map(|r| r.as_str())),
        }
    }
}
fn one<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Family<'_>,
    f: &DependentChange,
    e: &Entry<'_>,
) -> Result<Value, Problem> {
    let (row, insured) = (case.row, case.insured);
    let missing =
        || Problem::new(Kind::Conflict).because("date-missing", "年月日がありません", "A date is missing");
    match f.change {
        Change::Added => recognise(tx, permit, case, (f, e), e.became.0.ok_or_else(missing)?),
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
    case: &Family<'_>,
    (f, e): (&DependentChange, &Entry<'_>),
    on: NaiveDate,
) -> Result<Value, Problem> {
    wait_for(tx, on)?;
    let (row, insured) = (case.row, case.insured);
    dependents::require_cover(tx, insured, on)?;
    let identity = e.facts(row, on);
    let person = match case.persons.get(&e.slot) {
        Some(person) => {
            dependents::admit_dependent(tx, *person, on)?;
            members::restate(tx, permit, *person, &identity)?;
            *person
        }
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
    recognition::keep(tx, permit, (row, f, insured), (e, on), case.stated, made.dependent_id)?;
    Ok(
        json!({ "slot": e.slot.as_str(), "dependent_id": made.dependent_id, "person_id": person, "branch": made.branch,
               "recognised_on": on }),
    )
}
fn spouse_sex(r: SpouseRelationship) -> &'static str {
    match r {
        SpouseRelationship::Husband | SpouseRelationship::HusbandUnregistered => "male",
        _ => "female",
    }
}
