//! `kenpo calc FAMILY FILE.csv`: works the rows of a file through a rule, so that anybody can hold the law of this program against cases of
//! their own. `vectors/README.md` says what the columns mean.
mod families;
mod row;
#[cfg(test)]
mod tests;
mod work;

use anyhow::Context;
use families::FAMILIES;
use row::Sheet;
use std::{fmt::Write, path::PathBuf};

/// What to calculate.
#[derive(clap::Args)]
pub struct CalcOptions {
    /// Which rule: the name of a file in vectors/, such as regular_determination.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(FAMILIES.iter().map(|f| f.name)))]
    family: String,
    /// The cases: a header, then rows; lines that start with # and columns that start with exp_ are not read.
    file: PathBuf,
}

/// What came out of a file.
pub struct Answer {
    /// CSV: id, the expected columns as computed, and `error` when a row has one.
    pub text: String,
    /// A row was malformed.
    pub has_errors: bool,
}
/// Works a file through.
/// # Errors
/// The file can't be read, or its header lacks a column.
pub fn calc(options: &CalcOptions) -> anyhow::Result<Answer> {
    let text = std::fs::read_to_string(&options.file).with_context(|| options.file.display().to_string())?;
    answer(&options.family, &text)
}
fn answer(family: &str, text: &str) -> anyhow::Result<Answer> {
    let family = FAMILIES.iter().find(|f| f.name == family).context("no such family")?;
    let sheet = Sheet::read(text)?;
    sheet.require(family.inputs)?;
    let results: Vec<_> =
        sheet.rows().map(|row| (row.id().to_owned(), row.whole().and_then(family.work))).collect();
    let has_errors = results.iter().any(|(_, result)| result.is_err());
    let mut out = format!("id,{}{}\n", family.outputs.join(","), if has_errors { ",error" } else { "" });
    for (id, result) in results {
        let (cells, error) = match result {
            Ok(cells) => (cells, String::new()),
            Err(fault) => (vec![String::new(); family.outputs.len()], fault.0),
        };
        let end = if has_errors { format!(",{}", quoted(&error)) } else { String::new() };
        writeln!(out, "{},{}{end}", quoted(&id), cells.join(","))?;
    }
    Ok(Answer { text: out, has_errors })
}
/// A cell as RFC 4180 writes it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.into()
    }
}
