//! Floods of equal refusals: the first ones of a source are written one by one, the rest as one entry with their count.
use super::Entry;
use std::{collections::HashMap, sync::Mutex};
use uuid::Uuid;

const ONE_BY_ONE: u32 = 30;
const WINDOW_MS: i64 = 60_000;
const SOURCES_MOST: usize = 5_000;

type Source = (String, Option<Uuid>, &'static str, Option<String>);
struct Seen {
    since_ms: i64,
    count: u32,
    held: Option<Entry>,
}

/// Counts refusals before sign-in and of callers who ask too fast, by source (address, caller, operation, code).
#[derive(Default)]
pub struct Floods {
    sources: Mutex<HashMap<Source, Seen>>,
}
impl Floods {
    /// Gives the entry back when it is to be written now; keeps and counts it when its source floods.
    pub fn admit(&self, entry: Entry) -> Option<Entry> {
        let now = entry.at.timestamp_millis();
        let Ok(mut sources) = self.sources.lock() else { return Some(entry) };
        let key = (entry.address.clone(), entry.actor_id, entry.operation, entry.code.clone());
        if sources.len() >= SOURCES_MOST && !sources.contains_key(&key) {
            return Some(entry);
        }
        let seen = sources.entry(key).or_insert(Seen { since_ms: now, count: 0, held: None });
        seen.count += 1;
        if seen.count <= ONE_BY_ONE {
            return Some(entry);
        }
        match &mut seen.held {
            Some(held) => held.repeats += 1,
            None => seen.held = Some(entry),
        }
        None
    }
    /// Takes what was held back, to be written now; sources that are quiet for a minute start anew.
    pub fn drain(&self, now_ms: i64) -> Vec<Entry> {
        let Ok(mut sources) = self.sources.lock() else { return Vec::new() };
        let held = sources.values_mut().filter_map(|s| s.held.take()).collect();
        sources.retain(|_, s| now_ms - s.since_ms < WINDOW_MS);
        held
    }
}
