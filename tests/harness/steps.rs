//! A journey step by step: each has its status, leaves its entries, and shows no personal number (requirements, journeys).
use super::{caller::Response, world::World};
use crate::filing::entries;
use kenpo::cli::seed::fictitious_number;

/// Status, one entry more, and no number in the answer.
pub struct Steps<'a> {
    pub w: &'a World,
}
impl Steps<'_> {
    /// Does a step; holds that it left exactly `logged` entries of the operation with this status, the newest by `actor`.
    #[track_caller]
    pub fn step(
        &self,
        (operation, logged): (&str, usize),
        actor: &str,
        status: u16,
        work: impl FnOnce() -> Response,
    ) -> Response {
        let before = entries(self.w, operation).len();
        let answer = work();
        assert_eq!(answer.status, status, "{operation}: {}", answer.text);
        let after = entries(self.w, operation);
        assert_eq!(after.len(), before + logged, "{operation}: one entry");
        let newest = after.first().unwrap();
        assert_eq!(newest.status, i16::try_from(status).unwrap(), "{operation}");
        assert_eq!(newest.actor_name.as_deref(), Some(actor), "{operation}");
        assert_eq!(newest.outcome == "allowed", status < 400, "{operation}: {newest:?}");
        for n in 0..1000 {
            assert!(!answer.text.contains(&fictitious_number(n)), "{operation}: number {n}");
        }
        answer
    }
}
