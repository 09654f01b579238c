//! What a day brings to campaigns: rows without an answer are overdue on the day after the due day, and employers with open rows are
//! reminded on the days that the campaign names. Nothing else happens by itself: who is overdue stands in a list.
use super::store::due;
use crate::kernel::{
    Problem,
    errand::Errand,
    trail::{self, Entry},
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde_json::json;

/// Does the day, inside the transaction of its row; each campaign and each reminded employer leaves entries of its own, which
/// name the people. Gives how many rows became overdue and how many employers were reminded, together. Doing a day again changes nothing.
/// # Errors
/// Database errors: nothing of the day is done then.
pub fn run(conn: &mut PgConnection, errand: &Errand, day: NaiveDate) -> Result<i32, Problem> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut count = 0;
    for done in due::mark_overdue(conn, day, errand.now())? {
        count += done.persons.len();
        let detail = |n: usize| json!({ "work": "confirmations", "day": day, "overdue": n });
        let campaign = ("ConfirmationCampaign", done.campaign_id);
        entries.extend(errand.entries(campaign, None, &done.persons, detail));
    }
    for sent in due::remind(conn, day, errand.now())? {
        count += 1;
        let detail = |n: usize| json!({ "work": "confirmations", "day": day, "reminded_of": n });
        let campaign = ("ConfirmationCampaign", sent.campaign_id);
        entries.extend(errand.entries(campaign, Some(sent.employer_id), &sent.persons, detail));
    }
    trail::append(conn, &entries)?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}
