//! Settings: the only reader of the environment. Every setting can stand in the environment (`KENPO_…`) or in a TOML file named
//! by `KENPO_SETTINGS`; the environment wins. A name that is not in the table is an error, not a silent typo.
use crate::{kernel::clock::Clock, values::readings::Readings};
use anyhow::{Context, anyhow, bail};
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// One row of the table of settings: name, default, what it is.
pub struct Setting {
    /// Name in the file; in the environment upper-case after `KENPO_`.
    pub name: &'static str,
    /// Default, empty when it must be given.
    pub default: &'static str,
    /// What it is, with its unit.
    pub about: &'static str,
}
/// The table of settings; the README shows it.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "database_url",
        default: "",
        about: "libpq URL of the database, as `kenpo_service` (also `DATABASE_URL`)",
    },
    Setting {
        name: "migrate_database_url",
        default: "",
        about: "libpq URL as the owner of the tables, for `kenpo migrate`; `database_url` when empty",
    },
    Setting { name: "keys", default: "/etc/kenpo/keys", about: "key folder, made by `kenpo keys init`" },
    Setting {
        name: "key_store",
        default: "/var/lib/kenpo/keys/wrapped.sqlite",
        about: "file with the wrapped data keys; back it up apart from the database",
    },
    Setting {
        name: "key_sweep_days",
        default: "7",
        about: "days for which a data key that nothing needs is only marked, before the sweep destroys it; at most 3650",
    },
    Setting {
        name: "listen",
        default: "127.0.0.1:8080",
        about: "address and port of the closed-network listener",
    },
    Setting {
        name: "listen_internet",
        default: "",
        about: "address and port of a listener of the internet zone; takes and shows no personal number; none when empty",
    },
    Setting {
        name: "public_url",
        default: "http://127.0.0.1:8080",
        about: "base URL as callers see it: issuer and audience of tokens",
    },
    Setting {
        name: "trusted_proxies",
        default: "",
        about: "addresses of the proxies, by comma: of their requests the last other address in `X-Forwarded-For` is recorded",
    },
    Setting {
        name: "pool_size",
        default: "12",
        about: "connections to the database; at least five more than `caller_connections`",
    },
    Setting {
        name: "caller_connections",
        default: "4",
        about: "connections that the requests of one caller may hold at once; the others of that caller wait",
    },
    Setting { name: "workers", default: "2", about: "threads that serve requests" },
    Setting {
        name: "rate_per_second",
        default: "200",
        about: "requests a second for each caller, bursts of twice as many; 0 switches it off",
    },
    Setting { name: "argon2_memory_kib", default: "19456", about: "argon2id memory of one hash, KiB" },
    Setting { name: "argon2_passes", default: "2", about: "argon2id passes" },
    Setting { name: "argon2_lanes", default: "1", about: "argon2id lanes (the p of its parameters)" },
    Setting {
        name: "shutdown_seconds",
        default: "20",
        about: "seconds that running requests get at shutdown",
    },
    Setting {
        name: "body_seconds",
        default: "30",
        about: "seconds in which the body of a request must have come",
    },
    Setting {
        name: "idle_days",
        default: "90",
        about: "days after which an id that nobody signed in with can't be signed in with any more (R-145); 1 to 36500",
    },
    Setting { name: "log", default: "info", about: "log filter" },
    Setting {
        name: "mode",
        default: "production",
        about: "`production` or `sandbox`; a sandbox may have a clock of its own, and holds nobody's real data",
    },
    Setting {
        name: "clock_days",
        default: "0",
        about: "days by which the clock of server and worker is ahead of real time; sandbox only",
    },
    Setting {
        name: "leave_end_reading",
        default: "practice",
        about: "first month of a revision after a leave that ended on 30 July or 28 to 30 December: `practice` (the fourth) or `literal` (the fifth, by the words of the Act)",
    },
    Setting {
        name: "annual_part_rounding",
        default: "each_part",
        about: "fractions in the average of a year of 随時改定: `each_part` (each average is cut, then they are added) or `sum` (the sum of both is cut)",
    },
    Setting {
        name: "base",
        default: "",
        about: "folder of the private PostgreSQL and the demo; chosen by user when empty",
    },
    Setting {
        name: "pg_bin",
        default: "",
        about: "folder with initdb and postgres, for the private PostgreSQL; found when empty",
    },
];

/// Connections that the server holds for itself: the audit writer, the reader of members, the watch over callers, the sequencer.
const OWN_CONNECTIONS: u32 = 4;

/// How far a sandbox may be ahead: a hundred years.
const CLOCK_DAYS_MOST: i64 = 36_525;

/// How long a key that nothing needs may be kept: ten years.
const KEY_SWEEP_DAYS_MOST: u32 = 3_650;

/// Settings, read and checked.
#[derive(Clone, Debug)]
pub struct Config {
    values: BTreeMap<&'static str, String>,
    /// `PATH`, for finding PostgreSQL's programs.
    pub path: String,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_DATA_HOME`.
    pub xdg_data_home: Option<PathBuf>,
}
impl Config {
    /// Reads environment and file.
    /// # Errors
    /// Names the setting that is unknown or malformed.
    pub fn read() -> anyhow::Result<Self> {
        Self::from_pairs(std::env::vars().collect())
    }
    /// As `read`, from given variables.
    /// # Errors
    /// As `read`.
    pub fn from_pairs(env: BTreeMap<String, String>) -> anyhow::Result<Self> {
        let mut values: BTreeMap<&'static str, String> =
            SETTINGS.iter().map(|s| (s.name, s.default.to_owned())).collect();
        if let Some(file) = env.get("KENPO_SETTINGS") {
            let text = std::fs::read_to_string(file).with_context(|| format!("KENPO_SETTINGS: {file}"))?;
            let table: toml::Table = text.parse().with_context(|| format!("{file} is no TOML"))?;
            for (name, value) in table {
                let text = match value {
                    toml::Value::String(s) => s,
                    toml::Value::Integer(i) => i.to_string(),
                    _ => bail!("{file}: {name} must be a text or a whole number"),
                };
                set(&mut values, &name, text).with_context(|| file.clone())?;
            }
        }
        if let Some(url) = env.get("DATABASE_URL") {
            set(&mut values, "database_url", url.clone())?;
        }
        for (name, value) in &env {
            if let Some(name) = name.strip_prefix("KENPO_").filter(|n| !FOREIGN.contains(n)) {
                set(&mut values, &name.to_lowercase(), value.clone()).context("environment")?;
            }
        }
        let config = Self {
            values,
            path: env.get("PATH").cloned().unwrap_or_default(),
            home: env.get("HOME").map(Into::into),
            xdg_data_home: env.get("XDG_DATA_HOME").map(Into::into),
        };
        config.check()?;
        Ok(config)
    }
    fn check(&self) -> anyhow::Result<()> {
        for number in [
            "pool_size",
            "caller_connections",
            "workers",
            "rate_per_second",
            "argon2_memory_kib",
            "argon2_passes",
            "argon2_lanes",
            "shutdown_seconds",
            "body_seconds",
        ] {
            self.number(number)?;
        }
        self.address("listen")?;
        self.address("listen_internet")?;
        self.hosts("trusted_proxies")?;
        self.clock()?;
        self.key_sweep_days()?;
        self.idle_days()?;
        self.readings()?;
        Ok(())
    }
    /// How the society reads what the law leaves open.
    /// # Errors
    /// Names the setting whose word is none, and the words that there are.
    pub fn readings(&self) -> anyhow::Result<Readings> {
        Ok(Readings {
            leave_end: self.word("leave_end_reading")?,
            annual_parts: self.word("annual_part_rounding")?,
        })
    }
    fn word<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<T> {
        serde_json::from_value(self.text(name).into()).map_err(|e| anyhow!("the setting {name}: {e}"))
    }
    /// Days for which a data key that nothing needs is only marked.
    /// # Errors
    /// When it is no whole number or more than ten years.
    pub fn key_sweep_days(&self) -> anyhow::Result<u32> {
        match self.number("key_sweep_days")? {
            days if days > KEY_SWEEP_DAYS_MOST => {
                bail!("the setting key_sweep_days is more than {KEY_SWEEP_DAYS_MOST} days")
            }
            days => Ok(days),
        }
    }
    /// `pool_size` and `caller_connections`, when they leave room for more than one caller.
    /// # Errors
    /// Says what to set.
    pub fn connections(&self) -> anyhow::Result<(u32, u32)> {
        let (pool, caller) = (self.number("pool_size")?, self.number("caller_connections")?);
        let least = caller.saturating_add(OWN_CONNECTIONS + 1);
        if caller == 0 {
            bail!(
                "the setting caller_connections is 0, so that nobody could ask anything: set it to 1 or more"
            );
        }
        if pool < least {
            bail!(
                "the setting pool_size is {pool}: the server itself holds {OWN_CONNECTIONS} connections and one caller up to \
                 {caller} (caller_connections), which leaves none for the others. Set pool_size (KENPO_POOL_SIZE) to at \
                 least {least}, or caller_connections lower"
            );
        }
        Ok((pool, caller))
    }
    /// A text.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }
    /// A text that must be there.
    /// # Errors
    /// Says which setting is missing.
    pub fn required(&self, name: &str) -> anyhow::Result<&str> {
        match self.text(name) {
            "" => bail!("the setting {name} (KENPO_{}) is missing", name.to_uppercase()),
            text => Ok(text),
        }
    }
    /// A whole number.
    /// # Errors
    /// When it is none.
    pub fn number(&self, name: &str) -> anyhow::Result<u32> {
        self.text(name).parse().with_context(|| format!("the setting {name} is no whole number"))
    }
    /// Days after which an id that nobody uses is locked.
    /// # Errors
    /// When it is not between 1 and 36500.
    pub fn idle_days(&self) -> anyhow::Result<u32> {
        let days = self.number("idle_days")?;
        anyhow::ensure!((1..=36_500).contains(&days), "the setting idle_days is not between 1 and 36500");
        Ok(days)
    }
    /// An address, `None` when empty.
    /// # Errors
    /// When it is none.
    pub fn address(&self, name: &str) -> anyhow::Result<Option<SocketAddr>> {
        match self.text(name) {
            "" => Ok(None),
            text => Ok(Some(text.parse().with_context(|| format!("the setting {name} is no address:port"))?)),
        }
    }
    /// Addresses by comma; none when empty.
    /// # Errors
    /// When one is none.
    pub fn hosts(&self, name: &str) -> anyhow::Result<Vec<IpAddr>> {
        let parts = self.text(name).split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|p| p.parse().with_context(|| format!("the setting {name}: {p} is no address"))).collect()
    }
    /// The clock that server and worker go by: real time, in a sandbox ahead of it by `clock_days`. They agree, and go on so after a
    /// restart.
    /// # Errors
    /// A mode that there is none of; a production that is to move its clock.
    pub fn clock(&self) -> anyhow::Result<Clock> {
        let days = i64::from(self.number("clock_days")?);
        if days > CLOCK_DAYS_MOST {
            bail!("the setting clock_days is more than {CLOCK_DAYS_MOST} days");
        }
        match self.text("mode") {
            "production" if days != 0 => bail!(
                "the setting clock_days moves the clock, which only a sandbox may: \
                 in production every day happens by real time (mode = \"production\"); take clock_days out"
            ),
            "production" | "sandbox" => {}
            other => bail!("the setting mode is {other:?}: production or sandbox"),
        }
        let clock = Clock::real();
        clock.set_offset(days * 86_400_000);
        Ok(clock)
    }
    /// With another value, for the demo and tests.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.insert(name, value.into());
        self
    }
}
/// Variables of the tools around kenpo that are no settings of it.
const FOREIGN: &[&str] = &[
    "SETTINGS",
    "PROVE",
    "BIN",
    "TOOLS_CACHE",
    "OPENAPI",
    "POSTMAN",
    "CHROMIUM",
    "READY_SECONDS",
    "BASE_URL",
];

fn set(values: &mut BTreeMap<&'static str, String>, name: &str, value: String) -> anyhow::Result<()> {
    let Some(setting) = SETTINGS.iter().find(|s| s.name == name) else {
        bail!("there is no setting called {name}")
    };
    values.insert(setting.name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::readings::{AnnualPartRounding, LeaveEndReading};
    fn read(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        Config::from_pairs(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }
    #[test]
    fn the_environment_wins_and_typos_are_errors() {
        let c = read(&[("KENPO_POOL_SIZE", "3"), ("DATABASE_URL", "postgres:///x")]).unwrap();
        assert_eq!(c.number("pool_size").unwrap(), 3);
        assert_eq!(c.text("database_url"), "postgres:///x");
        assert!(read(&[("KENPO_POOL_SISE", "3")]).is_err());
        assert!(read(&[("KENPO_POOL_SIZE", "many")]).is_err());
        assert!(read(&[("KENPO_LISTEN", "nowhere")]).is_err());
        assert!(read(&[("KENPO_TRUSTED_PROXIES", "10.0.0.1, proxy")]).is_err());
        let proxies =
            read(&[("KENPO_TRUSTED_PROXIES", "10.0.0.1, ::1")]).unwrap().hosts("trusted_proxies").unwrap();
        assert_eq!(proxies.len(), 2);
    }
    #[test]
    fn every_setting_is_read_from_the_file_and_from_the_environment() {
        let (mut table, mut env) = (BTreeMap::new(), Vec::new());
        for (n, s) in SETTINGS.iter().enumerate() {
            let (in_file, in_env) = match s.default.parse::<u32>() {
                Ok(number) => (number.to_string(), (number + 1).to_string()),
                Err(_) => match s.name {
                    "listen" | "listen_internet" => {
                        (format!("127.0.0.1:{}", 1 + n), format!("[::1]:{}", 1 + n))
                    }
                    "trusted_proxies" => ("10.0.0.1".into(), "10.0.0.2".into()),
                    "mode" => ("sandbox".into(), "sandbox".into()),
                    "leave_end_reading" => ("literal".into(), "practice".into()),
                    "annual_part_rounding" => ("sum".into(), "each_part".into()),
                    name => (format!("/file/{name}"), format!("/environment/{name}")),
                },
            };
            table.insert(s.name, in_file);
            env.push((format!("KENPO_{}", s.name.to_uppercase()), in_env));
        }
        let file = std::env::temp_dir().join(format!("kenpo-settings-{}.toml", std::process::id()));
        let line = |(name, value): (&&str, &String)| match value.parse::<u32>() {
            Ok(number) => format!("{name} = {number}\n"),
            Err(_) => format!("{name} = \"{value}\"\n"),
        };
        std::fs::write(&file, table.iter().map(line).collect::<String>()).unwrap();
        let place = ("KENPO_SETTINGS".to_owned(), file.to_str().unwrap().to_owned());
        let by_file = Config::from_pairs([place.clone()].into()).unwrap();
        for s in SETTINGS {
            assert_eq!(by_file.text(s.name), table[s.name], "{} from the file", s.name);
        }
        for (setting, pair) in SETTINGS.iter().zip(&env) {
            let config = Config::from_pairs([place.clone(), pair.clone()].into()).unwrap();
            assert_eq!(config.text(setting.name), pair.1, "{} from the environment", setting.name);
        }
        std::fs::remove_file(&file).unwrap();
    }
    #[test]
    fn a_pool_leaves_room_for_more_than_one_caller() {
        let connections = |pool: &str, caller: &str| {
            read(&[("KENPO_POOL_SIZE", pool), ("KENPO_CALLER_CONNECTIONS", caller)]).unwrap().connections()
        };
        assert_eq!(read(&[]).unwrap().connections().unwrap(), (12, 4));
        assert_eq!(connections("6", "1").unwrap(), (6, 1));
        assert!(connections("5", "1").unwrap_err().to_string().contains("at least 6"));
        assert!(connections("12", "0").is_err());
    }
    #[test]
    fn keys_that_nothing_needs_are_kept_ten_years_at_most() {
        let days = |days: &str| read(&[("KENPO_KEY_SWEEP_DAYS", days)]).and_then(|c| c.key_sweep_days());
        assert_eq!((days("7").unwrap(), days("0").unwrap(), days("3650").unwrap()), (7, 0, 3_650));
        assert!(days("3651").unwrap_err().to_string().contains("more than 3650 days"));
    }
    #[test]
    fn a_reading_of_the_law_is_a_known_word() {
        let readings = |pairs: &[(&str, &str)]| read(pairs).and_then(|c| c.readings());
        assert_eq!(readings(&[]).unwrap(), Readings::default());
        let set = [("KENPO_LEAVE_END_READING", "literal"), ("KENPO_ANNUAL_PART_ROUNDING", "sum")];
        let set = readings(&set).unwrap();
        assert_eq!((set.leave_end, set.annual_parts), (LeaveEndReading::Literal, AnnualPartRounding::Sum));
        for (name, wrong) in [("LEAVE_END_READING", "Literal"), ("ANNUAL_PART_ROUNDING", "")] {
            let said = read(&[(format!("KENPO_{name}").as_str(), wrong)]).unwrap_err().to_string();
            assert!(said.contains(&name.to_lowercase()) && said.contains("expected"), "{said}");
        }
    }
    #[test]
    fn only_a_sandbox_moves_its_clock() {
        let clock = |mode: &str, days: &str| {
            read(&[("KENPO_MODE", mode), ("KENPO_CLOCK_DAYS", days)]).and_then(|c| c.clock())
        };
        assert_eq!(clock("production", "0").unwrap().offset(), 0);
        assert_eq!(clock("sandbox", "130").unwrap().offset(), 130 * 86_400_000);
        assert!(clock("production", "1").unwrap_err().to_string().contains("only a sandbox may"));
        assert!(clock("demo", "0").unwrap_err().to_string().contains("production or sandbox"));
        assert!(clock("sandbox", "-1").is_err());
    }
    #[test]
    fn the_readme_shows_the_table() {
        let readme = include_str!("../README.md");
        for s in SETTINGS {
            let default = if s.default.is_empty() { String::new() } else { format!("`{}`", s.default) };
            let row = format!("| `{}` | {default} | {} |", s.name, s.about);
            assert!(readme.contains(&row), "README lacks: {row}");
        }
    }
}
