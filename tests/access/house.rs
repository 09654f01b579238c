//! A small society behind a real database: one privileged person, one without the privilege, three systems.
use crate::harness::{
    behind::concern,
    caller::Response,
    cluster::{TempBase, Template, TestDb},
};
use actix_web::{
    App,
    http::header::{HeaderName, HeaderValue},
    test, web,
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types as t,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kenpo::{
    domain::{
        access::{self, NewClient, NumberGrants, PasswordSettings, Passwords},
        personal_numbers::{self, Strongroom},
        users::{self, NewUser},
    },
    kernel::{
        Kernel, Routes, Zone,
        clock::Clock,
        db,
        keys::Keys,
        limit::Limits,
        live::Live,
        places::Places,
        policy::Policies,
        secrets,
        token::Tokens,
        trail::{Floods, Writer},
    },
    ports::key_store::SqliteKeyStore,
};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
static EMPTY: Template = Template::new("access", |url| {
    PgConnection::establish(url).unwrap().run_pending_migrations(MIGRATIONS).map(|_| ()).unwrap();
});
pub const ISSUER: &str = "https://kenpo.test";
pub const PASSWORD: &str = "a long enough password";
/// Holds the privilege, section enrolment.
pub const CLERK: Uuid = Uuid::from_u128(1);
/// Same section, no privilege.
pub const NOVICE: Uuid = Uuid::from_u128(2);
/// An employer's system with a secret.
pub const PAYROLL: Uuid = Uuid::from_u128(11);
/// An auditor with a key.
pub const AUDITOR: Uuid = Uuid::from_u128(12);

pub struct House {
    pub kernel: Arc<Kernel>,
    pub store: Arc<SqliteKeyStore>,
    pub secret: String,
    passwords: web::Data<Passwords>,
    signing: EncodingKey,
    keys: TempBase,
    base: TestDb,
}
/// What came back.
pub struct Got(Response);
impl std::ops::Deref for Got {
    type Target = Response;
    fn deref(&self) -> &Response {
        &self.0
    }
}
impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON with status {}", self.status))
    }
    pub fn word(&self, name: &str) -> String {
        self.json()[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} with status {}", self.status))
            .to_owned()
    }
    /// Status and `error` of RFC 6749, or `code` of a problem.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        (self.status, body["error"].as_str().or(body["code"].as_str()).unwrap_or_default().to_owned())
    }
}
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}

impl House {
    pub fn open() -> Self {
        let base = EMPTY.fresh_database();
        let keys = TempBase::new();
        let now = DateTime::from_timestamp(1_795_305_600, 0).unwrap();
        let folder = keys.path().join("keys");
        Keys::init(&folder, now.timestamp()).unwrap();
        let db = db::pool(&base.url_for("kenpo_service"), 8).unwrap();
        let store = Arc::new(SqliteKeyStore::open(&keys.path().join("store/wrapped.sqlite")).unwrap());
        let (clock, keyring) = (Clock::frozen(now), Keys::open(&folder).unwrap());
        let kernel = Kernel {
            trail: Writer::start(db.clone()),
            db,
            tokens: Tokens::new(ISSUER, ISSUER),
            live: Live::default(),
            policies: Policies::built_in().unwrap(),
            floods: Floods::default(),
            limits: Limits::new(0),
            turns: Places::new(1, 8, std::time::Duration::from_secs(10)),
            shares: Places::new(4, 8, std::time::Duration::from_secs(10)),
            vault: Arc::new(Strongroom::new(&keyring.vault, clock.clone(), store.clone())),
            grants: Arc::new(NumberGrants),
            proxies: Vec::new(),
            body_time: std::time::Duration::from_secs(30),
            offered: vec![],
            idle_days: 36_500,
            readings: kenpo::values::readings::Readings::default(),
            clock,
            keys: keyring,
        };
        let settings = PasswordSettings { memory_kib: 64, passes: 1, ..PasswordSettings::default() };
        let passwords = web::Data::new(Passwords::new(&settings).unwrap());
        let pair = Ed25519KeyPair::generate().unwrap();
        let (secret, digest) = access::store::new_secret(&kernel.keys.vault.digest, PAYROLL).unwrap();
        let house = Self {
            signing: EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref()),
            kernel: Arc::new(kernel),
            store,
            secret,
            passwords,
            keys,
            base,
        };
        house.fill(&settings, digest, pair.public_key().as_ref());
        access::refresh(&house.kernel).unwrap();
        house
    }
    fn fill(&self, settings: &PasswordSettings, digest: Vec<u8>, public: &[u8]) {
        let mut conn = self.owner();
        let day = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
        let person = |id: Uuid, login: &str, from: Option<DateTime<Utc>>| NewUser {
            id,
            login: login.into(),
            display_name: "適用 花子".into(),
            section: "enrolment_1".into(),
            duties: vec![],
            purposes: vec!["enrolment".into()],
            // the record names the scope of the scoped token: a sign-in must not give it all the same
            scopes: [
                "members:read",
                "personal-number:write",
                "personal-number:verify",
                "personal-number:read",
            ]
            .map(Into::into)
            .to_vec(),
            password_hash: access::hash_password(settings, PASSWORD).unwrap(),
            valid_from: day,
            valid_until: None,
            number: (from, None),
        };
        let since = self.kernel.clock.now() - Duration::days(1);
        users::insert_user(&mut conn, &person(CLERK, "clerk", Some(since))).unwrap();
        users::insert_user(&mut conn, &person(NOVICE, "novice", None)).unwrap();
        let client = |id, key: &str, kind: &str, scopes: [&str; 2]| NewClient {
            id,
            client_key: key.into(),
            name: key.into(),
            kind: kind.into(),
            scopes: scopes.map(Into::into).to_vec(),
            secret_digest: None,
            jwks: None,
        };
        let payroll =
            client(PAYROLL, "payroll", "employer_system", ["notifications:submit", "notifications:read"]);
        access::store::insert_client(&mut conn, &NewClient { secret_digest: Some(digest), ..payroll })
            .unwrap();
        let jwks =
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": secrets::b64(public)}]});
        let auditor = client(AUDITOR, "auditor", "auditor", ["audit:read", "audit:export"]);
        access::store::insert_client(&mut conn, &NewClient { jwks: Some(jwks), ..auditor }).unwrap();
    }
    pub fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.base.url_for("kenpo")).unwrap()
    }
    pub fn run(&self, sql: &str) {
        self.owner().batch_execute(sql).unwrap();
    }
    pub fn count(&self, sql: &str) -> i64 {
        sql_query(format!("select count(*) as n from {sql}"))
            .get_result::<Count>(&mut self.owner())
            .unwrap()
            .n
    }
    /// Entries of an operation with that status.
    pub fn entries(&self, operation: &str, status: u16) -> i64 {
        self.count(&format!("audit_entry where operation = '{operation}' and status = {status}"))
    }
    pub fn pass(&self, by: Duration) {
        self.kernel.clock.advance(by);
    }
    /// Where the key store lies.
    pub fn key_store(&self) -> PathBuf {
        self.keys.path().join("store/wrapped.sqlite")
    }
    /// A person without a number, and its id.
    pub fn person(&self) -> Uuid {
        let id = Uuid::now_v7();
        self.run(&format!(
            "insert into person (id, number_state, number_reason, created_at) values ('{id}', 'not_registered', 'not_notified', now())"
        ));
        id
    }
    /// A notification, and its id.
    pub fn case(&self) -> Uuid {
        let (employer, submission, id) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        self.run(&format!(
            "insert into employer (id, created_at) values ('{employer}', now()); \
             insert into submission (id, receipt_number, employer_id, client_id, channel, preparer_name, read_count, \
               file_result, received_at) values ('{submission}', '{submission}', '{employer}', '{PAYROLL}', 'api_json', \
               'x', 1, 'accepted', now()); \
             insert into notification (id, submission_id, row_number, employer_id, kind, state, received_at) \
               values ('{id}', '{submission}', 1, '{employer}', 'qualification_acquisition', 'accepted', now())"
        ));
        id
    }

    /// A notification that concerns these people.
    pub fn case_of(&self, persons: &[Uuid]) -> Uuid {
        let case = self.case();
        concern(&mut self.owner(), case, persons);
        case
    }

    pub async fn send(&self, zone: Zone, request: test::TestRequest) -> Got {
        let mut routes = Routes::default();
        access::routes(&mut routes);
        personal_numbers::routes(&mut routes);
        let app = App::new()
            .app_data(web::Data::from(self.kernel.clone()))
            .app_data(self.passwords.clone())
            .app_data(zone)
            .configure(access::protocol_routes)
            .configure(|cfg| routes.configure(cfg));
        let app = test::init_service(app).await;
        let request = request.to_request();
        let asked = (request.method().to_string(), request.uri().to_string());
        let response = test::call_service(&app, request).await;
        let named = |(n, v): (&HeaderName, &HeaderValue)| (n.to_string(), v.to_str().unwrap().to_owned());
        let headers = response.headers().iter().map(named).collect();
        let status = response.status().as_u16();
        let text = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
        Got(Response::checked((&asked.0, &asked.1), status, headers, text))
    }
    pub async fn post(&self, path: &str, body: &Value) -> Got {
        self.send(Zone::Closed, test::TestRequest::post().uri(path).set_json(body)).await
    }
    pub async fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Got {
        self.form_in(Zone::Closed, path, pairs).await
    }
    pub async fn form_in(&self, zone: Zone, path: &str, pairs: &[(&str, &str)]) -> Got {
        self.send(zone, test::TestRequest::post().uri(path).set_form(pairs)).await
    }
    pub async fn sign_in(&self, login: &str) -> Got {
        self.post("/v1/sessions", &json!({"user_id": login, "password": PASSWORD})).await
    }
    /// The scoped token of a privileged person who has just signed in, for these people.
    pub async fn scoped(&self, persons: &[Uuid]) -> String {
        let token = self.sign_in("clerk").await.word("access_token");
        let members: Vec<String> = persons.iter().map(Uuid::to_string).collect();
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", &token),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("scope", "personal-number:read"),
            ("purpose", "enrolment"),
            ("reason", "examination"),
            ("case", &self.case_of(persons).to_string()),
            ("members", &members.join(" ")),
        ];
        self.form("/oauth/token", &form).await.word("access_token")
    }
    /// Asks with a bearer token.
    pub async fn ask(&self, token: &str, request: test::TestRequest) -> Got {
        let bearer = ("authorization", format!("Bearer {token}"));
        self.send(Zone::Closed, request.insert_header(bearer)).await
    }
    /// Is the token still good for anything? Signing out needs one that is: asked in a way that is refused for its method.
    pub async fn is_good(&self, token: &str) -> bool {
        let path = format!("/v1/persons/{}/personal-number:verify", Uuid::nil());
        let request = test::TestRequest::post().uri(&path).set_json(json!({}));
        self.ask(token, request).await.status != 401
    }
    /// A client assertion, changed before it is signed.
    pub fn assertion(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = self.kernel.clock.now().timestamp();
        let mut claims = json!({"iss": "auditor", "sub": "auditor", "aud": ISSUER, "iat": now, "exp": now + 60,
                                "jti": Uuid::now_v7().to_string()});
        change(&mut claims);
        let header = Header { kid: Some("k1".into()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).unwrap()
    }
}
