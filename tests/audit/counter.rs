//! A counter that serves the operations of the log and nothing else.
use super::service;
use crate::harness::{
    caller::Response,
    cluster::{TempBase, TestDb},
};
use actix_web::{App, body::BoxBody, dev::ServiceResponse, http::header, test, web};
use chrono::DateTime;
use diesel::PgConnection;
use kenpo::{
    domain::audit,
    kernel::{
        Kernel, Problem, Routes, Zone,
        clock::Clock,
        keys::Keys,
        limit::Limits,
        live::{ClientFacts, Live, Snapshot, UserEntry, UserRecord},
        places::Places,
        policy::Policies,
        token::{Claims, Tokens},
        trail::{Floods, Writer},
        vault::{Clash, Grants, LiveGrant, NumberVault, Pending, Registration},
    },
    values::personal_number::PersonalNumber,
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// No operation of the log comes near a number or a linkage.
struct Nothing;
type Answer<T> = Result<T, Problem>;
impl NumberVault for Nothing {
    fn register(&self, _: &mut PgConnection, _: &Clock, _: Registration<'_>) -> Answer<()> {
        unreachable!()
    }
    fn hand_over(&self, _: &mut PgConnection, _: &Clock, _: (Uuid, Uuid), _: Uuid) -> Answer<()> {
        unreachable!()
    }
    fn read(&self, _: &mut PgConnection, _: Uuid) -> Answer<Option<PersonalNumber>> {
        unreachable!()
    }
    fn matches(&self, _: &mut PgConnection, _: Uuid, _: &PersonalNumber) -> Answer<bool> {
        unreachable!()
    }
    fn keep_pending(&self, _: &mut PgConnection, _: &Clock, _: &[Pending]) -> Answer<()> {
        unreachable!()
    }
    fn waiting(&self, _: &mut PgConnection, _: &[&PersonalNumber]) -> Answer<Vec<Vec<Uuid>>> {
        unreachable!()
    }
    fn take_pending(&self, _: &mut PgConnection, _: Uuid, _: &str) -> Answer<Option<PersonalNumber>> {
        unreachable!()
    }
    fn drop_pending(&self, _: &mut PgConnection, _: Uuid) -> Answer<()> {
        unreachable!()
    }
    fn clashes(&self, _: &mut PgConnection, _: Uuid) -> Answer<Vec<(String, Uuid)>> {
        unreachable!()
    }
    fn all_clashes(&self, _: &mut PgConnection) -> Answer<Vec<Clash>> {
        unreachable!()
    }
    fn keep_file(&self, _: &mut PgConnection, _: &Clock, _: Uuid, _: &[u8]) -> Answer<()> {
        unreachable!()
    }
    fn drop_file(&self, _: &mut PgConnection, _: Uuid) -> Answer<()> {
        unreachable!()
    }
}
impl Grants for Nothing {
    fn find(&self, _: &mut PgConnection, _: &Clock, _: Uuid) -> Answer<Option<LiveGrant>> {
        unreachable!()
    }
}

/// Who asks.
#[derive(Clone, Copy, PartialEq)]
pub enum Who {
    Auditor,
    Employer,
    Officer,
    Enrolment,
}
const ALL: [Who; 4] = [Who::Auditor, Who::Employer, Who::Officer, Who::Enrolment];
const SCOPES: [&str; 2] = ["audit:read", "audit:export"];
impl Who {
    pub fn id(self) -> Uuid {
        let place = ALL.iter().position(|w| *w == self).unwrap();
        Uuid::from_u64_pair(0, u64::try_from(place).unwrap() + 1)
    }
    fn is_person(self) -> bool {
        matches!(self, Self::Officer | Self::Enrolment)
    }
}

pub struct Counter {
    pub kernel: Arc<Kernel>,
    _keys: TempBase,
}
impl Counter {
    pub fn open(base: &TestDb) -> Self {
        let keys = TempBase::new();
        let now = super::instant();
        Keys::init(&keys.path().join("keys"), now.timestamp()).unwrap();
        let db = service(base, 6);
        let live = Live::default();
        live.put(everybody(), std::time::Instant::now());
        let kernel = Kernel {
            trail: Writer::start(db.clone()),
            db,
            clock: Clock::frozen(now),
            keys: Keys::open(&keys.path().join("keys")).unwrap(),
            tokens: Tokens::new("https://kenpo.test", "https://kenpo.test"),
            live,
            policies: Policies::built_in().unwrap(),
            floods: Floods::default(),
            limits: Limits::new(0),
            turns: Places::new(1, 8, std::time::Duration::from_secs(10)),
            shares: Places::new(4, 8, std::time::Duration::from_secs(10)),
            vault: Arc::new(Nothing),
            grants: Arc::new(Nothing),
            proxies: Vec::new(),
            body_time: std::time::Duration::from_secs(30),
            offered: vec![],
            idle_days: 36_500,
            readings: kenpo::values::readings::Readings::default(),
        };
        Self { kernel: Arc::new(kernel), _keys: keys }
    }
    fn token(&self, who: Who) -> String {
        let now = self.kernel.clock.now().timestamp();
        let claims = Claims {
            iss: self.kernel.tokens.issuer().into(),
            aud: self.kernel.tokens.audience().into(),
            sub: who.id(),
            client_id: "kenpo".into(),
            iat: now,
            nbf: now,
            exp: now + 600,
            jti: Uuid::now_v7(),
            scope: SCOPES.join(" "),
            kind: if who.is_person() { "user" } else { "client" }.into(),
            sid: who.is_person().then(Uuid::now_v7),
            auth_time: who.is_person().then_some(now),
            grant: None,
        };
        self.kernel.tokens.sign(&self.kernel.keys, &claims).unwrap()
    }
    /// Asks over the router; the answer is still to be read.
    pub async fn begin(&self, who: Who, path: &str) -> ServiceResponse<BoxBody> {
        let mut routes = Routes::default();
        audit::routes(&mut routes);
        let app = App::new()
            .app_data(web::Data::from(self.kernel.clone()))
            .app_data(Zone::Closed)
            .configure(|cfg| routes.configure(cfg));
        let app = test::init_service(app).await;
        let bearer = format!("Bearer {}", self.token(who));
        let request = test::TestRequest::get().uri(path).insert_header((header::AUTHORIZATION, bearer));
        test::call_service(&app, request.to_request()).await
    }
    /// Asks and reads the whole answer.
    pub async fn get(&self, who: Who, path: &str) -> Response {
        read(path, self.begin(who, path).await).await
    }
    /// Asks and reads a JSON answer.
    pub async fn json(&self, who: Who, path: &str) -> (u16, serde_json::Value) {
        let response = self.get(who, path).await;
        (response.status, response.body)
    }
}
/// Reads the answer of a path to its end.
pub async fn read(path: &str, response: ServiceResponse<BoxBody>) -> Response {
    let named = |(n, v): (&header::HeaderName, &header::HeaderValue)| {
        (n.to_string(), v.to_str().unwrap_or_default().to_owned())
    };
    let headers = response.headers().iter().map(named).collect();
    let status = response.status().as_u16();
    let text = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
    Response::checked(("GET", path), status, headers, text)
}

fn everybody() -> Snapshot {
    let scopes: Vec<String> = SCOPES.map(Into::into).to_vec();
    let mut all = Snapshot { users: HashMap::new(), clients: HashMap::new(), ..Snapshot::default() };
    for who in ALL {
        let (id, scopes) = (who.id(), scopes.clone());
        if who.is_person() {
            let section = if who == Who::Officer { "data_protection" } else { "enrolment_1" };
            let entry = UserEntry {
                name: section.into(),
                section: section.into(),
                duties: vec![],
                purposes: vec![],
                scopes,
                from: DateTime::UNIX_EPOCH,
                until: None,
            };
            let (login, entries, privileges) = (section.into(), vec![entry], vec![]);
            let user = UserRecord { id, login, is_locked: false, signed_out_at: None, entries, privileges };
            all.users.insert(id, Arc::new(user));
        } else {
            let kind = if who == Who::Auditor { "auditor" } else { "employer_system" };
            let client = ClientFacts {
                id,
                key: kind.into(),
                name: kind.into(),
                kind: kind.into(),
                scopes,
                secret_digest: None,
                jwks: None,
                is_active: true,
                employers: vec![],
            };
            all.clients.insert(id, Arc::new(client));
        }
    }
    all
}
