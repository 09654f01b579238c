//! 届書の種別 — the kinds of form in one table, and what each kind says of itself.
//!
//! A new kind is a struct with its [`FormBody`], a line in the table below, a line in `layouts/forms_by_date.json` and what accepting it
//! does (`apply/decision.rs`).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::correction_forms::{BonusCorrection, RemunerationCorrection};
use super::forms::{Acquisition, DependentChange, Loss};
use super::leave_forms::{
    ChildcareLeaveEnd, ChildcareLeaveReport, LeaveCorrection, LeaveEndRevisionReport, MaternityLeaveChange,
    MaternityLeaveReport,
};
use super::no_bonus_form::NoBonusReport;
use super::numbers::Slot;
use super::office_forms::TwoOfficeReport;
use super::pay_forms::{BonusReport, RegularReport, RevisionReport};
use super::record_forms::{
    AcquisitionCancellation, AddressChangeReport, BirthDateCorrection, LossCancellation, NameChangeReport,
    QualificationDateCorrection,
};
use super::rules::{Checked, RuleSettings};
use super::voluntary_forms::{VoluntaryApplication, VoluntaryLoss};
use crate::values::month::Month;

/// The texts of a form, each under its field key.
pub(super) type Texts<'a> = Vec<(&'static str, &'a str)>;

/// 記号 and 番号.
pub(super) type Card<'a> = (&'a str, &'a str);

/// What every form says of the insured person whom it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    /// 被保険者整理番号.
    pub office_number: Option<&'a str>,
    /// 被保険者証番号(健保組合).
    pub insured_number: Option<&'a str>,
    /// Reading.
    pub name_kana: &'a str,
    /// The reading as received, where it differs.
    pub name_kana_raw: Option<&'a str>,
    /// Name as received.
    pub name: Option<&'a str>,
    /// Day of birth.
    pub birth_on: NaiveDate,
}
/// The texts of a head, to be brought into their stored form.
pub(super) struct HeadTexts<'a> {
    /// Texts that are absent when they are empty.
    pub optional: Vec<&'a mut Option<String>>,
    /// Reading.
    pub name_kana: &'a mut String,
    /// The reading as received.
    pub name_kana_raw: &'a mut Option<String>,
}
/// A form and the insured person whom it names; one about an office names nobody.
pub(super) trait Headed {
    /// Whom it names.
    fn head(&self) -> Option<Head<'_>>;
    /// The texts that name the person.
    fn head_texts(&mut self) -> Option<HeadTexts<'_>>;
}
/// The time that a form about pay is about: it may come after the loss of cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayTime {
    /// 適用年月・改定年月: the first month of the standard remuneration.
    From(Month),
    /// The month of an acquisition.
    Acquired(Month),
    /// 賞与支払年月日.
    Paid(NaiveDate),
    /// The first day at another office.
    Began(NaiveDate),
}
impl PayTime {
    /// The day by which the cover had begun.
    pub fn day(self) -> NaiveDate {
        match self {
            Self::From(month) => month.first_day(),
            Self::Acquired(month) => month.last_day(),
            Self::Paid(day) | Self::Began(day) => day,
        }
    }
    /// The field that states it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::From(_) | Self::Acquired(_) => "applies_from",
            Self::Paid(_) => "paid_on",
            Self::Began(_) => "starts_on",
        }
    }
}
/// What a kind of form says of itself beyond whom it names.
pub(super) trait FormBody: Headed {
    /// What tells several forms of one kind and person apart that may wait at once: 適用年月, 改定年月, 支払年月日, 開始年月日 …;
    /// empty where only one may wait.
    fn period(&self) -> String {
        String::new()
    }
    /// 記号・番号, of a form that names its person by them and not as somebody of the employer that files.
    fn card(&self) -> Option<Card<'_>> {
        None
    }
    /// Of a form about pay: the time that it is about. It may be filed for cover that is over.
    fn pay_time(&self) -> Option<PayTime> {
        None
    }
    /// Brings its own texts into the form they are stored in; once, on what a caller sent.
    fn tidy(&mut self) {}
    /// Its own texts, each under its field key: what is left out here is looked at by nobody, so every form says it.
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>);
    /// The shape of its own items: lengths, digits, amounts.
    fn check_shape(&self, _checked: &mut Checked) {}
    /// The relations between its items, under the settings of the day; `slots` are the places of the numbers that came with it.
    fn check(&self, checked: &mut Checked, slots: &[Slot], settings: &RuleSettings);
}
/// The head of a form whose struct has its fields.
macro_rules! headed {
    ($name:ident) => {
        impl crate::domain::notifications::kinds::Headed for $name {
            fn head(&self) -> Option<crate::domain::notifications::kinds::Head<'_>> {
                Some(crate::domain::notifications::kinds::Head {
                    office_number: self.office_number.as_deref(),
                    insured_number: self.insured_number.as_deref(),
                    name_kana: &self.name_kana,
                    name_kana_raw: self.name_kana_raw.as_deref(),
                    name: self.name.as_deref(),
                    birth_on: self.birth_on,
                })
            }
            fn head_texts(&mut self) -> Option<crate::domain::notifications::kinds::HeadTexts<'_>> {
                Some(crate::domain::notifications::kinds::HeadTexts {
                    optional: vec![&mut self.office_number, &mut self.insured_number, &mut self.name],
                    name_kana: &mut self.name_kana,
                    name_kana_raw: &mut self.name_kana_raw,
                })
            }
        }
    };
}
pub(super) use headed;

/// The table: variant, struct, kind as JSON and the database name it, 届書コード of its file layout where it has one.
macro_rules! forms {
    ($($(#[$doc:meta])* $variant:ident($body:ident) = $kind:literal $(, code $code:literal)?;)*) => {
        /// One notification form; `kind` tells which.
        // A dependent change is twice as large as the others; a box would only move the cost to every reader.
        #[allow(clippy::large_enum_variant)]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Form { $($(#[$doc])* $variant($body),)* }

        /// Kind of form.
        #[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
        #[serde(rename_all = "snake_case")]
        pub enum NotificationKind { $($(#[$doc])* $variant,)* }

        impl NotificationKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The kind, as JSON and the database name it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $kind,)* }
            }
        }
        impl Form {
            /// The kind, as JSON and the database name it.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }
            /// 届書コード of files; none for a form that comes as JSON alone.
            pub const fn form_code(&self) -> Option<&'static str> {
                match self { $(Self::$variant(_) => code!($($code)?),)* }
            }
            /// Reads a form of a kind out of JSON without `kind`; `None` when there is no such kind.
            pub(super) fn read(kind: &str, fields: Value) -> Option<Result<Self, serde_path_to_error::Error<serde_json::Error>>> {
                Some(match kind {
                    $($kind => serde_path_to_error::deserialize(fields).map(Self::$variant),)*
                    _ => return None,
                })
            }
            pub(super) fn body(&self) -> &dyn FormBody {
                match self { $(Self::$variant(form) => form,)* }
            }
            pub(super) fn body_mut(&mut self) -> &mut dyn FormBody {
                match self { $(Self::$variant(form) => form,)* }
            }
        }
        /// The kind of a 届書コード.
        pub(super) fn kind_of_code(code: &str) -> Option<&'static str> {
            $($(if code == $code { return Some($kind); })?)*
            None
        }
        /// Name of the struct, kind and schema of each form, in the order of the table.
        pub(super) fn schemas() -> Vec<(&'static str, &'static str, RefOr<Schema>)> {
            vec![$((stringify!($body), $kind, $body::schema()),)*]
        }
        /// Everything that the schemas of the forms refer to.
        pub(super) fn push_parts(all: &mut Vec<(String, RefOr<Schema>)>) {
            $(<$body as ToSchema>::schemas(all);)*
        }
    };
}
macro_rules! code {
    () => {
        None
    };
    ($code:literal) => {
        Some($code)
    };
}

forms! {
    /// 被保険者資格取得届 (健康保険法施行規則 第24条).
    QualificationAcquisition(Acquisition) = "qualification_acquisition", code "2200700";
    /// 被保険者資格喪失届 (同 第29条).
    QualificationLoss(Loss) = "qualification_loss", code "2201700";
    /// 被扶養者(異動)届 (同 第38条).
    DependentChange(DependentChange) = "dependent_change", code "2202700";
    /// 被保険者報酬月額算定基礎届 (同 第25条).
    RegularReport(RegularReport) = "regular_report", code "2225700";
    /// 被保険者報酬月額変更届 (同 第26条).
    RevisionReport(RevisionReport) = "revision_report", code "2221700";
    /// 被保険者賞与支払届 (同 第27条).
    BonusReport(BonusReport) = "bonus_report", code "2265700";
    /// 産前産後休業取得者申出書 (同 第135条の2).
    MaternityLeaveReport(MaternityLeaveReport) = "maternity_leave_report";
    /// 産前産後休業取得者変更(終了)届 (同 第135条の2).
    MaternityLeaveChange(MaternityLeaveChange) = "maternity_leave_change";
    /// 育児休業等取得者申出書 (同 第135条).
    ChildcareLeaveReport(ChildcareLeaveReport) = "childcare_leave_report";
    /// 育児休業等取得者終了届 (同 第135条).
    ChildcareLeaveEnd(ChildcareLeaveEnd) = "childcare_leave_end";
    /// 休業取得者申出書訂正・取消届.
    LeaveCorrection(LeaveCorrection) = "leave_correction";
    /// 産前産後休業終了時・育児休業等終了時報酬月額変更届 (同 第26条の2, 第26条の3).
    LeaveEndRevisionReport(LeaveEndRevisionReport) = "leave_end_revision_report";
    /// 報酬訂正届 (同 第25条, 第26条).
    RemunerationCorrection(RemunerationCorrection) = "remuneration_correction";
    /// 賞与訂正届 (同 第27条).
    BonusCorrection(BonusCorrection) = "bonus_correction";
    /// 賞与不支給報告書 (同 第27条): about an office and a month, and nobody.
    NoBonusReport(NoBonusReport) = "no_bonus_report";
    /// 被保険者所属選択・二以上事業所勤務届 (同 第1条の3, 第37条).
    TwoOfficeReport(TwoOfficeReport) = "two_office_report";
    /// 任意継続被保険者・特例退職被保険者資格取得申出書 (同 第42条).
    VoluntaryApplication(VoluntaryApplication) = "voluntary_application";
    /// 任意継続被保険者・特例退職被保険者資格喪失申出書 (健康保険法 第38条).
    VoluntaryLoss(VoluntaryLoss) = "voluntary_loss";
    /// 被保険者資格取得取消届.
    AcquisitionCancellation(AcquisitionCancellation) = "acquisition_cancellation";
    /// 被保険者資格喪失取消届.
    LossCancellation(LossCancellation) = "loss_cancellation";
    /// 被保険者資格取得・喪失年月日訂正届.
    QualificationDateCorrection(QualificationDateCorrection) = "qualification_date_correction";
    /// 被保険者生年月日訂正届.
    BirthDateCorrection(BirthDateCorrection) = "birth_date_correction";
    /// 被保険者氏名変更(訂正)届 (同 第28条, 第36条).
    NameChangeReport(NameChangeReport) = "name_change_report";
    /// 被保険者住所変更届 (同 第28条の2).
    AddressChangeReport(AddressChangeReport) = "address_change_report";
}

impl Form {
    /// Is the form taken for an office? Those of 任意継続 are for the society's own alone; what an employer notifies of its employees is
    /// for employers alone; the others are for both.
    pub(super) fn is_taken_for(&self, is_own_office: bool) -> bool {
        is_taken_for(self.kind(), is_own_office)
    }
}
/// As [`Form::is_taken_for`], by the kind.
pub(super) fn is_taken_for(kind: &str, is_own_office: bool) -> bool {
    match kind {
        "voluntary_application" | "voluntary_loss" => is_own_office,
        "qualification_acquisition"
        | "qualification_loss"
        | "regular_report"
        | "revision_report"
        | "bonus_report"
        | "maternity_leave_report"
        | "maternity_leave_change"
        | "childcare_leave_report"
        | "childcare_leave_end"
        | "leave_correction"
        | "leave_end_revision_report"
        | "remuneration_correction"
        | "bonus_correction"
        | "no_bonus_report"
        | "two_office_report"
        | "acquisition_cancellation"
        | "loss_cancellation"
        | "qualification_date_correction" => !is_own_office,
        _ => true,
    }
}
