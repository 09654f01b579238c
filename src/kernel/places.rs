//! Places in lines: so many at a time for each name, the others wait in order, and not for ever. A place is waited for without a
//! thread and without a connection.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

struct Line {
    open: Arc<Semaphore>,
    people: usize,
}
type Lines = Arc<Mutex<HashMap<Uuid, Line>>>;

/// Lines by name: an employer whose filings take turns, a caller and its share of the connections.
pub struct Places {
    at_once: usize,
    waiting_most: usize,
    patience: Duration,
    lines: Lines,
}
/// A place that was given; the next one comes when it is dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    _stands: Stands,
}
/// Somebody stands in a line; a line in which nobody stands is forgotten.
struct Stands {
    who: Uuid,
    lines: Lines,
}
impl Drop for Stands {
    fn drop(&mut self) {
        let Ok(mut lines) = self.lines.lock() else { return };
        let Some(line) = lines.get_mut(&self.who) else { return };
        line.people -= 1;
        if line.people == 0 {
            lines.remove(&self.who);
        }
    }
}
impl Places {
    /// `at_once` places for each name; at most `waiting_most` wait for one, each as long as `patience`.
    pub fn new(at_once: usize, waiting_most: usize, patience: Duration) -> Self {
        Self { at_once, waiting_most, patience, lines: Lines::default() }
    }
    /// Waits for a place under that name; `None` when too many wait already, or when it took too long.
    pub async fn take(&self, who: Uuid) -> Option<Place> {
        let (open, stands) = self.stand(who)?;
        let permit = tokio::time::timeout(self.patience, open.acquire_owned()).await.ok()?.ok()?;
        Some(Place { _permit: permit, _stands: stands })
    }
    fn stand(&self, who: Uuid) -> Option<(Arc<Semaphore>, Stands)> {
        let mut lines = self.lines.lock().ok()?;
        let line = lines
            .entry(who)
            .or_insert_with(|| Line { open: Arc::new(Semaphore::new(self.at_once)), people: 0 });
        if line.people >= self.at_once + self.waiting_most {
            return None;
        }
        line.people += 1;
        Some((line.open.clone(), Stands { who, lines: self.lines.clone() }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    #[actix_web::test]
    async fn one_name_waits_and_another_does_not() {
        let places = Places::new(1, 1, Duration::ZERO);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let held = places.take(one).await.unwrap();
        assert!(places.take(one).await.is_none(), "it took too long");
        assert!(places.take(other).await.is_some());
        drop(held);
        assert!(places.take(one).await.is_some());
        assert!(places.lines.lock().unwrap().is_empty(), "lines are forgotten");
    }
    #[actix_web::test]
    async fn a_line_is_not_longer_than_said() {
        let places = Arc::new(Places::new(1, 1, Duration::from_secs(60)));
        let who = Uuid::from_u128(1);
        let held = places.take(who).await.unwrap();
        let second = places.clone();
        let waiting = actix_web::rt::spawn(async move { second.take(who).await.is_some() });
        tokio::task::yield_now().await;
        assert!(places.take(who).await.is_none(), "one waits already");
        drop(held);
        assert!(waiting.await.unwrap());
    }
}
