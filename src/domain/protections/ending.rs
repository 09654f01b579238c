//! Protections that end soon: a list for 適用, and a reminder by the calendar. What a protection hides is shown again on the day of its end, so
//! that whoever needs it longer has it prolonged before.
use super::{model::EndingRow, store};
use crate::kernel::{
    Facts, Gate, Operation, Problem, Reply, Routes,
    errand::Errand,
    input::Query,
    page,
    trail::{self, Entry},
};
use crate::values::day_key::DayKey;
use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 終了が近い支援措置の一覧
    ///
    /// Lists the protections that hold today and have an end, the next end first: what 適用 asks the authorities about and prolongs in time.
    /// The calendar reminds of each thirty days before its end (`protections` of listCalendarRuns). With `as_of` those that hold on that day, with
    /// `known_at` as known at an instant.
    pub ListEndingProtections: Get "/v1/protections" = "listEndingProtections", scope "protections:read", on "Society", status 200, law "配偶者からの暴力の防止及び被害者の保護等に関する法律23条", sends Link;
}
/// So many days before the end of a protection the calendar reminds of it.
const AHEAD: Days = Days::new(30);

/// Filter and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EndingProtectionQuery {
    /// Only those that end before this day.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    ends_before: Option<NaiveDate>,
    /// Those that hold on this day (JST); on today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// A protection that ends.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EndingProtection {
    /// The protection.
    protection_id: Uuid,
    /// Who is protected.
    person_id: Uuid,
    /// The office that asked for it.
    #[schema(max_length = 100)]
    authority_name: String,
    /// First day.
    valid_from: NaiveDate,
    /// First day on which it does not hold any more.
    valid_to: NaiveDate,
}
impl From<EndingRow> for EndingProtection {
    fn from(r: EndingRow) -> Self {
        Self {
            protection_id: r.protection_id,
            person_id: r.person_id,
            authority_name: r.authority_name,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
        }
    }
}
crate::page_of!(EndingProtectionPage, EndingProtection);

async fn list_ending(
    gate: Gate<ListEndingProtections>,
    q: Query<EndingProtectionQuery>,
) -> Reply<ListEndingProtections, EndingProtectionPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListEndingProtections>::new(tx.kernel(), &q);
        let after = list.after::<DayKey>(cursor.as_deref())?;
        let asked = (q.as_of.unwrap_or_else(|| tx.today()), q.known_at, q.ends_before);
        let rows = store::ending(tx, asked, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, ListEndingProtections::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| DayKey(r.valid_to, r.protection_id)));
        let items = rows.into_iter().map(Into::into).collect();
        Ok(permit.answer(EndingProtectionPage { items, page }).next(link))
    })
    .await
}
/// Reminds of the protections that end thirty days after a day: an entry for each, which names the person. Gives how many. Nothing else
/// happens; doing a day again changes nothing but the entries.
/// # Errors
/// Database errors: nothing of the day is done then.
pub fn run_day(conn: &mut PgConnection, errand: &Errand, day: NaiveDate) -> Result<i32, Problem> {
    let ends_on = day.checked_add_days(AHEAD).ok_or_else(|| Problem::unavailable("no-such-day"))?;
    let rows = store::ending_on(conn, day, ends_on)?;
    let entry = |r: &EndingRow| {
        let detail = json!({ "work": "protections", "day": day, "ends_on": r.valid_to });
        errand.entry(("Protection", r.protection_id), None, vec![r.person_id], detail)
    };
    let entries: Vec<Entry> = rows.iter().map(entry).collect();
    trail::append(conn, &entries)?;
    Ok(i32::try_from(entries.len()).unwrap_or(i32::MAX))
}

/// Routes of what ends soon.
pub fn routes(r: &mut Routes) {
    r.add::<ListEndingProtections, _, _, _>(list_ending);
}
