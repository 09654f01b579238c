//! A broken store and missing money are told as such, and never become an answer.
use super::{Office, holds, revision};
use crate::filing::{NANA, accept, decide, filed};
use serde_json::json;

fn office(o: &Office) {
    let mut office = super::with(
        super::named("two_office_report", NANA),
        &[("starts_on", "2026-06-10"), ("other_office_name", "架空別会社")],
    );
    office["other_monthly_yen"] = json!(200_000);
    o.accepted(&office);
}

#[test]
fn an_amount_that_is_missing_is_not_nothing() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let mut form = super::with(
        super::named("remuneration_correction", NANA),
        &[("decision", "acquisition_determination"), ("applies_from", "2026-04")],
    );
    (form["cash_yen"], form["total_yen"]) = (json!(400_000), json!(400_000));
    let n = filed(&o.w, &o.employer, &form);
    o.w.run(&format!("update notification set form = form - 'total_yen' where id = '{n}'"));
    decide(&o.staff, n, &accept()).refused(409, "not-decidable");
    let mut office = super::with(
        super::named("two_office_report", NANA),
        &[("starts_on", "2026-06-10"), ("other_office_name", "架空別会社")],
    );
    office["other_monthly_yen"] = json!(200_000);
    let n = filed(&o.w, &o.employer, &office);
    o.w.run(&format!("update notification set form = form - 'other_monthly_yen' where id = '{n}'"));
    decide(&o.staff, n, &accept()).refused(409, "not-decidable");
    assert_eq!(o.held(member), [holds("2026-04", None, 260_000)]);
}
#[test]
fn offices_of_a_decision_that_cannot_be_read_are_not_one_office() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    office(&o);
    let n = filed(&o.w, &o.employer, &revision(NANA, 7, [7, 8, 9], "2026-10", 400_000));
    o.w.run("alter table standard_remuneration disable trigger keep_history");
    o.w.run("update standard_remuneration set inputs = jsonb_set(inputs, '{offices}', '[{}]') where inputs ? 'offices'");
    o.w.run("alter table standard_remuneration enable trigger keep_history");
    decide(&o.staff, n, &accept()).refused(503, "stored-offices-unreadable");
    o.get(format!("/v1/members/{member}/standard-remunerations")).refused(503, "stored-offices-unreadable");
}
#[test]
fn a_notification_that_cannot_be_read_is_not_an_empty_one() {
    let o = Office::new();
    let n = filed(&o.w, &o.employer, &crate::filing::acquisition(NANA, "2026-04-01", None));
    let tag = o.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
    o.w.run(&format!("update notification set form = form - 'birth_on' where id = '{n}'"));
    o.get(format!("/v1/notifications/{n}")).refused(503, "stored-notification-unreadable");
    crate::filing::decide_on(&o.staff, n, &tag, &accept()).refused(503, "stored-form-unreadable");
}
