//! A life in which every operation is used and every form is filed, numbers are put where none may be, a number goes from one id to
//! another, the worker does what waits and the days go by.
use crate::{
    filing::{CHILD, HACHI, Person, accept, acquisition, child, count, decide, filed, fresh_key, id},
    harness::world::World,
    merges::{merged, twins},
    protection::{canary, every_operation},
    sweep::{self, society::Society, table},
    texts,
};
use chrono::Duration;
use kenpo::{
    app,
    cli::{self, seed::fictitious_number},
    domain::{calendar, personal_numbers::jobs},
    kernel::db,
    ports::key_store::SqliteKeyStore,
};
use serde_json::json;
use uuid::Uuid;

/// Lives it; gives how often a number was shown under a grant, and the texts that took one.
pub fn whole(s: &Society) -> (usize, Vec<String>) {
    let shown = operations(s);
    let w = &s.w;
    forms(w);
    handed_over(w);
    determinations(w);
    let (_, taken) = texts::put_everywhere(s, &texts::NUMBERS[..2]);
    let digits = fictitious_number(499);
    w.nobody().post("/v1/sessions").json(&json!({ "user_id": digits, "password": digits })).expect(401);
    days(w);
    super::life::audit(w);
    (shown, taken)
}
/// Every operation by the caller who may.
fn operations(s: &Society) -> usize {
    let routes = app::routes().rows;
    let mut shown = 0;
    for row in table::table() {
        let of = routes.iter().find(|of| of.id == row.id).unwrap();
        let r = sweep::send(s, &s.right(&row).0, &row, of);
        assert!((200..300).contains(&r.status), "{}: {} {}", row.id, r.status, r.text);
        shown += row.numbers;
    }
    shown
}
/// A form of every kind, with numbers where they may be. Reports of pay for the year wait.
fn forms(w: &World) {
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    canary::family(w, &employer, &clerk);
    for form in every_operation::forms() {
        w.clock.advance(Duration::seconds(1));
        let filed = employer.post("/v1/notifications").key(&fresh_key()).json(&crate::filing::slip(w, &form));
        if filed.status == 202 && form["kind"] != "regular_report" {
            decide(&clerk, id(&filed.body["results"][0]["notification_id"]), &accept());
        }
    }
    let new = Person { office_number: "880", kana: "カナリア　シン", ..HACHI };
    let member =
        Person { office_number: "1", kana: "ミホン　タロウ", name: "", birth_on: "1980-01-02" };
    let of_child = Person { kana: "ミホン　カナリア", ..CHILD };
    let hired = filed(w, &employer, &acquisition(new, "2026-11-01", Some(480)));
    let born = filed(w, &employer, &child(member, of_child, "2026-11-10", Some(481)));
    decide(&w.staff("privileged"), hired, &accept()).expect(200);
    clerk.get(format!("/v1/notifications/{born}")).expect(200);
}
/// Two ids were one person: the number goes over, and the keys of where it was are to be destroyed.
fn handed_over(w: &World) {
    let (one, other) = twins(w, "83");
    w.number(other, 482);
    merged(w, one, other);
    let kept =
        "select count(*) as n from strongroom.personal_number where superseded_at is null and person_id =";
    assert_eq!((count(w, &format!("{kept} '{one}'")), count(w, &format!("{kept} '{other}'"))), (1, 0));
}
/// 定時決定 of all at once, first as a dry run.
fn determinations(w: &World) {
    work(w); // the runs that the operations ordered
    let staff = w.staff("privileged");
    for is_dry in [true, false] {
        let path = "/v1/regular-determination-runs";
        let order = json!({ "year": 2026, "validate_only": is_dry });
        let run = staff.post(path).key(&fresh_key()).json(&order).expect(202);
        work(w);
        let path = format!("{path}/{}", run["id"].as_str().unwrap());
        assert_eq!(staff.get(&path).expect(200)["state"], "done");
        staff.get(format!("{path}/left-waiting")).expect(200);
    }
}
/// What the worker does, until nothing is due.
fn work(w: &World) {
    let store = SqliteKeyStore::open(&w.folder().join("store/wrapped.sqlite")).unwrap();
    while cli::work_once(&w.app.kernel.db, &store, &w.clock, 7).unwrap() {}
    let waiting = "select count(*) as n from job where kind = 'destroy_keys' and finished_at is null";
    assert_eq!(count(w, waiting), 0, "keys are destroyed");
}
/// The calendar up to the day after a reminder, and the daily sweep of keys.
fn days(w: &World) {
    jobs::enqueue_sweep(&mut db::connection(&w.app.kernel.db).unwrap(), &w.clock, 0).unwrap();
    for _ in 0..24 {
        w.clock.advance(Duration::days(1));
        while calendar::work(&w.app.kernel.db, &w.clock, Uuid::now_v7()).unwrap() {}
    }
    let store = SqliteKeyStore::open(&w.folder().join("store/wrapped.sqlite")).unwrap();
    assert!(cli::work_once(&w.app.kernel.db, &store, &w.clock, 7).unwrap());
}
