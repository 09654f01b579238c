//! What is refused of instructions, and what the database refuses whatever the program does.
use super::{about, carry_out, instruct, newcomer};
use crate::harness::{race::at_once, world::World};
use chrono::Duration;
use serde_json::{Value, json};

fn ask(w: &World, by: &str, body: &Value) -> crate::harness::caller::Response {
    let key = format!("ask-{}", uuid::Uuid::now_v7());
    w.staff(by).post("/v1/user-instructions").key(&key).json(body)
}
fn instructions(w: &World) -> usize {
    w.rows("select id from user_instruction").len()
}

#[test]
fn only_the_officer_instructs_and_only_it_executes() {
    let w = World::new();
    for who in ["it", "privileged", "clerk", "benefits", "collection", "review"] {
        ask(&w, who, &newcomer("new.person")).refused(403, "forbidden");
    }
    let i = instruct(&w.staff("officer"), &newcomer("new.person"));
    for who in ["officer", "privileged", "clerk", "review"] {
        carry_out(&w.staff(who), &i, "execution").refused(403, "forbidden");
    }
    for who in ["privileged", "clerk", "benefits", "collection", "review"] {
        let caller = w.staff(who);
        caller.get("/v1/users").refused(403, "forbidden");
        caller.get(format!("/v1/users/{}", w.user("clerk"))).refused(403, "forbidden");
        caller.get(format!("/v1/user-instructions/{}", i.id)).refused(403, "forbidden");
    }
}

#[test]
fn nobody_has_a_hand_in_the_own_id() {
    let w = World::new();
    let officers =
        json!({ "section": "data_protection", "duties": ["data_protection_officer"], "purposes": [] });
    ask(&w, "officer", &about(&w, "officer", &officers)).refused(409, "own-id");
    let its = json!({ "section": "it", "duties": ["id_administration"], "purposes": [] });
    let i = instruct(&w.staff("officer"), &about(&w, "it", &its));
    carry_out(&w.staff("it"), &i, "execution").refused(409, "own-id");
    let second = instruct(&w.staff("second-officer"), &about(&w, "officer", &officers));
    carry_out(&w.staff("it"), &second, "execution").expect(200);
    carry_out(&w.staff("officer"), &second, "confirmation").refused(409, "own-id");
    let end = |by: &str, id: uuid::Uuid, step: &str| {
        let path = format!("/v1/user-instructions/{id}/{step}");
        w.staff(by).post(path).json(&json!({ "reason": "取りやめ" }))
    };
    end("officer", second.id, "withdrawal").refused(409, "own-id");
    end("it", i.id, "rejection").refused(409, "own-id");
    carry_out(&w.staff("second-officer"), &second, "confirmation").expect(200);
}

#[test]
fn wrong_content_is_refused_at_its_place_and_stores_nothing() {
    let w = World::new();
    let wrong = |changes: Value, pointer: &str, code: &str| {
        let refused = ask(&w, "officer", &about(&w, "clerk", &changes)).refused(422, "invalid");
        let places: Vec<_> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
            .collect();
        assert!(places.contains(&(pointer, code)), "{changes}: {places:?}");
    };
    wrong(json!({ "holds_from": "2026-11-21T23:59:59+09:00" }), "/content/holds_from", "in-the-past");
    wrong(json!({ "holds_until": "2026-11-22T00:00:00+09:00" }), "/content/holds_until", "not-after-from");
    wrong(
        json!({ "section": "it", "purposes": [], "duties": ["data_protection_officer", "id_administration"] }),
        "/content/duties",
        "two-roles",
    );
    wrong(json!({ "duties": ["id_administration"] }), "/content/duties", "not-of-the-section");
    wrong(json!({ "section": "planning" }), "/content/purposes", "not-of-the-section");
    wrong(json!({ "scopes": ["members:read", "members:read"] }), "/content/scopes/1", "scope");
    wrong(json!({ "scopes": ["personal-number:read"] }), "/content/scopes/0", "scope");
    wrong(json!({ "scopes": ["everything"] }), "/content/scopes/0", "scope");
    let privilege = |from: &str, until: &str| json!({ "from": from, "until": until });
    let year = privilege("2026-12-01T00:00:00+09:00", "2027-12-01T00:00:00+09:00");
    wrong(
        json!({ "section": "planning", "purposes": [], "number_privilege": year }),
        "/content/number_privilege",
        "not-of-the-section",
    );
    wrong(
        json!({ "number_privilege": privilege("2026-12-01T00:00:00+09:00", "2027-12-03T00:00:00+09:00") }),
        "/content/number_privilege/until",
        "out-of-range",
    );
    wrong(
        json!({ "holds_until": "2027-04-01T00:00:00+09:00", "number_privilege": year }),
        "/content/number_privilege/from",
        "out-of-range",
    );
    let number = kenpo::cli::seed::fictitious_number(41);
    wrong(json!({ "display_name": number }), "/content/display_name", "E-NUMBER-IN-TEXT");
    for (body, pointer) in [
        (json!({ "login": "Capital", "content": newcomer("x")["content"], "reason": "r" }), "/login"),
        (json!({ "content": newcomer("x")["content"], "reason": "r" }), "/user_id"),
        (
            json!({ "login": "both.given", "user_id": w.user("clerk"), "content": newcomer("x")["content"], "reason": "r" }),
            "/user_id",
        ),
        (
            json!({ "user_id": uuid::Uuid::now_v7(), "content": newcomer("x")["content"], "reason": "r" }),
            "/user_id",
        ),
    ] {
        let refused = ask(&w, "officer", &body).refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    assert_eq!(instructions(&w), 0);
}

#[test]
fn one_instruction_waits_for_a_person_and_no_sign_in_name_is_used_again() {
    let w = World::new();
    ask(&w, "officer", &newcomer("clerk")).refused(409, "login-taken");
    let i = instruct(&w.staff("officer"), &newcomer("new.person"));
    ask(&w, "second-officer", &newcomer("new.person")).refused(409, "login-taken");
    instruct(&w.staff("officer"), &about(&w, "clerk", &json!({})));
    ask(&w, "officer", &about(&w, "clerk", &json!({}))).refused(409, "already-exists");
    let end = |by: &str, step: &str| {
        w.staff(by)
            .post(format!("/v1/user-instructions/{}/{step}", i.id))
            .json(&json!({ "reason": "取りやめ" }))
    };
    assert_eq!(end("officer", "withdrawal").expect(200)["state"], "withdrawn");
    end("officer", "withdrawal").refused(409, "instruction-decided");
    end("it", "rejection").refused(409, "instruction-decided");
    carry_out(&w.staff("it"), &i, "execution").refused(409, "instruction-decided");
    instruct(&w.staff("officer"), &newcomer("new.person"));
}

#[test]
fn what_lapsed_is_carried_out_no_more_and_what_was_read_is_what_is_carried_out() {
    let w = World::new();
    let i = instruct(&w.staff("officer"), &newcomer("new.person"));
    w.staff("it")
        .post(format!("/v1/user-instructions/{}/execution", i.id))
        .header("if-match", "\"other\"")
        .send(b"")
        .refused(412, "stale");
    w.staff("it")
        .post(format!("/v1/user-instructions/{}/execution", i.id))
        .send(b"")
        .refused(428, "if-match-missing");
    w.clock.advance(Duration::days(7));
    carry_out(&w.staff("it"), &i, "execution").refused(409, "instruction-expired");
    let mut again = newcomer("new.person");
    again["content"]["holds_from"] = json!(w.clock.now());
    instruct(&w.staff("officer"), &again);
    instruct(&w.staff("officer"), &about(&w, "clerk", &json!({ "holds_from": w.clock.now() })));
    w.clock.advance(Duration::days(7));
    instruct(&w.staff("officer"), &about(&w, "clerk", &json!({ "holds_from": w.clock.now() })));
}

#[test]
fn of_many_at_once_one_executes_and_one_confirms() {
    let w = World::new();
    let i = instruct(&w.staff("officer"), &newcomer("new.person"));
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    for (by, step) in [(&it, "execution"), (&officer, "confirmation")] {
        let answers = at_once((0..8).map(|_| || carry_out(by, &i, step).status));
        assert_eq!(answers.iter().filter(|s| **s == 200).count(), 1, "{step}: {answers:?}");
        assert!(answers.iter().all(|s| [200, 409].contains(s)), "{answers:?}");
    }
    assert_eq!(w.rows("select row_id from user_entry where user_id = (select id from app_user where login = 'new.person')").len(), 1);
}

#[test]
fn the_database_itself_refuses_one_person_in_two_roles_and_what_was_not_confirmed() {
    let w = World::new();
    let i = instruct(&w.staff("officer"), &newcomer("new.person"));
    let refused = |sql: &str, why: &str| {
        let e = w.attempt(sql).unwrap_err();
        assert!(e.contains(why), "{sql}: {e}");
    };
    let id = i.id;
    refused(
        &format!(
            "update user_instruction set state = 'executed', executed_by = instructed_by, executed_at = now() where id = '{id}'"
        ),
        "user_instruction_two_roles",
    );
    refused(
        &format!(
            "update user_instruction set state = 'executed', executed_by = user_id, executed_at = now() where id = '{id}'"
        ),
        "user_instruction_of_another",
    );
    refused(&format!("update user_instruction set content = '{{}}' where id = '{id}'"), "not rewritten");
    refused(
        "update user_entry set section = 'it', superseded_at = now() where superseded_at is null",
        "history is not overwritten",
    );
    let executed = format!(
        "update user_instruction set state = 'executed', executed_by = gen_random_uuid(), executed_at = now() where id = '{id}'"
    );
    w.run(&executed);
    refused(
        &format!("update user_instruction set executed_by = gen_random_uuid() where id = '{id}'"),
        "stays",
    );
    refused(
        &format!(
            "update user_instruction set state = 'confirmed', confirmed_by = executed_by, confirmed_at = now() where id = '{id}'"
        ),
        "user_instruction_two_roles",
    );
    refused(
        &format!(
            "set role kenpo_service; insert into user_entry (row_id, user_id, display_name, section, duties, purposes, scopes, valid_from, valid_until, \
               recorded_at, recorded_by, instruction_id) select gen_random_uuid(), user_id, 'x', 'it', '{{}}', '{{}}', '{{}}', '2030-01-01', null, now(), \
               user_id, '{id}' from user_entry limit 1"
        ),
        "not confirmed",
    );
    refused(
        "insert into user_entry (row_id, user_id, display_name, section, duties, purposes, scopes, valid_from, recorded_at, recorded_by) \
         select gen_random_uuid(), user_id, 'x', 'it', '{data_protection_officer,id_administration}', '{}', '{}', '1990-01-01', now(), user_id from user_entry limit 1",
        "user_entry_one_role",
    );
}
