//! The list: filters, pages, who may ask, and what its own entry tells.
use super::{
    count,
    counter::{Counter, Who},
    entry, fresh, instant, owner, sequence_all,
};
use chrono::Duration;
use kenpo::kernel::trail::{self, Outcome};
use serde_json::Value;
use uuid::Uuid;

fn seqs(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn pages_stay_as_they_are_while_others_write() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    let node = Uuid::now_v7();
    let seven: Vec<_> = (0..7).map(|_| entry("getMember")).collect();
    trail::append(&mut conn, &seven).unwrap();
    sequence_all(&mut conn, node);
    let (status, first) = counter.json(Who::Auditor, "/v1/audit-logs?operation=getMember&limit=3").await;
    assert_eq!((status, seqs(&first)), (200, vec![7, 6, 5]));
    trail::append(&mut conn, &seven.iter().map(|_| entry("getMember")).collect::<Vec<_>>()).unwrap();
    sequence_all(&mut conn, node);
    let cursor = first["page"]["next_cursor"].as_str().unwrap();
    let next = format!("/v1/audit-logs?operation=getMember&limit=3&cursor={cursor}");
    let second = counter.get(Who::Auditor, &next).await;
    let link = second.header("link").to_owned();
    assert_eq!(seqs(&second.body), vec![4, 3, 2]);
    let path = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    let (_, last) = counter.json(Who::Auditor, path).await;
    assert_eq!(seqs(&last), vec![1]);
    assert_eq!(last["page"], serde_json::json!({"has_more": false}));
    let foreign = format!("/v1/audit-logs?operation=getEmployer&limit=3&cursor={cursor}");
    assert_eq!(counter.json(Who::Auditor, &foreign).await.0, 422);
}

#[actix_web::test]
async fn filters_choose_and_their_values_are_not_recorded() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    let mut odd = entry("getMember");
    (odd.at, odd.status, odd.outcome) = (instant() + Duration::hours(2), 403, Outcome::Refused);
    trail::append(&mut conn, &[entry("getMember"), odd.clone(), entry("getEmployer")]).unwrap();
    sequence_all(&mut conn, Uuid::now_v7());
    let (actor, person) = (odd.actor_id.unwrap(), odd.persons[0]);
    for query in [
        format!("actor_id={actor}"),
        format!("person_id={person}"),
        "outcome=refused".into(),
        "from=2026-11-22T01:00:00Z".into(),
        "from=2026-11-22T01:00:00Z&to=2026-11-22T11:00:00.000001%2B09:00".into(),
        format!("operation=getMember&person_id={person}&actor_id={actor}&outcome=refused"),
    ] {
        let (status, page) = counter.json(Who::Auditor, &format!("/v1/audit-logs?{query}")).await;
        assert_eq!(status, 200, "{query}");
        let ids: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, [odd.id.to_string()], "{query}");
    }
    let (_, none) = counter.json(Who::Auditor, "/v1/audit-logs?to=2026-11-22T00:00:00Z").await;
    assert_eq!(none["items"], serde_json::json!([]));
    sequence_all(&mut conn, Uuid::now_v7());
    let told = format!(
        "select count(*) as n from audit_entry e where operation = 'listAuditLogs' and to_jsonb(e)::text ~ '{person}|{actor}|2026-11-22T01'"
    );
    assert_eq!(count(&mut conn, &told), 0);
    let named =
        "select count(*) as n from audit_entry where detail -> 'filters' ? 'person_id' and row_count = 1";
    assert_eq!(count(&mut conn, named), 2);
}

#[actix_web::test]
async fn only_auditors_and_the_officer_see_the_log() {
    let base = fresh();
    let counter = Counter::open(&base);
    for path in ["/v1/audit-logs", "/v1/audit-logs/export"] {
        assert_eq!(counter.get(Who::Auditor, path).await.status, 200, "{path}");
        assert_eq!(counter.get(Who::Officer, path).await.status, 200, "{path}");
        assert_eq!(counter.json(Who::Employer, path).await.0, 404, "{path}");
        assert_eq!(counter.json(Who::Enrolment, path).await.0, 403, "{path}");
    }
    let mut conn = owner(&base);
    let refused = "select count(*) as n from audit_entry where kind = 'refusal' and status in (403, 404)";
    assert_eq!(count(&mut conn, refused), 4);
}

#[actix_web::test]
async fn what_is_no_filter_is_refused() {
    let base = fresh();
    let counter = Counter::open(&base);
    for query in [
        "person=1",
        "person_id=1",
        "from=yesterday",
        "outcome=maybe",
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=x.y",
        "operation=a%20b",
        "operation=",
        "actor_id=",
        "limit=99999999999",
    ] {
        assert_eq!(counter.json(Who::Auditor, &format!("/v1/audit-logs?{query}")).await.0, 422, "{query}");
    }
    for query in ["from_seq=0", "to_seq=-1", "from_seq=x", "limit=1", "to=2026"] {
        assert_eq!(
            counter.json(Who::Auditor, &format!("/v1/audit-logs/export?{query}")).await.0,
            422,
            "{query}"
        );
    }
}
