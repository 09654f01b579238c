//! A society in which every operation has something to be asked about, at two employers, and its callers.
use crate::{
    decisions::key_in,
    harness::{
        caller::Caller,
        world::{PASSWORD, World, day},
    },
};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use kenpo::{
    app,
    cli::seed,
    domain::{
        access::{self, NewClient, PasswordSettings},
        calendar,
        users::{self, NewUser},
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Digits of the person's number that stands in the register.
pub const NUMBER: u16 = 41;

pub struct Society {
    pub w: World,
    pub member: Uuid,
    /// Somebody with a decision of standard remuneration, a bonus and another office.
    pub hired: Uuid,
    pub decision: Uuid,
    /// The bonus of somebody.
    pub bonus: Uuid,
    /// Lost cover at 75; a dependency that ended with it, and whose it was.
    pub old: Uuid,
    pub gone: (Uuid, Uuid),
    /// A leave of the member.
    pub leave: Uuid,
    /// Insured too, without a number.
    pub unnumbered: Uuid,
    /// Protected by `protection`; nobody else is asked about these.
    pub guarded: Uuid,
    pub protection: Uuid,
    pub expense: Uuid,
    /// Other contact details of somebody, as somebody else asked.
    pub identity_change: Uuid,
    /// Two ids of one person, and a merge of two others that somebody else asked for.
    pub twins: (Uuid, Uuid),
    pub others: (Uuid, Uuid),
    pub merge: Uuid,
    pub dependent: Uuid,
    pub child: Uuid,
    pub submission: Uuid,
    pub notification: Uuid,
    pub to_decide: Uuid,
    pub to_withdraw: Uuid,
    /// Keyed from paper by somebody else.
    pub to_check: Uuid,
    /// 現況確認.
    pub confirming: super::confirming::Confirming,
    /// 任意継続.
    pub continuing: super::continuing::Continuing,
    /// 取消 of decisions.
    pub withdrawing: super::withdrawing::Withdrawing,
    /// Instructions about users.
    pub registering: super::registering::Registering,
    /// Settings of recognition that somebody else asked for.
    pub recognition_setting: Uuid,
    /// A day of the calendar, on which somebody lost cover.
    pub calendar_run: Uuid,
    /// A run of regular determination that waits, and left a form.
    pub determination_run: Uuid,
    /// Rows of the other employer, by the operation that lists them.
    pub own: BTreeMap<&'static str, Uuid>,
    pub refresh_token: String,
    pub callers: Callers,
}
/// Callers, each with the id that its entries must bear.
pub struct Callers {
    pub employer: (Caller, Uuid),
    /// A system of the other employer that holds every scope.
    pub stranger: (Caller, Uuid),
    pub staff: (Caller, Uuid),
    pub collection: (Caller, Uuid),
    pub auditor: (Caller, Uuid),
    pub officer: (Caller, Uuid),
    pub administrator: (Caller, Uuid),
    /// Staff with a scoped token for the members and the child.
    pub granted: (Caller, Uuid),
}

fn form(employer: Uuid, n: u16, kana: &str) -> Value {
    json!({ "employer_id": employer, "preparer_name": "見本 花子", "notification": acquisition(n, kana) })
}
/// A 資格取得届 of the `n`-th fictitious person.
pub fn acquisition(n: u16, kana: &str) -> Value {
    json!({ "kind": "qualification_acquisition", "office_number": n.to_string(), "name_kana": kana, "name": "見本　例",
        "birth_on": format!("1990-01-{:02}", n % 28 + 1), "sex": "female", "acquired_on": "2026-11-01",
        "has_dependents": false, "cash_yen": 250000, "total_yen": 250000,
        "personal_number": seed::fictitious_number(n) })
}
/// A 資格取得届 as staff keys it: without a number.
pub fn on_paper(office_number: &'static str) -> Value {
    let person = crate::filing::Person { office_number, kana: "ミホン　カミ", ..crate::filing::NANA };
    crate::filing::acquisition(person, "2026-11-01", None)
}
fn file(caller: &Caller, employer: Uuid, n: u16, kana: &str) -> (Uuid, Uuid) {
    let receipt = caller
        .post("/v1/notifications")
        .key(&format!("society-key-{n}"))
        .json(&form(employer, n, kana))
        .expect(202);
    let id = |v: &Value| v.as_str().unwrap().parse().unwrap();
    (id(&receipt["id"]), id(&receipt["results"][0]["notification_id"]))
}
impl Society {
    pub fn new() -> Self {
        let w = World::new();
        let mut owner = w.owner();
        let member = w.member("1", "ミホン　タロウ", "見本　太郎", "1980-01-02");
        let unnumbered = w.member("2", "ミホン　ジロウ", "見本　次郎", "1981-01-02");
        let guarded = w.member("4", "ミホン　シロウ", "見本　四郎", "1982-01-02");
        let protection = Uuid::now_v7();
        w.run(&format!(
            "insert into protection (row_id, protection_id, person_id, reason, authority, authority_name, valid_from, valid_to, \
             received_on, letter_address, change, recorded_at, recorded_by) \
             values ('{protection}', '{protection}', '{guarded}', 'stalking', 'police', '架空警察署', '2026-11-01', '2027-11-01', \
             '2026-11-01', '東京都架空区私書箱１', 'set', '2026-11-01', '{guarded}')"
        ));
        let expense = Uuid::now_v7();
        w.run(&format!(
            "insert into public_expense (row_id, public_expense_id, person_id, payer_number, recipient_number, valid_from, received_on, \
             change, recorded_at, recorded_by) values ('{expense}', '{expense}', '{guarded}', '21136015', '1234567', '2026-04-01', \
             '2026-04-10', 'recorded', '2026-04-10', '{guarded}')"
        ));
        let (twins, others) = (crate::merges::twins(&w, "81"), crate::merges::twins(&w, "82"));
        let merge = crate::merges::asked(&w.staff("clerk"), others.0, others.1).expect(201);
        let merge = crate::filing::id(&merge["id"]);
        let start = serde_json::json!({ "name": "contract_income", "valid_from": "2026-09-01", "value": 1, "source": "令和8年第3回理事会" });
        let asked = w
            .staff("clerk")
            .post("/v1/recognition-settings")
            .key("start-of-contract-income")
            .json(&start)
            .expect(201);
        let recognition_setting = crate::filing::id(&asked["id"]);
        let moved = w.member("6", "ミホン　ロクロウ", "見本　六郎", "1983-01-02");
        let contact = json!({ "phone": "03-0000-0006" });
        let asked = crate::filing::ask_contact(&w.staff("clerk"), moved, &contact).expect(201);
        let identity_change = crate::filing::id(&asked["id"]);
        let relatives = ("見本　一郎", "ミホン　イチロウ", day("2015-05-05"), "child");
        let pair = (w.employer, member);
        let child = seed::dependent(&mut owner, &w.clock, pair, relatives, day("2020-04-01")).unwrap();
        let dependent =
            id_of(&mut owner, "select dependent_id as id from dependency where person_id = $1", child);
        w.number(member, NUMBER);
        // Two more employers come before the stranger's own: a list that reads them first has no place left for it.
        sql_query(
            "with early as (insert into employer (id, created_at) \
               select ('00000000-0000-7000-8000-00000000000' || n)::uuid, now() from generate_series(1, 2) n returning id) \
             insert into employer_record (row_id, employer_id, valid_from, symbol, society_number, name, \
               accepts_pension_layout, early_filing_days, recorded_at, recorded_by) \
             select gen_random_uuid(), id, date '2010-04-01', right(id::text, 1), '900' || right(id::text, 1), 'early', \
               false, 0, now(), id from early",
        )
        .execute(&mut owner)
        .unwrap();
        let own_member = seed::Insured {
            office_number: "3",
            name_kana: "ヨソ　ハナコ",
            name: "余所　花子",
            birth_on: day("1985-03-03"),
            sex: "female",
            since: day("2020-04-01"),
        };
        let own_member = seed::insured(&mut owner, &w.clock, w.other_employer, &own_member).unwrap();
        let old = w.member("75", "ミホン　コウキ", "見本　後期", "1951-11-22");
        let wife = ("見本　配", "ミホン　ハイ", day("1960-05-05"), "spouse");
        let wife = seed::dependent(&mut owner, &w.clock, (w.employer, old), wife, day("2020-04-01")).unwrap();
        let gone = "select dependent_id as id from dependency where person_id = $1";
        let gone = (id_of(&mut owner, gone, wife), wife);
        let worker = Uuid::now_v7();
        assert!(calendar::work(&w.app.kernel.db, &w.clock, worker).unwrap());
        let calendar_run = id_of(
            &mut owner,
            "select id from calendar_run where worker = $1 and kind = 'loss_at_75'",
            worker,
        );
        let secret = stranger(&w, &mut owner);
        access::refresh(&w.app.kernel).unwrap();
        let stranger = token(&w, "stranger", &secret, None);
        let employer = w.client("employer");
        // The other employer's rows stand between rows of the first, so that they are neither first nor last.
        let (_, accepted) = file(&employer, w.employer, 50, "ミホン　レイ");
        let (submission, notification) = file(&employer, w.employer, 51, "ミホン　イチ");
        let (own_submission, own_notification) = file(&stranger, w.other_employer, 52, "ヨソ　ニ");
        let (_, to_decide) = file(&employer, w.employer, 53, "ミホン　サン");
        let (_, to_withdraw) = file(&employer, w.employer, 54, "ミホン　シ");
        let staff = w.staff("privileged");
        let to_check = key_in(&w, &w.staff("clerk"), &on_paper("56"), "2026-11-20").expect(202);
        let to_check = crate::filing::id(&to_check["results"][0]["notification_id"]);
        let (_, case) = file(&employer, w.employer, 55, "ミホン　ゴ");
        w.concern(case, &[member, unnumbered, child]);
        let granted = w.granted(&staff, case, &[member, unnumbered, child]);
        let decided = crate::filing::decide(&staff, accepted, &crate::filing::accept()).expect(200);
        let decision = crate::filing::id(&decided["outcome"]["decision_id"]);
        let hired = crate::filing::id(&decided["outcome"]["member_id"]);
        let bonus = json!({ "kind": "bonus_report", "office_number": "50", "name_kana": "ミホン　レイ", "birth_on": "1990-01-23",
            "paid_on": "2026-11-10", "cash_yen": 300000, "total_yen": 300000 });
        let notified = crate::filing::filed(&w, &employer, &bonus);
        crate::filing::decide(&staff, notified, &crate::filing::accept()).expect(200);
        let bonus =
            id_of(&mut owner, "select bonus_id as id from standard_bonus where person_id = $1", hired);
        w.run(&format!(
            "insert into concurrent_office (row_id, office_id, person_id, name, from_on, monthly_yen, received_on, recorded_at, recorded_by) \
             values ('{hired}', '{hired}', '{hired}', '別の見本株式会社', '2026-11-01', 100000, '2026-11-10', '2026-11-10', '{hired}')"
        ));
        let none_paid =
            json!({ "kind": "no_bonus_report", "planned_month": "2026-07", "next_planned_month": "2026-12" });
        let notified = crate::filing::filed(&w, &employer, &none_paid);
        crate::filing::decide(&staff, notified, &crate::filing::accept()).expect(200);
        let leave = json!({ "kind": "childcare_leave_report", "office_number": "1", "name_kana": "ミホン　タロウ",
            "birth_on": "1980-01-02", "application": "new", "starts_on": "2026-10-01", "ends_on": "2027-03-31",
            "child_name_kana": "ミホン　コ", "child_birth_on": "2026-09-01" });
        let notified = crate::filing::filed(&w, &employer, &leave);
        let notified = crate::filing::decide(&staff, notified, &crate::filing::accept()).expect(200);
        let leave = crate::filing::id(&notified["outcome"]["leave_id"]);
        let run = staff
            .post("/v1/regular-determination-runs")
            .key("society-run")
            .json(&json!({ "year": 2026 }))
            .expect(202);
        let determination_run = crate::filing::id(&run["id"]);
        w.run(&format!(
            "insert into determination_left (run_id, notification_id, employer_id, person_id, reason, reason_ja, reason_en) \
             values ('{determination_run}', '{notification}', '{}', '{member}', 'revision-planned', \
               '月額変更予定の届です。月額変更届を処理するか、返戻してください', 'A revision is planned: decide the revision, or return the form')",
            w.employer
        ));
        let confirming = super::confirming::Confirming::new(&w, &staff, (member, own_member));
        let continuing = super::continuing::Continuing::new(&w, &staff);
        let withdrawing = super::withdrawing::Withdrawing::new(&w, &staff);
        let registering = super::registering::Registering::new(&w);
        let signed_in = w.nobody().post("/v1/sessions").json(&sign_in()).expect(200);
        let user = id_of_text(&mut owner, "select id from app_user where login = $1", "privileged");
        let collection = id_of_text(&mut owner, "select id from app_user where login = $1", "collection");
        let own_dependent = id_of(
            &mut owner,
            "select dependent_id as id from dependency where employer_id = $1",
            w.other_employer,
        );
        let mut client =
            |key: &str| id_of_text(&mut owner, "select id from api_client where client_key = $1", key);
        let callers = Callers {
            employer: (employer, client("employer")),
            stranger: (stranger, client("stranger")),
            staff: (staff, user),
            collection: (w.staff("collection"), collection),
            auditor: (w.client("auditor"), client("auditor")),
            officer: (w.staff("officer"), w.user("officer")),
            administrator: (w.staff("it"), w.user("it")),
            granted: (granted, user),
        };
        let own = BTreeMap::from([
            ("listEmployers", w.other_employer),
            ("listMembers", own_member),
            ("searchDependents", own_dependent),
            ("listSubmissions", own_submission),
            ("listNotifications", own_notification),
            ("listConfirmations", confirming.own),
            ("listConfirmationProgress", w.other_employer),
        ]);
        let refresh_token = signed_in["refresh_token"].as_str().unwrap().to_owned();
        Self {
            w,
            member,
            hired,
            decision,
            bonus,
            old,
            gone,
            leave,
            unnumbered,
            guarded,
            protection,
            expense,
            identity_change,
            twins,
            others,
            merge,
            dependent,
            child,
            submission,
            notification,
            to_decide,
            to_withdraw,
            to_check,
            confirming,
            continuing,
            withdrawing,
            registering,
            recognition_setting,
            calendar_run,
            determination_run,
            own,
            refresh_token,
            callers,
        }
    }
    /// Ids that nobody of the other employer may see.
    pub fn foreign(&self) -> Vec<String> {
        let people = [self.member, self.hired, self.unnumbered, self.guarded, self.dependent, self.child];
        let lost = [self.old, self.gone.0, self.gone.1];
        let records = [
            self.decision,
            self.bonus,
            self.leave,
            self.protection,
            self.expense,
            self.merge,
            self.identity_change,
        ];
        let filed = [self.submission, self.notification, self.to_decide, self.to_withdraw, self.to_check];
        let continuing = [
            self.continuing.application,
            self.continuing.person,
            self.continuing.setting,
            self.continuing.unpaid,
        ];
        let other = [self.w.employer, self.confirming.open, self.confirming.answered];
        let runs = [self.calendar_run, self.determination_run];
        let twins = [self.twins.0, self.twins.1, self.others.0, self.others.1];
        let all = [&people[..], &lost, &records, &filed, &continuing, &other, &runs, &twins];
        all.concat().iter().map(Uuid::to_string).collect()
    }
    /// Who gets an answer of a row.
    pub fn right(&self, row: &super::table::Row) -> (Caller, Uuid) {
        use super::table::Who;
        match row.right {
            Who::Anybody if row.id == "activateUser" => (self.w.nobody(), self.registering.activated),
            Who::Anybody => (self.w.nobody(), self.callers.staff.1),
            Who::Employer => self.callers.employer.clone(),
            Who::Staff if row.id == "endSession" => (self.w.staff("privileged"), self.callers.staff.1),
            Who::Staff => self.callers.staff.clone(),
            Who::Collection => self.callers.collection.clone(),
            Who::Granted => self.callers.granted.clone(),
            Who::Auditor => self.callers.auditor.clone(),
            Who::Officer => self.callers.officer.clone(),
            Who::Administrator => self.callers.administrator.clone(),
        }
    }
    /// A caller like the right one who lacks `scope`.
    pub fn without(&self, who: super::table::Who, scope: &str) -> (Caller, Uuid) {
        use super::table::Who;
        let (key, held): (&str, &[&str]) = match who {
            Who::Employer => ("employer", EMPLOYER),
            Who::Auditor => ("auditor", &["audit:read", "audit:export", "users:read"]),
            _ => return self.staff_without(scope),
        };
        let rest: Vec<&str> = held.iter().copied().filter(|s| *s != scope).collect();
        let id = if who == Who::Auditor { self.callers.auditor.1 } else { self.callers.employer.1 };
        (token(&self.w, key, &self.w.secrets[key], Some(&rest.join("+"))), id)
    }
    fn staff_without(&self, scope: &str) -> (Caller, Uuid) {
        if scope == "session:end" {
            return self.callers.employer.clone(); // people always hold it
        }
        let login = format!("without-{}", scope.replace(':', "-"));
        let mut owner = self.w.owner();
        if let Some(id) = find(&mut owner, "select id from app_user where login = $1", &login) {
            return (self.w.staff(&login), id);
        }
        let settings = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 2 };
        let user = NewUser {
            id: Uuid::now_v7(),
            login: login.clone(),
            display_name: login.clone(),
            section: "enrolment_1".into(),
            duties: vec![],
            purposes: vec!["enrolment".into()],
            scopes: every_scope().into_iter().filter(|s| s != scope).collect(),
            password_hash: access::hash_password(&settings, PASSWORD).unwrap(),
            valid_from: day("2020-04-01"),
            valid_until: None,
            number: (Some(crate::harness::world::start() - chrono::Duration::days(9)), None),
        };
        users::insert_user(&mut owner, &user).unwrap();
        access::refresh(&self.w.app.kernel).unwrap();
        (self.w.staff(&login), user.id)
    }
}
const EMPLOYER: &[&str] = &[
    "notifications:submit",
    "notifications:read",
    "members:read",
    "dependents:read",
    "employers:read",
    "calculations:run",
    "confirmations:read",
    "confirmations:answer",
];

/// What the person of the society signs in with.
pub fn sign_in() -> Value {
    json!({ "user_id": "privileged", "password": PASSWORD })
}
fn every_scope() -> Vec<String> {
    app::SCOPES.iter().map(|s| s.0.to_owned()).filter(|s| s != "personal-number:read").collect()
}
/// A system of the other employer with every scope: what it may not do is decided by the policies alone.
fn stranger(w: &World, owner: &mut PgConnection) -> String {
    let id = Uuid::now_v7();
    let (secret, digest) = access::store::new_secret(&w.app.kernel.keys.vault.digest, id).unwrap();
    let client = NewClient {
        id,
        client_key: "stranger".into(),
        name: "a stranger's system".into(),
        kind: "employer_system".into(),
        scopes: every_scope(),
        secret_digest: Some(digest),
        jwks: None,
    };
    access::store::insert_client(owner, &client).unwrap();
    access::store::bind_client(owner, id, w.other_employer, day("2020-04-01"), None).unwrap();
    secret
}
fn token(w: &World, key: &str, secret: &str, scope: Option<&str>) -> Caller {
    let scope = scope.map(|s| format!("&scope={s}")).unwrap_or_default();
    let form = format!("grant_type=client_credentials&client_id={key}&client_secret={secret}{scope}");
    let tokens = w.nobody().post("/oauth/token").form(&form).expect(200);
    w.bearer(tokens["access_token"].as_str().unwrap())
}
fn find(conn: &mut PgConnection, sql: &str, text: &str) -> Option<Uuid> {
    sql_query(sql).bind::<t::Text, _>(text).get_result::<seed::Known>(conn).optional().unwrap().map(|k| k.id)
}
fn id_of_text(conn: &mut PgConnection, sql: &str, text: &str) -> Uuid {
    find(conn, sql, text).unwrap()
}
fn id_of(conn: &mut PgConnection, sql: &str, id: Uuid) -> Uuid {
    sql_query(sql).bind::<t::Uuid, _>(id).get_result::<seed::Known>(conn).unwrap().id
}
