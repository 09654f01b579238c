//! The register as the kernel and a sign-in know it: what is known now, with every time that was set ahead.
use super::super::{model::NewUser, words::SESSION_SCOPE};
use crate::kernel::{
    Problem, clock,
    live::{UserEntry, UserRecord},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use std::collections::HashMap;
use uuid::Uuid;

crate::row! {
    /// An id.
    pub struct IdRow {
        /// User id.
        id: t::Uuid => Uuid,
        /// Sign-in name.
        login: t::Text => String,
        /// A lock is open.
        is_locked: t::Bool => bool,
        /// When what was signed in before was ended.
        signed_out_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// What is kept of the password.
        password_hash: t::Nullable<t::Text> => Option<String>,
        /// From when it is counted as idle if nobody signed in since.
        usable_since: t::Timestamptz => DateTime<Utc>,
    }
}
crate::row! {
    /// What holds of an id in a time.
    pub struct EntryRow {
        /// Whose.
        user_id: t::Uuid => Uuid,
        /// Name.
        display_name: t::Text => String,
        /// Section.
        section: t::Text => String,
        /// 担当.
        duties: t::Array<t::Text> => Vec<String>,
        /// 事務.
        purposes: t::Array<t::Text> => Vec<String>,
        /// Scopes.
        scopes: t::Array<t::Text> => Vec<String>,
        /// From.
        valid_from: t::Timestamptz => DateTime<Utc>,
        /// Until, exclusive.
        valid_until: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
crate::row! {
    /// A time of the personal-number privilege.
    pub struct HeldRow {
        /// Whose.
        user_id: t::Uuid => Uuid,
        /// From.
        valid_from: t::Timestamptz => DateTime<Utc>,
        /// Until, exclusive.
        valid_until: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl From<EntryRow> for UserEntry {
    fn from(r: EntryRow) -> Self {
        let mut scopes = r.scopes;
        if !scopes.iter().any(|s| s == SESSION_SCOPE) {
            scopes.push(SESSION_SCOPE.into());
        }
        Self {
            name: r.display_name,
            section: r.section,
            duties: r.duties,
            purposes: r.purposes,
            scopes,
            from: r.valid_from,
            until: r.valid_until,
        }
    }
}

crate::row! {
    /// When somebody last signed in.
    pub struct LastRow {
        /// It.
        last: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
/// Who signs in.
pub struct SignIn {
    /// What is registered.
    pub record: UserRecord,
    /// What is kept of the password; none before the person chose one.
    pub hash: Option<String>,
    /// When the id was last used, or could first be.
    pub last_used_at: DateTime<Utc>,
}

const ID: &str = "select u.id, u.login, u.password_hash, u.usable_since, \
     exists (select from user_lock l where l.user_id = u.id and l.released_at is null) as is_locked, \
     greatest(u.signed_out_at, (select max(l.locked_at) from user_lock l where l.user_id = u.id)) as signed_out_at from app_user u";

/// Everybody.
/// # Errors
/// Database errors.
pub fn records(conn: &mut PgConnection) -> Result<Vec<UserRecord>, Problem> {
    let ids: Vec<IdRow> = sql_query(ID).load(conn)?;
    with_times(conn, ids, None)
}
/// A person by id.
/// # Errors
/// Database errors.
pub fn record_of(conn: &mut PgConnection, id: Uuid) -> Result<Option<UserRecord>, Problem> {
    let row =
        sql_query(format!("{ID} where u.id = $1")).bind::<t::Uuid, _>(id).get_result(conn).optional()?;
    Ok(with_times(conn, row.into_iter().collect(), Some(id))?.pop())
}
/// A person by sign-in name.
/// # Errors
/// Database errors.
pub fn sign_in(conn: &mut PgConnection, login: &str) -> Result<Option<SignIn>, Problem> {
    let row: Option<IdRow> = sql_query(format!("{ID} where u.login = $1"))
        .bind::<t::Text, _>(login)
        .get_result(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let (id, hash, usable_since) = (row.id, row.password_hash.clone(), row.usable_since);
    let seen: LastRow = sql_query("select max(authenticated_at) as last from session where user_id = $1")
        .bind::<t::Uuid, _>(id)
        .get_result(conn)?;
    let last_used_at = seen.last.map_or(usable_since, |last| last.max(usable_since));
    Ok(with_times(conn, vec![row], Some(id))?.pop().map(|record| SignIn { record, hash, last_used_at }))
}
fn with_times(
    conn: &mut PgConnection,
    ids: Vec<IdRow>,
    only: Option<Uuid>,
) -> Result<Vec<UserRecord>, Problem> {
    let entries: Vec<EntryRow> = sql_query(
        "select user_id, display_name, section, duties, purposes, scopes, valid_from, valid_until from user_entry \
         where superseded_at is null and ($1 is null or user_id = $1) order by user_id, valid_from",
    )
    .bind::<t::Nullable<t::Uuid>, _>(only)
    .load(conn)?;
    let privileges: Vec<HeldRow> = sql_query(
        "select user_id, valid_from, valid_until from user_privilege \
         where superseded_at is null and ($1 is null or user_id = $1) order by user_id, valid_from",
    )
    .bind::<t::Nullable<t::Uuid>, _>(only)
    .load(conn)?;
    let mut all: HashMap<Uuid, (Vec<UserEntry>, Vec<_>)> = HashMap::new();
    for e in entries {
        all.entry(e.user_id).or_default().0.push(e.into());
    }
    for p in privileges {
        all.entry(p.user_id).or_default().1.push((p.valid_from, p.valid_until));
    }
    let with = |r: IdRow| {
        let (entries, privileges) = all.remove(&r.id).unwrap_or_default();
        let (is_locked, signed_out_at) = (r.is_locked, r.signed_out_at);
        UserRecord { id: r.id, login: r.login, is_locked, signed_out_at, entries, privileges }
    };
    Ok(ids.into_iter().map(with).collect())
}

/// Enters a person in the user register, as the system does it when it is set up.
/// # Errors
/// When the id or the sign-in name is taken, or an item is none of its list.
pub fn insert_user(conn: &mut PgConnection, u: &NewUser) -> anyhow::Result<()> {
    let until = u.valid_until.and_then(|day| day.succ_opt()).map(clock::jst_midnight);
    let from = clock::jst_midnight(u.valid_from);
    sql_query("insert into app_user (id, login, password_hash) values ($1, $2, $3)")
        .bind::<t::Uuid, _>(u.id)
        .bind::<t::Text, _>(&u.login)
        .bind::<t::Text, _>(&u.password_hash)
        .execute(conn)?;
    sql_query(
        "insert into user_entry (row_id, user_id, display_name, section, duties, purposes, scopes, valid_from, valid_until, recorded_at, \
         recorded_by) values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $7, $9)",
    )
    .bind::<t::Uuid, _>(u.id)
    .bind::<t::Text, _>(&u.display_name)
    .bind::<t::Text, _>(&u.section)
    .bind::<t::Array<t::Text>, _>(&u.duties)
    .bind::<t::Array<t::Text>, _>(&u.purposes)
    .bind::<t::Array<t::Text>, _>(&u.scopes)
    .bind::<t::Timestamptz, _>(from)
    .bind::<t::Nullable<t::Timestamptz>, _>(until)
    .bind::<t::Uuid, _>(Uuid::nil())
    .execute(conn)?;
    let (Some(from), until) = u.number else { return Ok(()) };
    sql_query(
        "insert into user_privilege (row_id, user_id, valid_from, valid_until, recorded_at, recorded_by) \
         values (gen_random_uuid(), $1, $2, $3, $2, $4)",
    )
    .bind::<t::Uuid, _>(u.id)
    .bind::<t::Timestamptz, _>(from)
    .bind::<t::Nullable<t::Timestamptz>, _>(until)
    .bind::<t::Uuid, _>(Uuid::nil())
    .execute(conn)?;
    Ok(())
}
