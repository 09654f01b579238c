//! The table that is printed, and `bench.json` beside the build.
use crate::http::Burst;
use serde_json::{Value, json};

/// One measurement beside its limit.
pub struct Row {
    what: String,
    unit: &'static str,
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    limit: f64,
    limit_by: &'static str,
    server_us: f64,
    client_us: f64,
}
impl Row {
    /// Reads beside pgbench.
    pub fn reads(what: &str, burst: &Burst, limit: f64) -> Self {
        Self {
            what: what.into(),
            unit: "requests/s",
            rate: burst.per_second,
            p50_ms: burst.p50_ms,
            p99_ms: burst.p99_ms,
            limit,
            limit_by: "pgbench",
            server_us: burst.server_us,
            client_us: burst.client_us,
        }
    }
    /// Intake beside COPY; the slowest file stands for its p99.
    pub fn intake(what: &str, rate: f64, slowest: f64, limit: f64) -> Self {
        let p99_ms = slowest * 1000.0;
        Self {
            what: what.into(),
            unit: "rows/s",
            rate,
            p50_ms: p99_ms,
            p99_ms,
            limit,
            limit_by: "COPY",
            server_us: 0.0,
            client_us: 0.0,
        }
    }
    /// Work beside the same rows written by one INSERT … SELECT.
    pub fn work(what: &str, rate: f64, seconds: f64, limit: f64) -> Self {
        let whole = seconds * 1000.0;
        Self {
            unit: "records/s",
            limit_by: "INSERT … SELECT",
            ..Self::intake(what, rate, whole / 1000.0, limit)
        }
    }
    /// Reads beside other reads of the same run.
    pub fn beside(what: &str, burst: &Burst, limit: f64, limit_by: &'static str) -> Self {
        Self { limit_by, ..Self::reads(what, burst, limit) }
    }
    fn ratio(&self) -> f64 {
        self.rate / self.limit
    }
    fn json(&self) -> Value {
        json!({ "what": self.what, "unit": self.unit, "rate": self.rate.round(), "p50_ms": self.p50_ms, "p99_ms": self.p99_ms,
                "limit": self.limit.round(), "limit_by": self.limit_by, "ratio": (self.ratio() * 1000.0).round() / 1000.0,
                "server_cpu_us": self.server_us.round(), "load_cpu_us": self.client_us.round() })
    }
}
/// All measurements of a run.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}
impl Table {
    /// Prints a row as it comes.
    pub fn add(&mut self, row: Row) {
        if self.rows.is_empty() {
            println!("| what | rate | p50 ms | p99 ms | limit | ratio | server CPU µs | load CPU µs |");
            println!("|---|---|---|---|---|---|---|---|");
        }
        println!(
            "| {} | {:.0} {} | {:.1} | {:.1} | {:.0} ({}) | **{:.2}** | {:.0} | {:.0} |",
            row.what,
            row.rate,
            row.unit,
            row.p50_ms,
            row.p99_ms,
            row.limit,
            row.limit_by,
            row.ratio(),
            row.server_us,
            row.client_us
        );
        self.rows.push(row);
    }
    /// Writes `bench.json` into the target folder.
    pub fn write(&self, about: Value) {
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("../bench.json");
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let all = json!({ "about": about, "rows": rows });
        std::fs::write(&file, serde_json::to_string_pretty(&all).unwrap()).unwrap();
        println!("{about}");
    }
}
