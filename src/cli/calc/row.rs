//! Rows of a case file, read by the name of the column.
use crate::values::{month::Month, yen::Yen};
use anyhow::Context;
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// Why a row has no result: the column and what is wrong with it. Never the value.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault(pub String);
/// A fault of a column.
pub fn fault(column: &str, what: &str) -> Fault {
    Fault(format!("{column}: {what}"))
}

/// A file: its columns by name, and its rows.
pub struct Sheet {
    columns: HashMap<String, usize>,
    width: usize,
    rows: Vec<Vec<String>>,
}
impl Sheet {
    /// Reads comma-separated text, leaving out lines that start with `#`.
    /// # Errors
    /// There is no header, or a quoted field has no end.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let mut lines = records(text.trim_start_matches('\u{feff}'))?.into_iter();
        let header = lines.next().context("the file has no header")?;
        let columns = header.iter().enumerate().map(|(i, name)| (name.clone(), i)).collect();
        Ok(Self { columns, width: header.len(), rows: lines.collect() })
    }
    /// # Errors
    /// A column is missing.
    pub fn require(&self, names: &[&str]) -> anyhow::Result<()> {
        for name in ["id"].iter().chain(names) {
            anyhow::ensure!(self.columns.contains_key(*name), "the header lacks the column {name}");
        }
        Ok(())
    }
    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row { sheet: self, fields })
    }
}
/// Records of RFC 4180: fields may be quoted, quotes doubled, and a quoted field may hold line breaks.
fn records(text: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let mut out = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut whole = line.to_owned();
        while whole.matches('"').count() % 2 == 1 {
            whole.push('\n');
            whole.push_str(lines.next().context("a quoted field has no end")?);
        }
        out.push(fields(&whole));
    }
    Ok(out)
}
fn fields(line: &str) -> Vec<String> {
    let (mut out, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => out.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    out.push(field);
    out
}

/// One case.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    fields: &'a [String],
}
impl<'a> Row<'a> {
    /// What the case is called.
    pub fn id(self) -> &'a str {
        self.text("id")
    }
    /// The row, when it has as many fields as the header.
    /// # Errors
    /// It has more or fewer.
    pub fn whole(self) -> Result<Self, Fault> {
        if self.fields.len() == self.sheet.width {
            Ok(self)
        } else {
            Err(fault("row", "wrong number of fields"))
        }
    }
    /// The text of a column, as it stands.
    pub fn text(self, column: &str) -> &'a str {
        self.sheet.columns.get(column).and_then(|i| self.fields.get(*i)).map_or("", String::as_str)
    }
    /// A column that may be empty, read by `read`.
    pub fn maybe<T>(
        self,
        column: &str,
        read: fn(Self, &str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        if self.text(column).is_empty() { Ok(None) } else { read(self, column).map(Some) }
    }
    /// Whole yen, not negative.
    pub fn yen(self, column: &str) -> Result<Yen, Fault> {
        yen(column, self.text(column))
    }
    /// A count that the type holds.
    pub fn number<T: std::str::FromStr>(self, column: &str) -> Result<T, Fault> {
        number(column, self.text(column))
    }
    /// `YYYY-MM-DD`.
    pub fn date(self, column: &str) -> Result<NaiveDate, Fault> {
        date(column, self.text(column))
    }
    /// `YYYY-MM`.
    pub fn month(self, column: &str) -> Result<Month, Fault> {
        self.text(column).parse().map_err(|_| fault(column, "not a month"))
    }
    /// `Y` or `N`.
    pub fn flag(self, column: &str) -> Result<bool, Fault> {
        match self.text(column) {
            "Y" => Ok(true),
            "N" => Ok(false),
            _ => Err(fault(column, "not Y or N")),
        }
    }
    /// One of the words of an enum.
    pub fn word<T: DeserializeOwned>(self, column: &str) -> Result<T, Fault> {
        serde_json::from_value(self.text(column).into()).map_err(|_| fault(column, "not one of the words"))
    }
    /// Parts of a list, each read by `read`.
    pub fn list<T>(
        self,
        column: &str,
        between: char,
        read: impl Fn(&str, &str) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.text(column).split(between).map(|part| read(column, part)).collect()
    }
}
/// Whole yen, not negative.
pub fn yen(column: &str, text: &str) -> Result<Yen, Fault> {
    Yen::parse(text).ok_or_else(|| fault(column, "not an amount of 0 to 9999999999 yen"))
}
/// ASCII digits that the type holds.
pub fn number<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, Fault> {
    let is_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten().ok_or_else(|| fault(column, "not a number in range"))
}
/// `YYYY-MM-DD`.
pub fn date(column: &str, text: &str) -> Result<NaiveDate, Fault> {
    let is_shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    is_shaped.then(|| text.parse().ok()).flatten().ok_or_else(|| fault(column, "not a day of the calendar"))
}
