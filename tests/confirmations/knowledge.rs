//! What was known of a campaign and its confirmations is read as it was, whatever came since; and as of another day.
use super::{Asked, ceased, confirm, pass, remove, still, work};
use crate::harness::caller::Caller;
use chrono::{Duration, SecondsFormat};
use serde_json::json;

/// Every read of the module as of the day of the start, as known at an instant.
fn reads(s: &Asked, at: &str) -> Vec<String> {
    let known = format!("as_of=2026-11-22&known_at={at}");
    let campaign = format!("/v1/confirmation-campaigns/{}", s.campaign);
    let mut all = vec![
        format!("/v1/confirmations?{known}"),
        format!("/v1/confirmations?state=open&{known}"),
        format!("/v1/confirmations?state=answered&{known}"),
        format!("/v1/confirmations?member_id={}&{known}", s.insured),
        format!("{campaign}/progress?{known}"),
    ];
    all.extend([s.wife, s.child].map(|d| format!("/v1/confirmations/{}?{known}", s.of(d))));
    all
}
/// Those of campaigns, for staff alone.
fn campaigns(s: &Asked, at: &str) -> Vec<String> {
    vec![
        format!("/v1/confirmation-campaigns?known_at={at}"),
        format!("/v1/confirmation-campaigns/{}?as_of=2026-11-22&known_at={at}", s.campaign),
    ]
}
fn told(by: &Caller, paths: &[String]) -> Vec<String> {
    let text = |path: &String| {
        let r = by.get(path);
        assert_eq!(r.status, 200, "{path}: {}", r.text);
        r.text
    };
    paths.iter().map(text).collect()
}
/// The instant, and a minute goes by.
fn instant(s: &Asked) -> String {
    let now = s.w.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    s.w.clock.advance(Duration::minutes(1));
    now
}

/// What was told at an instant, by the paths that ask for it again.
struct Known {
    paths: Vec<String>,
    staff: Vec<String>,
    employer: Vec<String>,
    campaigns: Vec<String>,
    of_campaigns: Vec<String>,
}

#[test]
fn whatever_comes_later_what_was_known_is_read_as_it_was() {
    let s = Asked::new();
    let mut known = Vec::new();
    let mut keep = |s: &Asked| {
        let at = instant(s);
        let (paths, campaigns) = (reads(s, &at), campaigns(s, &at));
        let (staff, employer) = (told(&s.staff, &paths), told(&s.employer, &paths));
        known.push(Known { of_campaigns: told(&s.staff, &campaigns), paths, staff, employer, campaigns });
    };
    keep(&s);
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.answer(&s.employer, s.child, &ceased("2026-11-01")).expect(200);
    keep(&s);
    let mut other = still();
    other["facts"]["annual_income_yen"] = json!(10_000);
    s.answer(&s.employer, s.wife, &other).expect(200);
    keep(&s);
    s.decide(s.wife, &confirm()).expect(200);
    keep(&s);
    s.decide(s.child, &remove("2026-11-01")).expect(200);
    keep(&s);
    s.staff.post(format!("/v1/confirmation-campaigns/{}/closing", s.campaign)).send(b"").expect(200);
    keep(&s);
    for k in &known {
        let again = told(&s.staff, &k.paths).into_iter().zip(told(&s.employer, &k.paths));
        for (n, (staff, employer)) in again.enumerate() {
            assert_eq!(staff, k.staff[n], "{}", k.paths[n]);
            assert_eq!(employer, k.employer[n], "{}, by the employer", k.paths[n]);
        }
        for (n, staff) in told(&s.staff, &k.campaigns).into_iter().enumerate() {
            assert_eq!(staff, k.of_campaigns[n], "{}", k.campaigns[n]);
        }
    }
    // and they are not all the same
    let differ =
        |pick: fn(&Known) -> &String| known.iter().map(pick).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!(differ(|k| &k.staff[5]), 5, "open, answered, answered anew, confirmed, in a closed campaign");
    assert_eq!(differ(|k| &k.staff[6]), 4, "open, answered, removed, in a closed campaign");
    assert_eq!(differ(|k| &k.of_campaigns[1]), 5, "counts of each step but the new answer, and its end");
}
#[test]
fn what_was_not_made_yet_is_not_known_and_who_is_overdue_was_open() {
    let mut s = Asked::new();
    work(&s.w);
    let at = instant(&s);
    pass(&s.w, 29);
    work(&s.w);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    let path = format!("/v1/confirmations/{}", s.of(s.wife));
    assert_eq!(s.staff.get(&path).expect(200)["state"], "overdue");
    assert_eq!(s.staff.get(format!("{path}?known_at={at}")).expect(200)["state"], "open");
    let open = |query: &str| {
        s.staff.get(format!("/v1/confirmations?state=open{query}")).expect(200)["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((open(""), open(&format!("&known_at={at}"))), (0, 2));
    s.staff.get(format!("{path}?known_at=2026-11-21T23:59:59Z")).refused(404, "not-found");
    let campaign = format!("/v1/confirmation-campaigns/{}", s.campaign);
    s.staff.get(format!("{campaign}?known_at=2026-11-21T23:59:59Z")).refused(404, "not-found");
    let reminded =
        |query: &str| s.staff.get(format!("{campaign}{query}")).expect(200)["reminder_count"].clone();
    assert_eq!((reminded(""), reminded(&format!("?known_at={at}"))), (json!(2), json!(0)));
    // cover is that of the day; only the present can be changed
    let early = s.staff.get(format!("{path}?as_of=2020-03-31"));
    assert_eq!((early.body["state"].clone(), early.header("etag")), (json!("ended"), ""));
    // an employer does not learn who they were before they were its people
    s.employer.get(&path).expect(200);
    s.employer.get(format!("{path}?as_of=2020-03-31")).refused(404, "not-found");
    let listed =
        |query: &str| s.employer.get(format!("/v1/confirmations{query}")).expect(200)["items"].clone();
    assert_eq!(listed("").as_array().unwrap().len(), 2);
    assert_eq!(listed("?as_of=2020-03-31"), json!([]));
    assert_eq!(s.staff.get(format!("{path}?known_at={at}")).header("etag"), "");
    assert_ne!(s.staff.get(&path).header("etag"), "");
}
