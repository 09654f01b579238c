//! What stands against a correction: for staff with what to decide first, for the employer as far as it is its own affair.
use super::super::super::{Code, Finding, Form};
use crate::{
    domain::{dependents::DependentFault, remuneration::PayFault},
    kernel::Problem,
};

/// What stands against a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// No cover of the person there is as the form says.
    CoverNotFound,
    /// A loss by form stands on the acquisition.
    LossStands,
    /// A cover that rests on this one (任意継続) stands.
    RestingCover,
    /// Another cover has days of it.
    Overlaps,
    /// The person is somebody's dependent on days of it.
    StillDependent,
    /// The loss came with the 75th birthday as it is recorded.
    LostAt75,
    /// The cover would begin on the 75th birthday or later.
    Aged75,
    /// The cover would begin on the day of birth or before.
    BeforeBirth,
    /// The employer is not known on the first day.
    BeforeEmployer,
    /// A dependent was recognised or removed before the first day.
    Dependent,
    /// A dependent is covered elsewhere on days that are new.
    DependentElsewhere,
    /// A dependent was recognised before the birth, or at 75 or later.
    DependentLife,
    /// No dependent with that 枝番.
    DependentNotFound,
    /// Standard remuneration, a bonus or a leave.
    Pay(PayFault),
    /// The person is not recorded any more as the form names it: another correction came first.
    OtherIdentity,
    /// It is recorded like that.
    NothingNew,
    /// The day lies before the cover.
    OutsideCover,
}
impl From<DependentFault> for Against {
    fn from(fault: DependentFault) -> Self {
        match fault {
            DependentFault::OutsideCover => Self::Dependent,
            DependentFault::Elsewhere => Self::DependentElsewhere,
            DependentFault::OutsideLife => Self::DependentLife,
        }
    }
}
impl Against {
    /// The refusal of a decision, with what to decide first.
    pub fn problem(self) -> Problem {
        let (code, ja, en) = match self {
            Self::CoverNotFound => (
                "cover-not-found",
                "届書の年月日の資格は記録されていません",
                "No cover with the days on the form is recorded",
            ),
            Self::LossStands => (
                "loss-stands",
                "資格喪失届が処理されています。先に資格喪失取消届を処理してください",
                "A loss is recorded: decide its cancellation first",
            ),
            Self::RestingCover => (
                "resting-cover-stands",
                "この資格に基づく任意継続の資格があります。先にその取消を処理してください",
                "Voluntary continuation rests on this cover: decide its end first",
            ),
            Self::Overlaps => (
                "cover-overlaps",
                "その期間に他の被保険者期間があります。先にその届出を処理してください",
                "Another cover has days of it: decide that cover first",
            ),
            Self::StillDependent => (
                "still-dependent",
                "その期間に被扶養者です。先に被扶養者(異動)届(非該当)を処理してください",
                "The person is a dependent on days of it: decide the removal first",
            ),
            Self::LostAt75 => (
                "lost-at-75",
                "75歳到達による喪失です。生年月日に誤りがあるときは生年月日訂正届を処理してください",
                "Cover was lost at 75: when the day of birth is wrong, decide its correction",
            ),
            Self::Aged75 => (
                "aged-75-at-acquisition",
                "資格取得日に75歳以上になります。先に資格取得取消届を処理してください",
                "The person would be 75 on the day of acquisition: decide the cancellation of the acquisition first",
            ),
            Self::BeforeBirth => (
                "acquired-before-birth",
                "資格取得日が生年月日より後になりません",
                "The day of acquisition would not lie after the birth",
            ),
            Self::BeforeEmployer => (
                "employer-not-covered",
                "その日に適用事業所ではありません",
                "The employer is not covered on that day",
            ),
            Self::Dependent => (
                "dependent-outside-cover",
                "訂正後の資格取得日より前の認定または削除があります。先に被扶養者(異動)届を処理してください",
                "A dependent was recognised or removed before the right first day: decide that first",
            ),
            Self::DependentElsewhere => (
                "dependent-covered-elsewhere",
                "被扶養者が訂正後の期間に他の資格を持っています。先にその届出を処理してください",
                "A dependent is covered elsewhere on days that are new: decide that first",
            ),
            Self::DependentLife => (
                "dependent-outside-life",
                "認定日が訂正後の生年月日より前、または75歳以後になります。先に被扶養者(異動)届を処理してください",
                "The dependent would be recognised before the birth, or at 75 or later: decide that first",
            ),
            Self::DependentNotFound => (
                "dependent-not-found",
                "この枝番の被扶養者はいません",
                "There is no dependent with this 枝番",
            ),
            Self::Pay(PayFault::Decision) => (
                "decision-stands",
                "訂正後の資格期間では成り立たない標準報酬月額の決定があります。先にその訂正を処理してください",
                "A decision of standard remuneration would not hold for the right cover: correct it first",
            ),
            Self::Pay(PayFault::Bonus) => (
                "bonus-outside-cover",
                "訂正後の資格期間の外または他の資格と同じ月の賞与があります。先にその訂正を処理してください",
                "A bonus lies outside the right cover or in a month of another one: correct it first",
            ),
            Self::Pay(PayFault::Leave) => (
                "leave-outside-cover",
                "訂正後の資格取得日より前に始まる休業があります。先にその届出を処理してください",
                "A leave begins before the right first day: decide that first",
            ),
            Self::OtherIdentity => (
                "identity-differs",
                "届書の氏名・生年月日が現在の記録と異なります",
                "The person is recorded with another name or day of birth than the form names",
            ),
            Self::NothingNew => ("nothing-new", "記録どおりです", "It is recorded like that already"),
            Self::OutsideCover => {
                ("outside-cover", "資格取得日より前の日付です", "The day lies before the cover of the person")
            }
        };
        Problem::conflict(code, ja, en)
    }
    /// What the employer is told when it files; nothing of what is recorded elsewhere.
    pub fn finding(self, form: &Form) -> Option<Finding> {
        let code = match self {
            Self::Overlaps | Self::StillDependent | Self::DependentElsewhere | Self::RestingCover => {
                return None;
            }
            Self::CoverNotFound | Self::OtherIdentity | Self::DependentNotFound => Code::PersonNotFound,
            Self::LossStands | Self::LostAt75 | Self::Dependent | Self::Pay(_) => Code::StandsAgainst,
            Self::Aged75 => Code::Aged75,
            Self::BeforeBirth | Self::DependentLife => Code::DateRelation,
            Self::BeforeEmployer | Self::OutsideCover => Code::OutsideCover,
            Self::NothingNew => Code::NothingNew,
        };
        let key = match (self, form) {
            (Self::CoverNotFound, Form::QualificationDateCorrection(_)) => {
                return Some(Finding::at(code, ["acquired_on", "lost_on"]));
            }
            (_, Form::AcquisitionCancellation(_)) => "acquired_on",
            (_, Form::LossCancellation(_)) => "lost_on",
            (Self::LostAt75, Form::QualificationDateCorrection(_)) => "corrected_lost_on",
            (_, Form::QualificationDateCorrection(_)) => "corrected_acquired_on",
            (Self::DependentNotFound, _) => "dependent_branch",
            (Self::OtherIdentity, Form::BirthDateCorrection(f)) if f.dependent_branch.is_some() => {
                "dependent_birth_on"
            }
            (_, Form::BirthDateCorrection(_)) => "corrected_birth_on",
            (Self::NothingNew, Form::NameChangeReport(_)) => "changed_name",
            _ => "changed_on",
        };
        Some(Finding::at(code, [key]))
    }
}
