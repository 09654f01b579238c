//! 届書ファイル — notification files SHFD0006.CSV and KPFD0006.CSV, from bytes to checked rows.
//!
//! Stages: bytes → lines → header records → per row: form, field count, characters, fields, relations → rows
//! against each other. Each stage runs only on what passed the one before. Nothing that leaves here holds the
//! digits of a personal number outside [`crate::values::personal_number::PersonalNumber`].

mod charset;
mod fields;
mod header;
mod lines;
mod row;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod traps;

use chrono::NaiveDate;
use serde::Serialize;

pub(super) use row::locate;

use super::duplicates::mark_duplicates;
use super::findings::{Code, Finding, Severity};
use super::layout::Profile;
use super::rows::{ParsedRow, PensionOffice};
use super::rules::{Disposition, RuleSettings};

/// From this size on a file cannot be filed (仕様書: 4.5MB).
pub const FILE_TOO_LARGE: usize = 4_500_000;

/// The office a file speaks for, as its header records name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfficeRef {
    /// 健保組合の事業所番号 (KPFD).
    pub society_number: Option<String>,
    /// 事業所整理記号・事業所番号 (SHFD).
    pub pension: Option<PensionOffice>,
}

/// A file that could be read; its rows may still be refused one by one.
#[derive(Debug)]
pub struct ParsedFile {
    /// Family and edition of the records.
    pub profile: Profile,
    /// 媒体通番 001–999.
    pub media_sequence: u16,
    /// 作成年月日.
    pub made_on: NaiveDate,
    /// The office of 事業所情報.
    pub office: OfficeRef,
    /// The data records in order.
    pub rows: Vec<ParsedRow>,
    /// Warnings about the file as a whole.
    pub findings: Vec<Finding>,
}

/// What becomes of a file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileResult {
    /// No row was refused.
    Accepted,
    /// Some rows were refused.
    PartiallyAccepted,
    /// Every row, or the file itself, was refused.
    Rejected,
}

impl ParsedFile {
    /// What becomes of the file.
    pub fn result(&self) -> FileResult {
        match self.count(Disposition::Rejected) {
            0 => FileResult::Accepted,
            refused if refused == self.rows.len() => FileResult::Rejected,
            _ => FileResult::PartiallyAccepted,
        }
    }

    /// How many rows have a disposition.
    pub fn count(&self, disposition: Disposition) -> usize {
        self.rows.iter().filter(|row| row.disposition == disposition).count()
    }

    /// How many findings, of the file and of its rows, are not errors.
    pub fn warnings(&self) -> usize {
        let findings = self.findings.iter().chain(self.rows.iter().flat_map(|row| &row.findings));
        findings.filter(|finding| finding.code.severity() != Severity::Error).count()
    }
}

/// Why a file is refused as a whole. Says where, never what stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// What is wrong.
    pub code: Code,
    /// The line, from 1, when it is about one.
    pub line: Option<u32>,
    /// The fields of the line, from 1.
    pub fields: Vec<u16>,
}

impl FileError {
    /// The line of the office's own record.
    pub const OFFICE_LINE: u32 = 4;

    const fn whole(code: Code) -> Self {
        Self { code, line: None, fields: Vec::new() }
    }
}

/// Reads and checks a notification file.
///
/// Takes the bytes as they came, the name they came under (its family must agree with the header when it is
/// one of the exchange names) and the settings. Gives the rows with their findings, or the error that refuses
/// the whole file. Source: 届書作成仕様書 16.2.
pub fn parse_file(
    bytes: &[u8],
    file_name: Option<&str>,
    settings: &RuleSettings,
) -> Result<ParsedFile, FileError> {
    if bytes.len() >= FILE_TOO_LARGE {
        return Err(FileError::whole(Code::FileTooLarge));
    }
    charset::refuse_other_encodings(bytes)?;
    let lines = lines::split(bytes)?;
    let (head, body) = header::split(&lines.lines)?;
    let header = header::read(head, file_name)?;
    if body.is_empty() {
        return Err(FileError::whole(Code::Count));
    }
    let mut rows: Vec<ParsedRow> =
        (1u32..).zip(body).map(|(no, line)| row::read(no, line, &header, settings)).collect();
    mark_duplicates(&mut rows);
    rows.iter_mut().for_each(|row| locate(row, header.profile, settings));
    let mut findings = Vec::new();
    if lines.has_other_ends {
        findings.push(Finding::at(Code::MixedLineEnds, []));
    }
    if lines.has_trailer {
        findings.push(Finding::at(Code::Trailing, []));
    }
    let header::Header { profile, media_sequence, made_on, office } = header;
    Ok(ParsedFile { profile, media_sequence, made_on, office, rows, findings })
}
