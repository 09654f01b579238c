//! One notification after its checks, from a row of a file or from an item of a JSON body.

use super::findings::{Code, Finding};
use super::kinds::Form;
use super::numbers::{CutNumbers, Slot};
use super::rules::{Checked, Disposition, RuleSettings, check_form};

/// 事業所整理記号・事業所番号 of a row or a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct PensionOffice {
    /// 都道府県コード of the pension office (not the JIS code).
    pub prefecture: String,
    /// 郡市区符号.
    pub city: String,
    /// 事業所記号.
    pub symbol: String,
    /// 事業所番号; rows of some forms have none.
    pub number: Option<String>,
}

/// A notification with everything the checks say of it.
#[derive(Debug)]
pub struct ParsedRow {
    /// The place among the rows or items, from 1.
    pub row: u32,
    /// The line of the file, from 1; 0 for JSON.
    pub line: u32,
    /// Kind of form, of one that came as JSON; stays when the row is refused.
    pub kind: Option<&'static str>,
    /// 届書コード, when it is a known one.
    pub form_code: Option<&'static str>,
    /// 被保険者整理番号, when it is one.
    pub office_number: Option<String>,
    /// The office the row names.
    pub office: Option<PensionOffice>,
    /// The facts; none when the row is refused.
    pub form: Option<Form>,
    /// The numbers cut out; none when the row is refused.
    pub numbers: CutNumbers,
    /// A number stood in a place for one, right or wrong, also when the row is refused.
    pub had_number: bool,
    /// The returned notification that it corrects, as the employer names it or as the file tells.
    pub resubmission_of: Option<uuid::Uuid>,
    /// What the checks say.
    pub findings: Vec<Finding>,
    /// What becomes of it.
    pub disposition: Disposition,
}

impl ParsedRow {
    /// A form that came as JSON: normalised and checked. `mistyped` are the places whose number has a wrong check digit.
    /// Duplicates among several are marked by [`super::mark_duplicates`].
    pub fn from_form(
        row: u32,
        form: Form,
        (numbers, mistyped): (CutNumbers, &[Slot]),
        settings: &RuleSettings,
    ) -> Self {
        let form = form.normalised();
        let slots: Vec<Slot> =
            numbers.iter().map(|(slot, _)| *slot).chain(mistyped.iter().copied()).collect();
        let checked = check_form(&form, &slots, settings);
        let mut parsed = Self {
            row,
            line: 0,
            kind: Some(form.kind()),
            form_code: form.form_code(),
            office_number: None,
            office: None,
            form: Some(form),
            had_number: !slots.is_empty(),
            numbers,
            resubmission_of: None,
            findings: Vec::new(),
            disposition: Disposition::Accepted,
        };
        parsed.settle(checked);
        for slot in mistyped {
            parsed.refuse(Finding::at(Code::MynumberCheckDigit, [slot.key()]));
        }
        parsed
    }

    /// Takes what the rules say.
    pub(super) fn settle(&mut self, checked: Checked) {
        self.disposition = checked.disposition();
        self.findings = checked.findings;
        let number_of =
            |form: &Form| form.office_number().filter(|text| is_office_number(text)).map(str::to_owned);
        self.office_number = self.office_number.take().or_else(|| self.form.as_ref().and_then(number_of));
        self.forget_if_refused();
    }

    /// Refuses the row for a clash with another.
    pub(super) fn refuse(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.disposition = Disposition::Rejected;
        self.forget_if_refused();
    }

    /// A refused form is kept nowhere, nor any number that stood in the wrong place of it.
    fn forget_if_refused(&mut self) {
        if self.disposition == Disposition::Rejected {
            self.form = None;
            self.numbers.clear();
        }
    }
}

/// 被保険者整理番号: one to six digits.
pub(super) fn is_office_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
