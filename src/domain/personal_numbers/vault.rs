//! The strongroom behind the kernel's trait.
use super::{
    jobs::{drop_files, enqueue_destruction},
    model::{NewNumber, PendingColumns},
    rules,
    sealing::{DataKey, Place, Sealer, open_number, seal},
    store::{self, in_strongroom},
};
use crate::{
    domain::members::lock_person,
    kernel::{
        Problem,
        clock::Clock,
        keys::Vault,
        secrets,
        vault::{Clash, NumberVault, Pending, Registration},
    },
    ports::key_store::KeyStore,
    values::personal_number::PersonalNumber,
};
use diesel::PgConnection;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Keeps personal numbers; made by the roof.
pub struct Strongroom {
    sealer: Sealer,
    clock: Clock,
}
impl Strongroom {
    /// Takes its keys out of the key folder's, the clock that jobs are timed by, and the store of wrapped keys.
    pub fn new(vault: &Vault, clock: Clock, store: Arc<dyn KeyStore>) -> Self {
        Self { sealer: Sealer::new(vault, store), clock }
    }
    fn indexes<'n>(&self, numbers: impl Iterator<Item = &'n PersonalNumber>) -> Vec<Vec<u8>> {
        numbers.map(|n| self.sealer.index(n).to_vec()).collect()
    }
    /// Writes the next version of a person's number, under a key of its own: so a version that was a mistake can be destroyed
    /// and those before it stay.
    /// Gives the keys that are to be destroyed.
    fn write(
        &self,
        conn: &mut PgConnection,
        clock: &Clock,
        r: &Registration<'_>,
    ) -> Result<Vec<Uuid>, Problem> {
        let index = self.sealer.index(r.number);
        if store::is_held_by_another(conn, r.person, &index)? {
            return Err(held_by_another());
        }
        let latest = store::latest(conn, r.person)?;
        if latest.as_ref().is_some_and(|l| l.is_live && secrets::same(&l.blind_index, &index)) {
            return Ok(Vec::new()); // the same number again: nothing changes
        }
        if latest.as_ref().is_some_and(|l| l.is_live) && !rules::may_replace(r.reason) {
            return Err(number_differs());
        }
        let (key_id, key) = self.fresh_key()?;
        let version = latest.as_ref().map_or(1, |l| l.version + 1);
        let ciphertext = seal(&key, Place::Register { person: r.person, version }, r.number.digits())?;
        store::supersede(conn, r.person, clock.now())?;
        let is_another = latest.is_some_and(|l| !secrets::same(&l.blind_index, &index));
        let unneeded = if is_another && rules::was_mistake(r.reason) {
            store::erase_latest(conn, r.person, clock.now())?
        } else {
            Vec::new()
        };
        let row = NewNumber {
            person: r.person,
            version,
            key_id,
            ciphertext,
            blind_index: index,
            reason: r.reason,
            by: r.by,
        };
        store::insert(conn, row, clock.now())
            .map_err(|p| if p.code == "already-exists" { held_by_another() } else { p })?;
        Ok(unneeded)
    }
    fn fresh_key(&self) -> Result<(Uuid, DataKey), Problem> {
        let fresh = self.sealer.fresh_keys(1, self.clock.now())?.pop();
        fresh.ok_or_else(|| Problem::unavailable("key-store-away"))
    }
}
fn held_by_another() -> Problem {
    Problem::conflict(
        "number-held-by-another",
        "この個人番号は別の方に登録されています",
        "This personal number is registered for somebody else",
    )
}
fn number_differs() -> Problem {
    Problem::conflict(
        "number-differs",
        "登録済みの個人番号と異なります。変更は理由とともに個人番号の登録で行ってください",
        "Another personal number is registered for this person: change it there, with its reason",
    )
}

impl NumberVault for Strongroom {
    fn register(&self, conn: &mut PgConnection, clock: &Clock, r: Registration<'_>) -> Result<(), Problem> {
        lock_person(conn, r.person)?;
        let unneeded = in_strongroom(conn, |conn| self.write(conn, clock, &r))?;
        enqueue_destruction(conn, clock, unneeded)?;
        store::tell_state(conn, r.person, None)
    }
    fn hand_over(
        &self,
        conn: &mut PgConnection,
        clock: &Clock,
        (from, to): (Uuid, Uuid),
        by: Uuid,
    ) -> Result<(), Problem> {
        let Some(number) = self.read(conn, from)? else { return Ok(()) };
        let unneeded = in_strongroom(conn, |conn| {
            if store::latest(conn, to)?.is_some_and(|l| l.is_live) {
                return Err(number_differs());
            }
            store::supersede(conn, from, clock.now())?;
            let unneeded = store::erase_latest(conn, from, clock.now())?;
            let r = Registration { person: to, number: &number, reason: "merged", by };
            self.write(conn, clock, &r)?;
            Ok(unneeded)
        })?;
        enqueue_destruction(conn, clock, unneeded)?;
        store::tell_state(conn, from, Some("merged"))?;
        store::tell_state(conn, to, None)
    }
    fn read(&self, conn: &mut PgConnection, person: Uuid) -> Result<Option<PersonalNumber>, Problem> {
        let latest = in_strongroom(conn, |conn| store::latest(conn, person))?;
        let Some(row) = latest.filter(|l| l.is_live) else { return Ok(None) };
        let key = self.sealer.key(row.key_id)?;
        open_number(&key, Place::Register { person, version: row.version }, &row.ciphertext).map(Some)
    }
    fn matches(
        &self,
        conn: &mut PgConnection,
        person: Uuid,
        number: &PersonalNumber,
    ) -> Result<bool, Problem> {
        let index = self.sealer.index(number);
        let latest = in_strongroom(conn, |conn| store::latest(conn, person))?;
        Ok(latest.is_some_and(|l| l.is_live && secrets::same(&l.blind_index, &index)))
    }
    fn keep_pending(&self, conn: &mut PgConnection, clock: &Clock, items: &[Pending]) -> Result<(), Problem> {
        if items.is_empty() {
            return Ok(());
        }
        let mut rows =
            PendingColumns { indexes: self.indexes(items.iter().map(|i| &i.number)), ..Default::default() };
        for (item, (key_id, key)) in items.iter().zip(self.sealer.fresh_keys(items.len(), clock.now())?) {
            let place = Place::Pending { notification: item.notification, slot: item.slot };
            rows.ciphertexts.push(seal(&key, place, item.number.digits())?);
            rows.notifications.push(item.notification);
            rows.slots.push(item.slot);
            rows.keys.push(key_id);
        }
        // The same statements whatever they find: neither answer nor time tells the submitter what is registered.
        in_strongroom(conn, |conn| {
            let registered: HashSet<Vec<u8>> = store::registered(conn, &rows.indexes)?.into_iter().collect();
            rows.clashes = rows.indexes.iter().map(|i| registered.contains(i)).collect();
            store::insert_pending(conn, &rows, clock.now())
        })
    }
    fn waiting(
        &self,
        conn: &mut PgConnection,
        numbers: &[&PersonalNumber],
    ) -> Result<Vec<Vec<Uuid>>, Problem> {
        let indexes = self.indexes(numbers.iter().copied());
        let mut found: HashMap<Vec<u8>, Vec<Uuid>> = HashMap::new();
        for (index, notification) in in_strongroom(conn, |conn| store::waiting(conn, &indexes))? {
            found.entry(index).or_default().push(notification);
        }
        Ok(indexes.iter().map(|i| found.get(i).cloned().unwrap_or_default()).collect())
    }
    fn take_pending(
        &self,
        conn: &mut PgConnection,
        notification: Uuid,
        slot: &str,
    ) -> Result<Option<PersonalNumber>, Problem> {
        let taken = in_strongroom(conn, |conn| store::delete_pending(conn, notification, Some(slot)))?;
        let Some(row) = taken.into_iter().next() else { return Ok(None) };
        let key = self.sealer.key(row.key_id)?;
        let number = open_number(&key, Place::Pending { notification, slot }, &row.ciphertext)?;
        enqueue_destruction(conn, &self.clock, vec![row.key_id])?;
        Ok(Some(number))
    }
    fn drop_pending(&self, conn: &mut PgConnection, notification: Uuid) -> Result<(), Problem> {
        let dropped = in_strongroom(conn, |conn| store::delete_pending(conn, notification, None))?;
        enqueue_destruction(conn, &self.clock, dropped.into_iter().map(|d| d.key_id).collect())
    }
    fn clashes(&self, conn: &mut PgConnection, notification: Uuid) -> Result<Vec<(String, Uuid)>, Problem> {
        in_strongroom(conn, |conn| store::holders(conn, notification))
    }
    fn all_clashes(&self, conn: &mut PgConnection) -> Result<Vec<Clash>, Problem> {
        in_strongroom(conn, store::all_clashes)
    }
    fn keep_file(
        &self,
        conn: &mut PgConnection,
        clock: &Clock,
        submission: Uuid,
        raw: &[u8],
    ) -> Result<(), Problem> {
        let (key_id, key) = self.fresh_key()?;
        let ciphertext = seal(&key, Place::File { submission }, raw)?;
        in_strongroom(conn, |conn| store::insert_file(conn, submission, key_id, ciphertext, clock.now()))
    }
    fn drop_file(&self, conn: &mut PgConnection, submission: Uuid) -> Result<(), Problem> {
        drop_files(conn, &self.clock, &[submission])
    }
}
