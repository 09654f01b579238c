//! 任意継続の2年満了による資格喪失 (健康保険法38条1号): cover is lost on the day on which two years have passed, and the dependents' with it. A
//! day that was missed, or cover that was recorded late, loses as of that day too.
use super::model::{CalendarEffectKind, Effect};
use crate::{
    domain::{
        dependents,
        voluntary::{self, CalendarEnd},
    },
    kernel::{
        Problem,
        errand::Errand,
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
    let (mut effects, mut entries) = (Vec::new(), Vec::new());
    let persons = candidates(conn, day)?;
    // held until the commit: what a request decided meanwhile is seen by the second look
    let known = dependents::hold_families(conn, &persons, &[])?;
    for person in persons {
        let Some(ended) = voluntary::end_term(conn, (errand, known), person, day)? else { continue };
        let changed = changes(&ended);
        entries.push(entry(errand, &ended, day, &changed));
        effects.extend(changed);
    }
    trail::append(conn, &entries)?;
    Ok(effects)
}
/// Whose two years may be over; looked at once more when they are held.
fn candidates(conn: &mut PgConnection, day: NaiveDate) -> Result<Vec<Uuid>, Problem> {
    let (mut all, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let page = voluntary::term_candidates(conn, day, after)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = *last;
        all.extend(page);
    }
}
fn changes(ended: &CalendarEnd) -> Vec<Effect> {
    let (insured, employer, on) = (ended.cover.person_id, ended.cover.employer_id, ended.lost_on);
    let one = |kind, person| Effect { kind, person, insured, employer, on };
    let family =
        ended.dependents.iter().map(|d| one(CalendarEffectKind::DependentLostWithInsured, d.person_id));
    std::iter::once(one(CalendarEffectKind::InsuredLost, insured)).chain(family).collect()
}
fn entry(errand: &Errand, ended: &CalendarEnd, day: NaiveDate, changed: &[Effect]) -> Entry {
    let persons = changed.iter().map(|e| e.person).collect();
    let detail = json!({ "work": "voluntary_term_end", "day": day });
    errand.entry(("Person", ended.cover.person_id), Some(ended.cover.employer_id), persons, detail)
}
