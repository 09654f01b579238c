//! 定時決定 of many at once, of people whose lives are not plain: other offices, the insurer's determination, corrections, decisions that
//! gave way, cover that ended or goes on. What one by one decides, the run decides, but for what would
//! change a later decision, which it leaves.
use super::{
    after_childcare,
    bulk::{done, later_ones_alone},
    childcare,
    corrections::{july, of_acquisition, of_months},
    named,
    offices::{filed_there, with},
    regular, revision, three_months,
};
use crate::{
    filing::{Person, accept, acquisition, decide, filed, fresh_key, id, loss, same_person},
    harness::{caller::Caller, world::World},
    voluntary::{application, setting},
};
use chrono::Duration;
use kenpo::{cli::seed, domain::calendar};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const fn person(office_number: &'static str, kana: &'static str) -> Person {
    Person { office_number, kana, name: "見本　人", birth_on: "1980-05-05" }
}
const BOTH: Person = person("201", "ケンポ　リョウホウ");
const THERE: Person = person("202", "ケンポ　アチラ");
const IDLE: Person = person("203", "ケンポ　キュウミン");
const OUTSIDE: Person = person("204", "ケンポ　ソト");
const ALONE: Person = person("205", "ケンポ　ヒトリ");
const ENDED: Person = person("206", "ケンポ　オワリ");
const ON_LEAVE: Person = person("207", "ケンポ　キュウショク");
const BACK_PAY: Person = person("208", "ケンポ　ソキュウ");
const DETERMINED: Person = person("209", "ケンポ　サンテイ");
const CORRECTED: Person = person("210", "ケンポ　テイセイ");
const TWICE: Person = person("211", "ケンポ　ニド");
const REVISED: Person = person("212", "ケンポ　カイテイ");
const LATE: Person = person("213", "ケンポ　チコク");
const GAVE_WAY: Person = person("214", "ケンポ　ユズリ");
const MOVED: Person = person("215", "ケンポ　テンショク");
const LEFT: Person = person("216", "ケンポ　タイショク");
const NEVER: Person = person("217", "ケンポ　トリケシ");
const LATER: Person = person("218", "ケンポ　アトカラ");
const CONTINUES: Person = person("219", "ケンポ　ニンケイ");
const CONTINUED: Person = person("220", "ケンポ　ハヤメ");
const AT_75: Person = Person { birth_on: "1951-11-23", ..person("221", "ケンポ　コウキ") };
const OVER_70: Person = Person { birth_on: "1954-02-03", ..person("222", "ケンポ　コウレイ") };

/// A society that lived through all that, with its waiting reports.
struct Lives {
    w: World,
    employer: Caller,
    staff: Caller,
    office: Uuid,
}
impl Lives {
    fn new() -> Self {
        let w = World::new();
        let office = seed::employer(&mut w.owner(), &w.clock, 7).unwrap();
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        let asked = staff.post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(office)).expect(201);
        let check = format!("/v1/voluntary-settings/{}/check", id(&asked["id"]));
        w.staff("privileged").post(check).json(&json!({ "ruling": "approve" })).expect(200);
        let lives = Self { w, employer, staff, office };
        lives.of_several_offices();
        lives.of_the_insurer();
        lives.corrected();
        lives.of_other_covers();
        lives.of_age();
        // half of them are found by name when they are decided
        lives.w.run(
            "update notification set person_id = null where kind = 'regular_report' and state = 'accepted' \
             and office_number::int % 2 = 0",
        );
        lives
    }
    #[track_caller]
    fn decided(&self, notification: Uuid, decision: &Value) -> Value {
        self.w.clock.advance(Duration::seconds(1));
        decide(&self.staff, notification, decision).expect(200)["outcome"].clone()
    }
    /// Filed by the employer and accepted.
    #[track_caller]
    fn here(&self, form: &Value) -> Value {
        self.decided(filed(&self.w, &self.employer, form), &accept())
    }
    #[track_caller]
    fn insured(&self, p: Person) -> Uuid {
        id(&self.here(&acquisition(p, "2025-04-01", None))["member_id"])
    }
    /// Insured here, and works at the other employer too.
    #[track_caller]
    fn beside(&self, p: Person) -> Uuid {
        let member = self.insured(p);
        let form = with(acquisition(p, "2026-05-01", None), "two_or_more_offices", json!(true));
        self.decided(filed_there(&self.w, &form), &same_person("insured", member));
        member
    }
    #[track_caller]
    fn waits(&self, form: &Value) -> Uuid {
        filed(&self.w, &self.employer, form)
    }
    /// No month of a report that waits counts.
    fn without_days(&self, notification: Uuid) {
        self.w.run(&format!(
            "update notification set form = jsonb_set(jsonb_set(jsonb_set(form, '{{months,0,base_days}}', '5'), \
               '{{months,1,base_days}}', '5'), '{{months,2,base_days}}', '5') where id = '{notification}'"
        ));
    }
    fn of_several_offices(&self) {
        for p in [BOTH, IDLE] {
            self.beside(p);
            let waiting =
                [self.waits(&regular(p, [300_000; 3])), filed_there(&self.w, &regular(p, [200_000; 3]))];
            if p.kana == IDLE.kana {
                waiting.into_iter().for_each(|n| self.without_days(n));
            }
        }
        self.beside(THERE);
        filed_there(&self.w, &with(regular(THERE, [200_000; 3]), "two_or_more_offices", json!(true)));
        self.insured(OUTSIDE);
        let mut outside = named("two_office_report", OUTSIDE);
        for (key, value) in [
            ("starts_on", json!("2026-06-10")),
            ("other_office_name", json!("架空別会社")),
            ("other_monthly_yen", json!(100_000)),
        ] {
            outside[key] = value;
        }
        self.here(&outside);
        self.insured(ALONE);
        for p in [OUTSIDE, ALONE] {
            self.waits(&with(regular(p, [310_000; 3]), "two_or_more_offices", json!(true)));
        }
        self.beside(ENDED);
        filed_there(&self.w, &regular(ENDED, [200_000; 3]));
        self.decided(filed_there(&self.w, &loss(ENDED, "2026-08-20", "2026-08-21")), &accept());
    }
    fn of_the_insurer(&self) {
        for p in [ON_LEAVE, BACK_PAY, DETERMINED] {
            self.insured(p);
        }
        let on_leave = |p| with(regular(p, [150_000, 330_000, 340_000]), "on_leave", json!(true));
        self.waits(&on_leave(ON_LEAVE));
        self.waits(&with(regular(BACK_PAY, [330_000; 3]), "corrected_average_yen", json!(290_000)));
        let determination =
            json!({ "excluded_months": ["2026-04"], "back_pay": [{ "month": "2026-06", "yen": 30_000 }] });
        let decision = json!({ "decision": "accept", "determination": determination });
        self.decided(self.waits(&on_leave(DETERMINED)), &decision);
        self.waits(&regular(DETERMINED, [340_000; 3]));
    }
    fn corrected(&self) {
        for p in [CORRECTED, TWICE, REVISED, LATE, GAVE_WAY] {
            self.insured(p);
        }
        self.here(&of_acquisition(CORRECTED, 300_000));
        self.without_days(self.waits(&regular(CORRECTED, [310_000; 3])));
        self.here(&regular(TWICE, [320_000; 3]));
        self.here(&of_months(TWICE, "regular_determination", "2026-09", [4, 5, 6], 280_000));
        self.waits(&regular(TWICE, [320_000; 3]));
        self.here(&july(REVISED, 320_000));
        self.waits(&regular(REVISED, [320_000; 3]));
        // the determination of 2026 gave way to a revision, which that of 2025 makes void
        self.here(&regular(LATE, [300_000; 3]));
        self.here(&july(LATE, 320_000));
        self.waits(&three_months(named("regular_report", LATE), "2025-09", [4, 5, 6], [320_000; 3]));
        // the revision after the leave gave way to one of the same month, which that of September makes void
        self.here(&childcare(GAVE_WAY, "2026-03-03", "2026-05-01", "2026-07-31"));
        self.here(&after_childcare(GAVE_WAY, 235_000));
        let mut fall =
            three_months(revision(GAVE_WAY, "down", [200_000; 3]), "2026-11", [8, 9, 10], [200_000; 3]);
        fall["pay_change_month"] = json!(8);
        self.here(&fall);
        self.waits(&regular(GAVE_WAY, [200_000; 3]));
    }
    fn of_other_covers(&self) {
        let mut members = BTreeMap::new();
        for p in [MOVED, LEFT, NEVER, LATER, CONTINUES, CONTINUED] {
            members.insert(p.office_number, self.insured(p));
            self.waits(&regular(p, [300_000; 3]));
        }
        self.here(&loss(MOVED, "2026-08-20", "2026-08-21"));
        let hired = filed_there(&self.w, &acquisition(MOVED, "2026-08-21", None));
        self.decided(hired, &same_person("insured", members[MOVED.office_number]));
        filed_there(&self.w, &regular(MOVED, [300_000; 3]));
        self.here(&loss(LEFT, "2026-10-20", "2026-10-21"));
        let mut never = named("acquisition_cancellation", NEVER);
        (never["acquired_on"], never["reason"]) = (json!("2025-04-01"), json!("採用取消のため"));
        self.here(&never);
        let mut later = named("qualification_date_correction", LATER);
        (later["acquired_on"], later["corrected_acquired_on"], later["reason"]) =
            (json!("2025-04-01"), json!("2026-06-01"), json!("記入誤り"));
        self.here(&later);
        self.continues(CONTINUES, ("2026-10-31", "2026-11-01"), "2026-11-10");
        self.continues(CONTINUED, ("2026-08-30", "2026-08-31"), "2026-09-10");
    }
    /// Left the employer and continues by itself.
    fn continues(&self, p: Person, (left_on, lost_on): (&str, &str), received_on: &str) {
        let lost = self.here(&loss(p, left_on, lost_on));
        let card = json!({ "symbol": lost["symbol"], "number": lost["number"] });
        let slip = json!({ "employer_id": self.office, "preparer_name": "適用 花子", "notification": application(p, &card) });
        let keyed = self
            .staff
            .post(format!("/v1/keyed-notifications?received_on={received_on}"))
            .key(&fresh_key())
            .json(&slip)
            .expect(202);
        let keyed = id(&keyed["results"][0]["notification_id"]);
        crate::decisions::check(&self.w.staff("privileged"), keyed, &json!({ "outcome": "matches" }))
            .expect(200);
        self.decided(keyed, &accept());
    }
    /// 75 comes with the next day; 70 came long ago.
    fn of_age(&self) {
        for p in [AT_75, OVER_70] {
            self.insured(p);
            self.waits(&with(regular(p, [280_000; 3]), "aged_70_or_over", json!(true)));
        }
        self.w.clock.advance(Duration::days(1));
        while calendar::work(&self.w.app.kernel.db, &self.w.clock, Uuid::now_v7()).unwrap() {}
    }
    /// Forms and decisions as they are, one on a line, without what differs between two societies that live through the same.
    fn outcome(&self) -> Vec<String> {
        let rows = self.w.rows(
            "select 'form ' || n.office_number as who, n.employer_id, n.form->>'applies_from' as applies_from, n.state, n.reasons, \
               n.version, n.result - 'member_id' - 'decision_id' as result, n.person_id is not null as named, null::jsonb as decision \
             from notification n where kind = 'regular_report' \
             union all select 'decision ' || i.name_kana, s.employer_id, s.applies_from::text, s.rule, null, s.grade, null, \
               s.superseded_at is null, jsonb_build_object('until', s.applies_until, 'standard', s.standard_yen, 'monthly', s.monthly_yen, \
                 'inputs', s.inputs, 'trace', s.trace, 'received', s.received_on, 'version', s.rule_version, \
                 'source', n.kind, 'of', n.form->>'applies_from', 'by', n.employer_id) \
             from standard_remuneration s join person_identity i on i.person_id = s.person_id and i.superseded_at is null \
               and i.valid_to is null left join notification n on n.id = s.source",
        );
        let (here, there) = (self.w.employer.to_string(), self.w.other_employer.to_string());
        let office = self.office.to_string();
        let plain = |row: &Value| {
            row.to_string().replace(&here, "here").replace(&there, "there").replace(&office, "office")
        };
        let mut all: Vec<String> = rows.iter().map(plain).collect();
        all.sort();
        all
    }
}

#[test]
fn whatever_people_lived_through_the_run_decides_what_one_by_one_decides() {
    let (one, many) = (Lives::new(), Lives::new());
    assert_eq!(one.outcome(), many.outcome(), "two societies that lived through the same");
    let staff = one.w.staff("clerk");
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let waiting = "select id from notification where kind = 'regular_report' and state = 'accepted' \
         order by form->>'applies_from' desc, id";
    let waiting = one.w.rows(waiting);
    for n in &waiting {
        let answer = decide(&staff, id(&n["id"]), &accept());
        if answer.status != 200 {
            assert_eq!(answer.status, 409, "{}", answer.text);
            *refused.entry(answer.body["code"].to_string()).or_default() += 1;
        }
    }
    let by = many.w.staff("clerk");
    let (mut reasons, mut alone) = (BTreeMap::new(), 0);
    for year in [2026, 2025] {
        let run = done(&many.w, &by, json!({ "year": year }));
        alone += later_ones_alone(&by, &run, &mut reasons);
    }
    assert!(alone >= 2, "{alone}");
    let (expected, got) = (one.outcome(), many.outcome());
    for (expected, got) in expected.iter().zip(&got) {
        assert_eq!(got, expected);
    }
    assert_eq!(got.len(), expected.len());
    assert_eq!(reasons, refused, "what is left has the reason that one by one gets");
    for code in
        ["after-loss", "already-determined", "determination-needed", "no-second-office", "person-not-found"]
    {
        assert!(reasons.contains_key(&format!("\"{code}\"")), "{code} {reasons:?}");
    }
    for step in ["put_back", "restored", "decided_anew"] {
        assert!(got.iter().any(|line| line.contains(&format!("\"{step}\""))), "{step}");
    }
    let left: usize = reasons.values().sum();
    assert!(waiting.len() - left >= 10, "{} of {}", waiting.len() - left, waiting.len());
}
