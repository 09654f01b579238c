//! The two times of a question: the day that it is about (`as_of`) and the instant at which its answer was known (`known_at`). They mean the
//! same in every operation, so that what can't be answered is refused in one place.
use super::{
    Kind, Problem,
    clock::{Clock, jst_date},
};
use chrono::{DateTime, Months, NaiveDate, Utc};

/// How far ahead a day may be asked about: what is recorded ahead (a planned loss, two years of 任意継続) lies within.
const AHEAD: Months = Months::new(120);
/// The day on which the law came into force (健康保険法 附則, 大正15年7月1日): nobody was insured before.
fn beginning() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(1926, 7, 1)
}

/// Checks the times of a query string whose shape was checked before, and gives the instant that it asks about.
/// # Errors
/// 422 at `/as_of` (`before-the-law`; `beyond-the-records`: more than ten years ahead) or `/known_at` (`before-the-law`; `in-the-future`: it
/// would be answered otherwise later).
pub fn check(query: &str, clock: &Clock) -> Result<Option<DateTime<Utc>>, Problem> {
    let beginning = beginning().unwrap_or_default();
    let mut known_at = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "as_of" => {
                let Ok(day) = value.parse::<NaiveDate>() else { continue };
                if day < beginning {
                    return Err(before("/as_of"));
                }
                let today = clock.today();
                if day > today.checked_add_months(AHEAD).unwrap_or(today) {
                    return Err(Problem::new(Kind::Invalid).at(
                        "/as_of",
                        "beyond-the-records",
                        (
                            "10年より先の日は照会できません",
                            "a day more than ten years ahead can't be asked about",
                        ),
                    ));
                }
            }
            "known_at" => {
                let Ok(at) = value.parse::<DateTime<Utc>>() else { continue };
                if jst_date(at) < beginning {
                    return Err(before("/known_at"));
                }
                if at > clock.now() {
                    return Err(Problem::new(Kind::Invalid).at(
                        "/known_at",
                        "in-the-future",
                        ("未来の時点の記録は照会できません", "what will be known can't be asked"),
                    ));
                }
                known_at = Some(at);
            }
            _ => {}
        }
    }
    Ok(known_at)
}
/// SQL: the instant of a read that asks what is known now.
pub const NOW: &str = "null::timestamptz";
/// SQL: which rows of a history `of` (a table or its alias) a read uses: those that are known now or, with an instant, those that were known at
/// it. `at` is the parameter that the instant is bound to.
pub fn known(of: &str, known_at: Option<DateTime<Utc>>, at: &str) -> String {
    match known_at {
        None => format!("{of}.superseded_at is null"),
        Some(_) => {
            format!("{of}.recorded_at <= {at} and ({of}.superseded_at is null or {of}.superseded_at > {at})")
        }
    }
}
fn before(pointer: &str) -> Problem {
    Problem::new(Kind::Invalid).at(
        pointer,
        "before-the-law",
        ("健康保険法の施行(1926年7月1日)より前です", "before the law came into force on 1 July 1926"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_that_have_no_answer_are_refused_at_their_place() {
        let now: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
        let clock = Clock::frozen(now);
        let refused = |query: &str| {
            check(query, &clock)
                .err()
                .map(|p| (p.errors[0].pointer.clone().unwrap(), p.errors[0].code.to_owned()))
        };
        let at = |pointer: &str, code: &str| Some((pointer.to_owned(), code.to_owned()));
        assert_eq!(refused("as_of=1926-06-30"), at("/as_of", "before-the-law"));
        assert_eq!(refused("as_of=1926-07-01"), None);
        assert_eq!(check("as_of=2026-11-22&known_at=2026-11-22T00%3A00%3A00Z", &clock).unwrap(), Some(now));
        assert_eq!(refused("as_of=2036-11-22"), None);
        assert_eq!(refused("as_of=2036-11-23"), at("/as_of", "beyond-the-records"));
        assert_eq!(
            refused("limit=2&known_at=2026-11-22T00%3A00%3A00.000001Z"),
            at("/known_at", "in-the-future")
        );
        assert_eq!(refused("known_at=2026-11-22T09%3A00%3A00%2B09:00"), None);
        assert_eq!(refused("known_at=1926-06-30T14:59:59Z"), at("/known_at", "before-the-law"));
        assert_eq!(refused("known_at=1926-06-30T15:00:00Z"), None);
    }
}
