//! The scoped token: who may switch the linkage on, for what, and how it goes off again.
use super::house::{CLERK, Got, House, NOVICE};
use crate::harness::behind::set_number_privilege;
use chrono::Duration;
use kenpo::{
    domain::access,
    kernel::{Zone, db, secrets, vault::LiveGrant},
};
use uuid::Uuid;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A wish, good unless changed.
struct Wish {
    token: String,
    scope: &'static str,
    purpose: &'static str,
    reason: &'static str,
    case: String,
    members: String,
    zone: Zone,
}
impl Wish {
    fn of(house: &House, token: String) -> Self {
        let people = [house.person(), house.person()];
        let (members, case) = (people.map(|p| p.to_string()).join(" "), house.case_of(&people).to_string());
        let (scope, purpose, reason) = ("personal-number:read", "enrolment", "examination");
        Self { token, scope, purpose, reason, case, members, zone: Zone::Closed }
    }
    async fn ask(&self, house: &House) -> Got {
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", &self.token),
            ("subject_token_type", ACCESS),
            ("scope", self.scope),
            ("purpose", self.purpose),
            ("reason", self.reason),
            ("case", &self.case),
            ("members", &self.members),
        ];
        house.form_in(self.zone, "/oauth/token", &form).await
    }
}
/// The record that a scoped token names, in time or not.
fn record(house: &House, token: &str) -> LiveGrant {
    let payload = secrets::unb64(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let grant = claims["grant"].as_str().unwrap().parse().unwrap();
    let mut conn = db::connection(&house.kernel.db).unwrap();
    house.kernel.grants.find(&mut conn, &house.kernel.clock, grant).unwrap().unwrap()
}

#[actix_web::test]
async fn a_privileged_person_switches_the_linkage_on_for_five_minutes() {
    let house = House::open();
    let token = house.sign_in("clerk").await.word("access_token");
    let wish = Wish::of(&house, token);
    let got = wish.ask(&house).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let body = got.json();
    assert_eq!(
        (body["scope"].as_str(), body["expires_in"].as_i64()),
        (Some("personal-number:read"), Some(300))
    );
    assert_eq!(body["issued_token_type"], ACCESS);
    let scoped = got.word("access_token");
    let grant = record(&house, &scoped);
    assert!(grant.is_live);
    assert_eq!(
        (grant.user, grant.purpose.as_str(), grant.reason.as_str()),
        (CLERK, "enrolment", "examination")
    );
    assert_eq!((grant.case.to_string(), grant.persons.len()), (wish.case.clone(), 2));
    let told = format!(
        "audit_entry where operation = 'oauthToken' and kind = 'protocol' and status = 200 and purpose = 'enrolment' \
         and reason_code = 'examination' and case_id = '{}' and cardinality(persons) = 2 and actor_id = '{CLERK}'",
        wish.case
    );
    assert_eq!(house.count(&told), 1);
    // A scoped token opens nothing else and is not exchanged again.
    let again = Wish { token: scoped.clone(), ..Wish::of(&house, String::new()) };
    assert_eq!(again.ask(&house).await.refusal(), (403, "access_denied".into()));
    house.pass(Duration::seconds(300));
    assert!(!record(&house, &scoped).is_live);
}

#[actix_web::test]
async fn others_may_not_and_the_refusal_is_recorded_with_purpose_and_case() {
    let house = House::open();
    let novice = house.sign_in("novice").await.word("access_token");
    let wish = Wish::of(&house, novice);
    assert_eq!(wish.ask(&house).await.refusal(), (403, "access_denied".into()));
    let told = format!(
        "audit_entry where actor_id = '{NOVICE}' and outcome = 'refused' and code = 'access_denied' \
         and case_id = '{}' and purpose = 'enrolment' and cardinality(persons) = 2",
        wish.case
    );
    assert_eq!(house.count(&told), 1);
    let client =
        [("grant_type", "client_credentials"), ("client_id", "payroll"), ("client_secret", &house.secret)];
    let client = house.form("/oauth/token", &client).await.word("access_token");
    let by_client = Wish { token: client, ..Wish::of(&house, String::new()) };
    assert_eq!(by_client.ask(&house).await.refusal(), (403, "access_denied".into()), "only people step up");
    let clerk = house.sign_in("clerk").await.word("access_token");
    let outside = Wish { zone: Zone::Internet, ..Wish::of(&house, clerk.clone()) };
    assert_eq!(outside.ask(&house).await.refusal(), (403, "access_denied".into()));
    let forged = Wish::of(&house, format!("{clerk}x"));
    assert_eq!(forged.ask(&house).await.refusal(), (400, "invalid_grant".into()));
    let other_purpose = Wish { purpose: "benefits", ..Wish::of(&house, clerk) };
    assert_eq!(other_purpose.ask(&house).await.refusal(), (403, "access_denied".into()));
    assert_eq!(house.count("number_grant"), 0);
}

#[actix_web::test]
async fn what_is_asked_for_must_be_there_and_well_formed() {
    let house = House::open();
    let token = house.sign_in("clerk").await.word("access_token");
    let good = || Wish::of(&house, token.clone());
    let many = (0..21).map(|_| house.person().to_string()).collect::<Vec<_>>().join(" ");
    for (why, wish) in [
        ("reason", Wish { reason: "because", ..good() }),
        ("purpose", Wish { purpose: "curiosity", ..good() }),
        ("case", Wish { case: "7".into(), ..good() }),
        ("no such case", Wish { case: Uuid::now_v7().to_string(), ..good() }),
        ("nobody", Wish { members: " ".into(), ..good() }),
        ("no such person", Wish { members: format!("{} {}", house.person(), Uuid::now_v7()), ..good() }),
        ("too many", Wish { members: many, ..good() }),
    ] {
        let got = wish.ask(&house).await;
        assert_eq!(got.refusal(), (400, "invalid_request".into()), "{why}");
        assert!(!got.text.contains("because") && !got.text.contains("curiosity"), "nothing is echoed");
    }
    let greedy = Wish { scope: "members:read", ..good() };
    assert_eq!(greedy.ask(&house).await.refusal(), (400, "invalid_scope".into()));
    assert_eq!(house.count("number_grant"), 0);
    assert_eq!(house.entries("oauthToken", 400), 8);
}

#[actix_web::test]
async fn an_old_sign_in_does_not_step_up_and_a_refresh_makes_it_no_younger() {
    let house = House::open();
    let got = house.sign_in("clerk").await;
    house.pass(Duration::seconds(300));
    assert_eq!(Wish::of(&house, got.word("access_token")).ask(&house).await.status, 200, "five minutes old");
    house.pass(Duration::seconds(1));
    let old = Wish::of(&house, got.word("access_token")).ask(&house).await;
    assert_eq!(old.refusal(), (400, "invalid_grant".into()));
    assert!(old.text.contains("sign in again"));
    let body = serde_json::json!({"refresh_token": got.word("refresh_token")});
    let refreshed = house.post("/v1/sessions/refresh", &body).await.word("access_token");
    assert_eq!(Wish::of(&house, refreshed).ask(&house).await.refusal(), (400, "invalid_grant".into()));
}

#[actix_web::test]
async fn revoking_switches_it_off_at_once_and_so_does_the_end_of_the_session() {
    let house = House::open();
    let token = house.sign_in("clerk").await.word("access_token");
    let scoped = Wish::of(&house, token.clone()).ask(&house).await.word("access_token");
    let other = Wish::of(&house, token.clone()).ask(&house).await.word("access_token");
    let revoke = async |token: &str| house.form("/oauth/revoke", &[("token", token)]).await;
    assert_eq!(revoke(&scoped).await.status, 200);
    assert!(!record(&house, &scoped).is_live);
    assert!(record(&house, &other).is_live, "the other one stays on");
    assert!(house.is_good(&token).await, "and so does the session");
    assert_eq!(revoke("no token at all").await.status, 200);
    let client = [("token", token.as_str()), ("client_id", "payroll"), ("client_secret", &house.secret)];
    assert_eq!(house.form("/oauth/revoke", &client).await.status, 200);
    assert!(house.is_good(&token).await, "no client owns a person's session");
    let wrong = [("token", token.as_str()), ("client_id", "payroll"), ("client_secret", "wrong")];
    assert_eq!(house.form("/oauth/revoke", &wrong).await.refusal(), (401, "invalid_client".into()));
    assert_eq!(revoke(&token).await.status, 200);
    assert!(!house.is_good(&token).await);
    assert!(!record(&house, &other).is_live);
    assert_eq!(house.count("audit_entry where operation = 'oauthRevoke' and kind = 'protocol'"), 5);
    let again = house.sign_in("clerk").await;
    assert_eq!(revoke(&again.word("refresh_token")).await.status, 200);
    assert!(!house.is_good(&again.word("access_token")).await);
}

#[actix_web::test]
async fn the_linkage_ends_with_the_privilege() {
    let house = House::open();
    let until = house.kernel.clock.now() + Duration::seconds(90);
    set_number_privilege(&mut house.owner(), CLERK, (Some(until - Duration::days(2)), Some(until)));
    access::refresh(&house.kernel).unwrap();
    let token = house.sign_in("clerk").await.word("access_token");
    let got = Wish::of(&house, token.clone()).ask(&house).await;
    assert_eq!(got.json()["expires_in"], 90);
    house.pass(Duration::seconds(90));
    assert_eq!(Wish::of(&house, token).ask(&house).await.refusal(), (403, "access_denied".into()));
}
