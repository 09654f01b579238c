//! What the law leaves open is decided as the society has set, and a stored decision keeps the reading that it was made by.
use super::{accepted, after_childcare, childcare, corrections::of_acquisition, insured, revision};
use crate::{
    filing::{NANA, accept, decide, filed, fresh_key, slip},
    harness::world::World,
};
use serde_json::{Value, json};

/// 育児休業等終了時報酬月額変更届 after an end on 2026-07-30: the three months are July, August and September.
fn after_30_july(applies_from: &str) -> Value {
    let mut form = after_childcare(NANA, 235_000);
    form["ends_on"] = json!("2026-07-30");
    form["applies_from"] = json!(applies_from);
    for (at, n) in [7, 8, 9].into_iter().enumerate() {
        form["months"][at]["month"] = json!(n);
    }
    form
}

#[test]
fn the_first_month_after_a_leave_is_read_as_the_society_has_set() {
    for (reading, first, other) in [("practice", "2026-10", "2026-11"), ("literal", "2026-11", "2026-10")] {
        let w = World::with(|c| c.with("leave_end_reading", reading));
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        let member = insured(&w, &employer, &staff, NANA);
        accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-30"));
        let wrong =
            employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &after_30_july(other)));
        assert!(wrong.status == 422 && wrong.text.contains("E-DATE-RELATION"), "{reading}: {}", wrong.text);
        let told = accepted(&w, &employer, &staff, &after_30_july(first));
        assert_eq!(
            (&told["applies_from"], &told["standard_yen"]),
            (&json!(first), &json!(240_000)),
            "{reading}"
        );
        let kept = w.rows(&format!(
            "select inputs from standard_remuneration where person_id = '{member}' and rule = 'childcare_leave_end_revision'"
        ));
        assert_eq!(kept[0]["inputs"]["reading"], reading);
        // a preview without a reading is read as the decision was, one with a reading by that
        for (asked, expected) in
            [(Value::Null, first), (json!(reading), first), (json!("literal"), "2026-11")]
        {
            let mut facts = kept[0]["inputs"].clone();
            facts["reading"] = asked;
            if facts["reading"].is_null() {
                facts.as_object_mut().unwrap().remove("reading");
            }
            let told = employer.post("/v1/calculations/leave-end-revision").json(&facts).expect(200);
            assert_eq!(told["outcome"]["effective_month"], expected, "{reading}");
        }
        // its correction names the month that it holds from
        let mut right =
            super::corrections::of_months(NANA, "childcare_leave_end_revision", first, [7, 8, 9], 225_000);
        right["child_name_kana"] = Value::Null;
        right.as_object_mut().unwrap().remove("child_name_kana");
        let told = accepted(&w, &employer, &staff, &right);
        assert_eq!(
            (&told["applies_from"], &told["standard_yen"]),
            (&json!(first), &json!(220_000)),
            "{reading}"
        );
    }
}

#[test]
fn a_form_that_waited_is_not_decided_for_another_month_and_a_decision_is_corrected_by_its_own_reading() {
    let w = World::with(|c| c.with("leave_end_reading", "literal"));
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-30"));
    let waiting = filed(&w, &employer, &after_30_july("2026-11"));
    // the society has set the other reading since
    let other = w.node_with(|c| c.with("leave_end_reading", "practice"));
    let (there, staff_there) = (employer.at(&other.url), staff.at(&other.url));
    let preview = staff_there.post(format!("/v1/notifications/{waiting}/decision-preview")).json(&json!({}));
    for told in [preview, decide(&staff_there, waiting, &accept())] {
        let told = told.refused(409, "effect-month-differs");
        assert_eq!(told["errors"][0]["pointer"], "/applies_from", "{told}");
    }
    decide(&staff, waiting, &accept()).expect(200);
    let mut right =
        super::corrections::of_months(NANA, "childcare_leave_end_revision", "2026-11", [7, 8, 9], 225_000);
    right.as_object_mut().unwrap().remove("child_name_kana");
    let told = accepted(&w, &there, &staff_there, &right);
    assert_eq!((&told["applies_from"], &told["standard_yen"]), (&json!("2026-11"), &json!(220_000)));
}

#[test]
fn fractions_in_the_average_of_a_year_are_cut_as_the_society_has_set_and_a_stored_decision_keeps_its_own() {
    let w = World::with(|c| c.with("annual_part_rounding", "sum"));
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let waiting = filed(&w, &employer, &revision(NANA, "up", [400_000; 3]));
    let annual = json!({ "fixed_pay_total_yen": 840_001, "variable_pay_total_yen": 360_011,
        "is_recurring": true, "has_consent": true });
    decide(&staff, waiting, &json!({ "decision": "accept", "determination": { "annual": annual } }))
        .expect(200);
    let kept = || {
        let sql = format!(
            "select monthly_yen, inputs->'annual' as annual from standard_remuneration \
             where person_id = '{member}' and rule = 'occasional_revision' and superseded_at is null"
        );
        w.rows(&sql).remove(0)
    };
    let by_sum = kept();
    assert_eq!((&by_sum["monthly_yen"], &by_sum["annual"]["rounding"]), (&json!(310_001), &json!("sum")));
    let ask = |rounding: Option<&str>| {
        let mut facts = by_sum["annual"].clone();
        let all = facts.as_object_mut().unwrap();
        match rounding {
            Some(word) => all.insert("rounding".into(), json!(word)),
            None => all.remove("rounding"),
        };
        let told = employer.post("/v1/calculations/occasional-revision-annual").json(&facts).expect(200);
        told["outcome"]["annual_average_yen"].clone()
    };
    assert_eq!(
        (ask(None), ask(Some("sum")), ask(Some("each_part"))),
        (json!(310_001), json!(310_001), json!(310_000))
    );
    // a decision that was made before the society set it so is decided anew by the reading that stands with it
    w.run(&format!(
        "set session_replication_role = replica; update standard_remuneration set monthly_yen = 310000, \
           inputs = jsonb_set(inputs, '{{annual,rounding}}', '\"each_part\"') \
         where person_id = '{member}' and rule = 'occasional_revision'"
    ));
    accepted(&w, &employer, &staff, &of_acquisition(NANA, 242_000));
    let anew = kept();
    assert_eq!(
        (&anew["annual"]["current_standard_yen"], &anew["annual"]["rounding"], &anew["monthly_yen"]),
        (&json!(240_000), &json!("each_part"), &json!(310_000))
    );
}
