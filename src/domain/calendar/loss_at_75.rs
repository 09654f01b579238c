//! 75歳到達による資格喪失 (健康保険法36条, 3条1項7号・7項ただし書; 高齢者の医療の確保に関する法律50条1号, 52条): an insured person loses cover on
//! the 75th birthday and the dependents with it; a dependent is none any more from the own 75th birthday on. Whoever is covered on the day
//! although the birthday is over (a corrected day of birth, a late form) loses as of the birthday too.
use super::{
    model::{CalendarEffectKind, Effect, OldRow},
    rules::AgeEvent,
    store,
};
use crate::{
    domain::{
        dependents,
        losses::{AT_75, Aged},
        members,
        remuneration::{self, LossAtSeventyFiveInput},
    },
    kernel::{
        Problem,
        errand::{Act, Errand},
        trail::{self, Entry},
    },
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

/// Does the day, inside the transaction of its row; each insured person with the family leaves an entry of its own. Gives what changed.
/// # Errors
/// Database errors: nothing of the day is done then.
pub fn run(conn: &mut PgConnection, errand: &Errand, day: NaiveDate) -> Result<Vec<Effect>, Problem> {
    let Some(born_by) = AgeEvent::Transfer.last_birth(day) else { return Ok(Vec::new()) };
    let candidates = candidates(conn, (day, born_by))?;
    let insured: Vec<Uuid> = candidates.iter().map(|(_, c)| c.insured_id).collect();
    let persons: Vec<Uuid> = candidates.iter().map(|(_, c)| c.person_id).collect();
    // held until the commit: what a request decided meanwhile is seen by the second look
    let known = dependents::hold_families(conn, &insured, &persons)?;
    let (mut effects, mut entries) = (Vec::new(), Vec::new());
    for (who, candidate) in &candidates {
        let Some(row) = store::old_one(conn, *who, (day, born_by), candidate.person_id)? else { continue };
        let act = Act::of(errand, known);
        let changed = match who {
            store::Who::Insured => lose(conn, errand, &act, &row)?,
            store::Who::Dependents => remove(conn, &act, &row)?,
        };
        if !changed.is_empty() {
            entries.push(entry(errand, &row, day, &changed));
            effects.extend(changed);
        }
    }
    trail::append(conn, &entries)?;
    Ok(effects)
}
/// Who may lose cover on the day, insured persons first; looked at once more when they are held.
fn candidates(
    conn: &mut PgConnection,
    due: (NaiveDate, NaiveDate),
) -> Result<Vec<(store::Who, OldRow)>, Problem> {
    let mut all = Vec::new();
    for who in [store::Who::Insured, store::Who::Dependents] {
        let mut after = Uuid::nil();
        loop {
            let page = store::old(conn, who, due, after)?;
            let Some(last) = page.last() else { break };
            after = last.person_id;
            all.extend(page.into_iter().map(|row| (who, row)));
        }
    }
    Ok(all)
}
/// The cover of a row, and the facts by which it ends.
fn aged(row: &OldRow, is_dependent: bool) -> Aged {
    let facts = LossAtSeventyFiveInput {
        birth_on: row.birth_on,
        acquired_on: row.began_on,
        is_dependent,
        is_continuing: row.is_continuing,
    };
    Aged { cover: row.cover_id, facts }
}
fn lose(conn: &mut PgConnection, errand: &Errand, act: &Act, row: &OldRow) -> Result<Vec<Effect>, Problem> {
    let aged = aged(row, false);
    let on = aged.lost_on();
    let loss = members::Loss {
        person: row.person_id,
        employer: row.employer_id,
        lost_on: on,
        reason: AT_75,
        received_on: errand.today(),
        ends_earlier: true,
    };
    if !members::end_cover(conn, act, &loss)? {
        return Ok(Vec::new());
    }
    aged.keep(conn, act)?;
    remuneration::end_on_loss(conn, act, row.person_id, (row.began_on, on))?;
    let mut changed = vec![effect(row, row.person_id, CalendarEffectKind::InsuredLost, on)];
    for d in dependents::end_under(conn, act, row.person_id, on)? {
        changed.push(effect(row, d.person_id, CalendarEffectKind::DependentLostWithInsured, on));
    }
    Ok(changed)
}
fn remove(conn: &mut PgConnection, act: &Act, row: &OldRow) -> Result<Vec<Effect>, Problem> {
    let aged = aged(row, true);
    let on = aged.lost_on();
    if !dependents::end_earlier(conn, act, row.cover_id, on, AT_75)? {
        return Ok(Vec::new());
    }
    aged.keep(conn, act)?;
    Ok(vec![effect(row, row.person_id, CalendarEffectKind::DependentLost, on)])
}
fn effect(row: &OldRow, person: Uuid, kind: CalendarEffectKind, on: NaiveDate) -> Effect {
    Effect { kind, person, insured: row.insured_id, employer: row.employer_id, on }
}
fn entry(errand: &Errand, row: &OldRow, day: NaiveDate, changed: &[Effect]) -> Entry {
    let persons = changed.iter().map(|e| e.person).collect();
    let detail = json!({ "work": "loss_at_75", "day": day });
    errand.entry(("Person", row.person_id), Some(row.employer_id), persons, detail)
}
