//! The shortest way through: sign in, file, decide, look, refuse, grant, read the log.
use crate::harness::world::World;
use serde_json::json;

#[test]
fn an_employer_files_and_staff_decides() {
    let w = World::new();
    let employer = w.client("employer");
    let form = json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "notification": {
        "kind": "qualification_acquisition", "office_number": "7", "name_kana": "ミホン　ナナ", "name": "見本　七",
        "birth_on": "2000-07-07", "sex": "female", "acquired_on": "2026-11-01", "has_dependents": false,
        "cash_yen": 250000, "total_yen": 250000, "personal_number": kenpo::cli::seed::fictitious_number(7) } });
    let receipt = employer.post("/v1/notifications").key("smoke-key-1").json(&form).expect(202);
    let id = receipt["results"][0]["notification_id"].as_str().unwrap().to_owned();
    let staff = w.staff("privileged");
    let seen = staff.get(format!("/v1/notifications/{id}"));
    let tag = seen.header("etag").to_owned();
    let decided = staff
        .post(format!("/v1/notifications/{id}/decision"))
        .header("if-match", &tag)
        .json(&json!({ "decision": "accept" }))
        .expect(200);
    let member: uuid::Uuid = decided["outcome"]["member_id"].as_str().unwrap().parse().unwrap();
    let plain = staff.get(format!("/v1/members/{member}")).expect(200);
    assert!(plain.get("personal_number").is_none());
    assert_eq!(plain["personal_number_state"]["state"], "registered");
    staff
        .get(format!("/v1/members/{member}?expand=personal_number"))
        .refused(401, "insufficient-user-authentication");
    let granted = w.granted(&staff, id.parse().unwrap(), &[member]);
    let shown = granted.get(format!("/v1/members/{member}")).expect(200);
    assert_eq!(shown["personal_number"], kenpo::cli::seed::fictitious_number(7));
}
