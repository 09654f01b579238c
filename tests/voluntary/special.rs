//! 特退: as 加入区分 of a society that is a 特定健康保険組合.
use super::{Society, application, ended, setting, wish};
use crate::filing::{HACHI, NANA, Person, acquisition, decide, filed, same_person};
use serde_json::json;

const OLD: Person =
    Person { office_number: "60", kana: "ミホン　トク", name: "見本　徳", birth_on: "1952-01-10" };

fn as_retiree(p: Person, card: &serde_json::Value) -> serde_json::Value {
    let mut form = application(p, card);
    form["wanted"] = json!("special_retiree");
    form
}

#[test]
fn a_society_enrols_special_retirees_when_it_says_so() {
    let mut s = Society::new();
    let (person, card) = s.left(NANA, "2020-04-01", "2026-08-31", "2026-09-01");
    let n = s.keyed(&as_retiree(NANA, &card), "2026-11-10");
    decide(&s.clerk, n, &crate::filing::accept()).refused(409, "no-special-retirees");
    let mut body = setting(s.office);
    body["special_retiree_yen"] = json!(240_000);
    s.set(&body);
    let seen = s.preview(n)["plan"].clone();
    assert!(seen.get("deadline").is_none(), "no twenty days");
    let told = decide(&s.clerk, n, &crate::filing::accept()).expect(200)["outcome"].clone();
    assert_eq!(
        (&told["acquired_on"], &told["standard_yen"], &told["planned_loss_on"]),
        (&json!("2026-11-10"), &json!(240_000), &json!("2075-07-07"))
    );
    let m = s.member(person);
    assert_eq!((&m["enrolment_type"], &m["prepayment"]), (&json!("special_retiree"), &json!("none")));
    let page = s.clerk.get("/v1/members?enrolment_type=special_retiree").expect(200);
    assert_eq!(page["items"][0]["id"], json!(person));
    let page = s.clerk.get("/v1/members?enrolment_type=voluntary_continuation").expect(200);
    assert!(page["items"].as_array().unwrap().is_empty());
    let why = told["decision_id"].as_str().unwrap();
    let why = s.clerk.get(format!("/v1/standard-remunerations/{why}/explanation")).expect(200);
    assert_eq!(why["decision"]["rule"], "special_retiree_standard");
    // two years do not end it, a wish and a new job do
    s.work();
    s.pass(740);
    s.work();
    assert_eq!(s.cover(person).1, None);
}
#[test]
fn it_ends_by_wish_by_a_new_job_and_at_75() {
    let mut s = Society::new();
    let mut body = setting(s.office);
    body["special_retiree_yen"] = json!(240_000);
    s.set(&body);
    let mut people = Vec::new();
    for p in [NANA, HACHI, OLD] {
        let (person, card) = s.left(p, "2020-04-01", "2026-08-31", "2026-09-01");
        s.accepted(&as_retiree(p, &card), "2026-11-10");
        people.push(person);
    }
    s.accepted(&wish(NANA, &s.card(people[0])), "2026-11-20");
    assert_eq!(s.cover(people[0]), ended("2026-11-10", "2026-12-01", "withdrawal"));
    s.refused(&wish(HACHI, &s.card(people[1])), "2026-11-09", "before-acquisition");
    let hired = filed(&s.w, &s.employer, &acquisition(HACHI, "2026-11-20", None));
    decide(&s.clerk, hired, &same_person("insured", people[1])).expect(200);
    let then = s.clerk.get(format!("/v1/members/{}?as_of=2026-11-19", people[1])).expect(200);
    assert_eq!((&then["lost_on"], &then["loss_reason"]), (&json!("2026-11-20"), &json!("other_insurance")));
    s.work();
    s.pass(60);
    s.work();
    assert_eq!(s.cover(people[2]), ended("2026-11-10", "2027-01-10", "age_75"));
}

#[test]
fn its_amount_lies_within_the_average_of_all_insured() {
    let s = Society::without_settings();
    let mut body = setting(s.office);
    body["special_retiree_yen"] = json!(410_000);
    let asked = |body: &serde_json::Value| {
        s.clerk.post("/v1/voluntary-settings").key(&crate::filing::fresh_key()).json(body)
    };
    let refused = asked(&body).refused(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/special_retiree_yen");
    assert_eq!(refused["errors"][0]["code"], "above-average");
    body["special_retiree_yen"] = json!(380_000);
    asked(&body).expect(201);
}
