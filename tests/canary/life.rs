//! One life of a society: filed in every way, decided in every way, looked at, refused, exported.
use crate::harness::{
    caller::Caller,
    world::{World, day},
};
use kenpo::cli::seed::{self, fictitious_number};
use serde_json::{Value, json};
use uuid::Uuid;

const SAMPLES: &[(&str, &str)] = &[
    ("01_shutoku_ok", "SHFD0006.CSV"),
    ("02_shutoku_kpfd_ok", "KPFD0006.CSV"),
    ("08_shutoku_field_errors", "SHFD0006.CSV"),
    ("09_shutoku_utf8_bom", "SHFD0006.CSV"),
    ("10_structure_and_charset", "SHFD0006.CSV"),
    ("05_santei_ok", "SHFD0006.CSV"),
    ("04_idou_ok", "SHFD0006.CSV"),
    ("03_soshitsu_ok", "SHFD0006.CSV"),
];

/// Lives it; gives how often a number was shown under a grant.
pub fn whole(w: &World) -> usize {
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    forms(w, &employer);
    files(w, &employer);
    let left = decide_some(w, &staff);
    withdraw_one(&employer);
    a_file_that_waits(w, &employer);
    let people = registered_people(w);
    number_operations(w, &staff, people[0]);
    // a case that names nobody yet: what is decided belongs to its own people
    let open = w.rows("select id from notification where person_id is null and state = 'accepted' limit 1");
    let case = open[0]["id"].as_str().unwrap().parse().unwrap();
    assert_ne!(case, left);
    let granted = look(w, &staff, &people, case);
    audit(w);
    granted
}

fn form(w: &World, n: u16, changes: Value) -> Value {
    let mut form = json!({
        "kind": "qualification_acquisition", "office_number": (200 + n).to_string(), "name_kana": "カナリア　ハナコ",
        "name": "金糸雀　花子", "birth_on": format!("1980-01-{:02}", 1 + n), "sex": "female", "acquired_on": "2026-11-01",
        "has_dependents": false, "cash_yen": 250000, "total_yen": 250000, "personal_number": fictitious_number(400 + n)
    });
    for (name, value) in changes.as_object().unwrap() {
        form[name] = value.clone();
    }
    json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "notification": form })
}
/// Forms as JSON: good ones, and numbers in every wrong place.
fn forms(w: &World, employer: &Caller) {
    let wide = "９９９９００００００１１";
    let digits = fictitious_number(400);
    let file = |key: &str, body: &Value| employer.post("/v1/notifications").key(key).json(body);
    for n in 0..4 {
        let body = form(w, n, json!({}));
        employer.post("/v1/notifications?validate_only=true").json(&body).expect(200);
        file(&format!("good-form-{n}"), &body).expect(202);
        file(&format!("good-form-{n}"), &body).expect(202); // the stored answer
    }
    file("good-form-0", &form(w, 1, json!({}))).expect(422); // the key with another body
    let wrong = [
        json!({ "personal_number": "999900004999" }),
        json!({ "personal_number": wide }),
        json!({ "personal_number": 999_900_000_011_u64 }),
        json!({ "personal_number": [digits] }),
        json!({ "name": digits }),
        json!({ "name_kana": wide }),
        json!({ "remarks": format!("番号は{wide}です") }),
        json!({ "remarks": "9999-0000-0011" }),
        json!({ "society_note": digits }),
        json!({ "office_number": digits }),
        json!({ "birth_on": digits }),
        json!({ "kind": digits }),
        json!({ "sex": digits }),
        json!({ "cash_yen": 999_900_000_011_u64 }),
        json!({ "note": digits }),
        json!({ (digits.clone()): 1 }),
        json!({ "kind": "qualification_loss", "lost_on": "2026-11-01", "cause": "retired" }),
    ];
    for (n, changes) in wrong.into_iter().enumerate() {
        let body = form(w, 9, changes.clone());
        let got = file(&format!("wrong-form-{n}"), &body);
        assert!([400, 422].contains(&got.status), "{changes}: {} {}", got.status, got.text);
    }
    let good = form(w, 9, json!({}));
    let mut named = good.clone();
    named["preparer_name"] = json!(digits);
    file("wrong-preparer", &named).expect(422);
    file(&digits, &good).expect(202); // any characters make a key, and none of them is kept
    let cut = format!("{{\"notification\": {{\"personal_number\": \"{digits}\"");
    employer
        .post("/v1/notifications")
        .key("cut-form")
        .header("content-type", "application/json")
        .send(cut.as_bytes());
    employer.post(format!("/v1/notifications?{digits}=1")).key("query-form").json(&good).expect(422);
    employer.at(&w.internet_url).post("/v1/notifications").key("elsewhere").json(&good).expect(422);
    let batch = json!({ "employer_id": w.employer, "preparer_name": "見本 花子",
        "notifications": [form(w, 5, json!({}))["notification"], form(w, 6, json!({ "personal_number": "999900004999" }))["notification"]] });
    employer.post("/v1/notification-batches").key("the-batch").json(&batch);
    let headers = ["user-agent", "kenpo-terminal", "x-request-id", "accept-language", "if-match", "referer"];
    for name in headers {
        employer.ask("GET", "/v1/notifications").header(name, &digits).send(b"").expect(200);
    }
    w.nobody().post("/v1/sessions").json(&json!({ "user_id": digits, "password": digits })).expect(401);
    w.nobody()
        .post("/oauth/token")
        .form(&format!("grant_type={digits}&client_id={digits}&client_secret={digits}"));
    w.bearer(&digits).get(format!("/v1/members/{digits}")).expect(401);
    employer.get(format!("/{digits}")).expect(404);
}
fn files(w: &World, employer: &Caller) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let post = |name: &str, key: &str, dry: bool, bytes: &[u8]| {
        let preparer = "%E8%A6%8B%E6%9C%AC";
        let path = format!(
            "/v1/notification-files?employer_id={}&file_name={name}&preparer_name={preparer}&validate_only={dry}",
            w.employer
        );
        employer.post(path).key(key).csv(bytes)
    };
    let mut received = 0;
    for (folder, name) in SAMPLES {
        let bytes = std::fs::read(root.join(folder).join(name)).unwrap();
        post(name, &format!("dry-{folder}"), true, &bytes);
        received += usize::from(post(name, &format!("file-{folder}"), false, &bytes).status == 202);
    }
    assert!(received >= 4, "only {received} files were received");
    // a number where a row has words: the row is refused, and what it said is kept nowhere
    let sample = std::fs::read(root.join("01_shutoku_ok/SHFD0006.CSV")).unwrap();
    let note = b"\x8d\xc4\x8c\xd9\x97p"; // 再雇用
    let at = sample.windows(note.len()).position(|w| w == note).unwrap();
    let wide: Vec<u8> = fictitious_number(46).bytes().flat_map(|d| [0x82, d + 0x1F]).collect();
    for (n, words) in [wide, fictitious_number(46).into_bytes()].into_iter().enumerate() {
        let bytes = [&sample[..at], &words, &sample[at + note.len()..]].concat();
        post("SHFD0006.CSV", &format!("noted-{n}"), true, &bytes);
        post("SHFD0006.CSV", &format!("noted-{n}"), false, &bytes);
    }
    employer
        .post(format!(
            "/v1/notification-files?employer_id={}&file_name={}&preparer_name=x",
            w.employer,
            fictitious_number(46)
        ))
        .key("a-file-name")
        .csv(&sample)
        .expect(422);
}
/// A file without a refused row, not decided: as it came, it waits in the strongroom.
fn a_file_that_waits(w: &World, employer: &Caller) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut bytes = std::fs::read(root.join("02_shutoku_kpfd_ok/KPFD0006.CSV")).unwrap();
    let mut replace = |from: &[u8], to: &[u8]| {
        let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
        bytes.splice(at..at + from.len(), to.iter().copied());
    };
    replace(b",001,2026", b",777,2026");
    for (row, (office, kana, number)) in
        [("1", &b"\xd0\xce\xdd"[..], 1), ("3", &b"\xc0\xd2\xbc"[..], 3)].iter().enumerate()
    {
        let (old, new) = (fictitious_number(*number), fictitious_number(70 + u16::try_from(row).unwrap()));
        replace(old.as_bytes(), new.as_bytes());
        replace(
            &[b",90001,", office.as_bytes(), b",", kana].concat(),
            &[b",90001,77", office.as_bytes(), b",\xda\xb2\xbc"].concat(),
        );
    }
    let path =
        format!("/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=x", w.employer);
    employer.post(path).key("a-file-that-waits").csv(&bytes).expect(202);
}
fn open_notifications(caller: &Caller) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for state in ["accepted", "review"] {
        let list = caller.get(format!("/v1/notifications?state={state}&limit=200"));
        let items = list.body["items"].as_array().cloned().unwrap_or_default();
        ids.extend(items.iter().map(|i| i["id"].as_str().unwrap().parse::<Uuid>().unwrap()));
    }
    ids
}
/// Decides all but the last four; gives one that is accepted.
fn decide_some(w: &World, staff: &Caller) -> Uuid {
    let ids = open_notifications(staff);
    assert!(ids.len() > 10, "{} wait", ids.len());
    let mut accepted = None;
    for (n, id) in ids.iter().take(ids.len() - 4).enumerate() {
        let seen = staff.get(format!("/v1/notifications/{id}"));
        let tag = seen.header("etag").to_owned();
        let decide = |body: Value| {
            staff.post(format!("/v1/notifications/{id}/decision")).header("if-match", &tag).json(&body)
        };
        let text =
            |words: &str| json!({ "decision": "return", "reasons": [{ "code": "other", "text": words }] });
        decide(text(&fictitious_number(401))).expect(422);
        w.staff("clerk")
            .post(format!("/v1/notifications/{id}/decision"))
            .header("if-match", &tag)
            .json(&json!({ "decision": "accept" }));
        let got = if n % 3 == 2 {
            decide(text("再提出してください"))
        } else {
            decide(json!({ "decision": "accept" }))
        };
        if got.status == 200 && got.body["state"] == "applied" {
            accepted = Some(*id);
        }
    }
    accepted.unwrap()
}
fn withdraw_one(employer: &Caller) {
    let ids = open_notifications(employer);
    employer.post(format!("/v1/notifications/{}/withdrawal", ids[0])).key("withdrawn-one").json(&json!({}));
    let got = employer.ask("POST", format!("/v1/notifications/{}/withdrawal", ids[1])).send(b"");
    assert_eq!(got.status, 200, "{}", got.text);
}
fn registered_people(w: &World) -> Vec<Uuid> {
    let rows = w.rows("select distinct person_id from enrolment e join person p on p.id = e.person_id where p.number_state = 'registered'");
    let people: Vec<Uuid> = rows.iter().map(|r| r["person_id"].as_str().unwrap().parse().unwrap()).collect();
    assert!(people.len() >= 3, "{} people have a number", people.len());
    people
}
fn number_operations(w: &World, staff: &Caller, held_by: Uuid) {
    let person = w.member("301", "カナリア　タロウ", "金糸雀　太郎", "1970-01-01");
    let path = format!("/v1/persons/{person}/personal-number");
    let body = |n: u16| json!({ "personal_number": fictitious_number(n), "reason": "first_registration" });
    staff.put(&path).json(&body(450)).expect(401);
    let open = w.rows("select id from notification where person_id is null and state = 'accepted' limit 1");
    let case = open[0]["id"].as_str().unwrap().parse().unwrap();
    w.concern(case, &[person, held_by]);
    let staff = w.granted(staff, case, &[person, held_by]);
    staff.put(&path).json(&body(450)).expect(200);
    let changed = json!({ "personal_number": fictitious_number(451), "reason": "number_changed" });
    staff.put(&path).json(&body(451)).expect(409);
    staff.put(&path).json(&changed).expect(200);
    staff.put(&path).json(&json!({ "personal_number": "999900004999", "reason": "correction" })).expect(422);
    staff.put(format!("/v1/persons/{held_by}/personal-number")).json(&body(451)).expect(409);
    w.staff("clerk").put(&path).json(&body(452)).expect(403);
    let verify = |n: u16| {
        staff.post(format!("{path}:verify")).json(&json!({ "personal_number": fictitious_number(n) }))
    };
    assert_eq!(verify(451).expect(200)["matches"], true);
    for _ in 0..3 {
        assert_eq!(verify(450).expect(200)["matches"], false);
    }
    verify(451).expect(429);
    staff.put(&path).json(&json!({ "not_registered_reason": "withdrawn_as_wrong" })).expect(200);
}
/// Looks with and without a grant; gives how often a number was shown.
fn look(w: &World, staff: &Caller, people: &[Uuid], case: Uuid) -> usize {
    let facts = ("金糸雀　葉", "カナリア　ハ", day("2021-04-01"), "child");
    let child =
        seed::dependent(&mut w.owner(), &w.clock, (w.employer, people[0]), facts, day("2021-04-01")).unwrap();
    w.number(child, 460);
    let dependents = staff.get(format!("/v1/members/{}/dependents", people[0])).expect(200);
    let mine =
        dependents["items"].as_array().unwrap().iter().find(|d| d["person_id"] == json!(child)).unwrap();
    let dependent = format!("/v1/dependents/{}", mine["id"].as_str().unwrap());
    let named = [&people[..3], &[child]].concat();
    w.concern(case, &named);
    let granted = w.granted(staff, case, &named);
    let mut shown = 0;
    for path in people[..3].iter().map(|p| format!("/v1/members/{p}")).chain([dependent]) {
        staff.get(&path).expect(200);
        staff.get(format!("{path}?expand=personal_number")).expect(401);
        for caller in
            [w.staff("clerk"), w.client("employer"), w.client("other-employer"), w.client("auditor")]
        {
            caller.get(format!("{path}?expand=personal_number"));
        }
        assert!(granted.get(&path).expect(200)["personal_number"].is_string());
        granted.at(&w.internet_url).get(&path).expect(200);
        shown += 1;
    }
    for path in ["/v1/members?limit=500", "/v1/employers", "/v1/submissions", "/v1/notifications?limit=200"] {
        staff.get(path).expect(200);
    }
    w.nobody()
        .post("/oauth/revoke")
        .form(&format!("token={}", granted.token.as_deref().unwrap()))
        .expect(200);
    granted.get(format!("/v1/members/{}", people[0])).expect(401);
    shown
}
/// The log, read and exported; and the pages.
pub fn audit(w: &World) {
    let auditor = w.client("auditor");
    crate::harness::behind::within(10, "the log is in order", || {
        let placed = w.rows("select count(*) as n from audit_entry e where not exists (select from audit_position p where p.entry_id = e.id)");
        placed[0]["n"] == 0
    });
    let page = auditor.get("/v1/audit-logs?limit=100").expect(200);
    assert!(page["items"].as_array().unwrap().len() > 50);
    assert_eq!(auditor.get("/v1/audit-logs/export").status, 200);
    for path in ["/openapi.json", "/healthz", "/readyz", "/metrics", "/.well-known/jwks.json"] {
        w.nobody().get(path).expect(200);
    }
}
