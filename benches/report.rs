//! The table that is printed, and `bench.json` beside the build.
use crate::http::Burst;
use serde_json::{Value, json};

/// One measurement beside its limit.
pub struct Row {
    what: String,
    unit: &'static str,
    rate: f64,
    /// What only requests have.
    each: Option<Each>,
    limit: f64,
    limit_by: &'static str,
}
/// How long one request took, and what it cost.
struct Each {
    p50_ms: f64,
    p99_ms: f64,
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
            each: Some(Each {
                p50_ms: burst.p50_ms,
                p99_ms: burst.p99_ms,
                server_us: burst.server_us,
                client_us: burst.client_us,
            }),
            limit,
            limit_by: "pgbench",
        }
    }
    /// Intake beside COPY.
    pub fn intake(what: &str, rate: f64, limit: f64) -> Self {
        Self { what: what.into(), unit: "rows/s", rate, each: None, limit, limit_by: "COPY" }
    }
    /// Work beside the same rows written by one INSERT … SELECT.
    pub fn work(what: &str, rate: f64, limit: f64) -> Self {
        Self { unit: "records/s", limit_by: "INSERT … SELECT", ..Self::intake(what, rate, limit) }
    }
    /// Reads beside other reads of the same run.
    pub fn beside(what: &str, burst: &Burst, limit: f64, limit_by: &'static str) -> Self {
        Self { limit_by, ..Self::reads(what, burst, limit) }
    }
    fn ratio(&self) -> f64 {
        self.rate / self.limit
    }
    fn json(&self) -> Value {
        let mut row = json!({ "what": self.what, "unit": self.unit, "rate": self.rate.round(), "limit": self.limit.round(),
            "limit_by": self.limit_by, "ratio": (self.ratio() * 1000.0).round() / 1000.0 });
        if let Some(each) = &self.each {
            (row["p50_ms"], row["p99_ms"]) = (json!(each.p50_ms), json!(each.p99_ms));
            (row["server_cpu_us"], row["load_cpu_us"]) =
                (json!(each.server_us.round()), json!(each.client_us.round()));
        }
        row
    }
    /// As a line of the table; what was not measured is left open.
    fn line(&self) -> String {
        let cell = |of: fn(&Each) -> f64, digits: usize| {
            self.each.as_ref().map_or_else(|| "–".to_owned(), |each| format!("{:.digits$}", of(each)))
        };
        format!(
            "| {} | {:.0} {} | {} | {} | {:.0} ({}) | **{:.2}** | {} | {} |",
            self.what,
            self.rate,
            self.unit,
            cell(|e| e.p50_ms, 1),
            cell(|e| e.p99_ms, 1),
            self.limit,
            self.limit_by,
            self.ratio(),
            cell(|e| e.server_us, 0),
            cell(|e| e.client_us, 0)
        )
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
        println!("{}", row.line());
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
