//! A society for one test: a database of its own, a server on a real socket, callers of every kind.
use super::cluster::{ADMIN, TempBase, Template, TestDb};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use kenpo::{
    app::{self, App, Background, Parts},
    cli::seed,
    config::Config,
    domain::{
        access::{self, NewClient, PasswordSettings},
        users::{self, NewUser},
    },
    kernel::{Zone, clock::Clock, keys::Keys},
};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Mutex};
use uuid::Uuid;

static EMPTY: Template = Template::new("kenpo", |url| {
    app::migrate(url).unwrap();
});

/// The instant at which the clock of every world stands until a test moves it.
pub fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-22T09:00:00+09:00").unwrap().to_utc()
}
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
/// Hashing as cheap as argon2 allows: what is tested is not the parameters.
fn cheap() -> PasswordSettings {
    PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 2 }
}
pub const PASSWORD: &str = "a long enough fictitious password";

/// A running society.
pub struct World {
    pub db: TestDb,
    pub app: App,
    pub clock: Clock,
    pub url: String,
    /// A listener of the internet zone of the same society.
    pub internet_url: String,
    /// The employer of the samples, and another one.
    pub employer: Uuid,
    pub other_employer: Uuid,
    /// client_id → secret.
    pub secrets: BTreeMap<String, String>,
    /// The connection that looks behind the scenes, once there is one.
    pub(super) looking: Mutex<Option<PgConnection>>,
    background: Option<Background>,
    handles: Vec<actix_web::dev::ServerHandle>,
    threads: Vec<std::thread::JoinHandle<()>>,
    _folder: TempBase,
}
impl World {
    /// A society with staff of every section, two employers with their systems, an auditor, and nobody insured.
    pub fn new() -> Self {
        Self::with(|c| c)
    }
    /// As `new`, with other settings.
    pub fn with(change: impl FnOnce(Config) -> Config) -> Self {
        Self::made(start(), change)
    }
    /// As `new`, on another day.
    pub fn starting(at: DateTime<Utc>) -> Self {
        Self::made(at, |c| c)
    }
    fn made(start: DateTime<Utc>, change: impl FnOnce(Config) -> Config) -> Self {
        let db = EMPTY.fresh_database();
        let folder = TempBase::new();
        let clock = Clock::frozen(start);
        let keys: PathBuf = folder.path().join("keys");
        Keys::init(&keys, start.timestamp()).unwrap();
        let config = Config::from_pairs(BTreeMap::new())
            .unwrap()
            .with("database_url", db.url_for("kenpo_service"))
            .with("migrate_database_url", db.url_for(ADMIN))
            .with("keys", keys.display().to_string())
            .with("key_store", folder.path().join("store/wrapped.sqlite").display().to_string())
            .with("rate_per_second", "0")
            .with("idle_days", "36500")
            .with("pool_size", "8")
            .with("caller_connections", "3")
            .with("argon2_memory_kib", "64")
            .with("argon2_passes", "1");
        let config = change(config);
        let mut conn = PgConnection::establish(&db.url_for(ADMIN)).unwrap();
        let employer = seed::sample_employer(&mut conn, &clock).unwrap();
        let other_employer = seed::employer(&mut conn, &clock, 1).unwrap();
        let opened = Keys::open(&keys).unwrap();
        let mut secrets = BTreeMap::new();
        staff(&mut conn);
        for (key, kind, scopes, bound) in [
            ("employer", "employer_system", EMPLOYER, Some(employer)),
            ("other-employer", "employer_system", EMPLOYER, Some(other_employer)),
            ("front-end", "third_party", &["members:read", "calculations:run"][..], None),
            ("auditor", "auditor", &["audit:read", "audit:export", "users:read"][..], None),
        ] {
            let id = Uuid::now_v7();
            let (secret, digest) = access::store::new_secret(&opened.vault.digest, id).unwrap();
            let client = NewClient {
                id,
                client_key: key.into(),
                name: format!("{key} system"),
                kind: kind.into(),
                scopes: scopes.iter().map(|s| (*s).into()).collect(),
                secret_digest: Some(digest),
                jwks: None,
            };
            access::store::insert_client(&mut conn, &client).unwrap();
            if let Some(e) = bound {
                access::store::bind_client(&mut conn, id, e, day("2020-04-01"), None).unwrap();
            }
            secrets.insert(key.to_owned(), secret);
        }
        let parts = Parts { config, clock: clock.clone(), public_url: "http://kenpo.test".into() };
        let app = App::build(parts).unwrap();
        let background = Some(app::background(&app).unwrap());
        let (address, handle, thread) = listen(&app, Zone::Closed);
        let (internet, second, other) = listen(&app, Zone::Internet);
        Self {
            db,
            app,
            clock,
            url: format!("http://{address}"),
            internet_url: format!("http://{internet}"),
            employer,
            other_employer,
            secrets,
            looking: Mutex::default(),
            background,
            handles: vec![handle, second],
            threads: vec![thread, other],
            _folder: folder,
        }
    }
    /// A connection as the owner of the tables, to look behind the scenes. A test that waits for a lock of its own fails after a minute.
    pub fn owner(&self) -> PgConnection {
        let mut conn = PgConnection::establish(&self.db.url_for(ADMIN)).unwrap();
        conn.batch_execute("set lock_timeout = '60s'").unwrap();
        conn
    }
    /// An insured person at the employer of the samples.
    pub fn member(&self, office_number: &str, kana: &str, name: &str, birth: &str) -> Uuid {
        let person = seed::Insured {
            office_number,
            name_kana: kana,
            name,
            birth_on: day(birth),
            sex: "male",
            since: day("2020-04-01"),
        };
        seed::insured(&mut self.owner(), &self.clock, self.employer, &person).unwrap()
    }
    /// Registers the `n`-th fictitious number for a person and gives its digits.
    pub fn number(&self, person: Uuid, n: u16) -> String {
        let digits = seed::fictitious_number(n);
        seed::number(&mut self.owner(), &self.clock, &*self.app.kernel.vault, person, &digits).unwrap();
        digits
    }
}
impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
/// Serves on a port of its own until the handle is stopped.
pub fn listen(
    app: &App,
    zone: Zone,
) -> (SocketAddr, actix_web::dev::ServerHandle, std::thread::JoinHandle<()>) {
    let app = app.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let running = app::serve(&app, "127.0.0.1:0".parse().unwrap(), zone, 1, 1).unwrap();
            tell.send((running.address, running.handle)).unwrap();
            running.server.await.unwrap();
        });
    });
    let (address, handle) = told.recv().unwrap();
    (address, handle, thread)
}
impl Drop for World {
    fn drop(&mut self) {
        for handle in self.handles.drain(..) {
            // the stop is sent at once; the threads below end with it
            drop(handle.stop(false));
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        if let Some(background) = self.background.take() {
            background.stop();
        }
        // such a question is denied, which a test of what is hidden would take for right
        let unasked = self.app.kernel.policies.error_count();
        assert!(
            unasked == 0 || std::thread::panicking(),
            "{unasked} policy questions could not be evaluated"
        );
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
/// login, section, holds the personal-number privilege.
pub const STAFF: &[(&str, &str, bool)] = &[
    ("privileged", "enrolment_1", true),
    ("clerk", "enrolment_2", false),
    ("benefits", "benefits", false),
    ("collection", "collection", false),
    ("second-collection", "collection", false),
    ("review", "review", false),
    ("officer", "data_protection", false),
    ("second-officer", "data_protection", false),
    ("it", "it", false),
];
/// 担当 of whoever stands in a section of the test society.
fn duties_of(section: &str) -> Vec<String> {
    match section {
        "data_protection" => vec!["data_protection_officer".into()],
        "it" => vec!["id_administration".into()],
        _ => vec![],
    }
}
fn staff(conn: &mut PgConnection) {
    let password_hash = access::hash_password(&cheap(), PASSWORD).unwrap();
    for (login, section, has_privilege) in STAFF {
        let scopes = app::SCOPES
            .iter()
            .map(|s| s.0)
            .filter(|s| *s != "personal-number:read")
            .map(Into::into)
            .collect();
        let user = NewUser {
            id: Uuid::now_v7(),
            login: (*login).into(),
            display_name: format!("{login} person"),
            section: (*section).into(),
            duties: duties_of(section),
            purposes: vec!["enrolment".into()],
            scopes,
            password_hash: password_hash.clone(),
            valid_from: day("2020-04-01"),
            valid_until: None,
            number: (has_privilege.then(|| start() - chrono::Duration::days(100)), None),
        };
        users::insert_user(conn, &user).unwrap();
    }
}
