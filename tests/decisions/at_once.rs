//! Decisions at once: nobody waits in a ring, and the last one of a submission ends it once.
use crate::{
    filing::{HACHI, NANA, accept, count, decide_on, fresh_key, give_back, id, loss, same_person, spouse},
    harness::{
        behind::within,
        caller::{Caller, Response},
        race,
        world::World,
    },
};
use diesel::connection::SimpleConnection;
use serde_json::Value;
use uuid::Uuid;

fn tag(staff: &Caller, n: Uuid) -> String {
    staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned()
}
/// Sends all of these decisions at once.
fn at_once(asked: &[(Caller, Uuid, String, Value)]) -> Vec<Response> {
    race::at_once(asked.iter().map(|(by, n, tag, body)| || decide_on(by, *n, tag, body)))
}

#[test]
fn decisions_that_name_each_others_people_do_not_wait_in_a_ring() {
    let w = World::with(|c| c.with("pool_size", "16").with("caller_connections", "6"));
    let employer = w.client("employer");
    let (nana, hachi) = (
        w.member("7", NANA.kana, NANA.name, NANA.birth_on),
        w.member("8", HACHI.kana, HACHI.name, HACHI.birth_on),
    );
    let filed = |form: &Value| crate::filing::filed(&w, &employer, form);
    // each is to become the other's dependent: refused, so that it can be asked again and again
    let staff = w.staff("privileged");
    let crossing: Vec<_> = [(NANA, HACHI, hachi), (HACHI, NANA, nana)]
        .into_iter()
        .flat_map(|(of, who, person)| {
            [("2026-11-10", "clerk"), ("2026-11-11", "privileged")].map(|(on, login)| {
                let n = filed(&spouse(of, who, on, None));
                (w.staff(login), n, tag(&staff, n), same_person("spouse", person))
            })
        })
        .collect();
    for round in 0..20 {
        for r in at_once(&crossing) {
            assert_eq!(
                (r.status, r.body["code"].as_str()),
                (409, Some("dependent-is-insured")),
                "{round}: {}",
                r.text
            );
        }
    }
}

/// Waits until so many wait for a lock.
fn waiting(w: &World, many: i64) {
    let text = "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    within(9, "all wait", || count(w, text) == many);
}
#[test]
fn who_is_recognised_while_a_loss_waits_is_held_with_the_family() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let nana = w.member(NANA.office_number, NANA.kana, NANA.name, NANA.birth_on);
    let hachi = Uuid::now_v7();
    w.run(&format!(
        "insert into person (id, number_state, number_reason, created_at) values ('{hachi}', 'not_registered', 'not_notified', now())"
    ));
    let n = crate::filing::filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21"));
    let tag = tag(&staff, n);
    // The guard of the row that is written below would itself wait for who holds the new dependent.
    w.run("alter table dependency disable trigger dependency_beside_enrolment");
    let (mut other, mut third) = (w.owner(), w.owner());
    other.batch_execute(&format!("begin; select from person where id = '{nana}' for update")).unwrap();
    let decided = std::thread::scope(|s| {
        let decided = s.spawn(|| decide_on(&staff, n, &tag, &accept()));
        waiting(&w, 1);
        let recognised = format!(
            "insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, recognised_on, \
             recognition_reason, received_on, recorded_at, recorded_by) values (gen_random_uuid(), gen_random_uuid(), '{hachi}', \
             '{nana}', '{}', '01', 'other', '2026-11-01', 'other', '2026-11-01', now() - interval '1 day', '{nana}'); commit",
            w.employer
        );
        third
            .batch_execute(&format!("begin; select from person where id = '{hachi}' for no key update"))
            .unwrap();
        other.batch_execute(&recognised).unwrap();
        waiting(&w, 1); // for the new dependent now
        let written = "select count(*) as n from pg_locks l join pg_stat_activity a using (pid) join pg_class c on c.oid = l.relation \
             where a.wait_event_type = 'Lock' and l.mode = 'RowExclusiveLock' and c.relname = 'enrolment'";
        assert_eq!(count(&w, written), 0, "changed before everybody is held");
        third.batch_execute("commit").unwrap();
        decided.join().unwrap()
    });
    decided.expect(200);
    let left = format!(
        "select count(*) as n from dependency where insured_id = '{nana}' and removed_on is null and superseded_at is null"
    );
    assert_eq!(count(&w, &left), 0, "ended with the insured person");
}

/// A file of two records: its submission and their notifications.
fn file(w: &World, employer: &Caller) -> (String, [Uuid; 2]) {
    let bytes =
        std::fs::read(format!("{}/samples/02_shutoku_kpfd_ok/KPFD0006.CSV", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    let path = format!(
        "/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=hanako",
        w.employer
    );
    let made = employer.post(path).key(&fresh_key()).csv(&bytes).expect(202);
    let ids = [0, 1].map(|n| id(&made["results"][n]["notification_id"]));
    (format!("/v1/submissions/{}", made["id"].as_str().unwrap()), ids)
}
#[test]
fn of_two_last_decisions_at_once_one_ends_the_submission() {
    let files = "select count(*) as n from strongroom.raw_file";
    let jobs = "select count(*) as n from job where kind = 'destroy_keys'";
    for ends in [[give_back(), give_back()], [give_back(), accept()], [accept(), accept()]] {
        let w = World::new();
        let (employer, staff) = (w.client("employer"), w.staff("privileged"));
        let (path, ids) = file(&w, &employer);
        let before = count(&w, jobs);
        assert_eq!(count(&w, files), 1);
        let asked = [0, 1].map(|n| (staff.clone(), ids[n], tag(&staff, ids[n]), ends[n].clone()));
        // Nobody's entry can be written while this is held: both decisions are made before either is committed.
        let mut owner = w.owner();
        let answers = std::thread::scope(|s| {
            owner.batch_execute("begin; lock table audit_entry in share mode").unwrap();
            let both = s.spawn(|| at_once(&asked));
            waiting(&w, 2);
            owner.batch_execute("commit").unwrap();
            both.join().unwrap()
        });
        for r in &answers {
            assert_eq!(r.status, 200, "{}", r.text);
        }
        let states = ends.clone().map(|e| if e["decision"] == "accept" { "applied" } else { "returned" });
        let seen = employer.get(&path).expect(200);
        for n in [0, 1] {
            assert_eq!(seen["results"][n]["state"], states[n]);
        }
        let counts =
            serde_json::json!({ "accepted": 2, "review": 0, "precheck": 0, "rejected": 0, "warnings": 0 });
        assert_eq!(
            (&seen["counts"], &seen["file_result"], &seen["read_count"]),
            (&counts, &"accepted".into(), &2.into())
        );
        assert_eq!(count(&w, files), 0, "{states:?}: the file is gone with the last decision");
        // one for the number of each record, one for the file
        assert_eq!(count(&w, jobs) - before, 3, "{states:?}");
        assert_eq!(w.entries("operation = 'decideNotification' and status = 200").len(), 2);
    }
}
