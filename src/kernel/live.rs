//! What is true of callers now: users, clients, their employers and ended sessions, in memory, renewed at once when the
//! database says that something changed (LISTEN/NOTIFY) and every five seconds in any case.
use chrono::{DateTime, NaiveDate, Utc};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// What holds of a person's id from an instant on.
#[derive(Clone, Debug, PartialEq)]
pub struct UserEntry {
    /// Name shown in the trail.
    pub name: String,
    /// Section.
    pub section: String,
    /// 担当.
    pub duties: Vec<String>,
    /// 事務 that the person may handle.
    pub purposes: Vec<String>,
    /// Scopes of a sign-in.
    pub scopes: Vec<String>,
    /// From.
    pub from: DateTime<Utc>,
    /// Until, exclusive.
    pub until: Option<DateTime<Utc>>,
}
/// A person in the user register, with every time that was set ahead: what holds is asked with the instant.
#[derive(Clone, Debug, PartialEq)]
pub struct UserRecord {
    /// User id.
    pub id: Uuid,
    /// Sign-in name.
    pub login: String,
    /// Locked, whatever the dates say.
    pub is_locked: bool,
    /// When the id was last locked, or its password taken away: what was signed in before is over.
    pub signed_out_at: Option<DateTime<Utc>>,
    /// What holds of the id; none of them overlap.
    pub entries: Vec<UserEntry>,
    /// Personal-number privilege from, until; none of them overlap.
    pub privileges: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}
impl UserRecord {
    /// What holds of the person at that instant; `None` when the person may neither sign in nor act then.
    pub fn at(&self, at: DateTime<Utc>) -> Option<UserFacts<'_>> {
        let holds =
            |from: DateTime<Utc>, until: Option<DateTime<Utc>>| from <= at && until.is_none_or(|u| at < u);
        let entry = self.entries.iter().find(|e| holds(e.from, e.until)).filter(|_| !self.is_locked)?;
        let privilege = self.privileges.iter().find(|(from, until)| holds(*from, *until));
        Some(UserFacts {
            id: self.id,
            entry,
            privilege: privilege.copied(),
            signed_out_at: self.signed_out_at,
        })
    }
}
/// What holds of a person at one instant.
#[derive(Clone, Copy, Debug)]
pub struct UserFacts<'a> {
    /// User id.
    pub id: Uuid,
    /// The entry that holds.
    pub entry: &'a UserEntry,
    /// Personal-number privilege that holds: from, until.
    pub privilege: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    signed_out_at: Option<DateTime<Utc>>,
}
impl<'a> UserFacts<'a> {
    /// What an entry says, whenever it holds.
    pub fn of(id: Uuid, entry: &'a UserEntry, is_privileged: bool) -> Self {
        Self { id, entry, privilege: is_privileged.then_some((entry.from, entry.until)), signed_out_at: None }
    }
    /// Does a sign-in of then (epoch seconds) still hold? What the register says anew, a lock and a new password end what was begun before.
    pub fn holds_since(&self, auth_time: i64) -> bool {
        self.entry.from.timestamp() <= auth_time
            && self.signed_out_at.is_none_or(|at| at.timestamp() < auth_time)
    }
}

/// A system that calls.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientFacts {
    /// Client id.
    pub id: Uuid,
    /// OAuth client_id.
    pub key: String,
    /// Name shown in the trail.
    pub name: String,
    /// employer_system, third_party or auditor.
    pub kind: String,
    /// Scopes it may ask for.
    pub scopes: Vec<String>,
    /// Keyed digest of its secret.
    pub secret_digest: Option<Vec<u8>>,
    /// Its public keys.
    pub jwks: Option<serde_json::Value>,
    /// Not suspended.
    pub is_active: bool,
    /// Employers it is bound to, from and until.
    pub employers: Vec<(Uuid, NaiveDate, Option<NaiveDate>)>,
}
impl ClientFacts {
    /// Employers it is bound to on that day.
    pub fn employers_on(&self, day: NaiveDate) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self
            .employers
            .iter()
            .filter(|(_, from, until)| *from <= day && until.is_none_or(|u| day <= u))
            .map(|e| e.0)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Everything at one moment.
#[derive(Default)]
pub struct Snapshot {
    /// Users by id.
    pub users: HashMap<Uuid, Arc<UserRecord>>,
    /// Clients by id.
    pub clients: HashMap<Uuid, Arc<ClientFacts>>,
    /// Sessions that ended and whose tokens may still be in time.
    pub ended: HashSet<Uuid>,
    /// Sessions ended on this node since the last renewal.
    pub just_ended: HashSet<Uuid>,
    /// Counts renewals: part of the key of remembered decisions.
    pub epoch: u64,
}

/// Holder of the current snapshot.
#[derive(Default)]
pub struct Live {
    now: RwLock<Arc<Snapshot>>,
    renewed: RwLock<Option<Instant>>,
}
/// A snapshot that could not be renewed for so long is not trusted any more: revocations may be missing from it.
const TRUSTED: Duration = Duration::from_secs(60);
impl Live {
    /// The current snapshot.
    pub fn get(&self) -> Arc<Snapshot> {
        self.now.read().map(|s| s.clone()).unwrap_or_default()
    }
    /// What is known of callers is fresh enough to be judged by.
    pub fn is_fresh(&self) -> bool {
        self.renewed.read().is_ok_and(|r| r.is_none_or(|at| at.elapsed() < TRUSTED))
    }
    /// Puts a newer one in place, which tells what was true at `read_at`, when its reading began; the epoch moves only when
    /// callers changed, so remembered decisions stay good.
    pub fn put(&self, mut fresh: Snapshot, read_at: Instant) {
        if let Ok(mut renewed) = self.renewed.write() {
            *renewed = Some(read_at);
        }
        if let Ok(mut now) = self.now.write() {
            // A session ended on this node while the newer snapshot was being read stays ended; the set is read anew from the
            // database each time, so what is carried over leaves with the next renewal but one.
            fresh.ended.extend(now.just_ended.iter().copied());
            let same = now.users == fresh.users && now.clients == fresh.clients;
            fresh.epoch = if same { now.epoch } else { now.epoch + 1 };
            *now = Arc::new(fresh);
        }
    }
    /// Ends a session on this node at once.
    pub fn end_session(&self, sid: Uuid) {
        if let Ok(mut now) = self.now.write() {
            let s = &**now;
            let mut ended = s.ended.clone();
            ended.insert(sid);
            let mut just_ended = s.just_ended.clone();
            just_ended.insert(sid);
            *now = Arc::new(Snapshot {
                users: s.users.clone(),
                clients: s.clients.clone(),
                ended,
                just_ended,
                epoch: s.epoch,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_snapshot_that_was_begun_earlier_does_not_bring_an_ended_session_back() {
        let (live, sid) = (Live::default(), Uuid::from_u128(1));
        live.end_session(sid);
        assert!(live.get().ended.contains(&sid));
        live.put(Snapshot::default(), Instant::now());
        assert!(live.get().ended.contains(&sid));
    }
}
