//! J9: the life of an id and of its privilege.
use super::{about, activation, carry_out, instruct, newcomer, registered};
use crate::harness::{
    behind::within,
    world::{PASSWORD, World},
};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
/// Moves the clock of the society to an instant.
fn go(w: &World, text: &str) {
    w.clock.advance(at(text) - w.clock.now());
}
fn holds_privilege(w: &World, login: &str) -> bool {
    let record = w.app.kernel.live.get().users[&w.user(login)].clone();
    record.at(w.clock.now()).is_some_and(|u| u.privilege.is_some())
}

#[test]
fn a_privilege_that_was_set_ahead_begins_and_ends_to_the_second_without_any_job() {
    let w = World::new();
    let privilege = json!({ "from": "2027-04-01T00:00:00+09:00", "until": "2027-10-01T00:00:00+09:00" });
    let changes =
        json!({ "section": "enrolment_2", "scopes": ["members:read"], "number_privilege": privilege });
    registered(&w, &about(&w, "clerk", &changes));
    within(1, "it is known", || w.app.kernel.live.get().users[&w.user("clerk")].privileges.len() == 1);
    for (instant, holds) in [
        ("2027-03-31T23:59:59+09:00", false),
        ("2027-04-01T00:00:00+09:00", true),
        ("2027-09-30T23:59:59+09:00", true),
        ("2027-10-01T00:00:00+09:00", false),
    ] {
        go(&w, instant);
        assert_eq!(holds_privilege(&w, "clerk"), holds, "{instant}");
    }
}

#[test]
fn a_transfer_ends_sessions_and_tokens_at_midnight() {
    let w = World::new();
    let to = json!({ "section": "benefits", "purposes": ["benefits"], "scopes": ["members:read", "dependents:read"],
        "holds_from": "2026-11-23T00:00:00+09:00" });
    registered(&w, &about(&w, "privileged", &to));
    within(1, "it is known", || w.app.kernel.live.get().users[&w.user("privileged")].entries.len() == 2);
    go(&w, "2026-11-22T23:59:58+09:00");
    let signed_in = w
        .nobody()
        .post("/v1/sessions")
        .json(&json!({ "user_id": "privileged", "password": PASSWORD }))
        .expect(200);
    let before = w.bearer(signed_in["access_token"].as_str().unwrap());
    before.get("/v1/employers?limit=1").expect(200);
    w.clock.advance(Duration::seconds(2));
    before.get("/v1/employers?limit=1").refused(401, "unauthenticated");
    let refresh = json!({ "refresh_token": signed_in["refresh_token"] });
    w.nobody().post("/v1/sessions/refresh").json(&refresh).refused(401, "refresh-refused");
    // the same person, signed in anew, is of 給付課
    let after = w.staff("privileged");
    after.get("/v1/members?limit=1").expect(200);
    after.get("/v1/employers?limit=1").refused(403, "insufficient-scope");
}

#[test]
fn neither_officer_nor_it_registers_anything_alone() {
    let w = World::new();
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let i = instruct(&officer, &newcomer("yamada.hanako"));
    let nobody = || w.rows("select id from app_user where login = 'yamada.hanako'").is_empty();
    carry_out(&officer, &i, "execution").refused(403, "forbidden");
    carry_out(&officer, &i, "confirmation").refused(409, "not-executed");
    assert!(nobody());
    carry_out(&it, &i, "execution").expect(200);
    carry_out(&it, &i, "confirmation").refused(403, "forbidden");
    assert!(nobody(), "what was executed holds once it is confirmed");
    let told = carry_out(&officer, &i, "confirmation").expect(200);
    assert_eq!(
        (&told["instruction"]["state"], told["instruction"]["executed"]["by"].as_str()),
        (&json!("confirmed"), Some(w.user("it").to_string().as_str()))
    );
    assert!(!nobody());
    assert_eq!(w.entries("operation = 'confirmUserInstruction' and status = 200").len(), 1);
}

#[test]
fn somebody_who_leaves_can_do_nothing_from_that_instant_on_and_stays_in_the_register() {
    let w = World::new();
    let leaves = json!({ "section": "review", "purposes": [], "holds_until": "2026-11-23T00:00:00+09:00" });
    registered(&w, &about(&w, "review", &leaves));
    within(1, "it is known", || {
        w.app.kernel.live.get().users[&w.user("review")].entries.iter().any(|e| e.until.is_some())
    });
    w.clock.advance(Duration::seconds(1));
    let caller = w.staff("review");
    caller.get("/v1/members?limit=1").expect(200);
    go(&w, "2026-11-23T00:00:00+09:00");
    caller.get("/v1/members?limit=1").refused(401, "unauthenticated");
    w.nobody()
        .post("/v1/sessions")
        .json(&json!({ "user_id": "review", "password": PASSWORD }))
        .refused(401, "sign-in-failed");
    let officer = w.staff("officer");
    let path = format!("/v1/users/{}", w.user("review"));
    assert_eq!(officer.get(path.as_str()).expect(200)["state"], "ended");
    assert_eq!(officer.get(format!("{path}?as_of=2026-11-22")).expect(200)["state"], "active");
}

#[test]
fn the_register_tells_an_auditor_what_held_a_year_ago_and_what_was_known_then() {
    let w = World::new();
    let path = format!("/v1/users/{}", w.user("clerk"));
    let known_at = w.clock.now();
    w.clock.advance(Duration::seconds(5));
    let to = json!({ "section": "collection", "purposes": ["collection"], "holds_from": "2027-04-01T00:00:00+09:00" });
    let i = registered(&w, &about(&w, "clerk", &to));
    go(&w, "2027-11-22T09:00:00+09:00");
    let auditor = w.client("auditor");
    assert_eq!(auditor.get(path.as_str()).expect(200)["section"], "collection");
    let then = auditor.get(format!("{path}?as_of=2026-11-22")).expect(200);
    assert_eq!((&then["section"], &then["login"]), (&json!("enrolment_2"), &json!("clerk")));
    let known = known_at.to_rfc3339().replace('+', "%2B");
    let was_known = auditor.get(format!("{path}?as_of=2027-06-01&known_at={known}")).expect(200);
    assert_eq!(was_known["section"], "enrolment_2", "the transfer was not known");
    let listed = auditor.get("/v1/users?as_of=2026-11-22&section=collection").expect(200);
    assert!(listed["items"].as_array().unwrap().iter().all(|u| u["login"] != "clerk"));
    let history = auditor.get(format!("{path}/history")).expect(200);
    let entries = history["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3, "the transfer, what remained before it, and what was known before");
    assert_eq!(entries[0]["times"]["instruction_id"], json!(i.id.to_string()));
    assert!(entries[2]["times"]["superseded_at"].is_string());
}

#[test]
fn an_id_that_nobody_uses_is_locked_and_usable_again_once_it_was_released() {
    let w = World::with(|c| c.with("idle_days", "90"));
    let sign_in =
        || w.nobody().post("/v1/sessions").json(&json!({ "user_id": "review", "password": PASSWORD }));
    w.run("update app_user set usable_since = '2026-11-22'");
    sign_in().expect(200);
    w.clock.advance(Duration::days(90));
    sign_in().expect(200);
    w.clock.advance(Duration::days(90) + Duration::seconds(1));
    sign_in().refused(401, "sign-in-failed");
    // who releases it was not idle
    w.run("update app_user set usable_since = '2027-05-01' where login in ('officer', 'it')");
    let path = format!("/v1/users/{}", w.user("review"));
    assert_eq!(w.staff("officer").get(path.as_str()).expect(200)["state"], "idle");
    let mut body =
        about(&w, "review", &json!({ "section": "review", "purposes": [], "holds_from": w.clock.now() }));
    body["releases_lock"] = json!(true);
    registered(&w, &body);
    w.clock.advance(Duration::seconds(1));
    sign_in().expect(200);
}

#[test]
fn a_lock_ends_everything_at_once_and_is_released_by_two() {
    let w = World::new();
    let (clerk, path) = (w.staff("clerk"), format!("/v1/users/{}", w.user("clerk")));
    let it = w.staff("it");
    let told = it.post(format!("{path}/lock")).json(&json!({ "reason": "suspicion" })).expect(200);
    assert_eq!((&told["state"], &told["lock_reason"]), (&json!("locked"), &json!("suspicion")));
    within(1, "this node knows", || clerk.get("/v1/members?limit=1").status == 401);
    it.post(format!("{path}/lock")).json(&json!({ "reason": "suspended" })).refused(409, "already-locked");
    w.nobody()
        .post("/v1/sessions")
        .json(&json!({ "user_id": "clerk", "password": PASSWORD }))
        .refused(401, "sign-in-failed");
    let mut body = about(&w, "clerk", &json!({ "section": "enrolment_2" }));
    body["releases_lock"] = json!(true);
    registered(&w, &body);
    w.clock.advance(Duration::seconds(2));
    within(1, "the release is known", || !w.app.kernel.live.get().users[&w.user("clerk")].is_locked);
    clerk.get("/v1/members?limit=1").refused(401, "unauthenticated");
    w.staff("clerk").get("/v1/members?limit=1").expect(200);
    let history = w.staff("officer").get(format!("{path}/history")).expect(200);
    assert!(history["locks"][0]["released_under"].is_string());
}

#[test]
fn what_was_set_ahead_gives_way_to_a_later_instruction() {
    let w = World::new();
    let planned =
        json!({ "section": "benefits", "purposes": ["benefits"], "holds_from": "2027-04-01T00:00:00+09:00" });
    registered(&w, &about(&w, "clerk", &planned));
    let instead = json!({ "section": "collection", "purposes": ["collection"], "holds_from": "2027-02-01T00:00:00+09:00" });
    registered(&w, &about(&w, "clerk", &instead));
    let officer = w.staff("officer");
    let path = format!("/v1/users/{}", w.user("clerk"));
    for (day, section) in
        [("2027-01-31", "enrolment_2"), ("2027-02-01", "collection"), ("2027-05-01", "collection")]
    {
        assert_eq!(officer.get(format!("{path}?as_of={day}")).expect(200)["section"], section, "{day}");
    }
}

#[test]
fn a_new_person_chooses_a_password_with_both_halves() {
    let w = World::new();
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let i = instruct(&officer, &newcomer("new.person"));
    let first = carry_out(&it, &i, "execution").expect(200);
    let second = carry_out(&officer, &i, "confirmation").expect(200);
    assert_ne!(first["activation_half"], second["activation_half"]);
    for half in [&first, &second].map(|step| step["activation_half"].as_str().unwrap()) {
        let again = officer.get(format!("/v1/user-instructions/{}", i.id));
        assert!(!again.text.contains(half), "shown once");
        assert!(
            !w.rows("select to_jsonb(i)::text as text from user_instruction i")[0].to_string().contains(half)
        );
    }
    w.clock.advance(Duration::seconds(1));
    let body = activation("new.person", &first, &second, "a password of one's own");
    assert_eq!(w.nobody().post("/v1/activations").json(&body).status, 204);
    let signed_in = json!({ "user_id": "new.person", "password": "a password of one's own" });
    let token = w.nobody().post("/v1/sessions").json(&signed_in).expect(200);
    let caller = w.bearer(token["access_token"].as_str().unwrap());
    within(1, "the person is known", || caller.get("/v1/members?limit=1").status == 200);
}

#[test]
fn a_lock_that_came_after_the_instruction_to_release_another_one_stands() {
    let w = World::new();
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let mut body = about(&w, "clerk", &json!({ "section": "enrolment_2" }));
    body["releases_lock"] = json!(true);
    let i = instruct(&officer, &body);
    carry_out(&it, &i, "execution").expect(200);
    w.clock.advance(Duration::seconds(1));
    it.post(format!("/v1/users/{}/lock", w.user("clerk")))
        .json(&json!({ "reason": "suspicion" }))
        .expect(200);
    carry_out(&officer, &i, "confirmation").refused(409, "locked-since");
    let path = format!("/v1/users/{}", w.user("clerk"));
    assert_eq!(officer.get(path.as_str()).expect(200)["state"], "locked");
}

#[test]
fn a_privilege_that_runs_is_cut_and_one_who_comes_later_is_not_idle_on_the_first_day() {
    let w = World::with(|c| c.with("idle_days", "90"));
    assert!(holds_privilege(&w, "privileged"));
    registered(&w, &about(&w, "privileged", &json!({ "holds_from": "2026-11-22T09:00:00+09:00" })));
    within(1, "the privilege is known to be over", || !holds_privilege(&w, "privileged"));
    let history = w.staff("officer").get(format!("/v1/users/{}/history", w.user("privileged"))).expect(200);
    let times = history["privileges"].as_array().unwrap();
    assert_eq!(times.len(), 2, "as it was known, and what remains of it: {times:?}");
    let mut later = newcomer("later.person");
    later["content"]["holds_from"] = json!("2027-06-01T00:00:00+09:00");
    later["content"]["holds_until"] = json!("2028-04-01T00:00:00+09:00");
    later["content"].as_object_mut().unwrap().remove("number_privilege");
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let i = instruct(&officer, &later);
    let first = carry_out(&it, &i, "execution").expect(200);
    let second = carry_out(&officer, &i, "confirmation").expect(200);
    let own = "a password of one's own";
    assert_eq!(
        w.nobody().post("/v1/activations").json(&activation("later.person", &first, &second, own)).status,
        204
    );
    let sign_in =
        || w.nobody().post("/v1/sessions").json(&json!({ "user_id": "later.person", "password": own }));
    sign_in().refused(401, "sign-in-failed");
    go(&w, "2027-06-01T00:00:00+09:00");
    sign_in().expect(200);
}
