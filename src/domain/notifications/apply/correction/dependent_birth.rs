//! 被扶養者の生年月日訂正: a dependent is named by the 枝番 under the insured person's number, and was born on another day than is recorded.
use super::{
    super::super::{BirthDateCorrection, model::NotificationRow},
    super::received_on,
    Against, Eyes, Line, identity,
};
use crate::{
    domain::{
        dependents::{self, Fate, UnderRow},
        losses::{AT_75, Aged},
        members::{self, CoverNamed},
        remuneration::LossAtSeventyFiveInput,
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// A dependent is born on another day than is recorded.
pub struct DependentBirthPlan {
    insured: Uuid,
    dependent: UnderRow,
    right: NaiveDate,
    fate: Fate,
}
/// What becomes of the dependent; the ages of the law follow the day of birth by themselves.
/// # Errors
/// Database errors.
pub fn plan(
    tx: &mut Tx<'_>,
    (at, eyes): ((Uuid, Uuid), Eyes),
    (f, branch): (&BirthDateCorrection, &str),
) -> Result<Result<DependentBirthPlan, Against>, Problem> {
    let Some(cover) = members::recorded_cover(tx, at, CoverNamed::RunningOrAt75)? else {
        return Ok(Err(Against::CoverNotFound));
    };
    if !members::is_recorded_as(tx, at.0, (&f.name_kana, f.birth_on))? {
        return Ok(Err(Against::OtherIdentity));
    }
    // who left for another reason is not the employer's any more
    let is_there = |d: &UnderRow| {
        let why = d.removal_reason.as_deref();
        d.branch == branch && (d.removed_on.is_none() || why == Some("age_75") || why == Some("insured_lost"))
    };
    let Some(dependent) = dependents::under_cover(tx, &cover)?.into_iter().find(is_there) else {
        return Ok(Err(Against::DependentNotFound));
    };
    if Some(dependent.birth_on) != f.dependent_birth_on {
        return Ok(Err(Against::OtherIdentity));
    }
    let mut facts = dependents::facts_of(tx, &dependent, &[dependent.dependent_id])?;
    if eyes == Eyes::Employer {
        facts.elsewhere.clear();
    }
    // whoever is insured or recognised elsewhere by now is corrected there
    if facts.elsewhere.iter().any(|(_, until)| until.is_none()) {
        return Ok(Err(Against::DependentElsewhere));
    }
    let right = f.corrected_birth_on;
    Ok(match dependents::born(&facts, right, cover.days(), tx.today()) {
        Ok(fate) => Ok(DependentBirthPlan { insured: at.0, dependent, right, fate }),
        Err(fault) => Err(fault.into()),
    })
}
impl DependentBirthPlan {
    /// What changes, before and after.
    pub fn lines(&self) -> Vec<Line> {
        let day = |d: Option<NaiveDate>| d.map(|d| d.to_string());
        let was = &self.dependent;
        let mut all =
            vec![Line::new("dependent", "birth_on", day(Some(was.birth_on)), day(Some(self.right)))];
        if let Fate::Changed { recognised_on, removed } = &self.fate {
            let removed = removed.as_ref().map(|r| r.0);
            if *recognised_on != was.recognised_on {
                let before = day(Some(was.recognised_on));
                all.push(Line::new("dependent", "recognised_on", before, day(Some(*recognised_on))));
            }
            if removed != was.removed_on {
                all.push(Line::new("dependent", "removed_on", day(was.removed_on), day(removed)));
            }
        }
        all
    }
    /// Writes it; gives what payroll is told.
    /// # Errors
    /// 409 when the days meet other cover.
    pub fn write<Op: Operation>(
        self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        row: &NotificationRow,
    ) -> Result<Value, Problem> {
        let Self { insured, dependent, right, fate } = self;
        let act = Act::permitted(tx, permit, Some(row.id))?;
        members::correct_birth(tx, permit, dependent.person_id, right, (received_on(row), row.id))?;
        dependents::write_fate(tx.conn(), &act, &dependent, &fate)?;
        if let Fate::Changed { recognised_on, removed: Some((_, reason)) } = &fate
            && reason == AT_75
        {
            let (birth_on, acquired_on) = (right, *recognised_on);
            let facts =
                LossAtSeventyFiveInput { birth_on, acquired_on, is_dependent: true, is_continuing: false };
            Aged { cover: dependent.dependent_id, facts }.keep(tx.conn(), &act)?;
        }
        let mut told = identity::told(tx, permit, insured)?;
        let (recognised_on, removed_on) = match fate {
            Fate::Changed { recognised_on, removed } => {
                members::known_from(tx, permit, dependent.person_id, recognised_on)?;
                (recognised_on, removed.map(|r| r.0))
            }
            _ => (dependent.recognised_on, dependent.removed_on),
        };
        let mut one = json!({ "slot": "corrected", "dependent_id": dependent.dependent_id, "person_id": dependent.person_id,
                              "branch": dependent.branch, "recognised_on": recognised_on });
        if let Some(removed) = removed_on {
            one["removed_on"] = json!(removed);
        }
        told["dependents"] = json!([one]);
        tx.note(|n| n.left([dependent.person_id], &[]));
        Ok(told)
    }
}
