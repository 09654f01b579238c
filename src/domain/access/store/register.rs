//! The register of clients.
use super::super::{
    model::{ClientRow, NewClient},
    rules,
};
use crate::kernel::{Problem, live::ClientFacts, secrets};
use anyhow::bail;
use chrono::NaiveDate;
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use std::collections::HashMap;
use uuid::Uuid;

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

const CLIENT: &str =
    "select id, client_key, name, kind, scopes, secret_digest, jwks, is_active from api_client";

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
