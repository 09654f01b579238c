//! ユーザ管理簿 and the register of clients.
use super::super::{
    model::{ClientRow, NewClient, NewUser, UserRow},
    rules,
};
use crate::kernel::{
    Problem,
    live::{ClientFacts, UserFacts},
    secrets,
};
use anyhow::bail;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Enters a person in the user register.
/// # Errors
/// When the id or the sign-in name is taken.
pub fn insert_user(conn: &mut PgConnection, u: &NewUser) -> anyhow::Result<()> {
    sql_query(
        "insert into app_user (id, login, display_name, section, purposes, scopes, password_hash, valid_from, valid_until, \
         number_from, number_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<t::Uuid, _>(u.id)
    .bind::<t::Text, _>(&u.login)
    .bind::<t::Text, _>(&u.display_name)
    .bind::<t::Text, _>(&u.section)
    .bind::<t::Array<t::Text>, _>(&u.purposes)
    .bind::<t::Array<t::Text>, _>(&u.scopes)
    .bind::<t::Text, _>(&u.password_hash)
    .bind::<t::Date, _>(u.valid_from)
    .bind::<t::Nullable<t::Date>, _>(u.valid_until)
    .bind::<t::Nullable<t::Timestamptz>, _>(u.number.0)
    .bind::<t::Nullable<t::Timestamptz>, _>(u.number.1)
    .execute(conn)?;
    Ok(())
}
/// Gives or takes the personal-number privilege: from, until. Known to running servers at once.
/// # Errors
/// When there is no such user.
pub fn set_number_privilege(
    conn: &mut PgConnection,
    user: Uuid,
    number: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> anyhow::Result<()> {
    let changed = sql_query(
        "update app_user set number_from = $2, number_until = $3, version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(user)
    .bind::<t::Nullable<t::Timestamptz>, _>(number.0)
    .bind::<t::Nullable<t::Timestamptz>, _>(number.1)
    .execute(conn)?;
    one(changed, "user")
}
/// Suspends a person, or lets them act again. Known to running servers at once.
/// # Errors
/// When there is no such user.
pub fn suspend_user(conn: &mut PgConnection, user: Uuid, is_suspended: bool) -> anyhow::Result<()> {
    let changed = sql_query("update app_user set is_active = not $2, version = version + 1 where id = $1")
        .bind::<t::Uuid, _>(user)
        .bind::<t::Bool, _>(is_suspended)
        .execute(conn)?;
    one(changed, "user")
}
/// Registers a system that calls.
/// # Errors
/// When the id or key is taken, when it has neither keys nor secret, or when its keys can't be used.
pub fn insert_client(conn: &mut PgConnection, c: &NewClient) -> anyhow::Result<()> {
    if let Some(Err(wrong)) = c.jwks.as_ref().map(rules::check_jwks) {
        bail!("client {}: {wrong}", c.client_key);
    }
    sql_query(
        "insert into api_client (id, client_key, name, kind, scopes, secret_digest, jwks) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<t::Uuid, _>(c.id)
    .bind::<t::Text, _>(&c.client_key)
    .bind::<t::Text, _>(&c.name)
    .bind::<t::Text, _>(&c.kind)
    .bind::<t::Array<t::Text>, _>(&c.scopes)
    .bind::<t::Nullable<t::Binary>, _>(c.secret_digest.as_deref())
    .bind::<t::Nullable<t::Jsonb>, _>(c.jwks.as_ref())
    .execute(conn)?;
    Ok(())
}
/// Suspends a system, or lets it act again. Known to running servers at once.
/// # Errors
/// When there is no such client.
pub fn suspend_client(conn: &mut PgConnection, client: Uuid, is_suspended: bool) -> anyhow::Result<()> {
    let changed = sql_query("update api_client set is_active = not $2, version = version + 1 where id = $1")
        .bind::<t::Uuid, _>(client)
        .bind::<t::Bool, _>(is_suspended)
        .execute(conn)?;
    one(changed, "client")
}
/// Binds an employer's system to an employer, from and until.
/// # Errors
/// When it is bound from that day already.
pub fn bind_client(
    conn: &mut PgConnection,
    client: Uuid,
    employer: Uuid,
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
) -> anyhow::Result<()> {
    sql_query(
        "insert into client_employer (client_id, employer_id, valid_from, valid_until) values ($1, $2, $3, $4)",
    )
    .bind::<t::Uuid, _>(client)
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Date, _>(valid_from)
    .bind::<t::Nullable<t::Date>, _>(valid_until)
    .execute(conn)?;
    Ok(())
}
/// A new secret of 256 random bits, to be shown once, and the keyed digest that is kept.
/// # Errors
/// When the machine has no random numbers.
pub fn new_secret(digest_key: &[u8; 32], client: Uuid) -> anyhow::Result<(String, Vec<u8>)> {
    let secret = secrets::b64(&secrets::random::<32>()?);
    let digest = secret_digest(digest_key, client, &secret).to_vec();
    Ok((secret, digest))
}
/// What is kept of a secret: bound to its client.
pub fn secret_digest(digest_key: &[u8; 32], client: Uuid, secret: &str) -> [u8; 32] {
    secrets::hmac256(digest_key, &[b"client-secret/1", client.as_bytes(), secret.as_bytes()])
}
/// Replaces the secret of a client; the old one is dead at once. Gives the new one, to be shown once.
/// # Errors
/// When there is no such client.
pub fn rotate_client_secret(
    conn: &mut PgConnection,
    digest_key: &[u8; 32],
    client: Uuid,
) -> anyhow::Result<String> {
    let (secret, digest) = new_secret(digest_key, client)?;
    let changed = sql_query("update api_client set secret_digest = $2, version = version + 1 where id = $1")
        .bind::<t::Uuid, _>(client)
        .bind::<t::Binary, _>(digest)
        .execute(conn)?;
    one(changed, "client").map(|()| secret)
}
fn one(changed: usize, what: &str) -> anyhow::Result<()> {
    if changed == 1 { Ok(()) } else { bail!("there is no such {what}") }
}

const USER: &str = "select id, login, display_name, section, purposes, scopes, is_active, valid_from, valid_until, \
     number_from, number_until from app_user";
const CLIENT: &str =
    "select id, client_key, name, kind, scopes, secret_digest, jwks, is_active from api_client";

#[derive(QueryableByName)]
struct HashRow {
    #[diesel(embed)]
    user: UserRow,
    #[diesel(sql_type = t::Text)]
    password_hash: String,
}
#[derive(QueryableByName)]
struct BindingRow {
    #[diesel(sql_type = t::Uuid)]
    client_id: Uuid,
    #[diesel(sql_type = t::Uuid)]
    employer_id: Uuid,
    #[diesel(sql_type = t::Date)]
    valid_from: NaiveDate,
    #[diesel(sql_type = t::Nullable<t::Date>)]
    valid_until: Option<NaiveDate>,
}

/// A person by sign-in name, with the password's hash.
/// # Errors
/// Database errors.
pub fn user_by_login(conn: &mut PgConnection, login: &str) -> Result<Option<(UserFacts, String)>, Problem> {
    let columns = USER.replace(" from app_user", ", password_hash from app_user where login = $1");
    let row: Option<HashRow> = sql_query(columns).bind::<t::Text, _>(login).get_result(conn).optional()?;
    Ok(row.map(|r| (r.user.into(), r.password_hash)))
}
#[derive(QueryableByName)]
struct SettingsRow {
    #[diesel(sql_type = t::Text)]
    settings: String,
}
/// The settings that the kept hashes were made with: their PHC strings without salt and digest.
/// # Errors
/// Database errors.
pub fn password_settings(conn: &mut PgConnection) -> Result<BTreeSet<String>, Problem> {
    let rows: Vec<SettingsRow> = sql_query(
        "select distinct substring(password_hash from '^(.+)[$][^$]*[$][^$]*$') as settings from app_user \
         where password_hash ~ '^.+[$][^$]*[$][^$]*$'",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|r| r.settings).collect())
}
/// Keeps another hash of the same password, unless it was changed meanwhile.
/// # Errors
/// Database errors.
pub fn renew_password_hash(conn: &mut PgConnection, id: Uuid, old: &str, new: &str) -> Result<(), Problem> {
    sql_query("update app_user set password_hash = $3 where id = $1 and password_hash = $2")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(old)
        .bind::<t::Text, _>(new)
        .execute(conn)?;
    Ok(())
}
/// A person by id.
/// # Errors
/// Database errors.
pub fn user_by_id(conn: &mut PgConnection, id: Uuid) -> Result<Option<UserFacts>, Problem> {
    let row: Option<UserRow> =
        sql_query(format!("{USER} where id = $1")).bind::<t::Uuid, _>(id).get_result(conn).optional()?;
    Ok(row.map(Into::into))
}
/// Everybody.
/// # Errors
/// Database errors.
pub fn users(conn: &mut PgConnection) -> Result<Vec<UserFacts>, Problem> {
    let rows: Vec<UserRow> = sql_query(USER).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}
/// A client by its OAuth client_id; employers are not filled in.
/// # Errors
/// Database errors.
pub fn client_by_key(conn: &mut PgConnection, key: &str) -> Result<Option<ClientFacts>, Problem> {
    let row: Option<ClientRow> = sql_query(format!("{CLIENT} where client_key = $1"))
        .bind::<t::Text, _>(key)
        .get_result(conn)
        .optional()?;
    Ok(row.map(Into::into))
}
/// All clients with their employers.
/// # Errors
/// Database errors.
pub fn clients(conn: &mut PgConnection) -> Result<Vec<ClientFacts>, Problem> {
    let rows: Vec<ClientRow> = sql_query(CLIENT).load(conn)?;
    let bound: Vec<BindingRow> = sql_query(
        "select client_id, employer_id, valid_from, valid_until from client_employer order by 1, 2, 3",
    )
    .load(conn)?;
    let mut employers: HashMap<Uuid, Vec<(Uuid, NaiveDate, Option<NaiveDate>)>> = HashMap::new();
    for b in bound {
        employers.entry(b.client_id).or_default().push((b.employer_id, b.valid_from, b.valid_until));
    }
    let with_employers = |r: ClientRow| {
        let mut c = ClientFacts::from(r);
        c.employers = employers.remove(&c.id).unwrap_or_default();
        c
    };
    Ok(rows.into_iter().map(with_employers).collect())
}
