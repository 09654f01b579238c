//! Both histories go on under one id, and what was known before is read as before.
use super::{is_merged_into, merged, moved, text};
use crate::{
    filing::{CHILD, NANA, accept, child, decide, fresh_key, id, slip},
    harness::world::World,
};
use chrono::Duration;
use serde_json::{Value, json};

#[test]
fn both_histories_are_read_under_the_surviving_id_and_each_employer_sees_its_own_time() {
    let w = World::new();
    let (old, new) = moved(&w, NANA);
    let (clerk, first, second) = (w.staff("clerk"), w.client("employer"), w.client("other-employer"));
    // a child under the new id
    let mut body = slip(&w, &child(NANA, CHILD, "2026-11-16", None));
    body["employer_id"] = json!(w.other_employer);
    let receipt = second.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    let made = decide(&clerk, id(&receipt["results"][0]["notification_id"]), &accept()).expect(200);
    let dependent = id(&made["outcome"]["dependents"][0]["dependent_id"]);
    w.clock.advance(Duration::minutes(1));
    let before = "known_at=2026-11-22T00:00:30Z";
    let paths: Vec<String> = [old, new]
        .iter()
        .flat_map(|p| {
            [
                format!("/v1/members/{p}?{before}"),
                format!("/v1/members/{p}/history?{before}"),
                format!("/v1/members/{p}/dependents?{before}"),
                format!("/v1/members/{p}/standard-remunerations?{before}"),
            ]
        })
        .chain([format!("/v1/members?{before}"), format!("/v1/dependents/{dependent}?{before}")])
        .collect();
    let told: Vec<String> = paths.iter().map(|p| text(&clerk, p)).collect();
    // what each employer was told of its own time
    let own = [
        (&first, format!("/v1/members/{old}?as_of=2026-09-15&{before}")),
        (&first, format!("/v1/members?as_of=2026-09-15&{before}")),
        (&first, "/v1/notifications".to_owned()),
        (&second, format!("/v1/members/{new}?{before}")),
        (&second, format!("/v1/members/{new}/dependents?{before}")),
        (&second, format!("/v1/dependents/{dependent}?{before}")),
        (&second, format!("/v1/members?{before}")),
    ];
    let own_told: Vec<String> = own.iter().map(|(by, path)| text(by, path)).collect();

    merged(&w, old, new);
    w.clock.advance(Duration::minutes(1));
    for (path, was) in paths.iter().zip(&told) {
        assert_eq!(&text(&clerk, path), was, "{path}: as it was known");
    }
    for ((by, path), was) in own.iter().zip(&own_told) {
        assert_eq!(&text(by, path), was, "{path}: as an employer was told");
    }
    let now = clerk.get(format!("/v1/members/{old}")).expect(200);
    assert_eq!((&now["employer_id"], &now["acquired_on"]), (&json!(w.other_employer), &json!("2026-11-15")));
    let history = clerk.get(format!("/v1/members/{old}/history")).expect(200);
    let live = |list: &Value| {
        let all = list.as_array().unwrap();
        all.iter().filter(|v| v.get("superseded_at").is_none()).count()
    };
    assert_eq!((live(&history["enrolments"]), live(&history["identities"])), (2, 2), "{history}");
    let pay = clerk.get(format!("/v1/members/{old}/standard-remunerations")).expect(200);
    assert_eq!(pay["items"].as_array().unwrap().len(), 2);
    let family = clerk.get(format!("/v1/members/{old}/dependents")).expect(200);
    assert_eq!(family["items"][0]["member_id"], json!(old));
    for path in ["", "/history", "/dependents", "/standard-remunerations", "/leaves", "?as_of=2026-11-20"] {
        is_merged_into(clerk.get(format!("/v1/members/{new}{path}")), old);
    }
    is_merged_into(second.get(format!("/v1/members/{new}")), old);
    first.get(format!("/v1/members/{new}")).refused(404, "not-found");

    assert_eq!(first.get(format!("/v1/members/{old}?as_of=2026-09-15")).status, 200);
    first.get(format!("/v1/members/{old}")).refused(404, "not-found");
    first.get(format!("/v1/dependents/{dependent}")).refused(404, "not-found");
    assert_eq!(second.get(format!("/v1/members/{old}")).status, 200);
    assert_eq!(second.get(format!("/v1/dependents/{dependent}")).status, 200);
    second.get(format!("/v1/members/{old}?as_of=2026-09-15")).refused(404, "not-found");
    let list = second.get("/v1/members").expect(200);
    assert_eq!(list["items"].as_array().unwrap().iter().map(|m| &m["id"]).collect::<Vec<_>>(), [&json!(old)]);
    // life goes on under the surviving id
    let phone = json!({ "phone": "03-0000-0007" });
    crate::filing::contact_changed(&w, &clerk, old, &phone);
    let gone = json!({ "name": "見本　奈", "reason": "correction" });
    let changed =
        |path: &str| clerk.ask("POST", format!("/v1/persons/{new}/{path}")).header("if-match", "\"1\"");
    is_merged_into(changed("name-changes").key(&fresh_key()).json(&gone), old);
    is_merged_into(changed("protections").json(&crate::protection::request()), old);
    is_merged_into(
        changed("public-expenses").json(&crate::public_expenses::expense("2026-04-01", None)),
        old,
    );
    let contact = clerk.post(format!("/v1/members/{new}/contact-changes")).header("if-match", "\"1\"");
    is_merged_into(contact.key(&fresh_key()).json(&phone), old);
    for path in ["protections", "public-expenses", "mailing-address"] {
        is_merged_into(clerk.get(format!("/v1/persons/{new}/{path}")), old);
    }
}
#[test]
fn a_protection_comes_with_the_merged_id() {
    let w = World::new();
    let (old, new) = moved(&w, NANA);
    let clerk = w.staff("clerk");
    let second = w.client("other-employer");
    w.clock.advance(Duration::minutes(1));
    let then = format!("/v1/members/{new}?known_at=2026-11-22T00:00:30Z");
    assert!(second.get(&then).expect(200).get("resident_address").is_some());
    crate::protection::protect(&clerk, new, &crate::protection::request()).expect(200);
    merged(&w, old, new);
    w.clock.advance(Duration::minutes(1));
    assert!(second.get(&then).expect(200).get("resident_address").is_none(), "under the id of then, too");
    assert_eq!(clerk.get(format!("/v1/members/{old}")).expect(200)["protected"], true);
    let seen = second.get(format!("/v1/members/{old}")).expect(200);
    assert!(seen.get("resident_address").is_none(), "{seen}");
}
#[test]
fn a_merged_id_answers_as_before_the_merge_also_that_there_was_nobody() {
    let w = World::new();
    let (old, new) = moved(&w, NANA);
    let clerk = w.staff("clerk");
    w.clock.advance(Duration::minutes(1));
    // a day on which the surviving person is in the records, and the merged id was not
    let path = format!("/v1/members/{new}?as_of=2026-10-01");
    let then = format!("{path}&known_at=2026-11-22T00:00:30Z");
    clerk.get(&then).refused(404, "not-found");
    merged(&w, old, new);
    w.clock.advance(Duration::minutes(1));
    clerk.get(&then).refused(404, "not-found");
    is_merged_into(clerk.get(&path), old);
    let history = format!("/v1/members/{new}/history?known_at=2026-11-22T00:00:30Z");
    assert_eq!(id(&clerk.get(history).expect(200)["enrolments"][0]["employer_id"]), w.other_employer);
    let now = w.clock.now().format("%Y-%m-%dT%H:%M:%SZ");
    is_merged_into(clerk.get(format!("{path}&known_at={now}")), old);
}
