//! Token buckets: how fast one caller may ask.
use std::{collections::HashMap, sync::Mutex};
use uuid::Uuid;

/// A bucket per caller; rate 0 switches it off.
pub struct Limits {
    per_second: u32,
    buckets: Mutex<HashMap<Uuid, (f32, i64)>>,
}
const CALLERS_MOST: usize = 50_000;
impl Limits {
    /// `per_second` requests, bursts of twice as many.
    pub fn new(per_second: u32) -> Self {
        Self { per_second, buckets: Mutex::default() }
    }
    /// Takes one token at `now_ms`; `false` when the bucket is empty.
    pub fn take(&self, caller: Uuid, now_ms: i64) -> bool {
        if self.per_second == 0 {
            return true;
        }
        let Ok(mut buckets) = self.buckets.lock() else { return true };
        if buckets.len() >= CALLERS_MOST {
            buckets.retain(|_, (_, at)| now_ms - *at < 10_000);
        }
        let rate = f32::from(u16::try_from(self.per_second).unwrap_or(u16::MAX));
        let most = rate * 2.0;
        let (level, at) = buckets.entry(caller).or_insert((most, now_ms));
        let passed = f32::from(u16::try_from((now_ms - *at).max(0)).unwrap_or(u16::MAX)) / 1000.0;
        *level = (*level + passed * rate).min(most);
        *at = now_ms;
        if *level < 1.0 {
            return false;
        }
        *level -= 1.0;
        true
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_bucket_empties_and_fills() {
        let limits = Limits::new(2);
        let who = Uuid::nil();
        assert_eq!((0..6).filter(|_| limits.take(who, 0)).count(), 4);
        assert!(!limits.take(who, 100));
        assert!(limits.take(who, 700));
        assert!(limits.take(Uuid::max(), 0));
    }
}
