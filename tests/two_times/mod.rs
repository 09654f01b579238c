//! The two times of a question: the day that it is about (`as_of`) and the instant at which its answer was known (`known_at`).
mod earlier;
mod everywhere;
mod refused;
mod settled;

use crate::harness::{caller::Caller, world::World};
use chrono::Duration;

/// Reads now, and keeps the question as known at this instant with the answer; a minute later it is the past.
pub struct Asked(Vec<(String, String)>);
impl Asked {
    #[track_caller]
    pub fn all(w: &World, by: &Caller, paths: &[String]) -> Self {
        w.clock.advance(Duration::minutes(1));
        let now = w.clock.now().format("%Y-%m-%dT%H:%M:%SZ");
        let ask = |path: &String| {
            let answer = by.get(path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            let sign = if path.contains('?') { '&' } else { '?' };
            (format!("{path}{sign}known_at={now}"), answer.text)
        };
        let asked = Self(paths.iter().map(ask).collect());
        w.clock.advance(Duration::minutes(1));
        asked
    }
    /// Every answer is given again byte for byte, and what is known now is told otherwise.
    #[track_caller]
    pub fn is_told_again(&self, by: &Caller) {
        for (path, then) in &self.0 {
            assert_eq!(by.get(path).text, *then, "{path}");
        }
    }
    /// What is known now is told otherwise, so that there is something to tell again.
    #[track_caller]
    pub fn has_changed(&self, by: &Caller) {
        for (path, then) in &self.0 {
            let now = path.split(['?', '&']).next().unwrap();
            let rest: Vec<&str> =
                path.split(['?', '&']).skip(1).filter(|q| !q.starts_with("known_at=")).collect();
            let now = format!("{now}?{}", rest.join("&"));
            assert_ne!(by.get(now.trim_end_matches('?')).text, *then, "{path}");
        }
    }
}
