#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::kernel::secrets;
use std::path::PathBuf;

/// A folder of its own, gone afterwards.
struct Place(PathBuf);
impl Place {
    fn new() -> Self {
        let place = Self(std::env::temp_dir().join(format!("kenpo-keys-{}", Uuid::now_v7())));
        fs::DirBuilder::new().mode(0o700).create(&place.0).unwrap();
        place
    }
    fn file(&self) -> PathBuf {
        self.0.join("keys.sqlite")
    }
    fn holds(&self, bytes: &[u8]) -> bool {
        let files = fs::read_dir(&self.0).unwrap().map(|f| fs::read(f.unwrap().path()).unwrap());
        files.into_iter().any(|text| text.windows(bytes.len()).any(|w| w == bytes))
    }
}
impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
fn fresh() -> (Uuid, WrappedKey) {
    (Uuid::now_v7(), secrets::random::<WRAPPED>().unwrap())
}

#[test]
fn a_destroyed_key_is_nowhere_in_the_file() {
    let place = Place::new();
    let store = SqliteKeyStore::open(&place.file()).unwrap();
    let mut kept: Vec<(Uuid, WrappedKey)> = Vec::new();
    let mut gone: Vec<(Uuid, WrappedKey)> = Vec::new();
    for round in 0..12_usize {
        let batch: Vec<_> = (0..150).map(|_| fresh()).collect();
        store.put_many(&batch).unwrap();
        kept.extend(batch);
        // every third, from a place that wanders, so that pages empty, fill and are reused
        let (out, stay) = kept.into_iter().enumerate().partition::<Vec<_>, _>(|(i, _)| (i + round) % 3 == 0);
        kept = stay.into_iter().map(|(_, k)| k).collect();
        let out: Vec<_> = out.into_iter().map(|(_, k)| k).collect();
        store.destroy_many(&out.iter().map(|k| k.0).collect::<Vec<_>>()).unwrap();
        gone.extend(out);
    }
    for (id, wrapped) in &kept {
        assert_eq!(store.get(*id).unwrap(), Some(*wrapped));
    }
    assert!(place.holds(&kept[0].1), "the search finds what is there");
    let text = fs::read(place.file()).unwrap();
    let windows: std::collections::HashSet<&[u8]> = text.windows(16).collect();
    for (id, wrapped) in &gone {
        assert_eq!(store.get(*id).unwrap(), None);
        assert!(!windows.contains(&wrapped[..16]), "a destroyed key is still in the file");
        assert!(!windows.contains(&wrapped[44..]), "the end of a destroyed key is still in the file");
    }
    let ids: Vec<Uuid> = gone.iter().map(|k| k.0).collect();
    store.destroy_many(&ids).unwrap();
    assert_eq!(store.get(kept[1].0).unwrap(), Some(kept[1].1), "destroying again takes nothing else");
}

#[test]
fn two_connections_write_at_once() {
    let place = Place::new();
    let all: Vec<(Uuid, WrappedKey)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let store = SqliteKeyStore::open(&place.file()).unwrap();
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    for i in 0..15 {
                        let batch = [fresh(), fresh(), fresh()];
                        store.put_many(&batch).unwrap();
                        if i % 2 == 0 {
                            store.destroy_many(&[batch[2].0]).unwrap();
                        }
                        mine.extend(&batch[..2]);
                    }
                    mine
                })
            })
            .collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    let store = SqliteKeyStore::open(&place.file()).unwrap();
    for (id, wrapped) in all {
        assert_eq!(store.get(id).unwrap(), Some(wrapped));
    }
}

#[test]
fn a_batch_is_kept_whole_or_not_at_all() {
    let place = Place::new();
    let store = SqliteKeyStore::open(&place.file()).unwrap();
    let (first, other) = (fresh(), fresh());
    store.put_many(&[first]).unwrap();
    assert!(store.put_many(&[other, first]).is_err());
    assert_eq!(store.get(other.0).unwrap(), None);
    assert_eq!(store.get(first.0).unwrap(), Some(first.1));
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let place = Place::new();
    drop(SqliteKeyStore::open(&place.file()).unwrap());
    assert_eq!(fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(place.file(), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(SqliteKeyStore::open(&place.file()).err(), Some(KeyStoreError::Exposed));
}

#[test]
fn a_mark_keeps_its_instant_until_it_is_taken_off_or_its_key_goes() {
    let place = Place::new();
    let store = SqliteKeyStore::open(&place.file()).unwrap();
    let ids = [1, 2, 3].map(Uuid::from_u128);
    let at = |ms: i64| DateTime::from_timestamp_millis(ms).unwrap();
    store.remark(&ids, &[], at(1_000)).unwrap();
    store.remark(&ids[..2], &[ids[2]], at(2_000)).unwrap();
    assert_eq!(store.marks().unwrap(), [(ids[0], at(1_000)), (ids[1], at(1_000))]);
    store.destroy_many(&[ids[0]]).unwrap();
    store.remark(&[ids[2]], &[], at(3_000)).unwrap();
    assert_eq!(store.marks().unwrap(), [(ids[1], at(1_000)), (ids[2], at(3_000))]);
}

#[test]
fn the_turn_of_a_bond_goes_forward_only() {
    let place = Place::new();
    let store = SqliteKeyStore::open(&place.file()).unwrap();
    assert_eq!(store.bond().unwrap(), None);
    let [one, other] = [1, 2].map(Uuid::from_u128);
    for (kept, then) in
        [((one, 3), (one, 3)), ((one, 2), (one, 3)), ((one, 4), (one, 4)), ((other, 0), (other, 0))]
    {
        store.keep_bond(Bond { id: kept.0, turn: kept.1 }).unwrap();
        assert_eq!(store.bond().unwrap(), Some(Bond { id: then.0, turn: then.1 }));
    }
}
