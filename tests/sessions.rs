//! Signing in, going on, signing out, over a socket and across nodes.
use crate::harness::{
    behind::{suspend, within},
    caller::{Caller, Response},
    world::{PASSWORD, World},
};
use chrono::Duration;
use futures_util::FutureExt;
use kenpo::{domain::access, kernel::live::Snapshot};
use serde_json::{Value, json};
use std::time::{Duration as Span, Instant};

const MEMBERS: &str = "/v1/members";

fn sign_in(w: &World, id: &str, password: &str) -> Response {
    w.nobody().post("/v1/sessions").json(&json!({ "user_id": id, "password": password }))
}
fn tokens(w: &World, id: &str) -> (Caller, String) {
    let tokens = sign_in(w, id, PASSWORD).expect(200);
    (w.bearer(tokens["access_token"].as_str().unwrap()), tokens["refresh_token"].as_str().unwrap().to_owned())
}
fn refresh(w: &World, token: &str) -> Response {
    w.nobody().post("/v1/sessions/refresh").json(&json!({ "refresh_token": token }))
}
/// Everything of an answer that could tell one case from another.
fn face(r: &Response) -> (u16, Vec<(String, String)>, Value) {
    let own = ["date", "x-request-id"];
    let headers = r.headers.iter().filter(|(n, _)| !own.contains(&n.as_str())).cloned().collect();
    let mut body = r.body.clone();
    body.as_object_mut().unwrap().remove("instance");
    (r.status, headers, body)
}

#[test]
fn a_sign_in_gives_ten_minutes_and_a_refresh_token() {
    let w = World::new();
    let got = sign_in(&w, "privileged", PASSWORD);
    assert_eq!(got.header("cache-control"), "no-store");
    let got = got.expect(200);
    assert_eq!((&got["token_type"], &got["expires_in"]), (&json!("Bearer"), &json!(600)));
    let caller = w.bearer(got["access_token"].as_str().unwrap());
    caller.get(MEMBERS).expect(200);
    w.clock.advance(Duration::seconds(599));
    caller.get(MEMBERS).expect(200);
    w.clock.advance(Duration::seconds(1));
    caller.get(MEMBERS).refused(401, "unauthenticated");
}

#[test]
fn wrong_unknown_suspended_and_ended_ids_get_the_same_answer() {
    let w = World::new();
    suspend(&mut w.owner(), w.user("it"), true);
    w.reenter("review", "valid_until = '2026-11-22 00:00+09'");
    w.reenter("collection", "valid_from = '2026-11-23 00:00+09'");
    let wrong = face(&sign_in(&w, "clerk", "some other password"));
    assert_eq!(wrong.0, 401);
    for (id, password) in [
        ("nobody-here", PASSWORD),
        ("it", PASSWORD),
        ("review", PASSWORD),
        ("collection", PASSWORD),
        ("clerk'--", "x"),
    ] {
        assert_eq!(face(&sign_in(&w, id, password)), wrong, "{id}");
    }
    assert_eq!(w.entries("operation = 'createSession' and code = 'sign-in-failed'").len(), 6);
}

#[test]
fn failures_delay_longer_each_time_and_alike_for_ids_that_do_not_exist() {
    let w = World::new();
    let waits = |id: &str| {
        let mut waits = Vec::new();
        while waits.len() < 8 {
            let got = sign_in(&w, id, "wrong");
            if got.status == 429 {
                // the right password changes nothing while waiting
                assert_eq!(face(&sign_in(&w, id, PASSWORD)), face(&got));
                let wait: i64 = got.header("retry-after").parse().unwrap();
                w.clock.advance(Duration::milliseconds(wait * 1000 - 1));
                assert_eq!(sign_in(&w, id, "wrong").status, 429);
                w.clock.advance(Duration::milliseconds(1));
                waits.push((wait, face(&got)));
            } else {
                assert_eq!(got.status, 401);
            }
        }
        waits
    };
    let (known, unknown) = (waits("clerk"), waits("nobody-here"));
    assert_eq!(known.iter().map(|w| w.0).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(known, unknown);
    sign_in(&w, "clerk", PASSWORD).expect(200);
    for _ in 0..2 {
        sign_in(&w, "clerk", "wrong").refused(401, "sign-in-failed");
    }
    sign_in(&w, "clerk", PASSWORD).expect(200); // forgiven: no wait after two
    assert!(
        !w.entries("operation = 'createSession' and code = 'sign-in-delayed' and status = 429").is_empty()
    );
}

#[test]
fn so_many_hashes_at_a_time_and_who_finds_no_place_is_told_to_come_later() {
    let w = World::new();
    let passwords = &w.app.passwords;
    actix_web::rt::System::new().block_on(async {
        // every place there is, held
        let mut held = Vec::new();
        while let Some(Ok(place)) = passwords.place().now_or_never() {
            held.push(place);
            assert!(held.len() < 64, "there is no bound");
        }
        assert_eq!(held.len(), access::PasswordSettings::default().at_once);
        for id in ["clerk", "nobody-here"] {
            sign_in(&w, id, PASSWORD).refused(503, "sign-in-busy");
        }
        // whoever is signed in goes on, and one place is enough for the next sign-in
        w.client("employer").get("/v1/employers").expect(200);
        held.pop();
        sign_in(&w, "clerk", PASSWORD).expect(200);
        assert!(passwords.place().now_or_never().is_some(), "a sign-in gives its place back");
    });
    let busy = w.entries("operation = 'createSession' and status = 503");
    assert_eq!(busy.iter().map(|e| &e["code"]).collect::<Vec<_>>(), ["sign-in-busy"; 2]);
}

#[test]
fn a_refresh_token_works_once_and_a_second_use_ends_the_session() {
    let w = World::new();
    let (first, refresh_1) = tokens(&w, "clerk");
    let got = refresh(&w, &refresh_1).expect(200);
    let second = w.bearer(got["access_token"].as_str().unwrap());
    let refresh_2 = got["refresh_token"].as_str().unwrap();
    let third = refresh(&w, refresh_2).expect(200);
    second.get(MEMBERS).expect(200);
    // a thief who refreshed twice is found by the first token all the same
    refresh(&w, &refresh_1).refused(401, "refresh-refused");
    first.get(MEMBERS).refused(401, "unauthenticated");
    second.get(MEMBERS).refused(401, "unauthenticated");
    refresh(&w, third["refresh_token"].as_str().unwrap()).refused(401, "refresh-refused");
    let told = w.entries("operation = 'refreshSession' and detail->>'ended' = 'refresh-token-reused'");
    assert_eq!(told.len(), 1);
    refresh(&w, "not one of ours").refused(401, "refresh-refused");
    refresh(&w, first.token.as_deref().map_or("", |t| &t[..150])).refused(401, "refresh-refused");
}

#[test]
fn a_session_ends_when_idle_and_after_eight_hours() {
    let w = World::new();
    let (_, idle) = tokens(&w, "clerk");
    let (_, mut used) = tokens(&w, "clerk");
    for _ in 0..16 {
        w.clock.advance(Duration::minutes(29));
        used = refresh(&w, &used).expect(200)["refresh_token"].as_str().unwrap().to_owned();
    }
    refresh(&w, &idle).refused(401, "refresh-refused");
    w.clock.advance(Duration::minutes(15)); // 7:59
    let last = refresh(&w, &used).expect(200);
    assert_eq!(last["expires_in"], 60, "no token outlives its session");
    w.clock.advance(Duration::minutes(1));
    refresh(&w, last["refresh_token"].as_str().unwrap()).refused(401, "refresh-refused");
}

#[test]
fn an_ended_session_is_dead_here_at_once_and_elsewhere_within_five_seconds() {
    let w = World::new();
    let other = w.second_node().watching();
    let (caller, refresh_token) = tokens(&w, "clerk");
    caller.at(&other.url).get(MEMBERS).expect(200);
    assert_eq!(caller.delete("/v1/sessions/current").status, 204);
    caller.get(MEMBERS).refused(401, "unauthenticated");
    refresh(&w, &refresh_token).refused(401, "refresh-refused");
    within(5, "the other node knows", || caller.at(&other.url).get(MEMBERS).status == 401);
    assert_eq!(w.entries("operation = 'endSession' and status = 204 and subject_kind = 'Session'").len(), 1);
}

#[test]
fn suspended_people_and_ids_that_end_are_refused_at_once() {
    let w = World::new();
    let (suspended, its_refresh) = tokens(&w, "clerk");
    let client = w.client("employer");
    suspend(&mut w.owner(), w.user("clerk"), true);
    w.run("update api_client set is_active = false where client_key = 'employer'");
    within(1, "the suspension is known", || suspended.get(MEMBERS).status == 401);
    refresh(&w, &its_refresh).refused(401, "refresh-refused");
    within(1, "for systems too", || client.get(MEMBERS).status == 401);
    // an id ends with its last day in Japan: nothing has to tell anybody
    w.reenter("privileged", "valid_until = '2026-11-23 00:00+09'");
    w.clock.advance(Duration::minutes(14 * 60 + 55)); // 23:55 in Japan
    let (ends, its_refresh) = tokens(&w, "privileged");
    within(1, "the record is known", || {
        w.app.kernel.live.get().users[&w.user("privileged")].entries[0].until.is_some()
    });
    ends.get(MEMBERS).expect(200);
    w.clock.advance(Duration::minutes(5));
    ends.get(MEMBERS).refused(401, "unauthenticated");
    refresh(&w, &its_refresh).refused(401, "refresh-refused");
}

#[test]
fn failed_sign_ins_are_recorded_without_what_was_typed() {
    let w = World::new();
    let typed = ["hunter2-typed-as-id", "hunter3-typed-as-password"];
    for _ in 0..4 {
        sign_in(&w, typed[0], typed[1]);
    }
    sign_in(&w, "clerk", typed[1]).refused(401, "sign-in-failed");
    let entries = w.entries("operation = 'createSession'");
    assert_eq!(entries.len(), 5);
    for e in &entries {
        assert_eq!((&e["outcome"], &e["actor_kind"]), (&json!("refused"), &json!("nobody")));
        assert!(!typed.iter().any(|t| e.to_string().contains(t)));
    }
    let same = |i: usize| entries[i]["detail"]["typed_id"].clone();
    assert_eq!(same(0), same(1), "one id is known again");
    assert_ne!(same(0), same(4));
    assert_eq!(entries[4]["subject_id"], json!(w.user("clerk")), "and whose id it was");
    for kept in w.rows("select * from sign_in_delay") {
        assert!(!typed.iter().any(|t| kept.to_string().contains(t)));
    }
}

/// Entries of a flood, and how many requests they stand for.
fn counted(w: &World, condition: &str) -> (usize, i64) {
    let entries = w.entries(condition);
    (entries.len(), entries.iter().map(|e| e["repeats"].as_i64().unwrap()).sum())
}

#[test]
fn a_flood_of_refusals_is_told_by_few_entries_with_their_count() {
    let w = World::with(|c| c.with("rate_per_second", "1"));
    let (stranger, staff) = (w.bearer("not.a.token"), w.staff("clerk"));
    for _ in 0..50 {
        stranger.get(MEMBERS).refused(401, "unauthenticated");
        staff.get(MEMBERS);
    }
    within(15, "what was held back is written", || counted(&w, "code = 'unauthenticated'").1 == 50);
    within(15, "for callers who ask too fast too", || counted(&w, "code = 'too-many-requests'").1 == 48);
    assert!(counted(&w, "code = 'unauthenticated'").0 < 35);
    assert!(counted(&w, "code = 'too-many-requests'").0 < 35);
    let whose = w.entries("code = 'too-many-requests' and repeats > 1");
    assert_eq!(whose[0]["actor_id"], json!(w.user("clerk")));
}

#[test]
fn what_is_known_of_callers_is_trusted_for_a_minute() {
    let w = World::new();
    let node = w.second_node(); // it hears of nothing by itself
    let caller = w.staff("clerk").at(&node.url);
    caller.get(MEMBERS).expect(200);
    let kernel = &node.app.kernel;
    let aged = |seconds: u64| {
        let known = kernel.live.get();
        let same =
            Snapshot { users: known.users.clone(), clients: known.clients.clone(), ..Snapshot::default() };
        kernel.live.put(same, Instant::now().checked_sub(Span::from_secs(seconds)).unwrap());
        caller.get(MEMBERS)
    };
    aged(30).expect(200);
    aged(61).refused(503, "callers-unknown");
    w.nobody().at(&node.url).get(MEMBERS).refused(401, "unauthenticated");
    access::refresh(kernel).unwrap();
    caller.get(MEMBERS).expect(200);
}

#[test]
fn what_no_longer_counts_is_forgotten_and_what_counts_stays() {
    let w = World::new();
    let ago = |minutes: i64| (w.clock.now() - Duration::minutes(minutes)).to_rfc3339();
    for (name, old, young) in [("sign_in_delay", 61, 59), ("used_assertion", 6, 4), ("number_check", 61, 59)]
    {
        for (what, at) in [("old", ago(old)), ("young", ago(young))] {
            w.run(&match name {
                "sign_in_delay" => format!("insert into sign_in_delay values ('{what}', 9, '{at}')"),
                "used_assertion" => format!("insert into used_assertion values ('{what}', '{at}')"),
                _ => format!(
                    "insert into number_check values (gen_random_uuid(), '{at}', {})",
                    what == "young"
                ),
            });
        }
    }
    let left = || {
        w.rows(
            "select encode(key, 'escape') as left from sign_in_delay union all \
             select encode(digest, 'escape') from used_assertion union all \
             select case when matched then 'young' else 'old' end from number_check",
        )
    };
    assert_eq!(left().len(), 6);
    let _node = w.second_node().watching();
    within(5, "the old is forgotten", || left().len() < 6);
    within(5, "all of it", || left().iter().all(|row| row["left"] == "young"));
    assert_eq!(left().len(), 3);
}
