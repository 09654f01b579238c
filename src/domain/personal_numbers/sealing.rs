//! Sealing: AES-256-GCM-SIV under a data key, the data key wrapped under the key-encryption key. What a ciphertext belongs to
//! is bound into it, so that one moved to another row, version or place does not open.
use crate::{
    kernel::{
        Problem,
        keys::Vault,
        secrets::{self, SealError},
    },
    ports::key_store::{KeyStore, KeyStoreError, WrappedKey},
    values::personal_number::PersonalNumber,
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A data key, in memory only while it is used.
pub type DataKey = Zeroizing<[u8; 32]>;

/// What a ciphertext belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// A version of a person's number in the register.
    Register {
        /// Whose.
        person: Uuid,
        /// Which version.
        version: i32,
    },
    /// A number that waits with a notification.
    Pending {
        /// Which notification.
        notification: Uuid,
        /// Place on the form.
        slot: &'a str,
    },
    /// A received file.
    File {
        /// Its submission.
        submission: Uuid,
    },
}
impl Place<'_> {
    fn bound(self) -> Vec<u8> {
        let (kind, id, more): (&[u8], Uuid, Vec<u8>) = match self {
            Self::Register { person, version } => {
                (b"personal-number/1/", person, version.to_be_bytes().to_vec())
            }
            Self::Pending { notification, slot } => {
                (b"pending-number/1/", notification, slot.as_bytes().to_vec())
            }
            Self::File { submission } => (b"raw-file/1/", submission, Vec::new()),
        };
        [kind, id.as_bytes(), &more].concat()
    }
}

/// The keys of the strongroom.
pub struct Sealer {
    kek: Zeroizing<[u8; 32]>,
    index: Zeroizing<[u8; 32]>,
    store: Arc<dyn KeyStore>,
}
impl Sealer {
    /// Takes its keys out of the key folder's and the store of wrapped keys.
    pub fn new(vault: &Vault, store: Arc<dyn KeyStore>) -> Self {
        Self { kek: vault.kek.clone(), index: vault.blind_index.clone(), store }
    }
    /// The blind index of a number: equal numbers have equal ones; without the key it tells nothing.
    pub fn index(&self, number: &PersonalNumber) -> [u8; 32] {
        secrets::hmac256(&self.index, &[b"personal-number/1", number.digits()])
    }
    /// New data keys, kept in one batch. Their ids tell that they were made at `now`, which the sweep goes by.
    /// # Errors
    /// 503 when the key store is away.
    pub fn fresh_keys(&self, count: usize, now: DateTime<Utc>) -> Result<Vec<(Uuid, DataKey)>, Problem> {
        let mut keys = Vec::with_capacity(count);
        let mut wrapped = Vec::with_capacity(count);
        for _ in 0..count {
            let id = key_id_at(now, secrets::random::<10>().map_err(unsealed)?);
            let key: DataKey = Zeroizing::new(secrets::random::<32>().map_err(unsealed)?);
            wrapped.push((id, self.wrap(id, &key)?));
            keys.push((id, key));
        }
        self.store.put_many(&wrapped).map_err(away)?;
        Ok(keys)
    }
    /// A data key that is kept already.
    /// # Errors
    /// 503 when the key store is away or holds no such key.
    pub fn key(&self, id: Uuid) -> Result<DataKey, Problem> {
        let wrapped = self.store.get(id).map_err(away)?;
        let Some(wrapped) = wrapped else {
            tracing::error!(key = %id, "ALARM: the key store lacks the key of a sealed number");
            return Err(Problem::unavailable("number-key-missing"));
        };
        let plain = secrets::open(&self.kek, &key_bound(id), &wrapped).map_err(unsealed)?;
        let mut key: DataKey = Zeroizing::new([0; 32]);
        if plain.len() != key.len() {
            return Err(unsealed(SealError));
        }
        key.copy_from_slice(&plain);
        Ok(key)
    }
    fn wrap(&self, id: Uuid, key: &DataKey) -> Result<WrappedKey, Problem> {
        let sealed = secrets::seal(&self.kek, &key_bound(id), key.as_slice()).map_err(unsealed)?;
        sealed.try_into().map_err(|_| unsealed(SealError))
    }
}
/// Id of a key made at `now`: a version 7 UUID (RFC 9562), so that the ids of keys run with the clock of this program.
pub fn key_id_at(now: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
fn key_bound(id: Uuid) -> Vec<u8> {
    [b"data-key/1/".as_slice(), id.as_bytes()].concat()
}

/// Seals bytes for a place.
/// # Errors
/// 503 when the machine's random source fails.
pub fn seal(key: &DataKey, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Problem> {
    secrets::seal(key, &place.bound(), plain).map_err(unsealed)
}
/// Opens a number where it belongs.
/// # Errors
/// 503 when it does not belong there.
pub fn open_number(key: &DataKey, place: Place<'_>, sealed: &[u8]) -> Result<PersonalNumber, Problem> {
    let plain = secrets::open(key, &place.bound(), sealed).map_err(unsealed)?;
    PersonalNumber::from_ascii(&plain).map_err(|_| unsealed(SealError))
}

fn unsealed(_: SealError) -> Problem {
    tracing::error!("ALARM: a sealed number or key could not be sealed or opened");
    metrics::counter!("kenpo_seal_failures_total").increment(1);
    Problem::unavailable("strongroom-unavailable")
}
fn away(e: KeyStoreError) -> Problem {
    tracing::error!(error = %e, "the key store did not serve");
    Problem::unavailable("key-store-away")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::{collections::HashMap, sync::Mutex};

    #[derive(Default)]
    struct InMemory(Mutex<HashMap<Uuid, WrappedKey>>);
    impl KeyStore for InMemory {
        fn put_many(&self, keys: &[(Uuid, WrappedKey)]) -> Result<(), KeyStoreError> {
            self.0.lock().unwrap().extend(keys.iter().copied());
            Ok(())
        }
        fn get(&self, key: Uuid) -> Result<Option<WrappedKey>, KeyStoreError> {
            Ok(self.0.lock().unwrap().get(&key).copied())
        }
        fn ids_between(&self, after: Uuid, before: Uuid, most: u32) -> Result<Vec<Uuid>, KeyStoreError> {
            let mut ids: Vec<Uuid> = self.0.lock().unwrap().keys().copied().collect();
            ids.retain(|id| after < *id && *id < before);
            ids.sort_unstable();
            ids.truncate(most.try_into().unwrap());
            Ok(ids)
        }
        fn destroy_many(&self, keys: &[Uuid]) -> Result<(), KeyStoreError> {
            keys.iter().for_each(|k| {
                self.0.lock().unwrap().remove(k);
            });
            Ok(())
        }
    }
    fn sealer() -> (Sealer, Arc<InMemory>) {
        let store = Arc::new(InMemory::default());
        (Sealer { kek: [1; 32].into(), index: [2; 32].into(), store: store.clone() }, store)
    }
    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_000_000_000).unwrap()
    }
    fn number() -> PersonalNumber {
        PersonalNumber::parse("999900000011").unwrap()
    }

    #[test]
    fn a_number_opens_only_at_its_person_and_version() {
        let (sealer, store) = sealer();
        let (id, key) = sealer.fresh_keys(1, now()).unwrap().remove(0);
        let (person, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let here = Place::Register { person, version: 1 };
        let sealed = seal(&key, here, number().digits()).unwrap();
        let kept = sealer.key(id).unwrap();
        assert!(open_number(&kept, here, &sealed).unwrap() == number());
        assert!(open_number(&kept, Place::Register { person, version: 2 }, &sealed).is_err());
        assert!(open_number(&kept, Place::Register { person: other, version: 1 }, &sealed).is_err());
        assert!(
            open_number(&kept, Place::Pending { notification: person, slot: "insured" }, &sealed).is_err()
        );
        store.destroy_many(&[id]).unwrap();
        assert_eq!(sealer.key(id).unwrap_err().code, "number-key-missing");
    }
    #[test]
    fn the_id_of_a_key_tells_when_it_was_made() {
        let (sealer, store) = sealer();
        let (id, _) = sealer.fresh_keys(1, now()).unwrap().remove(0);
        let bound = |ms: i64| key_id_at(now() + chrono::Duration::milliseconds(ms), [0; 10]);
        assert_eq!(store.ids_between(bound(0), bound(1), 9).unwrap(), [id]);
        assert!(store.ids_between(Uuid::nil(), bound(0), 9).unwrap().is_empty());
    }
    #[test]
    fn a_wrapped_key_does_not_open_under_another_id() {
        let (sealer, store) = sealer();
        let (id, _) = sealer.fresh_keys(1, now()).unwrap().remove(0);
        let stolen = store.get(id).unwrap().unwrap();
        let other = Uuid::from_u128(9);
        store.put_many(&[(other, stolen)]).unwrap();
        assert!(sealer.key(other).is_err());
    }
    #[test]
    fn the_index_is_keyed_and_the_same_for_the_same_number() {
        let (one, _) = sealer();
        let two = Sealer { index: [3; 32].into(), ..sealer().0 };
        assert_eq!(one.index(&number()), one.index(&number()));
        assert_ne!(one.index(&number()), two.index(&number()));
    }
}
