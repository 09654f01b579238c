//! Connections: one r2d2 pool as `kenpo_service`, and what must hold of a database before anything is served.
use super::Problem;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    connection::SimpleConnection,
    deserialize::{self, FromSql},
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection},
    row::{Field, NamedRow, Row, RowIndex},
    sql_types as t,
};
use std::borrow::Cow;
use uuid::Uuid;

/// The pool that everything transactional shares.
pub type Db = Pool<ConnectionManager<PgConnection>>;
/// A connection out of the pool.
pub type Conn = PooledConnection<ConnectionManager<PgConnection>>;

#[derive(Debug)]
struct AsService;
impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for AsService {
    /// Times out instead of hanging, acts as the service's role even where the login is the owner (demo, tests), and waits for
    /// the disk at every commit: `require_durable` looks once, a default of the role or database could change later.
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(
            "set role kenpo_service; set lock_timeout = '10s'; set statement_timeout = '120s'; \
             set idle_in_transaction_session_timeout = '150s'; set timezone = 'UTC'; \
             select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
        )
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Builds the pool.
/// # Errors
/// When no connection can be made within ten seconds.
pub fn pool(url: &str, size: u32) -> anyhow::Result<Db> {
    Ok(Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(false) // an extra query a request; broken connections are noticed on use instead
        .connection_timeout(std::time::Duration::from_secs(10))
        .connection_customizer(Box::new(AsService))
        .build(ConnectionManager::<PgConnection>::new(url))?)
}

/// Takes a connection.
/// # Errors
/// 503 when none is free or the database is away.
pub fn connection(db: &Db) -> Result<Conn, Problem> {
    db.get().map_err(|_| Problem::unavailable("database-away"))
}

/// A value of a [`Fixed`] query.
#[derive(Debug)]
pub enum Bind<'a> {
    /// A day.
    Day(NaiveDate),
    /// Ids.
    Ids(Vec<Uuid>),
    /// A column of ids.
    OptionalIds(Vec<Option<Uuid>>),
    /// A column of instants.
    Instants(Vec<DateTime<Utc>>),
    /// A column of texts.
    Texts(Vec<Option<Cow<'a, str>>>),
    /// A column of small numbers.
    Shorts(Vec<i16>),
    /// A column of numbers.
    Numbers(Vec<Option<i32>>),
    /// A column of JSON.
    Jsons(Vec<Option<&'a serde_json::Value>>),
}
/// A query whose text never changes, for the hot ways: each connection prepares it once. (Diesel takes the text of `sql_query`
/// for a new one every time, which costs parsing and planning at every call.)
#[derive(Debug)]
pub struct Fixed<'a> {
    sql: &'static str,
    binds: Vec<Bind<'a>>,
}
impl<'a> Fixed<'a> {
    /// A text with `?` in the place of each value.
    pub fn new(sql: &'static str, binds: Vec<Bind<'a>>) -> Self {
        Self { sql, binds }
    }
    /// How many values it has.
    pub fn places(&self) -> usize {
        self.binds.len()
    }
}
impl QueryFragment<Pg> for Fixed<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut texts = self.sql.split('?');
        out.push_sql(texts.next().unwrap_or_default());
        for (bind, text) in self.binds.iter().zip(texts) {
            match bind {
                Bind::Day(day) => out.push_bind_param::<t::Date, _>(day)?,
                Bind::Ids(all) => out.push_bind_param::<t::Array<t::Uuid>, _>(all)?,
                Bind::OptionalIds(all) => out.push_bind_param::<t::Array<t::Nullable<t::Uuid>>, _>(all)?,
                Bind::Instants(all) => out.push_bind_param::<t::Array<t::Timestamptz>, _>(all)?,
                Bind::Texts(all) => out.push_bind_param::<t::Array<t::Nullable<t::Text>>, _>(all)?,
                Bind::Shorts(all) => out.push_bind_param::<t::Array<t::SmallInt>, _>(all)?,
                Bind::Numbers(all) => out.push_bind_param::<t::Array<t::Nullable<t::Integer>>, _>(all)?,
                Bind::Jsons(all) => out.push_bind_param::<t::Array<t::Nullable<t::Jsonb>>, _>(all)?,
            }
            out.push_sql(text);
        }
        Ok(())
    }
}
/// Known by its text.
impl QueryId for Fixed<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
/// Rows are read by name.
impl Query for Fixed<'_> {
    type SqlType = t::Untyped;
}
impl RunQueryDsl<PgConnection> for Fixed<'_> {}

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    setting: String,
}

/// The pattern of `like` for texts that start with this.
pub fn starts_with(text: &str) -> String {
    format!("{}%", text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"))
}

/// Refuses a database that could lose what it acknowledged.
/// # Errors
/// Names the setting that is off and how to turn it on.
pub fn require_durable(conn: &mut PgConnection) -> anyhow::Result<()> {
    let rows: Vec<Setting> = diesel::sql_query(
        // what a session has unless it says otherwise: ours say otherwise
        "select name, coalesce(reset_val, setting) as setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
    )
    .load(conn)?;
    for s in rows {
        if s.setting == "off" {
            anyhow::bail!(
                "the database runs with {} = off: an acknowledged notification could be lost. \
                 Set it to on (alter system set {} = on; select pg_reload_conf();) and start again",
                s.name,
                s.name
            );
        }
    }
    let words: Setting =
        diesel::sql_query("select name, setting from pg_settings where name = 'lc_messages'")
            .get_result(conn)?;
    if !["C", "POSIX", "en"].iter().any(|known| words.setting.starts_with(known)) {
        anyhow::bail!(
            "the database speaks {:?} to this login: a lock that is waited for too long is known by its English words. \
             As a superuser: alter role <the login> set lc_messages = 'C'; and start again",
            words.setting
        );
    }
    Ok(())
}

/// The value of a column by its name. It is looked for beside the one that was read before (`at`), since rows and statements mostly
/// name their columns in the same order: a search through all of them for each costs more than reading a page of wide rows.
/// # Errors
/// A column that the statement does not give, or of another type.
pub fn column<'a, S, T: FromSql<S, Pg>>(
    row: &impl NamedRow<'a, Pg>,
    at: &mut usize,
    name: &str,
) -> deserialize::Result<T> {
    let is_beside = Row::get(row, *at).is_some_and(|field| field.field_name() == Some(name));
    let place = if is_beside { Some(*at) } else { RowIndex::<&str>::idx(row, name) };
    let place = place.ok_or_else(|| format!("the statement gives no column {name}"))?;
    *at = place.saturating_add(1);
    Row::get_value::<S, T, _>(row, place)
}
/// Declares a row that is read by name: `row!{ /// doc \n pub struct X { /// doc \n id: Uuid => uuid::Uuid, … } }`
#[macro_export]
macro_rules! row {
    ($(#[$m:meta])* pub struct $name:ident { $($(#[$fm:meta])* $field:ident: $sql:ty => $ty:ty),+ $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[$fm])* pub $field: $ty),+ }
        impl diesel::deserialize::QueryableByName<diesel::pg::Pg> for $name {
            fn build<'a>(row: &impl diesel::row::NamedRow<'a, diesel::pg::Pg>) -> diesel::deserialize::Result<Self> {
                let mut at = 0;
                Ok(Self { $($field: $crate::kernel::db::column::<$sql, $ty>(row, &mut at, stringify!($field))?),+ })
            }
        }
    };
}
