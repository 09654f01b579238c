//! 再提出: what was returned comes back corrected, once, and both sides say so.
use crate::{
    filing::{
        CHILD, HACHI, KYU, NANA, accept, acquisition, batch, child, count, decide, filed, fresh_key,
        give_back, id, slip, tables,
    },
    harness::{
        caller::{Caller, Response},
        race,
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

fn returned(w: &World, employer: &Caller, staff: &Caller, form: &Value) -> Uuid {
    let n = filed(w, employer, form);
    decide(staff, n, &give_back()).expect(200);
    n
}
fn naming(mut form: Value, earlier: impl Into<Value>) -> Value {
    form["resubmission_of"] = earlier.into();
    form
}
fn try_file(w: &World, by: &Caller, form: &Value) -> Response {
    by.post("/v1/notifications").key(&fresh_key()).json(&slip(w, form))
}
fn seen(by: &Caller, n: Uuid) -> Value {
    by.get(format!("/v1/notifications/{n}")).expect(200)
}
/// Holds that a filing is refused with this code at the field, and stores nothing.
#[track_caller]
fn refused(w: &World, (status, code): (u16, &str), pointer: &str, ask: impl FnOnce() -> Response) -> Value {
    let before = tables(w);
    let mut problem = ask().refused(status, code);
    assert_eq!(tables(w), before, "nothing stored");
    assert_eq!(
        (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
        (&json!(pointer), &json!(code))
    );
    problem.as_object_mut().unwrap().remove("instance");
    problem
}
const PLACE: &str = "/notification/resubmission_of";

#[test]
fn what_was_returned_is_resubmitted_and_both_sides_say_so() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let form = acquisition(NANA, "2026-11-01", None);
    let old = returned(&w, &employer, &staff, &form);
    assert!(seen(&employer, old).get("resubmitted_as").is_none());
    let dry = employer
        .post("/v1/notifications?validate_only=true")
        .json(&slip(&w, &naming(form.clone(), old.to_string())));
    dry.expect(200);
    let body = slip(&w, &naming(form, old.to_string()));
    let receipt = employer.post("/v1/notifications").key("corrected-now").json(&body).expect(202);
    assert_eq!(receipt["results"][0]["resubmission_of"], json!(old));
    let new = id(&receipt["results"][0]["notification_id"]);
    for by in [&employer, &staff] {
        assert_eq!(seen(by, new)["resubmission_of"], json!(old));
        assert_eq!(seen(by, old)["resubmitted_as"], json!(new));
        assert!(seen(by, new)["form"].get("resubmission_of").is_none(), "no part of the form");
    }
    let again = employer.post("/v1/notifications").key("corrected-now").json(&body).expect(202);
    assert_eq!(again, receipt, "the same request again is answered as before");
    decide(&staff, new, &accept()).expect(200);
    assert_eq!(seen(&employer, old)["state"], "returned", "the return stays as it was");
}
#[test]
fn a_notification_is_resubmitted_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let form = || acquisition(NANA, "2026-11-01", None);
    let first = returned(&w, &employer, &staff, &form());
    let again = |n: Uuid| try_file(&w, &employer, &naming(form(), n.to_string()));
    let second = id(&again(first).expect(202)["results"][0]["notification_id"]);
    refused(&w, (409, "already-resubmitted"), PLACE, || again(first));
    refused(&w, (409, "not-returned"), PLACE, || again(second));
    employer.post(format!("/v1/notifications/{second}/withdrawal")).send(b"").expect(200);
    assert!(seen(&employer, first).get("resubmitted_as").is_none(), "a withdrawn one does not count");
    let third = id(&again(first).expect(202)["results"][0]["notification_id"]);
    decide(&staff, third, &give_back()).expect(200);
    refused(&w, (409, "already-resubmitted"), PLACE, || again(first));
    let fourth = id(&again(third).expect(202)["results"][0]["notification_id"]);
    decide(&staff, fourth, &accept()).expect(200);
    refused(&w, (409, "already-resubmitted"), PLACE, || again(third));
    refused(&w, (409, "not-returned"), PLACE, || again(fourth));
}
#[test]
fn only_an_own_returned_notification_of_the_same_kind_is_resubmitted() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let other = w.client("other-employer");
    let mut theirs = slip(&w, &acquisition(HACHI, "2026-11-01", None));
    theirs["employer_id"] = json!(w.other_employer);
    let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&theirs).expect(202);
    let theirs = id(&receipt["results"][0]["notification_id"]);
    decide(&staff, theirs, &give_back()).expect(200);
    let file =
        |earlier: Value| try_file(&w, &employer, &naming(acquisition(NANA, "2026-11-01", None), earlier));
    let unknown = (422, "unknown-notification");
    let nobodys = refused(&w, unknown, PLACE, || file(json!(Uuid::now_v7())));
    let foreign = refused(&w, unknown, PLACE, || file(json!(theirs)));
    assert_eq!(nobodys, foreign, "another employer's id tells nothing");
    w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let family = returned(&w, &employer, &staff, &child(KYU, CHILD, "2026-11-10", None));
    refused(&w, (422, "other-kind"), PLACE, || file(json!(family)));
    let p = file(json!("not an id")).refused(422, "invalid");
    assert_eq!(p["errors"][0]["pointer"], PLACE);
    let own = returned(&w, &employer, &staff, &acquisition(NANA, "2026-11-01", None));
    let mut at_theirs = slip(&w, &naming(acquisition(NANA, "2026-11-01", None), own.to_string()));
    at_theirs["employer_id"] = json!(w.other_employer);
    other.post("/v1/notifications").key(&fresh_key()).json(&at_theirs).refused(422, unknown.1);
    employer.post("/v1/notifications").key(&fresh_key()).json(&at_theirs).refused(404, "not-found");
    // two forms of one batch for the same return
    let twice = [NANA, HACHI].map(|p| naming(acquisition(p, "2026-11-01", None), own.to_string()));
    refused(&w, (409, "already-resubmitted"), "/notifications/1/resubmission_of", || {
        employer.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &twice))
    });
}
#[test]
fn of_two_resubmissions_at_once_one_is_taken() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    // another reading each, so that nothing but the return makes them clash
    let old = returned(&w, &employer, &staff, &acquisition(NANA, "2026-11-01", None));
    let forms = [NANA, HACHI].map(|p| naming(acquisition(p, "2026-11-01", None), old.to_string()));
    let mut answers: Vec<(u16, String)> =
        race::at_once(forms.iter().map(|form| || try_file(&w, &employer, form)))
            .into_iter()
            .map(|r| (r.status, r.body["code"].as_str().unwrap_or_default().to_owned()))
            .collect();
    answers.sort();
    assert_eq!(answers, [(202, String::new()), (409, "already-resubmitted".to_owned())]);
    let linked = format!("select count(*) as n from notification where resubmission_of = '{old}'");
    assert_eq!(count(&w, &linked), 1);
}
#[test]
fn a_refused_record_resubmits_nothing() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let old = returned(&w, &employer, &staff, &acquisition(NANA, "2026-11-01", None));
    let mut wrong = naming(acquisition(NANA, "2026-11-01", None), old.to_string());
    wrong["total_yen"] = json!(1);
    let forms = [wrong, acquisition(HACHI, "2026-11-01", None)];
    let receipt =
        employer.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &forms)).expect(202);
    assert_eq!(receipt["file_result"], "partially_accepted");
    assert!(receipt["results"][0].get("resubmission_of").is_none());
    assert!(seen(&employer, old).get("resubmitted_as").is_none(), "it can be resubmitted still");
}
#[test]
fn records_of_a_file_are_linked_where_the_office_number_tells() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let sample =
        std::fs::read(format!("{}/samples/02_shutoku_kpfd_ok/KPFD0006.CSV", env!("CARGO_MANIFEST_DIR")));
    let sample = sample.unwrap();
    let send = |sequence: &[u8]| {
        let at = sample.windows(5).position(|w| w == b",001,").unwrap();
        let bytes = [&sample[..at], sequence, &sample[at + 5..]].concat();
        let path = format!(
            "/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=hanako",
            w.employer
        );
        employer.post(path).key(&fresh_key()).csv(&bytes).expect(202)["results"].clone()
    };
    let ids = |results: &Value| [0, 1].map(|n| id(&results[n]["notification_id"]));
    let give_both_back = |results: &Value| {
        for n in ids(results) {
            decide(&staff, n, &give_back()).expect(200);
        }
    };
    let first = send(b",001,");
    assert!(first[0].get("resubmission_of").is_none());
    give_both_back(&first);
    let second = send(b",002,");
    let links = |r: &Value| [0, 1].map(|n| r[n].get("resubmission_of").cloned().unwrap_or_default());
    assert_eq!(links(&second), ids(&first).map(|n| json!(n)));
    give_both_back(&second);
    // a return of somebody else who had the first record's 整理番号 (1) is not theirs
    let other = crate::filing::Person { office_number: "000001", ..NANA };
    returned(&w, &employer, &staff, &acquisition(other, "2026-11-01", None));
    let third = send(b",003,");
    assert_eq!(links(&third), ids(&second).map(|n| json!(n)));
    give_both_back(&third);
    // a further return of the same person, filed without a word of the others
    let same = crate::filing::Person { kana: "ミホン　イチロウ", birth_on: "1990-04-15", ..other };
    returned(&w, &employer, &staff, &acquisition(same, "2026-11-01", None));
    let fourth = send(b",004,");
    assert_eq!(links(&fourth), [Value::Null, json!(ids(&third)[1])], "only where it is certain");
}
#[test]
fn counts_of_a_submission_stay_what_was_read() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let mut doubtful = acquisition(HACHI, "2026-11-01", None);
    doubtful["class"] = json!("code_6");
    let mut wrong = acquisition(KYU, "2026-11-01", None);
    wrong["total_yen"] = json!(1);
    let forms = [acquisition(NANA, "2026-11-01", None), doubtful, wrong];
    let receipt =
        employer.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &forms)).expect(202);
    let counts = json!({ "accepted": 1, "review": 1, "precheck": 0, "rejected": 1, "warnings": 0 });
    assert_eq!(receipt["counts"], counts);
    let path = format!("/v1/submissions/{}", receipt["id"].as_str().unwrap());
    let now = || employer.get(&path).expect(200);
    for (n, end) in [(0, give_back()), (1, accept())] {
        decide(&staff, id(&receipt["results"][n]["notification_id"]), &end).expect(200);
        assert_eq!((&now()["counts"], &now()["read_count"]), (&counts, &json!(3)));
    }
    assert_eq!(now()["results"][1]["state"], "applied");
    let confirmed =
        employer.post(format!("{path}/confirmation")).json(&json!({ "read_count": 3 })).expect(200);
    assert_eq!(confirmed["counts"], counts);
}
