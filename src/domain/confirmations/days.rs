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

/// Does the day, inside the transaction of its row; each campaign and each reminded employer leaves an entry of its own. Gives how many
/// rows became overdue and how many employers were reminded, together. Doing a day again changes nothing.
/// # Errors
/// Database errors: nothing of the day is done then.
pub fn run(conn: &mut PgConnection, errand: &Errand, day: NaiveDate) -> Result<i32, Problem> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut count = 0_i64;
    for done in due::mark_overdue(conn, day)? {
        count += done.rows;
        let detail = json!({ "work": "confirmations", "day": day, "overdue": done.rows });
        entries.push(errand.entry(("ConfirmationCampaign", done.campaign_id), None, Vec::new(), detail));
    }
    for sent in due::remind(conn, day, errand.now())? {
        count += 1;
        let detail = json!({ "work": "confirmations", "day": day, "reminded_of": sent.open_count });
        let campaign = ("ConfirmationCampaign", sent.campaign_id);
        entries.push(errand.entry(campaign, Some(sent.employer_id), Vec::new(), detail));
    }
    trail::append(conn, &entries)?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}
