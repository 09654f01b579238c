//! Why 任意継続 ended on its day, told to whoever asks; and the list from which 徴収 follows who did not pay (J7, step 7).
use super::{Society, application, over, wish};
use crate::{
    filing::{HACHI, KYU, NANA, Person, acquisition, decide, filed, id, same_person},
    two_times::Asked,
};
use serde_json::{Value, json};
use uuid::Uuid;

const JU: Person =
    Person {
        office_number: "10", kana: "ミホン　ジュウ", name: "見本　十", birth_on: "1985-10-10"
    };

fn why(s: &Society, person: Uuid, query: &str) -> Value {
    s.clerk.get(format!("/v1/members/{person}/loss/explanation{query}")).expect(200)
}
/// The steps' codes, and that each article and figure stands in what is read aloud.
#[track_caller]
fn told(seen: &Value) -> Vec<String> {
    let (ja, en) = (seen["ja"].as_str().unwrap(), seen["en"].as_str().unwrap());
    let steps = seen["trace"]["steps"].as_array().unwrap();
    for step in steps {
        assert!(
            ja.contains(step["ja"].as_str().unwrap()) && en.contains(step["en"].as_str().unwrap()),
            "{seen}"
        );
        assert!(step["article"].as_str().unwrap().contains('法'), "{step}");
        assert!(!step["figures"].as_array().unwrap().is_empty(), "{step}");
    }
    steps.iter().map(|s| s["code"].as_str().unwrap().to_owned()).collect()
}
#[track_caller]
fn decided(seen: &Value) -> (&str, &str, Vec<String>) {
    (seen["lost_on"].as_str().unwrap(), seen["trace"]["rule"].as_str().unwrap(), told(seen))
}
fn codes<const N: usize>(all: [&str; N]) -> Vec<String> {
    all.map(str::to_owned).to_vec()
}

#[test]
fn each_end_is_explained_by_its_rule_with_article_and_figures() {
    let mut s = Society::new();
    let (a, b, c, d) = (s.continuing(NANA), s.continuing(HACHI), s.continuing(KYU), s.continuing(JU));
    s.accepted(&wish(NANA, &s.card(a)), "2026-11-20");
    s.accepted(&over(HACHI, &s.card(b), "death", "2026-11-18"), "2026-11-21");
    s.accepted(&over(KYU, &s.card(c), "other_insurance", "2026-11-15"), "2026-11-21");
    s.unpaid(d, "first", "2026-11-20");
    let seen = why(&s, a, "");
    assert_eq!(
        decided(&seen),
        ("2026-12-01", "voluntary_continuation_end", codes(["two_years", "withdrawal"]))
    );
    assert_eq!(
        (&seen["trace"]["rule_version"], &seen["loss_reason"]),
        (&json!("2022-01"), &json!("withdrawal"))
    );
    assert!(seen["ja"].as_str().unwrap().contains("申出を2026年11月20日に受理したため"), "{seen}");
    let seen = why(&s, b, "");
    assert_eq!(decided(&seen), ("2026-11-19", "continuation_loss", codes(["death"])));
    assert_eq!(seen["trace"]["steps"][0]["article"], "健康保険法38条2号");
    assert_eq!(
        seen["trace"]["steps"][0]["figures"],
        json!([{ "name": "died", "value": "2026-11-18", "unit": "date" }, { "name": "lost", "value": "2026-11-19", "unit": "date" }])
    );
    assert_eq!(decided(&why(&s, c, "")), ("2026-11-15", "continuation_loss", codes(["other_insurance"])));
    assert_eq!(
        decided(&why(&s, d, "")),
        ("2026-11-01", "continuation_loss", codes(["first_premium_unpaid"]))
    );
    // what was decided stands with rule, version, facts and steps, by whom and with which form
    let kept = s.w.rows("select * from loss_decision order by recorded_at, id");
    assert_eq!(kept.len(), 4);
    assert_eq!(
        kept[1]["inputs"],
        json!({ "cause": "death", "acquired_on": "2026-11-01", "happened_on": "2026-11-18" })
    );
    assert_eq!(
        kept[0]["inputs"],
        json!({ "acquired_on": "2026-11-01", "withdrawal_received_on": "2026-11-20" })
    );
    assert!(kept[0]["source"].is_string() && kept[3]["source"].is_null());
    // an entry says of whom, and which class left
    let entry = s.w.entries("operation = 'explainLoss'").pop().unwrap();
    assert_eq!((&entry["persons"], &entry["disclosed"]), (&json!([d]), &json!(["enrolment"])));
    // the two years, by the calendar
    let e = s.continuing(Person {
        office_number: "11",
        kana: "ミホン　イレブ",
        name: "見本　十一",
        birth_on: "1986-11-11",
    });
    s.w.clock.advance(chrono::Duration::days(712));
    s.pass(0);
    s.work();
    assert_eq!(decided(&why(&s, e, "")), ("2028-11-01", "voluntary_continuation_end", codes(["two_years"])));
}
#[test]
fn an_end_that_gave_way_is_explained_as_it_was_known_and_a_new_job_as_of_its_day() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let path = format!("/v1/members/{person}/loss/explanation");
    s.clerk.get(&path).refused(404, "not-found");
    s.accepted(&wish(NANA, &s.card(person)), "2026-11-20");
    let wished = Asked::all(&s.w, &s.clerk, &[path.clone(), format!("{path}?as_of=2026-11-15")]);
    let hired = filed(&s.w, &s.employer, &acquisition(NANA, "2026-11-21", None));
    decide(&s.clerk, hired, &same_person("insured", person)).expect(200);
    wished.is_told_again(&s.clerk);
    s.clerk.get(&path).refused(404, "not-found"); // the new cover has no end
    let seen = why(&s, person, "?as_of=2026-11-20");
    assert_eq!(decided(&seen), ("2026-11-21", "continuation_loss", codes(["other_insurance"])));
    assert_eq!(seen["began_on"], "2026-11-01");
    // the job was recorded with another day: the cover before ends on that one, by the same rule
    let mut other = json!({ "kind": "qualification_date_correction", "office_number": NANA.office_number, "name_kana": NANA.kana,
        "birth_on": NANA.birth_on, "reason": "誤り", "acquired_on": "2026-11-21" });
    other["corrected_acquired_on"] = json!("2026-11-19");
    s.w.clock.advance(chrono::Duration::seconds(1));
    s.accepted_of_employer(&other);
    let seen = why(&s, person, "?as_of=2026-11-18");
    assert_eq!(decided(&seen), ("2026-11-19", "continuation_loss", codes(["other_insurance"])));
    // and when the job never was, the wish holds again, as it was decided
    let never = json!({ "kind": "acquisition_cancellation", "office_number": NANA.office_number, "name_kana": NANA.kana,
        "birth_on": NANA.birth_on, "reason": "誤り", "acquired_on": "2026-11-19" });
    s.w.clock.advance(chrono::Duration::seconds(1));
    s.accepted_of_employer(&never);
    assert_eq!(decided(&why(&s, person, "")).0, "2026-12-01");
    assert_eq!(told(&why(&s, person, "")), codes(["two_years", "withdrawal"]));
}
#[test]
fn a_day_that_a_form_stated_is_told_as_such_and_only_staff_is_told() {
    let s = Society::new();
    let (person, _) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let path = format!("/v1/members/{person}/loss/explanation");
    let seen = why(&s, person, "");
    assert!(seen.get("trace").is_none() && seen["lost_on"] == "2026-11-01", "{seen}");
    assert!(seen["ja"].as_str().unwrap().contains("2026年11月1日"), "{seen}");
    for login in ["collection", "benefits", "review", "privileged"] {
        s.w.staff(login).get(&path).expect(200);
    }
    for login in ["it", "officer"] {
        s.w.staff(login).get(&path).refused(403, "forbidden");
    }
    for client in ["employer", "other-employer"] {
        s.w.client(client).get(&path).refused(404, "not-found");
    }
    s.clerk.get(format!("/v1/members/{}/loss/explanation", Uuid::now_v7())).refused(404, "not-found");
}
#[test]
fn a_merged_id_says_where_the_explanation_is() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.accepted(&wish(NANA, &s.card(person)), "2026-11-20");
    let other = crate::merges::another_id(&s.w, person);
    let then = Asked::all(&s.w, &s.clerk, &[format!("/v1/members/{person}/loss/explanation")]);
    let before = why(&s, person, "");
    crate::merges::merged(&s.w, other, person);
    let refused = s.clerk.get(format!("/v1/members/{person}/loss/explanation")).refused(409, "person-merged");
    assert_eq!(refused["merged_into"], json!(other));
    let after = why(&s, other, "");
    assert_eq!((&after["trace"], &after["ja"]), (&before["trace"], &before["ja"]), "under the surviving id");
    then.is_told_again(&s.clerk);
}
#[test]
fn collection_lists_who_lost_cover_because_a_premium_was_not_paid() {
    let mut s = Society::new();
    let (a, b) = (s.continuing(NANA), s.continuing(HACHI));
    let (left, _) = s.left(KYU, "2025-04-01", "2026-11-19", "2026-11-20");
    s.unpaid(a, "first", "2026-11-20");
    s.pass(19); // 2026-12-11
    s.unpaid(b, "monthly", "2026-12-10");
    let period = "/v1/losses?lost_from=2026-11-01&lost_to=2026-12-31";
    let listed = |query: &str| -> Vec<Value> {
        let page = s.collection.get(format!("{period}{query}")).expect(200);
        page["items"].as_array().unwrap().iter().map(|i| i["member_id"].clone()).collect()
    };
    assert_eq!(listed("&loss_reason=premium_unpaid"), [json!(b)]);
    assert_eq!(listed("&loss_reason=first_premium_unpaid"), [json!(a)]);
    assert_eq!(listed("&enrolment_type=voluntary_continuation"), [json!(a), json!(b)]);
    // those who left their employer on 2026-11-01 to continue, and who left later
    assert_eq!(listed("&enrolment_type=compulsory").last(), Some(&json!(left)));
    assert_eq!(listed("").len(), 5, "two who went on, and those three");
    let item =
        s.collection.get(format!("{period}&loss_reason=premium_unpaid")).expect(200)["items"][0].clone();
    assert_eq!(
        (&item["lost_on"], &item["enrolment_type"], &item["employer_id"], &item["loss_received_on"]),
        (&json!("2026-12-11"), &json!("voluntary_continuation"), &json!(s.office), &json!("2026-12-11"))
    );
    let entry = s.w.entries("operation = 'listLosses'").pop().unwrap();
    assert_eq!(
        (&entry["persons"], &entry["disclosed"], &entry["row_count"]),
        (&json!([b]), &json!(["enrolment"]), &json!(1))
    );
    // whoever is covered again since is followed all the same; what was known then is told again
    let then =
        Asked::all(&s.w, &s.collection, &[period.to_owned(), format!("{period}&loss_reason=premium_unpaid")]);
    let hired = filed(&s.w, &s.employer, &acquisition(HACHI, "2026-12-11", None));
    let made = decide(&s.clerk, hired, &same_person("insured", b)).expect(200);
    assert_eq!(id(&made["outcome"]["member_id"]), b);
    assert_eq!(listed("&loss_reason=premium_unpaid"), [json!(b)]);
    then.is_told_again(&s.collection);
    // pages
    let mut at = format!("{period}&limit=2");
    let mut all = Vec::new();
    loop {
        let page = s.collection.get(&at).expect(200);
        all.extend(page["items"].as_array().unwrap().iter().map(|i| i["member_id"].clone()));
        let Some(next) = page["page"]["next_cursor"].as_str() else { break };
        at = format!("{period}&limit=2&cursor={next}");
    }
    assert_eq!(all, listed(""));
    for (query, pointer) in [
        ("lost_from=2026-11-02&lost_to=2026-11-01", "/lost_to"),
        ("lost_from=2026-01-01&lost_to=2027-01-02", "/lost_to"),
    ] {
        let refused = s.collection.get(format!("/v1/losses?{query}")).refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    for query in ["lost_from=2026-11-01", "lost_from=2026-11-01&lost_to=2026-11-02&name=x"] {
        assert_eq!(s.collection.get(format!("/v1/losses?{query}")).status, 422, "{query}");
    }
    s.clerk.get(period).expect(200);
    for login in ["benefits", "review", "it", "officer"] {
        s.w.staff(login).get(period).refused(403, "forbidden");
    }
    s.employer.get(period).refused(404, "not-found");
}
/// 徴収 follows: the member misses the due day, the loss is on the list the next day with why.
#[test]
fn j7_step_7_the_loss_is_on_the_list_of_collection() {
    let mut s = Society::new();
    s.pass(15); // 2026-12-07
    let (person, card) = s.left(HACHI, "2025-04-01", "2026-11-30", "2026-12-01");
    s.accepted(&application(HACHI, &card), "2026-12-05");
    s.pass(37); // 2027-01-13
    s.unpaid(person, "monthly", "2027-01-12");
    let list = "/v1/losses?lost_from=2027-01-01&lost_to=2027-01-31&loss_reason=premium_unpaid";
    let items = s.collection.get(list).expect(200)["items"].clone();
    assert_eq!((&items[0]["member_id"], &items[0]["lost_on"]), (&json!(person), &json!("2027-01-13")));
    let seen = s.collection.get(format!("/v1/members/{person}/loss/explanation")).expect(200);
    assert_eq!(decided(&seen), ("2027-01-13", "continuation_loss", codes(["premium_unpaid"])));
    assert!(seen["ja"].as_str().unwrap().contains("納付期日2027年1月12日までに納付しなかったため"), "{seen}");
}
