//! Who looks for a dependent, or for an employer: found by what may be searched, over all pages, and nothing of others.
use super::family;
use crate::{
    filing::{CHILD, HACHI, NANA, accept, child_leaves, decide, filed, fresh_key, id, loss},
    harness::{
        caller::Caller,
        world::{World, day},
    },
    lists::{all_pages, encoded},
};
use chrono::Duration;
use kenpo::cli::seed;
use serde_json::{Value, json};
use uuid::Uuid;

fn found(by: &Caller, query: &str) -> Vec<Uuid> {
    let path = if query.is_empty() { "/v1/dependents".into() } else { format!("/v1/dependents?{query}") };
    all_pages(by, &path, 2)
}
fn kana(reading: &str) -> String {
    format!("name_kana={}", encoded(reading))
}
/// A dependent under an insured person since April 2020: the id of the dependency.
fn dependent(w: &World, at: (Uuid, Uuid), kana: &str) -> Uuid {
    let who = ("見本　某", kana, day("2015-05-05"), "child");
    let person = seed::dependent(&mut w.owner(), &w.clock, at, who, day("2020-04-01")).unwrap();
    id(&w.rows(&format!("select dependent_id as id from dependency where person_id = '{person}'"))[0]["id"])
}
/// Two at the first employer and one at the other.
struct Three {
    w: World,
    child: Uuid,
    nana: Uuid,
    second: Uuid,
    theirs: Uuid,
}
fn three() -> Three {
    let w = World::new();
    let (nana, child, _) = family(&w, &w.client("employer"), &w.staff("clerk"));
    let hachi = w.member("8", HACHI.kana, HACHI.name, HACHI.birth_on);
    let second = dependent(&w, (w.employer, hachi), "ミホン　ムスメ");
    let kept = seed::Insured {
        office_number: "1",
        name_kana: "ヨソ　イチ",
        name: "余所　一",
        birth_on: day("1985-03-03"),
        sex: "female",
        since: day("2020-04-01"),
    };
    let other = seed::insured(&mut w.owner(), &w.clock, w.other_employer, &kept).unwrap();
    let theirs = dependent(&w, (w.other_employer, other), "ミホン　ヨソノコ");
    Three { w, child, nana, second, theirs }
}
fn sorted<const N: usize>(mut ids: [Uuid; N]) -> Vec<Uuid> {
    ids.sort();
    ids.to_vec()
}

#[test]
fn dependents_are_found_by_reading_card_and_employer() {
    let Three { w, child, nana, second, theirs } = three();
    for staff in ["clerk", "benefits"].map(|login| w.staff(login)) {
        let found = |query: &str| found(&staff, query);
        assert_eq!(found(""), sorted([child, second, theirs]));
        assert_eq!(found(&kana("みほん")), sorted([child, second, theirs]));
        assert_eq!(found(&kana("ﾐﾎﾝ ﾑｽﾒ")), [second]);
        assert_eq!(found(&format!("employer_id={}", w.other_employer)), [theirs]);
        assert_eq!(found(&format!("employer_id={}&{}", w.employer, kana("ミホンヨ"))), Vec::<Uuid>::new());
        assert_eq!(found("symbol=101"), sorted([child, second]));
        let card = &staff.get(format!("/v1/members/{nana}")).expect(200);
        let number = card["number"].as_str().unwrap();
        assert_eq!(found(&format!("symbol=101&number={number}")), [child]);
        assert_eq!(found(&format!("symbol=102&number={number}")), Vec::<Uuid>::new());
        for nobody in ["%", "_", "ミホ%ム", "ムスメ"] {
            assert_eq!(found(&kana(nobody)), Vec::<Uuid>::new(), "{nobody}");
        }
    }
    let staff = w.staff("clerk");
    for parameter in ["name_kana", "symbol", "number"] {
        let refused = staff.get(format!("/v1/dependents?{parameter}=999900000011")).refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], format!("/{parameter}"));
    }
    staff.get("/v1/dependents?personal_number=999900000011").refused(422, "invalid");
    w.staff("collection").get("/v1/dependents").refused(403, "forbidden");
    w.client("auditor").get("/v1/dependents").refused(403, "insufficient-scope");
}
#[test]
fn an_employer_finds_the_dependents_of_its_people_for_the_time_that_they_are_its_own() {
    let Three { w, child, second, theirs, .. } = three();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    assert_eq!(found(&employer, ""), sorted([child, second]));
    assert_eq!(found(&other, ""), [theirs]);
    assert_eq!(found(&employer, &kana("ミホンヨソ")), Vec::<Uuid>::new());
    assert_eq!(found(&employer, &format!("employer_id={}", w.other_employer)), Vec::<Uuid>::new());
    w.clock.advance(Duration::minutes(2));
    let then = format!("known_at={}", (w.clock.now() - Duration::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ"));
    decide(&staff, filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21")), &accept()).expect(200);
    assert_eq!(found(&employer, ""), [second]);
    assert_eq!(found(&employer, &then), [second], "what was known before does not bring them back");
    assert_eq!(found(&employer, "as_of=2026-11-20"), sorted([child, second]));
    assert_eq!(found(&staff, &format!("{then}&state=recognised")), sorted([child, second, theirs]));
}
#[test]
fn dependents_are_found_as_of_a_day_by_state_and_as_known() {
    let Three { w, child, second, theirs, .. } = three();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    w.clock.advance(Duration::minutes(2));
    let then = format!("known_at={}", (w.clock.now() - Duration::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ"));
    decide(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-20")), &accept()).expect(200);
    let found = |query: &str| found(&staff, query);
    assert_eq!(found("state=removed"), [child]);
    assert_eq!(found("state=recognised"), sorted([second, theirs]));
    assert_eq!(found("state=recognised&as_of=2026-11-19"), sorted([child, second, theirs]));
    assert_eq!(found("as_of=2026-11-09"), sorted([second, theirs]));
    assert_eq!(found(&format!("state=recognised&{then}")), sorted([child, second, theirs]));
    assert_eq!(found("as_of=2020-03-31"), Vec::<Uuid>::new());
}
#[test]
fn employers_are_found_by_name_symbol_and_number() {
    let w = World::new();
    let staff = w.staff("clerk");
    let body = json!({ "valid_from": "2026-11-01", "symbol": "777", "society_number": "0777", "name": "ＡＢＣ見本商店株式会社",
        "settings": { "accepts_pension_layout": false, "early_filing_days": 14 } });
    let shop = id(&staff.post("/v1/employers").key(&fresh_key()).json(&body).expect(201)["id"]);
    let found = |by: &Caller, query: &str| all_pages(by, &format!("/v1/employers?{query}"), 2);
    let name = |text: &str| format!("name={}", encoded(text));
    for part in ["見本商店", "abc見本", "ＡＢＣ", "ABC見本商店株式会社"] {
        assert_eq!(found(&staff, &name(part)), [shop], "{part}");
    }
    assert_eq!(found(&staff, &name("ｱｵｲﾐﾎﾝ")), [w.employer], "by its reading");
    assert_eq!(found(&staff, "symbol=777"), [shop]);
    assert_eq!(found(&staff, "society_number=0777"), [shop]);
    assert_eq!(found(&staff, "symbol=101&society_number=0777"), Vec::<Uuid>::new());
    assert_eq!(found(&staff, &name("%")), Vec::<Uuid>::new());
    assert_eq!(found(&w.client("employer"), "symbol=777"), Vec::<Uuid>::new());
    let path = format!("/v1/employers/{shop}");
    let tag = staff.get(&path).header("etag").to_owned();
    let renamed = json!({ "valid_from": "2026-11-20", "name": "架空商店株式会社" });
    staff.patch(&path).header("if-match", &tag).merge_patch(&renamed).expect(200);
    assert_eq!(found(&staff, &name("見本商店")), Vec::<Uuid>::new());
    assert_eq!(found(&staff, &format!("as_of=2026-11-19&{}", name("見本商店"))), [shop]);
    let refused: Value = staff.get("/v1/employers?name=999900000011").refused(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/name");
}
