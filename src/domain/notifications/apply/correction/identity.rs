//! Corrections and changes of who a person is: day of birth, name, addresses.
use super::{
    super::super::{AddressChangeReport, BirthDateCorrection, NameChangeReport, model::NotificationRow},
    super::received_on,
    Against, Eyes, Line, cover,
};
use crate::{
    domain::{
        dependents::{self, UnderRow},
        members::{self, CoverNamed, RecordedCover},
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::kana,
};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// A person is born on another day than is recorded.
pub struct BirthPlan {
    recorded: NaiveDate,
    right: NaiveDate,
    cover: cover::CoverPlan,
}
impl BirthPlan {
    /// What changes, before and after.
    pub fn lines(&self, eyes: Eyes) -> Vec<Line> {
        let born = |day: NaiveDate| Some(day.to_string());
        let mut all = vec![Line::new("member", "birth_on", born(self.recorded), born(self.right))];
        all.extend(self.cover.lines(eyes));
        all
    }
    /// Writes it; gives what payroll is told.
    /// # Errors
    /// As of a correction of the cover.
    pub fn write<Op: Operation>(
        self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        row: &NotificationRow,
    ) -> Result<Value, Problem> {
        let person = self.cover.cover.person_id;
        members::correct_birth(tx, permit, person, self.right, (received_on(row), row.id))?;
        let aged = self.cover.aged(self.right);
        let told = self.cover.write(tx, permit, row)?;
        if let Some(aged) = aged {
            let act = Act::permitted(tx, permit, Some(row.id))?;
            aged.keep(tx.conn(), &act)?;
        }
        Ok(told)
    }
}
/// 生年月日訂正: for all days, with what follows for the cover that runs or was lost at 75.
/// # Errors
/// Database errors.
pub fn birth(
    tx: &mut Tx<'_>,
    (at, eyes): ((Uuid, Uuid), Eyes),
    f: &BirthDateCorrection,
) -> Result<Result<BirthPlan, Against>, Problem> {
    let Some(cover) = members::recorded_cover(tx, at, CoverNamed::RunningOrAt75)? else {
        return Ok(Err(Against::CoverNotFound));
    };
    let (recorded, right) = (f.birth_on, f.corrected_birth_on);
    if !members::is_recorded_as(tx, at.0, (&f.name_kana, recorded))? {
        return Ok(Err(Against::OtherIdentity));
    }
    Ok(cover::born(tx, (cover, eyes), right)?.map(|cover| BirthPlan { recorded, right, cover }))
}
fn running(tx: &mut Tx<'_>, at: (Uuid, Uuid)) -> Result<Result<RecordedCover, Against>, Problem> {
    Ok(members::recorded_cover(tx, at, CoverNamed::Running)?.ok_or(Against::CoverNotFound))
}
/// 氏名変更(訂正).
/// # Errors
/// Database errors.
pub fn name(
    tx: &mut Tx<'_>,
    at: (Uuid, Uuid),
    f: &NameChangeReport,
) -> Result<Result<Vec<Line>, Against>, Problem> {
    let cover = match running(tx, at)? {
        Ok(cover) => cover,
        Err(against) => return Ok(Err(against)),
    };
    if f.changed_on.is_some_and(|day| day < cover.acquired_on) {
        return Ok(Err(Against::OutsideCover));
    }
    if !members::is_recorded_as(tx, at.0, (&f.name_kana, f.birth_on))? {
        return Ok(Err(Against::OtherIdentity));
    }
    let today = tx.today();
    if members::holds_name(tx, at.0, &f.rename(today, None))? {
        return Ok(Err(Against::NothingNew));
    }
    let before = members::current_name(tx, at.0)?;
    let after = kana::display_name(&f.changed_name);
    Ok(Ok(vec![
        Line::new("member", "name", before, Some(after)),
        Line::new("member", "name_kana", Some(f.name_kana.clone()), Some(f.changed_name_kana.clone())),
    ]))
}
/// Writes another name; gives what payroll is told.
/// # Errors
/// As of [`members::rename`].
pub fn write_name<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, person): (&NotificationRow, Uuid),
    f: &NameChangeReport,
) -> Result<Value, Problem> {
    members::rename(tx, permit, person, &f.rename(received_on(row), Some(row.id)))?;
    told(tx, permit, person)
}
/// What payroll is told of the insured person.
/// # Errors
/// Database errors.
pub fn told<Op: Operation>(tx: &mut Tx<'_>, permit: &Permit<Op>, person: Uuid) -> Result<Value, Problem> {
    let member = members::written(tx, permit, person)?;
    Ok(
        json!({ "member_id": person, "symbol": member.symbol, "number": member.number, "branch": member.branch,
               "acquired_on": member.acquired_on, "dependents": [] }),
    )
}
/// A person lives elsewhere, and some dependents with it.
pub struct AddressPlan {
    lines: Vec<Line>,
    with: Vec<UnderRow>,
}
impl AddressPlan {
    /// What changes, before and after.
    pub fn lines(&self) -> Vec<Line> {
        self.lines.clone()
    }
    /// Writes it; gives what payroll is told.
    /// # Errors
    /// 409 `nothing-new` when everybody's address is recorded like that.
    pub fn write<Op: Operation>(
        self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        (row, person): (&NotificationRow, Uuid),
        f: &AddressChangeReport,
    ) -> Result<Value, Problem> {
        let received = received_on(row);
        let mut has_changed = members::move_address(tx, permit, person, &f.moved(received, Some(row.id)))?;
        for d in &self.with {
            let from = f.changed_on.max(d.recognised_on);
            let moved = f.moved_with(from, received, Some(row.id));
            has_changed |= members::move_address(tx, permit, d.person_id, &moved)?;
        }
        if !has_changed {
            return Err(Against::NothingNew.problem());
        }
        told(tx, permit, person)
    }
}
/// 住所変更.
/// # Errors
/// Database errors.
pub fn address(
    tx: &mut Tx<'_>,
    at: (Uuid, Uuid),
    f: &AddressChangeReport,
) -> Result<Result<AddressPlan, Against>, Problem> {
    let cover = match running(tx, at)? {
        Ok(cover) => cover,
        Err(against) => return Ok(Err(against)),
    };
    if f.changed_on < cover.acquired_on {
        return Ok(Err(Against::OutsideCover));
    }
    // whoever is protected may live elsewhere by now: the insured person says nothing of where
    let is_with = |d: &UnderRow| d.lives_together != Some(false) && d.removed_on.is_none() && !d.is_protected;
    let mut with = if f.dependents_too { dependents::under_cover(tx, &cover)? } else { Vec::new() };
    with.retain(is_with);
    let from = || Some(f.changed_on.to_string());
    let mut lines = Vec::new();
    for (field, is_stated) in [
        ("resident_address", f.resident_address.is_some()),
        ("contact_address", f.contact_address.is_some()),
        ("phone", f.phone.is_some()),
    ] {
        if is_stated {
            lines.push(Line::new("member", field, None, from()));
        }
    }
    if f.dependents_too {
        // one line, however many it moves: a count would tell who is protected
        lines.push(Line::new("dependent", "resident_address", None, from()));
    }
    Ok(Ok(AddressPlan { lines, with }))
}
