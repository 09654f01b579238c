//! Corrections of a cover: it never was, it goes on, it has other days (健康保険法35条, 36条). Everything that stands on it follows, or the
//! correction is refused with what stands against it.
use super::{
    super::super::{
        AcquisitionCancellation, LossCancellation, QualificationDateCorrection, model::NotificationRow,
    },
    Against, Eyes, Line,
    continued::{self, Continued},
};
use crate::{
    domain::{
        dependents::{self, Fate, UnderRow},
        employers,
        losses::{AT_75, Aged},
        members::{self, CoverDays, CoverNamed, EnrolmentType, RecordedCover, has_common_day},
        remuneration::{self, CorrectedCover, CorrectedPay, LossAtSeventyFiveInput},
        voluntary,
    },
    kernel::{Kind, Operation, Permit, Problem, Tx, errand::Act},
    values::period::birthday,
};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// 加入区分 of the cover that employers notify.
const COMPULSORY: &str = "compulsory";
/// What becomes of a cover and of all that stands on it.
pub struct CoverPlan {
    /// As it is recorded.
    pub cover: RecordedCover,
    new: Option<CoverDays>,
    planned_loss_on: Option<NaiveDate>,
    dependents: Vec<(UnderRow, Fate)>,
    continued: Option<(Continued, Vec<(UnderRow, Fate)>)>,
    pay: CorrectedPay,
}
/// A plan, or what stands against it.
pub type Planned = Result<Result<CoverPlan, Against>, Problem>;

/// The cover that a form names.
/// # Errors
/// Database errors.
pub fn named(tx: &mut Tx<'_>, at: (Uuid, Uuid), which: CoverNamed) -> Result<Option<RecordedCover>, Problem> {
    Ok(members::recorded_cover(tx, at, which)?.filter(|c| c.enrolment_type == COMPULSORY))
}
/// 資格取得取消: the cover never was. A loss that came with a form is cancelled first; one by the calendar goes with the cover.
/// # Errors
/// Database errors.
pub fn no_acquisition(
    tx: &mut Tx<'_>,
    (at, eyes): ((Uuid, Uuid), Eyes),
    f: &AcquisitionCancellation,
) -> Planned {
    match named(tx, at, CoverNamed::Acquired(f.acquired_on))? {
        None => Ok(Err(Against::CoverNotFound)),
        Some(cover) if cover.is_lost_by_form => Ok(Err(Against::LossStands)),
        Some(cover) => planned(tx, (cover, eyes), None, None),
    }
}
/// 資格喪失取消: the cover goes on. A loss at 75 stays one as long as the day of birth is what it is.
/// # Errors
/// Database errors.
pub fn no_loss(tx: &mut Tx<'_>, (at, eyes): ((Uuid, Uuid), Eyes), f: &LossCancellation) -> Planned {
    let Some(cover) = named(tx, at, CoverNamed::Lost(f.lost_on))? else {
        return Ok(Err(Against::CoverNotFound));
    };
    // the day of birth may have been corrected since the form came
    if f.lost_on >= birthday(members::born_on(tx, at.0)?, 75) {
        return Ok(Err(Against::LostAt75));
    }
    let days = CoverDays { lost_on: None, ..cover.days() };
    let planned_loss_on = cover.planned_loss_on;
    planned(tx, (cover, eyes), Some(days), planned_loss_on)
}
/// 得喪年月日訂正: the cover has other days.
/// # Errors
/// Database errors.
pub fn other_days(
    tx: &mut Tx<'_>,
    (at, eyes): ((Uuid, Uuid), Eyes),
    f: &QualificationDateCorrection,
) -> Planned {
    let found = named(tx, at, CoverNamed::Acquired(f.acquired_on))?;
    let Some(cover) = found.filter(|c| c.days() == f.recorded()) else {
        return Ok(Err(Against::CoverNotFound));
    };
    if f.corrected_lost_on.is_some() && cover.loss_reason.as_deref() == Some(AT_75) {
        return Ok(Err(Against::LostAt75));
    }
    let (right, transfer) = (f.corrected(), birthday(members::born_on(tx, at.0)?, 75));
    if right.acquired_on != cover.acquired_on && right.acquired_on >= transfer {
        return Ok(Err(Against::Aged75));
    }
    if right.lost_on != cover.lost_on && right.lost_on.is_some_and(|lost| lost > transfer) {
        return Ok(Err(Against::LostAt75));
    }
    let planned_loss_on = cover.planned_loss_on;
    planned(tx, (cover, eyes), Some(right), planned_loss_on)
}
/// What a cover becomes for somebody born on another day than is recorded: the 75th birthday moves, and a loss at 75 with it. The day
/// of a loss that is not recorded yet is the calendar's affair.
/// # Errors
/// Database errors.
pub fn born(tx: &mut Tx<'_>, (cover, eyes): (RecordedCover, Eyes), birth_on: NaiveDate) -> Planned {
    let transfer = birthday(birth_on, 75);
    if cover.acquired_on <= birth_on {
        return Ok(Err(Against::BeforeBirth));
    }
    if cover.acquired_on >= transfer {
        return Ok(Err(Against::Aged75));
    }
    let is_at_75 = cover.loss_reason.as_deref() == Some(AT_75);
    let lost_on = if is_at_75 { Some(transfer).filter(|day| *day <= tx.today()) } else { cover.lost_on };
    let days = CoverDays { lost_on, ..cover.days() };
    // 任継 is over after two years, when that comes first
    let planned_loss_on = match EnrolmentType::of(&cover.enrolment_type) {
        EnrolmentType::VoluntaryContinuation => voluntary::term_end(cover.acquired_on)?.min(transfer),
        EnrolmentType::Compulsory | EnrolmentType::SpecialRetiree => transfer,
    };
    planned(tx, (cover, eyes), Some(days), Some(planned_loss_on))
}
/// What the employer is told is planned as if nothing were recorded elsewhere: that something is, it must not learn.
fn planned(
    tx: &mut Tx<'_>,
    (cover, eyes): (RecordedCover, Eyes),
    new: Option<CoverDays>,
    planned_loss_on: Option<NaiveDate>,
) -> Planned {
    let is_own_only = eyes == Eyes::Employer;
    let mut others = members::other_covers(tx, &cover)?;
    if is_own_only {
        others.retain(|o| o.employer_id == cover.employer_id);
    }
    // 任意継続 begins on the day of the loss, for those who were insured two months before it (健康保険法3条4項)
    let rests = |o: &members::OtherCover| {
        o.enrolment_type != COMPULSORY
            && Some(o.acquired_on) == cover.lost_on
            && o.lost_on != Some(o.acquired_on)
    };
    if new != Some(cover.days()) && others.iter().any(rests) {
        return Ok(Err(Against::RestingCover));
    }
    let continued = if is_own_only { None } else { continued::plan(tx, &cover, new)? };
    let days: Vec<CoverDays> = others
        .iter()
        .map(|o| match &continued {
            Some(c) if c.cover.enrolment_id == o.enrolment_id => c.days(),
            _ => o.days(),
        })
        .collect();
    if let Some(new) = new
        && let Err(against) = admitted(tx, (&cover, eyes), new, &days)?
    {
        return Ok(Err(against));
    }
    let under = dependents::under_cover(tx, &cover)?;
    let before = continued.as_ref().map_or(&[][..], |c| c.dependents.as_slice());
    let together: Vec<Uuid> = under.iter().chain(before).map(|d| d.dependent_id).collect();
    let of_before = match &continued {
        Some(c) => {
            match fates(tx, (c.dependents.clone(), &together, eyes), (c.cover.days(), Some(c.days())))? {
                Ok(fates) => fates,
                Err(against) => return Ok(Err(against)),
            }
        }
        None => Vec::new(),
    };
    let dependents = match fates(tx, (under, &together, eyes), (cover.days(), new))? {
        Ok(fates) => fates,
        Err(against) => return Ok(Err(against)),
    };
    let corrected = CorrectedCover {
        person: cover.person_id,
        employer: cover.employer_id,
        enrolment: cover.enrolment_id,
        old: cover.days(),
        new,
        lost_known: &cover.lost_known,
        received_on: tx.today(),
        continued: continued.as_ref().map(|c| (c.cover.employer_id, c.cover.days(), c.days())),
        is_own_only,
    };
    let pay = match remuneration::plan_corrected(tx, &corrected)? {
        Ok(pay) => pay,
        Err(fault) => return Ok(Err(Against::Pay(fault))),
    };
    let continued = continued.map(|c| (c, of_before));
    Ok(Ok(CoverPlan { cover, new, planned_loss_on, dependents, continued, pay }))
}
/// What becomes of dependents under a cover that has other days; `together` are all with whom the correction deals.
fn fates(
    tx: &mut Tx<'_>,
    (under, together, eyes): (Vec<UnderRow>, &[Uuid], Eyes),
    (old, new): (CoverDays, Option<CoverDays>),
) -> Result<Result<Vec<(UnderRow, Fate)>, Against>, Problem> {
    let mut fates = Vec::with_capacity(under.len());
    for row in under {
        let mut facts = dependents::facts_of(tx, &row, together)?;
        if eyes == Eyes::Employer {
            facts.elsewhere.clear();
        }
        match dependents::follow(&facts, old, new) {
            Ok(fate) => fates.push((row, fate)),
            Err(fault) => return Ok(Err(fault.into())),
        }
    }
    Ok(Ok(fates))
}
/// May the person be covered on these days?
fn admitted(
    tx: &mut Tx<'_>,
    (cover, eyes): (&RecordedCover, Eyes),
    new: CoverDays,
    others: &[CoverDays],
) -> Result<Result<(), Against>, Problem> {
    if new == cover.days() {
        return Ok(Ok(()));
    }
    let meets = |other: (NaiveDate, Option<NaiveDate>)| has_common_day(other, new.period());
    if others.iter().any(|o| meets(o.period())) {
        return Ok(Err(Against::Overlaps));
    }
    if eyes == Eyes::Staff && dependents::periods(tx, cover.person_id)?.into_iter().any(meets) {
        return Ok(Err(Against::StillDependent));
    }
    if new.acquired_on != cover.acquired_on {
        match employers::symbol_of(tx, cover.employer_id, new.acquired_on) {
            Err(p) if p.kind == Kind::NotFound => return Ok(Err(Against::BeforeEmployer)),
            known => known.map(drop)?,
        }
    }
    Ok(Ok(()))
}

impl CoverPlan {
    /// What ends at 75 for somebody born on a day, where the cover was lost so and has another last day now.
    pub fn aged(&self, birth_on: NaiveDate) -> Option<Aged> {
        let is_at_75 = self.cover.loss_reason.as_deref() == Some(AT_75);
        self.new.filter(|new| is_at_75 && new.lost_on.is_some() && *new != self.cover.days())?;
        let facts = LossAtSeventyFiveInput {
            birth_on,
            acquired_on: self.cover.acquired_on,
            is_dependent: false,
            is_continuing: self.cover.enrolment_type != COMPULSORY,
        };
        Some(Aged { cover: self.cover.enrolment_id, facts })
    }
    /// What changes, before and after: for the employer as far as it is its own, for staff also what is recorded elsewhere.
    pub fn lines(&self, eyes: Eyes) -> Vec<Line> {
        let day = |d: Option<NaiveDate>| d.map(|d| d.to_string());
        let mut all = Vec::new();
        let mut push = |subject, field, before: Option<String>, after: Option<String>| {
            if before != after {
                all.push(Line::new(subject, field, before, after));
            }
        };
        let new = (self.new.map(|n| n.acquired_on), self.new.and_then(|n| n.lost_on));
        push("member", "acquired_on", day(Some(self.cover.acquired_on)), day(new.0));
        push("member", "lost_on", day(self.cover.lost_on), day(new.1));
        push("member", "planned_loss_on", day(self.cover.planned_loss_on), day(self.planned_loss_on));
        for (row, fate) in &self.dependents {
            let (recognised, removed) = (Some(row.recognised_on), row.removed_on);
            match fate {
                Fate::StaysEnded if eyes == Eyes::Staff => {
                    let still = removed.map(|d| format!("{d} (covered elsewhere)"));
                    push("dependent", "removed_on", day(removed), still);
                }
                Fate::Stays | Fate::StaysEnded => {}
                Fate::TakenBack => push("dependent", "recognised_on", day(recognised), None),
                Fate::Changed { recognised_on, removed: end } => {
                    push("dependent", "recognised_on", day(recognised), day(Some(*recognised_on)));
                    push("dependent", "removed_on", day(removed), day(end.as_ref().map(|r| r.0)));
                }
            }
        }
        if let Some((before, _)) = self.continued.as_ref().filter(|_| eyes == Eyes::Staff) {
            push("voluntary_continuation", "lost_on", day(before.cover.lost_on), day(before.days().lost_on));
        }
        for c in self.pay.changes(eyes == Eyes::Staff) {
            push(c.subject, c.field, c.before, c.after);
        }
        all
    }
    /// Writes it, in the transaction of the decision; gives what payroll is told.
    /// # Errors
    /// 409 when what is stored does not allow it; 412 when it is not as it was read.
    pub fn write<Op: Operation>(
        self,
        tx: &mut Tx<'_>,
        permit: &Permit<Op>,
        row: &NotificationRow,
    ) -> Result<Value, Problem> {
        let act = Act::permitted(tx, permit, Some(row.id))?;
        let Self { cover, new, planned_loss_on, dependents, continued, pay } = self;
        // of two covers that give days to one another, the one that gives is written first
        let begins_earlier = new.is_some_and(|n| n.acquired_on < cover.acquired_on);
        if let Some((before, fates)) = continued.as_ref().filter(|_| begins_earlier) {
            before.write(tx.conn(), &act)?;
            write_fates(tx, permit, &act, fates)?;
        }
        match new {
            None => members::take_back_cover(tx.conn(), &act, &cover)?,
            Some(days) if days == cover.days() && planned_loss_on == cover.planned_loss_on => {}
            Some(days) => members::rewrite_cover(tx.conn(), &act, &cover, days, planned_loss_on)?,
        }
        if let Some(days) = new.filter(|_| begins_earlier) {
            members::known_from(tx, permit, cover.person_id, days.acquired_on)?;
        }
        write_fates(tx, permit, &act, &dependents)?;
        if let Some((before, fates)) = continued.as_ref().filter(|_| !begins_earlier) {
            before.write(tx.conn(), &act)?;
            write_fates(tx, permit, &act, fates)?;
        }
        let told: Vec<Value> = dependents.iter().filter_map(|(under, fate)| fate_told(under, fate)).collect();
        remuneration::write_corrected(tx, permit, (cover.person_id, row.id), pay)?;
        if let Some((before, _)) = &continued {
            before.averages(tx, permit, row.id)?;
        }
        let days = new.unwrap_or_else(|| cover.days());
        let mut result = json!({ "member_id": cover.person_id, "symbol": cover.symbol, "number": cover.number,
            "branch": cover.branch, "acquired_on": days.acquired_on, "dependents": [], "dependents_corrected": told,
            "previous_acquired_on": cover.acquired_on, "acquisition_cancelled": new.is_none() });
        if let Some(lost) = days.lost_on {
            result["lost_on"] = json!(lost);
        }
        if let Some(lost) = cover.lost_on {
            result["previous_lost_on"] = json!(lost);
        }
        Ok(result)
    }
}
fn write_fates<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    act: &Act,
    fates: &[(UnderRow, Fate)],
) -> Result<(), Problem> {
    for (under, fate) in fates {
        dependents::write_fate(tx.conn(), act, under, fate)?;
        if let Fate::Changed { recognised_on, .. } = fate {
            members::known_from(tx, permit, under.person_id, *recognised_on)?;
        }
    }
    tx.note(|n| n.left(fates.iter().map(|d| d.0.person_id), &[]));
    Ok(())
}
/// What payroll is told of a dependent; nothing of those that stay as they were.
fn fate_told(row: &UnderRow, fate: &Fate) -> Option<Value> {
    let (fate, recognised, removed) = match fate {
        Fate::Stays => return None,
        Fate::TakenBack => ("taken_back", row.recognised_on, None),
        Fate::StaysEnded => ("stays_ended", row.recognised_on, row.removed_on),
        Fate::Changed { recognised_on, removed } => {
            ("changed", *recognised_on, removed.as_ref().map(|r| r.0))
        }
    };
    let mut told = json!({ "dependent_id": row.dependent_id, "person_id": row.person_id, "branch": row.branch, "fate": fate,
                           "recognised_on": recognised });
    if let Some(removed) = removed {
        told["removed_on"] = json!(removed);
    }
    Some(told)
}
