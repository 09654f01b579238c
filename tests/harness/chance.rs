//! Fictitious chance, the same in every run.

/// A source of numbers that begins with its seed.
pub struct Chance(pub u64);
impl Chance {
    /// A number from 0 to `n` - 1.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
    /// A number of days from `from` to `to`.
    pub fn days(&mut self, from: i64, to: i64) -> chrono::Duration {
        let span = u64::try_from(to - from + 1).unwrap();
        chrono::Duration::days(from + i64::try_from(self.below(span)).unwrap())
    }
}
