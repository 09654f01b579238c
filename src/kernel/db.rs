//! Connections: one r2d2 pool as `kenpo_service`, and what must hold of a database before anything is served.
use super::Problem;
use diesel::{
    PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection},
};

/// The pool that everything transactional shares.
pub type Db = Pool<ConnectionManager<PgConnection>>;
/// A connection out of the pool.
pub type Conn = PooledConnection<ConnectionManager<PgConnection>>;

#[derive(Debug)]
struct AsService;
impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for AsService {
    /// Times out instead of hanging, and acts as the service's role even where the login is the owner (demo, tests).
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(
            "set role kenpo_service; set lock_timeout = '10s'; set statement_timeout = '120s'; \
             set idle_in_transaction_session_timeout = '150s'; set timezone = 'UTC'",
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

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    setting: String,
}

/// Refuses a database that could lose what it acknowledged.
/// # Errors
/// Names the setting that is off and how to turn it on.
pub fn require_durable(conn: &mut PgConnection) -> anyhow::Result<()> {
    let rows: Vec<Setting> = diesel::sql_query(
        "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
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
    Ok(())
}

/// Declares a row that is read by name: `row!{ /// doc \n pub struct X { /// doc \n id: Uuid => uuid::Uuid, … } }`
#[macro_export]
macro_rules! row {
    ($(#[$m:meta])* pub struct $name:ident { $($(#[$fm:meta])* $field:ident: $sql:ty => $ty:ty),+ $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Debug, diesel::QueryableByName)]
        pub struct $name { $($(#[$fm])* #[diesel(sql_type = $sql)] pub $field: $ty),+ }
    };
}
