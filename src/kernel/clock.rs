//! Injected time. Nothing else asks the machine what time it is.
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The one source of time: real time plus an offset (0 in production, moved in the demo and in tests).
#[derive(Clone, Debug)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    frozen_ms: Arc<AtomicI64>,
}
const RUNNING: i64 = i64::MIN;

impl Clock {
    /// Real time.
    pub fn real() -> Self {
        Self { offset_ms: Arc::new(AtomicI64::new(0)), frozen_ms: Arc::new(AtomicI64::new(RUNNING)) }
    }
    /// A clock that stands at `at` and moves on with real time.
    pub fn starting_at(at: DateTime<Utc>) -> Self {
        let clock = Self::real();
        clock.set_offset((at - machine_now()).num_milliseconds());
        clock
    }
    /// A clock that stands still at `at` until it is moved (tests).
    pub fn frozen(at: DateTime<Utc>) -> Self {
        let clock = Self::real();
        clock.frozen_ms.store(at.timestamp_millis(), Ordering::SeqCst);
        clock
    }
    /// Moves the clock by `by` (forwards or backwards).
    pub fn advance(&self, by: chrono::Duration) {
        let frozen = self.frozen_ms.load(Ordering::SeqCst);
        if frozen == RUNNING {
            self.offset_ms.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        } else {
            self.frozen_ms.store(frozen + by.num_milliseconds(), Ordering::SeqCst);
        }
    }
    /// Sets the distance to real time in milliseconds.
    pub fn set_offset(&self, ms: i64) {
        self.offset_ms.store(ms, Ordering::SeqCst);
    }
    /// Distance to real time in milliseconds.
    pub fn offset(&self) -> i64 {
        self.offset_ms.load(Ordering::SeqCst)
    }
    /// Now, UTC, to the microsecond (what PostgreSQL keeps).
    pub fn now(&self) -> DateTime<Utc> {
        let frozen = self.frozen_ms.load(Ordering::SeqCst);
        if frozen != RUNNING {
            return DateTime::from_timestamp_millis(frozen).unwrap_or_default();
        }
        let now = machine_now() + chrono::Duration::milliseconds(self.offset());
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
    /// Today in Japan: legal days are JST days.
    pub fn today(&self) -> NaiveDate {
        jst_date(self.now())
    }
}

#[allow(clippy::disallowed_methods)] // the one place that asks the machine
fn machine_now() -> DateTime<Utc> {
    Utc::now()
}

/// Japan's offset, +09:00, without summer time.
pub fn jst() -> FixedOffset {
    FixedOffset::east_opt(9 * 3600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}
/// The civil day in Japan of an instant.
pub fn jst_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&jst()).date_naive()
}
/// First instant of a civil day in Japan.
pub fn jst_midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN)
        .and_local_timezone(jst())
        .single()
        .map(|t| t.with_timezone(&Utc))
        .unwrap_or_default()
}
