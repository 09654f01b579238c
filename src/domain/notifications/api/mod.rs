//! Operations on notifications, split by what people do.
mod bodies;
mod capabilities;
mod decide;
mod determination;
mod dry_run;
mod intake;
mod keyed;
mod leave_lines;
mod outcome;
mod pay_lines;
mod preview;
mod resubmit;
mod search;
mod submit;
mod views;
mod voluntary;
mod whereabouts;

use super::{Code, Finding, ParsedRow, Severity, kinds};
use crate::kernel::{FieldError, Kind, Problem, Routes};

pub use views::findings_json;

/// Routes of notifications.
pub fn routes(r: &mut Routes) {
    r.group("Notifications");
    capabilities::routes(r);
    submit::routes(r);
    keyed::routes(r);
    search::routes(r);
    decide::routes(r);
    preview::routes(r);
    voluntary::routes(r);
}
/// Kind of a row, also of one that was refused before its form was read.
pub fn kind_of(row: &ParsedRow) -> &'static str {
    match (row.kind.or_else(|| row.form.as_ref().map(super::Form::kind)), row.form_code) {
        (Some(kind), _) => kind,
        (None, Some(code)) => kinds::kind_of_code(code).unwrap_or("unknown"),
        (None, None) => "unknown",
    }
}
/// 422 for a file that was received before.
pub fn duplicate_file() -> Problem {
    let said = Code::DuplicateFile.message();
    Problem::new(Kind::FileRejected).because("E-DUPLICATE-FILE", said.ja, said.en)
}
/// Words of a code.
fn words(code: Code) -> (String, String) {
    let m = code.message();
    (m.ja.into(), m.en.into())
}
/// Findings of a row as places of a problem.
fn places(row: u32, finding: &Finding, is_json: bool, base: &str) -> Vec<FieldError> {
    let one = |pointer: Option<String>| FieldError {
        pointer,
        row: (!is_json).then_some(row),
        fields: finding.fields.clone(),
        code: finding.code.as_str().into(),
        said: words(finding.code),
    };
    if !is_json {
        return vec![one(None)];
    }
    let pointers: Vec<_> = finding.pointers().map(|p| one(Some(format!("{base}{p}")))).collect();
    if pointers.is_empty() { vec![one(Some(base.into()))] } else { pointers }
}
fn is_error(f: &Finding) -> bool {
    f.code.severity() == Severity::Error
}
