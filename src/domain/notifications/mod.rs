//! 届出 — notifications: intake of 資格取得届, 資格喪失届, 被扶養者(異動)届, 算定基礎届, 月額変更届 and 賞与支払届 as JSON and as
//! files, and as JSON the forms of maternity and childcare leaves, 報酬訂正届, 賞与訂正届, 賞与不支給報告書, 二以上事業所勤務届, those of 任意継続 and those that correct
//! or change records: 取消届, 訂正届, 氏名・住所変更届 (健康保険法
//! 第3条, 第37条, 第38条, 第48条, 施行規則 第1条の3, 第24条–第27条, 第29条, 第37条, 第38条, 第135条, 第135条の2).

mod api;
mod apply;
mod cases;
mod codes;
mod correction_bodies;
mod correction_forms;
mod csv;
mod dependent_body;
mod duplicates;
mod findings;
mod form_bodies;
mod form_text;
mod forms;
mod kinds;
mod layout;
mod leave_forms;
mod model;
mod no_bonus_form;
mod numbers;
mod office_forms;
mod pay_forms;
mod record_bodies;
mod record_forms;
mod rows;
mod rules;
mod runs;
mod store;
mod voluntary_forms;

pub use cases::concerns;
pub use codes::*;
pub use correction_forms::{BonusCorrection, RemunerationCorrection};
pub use csv::{FILE_TOO_LARGE, FileError, FileResult, OfficeRef, ParsedFile, parse_file};
pub use duplicates::mark_duplicates;
pub use findings::{Code, Finding, Message, Severity};
pub use forms::{Acquisition, Address, DependentChange, Loss, OtherEntry, Overseas, SpouseEntry};
pub use kinds::{Form, NotificationKind};
pub use layout::{Attachment, AttachmentBasis, FormOnDate, NumberRule, Profile, form_on, forms_on, kind_on};
pub use leave_forms::{
    ChildcareLeaveEnd, ChildcareLeaveReport, LeaveApplication, LeaveCorrection, LeaveEndRevisionReport,
    MaternityLeaveChange, MaternityLeaveReport,
};
pub use no_bonus_form::NoBonusReport;
pub use numbers::{CutNumbers, Slot};
pub use office_forms::TwoOfficeReport;
pub use pay_forms::{BonusReport, RegularReport, ReportedMonth, RevisionReport};
pub use record_forms::{
    AcquisitionCancellation, AddressChangeReport, BirthDateCorrection, LossCancellation, NameChangeReport,
    QualificationDateCorrection,
};
pub use rows::{ParsedRow, PensionOffice};
pub use rules::{CharacterMode, Checked, Disposition, EraMode, RuleSettings, check_form};
pub use runs::{
    CreateRegularDeterminationRun, DETERMINE, Roof, resume as resume_determination, work as determine,
};
pub use voluntary_forms::{BranchNumber, ContinuedLossReason, VoluntaryApplication, VoluntaryLoss};

/// Operations of this module.
pub fn routes(r: &mut crate::kernel::Routes) {
    api::routes(r);
    runs::routes(r);
}
