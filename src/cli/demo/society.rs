//! The fictional society: 20 employers, 2,000 insured persons, 1,500 dependents, staff of each section, systems, an auditor.
use super::{State, step};
use crate::{
    cli::seed,
    config::Config,
    domain::{
        access::{self, NewClient, PasswordSettings},
        personal_numbers::Strongroom,
        users::{self, NewUser},
    },
    kernel::{clock::Clock, keys::Keys, secrets},
    ports::key_store::SqliteKeyStore,
};
use anyhow::bail;
use aws_lc_rs::{
    encoding::{AsBigEndian, Curve25519SeedBin},
    signature::{Ed25519KeyPair, KeyPair},
};
use chrono::{DateTime, NaiveDate};
use diesel::{Connection, PgConnection};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use uuid::Uuid;

/// Fictitious credentials of the demo.
#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct Credentials {
    /// Password by user.
    pub users: BTreeMap<String, String>,
    /// client_id and secret by name.
    pub clients: BTreeMap<String, (String, String)>,
    /// Employer of the sample files.
    pub employer_id: Uuid,
    /// Another employer.
    pub other_employer_id: Uuid,
    /// A client with a key: client_id, private JWK.
    pub key_client: (String, Value),
    /// Some members of the sample employer, with registered numbers.
    pub members: Vec<Uuid>,
}
impl Credentials {
    /// As the tools around the contract read it.
    pub fn ready(&self, base_url: &str) -> Value {
        let user = |name: &str| json!({ "user_id": name, "password": self.users.get(name) });
        let client = |name: &str| {
            let (id, secret) = self.clients.get(name).cloned().unwrap_or_default();
            json!({ "client_id": id, "client_secret": secret, "employer_id": self.employer_id })
        };
        json!({
            "base_url": base_url, "employer": client("employer"), "auditor": client("auditor"),
            "employer_key": { "client_id": self.key_client.0, "private_jwk": self.key_client.1 },
            "staff": user("enrolment"), "staff_unprivileged": user("clerk"), "members": self.members,
        })
    }
}

/// What everybody of 適用 may do.
const ENROLMENT_SCOPES: &[&str] = &[
    "members:read",
    "members:write",
    "dependents:read",
    "employers:read",
    "confirmations:read",
    "confirmations:answer",
    "confirmations:manage",
    "notifications:read",
    "notifications:decide",
    "notifications:key",
    "calculations:run",
    "remuneration:read",
    "calendar:read",
    "voluntary:read",
    "voluntary:write",
    "protections:read",
    "protections:write",
    "public-expenses:read",
    "public-expenses:write",
    "persons:merge",
];
/// Login, name, section, holds the personal-number privilege, scopes.
type Staff = (&'static str, &'static str, &'static str, bool, &'static [&'static [&'static str]]);
const STAFF: &[Staff] = &[
    (
        "enrolment",
        "適用　一子",
        "enrolment_1",
        true,
        &[ENROLMENT_SCOPES, &["employers:write", "personal-number:write", "personal-number:verify"]],
    ),
    ("clerk", "適用　二郎", "enrolment_2", false, &[ENROLMENT_SCOPES]),
    (
        "benefits",
        "給付　三枝",
        "benefits",
        false,
        &[&["members:read", "dependents:read", "calculations:run", "remuneration:read"]],
    ),
    (
        "collection",
        "徴収　四朗",
        "collection",
        false,
        &[&["members:read", "employers:read", "calculations:run", "remuneration:read"]],
    ),
    (
        "review",
        "審査　五月",
        "review",
        false,
        &[&["members:read", "dependents:read", "calculations:run", "remuneration:read"]],
    ),
    ("it", "情報　七海", "it", false, &[&["calendar:read", "users:read", "users:execute", "users:lock"]]),
    (
        "officer",
        "保護　六実",
        "data_protection",
        false,
        &[&["audit:read", "audit:export", "users:read", "users:instruct", "users:lock"]],
    ),
];
const EMPLOYER_SCOPES: &[&str] = &[
    "notifications:submit",
    "notifications:read",
    "members:read",
    "dependents:read",
    "employers:read",
    "calculations:run",
    "confirmations:read",
    "confirmations:answer",
];

/// Founds the society; gives its credentials and where its clock stands.
/// # Errors
/// Says what failed.
pub(crate) fn found(config: &Config, owner: &str, clock: &Clock) -> anyhow::Result<State> {
    let start = DateTime::parse_from_rfc3339("2026-11-22T09:00:00+09:00")?.to_utc();
    let society_clock = Clock::starting_at(start);
    let clock_offset_ms = society_clock.offset();
    clock.set_offset(clock_offset_ms);
    let keys = Keys::open(Path::new(config.text("keys")))?;
    let store = SqliteKeyStore::open(Path::new(config.text("key_store")))?;
    let vault = Strongroom::new(&keys.vault, society_clock.clone(), Arc::new(store));
    let mut conn = PgConnection::establish(owner)?;
    if seed::has_employers(&mut conn)? {
        bail!(
            "the database holds a society already, and the demo has no credentials for it: give it an empty database"
        );
    }
    step("20 employers, 2,000 insured persons, 1,500 dependents");
    let people = conn.transaction(|conn| {
        let mut employers = vec![seed::sample_employer(conn, &society_clock)?];
        for n in 1..20 {
            employers.push(seed::employer(conn, &society_clock, n)?);
        }
        seed::people(conn, &society_clock, &employers, (2_000, 1_500))?;
        step("staff of each section, employers' systems, an auditor");
        callers(config, conn, &keys, &employers)
    })?;
    step("personal numbers in the strongroom");
    let members = seed::members_of(&mut conn, people.employer_id, 60)?;
    seed::numbers(&mut conn, &society_clock, &vault, &members, 100)?;
    let people = Credentials { members: members.into_iter().take(5).collect(), ..people };
    Ok(State { clock_offset_ms, base_url: String::new(), people, is_filled: false })
}
fn duties_of(section: &str) -> Vec<String> {
    match section {
        "data_protection" => vec!["data_protection_officer".into()],
        "it" => vec!["id_administration".into()],
        _ => Vec::new(),
    }
}
fn day(y: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, 4, 1).unwrap_or_default()
}
fn callers(
    config: &Config,
    conn: &mut PgConnection,
    keys: &Keys,
    employers: &[Uuid],
) -> anyhow::Result<Credentials> {
    let settings = PasswordSettings {
        memory_kib: config.number("argon2_memory_kib")?,
        passes: config.number("argon2_passes")?,
        lanes: config.number("argon2_lanes")?,
        ..PasswordSettings::default()
    };
    let mut users = BTreeMap::new();
    for (login, name, section, has_privilege, scopes) in STAFF {
        let password = secrets::b64(&secrets::random::<15>()?);
        let from = has_privilege.then(|| crate::kernel::clock::jst_midnight(day(2026)));
        users::insert_user(
            conn,
            &NewUser {
                id: Uuid::now_v7(),
                login: (*login).into(),
                display_name: (*name).into(),
                section: (*section).into(),
                duties: duties_of(section),
                purposes: vec!["enrolment".into()],
                scopes: scopes.concat().iter().map(|s| (*s).into()).collect(),
                password_hash: access::hash_password(&settings, &password)?,
                valid_from: day(2020),
                valid_until: None,
                number: (from, None),
            },
        )?;
        users.insert((*login).to_owned(), password);
    }
    let mut clients = BTreeMap::new();
    let (first, second) =
        (employers.first().copied().unwrap_or_default(), employers.get(1).copied().unwrap_or_default());
    for (name, title, kind, scopes, employer) in [
        ("employer", "あおい見本製作所 給与システム", "employer_system", EMPLOYER_SCOPES, Some(first)),
        ("other-employer", "架空商事 給与システム", "employer_system", EMPLOYER_SCOPES, Some(second)),
        ("auditor", "監査システム", "auditor", &["audit:read", "audit:export", "users:read"][..], None),
    ] {
        let id = Uuid::now_v7();
        let (secret, digest) = access::store::new_secret(&keys.vault.digest, id)?;
        register(conn, (id, name, title, kind, scopes), Some(digest), None)?;
        if let Some(employer) = employer {
            access::store::bind_client(conn, id, employer, day(2020), None)?;
        }
        clients.insert(name.to_owned(), (name.to_owned(), secret));
    }
    let (private, public) = jwk()?;
    let id = Uuid::now_v7();
    let title = "あおい見本製作所 人事システム";
    register(
        conn,
        (id, "employer-key", title, "employer_system", EMPLOYER_SCOPES),
        None,
        Some(json!({ "keys": [public] })),
    )?;
    access::store::bind_client(conn, id, first, day(2020), None)?;
    Ok(Credentials {
        users,
        clients,
        employer_id: first,
        other_employer_id: second,
        key_client: ("employer-key".into(), private),
        members: Vec::new(),
    })
}
fn register(
    conn: &mut PgConnection,
    (id, key, name, kind, scopes): (Uuid, &str, &str, &str, &[&str]),
    secret_digest: Option<Vec<u8>>,
    jwks: Option<Value>,
) -> anyhow::Result<()> {
    let client = NewClient {
        id,
        client_key: key.into(),
        name: name.into(),
        kind: kind.into(),
        scopes: scopes.iter().map(|s| (*s).into()).collect(),
        secret_digest,
        jwks,
    };
    access::store::insert_client(conn, &client)
}
/// A fresh Ed25519 key: private and public JWK.
fn jwk() -> anyhow::Result<(Value, Value)> {
    let pair = Ed25519KeyPair::generate()?;
    let seed: Curve25519SeedBin<'_> = pair.seed()?.as_be_bytes()?;
    let x = secrets::b64(pair.public_key().as_ref());
    let public = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "employer-key-1", "x": x });
    let mut private = public.clone();
    private["d"] = json!(secrets::b64(seed.as_ref()));
    Ok((private, public))
}
