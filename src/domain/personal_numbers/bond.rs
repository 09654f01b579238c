//! The database and the key store know each other: both keep the same id and the same turn, so that nobody serves, works or sweeps
//! with a key store that belongs to another database, or with an old copy of either.
//!
//! The turn goes up in the database first and then in the store. What a crash leaves between the two is one turn apart and is made
//! good; more is an old copy. Turn 0 is the first use, until both have it.
use super::store::{self, in_strongroom};
use crate::{
    kernel::Problem,
    ports::key_store::{Bond, SweptKeyStore},
};
use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection};
use std::fmt;
use uuid::Uuid;

/// Why the two do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parted {
    /// The key store belongs to another database.
    Foreign,
    /// The key store belongs to no database, and this database has one already.
    Empty,
    /// The database is an older copy than the one that the key store was last used with.
    OldDatabase,
    /// The key store is an older copy than the one that the database was last used with.
    OldStore,
    /// One of them can't be reached; the code of the problem.
    Away(&'static str),
}
impl Parted {
    /// As a code, for the job.
    pub fn code(self) -> &'static str {
        match self {
            Self::Foreign => "foreign-key-store",
            Self::Empty => "empty-key-store",
            Self::OldDatabase => "old-database",
            Self::OldStore => "old-key-store",
            Self::Away(code) => code,
        }
    }
}
impl fmt::Display for Parted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Foreign => "belongs to another database",
            Self::Empty => "is new, and this database was used with another one",
            Self::OldDatabase => "was used with a later state of this database, which is a restored backup",
            Self::OldStore => "is an older copy than the one that this database was last used with",
            Self::Away(code) => return write!(f, "the key store and the database can't be compared: {code}"),
        };
        write!(
            f,
            "the key store {what}. Set database_url and key_store (KENPO_DATABASE_URL, KENPO_KEY_STORE) to the two that belong \
             together, or finish restoring. When these two are what there is from now on: `kenpo keys bind`"
        )
    }
}
impl std::error::Error for Parted {}
impl From<Problem> for Parted {
    fn from(p: Problem) -> Self {
        Self::Away(p.code)
    }
}

/// What is left to do for two that go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    /// The store learns what the database has.
    ToTell,
}
fn judged(database: Bond, store: Option<Bond>) -> Result<Left, Parted> {
    match store {
        None if database.turn == 0 => Ok(Left::ToTell),
        None => Err(Parted::Empty),
        Some(s) if s.id != database.id => Err(Parted::Foreign),
        Some(s) => match database.turn - s.turn {
            0 => Ok(Left::Nothing),
            1 => Ok(Left::ToTell),
            ahead if ahead > 1 => Err(Parted::OldStore),
            _ => Err(Parted::OldDatabase),
        },
    }
}
/// In a transaction, as the strongroom.
fn inside<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Problem>,
) -> Result<T, Problem> {
    conn.transaction(|conn| in_strongroom(conn, work))
}
fn kept(store: &dyn SweptKeyStore) -> Result<Option<Bond>, Problem> {
    store.bond().map_err(|_| away())
}
fn away() -> Problem {
    Problem::unavailable("key-store-away")
}

/// Holds that the key store belongs to the database; at first use of both they are made to.
/// # Errors
/// [`Parted`], which says what to do.
pub fn agree(conn: &mut PgConnection, key_store: &dyn SweptKeyStore) -> Result<(), Parted> {
    inside(conn, |conn| match (store::bond(conn)?, kept(key_store)?) {
        (None, None) => store::keep_bond(conn, Bond { id: Uuid::now_v7(), turn: 0 }),
        _ => Ok(()),
    })?;
    let turn = inside(conn, |conn| {
        let Some(database) = store::bond(conn)? else { return Ok(Err(Parted::Foreign)) };
        Ok(match judged(database, kept(key_store)?) {
            Ok(Left::Nothing) => Ok(database.turn),
            Ok(Left::ToTell) => {
                key_store.keep_bond(database).map_err(|_| away())?;
                Ok(database.turn)
            }
            Err(parted) => Err(parted),
        })
    })??;
    if turn == 0 { advance(conn, key_store) } else { Ok(()) }
}
/// One turn more for two that agree.
/// # Errors
/// `Away`.
pub fn advance(conn: &mut PgConnection, key_store: &dyn SweptKeyStore) -> Result<(), Parted> {
    let next = inside(conn, |conn| {
        let next = store::bond(conn)?.map(|b| Bond { turn: b.turn + 1, ..b });
        next.map(|b| store::keep_bond(conn, b)).transpose()?;
        Ok(next)
    })?;
    next.map(|b| key_store.keep_bond(b)).transpose().map_err(|_| away())?;
    Ok(())
}
/// Makes the two belong together from now on, whatever they were; what the sweep marked it looks at anew, from `now` on.
/// # Errors
/// `Away`; it can be repeated.
pub fn bind(
    conn: &mut PgConnection,
    key_store: &dyn SweptKeyStore,
    now: DateTime<Utc>,
) -> Result<(), Parted> {
    let marked = key_store.marks().map_err(|_| away())?;
    let marked: Vec<Uuid> = marked.into_iter().map(|m| m.0).collect();
    key_store.remark(&[], &marked, now).map_err(|_| away())?;
    let bond = Bond { id: Uuid::now_v7(), turn: 0 };
    inside(conn, |conn| {
        store::bond(conn)?;
        store::keep_bond(conn, bond)
    })?;
    key_store.keep_bond(bond).map_err(|_| away())?;
    agree(conn, key_store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_turn_apart_is_a_crash_and_more_is_an_old_copy() {
        let bond = |turn| Bond { id: Uuid::from_u128(1), turn };
        let store = |turn| Some(bond(turn));
        assert_eq!(judged(bond(0), None), Ok(Left::ToTell), "the first use");
        assert_eq!(judged(bond(1), None), Err(Parted::Empty));
        assert_eq!(judged(bond(5), store(5)), Ok(Left::Nothing));
        assert_eq!(judged(bond(5), store(4)), Ok(Left::ToTell));
        assert_eq!(judged(bond(5), store(3)), Err(Parted::OldStore));
        assert_eq!(judged(bond(5), store(6)), Err(Parted::OldDatabase));
        assert_eq!(judged(bond(5), Some(Bond { id: Uuid::nil(), turn: 5 })), Err(Parted::Foreign));
    }
}
