//! 枝番: two digits that tell people apart under one 記号・番号; never given twice under it.
use super::family;
use crate::{
    filing::{
        CHILD, NANA, accept, acquisition, child, count, decide, filed, fresh_key, id, loss, run, same_person,
    },
    harness::world::World,
};
use serde_json::json;

#[test]
fn they_begin_anew_under_a_new_number() {
    let w = World::new();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    let (member, first, young) = family(&w, &employer, &staff);
    decide(&staff, filed(&w, &employer, &loss(NANA, "2026-11-14", "2026-11-15")), &accept()).expect(200);
    let file = |form: serde_json::Value| {
        let slip =
            json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
        let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&slip).expect(202);
        id(&receipt["results"][0]["notification_id"])
    };
    decide(&staff, file(acquisition(NANA, "2026-11-15", None)), &same_person("insured", member)).expect(200);
    let recognised = |on: &str| {
        let form = file(child(NANA, CHILD, on, None));
        let done = decide(&staff, form, &same_person("other_1", young)).expect(200);
        done["outcome"]["dependents"][0].clone()
    };
    let second = recognised("2026-11-15");
    assert_eq!(second["branch"], "01", "of another number");
    assert_ne!(id(&second["dependent_id"]), first);
    let before = staff.get(format!("/v1/dependents/{first}")).expect(200);
    assert_eq!((&before["branch"], &before["person_id"]), (&json!("01"), &second["person_id"]));
}
#[test]
fn the_hundredth_dependent_is_refused() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, dependent, _) = family(&w, &employer, &staff);
    run(
        &w,
        &format!(
            "with old as (update dependency set superseded_at = now() where dependent_id = '{dependent}' returning *) \
             insert into dependency select (jsonb_populate_record(null::dependency, to_jsonb(old) || jsonb_build_object('row_id', gen_random_uuid(), \
             'superseded_at', null, 'branch', '98'))).* from old"
        ),
    );
    let second = crate::filing::Person { kana: "ミホン　フタバ", name: "見本　二葉", ..CHILD };
    let third = crate::filing::Person { kana: "ミホン　ミナ", name: "見本　三奈", ..CHILD };
    let form = filed(&w, &employer, &child(NANA, second, "2026-11-10", None));
    let done = decide(&staff, form, &accept()).expect(200);
    assert_eq!(done["outcome"]["dependents"][0]["branch"], "99");
    let form = filed(&w, &employer, &child(NANA, third, "2026-11-10", None));
    decide(&staff, form, &accept()).refused(409, "branch-numbers-used-up");
    let kept = "select count(*) as n from dependency where superseded_at is null";
    assert_eq!(count(&w, kept), 2, "nothing is stored of it");
}
